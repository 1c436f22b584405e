"""Specialties, doctors and departments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, cast

from geodata.sentences import words as word_list
from models.instance import FREQUENCIES, Department, Doctor, Institution, Specialty
from planner.build.accounts import accounts
from planner.build.free import free_half_days
from planner.build.places import Trips
from planner.build.settings import CAPTURE_CAP
from planner.build.tables import Notes, Row, number, number_or, round_half_up, rows, text, whole, words
from planner.calendar import QUARTER_WEEKS, WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

#: Capture shares where the table has none: modes, then teleconsultation (design section 4).
CAPTURES = {
    "monthly": 0.18,
    "fortnightly": 0.35,
    "weekly": 0.55,
    "twice_weekly": 0.70,
    "posted": 0.75,
    "tele": 0.10,
}
#: An intermediate title is assumed where the table has none.
TITLE = 2
#: A doctor whose promotion is due within this many years needs the credit of a posting.
PROMOTION_YEARS = 2


def specialties(region: Region, config: Config, notes: Notes) -> dict[str, Specialty]:
    """All specialties that a table names; those without a row of their own get the defaults."""
    found = {text(row, "id"): _specialty(row, config) for row in rows(region, "specialties")}
    unlisted = []
    for table in ("needs", "doctors", "posts", "roster", "current_postings", "capabilities"):
        for row in rows(region, table):
            for code in (text(row, "specialty"), *words(row, "scope")):
                if code and code not in found:
                    found[code] = _specialty({"id": code}, config)
                    unlisted.append(code)
    bare = [one for one in rows(region, "specialties") if number(one, "admission_share") is None and _bedless(one)]
    notes.some([text(row, "name") or text(row, "id") for row in bare], "bedless")
    notes.some(unlisted, "specialties_unlisted")
    return found


def _specialty(row: Row, config: Config) -> Specialty:
    sessions, referrals, scenario = config.sessions, config.referrals, config.scenario
    code = text(row, "id")
    full = number_or(row, "patients_per_session", sessions.patients_per_session)
    first = number_or(row, "first_session_patients", sessions.first_session_patients)
    ramp = number_or(row, "ramp_weeks", sessions.ramp_weeks)
    capture = {
        mode: min(CAPTURE_CAP, number_or(row, f"capture_{mode}", share) * scenario.capture_factor)
        for mode, share in CAPTURES.items()
    }
    return Specialty(
        id=code,
        name=text(row, "name") or code,
        patients_per_session=full,
        # mean of the first 13 weeks when patients rise in a straight line over the ramp
        new_patients_per_session=full - (full - first) * min(1.0, ramp / QUARTER_WEEKS) / 2,
        min_title=whole(row, "min_title", sessions.min_title),
        requires=words(row, "requires"),
        equipment=words(row, "equipment"),
        capture=capture,
        tele_per_session=number_or(row, "tele_per_session", referrals.tele_per_session),
        home_patients_per_session=scenario.home_cost_factor
        * number_or(row, "home_patients_per_session", referrals.home_patients_per_session),
        visits_per_posted_month=number_or(row, "visits_per_posted_month", referrals.visits_per_posted_month),
        down_share=number_or(row, "down_share", 0.2),
        down_bed_days=number_or(row, "down_bed_days", 10.0),
        admission_share=number_or(row, "admission_share", 0.0 if _bedless(row) else referrals.admission_share),
        stay_days=number_or(row, "stay_days", referrals.stay_days),
    )


def _bedless(row: Row) -> bool:
    """Whether a specialty is one of diagnostics, by its name or code: nobody is admitted by it."""
    name = f"{text(row, 'name')} {text(row, 'id')}".lower()
    return any(word in name for word in word_list("no_beds"))


def doctors(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    places: Mapping[str, Institution],
    trips: Trips,
    notes: Notes,
) -> dict[str, Doctor]:
    """The doctors by id, with their free half-days and their trips to every other institution."""
    table = [row for row in rows(region, "doctors") if text(row, "institution") in places]
    free = free_half_days(region, config, calendar, table, notes)
    travel = _Homes(region, config, places, trips)
    found: dict[str, Doctor] = {}
    before = accounts(region)
    for row in table:
        code, home = text(row, "id"), text(row, "institution")
        posting = cast(Literal["no", "may", "wants"], text(row, "posting") or "may")
        minutes, km = travel.of(row)
        found[code] = Doctor(
            id=code,
            name=text(row, "name") or code,
            institution=home,
            department=text(row, "department"),
            specialties=_practised(row),
            title=whole(row, "title", TITLE),
            free=free[code],
            posting=posting,
            home_visits=number_or(row, "home_visits_per_month", config.postings.home_visits_per_month),
            max_minutes=number_or(row, "max_minutes", config.sessions.max_minutes),
            minutes=minutes,
            km=km,
            wish_points=_wish_points(row, posting, config, calendar),
            far_before=before.get(code, {}).get("far", 0.0),
        )
    _tell_defaults(table, config, notes)
    return found


def _practised(row: Row) -> tuple[str, ...]:
    """The specialties within a doctor's scope, his own first; without a scope his own alone."""
    own, scope = text(row, "specialty"), dict.fromkeys(words(row, "scope"))
    if not scope:
        return (own,)
    return tuple(sorted(scope, key=lambda specialty: specialty != own))


