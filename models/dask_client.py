"""The way to a Dask scheduler (`dask.distributed`, the extra `cluster`): the only file that knows it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from models.errors import CrewError

#: Seconds in which a scheduler must answer, and a first worker must be there.
ANSWER = 20
#: What must be the same on every machine, since plans depend on it.
SAME = ("alliance-planner", "highspy")


@dataclass(frozen=True)
class Cluster:
    """A connected client, and the library that made it."""

    address: str
    client: Any
    library: Any


def connected(address: str) -> Cluster:
    """A client of the scheduler at an address such as `tcp://10.0.0.1:8786`, with workers that can do our work.

    Raises `CrewError`: Dask is not installed here, nobody answers, no worker is there, or one has other versions.
    """
    try:
        library: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise CrewError("not_installed", address) from error
    try:
        client = library.Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CrewError("no_answer", address) from error
    try:
        _check(client, address)
    except BaseException:
        client.close()
        raise
    return Cluster(address, client, library)


def _check(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER)
    except TimeoutError as error:
        raise CrewError("no_workers", address) from error
    here = versions()
    try:
        there = client.run(versions)
    except Exception as error:  # whatever a worker without our package says
        raise CrewError("other_versions", address, f"{type(error).__name__}: {error}") from error
    for worker, found in sorted(there.items()):
        if found != here:
            raise CrewError("other_versions", address, f"{worker}: {_said(found)}")


def versions() -> dict[str, str]:
    """What is installed where this runs; "" for what is used without being installed."""
    found = {}
    for name in SAME:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _said(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {told or '?'}" for name, told in found.items())
