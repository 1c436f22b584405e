"""The bundled region `tianchang`: a complete worked county, reconstructed from published totals.

Tianchang (Anhui) published its rules and volumes to October 2016, not its tables. Real here: the
hospitals, the towns, the order of their populations, the county's total, the published indicators.
Approximate: coordinates (3 km) and town populations (10 %). Assumed: everybody's name, the roster,
duties, needs by specialty; `sources.csv` says so column by column. The seed is one whose roster has
about 242 clinics a quarter. Run `python -m benchmarks.regions.tianchang` to write the tables again.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path

from benchmarks.regions import recipe as r
from benchmarks.regions.recipe import Place, Row, Tables

SEED = 2044
QUARTER = r.Quarter(date(2026, 3, 30))
TRIP = r.Trip(circuity=1.4, speed_kmh=40.0)
FOLDER = Path(__file__).resolve().parents[2] / "planner" / "regions" / "tianchang"
RESIDENTS = 603_780  # census of November 2020
DOWN_A_MONTH, UP_A_MONTH = 6_321 / 10, 2_732 / 10  # published, January to October 2016; up counts referral slips
DAYS = 305.0  # days a year on which the shared centres work

_HOSPITAL = "id name kind lon lat population villages beds staff vehicles doctors"
_HOSPITALS = """
H1 | 天长市人民医院 | general | 119.012 | 32.682 | 70000 | 9 | 720 | 740 | 4 | 115
H2 | 天长市中医院 | tcm | 119.001 | 32.693 | 40000 | 5 | 450 | 500 | 3 | 82
H3 | 天康医院 | general | 118.986 | 32.678 | 24000 | 3 | 260 | 270 | 2 | 53
"""
_TOWN = "id name lon lat lead_id population villages open_slots rooms beds staff outside_minutes"
_TOWNS = """
T01 | 天长街道社区卫生服务中心 | 119.004 | 32.701 | H1 | 72780 | 11 | 10 | 4 | 30 | 96 | 74
T02 | 铜城镇中心卫生院 | 119.046 | 32.842 | H1 | 44000 | 12 | 10 | 4 | 80 | 118 | 92
T03 | 汊涧镇中心卫生院 | 118.735 | 32.655 | H2 | 47000 | 14 | 10 | 4 | 75 | 112 | 78
T04 | 秦栏镇中心卫生院 | 119.118 | 32.605 | H1 | 46000 | 10 | 8 | 3 | 60 | 95 | 58
T05 | 大通镇卫生院 | 118.872 | 32.768 | H1 | 29000 | 10 | 5 | 2 | 36 | 58 | 90
T06 | 杨村镇卫生院 | 118.818 | 32.712 | H2 | 29500 | 10 | 5 | 2 | 40 | 60 | 84
T07 | 石梁镇卫生院 | 118.905 | 32.658 | H2 | 24500 | 8 | 5 | 2 | 30 | 48 | 76
T08 | 金集镇卫生院 | 118.948 | 32.572 | H3 | 30000 | 10 | 5 | 2 | 38 | 57 | 62
T09 | 仁和集镇卫生院 | 119.046 | 32.575 | H3 | 26500 | 9 | 5 | 2 | 34 | 53 | 60
T10 | 冶山镇卫生院 | 118.946 | 32.495 | H3 | 26000 | 9 | 5 | 2 | 32 | 51 | 54
T11 | 郑集镇卫生院 | 118.928 | 32.838 | H1 | 14500 | 6 | 5 | 2 | 20 | 36 | 96
T12 | 张铺镇卫生院 | 118.775 | 32.772 | H2 | 20500 | 8 | 5 | 2 | 26 | 43 | 95
T13 | 新街镇卫生院 | 119.062 | 32.645 | H3 | 16500 | 6 | 5 | 2 | 22 | 38 | 64
T14 | 永丰镇卫生院 | 118.985 | 32.772 | H2 | 17500 | 7 | 5 | 2 | 22 | 38 | 86
T15 | 万寿镇卫生院 | 119.085 | 32.778 | H1 | 11500 | 6 | 5 | 2 | 18 | 33 | 84
T16 | 铜城镇龙岗卫生院 | 119.105 | 32.888 | H1 | 14000 | 7 | 5 | 2 | 20 | 34 | 98
"""
_GROUPS = {"H1": "人民医院医共体", "H2": "中医院医共体", "H3": "天康医院医共体"}
#: Specialties that a hospital lacks (0), or in which it is stronger or weaker than its size.
_WEIGHTS = {
    "H1": {"tcm": 0.4},
    "H2": {"tcm": 5.0, "rehabilitation": 2.5, "psychiatry": 0.0},
    "H3": {"dermatology": 0.0, "oncology": 0.0, "psychiatry": 0.0},
}


HOSPITALS = tuple(
    replace(place, private=place.id == "H3")
    for place in r.listed(
        _HOSPITAL, _HOSPITALS, _GROUPS, _WEIGHTS, level=2, radius=2.2, elderly=0.105, area="seat", outside_minutes=72.0
    )
)
TOWNS = tuple(
    r.town(place, place.id == "T01", (0.115, 0.195), (3.0, 4.5)) for place in r.listed(_TOWN, _TOWNS, _GROUPS, level=1)
)
PLACES = HOSPITALS + TOWNS
_URBAN = """炳辉社区
    园林社区 广陵社区 千秋社区 天宝社区 建设社区 平安社区 石梁河社区 城南社区 城北社区 新河社区 胭脂山社区
    红草湖社区 状元桥社区 东风社区 向阳社区 永福社区 万寿路社区 二凤社区 十八集社区 崇本社区 天发社区 沙湾社区 祝涧社区
    益民社区 望城社区 铁塔社区 西城社区""".split()

# --- shared centres ---------------------------------------------------------------------------------------
#: id | name | moves | unit | turnaround | window | minutes | verify | work | loops | least | most centres | elsewhere
_SERVICES = """
imaging | 影像诊断中心 | data | 份 | 30 | | 3 | 1 | 0 | | 60 | 2
ecg | 心电诊断中心 | data | 份 | 30 | | 1.5 | 0.5 | 0 | | 40 | 2
laboratory | 医学检验中心 | goods | 份 | 2880 | 240 | 0.3 | 0.1 | 240 | 7 | 300 | 2
pathology | 病理诊断中心 | goods | 例 | 7200 | | 8 | 3 | 960 | 5 | 8 | 1
sterile_supply | 消毒供应中心 | goods | 包 | 7200 | | 2 | 0 | 360 | 3 | 120 | 2
"""
#: Items a year per 10,000 residents at primary sites; items a day of the three hospitals' own patients; what
#: stays local in towns and hospitals (point-of-care tests, trays that the operating theatre handles itself);
#: yuan an item, and yuan an item and minute of transport.
_RATES = """
imaging | 350 | 170 90 60 | 0 0 | 4 0
ecg | 450 | 130 80 50 | 0 0 | 1.5 0
laboratory | 2200 | 1200 620 380 | 0.35 0.25 | 6 0.01
pathology | 10 | 24 10 7 | 0 0 | 70 0.05
sterile_supply | 750 | 720 340 210 | 0 0.65 | 5 0.02
"""
#: service | level | items a day | servers | verifiers | hours a day | opening cost | existing at
_LEVELS = """
imaging | 小型 | 210 | 2 | 1 | 8 | 1200000 |
imaging | 标准 | 420 | 4 | 2 | 8 | 2000000 | H1
imaging | 大型 | 720 | 7 | 3 | 8 | 3200000 |
ecg | 小型 | 200 | 1 | 1 | 8 | 400000 |
ecg | 标准 | 400 | 2 | 1 | 8 | 700000 | H1
ecg | 大型 | 600 | 3 | 1 | 8 | 1000000 |
laboratory | 小型 | 900 | 6 | 2 | 10 | 2500000 | H2
laboratory | 标准 | 1800 | 10 | 3 | 10 | 4500000 | H1
laboratory | 大型 | 3200 | 16 | 5 | 10 | 8000000 |
pathology | 小型 | 45 | 2 | 1 | 8 | 1500000 |
pathology | 标准 | 85 | 4 | 2 | 8 | 3500000 | H1
sterile_supply | 小型 | 400 | 6 | 1 | 10 | 2000000 | H2
sterile_supply | 标准 | 800 | 10 | 1 | 10 | 4500000 | H1
sterile_supply | 大型 | 1300 | 15 | 1 | 10 | 7000000 |
"""
SERVICES = tuple(cells[0] for cells in r.cells_of(_SERVICES))
RATES = {service: [[float(v) for v in part.split()] for part in rest] for service, *rest in r.cells_of(_RATES)}


def _service_rows() -> list[Row]:
    columns = """id name moves unit turnaround_minutes window_minutes minutes_per_item verify_minutes_per_item
        work_minutes loops_per_week min_items_per_day max_centres quantile days_per_year single_source"""
    return r.rows_of(columns, ((*cells, 0.95, DAYS, "yes") for cells in r.cells_of(_SERVICES)))


def _yearly(service: str, items: float, people: float) -> float:
    """Fixed yuan a year of a level: pay of two signatures, or a machine hall that grows less than its output."""
    if service in ("imaging", "ecg"):
        return round(120_000 * math.pow(people, 0.97), -4)
    scale = {"laboratory": 1_500.0, "pathology": 30_000.0, "sterile_supply": 3_500.0}[service]
    return round(scale * math.pow(items, 0.88), -4)


def _centre_rows() -> list[Row]:
    """Every level at the three leads; small and standard laboratory and sterile supply also at the largest town."""
    columns = """service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year
        cost_per_item cost_per_item_minute state opening_cost closing_cost staff"""
    order = {service: at for at, service in enumerate(SERVICES)}
    found = []
    for service, level, *figures, at in r.cells_of(_LEVELS):
        items, servers, verifiers, hours, opening = map(int, figures)
        town = service in ("laboratory", "sterile_supply") and level != "大型"
        for host in ("H1", "H2", "H3", "T02") if town else ("H1", "H2", "H3"):
            people = servers + verifiers
            money = (_yearly(service, items, people), *RATES[service][3])
            state = ("existing", 0, round(opening * 0.1, -4)) if host == at else ("candidate", opening, 0)
            found.append(
                (order[service], host, (service, host, level, items, servers, verifiers, hours, *money, *state, people))
            )
    return r.rows_of(columns, (row for *_, row in sorted(found, key=lambda one: one[:2])))


def _volume_rows() -> list[Row]:
    found = []
    for service, ((rate,), own, (town, hospital), _) in RATES.items():
        for place in TOWNS:
            found.append((place.id, service, round(place.population / 1e4 * rate / DAYS, 2), town))
        found += [(place.id, service, items, hospital) for place, items in zip(HOSPITALS, own, strict=True)]
    return r.rows_of("institution service items_per_day local_share", found)


# --- people ----------------------------------------------------------------------------------------------------


def _absences(dice: r.Dice, doctors: list[r.Doctor]) -> list[Row]:
    """A dozen leaves within the quarter; half-days off are counted on working days."""
    cases = (
        (date(2026, 4, 13), date(2026, 4, 17), "年休假"),
        (date(2026, 5, 11), date(2026, 5, 22), "年休假"),
        (date(2026, 6, 1), date(2026, 6, 5), "外出进修"),
        (date(2026, 4, 1), date(2026, 6, 28), "产假"),
        (date(2026, 4, 20), date(2026, 4, 24), "学术会议"),
        (date(2026, 5, 25), date(2026, 6, 12), "规培考核"),
    )
    found = []
    for number, doctor in enumerate(dice.some(doctors, 12)):
        start, end, reason = cases[number % len(cases)]
        days = [d for w in range(1, 6) for d in QUARTER.dates(w) if start <= d <= end]
        doctor.off += 2 * len(days)
        found.append((doctor.id, start, end, "day", reason))
    return r.rows_of("doctor start end slot reason", found)


def _lives(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[str, Place]:
    """Six doctors commute from a township; none of them is on today's roster."""
    held = {d for d, _, _ in today.count} | {str(p["doctor"]) for p in today.postings}
    return {d.id: dice.pick(TOWNS[1:5]) for d in dice.some([d for d in doctors if d.id not in held], 6)}