def _wish_points(row: Row, posting: str, config: Config, calendar: WorkCalendar) -> float:
    """What posting this doctor costs in the aim `wishes`: 0 who wants, 1 who may, 1 less before promotion."""
    points = 1.0 if posting == "may" else 0.0
    year = number(row, "promotion_year")
    short = number_or(row, "credit_days", 0.0) < config.postings.promotion_credit_days
    if calendar.dated and year is not None and 0 <= year - calendar.start.year <= PROMOTION_YEARS and short:
        points -= 1.0
    return points


class _Homes:
    """Trips from where doctors start: their institution, or where they live."""

    def __init__(self, region: Region, config: Config, places: Mapping[str, Institution], trips: Trips) -> None:
        self._config = config
        self._minutes: dict[str, dict[str, float]] = {i: {} for i in places}
        self._km: dict[str, dict[str, float]] = {i: {} for i in places}
        for (a, b), minutes in trips.minutes.items():
            self._minutes[a][b] = minutes
        for (a, b), length in trips.km.items():
            self._km[a][b] = length
        self._points = {
            text(row, "id"): (lon, lat)
            for row in rows(region, "institutions")
            if (lon := number(row, "lon")) is not None and (lat := number(row, "lat")) is not None
        }

    def of(self, row: Row) -> tuple[dict[str, float], dict[str, float]]:
        """(minutes, km) to every institution but the doctor's own; shared dicts unless he lives elsewhere."""
        home = text(row, "institution")
        lon, lat = number(row, "lives_lon"), number(row, "lives_lat")
        minutes, km = self._minutes[home], self._km[home]
        if lon is None or lat is None or not self._points:
            return minutes, km
        there = [i for i in self._points if i != home]
        straight_minutes, straight_km = _straight(lon, lat, [self._points[i] for i in there], self._config)
        # an institution without coordinates keeps the trip from the doctor's institution
        return (
            {**minutes, **dict(zip(there, straight_minutes, strict=True))},
            {**km, **dict(zip(there, straight_km, strict=True))},
        )


def _straight(
    lon: float, lat: float, points: list[tuple[float, float]], config: Config
) -> tuple[list[float], list[float]]:
    """Straight-line trips as in `geodata.travel`: circuity, speed, minutes at each end, season."""
    from geodata.coordinates import distance_km

    travel = config.travel
    km = distance_km(lon, lat, [p[0] for p in points], [p[1] for p in points]) * travel.circuity
    minutes = (km / travel.speed_kmh * 60 + 2 * travel.minutes_each_end) * travel.season_factor
    return minutes.tolist(), km.tolist()


def departments(region: Region, config: Config, notes: Notes) -> dict[tuple[str, str], Department]:
    """Whole departments; one without a headcount limits nothing and is left out."""
    found: dict[tuple[str, str], Department] = {}
    unknown = []
    for row in rows(region, "departments"):
        key = (text(row, "institution"), text(row, "department"))
        headcount, least = number(row, "headcount"), number(row, "min_present")
        if headcount is None:
            unknown.append("/".join(key))
            continue
        found[key] = Department(
            *key,
            round_half_up(headcount),
            None if least is None else round_half_up(least),
            number_or(row, "max_away_share", config.sessions.max_away_share),
        )
    notes.some(unknown, "no_headcount")
    return found


def _tell_defaults(table: list[Row], config: Config, notes: Notes) -> None:
    """One note per column that was empty for some doctors."""
    defaults = (
        ("sessions_per_week", config.sessions.sessions_per_week),
        ("home_visits_per_month", config.postings.home_visits_per_month),
        ("max_minutes", config.sessions.max_minutes),
    )
    for column, value in defaults:
        missing = sum(number(row, column) is None for row in table)
        if missing:
            notes.tell(f"no_{column}", n=missing, value=value)


assert set(CAPTURES) == {*FREQUENCIES, "posted", "tele"}
