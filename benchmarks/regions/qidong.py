"""The bundled region `qidong`: twelve town units at the mouth of the Yangtze, two groups, one town across the water.

Qidong (Jiangsu) published what its two hospital groups did from January to October 2016, not its
tables. Real here: the hospitals that lead, the second hospital, the towns, the published figures.
Approximate: coordinates (3 km), residents of the towns (10 %). Assumed: which town belongs to
which group, the third hospital's name, everybody's name, duties, roster; `sources.csv` says so column by column. Unlike
`tianchang` the needs hold every outpatient visit, general practice included, so that the published
share of primary visits can be recomputed from them. Run `python -m benchmarks.regions.qidong` to
write the tables again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp
from pathlib import Path

from benchmarks.regions import lacking
from benchmarks.regions import recipe as r
from benchmarks.regions.lacking import Lack
from benchmarks.regions.recipe import Place, Row, Tables

FOLDER = Path(__file__).resolve().parents[2] / "planner" / "regions" / "qidong"
RESIDENTS = 960_000
MONTHS = 10  # January to October 2016, as published
UP, DOWN = 29_371, 1_373
VISITS, PRIMARY_VISITS, IN_COUNTY = 2_822_190, 2_026_174, 0.883
#: Items a working day in the three centres, published: 206 working days in ten months.
WORKING_DAYS = 247.0
TRIP = r.Trip(circuity=1.3, speed_kmh=40.0)
_GROUPS = {"H1": "人民医院集团", "H2": "中医院集团"}

_HOSPITAL = "id name kind level lead_id lon lat population villages beds staff vehicles doctors outside_minutes"
_HOSPITALS = """
H1 | 启东市人民医院 | general | 3 | H1 | 121.664 | 31.812 | 62000 | 8 | 1200 | 1450 | 6 | 150 | 75
H2 | 启东市中医院 | tcm | 3 | H2 | 121.650 | 31.806 | 40000 | 6 | 800 | 980 | 4 | 105 | 75
H3 | 启东市第二人民医院 | general | 2 | H1 | 121.603 | 32.048 | 15000 | 3 | 400 | 420 | 2 | 46 | 80
H4 | 启东市第三人民医院 | general | 2 | H2 | 121.552 | 31.842 | 9000 | 2 | 260 | 280 | 2 | 34 | 70
"""
#: weight: residents in the census of 2000, later mergers included.
_TOWN = "id name lon lat lead_id weight villages open_slots rooms beds staff outside_minutes water_minutes"
_TOWNS = """
T01 | 汇龙镇社区卫生服务中心 | 121.672 | 31.822 | H2 | 183513 | 22 | 15 | 6 | 60 | 160 | 75 | 0
T02 | 南阳镇卫生院 | 121.705 | 31.905 | H1 | 59203 | 14 | 10 | 4 | 60 | 95 | 82 | 0
T03 | 北新镇中心卫生院 | 121.545 | 31.850 | H2 | 38922 | 11 | 8 | 3 | 50 | 75 | 68 | 0
T04 | 王鲍镇卫生院 | 121.590 | 31.925 | H2 | 41220 | 11 | 8 | 3 | 50 | 78 | 72 | 0
T05 | 合作镇卫生院 | 121.655 | 31.962 | H1 | 41853 | 11 | 8 | 3 | 50 | 80 | 78 | 0
T06 | 吕四港镇社区卫生服务中心 | 121.610 | 32.060 | H1 | 94510 | 18 | 10 | 4 | 60 | 130 | 84 | 0
T07 | 海复镇中心卫生院 | 121.745 | 31.985 | H1 | 27785 | 8 | 5 | 2 | 36 | 58 | 92 | 0
T08 | 近海镇卫生院 | 121.815 | 31.905 | H1 | 45000 | 11 | 8 | 3 | 44 | 74 | 92 | 0
T09 | 寅阳镇卫生院 | 121.862 | 31.772 | H1 | 34872 | 9 | 5 | 2 | 40 | 66 | 90 | 0
T10 | 惠萍镇中心卫生院 | 121.755 | 31.785 | H1 | 40313 | 11 | 8 | 3 | 50 | 82 | 82 | 0
T11 | 东海镇卫生院 | 121.865 | 31.835 | H1 | 38000 | 10 | 5 | 2 | 40 | 70 | 94 | 0
T12 | 启隆镇卫生院 | 121.465 | 31.738 | H2 | 4600 | 3 | 4 | 2 | 12 | 20 | 55 | 35
"""
_WEIGHTS = {
    "H1": {"tcm": 0.4},
    "H2": {"tcm": 5.0, "rehabilitation": 2.5, "psychiatry": 0.0},
    "H3": {"oncology": 0.0, "dermatology": 0.0, "psychiatry": 0.0, "nephrology": 0.0},
    "H4": {"oncology": 0.0, "dermatology": 0.0, "ophthalmology": 0.0, "nephrology": 0.0},
}
_URBAN = """城中社区 紫薇社区 民乐社区 江海社区 南苑社区 花园社区 东珠社区 公园社区 新村社区 长江社区 和平社区 港西社区
    克明社区 彭城社区 临江社区 华石社区 城北社区 城南社区 灵峰社区 瑞丰社区 汇东社区 汇西社区""".split()
_TAILS = "村 港 圩 仓 桥 灶 垛 镇东 镇西 沙 滩 洪 界 盘 楼 宅".split()


def _hospitals() -> tuple[Place, ...]:
    places = r.listed(_HOSPITAL, _HOSPITALS, _GROUPS, _WEIGHTS, radius=2.5, elderly=0.20)
    return tuple(replace(place, area="seat" if place.level == 3 else "") for place in places)


HOSPITALS = _hospitals()
#: The hospitals' first-contact residents live in these units; the units' total is split by the census weights.
_SEEN_AT = {"T01": 102_000, "T06": 15_000, "T03": 9_000}


def _towns() -> tuple[Place, ...]:
    people = r.split_whole(RESIDENTS, r.column(_TOWN, _TOWNS, "weight"))
    ids = [cells[0] for cells in r.cells_of(_TOWNS)]
    first = [count - _SEEN_AT.get(ident, 0) for ident, count in zip(ids, people, strict=True)]
    places = r.listed(_TOWN, _TOWNS, _GROUPS, populations=first, level=1)
    made = (r.town(place, place.id == "T01", (0.22, 0.29), (3.5, 4.5)) for place in places)
    return tuple(replace(place, radius=3.5) if place.id == "T12" else place for place in made)


TOWNS = _towns()
PLACES = HOSPITALS + TOWNS


def _pull(site: Place, hospital: Place, specialty: str) -> float:
    """Patients go to large hospitals, near ones, their own group's, and those known for what they need."""
    size = {3: 1.0, 2: 0.30}[hospital.level]
    own = 1.0 if hospital.group == site.group else 0.22
    known = hospital.weights.get(specialty, 1.0)
    return size * own * known * exp(-r.minutes(site, hospital, TRIP) / 60)


