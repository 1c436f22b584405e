"""What is said of groups, in Chinese and English."""

from __future__ import annotations

from planner.catalogue import texts

WORDS = texts("grouping")


def told(key: str, lang: str, **values: object) -> str:
    """The words of a key in one language. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values)


def both(key: str, **values: tuple[str, str] | object) -> tuple[str, str]:
    """The words of a key in both languages; values that are pairs give each language its own."""
    return WORDS.both(key, **values)
