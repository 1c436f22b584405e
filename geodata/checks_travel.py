"""Cells of a travel table that look wrong: zero, one-sided, missing, or out of proportion.

Minutes out of proportion are a warning: a ferry or a mountain road may be the reason. Where most
rows are, the unit is told once instead.
"""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.checks_view import Check, Row, View
from geodata.coordinates import LOCATED, distance_km, possible

#: Times the straight-line estimate, and minutes beyond it, at which a trip is worth a look.
SLOW, SLOW_MINUTES = 5.0, 30.0
#: Km/h in a straight line that nobody drives.
FASTEST = 120.0
#: Share of the longer trip, and minutes, by which the two directions may differ.
ONE_SIDED, ONE_SIDED_MINUTES = 0.3, 10.0
#: From this share of all pairs on, a table is meant to be complete.
COMPLETE = 0.5
#: So many odd rows of one kind are told once.
MANY = 20


def same_place(view: View) -> Check:
    """A trip leads somewhere else, and takes time."""
    allow_zero = bool(view.setting("travel", "allow_zero", False))
    for row in view.rows("travel"):
        minutes = row.number("minutes")
        if row["origin"] and row["origin"] == row["destination"]:
            yield view.problem(
                row,
                "destination",
                ("另一个地点", "another place than origin"),
                (
                    "删去此行（同一地点不用填），或改正目的地",
                    "delete the row (a place to itself is not needed) or correct it",
                ),
                severity="warning",
                value=_trip(row),
            )
        elif minutes == 0 and not allow_zero:
            yield view.problem(
                row,
                "minutes",
                ("不同地点之间大于 0 的分钟数", "more than 0 minutes between different places"),
                (
                    "未知就删去此行（将按直线估算）；确为 0 则在 [travel] 设 allow_zero = true",
                    "delete the row if unknown (it is then estimated); if 0 is meant set allow_zero = true in [travel]",
                ),
                severity="warning",
                value=_trip(row),
            )


def _trip(row: Row) -> str:
    """Both ends and the minutes: in a square the row does not tell the destination."""
    return f"{row['origin']} → {row['destination']}: {row.number('minutes'):g}"


