"""The page of rosters of a province's size says what its figures mean."""

from __future__ import annotations

import re
from typing import Any

from benchmarks.roster.run import PAGE, TRIVIAL, page


def figures() -> dict[str, Any]:
    ours = {
        "aims": [{"name": "roster_unheld", "value": 7.0, "bound": 0.0, "gap": 0.0001, "given": ""}],
        "first": {},
        "seconds": 310.0,
        "stopped_by": "clock",
        "spent": {},
        "load": 5.5,
    }
    peer = {"unheld": 413.0, "bound": -276.0, "seconds": 301.0, "load": 4.1}
    one = {"nothing": 69853.0, "size": ["300 doctors"], "limit": 300.0, "ours": ours, "peer": peer, "note": "By hand."}
    return {"0": one, "1": {"nothing": 72885.0, "size": [], "limit": 320.0, "ours": ours}}


def test_no_gap_rests_on_a_bound_below_zero() -> None:
    """The peer's bound of -276 on an aim that cannot be below 0 counts as 0: 413 of 69853 is 0.59 %."""
    row = "| 0 | CP-SAT | 413 | 0 | 0.59 % | 301 | 4.1 |"
    assert row in page(figures())
    measured = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \| ", line)]
    assert measured and not any("| -" in line for line in measured)


def test_the_page_tells_overruns_and_that_its_bound_is_trivial() -> None:
    """What readers must know is written with the figures, so that writing the page again keeps it."""
    lines = page(figures()).splitlines()
    assert "- Seed 0: a limit of 300 s, overrun by 10 s." in lines
    assert "- Seed 0: By hand." in lines
    assert "- Seed 1: a limit of 320 s." in lines and "- Seed 1: CP-SAT was not run." in lines
    assert set(TRIVIAL) <= set(lines)
    assert set(TRIVIAL) <= set(PAGE.read_text(encoding="utf-8").splitlines())
