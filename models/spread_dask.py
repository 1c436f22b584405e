"""Tasks at the workers of a Dask scheduler.

A worker hands each task to a child process of its own (`models.workers`), which is ended where it overruns its time,
and tells what the child says on the way. Large arrays are tasks of their own, named by their content: what was sent for
one task is there for the next, and what is lost with a worker the scheduler asks for again.
"""

from __future__ import annotations

import math
import pickle
import queue
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from models import dask_client
from models.crew import TRIES
from models.dask_client import connected
from models.errors import CrewError, SolverError
from models.parcels import Parcel, packed, unpacked
from models.spread import run_again
from models.workers import Ending, Task

#: Seconds without any worker after which a run gives up.
PATIENCE = 60.0
#: Bytes of arrays that the workers keep for later tasks.
KEPT = 256_000_000
#: News of more bytes wait for the end of their task; seconds between two that do not.
SMALL, OFTEN = 32_768, 0.5
#: How a task ended at a worker, what it returned, and all that it told where it did not end by itself.
_Answer = tuple[Ending, Any, list[Any]]


class DaskPlace:
    """Whatever threads the workers of a scheduler have; a lost worker's tasks run again elsewhere."""

    def __init__(self, address: str) -> None:
        self._cluster = connected(address)
        self._client = self._cluster.client
        self._name = f"alliance-{uuid.uuid4().hex}"
        self._news: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._arrays: dict[str, tuple[Any, int]] = {}
        self._alone_since = math.inf
        self.sent = 0
        self._client.subscribe_topic(self._name, lambda event: self._news.put(event[1]))

    @property
    def at_once(self) -> int:
        """Threads of all workers that are there now."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise CrewError("lost", self._cluster.address) from error

    def run(self, tasks: Sequence[Task], workers: int) -> None:
        waiting = deque(tasks)
        busy: dict[str, tuple[Any, Task]] = {}
        try:
            while waiting or busy:
                room = self._room(len(busy)) if waiting else 0
                for _ in range(min(room, len(waiting))):
                    self._start(waiting.popleft(), busy)
                self._await_news(busy)
        except KeyboardInterrupt:
            for task in (*waiting, *(task for _, task in busy.values())):
                task.ending = "user"
        finally:
            self._end(busy)

    def close(self) -> None:
        self._arrays.clear()
        with suppress(Exception):  # a scheduler that is gone has forgotten
            self._client.unsubscribe_topic(self._name)
        self._client.close()

    def _room(self, busy: int) -> int:
        """How many more tasks the workers take; gives up where there has been no worker for long."""
        there = self.at_once
        self._alone_since = math.inf if there else min(self._alone_since, time.monotonic())
        if time.monotonic() - self._alone_since > PATIENCE:
            raise CrewError("lost_workers", self._cluster.address)
        return max(0, there - busy)

    def _start(self, task: Task, busy: dict[str, tuple[Any, Task]]) -> None:
        task.began = time.time()
        parcel, token = packed((task.function, task.payload)), uuid.uuid4().hex
        left = None if task.until == math.inf else task.until - task.began
        arrays = self._stored(parcel)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a call is large
            call = self._client.submit(
                carry, self._name, token, parcel.frame, task.seconds, left, task.grace, *arrays, pure=False
            )
        self.sent += len(parcel.frame)
        busy[token] = call, task
        call.add_done_callback(lambda _: self._news.put((token, None)))

    def _stored(self, parcel: Parcel) -> list[Any]:
        """The arrays of a parcel at the workers: sent where they are not there yet."""
        found = []
        for digest, body in parcel.buffers:
            if digest not in self._arrays:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)
                    self._arrays[digest] = self._client.submit(same, body, pure=False), len(body)
                self.sent += len(body)
            self._arrays[digest] = self._arrays.pop(digest)  # the latest one last
            found.append(self._arrays[digest][0])
        while sum(size for _, size in self._arrays.values()) > KEPT and len(self._arrays) > len(found):
            self._arrays.pop(next(iter(self._arrays)))
        return found

    def _await_news(self, busy: dict[str, tuple[Any, Task]]) -> None:
        """Wait for one message and act on it; then give up what no worker answers for."""
        try:
            token, told = self._news.get(timeout=1.0)
        except queue.Empty:
            self._room(len(busy))
        else:
            if token in busy and told is not None:
                busy[token][1].heard(pickle.loads(told))
            elif token in busy and busy[token][0].done():
                self._take(*busy.pop(token))
        for token, (call, task) in list(busy.items()):
            late = task.deadline is not None and time.time() > task.deadline + task.grace + dask_client.ANSWER
            if late or task.unwanted():
                task.ending = "clock" if late else "user"
                self._end({token: (call, task)})
                del busy[token]

    def _take(self, call: Any, task: Task) -> None:
        """The answer of a worker."""
        library = self._cluster.library
        try:
            answer: _Answer = call.result()
        except library.KilledWorker as error:
            raise SolverError("a working process was lost again and again; is memory short?") from error
        except (library.CancelledError, OSError, TimeoutError) as error:
            raise CrewError("lost", self._cluster.address) from error
        task.ending, task.value, told = answer
        for one in told:
            task.heard(one)

    def _end(self, busy: dict[str, tuple[Any, Task]]) -> None:
        """End tasks that nobody waits for any more, and their children."""
        if not busy:
            return
        with suppress(Exception):  # whoever is gone has ended them
            self._client.cancel([call for call, _ in busy.values()])
            self._client.run(end, list(busy))


# --- the workers' side ------------------------------------------------------------------------

_ended: set[str] = set()


def same(body: bytes) -> bytes:
    """An array that has arrived."""
    return body


def end(tokens: Sequence[str]) -> None:
    """Note that nobody waits for these tasks."""
    _ended.update(tokens)


def carry(
    topic: str, token: str, frame: bytes, seconds: float | None, left: float | None, grace: float, *arrays: bytes
) -> _Answer:
    """One task, in a child of the worker. left: seconds until the end of all tasks, None without one."""
    function, payload = cast(tuple[str, object], unpacked(frame, arrays))
    heard: list[Any] = []
    tell = _teller(topic, token)

    def note(news: Any) -> None:
        heard.append(news)
        tell(news)

    until = math.inf if left is None else time.time() + left
    task = Task(function, payload, seconds, note, until=until, grace=grace, unwanted=lambda: token in _ended)
    run_again([task], 1)
    _ended.discard(token)
    if task.ending == "lost":
        raise SolverError(f"the solving process was lost {TRIES} times; is memory short?")
    return task.ending, task.value, [] if task.ending == "done" else heard


def _teller(topic: str, token: str) -> Callable[[Any], None]:
    """Tells small news to whoever waits, now and then."""
    from distributed import get_worker

    worker, last = get_worker(), [0.0]

    def tell(news: Any) -> None:
        if time.monotonic() - last[0] < OFTEN:
            return
        # Of a search's news (how far it is, its plan) only the first is for the eye.
        body = pickle.dumps((news[0], None) if isinstance(news, tuple) else news)
        if len(body) <= SMALL:
            last[0] = time.monotonic()
            worker.log_event(topic, (token, body))

    return tell
