"""From a region's tables to a `GroupingInstance`, and everything that is wrong with the question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.grouping_instance import LOADS, Centre, GroupingInstance, GroupLock, Unit
from models.instance import RuleSetting
from planner.build.places import institutions, trips
from planner.build.tables import Notes, labels, number, number_or, rows, text, yes
from planner.grouping import units as who
from planner.grouping.words import WORDS, both
from planner.inputs import Finding, InputError

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from planner.config import Config
    from planner.grouping.units import Places


@dataclass(frozen=True)
class Built:
    """The problem; its neighbour table (institution, neighbour, kind, source) and notes (zh, en)."""

    instance: GroupingInstance
    neighbours: pd.DataFrame
    notes: tuple[tuple[str, str], ...]


def build_grouping(region: Region, config: Config, travel: pd.DataFrame) -> Built:
    """The grouping problem of a region; travel is the full table.

    Raises:
        InputError: when the question cannot be put: every fault, each with its cure.
    """
    notes, faults = Notes(), list[tuple[str, str]]()
    options, service = config.grouping, config.grouping.service
    minutes = trips(travel, institutions(region), config, Notes()).patient_minutes
    at = who.places(region, minutes, notes)
    load = who.loads(region, at, options)
    if service:
        at, load = _of_service(region, at, service, faults)
    centres = _centres(region, config, at, service, faults)
    count = _count(config, centres, at, faults)
    near, edges = _edges(region, config, at, centres, minutes, notes, faults)
    by = "need" if service else options.travel_weight
    weights = dict.fromkeys(at.members, 1.0) if by == "one" else load[by]
    sent = who.sent_up(region, at) if options.capability else {}
    today = _today(region, at, service)
    found = tuple(
        Unit(
            unit,
            at.members[unit],
            today.get(unit, ""),
            {name: amounts[unit] for name, amounts in load.items() if amounts.get(unit)},
            weights.get(unit, 0.0),
            sent.get(unit, {}),
        )
        for unit in at.members
    )
    seats = {centre.unit for centre in centres}
    ways = {(a, b): value for (a, b), value in minutes.items() if b in seats and a in at.members}
    locks = _locks(region, at, centres, faults)
    if not faults and "travel" in options.order:
        lost = [u for u in at.members if u not in seats and not any((u, seat) in ways for seat in seats)]
        if lost:
            faults.append(both("no_trip", count=len(lost), names=_some(lost)))
    if faults:
        raise InputError([Finding("error", zh, en) for zh, en in faults])
    _tell(found, load, notes)
    rules = dict(config.rules)
    if service and "contiguous" not in rules:
        rules["contiguous"] = RuleSetting("off")
    instance = GroupingInstance(found, centres, count, edges, ways, options, locks, rules)
    return Built(instance, near, notes.told())


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")


def _tell(found: tuple[Unit, ...], load: Mapping[str, Mapping[str, float]], notes: Notes) -> None:
    for name in LOADS:
        if not sum(load.get(name, {}).values()) > 0:
            notes.tell("load_missing", WORDS, what=WORDS[name])
    blank = sum(not unit.today for unit in found)
    if 0 < blank < len(found):
        notes.tell("today_unknown", WORDS, count=blank)


def _today(region: Region, at: Places, service: str) -> dict[str, str]:
    """The group of each unit today: of the service where its memberships speak of it."""
    found = {unit: text(at.rows[unit], "group") for unit in at.members}
    for wanted in ("all", service):
        for row in rows(region, "memberships") if service else []:
            if text(row, "service") == wanted and text(row, "institution") in at.members:
                found[text(row, "institution")] = text(row, "group")
    return found


def _centres(
    region: Region, config: Config, at: Places, service: str, faults: list[tuple[str, str]]
) -> tuple[Centre, ...]:
    """The leads (hosts of the service), or every unit; sorted by unit."""
    options = config.grouping
    chosen = _hosts(region, at, service) if service else at.leads()
    if options.centres == "any" or not chosen:
        return tuple(Centre(unit, text(at.rows[unit], "name") or unit) for unit in at.members)
    by_unit, by_group = defaultdict(list), defaultdict(list)
    for lead in chosen:
        by_unit[at.head[lead]].append(lead)
        by_group[text(at.rows[lead], "group") or text(at.rows[lead], "name") or lead].append(lead)
    for unit, leads in by_unit.items():
        if len(leads) > 1:
            faults.append(both("leads_together", names=", ".join(leads), unit=unit))
    for group, leads in by_group.items():
        if len(leads) > 1:
            faults.append(both("leads_of_one_group", names=", ".join(leads), group=group))
    found = []
    for group, leads in by_group.items():
        lead = leads[0]
        size = 1.0 if options.share_by == "equal" else number_or(at.rows[lead], options.share_by, 0.0)
        limits = who.able(region, lead) if options.capability else {}
        found.append(Centre(at.head[lead], group, lead, max(size, 1e-9), limits))
    return tuple(sorted(found, key=lambda centre: centre.unit))


def _hosts(region: Region, at: Places, service: str) -> list[str]:
    wanted = [row for row in rows(region, "centres") if text(row, "service") == service]
    open_to = {text(row, "institution") for row in wanted if text(row, "state") != "forbidden"}
    return [code for code in at.rows if code in open_to]


def _count(config: Config, centres: tuple[Centre, ...], at: Places, faults: list[tuple[str, str]]) -> int:
    led = any(centre.lead for centre in centres)
    count = config.grouping.count or (len(centres) if led else 0)
    if not count:
        faults.append(both("no_count"))
    elif count > len(centres):
        faults.append(both("too_many", count=count, have=len(centres), what=WORDS["leads" if led else "units"]))
    return count


def _edges(
    region: Region,
    config: Config,
    at: Places,
    centres: tuple[Centre, ...],
    minutes: Mapping[tuple[str, str], float],
    notes: Notes,
    faults: list[tuple[str, str]],
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """The neighbour table and pairs of neighbouring units; institutions of one unit are one."""
    from geodata.neighbours import neighbours_for

    table, _ = neighbours_for(region)
    known = table[table["institution"].isin(at.head) & table["neighbour"].isin(at.head)]
    used = known if config.grouping.water else known[known["kind"] != "water"]
    pairs = set()
    for one, other in zip(used["institution"], used["neighbour"], strict=True):
        a, b = sorted((at.head[one], at.head[other]))
        if a != b:
            pairs.add((a, b))
    hosts = _hospitals(known, at, minutes, notes)
    setting = config.rules.get("contiguous")
    if len(at.members) > 1 and not (setting is not None and setting.state == "off"):
        touched = {unit for pair in pairs for unit in pair} | set(hosts)
        alone = [unit for unit in at.members if unit not in touched]
        if not pairs:
            faults.append(both("no_neighbours"))
        elif alone:
            notes.tell("unit_alone", WORDS, count=len(alone), names=_some(alone))
        if "estimated" in set(known["source"]):
            notes.tell("estimated", WORDS)
    led = {centre.unit for centre in centres if centre.lead}
    shared = [host for guest, host in hosts.items() if guest in led]
    pairs |= {
        (min(guest, host), max(guest, host)) for guest, host in hosts.items() if shared.count(host) + (host in led) < 2
    }
    return known, tuple(sorted(pairs))


def _hospitals(
    known: pd.DataFrame, at: Places, minutes: Mapping[tuple[str, str], float], notes: Notes
) -> dict[str, str]:
    """Hospitals that the table leaves out, each with the unit it stands in: the nearest by trip.

    That unit is their only neighbour, so that no group passes through them. Where several leads stand in one
    unit only one of their groups can have it: the hospitals there have no neighbour and may be in any group.
    """
    listed = {at.head[one] for one in [*known["institution"], *known["neighbour"]]}
    found = {}
    for unit in at.members:
        if unit not in listed and number_or(at.rows[unit], "level", 0) >= 2:
            near = min(((minutes[unit, one], one) for one in sorted(listed) if (unit, one) in minutes), default=None)
            if near is not None:
                found[unit] = near[1]
    notes.some(sorted(found), "hospitals", WORDS)
    return found


def _locks(
    region: Region, at: Places, centres: tuple[Centre, ...], faults: list[tuple[str, str]]
) -> tuple[GroupLock, ...]:
    """Locks of the kind `group`."""
    seat = {centre.group: centre.unit for centre in centres}
    found = []
    for label, row in zip(labels(region, "locks"), rows(region, "locks"), strict=True):
        unit, group = at.head.get(text(row, "institution"), ""), text(row, "group")
        if text(row, "kind") != "group" or not unit:
            continue
        if group not in seat:
            known = ", ".join(sorted(seat)[:8])
            faults.append(both("unknown_group", label=f"locks row {label}", group=group, known=known))
            continue
        must = yes(row, "must", True)
        found.append(GroupLock(f"locks row {label}", unit, seat[group], must, number(row, "weight")))
    return tuple(found)


def _of_service(
    region: Region, at: Places, service: str, faults: list[tuple[str, str]]
) -> tuple[Places, dict[str, dict[str, float]]]:
    """The members of one service and the hosts that may serve it; what is balanced are its items a day."""
    items: dict[str, float] = defaultdict(float)
    for row in rows(region, "volumes"):
        if text(row, "service") == service and text(row, "institution") in at.head:
            items[at.head[text(row, "institution")]] += number_or(row, "items_per_day", 0.0)
    hosts = {at.head[host] for host in _hosts(region, at, service)}
    if not items or not hosts:
        faults.append(both("service_unknown", service=service))
    kept = {unit: members for unit, members in at.members.items() if unit in items or unit in hosts}
    head = {code: unit for code, unit in at.head.items() if unit in kept}
    amounts = {unit: items.get(unit, 0.0) for unit in kept}
    return replace(at, head=head, members=kept), {"population": {}, "need": amounts, "risk": {}}
