"""What each layer of `map.gpkg` looks like in QGIS: shapes by level and kind, widths by weight, labels.

`style_of` gives the QML of one layer; its words come from `say`, so that the file reads in the
language of the plan. Layers with many overlapping features (clinics by specialty, travel bands by
what is offered) come as rules with a box to tick each, the first one shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from geodata import map_look as look
from geodata.qgis_qml import (
    Rule,
    Symbol,
    area,
    categories,
    graduated,
    labelled,
    marker,
    ruled,
    stroke,
    style,
)

if TYPE_CHECKING:
    import geopandas

Say = Callable[[str], str]
#: Most rules with a box of their own in one layer's legend.
MOST_RULES = 40


def style_of(layer: str, frame: geopandas.GeoDataFrame, aliases: Mapping[str, str], say: Say) -> str:
    """The QML of a layer for the features that it has; "" for a layer without a style here."""
    made = _STYLES.get(layer)
    if made is None or frame.empty:
        return ""
    renderer, labels = made(frame, say)
    return style(renderer, aliases, labels, _TIPS.get(layer, ""))


Made = tuple[Element, Element | None]


def _institutions(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    found = [mark for mark in look.MARKS if mark.key in set(frame["mark"])]
    listed = [(mark.key, say(mark.key), marker(mark.shape, mark.size, mark.fill)) for mark in found]
    large = '"level" >= 2'
    # In a region of hundreds the small ones are named when the map is near enough.
    name = '"name"' if len(frame) <= 60 else f"if({large} OR @map_scale < 150000, \"name\", '')"
    return categories("mark", listed), labelled(name, 9, bold_if=large, distance=1.6, priority=10)


def _communities(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    shown = [
        (low, high, f"{low:,.0f} – {high:,.0f}", marker("circle", 0.9 + 0.6 * at, "#9aa3a8", edge_width=0.1))
        for at, (low, high) in enumerate(look.steps(frame["population"].tolist()))
    ]
    labels = labelled('"name"', 7, look.QUIET, distance=0.8, priority=1, nearer_than=120_000)
    return graduated("population", shown), labels


def _boundaries(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    rules = [Rule(say("boundaries"), "", area(look.PAPER, 0.0, look.BORDER, 0.35, dash=True))]
    return ruled(rules), labelled('"name"', 8, look.QUIET, areas=True, priority=2, nearer_than=400_000)


def _roads(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    classes = [name for name in look.ROADS if name and name in set(frame["class"])]
    rules = []
    for name in classes:
        colour, width = look.ROADS[name]
        dash = (2.0, 1.5) if name == "ferry" else ()
        rules.append(Rule(say(f"road_{name}"), f"\"class\" = '{name}'", stroke(colour, width, dash)))
    colour, width = look.ROADS[""]
    rules.append(Rule(say("road_other"), "ELSE", stroke(colour, width)))
    return ruled(rules[::-1]), None


def _flows(attribute: str, colours: Sequence[str], kind: str) -> Callable[[geopandas.GeoDataFrame, Say], Made]:
    def made(frame: geopandas.GeoDataFrame, say: Say) -> Made:
        values = frame[attribute].astype(float)
        most = float(values.max())
        shown = []
        for low, high in look.steps(values.tolist()):
            line = stroke(colours[0], look.width(high, most), arrow=True, alpha=0.85)
            shown.append((low, high, f"{low:g} – {high:g} {say(kind)}", line))
        return graduated(attribute, shown), None

    return made


def _text(value: object) -> str:
    """A text inside a QGIS expression."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _by_width(attribute: str, frame: geopandas.GeoDataFrame, least: float = 0.4, most: float = 3.0) -> str:
    high = max(float(frame[attribute].astype(float).max()), 1e-9)
    return f'{least:g} + {most - least:g} * sqrt(max(0, coalesce("{attribute}", 0)) / {high:.6g})'


def _by_value(
    attribute: str, weight: str, first_only: bool = False, unit: str = ""
) -> Callable[[geopandas.GeoDataFrame, Say], Made]:
    """Lines that differ by the value of `attribute` in colour and dash, and by `weight` in width."""

    def made(frame: geopandas.GeoDataFrame, say: Say) -> Made:
        totals = frame.groupby(attribute)[weight].sum().sort_values(ascending=False, kind="stable")
        rules = []
        for at, value in enumerate([str(name) for name in totals.index[:MOST_RULES]]):
            colour = look.SERIES[at % len(look.SERIES)]
            line = stroke(colour, 0.8, look.DASHES[at % len(look.DASHES)], _by_width(weight, frame), alpha=0.85)
            rules.append(Rule(value, f'"{attribute}" = {_text(value)}', line, shown=not first_only or at == 0))
        return ruled(rules, order_by=weight), None

    return made


