"""Today's roster as the baseline: its own audit beside the plan's, in `today_audit.csv`."""

from __future__ import annotations

from pathlib import Path

from planner.audit.practice import audit_today
from planner.audit.read import read_saved
from planner.folder import TABLES, write_table


def write_today_audit(folder: Path) -> None:
    """Write the audit of today's roster on the dates of a dated plan; nothing where there is no such roster."""
    saved = read_saved(folder)
    lines = audit_today(saved)
    if saved.dated and len(lines):
        write_table(folder / "today_audit.csv", lines, TABLES["today_audit"])
