"""Decisions taken by hand: each hard lock is found again in the plan (rule `lock`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.audit.finding import Finding, flagged
from planner.audit.frames import matched, records
from planner.audit.roster_today import lock_dates, lock_speaks, timed, weekday_lock

if TYPE_CHECKING:
    from planner.audit.facts import Facts


def lock(facts: Facts) -> Finding:
    """Locks without a weight; a post locked without a doctor is the rule `post_floor`."""
    table = facts.region["locks"]
    # Rows as they are seen in a CSV file: the headings are the first.
    table = table.assign(row=np.arange(2, len(table) + 2))
    table = table[table["weight"].isna()]
    if facts.saved.alone:
        table = table[table["kind"] == "group"]
    wrong, subjects = [], []
    for row in records(table):
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


def _session(facts: Facts, row: Any) -> bool:
    """Clinics are allocated (or none is); in a roster one is in the half-days that the lock names, and where
    it fixes the weekday no other; or none is in them."""
    found = _matching(facts.plan["sessions"], **_ids(row, "doctor", "institution", "specialty"))
    allocated = bool((found["sessions"] >= 1).any())
    if not timed(row):
        kept = allocated == bool(row.must)
        return kept and (not facts.saved.dated or _dated(facts, row) == bool(row.must))
    dates = lock_dates(facts, row)
    if facts.days.start is None or not dates.any():
        return True
    if not facts.saved.dated:
        return allocated or not row.must
    return _dated(facts, row, dates) == bool(row.must) and not (
        row.must and weekday_lock(row) and _dated(facts, row, ~dates)
    )


def _dated(facts: Facts, row: Any, dates: np.ndarray | None = None) -> bool:
    """Whether some dated clinic is what the lock speaks of, in these half-days."""
    table = facts.clinics[facts.clinics["placed"]]
    table = table[lock_speaks(row, table)]
    return bool(len(table) if dates is None else dates[table["day"], table["half"]].any())


def _posting(facts: Facts, row: Any) -> bool:
    if row.must and not row.doctor:
        return True
    found = _matching(facts.plan["postings"], **_ids(row, "doctor", "institution", "specialty"))
    return bool(len(found)) == bool(row.must)


def _centre(facts: Facts, row: Any) -> bool:
    place = row.institution or row.host
    found = _matching(facts.plan["centres"], institution=place, service=row.service)
    return bool(len(found)) == bool(row.must)


def _service(facts: Facts, row: Any) -> bool:
    """Each institution that the lock names is (or is not) wholly served from the host."""
    links = _matching(facts.plan["service_links"], centre=row.host)
    links = links[~links["backup"].str.lower().isin(["yes", "true", "1"]) & (links["share"] > 1e-6)]
    wanted = _ids(row, "institution", "service")
    if not row.must:
        return not len(_matching(links, **wanted))
    slots = _matching(facts.network.members, **wanted)[["institution", "service"]]
    share = links.groupby(["institution", "service"])["share"].sum()
    got = matched(share, slots, ["institution", "service"])
    return bool(len(slots)) and bool((got > 1 - 1e-4).all())


def _group(facts: Facts, row: Any) -> bool:
    """The institution is (or is not) in the group; where no groups were decided, nothing is asked."""
    found = _matching(facts.plan["groups"], institution=row.institution)
    return found.empty or bool((found["group"] == row.group).any()) == bool(row.must)


def _ids(row: Any, *names: str) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in names}


_KEPT: dict[str, Callable[[Facts, Any], bool]] = {
    "session": _session,
    "posting": _posting,
    "centre": _centre,
    "service": _service,
    "group": _group,
}
