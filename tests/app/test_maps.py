"""The map of a plan: every layer says what the plan's tables say, and the report shows it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
from support.fake_plan import TOWNS
from support.report_html import markup

from geodata import fonts
from geodata.map_ground import Ground
from planner.folder import SavedPlan, read_plan, write_table
from planner.map_pictures import is_latin, sheets
from planner.map_tables import places
from planner.maps import MAP_FILE, ORDER, PICTURES, PROJECT, frames_of, maps_of, write_maps
from planner.report.page import render
from planner.view import View

#: Layers of the made-up plan; it has no boundaries, roads, communities, nor visits by teleconsultation.
LAYERS = set(ORDER) - {"boundaries", "roads", "communities", "tele_links"}


def spread(folder: Path, target: Path) -> Path:
    """A copy of a plan with its institutions around a county seat, as a county has them."""
    shutil.copytree(folder, target)
    path = target / "region" / "institutions.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    dice = np.random.default_rng(11)
    angle, off = dice.uniform(0, 2 * np.pi, len(table)), dice.uniform(0.08, 0.3, len(table))
    off[table["level"] == "2"] = 0.02
    lon, lat = 119 + off * np.cos(angle), 32.7 + off * np.sin(angle)
    table = table.assign(lon=lon.round(5).astype(str), lat=lat.round(5).astype(str))
    table = table.assign(group=["甲" if n % 2 else "乙" for n in range(len(table))], kind="", population="20000")
    write_table(path, table)
    return target


@pytest.fixture(scope="module")
def made(fake_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan folder with its map; read it, do not change it."""
    folder = spread(fake_folder, tmp_path_factory.mktemp("maps") / "plan")
    write_maps(folder, read_plan(folder), "zh")
    return folder


def layer(folder: Path, name: str) -> geopandas.GeoDataFrame:
    return geopandas.read_file(folder / MAP_FILE, layer=name)


def test_the_map_has_every_layer(made: Path) -> None:
    """Nothing failed, and what the plan has is on the map, in degrees."""
    assert not (made / PICTURES / "failed.txt").exists()
    found = {str(name) for name, kind in pyogrio.list_layers(made / MAP_FILE) if kind}
    assert found == LAYERS
    assert all(layer(made, name).crs.to_epsg() == 4326 for name in found)


def test_clinics_add_up_to_the_plan(made: Path) -> None:
    """The lines carry the plan's clinics a month, in total and by specialty."""
    saved = read_plan(made)
    whole = saved.table("sessions")["sessions"].sum() / View(saved, "zh").months()
    home = saved.region["doctors"].set_index("id")["institution"]
    assert (saved.table("sessions")["doctor"].map(home) != saved.table("sessions")["institution"]).all()
    flows, fine = layer(made, "sessions"), layer(made, "sessions_by_specialty")
    assert flows["sessions_per_month"].sum() == pytest.approx(whole, rel=0.01)
    assert fine["sessions_per_month"].sum() == pytest.approx(whole, rel=0.01)
    assert len(flows) < len(fine)


def test_lines_join_the_places_they_name(made: Path) -> None:
    """A line begins at its sender and ends at its receiver."""
    spots = layer(made, "institutions").set_index("id").geometry
    for name in ("sessions", "postings", "service_links", "referrals"):
        for row in layer(made, name).itertuples():
            first, last = row.geometry.coords[0], row.geometry.coords[-1]
            assert first == pytest.approx((spots[row.from_id].x, spots[row.from_id].y))
            assert last == pytest.approx((spots[row.to_id].x, spots[row.to_id].y))


def test_referrals_inside_add_up(made: Path) -> None:
    """Patients on the map are those who are referred within the alliance; care outside has no place."""
    saved = read_plan(made)
    table = saved.table("referrals")
    inside = table[(table["destination"] != "outside") & (table["patients_per_month"] >= 5e-4)]
    assert layer(made, "referrals")["patients_per_month"].sum() == pytest.approx(
        inside["patients_per_month"].sum(), rel=0.01
    )


def test_tele_visits_are_divided_once(made: Path, fake_folder: Path, tmp_path: Path) -> None:
    """A site's tele-visits are shared among the hospitals that give the half-days, none lost or doubled."""
    folder = spread(fake_folder, tmp_path / "plan")
    visits = pd.read_csv(folder / "visits.csv")
    visits["tele"] = np.where(visits["specialty"] == "card", 3.0, 0.0)
    write_table(folder / "visits.csv", visits)
    doctors = pd.read_csv(folder / "region" / "doctors.csv", dtype=str)
    able = doctors[doctors["specialty"] == "card"].drop_duplicates("institution")
    given = pd.DataFrame(
        {"doctor": able["id"], "specialty": "card", "quarter": "Q1", "half_days": range(1, len(able) + 1)}
    )
    write_table(folder / "teleconsultations.csv", given)
    found = frames_of(View(read_plan(folder), "zh"), Ground())["tele_links"]
    assert found["visits_per_month"].sum() == pytest.approx(3.0 * len(TOWNS), rel=0.02)
    assert found["from_id"].nunique() == len(able)