def _closures() -> list[Row]:
    """Mornings (and one afternoon) on which the rooms are needed for health checks of the elderly or training."""
    found = (
        ("T05", date(2026, 5, 18), date(2026, 5, 20), "am", "老年人健康体检"),
        ("T08", date(2026, 4, 21), date(2026, 4, 23), "am", "老年人健康体检"),
        ("T12", date(2026, 6, 9), date(2026, 6, 10), "am", "老年人健康体检"),
        ("T02", date(2026, 5, 27), date(2026, 5, 27), "pm", "全员培训"),
    )
    return r.rows_of("institution start end slot reason", found)


def _equipment() -> list[Row]:
    """Everybody has ECG and ultrasound; a slit lamp stands in the nine larger townships."""
    found: list[tuple[str, str, int]] = []
    for place in TOWNS:
        count = 2 if place.population > 40_000 else 1
        found += [(place.id, "心电图机", count), (place.id, "彩超", count)]
        if place.population > 25_000:
            found.append((place.id, "裂隙灯", 1))
    return r.rows_of("institution item count", found)


def _equipped(town: Place, equipment: list[Row]) -> list[r.Kind]:
    """Specialties for which the township has what a clinic needs."""
    items = {e["item"] for e in equipment if e["institution"] == town.id}
    return [k for k in r.KINDS if items.issuperset(k.equipment)]


