"""The bundled region `tianchang`: a complete worked county, reconstructed from published totals.

Tianchang (Anhui) published its rules and volumes to October 2016 (case card 2.15 of the project's
dossier), not its tables. Real here: the hospitals, the towns, the order of their populations, the
county's total, the published indicators. Approximate: coordinates (3 km) and town populations
(10 %). Assumed: everybody's name, the roster, duties, needs by specialty; `sources.csv` says so
column by column. Run `python -m benchmarks.regions.tianchang` to write the tables again.
"""

from __future__ import annotations

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
PEOPLE, TCM, TIANKANG = "人民医院医共体", "中医院医共体", "天康医院医共体"
RESIDENTS = 603_780  # census of November 2020
DOWN_A_MONTH = 6_321 / 10  # published, January to October 2016
DAYS = 305.0  # days a year on which the shared centres work

#: Specialties that a hospital lacks (0) or in which it is stronger than its size.
_STRONG_TCM = {"tcm": 5.0, "rehabilitation": 2.5, "psychiatry": 0.0}
_SMALL = {"dermatology": 0.0, "oncology": 0.0, "psychiatry": 0.0}


def _hospital(ident: str, name: str, kind: str, lon: float, lat: float, group: str, **more: object) -> Place:
    return replace(Place(ident, name, kind, 2, lon, lat, group, 0, radius=2.2, lead=True, elderly=0.105, area="seat",
                         outside_minutes=72.0), **more)  # type: ignore[arg-type]


def _town(ident: str, name: str, lon: float, lat: float, group: str, population: int, villages: int, **more: object) -> Place:
    elderly = 0.195 if population < 60_000 else 0.115
    return replace(Place(ident, name, "township_centre", 1, lon, lat, group, population, villages, elderly=elderly), **more)  # type: ignore[arg-type]


HOSPITALS = (
    _hospital("H1", "天长市人民医院", "general", 119.012, 32.682, PEOPLE, population=70_000, villages=9, beds=720, staff=740,
              vehicles=4, doctors=115, weights={"tcm": 0.4}),
    _hospital("H2", "天长市中医院", "tcm", 119.001, 32.693, TCM, population=40_000, villages=5, beds=450, staff=500, vehicles=3,
              doctors=82, weights=_STRONG_TCM),
    _hospital("H3", "天康医院", "general", 118.986, 32.678, TIANKANG, population=24_000, villages=3, beds=260, staff=270,
              vehicles=2, doctors=53, weights=_SMALL, private=True),
)
TOWNS = (
    _town("T01", "天长街道社区卫生服务中心", 119.004, 32.701, PEOPLE, 72_780, 11, kind="community_centre", radius=3.0, area="seat",
          open_slots=10, rooms=4, beds=30, staff=96, outside_minutes=74.0),
    _town("T02", "铜城镇中心卫生院", 119.046, 32.842, PEOPLE, 44_000, 12, open_slots=10, rooms=4, beds=80, staff=118, outside_minutes=92.0),
    _town("T03", "汊涧镇中心卫生院", 118.735, 32.655, TCM, 47_000, 14, open_slots=10, rooms=4, beds=75, staff=112, vehicles=2,
          outside_minutes=78.0),
    _town("T04", "秦栏镇中心卫生院", 119.118, 32.605, PEOPLE, 46_000, 10, open_slots=8, rooms=3, beds=60, staff=95, outside_minutes=58.0),
    _town("T05", "大通镇卫生院", 118.872, 32.768, PEOPLE, 29_000, 10, beds=36, staff=58, outside_minutes=90.0),
    _town("T06", "杨村镇卫生院", 118.818, 32.712, TCM, 29_500, 10, beds=40, staff=60, outside_minutes=84.0),
    _town("T07", "石梁镇卫生院", 118.905, 32.658, TCM, 24_500, 8, beds=30, staff=48, outside_minutes=76.0),
    _town("T08", "金集镇卫生院", 118.948, 32.572, TIANKANG, 30_000, 10, beds=38, staff=57, outside_minutes=62.0),
    _town("T09", "仁和集镇卫生院", 119.046, 32.575, TIANKANG, 26_500, 9, beds=34, staff=53, outside_minutes=60.0),
    _town("T10", "冶山镇卫生院", 118.946, 32.495, TIANKANG, 26_000, 9, beds=32, staff=51, outside_minutes=54.0),
    _town("T11", "郑集镇卫生院", 118.928, 32.838, PEOPLE, 14_500, 6, beds=20, staff=36, outside_minutes=96.0),
    _town("T12", "张铺镇卫生院", 118.775, 32.772, TCM, 20_500, 8, beds=26, staff=43, outside_minutes=95.0),
    _town("T13", "新街镇卫生院", 119.062, 32.645, TIANKANG, 16_500, 6, beds=22, staff=38, outside_minutes=64.0),
    _town("T14", "永丰镇卫生院", 118.985, 32.772, TCM, 17_500, 7, beds=22, staff=38, outside_minutes=86.0),
    _town("T15", "万寿镇卫生院", 119.085, 32.778, PEOPLE, 11_500, 6, beds=18, staff=33, outside_minutes=84.0),
    _town("T16", "铜城镇龙岗卫生院", 119.105, 32.888, PEOPLE, 14_000, 7, beds=20, staff=34, outside_minutes=98.0),
)
PLACES = HOSPITALS + TOWNS
_URBAN = ("炳辉社区", "园林社区", "广陵社区", "千秋社区", "天宝社区", "建设社区", "平安社区", "石梁河社区", "城南社区", "城北社区", "新河社区",
          "胭脂山社区", "红草湖社区", "状元桥社区", "东风社区", "向阳社区", "永福社区", "万寿路社区", "二凤社区", "十八集社区", "崇本社区",
          "天发社区", "沙湾社区", "祝涧社区", "益民社区", "望城社区", "铁塔社区", "西城社区")

