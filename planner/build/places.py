"""Institutions, the trips between them, and the sites that receive clinics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.instance import FREQUENCIES, Doctor, Institution, Site
from planner.build.tables import Notes, Row, number, number_or, round_half_up, rows, text, total, yes
from planner.calendar import SiteQuarter, WorkCalendar, closures_by_institution

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from planner.config import Config

#: Share of an institution's beds that is free for down-referrals where no table says so.
FREE_BEDS = 0.4
#: The destination that stands for care outside the alliance.
OUTSIDE = "outside"


@dataclass(frozen=True)
class Trips:
    """Directed one-way trips between institutions; a pair that is missing is out of reach."""

    minutes: Mapping[tuple[str, str], float]
    km: Mapping[tuple[str, str], float]
    patient_minutes: Mapping[tuple[str, str], float]


def institutions(region: Region) -> dict[str, Institution]:
    """The members of the alliance by id; `beds` are those free for down-referrals.

    They are the beds of the `capabilities` rows that take down-referrals, else 40 % of all beds.
    """
    booked = booked_shares(region)
    below = total(
        (text(row, "institution"), number_or(row, "beds", 0.0))
        for row in rows(region, "capabilities")
        if text(row, "direction") in ("down", "both") and number(row, "beds") is not None
    )
    found: dict[str, Institution] = {}
    for row in rows(region, "institutions"):
        staff, most = number(row, "staff"), number(row, "max_services")
        code = text(row, "id")
        found[code] = Institution(
            code,
            text(row, "name") or code,
            round_half_up(number_or(row, "level", 0)),
            text(row, "group"),
            yes(row, "lead", False),
            None if staff is None else round_half_up(staff),
            below.get(code, FREE_BEDS * number_or(row, "beds", 0.0)),
            None if most is None else round_half_up(most),
            number_or(row, "host_cost_per_year", 0.0),
            booked.get(code, booked.get("")),
        )
    return found


def booked_shares(region: Region) -> dict[str, float]:
    """By receiving hospital, referral slips over visits today; "" is the whole region, for hospitals without any."""
    counted: list[tuple[str, float, float]] = []
    for row in rows(region, "referrals"):
        hospital, slips = text(row, "destination"), number(row, "slips_per_month")
        if slips is not None and hospital != OUTSIDE and text(row, "direction") != "down":
            counted += [(place, slips, number_or(row, "patients_per_month", 0.0)) for place in (hospital, "")]
    visits = total((place, patients) for place, _, patients in counted)
    slips_at = total((place, slips) for place, slips, _ in counted)
    return {place: min(1.0, slips_at[place] / all_) for place, all_ in visits.items() if all_ > 0}


def trips(travel: pd.DataFrame, places: Mapping[str, Institution], config: Config, notes: Notes) -> Trips:
    """The travel table as dicts; a blank profile counts for vehicles and for patients.

    A trip without kilometres gets those that its minutes allow at the set speed.
    """
    minutes: dict[tuple[str, str], float] = {}
    km: dict[tuple[str, str], float] = {}
    patients: dict[tuple[str, str], float] = {}
    known = travel[travel["origin"].isin(places) & travel["destination"].isin(places) & travel["minutes"].notna()]
    pairs = list(zip(known["origin"].tolist(), known["destination"].tolist(), strict=True))
    profiles = known["profile"].tolist() if "profile" in known else [""] * len(known)
    lengths = known["km"].tolist() if "km" in known else [float("nan")] * len(known)
    # rows of one profile come last, so that they overrule a blank profile for the same pair
    order = sorted(range(len(pairs)), key=lambda n: bool(profiles[n]))
    took = known["minutes"].tolist()
    for n in order:
        pair, profile = pairs[n], profiles[n]
        if profile in ("", "vehicle"):
            minutes[pair] = took[n]
            if lengths[n] == lengths[n]:
                km[pair] = lengths[n]
        if profile in ("", "patient"):
            patients[pair] = took[n]
    unknown = minutes.keys() - km.keys()
    km |= {pair: _estimated_km(minutes[pair], config) for pair in unknown}
    if unknown:
        notes.tell("no_km", n=len(unknown), speed=config.travel.speed_kmh)
    return Trips(minutes, km, patients)


def _estimated_km(minutes: float, config: Config) -> float:
    """Kilometres of a trip of known duration, by the same rates as the straight line."""
    travel = config.travel
    return max(0.0, minutes / travel.season_factor - 2 * travel.minutes_each_end) / 60 * travel.speed_kmh


def outside_minutes(
    travel: pd.DataFrame, config: Config, places: Mapping[str, Institution], notes: Notes
) -> dict[str, float]:
    """Patients' minutes from each institution to care outside the alliance."""
    known = travel[(travel["destination"] == OUTSIDE) & travel["minutes"].notna()]
    profiles = known["profile"].tolist() if "profile" in known else [""] * len(known)
    given: dict[str, float] = {}
    for origin, minutes, profile in sorted(
        zip(known["origin"].tolist(), known["minutes"].tolist(), profiles, strict=True), key=lambda one: bool(one[2])
    ):
        if profile != "vehicle":
            given[origin] = minutes
    default = config.referrals.outside_minutes
    if len(given) < len(places):
        notes.tell("no_outside", n=len(places) - len(given), minutes=default)
    return {i: given.get(i, default) for i in places}


