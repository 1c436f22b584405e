"""A travel table written as a square: origins down, destinations across, minutes in the cells."""

from __future__ import annotations

from geodata.headings import headings_of
from geodata.layout import RawTable
from geodata.sheets import Cell, Grid
from geodata.text import clean, is_missing, key


def melt_matrix(grid: Grid) -> RawTable | None:
    """The square as rows of origin, destination, minutes; None where the grid is no square.

    Blank cells and the diagonal say nothing. Labels are those of the origin's row.
    """
    known = headings_of("travel")
    for top, row in enumerate(grid.rows[:10]):
        across = [clean(cell) for cell in row]
        if known.known([text for text in across if text]) >= 3:
            return None
        names = {key(text) for text in across[1:] if text}
        down = [clean(other[0]) if other else "" for other in grid.rows[top + 1 :]]
        same = sum(1 for text in down if text and key(text) in names)
        if len(names) >= 2 and same >= 2 and 2 * same >= len(names):
            return _melted(grid, top, across)
    return None


def _melted(grid: Grid, top: int, across: list[str]) -> RawTable:
    rows: list[list[Cell]] = []
    labels: list[str] = []
    for at in range(top + 1, len(grid.rows)):
        row = grid.rows[at]
        origin = clean(row[0]) if row else ""
        if not origin:
            continue
        for spot, destination in enumerate(across):
            cell = row[spot] if spot < len(row) else None
            if spot and destination and key(destination) != key(origin) and not is_missing(clean(cell)):
                rows.append([origin, destination, cell])
                labels.append(grid.labels[at])
    heading = "minutes"
    return RawTable(
        "travel",
        grid.file,
        grid.name,
        ["origin", "destination", heading],
        ["origin", "destination", heading],
        rows,
        labels,
    )
