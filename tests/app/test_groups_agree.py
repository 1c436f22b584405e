"""A plan with new groups, their price and a network: report, brief, workbook, monthly return and CSV tables agree."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.report_html import cells

from planner.folder import SavedPlan, read_plan
from planner.text import amount


@pytest.fixture(scope="module")
def saved(bordered_plan: Path) -> SavedPlan:
    return read_plan(bordered_plan)


@pytest.fixture(scope="module")
def html(bordered_plan: Path) -> str:
    return (bordered_plan / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def book(bordered_plan: Path) -> Any:
    return openpyxl.load_workbook(bordered_plan / "workbook.xlsx")


def lines(book: Any, sheet: str) -> list[dict[str, Any]]:
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def names(saved: SavedPlan, kind: str) -> dict[str, str]:
    table = saved.region[kind]
    return dict(zip(table["id"], table["name"], strict=True))


def test_members_are_one(saved: SavedPlan, html: str, book: Any) -> None:
    """Who is in which group under which lead: report, workbook and groups.csv."""
    table, places = saved.table("groups"), names(saved, "institutions")
    wanted = {(places[row.institution], row.group, places[row.lead]) for row in table.itertuples()}
    sheet = {(row["机构"], row["集团"], row["牵头医院"]) for row in lines(book, "集团")}
    assert sheet == wanted and len(wanted) == 13
    leads = {row[0]: row[1] for row in cells(html, "group_list")}
    shown = {(row[1], row[0], leads[row[0]]) for row in cells(html, "group_members")}
    heads = table[table["institution"] == table["unit"]]
    assert shown == {one for one in wanted if one[0] in set(heads["institution"].map(places))}
    assert {row[0]: int(row[2]) for row in cells(html, "group_list")} == table["group"].value_counts().to_dict()


def test_the_price_of_borders_is_one(saved: SavedPlan, html: str, book: Any) -> None:
    """Each case's broken promises and unmet visits: report, workbook and borders.csv."""
    table = saved.table("borders")
    cases = dict.fromkeys(table.sort_values("number", kind="stable")["number"])
    shown = cells(html, "borders")
    assert len(shown) == len(cases) == 4
    sheet = lines(book, "边界的代价")
    for row, number in zip(shown, cases, strict=True):
        found = table[table["number"] == number].set_index("aim")["value"]
        assert float(row[1]) == pytest.approx(found["floors"], abs=0.005) and row[5] == f"{found['unmet']:,.1f}"
        for words, aim in (("未达底线", "floors"), ("未满足", "unmet"), ("费用", "cost")):
            told = [line["数值"] for line in sheet if line["序号"] == number and str(line["目标"]).startswith(words)]
            assert told == [pytest.approx(found[aim], abs=1e-3)], (number, aim)
            case = {line["情形"] for line in sheet if line["序号"] == number}
            assert case == {row[0]}


def test_the_network_is_that_of_the_referrals(saved: SavedPlan, html: str, book: Any) -> None:
    """What each hospital receives: the chapter of the network, the workbook's referrals and referrals.csv."""
    table, places = saved.table("referrals"), names(saved, "institutions")
    up = table[(table["direction"] == "up") & (table["destination"] != "outside")]
    wanted = up.groupby(up["destination"].map(places))["patients_per_month"].sum()
    assert {row[0]: row[1] for row in cells(html, "network_failures")} == {
        key: amount(round(value)) for key, value in wanted.items()
    }
    frame = pd.DataFrame(lines(book, "双向转诊"))
    told = frame[frame["方向"] == "上转"].groupby("转入")["人次/月"].sum()
    assert told[wanted.index].to_dict() == pytest.approx(wanted.to_dict(), abs=1e-3)


def test_the_monthly_return_says_what_the_meeting_reads(bordered_plan: Path, saved: SavedPlan, book: Any) -> None:
    """Leakage and shares in the monthly return are those of visits.csv, and its visits those of the brief."""
    visits = saved.table("visits")
    seen = visits[["own", "sessions", "posted", "tele", "referred", "left"]].sum()
    monthly = pd.read_csv(bordered_plan / "monthly" / "return.csv").set_index("indicator")["period"]
    assert monthly["leakage_share"] == pytest.approx(seen["left"] / seen.sum(), abs=1e-5)
    assert monthly["in_county_visit_share"] == pytest.approx(1 - seen["left"] / seen.sum(), abs=1e-5)
    sheet = {row[1]: row[3] for row in book["月报"].iter_rows(values_only=True)}
    assert sheet["外流率"] == pytest.approx(monthly["leakage_share"], abs=1e-6)
    brief = (bordered_plan / "brief.html").read_text("utf-8")
    told = re.search(
        r'<th scope="row">流出县外（人次/月）</th><td class="n">[^<]*</td><td class="n"><b>([^<]*)</b>', brief
    )
    assert told is not None and unescape(told[1]) == amount(seen["left"])
