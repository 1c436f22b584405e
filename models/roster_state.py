"""A dated roster that changes clinic by clinic: what is held, and what would have to go for one more.

Everything is numbered, so that a question takes microseconds where a model takes seconds: a choice is one
(need, doctor, half-day) and takes a place in each of its `pools` (room, equipment, least gap), its half-days
of the doctor's week and quarter, and people of a department. Every rule of `models.roster_dates` that is
not off is kept; those that are soft there cost nothing then. Clinics that a soft lock speaks against are left out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from models.roster_choices import Key, Used, both, choices, fits, least_windows, pair_of
from models.roster_instance import Pair, RosterInstance, RosterNeed, Visit

Name = TypeVar("Name", bound=Hashable)


class Numbers(Generic[Name]):
    """Names numbered in the order in which they come, each with a limit."""

    def __init__(self) -> None:
        self.of: dict[Name, int] = {}
        self.limits: list[int] = []

    def __call__(self, name: Name, limit: int = 0) -> int:
        at = self.of.setdefault(name, len(self.of))
        if at == len(self.limits):
            self.limits.append(limit)
        return at

    def lists(self) -> list[list[int]]:
        return [[] for _ in self.limits]


class RosterState:
    """Choices of some needs, held or not; `short` clinics of each target (need, quarter) are not held.

    Lists by choice: visits, target, need, worth (weight of the clinic), far, half, site, day (of the doctor),
    week and quarter (of the doctor, with half-days as limits), pools, homes (department and half-day).
    """

    def __init__(self, instance: RosterInstance, used: Used | None = None) -> None:
        self.instance, self.used = instance, used or Used()
        self._rules_off: dict[str, bool] = {}
        self._windows: dict[Key, list[tuple[tuple[int, ...], int]]] = {}
        self.targets, self.needs, self.sites = Numbers[tuple[Key, int]](), Numbers[Key](), Numbers[str]()
        self.days, self.weeks, self.quarters, self.home = (Numbers[tuple[str, int]]() for _ in range(4))
        self.pool = Numbers[tuple[object, ...]]()
        self.visits: list[Visit] = []
        self.target, self.need, self.half, self.site, self.day = ([0][:0] for _ in range(5))
        self.week, self.quarter, self.doctor = ([0][:0] for _ in range(3))
        self.worth: list[float] = []
        self.far: list[bool] = []
        self.pools: list[tuple[int, ...]] = []
        self.gaps: list[tuple[int, ...]] = []
        self.homes: list[tuple[int, ...]] = []
        doctors = Numbers[str]()
        for visit, pair in self._possible():
            name, site, specialty, half = visit
            need, who, q = instance.needs[site, specialty], instance.doctors[name], instance.quarter(half)
            self.visits.append(visit)
            self.target.append(self.targets((need.key, q), need.count[q]))
            self.need.append(self.needs(need.key))
            self.worth.append(need.weight)
            self.far.append(pair.far)
            self.half.append(half)
            self.site.append(self.sites(site))
            self.doctor.append(doctors(name))
            self.day.append(self.days((name, half // 2)))
            free = 10**9
            self.week.append(self.weeks((name, half // 14), free if self._off("week_limit") else who.week_limit))
            self.quarter.append(self.quarters((name, q), free if self._off("roster_time") else who.budget[q]))
            gaps = tuple(self._gaps(need, half))
            self.gaps.append(gaps)
            self.pools.append((*gaps, *self._pools(need, half)))
            self.homes.append(tuple(self._homes(who.department, half, pair.far)))
        self.index = {visit: at for at, visit in enumerate(self.visits)}
        self.options: list[list[int]] = self.targets.lists()
        for at, target in enumerate(self.target):
            self.options[target].append(at)
        self.apart = self._apart()
        self.short = list(self.targets.limits)
        self.weight = [instance.needs[key].weight for key, _ in self.targets.of]
        self.held, self.kept = [False] * len(self.visits), [False] * len(self.visits)
        self.of_day, self.of_week, self.of_quarter = self.days.lists(), self.weeks.lists(), self.quarters.lists()
        self.in_pool, self.of_target = self.pool.lists(), self.targets.lists()
        self.out_week, self.out_quarter = [0] * len(self.of_week), [0] * len(self.of_quarter)
        #: doctors of a department who are gone in a half-day, and the day (of the doctor) that says where
        self.gone: list[dict[int, int]] = [{} for _ in self.home.limits]

    # --- reading the instance ---------------------------------------------------------------------

    def _off(self, rule: str) -> bool:
        if rule not in self._rules_off:
            self._rules_off[rule] = self.instance.state(rule) == "off"
        return self._rules_off[rule]

    def _possible(self) -> Iterator[tuple[Visit, Pair]]:
        """Choices that break no rule by themselves, be it hard or soft."""
        instance = self.instance
        against = [lock for lock in instance.locks if not lock.must]
        for (key, name), halves in sorted(choices(instance, sorted(instance.needs), self.used).items()):
            need = instance.needs[key]
            pair, free = pair_of(need, name), instance.doctors[name].free
            barred = [lock for lock in against if fits(lock, need, name)]
            opened = need.slots & instance.sites[need.site].open
            for half in halves:
                if any(not lock.slots or half in lock.slots for lock in barred):
                    continue
                takes = both(half) if pair.far else (half,)
                if not self._off("doctor_free") and any(one not in free for one in takes):
                    continue
                if not self._off("site_open") and half not in opened:
                    continue
                yield (name, *key, half), pair

    def _pools(self, need: RosterNeed, half: int) -> Iterator[int]:
        site, used = self.instance.sites[need.site], self.used
        if not self._off("room_half_day"):
            yield self.pool(("room", site.id, half), site.rooms - used.rooms.get((site.id, half), 0))
        if site.equipment is not None and not self._off("equipment_half_day"):
            for item in sorted(set(need.equipment)):
                left = site.equipment.get(item, 0) - used.equipment.get((site.id, item, half), 0)
                yield self.pool(("item", item, site.id, half), left)

    def _gaps(self, need: RosterNeed, half: int) -> Iterator[int]:
        if not self._off("least_gap"):
            yield self.pool(("day", need.key, half // 2), 1)
            if need.key not in self._windows:
                self._windows[need.key] = least_windows(self.instance, need)
            for weeks, most in self._windows[need.key]:
                if half // 14 in weeks:
                    yield self.pool(("weeks", need.key, weeks), most)

    def _homes(self, name: str, half: int, far: bool) -> Iterator[int]:
        department = self.instance.departments.get(name)
        if department is None or self._off("home_cover_half_day"):
            return
        for one in both(half) if far else (half,):
            if one in department.away:
                yield self.home((name, one), department.away[one] - self.used.away.get((name, one), 0))

    def _apart(self) -> list[list[bool]]:
        """[site][site]: whether one doctor may not visit both on one day."""
        instance, names = self.instance, list(self.sites.of)
        if self._off("two_sites"):
            return [[False] * len(names) for _ in names]

        def minutes(a: str, b: str) -> float:
            return min(instance.site_minutes.get(pair, float("inf")) for pair in ((a, b), (b, a)))

        return [[a != b and minutes(a, b) > instance.two_sites_minutes for b in names] for a in names]

    def rival(self, at: int) -> int:
        """A held clinic of the same target that could not be held beside a choice (least gap), or -1."""
        for pool in self.gaps[at]:
            inside = self.in_pool[pool]
            if len(inside) >= self.pool.limits[pool]:
                for other in inside:
                    if self.target[other] == self.target[at]:
                        return other
        return -1

    # --- asking and changing ----------------------------------------------------------------------

    def unheld(self) -> float:
        """Weight of the clinics that are not held (of needs without any choice too)."""
        known = sum(self.weight[at] * n for at, n in enumerate(self.short))
        lost = sum(
            need.weight * sum(n for q, n in enumerate(need.count) if (need.key, q) not in self.targets.of)
            for need in self.instance.needs.values()
        )
        return known + lost

    def plan(self) -> list[Visit]:
        return sorted(self.visits[at] for at, held in enumerate(self.held) if held)

    def add(self, at: int) -> None:
        """Hold a choice; the caller knows that nothing is in its way."""
        day, cost = self.day[at], 1
        if self.far[at]:
            cost = 0 if self.of_day[day] else 2
        self.held[at] = True
        self.short[self.target[at]] -= 1
        self.of_target[self.target[at]].append(at)
        self.of_day[day].append(at)
        self.of_week[self.week[at]].append(at)
        self.of_quarter[self.quarter[at]].append(at)
        self.out_week[self.week[at]] += cost
        self.out_quarter[self.quarter[at]] += cost
        for pool in self.pools[at]:
            self.in_pool[pool].append(at)
        for home in self.homes[at]:
            self.gone[home][self.doctor[at]] = day

    def drop(self, at: int) -> None:
        """No longer hold a choice."""
        day, cost = self.day[at], 1
        self.of_day[day].remove(at)
        if self.far[at]:
            cost = 0 if self.of_day[day] else 2
        self.held[at] = False
        self.short[self.target[at]] += 1
        self.of_target[self.target[at]].remove(at)
        self.of_week[self.week[at]].remove(at)
        self.of_quarter[self.quarter[at]].remove(at)
        self.out_week[self.week[at]] -= cost
        self.out_quarter[self.quarter[at]] -= cost
        for pool in self.pools[at]:
            self.in_pool[pool].remove(at)
        if cost:
            for home in self.homes[at]:
                del self.gone[home][self.doctor[at]]

    def in_the_way(self, at: int, most: float) -> list[int] | None:
        """Held clinics that must go before a choice can be held; None where they are worth more than `most`."""
        worth, held, out = self.worth, self.kept, list[int]()
        day, far = self.of_day[self.day[at]], self.far[at]
        if day:
            half, need, apart = self.half[at], self.need[at], self.apart[self.site[at]]
            for other in day:
                same = self.half[other] == half or self.need[other] == need
                if same or (self.site[other] != self.site[at] if far else self.far[other] or apart[self.site[other]]):
                    out.append(other)
                    most -= worth[other]
            if most < 0.0:
                return None
        limits = self.pool.limits
        for pool in self.pools[at]:
            inside = self.in_pool[pool]
            if len(inside) >= limits[pool]:
                over = len(inside) - limits[pool] + 1
                for other in inside:
                    over -= other in out
                if over > 0:
                    most = self._cheapest([one for one in inside if one not in out], over, most, out)
                    if most < 0.0:
                        return None
        most = self._doctor_limits(at, most, out)
        if most < 0.0:
            return None
        for home in self.homes[at]:
            gone = self.gone[home]
            if len(gone) >= self.home.limits[home] and self.doctor[at] not in gone:
                most = self._home(home, gone, most, out)
                if most < 0.0:
                    return None
        for other in out:
            if held[other]:
                return None
        return out

    def _cheapest(self, inside: list[int], over: int, most: float, out: list[int]) -> float:
        """Send the clinics worth least away; what is left of `most` (below zero: too much)."""
        if len(inside) < over:
            return -1.0
        worth = self.worth
        if len(inside) > over:
            inside.sort(key=worth.__getitem__)
        for other in inside[:over]:
            out.append(other)
            most -= worth[other]
        return most

    def _doctor_limits(self, at: int, most: float, out: list[int]) -> float:
        cost = 1
        if self.far[at]:
            cost = 0 if any(other not in out for other in self.of_day[self.day[at]]) else 2
        for number, spent, limits, members in (
            (self.week, self.out_week, self.weeks.limits, self.of_week),
            (self.quarter, self.out_quarter, self.quarters.limits, self.of_quarter),
        ):
            which = number[at]
            over = spent[which] + cost - limits[which]
            if over <= 0:
                continue
            trips = self._trips(members[which])
            over -= sum(days for days, trip in trips if all(one in out for one in trip))
            while over > 0:
                free = [t for t in trips if not all(one in out for one in t[1])]
                if not free:
                    return -1.0
                days, trip = min(free, key=lambda t: sum(self.worth[one] for one in t[1] if one not in out) / t[0])
                for one in trip:
                    if one not in out:
                        out.append(one)
                        most -= self.worth[one]
                over -= days
                if most < 0.0:
                    return most
        return most

    def _trips(self, members: list[int]) -> list[tuple[int, list[int]]]:
        """(half-days, clinics) of each trip: near clinics one by one, then days at a far site."""
        far: dict[int, list[int]] = {}
        found = []
        for one in members:
            if self.far[one]:
                far.setdefault(self.day[one], []).append(one)
            else:
                found.append((1, [one]))
        return found + [(2, trip) for trip in far.values()]

    def _home(self, home: int, gone: dict[int, int], most: float, out: list[int]) -> float:
        """Keep as many of a department at home as a half-day asks for."""
        sets = []
        for day in gone.values():
            trip = [one for one in self.of_day[day] if home in self.homes[one] and one not in out]
            if trip:
                sets.append((sum(self.worth[one] for one in trip), trip))
        over = len(sets) - self.home.limits[home] + 1
        if over > len(sets):
            return -1.0
        sets.sort(key=lambda found: found[0])
        for worth, trip in sets[: max(0, over)]:
            out += trip
            most -= worth
        return most
