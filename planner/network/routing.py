"""Referrals of one specialty as a flow problem: places send, hospitals take up to their capacity.

    source -> place i (patients) -> hospital h (within the travel limit) -> sink (capacity)

The greatest flow is found in whole thousandths of a visit along augmenting paths, so it is exact for tables
with three decimals; the cheapest greatest flow, in minutes, by a linear programme. A hospital's capacity
is its capability less its own residents, and no less than what it receives now: what is treated today can be treated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.network.network import Network

Floats = npt.NDArray[np.float64]
#: Whole units of flow in a visit; coarser where the sum would not fit in 31 bits.
SCALES = (1000, 100, 10)
_MOST = 2**31 - 1


@dataclass(frozen=True)
class Problem:
    """places and hospitals by name; demand and capacity in visits per month; arcs by position with minutes;
    `now` is the flow on each arc today, `limit` the most that an arc may carry."""

    specialty: str
    places: tuple[str, ...]
    hospitals: tuple[str, ...]
    demand: Floats
    capacity: Floats
    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    minutes: Floats
    now: Floats
    limit: Floats

    def without(self, hospital: str) -> Problem:
        """The same with a hospital that takes nobody."""
        closed = np.array([name == hospital for name in self.hospitals])
        return replace(self, capacity=np.where(closed, 0.0, self.capacity))

    def along(self, arcs: npt.NDArray[np.int64]) -> Problem:
        """The same with some of the arcs."""
        tail, head, minutes = self.tail[arcs], self.head[arcs], self.minutes[arcs]
        return replace(self, tail=tail, head=head, minutes=minutes, now=self.now[arcs], limit=self.limit[arcs])

    def fenced(self, across: npt.NDArray[np.bool_]) -> Problem:
        """The same with arcs that carry no more than today."""
        return replace(self, limit=np.where(across, self.now, self.limit))


def problems(network: Network) -> dict[str, Problem]:
    """The flow problem of each specialty with referrals, by specialty."""
    up = network.up.groupby(["specialty", "origin", "destination"], as_index=False).agg(
        {"patients": "sum", "minutes": "min"}
    )
    found = {}
    hosts = dict(iter(network.hosts.groupby("specialty")))
    rank = network.rank
    reach = network.reach[network.reach["minutes"] <= network.max_minutes]
    reach = reach[reach["hospital"].map(rank).to_numpy() > reach["origin"].map(rank).to_numpy()]
    by_origin = reach.set_index("origin")
    for specialty, flows in up.groupby("specialty"):
        able = hosts.get(specialty)
        capacity = able.set_index("hospital")["capacity"] if able is not None else pd.Series(dtype=float)
        found[str(specialty)] = _problem(str(specialty), flows, capacity, by_origin)
    return found


def _problem(specialty: str, flows: pd.DataFrame, capacity: pd.Series, reach: pd.DataFrame) -> Problem:
    demand = flows.groupby("origin")["patients"].sum()
    received = flows.groupby("destination")["patients"].sum()
    hospitals = sorted({*capacity.index, *received.index})
    most = np.maximum(
        capacity.reindex(hospitals).fillna(0.0).to_numpy(float), received.reindex(hospitals).fillna(0.0).to_numpy(float)
    )
    open_to = reach.loc[reach.index.intersection(demand.index)].reset_index()
    open_to = open_to[open_to["hospital"].isin(capacity.index)]
    today = flows.rename(columns={"destination": "hospital"})[["origin", "hospital", "minutes", "patients"]]
    arcs = pd.concat([today, open_to.assign(patients=0.0)[list(today)]], ignore_index=True)
    arcs = arcs.drop_duplicates(["origin", "hospital"]).sort_values(["origin", "hospital"], kind="stable")
    places = list(demand.index)
    tail, head = pd.Index(places).get_indexer(arcs["origin"]), pd.Index(hospitals).get_indexer(arcs["hospital"])
    longest = arcs["minutes"].fillna(arcs["minutes"].max()).fillna(0.0)
    return Problem(
        specialty, tuple(map(str, places)), tuple(map(str, hospitals)), demand.to_numpy(float), most,
        tail.astype(np.int64), head.astype(np.int64), longest.to_numpy(float), arcs["patients"].to_numpy(float),
        np.full(len(arcs), np.inf),
    )  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """value: visits that find a place; cut: whether each place lies on the source's side of a minimum cut."""

    value: float
    cut: npt.NDArray[np.bool_]


