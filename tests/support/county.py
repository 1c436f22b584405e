"""A county of plain rows for the tests of the builder: two hospitals, two townships, a village.

Thirteen weeks from Monday 1 June 2026 without holidays (ISO weeks 23 to 35: seven odd, six even),
so each weekday has 13 open dates and Nmin = 3, 6, 13, 26. A quarter has 91 / 30.4375 months.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.tables import Rows, region, trips

from planner.build import Built, build_instance
from planner.config import read_config

MONTHS = 91 / 30.4375
CALENDAR = {"start": "2026-06-01", "holidays": "none"}
MINUTES = {
    ("H", "H2"): 35.0,
    ("H", "S"): 30.0,
    ("H", "T"): 50.0,
    ("H", "V"): 60.0,
    ("H2", "S"): 20.0,
    ("H2", "T"): 25.0,
    ("H2", "V"): 40.0,
    ("S", "T"): 15.0,
    ("S", "V"): 15.0,
    ("T", "V"): 15.0,
}


def rows() -> dict[str, Rows]:
    """The tables, to be changed at will by a test."""
    return {
        "institutions": [
            {"id": "H", "name": "County Hospital", "level": 3, "group": "A", "lead": "yes", "beds": 500, "staff": 400},
            {"id": "H2", "name": "Second Hospital", "level": 2, "group": "B"},
            {"id": "S", "name": "Township S", "level": 1, "group": "A", "beds": 30},
            {"id": "T", "name": "Township T", "level": 1, "group": "B"},
            {"id": "V", "name": "Village V", "level": 0, "group": "A"},
        ],
        "doctors": [
            {"id": "D1", "name": "One", "institution": "H", "department": "Med", "specialty": "K", "title": 3},
            {"id": "D2", "name": "Two", "institution": "H", "department": "Med", "specialty": "K", "title": 2},
            {"id": "D3", "name": "Three", "institution": "H2", "department": "Med", "specialty": "K", "title": 2},
        ],
        "specialties": [{"id": "K", "name": "Medicine"}],
        "needs": [
            {
                "institution": "S",
                "specialty": "K",
                "visits_per_month": 200,
                "own_visits_per_month": 100,
                "referred_visits_per_month": 40,
                "left_visits_per_month": 30,
            }
        ],
    }


def build(
    tables: Mapping[str, Rows] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    minutes: Mapping[tuple[str, str], float] | None = None,
) -> Built:
    """The county (or other tables) built with these settings over the calendar above."""
    made = read_config({"calendar": CALENDAR, **(settings or {})})
    return build_instance(region(tables or rows()), made, trips(MINUTES if minutes is None else minutes))


def notes(built: Built) -> str:
    """All English notes in one text."""
    return "\n".join(en for _, en in built.notes)
