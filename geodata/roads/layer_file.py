"""Opening the file of a road layer: its line layers, and features in whatever encoding they are."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from geodata.errors import RoadsUnreadable
from geodata.roads.errors import unreadable


def line_layers(path: Path) -> list[str]:
    """Names of the layers that hold lines."""
    import pyogrio

    try:
        listed = pyogrio.list_layers(path)
    except Exception as error:  # pyogrio's own errors are not one family
        raise _damaged(path, error) from error
    kinds = [(str(name), str(kind)) for name, kind in listed]
    lines = [name for name, kind in kinds if "Line" in kind or "Curve" in kind or kind in ("Unknown", "Geometry")]
    if lines:
        return lines
    shapes = {kind for _, kind in kinds if kind != "None"}
    if not shapes:
        raise unreadable(path, "roads_none")
    raise unreadable(path, "roads_no_lines", kinds="、".join(sorted(shapes)))


def read_frame(path: Path, name: str) -> Any:
    """The GeoDataFrame of one layer, without heights. Raises `RoadsUnreadable` for a damaged file."""
    import pyogrio

    def read(**options: str) -> Any:
        return pyogrio.read_dataframe(path, layer=name, force_2d=True, **options)

    try:
        if path.suffix.lower() != ".shp":
            return read()
        stated = path.with_suffix(".cpg").is_file() or path.with_suffix(".CPG").is_file()
        try:
            return read() if stated else read(encoding="UTF-8")
        except UnicodeDecodeError:
            frame = _in_utf8(read(encoding="ISO-8859-1"))
            return read(encoding="GB18030") if frame is None else frame
    except Exception as error:
        raise _damaged(path, error) from error


def _in_utf8(frame: Any) -> Any:
    """The frame with its bytes (read as ISO-8859-1) taken as UTF-8; None if they are not.

    Headings and cells of a shapefile may end within a letter, at ten bytes and at the column's width.
    """
    try:
        made = frame.rename(columns=_decoded)
        for name, plain in zip(made.columns, frame.dtypes, strict=True):
            if str(plain) in ("object", "str", "string"):
                made[name] = made[name].map(lambda cell: _decoded(cell) if isinstance(cell, str) else cell)
    except UnicodeDecodeError:
        return None
    return made


def _decoded(text: str) -> str:
    # not final: an incomplete letter at the end is left out, anything else wrong raises
    return codecs.getincrementaldecoder("utf-8")().decode(text.encode("latin-1"))


def _damaged(path: Path, error: Exception) -> RoadsUnreadable:
    why = (str(error).splitlines() or [type(error).__name__])[0].replace(str(path), path.name).rstrip(".")
    return unreadable(path, "roads_damaged", why=why)
