"""Institutions, communities and groups: ladders, leads, closures, market days, people counted."""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.catalogue import Texts
from geodata.checks_time import no_effect, outside_horizon, within_horizon
from geodata.checks_view import Check, Row, View
from geodata.market_rules import MarketRuleError, market_rule

SAID = Texts("checks_places", "geodata", "checks")

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
                SAID.both("parent_cycles.expected"),
                SAID.both("parent_cycles.cure", circle=shown),
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
                SAID.both("parent_levels.expected"),
                SAID.both("parent_levels.cure", mine=mine, parent=row["parent"], above=above),
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
                SAID.both("two_leads.expected"),
                SAID.both("two_leads.cure", name=name, rows=view.labels(leads)),
            )
        elif not leads:
            able = any(row.number("level") >= 2 for row in rows)
            yield view.problem(
                rows[0],
                "lead",
                SAID.both("no_lead.expected"),
                SAID.both("no_lead.cure", name=name),
                value=name,
                # without a hospital nobody in the group may serve it; without the mark only reports suffer
                severity="warning" if able else "error",
            )
    for row in view.rows("institutions"):
        if row.yes("lead") and row.number("level") < 2:
            yield view.problem(
                row,
                "lead",
                SAID.both("lead_level.expected"),
                SAID.both("lead_level.cure"),
                severity="warning",
            )
    if groups:
        for row in loose:
            if row.yes("lead"):
                yield view.problem(
                    row,
                    "group",
                    SAID.both("lead_group.expected"),
                    SAID.both("lead_group.cure"),
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
                SAID.both("people_counted.expected", counted=counted),
                SAID.both("people_counted.cure", n=len(rows_of[row["id"]])),
                severity="warning",
            )
    for table in ("institutions", "communities"):
        for row in view.rows(table):
            if row.number("population_65") > row.number("population"):
                yield view.problem(
                    row,
                    "population_65",
                    SAID.both("old_people.expected", population=row.number("population")),
                    SAID.both("old_people.cure"),
                )


def neighbours(view: View) -> Check:
    """No institution is its own neighbour."""
    for row in view.rows("neighbours"):
        if row["institution"] and row["institution"] == row["neighbour"]:
            yield view.problem(
                row,
                "neighbour",
                SAID.both("neighbours.expected"),
                SAID.both("neighbours.cure"),
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
                SAID.both("closures.expected", start=start.isoformat()),
                SAID.both("closures.cure"),
            )
        elif outside_horizon(view, start, end):
            yield view.problem(
                row,
                "start",
                within_horizon(view),
                no_effect(),
                severity="warning",
            )
        elif view.horizon and start <= view.horizon[0] and end >= view.horizon[1] and row["slot"] in ("", "day"):
            yield view.problem(
                row,
                "end",
                SAID.both("always_closed.expected"),
                SAID.both("always_closed.cure"),
                severity="warning",
            )


def market_days(view: View) -> Check:
    """Market days are written in a way that is understood (`geodata.market_rules`)."""
    for row in view.rows("market_days"):
        if row["rule"].strip() and not _understood(row["rule"]):
            yield view.problem(
                row,
                "rule",
                SAID.both("market_days.expected"),
                SAID.both("market_days.cure"),
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
                SAID.both("floors_and_rooms.expected", slots=slots),
                SAID.both("floors_and_rooms.cure"),
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
