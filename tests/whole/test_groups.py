"""Groups of the bundled regions: proved within 1 %, in one piece by networkx, balanced as asked; and inside a plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from support.grouped import staffed_county

from planner.audit import audit_plan
from planner.cli import main
from planner.folder import read_plan

REGIONS = {
    "dancheng": (26, 4, 0.08),
    "qidong": (16, 2, 0.15),
    "tianchang": (19, 3, 0.15),
    "jilin_prov": (57, 5, 0.12),
}


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--lang", "en"], catch_exceptions=False)


def _given(name: str) -> nx.Graph[str]:
    """The neighbour table of the bundled region as it is, with nothing of the plan in it."""
    rows = pd.read_csv(Path("planner/regions") / name / "neighbours.csv", dtype=str)
    return nx.Graph(list(zip(rows["institution"], rows["neighbour"], strict=True)))


def _shares(name: str) -> pd.Series:
    """The part of the people that each group should have: equal, in `jilin_prov` as the leads have beds."""
    table = pd.read_csv(Path("planner/regions") / name / "institutions.csv", dtype=str)
    leads = table[table["lead"] == "yes"].set_index("group")
    beds = leads["beds"].astype(float) if name == "jilin_prov" else pd.Series(1.0, index=leads.index)
    return beds / beds.sum()


@pytest.mark.slow
@pytest.mark.parametrize("name", REGIONS)
def test_groups_of_a_bundled_region(name: str, tmp_path: Path) -> None:
    """Proved within 1 %, each group in one piece on the region's own table, people within the tolerance, all rules."""
    units, count, tolerance = REGIONS[name]
    result = run("group", name, "-o", tmp_path / "plan", "--no-report", "--time-limit", 120)
    assert result.exit_code == 0, result.output
    saved = read_plan(tmp_path / "plan")
    assert all(aim["gap"] <= 0.01 for aim in saved.info["aims"])
    table = saved.table("groups")
    heads = table[table["institution"] == table["unit"]]
    assert len(heads) == units and heads["group"].nunique() == count
    graph = _given(name)
    assert nx.is_connected(graph)
    for group, part in heads[heads["institution"].isin(graph)].groupby("group"):
        assert nx.is_connected(graph.subgraph(part["institution"])), group
    people = saved.table("indicators").set_index(["indicator", "scope"])["value"]["group_population"]
    assert (people / (people.sum() * _shares(name)) - 1).abs().max() <= tolerance + 1e-9
    assert (saved.table("audit")["holds"] == "yes").all()


@pytest.fixture(scope="module")
def qidong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qidong grouped: both leads stand in the town T01, a hospital of the second in T03, one of the first in T06."""
    folder = tmp_path_factory.mktemp("qidong") / "plan"
    result = run("group", "qidong", "-o", folder, "--no-report", "--time-limit", 30)
    assert result.exit_code == 0, result.output
    return folder


def test_no_group_passes_through_a_hospital_in_the_territory_of_another(qidong: Path) -> None:
    """On the region's own table, which the plan keeps as it is, each group's towns are joined; H3 and H4 stay home."""
    table = pd.read_csv(qidong / "groups.csv", dtype=str).set_index("institution")["group"]
    graph = _given("qidong")
    kept = pd.read_csv(qidong / "region" / "neighbours.csv", dtype=str)
    assert nx.utils.graphs_equal(graph, nx.Graph(list(zip(kept["institution"], kept["neighbour"], strict=True))))
    for group, part in table[table.index.isin(list(graph))].groupby(table):
        assert nx.is_connected(graph.subgraph(part.index)), group
    assert table["H3"] == table["T06"] and table["H4"] == table["T03"]


@pytest.mark.parametrize(("unit", "group"), [("T10", "中医院集团"), ("H3", "人民医院集团")])
def test_the_audit_sees_a_group_that_only_a_hospital_joins(qidong: Path, tmp_path: Path, unit: str, group: str) -> None:
    """T10 touches the second group through its lead inside T01 alone, H3 stands inside T06 of the other group."""
    shutil.copytree(qidong, tmp_path / "plan")
    table = pd.read_csv(qidong / "groups.csv", dtype=str, keep_default_na=False)
    lead = table[table["group"] == group].iloc[0]["lead"]
    assert table.loc[table["institution"] == unit, "group"].item() != group
    table.loc[table["institution"] == unit, ["group", "lead"]] = [group, lead]
    table.to_csv(tmp_path / "plan" / "groups.csv", index=False)
    audit = audit_plan(tmp_path / "plan").set_index("rule")
    assert audit.loc[["contiguous"], "holds"].eq("no").all()
    assert audit.loc[["contiguous"], "subject"].str.contains(group).any()


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same county planned with today's groups (and their price), with new ones, and with none."""
    base = tmp_path_factory.mktemp("plans")
    region = staffed_county(base / "county")
    extra = {"fixed": ["--price", "--move", "T3=西片"], "free": [], "none": []}
    for mode, more in extra.items():
        result = run("plan", region, "-o", base / mode, "--groups", mode, "--no-report", *more)
        assert result.exit_code == 0, result.output
        if mode == "fixed":
            assert "price of borders" in result.output and "groups dropped: " in result.output
            told = result.output.split("price of borders")[1]
            assert "(proved)" in told and "Cost" in told and "worst" not in told and "100" not in told.split("Gap")[1]
    return {mode: base / mode for mode in extra}


