"""A posting that ends in the middle of the horizon, planned from tables to the printed rotation."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.county import MINUTES, rows
from support.tables import region, trips

from geodata.write import write_csv
from planner.folder import SavedPlan
from planner.plan import make_plan
from planner.progress import Progress

SETTINGS = """
[calendar]
start = 2026-06-01
weeks = 26
holidays = "none"

[sessions]
min_sessions_per_month = 0

[solver]
time_limit_s = 20

[roster]
time_limit_s = 5
"""


def _plan(folder: Path, departments: list[dict[str, object]], settings: str = "") -> SavedPlan:
    """D1 leaves the post of township S on Friday 31 July; D2 could come, from the same department."""
    made = rows() | {
        "posts": [{"institution": "S", "specialty": "K", "doctors": 1}],
        "current_postings": [
            {"doctor": "D1", "institution": "S", "specialty": "K", "start": "2026-02-01", "end": "2026-07-31"}
        ],
        "departments": departments,
    }
    made["doctors"][1]["sessions_per_week"] = 0.2  # too few clinics to do what a posted doctor does
    made["doctors"][2] |= {"posting": "no", "sessions_per_week": 0}
    write_csv(region(made), folder / "region")
    trips(MINUTES).to_csv(folder / "region" / "travel.csv", index=False)
    (folder / "region" / "plan.toml").write_text(SETTINGS + settings, encoding="utf-8")
    return make_plan(folder / "region", folder / "plan", Progress("en", quiet=True), report=False)


def _rotation(saved: SavedPlan) -> list[tuple[str, str, str, str, int]]:
    table = saved.table("rotation")
    shown = table[["doctor", "start", "relieved_by", "handover_start", "gap_days"]]
    return [tuple(row) for row in shown.itertuples(index=False, name=None)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("headcount", "settings", "start", "gap"),
    [
        (20, "", "2026-07-29", 0),  # the department spares four
        (5, "", "2026-08-01", 0),  # it spares one at a time
        (20, "[postings]\nrelief = false\n", "", 85),  # nobody may come before the next cohort: 3 August to 27 November
    ],
    ids=["early", "the day after", "no relief"],
)
def test_the_post_is_not_left_empty(headcount: int, settings: str, start: str, gap: int, tmp_path: Path) -> None:
    """The plan relieves D1 by D2 as early as the department allows, and the audit agrees."""
    departments = [{"institution": "H", "department": "Med", "headcount": headcount}]
    saved = _plan(tmp_path, departments, settings)
    first = ("D1", "2026-02-01", "D2" if start else "", start or "2026-07-29", gap)
    assert _rotation(saved)[0] == first
    assert [row[1] for row in _rotation(saved) if row[0] == "D2"] == ([start] if start else [])
    values = saved.table("indicators").set_index("indicator")
    shown = pd.to_numeric(values.loc["gap_days", ["value", "current"]]).tolist()
    assert shown == [gap, 85]
    assert (saved.table("audit")["holds"] == "yes").all()
