"""When a doctor's clinics are, as people say it: a regular weekday with its exceptions, or dates by month."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from geodata import local
from planner.papers.poster_words import LONG_WEEKDAYS, poster_word
from planner.text import joined

#: Dates from which a weekday is called regular, and the most exceptions that a regular one may have.
LEAST, MOST_EXCEPTIONS = 3, 4
#: Of the dates that a regular weekday would have, the share that has to be held.
REGULAR = 0.7
FORTNIGHT = 14


def told_times(held: Iterable[tuple[date, str]], opened: Sequence[date], lang: str) -> str:
    """The half-days `held` (date, `am` or `pm`) in words; `opened` are the dates on which the site holds clinics."""
    groups: dict[tuple[int, str], list[date]] = defaultdict(list)
    for on, slot in sorted(set(held)):
        groups[on.isoweekday(), slot].append(on)
    regular: list[str] = []
    rest: list[tuple[date, str]] = []
    for (weekday, slot), days in sorted(groups.items()):
        told = _weekly(weekday, slot, days, opened, lang) or _fortnightly(weekday, slot, days, lang)
        if told:
            regular.append(told)
        else:
            rest += [(on, slot) for on in days]
    if rest:
        dates = by_month(rest, lang)
        regular.append(poster_word("also" if regular else "on", lang, dates=dates))
    return joined(regular, lang, "clauses")


def _weekly(weekday: int, slot: str, days: list[date], opened: Sequence[date], lang: str) -> str:
    every = [on for on in opened if on.isoweekday() == weekday]
    missing = [on for on in every if on not in set(days)]
    if len(days) < LEAST or len(missing) > MOST_EXCEPTIONS or len(days) < REGULAR * len(every):
        return ""
    told = poster_word("weekly", lang, weekday=_weekday(weekday, lang), slot=poster_word(slot, lang))
    return told + (poster_word("except", lang, dates=plain_dates(missing, lang)) if missing else "")


def _fortnightly(weekday: int, slot: str, days: list[date], lang: str) -> str:
    steps = {(after - on).days for on, after in itertools.pairwise(days)}
    if len(days) < LEAST or steps != {FORTNIGHT}:
        return ""
    words = {"weekday": _weekday(weekday, lang), "slot": poster_word(slot, lang)}
    return poster_word("fortnightly", lang, first=plain_dates(days[:1], lang), **words)


def _weekday(weekday: int, lang: str) -> str:
    return LONG_WEEKDAYS[lang][weekday - 1]


def plain_dates(days: Iterable[date], lang: str) -> str:
    """Dates by month: 4月7、21日、5月5日; 7, 21 Apr, 5 May."""
    months: dict[tuple[int, int], list[int]] = defaultdict(list)
    for on in sorted(days):
        months[on.year, on.month].append(on.day)
    return joined(
        (
            poster_word(
                "date",
                lang,
                month=month if lang == "zh" else local.short_month(month, lang),
                days=joined(map(str, numbers), lang),
            )
            for (_, month), numbers in months.items()
        ),
        lang,
    )


def by_month(held: Iterable[tuple[date, str]], lang: str) -> str:
    """Dates by half-day, with the weekday where it is one: 周二上午 4月7、21日；下午 4月9日、5月4日."""
    slots: dict[str, list[date]] = defaultdict(list)
    for on, slot in held:
        slots[slot].append(on)
    told = []
    for slot in sorted(slots):
        days = {on.isoweekday() for on in slots[slot]}
        when = poster_word(slot, lang)
        if len(days) == 1:
            when = poster_word("day_slot", lang, weekday=_weekday(days.pop(), lang), slot=when)
        told.append(poster_word("date_slot", lang, date=plain_dates(slots[slot], lang), slot=when))
    return joined(told, lang, "clauses")
