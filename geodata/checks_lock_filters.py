"""Locks against the tables: filters that refuse a doctor, centres that are none or may not open."""

from __future__ import annotations

import math
from collections.abc import Iterator

from geodata.catalogue import Texts
from geodata.checks_locks import must, severity_of, subject
from geodata.checks_people import least_title, may_serve, scope_of, title_of
from geodata.checks_view import Check, Row, Say, View

SAID = Texts("checks_lock_filters", "geodata", "checks")


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
        SAID.both("own_group.expected"),
        SAID.both("own_group.cure", name=name),
    )
    yield (
        "institution",
        bool(site) and site == doctor["institution"],
        SAID.both("home.expected"),
        SAID.both("home.cure"),
    )
    yield (
        "specialty",
        bool(specialty) and specialty not in scope_of(doctor),
        SAID.both("scope.expected", name=name),
        SAID.both("scope.cure"),
    )
    yield (
        "doctor",
        title_of(doctor) < floor,
        SAID.both("title.expected", floor=floor),
        SAID.both("title.cure", name=name, title=title_of(doctor)),
    )
    yield (
        "doctor",
        row["kind"] == "posting" and doctor["posting"] == "no",
        SAID.both("posting.expected"),
        SAID.both("posting.cure", name=name),
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
                SAID.both("no_candidate.expected", service=row["service"]),
                SAID.both("no_candidate.cure"),
                severity=severity_of(row),
            )
        elif must(row) and states == {"forbidden"}:
            yield view.problem(
                row,
                column,
                SAID.both("forbidden.expected"),
                SAID.both("forbidden.cure"),
                severity=severity_of(row),
            )
        elif not must(row) and row["kind"] == "centre" and "forced" in states:
            yield view.problem(
                row,
                column,
                SAID.both("forced.expected"),
                SAID.both("forced.cure"),
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
                SAID.both("too_many.expected", most=most),
                SAID.both("too_many.cure"),
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
                SAID.both("one_centre.expected", row=label),
                SAID.both("one_centre.cure", row=label),
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
                SAID.both("one_group.expected"),
                SAID.both("one_group.cure", row=label, institution=row["institution"], group=before["group"]),
                severity=severity_of(row, before),
            )


CHECKS = (allowed, centres, one_centre, one_group)
