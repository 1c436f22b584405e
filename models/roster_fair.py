"""The aim `roster_fair`: far trips, Fridays and days next to holidays, evenly shared.

An account is of a doctor, of a department or of a hospital. Its cost over a period is, for each kind,

    ((ledger + count)^2 - ledger^2) / headcount

with headcount 1 for a doctor: a group of n doctors who all do the same costs what they cost. Sums of
squares are convex, so doctors, departments and hospitals each come out even, in proportion to
headcount. Since (a + b)^2 + 2 ledger (a + b) >= (a^2 + 2 ledger a) + (b^2 + 2 ledger b), costs of
components taken apart add up to no more than the whole's: a bound stays a bound.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from models.roster_choices import pair_of
from models.roster_instance import RosterGroup, RosterInstance, Visit
from models.roster_model import Draft
from models.rows import Columns, Term

KINDS = ("far", "fridays", "holiday_adjacent")
#: (level, id): what shares an account.
Group = tuple[str, str]


def groups_of(instance: RosterInstance) -> Mapping[Group, RosterGroup]:
    """Departments and hospitals with their headcounts and ledgers."""
    if instance.groups:
        return instance.groups
    heads: Counter[Group] = Counter()
    ledgers: dict[Group, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for doctor in instance.doctors.values():
        for group in groups_of_doctor(instance, doctor.id):
            heads[group] += 1
            for kind, amount in doctor.ledger.items():
                ledgers[group][kind] += amount
    for name, department in instance.departments.items():
        if ("department", name) in heads:
            heads["department", name] = max(heads["department", name], len(department.doctors))
    return {group: RosterGroup(heads[group], dict(ledgers[group])) for group in sorted(heads)}


def groups_of_doctor(instance: RosterInstance, doctor: str) -> Iterator[Group]:
    """The department and the hospital of a doctor, where they are named."""
    who = instance.doctors[doctor]
    if who.department:
        yield "department", who.department
    if who.institution:
        yield "hospital", who.institution


def counts_of(instance: RosterInstance, visits: Iterable[Visit]) -> Counter[tuple[str, str]]:
    """(doctor, kind) -> far trips, Friday clinics and clinics next to holidays of a roster."""
    found: Counter[tuple[str, str]] = Counter()
    trips: set[tuple[str, str, int]] = set()
    for doctor, site, specialty, half in visits:
        found[doctor, "fridays"] += instance.weekday(half) == 5
        found[doctor, "holiday_adjacent"] += half // 2 in instance.holiday_adjacent
        if pair_of(instance.needs[site, specialty], doctor).far:
            trips.add((doctor, site, half // 2))
    for doctor, _, _ in trips:
        found[doctor, "far"] += 1
    return +found


def on_accounts(instance: RosterInstance, visits: Iterable[Visit]) -> dict[tuple[str, str, str], float]:
    """(level, group, kind) -> what a roster adds to the accounts of departments and hospitals."""
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    for (doctor, kind), count in counts_of(instance, visits).items():
        for level, name in groups_of_doctor(instance, doctor):
            found[level, name, kind] += count
    return dict(found)


def fair_value(instance: RosterInstance, visits: Iterable[Visit]) -> float:
    """The aim's value of a whole roster."""
    visits = list(visits)
    total = 0.0
    for (doctor, kind), count in counts_of(instance, visits).items():
        total += count * (count + 2.0 * instance.doctors[doctor].ledger.get(kind, 0.0))
    groups = groups_of(instance)
    for (level, name, kind), amount in on_accounts(instance, visits).items():
        group = groups[level, name]
        total += amount * (amount + 2.0 * group.ledger.get(kind, 0.0)) / group.headcount
    return total


def squares(
    draft: Draft,
    loads: Mapping[tuple[str, str], tuple[list[Term], int]],
    others: Mapping[tuple[str, str, str], float],
) -> None:
    """Accounts of doctors, departments and hospitals from the `loads` of doctors: (terms, most) by (doctor, kind).

    The j-th unit costs (2 (before + j) - 1) / headcount; since that grows, units are taken in order by
    themselves. before: the ledger, of groups with what `others` (components) already add to them.
    """
    instance, groups = draft.instance, groups_of(draft.instance)
    steps = [(*key, j) for key, (_, most) in sorted(loads.items()) for j in range(1, most + 1)]
    units = draft.columns("unit", steps, "unit of a doctor's account", "visits", upper=1.0)
    rows = draft.rows("account", "what is on a doctor's account", unit="visits")
    shared: dict[tuple[str, str, str], list[tuple[str, str, int]]] = defaultdict(list)
    for key, (terms, most) in sorted(loads.items()):
        mine = [(*key, j) for j in range(1, most + 1)]
        rows.row(key, [*terms, *((units, unit, -1.0) for unit in mine)], 0.0, 0.0)
        before = instance.doctors[key[0]].ledger.get(key[1], 0.0)
        for unit in mine:
            draft.aim("roster_fair", units, unit, 2.0 * (before + unit[2]) - 1.0)
        for group in groups_of_doctor(instance, key[0]):
            shared[*group, key[1]] += mine
    _groups(draft, units, shared, groups, others)


def _groups(
    draft: Draft,
    units: Columns,
    shared: Mapping[tuple[str, str, str], list[tuple[str, str, int]]],
    groups: Mapping[Group, RosterGroup],
    others: Mapping[tuple[str, str, str], float],
) -> None:
    steps = [(*key, j) for key, mine in sorted(shared.items()) for j in range(1, len(mine) + 1)]
    share = draft.columns("share", steps, "unit of a department's or hospital's account", "visits", upper=1.0)
    rows = draft.rows("group_account", "what is on a department's or hospital's account", unit="visits")
    for key, mine in sorted(shared.items()):
        own = [(*key, j) for j in range(1, len(mine) + 1)]
        rows.row(key, [*((units, unit, 1.0) for unit in mine), *((share, unit, -1.0) for unit in own)], 0.0, 0.0)
        group = groups[key[0], key[1]]
        before = group.ledger.get(key[2], 0.0) + others.get(key, 0.0)
        for unit in own:
            draft.aim("roster_fair", share, unit, (2.0 * (before + unit[3]) - 1.0) / group.headcount)
