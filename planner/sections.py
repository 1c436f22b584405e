"""The sections of `plan.toml` that belong to no block, as frozen dataclasses with defaults and ranges.

The sections of the four blocks are in `models.options`; `planner.config` reads them all.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from models.options import OptionError, OptionFault, check_ranges, option

AIMS = ("floors", "unmet", "worst_served", "travel", "cost", "fairness", "change", "wishes", "farthest")
COVERS = ("postings", "sessions", "centres", "travel")


def nearest(word: str, known: tuple[str, ...]) -> tuple[str, Mapping[str, object]]:
    """Message and values for an unknown name: the nearest known one, or the list of all."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return "near", {"word": word, "near": near[0]}
    return ("unknown", {"word": word, "known": known}) if known else ("no_settings", {})


class _Checked:
    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Region(_Checked):
    """What the region is and how its coordinates are to be read."""

    name: str = option("")
    language: str = option("", choices=("", "zh", "en"))
    coordinates: str | Mapping[str, str] = option("wgs84")
    boundaries: str = option("")
    population: str = option("resident", choices=("resident", "registered"), later=True)


@dataclass(frozen=True)
class Calendar(_Checked):
    """The planning horizon and its working days. Without `start` a typical quarter is planned."""

    start: date | None = option(None)
    weeks: int = option(13, unit="weeks", least=1, most=156)
    holidays: str = option("cn", choices=("cn", "none"))
    make_up_days: str = option("as_weekday", choices=("as_weekday", "as_saturday"))
    open_weekdays: tuple[int, ...] = option((1, 2, 3, 4, 5), least=1, most=7)
    off: tuple[date, ...] = option(())
    work: tuple[date, ...] = option(())


@dataclass(frozen=True)
class Travel(_Checked):
    """Minutes and kilometres between places where the region's `travel` table has none."""

    method: str = option("auto", choices=("auto", "table", "roads", "straight"))
    roads: str = option("")
    engine: str = option("own", choices=("own", "osrm"))
    patient_mode: str = option("car", choices=("car", "ebike", "bus", "walk"))
    ferry_wait_minutes: float = option(10.0, unit="minutes", least=0, most=240)
    walk_kmh: float = option(4.5, unit="km/h", above=0, most=10)
    snap_metres: float = option(500.0, unit="metres", above=0)
    snap_limit_km: float = option(5.0, unit="km", above=0)
    circuity: float = option(1.3, unit="times", least=1, most=5)
    speed_kmh: float = option(40.0, unit="km/h", above=0, most=150)
    minutes_each_end: float = option(5.0, unit="minutes", least=0, most=60)
    season_factor: float = option(1.0, unit="times", above=0, most=5)
    calibration: float = option(1.0, unit="times", above=0, most=5)
    closed_roads: tuple[str, ...] = option(())
    max_minutes: float = option(240.0, unit="minutes", above=0)
    allow_zero: bool = option(False)


@dataclass(frozen=True)
class Budget(_Checked):
    """One annualised budget over the parts named in `covers`."""

    yuan_per_year: float | None = option(None, unit="yuan/year", least=0)
    covers: tuple[str, ...] = option(COVERS, choices=COVERS)
    annualise_years: float = option(10.0, unit="years", above=0)


@dataclass(frozen=True)
class Aims(_Checked):
    """The committee's order of aims, and the weights inside the second one."""

    order: tuple[str, ...] = option(AIMS[:-1], choices=AIMS)
    left_weight: float = option(0.5, unit="share")
    avoidable_weight: float = option(0.25, unit="share")
    tolerances: Mapping[str, float] = option({}, unit="share", least=0, most=1)

    def __post_init__(self) -> None:
        check_ranges(self)
        faults: list[OptionFault] = []
        if not 0 < self.avoidable_weight < self.left_weight < 1:
            faults.append(OptionFault("left_weight", self.left_weight, "weights", {"avoidable": self.avoidable_weight}))
        if len(set(self.order)) < len(self.order) or not self.order:
            faults.append(OptionFault("order", list(self.order), "each_aim_once"))
        for aim in self.tolerances:
            if aim not in AIMS:
                faults.append(OptionFault("tolerances", aim, *nearest(aim, AIMS)))
        if faults:
            raise OptionError(faults)


@dataclass(frozen=True)
class Scenario(_Checked):
    """What is assumed, in one place."""

    capture_factor: float = option(1.0, unit="times", least=0, most=2)
    demand_growth: float = option(0.0, unit="share", least=-0.9, most=5)
    home_cost_factor: float = option(1.0, unit="times", least=0, most=10)


@dataclass(frozen=True)
class Solver(_Checked):
    """When to stop. The same data give the same plan unless the clock stops it."""

    time_limit_s: float = option(120.0, unit="seconds", above=0)
    gap: float = option(0.01, unit="share", least=0, most=1)
    node_limit: int | None = option(None, unit="nodes", least=0)
    threads: int = option(0, unit="threads", least=0, later=True)
    seed: int = option(0, least=0)


@dataclass(frozen=True)
class Output(_Checked):
    """What is written beside the tables."""

    language: str = option("", choices=("", "zh", "en"))
    map_note: str = option("")
    public: bool = option(True)
    month_statistics: bool = option(True)
    version: int = option(1, least=1, most=9999)
    timezone: str = option("Asia/Shanghai")
    morning: str = option("08:00-11:30")
    afternoon: str = option("14:00-17:00")

    def __post_init__(self) -> None:
        check_ranges(self)
        faults: list[OptionFault] = []
        for name in ("morning", "afternoon"):
            if hours(getattr(self, name)) is None:
                faults.append(OptionFault(name, getattr(self, name), "hours"))
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError, ValueError):
            faults.append(OptionFault("timezone", self.timezone, "zone"))
        if faults:
            raise OptionError(faults)


def hours(text: str) -> tuple[time, time] | None:
    """Begin and end of `08:00-11:30`; None for anything else."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", text.strip())
    if not found:
        return None
    values = [int(part) for part in found.groups()]
    if max(values[0], values[2]) > 23 or max(values[1], values[3]) > 59 or values[:2] >= values[2:]:
        return None
    return time(values[0], values[1]), time(values[2], values[3])


@dataclass(frozen=True)
class Roster(_Checked):
    """The roster 排班: allocated clinics on dates. It needs `[calendar] start`."""

    week_limit: int = option(2, unit="half-days", least=1, most=14)
    two_sites_minutes: float = option(20.0, unit="minutes", least=0)
    present_share: float = option(0.8, unit="share", least=0, most=1)
    turns: bool = option(True)
    stand_ins: int = option(1, least=0, most=5)
    change_limit: int | None = option(None, least=0)
    time_limit_s: float = option(40.0, unit="seconds", above=0)
    rounds: int = option(1, least=0, most=5)
