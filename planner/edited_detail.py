"""The sheet 排班明细 of an edited workbook: one row per dated clinic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geodata.text import clean
from planner.edited_names import CellError, Clinic, Formulas, Names, Problem, flat
from planner.roster_words import DETAIL
from planner.roster_words import weekday as words_of
from planner.text import both_joined
from planner.words import TABLES, word

FIELDS = ("date", "weekday", "slot", "doctor", "id", "institution", "specialty", "backup")
#: Rows above the heading that an office may add.
TITLE_ROWS = 8
_NEEDED = {"date", "slot", "doctor", "institution"}


@dataclass
class Sheet:
    """Clinics that a part of the workbook shows, with their cells; problems; backups where it names them."""

    clinics: dict[Clinic, str] = field(default_factory=dict)
    backups: dict[Clinic, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Clinics of the plan that stand in a row that cannot be read: neither removed nor kept.
    unsure: set[Clinic] = field(default_factory=set)
    title: str = ""


def find_detail(book: Any) -> tuple[Any, int, Mapping[str, int]] | None:
    """(worksheet, row of the heading, field -> column) of the sheet to edit; None where it is gone."""
    names = {flat(word(TABLES, "roster", lang)) for lang in ("zh", "en")} | {"roster"}
    sheets = sorted(book.worksheets, key=lambda sheet: flat(sheet.title) not in names)
    for sheet in sheets:
        for line, row in enumerate(sheet.iter_rows(min_row=1, max_row=TITLE_ROWS, values_only=True), start=1):
            columns = _heading(row)
            if set(columns) >= _NEEDED and (flat(sheet.title) in names or "id" in columns):
                return sheet, line, columns
    return None


def _heading(row: Iterable[object]) -> dict[str, int]:
    known: dict[str, str] = {name: name for name in FIELDS}
    for headings in DETAIL.values():
        known |= {flat(heading): name for heading, name in zip(headings, FIELDS, strict=True)}
    found: dict[str, int] = {}
    for at, value in enumerate(row):
        name = known.get(flat(clean(value)))
        if name is not None:
            found.setdefault(name, at)
    return found


def read_detail(
    found: tuple[Any, int, Mapping[str, int]], names: Names, base: Iterable[Clinic], formulas: Formulas
) -> Sheet:
    """The clinics of the rows; a row without a doctor or a date is a clinic that was taken out."""
    sheet, heading, columns = found
    reader = _Rows(sheet.title, columns, names, tuple(base), formulas)
    for line, row in enumerate(sheet.iter_rows(min_row=heading + 1, values_only=True), start=heading + 1):
        reader.row(line, row)
    reader.tell_twice()
    return reader.read


class _Rows:
    def __init__(
        self, title: str, columns: Mapping[str, int], names: Names, base: tuple[Clinic, ...], formulas: Formulas
    ) -> None:
        self.title, self.columns, self.names, self.base, self.formulas = title, columns, names, base, formulas
        self.read = Sheet(title=title)
        #: Clinics that stand in an earlier row as well, with their line.
        self.twice: list[tuple[Clinic, int]] = []

    def row(self, line: int, values: tuple[Any, ...]) -> None:
        cells = {name: values[at] if at < len(values) else None for name, at in self.columns.items()}
        told = {name: clean(value) for name, value in cells.items()}
        if not told["date"] or not any(told[name] for name in ("doctor", "id")):
            self._lost(line, told)
            return
        part = "date"
        try:
            on = self.names.date(cells["date"])
            part = "slot"
            slot = self.names.slot(cells["slot"])
            part = "institution"
            site = self.names.one("institutions", told["institution"])
            part = "specialty"
            specialty = self._specialty(told)
            part = "doctor"
            doctor = self._doctor(told, cells.get("id"), (on, slot, site, specialty))
            part = "weekday"
            if doctor:
                specialty = specialty or self.names.roster.doctor(doctor, "specialty")
                self._weekday(cells.get("weekday"), on, (doctor, site, specialty))
                self._add(line, on, slot, (doctor, site, specialty), told.get("backup", ""))
        except CellError as error:
            self._problem(part, line, error)
            self._unsure(told)

    def _lost(self, line: int, told: Mapping[str, str]) -> None:
        """A date or doctor that is a formula without a stored value is not one that was taken out."""
        for part in ("date", "doctor", "id"):
            at = self.columns.get(part)
            if any(told.values()) and at is not None and not told[part] and self.formulas.at(self.title, line, at + 1):
                self._problem(part, line, CellError("cell_empty"))
                self._unsure(told)

    def tell_twice(self) -> None:
        """Rows that say the same as one above, at the cell in which they differ from a clinic that is gone."""
        gone = [clinic for clinic in self.base if clinic not in self.read.clinics]
        for clinic, line in self.twice:
            differ = [_differ(clinic, was) for was in gone]
            part = min(differ, key=len, default=["date"])[0]
            first = self.read.clinics[clinic]
            self._problem(part, line, CellError("cell_twice", cell=first))

    def _problem(self, part: str, line: int, error: CellError) -> None:
        self.read.problems.append(Problem(self._cell(part, line), error.zh, error.en))

    def _cell(self, part: str, line: int) -> str:
        from openpyxl.utils import get_column_letter

        return f"{self.title}!{get_column_letter(self.columns.get(part, 0) + 1)}{line}"

    def _specialty(self, told: Mapping[str, str]) -> str:
        text = told.get("specialty", "")
        return self.names.one("specialties", text) if text else ""

    def _doctor(self, told: Mapping[str, str], raw: object, place: tuple[date, str, str, str]) -> str:
        """The doctor meant by name and number; "" where the name of a saved clinic was cleared.

        Where both disagree, the one that differs from the saved roster was typed by hand.
        """
        named, own = self._named(told["doctor"]), self.names.id("doctors", raw) if told.get("id") else ""
        if told.get("id") and not own:
            raise CellError("no_number", number=told["id"])
        here = {c.doctor for c in self.base if (c.on, c.slot, c.site) == place[:3] and place[3] in ("", c.specialty)}
        if not told["doctor"]:
            return "" if own in here else own
        if own in named:
            return own
        if not own or (own in here and not here & set(named)):
            same = [doctor for doctor in named if doctor in here and not own]
            if len(named) > 1 and len(same) != 1:
                raise CellError("namesakes", name=told["doctor"], ids=both_joined(named))
            return (same or named)[0]
        if here & set(named):
            return own
        raise CellError("not_one", name=told["doctor"], number=own)

    def _named(self, text: str) -> list[str]:
        found = self.names.named("doctors", text) if text else []
        if text and not found:
            raise CellError("no_doctor", name=text)
        return found

    def _weekday(self, raw: Any, on: date, who: tuple[str, str, str]) -> None:
        """A weekday that was changed beside an unchanged date is a wish that cannot be read."""
        weekday = self.names.weekday(raw) if clean(raw) else None
        saved = any(c.on == on and (c.doctor, c.site, c.specialty) == who for c in self.base)
        if weekday is not None and weekday != on.isoweekday() and saved:
            raise CellError("weekday", day=on.isoformat(), weekday=words_of(on))

    def _add(self, line: int, on: date, slot: str, who: tuple[str, str, str], backup: str) -> None:
        cell = self._cell("date", line)
        slots = self.names.slots(who[0], who[1], slot)
        if slot == "day" and len(slots) == 1 and any(c == Clinic(on, "pm", *who) for c in self.base):
            slots = ("pm",)
        for half in slots:
            clinic = Clinic(on, half, *who)
            if clinic in self.read.clinics:
                self.twice.append((clinic, line))
                self._unsure_of({who[0]}, {who[1]}, on)
                continue
            self.read.clinics[clinic] = cell
            self.read.backups[clinic] = self._backup(backup, line)

    def _backup(self, text: str, line: int) -> str:
        try:
            return self.names.one("doctors", text) if text else ""
        except CellError as error:
            self._problem("backup", line, error)
            return ""

    def _unsure(self, told: Mapping[str, str]) -> None:
        """A row with a fault may stand for any saved clinic that shares what can still be read of it."""
        doctors = set(self.names.named("doctors", told["doctor"])) | {self.names.id("doctors", told.get("id", ""))}
        sites = self.names.named("institutions", told["institution"])
        try:
            on = self.names.date(told["date"])
        except CellError:
            on = None
        self._unsure_of(doctors, sites, on)

    def _unsure_of(self, doctors: Collection[str], sites: Collection[str], on: date | None) -> None:
        self.read.unsure |= {
            c for c in self.base
            if (c.doctor in doctors) + (c.site in sites) + (c.on == on) >= 2
        }  # fmt: skip


def _differ(clinic: Clinic, was: Clinic) -> list[str]:
    """Fields of a row in which it says something else than a clinic of the plan."""
    pairs = {
        "date": (clinic.on, was.on),
        "slot": (clinic.slot, was.slot),
        "doctor": (clinic.doctor, was.doctor),
        "institution": (clinic.site, was.site),
        "specialty": (clinic.specialty, was.specialty),
    }
    return [name for name, (now, then) in pairs.items() if now != then]
