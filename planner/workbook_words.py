"""Words of the workbook's charts and tables of change, in Chinese and English."""

from __future__ import annotations

from planner.catalogue import texts

#: `{name}` is filled in by `workbook_word`.
WORDS = texts("workbook")


def workbook_word(key: str, lang: str, **values: object) -> str:
    """A word with its values filled in. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values)
