"""Writing a region: what is read again is equal, byte for byte the same, and never a formula."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import geopandas
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geodata.new import starter
from geodata.plan_file import toml_text
from geodata.problems import errors
from geodata.read import read_region
from geodata.region import Region
from geodata.write import write_csv, write_gpkg, write_xlsx


def same(one: Region, other: Region) -> None:
    """Both regions have equal tables and settings."""
    assert list(one.tables) == list(other.tables)
    for table, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[table], obj=table)
    assert one.settings == other.settings


@pytest.fixture
def odd(tmp_path: Path) -> Region:
    """A region with unknown columns, missing values, every kind of type, and names that look like code."""
    files = {
        "institutions.csv": "id,name,level,lead,private,lon,lat,population,法人\n"
        '0012,"=HYPERLINK(""x"")",三级甲等,是,,119.0123456789,32.7,1234567,"甲,乙"\n'
        "@T1,+1,0,,是,,,0.1,\n-2,../../etc,1,否,否,118.5,31.25,,x\n",
        "doctors.csv": "id,name,institution,specialty,scope,title,promotion_year\n"
        "1,张伟,0012,内科,内科;骨科,主任,2027\n",
        "duties.csv": "doctor,weekday,date,slot,weeks,what\n1,周一,,夜班,单周,值班\n1,,2026-03-02,全天,,\n",
        "absences.csv": "doctor,start,end\n1,2026-03-02,2026-03-06\n",
        "memberships.csv": "institution,service,group,from,to\n0012,all,东片,2026-01-01,\n",
        "locks.csv": "kind,institution,must,weight\n坐诊,@T1,否,2.5\n",
        "travel.csv": "origin,destination,minutes\n0012,@T1,33.333333333333336\n",
        "targets.csv": "indicator,scope,value,unit\nkept,total,-0.5,%\n",
        "plan.toml": '[region]\nname = "怪县"\n[rules]\nroom = { soft = 2.5 }\n[calendar]\noff = [2026-01-01]\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    region = read_region(tmp_path)
    assert not errors(region.problems)
    return region


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg"])
def test_round_trip(odd: Region, tmp_path: Path, kind: str) -> None:
    """Tables and settings are equal after a round trip through every kind of file."""
    target = tmp_path / ("again" if kind == "csv" else f"again.{kind}")
    {"csv": write_csv, "xlsx": write_xlsx, "gpkg": write_gpkg}[kind](odd, target)
    again = read_region(target)
    same(odd, again)
    assert not errors(again.problems) and again.name == "怪县"


def test_round_trip_of_the_starter(tmp_path: Path) -> None:
    """The example region survives CSV to workbook to GeoPackage to CSV."""
    first = starter()
    write_xlsx(first, tmp_path / "a.xlsx")
    write_gpkg(read_region(tmp_path / "a.xlsx"), tmp_path / "b.gpkg")
    write_csv(read_region(tmp_path / "b.gpkg"), tmp_path / "c")
    same(first, read_region(tmp_path / "c"))


def test_the_same_region_gives_the_same_bytes(odd: Region, tmp_path: Path) -> None:
    """CSV and workbook are reproducible."""
    for name in ("1", "2"):
        write_csv(odd, tmp_path / f"csv{name}")
        write_xlsx(odd, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()
    for file in (tmp_path / "csv1").iterdir():
        assert file.read_bytes() == (tmp_path / "csv2" / file.name).read_bytes()


def test_names_are_never_formulas(odd: Region, tmp_path: Path) -> None:
    """A name that begins with = is a string cell of the workbook."""
    write_xlsx(odd, tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["机构"]["B3"]
    assert cell.value == '=HYPERLINK("x")' and cell.data_type != "f"


def test_the_workbook_speaks_chinese(odd: Region, tmp_path: Path) -> None:
    """Sheets, headings, choices, titles and weekdays are Chinese; numbers and dates are real ones."""
    write_xlsx(odd, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    duties = [[cell.value for cell in row] for row in book["本院安排"].iter_rows(min_row=2)]
    assert duties[0] == ["医生", "星期", "日期", "时段", "单双周", "事由"]
    assert duties[1] == ["1", "周一", None, "夜班", "单", "值班"]
    assert book["请假"]["B3"].is_date and book["机构"]["C3"].value == "三级"
    assert isinstance(book["路程"]["C3"].value, float)


def test_geometry_of_a_geopackage(odd: Region, tmp_path: Path) -> None:
    """Located tables are point layers; an institution without coordinates has no point; others are tables."""
    write_gpkg(odd, tmp_path / "a.gpkg")
    layers = dict(pyogrio.list_layers(tmp_path / "a.gpkg"))
    assert layers["institutions"] == "Point" and layers["doctors"] is None
    frame = geopandas.read_file(tmp_path / "a.gpkg", layer="institutions")
    assert frame.geometry.isna().tolist() == [False, True, False] and frame.crs.to_epsg() == 4326


def test_coordinates_from_the_geometry(tmp_path: Path) -> None:
    """Layers without lon and lat take them from points or areas, in whatever projection."""
    places = geopandas.GeoDataFrame(
        {"代码": ["H1", "H2"], "级别": ["2", "1"]},
        geometry=geopandas.points_from_xy([119.0, 119.1], [32.7, 32.8]),
        crs=4326,
    )
    places.to_crs(4549).to_file(tmp_path / "a.gpkg", layer="机构", driver="GPKG")
    areas = geopandas.GeoDataFrame(
        {"id": ["V1"], "population": [900]}, geometry=[box(118.99, 32.69, 119.01, 32.71)], crs=4326
    )
    areas.to_file(tmp_path / "a.gpkg", layer="communities", driver="GPKG")
    region = read_region(tmp_path / "a.gpkg")
    assert not region.problems
    assert region.tables["institutions"]["lon"].tolist() == pytest.approx([119.0, 119.1], abs=1e-6)
    assert region.tables["communities"]["lat"].tolist() == pytest.approx([32.7], abs=0.01)


def test_writing_replaces_a_geopackage(odd: Region, tmp_path: Path) -> None:
    """A second write leaves nothing of the first."""
    write_gpkg(odd, tmp_path / "a.gpkg")
    fewer = dataclasses.replace(odd, tables={"institutions": odd.tables["institutions"]})
    write_gpkg(fewer, tmp_path / "a.gpkg")
    assert list(read_region(tmp_path / "a.gpkg").tables) == ["institutions"]


_NAMES = st.text(st.sampled_from("abz_-.9 中"), min_size=1, max_size=6)
_PLAIN = st.one_of(
    st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False), st.text(), st.dates(date(1900, 1, 1))
)
_VALUES = st.one_of(_PLAIN, st.lists(_PLAIN, max_size=3), st.dictionaries(_NAMES, _PLAIN, max_size=2))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.dictionaries(_NAMES, st.one_of(_PLAIN, st.dictionaries(_NAMES, _VALUES, max_size=3)), max_size=3))
def test_settings_survive_toml(plan: dict[str, object]) -> None:
    """Whatever the settings hold, the TOML written is read back equal."""
    assert tomllib.loads(toml_text(plan)) == plan
