"""Groups with proof: aims in their order, and rows of contiguity added until the groups are in one piece.

HiGHS takes no rows while it searches, so that a search is repeated with the rows that its answer broke. Every
answer is a bound for the grouping in one piece, because rows are only missing, never wrong; and every grouping
that the local search makes of it is a plan. The two meet, or the clock says how far they are apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models.aims import AimResult
from models.answers import INF, Limits, Progress, Solution, Status, StoppedBy
from models.clashes import Clash, find_clashes
from models.grouping_cuts import Separation, with_cuts
from models.grouping_instance import GroupingInstance
from models.grouping_model import UNITS, Groups, compile_grouping
from models.grouping_search import Search
from models.grouping_trees import Trees
from models.highs import forget_interrupt, interrupted, settle, solve
from models.instance import RuleSetting
from models.matrix import Floats
from models.rules import GROUP_RULES, RULES

Report = Callable[[str, Progress], None]
#: Aims whose values are whole numbers: neighbours parted, institutions moved.
COUNTED = ("cut_edges", "change")
#: Rounds of naming rules and finding that others must give too.
EXPLAINED = 5
#: Gap of a search, as a share of the value, while its answers are in pieces.
LOOSE = 0.03
#: Groupings grown by hand to begin with: where leads are given, and where seats are free.
FEW, MANY = 6, 30
#: Share of the time for groupings from random trees.
TREES_SHARE = 0.2


@dataclass(frozen=True)
class GroupSettings:
    """Limits: seconds for everything, gap (share) of each aim when it is solved, nodes of one search, seed."""

    seconds: float | None = 60.0
    gap: float = 0.001
    nodes: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class GroupingOutcome:
    """What was found. groups: centre of each unit; tables: `groups` and `shortfalls`; cuts: rows of contiguity added.

    searches: how often the exact search was repeated; clashes only when infeasible.
    """

    status: Status
    stopped_by: StoppedBy
    aims: tuple[AimResult, ...] = ()
    groups: Groups = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()
    seconds: float = 0.0
    cuts: int = 0
    searches: int = 0


def solve_grouping(
    instance: GroupingInstance,
    settings: GroupSettings | None = None,
    report: Report | None = None,
    start: Groups | None = None,
) -> GroupingOutcome:
    """The best grouping in the order of the aims, with a proved bound for each; see `GroupingOutcome`."""
    forget_interrupt()
    settings = settings or GroupSettings()
    route = _Route(instance, settings, report)
    if not route.go(start):
        if route.stopped in ("clock", "user", "nodes"):
            return GroupingOutcome(Status.UNSOLVED, route.stopped, seconds=route.spent())
        clashes = explain_grouping(instance, settings)
        return GroupingOutcome(Status.INFEASIBLE, "none", clashes=clashes, seconds=route.spent())
    assert route.x is not None
    proved = is_proved(route.results, settings.gap, instance.options.travel_tolerance)
    return GroupingOutcome(
        Status.OPTIMAL if proved else Status.FEASIBLE,
        "gap" if proved else route.stopped,
        tuple(route.results),
        route.model.groups(route.x),
        route.model.tables(route.x),
        seconds=route.spent(),
        cuts=len(route.separation.known),
        searches=route.searches,
    )


def is_proved(results: Sequence[AimResult], gap: float, travel_tolerance: float) -> bool:
    """Whether every aim is within its gap; the trip alone, which later aims may lengthen, within its tolerance too."""
    return all(
        result.gap <= gap + (travel_tolerance if result.name == "group_travel" else 0.0) + 1e-9 for result in results
    )


class _Route:
    """One run: the matrix that grows by cuts and caps, the best grouping, and what was proved.

    explain: with the columns that filters forbid, and with cuts that hold whatever gives.
    """

    def __init__(
        self, instance: GroupingInstance, settings: GroupSettings, report: Report | None, explain: bool = False
    ) -> None:
        self.instance, self.settings, self.report = instance, settings, report
        self.began = time.perf_counter()
        self.model = compile_grouping(instance, explain)
        self.matrix = self.model.matrix
        self.separation = Separation(self.model, bounded=not explain)
        self.search = Search(instance, settings.seed)
        self.x: Floats | None = None
        self.results: list[AimResult] = []
        self.stopped: StoppedBy = "gap"
        self.searches = 0
        self.loose = LOOSE
        self.caps: dict[str, float] = {}

    def spent(self) -> float:
        return time.perf_counter() - self.began

    def go(self, start: Groups | None) -> bool:
        """All aims; False without any grouping."""
        tries = FEW if self.instance.fixed else min(MANY, max(FEW, 2_000 // len(self.instance.units)))
        found = self.search.best(self._starts(start), grown=1 if start else tries)
        order = ["floors", *(name for name in self.instance.options.order if name != "floors")]
        for at, aim in enumerate(order):
            cost = self.model.aims[aim]
            if not cost.any() and at < len(order) - 1:
                self._record(aim, cost, 0.0)
                continue
            if self.x is None and found is not None and found[1].breach == 0.0:
                self._offer(cost, found[0])
            elif self.x is not None:
                self.x = settle(self.matrix, cost, self.x)
            if at and self.x is not None:
                self.search.focus(aim, self.caps)
                self._improve(cost, [self.model.groups(self.x)])
            share = 1.0 / (len(order) - at)
            left = INF if self.settings.seconds is None else max(0.5, share * (self.settings.seconds - self.spent()))
            bound = self._solve(aim, cost, time.perf_counter() + left)
            if self.x is None:
                return False
            self._record(aim, cost, bound)
        self.results = [self._final(result) for result in self.results]
        return True

    def _starts(self, start: Groups | None) -> list[Groups]:
        """Groupings to begin with: the given one, and one from random trees where parting neighbours is an aim."""
        made = None
        if self.instance.nameless and "cut_edges" in self.instance.options.order:
            left = None if self.settings.seconds is None else TREES_SHARE * self.settings.seconds
            made = Trees(self.instance, self.settings.seed).best(seconds=left)
        return [groups for groups in (start, made) if groups]

    def _final(self, result: AimResult) -> AimResult:
        """An aim with the value of the grouping at the end, to which later aims may have taken a little."""
        cost = self.model.aims[result.name.removeprefix("group_")]
        value = self._value(cost) if cost.any() else 0.0
        return replace(result, value=value, gap=_gap(result.name, value, min(value, result.bound)))

    def _solve(self, aim: str, cost: Floats, end: float) -> float:
        """Minimise one aim until it is proved or the time is over; returns its bound."""
        if self.x is not None and not cost.any():
            return 0.0
        bound = 0.0 if aim == "floors" else -INF
        while self._value(cost) - bound > self._allowed(aim, self._value(cost)):
            left = end - time.perf_counter()
            if interrupted() or left <= 0.05:
                self.stopped = "user" if interrupted() else "clock"
                break
            exact = self.loose == 0.0
            answer = self._search(aim, cost, left)
            if answer.status is Status.INFEASIBLE:
                if self.x is None:
                    return INF
                self.stopped = "none"  # a grouping that holds every row is at hand: the answer proves nothing
                break
            bound = max(bound, answer.bound)
            if answer.x is None or answer.stopped_by in ("nodes", "user"):
                self.stopped = answer.stopped_by
                break
            if self._settled(cost, answer.x) and exact and answer.stopped_by == "gap":
                break
        return bound

    def _search(self, aim: str, cost: Floats, left: float) -> Solution:
        """The next search: coarse while answers are in pieces, since what they are good for is their cuts."""
        self.searches += 1
        value = self._value(cost)
        gap = 0.5 * self._allowed(aim, value) + (self.loose * abs(value) if value < INF else 0.0)
        limits = Limits(None if left == INF else left, gap, 0.0, self.settings.nodes, self.settings.seed)
        report = self.report
        tell = None if report is None else lambda news: report(f"group_{aim}", news)
        return solve(self.matrix, cost, limits=limits, start=self.x, progress=tell)

    def _settled(self, cost: Floats, x: Floats) -> bool:
        """Keep an answer that is in one piece; else cut it off, and take what the local search makes of it."""
        groups = self.model.groups(x)
        cuts = [] if self.separation.paid(x, groups) else self.separation.broken(groups)
        if not cuts:
            self.loose = 0.0
            self._offer(cost, groups)
            return True
        self.matrix = with_cuts(self.model, self.matrix, cuts)
        if self.x is not None and self.matrix.worst(self.x) > 1e-6:
            self.x = settle(self.matrix, cost, self.x)
        self._improve(cost, [groups])
        return False

    def _improve(self, cost: Floats, starts: list[Groups]) -> None:
        """Take what the local search makes of these groups, where it holds and is better."""
        found = self.search.best(starts, grown=0)
        if found is not None and found[1].breach == 0.0:
            self._offer(cost, found[0])

    def _offer(self, cost: Floats, groups: Groups) -> None:
        """Keep these groups where they hold every row and are better than what is there."""
        x = settle(self.matrix, cost, self.model.start(groups))
        if x is not None and (self.x is None or float(cost @ x) < float(cost @ self.x) - 1e-9):
            self.x = x

    def _value(self, cost: Floats) -> float:
        return INF if self.x is None else float(cost @ self.x)

    def _allowed(self, aim: str, value: float) -> float:
        """How far from its bound a value counts as proved; an aim that is counted has no fractions."""
        least = 0.999 if aim in COUNTED else 1e-6
        return least if value == INF else max(least, self.settings.gap * abs(value))

    def _record(self, aim: str, cost: Floats, bound: float) -> None:
        value, (unit, step, _) = (self._value(cost) if cost.any() else 0.0), UNITS[aim]
        bound = min(value, float(np.ceil(bound - 1e-6)) if aim in COUNTED and bound > -INF else bound)
        given = ", ".join(result.name for result in self.results)
        told = ("highs", "search") if bound > -INF else ("", "none")
        self.results.append(AimResult(f"group_{aim}", value, bound, _gap(aim, value, bound), unit, given, *told))
        share = self.instance.options.travel_tolerance if aim == "travel" else 0.0
        row = sp.csr_matrix(cost)
        if row.nnz:
            cap = self.caps[aim] = value + max(step, share * abs(value))
            self.matrix = self.matrix.with_rows(row, [-INF], [cap], [f"group_{aim}"], ["cap"])


def _gap(aim: str, value: float, bound: float) -> float:
    """(value - bound) / max(|value|, one unit of the aim)."""
    least = UNITS[aim.removeprefix("group_")][2]
    return 0.0 if value - bound <= 1e-6 else (value - bound) / max(abs(value), least)


def explain_grouping(instance: GroupingInstance, settings: GroupSettings) -> tuple[Clash, ...]:
    """The smallest set of rules that must give, and by how much with groups in one piece; () where none was found."""
    eased, given = instance, set[str]()
    for _ in range(EXPLAINED):
        route = _Route(eased, settings, None, explain=True)
        if route.go(None):
            assert route.x is not None
            table = route.model.tables(route.x)["shortfalls"]
            rows: list[list[str]] = table[table["rule"].isin(given)].astype(str).to_numpy().tolist()
            return tuple(Clash(rule, who, float(amount), unit, "most", 0) for rule, who, amount, unit in rows)
        found = find_clashes(route.matrix, _may_give, Limits(seconds=settings.seconds))
        if not set(found.rules) - given:
            return ()
        given |= set(found.rules)
        softened = {rule: RuleSetting("soft") for rule in given}
        others = {
            rule: RuleSetting("off") for rule in GROUP_RULES if _may_give(rule) and instance.state(rule) == "soft"
        }
        eased = replace(
            instance,
            rules={**instance.rules, **others, **softened},
            options=replace(instance.options, order=("floors",)),
        )
    return ()


def _may_give(rule: str) -> bool:
    return rule in RULES and RULES[rule].kind != "structure"