# --- shared centres ---------------------------------------------------------------------------------------
#: id, name, moves, unit, turnaround, window, minutes, verify, work, loops, least items, most centres, price elsewhere
_SERVICES = (
    ("imaging", "影像诊断中心", "data", "份", 30, "", 3.0, 1.0, 0, "", 60, 2, 40),
    ("ecg", "心电诊断中心", "data", "份", 30, "", 1.5, 0.5, 0, "", 40, 2, 25),
    ("laboratory", "医学检验中心", "goods", "管", 2880, 240, 0.3, 0.1, 240, 7, 300, 2, 30),
    ("pathology", "病理诊断中心", "goods", "例", 7200, "", 8.0, 3.0, 960, 5, 8, 1, 150),
    ("sterile_supply", "消毒供应中心", "goods", "包", 7200, "", 2.0, 0.0, 360, 3, 120, 2, 20),
)
#: Items a year per 10,000 residents at primary sites; items a working day of the three hospitals' own patients.
_PER_10K = {"imaging": 350.0, "ecg": 450.0, "laboratory": 2200.0, "pathology": 10.0, "sterile_supply": 750.0}
_HOSPITAL_DAY = {"imaging": (170, 90, 60), "ecg": (130, 80, 50), "laboratory": (1200, 620, 380), "pathology": (24, 10, 7),
                 "sterile_supply": (720, 340, 210)}
_LOCAL = {"laboratory": (0.35, 0.25), "sterile_supply": (0.0, 0.65)}  # towns, hospitals
#: level -> items a day, servers, verifiers, hours a day, opening cost
_LEVELS = {
    "imaging": {"小型": (210, 2, 1, 8, 1_200_000), "标准": (420, 4, 2, 8, 2_000_000), "大型": (720, 7, 3, 8, 3_200_000)},
    "ecg": {"小型": (200, 1, 1, 8, 400_000), "标准": (400, 2, 1, 8, 700_000), "大型": (600, 3, 1, 8, 1_000_000)},
    "laboratory": {"小型": (900, 6, 2, 10, 2_500_000), "标准": (1800, 10, 3, 10, 4_500_000), "大型": (3200, 16, 5, 10, 8_000_000)},
    "pathology": {"小型": (45, 2, 1, 8, 1_500_000), "标准": (85, 4, 2, 8, 3_500_000)},
    "sterile_supply": {"小型": (400, 6, 1, 10, 2_000_000), "标准": (800, 10, 1, 10, 4_500_000), "大型": (1300, 15, 1, 10, 7_000_000)},
}
_HOSTS = {s: ("H1", "H2", "H3") + (("T02",) if s in ("laboratory", "sterile_supply") else ()) for s in _LEVELS}
_RUNNING = {("imaging", "H1"): "标准", ("ecg", "H1"): "标准", ("laboratory", "H1"): "标准", ("laboratory", "H2"): "小型",
            ("pathology", "H1"): "标准", ("sterile_supply", "H1"): "标准", ("sterile_supply", "H2"): "小型"}


