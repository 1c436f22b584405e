"""Names of columns and rows, made only when somebody reads them.

A model of 100,000 columns is built from arrays of numbers; its names are tuples of identifiers, and making
them costs more than everything else. `Later` is a list that is not there yet; `Keys` are tuples whose parts
are picked from lists of labels by arrays of places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

import numpy as np

T = TypeVar("T")


class Later(Sequence[T], Generic[T]):
    """A sequence of known length that `make` writes when it is first read; pickled as the list it stands for."""

    def __init__(self, size: int, make: Callable[[], Sequence[T]]) -> None:
        self._size, self._make = size, make
        self._made: Sequence[T] | None = None

    @property
    def read(self) -> bool:
        """Whether the items are there."""
        return self._made is not None

    @property
    def made(self) -> Sequence[T]:
        """The items themselves."""
        if self._made is None:
            self._made = self._make()
            del self._make
        return self._made

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self.made[at]

    def __iter__(self) -> Iterator[T]:
        return iter(self.made)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == len(self) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self.made),)


class Keys(Later[Any]):
    """Tuples (parts[0][codes[0][n]], parts[1][codes[1][n]], ...); labels alone where there is one part and `bare`."""

    def __init__(self, parts: Sequence[Sequence[Any]], codes: Sequence[np.ndarray], bare: bool = True) -> None:
        self.parts, self.codes, self._bare = list(parts), list(codes), bare and len(parts) == 1
        super().__init__(len(codes[0]), self._all)

    def _all(self) -> Sequence[Any]:
        picked = [map(part.__getitem__, code.tolist()) for part, code in zip(self.parts, self.codes, strict=True)]
        return list(picked[0]) if self._bare else list(zip(*picked, strict=True))

    def tuples(self) -> Keys:
        """The same, as tuples even where there is one part."""
        return Keys(self.parts, self.codes, bare=False) if self._bare else self

    def take(self, at: np.ndarray) -> Keys:
        """The keys at these places (or where a mask is true)."""
        return Keys(self.parts, [code[at] for code in self.codes])


def joined(parts: Sequence[Sequence[T]]) -> Sequence[T]:
    """One sequence of several, none of them read."""
    if len(parts) == 1:
        return parts[0]
    return Later(sum(len(part) for part in parts), lambda: [item for part in parts for item in part])


def picked(items: Sequence[T], places: np.ndarray) -> Sequence[T]:
    """items[places], read later."""
    return Later(len(places), lambda: [items[at] for at in places.tolist()])
