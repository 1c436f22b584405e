"""Visits: today's flows against the need, clinics that could never be held, and what hospitals treat."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

from geodata.catalogue import Texts
from geodata.checks_people import least_title, may_serve, scope_of, title_of
from geodata.checks_view import Check, Row, View

SAID = Texts("checks_needs", "geodata", "checks")

#: Visits a month by which parts may exceed the whole before they are more than rounded.
ROUNDING = 1.0
#: Visits a month for each resident above which a yearly figure was probably entered.
MOST_VISITS = 1.5
#: Clinics a month of each frequency that can be asked for.
PER_MONTH = {"monthly": 1.0, "fortnightly": 26 / 12, "weekly": 52 / 12, "twice_weekly": 104 / 12}
CAPTURES = ("capture_monthly", "capture_fortnightly", "capture_weekly", "capture_twice_weekly")


def _up(view: View) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Patients a month by (origin, specialty): sent up inside the alliance, and leaving it."""
    inside: dict[tuple[str, str], float] = defaultdict(float)
    outside: dict[tuple[str, str], float] = defaultdict(float)
    for row in view.rows("referrals"):
        patients = row.number("patients_per_month")
        if row["specialty"] and row["direction"] != "down" and not math.isnan(patients):
            sums = outside if row["destination"] == "outside" else inside
            sums[row["origin"], row["specialty"]] += patients
    return inside, outside


def _given(row: Row, column: str, otherwise: float) -> float:
    value = row.number(column)
    return otherwise if math.isnan(value) else value


def flows(view: View) -> Check:
    """Own visits, referrals and outflow are parts of the need."""
    inside, outside = _up(view)
    for row in view.rows("needs"):
        need, key = row.number("visits_per_month"), (row["institution"], row["specialty"])
        own = _given(row, "own_visits_per_month", 0.0)
        referred = _given(row, "referred_visits_per_month", inside.get(key, 0.0))
        left = _given(row, "left_visits_per_month", outside.get(key, 0.0))
        if own + referred + left > need + max(ROUNDING, 0.005 * need):
            yield view.problem(
                row,
                "visits_per_month",
                SAID.both("flows.expected", own=own, referred=referred, left=left, total=own + referred + left),
                SAID.both("flows.cure"),
            )


def flows_twice(view: View) -> Check:
    """Where needs and referrals both tell a flow, they tell the same."""
    inside, outside = _up(view)
    for row in view.rows("needs"):
        key = (row["institution"], row["specialty"])
        for column, sums in (("referred_visits_per_month", inside), ("left_visits_per_month", outside)):
            told, summed = row.number(column), sums.get(key)
            if summed is not None and abs(told - summed) > max(ROUNDING, 0.1 * max(told, summed)):
                yield view.problem(
                    row,
                    column,
                    SAID.both("flows_twice.expected", summed=summed),
                    SAID.both("flows_twice.cure"),
                    severity="warning",
                )


def too_many_visits(view: View) -> Check:
    """The needs of a place are monthly figures that its people can have."""
    institutions = view.by_id("institutions")
    for (site,), rows in view.grouped("needs", "institution").items():
        people = institutions[site].number("population") if site in institutions else math.nan
        visits = sum(_given(row, "visits_per_month", 0.0) for row in rows)
        if people > 0 and visits > MOST_VISITS * people:
            biggest = max(rows, key=lambda row: _given(row, "visits_per_month", 0.0))
            yield view.problem(
                biggest,
                "visits_per_month",
                SAID.both("too_many_visits.expected", most=MOST_VISITS, people=people, visits=visits),
                SAID.both("too_many_visits.cure"),
                severity="warning",
            )


