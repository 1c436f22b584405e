"""The bundled region `jilin_prov`: five provincial hospitals and the 52 city and county hospitals they support.

Jilin published to June 2017 that five leads are paired with 9 city and 43 county hospitals, and what
their teams did (426 dispatches, 30,193 patients); not who is paired with whom, nor any county's need.
Real here: the five leads, the nine cities, the 43 counties and districts, their residents (census
2020, within 5 %). Approximate: coordinates of the seats, beds. Assumed: which hospital of a county takes
part, today's pairing (by prefecture), doctors, needs by specialty; `sources.csv` says so column by column.
Distances are 60 to 450 km in winter: a clinic is a tour of a day or more, and goes fortnightly or monthly.
Run `python -m benchmarks.regions.jilin_prov` to write the tables again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import ceil, exp
from pathlib import Path

from benchmarks.regions import recipe as r
from benchmarks.regions.lacking import Quarter
from benchmarks.regions.recipe import Place, Row, Tables

FOLDER = Path(__file__).resolve().parents[2] / "planner" / "regions" / "jilin_prov"
SEED = 5
QUARTER = Quarter(date(2025, 11, 3))
TRIP = r.Trip(circuity=1.25, speed_kmh=80.0, season_factor=1.3, longest=420.0)
#: Visits a resident and year that a county hospital may need help with: a part of the specialist ones.
HELPED = 0.25
RESIDENTS = 24_073_453  # census of November 2020
TOURS_A_MONTH = 71  # published: 426 dispatches in half a year
LEFT_SHARE = 0.10  # goes to Shenyang, Harbin or Beijing, before distance
_GROUPS = {
    "P1": "吉大一院医联体",
    "P2": "吉大二院医联体",
    "P3": "中日联谊医院医联体",
    "P4": "省医院医联体",
    "P5": "延大附院医联体",
}
#: id | name | lon | lat | beds | staff | doctors in teams
_LEADS = """
P1 | 吉林大学第一医院 | 125.305 | 43.872 | 4200 | 6800 | 84
P2 | 吉林大学第二医院 | 125.310 | 43.888 | 3200 | 4200 | 64
P3 | 吉林大学中日联谊医院 | 125.335 | 43.862 | 3000 | 4400 | 62
P4 | 吉林省人民医院 | 125.328 | 43.890 | 2200 | 3000 | 48
P5 | 延边大学附属医院 | 129.500 | 42.905 | 1800 | 2600 | 42
"""
#: id | name | lon | lat | today's lead | thousand residents of the urban districts | beds | minutes to care outside
_CITIES = """
C1 | 长春市中心医院 | 125.345 | 43.900 | P1 | 3500 | 1300 | 230
C2 | 吉林市中心医院 | 126.560 | 43.845 | P2 | 1600 | 1900 | 280
C3 | 四平市中心人民医院 | 124.350 | 43.165 | P3 | 560 | 1100 | 140
C4 | 辽源市中心医院 | 125.140 | 42.890 | P3 | 430 | 900 | 190
C5 | 通化市中心医院 | 125.940 | 41.730 | P4 | 460 | 1100 | 220
C6 | 白山市中心医院 | 126.420 | 41.940 | P4 | 250 | 800 | 260
C7 | 松原市中心医院 | 124.825 | 45.140 | P1 | 520 | 1000 | 170
C8 | 白城市医院 | 122.840 | 45.620 | P2 | 450 | 900 | 250
C9 | 延边州医院 | 129.515 | 42.890 | P5 | 150 | 600 | 330
"""
#: county or district | city | lon | lat | thousand residents
_COUNTIES = """
榆树市 | C1 | 126.533 | 44.840 | 835
德惠市 | C1 | 125.728 | 44.522 | 635
农安县 | C1 | 125.185 | 44.433 | 727
公主岭市 | C1 | 124.823 | 43.504 | 862
九台区 | C1 | 125.840 | 44.152 | 610
双阳区 | C1 | 125.665 | 43.526 | 330
蛟河市 | C2 | 127.344 | 43.724 | 330
桦甸市 | C2 | 126.746 | 42.972 | 354
舒兰市 | C2 | 126.966 | 44.406 | 430
磐石市 | C2 | 126.060 | 42.946 | 400
永吉县 | C2 | 126.498 | 43.673 | 290
双辽市 | C3 | 123.503 | 43.518 | 340
梨树县 | C3 | 124.336 | 43.307 | 540
伊通县 | C3 | 125.305 | 43.345 | 370
东丰县 | C4 | 125.531 | 42.676 | 310
东辽县 | C4 | 124.991 | 42.926 | 260
梅河口市 | C5 | 125.711 | 42.539 | 500
集安市 | C5 | 126.194 | 41.125 | 170
通化县 | C5 | 125.759 | 41.680 | 180
辉南县 | C5 | 126.047 | 42.685 | 250
柳河县 | C5 | 125.745 | 42.285 | 260
临江市 | C6 | 126.918 | 41.812 | 130
抚松县 | C6 | 127.450 | 42.222 | 230
靖宇县 | C6 | 126.813 | 42.389 | 100
长白县 | C6 | 128.201 | 41.420 | 60
江源区 | C6 | 126.591 | 42.057 | 180
扶余市 | C7 | 126.050 | 44.990 | 560
前郭县 | C7 | 124.823 | 45.118 | 430
长岭县 | C7 | 123.967 | 44.276 | 460
乾安县 | C7 | 124.041 | 45.004 | 220
洮南市 | C8 | 122.798 | 45.356 | 330
大安市 | C8 | 124.293 | 45.507 | 310
镇赉县 | C8 | 123.200 | 45.848 | 200
通榆县 | C8 | 123.088 | 44.813 | 260
延吉市 | C9 | 129.509 | 42.891 | 690
图们市 | C9 | 129.843 | 42.968 | 80
敦化市 | C9 | 128.232 | 43.372 | 390
珲春市 | C9 | 130.366 | 42.863 | 240
龙井市 | C9 | 129.427 | 42.766 | 120
和龙市 | C9 | 129.010 | 42.547 | 120
汪清县 | C9 | 129.772 | 43.313 | 150
安图县 | C9 | 128.899 | 43.112 | 130
长白山管委会 | C9 | 128.113 | 42.420 | 60
"""
#: Specialties of the teams; a county hospital holds more of each by itself than a township does.
_TEAMS = """cardiology endocrinology respiratory neurology orthopaedics gynaecology paediatrics oncology nephrology
    surgery ophthalmology rehabilitation""".split()
KINDS = tuple(
    replace(kind, own=min(0.85, 0.45 + kind.own / 2), min_title=3, requires=(), equipment=())
    for kind in r.KINDS
    if kind.id in _TEAMS
)


def _lead(cells: list[str]) -> Place:
    ident, name, lon, lat, *sizes = cells
    beds, staff, doctors = map(int, sizes)
    return Place(
        id=ident,
        name=name,
        kind="general",
        level=3,
        lon=float(lon),
        lat=float(lat),
        group=_GROUPS[ident],
        population=0,
        beds=beds,
        staff=staff,
        vehicles=8,
        lead=True,
        doctors=doctors,
        outside_minutes=230.0,
        weights={"rehabilitation": 0.5} if ident != "P5" else {"oncology": 0.6},
    )


def _city(cells: list[str]) -> Place:
    ident, name, lon, lat, lead, people, beds, outside = cells
    return _supported(ident, name, 3, (lon, lat), lead, (float(people), int(beds)), float(outside))


def _supported(
    ident: str, name: str, level: int, at: tuple[str, str], lead: str, size: tuple[float, int], outside: float
) -> Place:
    people, beds = size
    return Place(
        id=ident,
        name=name,
        kind="general",
        level=level,
        lon=float(at[0]),
        lat=float(at[1]),
        group=_GROUPS[lead],
        population=round(people * 1000),
        open_slots=6,
        rooms=3,
        beds=beds,
        staff=round(beds * 1.3),
        elderly=0.156,
        outside_minutes=outside,
    )


LEADS = tuple(_lead(cells) for cells in r.cells_of(_LEADS))
CITIES = tuple(_city(cells) for cells in r.cells_of(_CITIES))
_LEAD_OF = {cells[0]: cells[4] for cells in r.cells_of(_CITIES)}
_OUT = {cells[0]: float(cells[7]) for cells in r.cells_of(_CITIES)}
CITY_OF: Mapping[str, str] = {f"K{n:02d}": cells[1] for n, cells in enumerate(r.cells_of(_COUNTIES), start=1)}


def _hospital_of(county: str) -> str:
    return f"{county}中心医院" if county.endswith("管委会") else f"{county}人民医院"


COUNTIES = tuple(
    _supported(
        f"K{n:02d}",
        _hospital_of(name),
        2,
        (lon, lat),
        _LEAD_OF[city],
        (float(people), 100 * ceil(float(people) / 100) + 200),
        _OUT[city] + 30.0,
    )
    for n, (name, city, lon, lat, people) in enumerate(r.cells_of(_COUNTIES), start=1)
)
SITES = tuple(
    replace(site, population=people)
    for site, people in zip(
        CITIES + COUNTIES, r.split_whole(RESIDENTS, [float(s.population) for s in CITIES + COUNTIES]), strict=True
    )
)
CITIES, COUNTIES = SITES[: len(CITIES)], SITES[len(CITIES) :]
PLACES = LEADS + SITES


def _pull(site: Place, hospital: Place, _: str) -> float:
    """From a county to its own city hospital and its lead, less to other leads; from a city to leads alone."""
    if hospital.lead:
        own = 1.0 if hospital.group == site.group else 0.20
        return own * exp(-r.minutes(site, hospital, TRIP) / 600)
    return 0.55 if CITY_OF.get(site.id) == hospital.id else 0.0


def _cells(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[tuple[str, str], r.Cell]:
    """Every supported hospital and specialty; the leads' own patients are not the alliance's."""
    offers = {(d.home.id, d.kind.id) for d in doctors} | {(c.id, k.id) for c in CITIES for k in KINDS}
    total, found = sum(k.share for k in KINDS), {}
    for site in SITES:
        above = (*LEADS, *(c for c in CITIES if CITY_OF.get(site.id) == c.id))
        for kind in KINDS:
            share = kind.share / total * HELPED / r.VISITS_PER_RESIDENT_YEAR
            found[site.id, kind.id] = r.town_cell(dice, today, site, kind, share, above, offers, LEFT_SHARE, _pull)
    return found


def _today(dice: r.Dice, doctors: list[r.Doctor], heads: r.Heads) -> r.Today:
    """A monthly tour to every supported hospital by a doctor of its lead, two to the 19 largest: 71 a month."""
    today = r.Today(QUARTER, TRIP)
    large = sorted(SITES, key=lambda site: (-site.population, site.id))[: TOURS_A_MONTH - len(SITES)]
    for site in SITES:
        wanted = 2 if site in large else 1
        for kind in dice.some(KINDS, len(KINDS), [k.share for k in KINDS]):
            wanted -= r.add_clinic(dice, today, site, kind, doctors, heads)
            if wanted == 0:
                break
    return today


def _capabilities(
    dice: r.Dice, today: r.Today, cells: r.Cells, doctors: list[r.Doctor], places: Mapping[str, Place]
) -> list[Row]:
    """What leads and city hospitals can treat: today's load and 12 to 20 % more, to bear a failure in part."""
    offers = {(d.home.id, d.kind.id) for d in doctors}
    found: list[tuple[object, ...]] = []
    for home in (*LEADS, *CITIES):
        for kind in KINDS:
            if home in CITIES or (home.id, kind.id) in offers:
                load = r.home_load(today, home, kind, cells, doctors, places)
                found.append((home.id, kind.id, ceil(load * dice.between(1.12, 1.20)), "up"))
    return r.rows_of("institution specialty visits_per_month direction", found)


