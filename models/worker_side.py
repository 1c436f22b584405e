"""What a child process of `models.workers` does: calls come in as pickles, answers and news go out as pickles."""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import sys
import threading
import time
from typing import Any, BinaryIO


def serve(parent: int) -> None:
    """Work for the process `parent` until it goes away: the main function of a child."""
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the pickles
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    calls: queue.Queue[tuple[str, str, Any]] = queue.Queue()
    threading.Thread(target=_read_calls, args=(sys.stdin.buffer, calls), daemon=True).start()

    def tell(kind: str, body: object) -> None:
        pickle.dump((kind, body), frames, protocol=5)
        frames.flush()

    while True:
        function, payload, deadline = calls.get()
        module, name = function.split(":")
        try:
            # An answer depends on its call alone, never on what this child solved before.
            importlib.import_module("models.held").forget()
            value = getattr(importlib.import_module(module), name)(payload, deadline, lambda news: tell("heard", news))
        except Exception as error:
            tell("failed", (type(error).__name__, str(error)))
        else:
            tell("done", value)


def _read_calls(source: BinaryIO, calls: queue.Queue[tuple[str, str, Any]]) -> None:
    try:
        while True:
            calls.put(pickle.load(source))
    finally:
        os._exit(0)  # the parent closed the pipe: nobody waits for what still runs


def _leave_with(parent: int) -> None:
    while os.name != "posix" or os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)
