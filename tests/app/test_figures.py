"""What a plan changes, in numbers: hand-made cells, and agreement with the audit's and the indicators' own figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.figures.access import GRID
from planner.figures.change import Change
from planner.figures.checks import checks
from planner.figures.sites import Site
from planner.figures.whole import Figures, facts_of, figures_of
from planner.folder import SavedPlan, read_plan, write_table


@pytest.fixture(scope="module")
def folder(kedong_plan: Path) -> Path:
    return kedong_plan


@pytest.fixture(scope="module")
def saved(folder: Path) -> SavedPlan:
    return read_plan(folder)


@pytest.fixture(scope="module")
def figures(saved: SavedPlan) -> Figures:
    return figures_of(saved)


def indicator(saved: SavedPlan, name: str, scope: str = "", column: str = "value") -> float:
    table = saved.table("indicators")
    return float(table[(table["indicator"] == name) & (table["scope"].fillna("") == scope)][column].iloc[0])


def scenario(saved: SavedPlan, name: str, measure: str) -> float:
    table = saved.table("scenarios")
    return float(table[(table["scenario"] == name) & (table["measure"] == measure)]["value"].iloc[0])


def test_sites_add_up_to_the_scenarios(saved: SavedPlan, figures: Figures) -> None:
    """Kept, left and unmet of all institutions and what hospitals' own residents lose are the totals of the plan."""
    kept = sum(one.kept.plan for one in figures.sites)
    wanted = sum(scenario(saved, "plan", f"visits:{kind}") for kind in ("sessions", "posted", "tele"))
    assert kept == pytest.approx(wanted, rel=1e-4)
    assert sum(one.kept.today for one in figures.sites) == pytest.approx(
        indicator(saved, "kept_visits", column="current")
    )
    clinics = sum(one.clinics.plan for one in figures.sites)
    weeks = saved.info["settings"]["calendar"]["weeks"]
    assert clinics == pytest.approx(saved.table("sessions")["sessions"].sum() / (weeks * 7 / (365.25 / 12)), rel=1e-6)


def test_flows_are_those_of_the_tables(saved: SavedPlan, figures: Figures) -> None:
    """Flows up by the plan add up to referrals.csv, flows to `outside` today to what leaves today."""
    table = saved.table("referrals")
    up = table[table["direction"] != "down"]["patients_per_month"].sum()
    assert sum(one.visits.plan for one in figures.flows if one.direction == "up") == pytest.approx(up)
    left = sum(one.visits.today for one in figures.flows if one.destination == "outside")
    assert left == pytest.approx(scenario(saved, "today", "visits:left"))


def test_curves_agree_with_the_indicators(saved: SavedPlan, figures: Figures) -> None:
    """At 15, 30 and 60 minutes the curves are the shares of indicators.csv, before and after, in every specialty."""
    assert figures.access is not None
    for curve in figures.access.reach:
        for limit in (15, 30, 60):
            at = GRID.index(float(limit))
            name = f"residents_within_{limit}_minutes"
            assert curve.plan[at] == pytest.approx(indicator(saved, name, curve.specialty), abs=1e-6)
            assert curve.today[at] == pytest.approx(indicator(saved, name, curve.specialty, "current"), abs=1e-6)
        assert all(np.diff(curve.plan) >= -1e-12) and all(np.diff(curve.today) >= -1e-12)


def test_lorenz_curves_are_below_the_diagonal_and_match_their_gini(saved: SavedPlan, figures: Figures) -> None:
    """Twice the area between the diagonal and the curve of clinics is the Gini coefficient of indicators.csv."""
    assert figures.access is not None and figures.access.clinics[1] is not None
    curve = figures.access.clinics[1]
    x, y = np.array(curve.x), np.array(curve.y)
    assert x[-1] == pytest.approx(1) and y[-1] == pytest.approx(1) and (y <= x + 1e-9).all()
    area = float(np.trapezoid(y, x))
    assert 1 - 2 * area == pytest.approx(indicator(saved, "sessions_gini"), abs=1e-6)
    assert figures.access.gini_clinics.plan == pytest.approx(indicator(saved, "sessions_gini"), abs=1e-6)


def test_hospitals_give_what_sites_get(saved: SavedPlan, figures: Figures) -> None:
    """Posted doctors of the hospitals are those of the sites; visits received are the flows up to each."""
    assert sum(one.posted.plan for one in figures.hospitals) == sum(one.posted.plan for one in figures.sites)
    for one in figures.hospitals:
        flows = [f.visits.plan for f in figures.flows if f.destination == one.institution and f.direction == "up"]
        assert one.received.plan == pytest.approx(sum(flows), abs=1e-3)


def test_centres_carry_their_indicators(saved: SavedPlan, figures: Figures) -> None:
    """Load and minutes at the quantile are those of indicators.csv."""
    assert figures.centres
    for one in figures.centres:
        assert one.load == pytest.approx(
            indicator(saved, "centre_utilisation", f"{one.service} {one.institution}"), abs=1e-5
        )
    imaging = next(one for one in figures.centres if one.service == "imaging")
    assert imaging.quantile == pytest.approx(indicator(saved, "quantile_minutes", f"imaging {imaging.institution}"))
    assert imaging.served == 9 and imaging.limit == 30


