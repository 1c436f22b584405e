"""One of many problems that share a few scarce things: what it costs at prices, and what it does with a share.

Errands (`models.crew`) on a `Piece`: `begin`, `relaxed`, `priced`, `within`. Nothing here depends on the other pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from models.answers import Job, Limits, Solution, heed
from models.highs import solve_here
from models.matrix import Floats, Matrix


@dataclass(frozen=True, eq=False)
class Piece:
    """minimise cost . x + constant over the matrix; it uses `uses` x + `used` of the shared things.

    short, least_short: the part of the cost that pays for promises not kept, vector and constant; nothing: what doing
    nothing costs beside that part, by which gaps are measured; done: columns of which a plan may do less at any time;
    starts: plans to begin with, the first of which uses as little as can be.
    """

    matrix: Matrix
    cost: Floats
    constant: float
    uses: sp.csr_matrix
    used: Floats
    short: Floats
    least_short: float
    nothing: float
    done: np.ndarray
    starts: Sequence[Floats] = ()

    def offer(self, x: Floats, bound: float = -np.inf, stopped: str = "gap") -> Offer:
        value = float(self.cost @ x) + self.constant
        short = float(self.short @ x) + self.least_short
        return Offer(value, np.asarray(self.uses @ x + self.used, dtype=float), short, bound, x, stopped)

    def at(self, prices: Floats) -> tuple[Floats, float]:
        """Cost vector and constant with the use of the shared things paid at these prices."""
        return self.cost + self.uses.T @ prices, self.constant + float(self.used @ prices)


@dataclass(frozen=True, eq=False)
class Offer:
    """What a piece would do: its cost, the part `short` of it, and what it uses.

    bound: no plan of the piece costs less, prices included where there were any (-inf: nothing is proved).
    """

    cost: float
    use: Floats
    short: float
    bound: float
    x: Floats | None
    stopped: str = "gap"

    def at(self, prices: Floats) -> float:
        """Cost with the use paid."""
        return self.cost + float(prices @ self.use)


@dataclass(frozen=True, eq=False)
class Ask:
    """Argument of `priced`: prices; of `within`: the share. over: a better plan that may use too much."""

    numbers: Floats
    limits: Limits
    start: Floats | None = None
    over: Floats | None = None


def begin(piece: Piece, _: object) -> tuple[float, list[Offer]]:
    """The cost of doing nothing, and the plans to begin with."""
    return piece.nothing, [piece.offer(x) for x in piece.starts]


def relaxed(piece: Piece, prices: Floats) -> Offer | None:
    """The best without whole numbers; None where nothing keeps the rows."""
    cost, constant = piece.at(prices)
    found = heed(solve_here(Job(piece.matrix, cost, constant, relax=True)))
    if found.x is None:
        return None
    return replace(piece.offer(found.x, found.bound), x=None)


def priced(piece: Piece, ask: Ask) -> Offer | None:
    """A plan for these prices; None where none was found. Its bound holds for every plan at these prices."""
    cost, constant = piece.at(ask.numbers)
    found = heed(solve_here(Job(piece.matrix, cost, constant, ask.limits, ask.start)))
    return _offered(piece, found)


def within(piece: Piece, ask: Ask) -> Offer | None:
    """A plan that uses no more than its share, at least as good as the start; None where none was found."""
    room = ask.numbers - piece.used
    count = len(room)
    matrix = piece.matrix.with_rows(piece.uses, [-np.inf] * count, room, ["share"] * count, [""] * count)
    start = ask.start
    if ask.over is not None:
        # First what an office would do: cut the plan that uses too much. It is a small search.
        upper = matrix.upper.copy()
        upper[piece.done] = np.clip(np.round(ask.over[piece.done]), matrix.lower[piece.done], upper[piece.done])
        less = matrix.with_bounds(matrix.lower, upper)
        cut = heed(solve_here(Job(less, piece.cost, piece.constant, ask.limits, start)))
        start = start if cut.x is None else cut.x
    found = heed(solve_here(Job(matrix, piece.cost, piece.constant, ask.limits, start)))
    return _offered(piece, found)


def _offered(piece: Piece, found: Solution) -> Offer | None:
    if found.x is not None:
        return piece.offer(found.x, found.bound, found.stopped_by)
    if np.isfinite(found.bound):
        return Offer(np.inf, np.full(len(piece.used), np.inf), np.inf, found.bound, None, found.stopped_by)
    return None
