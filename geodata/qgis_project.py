"""`map.qgs`: a QGIS project over `map.gpkg`, for a double click.

The layers of the file in their order, from the ground up, with the styles that they have there; the
ones that would cover the others wait unticked in the list.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, fromstring, indent, tostring

from geodata.map_file import MapLayer
from geodata.qgis_qml import NOT_XML, VERSION

#: What is seen around the places when the project opens: metres, and share of their extent.
MARGIN, SHARE = 1_500.0, 0.06


def write_project(path: Path, file: str, layers: Sequence[MapLayer], hidden: Collection[str], title: str) -> None:
    """Write the project beside the map `file`, which it names without a folder; replaces an existing one.

    layers: from the ground up, as in the file; those without features are left out. hidden: not
    ticked when the project opens.
    """
    kept = [layer for layer in layers if len(layer.frame)]
    root = Element("qgis", version=VERSION, projectname=title)
    SubElement(root, "title").text = title
    code, bounds = _view(kept)
    _crs(SubElement(root, "projectCrs"), code)
    tree = SubElement(root, "layer-tree-group")
    for layer in reversed(kept):
        checked = "Qt::Unchecked" if layer.name in hidden else "Qt::Checked"
        values = {"id": _id(layer), "name": layer.title, "checked": checked, "expanded": "0"}
        SubElement(tree, "layer-tree-layer", {**values, "source": _source(file, layer), "providerKey": "ogr"})
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas")
    SubElement(canvas, "units").text = "meters"
    extent = SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        SubElement(extent, name).text = f"{value:.0f}"
    _crs(SubElement(canvas, "destinationsrs"), code)
    described = SubElement(root, "projectlayers")
    for layer in kept:
        described.append(_layer(file, layer))
    # Without this QGIS ignores the projection of the project.
    switched = SubElement(SubElement(root, "properties"), "SpatialRefSys")
    SubElement(switched, "ProjectionsEnabled", type="int").text = "1"
    indent(root, " ")
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(root, encoding="unicode")
    part = path.with_name(f".{path.name}.part")
    part.write_text(NOT_XML.sub(" ", text), encoding="utf-8", newline="\n")
    os.replace(part, path)


def _layer(file: str, layer: MapLayer) -> Element:
    """A layer with its style: what a style file holds stands inside the element of the layer."""
    shape = str(layer.frame.geometry.geom_type.iloc[0]).removeprefix("Multi").removesuffix("String")
    found = Element("maplayer", type="vector", geometry=shape, autoRefreshEnabled="0", readOnly="0")
    SubElement(found, "id").text = _id(layer)
    SubElement(found, "datasource").text = _source(file, layer)
    SubElement(found, "layername").text = layer.title
    SubElement(found, "abstract").text = layer.description
    _crs(SubElement(found, "srs"), 4326)
    SubElement(found, "provider", encoding="UTF-8").text = "ogr"
    if layer.style:
        style = fromstring(layer.style)
        found.set("labelsEnabled", style.get("labelsEnabled", "0"))
        found.extend(list(style))
    return found


def _source(file: str, layer: MapLayer) -> str:
    return f"./{file}|layername={layer.name}"


def _id(layer: MapLayer) -> str:
    """QGIS makes up ids of its own in the place of those of ten letters and fewer."""
    return f"alliance_layer_{layer.name}"


def _crs(parent: Element, code: int) -> None:
    """A projection in full: QGIS does not take the code alone."""
    from geodata.crs import crs_of

    system = crs_of(code)
    found = SubElement(parent, "spatialrefsys")
    SubElement(found, "wkt").text = system.to_wkt()
    SubElement(found, "srid").text = str(code)
    SubElement(found, "authid").text = f"EPSG:{code}"
    SubElement(found, "description").text = system.name
    SubElement(found, "geographicflag").text = "true" if system.is_geographic else "false"


def _view(layers: Sequence[MapLayer]) -> tuple[int, tuple[float, ...]]:
    """EPSG code of a projection in metres, and the extent of the places in it: bands may reach far beyond."""
    import pandas as pd

    from geodata.crs import metric_crs

    seats = [layer.frame for layer in layers if layer.name in ("institutions", "communities")]
    shapes = pd.concat([seat.geometry for seat in seats or [layer.frame for layer in layers]])
    middle = shapes.representative_point()
    code = metric_crs(middle.x.to_numpy(), middle.y.to_numpy()).to_epsg() or 3857
    west, south, east, north = (float(value) for value in shapes.to_crs(code).total_bounds)
    around = MARGIN + SHARE * max(east - west, north - south)
    return int(code), (west - around, south - around, east + around, north + around)