def _service_rows() -> list[Row]:
    names = ("id", "name", "moves", "unit", "turnaround_minutes", "window_minutes", "minutes_per_item", "verify_minutes_per_item",
             "work_minutes", "loops_per_week", "min_items_per_day", "max_centres", "unserved_cost")
    rows: list[Row] = []
    for values in _SERVICES:
        row = dict(zip(names, values, strict=True))
        rows.append({**row, "quantile": 0.95, "days_per_year": DAYS, "single_source": "yes"})
    return rows


def _yearly(service: str, items: float, servers: int, verifiers: int) -> float:
    """Fixed yuan a year of a level: pay of two signatures, or a machine hall that grows less than its output."""
    if service in ("imaging", "ecg"):
        return round(120_000 * (servers + verifiers) ** 0.97, -4)
    scale = {"laboratory": 1_500.0, "pathology": 30_000.0, "sterile_supply": 3_500.0}[service]
    return round(scale * items**0.88, -4)


def _centre_rows() -> list[Row]:
    rows: list[Row] = []
    each = {"imaging": (4.0, 0.0), "ecg": (1.5, 0.0), "laboratory": (6.0, 0.01), "pathology": (70.0, 0.05), "sterile_supply": (5.0, 0.02)}
    for service, hosts in _HOSTS.items():
        for host in hosts:
            for level, (items, servers, verifiers, hours, opening) in _LEVELS[service].items():
                if host == "T02" and level == "大型":
                    continue  # a town hospital has no hall for the largest size
                existing = _RUNNING.get((service, host)) == level
                rows.append({
                    "service": service, "institution": host, "level": level, "items_per_day": items, "servers": servers,
                    "verifiers": verifiers, "hours_per_day": hours, "fixed_cost_per_year": _yearly(service, items, servers, verifiers),
                    "cost_per_item": each[service][0], "cost_per_item_minute": each[service][1],
                    "state": "existing" if existing else "candidate", "opening_cost": 0 if existing else opening,
                    "closing_cost": round(opening * 0.1, -4) if existing else 0, "staff": servers + verifiers})
    return rows


def _volume_rows() -> list[Row]:
    rows: list[Row] = []
    for service, rate in _PER_10K.items():
        for at, place in enumerate(PLACES):
            items = _HOSPITAL_DAY[service][at] if place.lead else round(place.population / 1e4 * rate / DAYS, 2)
            local = _LOCAL.get(service, (0.0, 0.0))[1 if place.lead else 0]
            rows.append({"institution": place.id, "service": service, "items_per_day": items, "local_share": local})
    return rows


# --- people ----------------------------------------------------------------------------------------------------


def _absences(dice: r.Dice, doctors: list[r.Doctor]) -> list[Row]:
    """A dozen leaves within the quarter; half-days off are counted on working days."""
    cases = ((date(2026, 4, 13), date(2026, 4, 17), "年休假"), (date(2026, 5, 11), date(2026, 5, 22), "年休假"),
             (date(2026, 6, 1), date(2026, 6, 5), "外出进修"), (date(2026, 4, 1), date(2026, 6, 28), "产假"),
             (date(2026, 4, 20), date(2026, 4, 24), "学术会议"), (date(2026, 5, 25), date(2026, 6, 12), "规培考核"))
    rows: list[Row] = []
    for number, doctor in enumerate(dice.some(doctors, 12)):
        start, end, reason = cases[number % len(cases)]
        days = [d for w in range(1, 6) for d in QUARTER.dates(w) if start <= d <= end]
        doctor.off += 2 * len(days)
        rows.append({"doctor": doctor.id, "start": start, "end": end, "slot": "day", "reason": reason})
    return rows