def _posts(dice: r.Dice, doctors: list[r.Doctor], heads: r.Heads) -> list[Row]:
    """Each county asks for a doctor for half a year, in a specialty from which its lead can send somebody."""
    found = []
    for site in COUNTIES:
        able = [d for d in doctors if d.home.group == site.group and d.posting != "no"]
        kinds = sorted({d.kind.id for d in able if heads[d.home.id, d.kind.department] >= 4})
        if kinds:
            found.append((site.id, dice.pick(kinds), 1, 6))
    return r.rows_of("institution specialty doctors months", found)


#: indicator | scope | value | unit | period | source | tolerance
_TARGETS = """
team_dispatches |  | 426 | dispatch | 2017-01/2017-06 | 公开材料：五家省级医院派出医疗队，至2017年6月；起始未说明 | 0.15
team_dispatches_per_month |  | 71 | dispatch | 2017-01/2017-06 | 426/6，按半年推算 | 0.15
team_patients |  | 30193 | visit | 2017-01/2017-06 | 公开材料：医疗队接诊 | 0.15
patients_per_dispatch |  | 70.9 | visit | 2017-01/2017-06 | 30193/426 | 0.02
in_county_visit_share | national criterion | 0.9 | share | 2017 | 公开材料：2017年底县域内就诊率目标90% | 0
primary_visit_share | province | 0.4295 | share | 2017 | 公开材料：基层诊疗量占比42.95% | 0.02
"""