def _kinds() -> tuple[r.Kind, ...]:
    """General practice is held in the towns: that is what makes seven visits of ten primary ones."""
    return tuple(replace(k, own=1.0) if k.id == "general_practice" else k for k in r.KINDS)


# --- shared centres ---------------------------------------------------------------------------------------
_SERVICES = """
imaging | 影像诊断中心 | data | 30 | | 3 | 1 | 0 | | 40 | 2
ecg | 心电诊断中心 | data | 30 | | 1.5 | 0.5 | 0 | | 30 | 2
laboratory | 医学检验中心 | goods | 2880 | 300 | 0.3 | 0.1 | 240 | 7 | 100 | 2
pathology | 病理诊断中心 | goods | 7200 | | 8 | 3 | 960 | 5 | 6 | 1
sterile_supply | 消毒供应中心 | goods | 7200 | | 2 | 0 | 360 | 3 | 80 | 2
"""
#: The towns' items are the published day rates; what the hospitals do for themselves is assumed.
_RATES = """
imaging | {imaging} | 210 130 45 30 | 0 0 | 4 0
ecg | {ecg} | 160 110 35 25 | 0 0 | 1.5 0
laboratory | {laboratory} | 900 560 210 140 | 0 0.25 | 6 0.01
pathology | {pathology} | 21 11 4 3 | 0 0 | 70 0.05
sterile_supply | {sterile_supply} | 780 480 170 110 | 0 0.65 | 5 0.02
"""
_LEVELS = """
imaging | 小型 | 260 | 3 | 1 | 8 | 470000 | 1600000 |
imaging | 标准 | 520 | 5 | 2 | 8 | 820000 | 2400000 | H1
imaging | 大型 | 760 | 8 | 3 | 8 | 1230000 | 3400000 |
ecg | 小型 | 220 | 1 | 1 | 8 | 240000 | 400000 |
ecg | 标准 | 440 | 2 | 1 | 8 | 350000 | 700000 | H1
laboratory | 小型 | 900 | 6 | 2 | 10 | 600000 | 2500000 | H2
laboratory | 标准 | 1800 | 10 | 3 | 10 | 1100000 | 4500000 | H1
pathology | 小型 | 45 | 2 | 1 | 8 | 850000 | 1500000 |
pathology | 标准 | 85 | 4 | 2 | 8 | 1500000 | 3500000 | H1
sterile_supply | 小型 | 400 | 6 | 1 | 10 | 680000 | 2000000 | H2
sterile_supply | 标准 | 800 | 10 | 1 | 10 | 1260000 | 4500000 | H1
sterile_supply | 大型 | 1300 | 15 | 1 | 10 | 1930000 | 7000000 |
"""
#: Published items of ten months and the part of each centre (two were published together).
_ITEMS = {
    "imaging": 20_492 * 0.55,
    "ecg": 20_492 * 0.45,
    "laboratory": 13_951 * 0.89,
    "pathology": 13_951 * 0.11,
    "sterile_supply": 30_591.0,
}


