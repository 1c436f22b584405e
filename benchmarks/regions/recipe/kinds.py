"""The specialties: shares of visits, capture by mode, what they ask for, and what goes down again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.regions.recipe.texts import Row, cells_of, rows_of

CLINIC_PATIENTS = 15.0  # patients per clinic, domain sheet D9
HOME_PATIENTS = 5.0  # referrals a home half-day would have seen


@dataclass(frozen=True)
class Kind:
    """Rates of one specialty: share of visits, share held locally, recoverable share, capture."""

    id: str
    name: str
    department: str
    share: float
    own: float
    recoverable: float
    capture: tuple[float, float, float, float]  # monthly, fortnightly, weekly, twice a week
    posted: float
    tele: float
    min_title: int = 2
    requires: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    surgical: bool = False


#: id | name | department | share of visits | own | recoverable | capture monthly, fortnightly, weekly, twice |
#: posted | tele | least title | required services | equipment | operates
_KINDS = """
cardiology | 心血管内科 | 心血管内科 | .12 | .35 | .45 | .18 .35 .55 .70 | .75 | .10 | 2 | ecg laboratory | 心电图机 |
endocrinology | 内分泌科 | 内分泌肾病科 | .09 | .40 | .50 | .20 .38 .58 .70 | .75 | .15 | 2 | laboratory | |
tcm | 中医 | 中医科 | .12 | .60 | .60 | .15 .30 .55 .70 | .80 | .05 | 2 | | |
general_practice | 全科医学 | 全科医学科 | .10 | .75 | .50 | .15 .30 .50 .65 | .80 | .05 | 2 | | |
respiratory | 呼吸内科 | 呼吸肿瘤科 | .08 | .40 | .40 | .18 .35 .55 .68 | .70 | .10 | 2 | imaging laboratory | |
neurology | 神经内科 | 神经内科 | .06 | .25 | .40 | .18 .35 .52 .65 | .70 | .10 | 2 | imaging | |
orthopaedics | 骨科 | 骨科 | .08 | .25 | .35 | .15 .30 .48 .60 | .70 | .03 | 2 | imaging | | yes
gynaecology | 妇科 | 妇产科 | .06 | .30 | .45 | .18 .35 .55 .68 | .75 | .03 | 2 | laboratory pathology | | yes
paediatrics | 儿科 | 儿科 | .08 | .45 | .40 | .10 .25 .45 .60 | .75 | .05 | 2 | laboratory | |
rehabilitation | 康复医学 | 康复医学科 | .04 | .25 | .50 | .10 .25 .50 .65 | .80 | .02 | 2 | | |
ultrasound | 超声诊断 | 超声科 | .03 | .30 | .60 | .20 .40 .60 .75 | .80 | 0 | 2 | | 彩超 |
ophthalmology | 眼科 | 五官科 | .03 | .15 | .40 | .25 .42 .58 .65 | .70 | .03 | 2 | | 裂隙灯 | yes
ent | 耳鼻喉科 | 五官科 | .03 | .15 | .40 | .25 .42 .58 .65 | .70 | .02 | 2 | sterile_supply | | yes
dermatology | 皮肤科 | 皮肤科 | .03 | .20 | .55 | .25 .42 .58 .65 | .70 | .20 | 2 | | |
nephrology | 肾内科 | 内分泌肾病科 | .015 | .15 | .40 | .28 .45 .60 .65 | .65 | .10 | 3 | laboratory | |
oncology | 肿瘤科 | 呼吸肿瘤科 | .015 | .10 | .30 | .28 .45 .60 .65 | .65 | .10 | 3 | imaging laboratory | |
surgery | 普外科 | 普外科 | .03 | .25 | .30 | .22 .40 .55 .65 | .70 | .02 | 2 | sterile_supply | | yes
psychiatry | 精神心理 | 精神心理科 | .02 | .15 | .45 | .28 .45 .60 .65 | .70 | .15 | 2 | | |
"""


def _kind(cells: Sequence[str]) -> Kind:
    ident, name, department, share, own, recoverable, capture, posted, tele, title, requires, equipment, operates = (
        cells
    )
    monthly, fortnightly, weekly, twice = map(float, capture.split())
    return Kind(
        id=ident,
        name=name,
        department=department,
        share=float(share),
        own=float(own),
        recoverable=float(recoverable),
        capture=(monthly, fortnightly, weekly, twice),
        posted=float(posted),
        tele=float(tele),
        min_title=int(title),
        requires=tuple(requires.split()),
        equipment=tuple(equipment.split()),
        surgical=operates == "yes",
    )


KINDS = tuple(_kind(cells) for cells in cells_of(_KINDS))


#: Items asked for per clinic visit: service | specialty share ...
_USAGE = """
imaging | respiratory .30 orthopaedics .45 neurology .25 oncology .30
ecg | cardiology .60
laboratory | cardiology .40 endocrinology .70 respiratory .30 gynaecology .30 paediatrics .40 nephrology .80 oncology .5
pathology | gynaecology .08
sterile_supply | ent .50 surgery .50
"""


USAGE: dict[str, dict[str, float]] = {
    service: {kind: float(rate) for kind, rate in zip(given.split()[::2], given.split()[1::2], strict=True)}
    for service, given in cells_of(_USAGE)
}


def posted_visits(kind: Kind) -> float:
    """Visits a month of a posted doctor: 10 a working day in large specialties, 6 in small ones."""
    return 200.0 if kind.share > 0.05 else 120.0


#: What goes down again after treatment: mostly rehabilitation, TCM and chronic care; bed-days of a stay.
DOWN_SHARE = {
    "rehabilitation": 0.45,
    "neurology": 0.30,
    "tcm": 0.25,
    "orthopaedics": 0.25,
    "cardiology": 0.20,
    "surgery": 0.20,
}


_DOWN_DAYS = {"rehabilitation": 16.0, "neurology": 14.0, "orthopaedics": 14.0, "oncology": 12.0}


#: Admissions per 100 visits of those who come up, and mean days of a stay. Published: hospitals 7.1, TCM hospitals 5.5,
#: eye 4.3, ENT 4.8, tumour 14.6, orthopaedics 7.8, mental 5.1 (Hebei, yearbook of 2012); Qidong's city hospitals 7.0,
#: its primary institutions 2.7; stays of 9.2 days in hospitals, 9.3 in TCM hospitals (2021). The others are placed
#: around them.
_ADMITTED = """
cardiology | 8 | 9
endocrinology | 5 | 9
tcm | 5.5 | 9.3
general_practice | 2.7 | 7
respiratory | 8 | 9
neurology | 10 | 10
orthopaedics | 7.8 | 11
gynaecology | 6 | 6
paediatrics | 5 | 6
rehabilitation | 8 | 16
ultrasound | 0 |
ophthalmology | 4.3 | 4
ent | 4.8 | 6
dermatology | 1 | 8
nephrology | 8 | 10
oncology | 14.6 | 10
surgery | 12 | 9
psychiatry | 5.1 | 20
"""
_STAYS = {kind: (float(per_100) / 100, days) for kind, per_100, days in cells_of(_ADMITTED)}


def specialty_rows(kinds: Sequence[Kind]) -> list[Row]:
    """`specialties`: rates of clinics, postings and teleconsultation."""
    columns = """id name patients_per_session first_session_patients ramp_weeks min_title requires equipment
        capture_twice_weekly capture_weekly capture_fortnightly capture_monthly capture_posted capture_tele
        tele_per_session home_patients_per_session visits_per_posted_month down_share down_bed_days
        admission_share stay_days"""
    rows: list[Row] = []
    for k in kinds:
        clinic = (k.id, k.name, CLINIC_PATIENTS, 8.0, 13, k.min_title, k.requires, k.equipment)
        rates = (*reversed(k.capture), k.posted, k.tele, 8.0, HOME_PATIENTS, posted_visits(k))
        down = (DOWN_SHARE.get(k.id, 0.10), _DOWN_DAYS.get(k.id, 9.0))
        rows += rows_of(columns, [(*clinic, *rates, *down, *_STAYS[k.id])])
    return rows


def usage_rows(kinds: Sequence[Kind], services: Sequence[str]) -> list[Row]:
    found = ((k.id, s, USAGE[s][k.id]) for k in kinds for s in services if k.id in USAGE[s])
    return rows_of("specialty service items_per_visit", found)
