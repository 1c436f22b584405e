"""The dated roster of a plan as tables: clinics, half-days taken, and what each doctor and site allows.

Days count from the first Monday of the horizon; half is 0 in the morning and 1 in the afternoon. A
trip over `[sessions] half_day_minutes` is far: it takes both half-days of its day.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.audit import loads
from planner.audit.days import between, halves, working_days
from planner.audit.duty import without_duties
from planner.audit.frames import records, sums
from planner.audit.places import half_up

if TYPE_CHECKING:
    from planner.audit.facts import Facts

HALF = {"am": 0, "pm": 1}
#: Who holds what, when: the ids of a dated clinic in the subject of a breach.
CLINIC = ["doctor", "institution", "specialty", "on", "slot"]
#: Who goes where, whenever it is.
WHO = ["doctor", "institution", "specialty", "role"]


def clinics(facts: Facts) -> pd.DataFrame:
    """Every row of `roster.csv` with home, department, title, trip, far, `on` (date as text), `day`,
    `half`, `week`, `quarter`; `placed` says whether date and slot name a half-day of the horizon."""
    table = loads.sessions(facts, facts.plan["roster"])
    days = facts.days
    day = (table["date"] - days.dates[0]).dt.days
    inside = day.between(0, len(days.dates) - 1) & (days.start is not None)
    half = table["slot"].map(HALF)
    table["on"] = table["date"].dt.strftime("%Y-%m-%d").fillna("no date")
    table["placed"] = inside & half.notna()
    table["day"] = day.where(inside, -1).fillna(-1).astype(int)
    table["half"] = half.fillna(-1).astype(int)
    table["week"] = table["day"] // 7
    quarter = pd.Series("", index=table.index, dtype=object)
    for name, first, last in zip(days.quarters.index, days.quarters["first"], days.quarters["last"], strict=True):
        quarter = quarter.mask(table["day"].between(first, last), str(name))
    table["quarter"] = quarter
    table["far"] &= facts.state("whole_day") != "off"
    return table


def people(facts: Facts) -> pd.DataFrame:
    """Everybody whom the roster names for a place, once: doctors who hold clinics there, and backups (`role`)."""
    names = ["doctor", "institution", "specialty"]
    table = facts.clinics[names]
    second = facts.clinics.assign(doctor=facts.clinics["backup"])[names]
    second = second[second["doctor"] != ""]
    both = pd.concat([table.assign(role="in the roster"), second.assign(role="as backup")])
    return loads.sessions(facts, both.drop_duplicates(names))


def taken(facts: Facts) -> pd.DataFrame:
    """Half-days that clinics take from their doctor: one row per near clinic, two per far trip of a day
    (doctor, home, department, institution, week, quarter, on, day, half, far)."""
    table = facts.clinics[facts.clinics["placed"]]
    names = ["doctor", "home", "department", "institution", "week", "quarter", "on", "day", "half", "far"]
    near = table.loc[~table["far"], names]
    trips = table.loc[table["far"], names].drop_duplicates(["doctor", "institution", "day"])
    parts = [near, *(trips.assign(half=half) for half in (0, 1))]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(slot=frame["half"].map({0: "am", 1: "pm"}))


def free(facts: Facts) -> np.ndarray:
    """[doctor, day, half]: home is open, and no duty, rest, absence or posting covers it."""
    found = without_duties(facts)
    place = {doctor: n for n, doctor in enumerate(facts.doctors.index)}
    for row in records(facts.postings):
        if row.doctor in place:
            first = facts.days.dates[0] if pd.isna(row.start) else row.start
            last = facts.days.dates[-1] if pd.isna(row.last) else row.last
            if last >= first:
                found[place[row.doctor], between(facts.days, first, last)] = False
    return found


def is_free(facts: Facts, doctor: pd.Series, day: pd.Series, half: pd.Series) -> pd.Series:
    """Whether each doctor is free in each half-day; unknown doctors are (the rule `scope` names them)."""
    place = doctor.map({name: n for n, name in enumerate(facts.doctors.index)})
    known = place.notna().to_numpy()
    found = np.ones(len(doctor), dtype=bool)
    found[known] = facts.free_dates[
        place[known].astype(int).to_numpy(), day[known].to_numpy(dtype=int), half[known].to_numpy(dtype=int)
    ]
    return pd.Series(found, index=doctor.index)


def counts(facts: Facts) -> pd.DataFrame:
    """Allocated clinics (`sessions`) by institution, specialty and quarter."""
    return sums(facts.plan["sessions"], ["institution", "specialty", "quarter"], "sessions")


def asked(facts: Facts, site: str, specialty: str) -> np.ndarray:
    """[day, half]: the site is open, and it asked for that weekday, week of the month and half-day.

    In a week in which its own day is closed, any day of the week does.
    """
    opened = facts.open[facts.row[site]].copy()
    table = facts.region["needs"]
    row = table[(table["institution"] == site) & (table["specialty"] == specialty)]
    if row.empty:
        return np.asarray(opened)
    wish = row.iloc[-1]
    kept = np.zeros_like(opened)
    kept[:, halves(wish["slot"])] = opened[:, halves(wish["slot"])]
    days = facts.days
    own = np.ones(len(days.dates), dtype=bool)
    if not np.isnan(wish["weekday"]):
        own &= days.weekday == wish["weekday"]
    if not np.isnan(wish["week_of_month"]):
        own &= (np.asarray(days.dates.day) - 1) // 7 + 1 == wish["week_of_month"]
    due, met = set(days.week[own]), set(days.week[own & kept.any(axis=1)])
    made_up = np.isin(days.week, sorted(due - met))
    return np.asarray(kept & (own | made_up)[:, None])


def away_limits(facts: Facts) -> pd.DataFrame:
    """By home, department, day and half: doctors who may be away (`persons`).

    max(0, headcount - absent - least present), least present = `min_present`, else max(2, floor(share x
    headcount)); a department below `[sessions] cover_min_headcount` sends nobody.
    """
    table = facts.region["departments"].drop_duplicates(["institution", "department"], keep="last")
    table = table[table["headcount"].notna()]
    share = facts.number("roster", "present_share", 0.8)
    smallest = facts.number("sessions", "cover_min_headcount", 3)
    absent = _absent(facts)
    frames = []
    shape = (len(facts.days.dates), 2)
    for row in records(table):
        headcount = half_up(row.headcount)
        least = max(2, math.floor(share * headcount + 1e-9))
        if not np.isnan(row.min_present):
            least = half_up(row.min_present)
        if headcount < smallest:
            least = headcount
        mine = (facts.doctors["institution"] == row.institution) & (facts.doctors["department"] == row.department)
        persons = np.maximum(0, headcount - absent[mine.to_numpy()].sum(axis=0) - least)
        day, half = np.indices(shape)
        frames.append(pd.DataFrame({
            "home": row.institution, "department": row.department, "day": day.ravel(), "half": half.ravel(),
            "persons": persons.ravel().astype(float),
        }))  # fmt: skip
    columns = ["home", "department", "day", "half", "persons"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _absent(facts: Facts) -> np.ndarray:
    """[doctor, day, half]: away by a known absence."""
    found = np.zeros((len(facts.doctors), len(facts.days.dates), 2), dtype=bool)
    place = {doctor: n for n, doctor in enumerate(facts.doctors.index)}
    for row in records(facts.region["absences"]):
        if row.doctor in place:
            found[place[row.doctor], between(facts.days, row.start, row.end), halves(row.slot)] = True
    return found


def practice(facts: Facts, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Today's roster on the working days among these dates: one row per doctor, institution, specialty,
    date and half."""
    dates = dates[working_days(facts.saved, dates, known=True)]
    rows: list[tuple[str, str, str, pd.Timestamp, int]] = []
    weekday, odd = np.array(dates.day_of_week) + 1, dates.isocalendar().week.to_numpy(dtype=int) % 2 == 1
    own = facts.doctors["specialty"]
    for row in records(facts.region["roster"]):
        if row.doctor not in own.index:
            continue
        if pd.notna(row.date):
            on = dates == row.date
        else:
            on = (weekday == row.weekday) & {"odd": odd, "even": ~odd}.get(row.weeks, np.ones(len(dates), dtype=bool))
        specialty = row.specialty or own[row.doctor]
        rows += [(row.doctor, row.institution, specialty, date, half) for date in dates[on] for half in _both(row)]
    columns = ["doctor", "institution", "specialty", "date", "half"]
    found = pd.DataFrame(rows, columns=columns).drop_duplicates(ignore_index=True)
    return found.assign(date=pd.to_datetime(found["date"]))


def _both(row: Any) -> range:
    part = halves(row.slot)
    return range(part.start, part.stop)
