"""From a region's tables to the `Instance` that the models read.

    region, config, travel
        settings.py   budget, aims, rules, options
        places.py     institutions, trips, sites (open half-days, rooms, floors)
        people.py     specialties, doctors, departments
        free.py       a doctor's free half-days
        accounts.py   what earlier periods left on the doctors' accounts
        today.py      today's clinics and running postings
        posts.py      posts on offer
        needs.py      today's visits of every institution and specialty, balanced
        homes.py      what each hospital can treat
        centres.py    services, volumes, levels, memberships
        locks.py      decisions taken by hand
        roster_limits.py   what dates imply for the counts
        roster_pins.py     locks to half-days that cannot be
        roster.py     the allocated clinics as a roster to be dated (after the allocation)

Every default that is derived rather than read is told in `Built.notes`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from models.instance import Instance
from planner.build import centres, homes, locks, needs, people, places, posts, settings, today
from planner.build.roster_limits import date_limits
from planner.build.tables import Notes
from planner.calendar import work_calendar

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from planner.config import Config

__all__ = ["Built", "build_instance"]


class Built(NamedTuple):
    """An instance, and what was assumed to make it: (zh, en) sentences."""

    instance: Instance
    notes: tuple[tuple[str, str], ...]


def build_instance(region: Region, config: Config, travel: pd.DataFrame) -> Built:
    """The planning problem of a region; `travel` is the table of `geodata.travel.travel_table`.

    Raises:
        CalendarError: when the holidays of a year of the horizon are not known.
    """
    notes = Notes()
    calendar = work_calendar(config.calendar)
    for zh, en in calendar.notes:
        notes.add(zh, en)
    institutions = places.institutions(region)
    trips = places.trips(travel, institutions, config, notes)
    specialties = people.specialties(region, config, notes)
    staff = people.doctors(region, config, calendar, institutions, trips, notes)
    capable = homes.capable(region, institutions, staff)
    sites = places.sites(region, config, calendar, institutions, staff)
    running = today.running_postings(region, calendar, staff, institutions, notes)
    running = posts.with_handovers(running, config, calendar)
    offers = posts.posts(region, config, calendar, specialties, institutions, running, notes)
    sessions = today.sessions(region, calendar, sites, staff, institutions, notes)
    cells = needs.needs(
        region,
        config,
        needs.Facts(calendar, institutions, trips, specialties, sites, staff, capable, offers, running, sessions),
        notes,
    )
    services = centres.services(region, config, notes)
    volumes = centres.volumes(region, config)
    membership = centres.memberships(region, calendar, institutions, services, volumes, notes)
    instance = Instance(
        quarters=calendar.quarters,
        institutions=institutions,
        sites=sites,
        specialties=specialties,
        needs=cells,
        capabilities=homes.capabilities(
            region, config, homes.Facts(calendar, capable, specialties, staff, cells, running, sessions), notes
        ),
        doctors=staff,
        departments=people.departments(region, config, notes),
        posts=offers,
        current_postings=running,
        today_sessions=sessions,
        services=services,
        volumes=volumes,
        levels=centres.levels(region, institutions, services, notes),
        usage=centres.usage(region),
        service_groups=membership.service_groups,
        host_groups=membership.host_groups,
        members=membership.members,
        minutes=trips.minutes,
        km=trips.km,
        patient_minutes=trips.patient_minutes,
        outside_minutes=places.outside_minutes(travel, config, institutions, notes),
        locks=locks.locks(region, calendar),
        budget=settings.budget(config),
        aims=settings.aims(config),
        rules=dict(config.rules),
        options=settings.options(config),
    )
    dateable, cuts = date_limits(region, config, calendar, instance)
    return Built(
        replace(instance, dateable=dateable, date_cuts=cuts, change_limit=config.roster.change_limit), notes.told()
    )
