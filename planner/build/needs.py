"""Today's visits of every institution and specialty, balanced:

    own + referred + left + outreach + unmet = need        (visits per month)

Scenario growth is put on top of today: what is added is unmet until somebody sees it, so that
today's flows and the calibration of today's clinics stay as observed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.instance import FREQUENCIES, MODES, CurrentPosting, Doctor, Institution, Need, Post, Site, Specialty
from planner.build.flows import Flows, read_flows
from planner.build.places import Trips, homes, receives
from planner.build.tables import Notes, Row, number, number_or, round_half_up, rows, text
from planner.build.today import Counts, posted_today
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

Key = tuple[str, str]


@dataclass(frozen=True)
class Facts:
    """What the needs are read against."""

    calendar: WorkCalendar
    institutions: Mapping[str, Institution]
    trips: Trips
    specialties: Mapping[str, Specialty]
    sites: Mapping[str, Site]
    staff: Mapping[str, Doctor]
    capable: frozenset[Key]
    posts: Mapping[Key, Post]
    running: tuple[CurrentPosting, ...]
    sessions: Counts


@dataclass(frozen=True)
class Visits:
    """One balanced cell, in visits per month."""

    need: float
    own: float
    referred: Mapping[str, float]
    left: float
    outreach: float = 0.0
    unmet: float = 0.0


def needs(region: Region, config: Config, facts: Facts, notes: Notes) -> dict[Key, Need]:
    """The cells by (institution, specialty); of several rows for one cell the first counts."""
    flows = read_flows(region, facts.institutions)
    held = _held_today(facts)
    posted = posted_today(facts.running, facts.calendar)
    at_home = homes(facts.staff)
    found: dict[Key, Need] = {}
    told = _Told()
    for row in rows(region, "needs"):
        key = (text(row, "institution"), text(row, "specialty"))
        if key in found or key[0] not in facts.institutions:
            continue
        flow = _flow(row, key, flows, facts, told)
        formula = _formula(key, flow, held.get(key, 0), posted.get(key, 0), facts)
        visits = _with_outreach(flow, formula)
        calibration = visits.outreach / formula if formula > 0 else 1.0
        if formula > 0 and calibration == 0:
            told.idle.append("/".join(key))
        visits = _grown(visits, 1 + config.scenario.demand_growth)
        open_to = key in held or key in posted or key in facts.posts
        found[key] = Need(
            institution=key[0],
            specialty=key[1],
            need=visits.need,
            own=visits.own,
            referred=visits.referred,
            left=visits.left,
            outreach=visits.outreach,
            unmet=visits.unmet,
            recoverable=number_or(row, "recoverable_share", config.referrals.recoverable_share),
            priority=number_or(row, "priority", 1.0),
            calibration=calibration,
            has_outreach=formula > 0,
            floor=_floor(row, facts.calendar),
            modes=_modes(row) if open_to or receives(facts.institutions[key[0]], key[1], at_home) else (),
        )
    told.tell(notes, config)
    return found


def _flow(row: Row, key: Key, flows: Flows, facts: Facts, told: _Told) -> Visits:
    """Need, own, referred by hospital and left of one row, cut to fit the need."""
    need = max(0.0, number_or(row, "visits_per_month", 0.0))
    referred, left = number(row, "referred_visits_per_month"), number(row, "left_visits_per_month")
    referred = flows.inside.get(key, 0.0) if referred is None else referred
    left = flows.outside.get(key, 0.0) if left is None else left
    own = number(row, "own_visits_per_month")
    if own is None:
        told.own += 1
        own = max(0.0, need - referred - left)
    own = min(own, need)
    over = own + referred + left - need
    if over > 1e-9:
        told.cut.append("/".join(key))
    if over > 0:
        off = min(left, over)
        left -= off
        referred = max(0.0, referred - (over - off))
    if number(row, "recoverable_share") is None:
        told.recoverable += 1
    shares = flows.shares(key, facts.institutions, facts.trips, facts.capable) if referred > 0 else {}
    if referred > 0 and not shares:
        told.nowhere.append("/".join(key))
        left, referred = left + referred, 0.0
    elif referred > 0 and not flows.known(key):
        told.nearest.append("/".join(key))
    return Visits(need, own, {h: referred * share for h, share in shares.items()}, left)


def _held_today(facts: Facts) -> dict[Key, int]:
    """Clinics held today in the first quarter, by institution and specialty."""
    held: dict[Key, int] = defaultdict(int)
    for (_, site, specialty), counts in facts.sessions.items():
        held[site, specialty] += counts[0]
    return {key: count for key, count in held.items() if count}


def _formula(key: Key, visits: Visits, held: int, posted: int, facts: Facts) -> float:
    """Visits per month that today's clinics and postings would give by the model's rates."""
    if not held and not posted:
        return 0.0
    specialty = facts.specialties[key[1]]
    low = facts.sites[key[0]].counts_low
    modes = [f for f in FREQUENCIES if low[f][0] <= held]
    capture = specialty.capture[modes[-1]] if modes else 0.0
    if posted:
        capture = max(capture, specialty.capture["posted"])
    supply = specialty.patients_per_session * held / facts.calendar.quarters[0].months
    supply += specialty.visits_per_posted_month * posted
    return min(supply, capture * max(0.0, visits.need - visits.own))


def _with_outreach(visits: Visits, formula: float) -> Visits:
    """Today's outreach is what the formula gives, as far as need is left; the rest is unmet."""
    spare = max(0.0, visits.need - visits.own - sum(visits.referred.values()) - visits.left)
    outreach = max(0.0, min(formula, spare))
    return Visits(visits.need, visits.own, visits.referred, visits.left, outreach, spare - outreach)


