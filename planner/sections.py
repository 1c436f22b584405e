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

from models.options import OptionError, check_ranges, option

AIMS = ("floors", "unmet", "worst_served", "travel", "cost", "fairness", "change", "wishes", "farthest")
COVERS = ("postings", "sessions", "centres", "travel")


def nearest(word: str, known: tuple[str, ...]) -> tuple[str, str]:
    """(zh, en) for an unknown name: the nearest known one, or the list of all."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"没有“{word}”这一项，是否为“{near[0]}”？", f"unknown; did you mean {near[0]!r}?"
    if not known:
        return "本版本此小节没有设置项", "this section has no settings in this version"
    return f"没有“{word}”这一项；可用：{'、'.join(known)}", f"unknown; known are {', '.join(known)}"


class _Checked:
    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Region(_Checked):
    """What the region is and how its coordinates are to be read."""

    name: str = option("", "区域名称", "name of the region")
    language: str = option("", "语言；空为按系统", "language; empty: the system's", choices=("", "zh", "en"))
    coordinates: str | Mapping[str, str] = option(
        "wgs84",
        "坐标系：wgs84、gcj02、bd09、cgcs2000 或 EPSG:代码，可按表分别填写",
        "coordinates: wgs84, gcj02, bd09, cgcs2000 or EPSG:code, also one per table or layer",
    )
    boundaries: str = option("", "边界文件；空为按名查找", "boundaries beside the tables; empty: found by name")
    population: str = option(
        "resident", "人口口径：常住或户籍", "which population is given", choices=("resident", "registered"), later=True
    )


@dataclass(frozen=True)
class Calendar(_Checked):
    """The planning horizon and its working days. Without `start` a typical quarter is planned."""

    start: date | None = option(None, "计划期第一天（周一）", "first Monday of the horizon")
    weeks: int = option(13, "计划期周数", "weeks of the horizon", unit="weeks", least=1, most=156)
    holidays: str = option("cn", "节假日：国务院通知或不计", "public holidays", choices=("cn", "none"))
    make_up_days: str = option(
        "as_weekday", "调休上班日按平日或按周六", "adjusted working days", choices=("as_weekday", "as_saturday")
    )
    open_weekdays: tuple[int, ...] = option(
        (1, 2, 3, 4, 5), "每周开诊的星期", "weekdays of opening (Monday 1)", least=1, most=7
    )
    off: tuple[date, ...] = option((), "另加的休息日", "further days off")
    work: tuple[date, ...] = option((), "另加的工作日", "further working days")


@dataclass(frozen=True)
class Travel(_Checked):
    """Minutes and kilometres between places where the region's `travel` table has none."""

    method: str = option("auto", "路程的来源", "where trips come from", choices=("auto", "table", "roads", "straight"))
    roads: str = option("", "道路文件；空为按名查找", "roads beside the tables; empty: found by name")
    engine: str = option("own", "道路计算引擎", "what computes road trips", choices=("own", "osrm"))
    patient_mode: str = option(
        "car", "病人出行方式", "how patients travel on roads", choices=("car", "ebike", "bus", "walk")
    )
    ferry_wait_minutes: float = option(10.0, "每次渡船等候", "wait for each ferry", unit="minutes", least=0, most=240)
    walk_kmh: float = option(4.5, "到最近道路的步速", "walking to the nearest road", unit="km/h", above=0, most=10)
    snap_metres: float = option(500.0, "离路超过此数则提示", "farther from a road is told", unit="metres", above=0)
    snap_limit_km: float = option(5.0, "离路超过此数则不连", "farther from a road is not joined", unit="km", above=0)
    circuity: float = option(1.3, "迂回系数", "road length over straight line", unit="times", least=1, most=5)
    speed_kmh: float = option(40.0, "平均车速", "mean speed", unit="km/h", above=0, most=150)
    minutes_each_end: float = option(5.0, "每端另加时间", "added at each end", unit="minutes", least=0, most=60)
    season_factor: float = option(1.0, "季节系数", "factor of the season", unit="times", above=0, most=5)
    calibration: float = option(1.0, "校准系数", "factor found by calibration", unit="times", above=0, most=5)
    closed_roads: tuple[str, ...] = option(
        (), "封闭的道路（名称、编号或 way/号）", "roads that are closed: names, numbers or way/id"
    )
    max_minutes: float = option(240.0, "居民点到机构的最远单程", "longest trip of residents", unit="minutes", above=0)
    allow_zero: bool = option(False, "允许不同地点间为零", "whether different places may be zero apart")


@dataclass(frozen=True)
class Budget(_Checked):
    """One annualised budget over the parts named in `covers`."""

    yuan_per_year: float | None = option(None, "年度预算；空为不限", "budget; empty: none", unit="yuan/year", least=0)
    covers: tuple[str, ...] = option(COVERS, "预算包含的部分", "parts that the budget covers", choices=COVERS)
    annualise_years: float = option(
        10.0, "一次性费用分摊年数", "years that one-off costs are spread over", unit="years", above=0
    )


