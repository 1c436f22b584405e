"""Results that take long, kept on disk by the hash of everything they were made from.

The folder is the user's cache folder, or `ALLIANCE_CACHE` (an empty one means: keep nothing). An
entry is one `.npz` of plain arrays and a JSON text: nothing in it is ever executed. It is written
beside its place and renamed, so that two runs at once or a killed one leave whole entries only; one
that cannot be read is taken for missing (each array carries a checksum). The oldest entries go when
the folder grows beyond `LIMIT_BYTES`.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

VARIABLE = "ALLIANCE_CACHE"
#: Most bytes that the folder holds after a run has added to it.
LIMIT_BYTES = 1 << 30
_STALE_SECONDS = 86_400.0
_ENDING, _PART, _TEXT = ".npz", ".part", "__text__"
_off: ContextVar[bool] = ContextVar("travel_cache_off", default=False)

Arrays = dict[str, npt.NDArray[Any]]


@contextmanager
def without_cache(off: bool = True) -> Iterator[None]:
    """Within the block nothing is read from disk or written to it."""
    token = _off.set(off or _off.get())
    try:
        yield
    finally:
        _off.reset(token)


def folder() -> Path | None:
    """Where results are kept (it may not exist yet); None where nothing is to be kept."""
    if _off.get():
        return None
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Path(given).expanduser() if given.strip() else None
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("alliance-planner", appauthor=False))


def key_of(*parts: Any) -> str:
    """SHA-256 (hex) of parts: plain values, mappings, arrays and tables; equal parts, equal key."""
    total = hashlib.sha256()
    for part in parts:
        for piece in _bytes(part):
            total.update(len(piece).to_bytes(8, "little"))
            total.update(piece)
    return total.hexdigest()


def _bytes(part: Any) -> Iterator[bytes]:
    if isinstance(part, pd.DataFrame):
        yield json.dumps(list(map(str, part.columns)), ensure_ascii=False).encode()
        for column in part:
            yield from _bytes(part[column].to_numpy())
    elif isinstance(part, np.ndarray):
        if part.dtype == object or part.dtype.kind in "UOSTM":
            yield json.dumps([str(value) for value in part.tolist()], ensure_ascii=False).encode()
        else:
            yield f"{part.dtype.str}{part.shape}".encode()
            yield np.ascontiguousarray(part).tobytes()
    else:
        yield json.dumps(part, sort_keys=True, ensure_ascii=False, default=str).encode()


@cache
def makers() -> str:
    """Hash of the code, the speed table and the packages that make the results: a new version, a new key."""
    here = Path(__file__).resolve().parent
    files = [*here.glob("travel*.py"), *here.glob("roads/*.py"), *here.glob("roads/*.csv")]
    files += [here / "calibration.py", here / "coordinates.py"]
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(file.name.encode())
        total.update(file.read_bytes())
    for package in ("numpy", "scipy", "osmium", "pyogrio", "osrm-bindings"):
        with suppress(PackageNotFoundError):
            total.update(f"{package} {version(package)}".encode())
    return total.hexdigest()


def entry(kind: str, key: str) -> Path | None:
    """Where an entry is kept, whether it is there or not; None where nothing is to be kept."""
    place = folder()
    return None if place is None else place / f"{kind}-{key}{_ENDING}"


def used(path: Path) -> None:
    """Mark an entry as used now: the one used last is the last to go."""
    with suppress(OSError):
        os.utime(path)


def keep(path: Path | None, write: Callable[[Path], None]) -> None:
    """Keep the entry that `write` writes to the path given to it; None keeps nothing.

    A full disk or a folder that may not be written is no failure: nothing is kept then.
    """
    if path is None:
        return
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}{_PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
        _tidy(path.parent, path)
    except OSError:
        return
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def load(kind: str, key: str) -> tuple[Arrays, Any] | None:
    """The arrays and the plain value of an entry; None where there is none that can be read."""
    path = entry(kind, key)
    if path is None:
        return None
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        text = json.loads(arrays.pop(_TEXT).tobytes().decode())
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return None
    used(path)
    return arrays, text


def store(kind: str, key: str, arrays: Mapping[str, npt.NDArray[Any]], text: Any) -> None:
    """Keep arrays and a plain value as an entry."""
    plain = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), np.uint8)

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **{**arrays, _TEXT: plain})

    keep(entry(kind, key), write)


def _tidy(place: Path, newest: Path) -> None:
    """Remove what killed runs left, and the oldest entries beyond the limit; the newest stays."""
    now = time.time()
    for left in place.glob(f".*{_PART}"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()
    entries: list[tuple[float, str, int, Path]] = []
    for path in place.glob(f"*-*{_ENDING}"):
        with suppress(OSError):
            about = path.stat()
            entries.append((about.st_mtime, path.name, about.st_size, path))
    total = sum(size for _, _, size, _ in entries)
    for _, _, size, path in sorted(entries):
        if total <= LIMIT_BYTES:
            return
        if path != newest:
            with suppress(OSError):
                path.unlink()
                total -= size
