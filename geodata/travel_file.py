"""A travel table as a CSV file of any size, in the columns of `travel`: written whole or not at all."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.travel_places import COLUMNS

#: Rows turned into text at once.
_CHUNK = 50_000


def write_travel(path: Path, table: pd.DataFrame) -> None:
    """Write a table of `geodata.travel` in the order of its names (UTF-8, numbers to six decimals).

    Raises OSError where the folder may not be written; an older file is then as it was.
    """
    order = _order(table)
    columns = {name: table[name].to_numpy() for name in COLUMNS}

    def rows() -> Iterator[list[str]]:
        for start in range(0, len(order), _CHUNK):
            at = order[start : start + _CHUNK]
            texts = [_texts(columns[name][at]) for name in COLUMNS]
            yield from map(list, zip(*texts, strict=True))

    write_rows(path, COLUMNS, rows())


def write_rows(path: Path, headings: list[str], rows: Iterator[list[str]]) -> None:
    """Write rows of text as CSV beside `path` and move the file there when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(headings)
            writer.writerows(rows)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _order(table: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows by origin, destination, profile and method, as texts."""
    key = np.zeros(len(table), np.int64)
    for name in ("origin", "destination", "profile", "method"):
        codes, unique = pd.factorize(table[name], sort=True)
        key = key * max(1, len(unique)) + codes
    return np.argsort(key, kind="stable")


def _texts(values: np.ndarray[Any, Any]) -> list[str]:
    if values.dtype.kind != "f":
        return [str(value) for value in values.tolist()]
    return ["" if value != value else _number(value) for value in values.tolist()]


def _number(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_report(path: Path, report: pd.DataFrame) -> None:
    """Write a report of `geodata.travel_report` as CSV for spreadsheets: with a byte-order mark, so that its
    Chinese is read, and no cell of a user's is taken for a formula."""
    texts = [_inert(_texts(report[name].to_numpy()), report[name].dtype.kind) for name in report.columns]
    headings = [str(name) for name in report.columns]
    headings[:1] = ["\ufeff" + headings[0]]
    write_rows(path, headings, map(list, zip(*texts, strict=True)))


def _inert(texts: list[str], kind: str) -> list[str]:
    """Texts that a spreadsheet would compute, with an apostrophe before them; numbers as they are."""
    if kind in "fiu":
        return texts
    return [f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text for text in texts]
