"""The sentence of a road file that cannot be used."""

from __future__ import annotations

from pathlib import Path

from geodata.errors import RoadsUnreadable
from geodata.sentences import said


def unreadable(path: Path, sentence: str, /, **values: object) -> RoadsUnreadable:
    """The error with a sentence of the catalogue; `path` may be a layer's "file: layer"."""
    return RoadsUnreadable(path, said(sentence, **values))
