"""The posters: what they say of a clinic, what they never say of a person, one page each, pictures too."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from support.browser import PHONE, browser, opened
from support.hostile import spoil
from support.paper_pages import overflow, printed

from geodata import text_picture
from planner.folder import read_plan, write_table
from planner.papers.poster_data import Poster, Visit, posters
from planner.papers.poster_times import told_times
from planner.papers.posters import laid, picture, write_posters
from planner.roster_views import RosterView
from planner.view import View

MONDAY = date(2026, 3, 30)
WORKING = [MONDAY + timedelta(days=n) for n in range(91) if (MONDAY + timedelta(days=n)).isoweekday() <= 5]


def weekly(weekday: int, count: int = 13, step: int = 1) -> list[date]:
    return [MONDAY + timedelta(days=weekday - 1, weeks=step * n) for n in range(count)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


def test_a_regular_weekday_is_told_with_its_exceptions() -> None:
    """Every Tuesday but two is a weekday and two exceptions, in both languages."""
    held = [(on, "am") for on in weekly(2) if on not in (date(2026, 4, 28), date(2026, 5, 5))]
    assert told_times(held, WORKING, "zh") == "每周二上午（4月28日、5月5日停诊）"
    assert told_times(held, WORKING, "en") == "every Tuesday am (not 28 Apr, 5 May)"


def test_a_closed_date_is_no_exception() -> None:
    """A date on which the site is not open is not missing."""
    opened = [on for on in WORKING if on != date(2026, 4, 28)]
    held = [(on, "am") for on in weekly(2) if on != date(2026, 4, 28)]
    assert told_times(held, opened, "zh") == "每周二上午"


def test_other_times_are_told_too() -> None:
    """Fortnights, dates by month with their half-day, and a further date beside a regular weekday."""
    fortnight = [(on, "pm") for on in weekly(3, 6, 2)]
    assert told_times(fortnight, WORKING, "zh") == "隔周三下午（4月1日起）"
    dates = [(date(2026, 4, 7), "am"), (date(2026, 4, 21), "am"), (date(2026, 5, 6), "pm")]
    assert told_times(dates, WORKING, "zh") == "周二上午 4月7、21日；周三下午 5月6日"
    assert told_times(dates, WORKING, "en") == "Tuesday am 7, 21 Apr; Wednesday pm 6 May"
    extra = [*((on, "am") for on in weekly(4)), (date(2026, 5, 9), "am")]
    assert told_times(extra, WORKING, "zh") == "每周四上午；另 周六上午 5月9日"


def test_every_dated_clinic_is_on_a_poster(kedong_plan: Path) -> None:
    """Site by site, the doctors and specialties of the posters are those of roster.csv and of the running postings."""
    saved = read_plan(kedong_plan)
    roster = RosterView(View(saved, "zh"))
    names = {kind: roster.view.names[kind] for kind in ("institutions", "specialties", "doctors")}
    told = {
        (one.name, specialty, visit.doctor)
        for one in posters(roster)
        for specialty, visits in one.specialties
        for visit in visits
    }
    table = pd.concat([saved.table("roster"), saved.table("postings")])
    wanted = {
        (names["institutions"][i], names["specialties"][k], names["doctors"][d])
        for i, k, d in zip(table["institution"], table["specialty"], table["doctor"], strict=True)
    }
    assert told == wanted and len(wanted) > 8


def test_nothing_of_a_person_but_name_title_and_hospital(kedong_plan: Path, tmp_path: Path) -> None:
    """Telephones, identity numbers, staff numbers and homes of doctors are in no file of the folder; the site's
    telephone is."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    path = tmp_path / "plan" / "region" / "doctors.csv"
    people = pd.read_csv(path, dtype=str, keep_default_na=False)
    people = people.assign(
        phone="13912345678", mobile="13887654321", id_number="11010519491231002X", lives_lon="126.25"
    )
    people["id"] = people["id"].map("STAFF{}".format)
    write_table(path, people)
    for table in ("roster", "postings", "sessions"):
        path = tmp_path / "plan" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in {"doctor", "backup"} & set(frame):
            frame[column] = [f"STAFF{key}" if key else "" for key in frame[column]]
        write_table(path, frame)
    path = tmp_path / "plan" / "region" / "institutions.csv"
    write_table(path, pd.read_csv(path, dtype=str, keep_default_na=False).assign(phone="0456-4321000"))
    write_posters(tmp_path / "plan", read_plan(tmp_path / "plan"), "zh")
    texts = [file.read_text("utf-8") for file in (tmp_path / "plan" / "posters").iterdir() if file.suffix != ".png"]
    assert len(texts) > 3 and any("0456-4321000" in text for text in texts)
    for text in texts:
        assert not re.search(r"1391234|1388765|1101051949|STAFF|126\.25", text)


