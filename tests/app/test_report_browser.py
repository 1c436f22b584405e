"""The report in a real browser with the network cut: every chapter, the roster's filters, the map, hostile names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from support.browser import DESKTOP, PHONE, Opened, browser, opened
from support.hostile import HOSTILE, spoil

from planner.cli import main
from planner.folder import SavedPlan, read_plan
from planner.maps import write_maps
from planner.report import scripts
from planner.report.page import CHAPTERS, write_report

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the whole file."""
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def kedong(kedong_plan: Path, tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Path:
    """The plan with its report in both languages."""
    folder = tmp_path_factory.mktemp("report") / "kedong"
    shutil.copytree(kedong_plan, folder)
    write_report(read_plan(folder), folder / "report-en.html", "en")
    return folder


def report(folder: Path, lang: str) -> Path:
    return folder / ("report.html" if lang == "zh" else "report-en.html")


def near_top(key: str) -> str:
    """Condition: the chapter is near the top of the window, or the page is at its end."""
    return (
        f"Math.abs(document.getElementById('{key}').getBoundingClientRect().top) < 160"
        " || scrollY + innerHeight >= document.documentElement.scrollHeight - 2"
    )


def visit_chapters(found: Opened) -> None:
    """Click every chapter; its heading comes near the top of the window, or the page is at its end."""
    links = found.page.locator(".chapters a").evaluate_all("found => found.map((one) => one.hash.slice(1))")
    assert [key for key in CHAPTERS if key in links] == links and {*CHAPTERS} - {*links} <= {"groups", "network"}
    for key in links:
        there = near_top(key)
        found.page.click(f'.chapters a[href="#{key}"]')
        found.until(there)
    assert found.page.locator(".chapters a[aria-current]").count() == 1


@SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chapter_opens_with_the_network_cut(
    kedong: Path, chromium: Any, lang: str, size: tuple[int, int]
) -> None:
    """Chapters are clicked through, every chart is drawn, nothing is asked for and nothing complained about."""
    with opened(chromium, report(kedong, lang), size) as found:
        visit_chapters(found)
        found.draw_all()
        assert found.page.locator("[data-chart] svg").count() >= 5
        assert found.wide() <= 0
        found.well()


@SIZES
def test_a_chapter_keeps_its_place_while_charts_are_drawn(kedong: Path, chromium: Any, size: tuple[int, int]) -> None:
    """Charts above it that are drawn late do not move it away; who scrolls on is not drawn back."""
    with opened(chromium, report(kedong, "en"), size) as found:
        page = found.page
        # a browser that does not anchor what is read, and heights that nobody could foresee
        page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
        page.evaluate("document.querySelectorAll('[data-chart]').forEach((box) => { box.style.minHeight = '1px'; })")
        page.click('.chapters a[href="#rules"]')
        found.draw_all()
        page.wait_for_timeout(1000)
        assert page.evaluate(near_top("rules"))
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(500)
        page.evaluate("document.getElementById('map').style.paddingTop = '300px'")
        page.wait_for_timeout(500)
        assert not page.evaluate(near_top("rules"))
        page.goto("about:blank")
        page.goto(report(kedong, "en").resolve().as_uri() + "#flows")
        found.draw_all()
        found.until(near_top("flows"))


def test_the_list_of_chapters_lies_still_under_a_finger(kedong: Path, chromium: Any) -> None:
    """While a chapter is pressed the list does not follow the page: the release meets the same chapter."""
    with opened(chromium, report(kedong, "en"), PHONE) as found:
        page, shift = found.page, "document.querySelector('.chapters ul').scrollLeft"
        page.click('.chapters a[href="#people"]')
        found.until(near_top("people"))
        page.wait_for_timeout(300)
        page.hover('.chapters a[href="#map"]')
        before = page.evaluate(shift)
        page.mouse.down()
        page.evaluate("document.getElementById('costs').scrollIntoView({ behavior: 'instant' })")
        found.until("document.querySelector('.chapters a[href=\"#costs\"]').hasAttribute('aria-current')")
        assert page.evaluate(shift) == before
        page.mouse.up()
        found.until(near_top("map"))
        page.click('.chapters a[href="#costs"]')
        found.until(near_top("costs"))


@pytest.fixture(scope="module")
def bordered(bordered_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county planned with new groups and the price of their borders, reported in both languages."""
    folder = tmp_path_factory.mktemp("bordered") / "plan"
    shutil.copytree(bordered_plan, folder)
    write_report(read_plan(folder), folder / "report-en.html", "en")
    return folder


@SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_groups_and_network_have_chapters(bordered: Path, chromium: Any, lang: str, size: tuple[int, int]) -> None:
    """Members, price with what is proved, ten sentences, the levels and both small tables are there and fit."""
    with opened(chromium, report(bordered, lang), size) as found:
        page = found.page
        visit_chapters(found)
        groups = read_plan(bordered).table("groups")
        heads = groups[groups["institution"] == groups["unit"]]
        assert page.locator('table[data-grid="group_members"] tbody tr').count() == len(heads)
        assert page.locator('table[data-grid="group_list"] tbody tr').count() == heads["group"].nunique()
        assert {"zh": "连成一片", "en": "in one piece"}[lang] in page.inner_text("#groups > p")
        assert page.locator('table[data-grid="borders"] tbody tr').count() == 4
        assert {"zh": "不分组", "en": "groups dropped"}[lang] in page.inner_text("#groups .sentences")
        assert page.locator("#network .sentences li").count() == 10
        assert page.locator("#network figure svg").bounding_box()["height"] > 200
        told = page.locator('table[data-grid="network_failures"] tbody tr > :nth-child(2)').all_inner_texts()
        assert len(told) == 2 and all(float(text.replace(",", "")) > 0 for text in told)
        assert page.locator('table[data-grid="network_cuts"] tbody tr').count() == 1
        assert found.wide() <= 0
        found.well()


def test_a_plan_of_the_tables_groups_has_no_chapter_of_groups(kedong: Path, chromium: Any) -> None:
    """Where groups were neither made nor priced there is a network and no chapter of groups."""
    with opened(chromium, report(kedong, "zh")) as found:
        assert found.page.locator("#groups").count() == 0
        assert found.page.locator("#network .sentences li").count() == 10


def test_the_roster_is_filtered(kedong: Path, chromium: Any) -> None:
    """By week, doctor, site and specialty: the count and every line shown agree with roster.csv."""
    roster = read_plan(kedong).table("roster")
    with opened(chromium, report(kedong, "zh")) as found:
        page = found.page
        page.select_option('#roster-filters [name="week"]', "")
        page.select_option('#roster-filters [name="show"]', "list")
        assert f"{len(roster)} 次门诊" in page.inner_text("#roster-count")
        for name, column in (("doctor", 5), ("site", 3), ("specialty", 4)):
            option = page.locator(f'#roster-filters [name="{name}"] option').nth(1)
            label = option.inner_text()
            page.select_option(f'#roster-filters [name="{name}"]', option.get_attribute("value"))
            cells = page.locator(f"#roster-view tbody tr > :nth-child({column + 1 if column > 3 else 4})")
            texts = cells.all_inner_texts()
            backups = page.locator("#roster-view tbody tr > :nth-child(7)").all_inner_texts()
            assert texts, name
            told = zip(texts, backups, strict=True)
            assert all(label.split("（")[0] in text or (name == "doctor" and label in other) for text, other in told)
            page.click('#roster-filters button[type="reset"]')
            found.until("document.querySelector('#roster-filters [name=week]').value !== ''")
            page.select_option('#roster-filters [name="week"]', "")
            page.select_option('#roster-filters [name="show"]', "list")
        found.well()


def test_the_weeks_of_the_timetable_hold_the_whole_roster(kedong: Path, chromium: Any) -> None:
    """Turning the weeks one after the other shows every clinic once."""
    roster = read_plan(kedong).table("roster")
    with opened(chromium, report(kedong, "zh")) as found:
        page = found.page
        page.select_option('#roster-filters [name="week"]', "0")
        shown = page.locator("#roster-view .one").count()
        for _ in range(12):
            page.click('[data-step="1"]')
            shown += page.locator("#roster-view .one").count()
        assert shown == len(roster)


def test_an_institution_opens_on_the_map(kedong: Path, chromium: Any) -> None:
    """A click on a mark, and the list for those who use no mouse, tell what an institution gets and gives."""
    with opened(chromium, report(kedong, "en")) as found:
        page = found.page
        page.click('.chapters a[href="#map"]')
        page.locator('.map-mark[data-place="2"]').click()
        name = page.inner_text("#place h3")
        assert name == page.locator("#place-select option:checked").inner_text()
        told = page.inner_text("#place")
        assert "What it gets" in told and "clinic" in told and "→" in told
        page.select_option("#place-select", "0")
        assert page.inner_text("#place h3") != name and "clinics a month at" in page.inner_text("#place")
        for layer in page.locator("[data-layer]").all():
            layer.check()
        page.select_option('[data-choice="specialty"]', index=1)
        page.click("#whole-map")
        assert page.locator("#legend div").count() > 8
        found.well()


def test_the_map_is_drawn(kedong: Path, chromium: Any) -> None:
    """Lines of clinics are on the canvas: they vanish when the layer is unticked."""
    ink = (
        "Array.from(document.querySelectorAll('#leaflet canvas')).reduce((sum, one) => sum + one.getContext('2d')"
        ".getImageData(0, 0, one.width, one.height).data.filter((v, i) => i % 4 === 3 && v).length, 0)"
    )
    with opened(chromium, report(kedong, "zh")) as found:
        for layer in found.page.locator("[data-layer]").all():
            layer.uncheck()
        found.page.wait_for_timeout(200)
        empty = found.page.evaluate(ink)
        found.page.check('[data-layer="clinics"]')
        found.page.wait_for_timeout(200)
        assert found.page.evaluate(ink) > empty + 200


def test_tables_are_searched_and_sorted(kedong: Path, chromium: Any) -> None:
    """Sorting by a column of numbers orders the numbers; a search leaves the rows that have the word."""
    with opened(chromium, report(kedong, "en")) as found:
        page = found.page
        box = page.locator('.gridbox:has(table[data-grid="links"])')
        box.locator("thead button").nth(4).click()
        shown = [float(text.replace(",", "")) for text in box.locator("tbody tr > :nth-child(5)").all_inner_texts()]
        assert shown == sorted(shown, reverse=True) and len(set(shown)) > 3
        assert box.locator('thead th[aria-sort="descending"]').count() == 1
        word = box.locator("tbody tr:first-child th").inner_text()
        box.locator('input[type="search"]').fill(word)
        assert all(word in text for text in box.locator("tbody tr").all_inner_texts())


def test_the_keyboard_reaches_everything(kedong: Path, chromium: Any) -> None:
    """The first Tab offers to skip to the content; filters and the list of institutions work by keys alone."""
    with opened(chromium, report(kedong, "en")) as found:
        page = found.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.focus("#place-select")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.locator("#place h3").count() == 1
        traps = page.evaluate(
            'document.querySelectorAll(\'[tabindex]:not([tabindex="0"]):not([tabindex="-1"])\').length'
        )
        assert traps == 0


@SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_serious(kedong: Path, chromium: Any, lang: str, size: tuple[int, int]) -> None:
    """axe-core has no serious or critical finding in either language, at desktop and phone width."""
    from axe_playwright_python.sync_playwright import Axe

    with opened(chromium, report(kedong, lang), size) as found:
        found.draw_all()
        found.page.select_option("#place-select", "2")
        results = Axe().run(found.page)
        bad = [
            (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"]][:3])
            for one in results.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert bad == []


@pytest.fixture(scope="module")
def hostile(kedong: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same plan with hostile names in every text column."""
    folder = tmp_path_factory.mktemp("hostile") / "plan"
    shutil.copytree(kedong, folder)
    assert spoil(folder) >= 12
    for lang in ("en", "zh"):
        saved = read_plan(folder)
        write_maps(folder, saved, lang)
        write_report(saved, report(folder, lang), lang)
    return folder


@SIZES
def test_hostile_names_stay_names(hostile: Path, chromium: Any, size: tuple[int, int]) -> None:
    """Nothing runs, nothing is asked for, no element is made of a name, the page is no wider than the window."""
    with opened(chromium, report(hostile, "zh"), size) as found:
        page = found.page
        scripts = page.locator("script").count()
        found.draw_all()
        for layer in page.locator("[data-layer]").all():
            layer.check()
        for at in range(1, page.locator("#place-select option").count()):
            page.select_option("#place-select", index=at)
        page.select_option("#place-select", "0")
        for show in ("site", "doctor", "list"):
            page.select_option('#roster-filters [name="show"]', show)
            assert found.wide() <= 0, show
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.wait_for_timeout(300)
        assert page.evaluate("window.pwned") is None
        assert page.locator("script").count() == scripts == 4 and page.locator("img, iframe, object").count() == 0
        assert found.wide() <= 0
        assert HOSTILE[0] in page.inner_text("main")
        tallest = page.evaluate(
            "Math.max(...Array.from(document.querySelectorAll('.name'), (one) => one.offsetHeight))"
        )
        assert tallest <= 170
        found.well()


def test_hostile_names_in_tooltips(hostile: Path, chromium: Any) -> None:
    """A name under the pointer is text in the tooltips of charts and map."""
    with opened(chromium, report(hostile, "en")) as found:
        page = found.page
        page.click('.chapters a[href="#flows"]')
        page.wait_for_selector('[data-chart="flows"] svg')
        for band in page.locator('[data-chart="flows"] svg path[fill-opacity]').all()[:12]:
            band.dispatch_event("pointermove")
            band.dispatch_event("mousemove")
        page.click('.chapters a[href="#map"]')
        for mark in page.locator(".map-mark").all():
            mark.dispatch_event("mouseover")
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned") is None and page.locator("img").count() == 0
        assert "<" in page.inner_text(".leaflet-tooltip >> nth=0") or page.locator(".leaflet-tooltip").count()
        found.well()


def test_the_page_prints(kedong: Path, chromium: Any, tmp_path: Path) -> None:
    """On paper the static maps stand for the live one, charts are drawn, and controls are left out."""
    with opened(chromium, report(kedong, "zh")) as found:
        found.draw_all()
        found.page.emulate_media(media="print")
        assert found.page.locator(".static svg").first.is_visible()
        assert not found.page.locator(".chapters").is_visible() and not found.page.locator("#leaflet").is_visible()
        found.page.pdf(path=str(tmp_path / "report.pdf"))
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
        found.well()


@pytest.mark.parametrize("kind", ["made-up", "empty", "no libraries"])
def test_partial_plans_open_too(
    fake_plan: SavedPlan, chromium: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan without needs, one without anything, and a page whose libraries are missing open without complaint."""
    saved = fake_plan
    if kind == "empty":
        info = {"status": "FEASIBLE", "stopped_by": "running", "settings": {}, "aims": []}
        saved = SavedPlan(saved.path, info, {"audit": saved.tables["audit"]}, {})
    if kind == "no libraries":
        for name in ("map_script", "chart_script"):
            monkeypatch.setattr(scripts, name, _missing)
    write_report(saved, tmp_path / "report.html", "en")
    with opened(chromium, tmp_path / "report.html", PHONE) as found:
        visit_chapters(found)
        found.draw_all()
        assert found.wide() <= 0
        assert found.page.locator(".notice").count() == (2 if kind == "no libraries" else 0)
        found.well()


def test_nine_hundred_institutions_open(kedong: Path, chromium: Any, tmp_path: Path) -> None:
    """Village clinics are dots that can be clicked and found in the list; the larger places keep their names."""
    saved = read_plan(kedong)
    table = saved.region["institutions"]
    dice = np.random.default_rng(5)
    spots = dice.normal([126.3, 48.0], 0.15, (890, 2)).round(5).astype(str)
    more = pd.DataFrame(
        {"id": [f"V{n}" for n in range(890)], "name": [f"第{n}村卫生室" for n in range(890)], "level": "0"}
    )
    region = {
        **saved.region,
        "institutions": pd.concat([table, more.assign(lon=spots[:, 0], lat=spots[:, 1])]).fillna(""),
    }
    write_report(SavedPlan(saved.path, saved.info, saved.tables, region), tmp_path / "report.html", "zh")
    with opened(chromium, tmp_path / "report.html") as found:
        page = found.page
        page.click('.chapters a[href="#map"]')
        assert page.locator("#place-select option").count() == 900
        assert page.locator("path.leaflet-interactive").count() == 897 and page.locator(".map-mark").count() == 2
        assert "克东县人民医院" in page.locator(".map-label").all_inner_texts()
        page.locator("path.leaflet-interactive").nth(400).dispatch_event("click")
        assert "村卫生室" in page.inner_text("#place h3") or page.locator("#place li").count()
        found.well()


def _missing() -> str:
    raise scripts.ScriptError("package")


@pytest.mark.slow
def test_tianchang_opens_with_the_network_cut(chromium: Any, tmp_path: Path) -> None:
    """The bundled county's own report: below 8 MiB, every chapter, a filter, an institution, no complaint."""
    folder = tmp_path / "tianchang"
    result = CliRunner().invoke(main, ["plan", "tianchang", "-o", str(folder), "--time-limit", "60", "--lang", "zh"])
    assert result.exit_code == 0, result.output
    assert report(folder, "zh").stat().st_size < 8 * 2**20
    for size in (DESKTOP, PHONE):
        with opened(chromium, report(folder, "zh"), size) as found:
            visit_chapters(found)
            found.draw_all()
            found.page.select_option('#roster-filters [name="site"]', index=1)
            assert found.page.locator("#roster-view tbody tr").count() >= 1
            found.page.select_option("#place-select", index=5)
            assert found.page.locator("#place li").count() > 3
            assert found.wide() <= 0
            found.well()