def _points(view: View) -> dict[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = {}
    for table in ("communities", "institutions"):
        lon, lat = LOCATED[table]
        for row in view.rows(table):
            x, y = row.number(lon), row.number(lat)
            if bool(possible(x, y)):
                points[row["id"]] = x, y
    return points


def proportion(view: View) -> Check:
    """Minutes agree roughly with the distance in a straight line."""
    points = _points(view)
    rows = [
        r
        for r in view.rows("travel")
        if r["origin"] in points and r["destination"] in points and r.number("minutes") > 0
    ]
    if not rows:
        return
    ends = [(*points[row["origin"]], *points[row["destination"]]) for row in rows]
    straight = distance_km(*zip(*ends, strict=True))
    circuity, speed = view.number_setting("travel", "circuity", 1.3), view.number_setting("travel", "speed_kmh", 40.0)
    season, end = (
        view.number_setting("travel", "season_factor", 1.0),
        view.number_setting("travel", "minutes_each_end", 5.0),
    )
    slow: list[tuple[Row, float, float]] = []
    fast: list[tuple[Row, float, float]] = []
    for row, km in zip(rows, straight.tolist(), strict=True):
        estimate, minutes = km * circuity / speed * 60 * season + 2 * end, row.number("minutes")
        if minutes > SLOW * estimate and minutes > estimate + SLOW_MINUTES:
            slow.append((row, km, estimate))
        elif km > 2 and km / minutes * 60 > FASTEST:
            fast.append((row, km, estimate))
    for odd, hint in ((slow, ("秒", "seconds")), (fast, ("小时或公里", "hours or km"))):
        if len(odd) > MANY and len(odd) > len(rows) / 2:
            row, km, estimate = odd[0]
            yield view.problem(
                row,
                "minutes",
                (
                    f"单程分钟数（此行直线 {km:.0f} 公里，约 {estimate:.0f} 分钟）",
                    f"minutes one way (here about {estimate:.0f})",
                ),
                (
                    f"{len(odd)} 行都是如此：单位是否为{hint[0]}？换算成分钟",
                    f"{len(odd)} rows are like this: is the unit {hint[1]}? Convert to minutes",
                ),
                severity="warning",
                value=_trip(row),
            )
            continue
        for row, km, estimate in odd:
            yield view.problem(
                row,
                "minutes",
                (
                    f"与直线 {km:.1f} 公里相称，约 {estimate:.0f} 分钟",
                    f"about {estimate:.0f} minutes, by {km:.1f} km in a straight line",
                ),
                (
                    "核对此格及两地坐标；确有轮渡、山路可忽略",
                    "check this cell and both points; nothing need be done if a ferry or mountain road is the reason",
                ),
                severity="warning",
                value=_trip(row),
            )


def one_sided(view: View) -> Check:
    """There and back take about as long."""
    there: dict[tuple[str, str, str], Row] = {}
    for row in view.rows("travel"):
        there.setdefault((row["origin"], row["destination"], row["profile"]), row)
    for (origin, destination, profile), row in there.items():
        back = there.get((destination, origin, profile))
        if back is None or back.at >= row.at:
            continue
        one, other = back.number("minutes"), row.number("minutes")
        if abs(one - other) > max(ONE_SIDED * max(one, other), ONE_SIDED_MINUTES):
            label = view.label("travel", back.at)
            yield view.problem(
                row,
                "minutes",
                (f"与返程 {one:g} 分钟（第 {label} 行）相近", f"about the way back, {one:g} minutes (row {label})"),
                ("核对两行；确有单行路、上下山可忽略", "check both; nothing need be done if the road is the reason"),
                severity="warning",
                value=_trip(row),
            )


def missing_pairs(view: View) -> Check:
    """A table that has most pairs of institutions has them all; told once for each origin."""
    institutions = view.ids("institutions")
    given: dict[str, set[str]] = defaultdict(set)
    for row in view.rows("travel"):
        if row["origin"] in institutions and row["destination"] in institutions and row["origin"] != row["destination"]:
            given[row["origin"]].add(row["destination"])
    listed = set(given) | {place for places in given.values() for place in places}
    pairs = len(listed) * (len(listed) - 1)
    if not pairs or sum(map(len, given.values())) < COMPLETE * pairs:
        return
    points = _points(view)
    for origin in (row["id"] for row in view.rows("institutions")):
        missing = sorted(listed - given[origin] - {origin}) if origin in listed else []
        if not missing:
            continue
        lost = [d for d in missing if origin not in given[d] and not (origin in points and d in points)]
        names = "、".join(missing[:5]) + ("…" if len(missing) > 5 else "")
        yield view.problem(
            None,
            "destination",
            (f"{origin} 到每个机构各一行", f"a row from {origin} to every institution"),
            (
                f"补上到 {names} 的 {len(missing)} 行；"
                + (f"其中 {len(lost)} 处无坐标，视为到不了" if lost else "现按返程或直线估算"),
                f"add {len(missing)} rows, to {names.replace('、', ', ')}; "
                + (f"{len(lost)} of them have no coordinates and count as out of reach" if lost else "now estimated"),
            ),
            value=f"{origin} → {names}",
            # nothing stands in for a trip that is neither given, nor given back, nor measurable
            severity="error" if lost else "warning",
            table="travel",
        )


def speeds(view: View) -> Check:
    """Kilometres and minutes of one row make a speed that a road allows."""
    for row in view.rows("travel"):
        km, minutes = row.number("km"), row.number("minutes")
        if minutes > 0 and not math.isnan(km) and km > 2 and not 3 <= km / minutes * 60 <= 1.5 * FASTEST:
            yield view.problem(
                row,
                "km",
                (f"与 {minutes:g} 分钟相称的公里数", f"kilometres that fit {minutes:g} minutes"),
                (
                    f"照此时速 {km / minutes * 60:.0f} 公里：两列是否填反，或单位为米？",
                    f"that is {km / minutes * 60:.0f} km/h: are the two columns exchanged, or is it metres?",
                ),
                severity="warning",
                value=_trip(row),
            )


CHECKS = (same_place, proportion, one_sided, missing_pairs, speeds)
