"""The bundled region `dancheng`: 22 town units on the plain and four groups, each with one lead hospital.

Dancheng (Henan) formed four service groups by adjacency and published that, not who belongs to
which. Real here: the 8 towns, 11 townships and 3 subdistricts, the residents of the county (953,000), its
523 village units. Approximate: coordinates (the towns within 5 km, some townships placed by their
side of the county). Assumed: residents of each unit, which hospitals lead the third and fourth
group, today's grouping, everybody's name; `sources.csv` says so column by column. Today's grouping is
drawn by compass from the seat, as an office draws it: it leaves something to improve. Run
`python -m benchmarks.regions.dancheng` to write the tables again.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.regions import lacking
from benchmarks.regions import recipe as r
from benchmarks.regions.lacking import Lack
from benchmarks.regions.recipe import Place, Tables

FOLDER = Path(__file__).resolve().parents[2] / "planner" / "regions" / "dancheng"
RESIDENTS = 953_000  # resident population of 2013
VILLAGES = 523
TRIP = r.Trip(circuity=1.3, speed_kmh=40.0)
_GROUPS = {"H1": "人民医院集团", "H2": "中医院集团", "H3": "妇幼保健院集团", "H4": "第二人民医院集团"}

_HOSPITAL = "id name kind level lon lat population villages beds staff vehicles doctors"
_HOSPITALS = """
H1 | 郸城县人民医院 | general | 3 | 115.192 | 33.652 | 30000 | 6 | 1300 | 1500 | 6 | 150
H2 | 郸城县中医院 | tcm | 3 | 115.172 | 33.646 | 20000 | 4 | 800 | 900 | 4 | 96
H3 | 郸城县妇幼保健院 | maternal | 2 | 115.200 | 33.640 | 14000 | 3 | 500 | 560 | 3 | 70
H4 | 郸城县第二人民医院 | general | 2 | 115.166 | 33.634 | 14000 | 3 | 450 | 500 | 3 | 66
"""
_TOWN = "id name lon lat lead_id weight villages open_slots rooms beds staff outside_minutes"
_TOWNS = """
T01 | 洺北街道社区卫生服务中心 | 115.178 | 33.664 | H1 | 62 | 11 | 10 | 4 | 40 | 90 | 72
T02 | 洺南街道社区卫生服务中心 | 115.176 | 33.629 | H4 | 60 | 13 | 10 | 4 | 40 | 88 | 70
T03 | 新城街道社区卫生服务中心 | 115.214 | 33.644 | H3 | 54 | 13 | 10 | 4 | 40 | 84 | 72
T04 | 吴台镇中心卫生院 | 115.040 | 33.732 | H1 | 62 | 37 | 8 | 3 | 80 | 110 | 60
T05 | 南丰镇中心卫生院 | 115.205 | 33.515 | H3 | 46 | 28 | 8 | 3 | 70 | 92 | 64
T06 | 白马镇卫生院 | 115.345 | 33.725 | H2 | 44 | 26 | 5 | 2 | 60 | 80 | 70
T07 | 宁平镇中心卫生院 | 115.370 | 33.562 | H2 | 47 | 29 | 8 | 3 | 70 | 95 | 66
T08 | 宜路镇卫生院 | 115.052 | 33.634 | H1 | 44 | 27 | 5 | 2 | 60 | 82 | 58
T09 | 钱店镇卫生院 | 115.268 | 33.588 | H3 | 45 | 24 | 5 | 2 | 60 | 80 | 68
T10 | 汲冢镇中心卫生院 | 115.088 | 33.535 | H4 | 58 | 34 | 8 | 3 | 80 | 108 | 55
T11 | 石槽镇中心卫生院 | 115.322 | 33.648 | H2 | 46 | 25 | 8 | 3 | 70 | 90 | 70
T12 | 城郊乡卫生院 | 115.142 | 33.610 | H4 | 48 | 29 | 5 | 2 | 50 | 76 | 66
T13 | 虎岗乡卫生院 | 115.222 | 33.738 | H1 | 32 | 19 | 5 | 2 | 40 | 58 | 74
T14 | 汲水乡卫生院 | 115.062 | 33.578 | H4 | 36 | 21 | 5 | 2 | 40 | 62 | 56
T15 | 张完集乡卫生院 | 115.310 | 33.512 | H3 | 40 | 26 | 5 | 2 | 44 | 66 | 62
T16 | 丁村乡卫生院 | 115.270 | 33.692 | H2 | 40 | 23 | 5 | 2 | 44 | 68 | 74
T17 | 双楼乡卫生院 | 115.108 | 33.702 | H1 | 33 | 19 | 5 | 2 | 40 | 58 | 66
T18 | 秋渠乡卫生院 | 115.168 | 33.562 | H4 | 42 | 23 | 5 | 2 | 44 | 68 | 62
T19 | 东风乡卫生院 | 115.262 | 33.782 | H2 | 34 | 19 | 5 | 2 | 40 | 60 | 76
T20 | 巴集乡卫生院 | 115.170 | 33.710 | H1 | 31 | 18 | 5 | 2 | 36 | 56 | 72
T21 | 李楼乡卫生院 | 115.128 | 33.485 | H4 | 33 | 22 | 5 | 2 | 36 | 56 | 54
T22 | 胡集乡卫生院 | 115.098 | 33.658 | H1 | 36 | 21 | 5 | 2 | 40 | 60 | 62
"""
_WEIGHTS = {
    "H1": {"tcm": 0.4},
    "H2": {"tcm": 4.0, "rehabilitation": 2.5, "psychiatry": 0.0},
    "H3": {"gynaecology": 4.0, "paediatrics": 4.0, "oncology": 0.0, "psychiatry": 0.0, "nephrology": 0.0},
    "H4": {"oncology": 0.0, "dermatology": 0.0, "nephrology": 0.0},
}
_URBAN = """世纪社区 交通路社区 育新社区 洺河社区 文化路社区 金丹社区 老城社区 北环社区 黄楼社区 迎宾社区 南关社区
    建设社区 新华社区 人民路社区 东城社区 西城社区 工业路社区 文明社区 和平社区 幸福社区 团结社区
    光明社区 新城社区 湖滨社区 东环社区 科技社区 向阳社区 丰收社区 福源社区 泰和社区 万福社区 龙泉社区 安康社区
    明珠社区 花园社区 兴业社区
    学苑社区 三里社区 五里社区 东关社区 西关社区 北关社区 朝阳社区 凤凰社区 富民社区 玉带社区 长乐社区 永兴社区
    振兴社区 春风社区 荣华社区""".split()


HOSPITALS = r.listed(
    _HOSPITAL, _HOSPITALS, _GROUPS, _WEIGHTS, radius=2.0, elderly=0.11, area="seat", outside_minutes=72.0
)


def _towns() -> tuple[Place, ...]:
    """The county's residents by the units' weights, less those who see a hospital first."""
    left = RESIDENTS - sum(home.population for home in HOSPITALS)
    people = r.split_whole(left, r.column(_TOWN, _TOWNS, "weight"))
    places = r.listed(_TOWN, _TOWNS, _GROUPS, populations=people, level=1)
    return tuple(r.town(place, "街道" in place.name, (0.12, 0.185), (2.0, 4.2)) for place in places)


TOWNS = _towns()
PLACES = HOSPITALS + TOWNS

_SERVICES = """
imaging | 影像诊断中心 | data | 30 | | 3 | 1 | 0 | | 60 | 2
ecg | 心电诊断中心 | data | 30 | | 1.5 | 0.5 | 0 | | 40 | 2
laboratory | 医学检验中心 | goods | 2880 | 240 | 0.3 | 0.1 | 240 | 7 | 300 | 2
pathology | 病理诊断中心 | goods | 7200 | | 8 | 3 | 960 | 5 | 8 | 1
sterile_supply | 消毒供应中心 | goods | 7200 | | 2 | 0 | 360 | 3 | 120 | 2
"""
_RATES = """
imaging | 300 | 240 140 70 70 | 0 0 | 4 0
ecg | 400 | 170 100 50 50 | 0 0 | 1.5 0
laboratory | 1800 | 1100 640 420 380 | 0.35 0.25 | 6 0.01
pathology | 9 | 26 12 9 7 | 0 0 | 70 0.05
sterile_supply | 650 | 900 480 330 280 | 0 0.65 | 5 0.02
"""
_LEVELS = """
imaging | 小型 | 280 | 3 | 1 | 8 | 470000 | 1600000 |
imaging | 标准 | 560 | 5 | 2 | 8 | 820000 | 2400000 |
imaging | 大型 | 840 | 9 | 4 | 8 | 1400000 | 3600000 | H1
ecg | 小型 | 260 | 1 | 1 | 8 | 240000 | 400000 |
ecg | 标准 | 520 | 3 | 1 | 8 | 460000 | 800000 | H1
laboratory | 小型 | 1100 | 7 | 2 | 10 | 720000 | 2800000 | H2
laboratory | 标准 | 2200 | 12 | 4 | 10 | 1320000 | 5200000 | H1
laboratory | 大型 | 3600 | 18 | 6 | 10 | 2050000 | 9000000 |
pathology | 标准 | 110 | 5 | 2 | 8 | 1850000 | 4000000 | H1
sterile_supply | 小型 | 600 | 8 | 1 | 10 | 970000 | 2600000 | H2
sterile_supply | 标准 | 1100 | 13 | 1 | 10 | 1660000 | 5600000 | H1
"""
#: indicator | scope | value | unit | period | source | tolerance
_TARGETS = """
groups |  | 4 | group | 2022 | 公开材料：按相邻组建四个医疗健康服务集团 | 0
village_units |  | 523 | village | 2013 | 公开统计：488个行政村、35个社区 | 0.02
visits_per_resident_year |  | 6.5 | visit | 2024 | 全国统计6—7次 | 0.15
in_county_visit_share | national criterion | 0.9 | share | 2017 | 国办发〔2015〕70号附件 | 0
primary_visit_share | national criterion | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
fixed_doctors_per_township | township | 1 | doctor | 2024 | 国家医疗资源下沉机制：每个乡镇至少1名相对固定医师 | 0
clinics_per_township_month | township | 1 | session | 2024 | 国家医疗资源下沉机制：乡镇巡诊每月至少1次 | 0
"""

LACK = Lack(
    seed=4725,
    start=date(2026, 3, 30),
    trip=TRIP,
    services=_SERVICES,
    rates=_RATES,
    levels=_LEVELS,
    targets=_TARGETS,
    hosts=("H1", "H2", "H3", "H4"),
    insured=0.95,
    fund=900.0,
    posted=(date(2026, 1, 1), date(2026, 12, 31)),
    clinics=(2, 4),
)


def tables() -> Tables:
    """Every table of the region, in the order of the design."""
    assert sum(place.villages for place in PLACES) == VILLAGES
    dice = r.Dice(LACK.seed)
    villages = r.communities(dice, PLACES, _URBAN)
    doctors = lacking.doctors_of(LACK, dice, HOSPITALS)
    found = lacking.tables(LACK, dice, HOSPITALS, TOWNS, villages, doctors)
    found["market_days"] = r.market_rows(dice, TOWNS)
    return found


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | name | published | 8镇11乡3街道为真实名称；后两家牵头医院为假定 / the third and fourth lead are assumed
institutions | lon lat | approximate | 县城坐标公开；乡镇按方位估计，约5公里，部分更差 / towns within 5 km, some worse
institutions | group | assumed | 公开材料只说四个集团按相邻组成；现状按方位划分为假定 / today's groups drawn by compass
institutions | population | assumed | 全县常住95.3万（2013年）按假定权重分摊 / county total published, units assumed
communities | institution | derived | 按所属乡镇；村级单位共523个（公开）/ 523 village units as published
"""

PLAN = """\
# 郸城县四个医疗健康服务集团：2026年第二季度。数据为按公开资料重建，见 sources.csv。
[region]
name = "郸城县医疗健康服务集团"
language = "zh"
coordinates = "wgs84"

[calendar]
start = "2026-03-30"
weeks = 13
holidays = "cn"

[travel]
circuity = 1.3          # 平原
speed_kmh = 40

[shared_centres]
waits = { laboratory = [300, 480, 600], pathology = [480, 1800], sterile_supply = [600, 1920] }

[grouping]
tolerance_population = 0.08   # 各集团人口与平均相差不超过8%
tolerance_risk = 0.10         # 医保风险不超过10%

[rules]
balance_risk = "hard"

[solver]
time_limit_s = 120
"""


def write(folder: Path = FOLDER) -> None:
    r.write_region(folder, tables(), NOTES, PLAN)


if __name__ == "__main__":
    write()
