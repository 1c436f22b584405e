"""A crew on the workers of a Dask scheduler (`dask.distributed`, the extra `cluster`): the only file that knows it.

An object is a task of its own, so that the scheduler makes it anew when the worker that held it is lost.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from itertools import count
from typing import Any

from models.crew import TRIES, Errand, Tell, found
from models.errors import CrewError

#: Seconds in which a scheduler must answer.
ANSWER = 20


class DaskCrew:
    """The workers of the scheduler at an address such as `tcp://10.0.0.1:8786`."""

    def __init__(self, address: str) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError as error:
            raise CrewError("not_installed", address) from error
        try:
            self._client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CrewError("no_answer", address) from error
        self._as_completed = distributed.as_completed
        self._objects: dict[str, Any] = {}
        self._number = count()

    def send(self, key: str, function: str, payload: object) -> None:
        self._objects[key] = self._client.submit(_make, function, payload, pure=False, retries=TRIES)

    def run(self, errands: Sequence[Errand], tell: Tell | None = None) -> list[Any]:
        calls = [
            self._client.submit(_call, one.function, self._objects[one.key], one.argument, pure=False, retries=TRIES)
            for one in errands
        ]
        try:
            with self._client.as_current():
                for done, _ in enumerate(self._as_completed(calls), 1):
                    if tell is not None:
                        tell(done, len(calls))
            answers: list[Any] = self._client.gather(calls)
        except BaseException:
            self._client.cancel(calls)
            raise
        return answers

    def close(self) -> None:
        self._objects.clear()
        self._client.close()


def _make(function: str, payload: object) -> object:
    return found(function)(payload)


def _call(function: str, made: object, argument: object) -> object:
    return found(function)(made, argument)
