"""The report opens without a network, escapes every name and says how good the plan is."""

from __future__ import annotations

import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from support.report_html import data, markup

from planner.folder import SavedPlan, read_plan, write_table
from planner.report.page import render, write_report

VOID = {"meta", "link", "br", "hr", "img", "input"}


class _Balance(HTMLParser):
    """Finds tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def spoilt(fake_folder: Path, tmp_path: Path, table: str, column: str, value: str) -> SavedPlan:
    """A copy of the plan in which every value of one region column is `value`."""
    copy = tmp_path / "plan"
    shutil.copytree(fake_folder, copy)
    path = copy / "region" / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    write_table(path, frame.assign(**{column: value}))
    return read_plan(copy)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_is_well_formed(fake_plan: SavedPlan, lang: str) -> None:
    """Every tag is closed in its order, in both languages."""
    checker = _Balance()
    checker.feed(render(fake_plan, lang))
    assert checker.wrong == [] and checker.open == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_needs_no_network(fake_plan: SavedPlan, lang: str) -> None:
    """No address and no file in the markup and the styles; what the scripts ask for, `test_report_browser` sees."""
    html = render(fake_plan, lang)
    assert not re.search(r"<link|<img|<iframe|https?://|\bsrc=", markup(html))
    assert all(not re.search(r"@import|url\(", style) for style in re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "default-src 'none'" in unescape(html)


def test_names_are_escaped(fake_folder: Path, tmp_path: Path) -> None:
    """A name with markup is shown, not run."""
    evil = "<img src=x onerror=alert(1)>&\"'"
    html = render(spoilt(fake_folder, tmp_path, "institutions", "name", evil), "en")
    assert "<img" not in markup(html) and "&lt;img src=x" in html
    assert evil in [place[0] for place in data(html)["map"]["places"]]


def test_region_name_is_escaped_in_the_title(fake_folder: Path) -> None:
    """The name of the region is data too."""
    saved = read_plan(fake_folder)
    html = render(SavedPlan(saved.path, {**saved.info, "region": "</title><b>"}, saved.tables, saved.region), "en")
    assert "</title><b>" not in html


def test_first_screen_has_the_answer_the_aims_and_the_audit(fake_plan: SavedPlan) -> None:
    """What the plan does, how far from the best it may be in real units, and that the audit holds."""
    html = render(fake_plan, "zh")
    first = html[: html.index("四种情形对比")]
    assert "8/8 条规则满足" in first
    assert "最多可再好 23.6 加权人次/月" in first and "0.71%" in first
    assert "每月在基层留住" in first and "现状" in first


def test_four_scenarios_are_side_by_side(fake_plan: SavedPlan) -> None:
    """Doing nothing, today, by hand and the plan, each with its figure."""
    html = render(fake_plan, "en")
    assert all(name in html for name in ("do nothing", "today", "by hand", "this plan"))
    assert all(figure in html for figure in ("6,620", "5,312", "4,104", "3,320"))


def test_names_stand_for_ids(fake_plan: SavedPlan) -> None:
    """Readers see the names of institutions, doctors and specialties."""
    html = render(fake_plan, "zh")
    assert "新街镇卫生院" in html and "心血管内科" in html and "市人民医院" in html
    assert ">T01<" not in html and ">card<" not in html


def test_shortfalls_name_rule_subject_amount(fake_plan: SavedPlan) -> None:
    """A promise that is not kept is said with its rule's sentence and its subject's name."""
    html = render(fake_plan, "zh")
    assert "每个点每月不少于规定次数的门诊" in html and "釜山镇卫生院 Q1" in html


def test_assumed_values_say_so(fake_plan: SavedPlan) -> None:
    """Marks of the sources table and defaults used come down to the report."""
    html = render(fake_plan, "zh")
    assert "情景假设 &lt;待确认&gt;" in html and "specialties.ramp_weeks：9 处空白，按 13" in html


def test_indicators_show_current_target_and_published(fake_plan: SavedPlan) -> None:
    """The published figure stands beside the planned one."""
    html = render(fake_plan, "en")
    assert "92.6%" in html and "91.3%" in html and "87.4%" in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_plan_is_still_a_report(fake_folder: Path, lang: str) -> None:
    """A plan without clinics, postings, centres and aims is shown without failing."""
    saved = read_plan(fake_folder)
    info = {"status": "FEASIBLE", "stopped_by": "running", "settings": {}, "aims": []}
    html = render(SavedPlan(saved.path, info, {"audit": saved.tables["audit"]}, {}), lang)
    assert ("本方案没有派驻" if lang == "zh" else "no postings") in html


def test_same_plan_gives_the_same_file(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Nothing in the report depends on the clock."""
    write_report(fake_plan, tmp_path / "a.html", "zh")
    write_report(fake_plan, tmp_path / "b.html", "zh")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
