"""Static maps for paper and page: areas, lines, marks and names on a sheet with legend, north and scale.

The sheet is drawn in a projection in metres, so that shapes are right at their latitude. SVG
carries text as text (readers bring their fonts) and goes into the report as it is; PNG is for
documents and chat groups. Nothing depends on the clock, and no state of matplotlib is changed:
two runs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geodata import map_look as look
from geodata.fonts import width_of
from geodata.label_places import Name, place
from geodata.picture_files import FALLBACK_FONT, NAME, rendered
from geodata.picture_shapes import MM, Areas, Lines, Marks, draw_areas, draw_lines, draw_marks, draw_sample

if TYPE_CHECKING:
    import geopandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

#: Millimetres. The map takes the shape of its region between these heights.
PANEL_WIDE, LEGEND_WIDE, LEAST_HIGH, MOST_HIGH, EDGE = 176.0, 62.0, 110.0, 220.0, 4.0
TITLE_HIGH, FOOT_HIGH = 10.0, 9.0
#: Share of the region's size that stays free around it.
MARGIN = 0.07
#: Metres: a region of one point still needs a sheet around it.
LEAST_SPAN = 4_000.0
#: Marks of this size (mm) and more are not covered by names.
LEAST_OBSTACLE = 1.4
#: Mm of paper by which simplified lines may be off.
FINEST = 0.12


@dataclass(frozen=True)
class Key:
    """A line of the legend: a heading (nothing but text), or a sample of an area, a line or a mark."""

    text: str
    sample: Areas | Lines | Marks | None = None


@dataclass(frozen=True)
class Panel:
    """One map of a sheet: what is drawn, from the ground up; names with their importance order."""

    title: str
    drawn: Sequence[Areas | Lines | Marks]
    names: geopandas.GeoDataFrame | None = None  # name, mark_mm (radius of its mark), strong (bool)


@dataclass(frozen=True)
class Sheet:
    """A picture: one panel, or two side by side, of the same extent; legend; lines of small print below."""

    title: str
    panels: Sequence[Panel]
    extent: geopandas.GeoDataFrame
    legend: Sequence[Key]
    notes: Sequence[str] = field(default_factory=tuple)
    north: str = "N"


def draw_map(sheet: Sheet, prefix: str = "map", kinds: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The sheet as "svg" (UTF-8 text, ids begin with `prefix`) and "png" (200 dpi), by kind.

    PNG takes the Chinese font of `geodata.fonts`; without one, the caller gives texts in Latin
    letters. Raises ValueError for another kind.
    """
    return rendered(lambda: _figure(sheet), prefix, kinds)


def _figure(sheet: Sheet) -> Figure:
    from matplotlib.figure import Figure

    from geodata.crs import metric_crs

    points = sheet.extent.to_crs("EPSG:4326").geometry.representative_point()
    crs = metric_crs(points.x.to_numpy(), points.y.to_numpy())
    frame = _frame(sheet.extent.to_crs(crs).total_bounds)
    wide = PANEL_WIDE if len(sheet.panels) == 1 else (PANEL_WIDE + LEGEND_WIDE - 3 * EDGE) / 2
    ratio = (frame[3] - frame[1]) / (frame[2] - frame[0])
    high = min(MOST_HIGH, max(LEAST_HIGH, wide * ratio))
    frame = _shaped(frame, high / wide)
    legend_high = 0.0 if len(sheet.panels) == 1 else _legend_rows(sheet.legend, 3) * 5.0 + 2.0
    page = PANEL_WIDE + LEGEND_WIDE + 2 * EDGE
    foot = FOOT_HIGH + 4.0 * max(0, len(sheet.notes) - 1)
    sub = 0.0 if len(sheet.panels) == 1 else 7.0
    tall = TITLE_HIGH + sub + high + legend_high + foot
    figure = Figure(figsize=(page / 25.4, tall / 25.4), facecolor=look.PAPER)
    figure.text(EDGE / page, 1 - 5.5 / tall, sheet.title, fontsize=13, fontweight="bold", color=look.INK, va="center")
    for at, panel in enumerate(sheet.panels):
        left = EDGE + at * (wide + EDGE)
        box = (left / page, (foot + legend_high) / tall, wide / page, high / tall)
        axes = figure.add_axes(box)
        if sub:
            figure.text(
                left / page, 1 - (TITLE_HIGH + 3.0) / tall, panel.title, fontsize=10.5, color=look.INK, va="center"
            )
        _draw_panel(axes, panel, frame, crs, (wide, high))
        _furniture(axes, sheet, frame, crs, wide, high)
    if len(sheet.panels) == 1:
        _legend(figure, sheet.legend, (EDGE * 2 + PANEL_WIDE, foot), (LEGEND_WIDE - EDGE, high), page, tall, 1)
    else:
        _legend(figure, sheet.legend, (EDGE, foot), (page - 2 * EDGE, legend_high), page, tall, 3)
    for at, note in enumerate(sheet.notes):
        y = (foot - 3.5 - 4.0 * at) / tall
        figure.text(EDGE / page, y, note, fontsize=7.5, color=look.QUIET, va="center")
    return figure


