"""Plans for hosts with capacities: which hosts open, from prices, and who is served where, by a transport programme.

With the open hosts given, the cheapest shares are a transport problem. It is solved over the few cheapest arcs of each
member and one dear column besides, so that there always is an answer; arcs that its prices show to be worth it are
added until none is, and the answer is that over all arcs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from models import hand_over
from models.answers import INF, Job
from models.capacitated_bounds import Ints, Problem
from models.matrix import Bools, Floats, Matrix

#: Arcs of a member to begin with, rounds of adding, what an arc must gain to be added, as a share of the dearest cost.
FEW, ROUNDS, WORTH = 5, 20, 1e-9
#: Shares of at most this are none.
NOTHING = 1e-9
#: Room over the total demand in rounded plans; shares from which a host opens.
ROOM, SHARES = 1.02, (0.5, 0.3, 0.7, 0.15)


@dataclass(frozen=True, eq=False)
class Plan:
    """Open hosts and shares.

    value: cost, with a dear one for what nobody serves; flow (arcs); left (members): share besides the hosts; whole:
    nobody is left who has nothing besides.
    """

    value: float
    opened: Bools
    flow: Floats
    left: Floats
    whole: bool


def dear_of(problem: Problem) -> float:
    """What a member that nobody serves is said to cost: more than anything that may be saved by it."""
    dearest = float(problem.cost.max(initial=0.0)) + float(np.abs(problem.fixed).max(initial=0.0))
    return 10.0 * max(1.0, dearest, float(np.abs(problem.cost).max(initial=0.0)))


def rank_of(problem: Problem, arcs: Ints) -> Ints:
    """Place of each arc among those of its member, the cheapest first."""
    order = np.lexsort((problem.cost[arcs], problem.member[arcs]))
    member = problem.member[arcs][order]
    begins = np.flatnonzero(np.diff(member, prepend=-1))
    rank = np.empty(arcs.size, dtype=np.int64)
    rank[order] = np.arange(arcs.size) - np.repeat(begins, np.diff(begins, append=arcs.size))
    return rank


def transport(problem: Problem, opened: Bools, seconds: float | None = None) -> Plan | None:
    """The cheapest plan with these hosts open; None where the solver has no answer in time."""
    dear = dear_of(problem)
    besides = np.where(np.isfinite(problem.always), problem.always, dear)
    arcs = np.flatnonzero(opened[problem.host])
    rank = rank_of(problem, arcs)
    kept = arcs[rank < FEW]
    first = arcs[rank == 0]
    solver, place = _loaded(problem, opened, kept, besides, seconds)
    solver.setBasis(_basis(problem, kept, first, besides, int(opened.sum())))
    for _ in range(ROUNDS):
        solver.run()
        if solver.getModelStatus().name != "kOptimal":
            return None
        solution = solver.getSolution()
        dual = np.array(solution.row_dual, dtype=float)
        x = np.array(solution.col_value, dtype=float)
        gain = dual[problem.member[arcs]] + problem.weight[arcs] * dual[place[problem.host[arcs]]] - problem.cost[arcs]
        gain[np.isin(arcs, kept, assume_unique=True)] = 0.0
        new = arcs[gain > WORTH * dear]
        if not new.size:
            break
        kept = np.concatenate([kept, new])
        rows = np.stack([problem.member[new], place[problem.host[new]]], axis=1).ravel().astype(np.int32)
        coefs = np.stack([np.ones(new.size), problem.weight[new]], axis=1).ravel()
        starts = np.arange(0, 2 * new.size, 2, dtype=np.int32)
        ends = (np.zeros(new.size), np.ones(new.size))
        solver.addCols(new.size, problem.cost[new], *ends, 2 * new.size, starts, rows, coefs)
    count, size = problem.members, kept.size
    flow = np.zeros(problem.cost.size)
    flow[kept] = np.concatenate([x[count : count + size]])
    return plan_of(problem, opened, flow, x[:count])


def servable(problem: Problem, opened: Bools) -> bool:
    """Whether these hosts can serve everybody who has nothing besides: the transport that leaves least, costs aside."""
    free = replace(problem, cost=np.zeros(problem.cost.size), fixed=np.zeros(problem.hosts))
    lone = np.isinf(problem.always)
    plan = transport(replace(free, always=np.where(lone, problem.always, 0.0)), opened)
    return plan is None or float(plan.left[lone].sum()) <= 1e-7


def plan_of(problem: Problem, opened: Bools, flow: Floats, left: Floats) -> Plan:
    """The plan of these shares, without dust, and its value."""
    flow = np.where(flow > NOTHING, flow, 0.0)
    served = np.bincount(problem.member, flow, problem.members)
    left = np.where(left > NOTHING, left, 0.0)
    # What rounding off leaves goes on in proportion.
    whole = served + left
    flow, left = flow / whole[problem.member], left / whole
    besides = np.where(np.isfinite(problem.always), problem.always, dear_of(problem))
    value = float(problem.cost @ flow + besides @ left + problem.fixed[opened].sum())
    return Plan(value, opened, flow, left, not bool((left[np.isinf(problem.always)] > 0.0).any()))


def _loaded(problem: Problem, opened: Bools, kept: Ints, besides: Floats, seconds: float | None) -> tuple[Any, Ints]:
    """The solver with members' rows, hosts' rows, a column besides for each member, and the arcs."""
    count, hosts = problem.members, np.flatnonzero(opened)
    place = np.full(problem.hosts, -1, dtype=np.int64)
    place[hosts] = count + np.arange(hosts.size)
    members, arcs = np.arange(count), count + np.arange(kept.size)
    row = np.concatenate([members, problem.member[kept], place[problem.host[kept]]])
    col = np.concatenate([members, arcs, arcs])
    coef = np.concatenate([np.ones(count + kept.size), problem.weight[kept]])
    A = sp.csc_matrix((coef, (row, col)), shape=(count + hosts.size, count + kept.size))
    low = np.concatenate([np.ones(count), np.full(hosts.size, -INF)])
    high = np.concatenate([np.ones(count), problem.capacity[hosts]])
    names, cols = np.zeros(A.shape[0], dtype="U1"), A.shape[1]
    whole = np.zeros(cols, dtype=bool)
    matrix = Matrix(A, np.zeros(cols), np.ones(cols), low, high, whole, names, [""] * A.shape[0])
    job = Job(matrix, np.concatenate([besides, problem.cost[kept]]), relax=True)
    return hand_over.loaded(job, seconds, presolve=False), place


def _basis(problem: Problem, kept: Ints, first: Ints, besides: Floats, hosts: int) -> Any:
    """Every member at its cheapest, whether there is room or not: dual feasible, and few pivots from the end."""
    served = np.zeros(problem.members, dtype=bool)
    cheap = first[problem.cost[first] < besides[problem.member[first]]]
    served[problem.member[cheap]] = True
    lower, basic = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
    columns = np.concatenate([~served, np.isin(kept, cheap, assume_unique=True)])
    basis = highspy.HighsBasis()
    basis.col_status = [basic if one else lower for one in columns.tolist()]
    basis.row_status = [lower] * problem.members + [basic] * hosts
    basis.valid = True
    return basis


def rounded(problem: Problem, share: Floats, from_: float) -> Bools:
    """Hosts of at least this share, and then the greatest shares until demand, members and number are provided for."""
    order = np.argsort(-share, kind="stable")
    order = order[problem.may[order]]
    opened = problem.must | (problem.may & (share >= from_))
    need = ROOM * problem.total
    held, count = float(problem.capacity[opened].sum()), int(opened.sum())
    for host in order.tolist():
        if held >= need and count >= problem.least:
            break
        if not opened[host]:
            opened[host], held, count = True, held + problem.capacity[host], count + 1
    return _fewer(problem, opened, share)


def _fewer(problem: Problem, opened: Bools, share: Floats) -> Bools:
    """At most as many hosts as may open: the least shares are closed."""
    over = int(opened.sum()) - problem.most
    if over > 0:
        loose = np.flatnonzero(opened & ~problem.must)
        opened = opened.copy()
        opened[loose[np.argsort(share[loose], kind="stable")[:over]]] = False
    return opened
