"""Shared centres: services, candidate sites, their sizes, and who belongs to whose centre."""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.catalogue import Texts
from geodata.checks_view import Check, Row, View
from geodata.problems import Problem, Severity

SAID = Texts("checks_centres", "geodata", "checks")


def items_by_service(view: View) -> dict[str, dict[str, float]]:
    """service -> institution -> items a day that leave the institution."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in view.rows("volumes"):
        items, local = row.number("items_per_day"), row.number("local_share")
        if items > 0 and row["service"] and row["institution"]:
            found[row["service"]][row["institution"]] = items * (1 - (0.0 if math.isnan(local) else local))
    return dict(found)


def levels_by_service(view: View) -> dict[str, dict[str, list[Row]]]:
    """service -> host -> its levels, without what is forbidden."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in view.rows("centres"):
        if row["state"] != "forbidden" and row["service"] and row["institution"]:
            found[row["service"]][row["institution"]].append(row)
    return {service: dict(hosts) for service, hosts in found.items()}


def capacities(view: View) -> Check:
    """The centres that may open can do the work there is."""
    items, levels = items_by_service(view), levels_by_service(view)
    services = view.by_id("services")
    for service, volumes in items.items():
        row = services.get(service)
        if row is None:
            continue
        # a price for items that nobody serves says that leaving some out is meant
        severity: Severity = "error" if math.isnan(row.number("unserved_cost")) else "warning"
        hosts = {
            host: max(level.number("items_per_day") for level in rows) for host, rows in levels.get(service, {}).items()
        }
        if not hosts:
            yield _nowhere_to_go(view, row, sum(volumes.values()))
            continue
        most = row.number("max_centres")
        chosen = sorted(hosts.values(), reverse=True)[: len(hosts) if math.isnan(most) else max(0, int(most))]
        if sum(chosen) < sum(volumes.values()) * (1 - 1e-9):
            limited = len(chosen) < len(hosts)
            yield view.problem(
                max((r for rows in levels[service].values() for r in rows), key=lambda r: r.number("items_per_day")),
                "items_per_day",
                SAID.both("capacities.expected", service=service, capacity=sum(chosen), wanted=sum(volumes.values())),
                SAID.both("capacities.cure_limited" if limited else "capacities.cure"),
                severity=severity,
            )
        elif row.yes("single_source"):
            yield from _largest_source(view, row, volumes, hosts, severity)


def _nowhere_to_go(view: View, service: Row, items: float) -> Problem:
    forbidden = any(row["service"] == service["id"] for row in view.rows("centres"))
    return view.problem(
        service,
        "id",
        SAID.both("nowhere_to_go.expected"),
        SAID.both("nowhere_to_go.cure", items=items),
        # a service without any row in centres is simply not planned
        severity="error" if forbidden and math.isnan(service.number("unserved_cost")) else "warning",
    )


def _largest_source(
    view: View, service: Row, volumes: dict[str, float], hosts: dict[str, float], severity: Severity
) -> Check:
    source = max(volumes, key=lambda i: volumes[i])
    if volumes[source] > max(hosts.values()) * (1 + 1e-9):
        row = next(r for r in view.rows("volumes") if r["service"] == service["id"] and r["institution"] == source)
        yield view.problem(
            row,
            "items_per_day",
            SAID.both("largest_source.expected", most=max(hosts.values())),
            SAID.both("largest_source.cure"),
            severity=severity,
        )


def states(view: View) -> Check:
    """No host is forced and forbidden at once, and no more are forced than may open."""
    for (service, host), rows in view.grouped("centres", "service", "institution").items():
        forbidden = [row for row in rows if row["state"] == "forbidden"]
        forced = [row for row in rows if row["state"] == "forced"]
        if forced and forbidden:
            yield view.problem(
                forbidden[0],
                "state",
                SAID.both("forced_and_forbidden.expected"),
                SAID.both("forced_and_forbidden.cure", host=host, service=service, rows=view.labels(forced)),
            )
    services = view.by_id("services")
    for (service,), rows in view.grouped("centres", "service").items():
        hosts = {row["institution"] for row in rows if row["state"] == "forced"}
        most = services[service].number("max_centres") if service in services else math.nan
        if len(hosts) > most:
            yield view.problem(
                services[service],
                "max_centres",
                SAID.both("too_many_forced.expected", n=len(hosts)),
                SAID.both("too_many_forced.cure", hosts="、".join(sorted(hosts))),
            )


def hosts(view: View) -> Check:
    """No institution is forced to host more services than it may."""
    for (host,), rows in view.grouped("centres", "institution").items():
        place = view.by_id("institutions").get(host)
        forced = sorted({row["service"] for row in rows if row["state"] == "forced"})
        if place is not None and len(forced) > place.number("max_services"):
            yield view.problem(
                place,
                "max_services",
                SAID.both("hosts.expected", n=len(forced)),
                SAID.both("hosts.cure", services="、".join(forced)),
            )


def least_volumes(view: View) -> Check:
    """A service's least volume of a centre is no more than all its work."""
    items = items_by_service(view)
    for row in view.rows("services"):
        least, total = row.number("min_items_per_day"), sum(items.get(row["id"], {}).values())
        if total > 0 and least > total:
            yield view.problem(
                row,
                "min_items_per_day",
                SAID.both("least_volumes.expected", total=total),
                SAID.both("least_volumes.cure"),
            )


def work_times(view: View) -> Check:
    """The work itself fits into the promised turnaround, and levels into what their people can do."""
    services = view.by_id("services")
    for row in services.values():
        limit, work = row.number("turnaround_minutes"), row.number("work_minutes")
        each = row.number("minutes_per_item") + row.number("verify_minutes_per_item")
        if work > limit or each > limit:
            yield view.problem(
                row,
                "turnaround_minutes",
                SAID.both("work_times.expected", work=work, each=each),
                SAID.both("work_times.cure"),
                severity="warning",
            )
    for row in view.rows("centres"):
        service = services.get(row["service"])
        if service is None or service["moves"] == "goods" or not service.said("turnaround_minutes"):
            continue
        day = row.number("servers") * row.number("hours_per_day") * 60 / max(service.number("minutes_per_item"), 1e-9)
        if row.number("items_per_day") > day * (1 + 1e-9):
            yield view.problem(
                row,
                "items_per_day",
                SAID.both("work_of_a_day.expected", most=day),
                SAID.both("work_of_a_day.cure"),
                severity="warning",
            )


def required_services(view: View) -> Check:
    """A service that clinics cannot do without has a centre, and reaches the sites that need it."""
    if not view.has("services"):
        return
    items, levels = items_by_service(view), levels_by_service(view)
    wanted = view.grouped("needs", "specialty")
    for row in view.rows("specialties"):
        sites = {need["institution"] for need in wanted.get((row["id"],), [])}
        for service in row.list("requires"):
            if service not in view.ids("services"):
                continue
            members = set(items.get(service, {}))
            without = sorted(sites - members)
            if not levels.get(service):
                cure = SAID.both("required_without_centre.cure")
                expected = SAID.both("required_without_centre.expected")
            elif without:
                names = "、".join(without[:5]) + ("…" if len(without) > 5 else "")
                expected = SAID.both("required_without_volume.expected")
                cure = SAID.both("required_without_volume.cure", names=names, service=service)
            else:
                continue
            nowhere = not levels.get(service) or (bool(sites) and len(without) == len(sites))
            yield view.problem(
                row, "requires", expected, cure, value=service, severity="error" if nowhere else "warning"
            )


CHECKS = (capacities, states, hosts, least_volumes, work_times, required_services)
