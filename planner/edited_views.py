"""The site views of an edited workbook: sites in blocks of rows, dates by morning and afternoon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from geodata import local
from geodata.text import clean
from planner.edited_detail import Sheet
from planner.edited_names import WORDS as EDITED
from planner.edited_names import CellError, Clinic, Formulas, Names, Problem, flat
from planner.roster_words import SLOTS, WORDS
from planner.text import both_joined

#: Rows among which the heads of the dates are looked for.
HEAD_ROWS = 12
_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]")
_BETWEEN = re.compile(r"[\n、，,;；]+")
_MONTH_ZH = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月")
_MONTH_EN = re.compile(r"([A-Z][a-z]{2})[a-z]*\s+(\d{4})")


@dataclass
class Seen(Sheet):
    """What the site views show, and the half-days of sites that they cover, each with the sheet that does."""

    covered: dict[tuple[str, date, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Heads:
    """Rows and columns of one sheet: half-days by column, the first row below the heads, days off."""

    halves: dict[int, tuple[date, str]]
    off: dict[int, date]
    first: int


def read_views(book: Any, names: Names, base: Sequence[Clinic], formulas: Formulas) -> Seen | None:
    """The clinics of all site views; None where the workbook has none."""
    seen, any_sheet = Seen(), False
    for sheet in book.worksheets:
        if not _is_site_view(sheet):
            continue
        rows = list(sheet.iter_rows(values_only=True))
        heads = _heads(rows, f"{sheet.title} {clean(rows[0][0]) if rows and rows[0] else ''}")
        if heads is None:
            continue
        any_sheet = True
        _Reader(sheet.title, names, base, seen, formulas).read(rows, heads)
    return seen if any_sheet else None


def _is_site_view(sheet: Any) -> bool:
    prefixes = [flat(text.split("{")[0]) for text in WORDS["site_sheet"]]
    heads = {flat(text) for text in WORDS["site_head"]}
    first = [flat(clean(row[0])) for row in sheet.iter_rows(max_row=HEAD_ROWS, max_col=1, values_only=True)]
    return any(flat(sheet.title).startswith(prefix) for prefix in prefixes) or bool(heads & set(first))


def _heads(rows: Sequence[Sequence[Any]], told: str) -> _Heads | None:
    """The heads of a sheet whose name or title says year and month; None where there are none."""
    words = {flat(text): half for half in SLOTS for text in SLOTS[half]}
    words |= {flat(text): half for half in ("am", "pm") for text in WORDS[half]}
    for at, row in enumerate(rows[:HEAD_ROWS]):
        slots = {n: words[flat(clean(value))] for n, value in enumerate(row) if n and flat(clean(value)) in words}
        if len(slots) < 2:
            continue
        for above in range(at - 1, -1, -1):
            days = {n: on for n, value in enumerate(rows[above]) if n and (on := _day(value, told)) is not None}
            if len(days) * 2 >= len(slots):
                halves, day = {}, None
                for n in range(1, len(row)):
                    day = days.get(n, day)
                    if n in slots and day is not None:
                        halves[n] = (day, slots[n])
                return _Heads(halves, {n: on for n, on in days.items() if n not in slots}, at + 1)
    return None


def _day(value: Any, told: str) -> date | None:
    """A date, or the day of the month that the sheet is for."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text, month = clean(value), _month(told)
    if month is None or not re.fullmatch(r"\d{1,2}", text):
        return None
    try:
        return date(*month, int(text))
    except ValueError:
        return None


def _month(told: str) -> tuple[int, int] | None:
    if match := _MONTH_ZH.search(told):
        return int(match[1]), int(match[2])
    names = {local.short_month(number, "en"): number for number in range(1, 13)}
    for match in _MONTH_EN.finditer(told):
        if match[1] in names:
            return int(match[2]), names[match[1]]
    return None


