"""What a site's poster says: specialty, doctor, title and hospital, time, the site's telephone; nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from planner.papers.names import short
from planner.papers.poster_times import plain_dates, told_times
from planner.papers.poster_words import poster_word
from planner.roster_views import Held, RosterView
from planner.view import text_of, to_float

#: Square characters of a name on a poster.
NAME, SPECIALTY, HOSPITAL, SITE, PHONE = 12, 14, 18, 24, 24


@dataclass(frozen=True)
class Visit:
    """A doctor in a specialty: name, `title · hospital`, and when."""

    doctor: str
    who: str
    time: str


@dataclass(frozen=True)
class Poster:
    """One site; specialties in the order of the specialties table, the doctor with most clinics first."""

    site: str
    name: str
    phone: str
    specialties: tuple[tuple[str, tuple[Visit, ...]], ...]


def posters(roster: RosterView) -> list[Poster]:
    """A poster per site that has visiting specialists, in the order of the institutions table."""
    found: dict[str, dict[str, list[Visit]]] = defaultdict(lambda: defaultdict(list))
    for site, specialty, visit in [*_posted(roster), *(_dated(roster) if roster.clinics else _counted(roster))]:
        found[site][specialty].append(visit)
    order = {row["id"]: at for at, row in enumerate(roster.rows("specialties"))}
    made = []
    for site in sorted(found, key=lambda key: (roster.place(key), key)):
        keys = sorted(found[site], key=lambda key: (order.get(key, len(order)), key))
        groups = [(short(roster.view.name("specialties", key), SPECIALTY), tuple(found[site][key])) for key in keys]
        phone = short(roster.institutions.get(site, {}).get("phone", ""), PHONE)
        made.append(Poster(site, short(roster.view.name("institutions", site), SITE), phone, tuple(groups)))
    return made


def _visit(roster: RosterView, doctor: str, time: str) -> Visit:
    title = roster.view.title(roster.doctor(doctor, "title"))
    hospital = short(roster.view.name("institutions", roster.doctor(doctor, "institution")), HOSPITAL)
    who = "·".join(part for part in (short(title, 8), hospital) if part)
    return Visit(short(roster.view.name("doctors", doctor), NAME), who, time)


def _posted(roster: RosterView) -> list[tuple[str, str, Visit]]:
    """Doctors who are posted here within the horizon."""
    found = []
    last = roster.days[-1].on if roster.days else None
    first = roster.days[0].on if roster.days else None
    for row in roster.view.saved.table("postings").to_dict("records"):
        start, end = _day(row["start"]), _day(row["end"])
        if start is None or (last is not None and start > last) or (first and end and end < first):
            continue
        begin = _full(start, roster.lang)
        if end is None:
            time = poster_word("posted_open", roster.lang, first=begin)
        else:
            time = poster_word("posted", roster.lang, first=begin, last=_full(end, roster.lang))
        places = text_of(row["institution"]), text_of(row["specialty"])
        found.append((*places, _visit(roster, text_of(row["doctor"]), time)))
    return found


def _dated(roster: RosterView) -> list[tuple[str, str, Visit]]:
    held: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for one in roster.clinics:
        held[one.site, one.specialty, one.doctor].append(one)
    opened = {site: _open_days(roster, site) for site in roster.sites}
    found = []
    for site, specialty, doctor in sorted(held, key=lambda key: (-len(held[key]), key)):
        times = [(one.on, one.slot) for one in held[site, specialty, doctor]]
        visit = _visit(roster, doctor, told_times(times, opened[site], roster.lang))
        found.append((site, specialty, visit))
    return found


def _open_days(roster: RosterView, site: str) -> list[date]:
    return [day.on for day in roster.days if day.working and not roster.closed(site, day.on, "am")]


def _counted(roster: RosterView) -> list[tuple[str, str, Visit]]:
    """Without dates: how often in the quarter."""
    counts: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in roster.view.saved.table("sessions").to_dict("records"):
        counts[text_of(row["institution"]), text_of(row["specialty"]), text_of(row["doctor"])] += (
            to_float(row["sessions"]) or 0.0
        )
    quarters = roster.view.quarters()
    return [
        (site, specialty, _visit(roster, doctor, poster_word("undated", roster.lang, n=f"{count / quarters:g}")))
        for (site, specialty, doctor), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _full(on: date, lang: str) -> str:
    return poster_word("full_date", lang, year=on.year, date=plain_dates([on], lang))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        return None
