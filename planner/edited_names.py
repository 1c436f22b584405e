"""What an office types into a roster, as ids: names with spaces, two persons of one name, dates, half-days."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from geodata.dates import parse_date
from geodata.schema import columns_of
from geodata.sentences import Bad
from geodata.text import clean
from geodata.values import parse
from planner.catalogue import texts
from planner.roster_views import RosterView
from planner.text import MARKS, both_joined, pick

WORDS = texts("edited")
#: Tables of the region whose ids a roster names.
KINDS = ("doctors", "institutions", "specialties")
_BRACKET = re.compile(r"^(.*?)[（(]([^（）()]*)[）)]$", re.DOTALL)
_SHORT_DATE = re.compile(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")


@dataclass(frozen=True, order=True)
class Clinic:
    """One dated clinic; slot `am` or `pm`."""

    on: date
    slot: str
    doctor: str
    site: str
    specialty: str

    @property
    def half(self) -> tuple[date, str]:
        return self.on, self.slot


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read or stands against another: where, and what to do, in both languages."""

    cell: str
    zh: str
    en: str

    def sentence(self, lang: str) -> str:
        return MARKS.say("labelled", lang, label=self.cell, text=pick((self.zh, self.en), lang))


class CellError(Exception):
    """A cell that cannot be read, by the key of its message; `zh` and `en` say it."""

    def __init__(self, key: str, **values: object) -> None:
        self.zh, self.en = WORDS.both(key, **values)
        super().__init__(self.en)


class Formulas:
    """The cells of a workbook that hold a formula; read only where a cell is found empty."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def at(self, sheet: str, line: int, column: int) -> bool:
        """Whether a cell (numbered from 1) is a formula; where it reads as empty, no value was stored for it."""
        return bool(self._book[sheet].cell(line, column).data_type == "f")

    @cached_property
    def _book(self) -> Any:
        import openpyxl

        return openpyxl.load_workbook(self.path)


class NoRosterError(Exception):
    """The workbook, or the plan, has no roster, by the key of its message; `zh` and `en` say it."""

    def __init__(self, key: str, **values: object) -> None:
        self.zh, self.en = WORDS.both(key, **values)
        super().__init__(self.en)


def flat(text: object) -> str:
    """A name without spaces, full-width forms or capitals, for comparison."""
    return "".join(unicodedata.normalize("NFKC", str(text)).split()).casefold()


class Names:
    """Ids of a region by name or id as typed."""

    def __init__(self, roster: RosterView) -> None:
        self.roster = roster
        self._ids: dict[str, dict[str, str]] = {}
        self._named: dict[str, dict[str, list[str]]] = {}
        for kind in KINDS:
            names: Mapping[str, str] = roster.view.names[kind]
            self._ids[kind] = {flat(key): key for key in names}
            by: dict[str, list[str]] = defaultdict(list)
            for key, name in names.items():
                by[flat(name)].append(key)
            self._named[kind] = dict(by)

    def id(self, kind: str, raw: object) -> str:
        """The id typed, also where a spreadsheet has made a number of 0012; "" where there is none."""
        text = flat(clean(raw))
        if text in self._ids[kind]:
            return self._ids[kind][text]
        numeric = [
            key for key in self._ids[kind].values() if key.isdigit() and text.isdigit() and int(key) == int(text)
        ]
        return numeric[0] if len(numeric) == 1 else ""

    def named(self, kind: str, text: str) -> list[str]:
        """Everybody (or every place) of a name, as typed: with spaces, with the id in brackets, or the id itself."""
        found = self._named[kind].get(flat(text))
        if found:
            return found
        if match := _BRACKET.match(text.strip()):
            inner = self.id(kind, match[2])
            outer = self._named[kind].get(flat(match[1]), [])
            if inner and (inner in outer or not match[1].strip()):
                return [inner]
        own = self.id(kind, text)
        return [own] if own else []

    def one(self, kind: str, text: str) -> str:
        """The only one of a name. Raises CellError."""
        if not text:
            raise CellError("cell_empty")
        found = self.named(kind, text)
        if len(found) == 1:
            return found[0]
        if found:
            raise CellError("several", name=text, n=len(found), ids=both_joined(found))
        raise CellError("unknown", name=text)

    def practises(self, doctor: str, specialty: str) -> bool:
        """Whether the doctor's scope (his own specialty where none is written) holds a specialty."""
        scope = [part.strip() for part in self.roster.doctor(doctor, "scope").split(";") if part.strip()]
        return specialty in (scope or [self.roster.doctor(doctor, "specialty")])

    # --- dates --------------------------------------------------------------------------------

    def date(self, raw: Any) -> date:
        """A date as text, as an Excel date or number, or without its year. Raises CellError."""
        text = clean(raw)
        days = self.roster.days
        short = _SHORT_DATE.fullmatch(text)
        if short and days:
            fits = [day.on for day in days if (day.on.month, day.on.day) == (int(short[1]), int(short[2]))]
            if len(fits) == 1:
                return fits[0]
        found = parse_date(raw, text)
        if found is None:
            raise CellError("no_date", text=text)
        return found

    @staticmethod
    def slot(raw: Any) -> str:
        """`am`, `pm` or `day`. Raises CellError."""
        if not clean(raw):
            raise CellError("cell_empty")
        found = _parsed(raw, "slot")
        if found is None:
            raise CellError("no_slot")
        return str(found)

    @staticmethod
    def weekday(raw: Any) -> int | None:
        """Monday is 1; None where it cannot be read."""
        found = _parsed(raw, "weekday")
        return None if found is None else int(str(found))

    def slots(self, doctor: str, site: str, slot: str) -> tuple[str, ...]:
        """Half-days of a clinic: the whole day is one on a long trip, two where the site is near."""
        if slot != "day":
            return (slot,)
        far = self.roster.minutes(doctor, site) > self.roster.config.sessions.half_day_minutes
        return ("am",) if far else ("am", "pm")


def _parsed(raw: Any, column: str) -> object:
    try:
        return parse(raw, columns_of("roster")[column])
    except Bad:
        return None
