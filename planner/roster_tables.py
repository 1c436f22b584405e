"""The roster's lists as plain tables with headings in the reader's language: one function per sheet."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, timedelta

import pandas as pd

from planner.roster_views import Held, RosterView
from planner.roster_words import DETAIL
from planner.text import MARKS, joined
from planner.view import text_of


def _frame(roster: RosterView, keys: tuple[str, ...], rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[roster.say(key) for key in keys], dtype=object)


def detail(roster: RosterView) -> pd.DataFrame:
    """排班明细: one row per dated clinic, the sheet that is edited and read back (dates are dates)."""
    rows = [
        (
            one.on,
            roster.weekday(one.on),
            roster.slot(one.slot),
            roster.label("doctors", one.doctor),
            one.doctor,
            roster.label("institutions", one.site),
            roster.label("specialties", one.specialty),
            roster.label("doctors", one.backup),
        )
        for one in roster.clinics
    ]
    return pd.DataFrame(rows, columns=list(DETAIL[roster.lang]), dtype=object)


def schedules(roster: RosterView) -> pd.DataFrame:
    """个人派出日程: every doctor's clinics by date, with departure, transport and the site's telephone."""
    order = {row["id"]: at for at, row in enumerate(roster.rows("doctors"))}
    crews: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for one in roster.clinics:
        crews[_crew(roster, one)].append(one.doctor)
    keys = (
        "name", "title", "hospital", "department", "date", "weekday", "slot", "site", "specialty", "departure",
        "minutes", "transport", "phone", "backup", "note",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for one in sorted(roster.clinics, key=lambda one: (order.get(one.doctor, 0), one.doctor, one.on, one.slot)):
        notes = [roster.say("whole_day")] if one.far else []
        notes += [roster.say("differs")] if one.changed else []
        others = sorted(set(crews[_crew(roster, one)]) - {one.doctor})
        rows.append((
            roster.view.name("doctors", one.doctor),
            roster.view.title(roster.doctor(one.doctor, "title")),
            roster.view.name("institutions", roster.doctor(one.doctor, "institution")),
            roster.doctor(one.doctor, "department"),
            one.on,
            roster.weekday_marked(one.on),
            roster.slot(one.slot),
            roster.view.name("institutions", one.site),
            roster.view.name("specialties", one.specialty),
            _departure(roster, one),
            None if math.isnan(one.minutes) else round(one.minutes),
            _transport(roster, one, others),
            roster.institutions.get(one.site, {}).get("phone", ""),
            roster.view.name("doctors", one.backup),
            joined(notes, roster.lang, "clauses"),
        ))  # fmt: skip
    return _frame(roster, keys, rows)


def _crew(roster: RosterView, one: Held) -> tuple[object, ...]:
    """Who leaves the same hospital for the same site at the same time goes in one car."""
    return roster.doctor(one.doctor, "institution"), one.site, one.on, one.slot


def _departure(roster: RosterView, one: Held) -> str:
    """Time to leave, rounded down to five minutes."""
    if math.isnan(one.minutes):
        return ""
    begin = roster.hours(one.slot)[0]
    left = datetime(2000, 1, 3, begin.hour, begin.minute) - timedelta(minutes=one.minutes)
    return f"{left.hour:02d}:{left.minute // 5 * 5:02d}"


def _transport(roster: RosterView, one: Held, others: list[str]) -> str:
    """A car of the hospital where it has any, and who shares it."""
    vehicles = roster.institutions.get(roster.doctor(one.doctor, "institution"), {}).get("vehicles", "")
    own = "" if not vehicles else roster.say("own_way" if vehicles in ("0", "0.0") else "hospital_car")
    names = joined((roster.view.name("doctors", other) for other in others), roster.lang)
    shared = roster.say("shared_with", names=names) if others else ""
    return joined((part for part in (own, shared) if part), roster.lang, "clauses")


def notices(roster: RosterView) -> pd.DataFrame:
    """公示版: per site and date what is held; names and titles only, the site's telephone, market days marked."""
    days: dict[tuple[str, date], dict[str, list[str]]] = defaultdict(lambda: {"am": [], "pm": []})
    for one in roster.clinics:
        title = roster.view.title(roster.doctor(one.doctor, "title"))
        hospital = roster.view.name("institutions", roster.doctor(one.doctor, "institution"))
        rank = joined((part for part in (title, hospital) if part), roster.lang, "beside")
        who = MARKS.say("brackets", roster.lang, text=roster.view.name("doctors", one.doctor), more=rank)
        days[one.site, one.on][one.slot].append(f"{roster.view.name('specialties', one.specialty)} {who}")
    rows: list[tuple[object, ...]] = []
    for site, on in sorted(days, key=lambda key: (roster.place(key[0]), key)):
        held = days[site, on]
        market = roster.say("market") if roster.market(site, on) else ""
        phone = roster.institutions.get(site, {}).get("phone", "")
        weekday = f"{roster.weekday_marked(on)} {market}".strip()
        place = roster.view.name("institutions", site)
        rows.append((place, phone, on, weekday, "\n".join(held["am"]), "\n".join(held["pm"])))
    return _frame(roster, ("place", "phone", "date", "weekday", "morning", "afternoon"), rows)


