"""Which institutions are grouped as one, where leads are, and what each unit weighs.

A village institution (level 0) follows the institution that manages it; so does a branch whose parent is a
township institution. A lead with a parent is in its parent's unit. Everything else is a unit of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.build.tables import Row, number, number_or, round_half_up, rows, text, yes
from planner.grouping.words import WORDS

if TYPE_CHECKING:
    from geodata.region import Region
    from models.options import Grouping
    from planner.build.tables import Notes


@dataclass(frozen=True)
class Places:
    """rows by id; head: institution -> the unit it belongs to; members: unit -> its institutions, itself first."""

    rows: Mapping[str, Row]
    head: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]

    def leads(self) -> list[str]:
        return [code for code, row in self.rows.items() if yes(row, "lead", False)]


def places(region: Region, minutes: Mapping[tuple[str, str], float], notes: Notes) -> Places:
    """Units and who follows them. A village institution without a parent follows the unit nearest by trip."""
    table = {text(row, "id"): row for row in rows(region, "institutions")}
    level = {code: round_half_up(number_or(row, "level", 0)) for code, row in table.items()}
    lead = {code for code, row in table.items() if yes(row, "lead", False)}
    own = {code: _parent(table, level, lead, code) for code in table}
    heads = {code for code in table if not own[code] and (level[code] >= 1 or code in lead)}
    heads = heads or set(table)
    lost = []
    for code in table:
        if code not in heads and not own[code]:
            near = [(minutes[code, unit], unit) for unit in heads if (code, unit) in minutes]
            own[code] = min(near)[1] if near else ""
            if near:
                lost.append(code)
            else:
                heads.add(code)
    notes.some(lost, "followers", WORDS)
    head = {code: _head(own, heads, code) for code in table}
    members: dict[str, list[str]] = defaultdict(list)
    for code, unit in head.items():
        members[unit].append(code)
    found = {unit: (unit, *sorted(code for code in here if code != unit)) for unit, here in sorted(members.items())}
    return Places(table, head, found)


def _parent(table: Mapping[str, Row], level: Mapping[str, int], lead: set[str], code: str) -> str:
    """The institution that this one follows, "" for a unit of its own."""
    parent = text(table[code], "parent")
    if parent not in table or parent == code or parent in lead:
        return ""
    below = level[code] == 0 or code in lead or level[parent] <= 1
    return parent if below else ""


def _head(own: Mapping[str, str], heads: set[str], code: str) -> str:
    seen: set[str] = set()
    while code not in heads and code not in seen:
        seen.add(code)
        code = own[code]
    return code


def loads(region: Region, at: Places, options: Grouping) -> dict[str, dict[str, float]]:
    """Persons, visits a month and risk-weighted insured persons of each unit, by load.

    The people of a township centre include those of its villages; where it names none, theirs are added up.
    """
    communities: dict[str, float] = defaultdict(float)
    elderly: dict[str, float] = defaultdict(float)
    for row in rows(region, "communities"):
        communities[text(row, "institution")] += number_or(row, "population", 0.0)
        elderly[text(row, "institution")] += number_or(row, "population_65", 0.0)
    visits: dict[str, float] = defaultdict(float)
    for row in rows(region, "needs"):
        visits[text(row, "institution")] += number_or(row, "visits_per_month", 0.0)
    found: dict[str, dict[str, float]] = {"population": {}, "need": {}, "risk": {}}
    for unit, members in at.members.items():
        people = _whole(at, members, "population", communities)
        old = _whole(at, members, "population_65", elderly)
        insured = _whole(at, members, "insured", {}) or people
        found["population"][unit] = people
        found["need"][unit] = sum(visits[one] for one in members)
        share = min(1.0, old / people) if people > 0 else 0.0
        found["risk"][unit] = insured * (1.0 + (options.elderly_cost - 1.0) * share)
    return found


def _whole(at: Places, members: tuple[str, ...], column: str, else_by: Mapping[str, float]) -> float:
    """A unit's figure: its head's and its leads', else the sum of all members', else another source's."""
    top = [one for one in members if one == members[0] or yes(at.rows[one], "lead", False)]
    given = [value for value in (number(at.rows[one], column) for one in top) if value is not None]
    if given:
        return sum(given)
    each = [value for value in (number(at.rows[one], column) for one in members) if value is not None]
    return sum(each) if each else sum(else_by.get(one, 0.0) for one in members)


def sent_up(region: Region, at: Places) -> dict[str, dict[str, float]]:
    """Visits a month that each unit sends up today, by specialty."""
    found: dict[str, dict[str, float]] = {unit: defaultdict(float) for unit in at.members}
    for row in rows(region, "needs"):
        unit = at.head.get(text(row, "institution"))
        if unit is not None:
            found[unit][text(row, "specialty")] += number_or(row, "referred_visits_per_month", 0.0)
    return {unit: dict(sent) for unit, sent in found.items()}


def able(region: Region, lead: str) -> dict[str, float]:
    """Visits a month that a lead can take from others, by specialty: its capability less its own residents'."""
    own: dict[str, float] = defaultdict(float)
    for row in rows(region, "needs"):
        if text(row, "institution") == lead:
            own[text(row, "specialty")] += number_or(row, "own_visits_per_month", 0.0)
    found = {}
    for row in rows(region, "capabilities"):
        visits = number(row, "visits_per_month")
        if text(row, "institution") == lead and visits is not None and text(row, "direction") != "down":
            found[text(row, "specialty")] = max(0.0, visits - own[text(row, "specialty")])
    return found
