"""Words of the map, Chinese and English: layers, fields, marks, pictures."""

from __future__ import annotations

from planner.catalogue import texts
from planner.words import COLUMNS, word

#: Layer -> its name.
LAYERS = texts("map.layers")

#: Layer -> what it holds.
DESCRIPTIONS = texts("map.descriptions")

#: Fields that the plan's tables do not have.
FIELDS = texts("map.fields")

#: Marks, legends and titles.
WORDS = texts("map")


def field_names(columns: list[str], lang: str) -> dict[str, str]:
    """Readable names of a layer's fields."""
    found = {}
    for column in columns:
        pairs = FIELDS if column in FIELDS else COLUMNS
        found[column] = word(pairs, column, lang)
    return found


def told(key: str, lang: str, **values: object) -> str:
    """A word of the map with its values filled in."""
    return word(WORDS, key, lang).format(**values)
