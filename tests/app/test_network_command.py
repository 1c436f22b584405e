"""`alliance network`: ten sentences, files, closings, plans, and input that cannot be drawn."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner, Result
from support.network_cases import county
from support.plan_folder import clean_plan

from geodata.map_ground import Ground
from planner.cli import main
from planner.network import analysis, words
from planner.network.analysis import Analysis
from planner.network.files import SIGN, changes, write_network
from planner.network.sentences import remarks, sentences

NOTHING = Ground(None, None, None)
NO_TARGETS = pd.DataFrame(columns=["indicator", "scope", "value", "unit", "period", "source", "tolerance"])
NOBODY = pd.DataFrame(columns=["origin", "specialty", "patients"])
#: Formulas, mark-up, a path, and a letter that XML cannot hold.
NASTY = {
    "V": "=1+1",
    "T1": "<b>甲</b>&",
    "T2": "../../x",
    "T3": "丙\x07\x0b卫生院",
    "H1": "县医院",
    "H2": "二院",
    "P": "市院",
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def found() -> Analysis:
    names = {"institutions": NASTY, "specialties": {"k": "内科"}}
    return analysis.of_network(county(), None, NO_TARGETS, 4.0, names, NOBODY, region="某县")


def numbered(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.match(r"^\s*\d+\. ", line)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("region", ["qidong", "tianchang", "kedong"])
def test_ten_sentences_in_both_languages(region: str, lang: str) -> None:
    """Every bundled county has ten sentences with figures, none of them blank or not a number."""
    result = run("network", region, "--lang", lang)
    assert result.exit_code == 0, result.output
    told = numbered(result.stdout)
    assert len(told) == 10
    assert all(re.search(r"\d", line) and "nan" not in line.lower() and "inf" not in line for line in told)
    chinese = sum(bool(re.search("[，。；]", line)) for line in told)
    assert chinese == (10 if lang == "zh" else 0)


def test_published_flows_stand_beside_the_recomputed() -> None:
    """Qidong: slips up and down, their ratio, shares inside and at primary level, each within its tolerance."""
    text = run("network", "qidong", "--lang", "en").stdout
    lines = [line.strip() for line in text.splitlines() if "recomputed" in line]
    assert len(lines) == 5 and all(", within (" in line for line in lines), lines
    text = run("network", "tianchang", "--lang", "en").stdout
    assert "recomputed 2.31, published 2.31, tolerance 2%, within" in text
    assert "not compared" in next(line for line in text.splitlines() if line.strip().startswith("Primary share"))


def test_every_file_is_written_and_can_be_read(tmp_path: Path) -> None:
    """Tables, GraphML with every flow, GeoPackage layers in degrees, pictures; a second run replaces them."""
    target = tmp_path / "out"
    for _ in range(2):
        assert run("network", "qidong", "-o", target, "--lang", "en").exit_code == 0
    flows = pd.read_csv(target / "network_flows.csv")
    graph: Any = nx.read_graphml(target / "network.graphml", force_multigraph=True)
    assert graph.number_of_edges() == len(flows) and graph.number_of_nodes() == 17
    total = sum(data["patients"] for *_, data in graph.edges(data=True))
    assert total == pytest.approx(flows["patients"].sum(), rel=1e-6)
    layers = {str(name) for name, _ in pyogrio.list_layers(target / "network.gpkg")}
    assert {"network_institutions", "network_up", "network_down"} <= layers
    spots = pyogrio.read_dataframe(target / "network.gpkg", layer="network_institutions")
    assert len(spots) == 16 and spots.crs.to_epsg() == 4326
    assert {"up_in", "leakage", "betweenness", "community"} <= set(spots.columns)
    for picture in ("network_map", "network_layers"):
        assert (target / f"{picture}.png").read_bytes()[:4] == b"\x89PNG"
        ElementTree.fromstring((target / f"{picture}.svg").read_text("utf-8"))
    measures = pd.read_csv(target / SIGN)
    assert list(measures["measure"]) == list(words.MEASURES)
    assert measures[["meaning_zh", "meaning_en"]].notna().all(axis=None)


def test_a_plan_stands_beside_today(tmp_path: Path) -> None:
    """Of a plan folder the sentences give today's figures too, and the changes of every flow are written."""
    folder = clean_plan().save(tmp_path / "plan")
    target = tmp_path / "out"
    result = run("network", folder, "-o", target, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "(today " in result.stdout and "published 0" not in result.stdout and "recomputed" not in result.stdout
    moved = pd.read_csv(target / "network_changes.csv")
    assert (moved["now"] - moved["before"]).to_numpy() == pytest.approx(moved["change"].to_numpy(), abs=1e-5)
    graph: Any = nx.read_graphml(target / "network.graphml", force_multigraph=True)
    assert {data["state"] for *_, data in graph.edges(data=True)} == {"observed", "planned"}
    assert (target / "network_tele.csv").is_file()


def test_a_closed_hospital_is_compared_with_itself_open() -> None:
    """`--close` by id or by name says who finds no place, and the figures before."""
    by_id, by_name = (run("network", "qidong", "--close", one, "--lang", "en") for one in ("H3", "启东市第二人民医院"))
    assert by_id.exit_code == 0 and by_id.stdout == by_name.stdout
    assert "With 启东市第二人民医院 closed" in by_id.stdout and "(was " in by_id.stdout


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    """An unknown hospital names the known ones; a region without referrals says which table to fill; no traceback."""
    result = run("network", "qidong", "--close", "协和", "--lang", "en")
    assert result.exit_code == 1 and "协和" in result.output and "H1 启东市人民医院" in result.output
    region = tmp_path / "region"
    region.mkdir()
    (region / "institutions.csv").write_text(
        "id,name,level,lon,lat\nA,甲,2,119,32\nB,乙,1,119.1,32\n", encoding="utf-8"
    )
    result = run("network", region, "--lang", "en")
    assert result.exit_code == 1 and "referrals" in result.output and "Traceback" not in result.output
    assert run("network", "nowhere", "--lang", "en").exit_code == 2


def test_a_region_of_institutions_and_referrals_alone_has_a_network(tmp_path: Path) -> None:
    """Without needs and capabilities, referral rows count as they stand; shares of all visits are not known."""
    for lang in ("zh", "en"):
        result = run("network", small(tmp_path, PLACES, FLOWS), "--lang", lang, "-o", tmp_path / f"out-{lang}")
        assert result.exit_code == 0, result.output
        assert len(numbered(result.stdout)) == 10 and "nan" not in result.stdout
    assert "120 visits a month are referred up; 5 come down; 8 leave" in result.stdout
    assert "all visits are not known" in result.stdout and "Down to up is 0.0417" in result.stdout
    flows = pd.read_csv(tmp_path / "out-en" / "network_flows.csv")
    assert sorted(flows["patients"]) == [5.0, 8.0, 50.0, 70.0]


def test_one_institution_alone_has_a_network(tmp_path: Path) -> None:
    """A single hospital from which patients leave: ten sentences, none of them a traceback, nothing down is known."""
    region = small(tmp_path, PLACES[:1], ["H1,outside,k,up,5"])
    result = run("network", region, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert len(numbered(result.stdout)) == 10 and "nan" not in result.stdout
    assert "not known come down" in result.stdout and "no referral down" in result.stdout


PLACES = ["H1,甲,2,119,32,A,yes", "H2,乙,2,119.3,32,B,yes", "T1,一,1,119.05,32.05,A,no", "T2,二,1,119.25,32.05,B,no"]
FLOWS = ["T1,H1,k,up,50", "T2,H2,k,up,70", "H1,T1,k,down,5", "T1,outside,k,up,8"]


def small(target: Path, places: list[str], flows: list[str]) -> Path:
    region = target / "small"
    region.mkdir(exist_ok=True)
    tables = {
        "institutions": ["id,name,level,lon,lat,group,lead", *places],
        "specialties": ["id,name", "k,内科"],
        "referrals": ["origin,destination,specialty,direction,patients_per_month", *flows],
    }
    for name, lines in tables.items():
        (region / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return region


def test_closing_a_place_that_receives_nobody_is_refused() -> None:
    """A township of Qidong receives no referral: the sentence names those who do."""
    result = run("network", "qidong", "--close", "T02", "--lang", "en")
    assert result.exit_code == 1 and "nobody is referred up to T02" in result.output and "H1 启东市" in result.output


def test_closing_every_hospital_leaves_the_lost_in_the_shares() -> None:
    """Qidong without its four hospitals: the share inside falls by a quarter, the primary share stays."""
    closing = [word for one in ("H1", "H2", "H3", "H4") for word in ("--close", one)]
    told = numbered(run("network", "qidong", *closing, "--lang", "en").stdout)
    assert "63.3% (was 88.4%) of all visits are inside, 71.6% of these at primary level" in told[1]
    assert "adjusted Rand) not known (was 1.00)" in told[9]


def test_reconstructed_flows_and_assumed_capacities_are_said() -> None:
    """Qidong's flows are derived by `sources`: said above the sentences, beside the agreement and beside the loss."""
    text = run("network", "qidong", "--lang", "en").stdout
    assert text.index("Reconstructed flows") < text.index(" 1. ")
    told = numbered(text)
    assert "no proof that the groups are right" in told[9] and "capacities are derived or assumed" in told[6]
    assert "42,900 visits a month go up to a higher institution, 2,937" in told[0] and "of them referred" in told[0]
    chinese = run("network", "qidong", "--lang", "zh").stdout
    assert "重建的流量" in chinese and "每月到上级就诊42,900人次，其中持单上转2,937" in chinese


def test_counted_flows_carry_no_remark(found: Analysis) -> None:
    """Where `sources` says nothing of the kind, there is no remark."""
    assert remarks(found, "en") == [] and "no proof" not in " ".join(sentences(found, "en"))


def test_a_province_without_primary_places_has_neither_their_share_nor_a_county_word() -> None:
    """Jilin: no primary share, shares not compared, 联盟内就诊率 and no 县域; no share of down-referrals."""
    text = run("network", "jilin_prov", "--lang", "zh").stdout
    told = numbered(text)
    assert "联盟内没有基层机构" in told[1] and "县域" not in told[1] and "每人每年只有0.2次" in told[1]
    assert "没有下转记录" in told[2] and "下转无数据" in told[0]


def test_names_cannot_break_lines_start_formulas_or_merge_nodes(tmp_path: Path) -> None:
    """Names with line breaks, ESC and formulas: one line each, a quote before `=`, as many nodes as institutions."""
    made = county()
    names = NASTY | {"T1": "甲\n\x1b[31m红\u2028色", "H1": '=HYPERLINK("x")', "T2": "@SUM(1)"}
    made = replace(made, places=made.places.assign(name=[names[key] for key in made.places.index]))
    both = {"T1": "T\x07", "T2": "T\x08"}
    made = replace(
        made,
        places=made.places.rename(index=both),
        flows=made.flows.replace({"origin": both, "destination": both}),
        reach=made.reach.replace({"origin": both}),
        cells=made.cells.replace({"institution": both}),
    )
    told_names = {both.get(key, key): name for key, name in names.items()}
    done = analysis.of_network(
        made, None, NO_TARGETS, 4.0, {"institutions": told_names, "specialties": {"k": "=k"}}, NOBODY
    )
    assert all(ord(letter) >= 32 and letter != "\u2028" for line in sentences(done, "zh") for letter in line)
    write_network(done, tmp_path / "out", "zh", NOTHING)
    graph: Any = nx.read_graphml(tmp_path / "out" / "network.graphml", force_multigraph=True)
    assert graph.number_of_nodes() == len(made.places) + 1 and graph.number_of_edges() == 11
    table = pd.read_csv(tmp_path / "out" / "network_places.csv", keep_default_na=False, dtype=str)
    assert {'\'=HYPERLINK("x")', "'@SUM(1)"} <= set(table["name"])
    assert not table.map(lambda text: text.startswith(("=", "@", "+"))).any(axis=None)
    assert len(table) == len(made.places)


def test_a_foreign_folder_is_not_touched(tmp_path: Path) -> None:
    """A folder with other files is refused before any work; an older network is replaced."""
    (tmp_path / "mine.txt").write_text("mine")
    result = run("network", "kedong", "-o", tmp_path, "--lang", "en")
    assert result.exit_code == 2 and sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_names_are_data(found: Analysis, tmp_path: Path) -> None:
    """Mark-up, formulas and letters outside XML in names break neither GraphML, SVG nor the folder."""
    write_network(found, tmp_path / "out", "zh", NOTHING)
    graph: Any = nx.read_graphml(tmp_path / "out" / "network.graphml", force_multigraph=True)
    assert graph.number_of_edges() == 11
    for picture in (tmp_path / "out").glob("*.svg"):
        text = picture.read_text("utf-8")
        assert "<b>甲</b>" not in text
        ElementTree.fromstring(text)
    assert all(path.parent == tmp_path / "out" for path in tmp_path.rglob("*") if path.is_file())


def test_places_without_coordinates_still_have_a_network(found: Analysis, tmp_path: Path) -> None:
    """Without a single coordinate there is no map and no GeoPackage, but every table and the layered diagram."""
    found.network.places[["lon", "lat"]] = math.nan
    write_network(found, tmp_path / "out", "en", NOTHING)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "network_layers.svg" in names and "network.graphml" in names
    assert not names & {"network_map.svg", "network.gpkg"}


def test_the_same_network_gives_the_same_bytes(found: Analysis, tmp_path: Path) -> None:
    """Two runs write the same files, byte for byte."""
    for name in ("a", "b"):
        write_network(found, tmp_path / name, "en", NOTHING)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_sentences_name_the_figures_of_the_pencil(found: Analysis) -> None:
    """The hand-made county: kept 92.9 %, H1's failure 65 visits, single exits, most from T1 past H2."""
    told = "\n".join(sentences(found, "en"))
    assert "92.9% stay in the alliance" in told
    assert "If 县医院 fails, 65 visits a month (33.3% of all up)" in told
    assert "22.2% of the visits up have a single exit today (more than half of those of 2 lower institutions" in told
    assert "past 二院 to 县医院, 60 a month" in told
    assert changes(found).empty


def test_every_definition_is_in_both_languages() -> None:
    """Each measure has a unit, a name and a definition in Chinese and in English."""
    for name, one in words.MEASURES.items():
        assert one.unit and all(one.name) and all(one.meaning), name
        assert re.search("[\u4e00-\u9fff]", one.meaning[0]) and not re.search("[\u4e00-\u9fff]", one.meaning[1]), name
