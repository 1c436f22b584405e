"""Linear terms on their way to a row or an aim, one by one or as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from models.keys import Keys
from models.rows import Columns, Key, Term

#: Terms of one variable: the variable, places of its columns, coefficients.
Part = tuple[Columns, np.ndarray, np.ndarray]


class Terms:
    """Terms of one sum in the order in which they came; iterating gives (variable, key, coefficient)."""

    def __init__(self) -> None:
        self._parts: list[Part | list[Term]] = []

    def append(self, term: Term) -> None:
        if not self._parts or isinstance(self._parts[-1], tuple):
            self._parts.append([])
        last = self._parts[-1]
        assert isinstance(last, list)
        last.append(term)

    def extend(self, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add coefs x columns[places]; terms of zero are left out."""
        values = np.broadcast_to(np.asarray(coefs, dtype=float), np.shape(places))
        kept = values != 0.0
        if not kept.all():
            places, values = places[kept], values[kept]
        if len(places):
            self._parts.append((columns, places, values))

    def __iter__(self) -> Iterator[Term]:
        for part in self._parts:
            if isinstance(part, list):
                yield from part
            else:
                columns, places, values = part
                for place, value in zip(places.tolist(), values.tolist(), strict=True):
                    yield columns, columns.keys[place], value

    def __len__(self) -> int:
        return sum(len(part) if isinstance(part, list) else len(part[1]) for part in self._parts)

    def parts(self) -> Iterator[Part]:
        """The terms as arrays."""
        for part in self._parts:
            yield from _as_arrays(part) if isinstance(part, list) else [part]

    def vector(self, offsets: np.ndarray) -> np.ndarray:
        """The sum as coefficients of all columns, given where each variable starts."""
        size = int(offsets[-1])
        found = np.zeros(size)
        for columns, places, values in self.parts():
            first = int(offsets[columns.number])
            found[first : first + len(columns)] += np.bincount(places, weights=values, minlength=len(columns))
        return found


class Sum(Mapping[Key, list[Term]]):
    """The terms of a shared sum by the key that they belong to; keys are tuples."""

    def __init__(self) -> None:
        self._single: list[tuple[Key, Term]] = []
        self._many: list[tuple[Keys, Part]] = []

    def append(self, key: Key, term: Term) -> None:
        self._single.append((key, term))

    def extend(self, keys: Keys, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add coefs x columns[places], each to the sum of its key (equal lengths)."""
        values = np.broadcast_to(np.asarray(coefs, dtype=float), np.shape(places))
        self._many.append((keys, (columns, places, values)))

    @cached_property
    def _read(self) -> dict[Key, list[Term]]:
        found: dict[Key, list[Term]] = {}
        for keys, (columns, places, values) in self._many:
            for key, place, value in zip(keys, places.tolist(), values.tolist(), strict=True):
                found.setdefault(key, []).append((columns, columns.keys[place], value))
        for key, term in self._single:
            found.setdefault(key, []).append(term)
        return found

    def __getitem__(self, key: Key) -> list[Term]:
        return self._read[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def parts(self, grid: Sequence[Sequence[Any]]) -> list[tuple[np.ndarray, Part]]:
        """The terms as arrays, with the place of each one's key in the grid of these labels (row by row)."""
        found = []
        for keys, part in self._many:
            codes = [_translated(*one) for one in zip(keys.parts, keys.codes, grid, strict=True)]
            found.append((flat(grid, codes), part))
        if self._single:
            places = [{label: at for at, label in enumerate(labels)} for labels in grid]
            steps = [prod(len(labels) for labels in grid[at + 1 :]) for at in range(len(grid))]
            by_variable: dict[Columns, tuple[list[int], list[Term]]] = {}
            for key, term in self._single:
                at = sum(step * place[label] for step, place, label in zip(steps, places, key, strict=True))
                cells, terms = by_variable.setdefault(term[0], ([], []))
                cells.append(at)
                terms.append(term)
            for cells, terms in by_variable.values():
                found.append((np.asarray(cells), _as_arrays(terms)[0]))
        return found


def flat(grid: Sequence[Sequence[Any]], codes: Sequence[np.ndarray]) -> np.ndarray:
    """Places in a grid with these labels along each side, the last side fastest."""
    found = np.asarray(codes[0], dtype=np.int64)
    for labels, code in zip(grid[1:], codes[1:], strict=True):
        found = found * len(labels) + code
    return found


def _translated(own: Sequence[Any], code: np.ndarray, labels: Sequence[Any]) -> np.ndarray:
    """Codes in `own` as codes in `labels`."""
    if own is labels or own == labels:
        return code
    place = {label: at for at, label in enumerate(labels)}
    translated: np.ndarray = np.asarray([place.get(label, -1) for label in own], dtype=np.int64)[code]
    return translated


def _as_arrays(terms: list[Term]) -> list[Part]:
    by_variable: dict[Columns, tuple[list[int], list[float]]] = {}
    for columns, key, coef in terms:
        places, values = by_variable.setdefault(columns, ([], []))
        places.append(columns.position[key])
        values.append(coef)
    return [(columns, np.asarray(at), np.asarray(values)) for columns, (at, values) in by_variable.items()]
