"""Small steps on tables that every check takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, their columns as attributes."""
    return iter(frame.itertuples(index=False))


def sums(frame: pd.DataFrame, keys: list[str], *columns: str) -> pd.DataFrame:
    """Sums of columns by keys, as a table with the keys as columns."""
    return frame.groupby(keys, as_index=False)[list(columns)].sum()


def matched(values: pd.Series, frame: pd.DataFrame, keys: list[str], missing: float = 0.0) -> pd.Series:
    """Values indexed by the keys, one for each row of the frame; `missing` where there is none."""
    at = pd.MultiIndex.from_frame(frame[keys]) if len(keys) > 1 else pd.Index(frame[keys[0]])
    return pd.Series(values.reindex(at).to_numpy(dtype=float), index=frame.index).fillna(missing)
