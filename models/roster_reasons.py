"""What a roster does not hold, why, and who stands in: said of a finished plan, without the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.roster_choices import (
    Key,
    Used,
    both,
    choices,
    gap_windows,
    least_windows,
    pair_of,
    refused_by,
    slots_of,
    used_by,
)
from models.roster_instance import RosterInstance, RosterNeed, Visit

#: What keeps a clinic without a date; of two that block as much, the first is told.
REASONS = (
    "doctor_free", "home_cover_half_day", "room_half_day", "equipment_half_day", "least_gap", "week_limit",
    "roster_time", "one_place", "search",
)  # fmt: skip


@dataclass(frozen=True)
class Unheld:
    """Clinics of a need and quarter without a date; `rule`, one of REASONS, stands in the way of most half-days."""

    site: str
    specialty: str
    quarter: str
    sessions: int
    rule: str


@dataclass(frozen=True)
class Missed:
    """A run of open weeks (first and last, from 1) without a clinic that was due in it."""

    site: str
    specialty: str
    first_week: int
    last_week: int


def unheld_of(
    instance: RosterInstance, visits: Iterable[Visit], keys: Sequence[Key], bounds: Mapping[Key, float] | None
) -> list[Unheld]:
    """Allocated clinics that `visits` do not hold, by need and quarter, with the rule in the way.

    With `bounds` None the reasons are left out (only numbers are wanted).
    """
    visits = list(visits)
    held: Counter[tuple[str, str, int]] = Counter()
    for _, site, specialty, half in visits:
        held[site, specialty, instance.quarter(half)] += 1
    used = used_by(instance, visits) if bounds is not None else Used()
    found = []
    for key in keys:
        need = instance.needs[key]
        for q, (name, _, _) in enumerate(instance.quarters):
            lack = need.count[q] - held[(*key, q)]
            if lack > 0:
                rule = "search" if bounds is None else _reason(instance, need, q, visits, used)
                found.append(Unheld(*key, name, lack, rule))
    return found


def _reason(instance: RosterInstance, need: RosterNeed, quarter: int, visits: Sequence[Visit], used: Used) -> str:
    """The rule that blocks most of the half-days in which the clinic might have been held."""
    free = choices(instance, [need.key])
    mine = [visit for visit in visits if (visit[1], visit[2]) == need.key]
    by_doctor: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_doctor[visit[0]].append(visit)
    blocked: Counter[str] = Counter()
    for (_, doctor), halves in free.items():
        for half in halves:
            if instance.quarter(half) == quarter:
                blocked[_block(instance, need, doctor, half, mine, by_doctor[doctor], used)] += 1
    if not blocked:
        return _why_none(instance, need)
    if blocked["search"]:
        return "search"
    return max(blocked, key=lambda rule: (blocked[rule], -REASONS.index(rule)))


def _why_none(instance: RosterInstance, need: RosterNeed) -> str:
    """Why there is no half-day at all: the rule that alone takes most of those in which the clinic might be held."""
    alone = Counter[str]()
    for pair in need.pairs:
        for half in slots_of(instance, need):
            rules = refused_by(instance, need, pair, half)
            alone.update(rules if len(rules) == 1 else ())
    known = {rule: n for rule, n in alone.items() if rule in REASONS and rule != "doctor_free"}
    return max(sorted(known), key=lambda rule: known[rule], default="doctor_free")


def _block(
    instance: RosterInstance,
    need: RosterNeed,
    doctor: str,
    half: int,
    mine: Sequence[Visit],
    theirs: Sequence[Visit],
    used: Used,
) -> str:
    """What keeps one visit out of the finished roster."""
    who, site, pair = instance.doctors[doctor], instance.sites[need.site], pair_of(need, doctor)
    takes = both(half) if pair.far else (half,)
    busy = {one for v in theirs for one in _takes(instance, v)}
    if busy & set(takes):
        return "one_place"
    weeks = Counter(instance.week(v[3]) for v in mine)
    for run, most in least_windows(instance, need):
        if instance.week(half) in run and sum(weeks[week] for week in run) >= most:
            return "least_gap"
    if any(v[3] // 2 == half // 2 for v in mine):
        return "least_gap"
    if used.rooms.get((site.id, half), 0) >= site.rooms:
        return "room_half_day"
    if site.equipment is not None:
        for item in need.equipment:
            if used.equipment.get((site.id, item, half), 0) >= site.equipment.get(item, 0):
                return "equipment_half_day"
    department = instance.departments.get(who.department)
    if department is not None:
        for one in takes:
            if one in department.away and used.away.get((who.department, one), 0) >= department.away[one]:
                return "home_cover_half_day"
    out = {one for v in theirs for one in _takes(instance, v) if instance.week(v[3]) == instance.week(half)}
    if len(out) + len(takes) > who.week_limit:
        return "week_limit"
    quarter = instance.quarter(half)
    spent = {one for v in theirs for one in _takes(instance, v) if instance.quarter(v[3]) == quarter}
    if len(spent) + len(takes) > who.budget[quarter]:
        return "roster_time"
    return "search"


def _takes(instance: RosterInstance, visit: Visit) -> tuple[int, ...]:
    """Half-days that a visit takes from its doctor."""
    far = pair_of(instance.needs[visit[1], visit[2]], visit[0]).far
    return both(visit[3]) if far else (visit[3],)


def missed_of(instance: RosterInstance, visits: Iterable[Visit]) -> list[Missed]:
    """Runs of weeks in which a clinic was due and none is held."""
    weeks: dict[Key, set[int]] = defaultdict(set)
    for _, site, specialty, half in visits:
        weeks[site, specialty].add(instance.week(half))
    return [
        Missed(*key, run[0] + 1, run[-1] + 1)
        for key in sorted(instance.needs)
        for run in gap_windows(instance, instance.needs[key])
        if not weeks[key] & set(run)
    ]


def backups_of(instance: RosterInstance, visits: Iterable[Visit]) -> dict[Key, str]:
    """The stand-in (B) of each need: not the one who holds most; most clinics there, then nearest, then id."""
    held: dict[Key, Counter[str]] = defaultdict(Counter)
    for doctor, site, specialty, _ in visits:
        held[site, specialty][doctor] += 1
    found = {}
    for key in sorted(instance.needs):
        counts = held[key]
        main = max(sorted(counts), key=lambda d: counts[d]) if counts else ""
        others = [pair for pair in instance.needs[key].pairs if pair.doctor != main]
        best = min(others, key=lambda p: (-counts[p.doctor], p.minutes, p.doctor), default=None)
        found[key] = best.doctor if best is not None else ""
    return found
