"""A parsed network in one .npz file, without pickle: arrays, the table of roads, problems as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.problems import Problem
from geodata.roads.network import PROFILES, RoadNetwork

#: Raised with every change of what is stored or of what it means.
VERSION = 1
_ARRAYS = ("lon", "lat", "tail", "head", "km", "ferry", "line", "backward")
_SHAPES = ("line_offsets", "line_lon", "line_lat", "road")
_TEXTS = ("source", "name", "ref", "class")
_FLAGS = ("bridge", "tunnel", "ferry", "closed")


def save_network(network: RoadNetwork, path: Path) -> None:
    """Write `network` to `path` (.npz), whole or not at all: a reader never sees half a file."""
    arrays: dict[str, Any] = {name: getattr(network, name) for name in (*_ARRAYS, *_SHAPES)}
    arrays |= {f"minutes_{profile}": network.minutes[profile] for profile in PROFILES}
    arrays |= {f"roads_{name}": network.roads[name].to_numpy(bool) for name in _FLAGS}
    for name in _TEXTS:
        # UTF-8 bytes of a JSON list: fixed-width text would take the longest name's room in each row.
        arrays[f"roads_{name}"] = _bytes(network.roads[name].tolist())
    arrays["about"] = _bytes({"version": VERSION, "problems": [asdict(problem) for problem in network.problems]})
    half = path.with_name(path.name + ".part")
    with half.open("wb") as stream:
        np.savez(stream, **arrays)
    half.replace(path)


def load_network(path: Path) -> RoadNetwork | None:
    """The network written by `save_network`; None for another version or a file that is not whole."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            about = _plain(kept["about"])
            if about["version"] != VERSION:
                return None
            roads = {name: _plain(kept[f"roads_{name}"]) for name in _TEXTS}
            roads |= {name: kept[f"roads_{name}"] for name in _FLAGS}
            return RoadNetwork(
                **{name: kept[name] for name in (*_ARRAYS, *_SHAPES)},
                minutes={profile: kept[f"minutes_{profile}"] for profile in PROFILES},
                roads=pd.DataFrame(roads),
                problems=[Problem(**problem) for problem in about["problems"]],
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    except Exception as error:  # zipfile.BadZipFile and zlib.error are of no common family
        if type(error).__module__ in ("zipfile", "zlib"):
            return None
        raise


def _bytes(value: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def _plain(values: np.ndarray[Any, np.dtype[np.uint8]]) -> Any:
    return json.loads(values.tobytes().decode())
