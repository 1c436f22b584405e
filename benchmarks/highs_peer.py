"""HiGHS alone on a model's arrays, for peers in processes of their own: numpy and highspy, nothing of the planner."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp


def solve(
    A: sp.csc_matrix,
    cost: np.ndarray,
    columns: tuple[np.ndarray, np.ndarray],
    rows: tuple[np.ndarray, np.ndarray],
    whole: np.ndarray,
    gap: float,
    seconds: float,
) -> dict[str, Any]:
    """CPU seconds from the arrays on, value, bound (None where unknown) and status; one thread.

    columns, rows: their lower and upper ends; seconds: of CPU time, at which it is interrupted.
    """
    began = time.process_time()
    solver: Any = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", gap)):
        solver.setOptionValue(name, value)
    arrays = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, whole.astype(np.int32))
    solver.passModel(cost.size, A.shape[0], A.nnz, 1, 1, 0.0, cost, *columns, *rows, *arrays)

    def tick(event: Any) -> None:
        if time.process_time() - began > seconds:
            event.interrupt()

    solver.cbMipInterrupt += tick
    solver.cbSimplexInterrupt += tick
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus().name[1:]
    known = [one if abs(one) < 1e20 else None for one in (info.objective_function_value, info.mip_dual_bound)]
    return {"cpu": time.process_time() - began, "value": known[0], "bound": known[1], "status": status}
