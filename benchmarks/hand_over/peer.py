"""A peer builds the siting model and hands it to HiGHS in a process of its own.

    peer.py NAME SITES CUSTOMERS ARCS RUNS

Prints a line of JSON: processor seconds (median), rows, columns and nonzeros that HiGHS holds. Peers:

- pyomo   ordinary Pyomo constraints through Pyomo's own HiGHS interface (`pyomo.contrib.solver`)
- linopy  labelled arrays, `linopy.io.to_highspy`
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import siting  # type: ignore[import-not-found]


def by_pyomo(data: Any) -> Any:
    import pyomo.environ as pyo
    from pyomo.contrib.solver.solvers.highs import Highs

    model = pyo.ConcreteModel()
    arcs = list(zip(data.site.tolist(), data.customer.tolist(), strict=True))
    cost, demand = dict(zip(arcs, data.cost.tolist(), strict=True)), data.demand.tolist()
    capacity, price = data.capacity.tolist(), data.price.tolist()
    of_site: dict[int, list[int]] = {i: [] for i in range(data.sites)}
    of_customer: dict[int, list[int]] = {j: [] for j in range(data.customers)}
    for i, j in arcs:
        of_site[i].append(j)
        of_customer[j].append(i)
    model.ARCS, model.SITES = pyo.Set(initialize=arcs, dimen=2), pyo.RangeSet(0, data.sites - 1)
    model.CUSTOMERS = pyo.RangeSet(0, data.customers - 1)
    model.x, model.y = pyo.Var(model.ARCS, bounds=(0, 1)), pyo.Var(model.SITES, domain=pyo.Binary)
    model.served = pyo.Constraint(model.CUSTOMERS, rule=lambda m, j: sum(m.x[i, j] for i in of_customer[j]) == 1)
    model.room = pyo.Constraint(
        model.SITES, rule=lambda m, i: sum(demand[j] * m.x[i, j] for j in of_site[i]) <= capacity[i] * m.y[i]
    )
    model.link = pyo.Constraint(model.ARCS, rule=lambda m, i, j: m.x[i, j] <= m.y[i])
    total = sum(cost[a] * model.x[a] for a in arcs) + sum(price[i] * model.y[i] for i in range(data.sites))
    model.cost = pyo.Objective(expr=total)
    interface: Any = Highs()
    interface.set_instance(model)
    return interface._solver_model


def by_linopy(data: Any) -> Any:
    import linopy  # type: ignore[import-not-found]
    import pandas as pd
    import xarray as xr  # type: ignore[import-not-found]

    def over(values: Any, name: str, labels: Any) -> Any:
        return xr.DataArray(values, dims=[name], coords={name: labels})

    arcs, sites = pd.RangeIndex(len(data.cost), name="arc"), pd.RangeIndex(data.sites, name="site")
    model = linopy.Model()
    x = model.add_variables(lower=0, upper=1, coords=[arcs], name="x")
    y = model.add_variables(binary=True, coords=[sites], name="y")
    customer, site = over(data.customer, "arc", arcs).rename("customer"), over(data.site, "arc", arcs).rename("site")
    model.add_constraints((1 * x).groupby(customer).sum() == 1, name="served")
    load = (over(data.demand[data.customer], "arc", arcs) * x).groupby(site).sum()
    model.add_constraints(load - over(data.capacity, "site", sites) * y <= 0, name="room")
    model.add_constraints(1 * x - (1 * y).sel(site=over(data.site, "arc", arcs)) <= 0, name="link")
    price = over(data.price, "site", sites)
    model.add_objective((over(data.cost, "arc", arcs) * x).sum() + (price * y).sum())
    return linopy.io.to_highspy(model)


def main(name: str, sites: int, customers: int, arcs: int, runs: int) -> None:
    """Build, hand over, tell; the first run, which loads the library, does not count."""
    data, route = siting.draw(sites, customers, arcs), {"pyomo": by_pyomo, "linopy": by_linopy}[name]
    route(siting.draw(5, 20, 3))
    spent, solver = [], None
    for _ in range(runs):
        solver = None
        gc.collect()
        began = time.process_time()
        solver = route(data)
        spent.append(time.process_time() - began)
    size = [int(getattr(solver, f"getNum{what}")()) for what in ("Row", "Col", "Nz")]
    told = {"cpu": statistics.median(spent), "runs": runs, "size": size, "version": version(name)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
