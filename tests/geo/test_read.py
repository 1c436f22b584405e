"""Reading a region: what offices' files look like, and what is said about what is wrong in them."""

from __future__ import annotations

import base64
import time
import zlib
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from geo.read_support import PLACES, book, folder, one
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import RegionNotFound
from geodata.problems import errors
from geodata.read import read_region

#: A workbook as Excel 97 writes it: a merged title, 万 in a number, a total row, a merged institution, dates.
XLS = (
    "eNrtGFtIVFFwzr133fWxupoGGqgFWvmiFCUK3QpK+mhRV7BC8JGyiakhCVmwWWoEVgSRUoQgGNKP1UfvsvoIogIlP4Ig0MQ+6qeiIER3m5l7rq"
    "82UChBuXM5c848z2PmPHaHBiNHem7HjcI8yAMVfP5gCJrFE1iCDcIBKPf7qWnUNix+E5YVBNswkEEWeGR/Y6UYUrxHQYFb2nPEAB+xlMIRcDXU"
    "VycuIezkMVQIGkOu0DD3FLiGJRxieVxRjA8yXsX4Jus+ZrydOecZ56LuiDgAg05XyhaZx/uUdSwLRyzgHtu8Z85miIGXlMcnLwpd1wI7GmsqDi"
    "8zQbwWBr2AIc2vrq9uJDoCrkMIQDNCel1delXVCERjuHvhpz8R4Iexr58lmvyl5QtA/q+5fOtf+DYM4nz+JUUDaAF/uaBkbocw6NJIooitnjYP"
    "0QlWnS4teNUxCd10dmPqA4SCGPI8dW9zdzWR6kRJmudF+Z3CQ2dxvxFjzCWOyaa9+Gszuu/zphYhx+7pKXroGnOrIMi8shN551x93symPSeCQH"
    "g9Y+78y7XuhKbKThoTSlAhBzIgG6wu5NiKezpIUPZ6P1bD3jIP3h2ZmzJzMrIzskLomuFjyTHnWLLzZg1DXAUR3I7kLevAVZm88e3t3soCZxlz"
    "Wvgq0i+sJFod8MMpskDjcJZYGJMkhS1SGZ9mr2u4Hcc4GjWxTi6IkY3drazTxtJk7CeLYdi5flZ7A7bbvxTej28fc27Edn/+6PHo/nfOHliHF2"
    "gV2tPXCmkiTVy9QvDAadRCHm0fGMf+cczZFIccu1/eyhEwRRsbIZLxAK4R8OrQp7KFCGAh2IKwThnrqVMK2xqUipQme1fm+fIqIcyLhE+xuTWk"
    "r8fGIq0V9kUR1DXJl29iLftSA/hS2ddn6UtlX1bpS2VftmmKfAXLcWkB5qixrxDZt8b63d+TYFzOn0CFPCUK7tIU8OKYgaXIQ3UaL9c8VAPmoZ"
    "FHeh6GTlMUvTBpLQJY6zlJS/0E+6fRRcGZIQXxhSHKIyP/ZtsN4MwUmf16hpGVD/Vnss+OsnGZ5Yr+wKWYQ6CYm2CCCSaYYMKKB8GXMsiHmP4w"
    "pkeOVf6vM4XFZ/5NsmKhCBrwO4o/KXdBPdaN0Lyo/FkNFmH4Egu0Mf4vJCjB3huhFip5HLWLzl98pIrZ81mwoePfbaHF9u9bzDj/c/+/ASZ9SA"
    "g="
)


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_encodings(tmp_path: Path, encoding: str) -> None:
    """CSV files are read in every encoding that Excel and WPS save."""
    region = folder(tmp_path, {"机构.csv": PLACES.encode(encoding)})
    assert region.tables["institutions"]["name"].tolist() == ["县医院", "东镇卫生院"] and not region.problems


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_csv_delimiters(tmp_path: Path, mark: str) -> None:
    """Tabs and semicolons separate as well as commas."""
    region = folder(tmp_path, {"institutions.csv": PLACES.replace(",", mark)})
    assert region.tables["institutions"]["level"].tolist() == [2, 1]