def _postings(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    rules = [
        Rule(say("posting_new"), "\"state\" <> 'running'", stroke(look.ORANGE, 1.1, offset=1.6, arrow=True)),
        Rule(
            say("posting_running"),
            "\"state\" = 'running'",
            stroke("#9a6700", 0.9, (2.4, 1.4), offset=1.6, arrow=True),
        ),
    ]
    return ruled(rules), None


def _referrals(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    wide = _by_width("patients_per_month", frame)
    rules = [
        Rule(say("referrals_up"), "\"direction\" = 'up'", stroke(look.RED, 0.8, (), wide, 0.9, arrow=True, alpha=0.8)),
        Rule(say("referrals_down"), "\"direction\" = 'down'", stroke(look.GREEN, 0.8, (3, 1.4), wide, 0.9, arrow=True)),
    ]
    return ruled(rules, order_by="patients_per_month"), None


def _tele(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    wide = _by_width("visits_per_month", frame, 0.25, 1.4)
    return ruled([Rule(say("tele_links"), "", stroke(look.PINK, 0.5, (0.8, 1.4), wide))]), None


def _bands(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    order = frame.drop_duplicates(["offer", "moment"]).sort_values("rank", kind="stable")
    rules = []
    # The one that gains most, as the plan leaves it.
    first = next((at for at, moment in enumerate(order["moment"]) if moment != "today"), 0)
    for at, row in enumerate(order[["offer", "offer_name", "moment"]].itertuples(index=False)):
        moment = "" if row.moment == "both" else f" · {say(str(row.moment))}"
        inner = tuple(
            Rule(
                f"{minutes} {say('minutes')}",
                f'"minutes" = {minutes}',
                area(look.BANDS[minutes], 0.55, look.PAPER, 0.15),
            )
            for minutes in sorted(look.BANDS, reverse=True)
        )
        wanted = f'"offer" = {_text(row.offer)} AND "moment" = {_text(row.moment)}'
        rules.append(Rule(f"{row.offer_name}{moment}", wanted, None, inner, shown=at == first))
    return ruled(rules[:MOST_RULES], order_by="minutes"), None


def _groups(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    angles = (45.0, 135.0, 0.0, 90.0, 22.5, 67.5, 112.5)
    listed = []
    for at, name in enumerate(sorted(set(frame["group"].astype(str)))):
        colour = look.SERIES[at % len(look.SERIES)]
        hatch = angles[at % len(angles)] if frame["group"].nunique() > 1 else None
        listed.append((name, name, area(colour, 0.08, colour, 0.5, hatch=hatch)))
    return categories("group", listed), labelled('"group"', 10, look.QUIET, areas=True, priority=4)


def _centres(frame: geopandas.GeoDataFrame, say: Say) -> Made:
    """Each service has its own place on a ring around the institution, so that none hides another."""
    names = sorted(set(frame["service_name"].astype(str)))
    shapes = ("square", "diamond", "triangle", "circle", "pentagon", "cross_fill", "star")
    listed: list[tuple[str, str, Symbol]] = []
    for at, name in enumerate(names):
        place = look.ring(at, len(names), 4.6)
        symbol = marker(shapes[at % len(shapes)], 3.2, look.SERIES[at % len(look.SERIES)], "#000000", 0.35, place)
        listed.append((name, name, symbol))
    return categories("service_name", listed), None


_STYLES: Mapping[str, Callable[[geopandas.GeoDataFrame, Say], Made]] = {
    "institutions": _institutions,
    "centres": _centres,
    "communities": _communities,
    "boundaries": _boundaries,
    "roads": _roads,
    "sessions": _flows("sessions_per_month", (look.BLUE,), "clinics_month"),
    "sessions_by_specialty": _by_value("specialty", "sessions_per_month", first_only=True),
    "postings": _postings,
    "service_links": _by_value("service", "items_per_day"),
    "referrals": _referrals,
    "tele_links": _tele,
    "travel_bands": _bands,
    "groups": _groups,
}
#: What QGIS shows under the pointer.
_TIPS = {
    "institutions": '"name"',
    "communities": '"name"',
    "sessions": '"from_name" || \' → \' || "to_name" || \' \' || "sessions_per_month"',
    "referrals": '"from_name" || \' → \' || "to_name" || \' \' || "patients_per_month"',
}
