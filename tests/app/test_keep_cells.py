"""`alliance plan --keep`: every edit that no plan can keep is told at once, by its sheet and cell and its own rule."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from support.dated_folder import day, row
from support.edited_book import Touch, detail, new_row, plan_and_book, touch
from support.planting import Plant

from planner.build import build_instance
from planner.calendar import work_calendar
from planner.config import read_config
from planner.inputs import Finding, read_inputs
from planner.keep import with_kept
from planner.opening import travel_of
from planner.pins import clash_findings

WED, THU = day(0, 3), day(0, 4)


def refused(path: Path, *edits: Touch, plants: tuple[Plant, ...] = ()) -> list[Finding]:
    """What `plan --keep` says of these edits of the tiny plan before it solves anything."""
    plan, book = plan_and_book(path, *plants)
    shutil.copy(touch(book, *edits), plan / "edited.xlsx")
    inputs = read_inputs(plan / "region")
    config = read_config(json.loads((plan / "plan.json").read_text(encoding="utf-8"))["settings"])
    inputs = replace(inputs, config=config, calendar=work_calendar(config.calendar))
    kept, told = with_kept(inputs, plan / "edited.xlsx", plan)
    instance = build_instance(kept.region, config, travel_of(kept, config)).instance
    return [*told, *clash_findings(kept.region, config, work_calendar(config.calendar), instance)]


def test_all_edits_are_told_by_their_cells(tmp_path: Path) -> None:
    """A long trip before a duty, one doctor in two places, and a day off: three cells, three reasons, one run."""
    duty: Plant = lambda f: row(f, "duties", doctor="D2", weekday=4, slot="pm", what="ward")  # noqa: E731
    found = refused(
        tmp_path,
        detail("D2", WED, date=THU, weekday=None),
        detail("D5", day(3, 1), date=day(3, 6), weekday=None),
        detail("D1", day(2, 2), date=day(2, 5), weekday=None),
        new_row(
            date=date.fromisoformat(day(2, 5)), slot="上午", doctor="An", institution="Far", specialty="Cardiology"
        ),
        plants=(duty,),
    )
    assert all(one.en.startswith("edited.xlsx 排班明细!A") for one in found)
    long = next(one for one in found if "whole day" in one.en)
    assert (
        "the afternoon is taken: the doctor is on duty (duties, row " in long.en
        and "下午已占：医生在本院值班" in long.zh
    )
    two = next(one for one in found if "one_place" in one.en)
    assert two.en.count("edited.xlsx 排班明细!A") == 2 and f"{day(2, 5)} Fri am Near" in two.en
    off = next(one for one in found if "a day off" in one.en)
    assert len({long, two, off}) == 3 and not any("locks" in f"{one.zh}{one.en}" for one in found)


def test_an_edit_out_of_scope_is_told_beside_its_day(tmp_path: Path) -> None:
    """A doctor of another specialty on a day off: both are told."""
    found = refused(tmp_path, detail("D1", day(0, 2), date=day(0, 6), weekday=None, doctor="Da", id=None))
    said = " ".join(one.en for one in found)
    assert "a day off" in said and "scope" in said and "排班明细!A" in said
