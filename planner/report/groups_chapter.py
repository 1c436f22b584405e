"""The groups' chapter in the report: which institution is in which group, how even they are, who moves, the price."""

from __future__ import annotations

import math
from typing import Any

from planner.grouping import page
from planner.grouping.price_page import price_sentences, price_table
from planner.report.grids import Cell, Grid, grid
from planner.report.words import report_word
from planner.view import View


def groups_chapter(view: View) -> dict[str, Any]:
    """`there` is false where the plan neither made groups nor asked what their borders cost."""
    made = not view.saved.table("groups").empty
    price = _table("borders", price_table(view))
    return {
        "there": made or bool(price.rows),
        "answer": page.answer(view) if made else "",
        "whole": _one_piece(view) if made else "",
        "groups": _table("group_list", page.group_table(view)) if made else Grid("group_list", (), (), ()),
        "members": _table("group_members", page.member_table(view)) if made else Grid("group_members", (), (), ()),
        "price": price,
        "sentences": price_sentences(view),
    }


def _one_piece(view: View) -> str:
    """What the audit says of contiguity, which it checks from the tables with other code than the search."""
    rows = view.saved.table("audit")
    rows = rows[rows["rule"] == "contiguous"]
    if rows.empty:
        return report_word("groups_loose", view.lang)
    return report_word("groups_whole" if (rows["holds"] == "yes").all() else "groups_pieces", view.lang)


def _table(key: str, table: dict[str, Any]) -> Grid:
    """A table of texts as a grid that can be sorted: columns of numbers by their value."""
    numeric = table["numeric"]
    rows = [
        [Cell(str(text), _value(str(text)) if numeric[at] else None) for at, text in enumerate(row)]
        for row in table["rows"]
    ]
    return grid(key, table["headings"], rows)


def _value(text: str) -> float:
    try:
        return float(text.replace("−", "-").replace(",", "").replace("%", "").split(" ")[0])
    except ValueError:
        return math.nan
