"""A small county for groups: two leads, eight townships on a bent road, an island, three villages."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

#: id, name, level, lead, group, parent, lon, lat, people
INSTITUTIONS: tuple[tuple[object, ...], ...] = (
    ("H1", "县医院", 2, "yes", "东片", "", 120.00, 32.00, ""),
    ("H2", "中医院", 2, "yes", "西片", "", 119.50, 32.00, ""),
    ("T1", "一镇卫生院", 1, "no", "东片", "", 120.01, 32.01, 21_000),
    ("T2", "二镇卫生院", 1, "no", "东片", "", 120.10, 32.05, 18_000),
    ("T3", "三镇卫生院", 1, "no", "东片", "", 119.88, 32.02, 24_000),
    ("T4", "四镇卫生院", 1, "no", "西片", "", 119.76, 32.03, 16_000),
    ("T5", "五镇卫生院", 1, "no", "西片", "", 119.63, 32.01, 23_000),
    ("T6", "六镇卫生院", 1, "no", "西片", "", 119.51, 32.01, 20_000),
    ("T7", "七镇卫生院", 1, "no", "西片", "", 119.40, 32.05, 19_000),
    ("T8", "岛上卫生院", 1, "no", "西片", "", 119.80, 32.20, 3_000),
    ("V1", "甲村卫生室", 0, "no", "东片", "T3", 119.87, 32.04, ""),
    ("V2", "乙村卫生室", 0, "no", "东片", "T3", 119.90, 32.00, ""),
    ("V3", "丙村卫生室", 0, "no", "西片", "", 119.62, 32.02, ""),
)
LAND = ("T1 T2", "T1 T3", "T3 T4", "T4 T5", "T5 T6", "T6 T7", "H1 T1", "H1 T2", "H1 T3", "H2 T6", "H2 T5", "H2 T7")
PLAN = """[region]
name = "测试县"
coordinates = "wgs84"
[solver]
time_limit_s = 30
"""


def write(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)


def county(folder: Path, plan: str = "", **tables: tuple[str, Iterable[Sequence[object]]]) -> Path:
    """Write the county as CSV files, with further or other tables as (columns, rows), and lines of plan.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = "id name level lead group parent lon lat population"
    write(folder / "institutions.csv", heads, INSTITUTIONS)
    write(folder / "neighbours.csv", "institution neighbour kind", [(*pair.split(), "land") for pair in LAND])
    towns = [row for row in INSTITUTIONS if row[2] == 1]
    needs = [(row[0], "K1", round(float(str(row[8])) / 100), 20) for row in towns]
    write(folder / "needs.csv", "institution specialty visits_per_month referred_visits_per_month", needs)
    for name, (columns, rows) in tables.items():
        write(folder / f"{name}.csv", columns, rows)
    (folder / "plan.toml").write_text(PLAN + plan, encoding="utf-8")
    return folder


def changed(**cells: dict[str, object]) -> tuple[str, list[tuple[object, ...]]]:
    """The table `institutions` with other cells: id=dict(column=value)."""
    columns = "id name level lead group parent lon lat population"
    rows = [
        tuple(cells.get(str(row[0]), {}).get(name, old) for name, old in zip(columns.split(), row, strict=True))
        for row in INSTITUTIONS
    ]
    return columns, rows


def staffed_county(folder: Path) -> Path:
    """A county with two specialists in each lead and visits to be held."""
    doctors = [(f"D{h}{n}", f"医生{h}{n}", f"H{h}", "K1", 3, 2) for h in (1, 2) for n in range(1, 7)]
    needs = [(f"T{n}", "K1", 200 + 10 * n, 60, 60, 20) for n in range(1, 9)]
    return county(
        folder,
        specialties=("id name", [("K1", "内科")]),
        doctors=("id name institution specialty title sessions_per_week", doctors),
        departments=("institution department headcount", [(h, "K1", 10) for h in ("H1", "H2")]),
        needs=(
            "institution specialty visits_per_month own_visits_per_month referred_visits_per_month "
            "left_visits_per_month",
            needs,
        ),
    )
