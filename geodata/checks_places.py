"""Institutions, communities and groups: ladders, leads, closures, market days, people counted."""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.checks_time import NO_EFFECT, outside_horizon, within_horizon
from geodata.checks_view import Check, Row, View
from geodata.market_rules import MarketRuleError, market_rule

#: Share by which people counted twice may differ before it is worth a look.
PEOPLE_TOLERANCE = 0.2


def parent_cycles(view: View) -> Check:
    """Going up from parent to parent ends; each circle is told once, at its first row."""
    rows = view.by_id("institutions")
    done: set[str] = set()
    for start in rows:
        path: list[str] = []
        here = start
        while here in rows and here not in done and here not in path:
            path.append(here)
            here = rows[here]["parent"]
        if here in path:
            circle = path[path.index(here) :]
            first = min(circle, key=lambda i: rows[i].at)
            shown = " → ".join([*circle, here])
            yield view.problem(
                rows[first],
                "parent",
                ("上级关系不成环", "parents that end at a hospital without a parent"),
                (f"{shown} 成环：清空其中最高一级的 parent", f"circle {shown}: clear parent of the highest of them"),
            )
        done.update(path)


def parent_levels(view: View) -> Check:
    """A parent is not of a lower level than its child."""
    rows = view.by_id("institutions")
    for row in view.rows("institutions"):
        parent = rows.get(row["parent"])
        if parent is None or parent is row:
            continue
        mine, above = row.number("level"), parent.number("level")
        if above < mine:
            yield view.problem(
                row,
                "parent",
                ("上级机构的级别不低于本机构", "a parent of the same or a higher level"),
                (
                    f"本机构为 {mine:g} 级，上级 {row['parent']} 为 {above:g} 级：改正 parent 或 level",
                    f"this is level {mine:g}, {row['parent']} is level {above:g}: correct parent or level",
                ),
            )


def group_leads(view: View) -> Check:
    """Every group has one lead hospital, and every lead is a hospital with a group."""
    groups = {key[0]: rows for key, rows in view.grouped("institutions", "group").items()}
    loose = groups.pop("", [])
    for name, rows in groups.items():
        leads = [row for row in rows if row.yes("lead")]
        if len(leads) > 1:
            yield view.problem(
                leads[1],
                "lead",
                ("每个集团一家牵头医院", "one lead hospital in each group"),
                (
                    f"集团「{name}」第 {view.labels(leads)} 行都是牵头医院：只留一家，或分成两个集团",
                    f"rows {view.labels(leads)} all lead group {name}: keep one, or make two groups",
                ),
            )
        elif not leads:
            able = any(row.number("level") >= 2 for row in rows)
            yield view.problem(
                rows[0],
                "lead",
                ("每个集团一家牵头医院", "one lead hospital in each group"),
                (
                    f"集团「{name}」没有牵头医院：在其二级以上医院的 lead 列填「是」",
                    f"group {name} has no lead: write yes in column lead of its hospital",
                ),
                value=name,
                # without a hospital nobody in the group may serve it; without the mark only reports suffer
                severity="warning" if able else "error",
            )
    for row in view.rows("institutions"):
        if row.yes("lead") and row.number("level") < 2:
            yield view.problem(
                row,
                "lead",
                ("牵头单位是二级及以上医院", "a lead of level 2 or 3"),
                ("改正 level，或把 lead 填到牵头医院", "correct level, or mark the hospital instead"),
                severity="warning",
            )
    if groups:
        for row in loose:
            if row.yes("lead"):
                yield view.problem(
                    row,
                    "group",
                    ("牵头医院属于一个集团", "a group for a lead hospital"),
                    ("填写集团名称；空白表示可服务所有集团", "write its group; blank means it serves every group"),
                    severity="warning",
                )