def _frame(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(value) for value in bounds)
    span = max(right - left, top - bottom, LEAST_SPAN)
    more_x = max(0.0, 0.35 * span - (right - left)) / 2 + MARGIN * span
    more_y = max(0.0, 0.35 * span - (top - bottom)) / 2 + MARGIN * span
    return left - more_x, bottom - more_y, right + more_x, top + more_y


def _shaped(frame: tuple[float, float, float, float], ratio: float) -> tuple[float, float, float, float]:
    """The frame made higher or wider to this ratio of height to width."""
    left, bottom, right, top = frame
    width, height = right - left, top - bottom
    if height < width * ratio:
        more = (width * ratio - height) / 2
        return left, bottom - more, right, top + more
    more = (height / ratio - width) / 2
    return left - more, bottom, right + more, top


def _draw_panel(
    axes: Axes, panel: Panel, frame: tuple[float, float, float, float], crs: Any, size: tuple[float, float]
) -> None:
    import shapely

    from geodata.crs import metres

    axes.set_xlim(frame[0], frame[2])
    axes.set_ylim(frame[1], frame[3])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#fbfaf7")
    for spine in axes.spines.values():
        spine.set(color="#8a8f94", linewidth=0.8)
    metre = size[0] / (frame[2] - frame[0])  # mm of paper
    window = shapely.box(*frame)
    marks = [np.empty((0, 3))]
    for at, one in enumerate(panel.drawn):
        projected = one.frame.to_crs(crs)
        if isinstance(one, Marks):
            spots = draw_marks(axes, one, projected, metre, frame, at + 1)
            if one.size_mm >= LEAST_OBSTACLE:
                marks.append(np.column_stack([spots, np.full(len(spots), one.size_mm / 2 / metre)]))
            continue
        # What is finer than the paper only makes the file larger.
        shapes = shapely.simplify(projected.geometry.to_numpy(), FINEST / metre)
        if isinstance(one, Areas):
            draw_areas(axes, one, shapely.intersection(shapely.make_valid(shapes), window), at + 1)
        else:
            pivot = None if one.pivot is None else np.ravel(metres(crs, [one.pivot[0]], [one.pivot[1]]))
            draw_lines(axes, one, shapes, window, at + 1, pivot)
    if panel.names is not None and len(panel.names):
        _names(axes, panel.names.to_crs(crs), np.vstack(marks), frame, size)


def _names(
    axes: Axes,
    names: Any,
    marks: Floats,
    frame: tuple[float, float, float, float],
    size: tuple[float, float],
) -> None:
    """Names in points of the page, where the placing works; their halo keeps them legible on lines.

    names: projected points with name, mark_mm and strong. marks: (M, 3) x, y, radius in metres.
    """
    wide, high = size[0] * MM, size[1] * MM
    scale = wide / (frame[2] - frame[0])
    x, y = (names.geometry.x.to_numpy() - frame[0]) * scale, (names.geometry.y.to_numpy() - frame[1]) * scale
    letters = 8.0 if len(names) <= 45 and size[0] > 140 else 7.0
    asked = [
        Name(str(text), float(px), float(py), letters + 1.0 * bool(bold), float(r) * MM)
        for text, px, py, r, bold in zip(names["name"], x, y, names["mark_mm"], names["strong"], strict=True)
    ]
    edge = 3.0
    taken = np.array([[0.0, 0.0, 34 * MM, 11 * MM], [wide - 12 * MM, high - 19 * MM, wide, high]])
    solid = (marks - [frame[0], frame[1], 0.0]) * scale
    group = f"{NAME}{len(axes.figure.axes)}"
    for placed in place(asked, solid, (edge, edge, wide - edge, high - edge), taken):
        name = asked[placed.index]
        if placed.away:
            near_x = min(max(name.x, placed.x), placed.x + placed.width)
            near_y = min(max(name.y, placed.y), placed.y + placed.height)
            axes.plot(
                np.array([name.x, near_x]) / scale + frame[0], np.array([name.y, near_y]) / scale + frame[1],
                color=look.QUIET, linewidth=0.5, zorder=49, clip_on=False,
            )  # fmt: skip
        axes.text(
            (placed.x + placed.width / 2) / scale + frame[0], (placed.y + placed.height * 0.24) / scale + frame[1],
            name.text, fontsize=name.size, color=look.INK, ha="center", va="baseline", zorder=50,
            fontweight="bold" if names["strong"].iloc[placed.index] else "normal", gid=f"{group}-{placed.index}",
        )  # fmt: skip