def changes(roster: RosterView) -> pd.DataFrame:
    """变动清单: what is moved, taken over, added and dropped against today's roster."""
    rows: list[tuple[object, ...]] = []
    for at, one in enumerate(roster.changes, start=1):
        place, specialty = roster.view.name("institutions", one.site), roster.view.name("specialties", one.specialty)
        rows.append((at, place, specialty, roster.say(one.kind), _told(roster, one.was), _told(roster, one.now)))
    return _frame(roster, ("number", "site", "specialty", "kind", "was", "now"), rows)


def _told(roster: RosterView, visit: tuple[date, str, str] | None) -> str:
    if visit is None:
        return ""
    on, slot, doctor = visit
    return f"{on} {roster.weekday(on)} {roster.slot(slot)} {roster.view.name('doctors', doctor)}"


def fairness(roster: RosterView) -> pd.DataFrame:
    """公平统计: the account of each doctor, most burdened first within a hospital."""
    table = roster.view.saved.table("fairness")
    counts = ("sessions", "far", "fridays", "holiday_adjacent", "carried_over")
    rows: list[tuple[object, ...]] = []
    for row in table.to_dict("records"):
        doctor = text_of(row["doctor"])
        values = [0.0 if row[name] != row[name] else float(row[name]) for name in counts]
        rows.append((
            roster.view.name("institutions", roster.doctor(doctor, "institution")),
            roster.doctor(doctor, "department"),
            roster.view.name("doctors", doctor),
            roster.view.title(roster.doctor(doctor, "title")),
            text_of(row["period"]),
            *values,
            sum(values[1:]),
        ))  # fmt: skip
    rows.sort(key=lambda row: (str(row[0]), -float(str(row[-1])), str(row[1]), str(row[2])))
    keys = ("hospital", "department", "name", "title", "account_period", *counts, "burden")
    return _frame(roster, keys, rows)


def unheld(roster: RosterView) -> pd.DataFrame:
    """未排定: allocated clinics without a date, each with the rule in the way and its reason."""
    rows: list[tuple[object, ...]] = []
    for row in roster.view.saved.table("unheld").to_dict("records"):
        rows.append((
            roster.view.name("institutions", row["institution"]),
            roster.view.name("specialties", row["specialty"]),
            text_of(row["quarter"]),
            float(row["sessions"]),
            roster.view.rule(text_of(row["rule"])),
            text_of(row[f"reason_{roster.lang}"]),
        ))  # fmt: skip
    return _frame(roster, ("site", "specialty", "quarter", "count", "rule", "reason"), rows)
