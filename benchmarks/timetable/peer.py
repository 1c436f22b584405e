"""HiGHS on the whole timetable, in a process of its own: `python -m benchmarks.timetable.peer WEEKS SEED SECONDS GAP`.

One thread, SECONDS of CPU time from the arrays on. Prints one line of JSON: CPU seconds, value, bound, status.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import highspy
import numpy as np

from benchmarks.timetable.generate import generate
from models.timetable_half_days import half_days


def main(weeks: int, seed: int, seconds: float, gap: float) -> None:
    """Solve and print."""
    model = half_days(generate(weeks=weeks, seed=seed))
    matrix, cols = model.matrix, model.matrix.cols
    began = time.process_time()
    solver: Any = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", gap)):
        solver.setOptionValue(name, value)
    A = matrix.A
    arrays = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, matrix.integer.astype(np.int32))
    sides = (matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper)
    solver.passModel(cols, matrix.rows, A.nnz, 1, 1, 0.0, model.cost, *sides, *arrays)

    def tick(event: Any) -> None:
        if time.process_time() - began > seconds:
            event.interrupt()

    solver.cbMipInterrupt += tick
    solver.cbSimplexInterrupt += tick
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus().name[1:]
    known = [one if abs(one) < 1e20 else None for one in (info.objective_function_value, info.mip_dual_bound)]
    print(json.dumps({"cpu": time.process_time() - began, "value": known[0], "bound": known[1], "status": status}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
