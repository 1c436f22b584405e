"""A second engine for trips: OSRM, embedded, through the optional extra `osrm` (Python 3.12 or newer).

Places meet the roads as for our own engine (`snap`), so walks, limits and places without a road are
the same; minutes and km between the feet are OSRM's, by its stock profiles. It reads the extract
itself: the region's own speeds, closed roads, ferry wait and calibration of classes are not in it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import SAID, GeodataError, RoadsUnreadable
from geodata.roads.network import RoadNetwork
from geodata.roads.paths import SLACK_MINUTES, Trips, road_trips
from geodata.roads.snap import Floats, PathOptions, Snapped, Whole, snap
from geodata.sentences import said

#: OSRM's stock profile for each mode; it has none for a bus, which drives as a car.
PROFILES = {"car": "car", "bus": "car", "ebike": "bicycle", "walk": "foot"}
#: Pairs asked for at a time: 10 to 20 MB of numbers.
_PAIRS = 250_000
#: Two feet apart are never 0 seconds; OSRM counts tenths.
_LEAST_MINUTES = 0.1 / 60


class OsrmUnusable(RoadsUnreadable):
    """OSRM is not installed, cannot be under this Python, or cannot use the road file."""

    def __init__(self, path: Path, sentence: str, /, **values: object) -> None:
        words = said(sentence, **values)
        told = SAID.both("osrm", file=path.name, expected=words.expected, cure=words.cure)
        GeodataError.__init__(self, told)
        self.path = path


def osrm_trips(
    network: RoadNetwork,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    *,
    profile: str,
    limit_minutes: float,
    path: Path,
    mode: str = "car",
    cache: Path | None = None,
    options: PathOptions | None = None,
    snapped: Snapped | None = None,
) -> Trips:
    """As `paths.road_trips`, with minutes and km by OSRM on the extract `path`, prepared for `mode`.

    network: of the same extract, for the feet of the places. cache: folder in which prepared data are
    kept by the hash of the extract; without one they are made in a temporary folder and thrown away
    (13 s for Malta). Raises `OsrmUnusable` where the extra is missing, Python is too old, or OSRM
    cannot read the file; ValueError for a limit that is not positive and finite; KeyError for a mode
    or profile that is not known.
    """
    if not 0 < limit_minutes < np.inf:
        raise ValueError(f"limit_minutes must be positive and finite, not {limit_minutes}")
    needs_osrm(path)
    options = options or PathOptions()
    if snapped is None:
        snapped = snap(network, lon, lat, profile, options)
    start, finish = (np.unique(np.asarray(side, np.int64)) for side in (origins, destinations))
    start, finish = start[snapped.found[start]], finish[snapped.found[finish]]
    told = bool(network.ferry.any()) and PROFILES[mode] == "car"
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, bool))]
    with prepared(path, mode, cache) as base:
        engine = open_engine(base)
        step = max(1, _PAIRS // max(1, len(finish)))
        for first in range(0, len(start) if len(finish) else 0, step):
            block = start[first : first + step]
            parts.append(_pairs(engine, snapped, block, finish, limit_minutes, options, ferries=told))
    one, other, minutes, km, ferry = (np.concatenate(values) for values in zip(*parts, strict=True))
    if network.ferry.any() and not told:
        # only the car's profile can leave ferries out: for the others our own engine says who boards one
        own = road_trips(
            network, lon, lat, start, finish, profile=profile, limit_minutes=limit_minutes, options=options,
            snapped=snapped,
        )  # fmt: skip
        size = len(snapped.metres)
        ferry = np.isin(one * size + other, (own.origin * size + own.destination)[own.ferry])
    return Trips(one, other, minutes, km, ferry, snapped)


def _pairs(
    engine: Any, snapped: Snapped, start: Whole, finish: Whole, limit: float, options: PathOptions, *, ferries: bool
) -> tuple[Whole, Whole, Floats, Floats, npt.NDArray[np.bool_]]:
    """The pairs of some origins within the limit: places, minutes with the walks, km, ferry."""
    lon, lat = (np.concatenate([values[start], values[finish]]) for values in (snapped.lon, snapped.lat))
    minutes, km, off = table(engine, lon, lat, len(start))
    # a foot on a road that OSRM leaves out: the rest of the way is walked too
    walk = np.concatenate([snapped.walk_minutes[start], snapped.walk_minutes[finish]])
    walk += np.nan_to_num(off) / 1000 / options.walk_kmh * 60
    near = off <= options.snap_limit_km * 1000
    apart = (lon[: len(start), None] != lon[None, len(start) :]) | (lat[: len(start), None] != lat[None, len(start) :])
    total = np.where(apart, np.maximum(minutes, _LEAST_MINUTES), 0.0)
    total = total + walk[: len(start), None] + walk[None, len(start) :]
    keep = (total <= limit + SLACK_MINUTES) & near[: len(start), None] & near[None, len(start) :]
    row, column = np.nonzero(keep & (start[:, None] != finish[None, :]))
    ferry = np.zeros(len(row), bool)
    if ferries:
        # a pair boards a ferry if it is slower, or cut, without ferries
        dry = table(engine, lon, lat, len(start), exclude=["ferry"])[0]
        ferry = ~(dry[row, column] <= minutes[row, column] + _LEAST_MINUTES)
    kilometres = np.where(apart, km, 0.0)[row, column]
    return start[row], finish[column], np.minimum(total[row, column], limit), kilometres, ferry


def table(
    engine: Any, lon: Floats, lat: Floats, sources: int, exclude: list[str] | None = None
) -> tuple[Floats, Floats, Floats]:
    """Minutes and km (sources, rest), and metres of each point to OSRM's road; NaN for no way.

    lon, lat: degrees, the first `sources` of them origins, the rest destinations.
    """
    import osrm

    count = len(lon)
    asked = osrm.TableParameters(
        coordinates=list(zip(lon.tolist(), lat.tolist(), strict=True)),
        sources=list(range(sources)),
        destinations=list(range(sources, count)),
        annotations=["duration", "distance"],
        generate_hints=False,
        exclude=exclude or [],
    )
    found = engine.Table(asked)
    # its arrays know neither negative positions nor their end when iterated: index them by hand
    minutes, km = (
        np.array([[row[j] for j in range(count - sources)] for row in (rows[i] for i in range(sources))], float)
        for rows in (found["durations"], found["distances"])
    )
    ends = [(found["sources"], sources), (found["destinations"], count - sources)]
    off = np.array([points[i]["distance"] for points, size in ends for i in range(size)], float)
    return minutes / 60, km / 1000, off


def open_engine(base: Path) -> Any:
    """The engine on prepared data."""
    import osrm

    return osrm.OSRM(
        storage_config=str(base), algorithm="CH", use_shared_memory=False, max_locations_distance_table=1_000_000
    )


def needs_osrm(path: Path) -> None:
    """Raises `OsrmUnusable` where OSRM is not at hand, or `path` is not what it reads."""
    if find_spec("osrm") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        raise OsrmUnusable(path, "osrm_python" if sys.version_info < (3, 12) else "osrm_missing", version=version)
    if not path.name.lower().endswith((".pbf", ".osm", ".osm.bz2")):
        raise OsrmUnusable(path, "osrm_extract")


@contextmanager
def prepared(path: Path, mode: str, cache: Path | None) -> Iterator[Path]:
    """The base name of OSRM's files for an extract and a mode, made where `cache` does not hold them."""
    import osrm

    home = Path(osrm.__file__).parent
    lua = home / "share" / "profiles" / f"{PROFILES[mode]}.lua"
    with tempfile.TemporaryDirectory(prefix="osrm-", dir=_folder(cache)) as scratch:
        if cache is None:
            yield _prepare(path, home, lua, Path(scratch))
            return
        kept = cache / f"osrm-{_hash(path, lua)}"
        if not kept.is_dir():
            work = Path(scratch) / "data"
            work.mkdir()
            _prepare(path, home, lua, work)
            try:
                work.rename(kept)  # whole or not at all, also when two runs prepare at once
            except OSError:
                if not kept.is_dir():
                    raise
        yield kept / "roads"


