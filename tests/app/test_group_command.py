"""`alliance group` on a small county: the folder it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from support.grouped import LAND, changed, county

from models.rules import GROUP_RULES
from planner.audit import audit_plan
from planner.cli import main
from planner.commands.said import say_clashes
from planner.folder import read_plan


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--lang", "en"], catch_exceptions=False)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county grouped once, with its price and report."""
    base = tmp_path_factory.mktemp("grouped")
    result = run("group", county(base / "county"), "-o", base / "plan", "--price")
    assert result.exit_code == 0, result.output
    return base / "plan"


def test_the_folder_has_groups_in_one_piece_by_networkx(grouped: Path) -> None:
    """Every group is connected on the neighbour table as the user wrote it; all institutions have one group."""
    table = pd.read_csv(grouped / "groups.csv", dtype=str, keep_default_na=False)
    near = nx.Graph([tuple(pair.split()) for pair in LAND])
    for _, part in table[table["institution"].isin(near)].groupby("group"):
        assert nx.is_connected(near.subgraph(part["institution"]))
    assert len(table) == 13 and table["institution"].is_unique and set(table["group"]) == {"东片", "西片"}
    assert list(table.columns)[:3] == ["institution", "group", "lead"]


def test_villages_follow_and_the_island_is_told(grouped: Path) -> None:
    """A village has its township's group, one without a parent the nearest's; the island's freedom is a note."""
    group = pd.read_csv(grouped / "groups.csv", dtype=str).set_index("institution")["group"]
    assert group["V1"] == group["V2"] == group["T3"] and group["V3"] == group["T5"]
    notes = " ".join(note["en"] for note in read_plan(grouped).info["notes"])
    assert "T8" in notes and "V3" in notes


def test_aims_have_value_bound_gap_and_unit(grouped: Path) -> None:
    """plan.json lists the aims in order, each proved within 1 %."""
    info = json.loads((grouped / "plan.json").read_text(encoding="utf-8"))
    assert [aim["name"] for aim in info["aims"]] == ["group_floors", "group_travel", "group_change"]
    for aim in info["aims"]:
        assert aim["gap"] <= 0.01 and aim["bound"] <= aim["value"] + 1e-9 and aim["unit"]
    assert info["job"] == "groups" and info["grouping"]["units"] == 10


def test_the_audit_looks_at_every_rule_of_groups(grouped: Path) -> None:
    """One line a rule, all hold, and `alliance audit` says the same."""
    assert list(audit_plan(grouped)["rule"]) == [*GROUP_RULES, "lock"]
    assert run("audit", grouped).exit_code == 0


def test_report_workbook_map_and_indicators_are_there(grouped: Path) -> None:
    """The report escapes names, the picture is drawn, indicators compare with today."""
    page = (grouped / "report.html").read_text(encoding="utf-8")
    assert "县医院" in page and "<svg" in page and "http" not in page.replace("http-equiv", "")
    assert (grouped / "workbook.xlsx").stat().st_size > 5_000 and (grouped / "maps" / "groups.png").is_file()
    table = read_plan(grouped).table("indicators")
    people = table[table["indicator"] == "group_population"].set_index("scope")
    assert people["value"].sum() == people["current"].sum() == 144_000
    assert run("report", grouped).exit_code == 0


def test_the_price_of_borders_has_proofs(grouped: Path) -> None:
    """Without contiguity or balance nothing gets worse; each moved site is there with value, bound and range."""
    table = read_plan(grouped).table("borders")
    trip = table[table["aim"] == "group_travel"].set_index("case")
    assert {"case_this", "case_not_contiguous", "case_not_balanced", "case_move"} <= set(trip.index)
    assert (trip["least"] <= trip["difference"] + 1e-9).all() and (trip["difference"] <= trip["most"] + 1e-9).all()
    assert trip.loc["case_not_balanced", "bound"] <= trip.loc["case_this", "value"] + 1e-6
    moves = table[(table["case"] == "case_move") & (table["aim"] == "group_travel")]
    assert (moves["value"] >= trip.loc["case_this", "bound"] - 1e-6).all()


PLANTINGS: dict[str, Callable[[pd.DataFrame], None]] = {
    "one_group": lambda t: _put(t, "T8", group=""),
    "follows_parent": lambda t: t.__setitem__("group", t["group"].where(t["institution"] != "V1", "西片")),
    "lead_home": lambda t: t.__setitem__("lead", t["lead"].where(t["group"] != "西片", "T6")),
    "group_count": lambda t: _put(t, "T8", group="第三片", lead=""),
    "contiguous": lambda t: _put(t, "T7", group="东片", lead="H1"),
}


def _put(table: pd.DataFrame, unit: str, **values: str) -> None:
    for name, value in values.items():
        table.loc[table["unit"] == unit, name] = value