def tables() -> Tables:
    """Every table of the region, in the order of the design."""
    assert (len(LEADS), len(CITIES), len(COUNTIES)) == (5, 9, 43)
    dice, places = r.Dice(SEED), {place.id: place for place in PLACES}
    doctors = r.eligible_doctors(dice, LEADS, KINDS, shared_names=6)
    for doctor in doctors:
        doctor.max_minutes = TRIP.longest
        doctor.per_week = 1.0 if doctor.per_week > 1 else 0.6  # a tour takes one to three days
        doctor.scope = tuple(k for k in doctor.scope if k in _TEAMS) if "general_practice" not in doctor.scope else ()
    staff = r.departments(doctors)
    heads = {(str(d["institution"]), str(d["department"])): int(str(d["headcount"])) for d in staff}
    for doctor in doctors:
        r.give_duties(dice, doctor)
    today = _today(dice, doctors, heads)
    r.check_today(today, doctors, places, heads)
    cells = _cells(dice, today, doctors)
    kinds = {kind.id: kind for kind in KINDS}
    return {
        "institutions": r.institution_rows(PLACES, insured=0.95, fund=950.0),
        "neighbours": r.neighbour_rows(SITES),
        "specialties": r.specialty_rows(KINDS),
        "needs": [r.need_row(places[i], kinds[k], cell) for (i, k), cell in cells.items()],
        "capabilities": _capabilities(dice, today, cells, doctors, places),
        "doctors": r.doctor_rows(dice, doctors, QUARTER.start.year),
        "duties": [row for d in doctors for row in d.duties],
        "departments": staff,
        "posts": _posts(dice, doctors, heads),
        "referrals": r.referral_rows(cells),
        "travel": r.outside_rows(PLACES),
        "roster": today.roster,
        "targets": r.rows_of("indicator scope value unit period source tolerance", r.cells_of(_TARGETS)),
    }


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | name | published | 五家牵头医院公开；市县医院按通用名称，哪家结对为假定 / only the leads are published
institutions | level | approximate | 省市级三级、县级二级 / provincial and city hospitals 3, county hospitals 2
institutions | lon lat | approximate | 驻地公开坐标，误差约5公里 / seats, within 5 km
institutions | group | assumed | 公开材料只说五家与9市43县结对；按地区划分为假定 / today's pairing by prefecture
institutions | population | approximate | 全省为2020年普查；市县约±8% / the province's census; units within 8 %
institutions | beds staff | approximate | 牵头医院公开床位的量级；市县按人口 / order of magnitude
needs | visits_per_month | derived | 人口×每年0.25次需上级帮助的专科就诊（假定）×专业构成 / visits that may need help
needs | own_visits_per_month | assumed | 县级医院自诊比例0.5—0.85 / share held by county hospitals
specialties | min_title | assumed | 医疗队以副高以上为主 / associate chief and above
doctors | * | assumed | 五家共300名可派医生（案例档案的规模）；虚构姓名 / 300 doctors in teams, invented
capabilities | visits_per_month | derived | 今日工作量×1.12—1.20，供停摆（N-1）分析 / today's load and 12 to 20 % more
roster | * | assumed | 每家医院一项巡诊，合计每月约71次（公开426次÷6个月）/ about 71 tours a month as published
"""

PLAN = """\
# 吉林省级五大医联体：2025年11月至2026年1月（冬季）。数据为按公开资料重建，见 sources.csv。
[region]
name = "吉林省级五大医联体"
language = "zh"
coordinates = "wgs84"

[calendar]
start = "2025-11-03"
weeks = 13
holidays = "cn"

[travel]
circuity = 1.25
speed_kmh = 80          # 多为高速公路
season_factor = 1.3     # 冬季

[sessions]
max_minutes = 420       # 巡诊一至三天，远县住宿；一次按全天计
half_day_minutes = 45
continuity = 0.7

[referrals]
max_minutes = 420
outside_minutes = 300

[grouping]
share_by = "beds"       # 牵头医院大小不同，应占份额按床位
tolerance_population = 0.12
tolerance_need = 0.15

[solver]
time_limit_s = 120
"""


def write(folder: Path = FOLDER) -> None:
    r.write_region(folder, tables(), NOTES, PLAN)


if __name__ == "__main__":
    write()
