"""Meixian district (Meizhou, Guangdong): real townships, villages and facilities as a region.

Nothing of it is bundled: the script reads the files that a user has (`cn_meixian`: townships and
villages by statistical code, seats from GeoNames, a census row, a list of facilities) and writes
what they lack by the recipe (`benchmarks.regions.recipe`). Real are institutions, villages, codes,
points and the census total; people per township are an estimate that came with the files; doctors,
needs, volumes and the two groups are assumed, column by column in `sources.csv`.

    python -m benchmarks.regions.meixian FOLDER_OF_CN_MEIXIAN TARGET
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from benchmarks.regions import lacking
from benchmarks.regions import recipe as r
from benchmarks.regions.lacking import Lack
from benchmarks.regions.meixian_places import TRIP, Files, places
from benchmarks.regions.recipe import Tables

# --- shared centres ---------------------------------------------------------------------------------------
#: id | name | moves | turnaround | window | minutes | verify | work | loops | least | most centres | elsewhere
_SERVICES = """
imaging | 影像诊断中心 | data | 30 | | 3 | 1 | 0 | | 60 | 2
ecg | 心电诊断中心 | data | 30 | | 1.5 | 0.5 | 0 | | 40 | 2
laboratory | 医学检验中心 | goods | 2880 | 300 | 0.3 | 0.1 | 240 | 7 | 300 | 2
pathology | 病理诊断中心 | goods | 7200 | | 8 | 3 | 960 | 5 | 8 | 1
sterile_supply | 消毒供应中心 | goods | 7200 | | 2 | 0 | 360 | 3 | 120 | 2
"""
#: service | items a year per 10,000 residents | items a day of each hospital | stays local in towns, hospitals |
#: yuan an item, and yuan an item and minute of transport
_RATES = """
imaging | 350 | 190 80 25 | 0 0 | 4 0
ecg | 450 | 140 70 20 | 0 0 | 1.5 0
laboratory | 2200 | 1300 560 200 | 0.35 0.25 | 6 0.01
pathology | 10 | 26 9 6 | 0 0 | 70 0.05
sterile_supply | 750 | 760 300 120 | 0 0.65 | 5 0.02
"""
#: service | level | items a day | servers | verifiers | hours a day | fixed cost a year | opening cost | existing at
_LEVELS = """
imaging | 小型 | 210 | 2 | 1 | 8 | 350000 | 1200000 |
imaging | 标准 | 420 | 4 | 2 | 8 | 680000 | 2000000 | H1
imaging | 大型 | 720 | 7 | 3 | 8 | 1120000 | 3200000 |
ecg | 小型 | 200 | 1 | 1 | 8 | 240000 | 400000 |
ecg | 标准 | 400 | 2 | 1 | 8 | 350000 | 700000 | H1
laboratory | 小型 | 900 | 6 | 2 | 10 | 600000 | 2500000 | H2
laboratory | 标准 | 1800 | 10 | 3 | 10 | 1100000 | 4500000 | H1
laboratory | 大型 | 3200 | 16 | 5 | 10 | 1820000 | 8000000 |
pathology | 小型 | 45 | 2 | 1 | 8 | 850000 | 1500000 |
pathology | 标准 | 85 | 4 | 2 | 8 | 1500000 | 3500000 | H1
sterile_supply | 小型 | 400 | 6 | 1 | 10 | 680000 | 2000000 | H2
sterile_supply | 标准 | 800 | 10 | 1 | 10 | 1260000 | 4500000 | H1
sterile_supply | 大型 | 1300 | 15 | 1 | 10 | 1930000 | 7000000 |
"""
_TARGETS = """
primary_visit_share | national criterion | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
in_county_visit_share | national criterion | 0.90 | share | 2017 | 国办发〔2015〕70号附件 | 0
fixed_doctors_per_township | township | 1 | doctor | 2024 | 2024年城市医疗资源下沉机制 | 0
clinics_per_township_month | township | 1 | session | 2024 | 2024年机制：乡镇巡诊每月至少1次 | 0
"""


LACK = Lack(
    seed=441403,
    start=date(2026, 6, 29),
    trip=TRIP,
    services=_SERVICES,
    rates=_RATES,
    levels=_LEVELS,
    targets=_TARGETS,
    hosts=("H1", "H2"),
)


def tables(files: Files) -> Tables:
    """Every table of the region, in the order of the design."""
    dice = r.Dice(LACK.seed)
    hospitals, towns, villages = places(files)
    return lacking.tables(LACK, dice, hospitals, towns, villages, lacking.doctors_of(LACK, dice, hospitals))


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | id | published | 乡镇为统计用区划代码，医院为自编代码 / statistical codes of townships
institutions | name | published | 见机构名单；名单没有的按乡镇名加“卫生院” / as listed, else the township's name
institutions | lon lat | approximate | 机构名单（BD-09转WGS 84），与GeoNames驻地相差3公里以上者用驻地 / list or seat
institutions | group lead | assumed | 两家牵头医院；东经116.03度以西的乡镇归中医医院 / two groups, by longitude
institutions | population | derived | 2020年普查总数按村级单位数分摊 / census total by number of villages
institutions | population_65 | derived | 人口×2020年普查全区65岁以上比例 / census share of the district
communities | id name | published | 统计用区划代码和名称 / statistical codes and names
communities | lon lat | approximate | 能对上名称且可信的村卫生站，其余用乡镇驻地 / its clinic, or the township's centre
communities | institution | derived | 按所属乡镇；县城周边三分之一的村首诊在医院（假定） / by township
communities | population population_65 | derived | 乡镇估计人口平均分摊 / the township's estimate in equal parts
travel | minutes | approximate | 到紧邻的梅州市区：直线×1.4÷45公里每小时 / straight line to the city next door
targets | * | national_rule | 国家标准，出处见source列 / national criteria, see column source
"""

PLAN = """\
# 梅县区：真实的乡镇、村和机构，其余按重建方法补齐，见 sources.csv。
[region]
name = "梅县区"
language = "zh"
coordinates = "wgs84"

[calendar]
start = 2026-06-29
weeks = 13
holidays = "cn"

[travel]
circuity = 1.4          # 山区丘陵
speed_kmh = 45          # 省道、县道

[sessions]
max_minutes = 120       # 松源、隆文等北部乡镇离城区远

[shared_centres]
waits = { laboratory = [300, 480, 600], pathology = [480, 1800], sterile_supply = [600, 1920] }
"""


def write(source: Path, target: Path) -> Path:
    """Write the region made of the files in `source` as a folder of CSV files; the folder."""
    r.write_region(target, tables(Files.of(source)), NOTES, PLAN)
    return target


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), Path(sys.argv[2])))