def test_institutions_say_what_they_host_give_and_get(made: Path) -> None:
    """Plain fields in Chinese words and in numbers."""
    table = layer(made, "institutions").set_index("id")
    assert "医学影像诊断" in table.loc["H1", "hosts"] and "坐诊" in table.loc["H1", "gives"]
    some = table[table["clinics_got"] > 0].iloc[0]
    assert "由市人民医院承担" in some["gets"] and "次/月" in some["gets"]
    assert table["posted_in"].sum() == table["posted_out"].sum() == len(read_plan(made).table("postings"))


def test_bands_stand_for_today_and_plan(made: Path) -> None:
    """Where nobody comes today and clinics are planned, the plan's band is the larger one."""
    bands = layer(made, "travel_bands")
    assert set(bands["minutes"]) <= {15, 30, 60} and set(bands["estimated"]) == {"yes"}
    first = bands[bands["rank"] == 0]
    assert set(first["moment"]) in ({"plan"}, {"today"}, {"both"})
    assert {"any", "hospitals"} & set(bands["offer"])


def test_written_again_it_is_the_same(made: Path, tmp_path: Path) -> None:
    """`alliance report` without the region's files keeps map and pictures to the byte."""
    copy = tmp_path / "again"
    shutil.copytree(made, copy)
    write_maps(copy, read_plan(copy), "zh")
    for path in (
        MAP_FILE,
        PROJECT,
        *(f"{PICTURES}/{key}.{kind}" for key in ("clinics", "centres", "bands") for kind in ("svg", "png")),
    ):
        assert (copy / path).read_bytes() == (made / path).read_bytes(), path


