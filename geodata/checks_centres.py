"""Shared centres: services, candidate sites, their sizes, and who belongs to whose centre."""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.checks_view import Check, Row, View
from geodata.problems import Problem, Severity


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
                (
                    f"{service} 各中心最大能力之和（{sum(chosen):g}）不低于日工作量 {sum(volumes.values()):g}",
                    f"largest levels of {service} that together ({sum(chosen):g}) do {sum(volumes.values()):g} a day",
                ),
                (
                    "增加更大的规模或候选机构" + ("、放宽 max_centres" if limited else "") + "，或核对 volumes",
                    "add a larger level or a candidate"
                    + (", raise max_centres" if limited else "")
                    + ", or check the figures of volumes",
                ),
                severity=severity,
            )
        elif row.yes("single_source"):
            yield from _largest_source(view, row, volumes, hosts, severity)


def _nowhere_to_go(view: View, service: Row, items: float) -> Problem:
    forbidden = any(row["service"] == service["id"] for row in view.rows("centres"))
    return view.problem(
        service,
        "id",
        ("centres 表中至少一个可开办的承办机构", "a candidate in table centres that is not forbidden"),
        (
            f"每日 {items:g} 件无处可送：在 centres 表中增加候选机构和规模",
            f"{items:g} items a day have nowhere to go: add candidates to table centres",
        ),
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
            (
                f"不超过最大中心的 {max(hosts.values()):g}（该服务一个单位只由一个中心承担）",
                f"at most the largest level, {max(hosts.values()):g}: one centre serves an institution",
            ),
            (
                "增加更大的规模，或在 services 中把 single_source 设为「否」",
                "add a larger level to centres, or write no in single_source of services",
            ),
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
                ("同一承办机构不能既必开又禁开", "not both forced and forbidden for one host"),
                (
                    f"{host} 的 {service} 在第 {view.labels(forced)} 行为 forced：统一状态",
                    f"row {view.labels(forced)} has {service} at {host} forced: use one of the two",
                ),
            )
    services = view.by_id("services")
    for (service,), rows in view.grouped("centres", "service").items():
        hosts = {row["institution"] for row in rows if row["state"] == "forced"}
        most = services[service].number("max_centres") if service in services else math.nan
        if len(hosts) > most:
            yield view.problem(
                services[service],
                "max_centres",
                (f"不少于必开中心数 {len(hosts)}", f"at least the {len(hosts)} centres that are forced"),
                (
                    f"提高上限，或把 {'、'.join(sorted(hosts))} 中一些改为 candidate",
                    f"raise it, or write candidate for some of {', '.join(sorted(hosts))} in centres",
                ),
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
                (f"不少于必须承办的服务数 {len(forced)}", f"at least the {len(forced)} services it is forced to host"),
                (
                    f"提高上限，或把 centres 中 {'、'.join(forced)} 的一些改为 candidate",
                    f"raise it, or write candidate for some of {', '.join(forced)} in centres",
                ),
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
                (f"不超过全部单位的日工作量之和 {total:g}", f"at most the {total:g} items a day of all members"),
                (
                    "照此任何中心都不能开办：降低最低工作量，或核对 volumes",
                    "no centre could open: lower it, or check volumes",
                ),
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
                (
                    f"大于固定处理时间 {work:g} 和单件用时 {each:g} 分钟",
                    f"more than work_minutes, {work:g}, and the minutes for one item, {each:g}",
                ),
                ("单位是分钟（不是小时）：改正时限或用时", "in minutes, not hours: correct the limit or the work"),
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
                (f"不超过人员一天能做的 {day:.0f} 件", f"at most what its servers can do in a day, {day:.0f}"),
                ("增加 servers 或 hours_per_day，或降低能力", "raise servers or hours_per_day, or lower it"),
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
                cure = ("在 centres 表中为它增加候选机构", "add candidates for it to table centres")
                expected = ("已有中心的服务", "a service with a centre")
            elif without:
                names = "、".join(without[:5]) + ("…" if len(without) > 5 else "")
                expected = (
                    "需要该专业的各机构在 volumes 表中有此服务",
                    "rows in volumes for the institutions that need the specialty",
                )
                cure = (
                    f"{names} 没有 {service} 的业务量，不能开该专业门诊：在 volumes 中补行，或从 requires 中去掉",
                    f"{names.replace('、', ', ')} send no {service}, so get no such clinic: "
                    "add them to volumes, or take it out of requires",
                )
            else:
                continue
            nowhere = not levels.get(service) or (bool(sites) and len(without) == len(sites))
            yield view.problem(
                row, "requires", expected, cure, value=service, severity="error" if nowhere else "warning"
            )


CHECKS = (capacities, states, hosts, least_volumes, work_times, required_services)
