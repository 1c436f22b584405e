"""Rows that groups in pieces break: separators, the shortest that the group's highest population allows.

With a unit a of a group whose seat j it is not joined to, every set S of units that parts a from j gives the row
x[a,j] <= sum_S x[c,j]. Two such sets are taken, beside the piece and beside the seat (Fischetti and others 2017;
Oehrlein and Haunert 2017; Validi, Buchanan and Lykhovyd 2022). Where groups have a highest population, a unit of
S on no way of at most that population is left out, and the row stays true. On a part of the graph without the seat
two units of one group are joined; a piece there with too few people for a group goes on beyond its border.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.grouping import too_small, ways_from
from models.grouping_graph import pieces, separator
from models.grouping_model import GroupingModel, Groups
from models.matrix import Floats, Matrix


@dataclass(frozen=True)
class Cut:
    """sum over `ends` of x[., centre] - (ends - 1) <= sum over `parting` of x[., centre]."""

    centre: str
    ends: tuple[str, ...]
    parting: tuple[str, ...]


class Separation:
    """Finds the cuts that groups in pieces break, each once."""

    def __init__(self, model: GroupingModel, bounded: bool = True) -> None:
        self.model, self.instance, self.around = model, model.instance, model.instance.around
        self.part = {u: at for at, piece in enumerate(pieces(self.around, self.instance.unit)) for u in piece}
        hard = all(self.instance.state(rule) == "hard" for rule in ("contiguous", "balance_population"))
        self.bounded = bounded and hard and "population" in self.instance.balanced()
        self.known: set[Cut] = set()
        self.ways: dict[str, dict[str, float]] = {}

    def apart(self, groups: Groups) -> list[tuple[str, set[str], set[str]]]:
        """(centre, first piece, another piece) of groups in pieces on one part of the graph."""
        found = []
        for centre in sorted(set(groups.values())):
            members = [unit for unit, seat in groups.items() if seat == centre]
            for at in sorted({self.part[unit] for unit in members}):
                here = [unit for unit in members if self.part[unit] == at]
                all_pieces = pieces(self.around, [centre, *here] if self.part[centre] == at else here)
                found += [(centre, all_pieces[0], piece) for piece in all_pieces[1:]]
        return found

    def paid(self, x: Floats, groups: Groups) -> bool:
        """Whether contiguity is soft and every unit that is not joined to its seat is paid for in the solution."""
        if self.instance.state("contiguous") != "soft":
            return False
        columns = [self.model.place("apart", (u, centre)) for centre, _, piece in self.apart(groups) for u in piece]
        return all(at is not None and x[at] > 0.5 for at in columns)

    def broken(self, groups: Groups) -> list[Cut]:
        """New cuts that these groups break; none where every group is in one piece on each part of the graph."""
        if self.instance.state("contiguous") == "off":
            return []
        found = [cut for centre, root, piece in self.apart(groups) for cut in self._cuts(centre, root, piece)]
        seats = sorted(set(groups.values()))
        found += [cut for centre, root, piece in self.apart(groups) for cut in self._alike(centre, root, piece, seats)]
        fresh = [cut for cut in dict.fromkeys(found) if cut not in self.known]
        self.known.update(fresh)
        return fresh

    def _cuts(self, centre: str, root: set[str], piece: set[str]) -> Iterable[Cut]:
        around, home = self.around, self.part[centre] == self.part[min(piece)]
        if not home:
            yield from self._beyond(centre, root)
            yield from self._beyond(centre, piece)
        start = centre if home else min(root)
        for end in sorted(piece):
            near = separator(around, piece, start)
            for parting in (near, separator(around, root, end)):
                ends = (end,) if home else (end, start)
                yield Cut(centre, ends, tuple(sorted(self._usable(parting, start, end, centre))))

    def _beyond(self, centre: str, piece: set[str]) -> Iterable[Cut]:
        """A piece away from the seat that is too small for a group: each of its units needs one next to the piece."""
        part = {unit for unit, at in self.part.items() if at == self.part[min(piece)]}
        if self.bounded and too_small(self.instance, piece, part, centre):
            border = {other for unit in piece for other in self.around[unit]} - piece
            for end in sorted(piece):
                yield Cut(centre, (end,), tuple(sorted(border)))

    def _alike(self, centre: str, root: set[str], piece: set[str], seats: Iterable[str]) -> Iterable[Cut]:
        """The same piece cut off from the other seats: leads that stand together would take turns with it."""
        at = self.part[min(piece)]
        for seat in seats:
            if seat == centre or seat in piece:
                continue
            if self.part[seat] != at:
                if self.part[centre] != at:
                    yield from self._cuts(seat, root, piece)
                continue
            near = separator(self.around, piece, seat)
            if seat not in near and not self.around[seat] & piece:
                for end in sorted(piece):
                    yield Cut(seat, (end,), tuple(sorted(self._usable(near, seat, end, seat))))

    def _usable(self, parting: set[str], start: str, end: str, centre: str) -> set[str]:
        if not self.bounded:
            return parting
        high = self.instance.span("population", centre)[1] * (1 + 1e-9)
        one, other = self._ways(start), self._ways(end)
        twice = {unit: self.instance.unit[unit].loads.get("population", 0.0) for unit in parting}
        return {unit for unit in parting if one[unit] + other[unit] - twice[unit] <= high}

    def _ways(self, root: str) -> dict[str, float]:
        if root not in self.ways:
            self.ways[root] = ways_from(self.instance, root)
        return self.ways[root]


def with_cuts(model: GroupingModel, matrix: Matrix, cuts: list[Cut]) -> Matrix:
    """The matrix with the rows of these cuts at its end, under the rule `contiguous`."""
    rows, cols, coefs, upper, subjects = [], [], [], [], []
    for at, cut in enumerate(cuts):
        terms = [(unit, 1.0) for unit in cut.ends] + [(unit, -1.0) for unit in cut.parting]
        for unit, coef in terms:
            place = model.place("x", (unit, cut.centre))
            slack = model.place("apart", (unit, cut.centre)) if coef > 0 else None
            for number, value in ((place, coef), (slack, -1.0)):
                if number is not None:
                    rows.append(at)
                    cols.append(number)
                    coefs.append(value)
        upper.append(len(cut.ends) - 1.0)
        subjects.append(f"{cut.ends[0]} {model.instance.centre[cut.centre].group}")
    added = sp.csr_matrix((coefs, (rows, cols)), shape=(len(cuts), matrix.cols))
    return matrix.with_rows(added, np.full(len(cuts), -np.inf), upper, ["contiguous"] * len(cuts), subjects)
