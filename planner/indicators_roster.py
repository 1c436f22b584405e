"""Indicators of the dated roster, by one formula for the plan and for today's roster on the same dates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit import roster_facts
from planner.audit.duty import without_duties
from planner.audit.facts import Facts
from planner.audit.loads import sessions
from planner.audit.practice import audit_today
from planner.indicators_access import Measure

CELL = ["institution", "specialty"]
#: Doctors who travel in one vehicle.
SEATS = 4


def roster(facts: Facts, plan: bool) -> Iterator[Measure]:
    """Measures of the plan's roster, or of today's; nothing where the plan is not dated or nothing is held."""
    if facts.days.start is None or not len(facts.plan["roster"]):
        return
    table = _planned(facts) if plan else _today(facts)
    if not len(table):
        return
    # Today's roster is judged by duties and leave alone: the postings are the plan's.
    free = facts.free_dates if plan else without_duties(facts)
    yield ("roster_clinics", "", float(len(table)), "clinics", "with a date in the horizon")
    if plan:
        yield ("roster_undated", "", float(facts.plan["unheld"]["sessions"].sum()), "clinics", "reasons in unheld.csv")
    yield (
        "roster_conflicts",
        "",
        float(_conflicts(facts, table, free)),
        "clinics",
        "doctor on duty or away, or site closed",
    )
    breaches = 0 if plan else int((audit_today(facts.saved)["holds"] == "no").sum())
    yield ("roster_breaches", "", float(breaches), "breaches", "today's are listed in today_audit.csv")
    yield from _gaps(facts, table)
    yield from _regular(table)
    yield from _fair(facts, table)
    yield from _travel(table)


def _planned(facts: Facts) -> pd.DataFrame:
    table = facts.clinics[facts.clinics["placed"]]
    return table.assign(weekday=facts.days.weekday[table["day"].to_numpy()]).reset_index(drop=True)


def _today(facts: Facts) -> pd.DataFrame:
    """Today's roster on the dates of the horizon, with the same columns."""
    days = facts.days
    table = sessions(facts, roster_facts.practice(facts, days.dates))
    table = table[table["institution"].isin(facts.row) & (table["home"] != table["institution"])]
    table = table.assign(day=(table["date"] - days.dates[0]).dt.days)
    table = table.assign(week=table["day"] // 7, weekday=days.weekday[table["day"].to_numpy()])
    return table.reset_index(drop=True)


def _conflicts(facts: Facts, table: pd.DataFrame, free: np.ndarray) -> int:
    """Clinics in half-days in which the doctor is not free or the site is closed."""
    doctors = {name: n for n, name in enumerate(facts.doctors.index)}
    day, half = table["day"].to_numpy(), table["half"].to_numpy()
    away = ~free[table["doctor"].map(doctors).to_numpy(dtype=int), day, half]
    shut = ~facts.open[table["institution"].map(facts.row).to_numpy(dtype=int), day, half]
    return int((away | shut).sum())


def _gaps(facts: Facts, table: pd.DataFrame) -> Iterator[Measure]:
    """Longest run of open weeks without a clinic, inside the horizon."""
    longest = []
    for (site, _), group in table.groupby(CELL, sort=True):
        opened = np.unique(np.flatnonzero(facts.open[facts.row[str(site)]].any(axis=1)) // 7)
        idle = np.flatnonzero(np.isin(opened, group["week"].to_numpy()))
        edges = np.concatenate([[-1], idle, [len(opened)]])
        longest.append(int(np.diff(edges).max()) - 1)
    yield ("roster_gap_mean", "", float(np.mean(longest)), "weeks", "longest wait between clinics, mean of the clinics")
    yield ("roster_gap_max", "", float(max(longest)), "weeks", "open weeks without a clinic, the longest")


def _regular(table: pd.DataFrame) -> Iterator[Measure]:
    most = table.groupby([*CELL, "weekday"]).size().groupby(CELL).max()
    main = table.groupby([*CELL, "doctor"]).size().groupby(CELL).max()
    total = float(len(table))
    yield ("roster_fixed_weekday", "", float(most.sum()) / total, "share", "on the usual weekday of the clinic")
    yield ("roster_main_doctor", "", float(main.sum()) / total, "share", "held by the clinic's usual doctor")
    yield ("roster_mornings", "", float((table["half"] == 0).sum()) / total, "share", "in the morning")


def _fair(facts: Facts, table: pd.DataFrame) -> Iterator[Measure]:
    """The most that one doctor has, and the spread among those who go out."""
    adjacent = _holiday_adjacent(facts)
    trips = table[table["far"]].drop_duplicates(["doctor", "institution", "day"])
    for name, part in (
        ("far", trips),
        ("fridays", table[table["weekday"] == 5]),
        ("holiday_adjacent", table[table["day"].isin(adjacent)]),
    ):
        counts = part.groupby("doctor").size().reindex(sorted(set(table["doctor"]))).fillna(0.0)
        yield (f"roster_{name}_most", "", float(counts.max()), "clinics", "the doctor with most")
        yield (f"roster_{name}_spread", "", float(counts.std(ddof=0)), "clinics", "standard deviation among doctors")


def _holiday_adjacent(facts: Facts) -> np.ndarray:
    """Working days next to days off that have a usual weekday among them (inside the horizon)."""
    days = facts.days
    usual = np.isin(days.weekday, [int(n) for n in facts.option("calendar", "open_weekdays", [1, 2, 3, 4, 5])])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (~days.working).astype(int), [0]])))
    found = set()
    for first, after in edges.reshape(-1, 2):
        if usual[first:after].any():
            found |= {first - 1, after}
    return np.array(sorted(n for n in found if 0 <= n < len(days.dates)), dtype=int)


def _travel(table: pd.DataFrame) -> Iterator[Measure]:
    trips = table.drop_duplicates(["doctor", "institution", "day"])
    yield ("roster_trips", "", float(len(trips)), "trips", "doctor-days out")
    cars = np.ceil(trips.groupby(["home", "institution", "day"]).size() / SEATS).sum()
    yield ("roster_vehicle_days", "", float(cars), "vehicles", "one a hospital, site and day for up to four doctors")
