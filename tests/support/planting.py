"""Edits of a plan folder, as small functions that can stand in a table of tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.plan_folder import PlanFolder

from models.rules import RULES
from planner.audit import audit_saved
from planner.audit.read import read_saved

Plant = Callable[[PlanFolder], None]


def failing(folder: PlanFolder, path: Path, *rules: str) -> dict[str, str]:
    """Rules that do not hold (of the named ones, or of all), with the text of their lines."""
    audit = audit_saved(read_saved(folder.save(path / "plan")), rules or tuple(RULES))
    broken = audit[audit["holds"] == "no"]
    text = broken["subject"] + ": " + broken["detail"]
    return text.groupby(broken["rule"]).agg("; ".join).to_dict()


def region_put(table: str, key: str, value: str, **values: object) -> Plant:
    """Change the rows of a region table whose column `key` is `value`."""
    return lambda folder: folder.put(table, {key: value}, **values)


def visits(institution: str, specialty: str, **values: object) -> Plant:
    return lambda folder: folder.plan_put("visits", {"institution": institution, "specialty": specialty}, **values)


def setting(section: str, **values: object) -> Plant:
    return lambda folder: folder.settings.setdefault(section, {}).update(values)


def all_of(*plants: Plant) -> Plant:
    def run(folder: PlanFolder) -> None:
        for plant in plants:
            plant(folder)

    return run


def drop(table: str, **where: str) -> Plant:
    return lambda folder: folder.plan_drop(table, **where)


def flow(origin: str, destination: str, specialty: str, patients: float) -> Plant:
    where = {"origin": origin, "destination": destination, "specialty": specialty}
    return lambda folder: folder.plan_put("referrals", where, patients_per_month=patients)