@dataclass(frozen=True)
class Aims(_Checked):
    """The committee's order of aims, and the weights inside the second one."""

    order: tuple[str, ...] = option(AIMS[:-1], "目标次序", "order of the aims", choices=AIMS)
    left_weight: float = option(0.5, "外流一人次相当于未满足的比例", "weight of a visit that leaves", unit="share")
    avoidable_weight: float = option(0.25, "可避免上转的权重", "weight of an avoidable referral", unit="share")
    tolerances: Mapping[str, float] = option(
        {},
        "各目标允许后续目标让出的比例",
        "share of each aim that later ones may give away",
        unit="share",
        least=0,
        most=1,
    )

    def __post_init__(self) -> None:
        check_ranges(self)
        faults: list[tuple[str, object, str, str]] = []
        if not 0 < self.avoidable_weight < self.left_weight < 1:
            faults.append((
                "left_weight", self.left_weight,
                f"应满足 0 < avoidable_weight ({self.avoidable_weight:g}) < left_weight < 1",
                f"expected 0 < avoidable_weight ({self.avoidable_weight:g}) < left_weight < 1",
            ))  # fmt: skip
        if len(set(self.order)) < len(self.order) or not self.order:
            faults.append(("order", list(self.order), "每个目标写一次", "expected each aim once, and at least one"))
        for aim in self.tolerances:
            if aim not in AIMS:
                faults.append(("tolerances", aim, *nearest(aim, AIMS)))
        if faults:
            raise OptionError(faults)


@dataclass(frozen=True)
class Scenario(_Checked):
    """What is assumed, in one place."""

    capture_factor: float = option(1.0, "吸引力系数", "factor on every capture share", unit="times", least=0, most=2)
    demand_growth: float = option(0.0, "需求增长", "growth of every need", unit="share", least=-0.9, most=5)
    home_cost_factor: float = option(
        1.0, "外出对本院影响系数", "factor on visits lost at home", unit="times", least=0, most=10
    )


@dataclass(frozen=True)
class Solver(_Checked):
    """When to stop. The same data give the same plan unless the clock stops it."""

    time_limit_s: float = option(
        120.0,
        "一次运行的求解时间上限（分配与排班合计）",
        "all solves of a run, allocation and dates",
        unit="seconds",
        above=0,
    )
    gap: float = option(0.01, "各目标的允许差距", "gap at which an aim is good enough", unit="share", least=0, most=1)
    node_limit: int | None = option(None, "分支节点上限", "most branch-and-bound nodes", unit="nodes", least=0)
    threads: int = option(0, "线程数；0 为自动", "threads; 0: automatic", unit="threads", least=0, later=True)
    seed: int = option(0, "随机种子", "seed", least=0)


@dataclass(frozen=True)
class Output(_Checked):
    """What is written beside the tables."""

    language: str = option("", "报告语言；空为按系统", "language of the report", choices=("", "zh", "en"))
    map_note: str = option("", "地图下方的来源与审图号", "source and review number below the maps")
    public: bool = option(
        True, "附公示版：工作簿中的表和 posters", "for the public: the sheet in the workbook, and `posters`"
    )
    month_statistics: bool = option(True, "工作簿中附月统计", "monthly statistics in the workbook")
    version: int = option(
        1, "排班表版本号，每次重新发布加一", "version of the roster, one more each time", least=1, most=9999
    )
    timezone: str = option("Asia/Shanghai", "日历文件的时区", "time zone of the calendars (IANA name)")
    morning: str = option("08:00-11:30", "上午门诊时间", "hours of a morning clinic")
    afternoon: str = option("14:00-17:00", "下午门诊时间", "hours of an afternoon clinic")

    def __post_init__(self) -> None:
        check_ranges(self)
        faults: list[tuple[str, object, str, str]] = []
        for name in ("morning", "afternoon"):
            if hours(getattr(self, name)) is None:
                faults.append((name, getattr(self, name), "应写作 08:00-11:30", "expected hours like 08:00-11:30"))
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError, ValueError):
            zones = ("应为时区名称，如 Asia/Shanghai", "expected the name of a time zone, e.g. Asia/Shanghai")
            faults.append(("timezone", self.timezone, *zones))
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

    week_limit: int = option(2, "每名医生每周外出半天上限", "half-days out a week", unit="half-days", least=1, most=14)
    two_sites_minutes: float = option(
        20.0, "一天去两处时两处间最远路程", "farthest apart two sites of one day", unit="minutes", least=0
    )
    present_share: float = option(
        0.8,
        "科室在岗人数最低比例（向下取整，至少2人）",
        "least share of a department present",
        unit="share",
        least=0,
        most=1,
    )
    turns: bool = option(True, "同科室医生轮流去远点", "doctors of one department take far trips in turns")
    stand_ins: int = option(1, "每个门诊另可顶替的医生数", "doctors who may stand in per clinic", least=0, most=5)
    change_limit: int | None = option(None, "与现行排班相比最多改动次数", "most clinics moved; empty: any", least=0)
    time_limit_s: float = option(
        40.0, "其中排班最多", "of these at most for dates (and at most 0.4 of them kept)", unit="seconds", above=0
    )
    rounds: int = option(1, "排不下时重新分配的最多次数", "most new allocations where dates lack", least=0, most=5)
