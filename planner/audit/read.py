"""A saved plan as typed tables: the only place of the audit that touches files.

Ids and other text stay text (missing = ""), numbers are floats (missing = NaN), yes/no is
True/False, dates are midnight timestamps (missing = NaT). Columns that a file leaves out are
added empty, so that every check may name every column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

#: Columns that the audit uses: name, or name:n number, name:b yes/no, name:d date.
REGION = {
    "institutions": "id name level:n kind parent group lead:b rooms:n open_slots:n beds:n staff:n population:n "
    "population_65:n min_sessions_per_month:n insured:n fund_yuan_per_year:n lon:n lat:n max_services:n "
    "host_cost_per_year:n",
    "neighbours": "institution neighbour kind",
    "communities": "id name lon:n lat:n population:n population_65:n institution",
    "specialties": "id name patients_per_session:n first_session_patients:n ramp_weeks:n min_title:n requires "
    "equipment capture_twice_weekly:n capture_weekly:n capture_fortnightly:n capture_monthly:n "
    "capture_posted:n capture_tele:n tele_per_session:n home_patients_per_session:n "
    "visits_per_posted_month:n down_share:n down_bed_days:n admission_share:n stay_days:n",
    "needs": "institution specialty visits_per_month:n own_visits_per_month:n referred_visits_per_month:n "
    "left_visits_per_month:n recoverable_share:n min_sessions_per_month:n pattern weekday:n week_of_month:n slot "
    "min_gap_days:n priority:n",
    "capabilities": "institution specialty visits_per_month:n beds:n direction",
    "usage": "specialty service items_per_visit:n",
    "doctors": "id name institution department specialty scope title:n sessions_per_week:n posting "
    "home_visits_per_month:n max_minutes:n credit_days:n promotion_year:n lives_lon:n lives_lat:n",
    "duties": "doctor weekday:n date:d slot weeks",
    "absences": "doctor start:d end:d slot",
    "departments": "institution department headcount:n min_present:n max_away_share:n",
    "equipment": "institution item count:n",
    "services": "id name moves unit turnaround_minutes:n quantile:n window_minutes:n minutes_per_item:n "
    "verify_minutes_per_item:n work_minutes:n loops_per_week:n days_per_year:n max_minutes:n single_source:b "
    "min_items_per_day:n max_centres:n unserved_cost:n",
    "volumes": "institution service items_per_day:n peak_share:n local_share:n",
    "centres": "service institution level items_per_day:n servers:n verifiers:n hours_per_day:n fixed_cost_per_year:n "
    "cost_per_item:n cost_per_item_minute:n state opening_cost:n closing_cost:n",
    "memberships": "institution service group from:d to:d",
    "posts": "institution specialty doctors:n min_title:n months:n start:d visits_per_month:n",
    "current_postings": "doctor institution specialty start:d end:d",
    "referrals": "origin destination specialty direction patients_per_month:n slips_per_month:n",
    "reserves": "institution specialty visits_per_month:n beds:n",
    "travel": "origin destination minutes:n km:n profile method",
    "roster": "doctor institution date:d weekday:n slot weeks specialty",
    "locks": "kind doctor institution specialty service host group start:d date:d weekday:n slot must:b weight:n",
    "closures": "institution start:d end:d slot",
    "targets": "indicator scope value:n unit period source tolerance:n",
    "sources": "table column row mark note",
}
OUTPUT = {
    "centres": "service institution quarter level wait_minutes:n items_per_day:n used:n opens:b cost_per_year:n",
    "service_links": "institution service centre backup share:n items_per_day:n minutes:n promised_wait:n "
    "turnaround_minutes:n",
    "postings": "doctor institution specialty start:d end:d state",
    "sessions": "doctor institution specialty quarter sessions:n main:b minutes:n",
    "teleconsultations": "doctor specialty quarter half_days:n",
    "referrals": "origin destination specialty direction quarter patients_per_month:n minutes:n",
    "reserves": "institution specialty visits_per_month:n beds:n inflow:n booked:n extra:n slots_per_day:n released:n",
    "designations": "institution specialty upper minutes:n second second_minutes:n patients_per_month:n share:n",
    "down_places": "institution quarter beds:n bed_days:n patients_per_month:n used_bed_days:n share:n",
    "visits": "institution specialty quarter need:n own:n sessions:n posted:n tele:n referred:n left:n unmet:n "
    "returned:n offered:n mode",
    "shortfalls": "rule subject amount:n unit",
    "roster": "date:d weekday:n slot doctor institution specialty backup",
    "unheld": "institution specialty quarter sessions:n rule reason_zh reason_en",
    "groups": "institution group lead unit today minutes:n",
}
#: What stands for yes in the tables that are read.
_TRUE = {"yes", "true", "1", "1.0", "是", "有"}


@dataclass(frozen=True)
class Saved:
    """The tables of the region, the tables of the plan, and the settings it was made with.

    `present` names the tables that were there at all, even if empty; `dated` says whether the plan
    has a roster, or says in its aims that it had one; `alone` that it has groups and nothing else.
    """

    region: Mapping[str, pd.DataFrame]
    plan: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any]
    present: frozenset[str]
    dated: bool = False
    alone: bool = False

    def option(self, section: str, key: str, default: Any) -> Any:
        """A setting of `plan.json`, or the default where it is absent or empty."""
        part = self.settings.get(section)
        value = part.get(key) if isinstance(part, Mapping) else None
        return default if value is None else value

    def number(self, section: str, key: str, default: float) -> float:
        return float(self.option(section, key, default))


def read_saved(folder: Path) -> Saved:
    """Everything that the audit may know about a plan folder; raises FileNotFoundError without `plan.json`."""
    info = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    settings = info.get("settings") or {}
    region = {name: _read(folder / "region" / f"{name}.csv") for name in REGION}
    plan = {name: _read(folder / f"{name}.csv") for name in OUTPUT}
    saved = typed(
        {k: v for k, v in region.items() if v is not None}, {k: v for k, v in plan.items() if v is not None}, settings
    )
    told = any(str(aim.get("name", "")).startswith("roster_") for aim in info.get("aims") or ())
    return replace(saved, dated=saved.dated or told, alone=info.get("job") == "groups")


def typed(region: Mapping[str, pd.DataFrame], plan: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]) -> Saved:
    """The same from tables in memory, whatever their column types; absent tables become empty ones."""
    return Saved(
        {name: _typed(region.get(name), columns) for name, columns in REGION.items()},
        {name: _typed(plan.get(name), columns) for name, columns in OUTPUT.items()},
        settings,
        frozenset(region),
        dated="roster" in plan or "unheld" in plan,
    )


def _read(path: Path) -> pd.DataFrame | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _typed(table: pd.DataFrame | None, columns: str) -> pd.DataFrame:
    source = pd.DataFrame() if table is None else table
    source = source.reset_index(drop=True)
    blank = pd.Series([""] * len(source), dtype=object)
    result = {}
    for column in columns.split():
        name, _, kind = column.partition(":")
        result[name] = _column(source.get(name, blank), kind)
    return pd.DataFrame(result)


def _column(values: pd.Series, kind: str) -> pd.Series:
    if kind == "n":
        return pd.to_numeric(values, errors="coerce").astype(float)
    if kind == "d":
        return pd.to_datetime(values, errors="coerce").dt.normalize()
    text = values.where(values.notna(), "").astype(str).str.strip().astype(object)
    if kind == "b":
        return text.str.lower().isin(_TRUE)
    return text


def items(text: str) -> list[str]:
    """The entries of a list column `a;b`."""
    return [part.strip() for part in str(text).split(";") if part.strip()]
