"""HiGHS on the whole model, in a process of its own: `peer.py KIND SIZE SEED SECONDS BUDGET`.

SIZE: services x sites x members x near. One thread, gap 1e-3, SECONDS of CPU time. Prints one line of JSON: CPU
seconds, value, bound, status.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from benchmarks.highs_peer import solve
from benchmarks.linked import generate

GAP = 1e-3


def main() -> None:
    """Command line."""
    kind, size, seed, seconds, budget = sys.argv[1:6]
    model = generate.rows(generate.services(*map(int, size.split("x")), int(seed)), kind, float(budget))
    ends = np.zeros(model.cost.size), np.ones(model.cost.size)
    print(json.dumps(solve(model.A, model.cost, ends, (model.low, model.high), model.whole, GAP, float(seconds))))


if __name__ == "__main__":
    main()
