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
from functools import cache
from math import ceil
from pathlib import Path

from benchmarks.regions import recipe as r
from benchmarks.regions.meixian_places import TRIP, Files, places
from benchmarks.regions.recipe import Place, Row, Tables

SEED = 441403
START = date(2026, 6, 29)
DAYS = 305.0  # days a year on which the shared centres work
Places = tuple[Place, ...]


@cache
def _dates(weekday: int, weeks: str) -> list[date]:
    return r.Quarter(START).dates(weekday, weeks)


@cache
def _modes() -> dict[str, tuple[int, int]]:
    return Quarter(START).counted()


class Quarter(r.Quarter):
    """The recipe's quarter, which remembers its dates: holidays would be looked up 200,000 times."""

    def dates(self, weekday: int, weeks: str = "all") -> list[date]:
        return _dates(weekday, weeks)

    def modes(self) -> dict[str, tuple[int, int]]:
        return _modes()

    def counted(self) -> dict[str, tuple[int, int]]:
        return super().modes()


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
RATES = {service: [[float(v) for v in part.split()] for part in rest] for service, *rest in r.cells_of(_RATES)}


def _service_rows() -> list[Row]:
    columns = """id name moves turnaround_minutes window_minutes minutes_per_item verify_minutes_per_item work_minutes
        loops_per_week min_items_per_day max_centres quantile days_per_year single_source"""
    return r.rows_of(columns, ((*cells, 0.95, DAYS, "yes") for cells in r.cells_of(_SERVICES)))


