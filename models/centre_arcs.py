"""The index sets of `models.shared_centres` as arrays: hosts, choices, members and arcs.

Kept apart so that the block reads as its formulation. Everything is sorted by service first, so
that the same data gives the same model.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from models.block import admit
from models.centre_records import Level, Service
from models.instance import Instance
from models.options import SharedCentres
from models.turnaround import goods_safe_load, headway_minutes, safe_peak_per_hour

INF = float("inf")
#: Tolerance of a comparison of minutes.
EPS = 1e-9

Slot = tuple[str, str]
Arc = tuple[str, str, str]
Choice = tuple[str, str, str, float]


@dataclass(frozen=True)
class Choices:
    """What may be opened: every (host, service, level, wait), those of one host side by side.

    capacity: items/day; safe: items per peak hour (data) or per day (goods), infinite where
    nothing is promised; first, count: where the choices of each host start, and how many.
    """

    hosts: list[Slot]
    keys: list[Choice]
    levels: list[Level]
    capacity: np.ndarray
    safe: np.ndarray
    waits: np.ndarray
    first: np.ndarray
    count: np.ndarray

    def of(self, host: int) -> slice:
        return slice(int(self.first[host]), int(self.first[host] + self.count[host]))


@dataclass(frozen=True)
class Arcs:
    """Who may be served from where: every (institution, host, service) of the right service.

    host, member: places in `Choices.hosts` and in `members`; items: items/day of the institution;
    peak: what counts against `Choices.safe`; barred: rule id -> arcs that a row must forbid.
    """

    keys: list[Arc]
    members: list[Slot]
    host: np.ndarray
    member: np.ndarray
    minutes: np.ndarray
    items: np.ndarray
    peak: np.ndarray
    barred: dict[str, list[int]]


def list_choices(instance: Instance) -> Choices:
    """All choices, with the safe load of each computed beforehand."""
    by_host: dict[Slot, list[Level]] = {}
    for level in instance.levels:
        by_host.setdefault((level.institution, level.service), []).append(level)
    hosts = sorted(by_host, key=lambda slot: (slot[1], slot[0]))
    keys: list[Choice] = []
    levels: list[Level] = []
    count: list[int] = []
    for host, s in hosts:
        waits = sorted(set(instance.services[s].waits)) or [0.0]
        pairs = [(level, wait) for level in sorted(by_host[host, s], key=lambda one: one.level) for wait in waits]
        keys += [(host, s, level.level, float(wait)) for level, wait in pairs]
        levels += [level for level, _ in pairs]
        count.append(len(pairs))
    waits_of = np.array([key[3] for key in keys])
    return Choices(
        hosts,
        keys,
        levels,
        np.array([level.items_per_day for level in levels]),
        np.array(
            [safe_load(instance.services[key[1]], level, key[3]) for key, level in zip(keys, levels, strict=True)]
        ),
        waits_of,
        np.cumsum([0, *count[:-1]]) if count else np.zeros(0, dtype=np.int64),
        np.array(count, dtype=np.int64),
    )


def safe_load(service: Service, level: Level, wait: float) -> float:
    """Load that keeps the promise: items per peak hour (data) or per day (goods)."""
    if service.turnaround is None and wait <= 0:
        return INF
    if service.moves == "data":
        return safe_peak_per_hour(
            level.servers,
            service.minutes_per_item,
            level.verifiers,
            service.verify_minutes_per_item,
            wait,
            service.quantile,
        )
    headway = headway_minutes(service.loops_per_week)
    return goods_safe_load(level.items_per_day, level.hours_per_day, wait, headway)


def peak_load(service: Service, items_per_day: float, peak_share: float) -> float:
    """What items/day count against the safe load."""
    return items_per_day * peak_share if service.moves == "data" else items_per_day


def list_arcs(
    instance: Instance, choices: Choices, options: SharedCentres, explain: bool, services: Collection[str]
) -> Arcs:
    """All arcs of these services that the filter rules allow (all with a travel time, for an explanation)."""
    place: dict[str, list[tuple[int, str]]] = {}
    for number, (host, s) in enumerate(choices.hosts):
        if s in services:
            place.setdefault(s, []).append((number, host))
    keys: list[Arc] = []
    members: list[Slot] = []
    rows: list[tuple[int, int, float, float, float]] = []
    barred: dict[str, list[int]] = {rule: [] for rule in ("window", "service_max_minutes", "membership")}
    verdicts: dict[tuple[str, ...], tuple[str, ...] | None] = {}
    for s in sorted(place):
        service = instance.services[s]
        for i in sorted(instance.members.get(s, ())):
            volume = instance.volumes.get((i, s))
            items = volume.items_per_day if volume else 0.0
            peak = peak_load(service, items, volume.peak_share if volume else options.peak_share)
            for number, host in place[s]:
                minutes = 0.0 if i == host else instance.minutes.get((i, host))
                if minutes is None:
                    continue
                broken = _broken(instance, service, i, host, minutes, options)
                if broken not in verdicts:
                    verdicts[broken] = admit(instance, list(broken), explain)
                verdict = verdicts[broken]
                if verdict is None:
                    continue
                for rule in verdict:
                    barred[rule].append(len(keys))
                keys.append((i, host, s))
                rows.append((number, len(members), minutes, items, peak))
            members.append((i, s))
    table = np.array(rows, dtype=float).reshape(len(rows), 5)
    host_of, member_of = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    return Arcs(keys, members, host_of, member_of, table[:, 2], table[:, 3], table[:, 4], barred)


def covering_services(instance: Instance, choices: Choices, options: SharedCentres, explain: bool) -> set[str]:
    """Services where it does not matter who serves whom: open centres in reach are all that counts.

    Items cost nothing wherever they go, no capacity and no promise can bind, and nothing else asks
    for the links. With one column less for every pair these are set covering problems.
    """
    soft = any(instance.state(rule) == "soft" for rule in ("window", "service_max_minutes", "membership"))
    if explain or soft or "farthest" in instance.aims.order:
        return set()
    asked = {s for one in instance.specialties.values() for s in one.requires} | {s for _, s in instance.usage}
    asked |= set(options.backup) | {lock.service for lock in instance.locks if lock.kind == "service"}
    found = set()
    for s in sorted({s for _, s in choices.hosts}):
        service = instance.services[s]
        sent = [volume for slot, volume in instance.volumes.items() if slot[1] == s]
        items = sum(volume.items_per_day for volume in sent)
        peak = sum(peak_load(service, volume.items_per_day, volume.peak_share) for volume in sent)
        own = [number for number, key in enumerate(choices.keys) if key[1] == s]
        late = service.turnaround is not None and (
            service.moves != "data" or choices.waits[own].max() > service.turnaround + EPS
        )
        bounded = choices.capacity[own].min() < items or choices.safe[own].min() < peak or service.min_items_per_day > 0
        priced = any(choices.levels[n].cost_per_item or choices.levels[n].cost_per_item_minute for n in own)
        if not (late or bounded or priced or s in asked or "" in asked):
            found.add(s)
    return found


def _broken(
    instance: Instance, service: Service, i: str, host: str, minutes: float, options: SharedCentres
) -> tuple[str, ...]:
    """The filter rules that this arc breaks."""
    rules: tuple[str, ...] = ()
    if service.window is not None and minutes + options.collection_minutes > service.window + EPS:
        rules += ("window",)
    if service.max_minutes is not None and minutes > service.max_minutes + EPS:
        rules += ("service_max_minutes",)
    group = instance.service_groups.get((i, service.id))
    if group is not None and group not in instance.host_groups.get((host, service.id), frozenset()):
        rules += ("membership",)
    return rules


def meets_turnaround(instance: Instance, choices: Choices, arcs: Arcs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every (arc, choice of its host) and whether the pair keeps the turnaround limit."""
    many = choices.count[arcs.host]
    arc = np.repeat(np.arange(len(arcs.keys)), many)
    step = np.arange(len(arc)) - np.repeat(np.cumsum(many) - many, many)
    choice = np.repeat(choices.first[arcs.host], many) + step
    limit = np.array([_none_is_inf(instance.services[s].turnaround) for _, s in choices.hosts])
    fixed = np.array([_fixed_minutes(instance.services[s]) for _, s in choices.hosts])
    travels = np.array([instance.services[s].moves != "data" for _, s in choices.hosts], dtype=float)
    host = arcs.host[arc]
    spent = travels[host] * arcs.minutes[arc] + fixed[host] + choices.waits[choice]
    return arc, choice, spent <= limit[host] + EPS


def turnaround_minutes(service: Service, minutes: float, wait: float) -> float:
    """Promised minutes from sending to the result: the wait, for goods also trip, loop and work."""
    return wait + _fixed_minutes(service) + (minutes if service.moves != "data" else 0.0)


def _fixed_minutes(service: Service) -> float:
    if service.moves == "data":
        return 0.0
    return headway_minutes(service.loops_per_week) + service.work_minutes


def _none_is_inf(value: float | None) -> float:
    return INF if value is None else value
