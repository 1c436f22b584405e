"""The picture of a grouping: units in the colour of their group, neighbours joined, borders and leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata import map_look as look
from geodata.map_layers import lines
from geodata.picture import Key, Panel, Sheet
from geodata.picture_shapes import Areas, Lines, Marks
from planner import map_tables
from planner.grouping.words import told
from planner.map_pictures import series

if TYPE_CHECKING:
    from planner.map_pictures import SheetMaker

#: Groups with a colour and a place in the legend of their own.
MOST = 12


def groups_sheet(maker: SheetMaker) -> Sheet:
    """Areas and marks by group; thin lines join neighbours, dark ones across a border between groups."""
    view, places = maker.view, maker.places
    group = dict(zip(view.saved.table("groups")["institution"], view.saved.table("groups")["group"], strict=True))
    names = sorted(set(group.values()))
    drawn: list[Areas | Lines | Marks] = []
    areas = maker.frames.get("groups")
    for at, name in enumerate(names):
        rows = None if areas is None else areas[areas["group"] == name]
        if rows is not None and len(rows):
            colour = series(at)[0]
            drawn.append(Areas(rows, colour, 0.22, colour, 0.5))
    drawn += maker.ground()
    legend = [Key(told("groups", view.lang))]
    drawn += _links(maker, group, legend)
    for at, name in enumerate(names):
        rows = places[places["id"].map(group) == name]
        if rows.empty:
            continue
        colour = series(at)[0]
        for village in (True, False):
            some = rows[(rows["mark"] == "village") == village]
            if len(some):
                drawn.append(Marks(some, "o", 1.0 if village else 3.0, colour, "none" if village else look.PAPER))
        seats = rows[rows["lead"] == "yes"]
        if len(seats):
            drawn.append(Marks(seats, "s", 4.6, colour, "#000000"))
        if at < MOST:
            text = maker.shown(name, f"{maker.say('group')} {at + 1}")
            legend.append(Key(text, Marks(rows, "o", 3.0, colour, look.PAPER)))
    legend.append(
        Key(maker.shown(told("lead_mark", view.lang), "lead"), Marks(places, "s", 4.6, look.PAPER, "#000000"))
    )
    title = told("map_title", view.lang)
    return maker.sheet(title, [Panel("", drawn, maker.names())], [*legend, *maker.ground_keys()])


def _links(maker: SheetMaker, group: dict[str, str], legend: list[Key]) -> list[Lines]:
    """Neighbours: pale within a group, dark across a border, dashed over water."""
    view = maker.view
    table = view.saved.region.get("neighbours")
    if table is None or table.empty:
        return []
    where, _ = map_tables.places(view)
    pairs = table.rename(columns={"institution": "from_id", "neighbour": "to_id"}).copy()
    pairs["inside"] = [group.get(a) == group.get(b) for a, b in zip(pairs["from_id"], pairs["to_id"], strict=True)]
    found: list[Lines] = []
    kinds: list[tuple[str, bool, bool, str, float, tuple[float, ...]]] = [
        ("link_inside", True, False, "#8a969c", 0.5, ()),
        ("link_across", False, False, "#3b3f42", 0.5, (2.0, 2.0)),
        ("link_water", True, True, "#1f6fb2", 0.7, (0.6, 1.4)),
    ]
    for key, inside, water, colour, width, dash in kinds:
        over = pairs["kind"] == "water"
        chosen = pairs[over] if water else pairs[~over & (pairs["inside"] == inside)]
        frame: Any = lines(chosen, where, "from_id", "to_id") if len(chosen) else None
        if frame is not None and len(frame):
            found.append(Lines(frame, colour, width, dash))
            legend.append(Key(maker.shown(told(key, view.lang), key), Lines(frame, colour, 0.9, dash)))
    return found
