"""The round numbers that committees know by heart, each with a tick, a cross, or why it cannot be said.

Every township a fixed doctor; a clinic every week; every film answered in 30 minutes; three experts
for the county; one pharmacist for 3 to 4 stations; 90 % seen inside the county; 65 % at primary level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planner.audit.facts import Facts
from planner.folder import SavedPlan
from planner.indicators_service import townships

NAN = float("nan")
FILM_MINUTES, EXPERTS, STATIONS, IN_COUNTY, PRIMARY = 30.0, 3.0, 4.0, 0.90, 0.65
EXPERT_TITLE = 3
REVIEW = ("rx_review", "prescription_review", "central_pharmacy")


@dataclass(frozen=True)
class Check:
    """One round number. value, today: in `unit`, NaN where not known; goal: what it is held against; met: None
    where the tables do not say or know a part only (`why`: a key of words); who: ids of those that fall short."""

    key: str
    value: float
    today: float
    goal: float
    unit: str
    met: bool | None
    why: str = ""
    who: tuple[str, ...] = ()


def checks(saved: SavedPlan, facts: Facts | None) -> tuple[Check, ...]:
    """The seven, in the committee's order."""
    table = saved.table("indicators")
    keys = zip(table["indicator"].astype(str), table["scope"].fillna("").astype(str), strict=True)
    known = {
        key: (_number(value), _number(current))
        for key, value, current in zip(keys, table["value"], table["current"], strict=True)
    }
    return (
        _at_least(known, "fixed_doctor", ("townships_with_fixed_doctor", ""), _towns(facts), "institutions"),
        _weekly(saved, facts),
        _films(known),
        _experts(saved),
        _pharmacists(saved),
        _share(known, "in_county", "in_county_visit_share", IN_COUNTY),
        _share(known, "primary", "primary_visit_share", PRIMARY, partial=True),
    )


def _at_least(
    known: Mapping[tuple[str, str], tuple[float, float]], key: str, name: tuple[str, str], goal: float, unit: str
) -> Check:
    value, today = known.get(name, (NAN, NAN))
    if value != value or goal != goal:
        return Check(key, value, today, goal, unit, None, "no_townships")
    return Check(key, value, today, goal, unit, value >= goal - 1e-9)


def _towns(facts: Facts | None) -> float:
    return float(len(townships(facts))) if facts is not None and len(townships(facts)) else NAN


def _weekly(saved: SavedPlan, facts: Facts | None) -> Check:
    """Townships with a clinic, or a posted doctor, in every week in which they are open."""
    goal = _towns(facts)
    roster = saved.table("roster")
    if facts is None or goal != goal:
        return Check("weekly_clinic", NAN, NAN, goal, "institutions", None, "no_townships")
    if roster.empty:
        return Check("weekly_clinic", NAN, NAN, goal, "institutions", None, "no_dates")
    weeks = defaultdict(set)
    for site, on in zip(roster["institution"], roster["date"], strict=True):
        weeks[str(site)].add(date.fromisoformat(str(on)).isocalendar()[:2])
    posted = set(saved.table("postings")["institution"].astype(str))
    every = _open_weeks(facts)
    short = [
        site for site in map(str, townships(facts)) if site not in posted and not every.get(site, set()) <= weeks[site]
    ]
    value = goal - len(short)
    return Check("weekly_clinic", value, NAN, goal, "institutions", not short, who=tuple(short))


def _open_weeks(facts: Facts) -> dict[str, set[tuple[int, int]]]:
    """ISO weeks in which each institution is open for half a day or more."""
    dates = pd.DatetimeIndex(facts.days.dates)
    iso = dates.isocalendar()
    week = list(zip(iso["year"].astype(int), iso["week"].astype(int), strict=True))
    opened = np.asarray(facts.open.any(axis=2))
    return {str(key): {week[n] for n in opened[at].nonzero()[0]} for key, at in facts.row.items()}


def _films(known: Mapping[tuple[str, str], tuple[float, float]]) -> Check:
    """The slowest imaging centre at its quantile, peak hour."""
    found = [
        value
        for (name, scope), (value, _) in known.items()
        if name == "quantile_minutes" and scope.startswith("imaging ")
    ]
    if not found:
        return Check("films", NAN, NAN, FILM_MINUTES, "minutes", None, "no_imaging")
    return Check("films", max(found), NAN, FILM_MINUTES, "minutes", max(found) <= FILM_MINUTES + 1e-9)


def _experts(saved: SavedPlan) -> Check:
    """Posted doctors of associate chief title or above from tertiary hospitals, which the table has to know."""
    places, people = saved.region.get("institutions", pd.DataFrame()), saved.region.get("doctors", pd.DataFrame())
    if not {"id", "level"} <= set(places) or not {"id", "institution", "title"} <= set(people):
        return Check("experts", NAN, NAN, EXPERTS, "doctors", None, "no_tertiary")
    tertiary = set(places.loc[pd.to_numeric(places["level"], errors="coerce") >= 3, "id"])
    if not tertiary:
        return Check("experts", NAN, NAN, EXPERTS, "doctors", None, "no_tertiary")
    title = pd.to_numeric(people["title"], errors="coerce")
    experts = set(people.loc[people["institution"].isin(tertiary) & (title >= EXPERT_TITLE), "id"])
    count = [float(saved_table["doctor"].isin(experts).sum()) for saved_table in _posted(saved)]
    return Check("experts", count[0], count[1], EXPERTS, "doctors", count[0] >= EXPERTS)


def _posted(saved: SavedPlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    today = saved.region.get("current_postings", pd.DataFrame(columns=["doctor"]))
    return saved.table("postings").drop_duplicates("doctor"), today.drop_duplicates("doctor")


def _pharmacists(saved: SavedPlan) -> Check:
    """Stations served for each pharmacist of the prescription review centres."""
    centres, links, levels = (
        saved.table("centres"),
        saved.table("service_links"),
        saved.region.get("centres", pd.DataFrame()),
    )
    mine = centres[centres["service"].isin(REVIEW)].drop_duplicates(["service", "institution"])
    if mine.empty or "servers" not in levels:
        return Check("pharmacists", NAN, NAN, STATIONS, "stations", None, "no_review")
    keys = ["service", "institution", "level"]
    staffed = mine[keys].astype(str).merge(levels[[*keys, "servers"]].astype(str), on=keys)
    people = float(pd.to_numeric(staffed["servers"], errors="coerce").sum())
    served = float(links[links["service"].isin(REVIEW) & (links["backup"] != "yes")]["institution"].nunique())
    if people <= 0:
        return Check("pharmacists", NAN, NAN, STATIONS, "stations", None, "no_review")
    return Check("pharmacists", served / people, NAN, STATIONS, "stations", served / people <= STATIONS + 1e-9)


def _share(
    known: Mapping[tuple[str, str], tuple[float, float]], key: str, name: str, goal: float, partial: bool = False
) -> Check:
    value, today = known.get((name, ""), (NAN, NAN))
    if value != value:
        return Check(key, value, today, goal, "share", None, "no_needs")
    # What the tables know in part only is shown, and neither ticked nor crossed.
    return Check(key, value, today, goal, "share", None if partial else value >= goal - 1e-9, "part" if partial else "")


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return NAN
