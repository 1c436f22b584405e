"""What a check found: how many subjects it looked at, and those that break the rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

#: Outputs are rounded to six decimals; sums of many of them may differ by this much.
RELATIVE, ABSOLUTE = 1e-5, 1e-4


def _none() -> pd.DataFrame:
    return pd.DataFrame({"subject": pd.Series(dtype=object), "detail": pd.Series(dtype=object)})


@dataclass(frozen=True)
class Finding:
    """`checked` subjects; `broken` has subject and detail of each violation."""

    checked: int = 0
    broken: pd.DataFrame = field(default_factory=_none)


@dataclass(frozen=True)
class Lacking:
    """A promise: `checked` subjects, and the `amount` that each subject in `short` lacks."""

    checked: int
    short: pd.DataFrame
    unit: str


def subject(frame: pd.DataFrame, names: Iterable[str]) -> pd.Series:
    """The ids of a row in one text, as in `shortfalls.csv`."""
    parts = [frame[name].astype(str) for name in names]
    if not parts:
        return pd.Series([""] * len(frame), index=frame.index, dtype=object)
    text = parts[0]
    for part in parts[1:]:
        text = text + " " + part
    return text


def tolerance(limit: pd.Series) -> pd.Series:
    return ABSOLUTE + RELATIVE * limit.abs()


def flagged(frame: pd.DataFrame, wrong: pd.Series, names: Iterable[str], detail: str | pd.Series) -> Finding:
    """A finding from a yes/no column."""
    chosen = wrong.to_numpy(dtype=bool)
    if not chosen.any():
        return Finding(len(frame))
    bad = frame[chosen]
    text = detail.loc[bad.index] if isinstance(detail, pd.Series) else detail
    table = pd.DataFrame({"subject": subject(bad, names), "detail": text})
    return Finding(len(frame), table.astype(object).reset_index(drop=True))


def over(frame: pd.DataFrame, value: pd.Series, limit: pd.Series, names: Iterable[str], unit: str) -> Finding:
    """Subjects whose value exceeds the limit; a missing limit limits nothing, a missing value breaks."""
    wrong = (value > limit + tolerance(limit)) | (value.isna() & limit.notna())
    if not wrong.any():
        return Finding(len(frame))
    text = numbers(value[wrong]) + " > " + numbers(limit[wrong]) + f" {unit}"
    return flagged(frame, wrong, names, text)


def unequal(frame: pd.DataFrame, value: pd.Series, right: pd.Series, names: Iterable[str], what: str) -> Finding:
    """Subjects whose value is not the right one."""
    wrong = ((value - right).abs() > tolerance(right)) | (value.isna() & right.notna())
    if not wrong.any():
        return Finding(len(frame))
    return flagged(frame, wrong, names, f"{what} is " + numbers(value[wrong]) + ", should be " + numbers(right[wrong]))


def numbers(values: pd.Series) -> pd.Series:
    return values.map(lambda v: "missing" if v is None or np.isnan(v) else f"{v:.6g}").astype(object)


def together(*findings: Finding) -> Finding:
    """Several findings about the same subjects of one rule."""
    broken = pd.concat([one.broken for one in findings], ignore_index=True)
    return Finding(max((one.checked for one in findings), default=0), broken)


def lacking(frame: pd.DataFrame, value: pd.Series, wanted: pd.Series, names: Iterable[str], unit: str) -> Lacking:
    """What subjects lack to `wanted`."""
    amount = (wanted - value).clip(lower=0.0)
    short = pd.DataFrame({"subject": subject(frame, names), "amount": amount})
    return Lacking(len(frame), short[short["amount"] > ABSOLUTE].reset_index(drop=True), unit)


def against_listed(found: Lacking, listed: pd.DataFrame) -> Finding:
    """A shortfall must be listed with its amount, and nothing listed that is none."""
    mine = found.short.assign(key=_key(found.short["subject"])).groupby("key", as_index=False).agg(
        subject=("subject", "first"), amount=("amount", "sum")
    )  # fmt: skip
    # A lock with a weight is listed under the rule it acts on; it is no promise of the tables.
    rows = listed[~listed["subject"].str.startswith("locks row")]
    theirs = rows.assign(key=_key(rows["subject"])).groupby("key", as_index=False).agg(
        named=("subject", "first"), listed=("amount", "sum")
    )  # fmt: skip
    both = mine.merge(theirs, on="key", how="outer")
    both["subject"] = both["subject"].fillna(both["named"])
    both[["amount", "listed"]] = both[["amount", "listed"]].astype(float).fillna(0.0)
    wrong = (both["amount"] - both["listed"]).abs() > 1e-3 + 1e-4 * both["amount"].abs()
    text = (
        "lacks " + numbers(both["amount"]) + f" {found.unit}, " + numbers(both["listed"]) + " listed in shortfalls.csv"
    )
    return Finding(found.checked, flagged(both, wrong, ["subject"], text).broken)


def as_hard(found: Lacking) -> Finding:
    """Where a promise is a hard rule, nothing may be lacking."""
    short = found.short
    text = "lacks " + numbers(short["amount"]) + f" {found.unit}"
    return Finding(found.checked, pd.DataFrame({"subject": short["subject"], "detail": text}, dtype=object))


def _key(subjects: pd.Series) -> pd.Series:
    """Ids in any order and with any separator, so that only the ids have to agree."""
    return subjects.astype(str).map(lambda text: " ".join(sorted(text.replace("/", " ").split()))).astype(object)