def people_counted(view: View) -> Check:
    """The people of an institution are those of its communities, and the old are among them."""
    in_communities: dict[str, float] = defaultdict(float)
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for row in view.rows("communities"):
        people = row.number("population")
        if row["institution"] and not math.isnan(people):
            in_communities[row["institution"]] += people
            rows_of[row["institution"]].append(row)
    for row in view.rows("institutions"):
        people, counted = row.number("population"), in_communities.get(row["id"], 0.0)
        if people > 0 and counted > 0 and abs(counted - people) > PEOPLE_TOLERANCE * max(people, counted):
            yield view.problem(
                row,
                "population",
                (f"与其社区人口之和 {counted:g} 相近", f"about the sum of its communities, {counted:g}"),
                (
                    f"核对 communities 中 {len(rows_of[row['id']])} 行的人口和所属机构，以及户籍还是常住口径",
                    f"check population and institution of its {len(rows_of[row['id']])} rows in communities, "
                    "and whether both count residents or both registered persons",
                ),
                severity="warning",
            )
    for table in ("institutions", "communities"):
        for row in view.rows(table):
            if row.number("population_65") > row.number("population"):
                yield view.problem(
                    row,
                    "population_65",
                    (f"不超过总人口 {row.number('population'):g}", f"at most population, {row.number('population'):g}"),
                    ("改正两数之一（是否填反或单位为万）", "correct one of the two (exchanged, or one in 10,000?)"),
                )


def neighbours(view: View) -> Check:
    """No institution is its own neighbour."""
    for row in view.rows("neighbours"):
        if row["institution"] and row["institution"] == row["neighbour"]:
            yield view.problem(
                row,
                "neighbour",
                ("另一个机构", "another institution"),
                ("删去此行或改正编号", "delete the row or correct the id"),
                severity="warning",
            )


def closures(view: View) -> Check:
    """Closures end after they start, lie in the time planned, and leave a site some of it."""
    for row in view.rows("closures"):
        start, end = row.day("start"), row.day("end")
        if start is None or end is None:
            continue
        if end < start:
            yield view.problem(
                row,
                "end",
                (f"不早于开始日期 {start}", f"a day not before start, {start}"),
                ("是否填反？对调或改正日期", "exchanged? Correct start or end"),
            )
        elif outside_horizon(view, start, end):
            yield view.problem(
                row,
                "start",
                within_horizon(view),
                NO_EFFECT,
                severity="warning",
            )
        elif view.horizon and start <= view.horizon[0] and end >= view.horizon[1] and row["slot"] in ("", "day"):
            yield view.problem(
                row,
                "end",
                ("规划期内有开放的日子", "some open days in the time planned"),
                (
                    "该机构整个规划期关闭，不会安排任何门诊：如属实可忽略，否则改正日期",
                    "closed for the whole time planned, so it gets no clinic: correct the dates unless this is meant",
                ),
                severity="warning",
            )


def market_days(view: View) -> Check:
    """Market days are written in a way that is understood (`geodata.market_rules`)."""
    for row in view.rows("market_days"):
        if row["rule"].strip() and not _understood(row["rule"]):
            yield view.problem(
                row,
                "rule",
                (
                    "lunar 2,5,8 或 weekday 6 或 every 5 from 2026-01-03",
                    "lunar 2,5,8 or weekday 6 or every 5 from 2026-01-03",
                ),
                (
                    "逢二五八写作 lunar 2,5,8（或 逢二、五、八）；农历日 1 至 30，星期 1 至 7；每周六写作 weekday 6",
                    "Lunar days are 1 to 30, weekdays 1 to 7 (Monday 1); 2, 5, 8 of the lunar ten days: lunar 2,5,8",
                ),
            )


def _understood(rule: str) -> bool:
    try:
        market_rule(rule)
    except MarketRuleError:
        return False
    return True


def floors_and_rooms(view: View) -> Check:
    """A site that is promised clinics has a room for them."""
    for row in view.rows("institutions"):
        floor, slots, rooms = row.number("min_sessions_per_month"), row.number("open_slots"), row.number("rooms")
        if math.isnan(slots) and rooms == 0 and floor > 0:
            slots = 0.0
        if floor > slots * 365.25 / 12 / 7:
            yield view.problem(
                row,
                "min_sessions_per_month",
                (
                    f"不超过诊室可开的次数（每周 {slots:g} 个半天）",
                    f"no more than the rooms allow ({slots:g} half-days a week)",
                ),
                ("增加 open_slots，或降低最低次数", "raise open_slots or lower the least number of clinics"),
                severity="warning",
            )


CHECKS = (
    parent_cycles,
    parent_levels,
    group_leads,
    people_counted,
    neighbours,
    closures,
    market_days,
    floors_and_rooms,
)
