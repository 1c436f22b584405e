"""All kinds of fault at once: each is told, none hides another."""

from __future__ import annotations

from collections.abc import Callable

from geo.fault_support import Desk

from geodata.schema import TABLES

#: One fault a line: what to spoil, and the cell that must be told (table, row, column).
Fault = tuple[Callable[[Desk], object], str, int, str]
FAULTS: tuple[Fault, ...] = (
    (lambda d: d.set("institutions", 4, parent="T2"), "institutions", 4, "parent"),
    (lambda d: d.set("institutions", 5, parent="T1"), "institutions", 4, "parent"),
    (lambda d: d.set("institutions", 6, lon=32.6, lat=118.88), "institutions", 6, "lon"),
    (lambda d: d.set("institutions", 7, lat=""), "institutions", 7, "lat"),
    (lambda d: d.set("institutions", 3, lead="no"), "institutions", 3, "lead"),
    (lambda d: d.set("communities", 2, population_65=20000), "communities", 2, "population_65"),
    (lambda d: d.set("communities", 3, lon=0, lat=0), "communities", 3, "lon"),
    (lambda d: d.set("specialties", 2, capture_weekly=0.2), "specialties", 2, "capture_weekly"),
    (lambda d: d.set("needs", 2, own_visits_per_month=280), "needs", 2, "visits_per_month"),
    (lambda d: d.set("needs", 3, specialty="K9"), "needs", 3, "specialty"),
    (lambda d: d.set("needs", 4, min_gap_days=20, max_gap_days=7), "needs", 4, "min_gap_days"),
    (lambda d: d.set("needs", 5, recoverable_share=40), "needs", 5, "recoverable_share"),
    (lambda d: d.set("doctors", 2, scope="K2"), "doctors", 2, "scope"),
    (lambda d: d.set("doctors", 5, title=1), "doctors", 5, "title"),
    (lambda d: d.set("doctors", 7, institution="H7"), "doctors", 7, "institution"),
    (lambda d: d.set("duties", 2, weekday=8), "duties", 2, "weekday"),
    (lambda d: d.set("absences", 2, end="2026-06-10"), "absences", 2, "end"),
    (lambda d: d.set("departments", 2, headcount=1, min_present=""), "departments", 2, "headcount"),
    (lambda d: d.set("services", 3, min_items_per_day=900), "services", 3, "min_items_per_day"),
    (lambda d: d.set("services", 2, quantile=1), "services", 2, "quantile"),
    (lambda d: d.set("volumes", 8, items_per_day=350), "volumes", 8, "items_per_day"),
    (lambda d: d.set("centres", 2, state="forced"), "centres", 3, "state"),
    (lambda d: d.set("centres", 3, state="forbidden"), "centres", 3, "state"),
    (lambda d: d.set("memberships", 4, to="2025-08-31"), "memberships", 4, "to"),
    (lambda d: d.set("memberships", 5, group="南片"), "memberships", 5, "group"),
    (lambda d: d.set("posts", 2, min_title=4), "posts", 2, "min_title"),
    (lambda d: d.set("current_postings", 2, end="2025-07-05"), "current_postings", 2, "end"),
    (lambda d: d.set("referrals", 2, destination="T1"), "referrals", 2, "destination"),
    (lambda d: d.set("reserves", 2, specialty="K9"), "reserves", 2, "specialty"),
    (lambda d: d.set("travel", 2, minutes=-5), "travel", 2, "minutes"),
    (lambda d: d.set("travel", 9, minutes=900), "travel", 9, "minutes"),
    (lambda d: d.set("roster", 2, institution="H1"), "roster", 2, "institution"),
    (lambda d: d.set("roster", 3, slot="noon"), "roster", 3, "slot"),
    (lambda d: d.set("roster", 4, doctor="D9"), "roster", 4, "doctor"),
    (lambda d: d.set("history", 2, doctor="D9"), "history", 2, "doctor"),
    (lambda d: d.set("locks", 3, host="T1"), "locks", 3, "host"),
    (lambda d: d.add("locks", kind="session", doctor="D4", institution="T1", must="yes"), "locks", 4, "institution"),
    (lambda d: d.add("locks", kind="session", doctor="D2", institution="T2", must="yes"), "locks", 6, "must"),
    (lambda d: d.add("locks", kind="session", doctor="D2", institution="T2", must="no"), "locks", 6, "must"),
    (lambda d: d.set("market_days", 2, rule="逢双日"), "market_days", 2, "rule"),
    (lambda d: d.set("closures", 2, end="2026-06-12"), "closures", 2, "end"),
    (lambda d: d.set("targets", 2, indicator="primary_visits_share"), "targets", 2, "indicator"),
    (lambda d: d.set("sources", 2, table="nneeds"), "sources", 2, "table"),
    (lambda d: d.set("equipment", 2, institution="T9"), "equipment", 2, "institution"),
    (lambda d: d.set("capabilities", 3, direction="sideways"), "capabilities", 3, "direction"),
)


def test_every_fault_in_one_run(desk: Desk) -> None:
    """Forty-five faults put together are all told, in the order of tables and rows."""
    for spoil, *_ in FAULTS:
        spoil(desk)
    problems = desk.check()
    cells = {(p.table, p.row, p.column) for p in problems}
    missing = {(table, str(row), column) for _, table, row, column in FAULTS} - cells
    assert not missing, f"{missing}\n" + "\n".join(p.sentence("en") for p in problems)
    assert {p.table for p in problems} <= set(TABLES)


def test_checking_changes_nothing(desk: Desk) -> None:
    """The same region gives the same problems in the same order, twice."""
    for spoil, *_ in FAULTS:
        spoil(desk)
    assert desk.check() == desk.check()
