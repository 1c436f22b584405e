"""Long calculations in child processes that can be stopped at once.

HiGHS looks at its clock late in a large presolve and not at all at Ctrl-C, so long solves run
in a child that is killed when its time is up. Children stay alive between calls (starting one
takes about half a second) and stream what they find, so that a killed one leaves its last find.

A child is an ordinary `python -c` with pickles over its standard input and output: nothing of
the caller's main module is imported again, so scripts without a `__main__` guard, notebooks,
pytest and console commands all work. It ends by itself when its input closes or its parent
changes, whatever happened to the parent.
"""

from __future__ import annotations

import atexit
import math
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from models import errors
from models.errors import SolverError

#: Seconds past its limit after which a child that does not answer is killed, where nothing else is said.
GRACE = 1.0
Ending = Literal["done", "clock", "user", "lost"]


@dataclass
class Task:
    """One call `function(payload, deadline, report)` in a child; `function` is "module:name".

    seconds: its limit, or None; the deadline (as `time.time()`) follows when it starts, and is never later
    than `until`, the one of all. grace: seconds past it after which a child is killed. `heard` gets everything
    that the function reports. unwanted: asked once a second whether the task shall end as after Ctrl-C. When the task
    is over, `ending` says how and `value` what it returned.
    """

    function: str
    payload: object
    seconds: float | None
    heard: Callable[[Any], None]
    value: Any = None
    ending: Ending = "lost"
    began: float | None = None
    until: float = math.inf
    grace: float = GRACE
    unwanted: Callable[[], bool] = bool

    @property
    def deadline(self) -> float | None:
        if self.began is None:
            return None
        own = math.inf if self.seconds is None else self.began + self.seconds
        return None if min(own, self.until) == math.inf else min(own, self.until)

    @property
    def seconds_used(self) -> float:
        return 0.0 if self.began is None else time.time() - self.began


_children: set[Child] = set()
_idle: list[Child] = []


class Child:
    """A child process that takes calls over its input and puts what it says into `news`."""

    def __init__(self) -> None:
        search = os.pathsep.join(place or os.getcwd() for place in sys.path)
        own_group = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}  # Ctrl-C is ours to handle
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from models.worker_side import serve; serve({os.getpid()})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": search},
            **own_group,  # type: ignore[call-overload]
        )
        _children.add(self)
        self.news: queue.Queue[tuple[Child, str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                kind, body = pickle.load(self.process.stdout)
                self.news.put((self, kind, body))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self.news.put((self, "lost", None))

    def send(self, message: object) -> None:
        assert self.process.stdin is not None
        pickle.dump(message, self.process.stdin, protocol=5)
        self.process.stdin.flush()

    def kill(self) -> None:
        _children.discard(self)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with suppress(OSError):  # what could not be written any more
                stream.close()


def close_workers() -> None:
    """End all children; they start again when needed."""
    _idle.clear()
    for child in list(_children):
        child.kill()


def _forget() -> None:
    """A fork must not talk to the children of its parent."""
    _idle.clear()
    _children.clear()


atexit.register(close_workers)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def warm_up(workers: int = 1) -> None:
    """Start children in the background while the caller still prepares its model."""
    while len(_idle) < workers:
        _idle.append(Child())


class Place(Protocol):
    """Where tasks are carried out instead (`models.spread`)."""

    def run(self, tasks: Sequence[Task], workers: int) -> None:
        """As `run_tasks`; `workers` is what the caller would have used here."""


_place: Place | None = None


@contextmanager
def working_at(place: Place) -> Iterator[None]:
    """All tasks of this process are carried out there until the end of the block."""
    global _place
    before, _place = _place, place
    try:
        yield
    finally:
        _place = before


def run_tasks(tasks: Sequence[Task], workers: int) -> None:
    """Run the tasks, at most `workers` at a time, started in their order; fills `value` and `ending`.

    They run in children of this process unless `working_at` says otherwise. A task past its deadline is ended
    ("clock"); after Ctrl-C all are ("user": nothing is raised).
    When the function failed, raises its error if it is one of `models.errors`, else `SolverError`.
    """
    (run_here if _place is None else _place.run)(tasks, workers)


def run_here(tasks: Sequence[Task], workers: int) -> None:
    """As `run_tasks`, in children of this process.

    A task past its deadline is killed.
    """
    news: queue.Queue[tuple[Child, str, Any]] = queue.Queue()
    waiting, busy = list(reversed(tasks)), dict[Child, Task]()
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                _start(waiting.pop(), news, busy)
            _await_news(news, busy)
    except KeyboardInterrupt:
        for task in (*waiting, *busy.values()):
            task.ending = "user"
    finally:
        for child in busy:
            child.kill()


def _start(task: Task, news: queue.Queue[tuple[Child, str, Any]], busy: dict[Child, Task]) -> None:
    try:  # another thread may take the last one
        child = _idle.pop()
    except IndexError:
        child = Child()
    if child.process.poll() is not None:  # an idle child that somebody killed
        child.kill()
        child = Child()
    child.news = news
    busy[child] = task
    task.began = time.time()
    with suppress(OSError):  # it died while reading: its listener reports it as lost
        child.send((task.function, task.payload, task.deadline))


def _await_news(news: queue.Queue[tuple[Child, str, Any]], busy: dict[Child, Task]) -> None:
    """Wait for one message and act on it; then kill what is past its deadline."""
    now = time.time()
    ends = [task.deadline + task.grace - now for task in busy.values() if task.deadline is not None]
    try:
        child, kind, body = news.get(timeout=max(0.0, min([1.0, *ends])))
    except queue.Empty:
        pass
    else:
        if child in busy:
            _take(child, kind, body, busy)
    for child, task in list(busy.items()):
        if task.deadline is not None and time.time() > task.deadline + task.grace:
            task.ending = "clock"
        elif task.unwanted():
            task.ending = "user"
        else:
            continue
        del busy[child]
        child.kill()


def _take(child: Child, kind: str, body: Any, busy: dict[Child, Task]) -> None:
    task = busy[child]
    if kind == "heard":
        task.heard(body)
        return
    del busy[child]
    if kind == "lost":
        child.kill()
        task.ending = "lost"
        return
    child.news = queue.Queue()
    _idle.append(child)
    if kind == "failed":
        kind, message = body
        raise getattr(errors, kind, SolverError)(message)
    task.value, task.ending = body, "done"