def _centre_rows() -> list[Row]:
    """Every level at the two leads; what runs today is kept, moved or closed."""
    columns = """service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year
        cost_per_item cost_per_item_minute state opening_cost closing_cost staff"""
    found = []
    for service, level, items, servers, verifiers, hours, fixed, opening, at in r.cells_of(_LEVELS):
        for host in ("H1", "H2"):
            state = ("existing", 0, int(opening) // 10) if host == at else ("candidate", opening, 0)
            money = (fixed, *RATES[service][3])
            people = int(servers) + int(verifiers)
            found.append((service, host, level, items, servers, verifiers, hours, *money, *state, people))
    return r.rows_of(columns, found)


def _volume_rows(hospitals: Places, towns: Places) -> list[Row]:
    found: list[tuple[object, ...]] = []
    for service, ((rate,), own, (town, hospital), _) in RATES.items():
        found += [(place.id, service, items, hospital) for place, items in zip(hospitals, own, strict=True)]
        found += [(place.id, service, round(place.population / 1e4 * rate / DAYS, 2), town) for place in towns]
    return r.rows_of("institution service items_per_day local_share", found)


# --- people and visits -------------------------------------------------------------------------------------


def _equipment(towns: Places) -> list[Row]:
    found = [(town.id, item, 1) for town in towns for item in ("心电图机", "彩超")]
    found += [(town.id, "裂隙灯", 1) for town in towns if town.population > 25_000]
    return r.rows_of("institution item count", found)


def _today(dice: r.Dice, towns: Places, doctors: list[r.Doctor], heads: r.Heads, equipment: list[Row]) -> r.Today:
    """A posting in two townships of three, and one to three regular clinics in each that is in reach."""
    today = r.Today(Quarter(START), TRIP)
    items = {(row["institution"], row["item"]) for row in equipment}
    able = [d for d in doctors if not d.kind.equipment]
    for number, town in enumerate(towns):
        if number % 3 != 2:
            r.add_posting(dice, today, town, able, heads, date(2026, 1, 5), date(2026, 12, 31))
    for town in towns:
        wanted = dice.whole(1, 3)
        fit = [kind for kind in r.KINDS if all((town.id, item) in items for item in kind.equipment)]
        for kind in dice.some(fit, len(fit), [k.share for k in fit]):
            wanted -= r.add_clinic(dice, today, town, kind, doctors, heads)
            if wanted == 0:
                break
    return today


def _posts(dice: r.Dice, towns: Places, today: r.Today, doctors: list[r.Doctor], heads: r.Heads) -> list[Row]:
    """Two or three posts a township beside those held, in specialties from which its group can send somebody."""
    found = []
    willing = [d for d in doctors if d.posting != "no" and heads[d.home.id, d.kind.department] >= 4]
    for town in towns:
        sendable = {d.kind.id for d in willing if d.home.group == town.group}
        held = [k for k in r.KINDS if (town.id, k.id) in today.posted]
        fit = [k for k in r.KINDS if k.id in sendable and k not in held and not k.equipment]
        more = dice.some(fit, 3 if town.population > 25_000 else 2, [k.share for k in fit])
        found += [(town.id, kind.id, 1, 6) for kind in held + more]
    return r.rows_of("institution specialty doctors months", found)


def _cells(
    dice: r.Dice, hospitals: Places, towns: Places, today: r.Today, doctors: list[r.Doctor]
) -> dict[tuple[str, str], r.Cell]:
    """Every township and specialty, then each hospital's own residents."""
    offers = {(d.home.id, d.kind.id) for d in doctors}
    total = sum(k.share for k in r.KINDS)
    cells = {}
    for town in towns:
        for kind in r.KINDS:
            share = kind.share / total
            cells[town.id, kind.id] = r.town_cell(dice, today, town, kind, share, hospitals, offers)
    for kind in r.KINDS:
        for home in hospitals:
            if (home.id, kind.id) in offers:
                people = float(home.population)
                cells[home.id, kind.id] = r.hospital_cell(dice, home, kind, kind.share / total, people)
    return cells


_TARGETS = """
primary_visit_share | national criterion | 0.65 | share | 2017 | 国办发〔2015〕70号附件 | 0
in_county_visit_share | national criterion | 0.90 | share | 2017 | 国办发〔2015〕70号附件 | 0
fixed_doctors_per_township | township | 1 | doctor | 2024 | 2024年城市医疗资源下沉机制 | 0
clinics_per_township_month | township | 1 | session | 2024 | 2024年机制：乡镇巡诊每月至少1次 | 0
"""


def tables(files: Files) -> Tables:
    """Every table of the region, in the order of the design."""
    dice = r.Dice(SEED)
    hospitals, towns, villages = places(files)
    by_id = {place.id: place for place in (*hospitals, *towns)}
    doctors = r.eligible_doctors(dice, hospitals, r.KINDS, shared_names=4)
    staff = r.departments(doctors)
    heads = {(str(d["institution"]), str(d["department"])): int(str(d["headcount"])) for d in staff}
    for doctor in doctors:
        r.give_duties(dice, doctor)
    equipment = _equipment(towns)
    today = _today(dice, towns, doctors, heads, equipment)
    r.check_today(today, doctors, by_id, heads)
    cells = _cells(dice, hospitals, towns, today, doctors)
    kinds = {kind.id: kind for kind in r.KINDS}
    own = [(home, kinds[k]) for home in hospitals for i, k in cells if i == home.id]
    loads = {(h.id, k.id): r.home_load(today, h, k, cells, doctors, by_id) for h, k in own}
    can = ((h, k, ceil(load * dice.between(1.03, 1.12)), "up") for (h, k), load in loads.items())
    return {
        "institutions": r.institution_rows((*hospitals, *towns), insured=0.95, fund=1_000.0),
        "communities": villages,
        "neighbours": r.neighbour_rows(towns),
        "specialties": r.specialty_rows(r.KINDS),
        "needs": [r.need_row(by_id[i], kinds[k], cell) for (i, k), cell in cells.items()],
        "capabilities": r.rows_of("institution specialty visits_per_month direction", can),
        "usage": r.usage_rows(r.KINDS, tuple(RATES)),
        "doctors": r.doctor_rows(dice, doctors, 2026),
        "duties": [row for d in doctors for row in d.duties],
        "departments": staff,
        "equipment": equipment,
        "services": _service_rows(),
        "volumes": _volume_rows(hospitals, towns),
        "centres": _centre_rows(),
        "posts": _posts(dice, towns, today, doctors, heads),
        "current_postings": today.postings,
        "referrals": r.referral_rows(cells),
        "travel": r.outside_rows((*hospitals, *towns)),
        "roster": today.roster,
        "targets": r.rows_of("indicator scope value unit period source tolerance", r.cells_of(_TARGETS)),
    }


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
    content = tables(Files.of(source))
    content["sources"] = r.source_rows(r.notes_of(NOTES), content)
    r.write_tables(content, target)
    (target / "plan.toml").write_text(PLAN, encoding="utf-8", newline="\n")
    return target


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), Path(sys.argv[2])))
