"""Free half-days of doctors and what postings take of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.audit.days import between, cover, halves
from planner.audit.frames import records

if TYPE_CHECKING:
    from planner.audit.facts import Facts


def free_half_days(facts: Facts) -> pd.Series:
    """floor((1 - slack) x min(half-days a week x weeks, free half-days)) by (doctor, quarter)."""
    free = without_duties(facts)
    keep = 1.0 - facts.number("sessions", "slack_share", 0.10)
    columns = []
    for quarter, weeks in facts.quarters["weeks"].items():
        unbound = free[:, facts.days.span(str(quarter))].sum(axis=(1, 2))
        least = np.minimum(facts.doctors["sessions_per_week"].to_numpy() * weeks, unbound)
        columns.append(np.floor(keep * least + 1e-9))
    index = pd.MultiIndex.from_product([facts.quarters.index, facts.doctors.index], names=["quarter", "doctor"])
    values = np.concatenate(columns) if columns else np.zeros(0)
    return pd.Series(values, index=index).swaplevel()


def without_duties(facts: Facts) -> np.ndarray:
    """[doctor, day, half-day]: the home institution is open and no duty or absence covers it."""
    home = facts.doctors["institution"].map(facts.row)
    free = np.zeros((len(home), len(facts.days.dates), 2), dtype=bool)
    known = home.notna().to_numpy()
    free[known] = facts.open[home[known].astype(int)]
    place = {doctor: n for n, doctor in enumerate(facts.doctors.index)}
    for duty in records(facts.region["duties"]):
        if duty.doctor in place:
            block(facts, free[place[duty.doctor]], duty)
    if facts.days.start is not None:
        for leave in records(facts.region["absences"]):
            if leave.doctor in place:
                free[place[leave.doctor], between(facts.days, leave.start, leave.end), halves(leave.slot)] = False
    return free


def block(facts: Facts, free: np.ndarray, duty: Any) -> None:
    """Take the half-days of one duty out of `free` [day, half-day]; a night takes the next morning."""
    days = facts.days
    weekday, day = duty.weekday, duty.date
    if pd.notna(day):
        if days.start is None:
            return
        on = np.zeros(len(days.dates), dtype=bool)
        shifted = days.position(day) + (duty.slot == "night")
        if 0 <= shifted < len(on):
            on[shifted] = True
    elif duty.slot == "night":
        # The week of the night decides odd or even, and Sunday's night takes Monday morning.
        nights = (days.weekday == weekday) & days.weeks_odd_even(duty.weeks)
        before = weekday == 7 and _night_before(facts, duty)
        on = np.concatenate([[before], nights[:-1]])
    else:
        on = (days.weekday == weekday) & days.weeks_odd_even(duty.weeks)
    slot = "am" if duty.slot == "night" else duty.slot
    free[on, halves(slot)] = False


def _night_before(facts: Facts, duty: Any) -> bool:
    """Whether the duty falls on the Sunday before the horizon."""
    week = int((facts.days.dates[0] - pd.Timedelta(days=1)).isocalendar()[1])
    return duty.weeks not in ("odd", "even") or (week % 2 == 1) == (duty.weeks == "odd")


def postings(facts: Facts) -> pd.DataFrame:
    """The plan's postings with `home`, `department`, `last` (day) and the cover of each quarter.

    The end of a new posting is its last day; a running one is over on the end that was agreed, and
    counts throughout where no start of the horizon is given.
    """
    frame = facts.plan["postings"].copy()
    home = facts.doctors.reindex(frame["doctor"])
    frame["home"] = home["institution"].fillna("").to_numpy()
    frame["department"] = home["department"].fillna("").to_numpy()
    old = frame["state"] == "running"
    frame["last"] = frame["end"].where(~old, frame["end"] - pd.Timedelta(days=1))
    if facts.days.start is None:
        frame["start"], frame["last"] = frame["start"].where(~old), frame["last"].where(~old)
    for quarter in facts.quarters.index:
        frame[quarter] = cover(facts.days, str(quarter), frame["start"], frame["last"])
    return frame


def at_once(postings: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The most postings at one time by `keys`, with the day it happens (`day`, `count`).

    The count can only rise when a posting starts, so the starts are the days to look at. A
    missing start is before, and a missing end after, everything; an end is the last day.
    """
    early, late = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")
    frame = postings.assign(start=postings["start"].fillna(early), last=postings["last"].fillna(late), _all=0)
    on = keys or ["_all"]
    pairs = frame[[*on, "start"]].drop_duplicates().merge(frame, on=on, suffixes=("", "_other"))
    active = pairs[(pairs["start_other"] <= pairs["start"]) & (pairs["last"] >= pairs["start"])]
    counts = active.groupby([*on, "start"], as_index=False).size()
    counts = counts.rename(columns={"size": "count", "start": "day"})
    return counts.sort_values("count", kind="stable").drop_duplicates(on, keep="last").sort_values(on)


def running(facts: Facts) -> pd.DataFrame:
    """Current postings that still run when the horizon starts; the doctor's specialty where none is given."""
    frame = facts.region["current_postings"].copy()
    own = frame["doctor"].map(facts.doctors["specialty"])
    frame["specialty"] = frame["specialty"].where(frame["specialty"] != "", own.fillna(""))
    known = own.notna() & frame["institution"].isin(facts.institutions.index)
    frame = frame[known & frame["start"].notna() & frame["end"].notna()]
    if facts.days.start is not None:
        frame = frame[frame["end"] > facts.days.start]
    return frame.reset_index(drop=True)
