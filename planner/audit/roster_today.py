"""Today's roster and locks on dates: what could be kept, and what a lock speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.audit import loads
from planner.audit.days import halves
from planner.audit.frames import records
from planner.audit.roster_facts import asked, away_limits, is_free, practice

if TYPE_CHECKING:
    from planner.audit.facts import Facts


def possible_today(facts: Facts) -> pd.DataFrame:
    """Clinics of today's roster that the plan could keep: institution, specialty, quarter, doctor, day, half.

    The doctor still has clinics allocated there, is free (all day where the trip is far), the site is
    open and asked for the half-day, the department can spare somebody, and no lock forbids it.
    """
    days = facts.days
    table = practice(facts, days.dates).astype({"half": int})
    table["day"] = (table["date"] - days.dates[0]).dt.days
    table["quarter"] = [str(days.quarters.index[(days.quarters["first"] <= day).sum() - 1]) for day in table["day"]]
    allocated = facts.plan["sessions"]
    keys = ["doctor", "institution", "specialty"]
    table = table.merge(allocated.loc[allocated["sessions"] >= 1, keys].drop_duplicates(), on=keys)
    table = table[table["institution"].isin(facts.row)].reset_index(drop=True)
    table = loads.sessions(facts, table)
    kept = is_free(facts, table["doctor"], table["day"], table["half"])
    kept &= ~table["far"] | is_free(facts, table["doctor"], table["day"], 1 - table["half"])
    limits = away_limits(facts).set_index(["home", "department", "day", "half"])["persons"]
    for half in (0, 1):
        spare = table.assign(half=half)[["home", "department", "day", "half"]]
        persons = pd.Series(limits.reindex(pd.MultiIndex.from_frame(spare)).to_numpy(), index=table.index)
        kept &= (persons.isna() | (persons >= 1)) | ~(table["far"] | (table["half"] == half))
    allowed = {
        (site, specialty): asked(facts, site, specialty)
        for site, specialty in table[["institution", "specialty"]].drop_duplicates().itertuples(index=False)
    }
    kept &= pd.Series(
        [bool(allowed[row.institution, row.specialty][row.day, row.half]) for row in records(table)],
        index=table.index, dtype=bool,
    )  # fmt: skip
    return table[kept & ~_forbidden(facts, table)].reset_index(drop=True)


def _forbidden(facts: Facts, table: pd.DataFrame) -> pd.Series:
    """Whether a hard lock forbids the clinic in its half-day."""
    found = pd.Series(False, index=table.index)
    locks = facts.region["locks"]
    for row in records(locks[(locks["kind"] == "session") & locks["weight"].isna()]):
        mine = lock_speaks(row, table)
        inside = lock_dates(facts, row)[table["day"], table["half"]]
        found |= mine & (inside if not row.must else ~inside if weekday_lock(row) else False)
    return found


def lock_speaks(row: Any, table: pd.DataFrame) -> pd.Series:
    """Which clinics a lock speaks of, whenever they are; blank ids mean any."""
    found = pd.Series(True, index=table.index)
    for name in ("doctor", "institution", "specialty"):
        if value := getattr(row, name):
            found &= table[name] == value
    return found


def timed(row: Any) -> bool:
    """Whether a lock speaks of some half-days only."""
    return bool(pd.notna(row.date) or pd.notna(row.weekday) or pd.notna(row.start) or row.slot in ("am", "pm"))


def weekday_lock(row: Any) -> bool:
    """Whether a lock fixes the weekday: it then forbids the other half-days of the clinic."""
    return bool(pd.isna(row.date) and pd.notna(row.weekday))


def lock_dates(facts: Facts, row: Any) -> np.ndarray:
    """[day, half] that a lock speaks of: its date, else its weekday, from its start on; all where it has none."""
    days = facts.days
    on = np.ones(len(days.dates), dtype=bool)
    if pd.notna(row.date):
        on = np.asarray(days.dates == row.date)
    elif pd.notna(row.weekday):
        on = days.weekday == row.weekday
    if pd.notna(row.start):
        on = on & np.asarray(days.dates >= row.start)
    found = np.zeros((len(on), 2), dtype=bool)
    found[on, halves(row.slot)] = True
    return found
