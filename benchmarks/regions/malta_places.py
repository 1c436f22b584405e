"""The real part of the region `malta`: facilities and settlements out of the files that a user has.

The list of facilities is OpenStreetMap as it is: one health centre mapped twice, centres tagged as
hospitals, ruins, nameless and private practices. Public hospitals and health centres are picked by
their own object; settlements without a population are left out, and their residents with them.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.regions import recipe as r
from benchmarks.regions.recipe import Place, Row
from geodata.coordinates import distance_km

GROUP = "Malta"
#: The strait: places west and north of it are on Gozo.
GOZO_WEST, GOZO_NORTH = 14.33, 36.00
ELDERLY = 0.19  # share of 65 and over in 2018 (national statistics office, rounded)
#: The airport, for those who are treated abroad.
ABROAD_MINUTES = 300.0

#: object | name | kind | level | beds | staff | vehicles | eligible doctors | lead
_HOSPITALS = """
way/24063943 | Mater Dei Hospital | general | 3 | 925 | 4000 | 12 | 180 | yes
node/3919240489 | Gozo General Hospital | general | 2 | 160 | 700 | 4 | 56 | no
node/265043219 | Sir Paul Boffa Hospital | specialty | 2 | 80 | 200 | 1 | 14 | no
way/15801317 | Mount Carmel Hospital | specialty | 2 | 400 | 550 | 1 | 16 | no
node/4314010589 | St Vincent de Paul Long Term Care | specialty | 2 | 1100 | 900 | 1 | 12 | no
"""
_CENTRES = """
node/156496732 | Floriana Health Centre
node/324401172 | Victoria Health Centre
node/1112950022 | Paola Health Centre
node/1149933546 | Mosta Health Centre
node/1154318268 | Cospicua Health Centre
node/1154652196 | Rabat Health Centre
node/1657800338 | Gzira Health Centre
node/2929095284 | Qormi Health Centre
node/4234468020 | Mellieha Medical Clinic
"""
#: Hospitals where residents nearby are seen first; the others take referrals only.
FIRST_CONTACT = ("w24063943", "n3919240489")
_ONLY = {
    "node/265043219": ("oncology", "dermatology"),
    "way/15801317": ("psychiatry",),
    "node/4314010589": ("rehabilitation",),
}
Point = tuple[float, float]


@dataclass(frozen=True)
class Files:
    """Rows of the files as dicts, and the road file."""

    facilities: dict[str, dict[str, str]]
    settlements: list[dict[str, str]]
    roads: Path

    @classmethod
    def of(cls, folder: Path) -> Files:
        """Read `folder` (facilities_osm.csv, places_osm.csv, one .osm.pbf)."""
        facilities = {row["osm_id"]: row for row in _read(folder / "facilities_osm.csv")}
        settlements = [row for row in _read(folder / "places_osm.csv") if row["population"]]
        return cls(facilities, settlements, next(folder.glob("*.osm.pbf")))

    def point(self, thing: str) -> Point:
        row = self.facilities[thing]
        return float(row["lon"]), float(row["lat"])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def short(thing: str) -> str:
    """node/123 -> n123: an identifier that is also a file name."""
    return thing[0] + thing.split("/")[1]


def on_gozo(point: Point) -> bool:
    return point[0] < GOZO_WEST and point[1] > GOZO_NORTH


def places(files: Files) -> tuple[tuple[Place, ...], tuple[Place, ...], list[Row]]:
    """Hospitals, health centres, and the settlements with their first contact; people add up."""
    hospitals = [_hospital(files, cells) for cells in r.cells_of(_HOSPITALS)]
    centres = [_centre(files, *cells) for cells in r.cells_of(_CENTRES)]
    near = [place for place in (*hospitals, *centres) if place.level == 1 or place.id in FIRST_CONTACT]
    rows: list[tuple[object, ...]] = []
    people: Counter[str] = Counter()
    names = Counter(row["name"] for row in files.settlements)
    for row in files.settlements:
        point = float(row["lon"]), float(row["lat"])
        first = _nearest(point, near)
        population = int(row["population"])
        people[first.id] += population
        island = "Gozo" if on_gozo(point) else "Malta"
        name = row["name"] if names[row["name"]] == 1 else f"{row['name']} ({island})"
        rows.append((short(row["osm_id"]), name, *point, population, round(population * ELDERLY), first.id))
    count = Counter(str(row[-1]) for row in rows)
    done = [replace(place, population=people[place.id], villages=count[place.id]) for place in (*hospitals, *centres)]
    found = r.rows_of("id name lon lat population population_65 institution", rows)
    sized = [replace(place, **_size(place.population)) if place.level == 1 else place for place in done]
    return tuple(sized[: len(hospitals)]), tuple(sized[len(hospitals) :]), found


def _nearest(point: Point, near: list[Place]) -> Place:
    """The nearest on the same island."""
    reach = [place for place in near if on_gozo((place.lon, place.lat)) == on_gozo(point)]
    return min(reach, key=lambda place: (float(distance_km(*point, place.lon, place.lat)), place.id))


def _hospital(files: Files, cells: list[str]) -> Place:
    thing, name, kind, level, beds, staff, vehicles, doctors, lead = cells
    lon, lat = files.point(thing)
    only = _ONLY.get(thing)
    weights = {kind.id: 1.0 if only is None or kind.id in only else 0.0 for kind in r.KINDS}
    return Place(
        id=short(thing),
        name=name,
        kind=kind,
        level=int(level),
        lon=lon,
        lat=lat,
        group=GROUP,
        population=0,
        beds=int(beds),
        staff=int(staff),
        vehicles=int(vehicles),
        lead=lead == "yes",
        elderly=ELDERLY,
        doctors=int(doctors),
        outside_minutes=ABROAD_MINUTES,
        weights=weights,
    )


def _centre(files: Files, thing: str, name: str) -> Place:
    lon, lat = files.point(thing)
    return Place(
        id=short(thing),
        name=name,
        kind="community_centre",
        level=1,
        lon=lon,
        lat=lat,
        group=GROUP,
        population=0,
        elderly=ELDERLY,
        outside_minutes=ABROAD_MINUTES,
    )


def _size(population: int) -> dict[str, int]:
    """Rooms, half-days for visitors and staff by people; health centres have no beds."""
    return {
        "open_slots": 10 if population > 40_000 else 7,
        "rooms": 4 if population > 40_000 else 2,
        "beds": 0,
        "staff": max(20, round(population / 700)),
    }
