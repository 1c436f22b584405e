"""A bound beyond that of prices on single hosts: regions of hosts, each solved to whole hosts.

Prices alone cannot pass the linear programme, and a search over all hosts at once closes the gap of one region while
those of the others stay. So the hosts are parted into blocks that share few members. A member belongs to the block
where its price is met; where an arc leads to another block, it is split in two and the two are priced apart
(Lagrangean decomposition: Guignard and Kim 1987): the home may send the member away, for u_i where the arc gains at
the prices (c_ij < u_i) and for c_ij else; the other block may serve it for c_ij and is paid u_i, or leave it. Each
block is then a problem of the same kind, some of whose members may leave, and

    bound = sum over blocks of ( bound of the block - sum of u_i over its guests )

holds for any u. At the prices of single hosts the blocks begin where those ended; branching in each goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.capacitated_bounds import Ints, Problem, relaxed
from models.capacitated_tree import Tree
from models.matrix import Bools, Floats

#: A cut leaves at least this share of the hosts on either side.
SIDE = 0.35


@dataclass(frozen=True, eq=False)
class Block:
    """Some hosts, the members at home there and the guests, as a problem of their own; numbers in the whole."""

    problem: Problem
    hosts: Ints
    members: Ints
    guests: Bools

    def base(self, u: Floats) -> float:
        """What the guests' prices add to each plan of the block."""
        return float(u[self.members[self.guests]].sum())


def parted(problem: Problem, u: Floats, count: int) -> Ints:
    """Block of each host: halved again and again where the least gain at the prices u crosses (Fiedler 1973)."""
    gain = np.sqrt(np.maximum(u[problem.member] - problem.cost, 0.0))
    reach = sp.csr_matrix((gain, (problem.member, problem.host)), shape=(problem.members, problem.hosts))
    shared = np.asarray((reach.T @ reach).todense())
    np.fill_diagonal(shared, 0.0)
    block = np.zeros(problem.hosts, dtype=np.int64)
    pieces = [(np.arange(problem.hosts), count)]
    done = 0
    while pieces:
        hosts, share = pieces.pop()
        if share <= 1 or hosts.size < 2:
            block[hosts] = done
            done += 1
            continue
        first = _half(shared[np.ix_(hosts, hosts)])
        part = min(share - 1, max(1, round(share * float(first.mean()))))
        pieces += [(hosts[first], part), (hosts[~first], share - part)]
    return block


def _half(shared: Floats) -> Bools:
    """One side of the cheapest cut along the second eigenvector."""
    size = shared.shape[0]
    shared = shared + 1e-9 * max(float(shared.max(initial=0.0)), 1e-30)
    scale = 1.0 / np.sqrt(shared.sum(axis=1))
    _, vectors = np.linalg.eigh(np.eye(size) - scale[:, None] * shared * scale[None, :])
    along = vectors[:, 1] * scale
    order = np.argsort(along * np.sign(along[np.abs(along).argmax()]), kind="stable")
    ordered = shared[np.ix_(order, order)]
    # Weight between the first k and the others, for all k.
    inner = np.cumsum(np.cumsum(ordered, axis=0), axis=1).diagonal()
    crossing = np.cumsum(ordered.sum(axis=1)) - inner
    low, high = max(1, int(SIDE * size)), max(1, int((1.0 - SIDE) * size))
    cut = low + int(crossing[low - 1 : high].argmin())
    first = np.zeros(size, dtype=bool)
    first[order[:cut]] = True
    return first


def homes(problem: Problem, u: Floats, block: Ints) -> Ints:
    """Home of each member: the block that gains most by it at the prices, or that of its cheapest arc."""
    count = int(block.max(initial=0)) + 1
    gain = np.maximum(u[problem.member] - problem.cost, 0.0) + 1e-9 / (1.0 + np.abs(problem.cost))
    at = problem.member * count + block[problem.host]
    home: Ints = np.bincount(at, gain, problem.members * count).reshape(problem.members, count).argmax(axis=1)
    return home


def block_of(problem: Problem, u: Floats, block: Ints, home: Ints, number: int) -> Block:
    """One block as a problem: its hosts, arcs of members at home and of guests who gain, and the price of leaving."""
    inside, mine = block[problem.host] == number, home[problem.member] == number
    allowed, gains = problem.may[problem.host], problem.cost < u[problem.member]
    leave = problem.always.copy()
    away = np.flatnonzero(~inside & mine & allowed)
    price = np.where(gains[away], u[problem.member[away]], problem.cost[away])
    np.minimum.at(leave, problem.member[away], price)
    arcs = np.flatnonzero(inside & allowed & (mine | gains))
    hosts = np.flatnonzero(block == number)
    belongs = home == number
    belongs[problem.member[arcs]] = True
    members = np.flatnonzero(belongs)
    row, place = np.full(problem.members, -1), np.full(problem.hosts, -1)
    row[members], place[hosts] = np.arange(members.size), np.arange(hosts.size)
    guests = home[members] != number
    own = Problem(
        problem.demand[members],
        problem.capacity[hosts],
        problem.fixed[hosts],
        np.searchsorted(place[problem.host[arcs]], np.arange(hosts.size + 1)),
        row[problem.member[arcs]],
        problem.cost[arcs],
        np.where(guests, u[members], leave[members]),
        problem.must[hosts],
        problem.may[hosts],
        0,
        hosts.size,
    )
    return Block(own, hosts, members, guests)


def bound_by_blocks(
    problem: Problem,
    u: Floats,
    count: int,
    allowed: float,
    late: Callable[[float], Callable[[], bool]],
    hear: Callable[[float], None] = lambda _: None,
) -> tuple[float, Bools]:
    """A bound of the whole by `count` blocks at the prices u, and the hosts that open in the blocks' best plans.

    allowed: how far all blocks together may stay below their plans; late(part): whether that part of the time is over;
    hear: of the bound so far. Every member may be served by any number of hosts: limits on it are left out, which
    only lowers the bound.
    """
    u = np.minimum(u, problem.always)
    block = parted(problem, u, count)
    home = homes(problem, u, block)
    blocks = [block_of(problem, u, block, home, number) for number in range(int(block.max(initial=0)) + 1)]
    bounds = [relaxed(one.problem, u[one.members]).bound - one.base(u) for one in blocks]
    opened = problem.must.copy()
    for number, one in enumerate(blocks):
        near, over = allowed / len(blocks), late((number + 1.0) / len(blocks))
        tree = Tree(one.problem, lambda _, near=near: near, over, start=u[one.members])  # type: ignore[misc]
        tree.begin()
        tree.run()
        if np.isfinite(tree.bound):
            bounds[number] = max(bounds[number], tree.bound - one.base(u))
        opened[one.hosts] |= one.problem.must if tree.plan is None else tree.plan.opened
        hear(float(sum(bounds)))
    return float(sum(bounds)), opened
