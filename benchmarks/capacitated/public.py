"""Public sets of location with and without capacities as rows: with the planner's engines, and with HiGHS alone.

Sets and layouts: the README of each folder below ALLIANCE_SHARED/benchmarks (cflp_orlib, sscflp, cpmp, ufl).
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from models import hand_over, uncapacitated
from models.answers import Job, Limits
from models.matrix import Matrix

INF = float("inf")
#: Runs of one instance at most, and the share of its seconds that a run must have had of a processor.
TRIES, SHARE = 3, 0.9


@dataclass(frozen=True, eq=False)
class Network:
    """cost (hosts, customers): of all of a customer; capacity inf without; single: whole customers; count: hosts."""

    demand: np.ndarray
    capacity: np.ndarray
    fixed: np.ndarray
    cost: np.ndarray
    single: bool
    count: int | None = None


def matrix_of(given: Network) -> tuple[Matrix, np.ndarray]:
    """The strong model: hosts first, then host after host its customers."""
    hosts, customers = given.cost.shape
    arc = np.arange(hosts * customers)
    host, customer = arc // customers, arc % customers
    x, y, held = hosts + arc, np.arange(hosts), np.isfinite(given.capacity)
    row, col, coef = [customer, customers + arc, customers + arc], [x, x, host], [np.ones(arc.size)] * 2
    coef = [*coef, -np.ones(arc.size)]
    low, high = [np.ones(customers), np.full(arc.size, -INF)], [np.ones(customers), np.zeros(arc.size)]
    count = customers + arc.size
    if held.all():
        row += [count + host, count + y, np.full(hosts, count + hosts)]
        col, coef = [*col, x, y, y], [*coef, given.demand[customer], -given.capacity, given.capacity]
        low += [np.full(hosts, -INF), np.array([given.demand.sum()])]
        high += [np.zeros(hosts), np.array([INF])]
        count += hosts + 1
    if given.count is not None:
        row, col, coef = [*row, np.full(hosts, count)], [*col, y], [*coef, np.ones(hosts)]
        low, high = [*low, np.array([float(given.count)])], [*high, np.array([float(given.count)])]
        count += 1
    cells = (np.concatenate(coef), (np.concatenate(row), np.concatenate(col)))
    A = sp.csc_matrix(cells, shape=(count, hosts + arc.size))
    whole = (np.arange(A.shape[1]) < hosts) | given.single
    ends = (np.zeros(A.shape[1]), np.ones(A.shape[1]), np.concatenate(low), np.concatenate(high))
    matrix = Matrix(A, *ends, whole, np.zeros(count, dtype="U1"), [""] * count)
    return matrix, np.concatenate([given.fixed, given.cost.ravel()])


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split()


def _orlib(path: Path, kind: str, capacity: float | None) -> Network:
    words = _words(path)
    hosts, customers = int(words[0]), int(words[1])
    pairs = words[2 : 2 + 2 * hosts]
    room = np.array([capacity if one == "capacity" else float(one) for one in pairs[::2]], dtype=float)
    table = np.array(words[2 + 2 * hosts :], dtype=float).reshape(customers, hosts + 1)
    room = np.full(hosts, INF) if kind == "UFL" else room
    return Network(table[:, 0], room, np.array(pairs[1::2], dtype=float), table[:, 1:].T, kind == "SSCFLP")


def _single(path: Path, unit: bool) -> Network:
    values = np.array(_words(path), dtype=float)
    m, n, rest = int(values[0]), int(values[1]), values[2:]
    table = rest[2 * m + n : 2 * m + n + m * n].reshape(m, n)
    if unit:
        return Network(rest[:n], rest[n : n + m], rest[n + m : n + 2 * m], table * rest[:n], True)
    return Network(rest[2 * m : 2 * m + n], rest[: 2 * m : 2], rest[1 : 2 * m : 2], table, True)


def _median(path: Path) -> Network:
    values = np.array(_words(path), dtype=float)
    n, count, points = int(values[0]), int(values[1]), values[2:].reshape(-1, 4)
    away = np.hypot(*(points[:, None, :2] - points[None, :, :2]).transpose(2, 0, 1))
    away = np.floor(away) if path.name.startswith("pmedcap") else away
    return Network(points[:, 3], points[:, 2], np.zeros(n), away, True, count)


def _free(folder: Path, name: str) -> Network:
    path = folder / "bilde_krarup" / name
    if path.exists():
        words = path.read_text(encoding="utf-8").split("\n", 1)[1].split()
        hosts, customers = int(words[0]), int(words[1])
        table = np.array(words[3:], dtype=float).reshape(hosts, customers + 2)
        return Network(np.ones(customers), np.full(hosts, INF), table[:, 1], table[:, 2:], False)
    return _orlib(folder / "m" / name, "UFL", None)


def cases(shared: Path) -> Iterator[tuple[str, float, str, Callable[[], Network]]]:
    """Name, published value, what it is (optimal, best), and how to read it, where the file is at hand."""
    for group in ("cflp_orlib", "sscflp", "cpmp", "ufl"):
        folder = shared / "benchmarks" / group
        with (folder / "best_known.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                made = _made(folder, group, row["instance"], row["objective"])
                if made is not None:
                    kind = row["objective"].partition(",")[0].partition(" ")[0]
                    yield f"{group}/{row['instance']}/{kind}", float(row["value"]), row["status"], made


def _made(folder: Path, group: str, name: str, objective: str) -> Callable[[], Network] | None:
    if group == "cflp_orlib":
        file, _, setting = name.partition("/")
        path, kind = folder / f"{file}.txt", objective.partition(",")[0]
        room = float(setting.removeprefix("capacity=")) if setting else None
        return (lambda: _orlib(path, kind, room)) if path.exists() else None
    if group == "sscflp":
        path = folder / f"{name}.txt"
        return (lambda: _single(path, name.startswith("tbed1"))) if path.exists() else None
    if group == "cpmp":
        path = folder / f"{name}.dat"
        return (lambda: _median(path)) if path.exists() else None
    there = [one for one in (folder / "bilde_krarup" / name, folder / "m" / name) if one.exists()]
    return (lambda: _free(folder, name)) if there else None


def solve(given: Network, seconds: float, alone: bool) -> dict[str, Any]:
    """Value and bound (None without), CPU seconds and engine within the limit; alone: HiGHS without the engines.

    The limit is of the clock. What it ended on a machine that did other work meanwhile is run again, `TRIES` times in
    all; the run that had most of the processor counts.
    """
    tries = []
    while len(tries) < TRIES and all(cpu < SHARE * seconds < clock for cpu, clock, _ in tries):
        tries.append(_once(given, seconds, alone))
    return max(tries, key=lambda one: one[0])[2]


def _once(given: Network, seconds: float, alone: bool) -> tuple[float, float, dict[str, Any]]:
    """CPU seconds, seconds, and what is told."""
    matrix, cost = matrix_of(given)
    job = Job(matrix, cost, limits=Limits(seconds=seconds, relative_gap=1e-6))
    began, clock = time.process_time(), time.time()
    run = hand_over.run if alone else uncapacitated.run
    found = run(job, time.time() + seconds, lambda _: None)
    value = found.objective if found.x is not None else None
    bound = found.bound if np.isfinite(found.bound) else None
    spent = time.process_time() - began
    return spent, time.time() - clock, {"cpu": spent, "value": value, "bound": bound, "engine": found.engine}
