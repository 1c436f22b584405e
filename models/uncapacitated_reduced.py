"""Covering problems made smaller without losing a plan: members alike are one, and hosts that another one outdoes go.

Where every host of a member costs it the same, only what a host covers counts (Church and ReVelle 1974). Then

- members with the same hosts are one member that costs and is worth as much as all of them;
- a host is left out where another one covers no less and is no dearer (Toregas and ReVelle 1972): in any plan the
  other one takes its place.

Each makes room for the other, so that both are done until nothing changes. Plans, values and bounds are those of the
whole problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.matrix import Bools, Floats
from models.uncapacitated_bounds import INF, Ints, Problem

#: Turns of members and hosts; most hosts that are compared in pairs.
TURNS, MOST_HOSTS = 4, 4_000
#: Pairs of hosts over all members above which a dense product is the quicker one, on all cores.
FEW_PAIRS = 1_000_000


@dataclass(frozen=True, eq=False)
class Reduced:
    """The smaller problem.

    hosts: the kept ones in the numbers of the whole; instead (all hosts): who covers for each, itself where it is kept.
    """

    whole: Problem
    problem: Problem
    hosts: Ints
    instead: Ints

    def start(self, opened: Bools) -> Bools:
        """A plan of the whole in kept hosts."""
        found = np.zeros(self.whole.hosts, dtype=bool)
        found[self.instead[opened]] = True
        return found[self.hosts]

    def opened(self, opened: Bools) -> Bools:
        """A plan in kept hosts as one of the whole; hosts without a cost fill it up to the least number."""
        found = np.zeros(self.whole.hosts, dtype=bool)
        found[self.hosts[opened]] = True
        missing = self.whole.least - int(found.sum())
        if missing > 0:
            found[np.flatnonzero(~found)[:missing]] = True
        return found


def covers(problem: Problem) -> bool:
    """Whether all hosts of a member cost it the same."""
    finite = np.isfinite(problem.cost)
    dearest = np.where(finite, problem.cost, -INF).max(axis=1, initial=-INF)
    return bool((problem.cost.min(axis=1, initial=INF) >= dearest).all())


def reduced(problem: Problem) -> Reduced | None:
    """The smaller problem; None where members do not just ask to be covered, or nothing becomes smaller."""
    fits = 0 < problem.hosts <= MOST_HOSTS and problem.members > 0 and problem.least <= min(problem.most, problem.hosts)
    if not fits or (problem.least > 0 and problem.fixed.any()) or not covers(problem):
        return None
    price, always = problem.cost.min(axis=1), problem.always
    # Whom no host saves anything asks for none.
    reach = np.isfinite(problem.cost) & (price < always)[:, None]
    hosts, instead = np.arange(problem.hosts), np.arange(problem.hosts)
    for _ in range(TURNS):
        before = reach.shape
        reach, price, always = _alike(reach, price, always)
        better = _better(reach, problem.fixed[hosts])
        kept = np.flatnonzero(better == np.arange(hosts.size))
        at = np.empty(problem.hosts, dtype=np.int64)
        at[hosts] = better
        instead = hosts[at[instead]]
        reach, hosts = reach[:, kept], hosts[kept]
        if reach.shape == before:
            break
    if reach.shape == (problem.members, problem.hosts):
        return None
    cost = np.where(reach, price[:, None], INF)
    most = min(problem.most, hosts.size)
    small = Problem(problem.fixed[hosts], cost, always, min(problem.least, most), most)
    return Reduced(problem, small, hosts, instead)


def _alike(reach: Bools, price: Floats, always: Floats) -> tuple[Bools, Floats, Floats]:
    """Members (rows) of the same hosts as one."""
    packed = np.packbits(reach, axis=1)
    whole = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(whole, return_index=True, return_inverse=True)
    if first.size == whole.size:
        return reach, price, always
    sums = [np.bincount(group, one, first.size).astype(np.float64) for one in (price, always)]
    return reach[first], sums[0], sums[1]


def _better(reach: Bools, fixed: Floats) -> Ints:
    """For each host one that outdoes it and is outdone by none; itself where none does."""
    numbers, size = np.arange(fixed.size), reach.sum(axis=0)
    both = _common(reach)
    inside = (both == size[:, None]) & (fixed[None, :] <= fixed[:, None]) & (fixed >= 0.0)[:, None]
    more = (size[None, :] > size[:, None]) | (fixed[None, :] < fixed[:, None])
    outdone = inside & (more | (numbers[None, :] < numbers[:, None]))
    better = np.where(outdone.any(axis=1), outdone.argmax(axis=1), numbers)
    # Outdoing is an order: who outdoes is followed to one that nobody does.
    while (better[better] != better).any():
        better = better[better]
    return better.astype(np.int64)


def _common(reach: Bools) -> Floats:
    """How many members each pair of hosts covers both; of few pairs without a product that wakes all cores."""
    dense = reach.astype(np.float32)
    if float((reach.sum(axis=1).astype(np.float64) ** 2).sum()) > FEW_PAIRS:
        return np.asarray(dense.T @ dense)
    sparse = sp.csr_matrix(dense)
    return np.asarray((sparse.T @ sparse).toarray())
