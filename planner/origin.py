"""Where a plan comes from: the copy of its region, and what `plan.json` says of inputs, settings and versions."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import __version__

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from planner.config import Config
    from planner.inputs import Inputs


def write_region(region: Region, travel: pd.DataFrame, folder: Path) -> None:
    """The canonical copy of the region with the full travel table in the place of the user's."""
    from geodata.travel_file import write_travel
    from geodata.write import write_csv

    write_csv(_as_planned(region), folder)
    write_travel(folder / "travel.csv", travel)


def origin_info(
    inputs: Inputs,
    config: Config,
    notes: tuple[tuple[str, str], ...],
    travel_record: Mapping[str, Any],
    started: float,
) -> dict[str, Any]:
    """What `plan.json` says of where a plan comes from; started is a reading of `time.monotonic`."""
    region = inputs.region
    return {
        "region": config.region.name or region.name,
        "settings": config.to_dict(),
        "inputs": dict(sorted(region.sources.items())),
        "travel": dict(travel_record),
        "defaults": [
            {"table": one.table, "column": one.column, "count": one.count, "value": str(one.value)}
            for one in region.defaults
        ],
        "warnings": [{"zh": one.zh, "en": one.en} for one in inputs.findings if one.severity != "error"],
        "notes": [_pair(note) for note in notes],
        "versions": versions(),
        "seconds": round(time.monotonic() - started, 3),
        "seed": config.solver.seed,
    }


def _as_planned(region: Region) -> Region:
    """The region with settings that need no layer: its table of travel is full, so nothing is left to estimate."""
    if not region.layers:
        return region
    settings = {section: dict(values) for section, values in region.settings.items() if isinstance(values, Mapping)}
    settings.setdefault("travel", {}).pop("roads", None)
    settings.setdefault("region", {}).pop("boundaries", None)
    if "roads" in region.layers:
        settings["travel"]["method"] = "table"
    return replace(region, settings={**region.settings, **settings}, layers={})


def versions() -> dict[str, str]:
    """Versions of what a plan depends on."""
    found = {"alliance-planner": __version__, "python": platform.python_version()}
    for package in ("highspy", "pyomo", "pandas", "numpy", "geopandas", "chinesecalendar"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _pair(note: tuple[str, str]) -> dict[str, str]:
    return {"zh": note[0], "en": note[1]}