def test_names_never_become_paths(kedong_plan: Path, tmp_path: Path) -> None:
    """Ids that are paths, hidden files or equal in small letters give plain file names inside the folder."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    ids = ["../../x", "/etc/passwd", ".hidden", "CON", "a/b", "A/B", "T" * 300]
    old = list(pd.read_csv(tmp_path / "plan" / "roster.csv", dtype=str)["institution"].unique())
    known = dict(zip(old, ids, strict=False))
    for path in (tmp_path / "plan" / "roster.csv", tmp_path / "plan" / "postings.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        write_table(path, frame.assign(institution=[known.get(key, key) for key in frame["institution"]]))
    before = {path for path in tmp_path.rglob("*") if "posters" not in path.parts}
    write_posters(tmp_path / "plan", read_plan(tmp_path / "plan"), "zh")
    assert {path for path in tmp_path.rglob("*") if "posters" not in path.parts} == before
    names = [path.name for path in (tmp_path / "plan" / "posters").iterdir()]
    assert all(re.fullmatch(r"(site-[\w-]{1,60}\.(html|png)|all\.html|index\.csv)", name) for name in names), names
    with (tmp_path / "plan" / "posters" / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} >= {known[key] for key in old if key in known}
    assert len({row["page"].casefold() for row in rows}) == len(rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_site_prints_to_one_page(kedong_plan: Path, tmp_path: Path, chromium: Any, lang: str) -> None:
    """As many pages as sites, nothing cut, nothing wider than a phone."""
    saved = read_plan(kedong_plan)
    write_posters(tmp_path, saved, lang)
    sites = len(posters(RosterView(View(saved, lang))))
    with opened(chromium, tmp_path / "posters" / "all.html") as found:
        assert printed(found.page) == sites
        assert overflow(found.page) <= 0.5
        found.well()
    with opened(chromium, next((tmp_path / "posters").glob("site-*.html")), PHONE) as found:
        assert found.wide() <= 0


def test_a_full_poster_is_smaller_and_a_fuller_one_goes_on(tmp_path: Path, kedong_plan: Path, chromium: Any) -> None:
    """Three rows are set large, sixteen small on one page, two hundred on several pages without losing one."""
    visit = Visit(
        "很长的名字很长的名字",
        "副主任·一家名字相当长的县级人民医院总院",
        "周二上午 4月7、21日、5月5、19日；周四下午 6月4、18日",
    )
    sizes = []
    for count in (3, 16, 200):
        poster = Poster("T", "站" * 24, "0550-7020000", tuple((f"专业{n}", (visit,)) for n in range(count)))
        sheets = laid(poster)
        assert sum(len(sheet.specialties) for sheet in sheets) == count
        sizes.append((sheets[0].size, len(sheets)))
        text = _page(sheets)
        (tmp_path / f"{count}.html").write_text(text, encoding="utf-8")
        with opened(chromium, tmp_path / f"{count}.html") as found:
            assert printed(found.page) == len(sheets)
            assert overflow(found.page) <= 0.5
    assert sizes[0] == (15.0, 1) and sizes[1][1] == 1 and sizes[2][1] > 1 and sizes[1][0] < 12


def _page(sheets: Any) -> str:
    from planner.papers.brief import environment
    from planner.papers.poster_words import poster_word

    words = {
        "lang": "zh",
        "w": lambda key, **values: poster_word(key, "zh", **values),
        "of": "县",
        "hours": "",
        "made": "",
    }
    return environment().get_template("papers/poster.html.j2").render({**words, "title": "x", "sheets": sheets})


def test_hostile_names_stay_names(kedong_plan: Path, tmp_path: Path, chromium: Any) -> None:
    """Nothing runs, nothing leaves its sheet, and every file is inside the folder."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    spoil(tmp_path / "plan")
    write_posters(tmp_path / "plan", read_plan(tmp_path / "plan"), "zh")
    folder = tmp_path / "plan" / "posters"
    with opened(chromium, folder / "all.html") as found:
        assert overflow(found.page) <= 0.5
        assert found.page.evaluate("window.pwned === undefined")
        assert found.page.locator("script, img, a, iframe").count() == 0
        found.well()
    assert list(folder.glob("*.png"))


def test_pictures_are_as_wide_as_a_phone_asks_and_the_same_each_time(kedong_plan: Path) -> None:
    """1080 pixels, no higher than phones take, the same bytes twice."""
    roster = RosterView(View(read_plan(kedong_plan), "zh"))
    made = posters(roster)
    if text_picture.chinese_font() is None:
        pytest.skip("no Chinese font on this machine")
    first = picture(roster, made[0])
    assert first == picture(roster, made[0])
    image = Image.open(io.BytesIO(first))
    assert image.width == 1080 and 600 < image.height < 12_000
    many = replace(made[0], specialties=made[0].specialties * 200)
    assert Image.open(io.BytesIO(picture(roster, many))).height <= 13_000


def test_without_a_font_pages_are_written_and_a_note_says_why(
    kedong_plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture with boxes for letters: none at all."""
    text_picture._file.cache_clear()
    monkeypatch.setattr(text_picture, "chinese_font", lambda: None)
    for cached in (text_picture._font, text_picture._letters, text_picture._advance, text_picture._bold_file):
        cached.cache_clear()
    write_posters(tmp_path, read_plan(kedong_plan), "zh")
    text_picture._file.cache_clear()
    assert not list((tmp_path / "posters").glob("*.png"))
    assert "字体" in (tmp_path / "posters" / "no-pictures.txt").read_text("utf-8")


def test_a_plan_without_dates_says_how_often(kedong_plan: Path, tmp_path: Path) -> None:
    """Counts stand where times would; `public = false` writes no posters and takes older ones away."""
    saved = read_plan(kedong_plan)
    settings = {**saved.info["settings"], "calendar": {"weeks": 13}}
    undated = replace(
        saved,
        info={**saved.info, "settings": settings},
        tables={k: v for k, v in saved.tables.items() if k != "roster"},
    )
    write_posters(tmp_path, undated, "zh")
    assert re.search(r"本季 \d+ 次，日期另行公布", unescape((tmp_path / "posters" / "all.html").read_text("utf-8")))
    hidden = {**settings, "output": {**settings["output"], "public": False}}
    write_posters(tmp_path, replace(undated, info={**saved.info, "settings": hidden}), "zh")
    assert not (tmp_path / "posters").exists()
