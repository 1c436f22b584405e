"""Names beside points without covering each other: the most important first, each at its first free place.

Places are tried around the point, near first; a name that had to move away gets a line to its
point. Widths are estimated from the characters, so the places do not depend on the fonts of a
machine. All in one unit with y upwards (points of the page, in `geodata.picture`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.fonts import width_of

Floats = npt.NDArray[np.float64]
#: Directions tried, best first: to the right, above right, ...; degrees from east.
ANGLES = (0, 35, 325, 90, 270, 180, 145, 215, 60, 300, 120, 240)
#: How far from the point, in line heights; beyond the first a line leads to it.
RADII = (0.0, 1.3, 2.6, 4.2, 6.0)
#: Share of a line's height by which names keep apart.
GAP = 0.12


@dataclass(frozen=True)
class Name:
    """A text to be placed: at x, y; size of letters; radius of the mark that it must not cover."""

    text: str
    x: float
    y: float
    size: float
    radius: float


@dataclass(frozen=True)
class Placed:
    """Where a name went: index into the names, lower left corner, width and height, and whether a line leads there."""

    index: int
    x: float
    y: float
    width: float
    height: float
    away: bool


def place(
    names: Sequence[Name], marks: Floats, frame: tuple[float, float, float, float], taken: Floats | None = None
) -> list[Placed]:
    """Places for the names, the first one first; a name without a free place is left out.

    marks: (M, 3) x, y, radius that no name may cover; frame: left, bottom, right, top; taken:
    (K, 4) boxes (left, bottom, right, top) of what else is there.
    """
    boxes = np.empty((0, 4)) if taken is None else np.asarray(taken, float).reshape(-1, 4)
    found: list[Placed] = []
    for index, name in enumerate(names):
        spot = _first_free(name, boxes, marks, frame)
        if spot is None:
            continue
        x, y, width, height, away = spot
        found.append(Placed(index, x, y, width, height, away))
        boxes = np.vstack([boxes, [x, y, x + width, y + height]])
    return found


def _first_free(
    name: Name, boxes: Floats, marks: Floats, frame: tuple[float, float, float, float]
) -> tuple[float, float, float, float, bool] | None:
    width, height = width_of(name.text) * name.size, name.size * 1.15
    gap = GAP * name.size
    for step in RADII:
        for angle in ANGLES:
            off = name.radius + gap + step * name.size
            cos, sin = float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle)))
            # the edge of the box that looks at the point touches the circle
            x = name.x + off * cos + (cos - 1) / 2 * width
            y = name.y + off * sin + (sin - 1) / 2 * height
            if x < frame[0] or y < frame[1] or x + width > frame[2] or y + height > frame[3]:
                continue
            if _free(x - gap, y - gap, x + width + gap, y + height + gap, boxes, marks):
                return x, y, width, height, step > 0
    return None


def _free(left: float, bottom: float, right: float, top: float, boxes: Floats, marks: Floats) -> bool:
    overlapping = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < top) & (boxes[:, 3] > bottom)
    if overlapping.any():
        return False
    near_x = np.clip(marks[:, 0], left, right) - marks[:, 0]
    near_y = np.clip(marks[:, 1], bottom, top) - marks[:, 1]
    return not bool((np.hypot(near_x, near_y) < marks[:, 2]).any())


def short_names(names: Sequence[str]) -> list[str]:
    """Names without the words that all of their kind share, where they stay different from each other."""
    endings = ("社区卫生服务中心", "社区卫生服务站", "乡镇卫生院", "卫生院", "卫生站", "卫生室")
    cut = []
    for name in names:
        ending = next((end for end in endings if name.endswith(end) and len(name) - len(end) >= 2), "")
        cut.append(name[: len(name) - len(ending)] if ending else name)
    once = {text for text in cut if cut.count(text) == 1}
    return [text if text in once else name for text, name in zip(cut, names, strict=True)]
