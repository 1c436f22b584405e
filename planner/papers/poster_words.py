"""Words of the posters in Chinese and English."""

from __future__ import annotations

from planner.catalogue import Headings, texts
from planner.roster_words import DAYS

#: `{name}` is filled in by `poster_word`.
WORDS = texts("posters")
LONG_WEEKDAYS = Headings(texts("weekdays.long"), DAYS)


def poster_word(key: str, lang: str, **values: object) -> str:
    """A word of the posters with its values filled in. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values)
