"""Who belongs to whose centre: one group for a service at a time, and a group that can offer one."""

from __future__ import annotations

from collections import defaultdict

from geodata.checks_centres import levels_by_service
from geodata.checks_view import Check, Row, View


def memberships(view: View) -> Check:
    """An institution has one group for a service at a time, and the group has a centre to offer."""
    hosts_of = _hosts_by_group(view)
    for (site, service), rows in view.grouped("memberships", "institution", "service").items():
        for at, row in enumerate(rows):
            start, end = row.day("from"), row.day("to")
            if start and end and end < start:
                yield view.problem(
                    row,
                    "to",
                    (f"不早于 from {start}", f"a day not before from, {start}"),
                    ("是否填反？对调或改正日期", "exchanged? Correct from or to"),
                )
            clash = next((o for o in rows[:at] if o["group"] != row["group"] and _meet(o, row)), None)
            if clash:
                label = view.label("memberships", clash.at)
                yield view.problem(
                    row,
                    "group",
                    ("同一时期一项服务只归属一个集团", "one group for a service at a time"),
                    (
                        f"{site} 的 {service} 第 {label} 行同期归属 {clash['group']}：改正日期或删去一行",
                        f"row {label} has {site} in {clash['group']} for {service} at that time: "
                        "correct the dates, or delete one",
                    ),
                )
            if service in hosts_of and row["group"] and row["group"] not in hosts_of[service]:
                yield view.problem(
                    row,
                    "group",
                    ("有该服务候选中心的集团", "a group with a candidate for the service"),
                    (
                        f"{row['group']} 没有 {service} 的承办机构，{site} 将无中心承担：改正集团或增加候选",
                        f"no institution of {row['group']} can host {service}, so {site} stays unserved: "
                        "correct the group, or add a candidate",
                    ),
                    severity="warning",
                )


def _hosts_by_group(view: View) -> dict[str, set[str]]:
    """service -> groups with a host that may open."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in view.rows("institutions"):
        groups[row["id"]].add(row["group"])
    for row in view.rows("memberships"):
        groups[row["institution"]].add(row["group"])
    levels = levels_by_service(view)
    return {service: {g for host in hosts for g in groups[host]} for service, hosts in levels.items()}


def _meet(one: Row, other: Row) -> bool:
    """Whether two periods (blank ends are open) share a day."""
    first, last, start, end = one.day("from"), one.day("to"), other.day("from"), other.day("to")
    return not ((last and start and last < start) or (end and first and end < first))


CHECKS = (memberships,)
