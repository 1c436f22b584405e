"""Bottlenecks: the minimum cut between places and care, and how much growth it bears.

For each specialty, referrals may go to any capable hospital within the travel limit. `headroom` is the greatest
factor by which all referrals can grow before somebody finds no place: the least, over sets S of
places, of the capacity of the hospitals that S can reach over the referrals of S (max flow, min cut). It is
found by Newton's steps: the factor of the current cut is tried until no cut is tighter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.network import routing
from planner.network.network import Network
from planner.network.routing import Flow, Problem

COLUMNS = ["specialty", "referrals", "served", "headroom", "places", "hospitals", "cut_referrals", "cut_capacity"]
_STEPS = 60


def bottlenecks(network: Network, problems: dict[str, Problem] | None = None) -> pd.DataFrame:
    """One row for each specialty, the tightest first: referrals and served (visits a month), headroom (factor),
    places and hospitals of the minimum cut (ids, `;`), their referrals and capacity."""
    problems = routing.problems(network) if problems is None else problems
    rows = []
    for key, one in problems.items():
        served = routing.greatest_value(one)
        factor, cut = headroom(one)
        held = _behind(one, cut)
        rows.append(
            (
                key, float(one.demand.sum()), served, factor,
                _joined(one.places, cut), _joined(one.hospitals, held),
                float(one.demand[cut].sum()), float(one.capacity[held].sum()),
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["headroom", "specialty"], kind="stable", ignore_index=True)


def over_capability(network: Network) -> pd.DataFrame:
    """hospital, specialty, received, capacity, over (visits a month): who receives more than is stated for it.

    stated: its capability less its own residents; nothing where it has none of the specialty. The flow problems take
    what is received today for granted, so that this shows nowhere else.
    """
    keys = ["hospital", "specialty"]
    received = network.up.groupby(["destination", "specialty"])["patients"].sum()
    received.index.names = keys
    table = received.rename("received").reset_index().merge(network.hosts[[*keys, "capacity"]], on=keys, how="left")
    table = table.assign(capacity=table["capacity"].fillna(0.0))
    table["over"] = (table["received"] - table["capacity"]).clip(lower=0.0)
    table = table[table["over"] > 5e-3].sort_values(["over", *keys], ascending=[False, True, True], kind="stable")
    return table.reset_index(drop=True)


def headroom(problem: Problem) -> tuple[float, np.ndarray]:
    """(the greatest factor of growth, which places lie behind the cut that stops it)."""
    cut = problem.demand > 0
    if not cut.any():
        return float("inf"), cut
    factor = _factor(problem, cut)
    for _ in range(_STEPS):
        if factor == 0.0:
            break
        found: Flow = routing.greatest(problem, factor)
        tighter = found.cut & (problem.demand > 0)
        if not tighter.any():
            break
        better = _factor(problem, tighter)
        # Whole thousandths of a visit: a step smaller than their rounding is none.
        if better >= factor * (1 - 1e-6):
            break
        factor, cut = better, tighter
    return factor, cut


def _joined(names: tuple[str, ...], some: np.ndarray) -> str:
    return ";".join(np.array(names, dtype=object)[some])


def _behind(problem: Problem, places: np.ndarray) -> np.ndarray:
    """Which hospitals the places can reach."""
    found = np.zeros(len(problem.hospitals), dtype=bool)
    found[problem.head[places[problem.tail]]] = True
    return found


def _factor(problem: Problem, places: np.ndarray) -> float:
    return float(problem.capacity[_behind(problem, places)].sum() / problem.demand[places].sum())