def test_boundaries_and_roads_survive_the_loss_of_their_files(made: Path, tmp_path: Path) -> None:
    """A plan that is reported again keeps the ground of its older map."""
    from shapely import LineString, box

    copy = tmp_path / "ground"
    shutil.copytree(made, copy)
    units = geopandas.GeoDataFrame(
        {"name": ["东", "西"]}, geometry=[box(119, 32.3, 119.5, 33), box(118.5, 32.3, 119, 33)], crs=4326
    )
    roads = geopandas.GeoDataFrame(
        {"class": ["primary"], "name": [""], "ref": ["G1"]},
        geometry=[LineString([(118.6, 32.5), (119.4, 32.9)])],
        crs=4326,
    )
    write_maps(copy, read_plan(copy), "zh", Ground(units, roads))
    before = {name: (copy / PICTURES / name).read_bytes() for name in ("clinics.svg", "centres.svg", "bands.svg")}
    assert set(layer(copy, "groups")["method"]) == {"boundaries"}
    write_maps(copy, read_plan(copy), "zh")
    assert len(layer(copy, "boundaries")) == 2 and len(layer(copy, "roads")) == 1
    assert {name: (copy / PICTURES / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("坐诊与派驻", "示意图", "北")), ("en", ("Outreach clinics", "Sketch map", ">N<"))]
)
def test_pictures_speak_the_language_of_the_report(
    made: Path, tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    """Titles, legend and north are in the report's language."""
    copy = tmp_path / "plan"
    shutil.copytree(made, copy)
    if lang != "zh":
        write_maps(copy, read_plan(copy), lang)
    svg = (copy / PICTURES / "clinics.svg").read_text("utf-8")
    assert all(word in svg for word in words)


def test_report_shows_the_maps_and_needs_no_network(made: Path) -> None:
    """Three figures with a description, no address, no file asked for, every id once."""
    html = markup(render(read_plan(made), "zh"))
    assert html.count('<figure class="map" role="img" aria-label=') == 3
    assert not re.search(r"<link|<img|<iframe|https?://", html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "map.gpkg" in html


def test_source_and_review_number_stand_below(made: Path) -> None:
    """`[output] map_note` is printed under every map."""
    saved = read_plan(made)
    info = {**saved.info, "settings": {**saved.info["settings"], "output": {"map_note": "审图号：皖S(2026)1号"}}}
    view = View(SavedPlan(saved.path, info, saved.tables, saved.region), "zh")
    frames = {name: layer(made, name) for name in LAYERS}
    assert all("审图号：皖S(2026)1号" in sheet.notes for sheet in sheets(view, frames, 0).values())


def without(made: Path, target: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> SavedPlan:
    """A copy of the plan with other institutions, its map made anew."""
    shutil.copytree(made, target)
    path = target / "region" / "institutions.csv"
    write_table(path, change(pd.read_csv(path, dtype=str, keep_default_na=False)))
    write_maps(target, read_plan(target), "zh")
    return read_plan(target)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_coordinates_there_is_one_sentence(made: Path, tmp_path: Path, lang: str) -> None:
    """No map, no older map left behind, and the report says why and what to do."""
    saved = without(made, tmp_path / "plan", lambda table: table.assign(lon="", lat=""))
    assert not any((saved.path / name).exists() for name in (MAP_FILE, PROJECT, PICTURES))
    html = render(saved, lang)
    assert '<figure class="map"' not in html and 'id="leaflet"' not in html
    assert ("机构没有坐标，不出地图" if lang == "zh" else "No map: the institutions have no coordinates") in html


def test_without_columns_of_coordinates_nothing_breaks(made: Path, tmp_path: Path) -> None:
    """An institutions table that never had them."""
    saved = without(made, tmp_path / "plan", lambda table: table.drop(columns=["lon", "lat"]))
    assert maps_of(View(saved, "zh"))["pictures"] == []


def test_some_without_coordinates_are_counted(made: Path, tmp_path: Path) -> None:
    """The map shows the others and says how many are missing."""

    def blank(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(lon=table["lon"].where(~table["id"].isin(["T01", "T02"]), ""))

    saved = without(made, tmp_path / "plan", blank)
    assert places(View(saved, "zh"))[1] == 2
    assert "另有 2 个机构没有坐标" in (saved.path / PICTURES / "clinics.svg").read_text("utf-8")


def test_one_institution_has_a_map(made: Path, tmp_path: Path) -> None:
    """A single place is a map too."""
    saved = without(made, tmp_path / "plan", lambda table: table[table["id"] == "T01"])
    assert len(layer(saved.path, "institutions")) == 1 and not (saved.path / PICTURES / "failed.txt").exists()


def test_nine_hundred_institutions_are_drawn_and_the_main_ones_named(made: Path, tmp_path: Path) -> None:
    """Hospitals are named, hundreds of village clinics are dots, and the file stays small."""

    def many(table: pd.DataFrame) -> pd.DataFrame:
        dice = np.random.default_rng(2)
        more = pd.DataFrame(
            {"id": [f"V{n}" for n in range(880)], "name": [f"第{n}村卫生室" for n in range(880)], "level": "0"}
        )
        spots = dice.normal([119, 32.7], 0.15, (880, 2)).round(5).astype(str)
        return pd.concat([table, more.assign(lon=spots[:, 0], lat=spots[:, 1], group="甲")]).fillna("")

    saved = without(made, tmp_path / "plan", many)
    svg = (saved.path / PICTURES / "clinics.svg").read_text("utf-8")
    assert "市人民医院" in svg and "第7村" not in svg and "仅标注主要机构" in svg
    assert len(svg) < 1_000_000 and len(layer(saved.path, "institutions")) > 890


def test_hostile_names_stay_text(made: Path, tmp_path: Path) -> None:
    """Markup, quotes, formulas and control characters in names break neither picture, style nor page."""
    evil = "</text><script>alert(1)</script> $x_{1$ \"q\" 'a' \\ \x0b &amp; 😀"

    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(name=evil, group=evil)

    saved = without(made, tmp_path / "plan", spoil)
    assert not (saved.path / PICTURES / "failed.txt").exists()
    ElementTree.fromstring((saved.path / PICTURES / "clinics.svg").read_bytes())
    assert "<script" not in markup(render(saved, "zh"))


def test_without_a_chinese_font_png_are_in_latin_letters(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No boxes in the place of characters: English words, ids for names, and a sentence in the report."""
    copy = tmp_path / "plan"
    shutil.copytree(made, copy)
    fonts.chinese_font.cache_clear()
    monkeypatch.setattr(fonts, "_has_chinese", lambda path: False)
    from geodata import picture

    drawn: list[str] = []
    original = picture._figure

    def watch(sheet: picture.Sheet) -> object:
        drawn.append(sheet.title + "".join(key.text for key in sheet.legend))
        return original(sheet)

    monkeypatch.setattr(picture, "_figure", watch)
    write_maps(copy, read_plan(copy), "zh")
    html = render(read_plan(copy), "zh")
    fonts.chinese_font.cache_clear()
    assert len(drawn) == 6 and all(is_latin(text) for text in drawn[3:])
    assert "本机没有中文字体" in html and "坐诊与派驻" in html


def test_a_map_that_fails_costs_no_plan(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report says that there is no map and why; everything else is written."""
    copy = tmp_path / "plan"
    shutil.copytree(made, copy)
    import planner.maps

    def fail(*_: object) -> None:
        raise ValueError("no such projection")

    monkeypatch.setattr(planner.maps, "frames_of", fail)
    write_maps(copy, read_plan(copy), "zh")
    html = render(read_plan(copy), "zh")
    assert "no such projection" in html and '<figure class="map"' not in html


def test_bands_use_the_calibration_that_known_trips_gave(made: Path, tmp_path: Path) -> None:
    """A plan whose minutes were doubled by calibration has bands to match."""
    saved = read_plan(made)
    (tmp_path / "plan").mkdir()
    slow = SavedPlan(
        tmp_path / "plan", {**saved.info, "travel": {"calibration": {"factor": 2.0}}}, saved.tables, saved.region
    )
    areas = []
    for one in (saved, slow):
        bands = frames_of(View(one, "zh"), Ground())["travel_bands"]
        areas.append(bands[(bands["offer"] == "any") & (bands["minutes"] == 60)].to_crs(3857).area.sum())
    assert areas[1] < areas[0] / 2