def _broken(folder: Path) -> dict[str, str]:
    audit = audit_plan(folder)
    lines = audit[audit["holds"] == "no"]
    return (lines["subject"] + ": " + lines["detail"]).groupby(lines["rule"]).agg("; ".join).to_dict()


@pytest.mark.parametrize("rule", PLANTINGS)
def test_a_planted_breach_of_membership_is_caught(grouped: Path, tmp_path: Path, rule: str) -> None:
    """A line edited by hand breaks the rule it is about."""
    folder = _edited(grouped, tmp_path, PLANTINGS[rule])
    assert rule in _broken(folder)


def test_contiguity_alone_is_broken_by_a_unit_beyond_the_other_group(grouped: Path, tmp_path: Path) -> None:
    """The far township in the other group is named, with the group, and nothing else fails but balance."""
    broken = _broken(_edited(grouped, tmp_path, PLANTINGS["contiguous"]))
    assert "T7 东片" in broken["contiguous"] and all(
        rule == "contiguous" or rule.startswith("balance_") for rule in broken
    )


SETTINGS: dict[str, tuple[str, object]] = {
    "balance_population": ("tolerance_population", 0.001),
    "balance_need": ("tolerance_need", 0.001),
    "balance_risk": ("tolerance_risk", 0.001),
    "group_minutes": ("max_minutes", 12.0),
}


@pytest.mark.parametrize("rule", SETTINGS)
def test_a_tighter_setting_is_broken(grouped: Path, tmp_path: Path, rule: str) -> None:
    """With the tolerance or the longest trip of the saved plan made tight, exactly its rule fails and names a group."""
    shutil.copytree(grouped, tmp_path / "plan")
    path = tmp_path / "plan" / "plan.json"
    info = json.loads(path.read_text(encoding="utf-8"))
    name, value = SETTINGS[rule]
    info["settings"]["grouping"][name] = value
    path.write_text(json.dumps(info), encoding="utf-8")
    broken = _broken(tmp_path / "plan")
    assert list(broken) == [rule] and "片" in broken[rule]


def test_capability_is_broken_by_a_smaller_lead(grouped: Path, tmp_path: Path) -> None:
    """What a group sends up beyond what its lead can take must be listed."""
    shutil.copytree(grouped, tmp_path / "plan")
    path = tmp_path / "plan" / "plan.json"
    info = json.loads(path.read_text(encoding="utf-8"))
    info["settings"]["grouping"]["capability"] = True
    path.write_text(json.dumps(info), encoding="utf-8")
    rows = "institution,specialty,visits_per_month,direction\nH1,K1,10,up\nH2,K1,9999,up\n"
    (tmp_path / "plan" / "region" / "capabilities.csv").write_text(rows, encoding="utf-8")
    assert "东片 K1" in _broken(tmp_path / "plan")["group_capability"]


def _edited(grouped: Path, tmp_path: Path, change: Callable[[pd.DataFrame], None]) -> Path:
    folder = tmp_path / "plan"
    shutil.copytree(grouped, folder)
    table = pd.read_csv(folder / "groups.csv", dtype=str, keep_default_na=False)
    change(table)
    table.to_csv(folder / "groups.csv", index=False)
    return folder


# --- what is refused, and what is impossible ----------------------------------------------------------


def _lock(*rows: Iterable[object]) -> tuple[str, list[Iterable[object]]]:
    return "kind institution group must", list(rows)


def test_impossible_groups_are_explained(tmp_path: Path) -> None:
    """A lock that tears a group apart: exit code 3, the rule and the unit are named, nothing is written."""
    region = county(tmp_path / "county", locks=_lock(("group", "T7", "东片", "yes")))
    result = run("group", region, "-o", tmp_path / "plan")
    assert result.exit_code == 3
    assert "contiguous" in result.output or "lock" in result.output
    assert not (tmp_path / "plan").exists()


def test_a_tolerance_that_nothing_meets_is_explained(tmp_path: Path) -> None:
    """Balance within a thousandth: exit code 3 with the rule, the group and the amount."""
    region = county(tmp_path / "county", plan="[grouping]\ntolerance_population = 0.0001\n")
    result = run("group", region, "-o", tmp_path / "plan")
    assert result.exit_code == 3 and "balance_population" in result.output and "片" in result.output


FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "two leads in one unit": (
        {"institutions": changed(T1={"level": 2}, H1={"parent": "T1"}, H2={"parent": "T1"})},
        "H1, H2",
    ),
    "two leads of one group": ({"institutions": changed(H2={"group": "东片"})}, "东片"),
    "a lock for a group without a lead": ({"locks": _lock(("group", "T3", "北片", "yes"))}, "北片"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_question_that_cannot_be_put_is_refused(tmp_path: Path, fault: str) -> None:
    """Exit code 1, the institutions are named, nothing is written."""
    tables, named = FAULTS[fault]
    result = run("group", county(tmp_path / "county", **tables), "-o", tmp_path / "plan")  # type: ignore[arg-type]
    assert result.exit_code == 1 and named in result.output
    assert not (tmp_path / "plan").exists()


def test_more_groups_than_leads_are_refused(tmp_path: Path) -> None:
    """-k beyond the leads says how many there are."""
    result = run("group", county(tmp_path / "county"), "-k", 3, "-o", tmp_path / "plan")
    assert result.exit_code == 1 and "2 leads" in result.output


def test_without_neighbours_and_coordinates_nothing_is_guessed(tmp_path: Path) -> None:
    """No table, no points: the cure is named; with the rule off groups are made."""
    blank = changed(**{str(row[0]): {"lon": "", "lat": ""} for row in _rows()})
    trips = [(a[0], b, 20 + 3 * at, "") for at, a in enumerate(_rows()) for b in ("H1", "H2") if a[0] != b]
    tables = {"institutions": blank, "travel": ("origin destination minutes profile", trips)}
    region = county(tmp_path / "county", **tables)  # type: ignore[arg-type]
    (region / "neighbours.csv").unlink()
    result = run("group", region, "-o", tmp_path / "plan")
    assert result.exit_code == 1 and "neighbours" in result.output
    off = county(tmp_path / "off", plan='[rules]\ncontiguous = "off"\n', **tables)  # type: ignore[arg-type]
    (off / "neighbours.csv").unlink()
    assert run("group", off, "-o", tmp_path / "plan2", "--no-report").exit_code == 0


def _rows() -> list[tuple[object, ...]]:
    return changed()[1]


def test_water_joins_unless_told_otherwise(tmp_path: Path) -> None:
    """With a ferry to T3 the island goes with T3; with `water = false` it may leave it for the nearer lead."""
    links = [*((*pair.split(), "land") for pair in LAND), ("T8", "T7", "water")]
    tables = {"neighbours": ("institution neighbour kind", links)}
    joined = county(tmp_path / "joined", **tables)  # type: ignore[arg-type]
    free = county(tmp_path / "free", plan="[grouping]\nwater = false\n", **tables)  # type: ignore[arg-type]
    groups = {}
    for region in (joined, free):
        assert run("group", region, "-o", tmp_path / f"{region.name}_plan", "--no-report").exit_code == 0
        table = pd.read_csv(tmp_path / f"{region.name}_plan" / "groups.csv", dtype=str)
        groups[region.name] = table.set_index("institution")["group"]
    assert groups["joined"]["T8"] == groups["joined"]["T7"]
    notes = [
        " ".join(note["en"] for note in read_plan(tmp_path / f"{n}_plan").info["notes"]) for n in ("joined", "free")
    ]
    assert "T8" not in notes[0] and "T8" in notes[1]


def test_free_centres_where_nobody_leads(tmp_path: Path) -> None:
    """Without leads -k is needed; then every group is called after its centre and has no lead."""
    nobody = changed(H1={"lead": "no"}, H2={"lead": "no"})
    region = county(tmp_path / "county", institutions=nobody)
    assert run("group", region, "-o", tmp_path / "plan").exit_code == 1
    result = run("group", region, "-k", 2, "-o", tmp_path / "plan", "--no-report")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "plan" / "groups.csv", dtype=str, keep_default_na=False)
    assert table["group"].nunique() == 2 and set(table["lead"]) == {""}


def test_members_of_one_service_have_groups_of_their_own(tmp_path: Path) -> None:
    """Only who sends items is grouped, around the hosts, balanced by items; the institutions' groups stay."""
    volumes = [(f"T{n}", "ecg", 10 + n) for n in range(1, 7)]
    hosts = [(h, "ecg", "one", 100, 2, 1, 8, 1000, 1) for h in ("H1", "H2")]
    region = county(
        tmp_path / "county",
        services=("id name moves", [("ecg", "心电", "data")]),
        volumes=("institution service items_per_day", volumes),
        centres=(
            "service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year cost_per_item",
            [(s, h, *rest) for h, s, *rest in hosts],
        ),
    )
    result = run("group", region, "--service", "ecg", "-o", tmp_path / "plan", "--no-report")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "plan" / "groups.csv", dtype=str)
    assert {"T7", "T8"}.isdisjoint(table["institution"]) and {"T1", "T6"} <= set(table["institution"])
    before = pd.read_csv(tmp_path / "plan" / "region" / "institutions.csv", dtype=str).set_index("id")["group"]
    assert before["T4"] == "西片"


@pytest.mark.parametrize("head", ["groups_infeasible", "infeasible"])
def test_an_unexplained_refusal_says_that_no_cause_was_found(head: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any clash no list is announced and nothing is to be relaxed."""
    say_clashes([], "en", head)
    told = capsys.readouterr().out
    assert "was not found" in told and "cannot all hold" not in told and "Relaxing" not in told
