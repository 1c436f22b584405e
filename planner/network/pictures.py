"""The pictures of a network: flows on the map, and the levels above one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.catalogue import texts
from planner.flows import OUTSIDE
from planner.map_words import told
from planner.network.analysis import Analysis
from planner.network.graph import pairs
from planner.text import amount, joined

if TYPE_CHECKING:
    from geodata.layered import Layers
    from geodata.map_ground import Ground
    from geodata.picture import Sheet

#: Places and lines drawn at most: the largest flows; the note says how many are left out.
MOST_PLACES, MOST_LINES, MOST_NAMES = 60, 220, 40
MOST_COLOURS = 6
WORDS = texts("network.pictures")


class Drawn:
    """What both pictures show: the flows of all specialties, the places by flow, colours by receiving hospital."""

    def __init__(self, found: Analysis, lang: str, latin: bool = False) -> None:
        self.found, self.lang, self.latin = found, lang, latin
        self.up, self.down = pairs(found.network, "up"), pairs(found.network, "down")
        out = found.network.out.groupby("origin")["patients"].sum()
        self.out = out[out > 0]
        received = self.up.groupby("destination")["patients"].sum()
        self.hubs = [str(key) for key in received.sort_values(ascending=False, kind="stable").index]

    def say(self, key: str, **values: object) -> str:
        return WORDS.say(key, self.lang, **values)

    def name(self, key: object) -> str:
        text = self.found.name("institutions", key)
        return str(key) if self.latin and any(ord(letter) > 0x2E7F for letter in text) else text

    def title(self, what: str, sketch: bool = False) -> str:
        region = self.found.region
        shown = "" if self.latin and any(ord(letter) > 0x2E7F for letter in region) else region
        state = self.say("by_plan" if self.found.network.planned else "today")
        if self.found.closed:
            state = self.say("closed", gone=joined((self.name(key) for key in self.found.closed), self.lang))
        return self.say("sketch" if sketch else "title", region=shown, what=self.say(what), state=state).strip()

    def series(self, hub: str) -> int:
        return min(self.hubs.index(hub), MOST_COLOURS) if hub in self.hubs else MOST_COLOURS

    def colours(self) -> dict[str, int]:
        """Number of a colour for each group: that of its hospital which receives most."""
        places = self.found.network.places
        found: dict[str, int] = {}
        for hub in self.hubs:
            group = str(places["group"].get(hub, ""))
            if group and group not in found:
                found[group] = self.series(hub)
        rest = sorted({str(group) for group in places["group"] if group} - set(found))
        return found | {group: len(found) + at for at, group in enumerate(rest)}

    def notes(self, lines: int, places: int, both: bool) -> list[str]:
        parts = [self.say("widths" if both else "widths_up")]
        if lines:
            parts.append(self.say("lines_left_out", lines=lines))
        if places:
            parts.append(self.say("places_left_out", places=places))
        return [self.say("semicolon").join(parts)]


def layered(drawn: Drawn) -> Layers:
    """The levels above one another, each in the order of groups; care outside stands beside the top."""
    from geodata.label_places import short_names
    from geodata.layered import Layers
    from geodata.map_look import mark_of

    places = drawn.found.places
    flow = places[["up_out", "up_in", "down_out", "down_in", "outside"]].sum(axis=1)
    chosen = places.assign(flow=flow).sort_values(["flow", "institution"], ascending=[False, True]).iloc[:MOST_PLACES]
    levels = sorted({int(level) for level in chosen["level"]}, reverse=True)
    groups = drawn.colours()
    kinds = drawn.found.network.places["kind"]
    lon = drawn.found.network.places["lon"]
    chosen = chosen.assign(
        layer=[levels.index(int(level)) for level in chosen["level"]],
        place=chosen["institution"].map(lon).fillna(0.0),
    ).sort_values(["layer", "group", "place", "institution"], kind="stable")
    labels = short_names([drawn.name(key) for key in chosen["institution"]])
    both = zip(chosen["level"], chosen["institution"], strict=True)
    marks = [mark_of(float(level), str(kinds[key])) for level, key in both]
    nodes = pd.DataFrame({
        "id": chosen["institution"].astype(str), "label": labels, "layer": chosen["layer"],
        "group": [groups.get(str(group), -1) for group in chosen["group"]],
        "mark": marks,
    })  # fmt: skip
    if len(drawn.out):
        away = {
            "id": OUTSIDE,
            "label": drawn.say("outside"),
            "layer": 0,
            "group": -1,
            "mark": OUTSIDE,
        }
        nodes = pd.concat([nodes, pd.DataFrame([away])], ignore_index=True)
    edges, left_out = _edges(drawn, set(nodes["id"]))
    legend = [(drawn.say("up_to", place=drawn.name(hub)), "up", at) for at, hub in enumerate(drawn.hubs[:MOST_COLOURS])]
    if len(drawn.hubs) > MOST_COLOURS:
        legend.append((drawn.say("up_to_others"), "up", MOST_COLOURS))
    if len(drawn.down):
        legend.append((drawn.say("down"), "down", 0))
    if len(drawn.out):
        legend.append((drawn.say("leaving"), "out", 0))
    names = [drawn.say(f"level_{max(0, min(level, 3))}") for level in levels]
    title = drawn.title("by_level")
    return Layers(title, nodes, edges, names, legend, drawn.notes(left_out, len(places) - len(chosen), True))


def _edges(drawn: Drawn, shown: set[str]) -> tuple[pd.DataFrame, int]:
    """Edges between the places shown, the largest of them; how many are left out."""
    up = drawn.up.assign(kind="up", series=[drawn.series(str(key)) for key in drawn.up["destination"]])
    down = drawn.down.assign(kind="down", series=[drawn.series(str(key)) for key in drawn.down["origin"]])
    out = pd.DataFrame(
        {"origin": drawn.out.index, "destination": OUTSIDE, "patients": drawn.out.to_numpy(), "series": 0}
    )
    every = pd.concat([up, down, out.assign(kind="out")], ignore_index=True).rename(columns={"patients": "weight"})
    kept = every[every["origin"].isin(shown) & every["destination"].isin(shown)]
    kept = kept.sort_values(["weight", "origin", "destination"], ascending=[False, True, True]).iloc[:MOST_LINES]
    return kept[["origin", "destination", "weight", "kind", "series"]], len(every) - len(kept)


def on_map(drawn: Drawn, ground: Ground) -> Sheet | None:
    """Flows between places on the map; None where fewer than two have coordinates."""
    from geodata import map_look as look
    from geodata.map_layers import group_areas, lines, points
    from geodata.picture import Key, Panel, Sheet
    from geodata.picture_shapes import Areas, Lines, Marks

    where = located(drawn.found)
    if len(where) < 2:
        return None
    found: list[Any] = []
    keys: list[Key] = []
    spots = points(where)
    if ground.units is not None and len(ground.units):
        found.append(Areas(ground.units, "", 0.0, look.BORDER, 0.3, dash=True))
    areas = group_areas(where, ground.units)
    colours = drawn.colours()
    for group in sorted(set(areas["group"])):
        colour = look.SERIES[colours[str(group)] % len(look.SERIES)]
        found.append(Areas(areas[areas["group"] == group], colour, 0.07, colour, 0.35, dash=True))
    shown = drawn.up.sort_values(["patients", "origin", "destination"], ascending=[False, True, True])
    shown = shown.iloc[:MOST_LINES].reset_index(drop=True)
    most = float(shown["patients"].max()) if len(shown) else 0.0
    keys.append(Key(drawn.say("up")))
    others: set[int] = set()
    middle = (float(where["lon"].mean()), float(where["lat"].mean()))
    for hub in drawn.hubs:
        rows = lines(shown[shown["destination"] == hub], where, "origin", "destination")
        if rows.empty:
            continue
        at = drawn.series(hub)
        colour, dash = look.SERIES[at % len(look.SERIES)], look.DASHES[at % len(look.DASHES)]
        widths = [look.width(value, most) for value in rows["patients"]]
        found.append(Lines(rows, colour, widths, dash, 0.8, 0.07, middle, halo=True))
        if at < MOST_COLOURS:
            text = drawn.say("to", place=drawn.name(hub))
            keys.append(Key(text, Lines(rows, colour, 1.4, dash)))
        elif at not in others:
            others.add(at)
            keys.append(Key(drawn.say("to_others"), Lines(rows, colour, 1.4, dash)))
    for value in _examples(most):
        keys.append(Key(amount(value), Lines(spots, look.QUIET, look.width(value, most))))
    size = 1.0 if len(where) <= 80 else 0.75 if len(where) <= 300 else 0.55
    keys.append(Key(drawn.say("institutions")))
    for mark in look.MARKS:
        rows = spots[spots["mark"] == mark.key]
        if len(rows):
            found.append(Marks(rows, mark.plot, mark.size * size, mark.fill))
            keys.append(Key(told(mark.key, drawn.lang), Marks(rows, mark.plot, mark.size, mark.fill)))
    names = _names(drawn, spots, size)
    missing = len(drawn.found.places) - len(where)
    notes = drawn.notes(len(drawn.up) - len(shown), 0, False)
    if missing:
        notes.append(drawn.say("no_coordinates", places=missing))
    title = drawn.title("flows", sketch=True)
    return Sheet(title, [Panel("", found, names)], spots, keys, notes, drawn.say("north"))


def located(found: Analysis) -> pd.DataFrame:
    """Institutions with coordinates: id, name, level, kind, group, mark, lon, lat."""
    from geodata.map_layers import located as on_earth
    from geodata.map_look import mark_of

    table = found.network.places.rename_axis("id").reset_index()
    table = on_earth(table.assign(id=table["id"].astype(str)))
    marks = [mark_of(float(level), str(kind)) for level, kind in zip(table["level"], table["kind"], strict=True)]
    return table.assign(mark=marks)


def _examples(most: float) -> list[float]:
    """Two round flows for the legend of widths."""
    if not most > 0:
        return []
    scale = 10.0 ** np.floor(np.log10(most))
    top = max(value for value in (1.0, 2.0, 5.0) if value * scale <= most * (1 + 1e-9)) * scale
    return [float(top / 5.0), float(top)]


def _names(drawn: Drawn, spots: Any, size: float) -> Any:
    """Names of the institutions with most flow."""
    from geodata import map_look as look
    from geodata.label_places import short_names

    flow = drawn.found.places.set_index("institution")[["up_out", "up_in"]].sum(axis=1)
    chosen = spots.assign(flow=spots["id"].map(flow))
    chosen = chosen.sort_values(["level", "flow", "id"], ascending=[False, False, True]).iloc[:MOST_NAMES]
    labels = short_names([drawn.name(key) for key in chosen["id"]])
    radius = np.array([look.MARK[key].size / 2 for key in chosen["mark"]]) * size
    named = chosen[[chosen.geometry.name]].assign(
        name=labels, mark_mm=radius, strong=(chosen["level"] >= 2).to_numpy(bool)
    )
    return named.reset_index(drop=True)
