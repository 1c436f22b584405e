"""Progress on standard error: one living line on a terminal, one line per improvement elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from planner.report.words import report_word
from planner.text import amount, say
from planner.words import MEASURES, word

BAR = 24
#: Takes the key of a part of the report as it begins.
Tell = Callable[[str], None]
#: Seconds between two redraws of the living line.
REDRAW = 0.2


def silent(_: str) -> None:
    """A `Tell` that says nothing."""


class Progress:
    """Stages of a run, and the news of a running solve.

    As a callback it takes what the solver tells: optionally the aim's name, then an object with
    `objective`, `bound` and `seconds` (incumbent inf and bound -inf while unknown).
    """

    def __init__(
        self, lang: str, limit: float | None = None, stream: TextIO | None = None, quiet: bool = False
    ) -> None:
        self.lang = lang
        self.limit = limit
        self.stream = sys.stderr if stream is None else stream
        self.quiet = quiet
        self.living = self.stream.isatty()
        self.started = time.monotonic()
        self._drawn = -math.inf
        self._width = 0
        self._told: tuple[str, float] | None = None

    def stage(self, key: str, **values: object) -> None:
        """Say what is done now (a message of `planner.text`)."""
        self.line(say(key, self.lang, **values))

    def part(self, key: str) -> None:
        """Say which part of the report is made now (a `part_...` of `planner.report.words`)."""
        self.line("  " + report_word(key, self.lang))

    def line(self, text: str) -> None:
        """One line that stays."""
        if not self.quiet:
            self._wipe()
            print(text, file=self.stream, flush=True)

    def __call__(self, *news: Any) -> None:
        aim = next((one for one in news if isinstance(one, str)), "")
        told = next((one for one in news if not isinstance(one, str)), None)
        if told is None or self.quiet:
            return
        aim = aim or str(getattr(told, "aim", "") or getattr(told, "stage", ""))
        objective = _number(told, "objective", math.inf)
        bound = _number(told, "bound", -math.inf)
        text = self._news(aim, objective, bound)
        if self.living:
            self._draw(text)
        elif math.isfinite(objective) and self._told != (aim, objective):
            self._told = (aim, objective)
            print(text, file=self.stream, flush=True)

    def done(self) -> None:
        """Remove the living line."""
        self._wipe()

    def _news(self, aim: str, objective: float, bound: float) -> str:
        seconds = time.monotonic() - self.started
        gap = abs(objective - bound) / max(abs(objective), 1.0)
        gap_text = f"{gap:.1%}" if math.isfinite(gap) else "–"
        told = {"progress_plan": amount(objective), "progress_bound": amount(bound), "progress_gap": gap_text}
        figures = "  ".join(f"{say(key, self.lang)} {text}" for key, text in told.items())
        return f"{seconds:6.1f} s  {word(MEASURES, aim, self.lang)}  {figures}"

    def _draw(self, text: str) -> None:
        now = time.monotonic()
        if now - self._drawn < REDRAW:
            return
        self._drawn = now
        share = min(1.0, (now - self.started) / self.limit) if self.limit else 0.0
        bar = "█" * round(BAR * share) + "░" * (BAR - round(BAR * share))
        line = f"{bar} {text}"
        self.stream.write("\r" + line + " " * max(0, self._width - len(line)))
        self.stream.flush()
        self._width = len(line)

    def _wipe(self) -> None:
        if self._width:
            self.stream.write("\r" + " " * 2 * self._width + "\r")
            self._width = 0


def _number(news: Any, name: str, default: float) -> float:
    value = getattr(news, name, None)
    return default if value is None else float(value)
