"""Far trips in turns: whole clinics change hands between doctors whom nothing else tells apart.

An allocation says who goes where, and many doctors of one department could. Before dates are looked for,
lines (all clinics of one doctor at one site in one specialty) are handed over or exchanged between doctors of one
department for whom the way is the same, as long as the sum of squares of (far trips on the account + far trips of the
quarter) falls. Visits, travel, cost and changes against today stay what they were: lines of today's roster and lines
that a lock speaks of are not touched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from models.roster_choices import Key, both, fits, slots_of
from models.roster_instance import RosterInstance

#: A clinic's site and specialty, and who holds it.
Line = tuple[Key, str]
#: Minutes of a doctor's way to a need's site, None where he may not hold it.
May = Callable[[str, Key], float | None]
#: Share of what his days leave that a doctor may be given.
FILLED = 0.8
#: Minutes by which two ways are the same.
SAME = 1e-6


@dataclass
class _State:
    """Who holds which lines; `held`: doctor -> lines."""

    instance: RosterInstance
    may: May
    limits: Callable[[str, Mapping[Key, tuple[int, ...]]], bool]
    held: dict[str, dict[Key, tuple[int, ...]]] = field(default_factory=lambda: defaultdict(dict))
    far: dict[Line, bool] = field(default_factory=dict)
    fixed: set[Line] = field(default_factory=set)

    def __post_init__(self) -> None:
        today = {((site, specialty), doctor) for doctor, site, specialty, _ in self.instance.today}
        for key, need in self.instance.needs.items():
            for pair in need.pairs:
                if sum(pair.count):
                    self.held[pair.doctor][key] = pair.count
                    locked = any(fits(lock, need, pair.doctor) for lock in self.instance.locks)
                    if locked or (key, pair.doctor) in today:
                        self.fixed.add((key, pair.doctor))
                self.far[key, pair.doctor] = pair.far

    def account(self, doctor: str, lines: Mapping[Key, tuple[int, ...]]) -> float:
        """Far trips of these lines with those on the ledger."""
        before = self.instance.doctors[doctor].ledger.get("far", 0.0)
        return before + sum(sum(count) for key, count in lines.items() if self.far[key, doctor])


def turns(
    instance: RosterInstance, may: May, limits: Callable[[str, Mapping[Key, tuple[int, ...]]], bool]
) -> dict[Line, str]:
    """Line as allocated -> the doctor who holds it instead; {} where nothing evens out.

    limits(doctor, lines): whether further rules of the allocation hold for a doctor with these clinics.
    """
    state = _State(instance, may, limits)
    origin = {(key, doctor): doctor for doctor, lines in state.held.items() for key in lines}
    moved = True
    while moved:
        moved = False
        for one, other in combinations(sorted(instance.doctors), 2):
            for mine, theirs in _offers(state, one, other):
                if _take(state, origin, one, other, mine, theirs):
                    moved = True
                    break
    return {(key, first): now for (key, now), first in sorted(origin.items()) if first != now}


def _offers(state: _State, one: str, other: str) -> Iterator[tuple[Key | None, Key | None]]:
    """Lines that two doctors could hand over or exchange; at least one of them is far."""
    home = state.instance.doctors[one].department
    if not home or home != state.instance.doctors[other].department:
        return
    mine = [key for key in sorted(state.held[one]) if _free(state, key, one, other)]
    theirs = [key for key in sorted(state.held[other]) if _free(state, key, other, one)]
    for first in (*mine, None):
        for second in (*theirs, None):
            far = (first is not None and state.far[first, one]) or (second is not None and state.far[second, other])
            if far and first != second:
                yield first, second


def _free(state: _State, key: Key, holder: str, other: str) -> bool:
    """Whether a line may go from its holder to the other doctor."""
    if (key, holder) in state.fixed or key in state.held[other]:
        return False
    mine, theirs = state.may(holder, key), state.may(other, key)
    return mine is not None and theirs is not None and abs(mine - theirs) <= SAME


def _take(state: _State, origin: dict[Line, str], one: str, other: str, mine: Key | None, theirs: Key | None) -> bool:
    """Hand the lines over where the accounts come out more even and both doctors have the days."""
    before = {doctor: dict(state.held[doctor]) for doctor in (one, other)}
    after = {doctor: dict(lines) for doctor, lines in before.items()}
    for key, holder, taker in ((mine, one, other), (theirs, other, one)):
        if key is not None:
            after[taker][key] = after[holder].pop(key)
            state.far[key, taker] = state.far[key, holder]
    old = sum(state.account(doctor, before[doctor]) ** 2 for doctor in before)
    new = sum(state.account(doctor, after[doctor]) ** 2 for doctor in after)
    if new >= old - 1e-9 or not all(_able(state, doctor, after[doctor], before[doctor]) for doctor in after):
        return False
    for key, holder, taker in ((mine, one, other), (theirs, other, one)):
        if key is not None:
            origin[key, taker] = origin.pop((key, holder))
    for doctor, lines in after.items():
        state.held[doctor] = lines
    return True


def _able(
    state: _State, doctor: str, lines: Mapping[Key, tuple[int, ...]], before: Mapping[Key, tuple[int, ...]]
) -> bool:
    """Whether the doctor's time and days hold these clinics, with room to spare where they are more than before."""
    instance, who = state.instance, state.instance.doctors[doctor]
    if not state.limits(doctor, lines):
        return False
    for q, (_, first, weeks) in enumerate(instance.quarters):
        inside = range(first, first + weeks)
        taken = sum(count[q] * (2 if state.far[key, doctor] else 1) for key, count in lines.items())
        had = sum(count[q] * (2 if state.far[key, doctor] else 1) for key, count in before.items())
        halves = Counter(instance.week(half) for half in who.free)
        room = sum(min(who.week_limit, halves[week]) for week in inside)
        if taken > who.budget[q] or taken > max(had, FILLED * room):
            return False
        for key, count in lines.items():
            if key not in before and count[q] > _most(state, doctor, key, inside):
                return False
    return True


def _most(state: _State, doctor: str, key: Key, weeks: range) -> float:
    """Clinics of a need that the doctor's days leave room for: by the weeks, and a share of the days at all."""
    instance, who, need = state.instance, state.instance.doctors[doctor], state.instance.needs[key]
    far = state.far[key, doctor]
    able = {
        half // 2
        for half in slots_of(instance, need)
        if half // 14 in weeks and all(one in who.free for one in (both(half) if far else (half,)))
    }
    by_week = Counter(day // 7 for day in able)
    most = min(who.week_limit // (2 if far else 1), need.every[0])
    return min(sum(min(most, by_week[week]) for week in weeks), FILLED * len(able))
