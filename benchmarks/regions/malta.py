"""Malta and Gozo: real hospitals, health centres, settlements and roads as a region across a ferry.

Nothing of it is bundled: the script reads the files that a user has (`mt_malta`: an OpenStreetMap
extract with its facilities and settlements) and writes what they lack by the recipe
(`benchmarks.regions.recipe`). Real are institutions, settlements with their population, points and
roads; doctors, needs, volumes and costs are assumed, column by column in `sources.csv`. The road
file is copied beside the tables, so `alliance plan` computes travel from it.

    python -m benchmarks.regions.malta FOLDER_OF_MT_MALTA TARGET
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.regions import lacking
from benchmarks.regions import recipe as r
from benchmarks.regions.lacking import Lack
from benchmarks.regions.malta_places import Files, places
from benchmarks.regions.recipe import Tables

#: Straight lines stand in for roads while today's practice is drawn. They are slow, so that nobody
#: crosses the strait in half a day (the ferry and its roads take about 100 minutes).
TRIP = r.Trip(circuity=1.6, speed_kmh=25.0)

#: id | name | moves | turnaround | window | minutes | verify | work | loops | least | most centres
_SERVICES = """
imaging | Imaging | data | 30 | | 3 | 1 | 0 | | 60 | 2
ecg | ECG | data | 30 | | 1.5 | 0.5 | 0 | | 40 | 2
laboratory | Laboratory | goods | 2880 | 300 | 0.3 | 0.1 | 240 | 7 | 200 | 2
pathology | Pathology | goods | 7200 | | 8 | 3 | 960 | 5 | 8 | 1
sterile_supply | Sterile supply | goods | 7200 | | 2 | 0 | 360 | 3 | 100 | 2
"""
#: service | items a year per 10,000 residents | items a day of each hospital | stays local in towns, hospitals |
#: money an item, and an item and minute of transport
_RATES = """
imaging | 350 | 200 50 12 8 15 | 0 0 | 4 0
ecg | 450 | 130 45 10 12 20 | 0 0 | 1.5 0
laboratory | 2200 | 1300 330 60 50 90 | 0.35 0.25 | 6 0.01
pathology | 10 | 26 6 3 1 1 | 0 0 | 70 0.05
sterile_supply | 750 | 720 190 30 20 45 | 0 0.65 | 5 0.02
"""
#: service | level | items a day | servers | verifiers | hours a day | fixed cost a year | opening cost | existing at
_LEVELS = """
imaging | small | 180 | 2 | 1 | 8 | 350000 | 1200000 | n3919240489
imaging | standard | 420 | 4 | 2 | 8 | 680000 | 2000000 | w24063943
imaging | large | 720 | 7 | 3 | 8 | 1120000 | 3200000 |
ecg | small | 200 | 1 | 1 | 8 | 240000 | 400000 | n3919240489
ecg | standard | 400 | 2 | 1 | 8 | 350000 | 700000 | w24063943
laboratory | small | 700 | 6 | 2 | 10 | 600000 | 2500000 | n3919240489
laboratory | standard | 1800 | 10 | 3 | 10 | 1100000 | 4500000 | w24063943
laboratory | large | 3000 | 16 | 5 | 10 | 1820000 | 8000000 |
pathology | small | 45 | 2 | 1 | 8 | 850000 | 1500000 |
pathology | standard | 85 | 4 | 2 | 8 | 1500000 | 3500000 | w24063943
sterile_supply | small | 300 | 5 | 1 | 10 | 600000 | 1800000 | n3919240489
sterile_supply | standard | 800 | 10 | 1 | 10 | 1260000 | 4500000 | w24063943
sterile_supply | large | 1300 | 15 | 1 | 10 | 1930000 | 7000000 |
"""
_TARGETS = """
primary_visit_share | national criterion (China) | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
clinics_per_township_month | township | 1 | session | 2024 | 2024年机制：乡镇巡诊每月至少1次 | 0
"""
_DEPARTMENTS = {
    "endocrinology": "Endocrinology and nephrology",
    "nephrology": "Endocrinology and nephrology",
    "respiratory": "Respiratory and oncology",
    "oncology": "Respiratory and oncology",
    "ophthalmology": "Eyes and ENT",
    "ent": "Eyes and ENT",
}
_ITEMS = {"心电图机": "ECG recorder", "彩超": "ultrasound scanner", "裂隙灯": "slit lamp"}
#: Traditional Chinese medicine is no specialty of this country.
NOT_HERE = ("tcm",)
_NAMES = {"ent": "ENT", "general_practice": "Family medicine"}


def _english(kind: r.Kind) -> r.Kind:
    name = _NAMES.get(kind.id, kind.id.replace("_", " ").capitalize())
    items = tuple(_ITEMS[item] for item in kind.equipment)
    return replace(kind, name=name, department=_DEPARTMENTS.get(kind.id, name), equipment=items)


LACK = Lack(
    seed=356,
    start=date(2026, 6, 29),
    trip=TRIP,
    services=_SERVICES,
    rates=_RATES,
    levels=_LEVELS,
    targets=_TARGETS,
    hosts=("w24063943", "n3919240489"),
    kinds=tuple(_english(kind) for kind in r.KINDS if kind.id not in NOT_HERE),
    equipment=("ECG recorder", "ultrasound scanner"),
    large_equipment=("slit lamp",),
    shared_names=0,
    chinese_calendar=False,
)


def tables(files: Files) -> Tables:
    """Every table of the region, in the order of the design."""
    dice = r.Dice(LACK.seed)
    hospitals, towns, settlements = places(files)
    doctors = lacking.doctors_of(LACK, dice, hospitals)
    for number, doctor in enumerate(doctors):
        doctor.name = f"Doctor {number + 1:03d}"
        if doctor.home.id == LACK.hosts[0] and number % 4 == 0:
            doctor.max_minutes = 150.0  # willing to spend a day on the other island
    return lacking.tables(LACK, dice, hospitals, towns, settlements, doctors)


#: What the region knows about its columns beyond the recipe: table | columns | mark | note.
NOTES = """
institutions | id name lon lat | published | OpenStreetMap 2018-08, ODbL 1.0; names in English
institutions | lead group | assumed | one alliance led by the main hospital
institutions | population | derived | residents of the settlements nearest to it on its island
communities | id name lon lat population | published | OpenStreetMap 2018-08, ODbL 1.0; 64 settlements with a population
communities | institution | derived | nearest health centre or general hospital on the island, in a straight line
communities | population_65 | approximate | 19 % everywhere
doctors | name | assumed | numbered
travel | minutes | assumed | treatment abroad
targets | * | national_rule | Chinese national criteria, for comparison
"""

PLAN = """\
# Malta and Gozo: real places and roads; what they lack is filled by the recipe, see sources.csv.
[region]
name = "Malta"
language = "en"

[calendar]
start = 2026-06-29
weeks = 13
holidays = "none"

[travel]
minutes_each_end = 5

[sessions]
max_minutes = 150       # the other island is a day's trip

[shared_centres]
waits = { laboratory = [300, 480, 600], pathology = [480, 1800], sterile_supply = [600, 1920] }
"""


def write(source: Path, target: Path) -> Path:
    """Write the region made of the files in `source` as a folder of CSV files with its roads; the folder."""
    files = Files.of(source)
    r.write_region(target, tables(files), NOTES, PLAN)
    shutil.copyfile(files.roads, target / "roads.osm.pbf")
    return target


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), Path(sys.argv[2])))
