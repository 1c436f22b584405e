"""The plan folder: written whole beside its place and moved there, read back as one `SavedPlan`.

A plan folder is whole or absent: a run that is killed leaves the last complete folder, or nothing.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FORMAT = 1
#: Columns of each table of a plan folder, in the order they are written; further ones follow.
TABLES: Mapping[str, tuple[str, ...]] = {
    "centres": (
        "service", "institution", "quarter", "level", "wait_minutes", "items_per_day", "used", "opens", "cost_per_year",
    ),
    "service_links": (
        "institution", "service", "centre", "backup", "share", "items_per_day", "minutes", "promised_wait",
        "turnaround_minutes",
    ),
    "postings": ("doctor", "institution", "specialty", "start", "end", "state"),
    "sessions": ("doctor", "institution", "specialty", "quarter", "sessions", "main", "minutes"),
    "roster": ("date", "weekday", "slot", "doctor", "institution", "specialty", "backup"),
    "unheld": ("institution", "specialty", "quarter", "sessions", "rule", "reason_zh", "reason_en"),
    "fairness": ("doctor", "period", "sessions", "far", "fridays", "holiday_adjacent", "carried_over"),
    "rotation": (
        "number", "home", "department", "doctor", "title", "institution", "specialty", "start", "end", "relieved_by",
        "handover_start", "handover_end", "state", "gap_days", "credit_before", "credit_after", "note_zh", "note_en",
    ),
    "teleconsultations": ("doctor", "specialty", "quarter", "half_days"),
    "referrals": ("origin", "destination", "specialty", "direction", "quarter", "patients_per_month", "minutes"),
    "reserves": (
        "institution", "specialty", "visits_per_month", "beds", "inflow", "booked", "extra", "slots_per_day",
        "released",
    ),
    "designations": (
        "institution", "specialty", "upper", "minutes", "second", "second_minutes", "patients_per_month", "share",
    ),
    "down_places": (
        "institution", "quarter", "beds", "bed_days", "patients_per_month", "used_bed_days", "share",
    ),
    "visits": (
        "institution", "specialty", "quarter", "need", "own", "sessions", "posted", "tele", "referred", "left", "unmet",
        "returned", "offered", "mode",
    ),
    "groups": ("institution", "group", "lead", "unit", "today", "minutes"),
    "borders": (
        "number", "case", "institution", "group", "aim", "status", "value", "bound", "gap", "unit", "difference",
        "least", "most",
    ),
    "shortfalls": ("rule", "subject", "amount", "unit"),
    "scenarios": ("scenario", "measure", "value", "unit"),
    "indicators": ("indicator", "scope", "value", "unit", "current", "target", "published", "note"),
    "audit": ("rule", "subject", "holds", "detail"),
    "today_audit": ("rule", "subject", "holds", "detail"),
}  # fmt: skip
#: Columns read back as numbers (blank is NaN); all others are text.
NUMBERS = frozenset(
    "wait_minutes items_per_day used cost_per_year share minutes promised_wait turnaround_minutes sessions half_days "
    "inflow booked extra slots_per_day released second_minutes bed_days used_bed_days "
    "patients_per_month visits_per_month beds need own posted tele referred left unmet returned offered amount value "
    "current target published weekday far fridays holiday_adjacent carried_over "
    "bound gap difference least most "
    "number gap_days credit_before credit_after".split()
)
#: Kinds of files that people lay beside a plan's own; of these a plan writes `workbook.xlsx` alone.
DOCUMENTS = frozenset(".xlsx .xls .xlsm .et .ods .doc .docx .wps .odt .pdf .ppt .pptx .txt .md".split())
_MINE = "alliance-part"
_STALE_SECONDS = 86_400.0


class FolderError(Exception):
    """A path is no plan folder, or must not be replaced; the message key and values say which."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


@dataclass(frozen=True)
class SavedPlan:
    """A plan folder in memory: `plan.json`, its tables, and the canonical region that it was made from."""

    path: Path
    info: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    region: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """A table with all of its columns; empty when the plan has none."""
        columns = list(TABLES[name])
        found = self.tables.get(name)
        if found is None:
            return pd.DataFrame(columns=columns)
        return found.reindex(columns=[*found.columns, *(column for column in columns if column not in found)])