def test_costs_are_those_of_the_scenarios(saved: SavedPlan, figures: Figures) -> None:
    """The parts add up to the aim `cost`; a further visit costs the extra cost over the extra visits of a year."""
    costs = figures.costs
    assert costs.total("plan") == pytest.approx(scenario(saved, "plan", "aim:cost"))
    kept = [indicator(saved, "kept_visits", column=column) for column in ("value", "current")]
    assert costs.per_kept == pytest.approx(costs.extra / (12 * (kept[0] - kept[1])), rel=1e-3)


def test_round_numbers_of_kedong(figures: Figures) -> None:
    """Ticks and crosses follow the figures; what the tables do not know is neither."""
    found = {one.key: one for one in figures.checks}
    assert len(found) == 7
    assert found["fixed_doctor"].met is False and found["fixed_doctor"].goal == 7
    assert found["weekly_clinic"].met is False and len(found["weekly_clinic"].who) == 7 - found["weekly_clinic"].value
    assert found["films"].met is True and found["films"].value <= 30
    assert found["in_county"].met is True and found["in_county"].value > 0.9
    assert found["experts"].why == "no_tertiary" and found["pharmacists"].why == "no_review"
    assert found["primary"].met is None and found["primary"].why == "part" and found["primary"].value > 0


def altered(folder: Path, tmp_path: Path, table: str, change: object) -> SavedPlan:
    copy = tmp_path / "plan"
    shutil.copytree(folder, copy)
    path = copy / table
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    write_table(path, change(frame))  # type: ignore[operator]
    return read_plan(copy)


def test_slow_films_are_a_cross(folder: Path, tmp_path: Path) -> None:
    """30 minutes are within 30 minutes; a little more is not."""

    def slower(minutes: str) -> object:
        return lambda frame: frame.assign(value=frame["value"].where(frame["indicator"] != "quantile_minutes", minutes))

    for minutes, met in (("30", True), ("30.1", False)):
        one = altered(folder, tmp_path / minutes, "indicators.csv", slower(minutes))
        assert next(c.met for c in checks(one, facts_of(one)) if c.key == "films") is met


def test_experts_come_from_tertiary_hospitals(folder: Path, tmp_path: Path) -> None:
    """With a tertiary hospital in the tables, its posted doctors of high title are counted against three."""
    saved = altered(folder, tmp_path, "region/institutions.csv", lambda f: f.assign(level=f["level"].replace("2", "3")))
    found = next(c for c in checks(saved, facts_of(saved)) if c.key == "experts")
    people = saved.region["doctors"].set_index("id")["title"]
    posted = saved.table("postings")["doctor"].map(people)
    assert found.met is False and found.value == (posted.astype(float) >= 3).sum() and found.goal == 3


def test_pharmacists_by_stations(folder: Path, tmp_path: Path) -> None:
    """Nine stations for three pharmacists are three each; for two they are too many."""
    copy = tmp_path / "plan"
    shutil.copytree(folder, copy)
    for name in ("centres.csv", "service_links.csv", "region/centres.csv"):
        frame = pd.read_csv(copy / name, dtype=str, keep_default_na=False)
        frame["service"] = frame["service"].replace("ecg", "rx_review")
        if name == "region/centres.csv":
            frame.loc[frame["service"] == "rx_review", "servers"] = "3"
        write_table(copy / name, frame)
    for people, met in (("3", True), ("2", False)):
        frame = pd.read_csv(copy / "region" / "centres.csv", dtype=str, keep_default_na=False)
        frame.loc[frame["service"] == "rx_review", "servers"] = people
        write_table(copy / "region" / "centres.csv", frame)
        saved = read_plan(copy)
        found = next(c for c in checks(saved, None) if c.key == "pharmacists")
        assert found.met is met and found.value == pytest.approx(9 / float(people))


def site(kept: tuple[float, float], left: tuple[float, float] = (5, 5), dropped: tuple[str, ...] = ()) -> Site:
    none = Change(0, 0)
    return Site("T", 10, Change(*kept), Change(*left), none, none, none, none, none, (), dropped)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (site((10, 20)), "gains"),
        (site((10, 20), dropped=("eye",)), "mixed"),
        (site((10, 20), left=(5, 9)), "mixed"),
        (site((20, 10)), "loses"),
        (site((10, 10), dropped=("eye",)), "loses"),
        (site((10, 10.3)), "same"),
    ],
)
def test_verdicts(one: Site, verdict: str) -> None:
    """More kept is a gain unless something is dropped or more is lost; half a visit a month is no change."""
    assert one.verdict == verdict


def test_without_needs_there_are_no_changes(fake_plan: SavedPlan) -> None:
    """A plan whose region has no needs still has centres, costs and the seven lines, none of them ticked by guess."""
    found = figures_of(fake_plan)
    assert found.sites == () and found.access is None and found.flows == () and found.centres
    assert all(one.met is None for one in found.checks)
