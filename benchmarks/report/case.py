"""The report of a large alliance, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(folder: Path) -> None:
    """The made-up tables have the size that the page names, and fit together."""
    from benchmarks.report.generate import LINES, County

    tables = County().region()
    assert len(tables["institutions"]) == 900 and LINES == 20_000
    assert set(tables["doctors"]["institution"]) <= set(tables["institutions"]["id"])


CASES = (
    Case(
        "report",
        "benchmarks.report",
        "The report of 900 institutions and 20,000 roster lines is built, opens and scrolls within its goals",
        ("build", "seconds", "memory"),
        (),
        ("playwright",),
        "benchmarks-report.md",
        "two minutes",
        smoke,
        needs="Chromium, to open it",
    ),
)
