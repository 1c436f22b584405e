"""Words of the printed roster in Chinese and English: sheets, headings, signs and legends."""

from __future__ import annotations

from datetime import date

from planner.catalogue import Headings, texts

DAYS = "monday tuesday wednesday thursday friday saturday sunday"

#: Columns of the sheet 排班明细, which an office edits and gives back: language -> headings.
DETAIL = Headings(texts("roster.detail"), "date weekday slot doctor staff_number site specialty backup")
#: Monday first.
WEEKDAYS = Headings(texts("weekdays"), DAYS)
SHORT_WEEKDAYS = Headings(texts("weekdays.short"), DAYS)
SLOTS = texts("slots")
#: Titles where a cell is narrow: whole in Chinese, letters in English, which the legend explains.
SHORT_TITLES = texts("titles.short")
#: Public holidays by their name in the table of days off.
HOLIDAYS = texts("holidays")

WORDS = texts("roster")


def weekday(on: date) -> tuple[str, str]:
    """The weekday of a date in Chinese and English."""
    at = on.isoweekday() - 1
    return WEEKDAYS["zh"][at], WEEKDAYS["en"][at]


def roster_word(key: str, lang: str, **values: object) -> str:
    """The word or sentence of a key, its values filled in. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values) if values else WORDS.text(key, lang)
