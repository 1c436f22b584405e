"""Today's roster from an office's own workbook: read, scored, audited, and kept but for five clinics."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.messy_roster import messy_workbook

from geodata.read import read_region
from planner.audit import roster_facts
from planner.audit.facts import Facts
from planner.audit.read import read_saved
from planner.bundled import find_region
from planner.folder import SavedPlan
from planner.plan import make_plan
from planner.progress import Progress

COLUMNS = ["doctor", "institution", "date", "weekday", "slot", "weeks", "specialty"]
Visits = set[tuple[str, str, str, str]]


def rows(path: Path) -> list[tuple[str, ...]]:
    table = read_region(path).tables["roster"][COLUMNS]
    return sorted(tuple(str(value) for value in row) for row in table.itertuples(index=False))


@pytest.mark.parametrize("region", ["kedong", "tianchang", "qidong"])
def test_the_messy_sheet_says_what_the_table_says(region: str, tmp_path: Path) -> None:
    """Title rows, merged places, spaced names, five ways to write a date or weekday: the same rows."""
    book = messy_workbook(region, tmp_path / f"{region}.xlsx")
    assert rows(book) == rows(find_region(region))


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> SavedPlan:
    """The small county planned from the messy workbook, at most five clinics moved."""
    folder = tmp_path_factory.mktemp("messy")
    book = messy_workbook("kedong", folder / "county.xlsx")
    settings = {"roster": {"change_limit": 5}}
    return make_plan(book, folder / "plan", Progress("zh", quiet=True), settings, report=False)


def today(plan: SavedPlan) -> Visits:
    """Today's clinics on the dates of the plan, away from home."""
    facts = Facts(read_saved(plan.path))
    table = roster_facts.practice(facts, facts.days.dates)
    home = facts.doctors["institution"].reindex(table["doctor"]).to_numpy()
    table = table[(table["institution"].to_numpy() != home) & table["institution"].isin(facts.row)]
    return set(
        zip(
            table["doctor"],
            table["institution"],
            table["specialty"],
            table["date"].dt.strftime("%Y-%m-%d"),
            strict=True,
        )
    )


@pytest.mark.slow
def test_it_is_the_baseline(plan: SavedPlan) -> None:
    """Scored by the plan's indicators, and audited by its rules: the doctor in two places is told day by day."""
    indicators = plan.table("indicators").set_index("indicator")
    visits = today(plan)
    assert indicators.loc["roster_clinics", "current"] == len(visits) == 20
    assert indicators.loc["roster_fixed_weekday", "current"] == 1
    lines = pd.read_csv(plan.path / "today_audit.csv", dtype=str)
    told = lines[lines["holds"] == "no"]
    assert indicators.loc["roster_breaches", "current"] == len(told) == 10
    assert set(told["rule"]) == {"one_place", "whole_day"} and (told["detail"] == "2 at once: T3, T5").sum() == 5


@pytest.mark.slow
def test_at_most_five_clinics_move(plan: SavedPlan) -> None:
    """Of those that could stay: a day of five on which the doctor is not free all day cannot be kept by anybody."""
    held = plan.table("roster")
    now = set(zip(held["doctor"], held["institution"], held["specialty"], held["date"], strict=True))
    lines = pd.read_csv(plan.path / "today_audit.csv", dtype=str)
    lost = lines[(lines["holds"] == "no") & (lines["rule"] == "whole_day")]["subject"].str.rsplit(" ", n=1).str[0]
    gone = {visit for visit in today(plan) - now if " ".join(visit) not in set(lost)}
    assert len(lost) == 5 and len(gone) <= 5
    aim = {one["name"]: one for one in plan.info["aims"]}["roster_change"]
    assert aim["value"] == len(gone)
    assert set(plan.table("audit")["holds"]) == {"yes"}
