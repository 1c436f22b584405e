"""Shared services: what is sent where, by whom, and the sizes that a centre may have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from models.centre_records import Level, Service, Volume
from models.instance import Institution
from models.turnaround import headway_minutes
from planner.build.tables import Notes, Row, day, number, number_or, round_half_up, rows, text, total, yes
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

Key = tuple[str, str]

#: Promised waits, as shares of what the turnaround leaves for waiting.
DATA_WAITS = (0.5, 0.75, 1.0)
GOODS_WAITS = (0.25, 0.5, 0.75)
#: A membership row for this service counts for all services.
EVERY = "all"


def services(region: Region, config: Config, notes: Notes) -> dict[str, Service]:
    """The shared services by id."""
    given = config.shared_centres.waits
    found: dict[str, Service] = {}
    derived, hopeless = [], []
    for row in rows(region, "services"):
        code = text(row, "id")
        if code not in given and number(row, "turnaround_minutes") is not None:
            derived.append(code)
        waits = tuple(given[code]) if code in given else _waits(row)
        if not waits:
            hopeless.append(code)
        found[code] = _service(row, code, waits)
    notes.some(derived, "waits_derived")
    notes.some(hopeless, "waits_hopeless")
    return found


def _service(row: Row, code: str, waits: tuple[float, ...]) -> Service:
    most = number(row, "max_centres")
    return Service(
        id=code,
        name=text(row, "name") or code,
        moves=cast(Literal["data", "goods", "both"], text(row, "moves") or "data"),
        turnaround=number(row, "turnaround_minutes"),
        quantile=number_or(row, "quantile", 0.95),
        window=number(row, "window_minutes"),
        minutes_per_item=number_or(row, "minutes_per_item", 3.0),
        verify_minutes_per_item=number_or(row, "verify_minutes_per_item", 0.0),
        work_minutes=number_or(row, "work_minutes", 0.0),
        loops_per_week=number_or(row, "loops_per_week", 5.0),
        days_per_year=number_or(row, "days_per_year", 250.0),
        max_minutes=number(row, "max_minutes"),
        single_source=yes(row, "single_source", True),
        min_items_per_day=number_or(row, "min_items_per_day", 0.0),
        max_centres=None if most is None else round_half_up(most),
        unserved_cost=number(row, "unserved_cost"),
        waits=waits,
    )


def _waits(row: Row) -> tuple[float, ...]:
    """Waits that may be promised, minutes; (0,) means no promise, () that none can be kept."""
    turnaround = number(row, "turnaround_minutes")
    if turnaround is None:
        return (0.0,)
    if text(row, "moves") in ("", "data"):
        return tuple(share * turnaround for share in DATA_WAITS)
    spare = turnaround - number_or(row, "work_minutes", 0.0) - headway_minutes(number_or(row, "loops_per_week", 5.0))
    return tuple(share * spare for share in GOODS_WAITS) if spare > 0 else ()


def volumes(region: Region, config: Config) -> dict[Key, Volume]:
    """Items per day that leave each institution, by (institution, service); zero rows are left out."""
    found: dict[Key, Volume] = {}
    for row in rows(region, "volumes"):
        key, items = (text(row, "institution"), text(row, "service")), number_or(row, "items_per_day", 0.0)
        if items <= 0:
            continue
        local = number_or(row, "local_share", 0.0)
        peak = number_or(row, "peak_share", config.shared_centres.peak_share)
        found[key] = Volume(*key, items_per_day=items * (1 - local), peak_share=peak, local_share=local)
    return found


def levels(
    region: Region, places: Mapping[str, Institution], known: Mapping[str, Service], notes: Notes
) -> tuple[Level, ...]:
    """The sizes that a centre may have, in the order of the table."""
    found, unknown = [], []
    for row in rows(region, "centres"):
        service, host = text(row, "service"), text(row, "institution")
        if service not in known or host not in places:
            unknown.append(f"{service}@{host}")
            continue
        found.append(_level(row, service, host))
    notes.some(unknown, "centres_unknown")
    return tuple(found)


def _level(row: Row, service: str, host: str) -> Level:
    return Level(
        service=service,
        institution=host,
        level=text(row, "level"),
        items_per_day=number_or(row, "items_per_day", 0.0),
        servers=number_or(row, "servers", 1.0),
        verifiers=number_or(row, "verifiers", 1.0),
        hours_per_day=number_or(row, "hours_per_day", 8.0),
        fixed_cost_per_year=number_or(row, "fixed_cost_per_year", 0.0),
        cost_per_item=number_or(row, "cost_per_item", 0.0),
        cost_per_item_minute=number_or(row, "cost_per_item_minute", 0.0),
        state=cast(Literal["candidate", "existing", "forced", "forbidden"], text(row, "state") or "candidate"),
        opening_cost=number_or(row, "opening_cost", 0.0),
        closing_cost=number_or(row, "closing_cost", 0.0),
    )


def usage(region: Region) -> dict[Key, float]:
    """Items per visit, by (specialty, service)."""
    return total(
        ((text(row, "specialty"), text(row, "service")), number_or(row, "items_per_visit", 0.0))
        for row in rows(region, "usage")
    )


@dataclass(frozen=True)
class Membership:
    """Who is served in a service, in which group, and which groups a host may serve."""

    members: Mapping[str, tuple[str, ...]]
    service_groups: Mapping[Key, str]
    host_groups: Mapping[Key, frozenset[str]]


def memberships(
    region: Region,
    calendar: WorkCalendar,
    places: Mapping[str, Institution],
    known: Mapping[str, Service],
    sent: Mapping[Key, Volume],
    notes: Notes,
) -> Membership:
    """Members are the institutions that send items and, where the table speaks of the service, belong to it.

    A row for the service itself goes before a row for `all`. A service that no institution may host
    is not planned and has no members.
    """
    groups, governed = _groups(region, calendar)
    hosts = [(text(row, "institution"), text(row, "service")) for row in rows(region, "centres")]
    hosted = {s for host, s in hosts if host in places}
    senders: dict[str, list[str]] = defaultdict(list)
    for i, s in sent:
        if i in places and s in hosted:
            senders[s].append(i)
    members: dict[str, tuple[str, ...]] = {}
    service_groups: dict[Key, str] = {}
    for s in known:
        ruled = s in governed or EVERY in governed
        chosen = []
        for i in senders.get(s, ()):
            belongs = groups.get((i, s)) or groups.get((i, EVERY))
            if ruled and not belongs:
                continue
            chosen.append(i)
            if belongs:
                service_groups[i, s] = belongs[0]
        members[s] = tuple(chosen)
    notes.some((s for s in known if s not in hosted), "services_unhosted")
    host_groups: dict[Key, frozenset[str]] = {}
    for host, s in hosts:
        if host in places:
            own = groups.get((host, s), ()) + groups.get((host, EVERY), ())
            host_groups[host, s] = frozenset({places[host].group, *own})
    return Membership(members, service_groups, host_groups)


def _groups(region: Region, calendar: WorkCalendar) -> tuple[dict[Key, tuple[str, ...]], set[str]]:
    """Groups by (institution, service) on the first day, and the services that any row speaks of."""
    groups: dict[Key, tuple[str, ...]] = {}
    governed: set[str] = set()
    for row in rows(region, "memberships"):
        service = text(row, "service")
        governed.add(service)
        since, until = day(row, "from"), day(row, "to")
        early = calendar.dated and since is not None and since > calendar.start
        late = calendar.dated and until is not None and until < calendar.start
        if not early and not late:
            key = (text(row, "institution"), service)
            groups[key] = (*groups.get(key, ()), text(row, "group"))
    return groups, governed
