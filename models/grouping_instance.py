"""The data of one grouping problem: units on a neighbour graph, centres, loads, and what is asked.

`planner.grouping.build` makes a `GroupingInstance` from a region's tables. Units: persons, visits per
month, risk-weighted insured persons, minutes one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from models.instance import RuleSetting, RuleState
from models.options import Grouping

#: What may be balanced between groups: load -> (rule, option with its tolerance, unit).
LOADS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "population": ("balance_population", "tolerance_population", "persons"),
        "need": ("balance_need", "tolerance_need", "visits/month"),
        "risk": ("balance_risk", "tolerance_risk", "risk-weighted insured persons"),
    }
)


@dataclass(frozen=True)
class Unit:
    """What is grouped as one: an institution and those that follow it (its villages).

    today: the group it belongs to now, "" where none; loads: by name of `LOADS`; weight: what its trip counts;
    sent: visits a month that go up today or are not held, by specialty.
    """

    id: str
    members: tuple[str, ...]
    today: str = ""
    loads: Mapping[str, float] = field(default_factory=dict)
    weight: float = 1.0
    sent: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Centre:
    """Where a group may have its seat. `unit` is its place on the graph, `lead` the hospital ("" where any unit may).

    share: its part of every load when all centres are taken, relative to the others; capability: visits a
    month that the hospital can take from others, by specialty (absent: not known, no limit).
    """

    unit: str
    group: str
    lead: str = ""
    share: float = 1.0
    capability: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupLock:
    """A unit that must (or must not) belong to a centre's group; `weight` None is hard.

    Where any unit may be the seat (`GroupingInstance.nameless`), it is the group that the centre's unit is in.
    """

    label: str
    unit: str
    centre: str
    must: bool
    weight: float | None = None


@dataclass(frozen=True)
class GroupingInstance:
    """Everything that the block `grouping` needs. Sorted by id, so that the same data give the same model.

    count: how many groups. edges: pairs of neighbouring units, each once. minutes: (unit, centre's unit);
    a missing pair is out of reach. limits: lowest and highest load given by hand, which win over the
    tolerances: load -> (lowest, highest) of each group.
    """

    units: tuple[Unit, ...]
    centres: tuple[Centre, ...]
    count: int
    edges: tuple[tuple[str, str], ...]
    minutes: Mapping[tuple[str, str], float]
    options: Grouping = field(default_factory=Grouping)
    locks: tuple[GroupLock, ...] = ()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def state(self, rule: str) -> RuleState:
        """How the rule is applied here: the setting, else its default in the catalogue."""
        from models.rules import RULES

        setting = self.rules.get(rule)
        return RULES[rule].default if setting is None else setting.state

    @cached_property
    def unit(self) -> Mapping[str, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def centre(self) -> Mapping[str, Centre]:
        return {centre.unit: centre for centre in self.centres}

    @property
    def fixed(self) -> bool:
        """Whether every centre is taken, so that only the members are to be chosen."""
        return self.count == len(self.centres)

    @property
    def nameless(self) -> bool:
        """Whether any unit may be the seat of a group, so that groups are known by their members alone."""
        return not self.fixed and all(not centre.lead for centre in self.centres)

    @property
    def anonymous(self) -> bool:
        """Whether nothing depends on which unit is the centre, so that the first unit of a group can stand for it."""
        counts = any(aim in self.options.order for aim in ("travel", "change"))
        return self.nameless and not counts and self.options.max_minutes is None

    @cached_property
    def around(self) -> Mapping[str, frozenset[str]]:
        """Neighbours of each unit."""
        found: dict[str, set[str]] = {unit.id: set() for unit in self.units}
        for a, b in self.edges:
            if a != b:
                found[a].add(b)
                found[b].add(a)
        return {unit: frozenset(others) for unit, others in found.items()}

    def total(self, load: str) -> float:
        return sum(unit.loads.get(load, 0.0) for unit in self.units)

    def target(self, load: str, centre: str) -> float:
        """The load that a centre's group should have."""
        if not self.fixed:
            return self.total(load) / self.count
        shares = sum(one.share for one in self.centres)
        return self.total(load) * self.centre[centre].share / shares

    def span(self, load: str, centre: str) -> tuple[float, float]:
        """Lowest and highest load of a centre's group; without a lower side the lowest is 0."""
        if load in self.limits:
            return self.limits[load]
        tolerance = float(getattr(self.options, LOADS[load][1]))
        target = self.target(load, centre)
        low = 0.0 if self.options.balance_sides == "upper" else (1.0 - tolerance) * target
        return low, (1.0 + tolerance) * target

    def balanced(self) -> tuple[str, ...]:
        """Loads that some unit has and whose rule is on."""
        return tuple(load for load in LOADS if self.total(load) > 0 and self.state(LOADS[load][0]) != "off")

    def changed(self, unit: str, centre: str) -> float:
        """Institutions that would change their group; those without a group today do not count."""
        one = self.unit[unit]
        return float(len(one.members)) if one.today and one.today != self.centre[centre].group else 0.0
