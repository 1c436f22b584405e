"""The pictures of the report: clinics and postings, shared centres, travel bands before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geodata import map_look as look
from geodata.label_places import short_names
from geodata.picture import Key, Panel, Sheet
from geodata.picture_shapes import Areas, Lines, Marks
from planner.map_words import told
from planner.text import MARKS, joined
from planner.view import View

#: Layers by name, as GeoDataFrames.
Frames = Mapping[str, Any]
#: Places named on a picture when there are more than twice as many.
MOST_NAMES = 40
#: Hospitals with a colour of their own.
MOST_COLOURS = 6


def is_latin(text: str) -> bool:
    """Whether a font without Chinese characters shows a text."""
    return all(ord(letter) < 0x2E80 for letter in text)


def sheets(view: View, frames: Frames, missing: int, latin: bool = False) -> dict[str, Sheet]:
    """The pictures that a plan's layers allow, by key: clinics, centres, bands.

    missing: institutions without coordinates, which the notes count. latin: leave out what Latin
    letters cannot say (the view gives ids for names).
    """
    if "institutions" not in frames:
        return {}
    maker = SheetMaker(view, frames, missing, latin)
    if view.saved.info.get("job") == "groups":
        from planner.grouping.picture import groups_sheet

        return {"groups": groups_sheet(maker)}
    found: dict[str, Sheet] = {"clinics": maker.clinics()}
    if "centres" in frames:
        found["centres"] = maker.centres()
    if "travel_bands" in frames:
        found["bands"] = maker.bands()
    return found


class SheetMaker:
    """Sheets of one plan; the ground, the marks and the names are the same on all."""

    def __init__(self, view: View, frames: Frames, missing: int, latin: bool) -> None:
        self.view = view
        self.frames = frames
        self.missing = missing
        self.latin = latin
        self.places = frames["institutions"]
        seats = [frames[name] for name in ("institutions", "communities") if name in frames]
        self.extent = pd.concat([seat[[seat.geometry.name]] for seat in seats], ignore_index=True)

    def say(self, key: str, **values: object) -> str:
        return told(key, self.view.lang, **values)

    # --- the sheets -------------------------------------------------------------------------

    def clinics(self) -> Sheet:
        """Lines of clinics by sending hospital, width by number; postings as counts at the sites."""
        drawn: list[Areas | Lines | Marks] = self.ground(groups=True)
        legend: list[Key] = []
        flows = self.frames.get("sessions")
        if flows is not None:
            most = float(flows["sessions_per_month"].max())
            legend.append(Key(self.say("clinics_head")))
            totals = flows.groupby("from_id")["sessions_per_month"].sum().sort_values(ascending=False, kind="stable")
            pivot = self._middle(set(totals.index)) if flows["to_id"].duplicated().any() else None
            for at, origin in enumerate(totals.index):
                rows = flows[flows["from_id"] == origin]
                colour, dash = series(min(at, MOST_COLOURS))
                widths = [look.width(value, most) for value in rows["sessions_per_month"]]
                # Hospitals that go to the same site arch to either side, so that both lines are seen.
                lines = Lines(rows, colour, widths, dash, 0.8, 0.07 if pivot else 0.0, pivot, halo=True)
                drawn.append(lines)
                if at <= MOST_COLOURS:
                    name = self.view.name("institutions", origin)
                    legend.append(Key(self.say("from", name=name), Lines(rows, colour, 1.4, dash)))
            legend += [
                Key(self.say("per_month", count=f"{value:g}"), Lines(flows, look.QUIET, look.width(value, most)))
                for value in _examples(most)
            ]
        drawn += self.marks()
        legend += self.mark_keys()
        drawn += self._posted(legend)
        notes = [] if "groups" not in self.frames or not self._sketched() else [self.say("group_note")]
        return self.sheet(
            self.say("clinics_title"), [Panel("", drawn, self.names())], [*legend, *self.ground_keys(True)], notes
        )

    def centres(self) -> Sheet:
        """Centres around their institutions, links to who they serve."""
        drawn: list[Areas | Lines | Marks] = self.ground()
        links, centres = self.frames.get("service_links"), self.frames["centres"]
        legend: list[Key] = []
        services = sorted(set(centres["service_name"]))
        if links is not None:
            most = float(links["items_per_day"].max())
            legend.append(Key(self.say("links_head")))
            for at, service in enumerate(services):
                rows = links[(links["service"] == service) & (links["backup"] != "yes")]
                colour, dash = series(at)
                legend.append(Key(service, Lines(links, colour, 1.2, dash)))
                if len(rows):
                    # Services of one hospital run along the same way: each arches by its own share.
                    bend = 0.05 * (at - (len(services) - 1) / 2)
                    widths = [look.width(value, most, 0.35, 2.2) for value in rows["items_per_day"]]
                    drawn.append(Lines(rows, colour, widths, dash, 0.85, bend))
            legend += [
                Key(
                    self.say("items_day", count=f"{value:g}"),
                    Lines(links, look.QUIET, look.width(value, most, 0.35, 2.2)),
                )
                for value in _examples(most)
            ]
        drawn += self.marks()
        legend.append(Key(self.say("centres_head")))
        shapes = ("s", "D", "^", "o", "p", "P", "*")
        for at, service in enumerate(services):
            rows = centres[centres["service_name"] == service]
            place = look.ring(at, len(services), 4.2)
            mark = Marks(rows, shapes[at % len(shapes)], 3.0, series(at)[0], "#000000", place)
            drawn.append(mark)
            legend.append(Key(service, Marks(rows, mark.shape, 3.0, mark.fill, "#000000")))
        keys = [*legend, *self.mark_keys(), *self.ground_keys()]
        return self.sheet(self.say("centres_title"), [Panel("", drawn, self.names())], keys)

    def bands(self) -> Sheet:
        """15, 30 and 60 minutes to the nearest place of the specialty that gains most, today and by the plan."""
        bands = self.frames["travel_bands"]
        first = bands.sort_values("rank", kind="stable").iloc[0]
        chosen = bands[bands["offer"] == first["offer"]]
        moments = [moment for moment in ("today", "plan", "both") if moment in set(chosen["moment"])]
        panels = []
        for moment in moments:
            drawn: list[Areas | Lines | Marks] = []
            for minutes in sorted(look.BANDS, reverse=True):
                rows = chosen[(chosen["moment"] == moment) & (chosen["minutes"] == minutes)]
                if len(rows):
                    drawn.append(Areas(rows, look.BANDS[minutes], 1.0, look.PAPER, 0.2))
            drawn += [*self.ground(), *self.marks(small=len(moments) > 1)]
            panels.append(Panel(self.say(moment), drawn, self.names(few=len(moments) > 1)))
        legend = [Key(self.say("bands_head"))]
        for minutes in sorted(look.BANDS):
            legend.append(Key(f"≤ {minutes} {self.say('minutes')}", Areas(chosen, look.BANDS[minutes])))
        estimated = "yes" in set(chosen["estimated"])
        notes = [self.say("estimated_note" if estimated else "road_note")]
        title = self.say("bands_one_title" if moments == ["both"] else "bands_title", name=first["offer_name"])
        return self.sheet(title, panels, [*legend, *self.mark_keys(), *self.ground_keys()], notes)

    # --- what they share --------------------------------------------------------------------

    def sheet(self, title: str, panels: Sequence[Panel], legend: Sequence[Key], notes: Sequence[str] = ()) -> Sheet:
        """A picture with the region's name above its title and the notes below."""
        info = self.view.saved.info
        given = str(info.get("settings", {}).get("output", {}).get("map_note") or "")
        small = list(notes)
        if self.missing:
            small.append(self.say("not_drawn", count=self.missing))
        if len(self.places) > 2 * MOST_NAMES:
            small.append(self.say("not_labelled"))
        lines = [line for line in (joined(small, self.view.lang, "clauses"), self.shown(given)) if line]
        region = self.shown(str(info.get("region") or ""))
        told_title = f"{region} {title}".strip()
        named = MARKS.say("brackets", self.view.lang, text=told_title, more=self.say("sketch"))
        return Sheet(named, panels, self.extent, legend, lines, self.say("north"))

    def shown(self, text: str, instead: str = "") -> str:
        """A text, or another one where the font cannot show it."""
        return text if not self.latin or is_latin(text) else instead

    def ground(self, groups: bool = False) -> list[Areas | Lines | Marks]:
        """What lies under everything: group areas where asked for, roads, boundaries, communities."""
        found: list[Areas | Lines | Marks] = []
        if groups and "groups" in self.frames and len(self.frames["groups"]) > 1:
            areas = self.frames["groups"]
            for at, name in enumerate(sorted(set(areas["group"]))):
                colour = series(at)[0]
                rows = areas[areas["group"] == name]
                found.append(Areas(rows, colour, 0.07, colour, 0.35, dash=True))
        if "roads" in self.frames:
            roads = self.frames["roads"]
            for kind in reversed([name for name in look.ROADS if name]):
                rows = roads[roads["class"] == kind]
                if len(rows):
                    colour, width = look.ROADS[kind]
                    found.append(Lines(rows, colour, width, (1.5, 1.2) if kind == "ferry" else ()))
        if "boundaries" in self.frames:
            found.append(Areas(self.frames["boundaries"], "", 0.0, look.BORDER, 0.3, dash=True))
        if "communities" in self.frames:
            found.append(Marks(self.frames["communities"], "o", 0.8, "#9aa3a8", "none"))
        return found

    def ground_keys(self, groups: bool = False) -> list[Key]:
        """The legend of the ground."""
        keys: list[Key] = []
        if groups and "groups" in self.frames and len(self.frames["groups"]) > 1:
            areas = self.frames["groups"]
            for at, name in enumerate(sorted(set(areas["group"]))[:MOST_COLOURS]):
                colour = series(at)[0]
                keys.append(
                    Key(
                        self.shown(str(name), f"{self.say('group')} {at + 1}"),
                        Areas(areas, colour, 0.07, colour, 0.35, dash=True),
                    )
                )
        if "boundaries" in self.frames:
            keys.append(Key(self.say("boundaries"), Areas(self.places, "", 0.0, look.BORDER, 0.3, dash=True)))
        if "roads" in self.frames:
            keys.append(Key(self.say("road"), Lines(self.frames["roads"], *look.ROADS["primary"])))
        if "communities" in self.frames:
            keys.append(Key(self.say("community_dot"), Marks(self.places, "o", 1.0, "#9aa3a8", "none")))
        return [Key(self.say("backdrop_head")), *keys] if keys else []

    def marks(self, small: bool = False) -> list[Areas | Lines | Marks]:
        """Institutions by kind."""
        scale = self._scale() * (0.8 if small else 1.0)
        found: list[Areas | Lines | Marks] = []
        # Villages below all; then the large first: a health centre beside a hospital lies over it.
        for mark in sorted(look.MARKS, key=lambda one: one.key != "village"):
            rows = self.places[self.places["mark"] == mark.key]
            if len(rows):
                edge = "none" if mark.key == "village" else look.PAPER
                found.append(Marks(rows, mark.plot, mark.size * scale, mark.fill, edge))
        return found

    def _middle(self, ids: set[str]) -> tuple[float, float]:
        """Mean of the places in degrees."""
        spots = self.places[self.places["id"].isin(ids)].geometry
        return float(spots.x.mean()), float(spots.y.mean())

    def _scale(self) -> float:
        """Marks shrink where there are hundreds."""
        return 1.0 if len(self.places) <= 80 else 0.75 if len(self.places) <= 300 else 0.55

    def mark_keys(self) -> list[Key]:
        """The legend of the institutions."""
        present = set(self.places["mark"])
        keys = [
            Key(self.say(mark.key), Marks(self.places, mark.plot, mark.size, mark.fill))
            for mark in look.MARKS
            if mark.key in present
        ]
        return [Key(self.say("institutions_head")), *keys]

    def _posted(self, legend: list[Key]) -> list[Areas | Lines | Marks]:
        """The number of posted doctors beside each receiving institution."""
        some = self.places[self.places["posted_in"] > 0]
        if some.empty:
            return []
        texts = [str(count) for count in some["posted_in"]]
        beside = (3.1 * self._scale(), 1.9 * self._scale())
        legend.append(Key(self.say("postings_head"), Marks(some, "o", 3.6, look.ORANGE, "#5c3d00", texts=["2"])))
        return [Marks(some, "o", 3.6, look.ORANGE, "#5c3d00", beside, texts)]

    def _sketched(self) -> bool:
        groups = self.frames["groups"]
        return len(groups) > 1 and "nearest" in set(groups["method"])

    def names(self, few: bool = False) -> Any:
        """Institutions to be named, the important first: by level, then by what they give and get."""
        places = self.places
        weight = places["clinics_given"] + places["clinics_got"] + places["posted_in"]
        order = np.lexsort((places["id"], -weight, -places["population"].fillna(0.0), -places["level"]))
        chosen = places.iloc[order]
        if len(places) > 2 * MOST_NAMES:
            chosen = chosen[(chosen["level"] >= 1) | (weight.iloc[order] > 0)].iloc[:MOST_NAMES]
        radius = np.array([look.MARK[key].size / 2 for key in chosen["mark"]]) * self._scale()
        if few:
            radius = radius * 0.8
        names = short_names(list(chosen["name"]))
        named = chosen[[chosen.geometry.name]].assign(
            name=names, mark_mm=radius, strong=(chosen["level"] >= 2).to_numpy()
        )
        return named.reset_index(drop=True)


def series(at: int) -> tuple[str, tuple[float, ...]]:
    """Colour and dashes of the nth of several."""
    return look.SERIES[at % len(look.SERIES)], look.DASHES[at % len(look.DASHES)]


def _examples(most: float) -> list[float]:
    """Two or three round weights for the legend of widths."""
    if not most > 0:
        return []
    scale = 10.0 ** np.floor(np.log10(most))
    top = max(value for value in (1.0, 2.0, 5.0, 10.0) if value * scale <= most * (1 + 1e-9)) * scale
    return [top / 5.0 if top >= 5.0 else top / 2.0, top]
