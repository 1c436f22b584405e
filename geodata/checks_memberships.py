"""Who belongs to whose centre: one group for a service at a time, and a group that can offer one."""

from __future__ import annotations

from collections import defaultdict

from geodata.catalogue import Texts
from geodata.checks_centres import levels_by_service
from geodata.checks_view import Check, Row, View

SAID = Texts("checks_memberships", "geodata", "checks")


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
                    SAID.both("end.expected", start=start.isoformat()),
                    SAID.both("end.cure"),
                )
            clash = next((o for o in rows[:at] if o["group"] != row["group"] and _meet(o, row)), None)
            if clash:
                label = view.label("memberships", clash.at)
                yield view.problem(
                    row,
                    "group",
                    SAID.both("one_group.expected"),
                    SAID.both("one_group.cure", site=site, service=service, row=label, group=clash["group"]),
                )
            if service in hosts_of and row["group"] and row["group"] not in hosts_of[service]:
                yield view.problem(
                    row,
                    "group",
                    SAID.both("no_host.expected"),
                    SAID.both("no_host.cure", group=row["group"], service=service, site=site),
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
