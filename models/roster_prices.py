"""The later aims of a roster that changes clinic by clinic (`models.roster_state`), kept up by differences.

Definitions are those of `models.roster_values`. Runs of weeks, take-overs and weekdays are priced by need,
accounts and vehicles by clinic as it comes or goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

from models.roster_choices import (
    Key,
    gap_windows,
    off_weekday,
    open_weeks,
    pair_of,
    today_possible,
    vehicle_of,
    weekdays,
)
from models.roster_fair import groups_of, groups_of_doctor
from models.roster_instance import RosterNeed, Visit
from models.roster_model import OFF_WEEKDAY, SEATS, TAKEN_OVER, VEHICLE_MINUTES
from models.roster_state import Numbers, RosterState


class Prices:
    """Prices of what a state holds; `weights`: aim -> points of one unit. Changes go through `add` and `drop`."""

    def __init__(self, state: RosterState, weights: Mapping[str, float]) -> None:
        self.state, self.weights = state, weights
        self.accounts = Numbers[tuple[str, str, str]]()
        self.trips, self.vehicles = (Numbers[tuple[str, str, int]]() for _ in range(2))
        self._amounts: list[float] = []
        self._heads: list[float] = []
        self._of_trip: list[tuple[float, int, tuple[int, ...]]] = []
        instance = state.instance
        keys = sorted(instance.needs)
        today = {(doctor, site, kind, half) for site, kind, doctor, half in today_possible(instance, keys)}
        market = {name: site.market for name, site in instance.sites.items()}
        self.flat = [
            weights.get("roster_market", 0.0) * ((v[3] not in market[v[1]]) if market[v[1]] else v[3] % 2)
            - weights.get("roster_change", 0.0) * (v in today)
            for v in state.visits
        ]
        self._groups = groups_of(instance)
        self.on = [self._dates(visit) for visit in state.visits]
        self.trip = [self._trip(at) for at in range(len(state.visits))]
        self._needs()
        self.amount, self.riders = list(self._amounts), [0] * len(self.vehicles.limits)
        self.going = [0] * len(self.trips.limits)
        held = [at for at, there in enumerate(state.held) if there]
        # needs without any choice miss all their runs of weeks
        lost = sum(
            len(gap_windows(instance, need)) for key, need in instance.needs.items() if key not in state.needs.of
        )
        self.total = weights.get("roster_windows", 0.0) * lost + weights.get("roster_change", 0.0) * len(today)
        for at in held:
            self.total += self._come(at)
        self.by_need = [self.of_need(need) for need in range(len(state.needs.limits))]
        self.total += sum(self.by_need)

    # --- reading ----------------------------------------------------------------------------------

    def _account(self, level: str, name: str, kind: str, ledger: float, heads: float) -> int:
        at = self.accounts((level, name, kind))
        if at == len(self._amounts):
            self._amounts.append(ledger)
            self._heads.append(heads)
        return at

    def _accounts(self, doctor: str, kind: str) -> tuple[int, ...]:
        instance = self.state.instance
        found = [self._account("doctor", doctor, kind, instance.doctors[doctor].ledger.get(kind, 0.0), 1.0)]
        for level, name in groups_of_doctor(instance, doctor):
            group = self._groups[level, name]
            found.append(self._account(level, name, kind, group.ledger.get(kind, 0.0), float(group.headcount)))
        return tuple(found)

    def _dates(self, visit: Visit) -> tuple[int, ...]:
        """Accounts that the date of a clinic counts on."""
        instance, found = self.state.instance, tuple[int, ...]()
        if instance.weekday(visit[3]) == 5:
            found += self._accounts(visit[0], "fridays")
        if visit[3] // 2 in instance.holiday_adjacent:
            found += self._accounts(visit[0], "holiday_adjacent")
        return found

    def _trip(self, at: int) -> int:
        """The day of a doctor at a site: minutes, vehicle, and accounts of far trips."""
        doctor, site, specialty, half = self.state.visits[at]
        instance = self.state.instance
        trip = self.trips((doctor, site, half // 2))
        if trip == len(self._of_trip):
            minutes = 2.0 * pair_of(instance.needs[site, specialty], doctor).minutes
            vehicle = self.vehicles((*vehicle_of(instance, doctor, site), half // 2))
            far = self._accounts(doctor, "far") if self.state.far[at] else ()
            self._of_trip.append((minutes, vehicle, far))
        return trip

    def _needs(self) -> None:
        """Runs of weeks of each need, the clinics that are each doctor's own, and tables of weekdays."""
        state, instance = self.state, self.state.instance
        self.targets_of: list[list[int]] = state.needs.lists()
        for (key, _), target in state.targets.of.items():
            self.targets_of[state.needs.of[key]].append(target)
        self.tables = [_Weekdays(state, instance.needs[key]) for key in state.needs.of]
        self.runs = [
            [sum(1 << week for week in run) for run in gap_windows(instance, instance.needs[key])]
            for key in state.needs.of
        ]
        self.week_bit = [1 << visit[3] // 14 for visit in state.visits]
        holders, self.own, self.holder = Numbers[tuple[Key, str, int]](), list[int](), list[int]()
        self.off: list[tuple[int, ...]] = []
        for at, (doctor, site, specialty, half) in enumerate(state.visits):
            quarter = instance.quarter(half)
            holder = holders(((site, specialty), doctor, quarter))
            if holder == len(self.own):
                self.own.append(pair_of(instance.needs[site, specialty], doctor).count[quarter])
            self.holder.append(holder)
            self.off.append(self.tables[state.need[at]].off(instance.week(half), (instance.weekday(half),)))

    # --- prices -----------------------------------------------------------------------------------

    def of_need(self, need: int, less: int = -1, more: int = -1) -> float:
        """Runs missed, take-overs and weekdays of a need, without one clinic and with another."""
        held = [at for target in self.targets_of[need] for at in self.state.of_target[target] if at != less]
        if more >= 0:
            held.append(more)
        weeks, repeated, over, by = 0, False, 0, dict[int, int]()
        for at in held:
            bit = self.week_bit[at]
            repeated |= bool(weeks & bit)
            weeks |= bit
            holder = self.holder[at]
            n = by[holder] = by.get(holder, 0) + 1
            over += n > self.own[holder]
        missed = 0
        for run in self.runs[need]:
            missed += not run & weeks
        if repeated:
            off = self._off_of(need, held)
        else:
            off = min(map(sum, zip(*[self.off[at] for at in held], strict=True)), default=0)
        points = TAKEN_OVER * over + OFF_WEEKDAY * off
        return self.weights.get("roster_windows", 0.0) * missed + self.weights.get("roster_regular", 0.0) * points

    def _off_of(self, need: int, held: list[int]) -> int:
        weeks: dict[int, list[int]] = defaultdict(list)
        instance = self.state.instance
        for at in held:
            half = self.state.half[at]
            weeks[instance.week(half)].append(instance.weekday(half))
        rows = [self.tables[need].off(week, tuple(sorted(days))) for week, days in sorted(weeks.items())]
        return min(map(sum, zip(*rows, strict=True)), default=0)

    def add(self, at: int) -> float:
        """Hold a choice; what accounts, travel and market change by. `of_need` prices the need."""
        self.state.add(at)
        return self._come(at)

    def drop(self, at: int) -> float:
        self.state.drop(at)
        change, weight = -self.flat[at], self.weights.get("roster_fair", 0.0)
        accounts, trip = self.on[at], self.trip[at]
        self.going[trip] -= 1
        if not self.going[trip]:
            minutes, vehicle, far = self._of_trip[trip]
            accounts += far
            self.riders[vehicle] -= 1
            minutes += VEHICLE_MINUTES if self.riders[vehicle] % SEATS == 0 else 0.0
            change -= self.weights.get("roster_travel", 0.0) * minutes
        for account in accounts:
            self.amount[account] -= 1.0
            change -= weight * (2.0 * self.amount[account] + 1.0) / self._heads[account]
        return change

    def _come(self, at: int) -> float:
        change, weight = self.flat[at], self.weights.get("roster_fair", 0.0)
        accounts, trip = self.on[at], self.trip[at]
        self.going[trip] += 1
        if self.going[trip] == 1:
            minutes, vehicle, far = self._of_trip[trip]
            accounts += far
            minutes += VEHICLE_MINUTES if self.riders[vehicle] % SEATS == 0 else 0.0
            self.riders[vehicle] += 1
            change += self.weights.get("roster_travel", 0.0) * minutes
        for account in accounts:
            change += weight * (2.0 * self.amount[account] + 1.0) / self._heads[account]
            self.amount[account] += 1.0
        return change


class _Weekdays:
    """Clinics of a week that are off the fixed weekday, for each choice of it, as in `models.roster_values`."""

    def __init__(self, state: RosterState, need: RosterNeed) -> None:
        usual, self.closed = weekdays(state.instance, need)
        self.listed = set(open_weeks(state.instance, need))
        most = min(2 if need.frequency == "twice_weekly" else 1, len(usual))
        self.fixed = list(combinations(usual, most))
        self.known: dict[tuple[int, tuple[int, ...]], tuple[int, ...]] = {}

    def off(self, week: int, days: tuple[int, ...]) -> tuple[int, ...]:
        """By fixed weekdays: clinics off them that are no make-ups; `days`: weekdays of the week's clinics."""
        found = self.known.get((week, days))
        if found is None:
            closed = self.closed[week] if week in self.listed else []
            found = self.known[week, days] = tuple(
                off_weekday({day: days.count(day) for day in days}, fixed, closed) if week in self.listed else 0
                for fixed in self.fixed
            )
        return found