def _today(dice: r.Dice, doctors: list[r.Doctor], heads: r.Heads, equipment: list[Row]) -> r.Today:
    """About one posting in three townships of four, and two to four regular clinics in each township."""
    today = r.Today(QUARTER, TRIP)
    spans = ((date(2025, 9, 1), date(2026, 8, 31)), (date(2026, 1, 1), date(2026, 12, 31)))
    for number, town in enumerate(TOWNS):
        if number % 4 != 3:
            r.add_posting(dice, today, town, doctors, heads, *spans[number % 2], ("ultrasound", "ophthalmology"))
    for town in TOWNS:
        fit = _equipped(town, equipment)
        wanted = dice.whole(2, 4) + (1 if town.population > 40_000 else 0)
        for kind in dice.some(fit, len(fit), [k.share for k in fit]):
            wanted -= r.add_clinic(dice, today, town, kind, doctors, heads)
            if wanted == 0:
                break
    return today


def _posts(dice: r.Dice, today: r.Today, doctors: list[r.Doctor], heads: r.Heads, equipment: list[Row]) -> list[Row]:
    """What the townships ask for: five or six posts each, where their lead has somebody to send."""
    found = []
    willing = [d for d in doctors if d.posting != "no" and heads[d.home.id, d.kind.department] >= 4]
    for town in TOWNS:
        senders = [d for d in willing if r.can_go(d, town, TRIP, heads)]
        sendable, chiefs = {d.kind.id for d in senders}, {d.kind.id for d in senders if d.title >= 3}
        held = [k for k in r.KINDS if (town.id, k.id) in today.posted]
        fit = [k for k in _equipped(town, equipment) if k.id in sendable and k not in held]
        count = 5 if town.population < 40_000 else 6
        for kind in held + dice.some(fit, count - len(held), [k.share for k in fit]):
            expert = dice.chance(0.08) and kind.id in chiefs and kind not in held
            found.append((town.id, kind.id, 1, 3 if expert else "", dice.pick((6, 6, 6, 12))))
    return r.rows_of("institution specialty doctors min_title months", found)


