"""The linear programme of a covering in one HiGHS that is changed from node to node, with cuts, and what it proves.

    min sum_j f_j y_j + sum_i w_i z_i,   z_i + sum_(j covers i) y_j >= 1,   least <= sum_j y_j <= most,   cuts

w_i: what a member costs more uncovered than covered (Church and ReVelle 1974). Duals of the rows are prices, at which
hosts and members fall apart: the bound is the least of what is left, summed here, so that it holds at any duals and
whatever the tolerances of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.answers import INF, Job, Limits
from models.hand_over import loaded
from models.matrix import Bools, Floats, Matrix
from models.uncapacitated_bounds import ROUNDING, Problem, cheapest, turned
from models.uncapacitated_cuts import Rows

#: A cut that is this slack is let go.
SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Ends:
    """What a node allows each host: closed at most, open at least (hosts)."""

    must: Bools
    never: Bools

    def having(self, host: int, opened: bool) -> Ends:
        """The same with one more host decided."""
        must, never = self.must.copy(), self.never.copy()
        (must if opened else never)[host] = True
        return Ends(must, never)


@dataclass(frozen=True, eq=False)
class Point:
    """A node's programme.

    x: hosts, then members uncovered; bound: proved; ends: of the node, and what is settled there.
    """

    x: Floats
    bound: float
    ends: Ends


class Unsolved(Exception):
    """The programme ended neither with an optimum nor without a plan: the clock, or its numbers."""


class Programme:
    """The programme of one covering; members of whom no host saves anything are a constant.

    rows: over hosts, then members uncovered; the first ones are the members', then the number of hosts, then cuts.
    """

    def __init__(self, problem: Problem, limits: Limits, seconds: float | None) -> None:
        self.problem = problem
        price = problem.cost.min(axis=1, initial=INF)
        self.asks = np.flatnonzero(price < problem.always)
        finite = np.isfinite(problem.always[self.asks])
        self.top = finite.astype(np.float64)
        self.worth = np.where(finite, problem.always[self.asks] - price[self.asks], 0.0)
        self.constant = float(np.minimum(price, problem.always).sum())
        matrix = self._matrix()
        job = Job(matrix, np.append(problem.fixed, self.worth), limits=limits, relax=True)
        self.solver = loaded(job, seconds, presolve=False)
        sign = np.append(np.ones(self.asks.size), -1.0)
        side = np.append(np.ones(self.asks.size), -min(problem.most, problem.hosts))
        self.rows = Rows(sp.csr_matrix(sp.diags(sign) @ matrix.A), side.astype(np.int64))
        self.kept = side.size
        self.numbers = np.arange(problem.hosts, dtype=np.int32)
        self.free = Ends(np.zeros(problem.hosts, dtype=bool), np.zeros(problem.hosts, dtype=bool))

    def _matrix(self) -> Matrix:
        """Members' rows, then the number of hosts; hosts, then who is uncovered."""
        problem, hosts, members = self.problem, self.problem.hosts, self.asks.size
        reach = sp.csr_matrix(np.isfinite(problem.cost[self.asks]).astype(np.float64))
        served = sp.hstack([reach, sp.identity(members, format="csr")])
        number = sp.hstack([sp.csr_matrix(np.ones((1, hosts))), sp.csr_matrix((1, members))])
        A = sp.csc_matrix(sp.vstack([served, number]))
        ends = np.zeros(hosts + members), np.append(np.ones(hosts), self.top)
        low, high = np.append(np.ones(members), problem.least), np.append(np.full(members, INF), problem.most)
        none = [""] * (members + 1)
        return Matrix(A, *ends, low, high, np.zeros(hosts + members, dtype=bool), np.array(none, dtype="U1"), none)

    def solve(self, ends: Ends, below: float) -> Point | None:
        """The node's programme, with what is settled in plans cheaper than `below`; None where it has no plan.

        Raises Unsolved.
        """
        lower, upper = ends.must.astype(np.float64), 1.0 - ends.never
        self.solver.changeColsBounds(len(self.numbers), self.numbers, lower, upper)
        self.solver.run()
        status = self.solver.getModelStatus().name
        if status == "kInfeasible":
            return None
        if status != "kOptimal":
            raise Unsolved(status)
        found = self.solver.getSolution()
        return self._point(np.array(found.col_value), np.array(found.row_dual), ends, below)

    def add(self, cuts: Rows) -> None:
        """More rows that every plan keeps."""
        A = cuts.A
        count = A.shape[0]
        self.solver.addRows(
            count,
            cuts.side.astype(np.float64),
            np.full(count, INF),
            int(A.nnz),
            A.indptr[:-1].astype(np.int32),
            A.indices.astype(np.int32),
            A.data,
        )
        self.rows = self.rows.with_more(cuts)

    def drop(self, x: Floats) -> None:
        """Let go of cuts that are slack at `x`, but for those that are kept."""
        slack = self.rows.A @ x - self.rows.side > SLACK
        slack[: self.kept] = False
        gone = np.flatnonzero(slack).astype(np.int32)
        if gone.size:
            self.solver.deleteRows(len(gone), gone)
            self.rows = self.rows.only(~slack)

    def basis(self) -> Any:
        """Where the last programme ended; others that are begun there have less to do."""
        return self.solver.getBasis()

    def begin_at(self, basis: Any) -> None:
        """Begin the next programme there; the rows have to be the same."""
        self.solver.setBasis(basis)

    def keep(self) -> None:
        """Keep the cuts that are there for good: what is slack at one node binds at the next."""
        self.kept = len(self.rows.side)

    def _point(self, x: Floats, dual: Floats, ends: Ends, below: float) -> Point:
        problem, hosts = self.problem, self.problem.hosts
        u = np.maximum(dual, 0.0)
        u[self.asks.size] = 0.0
        left = np.append(problem.fixed, self.worth) - u @ self.rows.A
        rho, rest = left[:hosts], np.minimum(left[hosts:], 0.0) * self.top
        base = self.constant + float(u @ self.rows.side + rest.sum() + rho[ends.must].sum())
        open_to = ~ends.must & ~ends.never
        sure = int(ends.must.sum())
        least, most = max(0, problem.least - sure), problem.most - sure
        own = rho[open_to]
        opened = cheapest(own, least, most)
        off = ROUNDING * float(u.sum() + np.abs(rho).sum() + np.abs(rest).sum() + abs(self.constant))
        bound = base + float(own[opened].sum()) - off
        must, never = turned(own, opened, bound, least, most, below)
        settled = Ends(ends.must.copy(), ends.never.copy())
        places = np.flatnonzero(open_to)
        settled.must[places[must]], settled.never[places[never]] = True, True
        return Point(x, bound, settled)
