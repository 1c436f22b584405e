"""A road file that cannot be used, said in one sentence of each language."""

from __future__ import annotations

from pathlib import Path

from geodata.errors import GeodataError
from geodata.sentences import Said, said


class RoadsUnreadable(GeodataError):
    """The road file cannot be used at all: missing, damaged, without roads, without a place on earth."""

    def __init__(self, path: Path, sentence: Said) -> None:
        super().__init__(
            f"{path.name}: expected {sentence.expected_en}. {sentence.cure_en}",
            f"{path.name}：应为{sentence.expected_zh}。{sentence.cure_zh}",
        )
        self.path = path
        self.said = sentence


def unreadable(path: Path, sentence: str, /, **values: object) -> RoadsUnreadable:
    """The error with a sentence of `sentences.csv`."""
    return RoadsUnreadable(path, said(sentence, **values))
