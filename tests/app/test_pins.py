"""Locks to half-days that cannot be: told with doctor, date and rule before anything is solved."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.roster_values import Broken
from planner.bundled import find_region
from planner.cli import main
from planner.roster_run import broken_notes

COLUMNS = ("kind", "doctor", "institution", "specialty", "date", "weekday", "slot", "must", "weight")


def county(folder: Path, *locks: dict[str, str], **tables: str) -> Path:
    """The small county with these locks, and further tables as text."""
    path = folder / "county"
    shutil.copytree(find_region("kedong"), path)
    with (path / "locks.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({"kind": "session", "must": "yes", **lock} for lock in locks)
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def pin(doctor: str, site: str, on: str, slot: str = "am", **more: str) -> dict[str, str]:
    return {"doctor": doctor, "institution": site, "date": on, "slot": slot, **more}


ABSENT = "doctor,start,end,slot,reason\nD4,2026-03-01,2026-03-31,day,进修\n"
CLOSED = "institution,start,end,slot,reason\nT1,2026-03-02,2026-03-02,am,体检\n"


@pytest.mark.parametrize(
    ("lock", "zh", "en"),
    [
        (pin("D1", "T2", "2026-02-17"), "不能排在宝泉镇卫生院：2026-02-17 周二上午 放假（春节）", "Spring Festival"),
        (pin("D1", "T2", "2026-03-07"), "2026-03-07 周六上午 是休息日", "2026-03-07 Sat am: a day off"),
        (pin("D1", "T2", "2026-03-09"), "医生在本院值班（duties 第 2 行，病区）", "is on duty (duties, row 2"),
        (pin("D1", "T2", "2026-03-10", ""), "上午 医生在本院值班（duties 第 3 行，病例讨论）；", "row 4, 专家门诊)"),
        (pin("D4", "T1", "2026-03-09"), "沈文秀不能排在克东镇社区卫生服务中心：", "is away (absences, row 2, 进修)"),
        (pin("D2", "T1", "2026-03-02"), "受援单位停诊（closures 第 2 行，体检）", "is closed (closures, row 2"),
        (
            {"doctor": "D8", "institution": "T7", "weekday": "2", "slot": "am"},
            "2025-12-30 至 2026-03-24 的 12 天：医生在本院值班",
            "on 12 days, 2025-12-30 to 2026-03-24: the doctor is on duty",
        ),
    ],
    ids=["holiday", "weekend", "duty", "either half", "absence", "closure", "weekday"],
)  # fmt: skip
def test_a_lock_that_no_half_day_keeps_is_told(tmp_path: Path, lock: dict[str, str], zh: str, en: str) -> None:
    """`check` and `plan` refuse it with doctor, site, date and the row in the way, in both languages."""
    path = county(tmp_path, lock, absences=ABSENT, closures=CLOSED)
    told = run("check", path, "--lang", "zh")
    assert told.exit_code == 1 and zh in told.output, told.output
    told = run("check", path, "--lang", "en")
    assert told.exit_code == 1 and en in told.output and "locks, row 2" in told.output, told.output


def test_a_wish_that_cannot_be_is_a_warning(tmp_path: Path) -> None:
    """With a weight nothing is refused."""
    told = run("check", county(tmp_path, pin("D1", "T2", "2026-02-17", weight="5")), "--lang", "en")
    assert told.exit_code == 0 and "warning: locks, row 2: 曹明 cannot be at 宝泉镇卫生院" in told.output


def test_a_lock_that_fits_is_not_told(tmp_path: Path) -> None:
    """A free Wednesday, and an adjusted working Sunday."""
    told = run("check", county(tmp_path, pin("D1", "T2", "2026-03-11"), pin("D2", "T1", "2026-01-04")), "--lang", "en")
    assert told.exit_code == 0 and "locks, row" not in told.output


@pytest.mark.parametrize(
    ("locks", "zh", "en"),
    [
        (
            [pin("D1", "T2", "2026-03-11"), pin("D1", "T5", "2026-03-11", "pm")],
            "锁定（locks）第2、3行不能同时满足：曹明 2026-03-11 周三 上午 宝泉镇卫生院；",
            "In the way: one_place (a doctor is in one place at a time) and week_limit",
        ),
        (
            [pin("D5", "T1", "2026-03-09")],
            "锁定（locks）第2行不能满足：吕东娟 2026-03-09 周一 上午",
            "In the way: home_cover_half_day (a department keeps its people in every half-day).",
        ),
    ],
    ids=["two sites", "home cover"],
)
def test_locks_that_clash_are_told_before_solving(
    tmp_path: Path, locks: list[dict[str, str]], zh: str, en: str
) -> None:
    """`plan` ends with exit code 3, the rows and the rules; nothing is written."""
    path = county(tmp_path, *locks)
    assert run("check", path).exit_code == 0
    for lang, said in (("zh", zh), ("en", en)):
        told = run("plan", path, "-o", tmp_path / "plan", "--lang", lang)
        assert told.exit_code == 3 and said in told.output, told.output
    assert not (tmp_path / "plan").exists()


def test_a_lock_that_is_not_kept_is_a_note() -> None:
    """By its row, or by the cell that was edited, with the filter that took its half-days."""
    found = broken_notes(
        [
            Broken("locks row 7", "room_half_day"),
            Broken("edited.xlsx 排班明细!A3", "site_open"),
        ]
    )
    assert found[0] == ("锁定（locks）第7行没有满足：受援单位没有诊室", "locks, row 7: not kept: the site has no room")
    assert found[1][1].startswith("edited.xlsx 排班明细!A3: not kept: the site is closed")
