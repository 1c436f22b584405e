"""Half-days of the horizon by number: 2 x day + 0 (morning) or 1 (afternoon), from the first Monday."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from planner.build.free import absent_halves, duty_halves
from planner.build.tables import day, number, rows, text
from planner.calendar import Closure, WorkCalendar, closures_by_institution, week_fits
from planner.market_days import MarketRuleError, market_days

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.instance import Instance

HALF = {"am": 0, "pm": 1}
Tables = Mapping[str, "pd.DataFrame"]


def department_key(institution: str, department: str) -> str:
    """The name of a department of one hospital."""
    return f"{institution}/{department}"


def number_of(calendar: WorkCalendar, day_: date, half: str) -> int:
    """The half-day of a date (`am` or `pm`); negative before the start."""
    return 2 * (day_ - calendar.start).days + HALF[half]


def quarters(calendar: WorkCalendar) -> tuple[tuple[str, int, int], ...]:
    """(name, first week, weeks) of each quarter."""
    first, found = 0, []
    for quarter in calendar.quarters:
        found.append((quarter.name, first, quarter.weeks))
        first += quarter.weeks
    return tuple(found)


def working(calendar: WorkCalendar) -> frozenset[int]:
    """Numbers of the working days."""
    every = (one for q in range(len(calendar.quarters)) for one in calendar.working_days(q))
    return frozenset((one - calendar.start).days for one in every)


def open_halves(calendar: WorkCalendar, closures: Iterable[Closure]) -> frozenset[int]:
    """Open half-days of an institution with these closures."""
    shut = tuple(closures)
    return frozenset(
        number_of(calendar, one, half)
        for q in range(len(calendar.quarters))
        for one, halves in calendar.open_halves(q, shut).items()
        for half in halves
    )


def free(region: Region, calendar: WorkCalendar, instance: Instance, tables: Tables) -> dict[str, frozenset[int]]:
    """By doctor, the half-days at home's open days outside duties, night rests, absences and postings."""
    closures = closures_by_institution(region.tables.get("closures"))
    duties, gone, away = _by_doctor(region, "duties"), absent(region, calendar, instance), _posted(calendar, tables)
    opened: dict[str, frozenset[int]] = {}
    found = {}
    for code, doctor in instance.doctors.items():
        home = doctor.institution
        if home not in opened:
            opened[home] = open_halves(calendar, closures.get(home, ()))
        busy: set[int] = set(gone.get(code, ())) | away.get(code, set())
        for q in range(len(calendar.quarters)):
            dates = calendar.open_halves(q, closures.get(home, ()))
            for duty in duties.get(code, ()):
                busy |= {number_of(calendar, one, half) for one, half in duty_halves(duty, dates)}
        found[code] = opened[home] - busy
    return found


def absent(region: Region, calendar: WorkCalendar, instance: Instance) -> dict[str, frozenset[int]]:
    """By doctor, half-days of absences that are known."""
    found: dict[str, set[int]] = defaultdict(set)
    for q in range(len(calendar.quarters)):
        dates = calendar.open_halves(q)
        for code, table in _by_doctor(region, "absences").items():
            for row in table if code in instance.doctors else ():
                found[code] |= {number_of(calendar, one, half) for one, half in absent_halves(row, dates)}
    return {code: frozenset(halves) for code, halves in found.items()}


def _posted(calendar: WorkCalendar, tables: Tables) -> dict[str, set[int]]:
    """By doctor, half-days of postings, both ends included."""
    found: dict[str, set[int]] = defaultdict(set)
    last = sum(quarter.weeks for quarter in calendar.quarters) * 7 - 1
    for row in tables["postings"].to_dict("records") if "postings" in tables else ():
        start, end = _date(row["start"]), _date(row["end"])
        first = 0 if start is None else max(0, (start - calendar.start).days)
        final = last if end is None else min(last, (end - calendar.start).days)
        found[str(row["doctor"])] |= set(range(2 * first, 2 * final + 2))
    return found


def posted_share(calendar: WorkCalendar, tables: Tables) -> dict[tuple[str, int], float]:
    """By doctor and quarter, the share of weeks on a posting."""
    found: dict[tuple[str, int], float] = defaultdict(float)
    for row in tables["postings"].to_dict("records") if "postings" in tables else ():
        start, end = _date(row["start"]) or calendar.start, _date(row["end"])
        after = calendar.end if end is None else end + timedelta(days=1)
        for q in range(len(calendar.quarters)):
            found[str(row["doctor"]), q] += calendar.cover(q, start, after)
    return {key: min(1.0, share) for key, share in found.items()}


def _date(value: Any) -> date | None:
    import pandas as pd

    return None if value is None or value == "" or pd.isna(value) else pd.Timestamp(value).date()


def _by_doctor(region: Region, table: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(region, table):
        found[text(row, "doctor")].append(row)
    return dict(found)


def holiday_adjacent(calendar: WorkCalendar) -> frozenset[int]:
    """Working days that are the last before, or the first after, days off with a weekday among them."""
    weeks = sum(quarter.weeks for quarter in calendar.quarters)
    span = range(-10, 7 * weeks + 10)
    off = {n for n in span if not _works(calendar, calendar.start + timedelta(days=n))}
    found, run = set(), list[int]()
    for n in [*span, max(span) + 1]:
        if n in off:
            run.append(n)
            continue
        if any((calendar.start + timedelta(days=one)).isoweekday() in calendar.settings.open_weekdays for one in run):
            found |= {run[0] - 1, run[-1] + 1}
        run = []
    return frozenset(n for n in found if 0 <= n < 7 * weeks)


def _works(calendar: WorkCalendar, one: date) -> bool:
    """Whether a day near the horizon is a working day; weekdays where its year is not known."""
    try:
        return calendar.is_working(one)
    except ValueError:
        return one.isoweekday() in calendar.settings.open_weekdays


def market(region: Region, calendar: WorkCalendar) -> dict[str, frozenset[int]]:
    """By institution, the mornings of its market days."""
    weeks = sum(quarter.weeks for quarter in calendar.quarters)
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows(region, "market_days"):
        try:
            on = market_days(text(row, "rule"))
        except MarketRuleError:
            continue  # told by `check`
        dates = (calendar.start + timedelta(days=n) for n in range(7 * weeks))
        found[text(row, "institution")] |= {number_of(calendar, one, "am") for one in dates if on(one)}
    return {site: frozenset(halves) for site, halves in found.items()}


def directions(instance: Instance, sites: list[str], near: float) -> dict[str, str]:
    """Sites in groups within `near` minutes of each other, so that one vehicle can serve them on one day."""
    found: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for site in sites:
        for name, members in groups.items():
            both = [min(_between(instance, site, one), _between(instance, one, site)) for one in members]
            if max(both) <= near:
                members.append(site)
                found[site] = name
                break
        else:
            groups[site] = [site]
            found[site] = site
    return found


def _between(instance: Instance, a: str, b: str) -> float:
    return instance.minutes.get((a, b), float("inf"))


def fixed_dates(row: dict[str, Any], dates: Iterable[date]) -> list[date]:
    """The dates that a row with `date`, or `weekday` and `weeks`, speaks of."""
    on, weekday = day(row, "date"), number(row, "weekday")
    if on is not None:
        return [one for one in dates if one == on]
    if weekday is None:
        return []
    return [one for one in dates if one.isoweekday() == int(weekday) and week_fits(one, text(row, "weeks"))]
