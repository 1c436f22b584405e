"""One peer on one instance, in a process of its own: `peer.py SOLVER HOSTS CUSTOMERS SEED SECONDS [FILE.mps]`.

SOLVER: highs-strong, highs-weak (highspy); scip (PySCIPOpt), cbc (PuLP's), cp-sat (ortools) read the MPS file. One
thread, gap 1e-4, SECONDS of CPU time (CP-SAT knows wall time only). Prints lines of JSON: CPU seconds, building not
counted for those that read a file, value, bound, status; the last one counts, so that a run that is ended still tells.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import generate  # type: ignore[import-not-found]
import numpy as np

GAP = 1e-4


def spent() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return float(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime)


def tell(began: float, value: float, bound: float, status: str) -> None:
    """One line; what is not known is null."""
    known = [one if abs(one) < 1e20 else None for one in (value, bound)]
    print(json.dumps({"cpu": spent() - began, "value": known[0], "bound": known[1], "status": status}), flush=True)


def highs(given: Any, strong: bool, seconds: float) -> None:
    """HiGHS from arrays, with all strong rows or with none."""
    import highspy

    model = generate.rows(given, strong)
    began = spent()
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", GAP)):
        solver.setOptionValue(name, value)
    A, cols = model.A, model.cost.size
    arrays = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, model.whole.astype(np.int32))
    sides = (np.zeros(cols), np.ones(cols), model.low, model.high)
    solver.passModel(cols, A.shape[0], A.nnz, 1, 1, 0.0, model.cost, *sides, *arrays)

    def tick(event: Any) -> None:
        if spent() - began > seconds:
            event.interrupt()

    def better(event: Any) -> None:
        out = event.data_out
        tell(began, out.objective_function_value, out.mip_dual_bound, "running")

    solver.cbMipInterrupt += tick
    solver.cbSimplexInterrupt += tick
    solver.cbIpmInterrupt += tick
    solver.cbMipImprovingSolution += better
    solver.run()
    info = solver.getInfo()
    status = solver.getModelStatus().name[1:]
    tell(began, info.objective_function_value, info.mip_dual_bound, status)


def scip(file: str, seconds: float) -> None:
    from pyscipopt import Model  # type: ignore[import-not-found]

    model = Model()
    model.hideOutput()
    model.readProblem(file)
    for name, value in (("timing/clocktype", 1), ("limits/time", seconds), ("limits/gap", GAP)):
        model.setParam(name, value)
    began = spent()
    model.optimize()
    value = model.getObjVal() if model.getNSols() else np.inf
    tell(began, value, model.getDualbound(), model.getStatus())


def cbc(file: str, seconds: float) -> None:
    import pulp  # type: ignore[import-not-found]

    began = spent()
    call = [pulp.PULP_CBC_CMD().path, file, "-timeMode", "cpu", "-sec", str(seconds), "-ratio", str(GAP)]
    text = subprocess.run([*call, "-solve", "-quit"], capture_output=True, text=True).stdout

    def last(pattern: str) -> float:
        found = re.findall(pattern, text)
        return float(found[-1]) if found else float("inf")

    value, bound = last(r"Objective value:\s+([-\d.e+]+)"), last(r"Lower bound:\s+([-\d.e+]+)")
    proved = "Optimal solution found" in text
    if not np.isfinite(bound):
        bound = value if proved else last(r"Continuous objective value is ([-\d.e+]+)")
    tell(began, value, bound, "Optimal" if proved else "stopped")


def cp_sat(file: str, seconds: float) -> None:
    from ortools.linear_solver.python import model_builder

    model = model_builder.Model()
    model.import_from_mps_file(file)
    solver = model_builder.Solver("sat")
    solver.set_solver_specific_parameters(f"num_workers: 1 relative_gap_limit: {GAP}")
    solver.set_time_limit_in_seconds(seconds)
    began = spent()
    status = solver.solve(model)
    found = status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE)
    value = solver.objective_value if found else np.inf
    tell(began, value, solver.best_objective_bound if found else -np.inf, status.name)


def main(name: str, hosts: int, customers: int, seed: int, seconds: float, file: str = "") -> None:
    """Limits, then the solver."""
    most = int(3 * seconds) + 120
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    if name.startswith("highs"):
        highs(generate.instance(hosts, customers, 30, seed), name == "highs-strong", seconds)
    else:
        {"scip": scip, "cbc": cbc, "cp-sat": cp_sat}[name](file, seconds)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5]), *sys.argv[6:7])  # type: ignore[arg-type]
