"""Errors of `geodata`: only what makes a region unreadable as a whole. Bad content is a `Problem`."""

from __future__ import annotations

from pathlib import Path

from geodata.catalogue import Texts
from geodata.sentences import Said

SAID = Texts("errors", "geodata", "checks")


class GeodataError(Exception):
    """Base of every error raised by `geodata`, with its sentence in Chinese and English."""

    def __init__(self, told: tuple[str, str]) -> None:
        self.zh, self.en = told
        super().__init__(self.en)

    def sentence(self, lang: str = "en") -> str:
        return self.zh if lang == "zh" else self.en


class RegionNotFound(GeodataError):
    """The path is no region: missing, of an unknown kind, or a folder without tables.

    why: the key of the reason, with its values.
    """

    def __init__(self, path: Path, why: str, /, **values: object) -> None:
        super().__init__(SAID.both("not_a_region", path=path, why=SAID.both(f"why.{why}", **values)))
        self.path = path


class RegionExists(GeodataError):
    """A starter region would overwrite something."""

    def __init__(self, path: Path) -> None:
        super().__init__(SAID.both("exists", path=path))
        self.path = path


class RoadsUnreadable(GeodataError):
    """The road file cannot be used at all: missing, damaged, without roads or a place on earth.

    expected, cure: what was expected and what to do, each (zh, en).
    """

    def __init__(self, path: Path, said: Said) -> None:
        self.expected, self.cure = said.expected, said.cure
        super().__init__(SAID.both("roads", file=path.name, expected=said.expected, cure=said.cure))
        self.path = path