class _Reader:
    def __init__(self, title: str, names: Names, base: Sequence[Clinic], seen: Seen, formulas: Formulas) -> None:
        self.title, self.names, self.base, self.seen, self.formulas = title, names, base, seen, formulas

    def read(self, rows: Sequence[Sequence[Any]], heads: _Heads) -> None:
        site = ""
        sites: set[str] = set()
        blanks: list[tuple[int, int, str, tuple[date, str]]] = []
        for line, row in enumerate(rows[heads.first :], start=heads.first + 1):
            head = clean(row[0]) if row else ""
            if head:
                site = self._site(str(row[0]))
            if site and site not in sites:
                sites.add(site)
                self.seen.covered |= {(site, *half): self.title for half in heads.halves.values()}
            for at, value in enumerate(row):
                half = heads.halves.get(at)
                if site and half is not None and not clean(value):
                    blanks.append((at, line, site, half))
                if not clean(value) or at == 0:
                    continue
                if site and half is not None:
                    self._cell(self._name(at, line), str(value), site, half)
                elif self._people(str(value)):
                    self._lost(self._name(at, line), bool(site) and at in heads.off)
        self._formulas(blanks)
        span = set(heads.halves.values())
        gone = {c.site for c in self.base if c.half in span} - sites
        for place in sorted(gone):
            name = self.names.roster.label("institutions", place)
            self._problem(self.title, *EDITED.both("site_gone", name=name))

    def _formulas(self, blanks: Sequence[tuple[int, int, str, tuple[date, str]]]) -> None:
        """Clinics that are gone were taken out, but where an empty cell is a formula without a stored value."""
        gone = [clinic for clinic in self.base if clinic not in self.seen.clinics]
        for at, line, site, half in blanks:
            here = {clinic for clinic in gone if clinic.site == site and clinic.half == half}
            if here and self.formulas.at(self.title, line, at + 1):
                self._problem(self._name(at, line), *EDITED["cell_empty"])
                self.seen.unsure |= here

    def _name(self, at: int, line: int) -> str:
        from openpyxl.utils import get_column_letter

        return f"{self.title}!{get_column_letter(at + 1)}{line}"

    def _problem(self, cell: str, zh: str, en: str) -> None:
        self.seen.problems.append(Problem(cell, zh, en))

    def _lost(self, cell: str, off: bool) -> None:
        self._problem(cell, *EDITED["day_off" if off else "site_unknown"])

    def _site(self, text: str) -> str:
        """The site that a block is headed with: its first line, or the whole."""
        for part in (text.strip().split("\n")[0], text):
            found = self.names.named("institutions", part)
            if len(found) == 1:
                return found[0]
        return ""

    def _people(self, text: str) -> list[tuple[str, list[str]]]:
        """Names in a cell that some doctor bears, with those who bear them."""
        return [(name, ids) for name in _tokens(text) if (ids := self.names.named("doctors", name))]

    def _cell(self, cell: str, text: str, site: str, half: tuple[date, str]) -> None:
        here = [c for c in self.base if c.site == site and c.half == half]
        text = self._kept(cell, text, here)
        told = [part.strip() for inner in _BRACKETS.findall(text) for part in re.split(r"[·・,，]", inner)]
        for name in _tokens(text):
            try:
                clinic = self._clinic(name, told, site, half, here)
            except CellError as error:
                self._problem(cell, error.zh, error.en)
                self.seen.unsure |= set(here)
                continue
            if clinic in self.seen.clinics:
                first = self.seen.clinics[clinic]
                self._problem(cell, *EDITED.both("cell_twice", cell=first))
            self.seen.clinics.setdefault(clinic, cell)

    def _kept(self, cell: str, text: str, here: Sequence[Clinic]) -> str:
        """Take note of saved clinics whose doctor's name stands in the cell as it was; the rest of the text.

        Names may hold what elsewhere separates two names.
        """
        for clinic in sorted(here, key=lambda c: -len(self.names.roster.view.name("doctors", c.doctor))):
            name = re.escape(self.names.roster.view.name("doctors", clinic.doctor))
            found = re.search(rf"(?:^|(?<=[\n、，,;；▲])){name}(?=$|[\n、，,;；▲(（])", text)
            if found and clinic not in self.seen.clinics:
                self.seen.clinics[clinic] = cell
                text = f"{text[: found.start()]}\n{text[found.end() :]}"
        return text

    def _clinic(
        self, name: str, told: Sequence[str], site: str, half: tuple[date, str], here: Sequence[Clinic]
    ) -> Clinic:
        """The clinic that a name in a cell means: the saved one of that half-day, else a new one."""
        ids = self.names.named("doctors", name)
        if not ids:
            raise CellError("no_doctor", name=name)
        kept = [c for c in here if c.doctor in ids and c not in self.seen.clinics]
        if kept:
            return kept[0]
        if len(ids) > 1:
            fits = [one for one in ids if self.names.roster.doctor(one, "department") in [*told] and told]
            if len(fits) != 1:
                raise CellError("namesakes_cell", name=name, ids=both_joined(ids))
            ids = fits
        return Clinic(*half, ids[0], site, self._specialty(ids[0], told, here))

    def _specialty(self, doctor: str, told: Sequence[str], here: Sequence[Clinic]) -> str:
        """What a doctor who is new in a cell holds: what the cell says, what was held there, his own."""
        said = [one for part in told for one in self.names.named("specialties", part)]
        replaced = [c.specialty for c in here if c not in self.seen.clinics]
        for specialty in (*said, *replaced):
            if self.names.practises(doctor, specialty):
                return specialty
        return self.names.roster.doctor(doctor, "specialty")


@cache
def _signs() -> frozenset[str]:
    return frozenset(flat(text) for key in ("changed", "market", "closed", "make_up") for text in WORDS[key])


def _tokens(text: str) -> Iterator[str]:
    """Names in a cell: what is left without brackets and signs."""
    for part in _BETWEEN.split(_BRACKETS.sub("\n", text)):
        bare = part.strip()
        bare = bare.strip(WORDS["changed"][0]).strip()
        if bare and flat(bare) not in _signs():
            yield bare
