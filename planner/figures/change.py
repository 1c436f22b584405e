"""A figure today and by the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Change:
    """Today's value and the plan's, in one unit."""

    today: float
    plan: float

    @property
    def by(self) -> float:
        return self.plan - self.today


def changes(keys: list[str], today: pd.Series, plan: pd.Series) -> Mapping[str, Change]:
    """The change of each key; a key that a series lacks is 0 there."""
    before, after = (series.reindex(keys).fillna(0.0).to_numpy(dtype=float) for series in (today, plan))
    return {key: Change(float(a), float(b)) for key, a, b in zip(keys, before, after, strict=True)}
