"""Decisions taken by hand: each hard lock is found again in the plan (rule `lock`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit.finding import Finding, flagged

if TYPE_CHECKING:
    from planner.audit.facts import Facts


def lock(facts: Facts) -> Finding:
    """Locks without a weight; a post locked without a doctor is the rule `post_floor`."""
    table = facts.region["locks"]
    table = table.assign(row=np.arange(1, len(table) + 1))
    table = table[table["weight"].isna()]
    wrong, subjects = [], []
    for row in table.itertuples(index=False):
        kept = _KEPT.get(str(row.kind))
        wrong.append(kept is not None and not kept(facts, row))
        subjects.append(f"locks row {row.row}")
    table = table.assign(subject=pd.Series(subjects, index=table.index, dtype=object))
    detail = table["kind"] + np.where(table["must"], " must be there", " must not be there")
    return flagged(table, pd.Series(wrong, index=table.index, dtype=bool), ["subject"], detail)


def _matching(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Rows with the wanted values; a blank value matches any."""
    for column, value in wanted.items():
        if value:
            table = table[table[column] == value]
    return table


def _session(facts: Facts, row: object) -> bool:
    found = _matching(facts.plan["sessions"], **_ids(row, "doctor", "institution", "specialty"))
    return bool((found["sessions"] >= 1).any()) == bool(row.must)  # type: ignore[attr-defined]


def _posting(facts: Facts, row: object) -> bool:
    if row.must and not row.doctor:  # type: ignore[attr-defined]
        return True
    found = _matching(facts.plan["postings"], **_ids(row, "doctor", "institution", "specialty"))
    return bool(len(found)) == bool(row.must)  # type: ignore[attr-defined]


def _centre(facts: Facts, row: object) -> bool:
    place = row.institution or row.host  # type: ignore[attr-defined]
    found = _matching(facts.plan["centres"], institution=place, service=row.service)  # type: ignore[attr-defined]
    return bool(len(found)) == bool(row.must)  # type: ignore[attr-defined]


def _service(facts: Facts, row: object) -> bool:
    """Each institution that the lock names is (or is not) wholly served from the host."""
    links = _matching(facts.plan["service_links"], centre=row.host)  # type: ignore[attr-defined]
    links = links[~links["backup"].str.lower().isin(["yes", "true", "1"]) & (links["share"] > 1e-6)]
    wanted = _ids(row, "institution", "service")
    if not row.must:  # type: ignore[attr-defined]
        return not len(_matching(links, **wanted))
    slots = _matching(facts.network.members, **wanted)[["institution", "service"]]
    share = links.groupby(["institution", "service"])["share"].sum()
    got = share.reindex(pd.MultiIndex.from_frame(slots)).fillna(0.0)
    return bool(len(slots)) and bool((got > 1 - 1e-4).all())


def _ids(row: object, *names: str) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in names}


_KEPT: dict[str, Callable[[Facts, object], bool]] = {
    "session": _session,
    "posting": _posting,
    "centre": _centre,
    "service": _service,
}