def _aim(folder: Path, name: str) -> dict[str, float]:
    return next(aim for aim in read_plan(folder).info["aims"] if aim["name"] == name)


def test_groups_restrict_who_serves_whom(plans: dict[str, Path]) -> None:
    """With groups no clinic crosses a border; new groups are those of groups.csv; without groups the rule is off."""
    for mode in ("fixed", "free"):
        saved = read_plan(plans[mode])
        group = saved.region["institutions"].set_index("id")["group"]
        home = saved.region["doctors"].set_index("id")["institution"]
        clinics = saved.table("sessions")
        assert len(clinics) and (clinics["doctor"].map(home).map(group) == clinics["institution"].map(group)).all()
    free = read_plan(plans["free"])
    decided = free.table("groups").set_index("institution")["group"]
    assert free.region["institutions"].set_index("id")["group"].to_dict() == decided.to_dict()
    assert all(aim["gap"] <= 0.01 for aim in free.info["grouping"]["aims"])
    assert read_plan(plans["none"]).info["settings"]["rules"]["own_group"] == "off"


def test_the_price_of_borders_is_told_with_both_proofs(plans: dict[str, Path]) -> None:
    """Dropping groups cannot hurt the first aim; values agree with the plans made so, within both bounds."""
    table = read_plan(plans["fixed"]).table("borders")
    assert list(dict.fromkeys(table.sort_values("number")["case"])) == ["case_this", "case_none", "case_move"]
    floors, unmet = (table[table["aim"] == aim].set_index("case") for aim in ("floors", "unmet"))
    assert unmet[["value", "bound", "gap", "least", "most"]].notna().all().all()
    assert floors.loc["case_none", "least"] <= 1e-6, "the bound without groups is not above the plan with them"
    for case, mode in (("case_this", "fixed"), ("case_none", "none")):
        made = _aim(plans[mode], "floors")
        assert floors.loc[case, "bound"] <= made["value"] + 1e-6
        assert made["bound"] <= floors.loc[case, "value"] + 1e-6
    assert unmet.loc["case_this", "value"] == pytest.approx(_aim(plans["fixed"], "unmet")["value"], abs=1e-5)
    assert (unmet["least"] <= unmet["difference"] + 1e-6).all() and (unmet["difference"] <= unmet["most"] + 1e-6).all()
    fewer = floors.loc["case_none", "difference"]
    assert fewer <= 1e-4 and (fewer < -1e-4 or unmet.loc["case_none", "difference"] <= 1e-3)
    assert floors.loc["case_none", "most"] <= 1e-9, "dropping groups cannot break promises"
    later = table[table["aim"].isin(["travel", "cost", "kept_visits"])]
    assert later["difference"].notna().all() and later[["least", "most"]].isna().all().all()
    moved = table[table["case"] == "case_move"]
    assert set(moved["institution"]) == {"T3"} and set(moved["group"]) == {"西片"}


def test_a_move_that_is_none_is_refused(tmp_path: Path) -> None:
    """An unknown institution or group is named before anything is written."""
    region = staffed_county(tmp_path / "county")
    result = run("plan", region, "-o", tmp_path / "plan", "--no-report", "--price", "--move", "T3=北片")
    assert result.exit_code == 1 and "T3=北片" in result.output and "东片" in result.output
    assert not (tmp_path / "plan").exists()