def test_rows_are_the_lines_that_the_user_sees(tmp_path: Path) -> None:
    """A quoted line break moves the lines of later records, and the labels follow."""
    text = 'id,name,level\r\nH1,"县\n医院",2\r\n\r\nT1,东镇,五级\r\n'
    region = folder(tmp_path, {"institutions.csv": text})
    assert region.rows["institutions"] == ["2", "5"]
    assert one(region.problems, column="level").row == "5"
    assert region.tables["institutions"]["name"].tolist() == ["县医院", "东镇"]


def test_xls_of_excel_97(tmp_path: Path) -> None:
    """Old .xls files are read, with merged cells, dates, and codes that Excel holds as numbers."""
    target = tmp_path / "老表.xls"
    target.write_bytes(zlib.decompress(base64.b64decode("".join(XLS))))
    region = read_region(target)
    assert not region.problems
    assert region.tables["institutions"]["id"].tolist() == ["441403001", "441403002"]
    assert region.tables["institutions"]["population"].tolist() == [556735.0, 65000.0]
    assert region.tables["closures"]["institution"].tolist() == ["441403002"] * 2
    assert region.tables["closures"]["end"].tolist() == [pd.Timestamp(2026, 4, 3), pd.Timestamp(2026, 5, 3)]


def test_a_workbook_with_the_wrong_ending_is_read_by_its_content(tmp_path: Path) -> None:
    """An .xlsx that somebody renamed to .xls is still read."""
    target = book(tmp_path, {"机构": [["代码", "名称", "级别"], ["H1", "县医院", "二级"]]})
    assert not read_region(target.rename(tmp_path / "x.xls")).problems


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.gpkg"])
def test_a_file_that_is_nothing_is_a_problem_not_a_crash(tmp_path: Path, name: str) -> None:
    """A damaged file is told with its name and what to do."""
    (tmp_path / name).write_bytes(b"<html><table><tr><td>export</td></tr></table></html>")
    found = one(read_region(tmp_path / name).problems, table=name)
    assert found.severity == "error" and found.cure_en and found.cure_zh


def test_a_damaged_zip_is_a_problem(tmp_path: Path) -> None:
    """A truncated workbook is told as damaged or encrypted."""
    target = book(tmp_path, {"机构": [["代码", "名称", "级别"], ["H1", "县医院", "二级"]]})
    target.write_bytes(target.read_bytes()[:900])
    assert "damaged" in one(read_region(target).problems, table="region.xlsx").expected_en


def test_an_open_quote_does_not_swallow_rows(tmp_path: Path) -> None:
    """A quotation mark that is never closed is told with its line; loose ones inside a field are read."""
    files = {
        "institutions.csv": PLACES,
        "closures.csv": 'institution,start,end,reason\nT1,2026-04-01,2026-04-02,"体检\nT1,x,y,\n',
    }
    assert "line 2" in one(folder(tmp_path, files).problems, table="closures.csv").expected_en
    region = folder(tmp_path, {"institutions.csv": 'id,name,level\nH1,县"第一"医院,2\n', "closures.csv": ""})
    assert region.tables["institutions"]["name"].tolist() == ['县"第一"医院'] and not region.problems


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"id,level\n\xff\xff\xff,2\n"])
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes) -> None:
    """A file in no known encoding is told, with the cure."""
    assert "UTF-8" in one(folder(tmp_path, {"institutions.csv": data}).problems, table="institutions.csv").cure_en


def test_paths_that_are_no_region(tmp_path: Path) -> None:
    """A missing path, another kind of file and a folder without tables raise, each with a sentence."""
    (tmp_path / "note.pdf").write_bytes(b"%PDF")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "none", tmp_path / "note.pdf", tmp_path / "empty"):
        with pytest.raises(RegionNotFound) as caught:
            read_region(path)
        assert str(path) in caught.value.sentence("en") and str(path) in caught.value.sentence("zh")


def test_a_folder_with_one_workbook_is_that_workbook(tmp_path: Path) -> None:
    """Pointing at the folder of a workbook works."""
    book(tmp_path, {"机构": [["代码", "名称", "级别"], ["H1", "县医院", "二级"]]})
    assert read_region(tmp_path).tables["institutions"]["id"].tolist() == ["H1"]


def test_sources_are_the_files_and_their_hashes(tmp_path: Path) -> None:
    """Every file read is listed with its SHA-256."""
    region = folder(tmp_path, {"institutions.csv": PLACES, "plan.toml": ""})
    assert set(region.sources) == {"institutions.csv", "plan.toml"}
    assert all(len(digest) == 64 for digest in region.sources.values())


