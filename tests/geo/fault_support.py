"""A small region without a fault, and a desk to spoil copies of it on.

Two hospitals lead two groups of two townships each; every table has a row or more, so that every
check has something to look at. `Desk.check()` writes the copy as CSV files, reads and checks it.
Row 2 is the first row under the header, as in a spreadsheet.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from geodata.checks import check_region
from geodata.coordinates import distance_km
from geodata.problems import Problem
from geodata.read import read_region

Cells = dict[str, Any]
Tables = dict[str, list[Cells]]

POINTS = {
    "H1": (119.000, 32.690),
    "H2": (119.020, 32.680),
    "T1": (119.120, 32.780),
    "T2": (119.150, 32.620),
    "T3": (118.880, 32.600),
    "T4": (118.860, 32.760),
}
TOWNS = ("T1", "T2", "T3", "T4")
PLAN = """[region]
name = "无错县"

[calendar]
start = 2026-06-01
weeks = 13
"""


def minutes(origin: str, destination: str) -> int:
    """Minutes by road between two institutions of the base region."""
    km = float(distance_km(*POINTS[origin], *POINTS[destination]))
    return round(km * 1.3 / 40 * 60 + 10)


def base_tables() -> Tables:
    """Every table of the region without a fault, fresh each time."""
    return {**_places(), **_people(), **_visits(), **_centres(), **_decisions()}


def _places() -> Tables:
    towns = {"T1": "东镇卫生院", "T2": "南镇卫生院", "T3": "西镇卫生院", "T4": "北镇卫生院"}
    names = {"H1": "县人民医院", "H2": "县中医院", **towns}
    institutions = [
        {
            "id": code,
            "name": name,
            "level": 2 if code in ("H1", "H2") else 1,
            "lon": POINTS[code][0],
            "lat": POINTS[code][1],
            "parent": "" if code in ("H1", "H2") else "H1" if code in ("T1", "T2") else "H2",
            "group": "东片" if code in ("H1", "T1", "T2") else "西片",
            "lead": "yes" if code in ("H1", "H2") else "no",
            "rooms": 2,
            "open_slots": 10,
            "beds": 400 if code in ("H1", "H2") else 30,
            "staff": 600 if code in ("H1", "H2") else 50,
            "population": 60000 if code in ("H1", "H2") else 30000,
            "population_65": 9000 if code in ("H1", "H2") else 5000,
        }
        for code, name in names.items()
    ]
    communities = [
        {
            "id": f"C{town[1]}{part}",
            "name": f"{town}村{part}",
            "lon": POINTS[town][0] + 0.01 * part,
            "lat": POINTS[town][1] - 0.01 * part,
            "population": 15000,
            "population_65": 2500,
            "institution": town,
        }
        for town in TOWNS
        for part in (1, 2)
    ]
    travel = [
        {"origin": a, "destination": b, "minutes": minutes(a, b), "km": "", "profile": "", "method": "map"}
        for a in POINTS
        for b in POINTS
        if a != b
    ]
    return {
        "institutions": institutions,
        "communities": communities,
        "neighbours": [{"institution": "T1", "neighbour": "T2", "kind": "land"}],
        "equipment": [{"institution": town, "item": "心电图机", "count": 1} for town in TOWNS],
        "travel": travel,
        "market_days": [{"institution": "T1", "rule": "lunar 2,5,8"}],
        "closures": [{"institution": "T2", "start": "2026-06-22", "end": "2026-06-26", "slot": "", "reason": "体检"}],
    }


def _people() -> Tables:
    doctors = [
        ("D1", "张伟", "H1", "心内科", "K1", 3),
        ("D2", "李娜", "H1", "心内科", "K1", 2),
        ("D3", "王芳", "H1", "中医科", "K2", 3),
        ("D4", "刘洋", "H2", "内科", "K1", 2),
        ("D5", "陈静", "H2", "针灸科", "K2", 4),
        ("D6", "杨帆", "H2", "针灸科", "K2", 2),
    ]
    return {
        "doctors": [
            {
                "id": code,
                "name": name,
                "institution": home,
                "department": department,
                "specialty": specialty,
                "scope": specialty,
                "title": title,
                "sessions_per_week": 1,
                "posting": "may",
            }
            for code, name, home, department, specialty, title in doctors
        ],
        "departments": [
            {"institution": home, "department": name, "headcount": 8, "min_present": 3}
            for home, name in (("H1", "心内科"), ("H1", "中医科"), ("H2", "内科"), ("H2", "针灸科"))
        ],
        "duties": [
            {"doctor": "D1", "weekday": 3, "date": "", "slot": "am", "weeks": "all", "what": "专家门诊"},
            {"doctor": "D4", "weekday": 5, "date": "", "slot": "pm", "weeks": "odd", "what": "查房"},
        ],
        "absences": [{"doctor": "D2", "start": "2026-07-06", "end": "2026-07-10", "slot": "", "reason": "年休假"}],
        "current_postings": [
            {"doctor": "D6", "institution": "T4", "specialty": "K2", "start": "2026-01-05", "end": "2026-07-05"}
        ],
        "roster": [
            {"doctor": "D1", "institution": "T1", "date": "", "weekday": 1, "slot": "am", "weeks": "all"},
            {"doctor": "D2", "institution": "T2", "date": "", "weekday": 2, "slot": "am", "weeks": "odd"},
            {"doctor": "D4", "institution": "T3", "date": "", "weekday": 4, "slot": "day", "weeks": "all"},
            {"doctor": "D5", "institution": "T3", "date": "2026-05-13", "weekday": "", "slot": "am", "weeks": "all"},
        ],
        "history": [{"doctor": "D1", "period": "2026Q1", "sessions": 12, "far": 0, "fridays": 1}],
    }


def _visits() -> Tables:
    lead = {"T1": "H1", "T2": "H1", "T3": "H2", "T4": "H2"}
    needs = [
        {
            "institution": town,
            "specialty": specialty,
            "visits_per_month": 300,
            "own_visits_per_month": 150,
            "referred_visits_per_month": "",
            "left_visits_per_month": "",
            "recoverable_share": 0.4,
            "min_sessions_per_month": 1,
            "pattern": "any",
        }
        for town in TOWNS
        for specialty in ("K1", "K2")
    ]
    referrals = [
        {"origin": town, "destination": where, "specialty": k, "direction": "up", "patients_per_month": patients}
        for town in TOWNS
        for k in ("K1", "K2")
        for where, patients in ((lead[town], 60), ("outside", 20))
    ]
    referrals.append(
        {"origin": "H1", "destination": "T1", "specialty": "K1", "direction": "down", "patients_per_month": 5}
    )
    return {
        "specialties": [
            {"id": "K1", "name": "心内科", "min_title": 2, "requires": "ecg", "equipment": "心电图机"},
            {"id": "K2", "name": "中医科", "min_title": 2, "requires": "", "equipment": ""},
        ],
        "needs": needs,
        "referrals": referrals,
        "capabilities": [
            {"institution": "H1", "specialty": "K1", "visits_per_month": 900, "beds": "", "direction": "up"},
            {"institution": "T1", "specialty": "K1", "visits_per_month": "", "beds": 4, "direction": "down"},
        ],
        "reserves": [{"institution": "H1", "specialty": "K1", "visits_per_month": 20, "beds": 2}],
        "usage": [{"specialty": "K1", "service": "ecg", "items_per_visit": 0.5}],
    }


def _centres() -> Tables:
    services = [
        {
            "id": "ecg",
            "name": "心电诊断",
            "moves": "data",
            "turnaround_minutes": 30,
            "minutes_per_item": 2,
            "verify_minutes_per_item": 1,
            "max_centres": 2,
        },
        {
            "id": "cssd",
            "name": "消毒供应",
            "moves": "goods",
            "turnaround_minutes": 5000,
            "window_minutes": 400,
            "work_minutes": 240,
            "loops_per_week": 5,
            "max_centres": 2,
        },
    ]
    centres = [
        {
            "service": service,
            "institution": host,
            "level": level,
            "items_per_day": size,
            "servers": 2 if level == "大" else 1,
            "verifiers": 1,
            "hours_per_day": 8,
            "fixed_cost_per_year": 100000,
            "state": "candidate",
        }
        for service in ("ecg", "cssd")
        for host in ("H1", "H2")
        for level, size in (("小", 150), ("大", 300))
    ]
    return {
        "services": services,
        "volumes": [
            {"institution": i, "service": s, "items_per_day": 60 if i in ("H1", "H2") else 20, "local_share": 0}
            for s in ("ecg", "cssd")
            for i in POINTS
        ],
        "centres": centres,
        "memberships": [
            {
                "institution": i,
                "service": "cssd",
                "group": "东片" if i in ("H1", "T1", "T2") else "西片",
                "from": "2026-01-01",
                "to": "",
            }
            for i in POINTS
        ],
    }


def _decisions() -> Tables:
    blank = dict.fromkeys(("doctor", "institution", "specialty", "service", "host", "group", "weekday", "slot"), "")
    return {
        "posts": [{"institution": "T2", "specialty": "K2", "doctors": 1, "min_title": 2, "months": 6, "start": ""}],
        "locks": [
            {**blank, "kind": "session", "doctor": "D1", "institution": "T1", "specialty": "K1", "must": "yes"},
            {**blank, "kind": "centre", "service": "ecg", "host": "H1", "must": "yes"},
        ],
        # without any one place three are left, which is enough
        "known_trips": [
            {"origin": a, "destination": b, "minutes": minutes(a, b)}
            for a, b in (("H1", "T1"), ("H1", "T2"), ("H2", "T3"), ("H2", "T4"), ("T1", "T2"))
        ],
        "road_speeds": [{"class": "primary", "vehicle_kmh": 60}],
        "targets": [{"indicator": "primary_visit_share", "value": 0.65, "unit": "share", "source": "2015"}],
        "sources": [{"table": "needs", "column": "visits_per_month", "row": "", "mark": "assumed", "note": "估算"}],
    }


class Desk:
    """A copy of the base region that a test spoils and checks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = base_tables()
        self.plan = PLAN

    def set(self, table: str, row: int, /, **cells: Any) -> None:
        """Overwrite cells of the row that the user sees as `row` (the first one is 2)."""
        self.tables[table][row - 2].update(cells)

    def add(self, table: str, /, **cells: Any) -> str:
        """Add a row and say which one the user sees it as."""
        self.tables.setdefault(table, []).append(cells)
        return str(len(self.tables[table]) + 1)

    def row(self, table: str, /, **cells: Any) -> int:
        """The first row with these cells, as the user sees it."""
        rows = self.tables[table]
        return next(at for at, row in enumerate(rows, 2) if all(row.get(k) == v for k, v in cells.items()))

    def write(self) -> Path:
        """The region as a folder of CSV files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for table, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        (self.folder / "plan.toml").write_text(self.plan, encoding="utf-8")
        return self.folder

    def check(self) -> list[Problem]:
        """Everything that reading and checking finds."""
        return problems_of(self.write())

    def sole(self) -> Problem:
        """The one problem there is; more or none fails the test."""
        problems = self.check()
        assert len(problems) == 1, "\n".join(p.sentence("en") for p in problems) or "no problem found"
        return problems[0]


def problems_of(path: Path) -> list[Problem]:
    """Everything that reading and checking a region finds."""
    region = read_region(path)
    return [*region.problems, *check_region(region)]


def told(problems: list[Problem], table: str, row: object, column: str) -> Problem:
    """The problem told of a cell (the first, if there are several)."""
    for problem in problems:
        if (problem.table, problem.row, problem.column) == (table, str(row), column):
            return problem
    raise AssertionError(f"no problem for {table} row {row} {column}:\n" + "\n".join(p.sentence() for p in problems))


def named(problem: Problem, table: str, row: object, column: str, severity: str = "error") -> None:
    """The problem names table, row as seen, column, and has expectation and cure in both languages."""
    assert (problem.table, problem.row, problem.column) == (table, str(row), column), problem.sentence()
    assert problem.severity == severity
    assert all((problem.expected_zh, problem.expected_en, problem.cure_zh, problem.cure_en))
    assert problem.cure_zh in problem.sentence("zh") and problem.cure_en in problem.sentence("en")
