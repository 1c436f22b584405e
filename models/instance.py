"""The validated data of one planning problem: frozen records in one unit per quantity.

`planner.build` makes an `Instance` from the region's tables; the blocks read it and never
change it. Units: visits per month, half-days per quarter, minutes one way (directed), yuan
per year, items per day. A month is 365.25 / 12 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from models.centre_records import Level, Service, Volume

if TYPE_CHECKING:
    from models.labels import Labels

#: Frequencies of an outreach clinic, rarest first.
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")
#: What a site may be offered in one specialty: a clinic at a frequency, or a posted doctor.
MODES = (*FREQUENCIES, "posted")

RuleState = Literal["hard", "soft", "off"]


def _no_rules() -> Mapping[str, RuleSetting]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Quarter:
    """A planning period of whole weeks (13 by default, Monday to Sunday)."""

    name: str
    start: date
    weeks: int
    months: float


@dataclass(frozen=True)
class Institution:
    """A member of the alliance. `staff` (persons) and `group` may be unknown (None, "").

    beds: beds that take down-referrals. booked_share: of the visits referred there, with a referral slip today; None
    where no slips are known. max_services: shared services that it may host, None without
    a limit; host_cost_per_year: yuan that hosting costs once, however many services it hosts.
    """

    id: str
    name: str
    level: int
    group: str
    lead: bool
    staff: int | None = None
    beds: float = 0.0
    max_services: int | None = None
    host_cost_per_year: float = 0.0
    booked_share: float | None = None


@dataclass(frozen=True)
class Site:
    """An institution that may receive clinics or postings; tuples have one entry per quarter.

    slots: half-days per quarter in which visiting doctors have a room;
    half_days: half-days per quarter in which the institution is open;
    counts_low, counts_high: least and greatest clinics per quarter of each frequency
    (`Nmin_f` and `max(N_f, Nmin_(f+1) - 1)`), counts_regular: `N_f`;
    floor: clinics per quarter that the site is promised; equipment: items at hand, or None
    where no equipment table was given.
    """

    id: str
    slots: tuple[float, ...]
    half_days: tuple[float, ...]
    counts_low: Mapping[str, tuple[int, ...]]
    counts_high: Mapping[str, tuple[int, ...]]
    counts_regular: Mapping[str, tuple[int, ...]]
    floor: tuple[float, ...]
    equipment: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Specialty:
    """Rates of one specialty. `capture` has one share per mode of `MODES` and `tele`.

    admission_share: of the visits referred up, those that end in a stay of `stay_days` in the mean.
    """

    id: str
    name: str
    patients_per_session: float
    new_patients_per_session: float
    min_title: int
    requires: tuple[str, ...]
    equipment: tuple[str, ...]
    capture: Mapping[str, float]
    tele_per_session: float
    home_patients_per_session: float
    visits_per_posted_month: float
    down_share: float
    down_bed_days: float
    admission_share: float
    stay_days: float


@dataclass(frozen=True)
class Need:
    """Visits per month of the residents whose first contact is `institution`, in one specialty.

    own, referred (by receiving hospital), left, outreach and unmet are today's; they add up to
    `need`. `recoverable` is the share of referred and left that care nearby can win back.
    `calibration` multiplies patients and capture where there is outreach today, so that today's
    clinics give today's visits. `floor` is in clinics per quarter. `modes` are the modes allowed.
    """

    institution: str
    specialty: str
    need: float
    own: float
    referred: Mapping[str, float]
    left: float
    outreach: float
    unmet: float
    recoverable: float
    priority: float
    calibration: float
    has_outreach: bool
    floor: tuple[float, ...]
    modes: tuple[str, ...] = MODES

    @property
    def pool(self) -> float:
        """Visits that the site itself does not hold: need - own."""
        return max(0.0, self.need - self.own)

    @property
    def referred_today(self) -> float:
        return sum(self.referred.values())

    @property
    def recoverable_visits(self) -> float:
        """What outreach can hold at most: recoverable flows, unmet need and today's outreach."""
        return self.recoverable * (self.left + self.referred_today) + self.unmet + self.outreach


@dataclass(frozen=True)
class Capability:
    """What a hospital can treat in one specialty: visits per month, own residents included.

    `own_load` is the hospital's own part of it, `reserve` the most extra referrals it accepts.
    """

    institution: str
    specialty: str
    visits: float
    own_load: float
    reserve: float


@dataclass(frozen=True)
class Doctor:
    """An eligible doctor. `free`: half-days per quarter net of duties, absences, slack; `far_before`: his account."""

    id: str
    name: str
    institution: str
    department: str
    specialties: tuple[str, ...]
    title: int
    free: tuple[float, ...]
    posting: Literal["no", "may", "wants"]
    home_visits: float
    max_minutes: float
    minutes: Mapping[str, float]
    km: Mapping[str, float]
    wish_points: float = 0.0
    far_before: float = 0.0  # far trips of earlier periods


@dataclass(frozen=True)
class Department:
    """A whole department at home. `min_present` is None when only the share limits it."""

    institution: str
    department: str
    headcount: int
    min_present: int | None
    max_away_share: float


@dataclass(frozen=True)
class Post:
    """A post that a site asks for. `cover` has, per start date, the share of each quarter covered.

    handover: start -> first day on which a relief may be there too (only where the end is in the
    horizon); relief_starts: those of `starts` that are no cohort dates but such days, or the day after an end.
    """

    institution: str
    specialty: str
    doctors: int
    min_title: int
    months: float
    visits_per_month: float
    locked: bool
    starts: tuple[date, ...]
    cover: Mapping[date, tuple[float, ...]]
    handover: Mapping[date, date] = field(default_factory=lambda: MappingProxyType({}))
    relief_starts: tuple[date, ...] = ()


