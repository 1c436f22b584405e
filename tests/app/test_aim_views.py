"""Aims as people read them: what is called proved, and what the proof rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models.roster import WITHDRAWN
from planner.aim_views import OF_PARTS, aim_lines, aims_of
from planner.folder import SavedPlan
from planner.papers.brief_changes import Changes
from planner.view import View
from planner.workbook import write_workbook


def with_aims(saved: SavedPlan, *aims: tuple[str, float, float, str]) -> SavedPlan:
    """The plan with aims (name, value, bound, given), and their values in no other table."""
    told = [
        {"name": name, "value": value, "bound": bound, "gap": value - bound, "unit": "visits", "given": given}
        for name, value, bound, given in aims
    ]
    tables = dict(saved.tables)
    tables["scenarios"] = tables["scenarios"][~tables["scenarios"]["measure"].isin([name for name, *_ in aims])]
    return replace(saved, info={**saved.info, "aims": told}, tables=tables)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("bound", [0.0, 7.0])
def test_bounds_of_parts_prove_nothing(fake_plan: SavedPlan, tmp_path: Path, lang: Any, bound: float) -> None:
    """What holds only while each part keeps its earlier aims is nowhere called proved; it says so, without a gap."""
    saved = with_aims(fake_plan, ("floors", 0.0, 0.0, ""), ("roster_regular", 7.0, bound, OF_PARTS))
    proved = {"zh": "已证明最优", "en": "proved best"}[lang]
    first, aim = aims_of(View(saved, lang))
    assert (first.better, first.proof, first.proved) == (proved, proved, True)
    assert not aim.proved and proved not in aim.proof and aim.gap == "–"
    assert {"zh": "各组前面的目标都不变", "en": "while each part keeps its own earlier aims"}[lang] in aim.proof
    line = aim_lines(saved, lang)[1]
    assert aim.proof in line and proved not in line and {"zh": "差距", "en": "gap"}[lang] not in line.split("：")[-1]
    write_workbook(saved, tmp_path / "workbook.xlsx", lang)
    for sheet in openpyxl.load_workbook(tmp_path / "workbook.xlsx").worksheets[:4]:
        for row in sheet.iter_rows(values_only=True):
            if aim.label in row:
                assert not any(proved in str(cell) for cell in row), sheet.title


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_proofs_say_what_they_are_given(fake_plan: SavedPlan, lang: Any) -> None:
    """A line names what its bound rests on; before the first aim there is none; aims in a list are the earlier ones."""
    saved = with_aims(
        fake_plan,
        ("floors", 0.0, 0.0, "earlier aims"),
        ("unmet", 5.0, 5.0, "floors"),
        ("travel", 9.0, 8.0, "earlier aims, the offer"),
    )
    given = [aim.given for aim in aims_of(View(saved, lang))]
    assert (
        given
        == {
            "zh": ["", "前面各目标", "前面各目标、门诊与派驻的安排"],
            "en": ["", "earlier aims", "earlier aims, the offer"],
        }[lang]
    )
    lines = aim_lines(saved, lang)
    assert all(told in line for told, line in zip(given, lines, strict=True))
    assert {"zh": "已证明最优（以前面各目标为前提）", "en": "proved best (given earlier aims)"}[lang] in lines[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_withdrawn_bounds_prove_nothing(fake_plan: SavedPlan, lang: Any) -> None:
    """A bound that was withdrawn bounds nothing, even where the value happens to be its 0."""
    saved = with_aims(fake_plan, ("roster_unheld", 0.0, 0.0, WITHDRAWN))
    aim = aims_of(View(saved, lang))[0]
    assert not aim.proved and aim.gap == "–" and aim.better.startswith({"zh": "未证明", "en": "not proved"}[lang])


def test_brief_calls_nothing_proved_that_only_rounds_to_nothing(fake_plan: SavedPlan) -> None:
    """Where 0.04 visits are left, the brief tells them."""
    told = []
    for bound in (3319.66, 3319.7):
        saved = with_aims(fake_plan, ("floors", 0.0, 0.0, ""), ("unmet", 3319.7, bound, "earlier aims"))
        table = fake_plan.tables["scenarios"]
        saved = replace(saved, tables={**saved.tables, "scenarios": table})
        told.append(Changes(View(saved, "en"), None)._proved())  # type: ignore[arg-type]
    assert "at most 0.04 visits better" in told[0] and "not to be bettered" in told[1]


def test_whole_things_are_told_whole(fake_plan: SavedPlan) -> None:
    """Of 20 clinics and a bound of 11.7 at most 8 can go; a bound of 19.2 proves 20; one is singular."""
    saved = with_aims(
        fake_plan,
        ("floors", 0.0, 0.0, ""),
        ("roster_windows", 1.0, 0.0, "earlier aims"),
        ("roster_market", 20.0, 11.7, "earlier aims"),
        ("roster_change", 20.0, 19.2, "earlier aims"),
    )
    units = ["points of shortfall", "windows without a clinic", "clinics", "clinics moved"]
    for aim, unit in zip(saved.info["aims"], units, strict=True):
        aim["unit"] = unit
    lines = [line.split(": ")[-1] for line in aim_lines(saved, "en")]
    assert lines[1].startswith("1 spell, at most 1 spell better") and "at most 8 clinics better" in lines[2]
    assert "proved best" in lines[3] and "gap 0.00%" in lines[3]