@contextmanager
def whole_folder(target: Path, sign: str = "plan.json") -> Iterator[Path]:
    """A fresh folder beside `target` that replaces it when the block ends without an exception.

    sign: the file that tells a folder of this kind from any other.

    Raises:
        FolderError: when `target` holds anything but such a folder, or nothing can be written beside it.
    """
    check_replaceable(target, sign)
    fresh = target.parent / f".{target.name}.{_MINE}-{uuid.uuid4().hex[:12]}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        fresh.mkdir()
    except OSError as error:
        raise FolderError("not_writable", path=target, why=error.strerror) from error
    try:
        yield fresh
        move_into_place(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_replaceable(target: Path, sign: str = "plan.json") -> None:
    """Raise `FolderError` when writing a plan (or what `sign` tells) to `target` would destroy something else."""
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / sign).is_file()):
        raise FolderError("foreign_folder", path=target)


def check_writable(target: Path) -> None:
    """Raise `FolderError` when no folder can be made at `target`, before hours go into what to write there."""
    place = next((parent for parent in target.absolute().parents if parent.exists()), None)
    if place is None or not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        why = os.strerror(errno.EACCES if place is None or place.is_dir() else errno.ENOTDIR)
        raise FolderError("not_writable", path=target, why=why)


def move_into_place(fresh: Path, target: Path) -> None:
    """Put `fresh` where `target` is; an older plan folder there is replaced as a whole.

    Documents that somebody laid into it, an edited workbook say, stay.
    """
    if not target.exists():
        fresh.rename(target)
        return
    old = target.parent / f".{target.name}.{_MINE}-{uuid.uuid4().hex[:12]}"
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
    for item in old.iterdir():
        if item.suffix.lower() in DOCUMENTS and item.is_file() and not (target / item.name).exists():
            item.rename(target / item.name)
    shutil.rmtree(old, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what runs killed more than a day ago left beside the target."""
    for part in target.parent.glob(f".{target.name}.{_MINE}-*"):
        try:
            if time.time() - part.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(part, ignore_errors=True)
        except OSError:
            continue


def write_plan(folder: Path, tables: Mapping[str, pd.DataFrame], info: Mapping[str, Any]) -> None:
    """Write `plan.json` and one CSV per table that has rows into an existing folder."""
    for name, table in tables.items():
        if len(table):
            write_table(folder / f"{name}.csv", table, TABLES.get(name, ()))
    write_info(folder, info)


def write_info(folder: Path, info: Mapping[str, Any], name: str = "plan.json") -> None:
    """Write `plan.json`, or another file of the kind (UTF-8, sorted where order means nothing)."""
    text = json.dumps({"format": FORMAT, **info}, ensure_ascii=False, indent=1, default=_json_value)
    (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def write_table(path: Path, table: pd.DataFrame, columns: tuple[str, ...] = (), sort: bool = True) -> None:
    """One CSV: known columns first, numbers to six decimals, rows sorted by their text columns."""
    order = [name for name in columns if name in table] + [str(name) for name in table if name not in columns]
    rows = [[cell(value) for value in row] for row in table[order].itertuples(index=False, name=None)]
    if sort:
        by = [at for at, name in enumerate(order) if name not in NUMBERS] or list(range(len(order)))
        rows.sort(key=lambda row: ([row[at] for at in by], row))
    lines = [_line(order), *(_line(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def cell(value: object) -> str:
    """A value as CSV text: six decimals at most, ISO dates, yes/no, blank for missing."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        if value != value:
            return ""
        text = f"{float(value):.6f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is pd.NA else str(value)


def _line(cells: list[str]) -> str:
    return ",".join(_quoted(text) for text in cells)


def _quoted(text: str) -> str:
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _json_value(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return str(value)
    raise TypeError(f"plan.json cannot hold {type(value).__name__}")


def read_plan(folder: Path) -> SavedPlan:
    """Read a plan folder back.

    Raises:
        FolderError: when it is no plan folder, or was written by a newer program.
    """
    try:
        info = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise FolderError("not_a_plan", path=folder) from None
    if not isinstance(info, dict):
        raise FolderError("not_a_plan", path=folder)
    if int(info.get("format", 0)) > FORMAT:
        raise FolderError("newer_format", path=folder, version=info["format"])
    tables = {name: read_table(folder / f"{name}.csv") for name in TABLES if (folder / f"{name}.csv").is_file()}
    region = {path.stem: read_table(path, numbers=False) for path in sorted((folder / "region").glob("*.csv"))}
    return SavedPlan(folder, info, tables, region)


def read_table(path: Path, numbers: bool = True) -> pd.DataFrame:
    """A CSV of ours: text as text, and the columns in `NUMBERS` as numbers unless told otherwise."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if numbers:
        for name in table.columns:
            if name in NUMBERS:
                table[name] = pd.to_numeric(table[name], errors="coerce")
    return table
