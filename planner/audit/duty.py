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
    """The plan's postings with `home`, `department`, `last` (day), `handover` and the cover of each quarter.

    handover: first of the days on which somebody else may be at the post already (`handovers`);
    held: last day before these, or `last`. A running posting counts throughout where no start of
    the horizon is given.
    """
    frame = facts.plan["postings"].copy()
    home = facts.doctors.reindex(frame["doctor"])
    frame["home"] = home["institution"].fillna("").to_numpy()
    frame["department"] = home["department"].fillna("").to_numpy()
    old = frame["state"] == "running"
    frame["last"] = frame["end"]
    if facts.days.start is None:
        frame["start"], frame["last"] = frame["start"].where(~old), frame["last"].where(~old)
    frame["handover"] = handovers(facts, frame["end"])
    frame["held"] = frame["last"].where(frame["handover"].isna(), frame["handover"] - pd.Timedelta(days=1))
    for quarter in facts.quarters.index:
        frame[quarter] = cover(facts.days, str(quarter), frame["start"], frame["last"])
    return frame


def handovers(facts: Facts, last: pd.Series) -> pd.Series:
    """First day of the last working days (`[postings] overlap_days`) of postings with these last days.

    Missing where no day of the horizon is left after the last one, and with `relief` off.
    """
    days, shared = facts.days, int(facts.number("postings", "overlap_days", 3))
    found: list[Any] = [pd.NaT] * len(last)
    working = np.flatnonzero(days.working)
    known = days.start is not None and facts.option("postings", "relief", True)
    for row, day in enumerate(last):
        at = days.position(day) if known and pd.notna(day) else -1
        if 0 <= at < len(days.dates) - 1:
            worked = working[working <= at]
            first = at + 1 if shared == 0 else worked[-shared] if len(worked) >= shared else 0
            found[row] = days.dates[int(first)]
    return pd.Series(pd.to_datetime(pd.Series(found, dtype=object)).to_numpy(), index=last.index)


def places(postings: pd.DataFrame) -> pd.DataFrame:
    """Postings as places taken: in the days of its handover a post counts once, by who comes."""
    return postings.assign(last=postings["held"])


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
