"""A small dated plan for the tests of the roster's views, sheets and calendars: written, never solved.

Thirteen weeks from 30 March 2026 (Qingming, Labour Day, a working Saturday 9 May and Dragon Boat). Two
hospitals, three sites, six doctors of whom two bear one name; D2 has a far trip to S2.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from planner.folder import SavedPlan, read_plan, write_plan, write_table

START = date(2026, 3, 30)
ROSTER = ["date", "weekday", "slot", "doctor", "institution", "specialty", "backup"]
REGION: dict[str, tuple[list[str], list[tuple[str, ...]]]] = {
    "institutions": (
        ["id", "name", "level", "phone", "vehicles", "min_sessions_per_month"],
        [
            ("H1", "人民医院", "2", "", "2", ""), ("H2", "中医院", "2", "", "0", ""),
            ("S1", "东镇卫生院", "1", "0550-1111", "", ""), ("S2", "西镇卫生院", "1", "", "", "2"),
            ("S3", "南镇卫生院", "1", "", "", ""),
        ],
    ),
    "doctors": (
        ["id", "name", "institution", "department", "specialty", "title"],
        [
            ("D1", "王伟", "H1", "心内科", "K1", "3"), ("D2", "李芳", "H1", "心内科", "K1", "2"),
            ("D3", "王伟", "H2", "中医科", "K2", "4"), ("D4", "赵敏", "H2", "中医科", "K2", "2"),
            ("D5", "陈静", "H1", "心内科", "K1", "2"), ("D6", "周杰", "H1", "骨科", "K2", "1"),
        ],
    ),
    "specialties": (["id", "name"], [("K1", "心血管内科"), ("K2", "中医")]),
    "departments": (
        ["institution", "department", "headcount"], [("H1", "心内科", "8"), ("H2", "中医科", "5")],
    ),
    "market_days": (["institution", "rule"], [("S1", "weekday 2")]),
    "closures": (["institution", "start", "end", "slot", "reason"], [("S2", "2026-04-14", "2026-04-15", "am", "体检")]),
    "absences": (["doctor", "start", "end", "slot", "reason"], [("D5", "2026-04-01", "2026-04-10", "day", "年休假")]),
    "current_postings": (
        ["doctor", "institution", "specialty", "start", "end"], [("D6", "S3", "K2", "2025-10-01", "2026-03-29")],
    ),
    # D1 today: Tuesdays as in the plan, and Thursdays that the plan has not.
    "roster": (
        ["doctor", "institution", "date", "weekday", "slot", "weeks", "specialty"],
        [("D1", "S1", "", "2", "am", "all", ""), ("D3", "S3", "", "1", "am", "all", "K2")],
    ),
}  # fmt: skip


def dated(week: int, weekday: int) -> date:
    return START + timedelta(days=7 * week + weekday - 1)


def roster_rows() -> list[tuple[Any, ...]]:
    """D1 on Tuesday mornings at S1, D2 every other Wednesday afternoon at S2, D3 on Mondays at S3, D4 with D3 twice."""
    rows = []
    for week in range(13):
        # Days off: Tuesday 5 May, the first Monday of April (made up on Tuesday), and 4 May (on Saturday, 9 May).
        rows.append((dated(week, 4 if week == 5 else 2), "am", "D1", "S1", "K1", "D5"))
        if week % 2 == 0:
            rows.append((dated(week, 3), "pm", "D2", "S2", "K1", "D1"))
        monday = {1: dated(1, 2), 5: date(2026, 5, 9)}.get(week, dated(week, 1))
        rows.append((monday, "am", "D3", "S3", "K2", "D4"))
        if week in (2, 3):
            rows.append((dated(week, 1), "am", "D4", "S1", "K2", ""))
    return [(on.isoformat(), on.isoweekday(), slot, *rest) for on, slot, *rest in rows]


def write_roster_plan(folder: Path, rows: list[tuple[Any, ...]] | None = None, **settings: Any) -> Path:
    """Write the plan; `rows` replace those of `roster_rows`, `settings` are sections of plan.toml."""
    (folder / "region").mkdir(parents=True, exist_ok=True)
    for name, (columns, content) in REGION.items():
        write_table(folder / "region" / f"{name}.csv", pd.DataFrame(content, columns=columns), sort=False)
    roster = pd.DataFrame(roster_rows() if rows is None else rows, columns=ROSTER)
    sessions = [
        ("D1", "S1", "K1", "Q1", 13.0, "yes", 30.0), ("D2", "S2", "K1", "Q1", 8.0, "yes", 70.0),
        ("D3", "S3", "K2", "Q1", 13.0, "yes", 20.0), ("D4", "S1", "K2", "Q1", 2.0, "yes", 25.0),
    ]  # fmt: skip
    tables = {
        "roster": roster,
        "sessions": pd.DataFrame(
            sessions, columns=["doctor", "institution", "specialty", "quarter", "sessions", "main", "minutes"]
        ),
        "postings": pd.DataFrame(
            [("D4", "S3", "K2", "2026-04-06", "2026-10-05", "new")],
            columns=["doctor", "institution", "specialty", "start", "end", "state"],
        ),
        "unheld": pd.DataFrame(
            [("S2", "K1", "Q1", 1.0, "least_gap", "余下的半天离已排的门诊太近", "too close to clinics held")],
            columns=["institution", "specialty", "quarter", "sessions", "rule", "reason_zh", "reason_en"],
        ),
        "fairness": pd.DataFrame(
            [("D1", "2026Q2", 13, 0, 0, 2, 1), ("D2", "2026Q2", 7, 7, 0, 1, 3)],
            columns=["doctor", "period", "sessions", "far", "fridays", "holiday_adjacent", "carried_over"],
        ),
    }
    info = {
        "status": "FEASIBLE", "stopped_by": "clock", "region": "测试医共体", "aims": [],
        "settings": {"calendar": {"start": START.isoformat(), "weeks": 13, "holidays": "cn"}, **settings},
    }  # fmt: skip
    for old in folder.glob("*.csv"):
        old.unlink()
    write_plan(folder, tables, info)
    write_table(
        folder / "audit.csv", pd.DataFrame([("room", "", "yes", "")], columns=["rule", "subject", "holds", "detail"])
    )
    return folder


def roster_plan(folder: Path, rows: list[tuple[Any, ...]] | None = None, **settings: Any) -> SavedPlan:
    """The plan written and read back."""
    return read_plan(write_roster_plan(folder, rows, **settings))
