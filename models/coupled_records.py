"""What is asked of `models.coupled` and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.coupled_piece import Offer
from models.matrix import Floats


@dataclass(frozen=True)
class Settings:
    """Limits. gap: of the whole, as a share of what is gained over doing nothing; piece_gap: the same of each piece.

    nodes: of each piece's search; rounds: of shares and choices; prices: of the search for prices; seconds: of one
    piece's search, in case of an accident (what ends by it is not repeatable, and told).
    """

    gap: float = 0.02
    piece_gap: float = 0.01
    nodes: int = 20
    rounds: int = 4
    prices: int = 30
    seconds: float = 600.0
    seed: int = 0


@dataclass(frozen=True)
class News:
    """How far the run is: a step, errands done of how many, value (inf) and bound (-inf) so far."""

    step: str
    done: int
    of: int
    value: float
    bound: float


Tell = Callable[[News], None]


@dataclass(frozen=True, eq=False)
class Coupled:
    """The whole plan: one offer a piece (by key), its cost, the proved bound, prices, and how it came about.

    gap: value less bound, as a share of what is gained at most over doing nothing (`nothing`, where the same promises
    are not kept as in the plan); asked: what the pieces use when each plans as if it were alone.
    """

    offers: dict[str, Offer]
    value: float
    bound: float
    nothing: float
    gap: float
    prices: Floats
    asked: Floats
    used: Floats
    available: Floats
    history: tuple[tuple[str, float, float], ...]
    repeatable: bool
