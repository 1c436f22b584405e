"""Follows a tutorial to the letter: `python docs/follow.py docs/tutorial.md [FOLDER]`.

Read from the page, in its order:

    ```sh                             commands, run in the folder
    ```text right after them          what they must print to standard output; `…` stands for anything
    <!-- follow: exit 5 -->           before commands that must end with this code
    <!-- follow: install -->          before commands that are run with `--install` only
    <!-- follow: fill FILE SHEET -->  before a table: typed into the sheet below its headings
    <!-- follow: edit FILE SHEET -->  before a table of three columns: which row (some of its cells), which column,
                                      what to write (`← Heading`: what the row has there)
    <!-- follow: seen FILE -->        before ```text: lines that must stand in the page

`--write` puts what was printed into the tutorial. The tests follow both tutorials (`tests/whole/test_tutorial.py`).
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

#: Seconds that a run took: never the same twice.
VOLATILE = re.compile(r"\d+(?:\.\d+)?(?= s\b| 秒)")
LANGUAGES = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}


class WrongError(AssertionError):
    """The page says something else than what happens."""


@dataclass
class Step:
    """One thing to do: kind, words of its directive, lines, the line of the page (from 1), what is expected."""

    kind: str
    words: list[str]
    lines: list[str]
    at: int
    expected: list[str] | None = None
    #: First and last line (from 0) between the fences of `expected`.
    span: tuple[int, int] = (0, 0)


@dataclass
class Follower:
    """A person in a folder who does what the page says."""

    page: Path
    folder: Path
    install: bool = False
    #: Goes on where something else is printed, to write it down.
    lenient: bool = False
    printed: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        return "zh" if self.page.name.endswith(".zh.md") else "en"

    def follow(self, until: str | None = None) -> None:
        """Do every step; `until` stops before the first command that contains these words."""
        for step in steps(self.page.read_text(encoding="utf-8")):
            if until is not None and step.kind == "run" and any(until in line for line in step.lines):
                return
            try:
                getattr(self, step.kind)(step)
            except WrongError as error:
                raise WrongError(f"{self.page.name}, line {step.at}: {error}") from None

    def run(self, step: Step) -> None:
        if "install" in step.words and not self.install:
            return
        want = int(step.words[step.words.index("exit") + 1]) if "exit" in step.words else 0
        done = subprocess.run(
            "\n".join(["set -e", *step.lines]), shell=True, cwd=self.folder, env=self._surroundings(),
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        told = f"{done.stdout}\n{done.stderr}"
        if done.returncode != want:
            raise WrongError(f"exit code {done.returncode} in the place of {want}:\n{told}")
        if step.expected is None:
            return
        got = done.stdout.rstrip().splitlines()
        self.printed[step.span] = got
        if not (self.lenient or agrees(step.expected, got)):
            raise WrongError("printed\n" + "\n".join(got) + "\nin the place of\n" + "\n".join(step.expected))

    def fill(self, step: Step) -> None:
        """Type a table below the headings of a sheet."""
        file, name = step.words
        book = openpyxl.load_workbook(self.folder / file)
        sheet = book[name]
        names, *rows = cells(step.lines)
        line, columns = headings(sheet, [first(one) for one in names])
        for at, row in enumerate(rows, start=line + 1):
            for heading, text in zip(names, row, strict=True):
                if text:
                    sheet.cell(at, columns[first(heading)]).value = typed(text)
        book.save(self.folder / file)

    def edit(self, step: Step) -> None:
        """Write into single cells: the row is the one that holds every cell of the first column."""
        file, name = step.words[0], " ".join(step.words[1:])
        book = openpyxl.load_workbook(self.folder / file)
        sheet = book[name]
        changes = cells(step.lines)[1:]
        line, columns = headings(sheet, [first(column) for _, column, _ in changes])
        for which, column, value in changes:
            found = [
                at
                for at in range(line + 1, sheet.max_row + 1)
                if set(which.split(", ")) <= {shown(cell.value) for cell in sheet[at]}
            ]
            if len(found) != 1:
                raise WrongError(f"{len(found)} rows of {name} hold {which}")
            # an arrow stands for what the row has under another heading
            copied = sheet.cell(found[0], columns[value[2:]]).value if value.startswith("← ") else typed(value)
            sheet.cell(found[0], columns[first(column)]).value = copied
        book.save(self.folder / file)

    def seen(self, step: Step) -> None:
        """Lines that stand in a page that was written."""
        text = (self.folder / step.words[0]).read_text(encoding="utf-8")
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
        for line in step.lines:
            if line.strip() not in text:
                if not self.lenient:
                    raise WrongError(f"{step.words[0]} does not say: {line}")
                print(f"line {step.at}: {step.words[0]} does not say: {line}")

    def _surroundings(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("ALLIANCE_LANG", "LC_ALL")}
        # what the page installs comes before what the reader of these lines has
        found = (self.folder.resolve() / ".venv" / "bin", Path(sys.executable).parent, kept.get("PATH", ""))
        path = os.pathsep.join(map(str, found))
        # `--open` asks a browser that does nothing
        return kept | {"PATH": path, "LANG": LANGUAGES[self.lang], "PYTHONUTF8": "1", "BROWSER": "true"}

    def rewritten(self) -> str:
        """The page with what was printed."""
        lines = self.page.read_text(encoding="utf-8").splitlines()
        for (first, last), got in sorted(self.printed.items(), reverse=True):
            if not agrees(lines[first:last], got):
                lines[first:last] = [VOLATILE.sub("…", line) for line in got]
        return "\n".join(lines) + "\n"


def steps(text: str) -> Iterator[Step]:
    """What the page asks for, in order."""
    lines = text.splitlines()
    told: list[str] = []
    last: Step | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if found := re.fullmatch(r"<!-- follow: (.+) -->", line):
            told = found[1].split(" ")
        elif line.startswith("```"):
            end = lines.index("```", at + 1)
            if line == "```sh":
                if last is not None:
                    yield last
                last, told = Step("run", told, lines[at + 1 : end], at + 1), []
            elif line == "```text" and told[:1] == ["seen"]:
                if last is not None:
                    yield last
                last, told = Step("seen", told[1:], lines[at + 1 : end], at + 1), []
            elif line == "```text" and last is not None and last.kind == "run":
                last.expected, last.span = lines[at + 1 : end], (at + 1, end)
            at = end
        elif line.startswith("|") and told[:1] in (["fill"], ["edit"]):
            if last is not None:
                yield last
            end = next((n for n in range(at, len(lines)) if not lines[n].startswith("|")), len(lines))
            last, told = Step(told[0], told[1:], lines[at:end], at + 1), []
            at = end - 1
        at += 1
    if last is not None:
        yield last


def cells(table: list[str]) -> list[list[str]]:
    """The cells of a Markdown table, its headings first."""
    rows = [[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] for line in table]
    return [rows[0], *rows[2:]]


def first(heading: str) -> str:
    """The heading as the sheet has it; a translation may follow it in the page."""
    return heading.split(" ")[0]


def headings(sheet: Any, wanted: list[str]) -> tuple[int, dict[str, int]]:
    """The row that has the wanted headings, among the first five, and the column of each heading."""
    for row in sheet.iter_rows(min_row=1, max_row=5):
        found = {str(cell.value).rstrip("*"): cell.column for cell in row if cell.value}
        if set(wanted) <= set(found):
            return row[0].row, found
    raise WrongError(f"{sheet.title} has no row with the headings {', '.join(wanted)}")


def typed(text: str) -> object:
    """What a spreadsheet makes of typed text."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return text


def shown(value: object) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


def agrees(expected: list[str], got: list[str]) -> bool:
    """Whether what was printed is what is expected; a line of `…` stands for any lines."""
    pattern = "\n".join(re.escape(line).replace("…", ".*") if line.strip() != "…" else "(?s:.*)" for line in expected)
    return re.fullmatch(pattern, "\n".join(got)) is not None


def main() -> None:
    """Follow a page; with `--write` correct it."""
    asked = argparse.ArgumentParser(description="Follow a tutorial to the letter.")
    asked.add_argument("page", type=Path)
    asked.add_argument("folder", type=Path, nargs="?")
    asked.add_argument("--install", action="store_true", help="also run the commands that install")
    asked.add_argument("--write", action="store_true", help="put what was printed into the page")
    values = asked.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = values.folder or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        follower = Follower(values.page, folder, values.install, values.write)
        try:
            follower.follow()
        except WrongError as error:
            if not values.write:
                raise SystemExit(str(error)) from None
            print(error)
    if values.write:
        values.page.write_text(follower.rewritten(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
