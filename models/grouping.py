r"""Groups: which institution belongs to which lead hospital, in one piece on the map and balanced.

A unit is an institution with those that follow it (villages their township). Every unit gets one centre:
a lead hospital, or any unit where the region names no leads. Contiguity is exact: rows are added by
`models.grouping_cuts` until no group is in pieces, so that what is proved holds with contiguity.

Index sets
----------
``UNITS``   i, a, c        institutions of level 1 and above with their followers
``CENTRES`` j              units that may be the seat of a group
``X_KEYS``  (i, j)         unit i may belong to the group of j
``E``       {a, c}         neighbouring units, over land and water
``L``       l              loads: population, need, risk

Data (one unit per quantity)
----------------------------
load[i,l]                 persons, visits/month, risk-weighted insured persons
low[l,j], high[l,j]       the same: (1 - tolerance) and (1 + tolerance) x the group's share of the total
minutes[i,j]              minutes one way from a unit's people to the group's seat
weight[i]                 what the trip of a unit counts, adding up to 1
sent[i,k], able[j,k]      visits/month that go up today, and that a lead can take from others
k                         number of groups

Decisions
---------
``x``       in {0, 1}     unit i belongs to the group of centre j; x[j,j]: j is a centre
``cut``     in [0, 1]     neighbours a, c belong to different groups (with the aim `cut_edges` alone)
``worst``   >= 0          largest relative distance of a load from its share (with the aim `balance` alone)
``apart``   in [0, 1]     unit is not joined to its group's seat (where `contiguous` is soft)
``unlocked`` in [0, 1]    a lock with a weight is not kept
``broken``  in [0, 1]     units that a lock joins are parted, or together that it parts (where any unit may be a seat)

Constraints
-----------
``one_group`` : sum_j x[i,j] = 1
``lead_home`` : x[j,j] = 1 where every centre is taken
``group_count`` : sum_j x[j,j] = k where centres are chosen
``centre_open`` : x[i,j] <= x[j,j] where centres are chosen
``balance_population``, ``balance_need``, ``balance_risk`` : low x[j,j] <= sum_i load x[i,j] <= high x[j,j]
``group_capability`` : sum_i sent[i,k] x[i,j] <= able[j,k] x[j,j]
``contiguous`` : a unit needs a separator of the way to its seat, first its neighbours, then as they are violated

.. math:: x_{aj} \le \sum_{c \in S} x_{cj} \qquad \text{for every set } S \text{ of units that parts } a \text{ from } j

Units of S that no way within the group's highest population can use are left out (length-bounded separators).
On a part of the graph without the seat (an island without a link) every two units of one group there are
joined: x[a,j] + x[b,j] - 1 <= sum_S x[c,j]. A piece C with fewer people there than the group must have, with all other
parts of the graph added, is not alone: x[a,j] <= sum x[c,j] over the neighbours c of C, for every a in C.
``cut_edge`` : cut[a,c] >= x[a,j] - x[c,j] and >= x[c,j] - x[a,j]
``worst_load`` : worst >= |sum_i load x[i,j] - share| / share
``group_minutes`` : leaves keys of longer trips out (written as a row where soft or for an explanation)
``lock`` : x = 1 or x = 0 by hand, less `unlocked` where the lock has a weight; broken = 0 where any unit may be a seat
``companion`` : broken >= x[i,j] - x[c,j], or x[i,j] + x[c,j] - 1, for a lock of i to (not to) the group that c is in

What it adds to the shared sums
-------------------------------
aims floors, travel, change    shortfalls of soft rules and locks; mean minutes; institutions moved
aims cut_edges, balance        neighbours parted; worst

Where neither `travel` nor `change` is an aim, no trip has a limit and any unit may be a seat, only x[i,j] with j
before i is there (the first unit of a group, the largest first, stands for it): otherwise every grouping would count
many times. Units of which no group can consist come last in that order and stand for none. Where any unit may be a
seat a group has no name, so that a lock says with which unit another is, or is not.

Left out on purpose: what the groups then do together (that is the linked plan, which `alliance plan --groups
free` makes with them), and compactness by area: minutes are what people feel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from models.block import admit
from models.grouping_graph import lightest_ways, pieces, reached
from models.grouping_instance import LOADS, GroupingInstance
from models.grouping_locks import add_locks
from models.ledger import Ledger
from models.options import Grouping as Options
from models.rows import Columns, Rows, Term
from models.values import Values

__all__ = ["NAME", "NEEDS", "Options", "build", "pairs", "read", "wanted"]

NAME = "grouping"
NEEDS: tuple[str, ...] = ()
#: Rows of loads are written in this many, so that coefficients stay between 1e-3 and 1e4.
LOAD_SCALE = 1_000.0
#: unit, centre's unit
Pair = tuple[str, str]


def wanted(instance: GroupingInstance) -> bool:
    return bool(instance.units) and instance.count > 0


def ranked(instance: GroupingInstance, explain: bool = False) -> dict[str, int]:
    """Units in the order in which the first stands for its group: the largest first, those that never can last."""
    last = frozenset() if explain else followers(instance)
    order = sorted(instance.units, key=lambda u: (u.id in last, -u.loads.get("population", 0.0), u.id))
    return {unit.id: at for at, unit in enumerate(order)}


def followers(instance: GroupingInstance) -> frozenset[str]:
    """Many units of which no group can consist alone, so that none of them need stand for one.

    Each connected part of them has fewer people than a group must have; where groups may be in pieces (by the
    rule, or because the graph itself is), all together have (Validi and Buchanan 2022). Found greedily, the
    smallest and least connected units first.
    """
    hard = instance.state("balance_population") == "hard" and "population" in instance.balanced()
    if not hard or not instance.anonymous:
        return frozenset()
    low = min(instance.span("population", centre.unit)[0] for centre in instance.centres)
    load = {unit.id: unit.loads.get("population", 0.0) for unit in instance.units}
    whole = instance.state("contiguous") == "hard" and len(pieces(instance.around, instance.unit)) == 1
    best: frozenset[str] = frozenset()
    for weigh in (0.0, 0.5, 1.0, 2.0):
        order = sorted(load, key=lambda u: (load[u] * len(instance.around[u]) ** weigh, u))
        chosen: set[str] = set()
        for unit in order:
            piece = reached(instance.around, unit, chosen) if whole else {*chosen, unit}
            if sum(load[one] for one in piece) < low * (1 - 1e-9):
                chosen.add(unit)
        best = max(best, frozenset(chosen), key=len)
    return best


def pairs(instance: GroupingInstance, explain: bool = False) -> dict[Pair, tuple[str, ...]]:
    """Which unit may have which centre, and the rules under which some must be forbidden."""
    rank, longest = ranked(instance, explain), instance.options.max_minutes
    last = frozenset() if explain else followers(instance)
    trips = "travel" in instance.options.order or longest is not None
    found: dict[Pair, tuple[str, ...]] = {}
    for unit in instance.units:
        for centre in instance.centres:
            pair = (unit.id, centre.unit)
            if instance.anonymous and (rank[centre.unit] > rank[unit.id] or centre.unit in last):
                continue
            minutes = 0.0 if unit.id == centre.unit else instance.minutes.get(pair)
            if trips and minutes is None:
                continue
            far = longest is not None and minutes is not None and minutes > longest
            rules = admit(instance, ["group_minutes"] if far else [], explain)
            if rules is not None:
                found[pair] = rules
    return found


def beyond(instance: GroupingInstance, explain: bool) -> set[Pair]:
    """Pairs that no group in one piece within its highest population can hold."""
    hard = all(instance.state(rule) == "hard" for rule in ("contiguous", "balance_population"))
    if explain or not hard or "population" not in instance.balanced():
        return set()
    found: set[Pair] = set()
    for centre in instance.centres:
        ways = ways_from(instance, centre.unit)
        high = instance.span("population", centre.unit)[1]
        found |= {(unit, centre.unit) for unit, least in ways.items() if least > high * (1 + 1e-9)}
    return found


def too_small(instance: GroupingInstance, piece: Collection[str], part: Collection[str], centre: str) -> bool:
    """Whether a group of all of `piece`, and all that is not on this part of the graph, has too few people.

    Where that is so and the seat is elsewhere, a group that holds a unit of the piece goes on beyond it.
    """
    hard = all(instance.state(rule) == "hard" for rule in ("contiguous", "balance_population"))
    if not hard or "population" not in instance.balanced():
        return False
    some = sum(unit.loads.get("population", 0.0) for unit in instance.units if unit.id in piece or unit.id not in part)
    return some < instance.span("population", centre)[0] * (1 - 1e-9)


def ways_from(instance: GroupingInstance, root: str) -> dict[str, float]:
    """The least population of a way from a unit to each other one, both counted."""
    return lightest_ways(instance.around, root, lambda unit: instance.unit[unit].loads.get("population", 0.0))


def build(block: Any, instance: GroupingInstance, ledger: Ledger) -> None:
    sheet, order = ledger.sheet, instance.options.order
    allowed, never = pairs(instance, ledger.explain), beyond(instance, ledger.explain)
    keys = list(allowed)
    upper = [0.0 if pair in never else 1.0 for pair in keys]
    x = Columns(sheet, block, "x", keys, doc="unit belongs to the centre", unit="yes/no", upper=upper, integer=True)
    _assignment(instance, ledger, x)
    _loads(instance, ledger, x)
    _capability(instance, ledger, x)
    _pieces(block, instance, ledger, x)
    add_locks(NAME, block, instance, ledger, x)
    far = Rows(sheet, NAME, "group_minutes", doc="a filter as a row", rule="group_minutes", unit="units")
    for pair, rules in allowed.items():
        if rules:
            far.row((pair[0], instance.centre[pair[1]].group), [(x, pair, 1.0)], upper=0.0)
    if "cut_edges" in order:
        _cut_edges(block, instance, ledger, x)
    if "balance" in order:
        _worst(block, instance, ledger, x)
    total = sum(unit.weight for unit in instance.units) or 1.0
    for unit, centre in keys:
        if "travel" in order:
            minutes = 0.0 if unit == centre else instance.minutes[unit, centre]
            ledger.aim("travel", x, (unit, centre), instance.unit[unit].weight / total * minutes)
        if "change" in order:
            ledger.aim("change", x, (unit, centre), instance.changed(unit, centre))


def _assignment(instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    sheet = ledger.sheet
    one = Rows(sheet, NAME, "one_group", doc="every unit has one group", rule="one_group", unit="units")
    for unit in instance.units:
        terms: list[Term] = [(x, (unit.id, j.unit), 1.0) for j in instance.centres if (unit.id, j.unit) in x]
        one.row((unit.id,), terms, 1.0, 1.0)
    seats = [(j.unit, j.unit) for j in instance.centres if (j.unit, j.unit) in x]
    if instance.fixed:
        home = Rows(sheet, NAME, "lead_home", doc="a lead is in its own group", rule="lead_home", unit="units")
        for seat in seats:
            home.row((seat[0],), [(x, seat, 1.0)], 1.0, 1.0)
        return
    count = Rows(sheet, NAME, "group_count", doc="as many groups as asked for", rule="group_count", unit="groups")
    count.row((), [(x, seat, 1.0) for seat in seats], instance.count, instance.count)
    opened = Rows(sheet, NAME, "centre_open", doc="only centres have members")
    for unit, centre in x.keys:
        if unit != centre:
            opened.row((unit, centre), [(x, (unit, centre), 1.0), (x, (centre, centre), -1.0)], upper=0.0)


def _loads(instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    for load in instance.balanced():
        rule, _, unit = LOADS[load]
        family = Rows(ledger.sheet, NAME, rule, doc=f"{load} of a group", rule=rule, unit=f"1,000 {unit}")
        for centre in instance.centres:
            if (centre.unit, centre.unit) not in x:
                continue
            terms = _sum(instance, x, centre.unit, load, 1.0 / LOAD_SCALE)
            low, high = (side / LOAD_SCALE for side in instance.span(load, centre.unit))
            if instance.fixed:
                family.row((centre.group,), terms, low, high)
                continue
            seat = (centre.unit, centre.unit)
            family.row((centre.group, "most"), [*terms, (x, seat, -high)], upper=0.0)
            if low > 0:
                family.row((centre.group, "least"), [*terms, (x, seat, -low)], lower=0.0)


def _sum(instance: GroupingInstance, x: Columns, centre: str, load: str, factor: float) -> list[Term]:
    return [
        (x, (unit.id, centre), factor * unit.loads[load])
        for unit in instance.units
        if unit.loads.get(load) and (unit.id, centre) in x
    ]


def _capability(instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    family = Rows(
        ledger.sheet,
        NAME,
        "group_capability",
        doc="a lead can take what its group sends up",
        rule="group_capability",
        unit="visits/month",
    )
    for centre in instance.centres:
        for specialty, able in sorted(centre.capability.items()):
            terms: list[Term] = [
                (x, (unit.id, centre.unit), unit.sent[specialty])
                for unit in instance.units
                if unit.sent.get(specialty) and (unit.id, centre.unit) in x
            ]
            if terms:
                family.row((centre.group, specialty), [*terms, (x, (centre.unit, centre.unit), -able)], upper=0.0)


def _pieces(block: Any, instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    """A unit that is not next to its seat has a neighbour in its group: the first separator of each."""
    soft = instance.state("contiguous") == "soft"
    family = Rows(ledger.sheet, NAME, "contiguous", doc="groups in one piece", rule="" if soft else "contiguous")
    if instance.state("contiguous") == "off":
        return
    apart = Columns(
        ledger.sheet, block, "apart", x.keys if soft else [], doc="not joined to its seat", unit="units", upper=1.0
    )
    setting = instance.rules.get("contiguous")
    for pair in apart.keys:
        ledger.aim("floors", apart, pair, setting.weight if setting is not None else 1.0)
    part = {unit: piece for piece in pieces(instance.around, instance.unit) for unit in piece}
    for unit, centre in x.keys:
        around = instance.around[unit]
        home = centre in part[unit] or (not ledger.explain and too_small(instance, {unit}, part[unit], centre))
        if unit != centre and centre not in around and home:
            terms: list[Term] = [(x, (unit, centre), 1.0)]
            terms += [(x, (other, centre), -1.0) for other in sorted(around) if (other, centre) in x]
            if soft:
                terms.append((apart, (unit, centre), -1.0))
            family.row((unit, instance.centre[centre].group), terms, upper=0.0)


def _cut_edges(block: Any, instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    cut = Columns(
        ledger.sheet, block, "cut", list(instance.edges), doc="neighbours in two groups", unit="pairs", upper=1.0
    )
    family = Rows(ledger.sheet, NAME, "cut_edge", doc="neighbours parted are counted")
    for edge in instance.edges:
        ledger.aim("cut_edges", cut, edge, 1.0)
        for centre in instance.centres:
            for one, other in (edge, edge[::-1]):
                if (one, centre.unit) in x:
                    terms: list[Term] = [(cut, edge, 1.0), (x, (one, centre.unit), -1.0)]
                    if (other, centre.unit) in x:
                        terms.append((x, (other, centre.unit), 1.0))
                    family.row((one, other, centre.unit), terms, lower=0.0)


def _worst(block: Any, instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    worst = Columns(ledger.sheet, block, "worst", ["all"], doc="largest distance from a share", unit="share")
    family = Rows(ledger.sheet, NAME, "worst_load", doc="distance of a load from its share", unit="share")
    ledger.aim("balance", worst, "all", 1.0)
    for load in instance.balanced():
        for centre in instance.centres:
            if (centre.unit, centre.unit) not in x:
                continue
            target = instance.target(load, centre.unit)
            terms = _sum(instance, x, centre.unit, load, 1.0 / target)
            family.row((load, centre.group, "most"), [*terms, (worst, "all", -1.0)], upper=1.0)
            seat: list[Term] = [] if instance.fixed else [(x, (centre.unit, centre.unit), -1.0)]
            low = 1.0 if instance.fixed else 0.0
            family.row((load, centre.group, "least"), [*terms, (worst, "all", 1.0), *seat], lower=low)


def read(values: Values, instance: GroupingInstance) -> Mapping[str, pd.DataFrame]:
    """groups: institution, group, lead, unit (the one it follows), today (its group before), minutes to the seat."""
    rows = []
    for (unit, seat), value in values.of(f"{NAME}.x", 0.5).items():
        if value > 0.5:
            centre, one = instance.centre[seat], instance.unit[unit]
            minutes = 0.0 if unit == seat else instance.minutes.get((unit, seat), float("nan"))
            rows += [(member, centre.group, centre.lead, unit, one.today, minutes) for member in one.members]
    columns = ["institution", "group", "lead", "unit", "today", "minutes"]
    return {"groups": pd.DataFrame(sorted(rows), columns=columns)}