def _folder(cache: Path | None) -> Path | None:
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    return cache


def _hash(path: Path, lua: Path) -> str:
    """Names the extract, the profile and the release of OSRM (its files change between releases)."""
    from importlib.metadata import version

    digest = hashlib.sha256(lua.read_bytes() + version("osrm-bindings").encode())
    with path.open("rb") as stream:
        digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:24]


def _prepare(path: Path, home: Path, lua: Path, folder: Path) -> Path:
    """Extract and contract into `folder`; the base name."""
    base = folder / "roads"
    suffix = ".exe" if sys.platform == "win32" else ""
    steps = (["osrm-extract", "-p", str(lua), "-o", str(base), str(path)], ["osrm-contract", str(base)])
    for name, *arguments in steps:
        program = home / "bin" / f"{name}{suffix}"
        command = str(program) if program.is_file() else shutil.which(name)
        if command is None:
            raise OsrmUnusable(path, "osrm_missing")
        done = subprocess.run([command, *arguments], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            lines = [x for x in (done.stdout + done.stderr).splitlines() if "[error]" in x or "what():" in x]
            why = re.split(r"\[error\]|what\(\):", lines[-1])[-1].strip() if lines else f"{name} {done.returncode}"
            raise OsrmUnusable(path, "osrm_failed", why=why[:80])
    return base
