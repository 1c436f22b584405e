"""Rows of the block `sessions` on doctors and places: time away, rooms, floors, locks, today's roster."""

from __future__ import annotations

from collections import defaultdict

from models.instance import Doctor, Quarter
from models.postings import away_limit
from models.rows import Columns, Rows, Term
from models.visitors import NAME, Clinics, home_half_days, options_of


def _trips(made: Clinics) -> dict[tuple[str, str, str], list[str]]:
    """Specialties in which a doctor may hold clinics at a site, by (doctor, site, quarter)."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for doctor, site, specialty, quarter in made.keys:
        found[doctor, site, quarter].append(specialty)
    return found


def away_rows(made: Clinics) -> None:
    instance, ledger, settings = made.instance, made.ledger, options_of(made.instance)
    day = Rows(
        made.sheet, NAME, "whole_day", doc="long trips take a day for each clinic", rule="whole_day", unit="days"
    )
    # No rule: a day has two half-days, whether long trips take the whole of it or not.
    pair = Rows(made.sheet, NAME, "whole_day_pair", doc="at most two clinics a day", unit="days")
    firm = instance.state("whole_day") == "hard" and not ledger.explain
    cover = Rows(
        made.sheet, NAME, "home_cover", doc="departments keep their people", rule="home_cover", unit="half-days"
    )
    gone: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    total_months = sum(q.months for q in instance.quarters)
    for (name, site, quarter_name), specialties in sorted(_trips(made).items()):
        doctor, quarter = instance.doctors[name], instance.quarters[made.at[quarter_name]]
        away = made.away(name, site, specialties, quarter_name)
        if (name, site, quarter_name) in made.r:
            trip: Term = (made.r, (name, site, quarter_name), 1.0)
            for k in specialties:
                day.row((name, site, k, quarter_name), [trip, (made.n, (name, site, k, quarter_name), -1.0)], lower=0.0)
            if len(specialties) > 1 or not firm:
                held = [(made.n, (name, site, k, quarter_name), -1.0) for k in specialties]
                pair.row((name, site, quarter_name), [(made.r, trip[1], 2.0), *held], lower=0.0)
            trips = [trip]
        else:
            trips = away
        gone[doctor.institution, doctor.department, quarter_name] += away
        for columns, key, coef in away:
            ledger.add("half_days", (name, quarter_name), columns, key, coef)
            ledger.pay("sessions", columns, key, coef * settings.allowance_half_day * instance.per_year)
        for columns, key, _ in trips:
            ledger.pay("travel", columns, key, 2.0 * doctor.km[site] * settings.km_cost * instance.per_year)
            ledger.aim("travel", columns, key, 2.0 * doctor.minutes[site] / total_months)
        _forgone(made, doctor, site, specialties, quarter)
    for (home, department_name, quarter_name), terms in sorted(gone.items()):
        department = instance.departments.get((home, department_name))
        if department is not None:
            persons = away_limit(department, settings.cover_min_headcount)
            open_half_days = home_half_days(instance, home, made.at[quarter_name])
            cover.row((home, department_name, quarter_name), terms, upper=persons * open_half_days)


def _forgone(made: Clinics, doctor: Doctor, site: str, specialties: list[str], quarter: Quarter) -> None:
    """Visits that the home hospital does not treat while the doctor is out, in the specialty he goes out for.

    A clinic on a long trip counts its whole day, as today's load does, also where two share the day.
    """
    half_days = 2.0 if (doctor.id, site, quarter.name) in made.r else 1.0
    for k in specialties:
        rate = half_days * made.instance.specialties[k].home_patients_per_session / quarter.months
        key = (doctor.id, site, k, quarter.name)
        made.ledger.add("home_load", (doctor.institution, k, quarter.name), made.n, key, rate)


def places_rows(made: Clinics) -> None:
    instance = made.instance
    room = Rows(made.sheet, NAME, "room", doc="clinics fit the rooms", rule="room", unit="half-days")
    items = Rows(made.sheet, NAME, "equipment", doc="clinics fit the equipment", rule="equipment", unit="half-days")
    by_site: dict[tuple[str, str], list[Term]] = defaultdict(list)
    by_item: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for key in made.keys:
        _, site, specialty, quarter = key
        by_site[site, quarter].append((made.n, key, 1.0))
        if instance.sites[site].equipment is not None:
            for item in instance.specialties[specialty].equipment:
                by_item[site, item, quarter].append((made.n, key, 1.0))
    for (site, quarter), terms in sorted(by_site.items()):
        room.row((site, quarter), terms, upper=instance.sites[site].slots[made.at[quarter]])
    for (site, item, quarter), terms in sorted(by_item.items()):
        place = instance.sites[site]
        items.row(
            (site, item, quarter), terms, upper=(place.equipment or {}).get(item, 0) * place.half_days[made.at[quarter]]
        )


def floors_rows(made: Clinics) -> None:
    instance = made.instance
    sites = Rows(
        made.sheet, NAME, "site_floor", doc="least clinics of a site", rule="site_floor", unit="clinics", weight=10.0
    )
    needs = Rows(
        made.sheet,
        NAME,
        "need_floor",
        doc="least clinics of a specialty",
        rule="need_floor",
        unit="clinics",
        weight=10.0,
    )
    by_site: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for key in made.keys:
        by_site[key[1], key[3]].append((made.n, key, 1.0))
    for site, place in sorted(instance.sites.items()):
        for quarter, floor in zip(instance.quarters, place.floor, strict=True):
            if floor > 0:
                sites.row((site, quarter.name), by_site.get((site, quarter.name), []), lower=floor)
    for (site, specialty), need in sorted(instance.needs.items()):
        for quarter, floor in zip(instance.quarters, need.floor, strict=True):
            if floor > 0 and site in instance.sites:
                who = made.by_cell.get((site, specialty, quarter.name), ())
                terms: list[Term] = [(made.n, (d, site, specialty, quarter.name), 1.0) for d in who]
                needs.row((site, specialty, quarter.name), terms, lower=floor)


def today_rows(made: Clinics) -> None:
    """Clinics moved against today's roster: |n - today|, in clinics."""
    instance, moved = made.instance, []
    for key in made.keys:
        if instance.today_sessions.get(key[:3], (0,) * len(made.at))[made.at[key[3]]]:
            moved.append(key)
    owner = made.n.owner
    changed = Columns(made.sheet, owner, "changed", moved, doc="clinics moved", unit="clinics/quarter")
    more = Rows(made.sheet, NAME, "changed_more", doc="clinics above today's", unit="clinics")
    less = Rows(made.sheet, NAME, "changed_less", doc="clinics below today's", unit="clinics")
    for key in moved:
        held = float(instance.today_sessions[key[:3]][made.at[key[3]]])
        more.row(key, [(changed, key, 1.0), (made.n, key, -1.0)], lower=-held)
        less.row(key, [(changed, key, 1.0), (made.n, key, 1.0)], lower=held)
        made.ledger.aim("change", changed, key, 1.0)
    for key in made.keys:
        if key not in changed:
            made.ledger.aim("change", made.n, key, 1.0)
    for who, counts in instance.today_sessions.items():
        for quarter, held_today in zip(instance.quarters, counts, strict=True):
            if (*who, quarter.name) not in made.n:
                made.ledger.constants["change"] += held_today
