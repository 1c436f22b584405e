"""Groupings by hand: grown from the seats, then improved by moves and exchanges that keep groups in one piece.

What the exact search begins with, and what it falls back on when the clock stops it. Deterministic by its seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from models.grouping import LOAD_SCALE, pairs
from models.grouping_graph import pieces
from models.grouping_instance import LOADS, GroupingInstance
from models.grouping_locks import kept
from models.grouping_model import Groups

#: Points of one unit that is not joined to its seat, of a hard lock broken, of loads too much (in thousands).
APART, LOCKED, OVER = 1e4, 1e5, 1e3


class Score(NamedTuple):
    """breach: what hard rules lack, 0 for a grouping that holds; aims: values in the order of the options."""

    breach: float
    aims: tuple[float, ...]


class Search:
    """Local search over the groupings of one instance with the centres given."""

    def __init__(self, instance: GroupingInstance, seed: int = 0) -> None:
        self.instance = instance
        self.order = ["floors", *(name for name in instance.options.order if name != "floors")]
        self.caps: dict[str, float] = {}
        self.random = np.random.default_rng(seed)
        self.allowed = pairs(instance)
        self.choices = {
            unit.id: [centre.unit for centre in instance.centres if self._may(unit.id, centre.unit)]
            for unit in instance.units
        }

    def _may(self, unit: str, centre: str) -> bool:
        trips = "travel" in self.instance.options.order
        known = unit == centre or (unit, centre) in self.instance.minutes
        return (unit, centre) in self.allowed or (self.instance.anonymous and (known or not trips))

    def best(self, starts: Iterable[Groups], grown: int = 6) -> tuple[Groups, Score] | None:
        """The best grouping found from the given ones and from `grown` new ones; None where no unit can be placed."""
        tried = [dict(start) for start in starts]
        for _ in range(grown):
            groups = self._grown(self._seats())
            if groups is not None:
                tried.append(groups)
        found = [self._improved(start) for start in tried if self._complete(start)]
        return min(found, key=lambda pair: pair[1], default=None)

    def focus(self, aim: str, caps: Mapping[str, float]) -> None:
        """From now on look at one aim first, with the earlier ones kept within their caps."""
        self.order = [aim, *(name for name in self.order if name != aim)]
        self.caps = dict(caps)

    def score(self, groups: Groups) -> Score:
        """How far a grouping is from the hard rules, and its aims."""
        breach, floors = self._loads(groups)
        breach += self._locks(groups)
        if self.instance.state("contiguous") != "off":
            apart = self._apart(groups)
            if self.instance.state("contiguous") == "soft":
                setting = self.instance.rules.get("contiguous")
                floors += apart * (setting.weight if setting is not None else 1.0)
            else:
                breach += APART * apart
        aims = {name: self._aim(name, groups, floors) for name in self.order}
        breach += sum(OVER * max(0.0, aims[name] - cap - 1e-7) for name, cap in self.caps.items())
        return Score(round(breach, 9), tuple(round(aims[name], 9) for name in self.order))

    # --- the parts of the score ----------------------------------------------------------------

    def _loads(self, groups: Groups) -> tuple[float, float]:
        """What hard limits and what soft limits lack."""
        hard = soft = 0.0
        for load in self.instance.balanced():
            rule = LOADS[load][0]
            setting = self.instance.rules.get(rule)
            sums: dict[str, float] = dict.fromkeys(set(groups.values()), 0.0)
            for unit, centre in groups.items():
                sums[centre] += self.instance.unit[unit].loads.get(load, 0.0)
            for centre, amount in sums.items():
                low, high = self.instance.span(load, centre)
                lack = max(0.0, low - amount, amount - high) / LOAD_SCALE
                if self.instance.state(rule) == "hard":
                    hard += OVER * lack
                else:
                    soft += lack * (setting.weight if setting is not None else 1.0)
        return hard, soft + self._capability(groups)

    def _capability(self, groups: Groups) -> float:
        if self.instance.state("group_capability") == "off":
            return 0.0
        setting = self.instance.rules.get("group_capability")
        lack = 0.0
        for centre in set(groups.values()):
            for specialty, able in self.instance.centre[centre].capability.items():
                sent = sum(self.instance.unit[u].sent.get(specialty, 0.0) for u, c in groups.items() if c == centre)
                lack += max(0.0, sent - able)
        weight = setting.weight if setting is not None else 1.0
        return lack * (OVER if self.instance.state("group_capability") == "hard" else weight)

    def _locks(self, groups: Groups) -> float:
        broken = [lock for lock in self.instance.locks if not kept(self.instance, lock, groups)]
        return LOCKED * sum(lock.weight is None for lock in broken)

    def _apart(self, groups: Groups) -> int:
        """Units that are not joined to their seat (on a part without it: to the first piece)."""
        count, around = 0, self.instance.around
        for centre in set(groups.values()):
            members = [unit for unit, seat in groups.items() if seat == centre]
            parts = pieces(around, [centre, *members])
            if len(parts) > 1:
                whole = pieces(around, self.instance.unit)
                for part in whole:
                    here = [piece for piece in parts if piece <= part]
                    count += sum(len(piece) for piece in here[1:])
        return count

    def _aim(self, name: str, groups: Groups, floors: float) -> float:
        instance = self.instance
        if name == "floors":
            broken = [lock for lock in instance.locks if not kept(instance, lock, groups)]
            return floors + sum(lock.weight or 0.0 for lock in broken)
        if name == "travel":
            total = sum(unit.weight for unit in instance.units) or 1.0
            trips = ((u, 0.0 if u == c else instance.minutes[u, c]) for u, c in groups.items())
            return sum(instance.unit[u].weight * minutes for u, minutes in trips) / total
        if name == "change":
            return sum(instance.changed(unit, centre) for unit, centre in groups.items())
        if name == "cut_edges":
            return float(sum(groups[a] != groups[b] for a, b in instance.edges))
        worst = 0.0
        for load in instance.balanced():
            for centre in set(groups.values()):
                amount = sum(instance.unit[u].loads.get(load, 0.0) for u, c in groups.items() if c == centre)
                worst = max(worst, abs(amount / instance.target(load, centre) - 1.0))
        return worst

    # --- growing and improving -----------------------------------------------------------------

    def _seats(self) -> list[str]:
        """The centres taken: all, or some that lie far apart."""
        names = [centre.unit for centre in self.instance.centres]
        if self.instance.fixed:
            return names
        chosen = [names[int(self.random.integers(len(names)))]]
        while len(chosen) < self.instance.count:
            rest = [name for name in names if name not in chosen]
            away = [min(self._distance(name, seat) for seat in chosen) for name in rest]
            weights = np.asarray(away) + 1e-9
            chosen.append(rest[int(self.random.choice(len(rest), p=weights / weights.sum()))])
        return chosen

    def _distance(self, a: str, b: str) -> float:
        return self.instance.minutes.get((a, b), 1.0)

    def _grown(self, seats: list[str]) -> dict[str, str] | None:
        """The group that lacks most takes the unit beside it that is cheapest; islands go where they are near."""
        around, groups = self.instance.around, {seat: seat for seat in seats}
        sums = {seat: self._mass(seat) for seat in seats}
        left = set(self.instance.unit) - set(seats)
        while left:
            open_seats = sorted(seats, key=lambda seat: (sums[seat] / self._share(seat), seat))
            for seat in open_seats:
                alone = not around[seat] and not any(c == seat and u != seat for u, c in groups.items())
                beside = [
                    unit
                    for unit in left
                    if seat in self.choices[unit] and (alone or any(groups.get(v) == seat for v in around[unit]))
                ]
                if beside:
                    noise = self.random.random(len(beside))
                    cost = [
                        (self._distance(u, seat) * (0.8 + 0.4 * n), u)
                        for u, n in zip(sorted(beside), noise, strict=True)
                    ]
                    unit = min(cost)[1]
                    break
            else:
                unit = min(left)
                may = [seat for seat in seats if seat in self.choices[unit]]
                if not may:
                    return None
                seat = min(may, key=lambda s: (self._distance(unit, s), s))
            groups[unit] = seat
            sums[seat] += self._mass(unit)
            left.discard(unit)
        return groups

    def _mass(self, unit: str) -> float:
        return self.instance.unit[unit].loads.get("population", 1.0)

    def _share(self, seat: str) -> float:
        return max(self.instance.target("population", seat), 1e-9)

    def _complete(self, groups: Groups) -> bool:
        return set(groups) == set(self.instance.unit) and all(c in self.choices[u] for u, c in groups.items())

    def _improved(self, start: Groups, most: int = 400) -> tuple[Groups, Score]:
        """The first move or exchange that is better, until there is none."""
        groups = dict(start)
        score = self.score(groups)
        for _ in range(most):
            step = next(self._better(groups, score), None)
            if step is None:
                break
            groups, score = step
        return groups, score

    def _better(self, groups: Groups, score: Score) -> Iterator[tuple[dict[str, str], Score]]:
        for change in self._changes(groups):
            tried = {**groups, **change}
            found = self.score(tried)
            if found < score:
                yield tried, found

    def _changes(self, groups: Groups) -> Iterable[Groups]:
        """Single moves to a group next door, then exchanges of two units; new seats where these are free."""
        around, seats = self.instance.around, set(groups.values())
        border = {
            unit: sorted({groups[v] for v in around[unit]} - {groups[unit]}) or sorted(seats - {groups[unit]})
            for unit in sorted(groups)
            if unit not in seats and ({groups[v] for v in around[unit]} != {groups[unit]})
        }
        for unit, others in border.items():
            for seat in others:
                if seat in self.choices[unit]:
                    yield {unit: seat}
        if not self.instance.fixed:
            yield from self._new_seats(groups)
        names = list(border)
        for at, unit in enumerate(names):
            for other in names[at + 1 :]:
                a, b = groups[unit], groups[other]
                if a != b and b in self.choices[unit] and a in self.choices[other]:
                    yield {unit: b, other: a}

    def _new_seats(self, groups: Groups) -> Iterable[Groups]:
        for seat in sorted(set(groups.values())):
            members = [unit for unit, centre in groups.items() if centre == seat]
            for unit in members:
                if unit != seat and unit in self.instance.centre and all(unit in self.choices[m] for m in members):
                    yield dict.fromkeys(members, unit)
