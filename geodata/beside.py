"""Map layers beside the tables of a region: its road file and its boundaries.

They are found by name (`roads.osm.pbf`, `道路.gpkg`, `boundaries.geojson`, `边界.shp` ...), or named
in `plan.toml` as `[travel] roads = "file"` and `[region] boundaries = "file"`, relative to the
folder of the region. Reading a region only finds and hashes them; they are opened when needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geodata.problems import Problem
from geodata.sentences import said

#: Layer -> (section and key of plan.toml, names that a file may begin with, endings).
LAYERS: Mapping[str, tuple[tuple[str, str], tuple[str, ...], tuple[str, ...]]] = {
    "roads": (
        ("travel", "roads"),
        ("roads", "道路", "路网", "公路"),
        (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".gpkg", ".shp", ".geojson", ".json"),
    ),
    "boundaries": (
        ("region", "boundaries"),
        ("boundaries", "边界", "区划", "行政区划"),
        (".gpkg", ".geojson", ".json", ".shp"),
    ),
}
_CHUNK = 1 << 22


def find_layers(region: Path, settings: Mapping[str, Any]) -> tuple[dict[str, Path], list[Problem]]:
    """The layers of the region at `region` (a folder or a file), and what is wrong with their naming."""
    folder = region if region.is_dir() else region.parent
    files = sorted(child for child in folder.iterdir() if child.is_file() and not child.name.startswith(("~$", ".")))
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for layer, ((section, key), names, endings) in LAYERS.items():
        values = settings.get(section)
        named = values.get(key) if isinstance(values, Mapping) else None
        if isinstance(named, str) and named.strip():
            path = folder / named.strip()
            if path.is_file():
                found[layer] = path
            else:
                problems.append(said("no_layer", key=f"[{section}] {key}").problem("plan.toml", value=named))
            continue
        fits = [file for file in files if _named(file, names, endings)]
        if layer == "roads" and not fits:
            fits = [file for file in files if file.name.lower().endswith(".osm.pbf")]
        if len(fits) > 1:
            listed = ", ".join(file.name for file in fits)
            problems.append(said("several_layers", key=f"[{section}] {key}").problem(layer, value=listed))
        if fits:
            found[layer] = fits[0]
    return found, problems


def hash_file(path: Path) -> str:
    """SHA-256 (hex) of a file of any size."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()


def _named(path: Path, names: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    lower = path.name.lower()
    ending = next((end for end in sorted(endings, key=len, reverse=True) if lower.endswith(end)), None)
    return ending is not None and lower[: -len(ending)] in names