def _cells(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[tuple[str, str], r.Cell]:
    """16 townships x 18 specialties, then the hospitals' own residents; what a hospital lacks goes to H1."""
    offers = {(d.home.id, d.kind.id) for d in doctors}
    total = sum(k.share for k in r.KINDS)
    cells = {}
    for town in TOWNS:
        for kind in r.KINDS:
            cells[town.id, kind.id] = r.town_cell(dice, today, town, kind, kind.share / total, HOSPITALS, offers)
    for home in HOSPITALS:
        for kind in r.KINDS:
            lacking = sum(h.population for h in HOSPITALS if (h.id, kind.id) not in offers)
            people = home.population + (lacking if home.id == "H1" else 0)
            if (home.id, kind.id) in offers:
                cells[home.id, kind.id] = r.hospital_cell(dice, home, kind, kind.share / total, people)
    return cells


def _need_rows(dice: r.Dice, today: r.Today, cells: r.Cells) -> list[Row]:
    """Some townships name a frequency; where a clinic runs today they ask for the same one."""
    rows: list[Row] = []
    places, kinds = {p.id: p for p in PLACES}, {k.id: k for k in r.KINDS}
    for (i, k), cell in cells.items():
        count = today.cell(i, k)
        pattern = "any"
        if places[i].level < 2 and dice.chance(0.05):
            pattern = QUARTER.mode(count) if count else dice.pick(("weekly", "fortnightly", "monthly"))
        row = r.need_row(places[i], kinds[k], cell, pattern)
        wish = places[i].level < 2 and dice.chance(0.15)
        row["weekday"] = dice.whole(1, 5) if wish and not count else ""
        row["slot"] = "am" if wish else ""
        row["min_gap_days"] = 5 if pattern == "weekly" else ""
        row["max_gap_days"] = 21 if pattern == "fortnightly" else ""
        rows.append(row)
    return rows


def _capabilities(dice: r.Dice, today: r.Today, cells: r.Cells, doctors: list[r.Doctor]) -> list[Row]:
    """What a hospital could treat, where it said so (60 %); rehabilitation beds of the larger townships."""
    places = {p.id: p for p in PLACES}
    found: list[tuple[object, ...]] = []
    for home in HOSPITALS:
        for kind in r.KINDS:
            if (home.id, kind.id) in cells and dice.chance(0.6):
                load = r.home_load(today, home, kind, cells, doctors, places)
                found.append((home.id, kind.id, ceil(load * dice.between(1.03, 1.14)), "", "up"))
    for town in TOWNS:
        if town.population > 28_000:
            found.append((town.id, "rehabilitation", "", round(town.beds * 0.25), "down"))
            found.append((town.id, "neurology", "", round(town.beds * 0.1), "down"))
    return r.rows_of("institution specialty visits_per_month beds direction", found)


def _reserves(cells: r.Cells) -> list[Row]:
    """Visits kept for the alliance in the eight specialties referred most: 5 % of what comes up today."""
    large = sorted(r.KINDS, key=lambda k: -k.share * (1 - k.own))[:8]
    found = []
    for home in HOSPITALS:
        for kind in large:
            sent = r.sent_to(home, kind, cells)
            if (home.id, kind.id) in cells and sent > 0:
                found.append((home.id, kind.id, round(0.05 * sent), 2 if home.id == "H1" else 1))
    return r.rows_of("institution specialty visits_per_month beds", found)


# --- what was published ------------------------------------------------------------------------------------------

#: indicator | scope | value | unit | period | source | tolerance
_TARGETS = """
sent_down_staff | posts | 45 | post | 2016 | 公开材料：县级医院岗位的3%（约1,500人） | 0.10
post_share_down | county | 0.03 | share | 2016 | 公开材料 | 0.02
post_share_training_up | township | 0.05 | share | 2016 | 公开材料 | 0.02
in_county_visit_share | | 0.9224 | share | 2016-01/2016-10 | 公开材料 | 0.02
primary_visit_share | township outpatients | 0.527 | share | 2016-01/2016-10 | 公开材料 | 0.02
township_outpatient_visits | township | 800000 | visit | 2016-01/2016-10 | 公开材料 | 0.15
outpatient_visits | | 1520000 | visit | 2016-01/2016-10 | 由80万和52.7%推算，不含村卫生室 | 0.15
township_inpatients | township | 8524 | admission | 2016-01/2016-10 | 公开材料 | 0.15
referrals_down | | 6321 | referral | 2016-01/2016-10 | 公开材料 | 0.15
referrals_up | | 2732 | referral | 2016-01/2016-10 | 公开材料：只计开具转诊单者 | 0.15
down_up_ratio | | 2.31 | ratio | 2016-01/2016-10 | 6321/2732；仅作对照，不作目标 | 0.02
surplus_split | county | 0.6 | million yuan | per 1.00 million | 公开材料：结余按6:3:1分配 | 0.02
surplus_split | township | 0.3 | million yuan | per 1.00 million | 公开材料：结余按6:3:1分配 | 0.02
surplus_split | village | 0.1 | million yuan | per 1.00 million | 公开材料：结余按6:3:1分配 | 0.02
mentor_chains | | 395 | chain | 2016 | 公开材料：县乡村师带徒1+1+1 | 0.02
expert_visits | | 1350 | person-time | 2016-01/2016-10 | 公开材料 | 0.15
expert_visits_per_mentor_chain | | 3.4 | person-time | 2016-01/2016-10 | 1350/395 | 0.02
guided_rounds | | 488 | round | 2016-01/2016-10 | 公开材料 | 0.15
village_contracts | | 138000 | person | 2016 | 公开材料 | 0.02
visits_per_resident_year | | 6.5 | visit | 2024 | 全国统计6—7次 | 0.15
primary_visit_share | national criterion | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
in_county_visit_share | national criterion | 0.9 | share | 2017 | 国办发〔2015〕70号附件 | 0
fixed_doctors_per_township | township | 1 | doctor | 2024 | 国家医疗资源下沉机制：每个乡镇至少1名相对固定医师 | 0
clinics_per_township_month | township | 1 | session | 2024 | 国家医疗资源下沉机制：乡镇巡诊每月至少1次 | 0
imaging_within_minutes | | 30 | minute | 2026 | 影像远程报告30分钟 | 0
"""


def _target_rows() -> list[Row]:
    return r.rows_of("indicator scope value unit period source tolerance", r.cells_of(_TARGETS))


def tables() -> Tables:
    """Every table of the region, in the order of the design."""
    dice = r.Dice(SEED)
    villages = r.communities(dice, PLACES, _URBAN)
    doctors = r.eligible_doctors(dice, HOSPITALS, r.KINDS, shared_names=5)
    staff = r.departments(doctors)
    heads = {(str(d["institution"]), str(d["department"])): int(str(d["headcount"])) for d in staff}
    for doctor in doctors:
        r.give_duties(dice, doctor)
    absences = _absences(dice, doctors)
    equipment = _equipment()
    today = _today(dice, doctors, heads, equipment)
    absences = [a for a in absences if not any(p["doctor"] == a["doctor"] for p in today.postings)]
    r.check_today(today, doctors, {p.id: p for p in PLACES}, heads)
    cells = _cells(dice, today, doctors)
    return {
        "institutions": r.institution_rows(PLACES, insured=0.93, fund=1_050.0),
        "communities": villages,
        "specialties": r.specialty_rows(r.KINDS),
        "needs": _need_rows(dice, today, cells),
        "capabilities": _capabilities(dice, today, cells, doctors),
        "usage": r.usage_rows(r.KINDS, SERVICES),
        "doctors": r.doctor_rows(dice, doctors, 2026, _lives(dice, today, doctors)),
        "duties": [row for d in doctors for row in d.duties],
        "absences": absences,
        "departments": staff,
        "neighbours": r.neighbour_rows(TOWNS),
        "equipment": equipment,
        "services": _service_rows(),
        "volumes": _volume_rows(),
        "centres": _centre_rows(),
        "posts": _posts(dice, today, doctors, heads, equipment),
        "current_postings": today.postings,
        "referrals": r.with_slips(r.referral_rows(cells) + r.down_rows(cells, DOWN_A_MONTH), UP_A_MONTH),
        "reserves": _reserves(cells),
        "travel": r.outside_rows(PLACES),
        "roster": today.roster,
        "history": r.history_rows(dice, today, doctors, {p.id: p for p in PLACES}, "2026Q1"),
        "market_days": r.market_rows(dice, TOWNS),
        "closures": _closures(),
        "targets": _target_rows(),
    }


PLAN = """\
# 天长市医共体：2026年第二季度。数据为按公开资料重建，见 sources.csv。
[region]
name = "天长市医共体"
language = "zh"
coordinates = "wgs84"

[calendar]
start = "2026-03-30"
weeks = 13
holidays = "cn"

[travel]
circuity = 1.4          # 西南部丘陵
speed_kmh = 40

[shared_centres]
# 货物类服务的承诺等待（分钟）：当日完成，或隔一个工作日完成
waits = { laboratory = [300, 480, 600], pathology = [480, 1800], sterile_supply = [600, 1920] }

[postings]
max_posts = 45          # 县级医院岗位的3%（公开数字）
cohorts = ["2026-03-30"]

[budget]
# yuan_per_year = 15000000   # 去掉行首的 # 即有总费用上限；不设上限时约1,660万，现状约1,330万

[solver]
time_limit_s = 100
"""


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | name | published | 三家医院和15个乡镇街道为公开名称；龙岗为铜城镇第二家卫生院 / real names
institutions | group | assumed | 公开材料只说三家牵头、与乡镇结对；7/5/4为假定 / pairing sizes are assumed
institutions | population | approximate | 全市603,780人（2020年普查）；乡镇约±10% / county published, towns approximate
institutions | staff | derived | 三家医院740、500、270：各按3%取整合计45个岗位；乡镇为假定 / 3 % of each gives 45 posts
referrals | patients_per_month | derived | 上转含自行前往；下转即公布的6,321例÷10个月 / down: 6,321 in ten months
referrals | slips_per_month | derived | 上转中有转诊单者即公布的2,732例÷10个月，按流向分摊 / slips: 2,732 in ten months
volumes | items_per_day | derived | 每万居民每年影像350、心电450、检验2,200、病理10、消毒包750，÷305天；医院为假定
"""


def write(folder: Path = FOLDER) -> None:
    r.write_region(folder, tables(), NOTES, PLAN)


if __name__ == "__main__":
    write()
