"""Locks against the tables: filters that refuse a doctor, centres that are none or may not open."""

from __future__ import annotations

import math
from collections.abc import Iterator

from geodata.checks_locks import must, severity_of, subject
from geodata.checks_people import least_title, may_serve, scope_of, title_of
from geodata.checks_view import Check, Row, Say, View


def allowed(view: View) -> Check:
    """A locked clinic or posting passes the filters: group, title, scope, wish, away from home."""
    doctors = view.by_id("doctors")
    for row in view.rows("locks"):
        doctor = doctors.get(row["doctor"])
        if row["kind"] not in ("session", "posting") or not must(row) or doctor is None:
            continue
        for column, fault, expected, cure in _refusals(view, row, doctor):
            if fault:
                yield view.problem(row, column, expected, cure, severity=severity_of(row))


def _refusals(view: View, row: Row, doctor: Row) -> Iterator[tuple[str, bool, Say, Say]]:
    """Each filter that could refuse the lock: column, whether it does, expectation, cure."""
    site, specialty, name = row["institution"], row["specialty"], doctor["name"] or doctor["id"]
    floor = least_title(view, specialty or doctor["specialty"])
    yield (
        "institution",
        bool(site) and not may_serve(view, doctor, site),
        ("医生所在集团的机构（own_group）", "an institution of the doctor's own group (rule own_group)"),
        (f"{name} 属另一集团：换医生、改分组，或关闭规则 own_group", f"{name} is of another group: change one of them"),
    )
    yield (
        "institution",
        bool(site) and site == doctor["institution"],
        ("医生本院以外的机构", "an institution other than the doctor's own"),
        ("改为受援单位", "write where the doctor is to go"),
    )
    yield (
        "specialty",
        bool(specialty) and specialty not in scope_of(doctor),
        (f"{name} 执业范围内的专业", f"a specialty within the scope of {name}"),
        ("改正专业，或在 doctors 的 scope 中补上", "correct it, or add it to scope in doctors"),
    )
    yield (
        "doctor",
        title_of(doctor) < floor,
        (f"职称 {floor:g} 以上的医生", f"a doctor with title {floor:g} or more"),
        (
            f"{name} 职称为 {title_of(doctor):g}：换医生，或降低该专业的 min_title",
            f"{name} has {title_of(doctor):g}: lock another",
        ),
    )
    yield (
        "doctor",
        row["kind"] == "posting" and doctor["posting"] == "no",
        ("可派驻的医生", "a doctor who may be posted"),
        (
            f"{name} 在 doctors 表中不能派驻：换医生或改 posting",
            f"doctors says no to posting {name}: change one of them",
        ),
    )


def centres(view: View) -> Check:
    """A locked centre has a row in `centres` and a state that allows it, and not more than may open."""
    rows_of = view.grouped("centres", "service", "institution")
    services = view.by_id("services")
    wanted: dict[str, list[Row]] = {}
    for row in view.rows("locks"):
        if row["kind"] not in ("centre", "service") or not row["service"]:
            continue
        host = subject(row)[-1]
        states = {centre["state"] for centre in rows_of.get((row["service"], host), [])}
        column = "host" if row["host"] else "institution"
        if must(row) and host and not states:
            yield view.problem(
                row,
                column,
                (f"centres 表中 {row['service']} 的候选机构", f"a candidate for {row['service']} in table centres"),
                ("在 centres 表中增加该机构的规模，或改正锁定", "add its levels to centres, or correct the lock"),
                severity=severity_of(row),
            )
        elif must(row) and states == {"forbidden"}:
            yield view.problem(
                row,
                column,
                ("未被禁止的承办机构", "a host that is not forbidden"),
                (
                    "centres 表中此机构为 forbidden：改其 state 或删去锁定",
                    "centres has it forbidden: change one of the two",
                ),
                severity=severity_of(row),
            )
        elif not must(row) and row["kind"] == "centre" and "forced" in states:
            yield view.problem(
                row,
                column,
                ("不是必开的承办机构", "a host that is not forced"),
                ("centres 表中此机构为 forced：改其 state 或删去锁定", "centres has it forced: change one of the two"),
                severity=severity_of(row),
            )
        if must(row) and row["kind"] == "centre" and not row.said("weight"):
            wanted.setdefault(row["service"], []).append(row)
    for service, rows in wanted.items():
        forced = {c["institution"] for c in view.rows("centres") if c["service"] == service and c["state"] == "forced"}
        most = services[service].number("max_centres") if service in services else math.nan
        if len(forced | {subject(row)[-1] for row in rows}) > most:
            yield view.problem(
                rows[-1],
                "service",
                (f"锁定和必开的中心不超过上限 {most:g}", f"at most max_centres, {most:g}, centres locked or forced"),
                ("提高 services 的 max_centres，或减少锁定", "raise max_centres in services, or delete a lock"),
            )


def one_centre(view: View) -> Check:
    """A service of one institution is not locked to two centres, nor to one that is locked shut."""
    services = view.by_id("services")
    chosen: dict[tuple[str, str], Row] = {}
    rows = [row for row in view.rows("locks") if row["kind"] == "service" and must(row) and row["host"]]
    shut = {subject(row): row for row in view.rows("locks") if row["kind"] == "centre" and not must(row)}
    for row in rows:
        before = chosen.setdefault((row["institution"], row["service"]), row)
        service = services.get(row["service"])
        one = service is None or service.yes("single_source") or not service.said("single_source")
        other = before if before["host"] != row["host"] and one else shut.get((row["service"], row["host"]))
        if other is not None:
            label = view.label("locks", other.at)
            yield view.problem(
                row,
                "host",
                (f"与第 {label} 行一致", f"no contradiction with row {label}"),
                (f"与第 {label} 行矛盾：删去其中一行", f"row {label} says otherwise: delete one of the two"),
                severity=severity_of(row, other),
            )


def one_group(view: View) -> Check:
    """An institution is not locked into two groups."""
    chosen: dict[str, Row] = {}
    for row in view.rows("locks"):
        if row["kind"] != "group" or not must(row) or not row["institution"] or not row["group"]:
            continue
        before = chosen.setdefault(row["institution"], row)
        if before["group"] != row["group"]:
            label = view.label("locks", before.at)
            yield view.problem(
                row,
                "group",
                ("一个机构只在一个集团", "one group for an institution"),
                (
                    f"第 {label} 行把 {row['institution']} 锁定在 {before['group']}：删去其中一行",
                    f"row {label} locks {row['institution']} into {before['group']}: delete one of the two",
                ),
                severity=severity_of(row, before),
            )


CHECKS = (allowed, centres, one_centre, one_group)
