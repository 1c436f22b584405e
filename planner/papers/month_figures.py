"""Figures of each calendar month of the horizon, from the roster, the postings and the planned visits.

A month counts with its days within the horizon only. Visits are planned a month; a month has its share of them by days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from planner import situation
from planner.audit.facts import Facts
from planner.calendar import DAYS_PER_MONTH
from planner.figures.whole import facts_of
from planner.indicators_service import townships
from planner.roster_views import Held, Month, RosterView
from planner.view import text_of, to_float

ATTENDING, HOSPITAL = 2, 2
KINDS = ("need", "own", "kept", "referred", "left", "unmet", "returned", "primary")


@dataclass(frozen=True)
class Span:
    """A month, or the whole horizon: first and last day within it, and its working days."""

    first: date
    last: date
    working: tuple[date, ...]


def spans(roster: RosterView) -> dict[Month, Span]:
    """The months of a dated horizon."""
    return {month: _span(roster, month) for month in roster.months}


def whole(roster: RosterView) -> Span:
    days = roster.days
    return Span(days[0].on, days[-1].on, tuple(day.on for day in days if day.working))


def _span(roster: RosterView, month: Month) -> Span:
    days = roster.days_of(month)
    return Span(days[0].on, days[-1].on, tuple(day.on for day in days if day.working))


class MonthFigures:
    """What is counted in a span, by the ids of `planner.papers.month_form`; None where the tables do not say."""

    def __init__(self, roster: RosterView) -> None:
        self.roster = roster
        self.facts: Facts | None = facts_of(roster.view.saved)
        self.visits = _visits(self.facts)
        self.posted = [
            (text_of(row["doctor"]), text_of(row["institution"]), _day(row["start"]), _day(row["end"]))
            for row in roster.view.saved.table("postings").to_dict("records")
        ]

    def of(self, indicator: str, span: Span) -> float | None:
        """A figure of a span; None for one that is not counted by month."""
        counted: Mapping[str, Callable[[Span], float | None]] = {
            "clinics_held": lambda s: float(len(self._held(s))),
            "doctors_out": lambda s: float(len({one.doctor for one in self._held(s)})),
            "sites_served": lambda s: float(len({one.site for one in self._held(s)})),
            "townships_unserved": self._unserved,
            "sent_down": lambda s: float(len(self._sent(s))),
            "sent_down_share": self._sent_share,
            "posted_at_end": lambda s: float(len({doctor for doctor, *_ in self._there(s.last, s.last)})),
            "posted_days": lambda s: float(sum(len({d for d, *_ in self._there(on, on)}) for on in s.working)),
            "visits_need": lambda s: self._total(s, "need"),
            "visits_kept": lambda s: self._total(s, "kept"),
            "visits_unmet": lambda s: self._total(s, "unmet"),
            "visits_left": lambda s: self._total(s, "left"),
            "visits_up": lambda s: self._total(s, "referred"),
            "visits_down": lambda s: self._total(s, "returned"),
            "in_county_visit_share": lambda s: self._share(s, ("need", "unmet", "left"), ("need", "unmet")),
            "leakage_share": lambda s: self._share(s, ("left",), ("need", "unmet")),
            "primary_visit_share": lambda s: self._share(s, ("primary",), ("need", "unmet")),
            "up_down_ratio": lambda s: self._share(s, ("referred",), ("returned",)),
        }
        count = counted.get(indicator)
        return None if count is None else count(span)

    def _held(self, span: Span) -> list[Held]:
        return [one for one in self.roster.clinics if span.first <= one.on <= span.last]

    def _there(self, first: date, last: date) -> list[tuple[str, str]]:
        """Doctors posted on some day of a span, with their places."""
        return [
            (doctor, place)
            for doctor, place, start, end in self.posted
            if start is not None and start <= last and (end is None or end >= first)
        ]

    def _sent(self, span: Span) -> set[str]:
        out = {one.doctor for one in self.roster.clinics if span.first <= one.on <= span.last}
        out |= {doctor for doctor, _ in self._there(span.first, span.last)}
        return {doctor for doctor in out if self._title(doctor) >= ATTENDING}

    def _title(self, doctor: str) -> float:
        return to_float(self.roster.doctor(doctor, "title")) or 0.0

    def _sent_share(self, span: Span) -> float | None:
        level = {key: to_float(row.get("level")) or 0.0 for key, row in self.roster.institutions.items()}
        able = {
            row["id"]
            for row in self.roster.rows("doctors")
            if (to_float(row.get("title")) or 0.0) >= ATTENDING and level.get(row["institution"], 0.0) >= HOSPITAL
        }
        return len(self._sent(span) & able) / len(able) if able else None

    def _unserved(self, span: Span) -> float | None:
        if self.facts is None:
            return None
        towns = {str(key) for key in townships(self.facts)}
        served = {one.site for one in self.roster.clinics if span.first <= one.on <= span.last}
        served |= {place for _, place in self._there(span.first, span.last)}
        return float(len(towns - served)) if towns else None

    def _total(self, span: Span, kind: str) -> float | None:
        """Visits of a kind within the days of a span."""
        if self.visits is None:
            return None
        total = 0.0
        for quarter in self.roster.calendar.quarters:
            first, last = quarter.start, quarter.start + timedelta(weeks=quarter.weeks, days=-1)
            days = (min(last, span.last) - max(first, span.first)).days + 1
            if days > 0 and quarter.name in self.visits:
                total += self.visits[quarter.name][kind] * days / DAYS_PER_MONTH
        return total

    def _share(self, span: Span, above: tuple[str, ...], below: tuple[str, ...]) -> float | None:
        """First less the rest over first less the rest."""
        parts = {kind: self._total(span, kind) for kind in {*above, *below}}
        known = {kind: value for kind, value in parts.items() if value is not None}
        if len(known) < len(parts):
            return None
        top, bottom = (known[names[0]] - sum(known[name] for name in names[1:]) for names in (above, below))
        return top / bottom if bottom > 0 else None


def _visits(facts: Facts | None) -> Mapping[str, Mapping[str, float]] | None:
    """Planned visits a month by quarter and kind; `primary` are those held below the hospitals."""
    if facts is None:
        return None
    table = situation.planned(facts).visits
    below = table["institution"].map(facts.institutions["level"]).le(1)
    table = table.assign(primary=(table["own"] + table["kept"]).where(below, 0.0))
    sums = table.groupby("quarter")[list(KINDS)].sum()
    rows = zip(sums.index, sums.to_numpy(dtype=float), strict=True)
    return {str(quarter): dict(zip(KINDS, map(float, row), strict=True)) for quarter, row in rows}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        return None
