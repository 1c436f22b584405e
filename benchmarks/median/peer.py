"""spopt with its default solver on one problem, in a process of its own: `peer.py PROBLEM COUNT SEED SECONDS`.

Prints a line of JSON: CPU seconds with those of children, value, status.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import generate  # type: ignore[import-not-found]
import pulp  # type: ignore[import-not-found]
from spopt.locate import MCLP, PCenter, PMedian  # type: ignore[import-not-found]


def spent() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(problem: str, count: int, seed: int, seconds: float) -> None:
    """Build, solve, tell."""
    weight, away = generate.places(count, seed)
    most = generate.hosts(count)
    began = spent()
    if problem == "p-median":
        model: Any = PMedian.from_cost_matrix(away, weight, p_facilities=most)
    elif problem == "p-centre":
        model = PCenter.from_cost_matrix(away, p_facilities=most)
    else:
        model = MCLP.from_cost_matrix(away, weight, generate.radius(away, most), p_facilities=most)
    built = spent() - began
    try:
        model = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, gapRel=1e-4))
        value, status = pulp.value(model.problem.objective), pulp.LpStatus[model.problem.status]
    except RuntimeError as error:
        value, status = None, f"no plan: {str(error)[:60]}"
    print(json.dumps({"cpu": spent() - began, "build": built, "value": value, "status": status}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
