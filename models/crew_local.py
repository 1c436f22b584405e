"""A crew of child processes on this machine (`models.workers`)."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from models import errors
from models.crew import TRIES, Errand, Tell, carried_out, found
from models.errors import SolverError
from models.workers import Child

#: What a child calls.
_CALL = "models.crew_local:call"


class LocalCrew:
    """At most `workers` children; a child that dies is replaced, and gets again what its errand needs.

    Errands whose object took long before go first (Graham 1969, longest processing time first), so that children end
    a run together; answers do not depend on the order.
    """

    def __init__(self, workers: int = 2) -> None:
        self.workers = workers
        self._made: dict[str, tuple[str, object]] = {}
        self._holds: dict[Child, set[str]] = {}
        #: Seconds that the last errand on an object took.
        self._took: dict[str, float] = {}
        self._news: queue.Queue[tuple[Child, str, Any]] = queue.Queue()

    def send(self, key: str, function: str, payload: object) -> None:
        self._made[key] = (function, payload)
        for held in self._holds.values():
            held.discard(key)

    def run(self, errands: Sequence[Errand], tell: Tell | None = None) -> list[Any]:
        answers: dict[int, Any] = {}
        longest = sorted(range(len(errands)), key=lambda at: -self._took.get(errands[at].key, 0.0))
        waiting, tries = deque(longest), [0] * len(errands)
        busy: dict[Child, int] = {}
        began: dict[int, float] = {}
        try:
            while len(answers) < len(errands):
                for child in self._free(busy, len(waiting)):
                    at = self._next(child, waiting, errands, busy)
                    busy[child] = at
                    tries[at] += 1
                    began[at] = time.monotonic()
                    self._start(child, errands[at])
                child, kind, body = self._heard(busy)
                if child not in busy:
                    continue
                at = busy.pop(child)
                if kind == "lost":
                    self._drop(child)
                    if tries[at] >= TRIES:
                        raise SolverError("a working process was lost again and again; is memory short?")
                    waiting.appendleft(at)
                elif kind == "failed":
                    name, message = body
                    raise getattr(errors, name, SolverError)(message)
                else:
                    answers[at] = body
                    self._took[errands[at].key] = time.monotonic() - began[at]
                    if tell is not None:
                        tell(len(answers), len(errands))
        finally:
            for child in busy:  # after an error or Ctrl-C: nobody waits for what still runs
                self._drop(child)
        return [answers[at] for at in range(len(errands))]

    def _heard(self, busy: dict[Child, int]) -> tuple[Child, str, Any]:
        """The next message; a child that died before anybody listened is lost too."""
        while True:
            try:
                return self._news.get(timeout=1.0)
            except queue.Empty:
                for child in busy:
                    if child.process.poll() is not None:
                        return child, "lost", None

    def kill_one(self) -> int:
        """Kill a child as a fault would, for tests of what that costs; how many were killed."""
        for child in self._holds:
            child.process.kill()
            return 1
        return 0

    def close(self) -> None:
        for child in list(self._holds):
            self._drop(child)

    def _free(self, busy: dict[Child, int], waiting: int) -> list[Child]:
        """Children for the errands that wait, new ones where there are too few."""
        for child in [one for one in self._holds if one not in busy and one.process.poll() is not None]:
            self._drop(child)
        while len(self._holds) < min(self.workers, len(busy) + waiting):
            child = Child()
            child.news = self._news
            self._holds[child] = set()
        return [child for child in self._holds if child not in busy][:waiting]

    def _next(self, child: Child, waiting: deque[int], errands: Sequence[Errand], busy: dict[Child, int]) -> int:
        """The next errand: one whose object the child has; else one whose object nobody has; else the first."""
        mine, others = self._holds[child], set[str]().union(*(self._holds[one] for one in self._holds))
        wishes: tuple[Callable[[str], bool], ...] = (
            lambda key: key in mine,
            lambda key: key not in others,
            lambda _: True,
        )
        for wish in wishes:
            for at in waiting:
                if wish(errands[at].key):
                    waiting.remove(at)
                    return at
        raise AssertionError("an errand waits")

    def _start(self, child: Child, errand: Errand) -> None:
        held = self._holds[child]
        made = None if errand.key in held else self._made[errand.key]
        held.add(errand.key)
        with suppress(OSError):  # it died while reading: its listener reports it as lost
            child.send((_CALL, (errand, made), None))

    def _drop(self, child: Child) -> None:
        self._holds.pop(child, None)
        child.kill()


# --- the child's side -------------------------------------------------------------------------

_objects: dict[str, object] = {}


def call(payload: tuple[Errand, tuple[str, object] | None], _deadline: float | None, _report: object) -> Any:
    """Run one errand; makes its object first where that came along."""
    errand, made = payload
    if made is not None:
        _objects[errand.key] = found(made[0])(made[1])
    return carried_out(errand.function, _objects[errand.key], errand.argument)
