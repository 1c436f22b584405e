"""The benchmarks: one `case.py` a folder says what each claims, how it is run, and runs a tiny one.

What a full run writes stands on the pages of the documentation; their table of cases is made here.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DOCS = ROOT.parent / "docs"
PAGE = DOCS / "benchmarks.md"
#: Between these lines of the page stands the table.
FIRST, LAST = "<!-- Made by `python -m benchmarks --write`; do not edit. -->", "<!-- End of the cases. -->"
#: What a benchmark may measure.
MEASURES = (
    "build", "hand-over", "bound", "solve to 1 %", "solve to 0.1 %", "proof", "gap at a limit", "known values",
    "agreement", "evenness", "speed-up", "memory", "seconds",
)  # fmt: skip


class SkippedError(Exception):
    """A smoke lacks something that not every machine has; says what."""


@dataclass(frozen=True)
class Case:
    """One benchmark.

    module: what `python -m` runs; claims: one sentence; measures: of `MEASURES`; beside: peers, each in a process of
    its own; uses: distributions on whose versions the figures depend; page: its page in docs, "" where there is none
    yet; lasts: of a full run; smoke: a tiny run in a temporary folder that fails by an exception; needs: what a full
    run needs besides an installation with the extra `dev`; arguments: where it cannot be run without any.
    """

    name: str
    module: str
    claims: str
    measures: tuple[str, ...]
    beside: tuple[str, ...]
    uses: tuple[str, ...]
    page: str
    lasts: str
    smoke: Callable[[Path], None]
    needs: str = ""
    arguments: str = ""

    @property
    def call(self) -> str:
        """How it is run again."""
        return " ".join(filter(None, ("python -m benchmarks", self.name, self.arguments)))


def cases() -> dict[str, Case]:
    """Every case by name, those of one folder together."""
    found: dict[str, Case] = {}
    for path in sorted(ROOT.glob("*/case.py")):
        for case in importlib.import_module(f"benchmarks.{path.parent.name}.case").CASES:
            assert case.name not in found and set(case.measures) <= set(MEASURES), case.name
            found[case.name] = case
    return found


def shared() -> Path:
    """The folder of the public data sets; raises `SkippedError` without it."""
    folder = Path(os.environ.get("ALLIANCE_SHARED") or "nowhere")
    if not folder.is_dir():
        raise SkippedError("ALLIANCE_SHARED names no folder")
    return folder


def pinned() -> dict[str, str]:
    """Distribution -> the version that `constraints.txt` pins, with which figures are measured."""
    text = (ROOT.parent / "constraints.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.-]+)", text, re.MULTILINE))


def table() -> str:
    """What stands on the page between `FIRST` and `LAST`."""
    versions = pinned()
    lines = [
        FIRST,
        "",
        "| case | what it claims | measures | beside | versions | page | run again | lasts |",
        "|" + "---|" * 8,
    ]
    for case in cases().values():
        used = ", ".join(f"{name} {versions[name]}" for name in case.uses)
        cells = (
            f"`{case.name}`", case.claims, ", ".join(case.measures), ", ".join(case.beside) or "-", used, _page(case),
            f"`{case.call}`", case.lasts + (f"; needs {case.needs}" if case.needs else ""),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", LAST])


def _page(case: Case) -> str:
    """Where its figures stand, as a link."""
    if case.page in ("", PAGE.name):
        return "below" if case.page else "not yet"
    return f"[{case.page.removesuffix('.md').removeprefix('benchmarks-')}]({case.page})"


def written(text: str) -> str:
    """The page with the table as it should be."""
    begin, end = text.index(FIRST), text.index(LAST) + len(LAST)
    return text[:begin] + table() + text[end:]
