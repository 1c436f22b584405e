"""HiGHS on the whole model, in a process of its own: `peer.py KIND SIZE SEED SECONDS BUDGET`.

SIZE: services x sites x members x near. One thread, gap 1e-3, SECONDS of CPU time. Prints one line of JSON: CPU
seconds, value, bound, status.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import generate  # type: ignore[import-not-found]
import highspy
import numpy as np

GAP = 1e-3


def main() -> None:
    """Command line."""
    kind, size, seed, seconds, budget = sys.argv[1:6]
    model = generate.rows(generate.services(*map(int, size.split("x")), int(seed)), kind, float(budget))
    began = time.process_time()
    solver: Any = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", GAP)):
        solver.setOptionValue(name, value)
    A, cols = model.A, model.cost.size
    arrays = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, model.whole.astype(np.int32))
    sides = (np.zeros(cols), np.ones(cols), model.low, model.high)
    solver.passModel(cols, A.shape[0], A.nnz, 1, 1, 0.0, model.cost, *sides, *arrays)

    def tick(event: Any) -> None:
        if time.process_time() - began > float(seconds):
            event.interrupt()

    solver.cbMipInterrupt += tick
    solver.cbSimplexInterrupt += tick
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus().name[1:]
    known = [one if abs(one) < 1e20 else None for one in (info.objective_function_value, info.mip_dual_bound)]
    print(json.dumps({"cpu": time.process_time() - began, "value": known[0], "bound": known[1], "status": status}))


if __name__ == "__main__":
    main()
