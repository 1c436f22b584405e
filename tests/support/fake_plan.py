"""A plan folder made up for the tests of folder, report and workbook: plausible, deterministic, never solved."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd

from planner.folder import TABLES, write_plan, write_table

TOWNS = "新街 大通 铜城 汊涧 秦栏 石梁 仁和集 冶山 郑集 张铺 杨村 金集 万寿 永丰 界牌 釜山".split()
SPECIALTIES = {
    "card": "心血管内科", "endo": "内分泌科", "tcm": "中医科", "resp": "呼吸内科",
    "neur": "神经内科", "orth": "骨科", "gyn": "妇科", "ped": "儿科", "eye": "眼科",
}  # fmt: skip
SERVICES = {"imaging": "医学影像诊断", "ecg": "心电诊断", "lab": "医学检验", "path": "病理诊断", "cssd": "消毒供应"}
HOSPITALS = {"H1": "市人民医院", "H2": "市中医院", "H3": "市第二医院"}
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平".split()


def write_fake_plan(folder: Path, **info: Any) -> Path:
    """Write the folder (created if missing) and return it; `info` replaces entries of plan.json."""
    dice = random.Random(7)
    folder.mkdir(parents=True, exist_ok=True)
    sites = {f"T{n:02d}": f"{town}镇卫生院" for n, town in enumerate(TOWNS, start=1)}
    doctors = _doctors(dice)
    _write_region(folder / "region", sites, doctors)
    tables = _tables(dice, sites, doctors)
    write_plan(folder, tables, {**_info(), **info})
    write_table(folder / "audit.csv", _audit(), ("rule", "subject", "holds", "detail"))
    write_table(folder / "indicators.csv", _indicators(), ("indicator", "scope", "value", "unit"), sort=False)
    return folder


def _doctors(dice: random.Random) -> pd.DataFrame:
    rows = []
    for n in range(60):
        name = dice.choice(SURNAMES) + dice.choice(GIVEN)
        home, specialty = dice.choice(list(HOSPITALS)), dice.choice(list(SPECIALTIES))
        department = SPECIALTIES[specialty]
        rows.append((f"D{n:03d}", name, home, department, specialty, str(dice.choice([2, 2, 3, 3, 4]))))
    return pd.DataFrame(rows, columns=["id", "name", "institution", "department", "specialty", "title"])


def _write_region(folder: Path, sites: dict[str, str], doctors: pd.DataFrame) -> None:
    folder.mkdir(exist_ok=True)
    places = [(key, name, "2", "42.0", "120.5") for key, name in HOSPITALS.items()]
    places += [(key, name, "1", "32.7", "118.9") for key, name in sites.items()]
    write_table(folder / "institutions.csv", pd.DataFrame(places, columns=["id", "name", "level", "lat", "lon"]))
    write_table(folder / "doctors.csv", doctors)
    for table, names in (("specialties", SPECIALTIES), ("services", SERVICES)):
        write_table(folder / f"{table}.csv", pd.DataFrame(list(names.items()), columns=["id", "name"]))
    marks = [
        ("institutions", "population", "", "published", "第七次人口普查公报"),
        ("institutions", "lon", "", "approximate", "按镇政府所在地"),
        ("needs", "visits_per_month", "", "assumed", "按服务人口与65岁以上人口推算"),
        ("specialties", "capture_weekly", "", "assumed", "情景假设 <待确认>"),
    ]
    write_table(folder / "sources.csv", pd.DataFrame(marks, columns=["table", "column", "row", "mark", "note"]))


def _tables(dice: random.Random, sites: dict[str, str], doctors: pd.DataFrame) -> dict[str, pd.DataFrame]:
    sessions, visits, links, referrals = [], [], [], []
    modes = {"monthly": 3, "fortnightly": 7, "weekly": 13, "twice_weekly": 26}
    for site in sites:
        for specialty in SPECIALTIES:
            mode = dice.choice(["", "", "monthly", "fortnightly", "weekly", "weekly", "twice_weekly"])
            need = dice.uniform(60, 320)
            kept = need * {"": 0, "monthly": 0.09, "fortnightly": 0.16, "weekly": 0.24, "twice_weekly": 0.3}[mode]
            own, up = need * 0.45, need * 0.2
            left = need * 0.25 - kept * 0.6
            unmet = need - own - up - left - kept
            visits.append(
                (site, specialty, "Q1", need, own, kept, 0.0, 0.0, up, left, unmet, up * 0.2, kept * 1.1, mode)
            )
            referrals.append((site, dice.choice(list(HOSPITALS)), specialty, "up", "Q1", up, dice.uniform(12, 70)))
            referrals.append((site, "outside", specialty, "outside", "Q1", left, 90.0))
            able = doctors.loc[doctors["specialty"] == specialty, "id"].tolist()
            if mode and able:
                one, other = dice.choice(able), dice.choice(able)
                minutes = dice.uniform(14, 62)
                count = modes[mode]
                if count > 7 and other != one:
                    sessions.append((one, site, specialty, "Q1", count - 3, "yes", minutes))
                    sessions.append((other, site, specialty, "Q1", 3, "no", minutes))
                else:
                    sessions.append((one, site, specialty, "Q1", count, "yes", minutes))
    for site in sites:
        for service in SERVICES:
            centre = "H1" if service != "ecg" or dice.random() < 0.6 else "H2"
            links.append((site, service, centre, "", 1.0, dice.uniform(2, 40), dice.uniform(14, 60), 20.0, 30.0))
    spans = ("2026-01-05", "2026-07-05")
    postings = [
        (row.id, dice.choice(list(sites)), row.specialty, *spans, dice.choice(["new", "new", "running"]))
        for row in doctors.sample(12, random_state=3).itertuples()
    ]
    shortfalls = [
        ("site_floor", "T16 Q1", 4.0, "clinics/quarter"),
        ("home_capability", "H1, orth, Q1", 12.6, "visits/month"),
    ]
    tele = [("D003", "card", "Q1", 6), ("D011", "neur", "Q1", 4)]
    reserves = [
        ("H1", "card", 42.0, 6.0, 140.0, 56.0, 3.0, 2.0, 18.0),
        ("H2", "tcm", 18.5, 3.0, 60.0, 24.0, 0.0, 1.0, 9.5),
    ]
    centres = [
        (service, "H1", "", "中", 20.0, 600.0, 431.0, "no", 860000.0) for service in SERVICES
    ] + [("ecg", "H2", "", "小", 15.0, 200.0, 122.0, "yes", 210000.0)]  # fmt: skip
    named: dict[str, list[Any]] = {
        "sessions": sessions,
        "visits": visits,
        "service_links": links,
        "referrals": referrals,
        "postings": postings,
        "centres": centres,
        "teleconsultations": tele,
        "reserves": reserves,
        "shortfalls": shortfalls,
        "scenarios": _scenarios(),
    }
    return {name: pd.DataFrame(rows, columns=list(TABLES[name])) for name, rows in named.items()}


def _scenarios() -> list[tuple[str, str, float, str]]:
    measures: dict[str, tuple[Any, ...]] = {
        "floors": (48, 31, 9, 1.2, "points of shortfall"),
        "unmet": (6620.4, 5311.9, 4104.2, 3319.7, "weighted visits/month"),
        "worst_served": (1.0, 0.86, 0.55, 0.31, "share"),
        "travel": (1_204_332, 1_150_020, 1_021_777, 931_400, "minutes/month"),
        "cost": (0, 1_450_000, 3_900_000, 4_310_500, "yuan/year"),
        "change": (212, 0, 266, 301, "clinics moved"),
        "visits:sessions": (0, 1406, 3120, 4218, "visits/month"),
        "visits:left": (7010, 6101, 5233, 4349, "visits/month"),
        "visits:unmet": (2210, 1408, 611, 243, "visits/month"),
    }
    names = ("do_nothing", "today", "by_hand", "plan")
    return [(s, m, v, row[4]) for m, row in measures.items() for s, v in zip(names, row, strict=False)]


def _info() -> dict[str, Any]:
    aims = [
        ("floors", 1.2, 1.2, 0.0, "points of shortfall", ""),
        ("unmet", 3319.7, 3296.1, 0.0071, "weighted visits/month", ""),
        ("worst_served", 0.31, 0.302, 0.026, "share", ""),
        ("travel", 931400.0, 928000.0, 0.0036, "minutes/month", "earlier aims, the offer"),
        ("cost", 4310500.0, 4302000.0, 0.002, "yuan/year", "earlier aims, the offer"),
        ("change", 301.0, 301.0, 0.0, "clinics moved", "earlier aims, the offer"),
    ]
    names = ("name", "value", "bound", "gap", "unit", "given")
    return {
        "status": "OPTIMAL",
        "stopped_by": "gap",
        "region": "天长市",
        "aims": [dict(zip(names, aim, strict=True)) for aim in aims],
        "settings": {"calendar": {"start": "2026-01-05", "weeks": 13}, "solver": {"gap": 0.01}},
        "inputs": {"institutions.csv": "ab" * 32, "needs.csv": "cd" * 32},
        "defaults": [{"table": "specialties", "column": "ramp_weeks", "count": 9, "value": "13"}],
        "warnings": [],
        "notes": [{"zh": "未填接诊能力的医院按现有工作量加 5% 计", "en": "capability not given: today's load + 5 %"}],
        "versions": {"alliance-planner": "0.1.0", "highspy": "1.15.1"},
        "seconds": 41.3,
        "seed": 0,
    }


def _audit() -> pd.DataFrame:
    rules = ("room", "doctor_time", "frequency", "turnaround", "visit_balance", "capture", "own_group", "budget")
    return pd.DataFrame([(rule, "", "yes", "") for rule in rules], columns=["rule", "subject", "holds", "detail"])


def _indicators() -> pd.DataFrame:
    rows = [
        ("posted_doctors", "all", 44.0, "doctors", 30.0, 45.0, 45.0, "每镇至少一名固定医生"),
        ("townships_with_fixed_doctor", "all", 16.0, "institutions", 11.0, 16.0, None, ""),
        ("in_county_share", "all", 0.913, "share", 0.874, 0.9, 0.926, "县域内就诊率"),
        ("primary_share", "all", 0.612, "share", 0.571, 0.65, 0.65, ""),
        ("sessions_gini", "all", 0.21, "share", 0.38, None, None, ""),
        ("p90_minutes", "card", 38.0, "minutes", 61.0, None, None, ""),
    ]
    names = ["indicator", "scope", "value", "unit", "current", "target", "published", "note"]
    return pd.DataFrame(rows, columns=names)
