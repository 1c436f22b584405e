"""The reader's sentences, in the catalogue `locale/.../checks.po`, and its word lists: `schema/words.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geodata.catalogue import Texts
from geodata.problems import Problem, Severity

EXPECTED = Texts("expected", "geodata", "checks")
CURES = Texts("cure", "geodata", "checks")
LISTS = Texts("list", "geodata", "checks")


@dataclass(frozen=True)
class Said:
    """What was expected and what to do, in both languages."""

    expected_zh: str
    expected_en: str
    cure_zh: str
    cure_en: str

    @property
    def expected(self) -> tuple[str, str]:
        """What was expected as a pair (zh, en)."""
        return self.expected_zh, self.expected_en

    @property
    def cure(self) -> tuple[str, str]:
        """What to do as a pair (zh, en)."""
        return self.cure_zh, self.cure_en

    def problem(
        self, table: str, row: str = "", column: str = "", value: str = "", severity: Severity = "error"
    ) -> Problem:
        """The problem at a place; long values are cut to 80 characters."""
        said = (self.expected_zh, self.expected_en, self.cure_zh, self.cure_en)
        return Problem(table, row, column, value[:80], *said, severity)


class Bad(Exception):
    """A cell that cannot be read."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence.expected_en)
        self.said = sentence


class Unreadable(Exception):
    """A file that cannot be read at all."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence.expected_en)
        self.said = sentence


@cache
def _csv(name: str) -> dict[str, dict[str, str]]:
    text = files("geodata").joinpath("schema", f"{name}.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    first = (reader.fieldnames or [""])[0]
    return {row[first]: row for row in reader}


def said(sentence: str, /, **values: object) -> Said:
    """What was expected and the cure, by their key, with the values filled in; a value may be a pair (zh, en)."""
    return Said(*EXPECTED.both(sentence, **values), *CURES.both(sentence, **values))


def joined(parts: Iterable[str | tuple[str, str]], how: str = "comma") -> tuple[str, str]:
    """A list as each language writes it; parts that are pairs (zh, en) give each language its own."""
    pairs = [(part, part) if isinstance(part, str) else part for part in parts]
    zh, en = LISTS[f"between.{how}"]
    return zh.join(pair[0] for pair in pairs), en.join(pair[1] for pair in pairs)


@cache
def words(use: str) -> tuple[str, ...]:
    """The word list `use` of `words.csv`."""
    return tuple(_csv("words")[use]["words"].split(";"))


@cache
def choice_words() -> dict[str, tuple[str, ...]]:
    """Synonyms of every choice, from `choices.csv`; the first is the one to show."""
    return {choice: tuple(row["synonyms"].split(";")) for choice, row in _csv("choices").items()}
