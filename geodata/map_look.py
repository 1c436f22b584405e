"""Colours, shapes and widths that the QGIS styles and the pictures of the report share.

Colours are those of Okabe and Ito (2008), which people who see fewer colours tell apart; what
matters also differs by shape, dash or lightness, so that a black-and-white print still reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

INK, QUIET, PAPER = "#17242d", "#5c6b75", "#ffffff"
BLUE, ORANGE, GREEN, RED, PINK, SKY, BLACK, YELLOW = (
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000", "#f0e442",
)  # fmt: skip
#: Taken in turn for hospitals, services and groups; the dashes (mm: line, gap, ...) go with them.
SERIES = (BLUE, RED, GREEN, PINK, SKY, ORANGE, BLACK)
DASHES: tuple[tuple[float, ...], ...] = (
    (), (4.0, 1.6), (1.2, 1.2), (5.0, 1.2, 1.0, 1.2), (2.4, 1.0), (6.0, 2.4), (3.0, 1.0, 1.0, 1.0, 1.0, 1.0),
)  # fmt: skip
#: 15, 30 and 60 minutes: the nearer, the darker.
BANDS = {15: "#1f7a78", 30: "#74b3ae", 60: "#c6e0dc"}
#: Boundaries, roads by class with their widths in mm.
BORDER = "#8a8f94"
ROADS = {
    "motorway": ("#b9a37e", 0.9), "trunk": ("#b9a37e", 0.7), "primary": ("#c3b594", 0.55),
    "secondary": ("#cfc6b0", 0.4), "tertiary": ("#d8d2c3", 0.3), "ferry": ("#7fa3c4", 0.35), "": ("#dedad0", 0.22),
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How a kind of institution is drawn: shape by QGIS's and by matplotlib's name, size in mm, colour."""

    key: str
    shape: str
    plot: str
    size: float
    fill: str


#: Hospitals are angular and large, primary institutions round and small.
MARKS = (
    Mark("tertiary", "star", "*", 5.4, "#8f1d14"),
    Mark("hospital", "square", "s", 4.0, RED),
    Mark("tcm", "diamond", "D", 4.2, "#9a6700"),
    Mark("maternal", "pentagon", "p", 4.4, "#a34a7c"),
    Mark("public_health", "cross_fill", "P", 3.6, "#4f5b62"),
    Mark("community", "triangle", "^", 3.4, BLUE),
    Mark("township", "circle", "o", 3.2, BLUE),
    Mark("village", "circle", "o", 1.5, QUIET),
)
MARK = {mark.key: mark for mark in MARKS}
_KINDS = {
    "tcm": "tcm", "maternal": "maternal", "children": "maternal", "public_health": "public_health",
    "community_centre": "community", "station": "village", "village_clinic": "village",
}  # fmt: skip


def mark_of(level: float, kind: str) -> str:
    """The key of the mark of an institution: by level first (3 is always a star), then by kind."""
    if level >= 3:
        return "tertiary"
    if kind in _KINDS:
        return _KINDS[kind]
    if level >= 2 or kind in ("general", "specialty"):
        return "hospital"
    return "village" if level < 1 and kind != "township_centre" else "township"


def ring(at: int, of: int, radius: float) -> tuple[float, float]:
    """The place of the `at`-th of `of` marks around a point, the first above it (x right, y down)."""
    angle = 2 * np.pi * at / max(of, 1)
    return round(float(radius * np.sin(angle)), 2), round(float(-radius * np.cos(angle)), 2)


def steps(values: Sequence[float], most: int = 4) -> list[tuple[float, float]]:
    """At most `most` ranges that hold every value, with round bounds and about equally many values each."""
    known = np.asarray([value for value in values if np.isfinite(value)], float)
    if not len(known):
        return []
    low, high = float(known.min()), float(known.max())
    cuts = [_rounded(float(np.quantile(known, share))) for share in np.linspace(0, 1, most + 1)[1:-1]]
    inner = sorted({cut for cut in cuts if low < cut < high})
    bounds = [0.0 if low >= 0 else _rounded(low, down=True), *inner, _rounded(high, up=True)]
    return list(pairwise(bounds))


def _rounded(value: float, up: bool = False, down: bool = False) -> float:
    """To 1, 1.5, 2, 3, 5 or 7 times a power of ten."""
    if value == 0 or not np.isfinite(value):
        return 0.0
    scale = 10.0 ** np.floor(np.log10(abs(value)))
    stops = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]) * scale
    size = abs(value)
    if up != (value < 0) and (up or down):
        found = stops[stops >= size * (1 - 1e-12)][0]
    elif up or down:
        found = stops[stops <= size * (1 + 1e-12)][-1]
    else:
        found = stops[np.argmin(np.abs(np.log(stops / size)))]
    return float(np.sign(value) * float(f"{found:.12g}"))


def width(value: float, most: float, least_mm: float = 0.5, most_mm: float = 2.8) -> float:
    """Line width in mm for a weight: its area grows with the weight, so the width does with its root."""
    if most <= 0 or not np.isfinite(value):
        return least_mm
    return float(least_mm + (most_mm - least_mm) * np.sqrt(min(1.0, max(0.0, value / most))))