def greatest(problem: Problem, grow: float = 1.0) -> Flow:
    """The greatest flow, all demand times `grow`, and its minimum cut."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    graph, solved, scale = _solved(problem, grow)
    p, nodes = len(problem.places), graph.shape[0]
    left = csr_array(graph - solved.flow)
    left.eliminate_zeros()
    seen = np.zeros(nodes, dtype=bool)
    seen[breadth_first_order(left, nodes - 2, return_predecessors=False)] = True
    return Flow(float(solved.flow_value) / scale, seen[:p])


def greatest_value(problem: Problem) -> float:
    """Visits of the greatest flow."""
    _, solved, scale = _solved(problem, 1.0)
    return float(solved.flow_value) / scale


def _solved(problem: Problem, grow: float) -> tuple[Any, Any, int]:
    """The graph with whole capacities (source and sink are the last two nodes), its greatest flow, units of a visit."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    p, h = len(problem.places), len(problem.hospitals)
    demand = problem.demand * grow
    largest = max(float(demand.sum()), float(problem.capacity.max(initial=0.0)))
    scale = next((one for one in SCALES if largest * one < _MOST), 1)
    want, can = (np.round(values * scale).astype(np.int64) for values in (demand, problem.capacity))
    can = np.minimum(can, want.sum())
    source, sink = p + h, p + h + 1
    rows = np.concatenate([np.full(p, source), problem.tail, p + np.arange(h)])
    columns = np.concatenate([np.arange(p), p + problem.head, np.full(h, sink)])
    carry = np.minimum(want[problem.tail], np.round(np.minimum(problem.limit, largest) * scale).astype(np.int64))
    room = np.concatenate([want, carry, can]).astype(np.int32)
    graph = csr_array((room, (rows, columns)), shape=(sink + 1, sink + 1))
    return graph, maximum_flow(graph, source, sink), scale


def cheapest(problem: Problem, value: float) -> Floats:
    """Visits on each arc of a flow of `value` visits: the fewest patients move, and these have the shortest trips.

    value: that of the greatest flow, whose rounding to whole units is forgiven. Where those without a place find
    one although all others stay, which is the rule, only they are routed: fewer cannot move.
    """
    heads, tails = len(problem.hospitals), len(problem.places)
    whole = np.bincount(problem.head, weights=problem.now, minlength=heads) <= problem.capacity + 1e-9
    stay = np.where(whole[problem.head], problem.now, 0.0)
    left = np.maximum(problem.demand - np.bincount(problem.tail, weights=stay, minlength=tails), 0.0)
    room = np.maximum(problem.capacity - np.bincount(problem.head, weights=stay, minlength=heads), 0.0)
    rest = replace(problem, demand=left, capacity=room, now=problem.now - stay, limit=problem.limit - stay)
    most = greatest_value(rest)
    if stay.sum() + most < value - 1.0 / SCALES[0]:
        return _settled(problem, value)
    some = np.flatnonzero((left[problem.tail] > 0) & (room[problem.head] > 0))
    found = stay.copy()
    found[some] += _settled(rest.along(some), most)
    return found


def _settled(problem: Problem, value: float) -> Floats:
    """The same by one linear programme, in which everybody may move."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    n = len(problem.tail)
    if n == 0 or value <= 0:
        return np.zeros(n)
    p, h = len(problem.places), len(problem.hospitals)
    arcs = np.arange(2 * n)  # who stays on an arc, who moves to it
    rows = np.concatenate([problem.tail, problem.tail, p + problem.head, p + problem.head])
    limits = coo_array((np.ones(4 * n), (rows, np.concatenate([arcs, arcs]))), shape=(p + h, 2 * n)).tocsr()
    least = coo_array((np.full(2 * n, -1.0), (np.zeros(2 * n, dtype=int), arcs)), shape=(1, 2 * n)).tocsr()
    together = coo_array((np.ones(2 * n), (np.concatenate([arcs[:n], arcs[:n]]), arcs)), shape=(n, 2 * n)).tocsr()
    limited = np.flatnonzero(np.isfinite(problem.limit))
    for forgiven in (1e-7 * max(1.0, value), (p + h) / (2 * SCALES[0])):
        solved: Any = linprog(  # type: ignore[call-overload]  # the stubs know no sparse A_ub
            np.concatenate([np.zeros(n), 10.0 * problem.minutes.max() + 1.0 + problem.minutes]),
            A_ub=vstack([limits, least, together[limited]]),
            b_ub=np.concatenate([problem.demand, problem.capacity, [forgiven - value], problem.limit[limited]]),
            bounds=[(0.0, stay) for stay in problem.now] + [(0.0, None)] * n,
            method="highs",
        )
        if solved.x is not None:
            return np.asarray(solved.x[:n] + solved.x[n:], dtype=float)
    raise RuntimeError(f"{problem.specialty}: {solved.message}")