# --- names and ids ---------------------------------------------------------------------------------


def test_names_become_ids_and_ids_come_from_names(tmp_path: Path) -> None:
    """Unique names stand for ids in every reference; rows without an id take their name as one."""
    region = folder(
        tmp_path,
        {
            "institutions.csv": PLACES,
            "specialties.csv": "专业名称,所需服务\n骨科,影像诊断\n内科,\n",
            "services.csv": "代码,名称\nimg,影像诊断\n",
            "doctors.csv": "姓名,派出单位,专业,执业范围\n张 伟,县医院,骨科,骨科、内科\n",
            "referrals.csv": "转出机构,转入机构,每月人次\n东镇卫生院,县 医 院,20\n东镇卫生院,县外,5\n",
            "memberships.csv": "机构,服务,集团\n东镇卫生院,全部,东片\n东镇卫生院,影像诊断,西片\n",
            "duties.csv": "医生,星期,时段\n张伟,周一,上午\n不在册,周一,上午\n",
        },
    )
    assert not region.problems
    assert region.tables["doctors"][["id", "institution", "specialty", "scope"]].values.tolist() == [
        ["张伟", "H1", "骨科", "骨科;内科"]
    ]
    assert region.tables["specialties"]["requires"].tolist() == ["img", ""]
    assert region.tables["referrals"]["destination"].tolist() == ["H1", "outside"]
    assert region.tables["memberships"]["service"].tolist() == ["all", "img"]
    # Unknown names stay as they are: whether they exist is for the checks.
    assert region.tables["duties"]["doctor"].tolist() == ["张伟", "不在册"]


def test_two_persons_of_one_name_with_ids(tmp_path: Path) -> None:
    """A name that two doctors share names both rows where it is used, and the cure."""
    doctors = "工号,姓名,派出单位,专业\n7,张伟,H1,内科\n8,张伟,H1,外科\n"
    region = folder(
        tmp_path, {"institutions.csv": PLACES, "doctors.csv": doctors, "duties.csv": "姓名,星期,时段\n张伟,周一,上午\n"}
    )
    found = one(region.problems, table="duties")
    assert (found.row, found.column, found.value) == ("2", "姓名", "张伟")
    assert "第2行" in found.expected_zh and "row 3" in found.expected_en and "工号" in found.cure_zh


def test_two_persons_of_one_name_without_ids(tmp_path: Path) -> None:
    """Two rows of one name and no ids are told once each, naming both rows."""
    doctors = "姓名,派出单位,专业\n张伟,H1,内科\n李娜,H1,内科\n张伟,H1,外科\n"
    region = folder(tmp_path, {"institutions.csv": PLACES, "doctors.csv": doctors})
    assert [(p.row, "2, 4" in p.expected_en, "工号" in p.cure_zh) for p in region.problems] == [
        ("2", True, True),
        ("4", True, True),
    ]


def test_one_id_twice(tmp_path: Path) -> None:
    """A repeated id is told at its second row, naming the first."""
    region = folder(tmp_path, {"institutions.csv": PLACES + "H1,南镇卫生院,1\n"})
    found = one(region.problems, column="id")
    assert found.row == "4" and "row 2" in found.expected_en


# --- problems ---------------------------------------------------------------------------------------


def test_all_problems_come_in_one_go(tmp_path: Path) -> None:
    """Every table's problems are collected, each with its place, value, expectation and cure."""
    region = folder(
        tmp_path,
        {
            "机构.csv": "机构代码,机构名称,级别,床位数\nH1,县医院,五级,多\nH2,,,30\n",
            "needs.csv": "institution,specialty\nH1,内科\n",
            "duties.csv": "doctor,weekday,slot\nD1,,am\nD1,周一,\n",
            "食堂.csv": "a,b\n1,2\n",
            "posts.csv": "甲,乙\n1,2\n",
        },
    )
    told = {(p.table, p.row, p.column, p.severity) for p in region.problems}
    assert told == {
        ("institutions", "2", "级别", "error"),
        ("institutions", "2", "床位数", "error"),
        ("institutions", "3", "级别", "error"),
        ("needs", "", "visits_per_month", "error"),
        ("duties", "2", "weekday", "error"),
        ("duties", "3", "slot", "error"),
        ("食堂", "", "", "warning"),
        ("posts", "", "", "error"),
    }
    assert len(errors(region.problems)) == 7
    for problem in region.problems:
        assert problem.cure_zh in problem.sentence("zh") and problem.cure_en in problem.sentence("en")
    assert "第2行“级别”列：“五级”" in "".join(p.sentence("zh") for p in region.problems)


