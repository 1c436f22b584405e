"""The data of one roster: which clinics are to be dated, by whom, where, and in which half-days.

`planner.build` makes a `RosterInstance` from the region's tables and the counts of an allocation;
`models.roster` dates it. A half-day has a number: 2 x day + 0 for the morning or 1 for the afternoon,
days numbered from the first Monday of the horizon. Weeks run from Monday to Sunday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from models.instance import RuleSetting, RuleState

#: Frequency -> longest run of open weeks of the site in which at least one clinic is due.
LONGEST_GAP = MappingProxyType({"twice_weekly": 1, "weekly": 2, "fortnightly": 3, "monthly": 6})
#: Frequency -> (most clinics, within so many calendar weeks); twice a week never both on one day.
LEAST_GAP = MappingProxyType({"twice_weekly": (2, 1), "weekly": (1, 1), "fortnightly": (1, 1), "monthly": (1, 2)})


@dataclass(frozen=True)
class RosterDoctor:
    """A doctor who goes out.

    free: half-days at home's open days outside duties, night rests, absences and postings;
    budget: half-days per quarter that may be spent (slack already kept); week_limit: most half-days
    a week. A far trip costs both half-days of its day. department: key of `departments`, "" for none.
    ledger: what earlier periods left on the account (far trips, Fridays, days next to holidays).
    """

    id: str
    name: str
    institution: str
    department: str
    free: frozenset[int]
    budget: tuple[int, ...]
    week_limit: int
    ledger: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class RosterSite:
    """A place that receives clinics.

    open: its open half-days; rooms: rooms for visitors in each half-day; equipment: item -> count
    (None: not stated, no limit); market: half-days with crowds, mornings of market days;
    direction: sites of one direction can share a vehicle from one hospital on one day.
    """

    id: str
    name: str
    open: frozenset[int]
    rooms: int
    equipment: Mapping[str, int] | None
    market: frozenset[int] = frozenset()
    direction: str = ""


@dataclass(frozen=True)
class Pair:
    """A doctor who may hold a need's clinics. count: allocated clinics per quarter (0: a stand-in).

    far: the trip takes a whole day; minutes: one way. main: the allocation's main doctor (A).
    """

    doctor: str
    count: tuple[int, ...]
    main: bool
    far: bool
    minutes: float


@dataclass(frozen=True)
class RosterNeed:
    """Clinics of one specialty at one site. count: allocated clinics per quarter.

    weight: visits a month that one clinic keeps, times the need's priority (the price of an unheld
    one); pairs: who may hold them; equipment: items used; slots: half-days in which it may be held
    (site open, the asked weekday, week of the month, and slot of the day; a hard wish of the table);
    every: (most clinics, calendar weeks) of the least gap; gap: longest run of open weeks without one;
    history: dates of earlier clinics, latest last, for gaps across the edge of the period.
    """

    site: str
    specialty: str
    frequency: str
    count: tuple[int, ...]
    weight: float
    pairs: tuple[Pair, ...]
    equipment: tuple[str, ...]
    slots: frozenset[int]
    every: tuple[int, int]
    gap: int
    history: tuple[date, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.site, self.specialty


@dataclass(frozen=True)
class RosterDepartment:
    """Doctors of one department at one hospital, and how many may be away in each half-day.

    away: half-day -> max(0, headcount - off then - least present), least present = max(2,
    floor(0.8 headcount)) or the table's `min_present`; a half-day that is missing has no limit.
    """

    id: str
    doctors: frozenset[str]
    away: Mapping[int, int]


@dataclass(frozen=True)
class RosterGroup:
    """A department or a hospital that shares the burden: its doctors, and the sum of their ledgers."""

    headcount: int
    ledger: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class RosterLock:
    """A decision taken by hand: `must` one clinic in `slots` (any of them), or none. weight None is hard."""

    label: str
    must: bool
    doctor: str = ""
    site: str = ""
    specialty: str = ""
    slots: frozenset[int] = frozenset()
    weight: float | None = None
    reason: str = ""


#: One dated clinic: doctor, site, specialty, half-day.
Visit = tuple[str, str, str, int]


@dataclass(frozen=True)
class RosterInstance:
    """Everything the roster needs.

    start: first Monday; weeks: of the horizon; quarters: (name, first week, weeks) in order.
    today: dated clinics of today's roster within the horizon (for `change`). change_limit: most clinics
    of today's roster, still possible, that may be missing (None: no limit). site_minutes: minutes
    between two sites (directed); a doctor may visit two sites on one day only within `two_sites_minutes`.
    holiday_adjacent: days (numbers) that are the last working day before or first after a holiday.
    groups: (level "department" or "hospital", id) -> the group, for fairness in proportion to headcount;
    left empty it is counted from `doctors` and `departments` (parts of a roster carry the whole's groups).
    """

    start: date
    weeks: int
    quarters: tuple[tuple[str, int, int], ...]
    working: frozenset[int]
    doctors: Mapping[str, RosterDoctor]
    sites: Mapping[str, RosterSite]
    needs: Mapping[tuple[str, str], RosterNeed]
    departments: Mapping[str, RosterDepartment]
    locks: tuple[RosterLock, ...] = ()
    today: frozenset[Visit] = frozenset()
    change_limit: int | None = None
    site_minutes: Mapping[tuple[str, str], float] = field(default_factory=dict)
    two_sites_minutes: float = 20.0
    holiday_adjacent: frozenset[int] = frozenset()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], RosterGroup] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return 7 * self.weeks

    def date(self, half_day: int) -> date:
        return self.start + timedelta(days=half_day // 2)

    def slot(self, half_day: int) -> Literal["am", "pm"]:
        return "am" if half_day % 2 == 0 else "pm"

    def week(self, half_day: int) -> int:
        return half_day // 14

    def weekday(self, half_day: int) -> int:
        """Monday is 1."""
        return half_day // 2 % 7 + 1

    def quarter(self, half_day: int) -> int:
        """Number of the quarter that the half-day lies in."""
        week = self.week(half_day)
        return max(at for at, (_, first, _) in enumerate(self.quarters) if first <= week)

    def state(self, rule: str) -> RuleState:
        """How the rule is applied here: the setting, else its default in the catalogue."""
        from models.rules import ROSTER_RULES, RULES

        setting, known = self.rules.get(rule), RULES[rule] if rule in RULES else ROSTER_RULES[rule]
        return known.default if setting is None or known.kind == "structure" else setting.state
