"""Institutions and the trips between them, with the tables that follow from the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

from benchmarks.regions.recipe.drawing import Dice
from benchmarks.regions.recipe.texts import Row, rows_of


@dataclass(frozen=True)
class Place:
    """An institution. `villages` is the number of its communities, `radius` (km) how far they lie."""

    id: str
    name: str
    kind: str
    level: int
    lon: float
    lat: float
    group: str
    population: int
    villages: int = 0
    radius: float = 4.5
    open_slots: int = 5
    rooms: int = 2
    beds: int = 20
    staff: int = 40
    vehicles: int = 1
    lead: bool = False
    private: bool = False
    elderly: float = 0.17
    doctors: int = 0
    area: str = ""
    outside_minutes: float = 90.0
    weights: Mapping[str, float] = field(default_factory=dict)  # specialty -> weight; 0 = not offered
    floor: float | str = ""  # least clinics a month; blank is the planner's default
    water_minutes: float = 0.0  # ferry or bridge, added to every trip between an island and the mainland


@dataclass(frozen=True)
class Trip:
    """[travel] of plan.toml, so that the generator measures as the planner does."""

    circuity: float
    speed_kmh: float
    minutes_each_end: float = 5.0
    season_factor: float = 1.0
    longest: float = 90.0  # minutes one way of a clinic, [sessions] max_minutes


def kilometres(a: Place, b: Place) -> float:
    """Straight-line kilometres on a sphere."""
    la, lb = radians(a.lat), radians(b.lat)
    h = sin((lb - la) / 2) ** 2 + cos(la) * cos(lb) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(h))


def minutes(a: Place, b: Place, trip: Trip) -> float:
    """Minutes one way: straight line x circuity / speed, both ends, and the water between, times the season."""
    driving = kilometres(a, b) * trip.circuity / trip.speed_kmh * 60
    return (driving + 2 * trip.minutes_each_end + abs(a.water_minutes - b.water_minutes)) * trip.season_factor


def institution_rows(places: Sequence[Place], insured: float, fund: float) -> list[Row]:
    """`institutions`; insured residents and the fund follow the population."""
    columns = "id name level kind lon lat group lead rooms open_slots beds staff vehicles population population_65"
    rows: list[Row] = []
    for p in places:
        rooms = (p.rooms, p.open_slots) if p.level < 2 else ("", "")
        where = (p.id, p.name, p.level, p.kind, p.lon, p.lat, p.group, "yes" if p.lead else "no")
        size = (*rooms, p.beds, p.staff, p.vehicles, p.population, round(p.population * p.elderly))
        money = (round(p.population * insured), round(p.population * insured * fund, -4), "yes" if p.private else "no")
        rows += rows_of(f"{columns} insured fund_yuan_per_year private", [(*where, *size, *money)])
    if any(p.floor for p in places):
        rows = [row | {"min_sessions_per_month": p.floor} for row, p in zip(rows, places, strict=True)]
    return rows


def outside_rows(places: Sequence[Place]) -> list[Row]:
    """`travel`: minutes to the nearest care outside the alliance."""
    found = ((p.id, "outside", p.outside_minutes, "", "patient", "approximate") for p in places)
    return rows_of("origin destination minutes km profile method", found)


def water_rows(places: Sequence[Place], ends: Sequence[Place], trip: Trip) -> list[Row]:
    """`travel` across the water, both ways and for everybody: straight lines do not know the ferry.

    places: institutions; ends: where people live. Pairs on one side of the water are left to the planner.
    """
    pairs = [(a, b) for a in (*places, *ends) for b in places if a.water_minutes != b.water_minutes]
    both = sorted({(x.id, y.id): (x, y) for a, b in pairs for x, y in ((a, b), (b, a))}.items())
    found = ((*key, round(minutes(*pair, trip), 1), "", "", "approximate") for key, pair in both)
    return rows_of("origin destination minutes km profile method", found)


def neighbour_rows(places: Sequence[Place]) -> list[Row]:
    """Neighbouring institutions: pairs with no third one in the circle over their connection (Gabriel graph)."""
    pairs = [(a, b) for at, a in enumerate(places) for b in places[at + 1 :]]
    found = []
    for a, b in pairs:
        others = (c for c in places if c is not a and c is not b)
        if all(kilometres(a, c) ** 2 + kilometres(b, c) ** 2 >= kilometres(a, b) ** 2 for c in others):
            found.append((a.id, b.id, "land" if a.water_minutes == b.water_minutes else "water"))
    return rows_of("institution neighbour kind", found)


def market_rows(dice: Dice, towns: Sequence[Place]) -> list[Row]:
    """Market days by the lunar ten days, as most townships of the plains keep them."""
    rules = ("lunar 1,4,7", "lunar 2,5,8", "lunar 3,6,9", "lunar 5,10")
    return [{"institution": t.id, "rule": dice.pick(rules)} for t in towns if t.kind == "township_centre"]
