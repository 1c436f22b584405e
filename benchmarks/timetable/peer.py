"""HiGHS on the whole timetable, in a process of its own: `python -m benchmarks.timetable.peer WEEKS SEED SECONDS GAP`.

One thread, SECONDS of CPU time from the arrays on. Prints one line of JSON: CPU seconds, value, bound, status.
"""

from __future__ import annotations

import json
import sys

from benchmarks.highs_peer import solve
from benchmarks.timetable.generate import generate
from models.timetable_half_days import half_days


def main(weeks: int, seed: int, seconds: float, gap: float) -> None:
    """Solve and print."""
    model = half_days(generate(weeks=weeks, seed=seed))
    matrix = model.matrix
    ends, sides = (matrix.lower, matrix.upper), (matrix.row_lower, matrix.row_upper)
    print(json.dumps(solve(matrix.A, model.cost, ends, sides, matrix.integer, gap, seconds)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
