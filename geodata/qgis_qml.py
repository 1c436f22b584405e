"""The grammar of a QGIS style file (QML): symbols, renderers, labels and aliases as XML elements.

Only what the map layers need, in the form that QGIS 3.18 and later read (`Option` maps). What the
layers look like is in `geodata.qgis_styles`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

#: Written into every style; QGIS warns about styles of versions newer than itself.
VERSION = "3.18.0"
FONT = "Microsoft YaHei"
#: Characters that no XML file may hold.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rgba(colour: str, alpha: float = 1.0) -> str:
    """`#rrggbb` and an opacity from 0 to 1 as QGIS writes colours."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * alpha)}"


def options(parent: Element, values: Mapping[str, object]) -> Element:
    """A map of options below `parent`; everything is written as text, as QGIS does for symbols."""
    found = SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        SubElement(found, "Option", name=name, type="QString", value=str(value))
    return found


def _data_defined(parent: Element, tag: str, expressions: Mapping[str, str]) -> None:
    """Properties that follow an expression, such as a width by patients a month."""
    whole = SubElement(SubElement(parent, tag), "Option", type="Map")
    SubElement(whole, "Option", name="name", type="QString", value="")
    inner = SubElement(whole, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        one = SubElement(inner, "Option", name=name, type="Map")
        SubElement(one, "Option", name="active", type="bool", value="true")
        SubElement(one, "Option", name="expression", type="QString", value=expression)
        SubElement(one, "Option", name="type", type="int", value="3")
    SubElement(whole, "Option", name="type", type="QString", value="collection")


@dataclass(frozen=True)
class Piece:
    """One layer of a symbol: its QGIS class, its properties, and those that follow an expression."""

    kind: str
    values: Mapping[str, object]
    expressions: Mapping[str, str] = field(default_factory=dict)
    inner: Symbol | None = None


@dataclass(frozen=True)
class Symbol:
    """A symbol of pieces drawn one over the other; `kind` is marker, line or fill."""

    kind: str
    pieces: tuple[Piece, ...]
    alpha: float = 1.0

    def element(self, name: str) -> Element:
        """The `<symbol>` of this name."""
        found = Element("symbol", type=self.kind, name=name, alpha=f"{self.alpha:g}", clip_to_extent="1", force_rhr="0")
        for piece in self.pieces:
            layer = SubElement(found, "layer", {"class": piece.kind, "enabled": "1", "locked": "0", "pass": "0"})
            options(layer, piece.values)
            if piece.expressions:
                _data_defined(layer, "data_defined_properties", piece.expressions)
            if piece.inner is not None:
                layer.append(piece.inner.element(f"@{name}@0"))
        return found


def marker(
    shape: str, size: float, fill: str, edge: str = "#ffffff", edge_width: float = 0.3,
    offset: tuple[float, float] = (0.0, 0.0),
) -> Symbol:  # fmt: skip
    """A marker of a simple shape; sizes and offsets in millimetres on paper."""
    values = {
        "name": shape, "size": f"{size:g}", "size_unit": "MM", "color": rgba(fill), "outline_color": rgba(edge),
        "outline_width": f"{edge_width:g}", "outline_width_unit": "MM", "outline_style": "solid",
        "offset": f"{offset[0]:g},{offset[1]:g}", "offset_unit": "MM", "joinstyle": "miter",
    }  # fmt: skip
    return Symbol("marker", (Piece("SimpleMarker", values),))


def stroke(
    colour: str, width: float, dash: Sequence[float] = (), width_by: str = "", offset: float = 0.0,
    arrow: bool = False, alpha: float = 1.0,
) -> Symbol:  # fmt: skip
    """A line; `dash` in mm (line, gap, ...), `width_by` an expression in mm, `arrow` a head at its end."""
    values = {
        "line_color": rgba(colour), "line_width": f"{width:g}", "line_width_unit": "MM", "capstyle": "round",
        "joinstyle": "round", "line_style": "solid", "offset": f"{offset:g}", "offset_unit": "MM",
        "use_custom_dash": "1" if dash else "0", "customdash": ";".join(f"{d:g}" for d in dash) or "5;2",
        "customdash_unit": "MM",
    }  # fmt: skip
    if dash:
        values["capstyle"] = "flat"
    pieces = [Piece("SimpleLine", values, {"outlineWidth": width_by} if width_by else {})]
    if arrow:
        head = Symbol("marker", (Piece("SimpleMarker", {
            "name": "filled_arrowhead", "size": "2.6", "size_unit": "MM", "color": rgba(colour),
            "outline_color": rgba("#ffffff"), "outline_width": "0.1", "outline_style": "solid",
        }),))  # fmt: skip
        # In the middle: at the end the marker of the institution would hide it.
        place = {"placement": "centralpoint", "placements": "CentralPoint", "rotate": "1", "offset": f"{offset:g}",
                 "offset_unit": "MM"}  # fmt: skip
        pieces.append(Piece("MarkerLine", place, inner=head))
    return Symbol("line", tuple(pieces), alpha)


def area(
    colour: str, opacity: float, edge: str, edge_width: float = 0.3, dash: bool = False, hatch: float | None = None
) -> Symbol:
    """An area; `hatch` adds parallel lines at this angle, so that areas differ without colour."""
    values = {
        "color": rgba(colour, opacity), "style": "solid" if opacity > 0 else "no", "outline_color": rgba(edge),
        "outline_width": f"{edge_width:g}", "outline_width_unit": "MM",
        "outline_style": "dash" if dash else ("solid" if edge_width else "no"), "joinstyle": "round",
    }  # fmt: skip
    pieces = [Piece("SimpleFill", values)]
    if hatch is not None:
        lines = {"angle": f"{hatch:g}", "distance": "2.5", "distance_unit": "MM", "line_width": "0.2"}
        pieces.append(Piece("LinePatternFill", lines, inner=stroke(edge, 0.2)))
    return Symbol("fill", tuple(pieces))


@dataclass(frozen=True)
class Rule:
    """One line of the legend: features that pass `filter`, with a symbol or with rules below it."""

    label: str
    filter: str = ""
    symbol: Symbol | None = None
    inner: tuple[Rule, ...] = ()
    shown: bool = True


def categories(attribute: str, found: Sequence[tuple[str, str, Symbol]]) -> Element:
    """One symbol for each value: (value, label, symbol)."""
    root = Element("renderer-v2", type="categorizedSymbol", attr=attribute, symbollevels="0", enableorderby="0")
    listed, symbols = SubElement(root, "categories"), SubElement(root, "symbols")
    for at, (value, label, symbol) in enumerate(found):
        SubElement(listed, "category", value=value, label=label, symbol=str(at), render="true", type="string")
        symbols.append(symbol.element(str(at)))
    return root


def graduated(attribute: str, found: Sequence[tuple[float, float, str, Symbol]]) -> Element:
    """One symbol for each range of a number: (least, most, label, symbol)."""
    root = Element(
        "renderer-v2", type="graduatedSymbol", attr=attribute, graduatedMethod="GraduatedSize", symbollevels="0",
        enableorderby="0",
    )  # fmt: skip
    listed, symbols = SubElement(root, "ranges"), SubElement(root, "symbols")
    for at, (least, most, label, symbol) in enumerate(found):
        bounds = {"lower": f"{least:.6f}", "upper": f"{most:.6f}"}
        SubElement(listed, "range", {"label": label, "symbol": str(at), "render": "true", **bounds})
        symbols.append(symbol.element(str(at)))
    return root


def ruled(rules: Sequence[Rule], order_by: str = "") -> Element:
    """Rules, which the legend shows with a box to tick for each; drawn by falling `order_by` if given."""
    root = Element("renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="1" if order_by else "0")
    top = SubElement(root, "rules", key="{00000000-0000-0000-0000-000000000000}")
    symbols = SubElement(root, "symbols")
    count = [0]

    def add(parent: Element, rule: Rule) -> None:
        count[0] += 1
        values = {"key": f"{{00000000-0000-0000-0000-{count[0]:012d}}}", "label": rule.label}
        if rule.filter:
            values["filter"] = rule.filter
        if not rule.shown:
            values["checkstate"] = "0"
        if rule.symbol is not None:
            values["symbol"] = str(len(symbols))
            symbols.append(rule.symbol.element(values["symbol"]))
        element = SubElement(parent, "rule", values)
        for one in rule.inner:
            add(element, one)

    for rule in rules:
        add(top, rule)
    if order_by:
        SubElement(SubElement(root, "orderby"), "orderByClause", asc="0", nullsFirst="0").text = f'"{order_by}"'
    return root


def labelled(
    expression: str, size: float = 9.0, colour: str = "#17242d", bold_if: str = "", distance: float = 1.2,
    areas: bool = False, priority: int = 5, nearer_than: int = 0,
) -> Element:  # fmt: skip
    """Labels with a white halo, around points or inside areas.

    expression: a field or an expression, with quotes. priority: 0 to 10, who stays where there is no
    room for all. nearer_than: shown on maps larger than 1 : this; 0 always.
    """
    root = Element("labeling", type="simple")
    settings = SubElement(root, "settings", calloutType="simple")
    style = SubElement(settings, "text-style", {
        "fieldName": expression, "isExpression": "1", "fontFamily": FONT, "fontSize": f"{size:g}",
        "fontSizeUnit": "Point", "textColor": rgba(colour), "textOpacity": "1", "fontWeight": "50",
    })  # fmt: skip
    SubElement(style, "text-buffer", {
        "bufferDraw": "1", "bufferSize": "1", "bufferSizeUnits": "MM", "bufferColor": rgba("#ffffff"),
        "bufferOpacity": "0.9", "bufferJoinStyle": "128", "bufferNoFill": "1",
    })  # fmt: skip
    SubElement(settings, "placement", {
        # 6 = cartographic, the best free place around a point; 4 = level, inside an area.
        "placement": "4" if areas else "6", "dist": f"{distance:g}", "distUnits": "MM", "offsetType": "1",
        "priority": str(priority), "predefinedPositionOrder": "TR,TL,BR,BL,R,L,TSR,BSR",
    })  # fmt: skip
    SubElement(settings, "rendering", {
        "displayAll": "0", "obstacle": "1", "drawLabels": "1", "limitNumLabels": "0",
        "scaleVisibility": "1" if nearer_than else "0", "scaleMin": "0", "scaleMax": str(nearer_than),
    })  # fmt: skip
    _data_defined(settings, "dd_properties", {"Bold": bold_if} if bold_if else {})
    return root


def style(renderer: Element, aliases: Mapping[str, str], labels: Element | None = None, tip: str = "") -> str:
    """The whole style as text: renderer, labels, readable names of the fields, and a tip under the pointer."""
    root = Element(
        "qgis", version=VERSION, styleCategories="AllStyleCategories", labelsEnabled="1" if labels is not None else "0"
    )
    root.append(renderer)
    if labels is not None:
        root.append(labels)
    named = SubElement(root, "aliases")
    for at, (name, alias) in enumerate(aliases.items()):
        SubElement(named, "alias", field=name, index=str(at), name=alias)
    if tip:
        SubElement(root, "previewExpression").text = tip
    indent(root, " ")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + NOT_XML.sub(
        " ", tostring(root, encoding="unicode")
    )
