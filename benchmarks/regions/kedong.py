"""The bundled region `kedong`: a very small county with hard winters and one-person departments.

Kedong (Heilongjiang) published its organisation only. Real here: the two hospitals' kind and the
seven towns. Approximate: the population (0.2 million) and the coordinates. Assumed: everything about
persons. It plans in seconds and tests what large counties hide: a winter quarter with the Spring
Festival, departments that cannot spare anybody, eight doctors for seven sites.
Run `python -m benchmarks.regions.kedong` to write the tables again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path

from benchmarks.regions import recipe as r
from benchmarks.regions.recipe import Place, Row, Tables

SEED = 4804
QUARTER = r.Quarter(date(2025, 12, 29))
TRIP = r.Trip(circuity=1.3, speed_kmh=40.0, season_factor=1.3)
FOLDER = Path(__file__).resolve().parents[2] / "planner" / "regions" / "kedong"
GROUP = "克东县医共体"
DAYS = 305.0


#: id | name | level | kind | lon | lat | residents | communities | radius | half-days | rooms | beds | staff | outside
_PLACES = """
H1 | 克东县人民医院 | 2 | general | 126.252 | 48.038 | 34000 | 3 | 1.8 | 0 | 0 | 300 | 330 | 95
H2 | 克东县中医医院 | 2 | tcm | 126.243 | 48.034 | 14000 | 1 | 1.8 | 0 | 0 | 100 | 120 | 95
T1 | 克东镇社区卫生服务中心 | 1 | community_centre | 126.258 | 48.047 | 30000 | 6 | 3.5 | 6 | 2 | 20 | 45 | 96
T2 | 宝泉镇卫生院 | 1 | township_centre | 126.390 | 47.900 | 33000 | 7 | 7 | 5 | 1 | 40 | 52 | 88
T3 | 乾丰镇卫生院 | 1 | township_centre | 126.205 | 47.895 | 25000 | 6 | 7 | 5 | 1 | 24 | 38 | 92
T4 | 玉岗镇卫生院 | 1 | township_centre | 126.060 | 48.055 | 22000 | 5 | 7 | 5 | 1 | 22 | 34 | 105
T5 | 蒲峪路镇卫生院 | 1 | township_centre | 126.300 | 47.985 | 18000 | 5 | 7 | 5 | 1 | 18 | 30 | 90
T6 | 润津乡卫生院 | 1 | township_centre | 126.405 | 48.115 | 13000 | 4 | 7 | 5 | 1 | 14 | 24 | 98
T7 | 昌盛乡卫生院 | 1 | township_centre | 126.120 | 48.150 | 11000 | 3 | 7 | 5 | 1 | 12 | 22 | 112
"""


def _place(cells: list[str]) -> Place:
    ident, name, level, kind, lon, lat, people, villages, radius, slots, rooms, beds, staff, outside = cells
    return Place(
        id=ident,
        name=name,
        kind=kind,
        level=int(level),
        lon=float(lon),
        lat=float(lat),
        group=GROUP,
        population=int(people),
        villages=int(villages),
        radius=float(radius),
        open_slots=int(slots),
        rooms=int(rooms),
        beds=int(beds),
        staff=int(staff),
        vehicles=2 if ident == "H1" else 1,
        lead=ident == "H1",
        elderly=0.16 if level == "2" else 0.21,
        area="seat" if ident in ("H1", "H2", "T1") else "",
        outside_minutes=float(outside),
        floor=2 if level == "1" else "",  # the planner's default of 4 is beyond eight doctors
    )


PLACES = tuple(_place(cells) for cells in r.cells_of(_PLACES))
HOSPITALS, TOWNS = PLACES[:2], PLACES[2:]
_URBAN = "站前社区 中心社区 城东社区 永安社区 文化社区 克山路社区 二克山社区 富民社区 北城社区 向阳社区".split()
_TAILS = "屯 窝棚 岗 河 沟 林 家屯 家岗 胜 丰 兴 荣".split()
#: specialty | home | headcount | title | sessions a week | posting | longest trip. One doctor each; paediatrics
#: is one person, neurology two: neither can leave.
_DOCTORS = """
cardiology | H1 | 6 | 3 | 2 | no | 90
tcm | H2 | 5 | 3 | 2 | may | 90
general_practice | H1 | 5 | 2 | 2 | wants | 90
respiratory | H1 | 4 | 3 | 1 | may | 90
neurology | H1 | 2 | 2 | 1 | no | 60
gynaecology | H1 | 5 | 2 | 1 | may | 90
paediatrics | H1 | 1 | 2 | 1 | no | 60
rehabilitation | H2 | 3 | 2 | 2 | no | 90
"""
_STAFF = {kind: rest for kind, *rest in r.cells_of(_DOCTORS)}
KINDS = tuple(replace(k, requires=tuple(s for s in k.requires if s != "pathology")) for k in r.KINDS if k.id in _STAFF)


def _doctors(dice: r.Dice) -> list[r.Doctor]:
    homes = {h.id: h for h in HOSPITALS}
    out: list[r.Doctor] = []
    for kind, name in zip(KINDS, r.person_names(dice, len(KINDS)), strict=True):
        home, _, title, week, posting, longest = _STAFF[kind.id]
        ident = f"D{len(out) + 1}"
        doctor = r.Doctor(ident, name, homes[home], kind, int(title), float(week), posting, float(longest))
        r.give_duties(dice, doctor)
        out.append(doctor)
    return out


#: id | name | moves | unit | turnaround | window | minutes | verify | work | loops | most centres | price elsewhere
_SERVICES = """
imaging | 影像诊断中心 | data | 份 | 30 | | 3 | 1 | 0 | | 2
ecg | 心电诊断中心 | data | 份 | 30 | | 1.5 | 0.5 | 0 | | 2
laboratory | 医学检验中心 | goods | 份 | 4320 | 240 | 0.4 | 0.1 | 240 | 6 | 1
"""
#: service | level | items a day | servers | verifiers | yuan a year; the smaller one exists at the county hospital
_LEVELS = """
imaging | 小型 | 120 | 1 | 1 | 150000
imaging | 标准 | 210 | 2 | 1 | 350000
ecg | 小型 | 150 | 1 | 1 | 150000
laboratory | 小型 | 560 | 4 | 1 | 450000
laboratory | 标准 | 900 | 6 | 2 | 700000
"""
#: service -> items a year per 10,000 residents; a day at the two hospitals; share kept local; yuan an item
_RATES = {
    "imaging": (300.0, (55, 15), 0.0, 4.0),
    "ecg": (350.0, (45, 12), 0.0, 1.5),
    "laboratory": (1800.0, (230, 55), 0.3, 6.0),
}


def _services() -> list[Row]:
    columns = """id name moves unit turnaround_minutes window_minutes minutes_per_item verify_minutes_per_item
        work_minutes loops_per_week max_centres quantile days_per_year"""
    return r.rows_of(columns, ((*cells, 0.95, DAYS) for cells in r.cells_of(_SERVICES)))


def _centres() -> list[Row]:
    columns = """service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year
        cost_per_item state opening_cost closing_cost"""
    found = []
    for service, level, *figures in r.cells_of(_LEVELS):
        items, servers, verifiers, cost = map(int, figures)
        for host in ("H1", "H2"):
            existing = host == "H1" and level == "小型"
            state = ("existing", 0, round(0.2 * cost, -4)) if existing else ("candidate", 2 * cost, 0)
            found.append((service, host, level, items, servers, verifiers, 8, cost, _RATES[service][3], *state))
    return r.rows_of(columns, found)


def _volumes() -> list[Row]:
    found: list[tuple[object, ...]] = []
    for service, (rate, own, local, _) in _RATES.items():
        found += [(p.id, service, items, local) for p, items in zip(HOSPITALS, own, strict=True)]
        found += [(p.id, service, round(p.population / 1e4 * rate / DAYS, 2), local) for p in TOWNS]
    return r.rows_of("institution service items_per_day local_share", found)


#: What the townships ask for, and the national rules that the plan is held against.
_POSTS = (
    ("T2", "general_practice"),
    ("T3", "tcm"),
    ("T4", "general_practice"),
    ("T6", "tcm"),
    ("T4", "gynaecology"),
    ("T7", "respiratory"),
)
_TARGETS = """
fixed_doctors_per_township | township | 1 | doctor | 2024 | 国家医疗资源下沉机制：每个乡镇至少1名相对固定医师 | 0
clinics_per_township_month | township | 1 | session | 2024 | 国家医疗资源下沉机制：乡镇巡诊每月至少1次 | 0
in_county_visit_share | national criterion | 0.9 | share | 2017 | 国办发〔2015〕70号附件 | 0
"""


def _today(dice: r.Dice, doctors: list[r.Doctor], heads: r.Heads) -> r.Today:
    """One posting, and at most two clinics in each township."""
    today = r.Today(QUARTER, TRIP)
    able = [d for d in doctors if d.kind.id == "general_practice"]
    r.add_posting(dice, today, TOWNS[1], able, heads, date(2025, 9, 1), date(2026, 8, 31))
    for town in TOWNS:
        done = 0
        for kind in dice.some(KINDS, len(KINDS), [k.share for k in KINDS]):
            done += done < 2 and r.add_clinic(dice, today, town, kind, doctors, heads)
    r.check_today(today, doctors, {p.id: p for p in PLACES}, heads)
    return today


def _cells(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[tuple[str, str], r.Cell]:
    """Seven townships x eight specialties; the seat's other residents go to the hospital of the specialty."""
    total = sum(k.share for k in r.KINDS)  # the other specialties' visits are not planned here
    homes, offers = {d.kind.id: d.home for d in doctors}, {(d.home.id, d.kind.id) for d in doctors}
    cells = {}
    for town in TOWNS:
        for kind in KINDS:
            cells[town.id, kind.id] = r.town_cell(dice, today, town, kind, kind.share / total, HOSPITALS, offers)
    seat = float(sum(h.population for h in HOSPITALS))
    for kind in KINDS:
        home = homes[kind.id]
        cells[home.id, kind.id] = r.hospital_cell(dice, home, kind, kind.share / total, seat)
    return cells