def _furniture(
    axes: Axes, sheet: Sheet, frame: tuple[float, float, float, float], crs: Any, wide: float, high: float
) -> None:
    """Scale bar and the direction of true north."""
    from matplotlib_scalebar.scalebar import ScaleBar

    bar = ScaleBar(
        1.0, "m", location="lower left", box_color=look.PAPER, box_alpha=0.85, color=look.INK, length_fraction=0.2,
        width_fraction=0.008, border_pad=0.5, sep=3, rotation="horizontal-only",
        font_properties={"family": FALLBACK_FONT, "size": 7.5},
    )  # fmt: skip
    bar.set_zorder(60)
    axes.add_artist(bar)
    x, y = frame[2] - 6.5 / wide * (frame[2] - frame[0]), frame[3] - 13 / high * (frame[3] - frame[1])
    angle = _north(crs, x, y)
    length = 8.0 / high * (frame[3] - frame[1])
    tip = x + length * np.sin(angle), y + length * np.cos(angle)
    axes.annotate(
        "", xy=tip, xytext=(x, y), zorder=60, annotation_clip=False,
        arrowprops={"arrowstyle": "-|>,head_width=0.28,head_length=0.6", "color": look.INK, "linewidth": 1.1},
    )  # fmt: skip
    axes.text(
        x,
        y - 0.5 / high * (frame[3] - frame[1]),
        sheet.north,
        fontsize=8,
        ha="center",
        va="top",
        color=look.INK,
        zorder=60,
    )


def _north(crs: Any, x: float, y: float) -> float:
    """Radians from the sheet's up to true north, clockwise."""
    from geodata.crs import degrees, metres

    lon, lat = degrees(crs, [x], [y])
    if not np.isfinite(lat[0]) or abs(lat[0]) > 89.8:
        return 0.0
    up_x, up_y = metres(crs, lon, lat + 0.05)
    return float(np.arctan2(up_x[0] - x, up_y[0] - y))


def _legend_rows(legend: Sequence[Key], columns: int) -> int:
    return -(-len(legend) // columns)


def _legend(
    figure: Figure, legend: Sequence[Key], corner: tuple[float, float], size: tuple[float, float], page: float,
    tall: float, columns: int,
) -> None:  # fmt: skip
    """The legend as rows from the top, in mm: its own, for texts whose letters this machine may not have."""
    axes = figure.add_axes((corner[0] / page, corner[1] / tall, size[0] / page, size[1] / tall))
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])
    axes.axis("off")
    per = max(1, _legend_rows(legend, columns))
    step = min(5.4, size[1] / max(per, 1)) if columns > 1 else min(5.6, (size[1] - 2) / max(len(legend) + 1, 1))
    for at, key in enumerate(legend):
        column, row = divmod(at, per)
        left, y = column * size[0] / columns, size[1] - (row + 0.6) * step
        room = size[0] / columns - (12.0 if key.sample is not None else 1.0)
        letters = 8.0 if key.sample is not None else 8.5
        letters = min(letters, room * MM / max(width_of(key.text), 1.0))
        if key.sample is None:
            axes.text(left, y, key.text, fontsize=letters, fontweight="bold", color=look.INK, va="center")
            continue
        draw_sample(axes, key.sample, left, y)
        axes.text(left + 11.0, y, key.text, fontsize=letters, color=look.INK, va="center")
