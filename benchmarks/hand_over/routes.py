"""Our ways from data to a loaded HiGHS, and the floor that they are measured against.

- floor      numpy triples, scipy CSC, the array overload of `Highs.passModel`: nothing else
- matrix     the same arrays through `models.matrix` and `models.hand_over` (rules and subjects kept)
- sheet      variables and row families of `models.rows`, compiled, handed over
- variables  the same, and every Pyomo variable made as well
- county     `models.assemble` of a whole instance, every block linked, handed over
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp

from benchmarks.hand_over import siting
from benchmarks.hand_over.siting import INF, Siting
from models.answers import Job
from models.assemble import assemble, compile_sheet, no_garbage_collection
from models.hand_over import loaded
from models.instance import Instance
from models.keys import Keys
from models.matrix import Floats, Matrix
from models.rows import Columns, Rows, Sheet

#: Rows, columns and coefficients of a matrix that is there, in the order in which the model wrote them.
Triples = tuple[np.ndarray, np.ndarray, np.ndarray]


def passed(A: sp.csc_matrix, cost: Floats, bounds: tuple[Floats, ...], integer: np.ndarray) -> Any:
    """HiGHS with the arrays, nothing else done. bounds: of columns, then of rows."""
    solver: Any = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    parts = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, integer.astype(np.int32))
    solver.passModel(A.shape[1], A.shape[0], A.nnz, 1, 1, 0.0, cost, *bounds, *parts)
    return solver


def by_floor(data: Siting) -> Any:
    A = siting.csc(data)
    cols = A.shape[1]
    return passed(A, siting.costs(data), (np.zeros(cols), np.ones(cols), *siting.sides(data)), siting.whole(data))


def by_matrix(data: Siting) -> Any:
    A, (low, high) = siting.csc(data), siting.sides(data)
    rows, cols = A.shape
    kinds = np.repeat(["served", "room", "link"], [data.customers, data.sites, len(data.cost)])
    bounds = (np.zeros(cols), np.ones(cols), low, high)
    matrix = Matrix(A, *bounds, siting.whole(data), kinds, list(map(str, range(rows))))
    return loaded(Job(matrix, siting.costs(data)))


def sheet_of(data: Siting) -> tuple[Any, Sheet]:
    """The Pyomo model as far as it is written, and its sheet."""
    model, sheet = pyo.ConcreteModel(), Sheet()
    model.siting = pyo.Block()
    sites, customers = (list(map(str, range(size))) for size in (data.sites, data.customers))
    site, customer, arc = np.arange(data.sites), np.arange(data.customers), np.arange(len(data.cost))
    arcs, hosts = Keys((sites, customers), (data.site, data.customer)), Keys((sites,), (site,))
    x = Columns(sheet, model.siting, "x", arcs, doc="served", unit="share", upper=1.0)
    y = Columns(sheet, model.siting, "y", hosts, doc="open", unit="yes/no", upper=1.0, integer=True)
    served = Rows(sheet, "siting", "served", doc="each customer is served", rule="served")
    served.rows(Keys((customers,), (customer,)), 1.0, 1.0)
    served.add(data.customer, x, arc, 1.0)
    room = Rows(sheet, "siting", "room", doc="sites have room", rule="room")
    room.rows(hosts, -INF, 0.0)
    room.add(data.site, x, arc, data.demand[data.customer])
    room.add(site, y, site, -data.capacity)
    link = Rows(sheet, "siting", "link", doc="only open sites serve", rule="link")
    link.rows(arcs, -INF, 0.0)
    link.add(arc, x, arc, 1.0)
    link.add(arc, y, data.site, -1.0)
    return model, sheet


def by_sheet(data: Siting) -> Any:
    with no_garbage_collection():
        _, sheet = sheet_of(data)
        matrix = compile_sheet(sheet)
    return loaded(Job(matrix, siting.costs(data)))


def by_variables(data: Siting) -> Any:
    with no_garbage_collection():
        _, sheet = sheet_of(data)
        sheet.declare()
        matrix = compile_sheet(sheet)
    return loaded(Job(matrix, siting.costs(data)))


def by_county(instance: Instance) -> Any:
    """The product's own route; the first aim that is not trivial is the cost that is passed."""
    model = assemble(instance)
    return loaded(Job(model.matrix, model.aims["unmet"][0]))


def arrays_of(instance: Instance) -> tuple[Triples, Matrix, Floats]:
    """The county's matrix as triples in the order of its rows, to be handed over by `by_arrays`."""
    model = assemble(instance)
    rows = model.matrix.A.tocsr().tocoo()
    return (rows.row.copy(), rows.col.copy(), rows.data.copy()), model.matrix, model.aims["unmet"][0]


def by_arrays(given: tuple[Triples, Matrix, Floats]) -> Any:
    """The floor of a county: its triples to CSC, its arrays to HiGHS."""
    (rows, cols, vals), matrix, cost = given
    A = sp.coo_matrix((vals, (rows, cols)), shape=matrix.A.shape).tocsc()
    return passed(A, cost, (matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper), matrix.integer)
