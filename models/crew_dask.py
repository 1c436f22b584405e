"""A crew on the workers of a Dask scheduler (`models.dask_client`).

What an object is made of is a task of its own, which the scheduler runs anew when the worker that held it is lost.
Every worker that runs errands of an object makes it once and keeps it, so that the object itself need not travel.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from models.crew import TRIES, Errand, Tell, carried_out, found
from models.dask_client import connected


class DaskCrew:
    """The workers of the scheduler at an address such as `tcp://10.0.0.1:8786`."""

    def __init__(self, address: str) -> None:
        cluster = connected(address)
        self._client, self._as_completed = cluster.client, cluster.library.as_completed
        self._sent: dict[str, Any] = {}

    def send(self, key: str, function: str, payload: object) -> None:
        sent = _Sent(uuid.uuid4().hex, function, payload)
        self._sent[key] = self._client.submit(_same, sent, pure=False, retries=TRIES)

    def run(self, errands: Sequence[Errand], tell: Tell | None = None) -> list[Any]:
        calls = [
            self._client.submit(_call, one.function, self._sent[one.key], one.argument, pure=False, retries=TRIES)
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
        self._sent.clear()
        with suppress(Exception):  # workers that are gone have forgotten
            self._client.run(_objects.clear)
        self._client.close()


# --- the workers' side ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sent:
    """What an object is made of; `token` tells it from an older one of the same key."""

    token: str
    function: str
    payload: object


_objects: dict[str, object] = {}


def _same(sent: _Sent) -> _Sent:
    return sent


def _call(function: str, sent: _Sent, argument: object) -> object:
    if sent.token not in _objects:
        _objects[sent.token] = found(sent.function)(sent.payload)
    return carried_out(function, _objects[sent.token], argument)