def tables() -> Tables:
    """Every table of the region."""
    dice = r.Dice(SEED)
    villages = r.communities(dice, PLACES, _URBAN, _TAILS)
    doctors = _doctors(dice)
    heads = {(d.home.id, d.kind.department): int(_STAFF[d.kind.id][1]) for d in doctors}
    today = _today(dice, doctors, heads)
    cells = _cells(dice, today, doctors)
    places, kinds = {p.id: p for p in PLACES}, {k.id: k for k in KINDS}
    loads = [(d, r.home_load(today, d.home, d.kind, cells, doctors, places)) for d in doctors]
    told = [(d.home.id, d.kind.id, ceil(load * 1.08), "up") for d, load in loads if d.title == 3]
    return {
        "institutions": r.institution_rows(PLACES, insured=0.92, fund=980.0),
        "communities": villages,
        "specialties": r.specialty_rows(KINDS),
        "needs": [r.need_row(places[i], kinds[k], cell) for (i, k), cell in cells.items()],
        "capabilities": r.rows_of("institution specialty visits_per_month direction", told),
        "usage": r.usage_rows(KINDS, tuple(_RATES)),
        "doctors": r.doctor_rows(dice, doctors, 2026),
        "duties": [row for d in doctors for row in d.duties],
        "departments": r.rows_of("institution department headcount", ((*key, n) for key, n in heads.items())),
        "neighbours": r.neighbour_rows(TOWNS),
        "equipment": r.rows_of("institution item count", ((t.id, "心电图机", 1) for t in TOWNS)),
        "services": _services(),
        "volumes": _volumes(),
        "centres": _centres(),
        "posts": r.rows_of("institution specialty doctors months", ((*post, 1, 6) for post in _POSTS)),
        "current_postings": today.postings,
        "referrals": r.referral_rows(cells),
        "travel": r.outside_rows(PLACES),
        "roster": today.roster,
        "market_days": r.market_rows(dice, TOWNS),
        "targets": r.rows_of("indicator scope value unit period source tolerance", r.cells_of(_TARGETS)),
    }