def _rates() -> str:
    """Items a year per 10,000 residents of the towns that give the published items of ten months."""
    people = sum(town.population for town in TOWNS) / 1e4
    return _RATES.format(**{k: round(n * 12 / MONTHS / people, 3) for k, n in _ITEMS.items()})


_TARGETS = f"""
referrals_up |  | {UP} | referral | 2016-01/2016-10 | 公开材料：只计开具转诊单者 | 0.15
referrals_down |  | {DOWN} | referral | 2016-01/2016-10 | 公开材料 | 0.15
down_up_ratio |  | {DOWN / UP:.5f} | ratio | 2016-01/2016-10 | 1373/29371，即上转21.4:1；仅作对照，不作目标 | 0.02
in_county_visit_share |  | {IN_COUNTY} | share | 2016-01/2016-10 | 公开材料 | 0.02
primary_visit_share |  | 0.719 | share | 2016-01/2016-10 | 公开材料；由2026174/2822190算得71.8% | 0.02
outpatient_visits |  | {VISITS} | visit | 2016-01/2016-10 | 公开材料：门急诊人次 | 0.15
city_inpatients | city hospitals | 55586 | admission | 2016-01/2016-10 | 公开材料 | 0.15
township_inpatients | township | 55148 | admission | 2016-01/2016-10 | 公开材料 | 0.15
expert_visits |  | 10493 | person-time | 2016-01/2016-10 | 公开材料：坐诊、查房、手术、会诊等合计；计划只含坐诊 | 0.15
dispatch_per_working_day |  | 50.9 | person-time | 2016-01/2016-10 | 10493/206个工作日 | 0.15
primary_visit_share | national criterion | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
in_county_visit_share | national criterion | 0.9 | share | 2017 | 国办发〔2015〕70号附件 | 0
fixed_doctors_per_township | township | 1 | doctor | 2024 | 国家医疗资源下沉机制：每个乡镇至少1名相对固定医师 | 0
clinics_per_township_month | township | 1 | session | 2024 | 国家医疗资源下沉机制：乡镇巡诊每月至少1次 | 0
"""

LACK = Lack(
    seed=20161,
    start=date(2026, 3, 30),
    trip=TRIP,
    services=_SERVICES,
    rates=_rates(),
    levels=_LEVELS,
    targets=_TARGETS,
    hosts=("H1", "H2"),
    days=WORKING_DAYS,
    kinds=_kinds(),
    insured=0.97,
    fund=1_250.0,
    posted=(date(2025, 9, 1), date(2026, 8, 31)),
    general_visits=2.65,
    walk_in_share=0.135,
    left_share=0.27,
    most_left=0.5,
    most_own=0.97,
    hospital_left_share=0.09,
    pull=_pull,
    slips=(UP / MONTHS, DOWN / MONTHS),
    clinics=(3, 5),
)


