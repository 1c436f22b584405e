"""The network analysis, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Sixty institutions and three hundred flows: every measure, and all files."""
    from benchmarks.network import run

    rows = run.run(60, 300, 0)
    assert "whole analysis" in {row[0] for row in rows}


CASES = (
    Case(
        "network",
        "benchmarks.network.run",
        "Every measure of 900 institutions and 20,000 flows, nothing sampled, in under a minute",
        ("seconds", "memory"),
        (),
        ("networkx", "scipy"),
        "benchmarks-network.md",
        "a minute",
        smoke,
    ),
)
