"""Timetables decided at once, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Ten doctors and five sites in three weeks: a timetable whose visits alone give its price, above its bound."""
    from benchmarks.timetable.generate import generate
    from models.timetable import solve_timetable
    from models.timetable_audit import audit

    given = generate(10, 5, 3, 0)
    found = solve_timetable(given, 1e-2, 10.0)
    places = (given.doctor[found.pair], given.site[found.pair], found.half_day, found.week)
    cost, broken = audit(given, list(zip(*(one.tolist() for one in places), strict=True)))
    assert not broken and abs(cost - found.value) <= 1e-6 * max(1.0, cost) and found.bound <= found.value + 1e-6


CASES = (
    Case(
        "timetable",
        "benchmarks.timetable.run",
        "Timetables of 300 doctors and 330 sites: four weeks proved to 0.1 % in a fifteenth of HiGHS's time or less",
        ("solve to 1 %", "solve to 0.1 %", "bound", "gap at a limit"),
        ("HiGHS",),
        ("highspy", "numpy", "scipy"),
        "benchmarks-timetable.md",
        "an hour",
        smoke,
    ),
)