def _lives(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[str, Place]:
    """Six doctors commute from a township; none of them is on today's roster."""
    held = {d for d, _, _ in today.count} | {str(p["doctor"]) for p in today.postings}
    return {d.id: dice.pick(TOWNS[1:5]) for d in dice.some([d for d in doctors if d.id not in held], 6)}


def _closures() -> list[Row]:
    """Mornings (and one afternoon) on which the rooms are needed for health checks of the elderly or training."""
    cases = (("T05", date(2026, 5, 18), date(2026, 5, 20), "am", "老年人健康体检"), ("T08", date(2026, 4, 21), date(2026, 4, 23), "am", "老年人健康体检"),
             ("T12", date(2026, 6, 9), date(2026, 6, 10), "am", "老年人健康体检"), ("T02", date(2026, 5, 27), date(2026, 5, 27), "pm", "全员培训"))
    names = ("institution", "start", "end", "slot", "reason")
    return [dict(zip(names, case, strict=True)) for case in cases]


def _equipment() -> list[Row]:
    rows: list[Row] = []
    for place in TOWNS:
        large = place.population > 40_000
        rows.append({"institution": place.id, "item": "心电图机", "count": 2 if large else 1})
        rows.append({"institution": place.id, "item": "彩超", "count": 2 if large else 1})
        if large or place.population > 25_000:
            rows.append({"institution": place.id, "item": "裂隙灯", "count": 1})
    return rows


def _today(dice: r.Dice, doctors: list[r.Doctor], heads: dict[tuple[str, str], int], items: set[tuple[str, str]]) -> r.Today:
    """About one posting in three townships of four, and two to four regular clinics in each township."""
    today = r.Today(QUARTER, TRIP)
    ends = (date(2026, 8, 31), date(2026, 12, 31))
    for number, town in enumerate(TOWNS):
        if number % 4 != 3:
            start = date(2025, 9, 1) if number % 2 == 0 else date(2026, 1, 1)
            r.add_posting(dice, today, town, doctors, heads, start, ends[number % 2], ("ultrasound", "ophthalmology"))
    for town in TOWNS:
        fit = [k for k in r.KINDS if all((town.id, item) in items for item in k.equipment)]
        wanted = dice.whole(2, 4) + (1 if town.population > 40_000 else 0)
        for kind in dice.some(fit, len(fit), [k.share for k in fit]):
            wanted -= r.add_clinic(dice, today, town, kind, doctors, heads)
            if wanted == 0:
                break
    return today


def _posts(dice: r.Dice, today: r.Today, doctors: list[r.Doctor], heads: dict[tuple[str, str], int], items: set[tuple[str, str]]) -> list[Row]:
    """What the townships ask for: five or six posts each, where their lead has somebody to send."""
    rows: list[Row] = []
    for town in TOWNS:
        senders = [d for d in doctors if d.posting != "no" and r.can_go(d, town, TRIP, heads)
                   and heads[d.home.id, d.kind.department] >= 4]
        sendable, chiefs = {d.kind.id for d in senders}, {d.kind.id for d in senders if d.title >= 3}
        held = [k for k in r.KINDS if (town.id, k.id) in today.posted]
        fit = [k for k in r.KINDS if k.id in sendable and k not in held and all((town.id, item) in items for item in k.equipment)]
        count = 5 if town.population < 40_000 else 6
        for kind in held + dice.some(fit, count - len(held), [k.share for k in fit]):
            rows.append({"institution": town.id, "specialty": kind.id, "doctors": 1,
                         "min_title": 3 if dice.chance(0.08) and kind.id in chiefs and kind not in held else "", "months": dice.pick((6, 6, 6, 12))})
    return rows


def _cells(dice: r.Dice, today: r.Today, doctors: list[r.Doctor]) -> dict[tuple[str, str], r.Cell]:
    """16 townships x 18 specialties, then the hospitals' own residents; what a hospital lacks goes to H1."""
    offers = {(d.home.id, d.kind.id) for d in doctors}
    total = sum(k.share for k in r.KINDS)
    cells = {(t.id, k.id): r.town_cell(dice, today, t, k, k.share / total, HOSPITALS, offers) for t in TOWNS for k in r.KINDS}
    for home in HOSPITALS:
        for kind in r.KINDS:
            people = float(home.population)
            if home.id == "H1":
                people += sum(h.population for h in HOSPITALS[1:] if (h.id, kind.id) not in offers)
            if (home.id, kind.id) in offers:
                cells[home.id, kind.id] = r.hospital_cell(dice, home, kind, kind.share / total, people)
    return cells


def _need_rows(dice: r.Dice, today: r.Today, cells: dict[tuple[str, str], r.Cell]) -> list[Row]:
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


def _capabilities(dice: r.Dice, today: r.Today, cells: dict[tuple[str, str], r.Cell], doctors: list[r.Doctor]) -> list[Row]:
    """What a hospital could treat, where it said so (60 %); rehabilitation beds of the larger townships."""
    places = {p.id: p for p in PLACES}
    rows: list[Row] = []
    for home in HOSPITALS:
        for kind in r.KINDS:
            if (home.id, kind.id) in cells and dice.chance(0.6):
                load = r.home_load(today, home, kind, cells, doctors, places)
                rows.append({"institution": home.id, "specialty": kind.id, "visits_per_month": ceil(load * dice.between(1.03, 1.14)),
                             "beds": "", "direction": "up"})
    for town in TOWNS:
        if town.population > 28_000:
            rows.append({"institution": town.id, "specialty": "rehabilitation", "visits_per_month": "",
                         "beds": round(town.beds * 0.25), "direction": "down"})
            rows.append({"institution": town.id, "specialty": "neurology", "visits_per_month": "",
                         "beds": round(town.beds * 0.1), "direction": "down"})
    return rows


def _reserves(cells: dict[tuple[str, str], r.Cell]) -> list[Row]:
    """Visits kept for the alliance in the eight specialties referred most: 5 % of what comes up today."""
    large = sorted(r.KINDS, key=lambda k: -k.share * (1 - k.own))[:8]
    rows: list[Row] = []
    for home in HOSPITALS:
        for kind in large:
            sent = sum(c.referred.get(home.id, 0.0) for (_, k), c in cells.items() if k == kind.id)
            if (home.id, kind.id) in cells and sent > 0:
                rows.append({"institution": home.id, "specialty": kind.id, "visits_per_month": round(0.05 * sent),
                             "beds": 2 if home.id == "H1" else 1})
    return rows


# --- what was published ------------------------------------------------------------------------------------------

_CARD = "天长市医共体公开材料（案例卡2.15）"
_TARGETS: tuple[tuple[str, str, float, str, str, str, float], ...] = (
    ("sent_down_staff", "posts", 45, "post", "2016", f"{_CARD}：县级医院岗位的3%", 0.10),
    ("post_share_down", "county", 0.03, "share", "2016", _CARD, 0.02),
    ("post_share_training_up", "township", 0.05, "share", "2016", _CARD, 0.02),
    ("in_county_visit_share", "", 0.9224, "share", "2016-01/2016-10", _CARD, 0.02),
    ("primary_visit_share", "township outpatients", 0.527, "share", "2016-01/2016-10", _CARD, 0.02),
    ("township_outpatient_visits", "township", 800_000, "visit", "2016-01/2016-10", _CARD, 0.15),
    ("outpatient_visits", "", 1_520_000, "visit", "2016-01/2016-10", f"{_CARD}：由80万和52.7%推算，不含村卫生室", 0.15),
    ("township_inpatients", "township", 8_524, "admission", "2016-01/2016-10", _CARD, 0.15),
    ("referrals_down", "", 6_321, "referral", "2016-01/2016-10", _CARD, 0.15),
    ("referrals_up", "", 2_732, "referral", "2016-01/2016-10", f"{_CARD}：只计开具转诊单者", 0.15),
    ("down_up_ratio", "", 2.31, "ratio", "2016-01/2016-10", f"{_CARD}：6321/2732；仅作对照，不作目标", 0.02),
    ("surplus_split", "county", 0.60, "million yuan", "per 1.00 million", f"{_CARD}：结余按6:3:1分配", 0.02),
    ("surplus_split", "township", 0.30, "million yuan", "per 1.00 million", f"{_CARD}：结余按6:3:1分配", 0.02),
    ("surplus_split", "village", 0.10, "million yuan", "per 1.00 million", f"{_CARD}：结余按6:3:1分配", 0.02),
    ("mentor_chains", "", 395, "chain", "2016", f"{_CARD}：县乡村师带徒1+1+1", 0.02),
    ("expert_visits", "", 1_350, "person-time", "2016-01/2016-10", _CARD, 0.15),
    ("expert_visits_per_mentor_chain", "", 3.4, "person-time", "2016-01/2016-10", f"{_CARD}：1350/395", 0.02),
    ("guided_rounds", "", 488, "round", "2016-01/2016-10", _CARD, 0.15),
    ("village_contracts", "", 138_000, "person", "2016", _CARD, 0.02),
    ("visits_per_resident_year", "", 6.5, "visit", "2024", "全国统计6—7次", 0.15),
    ("primary_visit_share", "national criterion", 0.65, "share", "2017", "国办发〔2015〕70号附件", 0.0),
    ("in_county_visit_share", "national criterion", 0.90, "share", "2017", "国办发〔2015〕70号附件", 0.0),
    ("fixed_doctors_per_township", "township", 1, "doctor", "2024", "2024年城市医疗资源下沉机制：每个乡镇卫生院至少1名相对固定医师", 0.0),
    ("clinics_per_township_month", "township", 1, "session", "2024", "2024年机制：乡镇巡诊每月至少1次", 0.0),
    ("imaging_within_minutes", "", 30, "minute", "2026", "影像远程报告30分钟", 0.0),
)


def _target_rows() -> list[Row]:
    names = ("indicator", "scope", "value", "unit", "period", "source", "tolerance")
    return [dict(zip(names, values, strict=True)) for values in _TARGETS]


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
    items = {(str(e["institution"]), str(e["item"])) for e in equipment}
    today = _today(dice, doctors, heads, items)
    absences = [a for a in absences if not any(p["doctor"] == a["doctor"] for p in today.postings)]
    r.check_today(today, doctors, {p.id: p for p in PLACES}, heads)
    cells = _cells(dice, today, doctors)
    services = _service_rows()
    return {
        "institutions": r.institution_rows(PLACES, insured=0.93, fund=1_050.0),
        "communities": villages,
        "specialties": r.specialty_rows(r.KINDS),
        "needs": _need_rows(dice, today, cells),
        "capabilities": _capabilities(dice, today, cells, doctors),
        "usage": r.usage_rows(r.KINDS, tuple(_LEVELS)),
        "doctors": r.doctor_rows(dice, doctors, 2026, _lives(dice, today, doctors)),
        "duties": [row for d in doctors for row in d.duties],
        "absences": absences,
        "departments": staff,
        "neighbours": r.neighbour_rows(TOWNS),
        "equipment": equipment,
        "services": services,
        "volumes": _volume_rows(),
        "centres": _centre_rows(),
        "posts": _posts(dice, today, doctors, heads, items),
        "current_postings": today.postings,
        "referrals": r.referral_rows(cells) + r.down_rows(cells, r.KINDS, DOWN_A_MONTH),
        "reserves": _reserves(cells),
        "travel": [{"origin": p.id, "destination": "outside", "minutes": p.outside_minutes, "km": "", "profile": "patient",
                    "method": "approximate"} for p in PLACES],
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
# yuan_per_year = 17000000   # 去掉行首的 # 即按总费用上限规划

[solver]
time_limit_s = 60
"""


def write(folder: Path = FOLDER) -> None:
    content = tables()
    content["sources"] = r.source_rows(NOTES, content)
    r.write_tables(content, folder)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8", newline="\n")


NOTES: dict[str, dict[str, tuple[str, str]]] = {
    "institutions": {
        "name": ("published", "三家县级医院和15个乡镇街道为公开名称；龙岗为铜城镇的第二家卫生院"),
        "group": ("assumed", "公开材料只说明三家牵头、分片结对；7/5/4为假定"),
        "population": ("approximate", "全市603,780人（2020年普查，已公布）；乡镇人口约±10%，城区部分居民首诊在医院（70,000/40,000/24,000为假定）"),
        "staff": ("derived", "三家医院740/500/270：各3%取整之和为45个岗位；乡镇为假定"),
    },
    "referrals": {"patients_per_month": ("derived", "上转含自行前往，远多于公布的转诊单2,732例；下转合计632/月 = 公布的6,321例÷10个月")},
    "volumes": {"items_per_day": ("derived", "乡镇：影像350、心电450、检验2,200、病理10、消毒包750（每万居民每年）÷305天；医院为假定")},
}

if __name__ == "__main__":
    write()
