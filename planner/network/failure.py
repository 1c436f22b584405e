"""What fails with a hospital: the flow of referrals recomputed without it, and the network after the loss.

Whoever was referred to the failed hospital, and everybody else, may go to any hospital that treats the specialty,
is above the place and within the travel limit, as far as capacities reach. Borders of groups fall
in an emergency; what would be lost if they did not is a figure of its own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.network import routing
from planner.network.network import Network
from planner.network.routing import Floats, Problem

#: Visits a month below this are rounding.
SMALLEST = 5e-4
COLUMNS = [
    "hospital",
    "received",
    "lost",
    "lost_share",
    "lost_in_group",
    "moved",
    "extra_minutes",
    "returned",
    "mostly",
]


def hubs(network: Network) -> list[str]:
    """Hospitals that receive referrals, the largest first."""
    received = network.up.groupby("destination")["patients"].sum().sort_values(ascending=False, kind="stable")
    return [str(key) for key in received.index]


def failures(network: Network, problems: dict[str, Problem] | None = None) -> pd.DataFrame:
    """One row for each hub, the greatest loss first.

    received (visits a month), lost (that find no other place), lost_share (of all referrals), lost_in_group
    (if groups stay borders: across them no more than today), moved (patients who go to another hospital
    than today), extra_minutes (the mean of the moved, one way: their trip less today's of those of their place who
    lose theirs; below nothing where the hospital was passed to from nearer ones), returned (down-referrals that came
    from it, NaN where the tables hold none), mostly (the specialty that loses most).
    """
    problems = routing.problems(network) if problems is None else problems
    total = float(network.up["patients"].sum())
    down = network.inside[network.inside["direction"] == "down"].groupby("origin")["patients"].sum()
    whole = {key: routing.greatest_value(one) for key, one in problems.items()}
    bordered = {key: _bordered(network, one) for key, one in problems.items()}
    fenced = {key: routing.greatest_value(one) for key, one in bordered.items()}
    rows = []
    for hub in hubs(network):
        lost: dict[str, float] = {}
        received = inner = extra = moved = 0.0
        for key, one in problems.items():
            if hub not in one.hospitals:
                continue
            here = one.head == one.hospitals.index(hub)
            received += float(one.now[here].sum())
            left = one.without(hub)
            value = routing.greatest_value(left)
            lost[key] = max(0.0, whole[key] - value)
            inner += max(0.0, fenced[key] - routing.greatest_value(bordered[key].without(hub)))
            more, some = _detour(left, routing.cheapest(left, value))
            extra, moved = extra + more, moved + some
        worst = max(lost, key=lambda key: (lost[key], key)) if lost else ""
        gone = sum(lost.values())
        rows.append(
            (
                hub, received, gone, gone / total if total > 0 else 0.0, inner, moved,
                extra / moved if moved > 0 else 0.0, float(down.get(hub, 0.0)) if network.down_known else float("nan"),
                worst if gone > 0 else "",
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["lost", "received"], ascending=False, kind="stable", ignore_index=True)


def _detour(problem: Problem, sent: Floats) -> tuple[float, float]:
    """(minutes a month one way that the moved travel more than those of their place who lost theirs, the moved)."""
    p = len(problem.places)
    came, gone = np.maximum(sent - problem.now, 0.0), np.maximum(problem.now - sent, 0.0)
    moved, now, off, was = (
        np.bincount(problem.tail, weights=weights, minlength=p)
        for weights in (came, came * problem.minutes, gone, gone * problem.minutes)
    )
    mean = np.divide(was, off, out=np.zeros(p), where=off > 0)
    return float((now - moved * mean).sum()), float(moved.sum())


def _bordered(network: Network, problem: Problem) -> Problem:
    """The problem in which nobody new crosses from group to group."""
    group = network.places["group"]
    places = group.reindex(list(problem.places)).to_numpy(object)[problem.tail]
    hospitals = group.reindex(list(problem.hospitals)).to_numpy(object)[problem.head]
    return problem.fenced((places != hospitals) & (places != "") & (hospitals != ""))