PLAN = """\
# 克东县医共体：2026年第一季度（含春节，冬季路程×1.3）。数据为重建，见 sources.csv。
[region]
name = "克东县医共体"
language = "zh"
coordinates = "wgs84"

[calendar]
start = "2025-12-29"
weeks = 13
holidays = "cn"

[travel]
circuity = 1.3
speed_kmh = 40
season_factor = 1.3     # 11月至3月积雪

[solver]
time_limit_s = 40
"""

#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | name | approximate | 两家县级医院和七个乡镇为真实地名，全称按惯例 / real places, usual full names
institutions | group | published | 县级医院牵头、乡镇为枢纽、村为基础 / county hospital leads
institutions | population | approximate | 全县约20万人，乡镇间为估计 / about 0.2 million, split estimated
institutions | min_sessions_per_month | national_rule | 国家要求乡镇每月至少1次，本县按2次 / at least 1 a month, here 2
needs | left_visits_per_month | assumed | 外流约7%，按到外地路程调整；无公布数字 / about 7 %, nothing published
departments | headcount | assumed | 小县医院科室人数 / a small hospital's departments
targets | * | national_rule | 国家要求，出处见source列 / national rules, see column source
"""


def write(folder: Path = FOLDER) -> None:
    r.write_region(folder, tables(), NOTES, PLAN)


if __name__ == "__main__":
    write()