def test_one_table_twice(tmp_path: Path) -> None:
    """Two files for one table are a problem, not a guess."""
    region = folder(tmp_path, {"institutions.csv": PLACES, "机构.csv": PLACES})
    assert one(region.problems, table="institutions").severity == "error"


# --- settings ----------------------------------------------------------------------------------------


def test_settings_beside_a_folder_and_a_workbook(tmp_path: Path) -> None:
    """plan.toml in the folder, <stem>.toml beside a workbook, or a sheet of keys and values."""
    (tmp_path / "a").mkdir()
    region = folder(tmp_path / "a", {"institutions.csv": PLACES, "plan.toml": '[region]\nname = "甲县"\n'})
    assert region.name == "甲县" and region.settings == {"region": {"name": "甲县"}}
    sheet = [
        ["键", "值"],
        ["travel.circuity", 1.4],
        ["calendar.start", datetime(2026, 3, 2)],
        ["postings.cohorts", "[2026-01-01]"],
        ["region.name", "乙县"],
        ["calendar.weeks", 13.0],
    ]
    target = book(tmp_path, {"机构": [["代码", "级别"], ["H1", 2]], "设置": sheet})
    assert read_region(target).settings == {
        "travel": {"circuity": 1.4},
        "calendar": {"start": date(2026, 3, 2), "weeks": 13},
        "postings": {"cohorts": [date(2026, 1, 1)]},
        "region": {"name": "乙县"},
    }
    (tmp_path / "region.toml").write_text("[travel]\ncircuity = 1.6\n", encoding="utf-8")
    assert read_region(target).settings["travel"] == {"circuity": 1.6}


def test_a_bad_plan_is_a_problem_with_its_line(tmp_path: Path) -> None:
    """A plan.toml that is no TOML is told with the line."""
    region = folder(tmp_path, {"institutions.csv": PLACES, "plan.toml": "[travel]\ncircuity = 1,3\n"})
    assert one(region.problems, table="plan.toml").row == "2"


# --- anything at all ----------------------------------------------------------------------------------


_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "机构",
            "名称",
            "级别",
            "id",
            "level",
            "合计",
            "注：",
            "/",
            "2024.1.1-6.30",
            "周一",
            "三级甲等",
            "=1+1",
            "1e999",
            ";",
            '"',
        ]
    ),
    st.integers().map(str),
    st.floats(allow_nan=True).map(str),
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(_CELLS, max_size=6), max_size=8),
    name=st.sampled_from(["institutions", "duties", "travel", "doctors"]),
)
def test_content_never_raises(tmp_path: Path, rows: list[list[str]], name: str) -> None:
    """Whatever stands in the cells, reading gives tables and problems, not an exception."""
    import csv

    for old in tmp_path.glob("*.csv"):
        old.unlink()
    with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file).writerows(rows)
    region = read_region(tmp_path)
    for table, frame in region.tables.items():
        assert len(frame) == len(region.rows[table])


def test_twenty_thousand_communities_take_seconds(tmp_path: Path) -> None:
    """A county's villages are read in a few seconds from CSV and from a workbook."""
    lines = ["id,name,lon,lat,population,population_65,institution"]
    lines += [
        f"V{n},第{n}村,{119 + n % 200 / 1000},{32 + n // 200 / 1000},{n % 3000},{n % 400},东镇卫生院"
        for n in range(20_000)
    ]
    started = time.perf_counter()
    region = folder(tmp_path, {"institutions.csv": PLACES, "communities.csv": "\n".join(lines)})
    assert time.perf_counter() - started < 15
    assert len(region.tables["communities"]) == 20_000 and not region.problems
    assert set(region.tables["communities"]["institution"]) == {"T1"}


def test_another_mark_inside_a_cell_is_no_delimiter(tmp_path: Path) -> None:
    """More semicolons in one cell than commas in the whole line: the file stays comma separated."""
    for name, text in (("institutions", "id,level\nT1,1\n"), ("market_days", "institution,rule\nT1,lunar 2;5;8\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    region = read_region(tmp_path)
    assert region.problems == [] and region.tables["market_days"]["rule"].tolist() == ["lunar 2;5;8"]