def nobody_holds(view: View) -> Check:
    """Some doctor of the group could hold a clinic in each specialty that is needed."""
    if not view.has("doctors"):
        return
    for (specialty,), rows in view.grouped("needs", "specialty").items():
        fit = [d for d in view.rows("doctors") if specialty in scope_of(d)]
        floor = least_title(view, specialty)
        able = [d for d in fit if title_of(d) >= floor]
        without = [row for row in rows if not any(may_serve(view, d, row["institution"]) for d in able)]
        if not specialty or not without:
            continue
        everywhere = len(without) == len(rows)
        yield view.problem(
            without[0],
            "specialty",
            SAID.both("nobody_holds.expected", floor=floor),
            SAID.both(
                "nobody_holds.cure_any" if everywhere else "nobody_holds.cure",
                n=len(without),
                rows=_few(view, without),
                fit=len(fit),
            ),
            severity="warning",
        )


def _few(view: View, rows: list[Row]) -> str:
    return view.labels(rows[:5]) + ("…" if len(rows) > 5 else "")


def timing(view: View) -> Check:
    """What a site asks for in time agrees with itself."""
    for row in view.rows("needs"):
        least, most = row.number("min_gap_days"), row.number("max_gap_days")
        if least > most:
            yield view.problem(
                row,
                "min_gap_days",
                SAID.both("gaps.expected", most=most),
                SAID.both("gaps.cure"),
            )
        floor, pattern = row.number("min_sessions_per_month"), row["pattern"]
        if floor > PER_MONTH.get(pattern, math.inf) + 0.5:
            yield view.problem(
                row,
                "min_sessions_per_month",
                SAID.both("pattern.expected", pattern=pattern, clinics=PER_MONTH[pattern]),
                SAID.both("pattern.cure"),
            )
        weekday = row.number("weekday")
        if not math.isnan(weekday) and weekday not in view.open_weekdays:
            yield view.problem(
                row,
                "weekday",
                SAID.both("weekday.expected"),
                SAID.both("weekday.cure"),
                severity="warning",
            )


def captures(view: View) -> Check:
    """A clinic held more often keeps no smaller share of patients."""
    for row in view.rows("specialties"):
        for rarer, oftener in pairwise(CAPTURES):
            low, high = row.number(rarer), row.number(oftener)
            if low > high:
                yield view.problem(
                    row,
                    oftener,
                    SAID.both("captures.expected", rarer=rarer, low=low),
                    SAID.both("captures.cure"),
                )


def capabilities(view: View) -> Check:
    """A hospital can treat what it treats today."""
    load: dict[tuple[str, str], float] = defaultdict(float)
    for row in view.rows("needs"):
        load[row["institution"], row["specialty"]] += _given(row, "own_visits_per_month", 0.0)
    for row in view.rows("referrals"):
        if row["direction"] != "down" and row["specialty"]:
            load[row["destination"], row["specialty"]] += _given(row, "patients_per_month", 0.0)
    for row in view.rows("capabilities"):
        today = load.get((row["institution"], row["specialty"]), 0.0)
        if row["direction"] != "down" and row.number("visits_per_month") < today - ROUNDING:
            yield view.problem(
                row,
                "visits_per_month",
                SAID.both("capabilities.expected", today=today),
                SAID.both("capabilities.cure"),
                severity="warning",
            )


def referrals(view: View) -> Check:
    """Referrals go from one place to another, up to a hospital, down from one."""
    institutions = view.by_id("institutions")
    for row in view.rows("referrals"):
        origin, destination = institutions.get(row["origin"]), institutions.get(row["destination"])
        if row["origin"] and row["origin"] == row["destination"]:
            yield view.problem(
                row,
                "destination",
                SAID.both("same_place.expected"),
                SAID.both("same_place.cure"),
            )
        elif row["direction"] == "down" and row["destination"] == "outside":
            yield view.problem(
                row,
                "direction",
                SAID.both("down_outside.expected"),
                SAID.both("down_outside.cure"),
            )
        elif origin and destination:
            climb = destination.number("level") - origin.number("level")
            if climb < 0 < row.number("patients_per_month") and row["direction"] != "down":
                yield view.problem(
                    row,
                    "direction",
                    SAID.both("up.expected"),
                    SAID.both("up.cure"),
                    severity="warning",
                )


CHECKS = (flows, flows_twice, too_many_visits, nobody_holds, timing, captures, capabilities, referrals)
