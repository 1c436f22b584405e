"""Words of the posting rotation in Chinese and English: headings, states and remarks."""

from __future__ import annotations

from planner.catalogue import Headings, texts

#: Language -> headings of the 派驻人员轮换表 as offices keep it.
HEADINGS = Headings(
    texts("rotation.headings"), "number home department name title institution post period relief handover note"
)

WORDS = texts("rotation")


def rotation_word(key: str, lang: str, **values: object) -> str:
    """One phrase in a language, its blanks filled in."""
    return WORDS.say(key, lang, **values)
