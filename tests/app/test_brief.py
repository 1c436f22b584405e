"""The brief: two A4 pages whatever the plan, nothing cut off, and only what the plan decides is asked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.browser import PHONE, browser, opened
from support.hostile import spoil
from support.paper_pages import overflow, pages, printed

from planner.folder import SavedPlan, read_plan, write_table
from planner.papers import print_pdf
from planner.papers.brief import render, write_brief
from planner.papers.names import plain, short, wide

LANGUAGES = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


def crowded(folder: Path, target: Path) -> SavedPlan:
    """A plan whose region has 400 institutions more with names of 300 characters, in every table that has rows."""
    shutil.copytree(folder, target)
    path = target / "region" / "institutions.csv"
    places = pd.read_csv(path, dtype=str, keep_default_na=False)
    towns = list(places.loc[places["level"] == "1", "id"])
    names = [("特别长的名称" * 60)[:300] if n % 2 else ("Extraordinarily long " * 20)[:300] for n in range(len(places))]
    more = []
    for n in range(400):
        row = places[places["id"] == towns[n % len(towns)]].iloc[0].to_dict()
        more.append({**row, "id": f"X{n}", "name": f"{names[n % len(names)][:290]}{n}"})
    write_table(path, pd.concat([places.assign(name=names), pd.DataFrame(more)], ignore_index=True))
    for table in ("needs", "communities"):
        path = target / "region" / f"{table}.csv"
        if not path.is_file():
            continue
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows = [
            {**row, "institution": f"X{n}", **({"id": f"{row['id']}x{n}"} if "id" in row else {})}
            for n in range(400)
            for row in frame[frame["institution"] == towns[n % len(towns)]].to_dict("records")[:1]
        ]
        write_table(path, pd.concat([frame, pd.DataFrame(rows)], ignore_index=True))
    visits = pd.read_csv(target / "visits.csv", dtype=str, keep_default_na=False)
    rows = [
        {**row, "institution": f"X{n}"}
        for n in range(400)
        for row in visits[visits["institution"] == towns[n % len(towns)]].to_dict("records")[:1]
    ]
    write_table(target / "visits.csv", pd.concat([visits, pd.DataFrame(rows)], ignore_index=True))
    short_rows = [{"rule": "site_floor", "subject": f"X{n} Q1", "amount": "6", "unit": "clinics"} for n in range(60)]
    write_table(target / "shortfalls.csv", pd.DataFrame(short_rows))
    return read_plan(target)


@LANGUAGES
def test_prints_to_two_pages_with_nothing_cut(kedong_plan: Path, tmp_path: Path, chromium: Any, lang: str) -> None:
    """The small county's brief is two A4 pages, nothing leaves its sheet, nothing is fetched."""
    (tmp_path / "brief.html").write_text(render(read_plan(kedong_plan), lang), encoding="utf-8")
    with opened(chromium, tmp_path / "brief.html") as found:
        assert printed(found.page) == 2
        assert overflow(found.page) <= 0.5
        found.well()


@LANGUAGES
def test_two_pages_with_hundreds_of_institutions_and_very_long_names(
    kedong_plan: Path, tmp_path: Path, chromium: Any, lang: str
) -> None:
    """400 institutions more, names of 300 characters, 60 broken promises: still two pages, the rest is counted."""
    saved = crowded(kedong_plan, tmp_path / "plan")
    html = render(saved, lang)
    (tmp_path / "brief.html").write_text(html, encoding="utf-8")
    assert re.search(r"另有 \d{3} 个基层机构" if lang == "zh" else r"Further institutions: \d{3}", html)
    with opened(chromium, tmp_path / "brief.html") as found:
        assert printed(found.page) == 2
        assert overflow(found.page) <= 0.5


