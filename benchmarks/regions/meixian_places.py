"""The real part of the region `meixian`: institutions and villages out of the files that a user has.

The list of facilities states no datum; against the GeoNames seats its township centres are off by a
median 0.26 km read as BD-09 (1.25 km as WGS 84, 1.11 km as GCJ-02), so it is read as BD-09. Points
far from where the name says are not believed: many clinics were geocoded to their town, some to the
wrong one, and two rows are rubbish.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from benchmarks.regions import recipe as r
from benchmarks.regions.recipe import Place, Row
from geodata.coordinates import distance_km, to_wgs84

TRIP = r.Trip(circuity=1.4, speed_kmh=45.0)  # hills; provincial and county roads
DATUM = "bd09"
#: Km beyond which a facility is not where its name says.
CENTRE_KM, VILLAGE_KM = 3.0, 12.0
#: A reservoir's administration has no health centre; its two villages go to the town of its name.
WITHOUT_CENTRE = {"441403500": "441403103"}
#: Townships around the hospitals, where every third village sees a hospital first.
SEAT = ("441403001", "441403101", "441403132", "441403133")
FIRST_CONTACT = ("H1", "H1", "H2", "H1", "H2", "H3")
#: The six townships west of this longitude are with the TCM hospital (assumed).
WEST = 116.03
GENERAL, TCM = "粤东医院医共体", "中医医院医共体"
#: The centre of Meizhou city, next door: where those go who leave the district.
CITY = Place("", "", "", 3, 116.118, 24.299, "", 0)

#: id | end of its name in the list | kind | level | group | beds | staff | vehicles | eligible doctors | lead
_HOSPITALS = """
H1 | 粤东医院 | general | 3 | 粤东医院医共体 | 1200 | 1250 | 5 | 150 | yes
H2 | 中医医院 | tcm | 2 | 中医医院医共体 | 450 | 520 | 3 | 74 | yes
H3 | 妇幼保健计划生育服务中心 | maternal | 2 | 粤东医院医共体 | 120 | 180 | 1 | 18 | no
"""
#: Specialties that a hospital lacks (0), or in which it is stronger or weaker than its size.
_MATERNAL = {"gynaecology": 1.5, "paediatrics": 1.5, "ultrasound": 1.0}
_WEIGHTS = {
    "H1": {"tcm": 0.4},
    "H2": {"tcm": 5.0, "rehabilitation": 2.5, "psychiatry": 0.0},
    "H3": {kind.id: _MATERNAL.get(kind.id, 0.0) for kind in r.KINDS},
}
Point = tuple[float, float]


@dataclass(frozen=True)
class Files:
    """Rows of the files as dicts; facilities as (name, WGS 84 point); `elderly` is the census share."""

    towns: list[dict[str, str]]
    villages: list[dict[str, str]]
    facilities: list[tuple[str, Point]]
    elderly: float

    @classmethod
    def of(cls, folder: Path) -> Files:
        """Read `folder` (townships.csv, villages.csv, facilities_raw.csv, county_census_2020.csv)."""
        raw = _read(folder / "facilities_raw.csv")
        lon, lat = to_wgs84([float(f["lon_raw"]) for f in raw], [float(f["lat_raw"]) for f in raw], DATUM)
        points = zip(lon.tolist(), lat.tolist(), strict=True)
        census = _read(folder / "county_census_2020.csv")[0]
        return cls(
            _read(folder / "townships.csv"),
            _read(folder / "villages.csv"),
            [(f["name"].strip(), point) for f, point in zip(raw, points, strict=True)],
            float(census["人口比重_65岁及以上"]) / 100,
        )

    def of_town(self, code: str) -> list[dict[str, str]]:
        """The villages of a township."""
        return [village for village in self.villages if village["township_code"] == code]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _core(name: str) -> str:
    """松口镇 -> 松口, 大塘村委会 -> 大塘: what facilities are called after."""
    return re.sub(r"(办事处街道|街道|镇|乡|水库|社区居委会|居委会|村委会|村民委员会)$", "", name)


def _km(a: Point, b: Point) -> float:
    return float(distance_km(*a, *b))


def places(files: Files) -> tuple[tuple[Place, ...], tuple[Place, ...], list[Row]]:
    """Hospitals, township centres, and the villages with their first contact; people add up."""
    centres = {t["township_code"]: _centre(files, t) for t in files.towns if t["township_code"] not in WITHOUT_CENTRE}
    villages = _villages(files, {code: point for code, (_, point) in centres.items()})
    people: Counter[str] = Counter()
    for row in villages:
        people[str(row["institution"])] += cast(int, row["population"])
    count = Counter(str(row["institution"]) for row in villages)
    hospitals = [_hospital(files, cells) for cells in r.cells_of(_HOSPITALS)]
    towns = [_town(code, *centre, people[code]) for code, centre in centres.items()]
    found = [
        replace(
            place,
            population=people[place.id],
            villages=count[place.id],
            elderly=files.elderly,
            outside_minutes=round(r.minutes(place, CITY, TRIP)),
        )
        for place in (*hospitals, *towns)
    ]
    return tuple(found[: len(hospitals)]), tuple(found[len(hospitals) :]), villages


def _hospital(files: Files, cells: list[str]) -> Place:
    ident, end, kind, level, group, beds, staff, vehicles, doctors, lead = cells
    name, (lon, lat) = next(one for one in files.facilities if one[0].endswith(end))
    return Place(
        id=ident,
        name=name.removeprefix("梅州市"),
        kind=kind,
        level=int(level),
        lon=lon,
        lat=lat,
        group=group,
        population=0,
        beds=int(beds),
        staff=int(staff),
        vehicles=int(vehicles),
        lead=lead == "yes",
        doctors=int(doctors),
        weights=_WEIGHTS[ident],
    )


def _centre(files: Files, town: dict[str, str]) -> tuple[str, Point]:
    """Name and point of a township's health centre: its own row if that lies near the seat, else the seat.

    Without a seat in GeoNames: the health centre, else the mean of the clinics in its villages.
    """
    core, full = _core(town["township_name"]), town["township_name"]
    named = [one for one in files.facilities if re.search(rf"{core}镇?(中心)?卫生院$", one[0])]
    seat = (float(town["lon_wgs84"]), float(town["lat_wgs84"])) if town["lon_wgs84"] else None
    name = re.sub(r"^梅州市梅县区", "", named[0][0]) if named else f"{full}卫生院"
    if named and (seat is None or _km(seat, named[0][1]) <= CENTRE_KM):
        return name, named[0][1]
    if seat is not None:
        return name, seat
    cores = [_core(village["village_name"]) for village in files.of_town(town["township_code"])]
    near = [point for facility, point in files.facilities if any(len(c) > 2 and c in facility for c in cores)]
    if not near:
        raise ValueError(f"no point for {full}")
    return f"{core}社区卫生服务中心", (sum(p[0] for p in near) / len(near), sum(p[1] for p in near) / len(near))


def _town(code: str, name: str, point: Point, population: int) -> Place:
    """Rooms, beds and staff by people."""
    large = population > 35_000
    return Place(
        id=code,
        name=name,
        kind="community_centre" if "社区" in name else "township_centre",
        level=1,
        lon=point[0],
        lat=point[1],
        group=TCM if point[0] < WEST else GENERAL,
        population=population,
        open_slots=8 if large else 5,
        rooms=3 if large else 2,
        beds=max(10, round(population / 700)),
        staff=max(14, round(population / 600)),
    )


def _villages(files: Files, centres: dict[str, Point]) -> list[Row]:
    """Every village at its clinic's point where that can be believed, else at its township's centre."""
    shared = Counter(point for _, point in files.facilities)
    found: list[tuple[object, ...]] = []
    turn = 0
    for town in files.towns:
        code, own = town["township_code"], files.of_town(town["township_code"])
        home = WITHOUT_CENTRE.get(code, code)
        people = r.split_whole(int(town["population_est_by_village_share"]), [1.0] * len(own))
        for number, (village, population) in enumerate(zip(own, people, strict=True)):
            first = home
            if code in SEAT and number % 3 == 2:
                first, turn = FIRST_CONTACT[turn % len(FIRST_CONTACT)], turn + 1
            names = _core(town["township_name"]), f"{_core(village['village_name'])}村"
            clinic = [p for name, p in files.facilities if all(part in name for part in names) and shared[p] < 3]
            point = clinic[0] if clinic and _km(clinic[0], centres[home]) <= VILLAGE_KM else centres[home]
            old = round(population * files.elderly)
            found.append((village["village_code"], village["village_name"], *point, population, old, first))
    return r.rows_of("id name lon lat population population_65 institution", found)
