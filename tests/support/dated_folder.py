"""The tiny plan of `support.plan_folder` with its clinics dated: every rule of the roster holds in it.

D1 at S1 on Tuesdays, D2 at S2 (far) every second Wednesday, D4 at S1 every fourth Thursday, D5 at S3
on Mondays, always in the morning; D8 is the backup of D1 and D2.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
from support.plan_folder import PlanFolder, clean_plan

START = date(2026, 6, 1)
COLUMNS = ["date", "weekday", "slot", "doctor", "institution", "specialty", "backup"]
#: doctor, institution, specialty, backup, weekday, weeks between clinics, clinics
REGULAR = (
    ("D1", "S1", "K1", "D8", 2, 1, 13),
    ("D2", "S2", "K1", "D8", 3, 2, 6),
    ("D4", "S1", "K2", "", 4, 4, 3),
    ("D5", "S3", "K2", "", 1, 1, 13),
)


def day(week: int, weekday: int) -> str:
    """The date of a weekday (Monday 1) in a week (0 is the first)."""
    return (START + timedelta(days=7 * week + weekday - 1)).isoformat()


def dated_plan(*edits: Callable[[PlanFolder], None]) -> PlanFolder:
    """The clean plan with its roster, and then these edits."""
    folder = clean_plan()
    rows = [
        (day(every * n, weekday), str(weekday), "am", doctor, site, specialty, backup)
        for doctor, site, specialty, backup, weekday, every, count in REGULAR
        for n in range(count)
    ]
    folder.plan["roster"] = pd.DataFrame(sorted(rows), columns=COLUMNS, dtype=object)
    for edit in edits:
        edit(folder)
    return folder


def row(folder: PlanFolder, table: str, **values: object) -> None:
    """One more row of a region table that may not be there yet."""
    folder.region.setdefault(table, pd.DataFrame())
    folder.add(table, **values)


def move(who: str, on: str, **values: object) -> Callable[[PlanFolder], None]:
    """Change the clinic of a doctor on a date; a new date brings its weekday along."""

    def run(folder: PlanFolder) -> None:
        if "date" in values:
            values["weekday"] = date.fromisoformat(str(values["date"])).isoweekday()
        folder.plan_put("roster", {"doctor": who, "date": on}, **values)

    return run