@LANGUAGES
def test_hostile_names_stay_names(kedong_plan: Path, tmp_path: Path, chromium: Any, lang: str) -> None:
    """Names that try to run or to break the page print on two pages, and nothing of them runs."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    spoil(tmp_path / "plan")
    (tmp_path / "brief.html").write_text(render(read_plan(tmp_path / "plan"), lang), encoding="utf-8")
    with opened(chromium, tmp_path / "brief.html") as found:
        assert printed(found.page) == 2
        assert overflow(found.page) <= 0.5
        assert found.page.evaluate("window.pwned === undefined")
        assert found.page.locator("script, img, a, iframe").count() == 0
        found.well()


def test_fits_a_phone(kedong_plan: Path, chromium: Any) -> None:
    """On a phone nothing scrolls sideways."""
    with opened(chromium, kedong_plan / "brief.html", PHONE) as found:
        assert found.wide() <= 0


def test_pdf_is_written_where_a_browser_prints(
    kedong_plan: Path, tmp_path: Path, chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PDF has two pages and is the same each time; without a browser there is none, and an older one goes."""
    monkeypatch.delenv("ALLIANCE_BROWSER", raising=False)
    saved = read_plan(kedong_plan)
    written = []
    for _ in range(2):
        write_brief(tmp_path, saved, "zh")
        written.append((tmp_path / "brief.pdf").read_bytes())
    assert pages(written[0]) == 2 and written[0] == written[1]
    monkeypatch.setenv("ALLIANCE_BROWSER", "none")
    write_brief(tmp_path, saved, "zh")
    assert not (tmp_path / "brief.pdf").exists() and (tmp_path / "brief.html").is_file()


def test_a_browser_that_fails_costs_nothing(kedong_plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that prints nothing leaves the page without a PDF."""
    monkeypatch.setattr(print_pdf, "browser", lambda: shutil.which("true") or "true")
    write_brief(tmp_path, read_plan(kedong_plan), "zh")
    assert [path.name for path in tmp_path.iterdir()] == ["brief.html"]


def test_a_plan_with_hardly_anything_has_a_brief(fake_folder: Path) -> None:
    """Without needs, costs, roster and aims the brief is written with what there is."""
    saved = read_plan(fake_folder)
    bare = replace(saved, info={"status": "FEASIBLE", "aims": []}, tables={"audit": saved.tables["audit"]}, region={})
    for lang in ("zh", "en"):
        assert render(bare, lang).count('class="sheet"') == 2
        assert render(saved, lang).count('class="sheet"') == 2


def test_only_new_postings_are_asked_for(kedong_plan: Path) -> None:
    """A doctor who is posted already needs no decision; a new posting does."""
    saved = read_plan(kedong_plan)
    table = saved.table("postings")
    assert set(table["state"]) == {"running"}
    assert "批准派驻名单" not in render(saved, "zh")
    fresh = replace(saved, tables={**saved.tables, "postings": table.assign(state="new", start="2026-01-05")})
    assert "新派 1 人，自2026年1月5日起" in unescape(render(fresh, "zh"))


def test_those_who_lose_come_first(kedong_plan: Path) -> None:
    """The table of gains begins with the institutions that lose something, and the meeting is asked about them."""
    text = unescape(render(read_plan(kedong_plan), "zh"))
    body = text.split("基层机构</th>")[1].split("</table>")[0]
    results = re.findall(r"<td>(得|失|有得有失|不变)</td>", body)
    assert results == sorted(results, key=lambda told: told == "得") and "有得有失" in results
    assert re.search(r"2 个机构受损或有得有失", text)


def test_names_are_cut_to_their_room() -> None:
    """A cut name is never wider than its room, and carries no mark that turns the text after it round."""
    for name in ("W" * 300, "很长" * 100, "\u202eمركز صحي\u202e", "a\nb\tc", "👩🏽‍⚕️" * 40, ""):
        assert wide(short(name, 12)) <= 12
        assert not set(plain(name)) & set("\u202e\n\t")
    assert short("卫生院", 3) == "卫生院" and short("卫生院院", 3) == "卫生…"
