"""Better plans by deciding a few dozen neighbouring hosts again and keeping the rest (large neighbourhoods: Shaw 1998).

A round takes the hosts that share most members with one of them, and every member whom one of these serves; other
open hosts lend the room that they have left. The part is a problem of the same kind, and `models.capacitated_tree`
solves it. It proves nothing about the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.capacitated_bounds import Ints, Problem
from models.capacitated_plan import Plan, dear_of, plan_of, rank_of
from models.capacitated_tree import Tree
from models.matrix import Bools, Floats

#: Hosts decided again in a round; a member's arcs that make neighbours; how much less neighbours of neighbours are.
SITES, NEAR, FARTHER = 28, 10, 0.5
#: Of the tree in a round: gap, as a share of the whole plan, and nodes. What a plan must save to be a better one.
GAP, NODES, WORTH = 3e-5, 60, 1e-9


@dataclass(frozen=True, eq=False)
class Part:
    """Some hosts and members as a problem of their own. hosts, members, arcs: their numbers in the whole."""

    problem: Problem
    hosts: Ints
    members: Ints
    arcs: Ints


class Neighbours:
    """Which hosts share members, and the order in which rounds begin."""

    def __init__(self, problem: Problem, live: Bools, draw: np.random.Generator) -> None:
        """live: hosts that rounds decide on."""
        self.draw, self.hosts = draw, np.flatnonzero(live & problem.may)
        arcs = np.flatnonzero((live & problem.may)[problem.host])
        rank = rank_of(problem, arcs)
        near = arcs[rank < NEAR]
        worth = np.sqrt(problem.weight[near] / (1.0 + rank[rank < NEAR]))
        shape = (problem.members, problem.hosts)
        reach = sp.csr_matrix((worth, (problem.member[near], problem.host[near])), shape=shape)
        self.shared = np.asarray((reach.T @ reach).todense())

    def rounds(self, size: int = SITES) -> Iterator[Bools]:
        """Hosts of one round after the other, until each had one in the nearer half of which it stood."""
        left = self.draw.permutation(self.hosts).tolist()
        while left:
            chosen = self._round(left[0], size)
            yield np.isin(np.arange(len(self.shared)), chosen)
            done = set(chosen[: max(1, size // 2)])
            left = [host for host in left if host not in done]

    def _round(self, first: int, size: int) -> list[int]:
        """The host with those that share most with it, and with them, the nearest first."""
        may = np.zeros(len(self.shared), dtype=bool)
        may[self.hosts] = True
        chosen, score = [first], self.shared[first].copy()
        while len(chosen) < size:
            score[chosen] = 0.0
            score[~may] = 0.0
            best = int(score.argmax())
            if score[best] <= 0.0:
                break
            chosen.append(best)
            score = np.maximum(score, FARTHER * self.shared[best])
        return chosen


def part_of(problem: Problem, plan: Plan, inside: Bools) -> Part | None:
    """The part of the plan round some hosts, with all members whom they serve, or whom nobody does."""
    at = inside[problem.host]
    served = np.bincount(problem.member[at], plan.flow[at], problem.members) > 0.0
    served[problem.member[at]] |= plan.left[problem.member[at]] > 0.0
    used = served[problem.member] & (at | plan.opened[problem.host]) & problem.may[problem.host]
    arcs, members = np.flatnonzero(used), np.flatnonzero(served)
    reached = inside & problem.may
    reached[problem.host[arcs]] = True
    hosts = np.flatnonzero(reached)
    if not members.size:
        return None
    others = ~served[problem.member]
    load = np.bincount(problem.host[others], (plan.flow * problem.weight)[others], problem.hosts)
    row, place = np.full(problem.members, -1), np.full(problem.hosts, -1)
    row[members], place[hosts] = np.arange(members.size), np.arange(hosts.size)
    must = problem.must | ~inside
    apart = int((plan.opened & ~reached).sum())
    # Who is served by nobody now may stay so.
    always = problem.always[members]
    always = np.where(plan.left[members] > 0.0, np.minimum(always, dear_of(problem)), always)
    own = Problem(
        problem.demand[members],
        np.maximum(problem.capacity - load, 0.0)[hosts],
        problem.fixed[hosts],
        np.searchsorted(place[problem.host[arcs]], np.arange(hosts.size + 1)),
        row[problem.member[arcs]],
        problem.cost[arcs],
        always,
        must[hosts],
        np.ones(hosts.size, dtype=bool),
        max(0, problem.least - apart),
        min(hosts.size, problem.most - apart),
    )
    return Part(own, hosts, members, arcs)


def improved(problem: Problem, plan: Plan, inside: Bools, u: Floats, late: Callable[[], bool]) -> Plan | None:
    """A better plan by deciding the hosts `inside` again; None where none was found. u: prices to begin with."""
    part = part_of(problem, plan, inside)
    if part is None:
        return None
    flow, left = plan.flow[part.arcs], plan.left[part.members]
    before = plan_of(part.problem, plan.opened[part.hosts], flow, left)
    near = GAP * abs(plan.value)
    tree = Tree(part.problem, lambda _: near, late, plan=before, start=u[part.members])
    tree.begin()
    tree.run(NODES)
    if tree.plan is None or tree.plan.value > before.value - WORTH * abs(plan.value):
        return None
    flow, left, opened = plan.flow.copy(), plan.left.copy(), plan.opened.copy()
    flow[part.arcs], left[part.members], opened[part.hosts] = tree.plan.flow, tree.plan.left, tree.plan.opened
    joined = plan_of(problem, opened, flow, left)
    return joined if joined.value < plan.value else None
