"""Sheets of groups and of what their borders cost, in names and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.grouping.price_page import case_name
from planner.grouping.words import told
from planner.view import View

if TYPE_CHECKING:
    import pandas as pd


def groups(view: View) -> pd.DataFrame:
    """A row per institution: its group and the group's lead, the unit that it belongs to, today's group, minutes."""
    table = view.saved.table("groups").copy()
    for column in ("lead", "unit"):
        table[column] = [view.name("institutions", key) for key in table[column]]
    return view.named(table)


def borders(view: View) -> pd.DataFrame:
    """A row per case and aim of `borders.csv`: value, what is proved, difference from the plan, its range."""
    table = view.saved.table("borders")
    if table.empty:
        return table
    table = table.sort_values("number", kind="stable")
    table["case"] = [case_name(view, row) for row in table.to_dict("records")]
    table["status"] = [_status(view, str(status)) for status in table["status"]]
    table["aim"] = [view.measure(str(aim)) for aim in table["aim"]]
    return view.named(table.drop(columns=["institution", "group"]))


def _status(view: View, status: str) -> str:
    """What is known of a case: its proof, that it is impossible, or that no plan was found in time."""
    if status in ("OPTIMAL", "FEASIBLE"):
        return view.say(f"status_{status}")
    return told("rejected" if status == "INFEASIBLE" else "price_none", view.lang)