@dataclass(frozen=True)
class CurrentPosting:
    """A posting that runs today. `cover` is the share of each quarter until its agreed end.

    handover: first day on which a relief may be there too; None where the end is not in the horizon.
    """

    doctor: str
    institution: str
    specialty: str
    start: date
    end: date
    cover: tuple[float, ...]
    handover: date | None = None


@dataclass(frozen=True)
class Lock:
    """A decision taken by hand. `weight` None is hard; otherwise points per breach in `floors`.

    on: the date of a clinic that must be held on it (None: no date).
    """

    label: str
    kind: Literal["session", "posting", "centre", "service", "group"]
    must: bool
    weight: float | None = None
    doctor: str = ""
    institution: str = ""
    specialty: str = ""
    service: str = ""
    host: str = ""
    group: str = ""
    reason: str = ""
    on: date | None = None


@dataclass(frozen=True)
class RuleSetting:
    """How a rule of `models.rules` is applied; `weight` counts in `floors` when soft."""

    state: RuleState
    weight: float = 1.0


@dataclass(frozen=True)
class Budget:
    """Yuan per year over the parts named in `covers`; None is no limit."""

    yuan_per_year: float | None = None
    covers: tuple[str, ...] = ("postings", "sessions", "centres", "travel")
    annualise_years: float = 10.0


@dataclass(frozen=True)
class Aims:
    """The committee's order, weights, and how much of each aim later ones may give away."""

    order: tuple[str, ...] = ("floors", "unmet", "worst_served", "travel", "cost", "fairness", "change", "wishes")
    left_weight: float = 0.5
    avoidable_weight: float = 0.25
    tolerances: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class DateCut:
    """Clinics of a doctor in one quarter of which no more than `most` can have dates (proved).

    pairs: (site, specialty) of the clinics counted; unit "days": whole days on long trips to these
    sites; "half_days": half-days away for these clinics, whole days on long trips.
    """

    doctor: str
    pairs: tuple[tuple[str, str], ...]
    quarter: int
    most: int
    unit: Literal["clinics", "days", "half_days"] = "clinics"


@dataclass(frozen=True)
class Instance:
    """Everything the models need, keyed by the identifiers of the tables.

    minutes, km: vehicle trips (origin, destination); patient_minutes: patients' trips. A missing
    pair is out of reach, never zero. outside_minutes: minutes to care outside the alliance.
    service_groups: (institution, service) -> group whose centres may serve it; absent means any.
    host_groups: (host, service) -> groups it may serve. members: service -> institutions served.
    options: block name -> that block's `Options`.
    dateable: (doctor, site, specialty) -> clinics per quarter for which there are dates at all; absent: any.
    date_cuts: what the dated roster is known to hold at most. change_limit: most of today's clinics, in
    all quarters, that may be given up (None: any number).
    """

    quarters: tuple[Quarter, ...]
    institutions: Mapping[str, Institution]
    sites: Mapping[str, Site]
    specialties: Mapping[str, Specialty]
    needs: Mapping[tuple[str, str], Need]
    capabilities: Mapping[tuple[str, str], Capability]
    doctors: Mapping[str, Doctor]
    departments: Mapping[tuple[str, str], Department]
    posts: Mapping[tuple[str, str], Post]
    current_postings: tuple[CurrentPosting, ...]
    today_sessions: Mapping[tuple[str, str, str], tuple[int, ...]]
    services: Mapping[str, Service]
    volumes: Mapping[tuple[str, str], Volume]
    levels: tuple[Level, ...]
    usage: Mapping[tuple[str, str], float]
    service_groups: Mapping[tuple[str, str], str]
    host_groups: Mapping[tuple[str, str], frozenset[str]]
    members: Mapping[str, tuple[str, ...]]
    minutes: Mapping[tuple[str, str], float]
    km: Mapping[tuple[str, str], float]
    patient_minutes: Mapping[tuple[str, str], float]
    outside_minutes: Mapping[str, float]
    locks: tuple[Lock, ...]
    budget: Budget
    aims: Aims
    rules: Mapping[str, RuleSetting] = field(default_factory=_no_rules)
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    dateable: Mapping[tuple[str, str, str], tuple[int, ...]] = field(default_factory=dict)
    date_cuts: tuple[DateCut, ...] = ()
    change_limit: int | None = None

    @cached_property
    def labels(self) -> Labels:
        """The identifiers numbered, and the needs as arrays."""
        from models.labels import Labels

        return Labels(self)

    def state(self, rule: str) -> RuleState:
        """How the rule is applied here: the setting, else its default in the catalogue."""
        from models.rules import RULES

        setting = self.rules.get(rule)
        return RULES[rule].default if setting is None else setting.state

    def same_group(self, a: str, b: str) -> bool:
        """Whether two institutions may serve each other (a blank group is open to all)."""
        one, other = self.institutions[a].group, self.institutions[b].group
        return not one or not other or one == other

    @property
    def weeks(self) -> int:
        return sum(q.weeks for q in self.quarters)

    @property
    def per_year(self) -> float:
        """Factor from the whole horizon to a year."""
        return 365.25 / 7 / self.weeks
