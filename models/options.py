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


@dataclass(frozen=True)
class OptionFault:
    """A wrong option. `expected` is the key of a message that says what was expected, with its values.

    A value that is a sequence of words is listed as the language lists words.
    """

    key: str
    value: object
    expected: str
    values: Mapping[str, object] = field(default_factory=dict)


class OptionError(ValueError):
    """One or more options are out of range."""

    def __init__(self, faults: list[OptionFault]) -> None:
        told = (f"{one.key} = {one.value!r}: {one.expected} {dict(one.values) or ''}".strip() for one in faults)
        super().__init__("; ".join(told))
        self.faults = faults


def option(
    default: object,
    *,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
    later: bool = False,
) -> Any:
    """A dataclass field that carries its unit and its range; what it means is a message, `section.key`.

    `later` marks an option that is accepted but does nothing yet; `alliance check` says so.
    """
    about: dict[str, Any] = {"unit": unit, "least": least, "most": most, "above": above}
    about |= {"choices": choices, "later": later}
    if isinstance(default, Mapping):
        frozen = MappingProxyType(dict(default))
        return field(default_factory=lambda: frozen, metadata=about)
    return field(default=default, metadata=about)


def check_ranges(options: object) -> None:
    """Raise `OptionError` naming every field of a dataclass that is outside its range."""
    faults: list[OptionFault] = []
    for item in fields(options):  # type: ignore[arg-type]
        about = item.metadata
        value = getattr(options, item.name)
        for one in _values(value):
            expected = _expected(about, one)
            if expected:
                faults.append(OptionFault(item.name, one, *expected))
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


def _expected(about: Mapping[str, Any], value: object) -> tuple[str, Mapping[str, object]] | None:
    """What was expected instead, as message and values, or None when the value is fine."""
    choices = about.get("choices")
    if choices and isinstance(value, str) and value not in choices:
        return "one_of", {"choices": choices}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    least, most, above = about.get("least"), about.get("most"), about.get("above")
    if value != value:
        return "number", {}
    if above is not None and value <= above:
        return "more_than", {"limit": above}
    if least is not None and value < least:
        return "at_least", {"limit": least}
    if most is not None and value > most:
        return "at_most", {"limit": most}
    return None


@dataclass(frozen=True)
class SharedCentres:
    """Shared centres 资源共享中心."""

    waits: Mapping[str, tuple[float, ...]] = option({}, unit="minutes", least=0)
    peak_share: float = option(0.14, unit="share", above=0, most=1)
    backup: tuple[str, ...] = option(())
    collection_minutes: float = option(120.0, unit="minutes", least=0)

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Postings:
    """Postings 派驻."""

    cohorts: tuple[date, ...] = option(())
    months: float = option(6.0, unit="months", above=0, most=60)
    overlap_days: int = option(3, unit="days", least=0, most=20)
    relief: bool = option(True)
    post_share: float = option(0.03, unit="share", least=0, most=1)
    max_posts: int | None = option(None, unit="doctors", least=0)
    subsidy_per_year: float = option(80_000.0, unit="yuan/year", least=0)
    subsidy_budget: float | None = option(None, unit="yuan/year", least=0)
    home_visits_per_month: float = option(80.0, unit="visits/month", least=0)
    cover_min_headcount: int = option(4, unit="doctors", least=1)
    promotion_credit_days: float = option(240.0, unit="days", least=0)

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Sessions:
    """Outreach clinics 坐诊."""

    max_minutes: float = option(90.0, unit="minutes", above=0)
    half_day_minutes: float = option(45.0, unit="minutes", least=0)
    slack_share: float = option(0.10, unit="share", least=0, most=0.9)
    continuity: float = option(0.7, unit="share", least=0, most=1)
    allowance_half_day: float = option(150.0, unit="yuan", least=0)
    km_cost: float = option(1.5, unit="yuan/km", least=0)
    min_sessions_per_month: float = option(4.0, unit="clinics/month", least=0)
    patients_per_session: float = option(15.0, unit="visits", above=0)
    first_session_patients: float = option(8.0, unit="visits", least=0)
    ramp_weeks: float = option(13.0, unit="weeks", least=0)
    open_slots: float = option(5.0, unit="half-days/week", least=0)
    min_title: int = option(2, unit="title", least=1, most=4)
    sessions_per_week: float = option(1.0, unit="half-days/week", least=0, most=14)
    cover_min_headcount: int = option(3, unit="doctors", least=1)
    max_away_share: float = option(0.20, unit="share", least=0, most=1)

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True)
class Referrals:
    """Referrals and teleconsultation 转诊与远程会诊."""

    max_minutes: float = option(120.0, unit="minutes", above=0)
    bypass_minutes: float = option(10.0, unit="minutes", above=0)
    outside_minutes: float = option(90.0, unit="minutes", above=0)
    reserve_share: float = option(0.05, unit="share", least=0, most=1)
    booked_share: float = option(0.4, unit="share", least=0, most=1)
    booking_days: float = option(3.0, unit="days", above=0)
    release_hours: float = option(24.0, unit="hours", least=0, most=336)
    reserve_quantile: float = option(0.9, unit="share", least=0.5, most=0.999)
    clinic_days: float = option(20.67, unit="days/month", above=0, most=31)
    admission_share: float = option(0.07, unit="share", least=0, most=1)
    stay_days: float = option(9.0, unit="days", above=0)
    capability_margin: float = option(0.05, unit="share", least=0, most=1)
    recoverable_share: float = option(0.4, unit="share", least=0, most=1)
    home_patients_per_session: float = option(5.0, unit="visits", least=0)
    tele_per_session: float = option(8.0, unit="visits", above=0)
    visits_per_posted_month: float = option(160.0, unit="visits/month", least=0)
    tele: bool = option(True)

    def __post_init__(self) -> None:
        check_ranges(self)


#: Aims of a grouping that `[grouping] order` may name; `floors` is always the first.
GROUPING_AIMS = ("floors", "balance", "travel", "cut_edges", "change")


@dataclass(frozen=True)
class Grouping:
    """Groups 分片包段: `alliance group`, and `alliance plan --groups free`."""

    count: int | None = option(None, unit="groups", least=1)
    order: tuple[str, ...] = option(("floors", "travel", "change"), choices=GROUPING_AIMS)
    travel_tolerance: float = option(0.005, unit="share", least=0, most=1)
    travel_weight: str = option("population", choices=("population", "need", "one"))
    tolerance_population: float = option(0.15, unit="share", least=0)
    tolerance_need: float = option(0.20, unit="share", least=0)
    tolerance_risk: float = option(0.20, unit="share", least=0)
    balance_sides: str = option("both", choices=("both", "upper"))
    share_by: str = option("equal", choices=("equal", "beds", "staff"))
    elderly_cost: float = option(3.0, unit="ratio", above=0)
    centres: str = option("leads", choices=("leads", "any"))
    service: str = option("")
    capability: bool = option(False)
    water: bool = option(True)
    max_minutes: float | None = option(None, unit="minutes", above=0)

    def __post_init__(self) -> None:
        check_ranges(self)
