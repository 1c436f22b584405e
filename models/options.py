"""The options of the allocation blocks and of `grouping`: what a committee may set, with units, defaults and ranges.

Light on purpose (no solver library), so that the configuration can be checked without loading one.
Each class is the `Options` of the block of its name and the section of that name in `plan.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any


class OptionError(ValueError):
    """One or more options are out of range. `faults` has (key, value, expected zh, expected en)."""

    def __init__(self, faults: list[tuple[str, object, str, str]]) -> None:
        super().__init__("; ".join(f"{key} = {value!r}: {en}" for key, value, _, en in faults))
        self.faults = faults


def option(
    default: object,
    zh: str,
    en: str,
    *,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
    later: bool = False,
) -> Any:
    """A dataclass field that carries its meaning in two languages, its unit and its range.

    `later` marks an option that is accepted but does nothing yet; `alliance check` says so.
    """
    about: dict[str, Any] = {"zh": zh, "en": en, "unit": unit, "least": least, "most": most, "above": above}
    about |= {"choices": choices, "later": later}
    if isinstance(default, Mapping):
        frozen = MappingProxyType(dict(default))
        return field(default_factory=lambda: frozen, metadata=about)
    return field(default=default, metadata=about)


def check_ranges(options: object) -> None:
    """Raise `OptionError` naming every field of a dataclass that is outside its range."""
    faults: list[tuple[str, object, str, str]] = []
    for item in fields(options):  # type: ignore[arg-type]
        about = item.metadata
        value = getattr(options, item.name)
        for one in _values(value):
            expected = _expected(about, one)
            if expected:
                faults.append((item.name, one, *expected))
                break
    if faults:
        raise OptionError(faults)


def _values(value: object) -> list[object]:
    """The numbers and words inside an option: one value, a list, or a table of lists."""
    if isinstance(value, Mapping):
        return [one for inner in value.values() for one in _values(inner)]
    if isinstance(value, tuple):
        return [one for inner in value for one in _values(inner)]
    return [value]


def _expected(about: Mapping[str, Any], value: object) -> tuple[str, str] | None:
    """What was expected instead, (zh, en), or None when the value is fine."""
    choices = about.get("choices")
    if choices and isinstance(value, str) and value not in choices:
        return f"应为 {'、'.join(choices)} 之一", f"expected one of {', '.join(choices)}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    least, most, above = about.get("least"), about.get("most"), about.get("above")
    if value != value:
        return "应为数字", "expected a number"
    if above is not None and value <= above:
        return f"应大于 {above:g}", f"expected more than {above:g}"
    if least is not None and value < least:
        return f"应不小于 {least:g}", f"expected at least {least:g}"
    if most is not None and value > most:
        return f"应不大于 {most:g}", f"expected at most {most:g}"
    return None


@dataclass(frozen=True)
class SharedCentres:
    """Shared centres 资源共享中心."""

    waits: Mapping[str, tuple[float, ...]] = option(
        {},
        "各服务可承诺的等候时限；空为按周转时限自动取",
        "promised waits per service; empty: derived from the turnaround",
        unit="minutes",
        least=0,
    )
    peak_share: float = option(
        0.14, "高峰小时占全天工作量的比例", "share of the day's items in the peak hour", unit="share", above=0, most=1
    )
    backup: tuple[str, ...] = option((), "须另设备用中心的服务", "services that need a second centre as backup")
    collection_minutes: float = option(
        120.0, "标本离体到装车的平均等待", "from taking a specimen to its leaving", unit="minutes", least=0
    )

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Postings:
    """Postings 派驻."""

    cohorts: tuple[date, ...] = option(
        (), "派驻批次的开始日期；空为计划期第一天", "start dates; empty: first day of the horizon"
    )
    months: float = option(6.0, "一次派驻的时间", "length of a posting", unit="months", above=0, most=60)
    overlap_days: int = option(
        3,
        "交接时新老人员同在岗的工作日",
        "working days that the newcomer and the leaver share at a handover",
        unit="days",
        least=0,
        most=20,
    )
    relief: bool = option(
        True,
        "计划期内期满的岗位，接替人员可在交接首日或期满次日到岗，不必等下一批次",
        "a posting that ends within the horizon may be relieved on the first day of its handover or the day "
        "after its end, without waiting for the next start date",
    )
    post_share: float = option(
        0.03, "医院可派出人数占职工的比例", "share of its staff that a hospital may post", unit="share", least=0, most=1
    )
    max_posts: int | None = option(None, "同时派驻的总人数上限", "most doctors posted at once", unit="doctors", least=0)
    subsidy_per_year: float = option(
        80_000.0, "每名派驻医生每年补助", "subsidy of a posted doctor", unit="yuan/year", least=0
    )
    subsidy_budget: float | None = option(
        None, "派驻补助总预算", "budget of posting subsidies", unit="yuan/year", least=0
    )
    home_visits_per_month: float = option(
        80.0, "医生派出后本院每月少接诊的人次", "visits at home lost while posted", unit="visits/month", least=0
    )
    cover_min_headcount: int = option(
        4, "人数达到此数的科室才可派驻", "least headcount of a department that posts", unit="doctors", least=1
    )
    promotion_credit_days: float = option(
        240.0, "晋升所需基层服务天数", "days below that promotion asks for", unit="days", least=0
    )

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Sessions:
    """Outreach clinics 坐诊."""

    max_minutes: float = option(
        90.0, "全天出诊的最远单程", "longest trip of a whole-day clinic, one way", unit="minutes", above=0
    )
    half_day_minutes: float = option(
        45.0, "半天出诊的最远单程", "longest trip of a half-day clinic, one way", unit="minutes", least=0
    )
    slack_share: float = option(
        0.10, "留作机动的时间比例", "share of doctors' time left unplanned", unit="share", least=0, most=0.9
    )
    continuity: float = option(
        0.7, "主诊医生承担的最低比例", "least share held by the main doctor", unit="share", least=0, most=1
    )
    allowance_half_day: float = option(150.0, "半天出诊补贴", "allowance of a half-day clinic", unit="yuan", least=0)
    km_cost: float = option(1.5, "每公里车费", "cost of a vehicle kilometre", unit="yuan/km", least=0)
    min_sessions_per_month: float = option(
        4.0, "每个乡镇点每月最少门诊次数", "least clinics at a township site", unit="clinics/month", least=0
    )
    patients_per_session: float = option(15.0, "每次门诊接诊人数", "patients of one clinic", unit="visits", above=0)
    first_session_patients: float = option(
        8.0, "新开门诊首次接诊人数", "patients of the first clinic", unit="visits", least=0
    )
    ramp_weeks: float = option(
        13.0, "新开门诊达到正常人数的周数", "weeks until a new clinic is full", unit="weeks", least=0
    )
    open_slots: float = option(
        5.0,
        "每个诊室每周可用半天数",
        "half-days a week that a room is open to visitors",
        unit="half-days/week",
        least=0,
    )
    min_title: int = option(
        2,
        "最低职称（1住院 2主治 3副主任 4主任）",
        "least title (1 resident ... 4 chief)",
        unit="title",
        least=1,
        most=4,
    )
    sessions_per_week: float = option(
        1.0,
        "每名医生每周可外出的半天数",
        "half-days a week that a doctor gives",
        unit="half-days/week",
        least=0,
        most=14,
    )
    cover_min_headcount: int = option(
        3,
        "人数达到此数的科室才可外出门诊",
        "least headcount of a department that sends clinics",
        unit="doctors",
        least=1,
    )
    max_away_share: float = option(
        0.20, "科室同时外出的最高比例", "largest share of a department away at once", unit="share", least=0, most=1
    )

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Referrals:
    """Referrals and teleconsultation 转诊与远程会诊."""

    max_minutes: float = option(
        120.0, "新增上转的最远单程", "longest trip of an extra referral", unit="minutes", above=0
    )
    bypass_minutes: float = option(
        10.0,
        "近多少才算被越过",
        "how much nearer a hospital that is passed by must be",
        unit="minutes",
        above=0,
    )
    outside_minutes: float = option(
        90.0, "到县外就医的单程", "minutes to care outside the alliance", unit="minutes", above=0
    )
    reserve_share: float = option(
        0.05, "预留号源占现有上转的比例", "reserved visits as a share of referrals today", unit="share", least=0, most=1
    )
    booked_share: float = option(
        0.4,
        "上转病人中经联盟预约者；转诊表有转诊单数时以其为准",
        "share of the referred who book through the alliance, where the table referrals counts no slips",
        unit="share",
        least=0,
        most=1,
    )
    booking_days: float = option(3.0, "预约提前的平均天数", "mean days from booking to the visit", unit="days", above=0)
    release_hours: float = option(
        24.0,
        "预留号源在就诊前多久放回",
        "reserved visits are released this long before the day",
        unit="hours",
        least=0,
        most=336,
    )
    reserve_quantile: float = option(
        0.9, "预留够用的把握", "share of days on which what is reserved suffices", unit="share", least=0.5, most=0.999
    )
    clinic_days: float = option(20.67, "每月门诊日", "days of clinics in a month", unit="days/month", above=0, most=31)
    admission_share: float = option(
        0.07,
        "上转病人中需住院者，专业表未填时",
        "share of the referred who need a bed, where the table specialties has none",
        unit="share",
        least=0,
        most=1,
    )
    stay_days: float = option(
        9.0, "其平均住院日，专业表未填时", "mean days of their stay, where the table has none", unit="days", above=0
    )
    capability_margin: float = option(
        0.05, "未填接诊能力时的富余", "margin where no capability is given", unit="share", least=0, most=1
    )
    recoverable_share: float = option(
        0.4,
        "外流和上转中可留在基层的比例",
        "share of outflow and referrals that care nearby wins back",
        unit="share",
        least=0,
        most=1,
    )
    home_patients_per_session: float = option(
        5.0, "外出半天本院少接诊的人次", "visits at home lost per half-day away", unit="visits", least=0
    )
    tele_per_session: float = option(
        8.0, "远程会诊每半天例数", "teleconsultations of one half-day", unit="visits", above=0
    )
    visits_per_posted_month: float = option(
        160.0, "派驻医生每月接诊", "visits of a posted doctor", unit="visits/month", least=0
    )
    tele: bool = option(True, "是否安排远程会诊", "whether teleconsultation is planned")

    def __post_init__(self) -> None:
        check_ranges(self)


#: Aims of a grouping that `[grouping] order` may name; `floors` is always the first.
GROUPING_AIMS = ("floors", "balance", "travel", "cut_edges", "change")


@dataclass(frozen=True)
class Grouping:
    """Groups 分片包段: `alliance group`, and `alliance plan --groups free`."""

    count: int | None = option(
        None, "集团个数；空为牵头医院数", "how many groups; empty: as many as leads", unit="groups", least=1
    )
    order: tuple[str, ...] = option(
        ("floors", "travel", "change"),
        "目标的先后：底线、均衡、路程、被割断的相邻关系、变动",
        "aims in their order: floors, balance, travel, neighbours parted, institutions moved",
        choices=GROUPING_AIMS,
    )
    travel_tolerance: float = option(
        0.005,
        "其后的目标可以让出的平均路程比例",
        "share of the mean trip that later aims may give away",
        unit="share",
        least=0,
        most=1,
    )
    travel_weight: str = option(
        "population",
        "路程按什么加权：人口、就诊需求，或每个单位相同",
        "what a unit's trip counts by: its people, its visits, or one each",
        choices=("population", "need", "one"),
    )
    tolerance_population: float = option(
        0.15, "各组人口偏离应占份额的上限", "how far a group's people may be from its share", unit="share", least=0
    )
    tolerance_need: float = option(
        0.20, "各组就诊需求偏离应占份额的上限", "how far a group's visits may be from its share", unit="share", least=0
    )
    tolerance_risk: float = option(
        0.20,
        "各组医保风险（加权参保人数）偏离应占份额的上限",
        "how far a group's insurance risk (weighted insured persons) may be from its share",
        unit="share",
        least=0,
    )
    balance_sides: str = option(
        "both", "均衡限制两侧，还是只限上限", "balance limits both sides, or the upper alone", choices=("both", "upper")
    )
    share_by: str = option(
        "equal",
        "各组应占份额：相等，或按牵头医院的床位、职工",
        "a group's share: equal, or by the beds or the staff of its lead",
        choices=("equal", "beds", "staff"),
    )
    elderly_cost: float = option(
        3.0,
        "65岁以上参保人的费用是其他人的几倍",
        "what an insured person of 65 or over costs, as a multiple of a younger one",
        unit="ratio",
        above=0,
    )
    centres: str = option(
        "leads",
        "中心：牵头医院（没有牵头时为任一单位），或任一单位",
        "seats of groups: the leads (any unit where there are none), or any unit",
        choices=("leads", "any"),
    )
    service: str = option(
        "",
        "只为这一项共享服务分组（成员为有业务量的单位，中心为可承办的机构）",
        "group the members of this shared service alone: who sends items, around who may host it",
    )
    capability: bool = option(
        False,
        "牵头医院的接诊能力是否限制本组上送的就诊（底线）",
        "whether what a lead can treat limits what its group sends up (a floor)",
    )
    water: bool = option(True, "水路相邻是否算连片", "whether neighbours across water join a group")
    max_minutes: float | None = option(
        None, "到牵头医院的最远单程", "longest trip to the lead, one way; empty: any", unit="minutes", above=0
    )

    def __post_init__(self) -> None:
        check_ranges(self)
