"""The roster as the page filters it: one flat list of numbers, six for each clinic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from geodata import local
from planner.roster_views import RosterView
from planner.roster_words import WEEKDAYS
from planner.view import View

_SLOTS = {"am": 0, "pm": 1}


def roster_data(view: View) -> dict[str, Any]:
    """`days` of the horizon with their weekday, week and sign; names; and `rows`: day, half-day (0 am, 1 pm), site,
    specialty, doctor, backup (-1 for none), plus 1000000 on the day where today's roster has it otherwise."""
    roster = RosterView(view)
    if not roster.clinics:
        return {"rows": []}
    monday = roster.days[0].on - timedelta(days=roster.days[0].on.isoweekday() - 1)
    days = [
        [
            day.on.isoformat(),
            day.on.isoweekday(),
            (day.on - monday).days // 7,
            0 if day.working else 1,
            day.holiday,
        ]
        for day in roster.days
    ]
    at = {day.on: n for n, day in enumerate(roster.days)}
    sites, specialties, doctors = (_Positions() for _ in range(3))
    rows: list[int] = []
    for one in roster.clinics:
        day = at[one.on] + (1_000_000 if one.changed else 0)
        backup = doctors.of(one.backup) if one.backup else -1
        who = (specialties.of(one.specialty), doctors.of(one.doctor), backup)
        rows += [day, _SLOTS.get(one.slot, 0), sites.of(one.site), *who]
    return {
        "days": days,
        "weekdays": list(WEEKDAYS[view.lang]),
        "sites": [roster.label("institutions", key) for key in sites.keys],
        "specialties": [view.name("specialties", key) for key in specialties.keys],
        "doctors": [roster.label("doctors", key) for key in doctors.keys],
        "titles": [view.title(roster.doctor(key, "title")) for key in doctors.keys],
        "homes": [view.name("institutions", roster.doctor(key, "institution")) for key in doctors.keys],
        "order": roster_order(roster, sites.keys),
        "bySpecialty": local.ranks([view.name("specialties", key) for key in specialties.keys]),
        "byDoctor": local.ranks([view.name("doctors", key) for key in doctors.keys], person=True),
        "rows": rows,
    }


def roster_order(roster: RosterView, sites: list[str]) -> list[int]:
    """Positions of the sites in the order of the institutions table."""
    ranked = sorted(range(len(sites)), key=lambda n: (roster.place(sites[n]), sites[n]))
    place = [0] * len(sites)
    for rank, n in enumerate(ranked):
        place[n] = rank
    return place


class _Positions:
    """Ids in the order in which they come up."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._at: dict[str, int] = {}

    def of(self, key: str) -> int:
        if key not in self._at:
            self._at[key] = len(self.keys)
            self.keys.append(key)
        return self._at[key]
