"""Calls on large objects, spread over processes and machines: each object is sent once, then only small arguments.

A crew is told of its districts first: `send(key, function, payload)` says that `function(payload)` makes the object
`key`, wherever it is needed. `run` then calls `function(object, argument)` for each errand and answers in the errands'
order. An answer depends on object and argument alone, so that it is the same in this process, in local processes and
on other machines, and a lost worker costs time and no result: its errands run again elsewhere.
"""

from __future__ import annotations

import copyreg
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from models.held import forget

#: How often an errand is tried before its loss is taken to be its own fault (memory, a broken library).
TRIES = 3
#: Told how many errands of a run are done, and of how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Errand:
    """One call `function(object of key, argument)`; `function` is "module:name"."""

    key: str
    function: str
    argument: object = None


class Crew(Protocol):
    """Who runs errands. What a function raises is raised by `run`."""

    def send(self, key: str, function: str, payload: object) -> None:
        """Make the object `key` known; its old one is forgotten."""

    def run(self, errands: Sequence[Errand], tell: Tell | None = None) -> list[Any]:
        """The answers, in the errands' order."""

    def close(self) -> None:
        """End what the crew started."""


def found(function: str) -> Callable[..., Any]:
    """The function "module:name"."""
    module, name = function.split(":")
    called: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return called


def carried_out(function: str, made: object, argument: object) -> Any:
    """The answer to an errand; it depends on nothing else, so that models held from the one before are forgotten."""
    forget()
    return found(function)(made, argument)


class AloneCrew:
    """Everything in this process, one errand after the other."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, object]] = {}
        self._objects: dict[str, object] = {}

    def send(self, key: str, function: str, payload: object) -> None:
        self._made[key] = (function, payload)
        self._objects.pop(key, None)

    def run(self, errands: Sequence[Errand], tell: Tell | None = None) -> list[Any]:
        answers = []
        for errand in errands:
            if errand.key not in self._objects:
                function, payload = self._made[errand.key]
                self._objects[errand.key] = found(function)(payload)
            answers.append(carried_out(errand.function, self._objects[errand.key], errand.argument))
            if tell is not None:
                tell(len(answers), len(errands))
        return answers

    def close(self) -> None:
        self._objects.clear()


def crew_of(scheduler: str = "", workers: int = 2) -> Crew:
    """The crew of a name: "" for this process, "local" for child processes, else the address of a Dask scheduler.

    Raises `models.errors.CrewError` where Dask is not installed or does not answer.
    """
    if not scheduler:
        return AloneCrew()
    if scheduler == "local":
        from models.crew_local import LocalCrew

        return LocalCrew(workers)
    from models.crew_dask import DaskCrew

    return DaskCrew(scheduler)


def _frozen(plain: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(plain)


# Records hold read-only mappings, which pickle does not know.
copyreg.pickle(MappingProxyType, lambda mapping: (_frozen, (dict(mapping),)))