def _grown(visits: Visits, factor: float) -> Visits:
    """Need times a factor: more is unmet until somebody sees it; less was unmet, then left, and so on."""
    need = visits.need * factor
    if factor >= 1:
        return replace(visits, need=need, unmet=visits.unmet + need - visits.need)
    less = visits.need - need
    unmet, less = _lower(visits.unmet, less)
    left, less = _lower(visits.left, less)
    sent = sum(visits.referred.values())
    kept, less = _lower(sent, less)
    outreach, less = _lower(visits.outreach, less)
    own, _ = _lower(visits.own, less)
    referred = {h: patients * kept / sent for h, patients in visits.referred.items()} if sent else {}
    return Visits(need, own, referred, left, outreach, unmet)


def _lower(value: float, less: float) -> tuple[float, float]:
    """(what is left of a value, what is still to be taken elsewhere)."""
    return max(0.0, value - less), max(0.0, less - value)


def _floor(row: Row, calendar: WorkCalendar) -> tuple[float, ...]:
    monthly = number_or(row, "min_sessions_per_month", 0.0)
    return tuple(float(round_half_up(monthly * quarter.months)) for quarter in calendar.quarters)


def _modes(row: Row) -> tuple[str, ...]:
    """The frequency that was asked for, or any; a posting serves as well."""
    pattern = text(row, "pattern")
    return (pattern, "posted") if pattern in FREQUENCIES else MODES


class _Told:
    """What the notes will say about the needs."""

    def __init__(self) -> None:
        self.own = self.recoverable = 0
        self.cut: list[str] = []
        self.nowhere: list[str] = []
        self.nearest: list[str] = []
        self.idle: list[str] = []

    def tell(self, notes: Notes, config: Config) -> None:
        if self.own:
            notes.tell("own_unknown", n=self.own)
        if self.recoverable:
            notes.tell("recoverable_unknown", n=self.recoverable, share=config.referrals.recoverable_share)
        notes.some(self.cut, "need_cut")
        notes.some(self.nowhere, "nowhere")
        notes.some(self.nearest, "nearest")
        notes.some(self.idle, "no_visits_left")