def homes(staff: Mapping[str, Doctor]) -> dict[str, set[str]]:
    """By specialty, the institutions that have doctors who practise it."""
    found: dict[str, set[str]] = defaultdict(set)
    for doctor in staff.values():
        for specialty in doctor.specialties:
            found[specialty].add(doctor.institution)
    return found


def receives(place: Institution, specialty: str, at_home: Mapping[str, set[str]]) -> bool:
    """Whether an institution may receive clinics in a specialty: level 0 or 1, or no doctors of its own."""
    return place.level <= 1 or place.id not in at_home.get(specialty, ())


def sites(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    places: Mapping[str, Institution],
    staff: Mapping[str, Doctor],
) -> dict[str, Site]:
    """Institutions that receive clinics or postings (by need, today's practice or a post), and doctors' homes.

    Homes are there for their open half-days, which limit how many of a department may be away.
    """
    needed = {(text(row, "institution"), text(row, "specialty")) for row in rows(region, "needs")}
    at_home = homes(staff)
    chosen = {i for i, k in needed if i in places and receives(places[i], k, at_home)}
    chosen |= {doctor.institution for doctor in staff.values()}
    for table in ("posts", "current_postings", "roster"):
        chosen |= {text(row, "institution") for row in rows(region, table)}
    with_needs = {i for i, _ in needed}
    closures = closures_by_institution(region.tables.get("closures"))
    equipment = _equipment(region)
    found: dict[str, Site] = {}
    for row in rows(region, "institutions"):
        code = text(row, "id")
        if code not in chosen:
            continue
        shut = closures.get(code, ())
        quarters = [calendar.site_quarter(q, shut) for q in range(len(calendar.quarters))]
        found[code] = Site(
            code,
            tuple(_open_slots(row, config) * quarter.weeks for quarter in quarters),
            tuple(float(quarter.half_days) for quarter in quarters),
            *_counts(quarters),
            _floor(row, config, calendar, code in with_needs),
            None if equipment is None else equipment.get(code, {}),
        )
    return found


def _counts(
    quarters: list[SiteQuarter],
) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    low = {f: tuple(quarter.low[f] for quarter in quarters) for f in FREQUENCIES}
    high = {f: tuple(quarter.high[f] for quarter in quarters) for f in FREQUENCIES}
    regular = {f: tuple(quarter.regular[f] for quarter in quarters) for f in FREQUENCIES}
    return low, high, regular


def _open_slots(row: Row, config: Config) -> float:
    """Half-days a week with a room for visitors."""
    given = number(row, "open_slots")
    if given is not None:
        return given
    rooms = number_or(row, "rooms", 0.0)
    return (rooms if rooms > 0 else 1.0) * config.sessions.open_slots


def _floor(row: Row, config: Config, calendar: WorkCalendar, has_needs: bool) -> tuple[float, ...]:
    """Clinics per quarter that the site is promised."""
    given = number(row, "min_sessions_per_month")
    if given is None:
        township = has_needs and round_half_up(number_or(row, "level", 0)) == 1
        given = config.sessions.min_sessions_per_month if township else 0.0
    return tuple(float(round_half_up(given * quarter.months)) for quarter in calendar.quarters)


def _equipment(region: Region) -> dict[str, dict[str, int]] | None:
    """Items at hand by institution; None when the region has no such table."""
    if "equipment" not in region.tables:
        return None
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows(region, "equipment"):
        item = text(row, "item")
        here = found[text(row, "institution")]
        here[item] = here.get(item, 0) + round_half_up(number_or(row, "count", 0.0))
    return dict(found)
