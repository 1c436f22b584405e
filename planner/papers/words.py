"""Words of the brief in Chinese and English."""

from __future__ import annotations

from planner.catalogue import texts

#: `{name}` is filled in by `brief_word`.
WORDS = texts("brief")


def brief_word(key: str, lang: str, **values: object) -> str:
    """A word of the brief with its values filled in. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values)
