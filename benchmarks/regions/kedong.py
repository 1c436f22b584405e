"""The bundled region `kedong`: a very small county with hard winters and one-person departments.

Kedong (Heilongjiang) published its organisation only (case card 2.6 of the project's dossier). Real
here: the two hospitals' kind and the seven towns. Approximate: the population (0.2 million) and the
coordinates. Assumed: everything about persons. It plans in seconds and tests what large counties hide:
a winter quarter with the Spring Festival, departments that cannot spare anybody, eight doctors for
seven sites. Run `python -m benchmarks.regions.kedong` to write the tables again.
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


def _town(ident: str, name: str, lon: float, lat: float, population: int, villages: int, **more: object) -> Place:
    return replace(Place(ident, name, "township_centre", 1, lon, lat, GROUP, population, villages, radius=7.0, elderly=0.21,
                         rooms=1, beds=18, staff=30), **more)  # type: ignore[arg-type]


HOSPITALS = (
    Place("H1", "克东县人民医院", "general", 2, 126.252, 48.038, GROUP, 34_000, 3, 1.8, beds=300, staff=330, vehicles=2, lead=True,
          elderly=0.16, doctors=6, area="seat", outside_minutes=95.0),
    Place("H2", "克东县中医医院", "tcm", 2, 126.243, 48.034, GROUP, 14_000, 1, 1.8, beds=100, staff=120, elderly=0.16, doctors=2,
          area="seat", outside_minutes=95.0),
)
TOWNS = (
    _town("T1", "克东镇社区卫生服务中心", 126.258, 48.047, 30_000, 6, kind="community_centre", radius=3.5, area="seat", open_slots=6,
          rooms=2, beds=20, staff=45, outside_minutes=96.0),
    _town("T2", "宝泉镇卫生院", 126.390, 47.900, 33_000, 7, beds=40, staff=52, outside_minutes=88.0),
    _town("T3", "乾丰镇卫生院", 126.205, 47.895, 25_000, 6, beds=24, staff=38, outside_minutes=92.0),
    _town("T4", "玉岗镇卫生院", 126.060, 48.055, 22_000, 5, beds=22, staff=34, outside_minutes=105.0),
    _town("T5", "蒲峪路镇卫生院", 126.300, 47.985, 18_000, 5, outside_minutes=90.0),
    _town("T6", "润津乡卫生院", 126.405, 48.115, 13_000, 4, beds=14, staff=24, outside_minutes=98.0),
    _town("T7", "昌盛乡卫生院", 126.120, 48.150, 11_000, 3, beds=12, staff=22, outside_minutes=112.0),
)
PLACES = HOSPITALS + TOWNS
_URBAN = ("站前社区", "中心社区", "城东社区", "永安社区", "文化社区", "克山路社区", "二克山社区", "富民社区", "北城社区", "向阳社区")
_TAILS = ("屯", "窝棚", "岗", "河", "沟", "林", "家屯", "家岗", "胜", "丰", "兴", "荣")
_WANTED = ("cardiology", "general_practice", "respiratory", "neurology", "gynaecology", "paediatrics", "tcm", "rehabilitation")
KINDS = tuple(replace(k, requires=tuple(s for s in k.requires if s != "pathology"), equipment=k.equipment)
              for k in r.KINDS if k.id in _WANTED)
#: Department headcounts: paediatrics has one doctor, neurology two; neither can leave.
_HEADCOUNT = {"心血管内科": 6, "全科医学科": 5, "呼吸肿瘤科": 4, "神经内科": 2, "妇产科": 5, "儿科": 1, "中医科": 5, "康复医学科": 3}
#: id, title, sessions a week, posting, longest trip; in the order of `KINDS`.
_DOCTORS: dict[str, tuple[str, int, float, str, float]] = {
    "cardiology": ("H1", 3, 2.0, "no", 90.0), "tcm": ("H2", 3, 2.0, "may", 90.0), "general_practice": ("H1", 2, 2.0, "wants", 90.0),
    "respiratory": ("H1", 3, 1.0, "may", 90.0), "neurology": ("H1", 2, 1.0, "no", 60.0), "gynaecology": ("H1", 2, 1.0, "may", 90.0),
    "paediatrics": ("H1", 2, 1.0, "no", 60.0), "rehabilitation": ("H2", 2, 2.0, "no", 90.0),
}


def _doctors(dice: r.Dice) -> list[r.Doctor]:
    homes = {h.id: h for h in HOSPITALS}
    out: list[r.Doctor] = []
    for kind, name in zip(KINDS, r.person_names(dice, len(KINDS)), strict=True):
        home, title, week, posting, longest = _DOCTORS[kind.id]
        doctor = r.Doctor(f"D{len(out) + 1}", name, homes[home], kind, title, week, posting, longest)
        r.give_duties(dice, doctor)
        out.append(doctor)
    return out


def _departments(doctors: list[r.Doctor]) -> list[Row]:
    return [{"institution": d.home.id, "department": d.kind.department, "headcount": _HEADCOUNT[d.kind.department],
             "max_away_share": ""} for d in doctors]


def _services() -> tuple[list[Row], list[Row], list[Row]]:
    """Reading of films and traces at the county hospital, one laboratory; the TCM hospital may host a small one."""
    names = ("id", "name", "moves", "unit", "turnaround_minutes", "window_minutes", "minutes_per_item", "verify_minutes_per_item",
             "work_minutes", "loops_per_week", "quantile", "days_per_year", "max_centres", "unserved_cost")
    services: list[Row] = [dict(zip(names, v, strict=True)) for v in (
        ("imaging", "影像诊断中心", "data", "份", 30, "", 3.0, 1.0, 0, "", 0.95, DAYS, 2, 40),
        ("ecg", "心电诊断中心", "data", "份", 30, "", 1.5, 0.5, 0, "", 0.95, DAYS, 2, 25),
        ("laboratory", "医学检验中心", "goods", "管", 4320, 240, 0.4, 0.1, 240, 6, 0.95, DAYS, 1, 30))]
    sizes = {"imaging": {"小型": (120, 1, 1, 150_000), "标准": (210, 2, 1, 350_000)}, "ecg": {"小型": (150, 1, 1, 150_000)},
             "laboratory": {"小型": (560, 4, 1, 450_000), "标准": (900, 6, 2, 700_000)}}
    each = {"imaging": 4.0, "ecg": 1.5, "laboratory": 6.0}
    centres: list[Row] = []
    for service, levels in sizes.items():
        for host in ("H1", "H2"):
            for level, (items, servers, verifiers, cost) in levels.items():
                existing = host == "H1" and level == "小型"
                centres.append({"service": service, "institution": host, "level": level, "items_per_day": items, "servers": servers,
                                "verifiers": verifiers, "hours_per_day": 8, "fixed_cost_per_year": cost, "cost_per_item": each[service],
                                "state": "existing" if existing else "candidate", "opening_cost": 0 if existing else 2 * cost,
                                "closing_cost": round(0.2 * cost, -4) if existing else 0})
    rates, hospital = {"imaging": 300.0, "ecg": 350.0, "laboratory": 1800.0}, {"imaging": (55, 15), "ecg": (45, 12), "laboratory": (230, 55)}
    volumes: list[Row] = [{"institution": p.id, "service": s,
                           "items_per_day": hospital[s][PLACES.index(p)] if p.level == 2 else round(p.population / 1e4 * rate / DAYS, 2),
                           "local_share": 0.3 if s == "laboratory" else 0.0} for s, rate in rates.items() for p in PLACES]
    return services, centres, volumes


def tables() -> Tables:
    """Every table of the region."""
    dice = r.Dice(SEED)
    villages = r.communities(dice, PLACES, _URBAN, _TAILS)
    doctors = _doctors(dice)
    staff = _departments(doctors)
    heads = {(str(d["institution"]), str(d["department"])): int(str(d["headcount"])) for d in staff}
    today = r.Today(QUARTER, TRIP)
    r.add_posting(dice, today, TOWNS[1], [d for d in doctors if d.kind.id == "general_practice"], heads, date(2025, 9, 1),
                  date(2026, 8, 31), ())
    for town in TOWNS:
        done = 0
        for kind in dice.some(KINDS, len(KINDS), [k.share for k in KINDS]):
            done += done < 2 and r.add_clinic(dice, today, town, kind, doctors, heads)
    r.check_today(today, doctors, {p.id: p for p in PLACES}, heads)
    offers = {(d.home.id, d.kind.id) for d in doctors}
    total = sum(k.share for k in r.KINDS)  # the other specialties' visits are not planned here
    cells = {(t.id, k.id): r.town_cell(dice, today, t, k, k.share / total, HOSPITALS, offers) for t in TOWNS for k in KINDS}
    seat = float(sum(h.population for h in HOSPITALS))
    for doctor in doctors:
        cells[doctor.home.id, doctor.kind.id] = r.hospital_cell(dice, doctor.home, doctor.kind, doctor.kind.share / total, seat)
    places, kinds = {p.id: p for p in PLACES}, {k.id: k for k in KINDS}
    services, centres, volumes = _services()
    loads = {(d.home.id, d.kind.id): r.home_load(today, d.home, d.kind, cells, doctors, places) for d in doctors}
    return {
        "institutions": r.institution_rows(PLACES, insured=0.92, fund=980.0),
        "communities": villages,
        "specialties": r.specialty_rows(KINDS),
        "needs": [r.need_row(places[i], kinds[k], cell) for (i, k), cell in cells.items()],
        "capabilities": [{"institution": h, "specialty": k, "visits_per_month": ceil(v * 1.08), "beds": "", "direction": "up"}
                         for (h, k), v in loads.items() if k in ("cardiology", "tcm", "respiratory")],
        "usage": r.usage_rows(KINDS, ("imaging", "ecg", "laboratory")),
        "doctors": r.doctor_rows(dice, doctors, 2026),
        "duties": [row for d in doctors for row in d.duties],
        "departments": staff,
        "neighbours": r.neighbour_rows(TOWNS),
        "equipment": [{"institution": t.id, "item": "心电图机", "count": 1} for t in TOWNS],
        "services": services,
        "volumes": volumes,
        "centres": centres,
        "posts": [{"institution": i, "specialty": k, "doctors": 1, "months": 6} for i, k in (
            ("T2", "general_practice"), ("T3", "tcm"), ("T4", "general_practice"), ("T6", "tcm"), ("T4", "gynaecology"), ("T7", "respiratory"))],
        "current_postings": today.postings,
        "referrals": r.referral_rows(cells),
        "travel": [{"origin": p.id, "destination": "outside", "minutes": p.outside_minutes, "km": "", "profile": "patient",
                    "method": "approximate"} for p in PLACES],
        "roster": today.roster,
        "market_days": r.market_rows(dice, TOWNS),
        "targets": [
            {"indicator": "fixed_doctors_per_township", "scope": "township", "value": 1, "unit": "doctor", "period": "2024",
             "source": "2024年城市医疗资源下沉机制：每个乡镇卫生院至少1名相对固定医师", "tolerance": 0.0},
            {"indicator": "clinics_per_township_month", "scope": "township", "value": 1, "unit": "session", "period": "2024",
             "source": "2024年机制：乡镇巡诊每月至少1次", "tolerance": 0.0},
            {"indicator": "in_county_visit_share", "scope": "national criterion", "value": 0.90, "unit": "share", "period": "2017",
             "source": "国办发〔2015〕70号附件", "tolerance": 0.0}],
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
time_limit_s = 20
"""

NOTES: dict[str, dict[str, tuple[str, str]]] = {
    "institutions": {
        "name": ("approximate", "县人民医院、中医医院和七个乡镇为真实地名，机构全称按惯例"),
        "group": ("published", "县级医院牵头、乡镇为枢纽、村为基础"),
        "population": ("approximate", "全县约20万人；乡镇间分配为估计"),
    },
    "targets": {"*": ("national_rule", "国家要求，出处见source列")},
    "needs": {"left_visits_per_month": ("assumed", "外流约7%，按到外地的路程调整；无公布数字")},
}


def write(folder: Path = FOLDER) -> None:
    content = tables()
    content["sources"] = r.source_rows(NOTES, content)
    r.write_tables(content, folder)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
