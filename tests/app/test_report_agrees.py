"""The numbers in the report, the workbook and the CSV tables agree."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.report_html import cells, data, markup

from planner.folder import SavedPlan, read_plan
from planner.text import amount


@pytest.fixture(scope="module")
def saved(kedong_plan: Path) -> SavedPlan:
    return read_plan(kedong_plan)


@pytest.fixture(scope="module")
def html(kedong_plan: Path) -> str:
    return (kedong_plan / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def book(kedong_plan: Path) -> Any:
    return openpyxl.load_workbook(kedong_plan / "workbook.xlsx")


def scenario(saved: SavedPlan, name: str, *measures: str) -> float:
    table = saved.table("scenarios")
    rows = table[(table["scenario"] == name) & table["measure"].isin(measures)]
    assert len(rows) == len(measures)
    return float(rows["value"].sum())


def test_headline_figures(saved: SavedPlan, html: str, book: Any) -> None:
    """Kept, left, unmet, clinics and postings: one figure on the tiles, in the workbook's summary and in the tables."""
    tiles = re.findall(
        r'class="label">([^<]*)</span>\s*<strong>([^<]*)</strong>.*?class="today">[^<]*?([\d,.]+)</span>',
        html,
        re.DOTALL,
    )
    sheet = {row[0]: row[1:3] for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    kinds = {
        "基层留住人次": ("visits:sessions", "visits:posted", "visits:tele"), "外流人次": ("visits:left",),
        "未满足人次": ("visits:unmet",), "派驻医生数": ("posted doctors",),
    }  # fmt: skip
    seen = {label: (plan, today) for label, plan, today in tiles}
    for label, measures in kinds.items():
        wanted = tuple(amount(scenario(saved, name, *measures)) for name in ("plan", "today"))
        assert seen[label] == wanted, label
        assert tuple(amount(value) for value in sheet[label]) == wanted, label
    clinics = saved.table("sessions")["sessions"].sum() / (13 * 7 / (365.25 / 12))
    assert seen["每月门诊次数"][0] == amount(clinics) == amount(sheet["每月门诊次数"][0])


def test_costs(saved: SavedPlan, html: str, book: Any) -> None:
    """The report's table of costs, in units of 10,000 yuan, is that of scenarios.csv and of the workbook's sheet."""
    names = {"共享中心": "centres", "派驻补助": "postings", "出诊补贴": "sessions", "车费": "travel"}
    rows = {row[0]: row[1:] for row in cells(html, "costs")}
    sheet = {str(row[0]): row[1:5] for row in book["情景对比"].iter_rows(values_only=True) if row[0]}
    labels = {"centres": "中心", "postings": "派驻", "sessions": "出诊", "travel": "车"}
    order = ("do_nothing", "today", "by_hand", "plan")
    for label, part in names.items():
        values = [scenario(saved, name, f"cost:{part}") for name in order]
        assert rows[label] == [amount(round(value / 10_000, 2)) for value in values], label
        found = next(sheet[key] for key in sheet if (labels[part] in key and "费" in key) or key == label)
        assert [float(value) for value in found] == pytest.approx(values, abs=0.5), label


def test_rosters_are_one(saved: SavedPlan, html: str, book: Any) -> None:
    """Every dated clinic is in the page's data, in the workbook's sheet and in roster.csv, and nothing else."""
    roster = data(html)["roster"]
    rows = [roster["rows"][at : at + 6] for at in range(0, len(roster["rows"]), 6)]
    page = Counter(
        (roster["days"][day % 1_000_000][0], slot, roster["sites"][site], roster["specialties"][specialty])
        for day, slot, site, specialty, _, _ in rows
    )
    names = {
        kind: dict(zip(saved.region[kind]["id"], saved.region[kind]["name"], strict=True))
        for kind in ("institutions", "specialties")
    }
    table = Counter(
        (
            row["date"],
            int(row["slot"] == "pm"),
            names["institutions"][row["institution"]],
            names["specialties"][row["specialty"]],
        )
        for row in saved.table("roster").to_dict("records")
    )
    assert page == table and len(rows) > 20
    lines = list(book["排班明细"].iter_rows(values_only=True))
    head = next(n for n, line in enumerate(lines) if "工号" in [str(cell) for cell in line])
    at = {str(name): n for n, name in enumerate(lines[head])}
    sheet = Counter(
        (str(line[at["日期"]])[:10], int(line[at["时段"]] == "下午"), line[at["坐诊机构"]], line[at["专业"]])
        for line in lines[head + 1 :]
        if line[at["日期"]]
    )
    assert sheet == table


def test_gains_add_up_to_the_visits(saved: SavedPlan, html: str) -> None:
    """The table of gains, row by row, is visits.csv by institution."""
    visits = saved.table("visits").assign(kept=lambda frame: frame["sessions"] + frame["posted"] + frame["tele"])
    names = dict(zip(saved.region["institutions"]["id"], saved.region["institutions"]["name"], strict=True))
    by = visits.groupby("institution")[["kept", "unmet", "left"]].sum().rename(index=names)
    rows = cells(html, "sites")
    assert len(rows) == 7
    for row in rows:
        for column, kind in ((3, "kept"), (4, "unmet"), (5, "left")):
            assert row[column].split(" → ")[-1] == amount(round(float(by.loc[row[0], kind]), 1)), (row[0], kind)


def test_no_number_is_only_in_a_script(html: str) -> None:
    """The tables are in the markup for readers without scripts, and their long ones say how many rows are elsewhere."""
    text = markup(html)
    for grid in ("sites", "hospitals", "centres", "costs", "flows", "matrix", "clinics", "postings"):
        assert f'data-grid="{grid}"' in text, grid


def test_brief_says_the_same(kedong_plan: Path, saved: SavedPlan, html: str, book: Any) -> None:
    """What changes and what it costs: one figure in brief, workbook and tables; the round numbers as in the report."""
    brief = (kedong_plan / "brief.html").read_text("utf-8")
    rows = {
        unescape(label): (today, plan)
        for label, today, plan in re.findall(
            r'<th scope="row">([^<]*)</th><td class="n">([^<]*)</td><td class="n"><b>([^<]*)</b>', brief
        )
    }
    for label, measures in (
        ("基层留住（人次/月）", ("visits:sessions", "visits:posted", "visits:tele")),
        ("流出县外（人次/月）", ("visits:left",)),
        ("未满足（人次/月）", ("visits:unmet",)),
        ("派驻医生（人）", ("posted doctors",)),
    ):
        assert rows[label] == tuple(amount(scenario(saved, name, *measures)) for name in ("today", "plan")), label
    within = saved.table("indicators").set_index(["indicator", "scope"]).loc[("residents_within_30_minutes", "")]
    assert rows["30 分钟内可看到专科的居民"][1] == f"{float(within['value']):.1%}"
    money = dict(re.findall(r'<th scope="row">([^<]*)</th><td class="n">[^<]*</td><td class="n">([^<]*)</td>', brief))
    totals = [row for row in book["费用"].iter_rows(values_only=True) if row[0] == "合计"]
    assert money["合计"] == amount(round(float(totals[0][4]) / 10_000, 2))
    assert float(totals[0][4]) == pytest.approx(scenario(saved, "plan", *(f"cost:{part}" for part in PARTS)))
    ticks = re.findall(r'<li><b class="(\w+)">[✓✗–]</b>', brief)
    assert len(ticks) == 7 and ticks == re.findall(r'<li class="(good|bad|even)"><b aria-label=', html)[:7]


PARTS = ("centres", "postings", "sessions", "travel")


def test_gains_in_brief_and_workbook(kedong_plan: Path, saved: SavedPlan, book: Any) -> None:
    """Visits kept by each institution: the brief's rows and the workbook's sheet are visits.csv."""
    visits = saved.table("visits")
    names = dict(zip(saved.region["institutions"]["id"], saved.region["institutions"]["name"], strict=True))
    kept = visits[["sessions", "posted", "tele"]].sum(axis=1).groupby(visits["institution"]).sum().rename(index=names)
    sheet = list(book["谁得谁失"].iter_rows(values_only=True))
    at = sheet[0].index("留住人次（方案）")
    assert {row[0]: row[at] for row in sheet[1:]} == pytest.approx(
        {row[0]: float(kept[row[0]]) for row in sheet[1:]}, abs=1e-3
    )
    brief = (kedong_plan / "brief.html").read_text("utf-8")
    rows = re.findall(r'<th scope="row"><bdi>([^<]*)</bdi></th><td>[^<]*</td><td class="n">([^<]*)</td>', brief)
    assert len(rows) == 7
    for name, told in rows:
        assert told.split(" → ")[-1] == amount(round(float(kept[name]))), name


def test_scenarios_and_indicators_cost_the_same(saved: SavedPlan) -> None:
    """The money that the model counted (the brief's) is the money of the saved tables (the monthly return's)."""
    table = saved.table("indicators")
    for part in ("postings", "sessions", "centres", "travel"):
        told = float(table.loc[table["indicator"] == f"cost:{part}", "value"].sum())
        assert told == pytest.approx(scenario(saved, "plan", f"cost:{part}"), abs=1.0), part