def _capabilities(rows: list[Row]) -> list[Row]:
    """What the hospitals can treat, and the rehabilitation beds of the larger towns and second-level hospitals."""
    columns = "institution specialty visits_per_month beds direction"
    found = [(row["institution"], row["specialty"], row["visits_per_month"], "", row["direction"]) for row in rows]
    for place in (*TOWNS, *HOSPITALS[2:]):
        if place.beds >= 44:
            found.append((place.id, "rehabilitation", "", round(place.beds * 0.25), "down"))
    return r.rows_of(columns, found)


def _spot(home: Place, village: Row) -> Place:
    """Where the people of a village live, on their side of the water."""
    return replace(home, id=str(village["id"]), lon=float(str(village["lon"])), lat=float(str(village["lat"])))


def tables() -> Tables:
    """Every table of the region, in the order of the design."""
    dice = r.Dice(LACK.seed)
    villages = r.communities(dice, PLACES, _URBAN, _TAILS)
    doctors = lacking.doctors_of(LACK, dice, HOSPITALS)
    found = lacking.tables(LACK, dice, HOSPITALS, TOWNS, villages, doctors)
    homes = {place.id: place for place in PLACES}
    ends = [_spot(homes[str(row["institution"])], row) for row in villages]
    found["travel"] = found["travel"] + r.water_rows(PLACES, ends, TRIP)
    found["capabilities"] = _capabilities(found["capabilities"])
    found["market_days"] = r.market_rows(dice, TOWNS)
    return found


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | name | published | 牵头两院为公开名称，第二人民医院在吕四港；第三人民医院和乡镇全称为假定
institutions | level | published | 每个集团一家三级、一家二级、若干一级 / one tertiary, one secondary, several primary
institutions | group | assumed | 公开材料只说两个集团；乡镇归属为假定 / the towns' groups are assumed
institutions | population | approximate | 全市约96万常住人口按2000年普查分摊（含后并入者）；近海、东海、启隆为估计
communities | population | derived | 乡镇人口随机分摊，合计不变 / the township's residents, split at random
needs | visits_per_month | derived | 含普通门诊（每人每年约4次），合公布的每月282,219人次；专科构成为假定 / mix assumed
needs | own_visits_per_month | derived | 基层占比合公布的71.8%；医院普通门诊按医生数分到各专科 / by doctors
needs | left_visits_per_month | derived | 合公布的县域内就诊率88.3%，多为专科，按到外地路程分摊 / as published
referrals | patients_per_month | derived | 上转含自行前往，按规模、路程、集团、专长分摊；下转即公布的1,373例÷10个月
referrals | slips_per_month | derived | 上转持转诊单者即公布的29,371例÷10个月，按流向分摊 / 29,371 in ten months
volumes | items_per_day | derived | 乡镇合计即公布的影像心电20,492、检验病理13,951、消毒30,591，÷206个工作日；医院为假定
travel | minutes | approximate | 启隆镇与各地之间须过江，另加35分钟；到外地为估计 / 35 minutes more across the water
neighbours | * | derived | 按坐标推算（Gabriel图）；启隆镇隔江 / from coordinates; one town across the water
"""

PLAN = """\
# 启东市医疗管理集团：2026年第二季度。数据为按公开资料重建，见 sources.csv。
[region]
name = "启东市医疗管理集团"
language = "zh"
coordinates = "wgs84"

[calendar]
start = "2026-03-30"
weeks = 13
holidays = "cn"

[travel]
circuity = 1.3
speed_kmh = 40

[shared_centres]
waits = { laboratory = [300, 480, 600], pathology = [480, 1800], sterile_supply = [600, 1920] }

[solver]
time_limit_s = 120
"""


def write(folder: Path = FOLDER) -> None:
    r.write_region(folder, tables(), NOTES, PLAN)


if __name__ == "__main__":
    write()
