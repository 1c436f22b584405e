"""Names of plan tables, columns, aims, indicators and units in Chinese and English.

Used by the report and the workbook. A name that is not listed is shown as it is, with spaces.
"""

from __future__ import annotations

from planner.catalogue import Texts, texts

Pairs = Texts


TABLES = texts("tables")

COLUMNS = texts("columns")

VALUES = texts("values")

MEASURES = texts("measures")

UNITS = texts("units")
#: The same behind a 1, where that differs.
UNITS_OF_ONE = texts("units.one")


def word(pairs: Pairs, name: str, lang: str) -> str:
    """A name in one language; an unknown one as it is, underscores shown as spaces."""
    return pairs.find(name, lang) or name.replace("_", " ")
