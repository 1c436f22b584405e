"""Facts that the audit derives by itself: calendar, free time, today, visits, capabilities."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from support.plan_folder import PlanFolder, clean_plan

from planner.audit.facts import Facts
from planner.audit.places import frequency_counts
from planner.audit.read import read_saved

MONTHS = 91 / (365.25 / 12)


def _facts(path: Path, *edits: Callable[[PlanFolder], None]) -> Facts:
    folder = clean_plan()
    for edit in edits:
        edit(folder)
    return Facts(read_saved(folder.save(path / "plan")))


def _table(folder: PlanFolder, name: str, **row: object) -> None:
    import pandas as pd

    folder.region.setdefault(name, pd.DataFrame())
    folder.add(name, **row)


@pytest.mark.parametrize(
    ("weeks", "worst", "low", "regular"),
    [
        (13, 13, (3, 6, 13, 26), (3, 7, 13, 26)),
        (13, 11, (3, 5, 11, 22), (3, 7, 13, 26)),
        (2, 0, (1, 2, 3, 4), (1, 1, 2, 4)),
    ],
)
def test_counts_of_each_frequency(weeks: int, worst: int, low: tuple[int, ...], regular: tuple[int, ...]) -> None:
    """Nmin and N of the contract; the greatest count touches the next frequency."""
    counts = frequency_counts(weeks, worst)
    names = ("monthly", "fortnightly", "weekly", "twice_weekly")
    assert tuple(counts[f"low_{f}"] for f in names) == low
    assert tuple(counts[f"n_{f}"] for f in names) == regular
    assert all(counts[f"high_{a}"] >= counts[f"low_{b}"] - 1 for a, b in itertools.pairwise(names))


def test_spring_festival_quarter(tmp_path: Path) -> None:
    """The first quarter of 2026 loses two Mondays to Fridays: 11 of the worst weekday, 13 open weeks less one."""

    def edit(folder: PlanFolder) -> None:
        folder.settings["calendar"] |= {"start": "2025-12-29", "holidays": "cn"}

    site = _facts(tmp_path, edit).sites.set_index("institution").loc["S1"]
    assert (site["low_monthly"], site["low_weekly"], site["low_twice_weekly"]) == (3, 11, 22)
    # 56 weekdays less the holidays, and make-up days on 4 January, 14 and 28 February.
    assert site["half_days"] == 2 * (65 - 2 - 6 + 3)


def test_free_half_days_leave_out_duties_and_absences(tmp_path: Path) -> None:
    """Night duty takes the next morning; a half-day on duty and absent is lost once; slack comes last."""
    edits = [
        lambda f: f.put("doctors", {"id": "D1"}, sessions_per_week=20),
        lambda f: _table(f, "duties", doctor="D1", weekday=1, slot="day", weeks="all"),
        lambda f: _table(f, "duties", doctor="D1", weekday=2, slot="am", weeks="odd"),
        lambda f: _table(f, "duties", doctor="D1", weekday=7, slot="night", weeks="all"),
        lambda f: _table(f, "duties", doctor="D1", weekday=3, slot="night", weeks="all"),
        lambda f: _table(f, "absences", doctor="D1", start="2026-06-01", end="2026-06-05"),
    ]
    free = _facts(tmp_path, *edits).free["D1", "Q1"]
    # 130 - 26 Mondays - 6 odd Tuesday mornings (ISO weeks 23 to 35: seven odd) - 13 Thursday mornings, less the
    # first week (week 23 is odd: ten half-days of which two, one and one were on duty).
    assert free == int(0.9 * (130 - 26 - 7 - 13 - (10 - 2 - 1 - 1)))


def test_todays_clinics_by_weekday_and_by_date(tmp_path: Path) -> None:
    """A weekday row counts open dates, `day` twice; dated rows of the last 13 weeks count where no weekday row is."""
    edits = [
        lambda f: _table(f, "roster", doctor="D1", institution="S1", weekday=2, slot="day", weeks="even", specialty=""),
        lambda f: _table(f, "roster", doctor="D1", institution="S1", date="2026-05-05", weekday="", slot="am"),
        *[
            (lambda f, day=day: _table(f, "roster", doctor="D2", institution="S2", date=day, weekday="", slot="am"))
            for day in ("2026-05-05", "2026-05-12", "2026-04-07", "2026-01-05")
        ],
        lambda f: _table(f, "roster", doctor="D4", institution="S2", date="2026-05-05", weekday="", slot="am"),
        lambda f: _table(f, "roster", doctor="D5", institution="H3", weekday=1, slot="am", weeks="all"),
    ]
    today = _facts(tmp_path, *edits).clinics_today.set_index(["doctor", "institution", "specialty"])["sessions"]
    # Six even weeks twice; three recent dates; one clinic in a quarter is no frequency; home is no outreach.
    assert today.to_dict() == {("D1", "S1", "K1"): 12, ("D2", "S2", "K1"): 3}


def test_todays_visits_balance_and_calibrate(tmp_path: Path) -> None:
    """One posted doctor: the least of 160 and 75 % of the pool, cut to what is left of the need."""
    facts = _facts(tmp_path)
    cell = facts.cells.loc[("S2", "K2")]
    assert (cell["outreach"], cell["unmet"], cell["calibration"]) == (60, 0, pytest.approx(60 / 75))
    assert cell["most"] == pytest.approx(0.4 * 40 + 60)
    whole = facts.cells[["own", "referred", "left", "outreach", "unmet"]].sum(axis=1)
    assert whole.tolist() == pytest.approx(facts.cells["need"].tolist())


def test_parts_over_the_need_are_cut(tmp_path: Path) -> None:
    """Who leaves is cut first, then who is referred, hospital by hospital alike."""
    facts = _facts(tmp_path, lambda f: f.put("needs", {"institution": "S2", "specialty": "K1"}, visits_per_month=75))
    cell = facts.cells.loc[("S2", "K1")]
    assert (cell["own"], cell["referred"], cell["left"]) == (60, 15, 0)
    sent = facts.referred.set_index(["institution", "specialty", "hospital"])["visits"]
    assert (sent["S2", "K1", "H1"], sent["S2", "K1", "H2"]) == (10, 5)


def test_referrals_without_rows_go_to_the_nearest_hospital(tmp_path: Path) -> None:
    """Own group first: from S2 the nearest of group A that treats K2 is H2."""

    def edit(folder: PlanFolder) -> None:
        rows = folder.region["referrals"]
        folder.region["referrals"] = rows[rows["origin"] != "S2"]
        folder.put("needs", {"institution": "S2", "specialty": "K2"}, referred_visits_per_month=20)

    sent = _facts(tmp_path, edit).referred.set_index(["institution", "specialty"])
    assert sent.loc[("S2", "K2"), "hospital"] == "H2" and sent.loc[("S2", "K2"), "visits"] == 20


def test_capability_without_a_figure_is_todays_load(tmp_path: Path) -> None:
    """Referred 20 + a far and a near clinic a week each (5 x 39 / months) + 80 for the posted doctor, and 5 %."""
    edits = [
        lambda f: f.put("capabilities", {"specialty": "K2"}, visits_per_month=""),
        lambda f: _table(f, "roster", doctor="D4", institution="S1", weekday=2, slot="am", weeks="all", specialty=""),
        lambda f: _table(f, "roster", doctor="D6", institution="S2", weekday=2, slot="am", weeks="all", specialty=""),
    ]
    table = _facts(tmp_path, *edits).capabilities
    away = 5 * (13 + 2 * 13) / MONTHS
    assert table.loc[("H1", "K2"), "visits"] == pytest.approx(1.05 * (20 + 20 + away))
    assert table.loc[("H2", "K2"), "visits"] == pytest.approx(1.05 * 80)
    assert table.loc[("H1", "K2"), "reserve"] == pytest.approx(0.05 * 40)
    assert table.loc[("H2", "K2"), "reserve"] == 5


def test_quarters_and_cover(tmp_path: Path) -> None:
    """Thirty weeks are two quarters of 13 and 17; a posting covers the weeks whose Monday it holds."""

    def edit(folder: PlanFolder) -> None:
        folder.settings["calendar"]["weeks"] = 30

    facts = _facts(tmp_path, edit)
    assert facts.quarters["weeks"].tolist() == [13, 17]
    new = facts.postings.set_index("doctor").loc["D6"]
    # 1 June to 30 November holds 27 Mondays: all 13, then 14 of 17.
    assert (new["Q1"], new["Q2"]) == (1, pytest.approx(14 / 17))


def test_no_start_is_a_typical_quarter(tmp_path: Path) -> None:
    """Without a start every week is open, nothing dated applies and running postings count throughout."""

    def edit(folder: PlanFolder) -> None:
        folder.settings["calendar"] |= {"start": None, "holidays": "cn"}
        _table(folder, "closures", institution="S1", start="2026-06-01", end="2026-06-30")

    facts = _facts(tmp_path, edit)
    assert facts.sites["half_days"].tolist() == [130] * len(facts.sites)
    assert facts.postings.set_index("doctor").loc["D7", "Q1"] == 1


def test_who_lives_elsewhere_starts_there(tmp_path: Path) -> None:
    """About 11.1 km north of S1 in a straight line: x 1.3 / 40 km/h + 5 minutes at each end."""
    facts = _facts(tmp_path, lambda f: f.put("doctors", {"id": "D1"}, lives_lon=119.1, lives_lat=32.9))
    trip = facts.sessions.set_index("doctor").loc["D1"]
    assert trip["km"] == pytest.approx(11.12 * 1.3, rel=1e-3)
    assert trip["trip"] == pytest.approx(11.12 * 1.3 / 40 * 60 + 10, rel=1e-3)
