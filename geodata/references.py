"""Names of institutions, doctors, specialties and services in other tables become ids.

People write names where the tables want codes. A name that is unique is resolved; a name that
two rows share is a problem that names both rows. A short name of one institution is resolved
with a warning that gives the full one. Unknown names stay for `geodata.checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from geodata.catalogue import Texts
from geodata.cleaning import CleanTable
from geodata.problems import Problem
from geodata.schema import Column, columns_of
from geodata.sentences import Said, joined, said, words
from geodata.short_names import short_names
from geodata.text import key

SAID = Texts("references", "geodata", "checks")

#: Words for places outside the alliance and for every service.
_WORDS = {word: frozenset(map(key, words(word))) for word in ("outside", "all")}


@dataclass(frozen=True)
class _Register:
    """The ids of one table, and the ids that bear each name."""

    table: str
    ids: frozenset[str]
    by_name: dict[str, list[str]]
    rows: dict[str, str]
    names: dict[str, str]

    @cached_property
    def shortened(self) -> dict[str, str]:
        """Short names of institutions, by the comparable form."""
        return short_names(self.by_name) if self.table == "institutions" else {}


def _register(table: CleanTable) -> _Register:
    ids = table.frame["id"].tolist()
    by_name: dict[str, list[str]] = {}
    for identifier, name in zip(ids, table.frame["name"], strict=True):
        for form in {key(name), key(identifier)} - {""}:
            owners = by_name.setdefault(form, [])
            if identifier not in owners:
                owners.append(identifier)
    rows = dict(zip(ids, table.labels, strict=True))
    return _Register(table.table, frozenset(ids), by_name, rows, dict(zip(ids, table.frame["name"], strict=True)))


def resolve_references(tables: dict[str, CleanTable]) -> list[Problem]:
    """Replaces names by ids in every reference column; returns the names that are not unique."""
    registers = {name: _register(table) for name, table in tables.items() if "id" in columns_of(name)}
    problems: list[Problem] = []
    for table in tables.values():
        for column in columns_of(table.table).values():
            if column.references:
                problems += _resolve_column(table, column, registers)
    return problems


def _resolve_column(table: CleanTable, column: Column, registers: dict[str, _Register]) -> list[Problem]:
    sources = [registers[name] for target in column.references if (name := target.partition(".")[0]) in registers]
    open_words = {form: target for target in column.references if target in _WORDS for form in _WORDS[target]}
    memo: dict[str, tuple[str, Said | None]] = {}
    short: dict[str, str] = {}
    problems: list[Problem] = []
    resolved: list[str] = []
    for row, cell in enumerate(table.frame[column.name].tolist()):
        parts = cell.split(";") if column.type == "list" and cell else [cell]
        out: list[str] = []
        for part in parts:
            if part not in memo:
                memo[part] = _resolve(part, sources, open_words, short)
            value, bad = memo[part]
            out.append(value)
            if bad is not None:
                problems.append(bad.problem(table.table, table.labels[row], table.headings[column.name], part))
        resolved.append(";".join(dict.fromkeys(filter(None, out))))
    if short:
        read = [f"{name} → {full}" for name, full in short.items()]
        why = said("short_names", words=joined(read))
        problems.append(why.problem(table.table, "", table.headings[column.name], "、".join(short), "warning"))
    table.frame[column.name] = resolved
    table.frame[column.name] = table.frame[column.name].astype(object)
    return problems


def _resolve(
    value: str, sources: list[_Register], open_words: dict[str, str], short: dict[str, str]
) -> tuple[str, Said | None]:
    """The id that a cell means; what is unknown stays, what is ambiguous becomes blank.

    short: gathers the short names that were understood, with the full ones.
    """
    if not value or any(value in source.ids for source in sources):
        return value, None
    form = key(value) or value
    if form in open_words:
        return open_words[form], None
    for source in sources:
        owners = source.by_name.get(form, [])
        if len(owners) == 1:
            return owners[0], None
        if owners:
            return "", _ambiguous(value, owners, source)
    for source in sources:
        if owner := source.shortened.get(form):
            short[value] = source.names[owner]
            return owner, None
    return value, None


def _ambiguous(name: str, owners: list[str], source: _Register) -> Said:
    """A name that several rows of a table share: which, and what to write instead."""
    return said(
        "ambiguous",
        id_word=columns_of(source.table)["id"].heading_zh,
        table=source.table,
        count=len(owners),
        name=name,
        words=joined(SAID.both("owner", id=owner, row=source.rows[owner]) for owner in owners),
        ids=" or ".join(owners),
    )
