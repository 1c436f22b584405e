"""Small region files for the tests of reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from geodata.problems import Problem
from geodata.read import read_region
from geodata.region import Region

PLACES = "id,name,level\nH1,县医院,2\nT1,东镇卫生院,1\n"


def folder(path: Path, files: dict[str, str | bytes]) -> Region:
    """The region of these files."""
    for name, content in files.items():
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_region(path)


def book(path: Path, sheets: dict[str, list[list[Any]]], merged: dict[str, list[str]] | None = None) -> Path:
    """A workbook of these sheets at `path/region.xlsx`."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for span in (merged or {}).get(name, []):
            sheet.merge_cells(span)
    target = path / "region.xlsx"
    made.save(target)
    return target


def one(problems: list[Problem], **fields: str) -> Problem:
    """The only problem with these fields."""
    found = [p for p in problems if all(getattr(p, name) == value for name, value in fields.items())]
    assert len(found) == 1, [p.sentence() for p in problems]
    return found[0]
