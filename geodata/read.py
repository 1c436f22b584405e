"""A folder of CSV files, a workbook or a GeoPackage becomes a `Region`. Content never raises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.beside import find_layers, hash_file
from geodata.cleaning import CleanTable, clean_table
from geodata.errors import RegionNotFound
from geodata.layers import layer_grids
from geodata.layout import is_talk, lay_out, table_from_title, table_of
from geodata.matrix import melt_matrix
from geodata.plan_file import is_settings, parse_plan, settings_of
from geodata.problems import Problem
from geodata.projected import metres_to_degrees
from geodata.references import resolve_references
from geodata.region import Region
from geodata.schema import TABLES, tables
from geodata.sentences import Unreadable, joined, said
from geodata.sheets import Grid, csv_grid, workbook_grids
from geodata.text import clean

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
CSV_FILES = frozenset({".csv", ".tsv"})


@dataclass
class _Found:
    """What reading has gathered so far."""

    grids: list[Grid] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


#: Files of others beside the tables: the form of the monthly return.
FORMS = ("month_return.csv", "月报表.csv")


def read_region(path: str | Path) -> Region:
    """The region at `path`: a folder of CSV files, an .xlsx/.xls workbook or a .gpkg file.

    Raises `RegionNotFound` where the path is none of these, or a folder without any table.
    Everything that is wrong inside is in `Region.problems`.
    """
    path = Path(path)
    found = _Found()
    if path.is_dir():
        _read_folder(path, found)
    elif path.is_file() and path.suffix.lower() in WORKBOOKS | {".gpkg"}:
        _read_file(path, found)
        _read_plan(path.parent / f"{path.stem}.toml", path.parent / "plan.toml", found)
    elif path.is_file():
        if path.suffix:
            raise RegionNotFound(path, "kind", ending=path.suffix)
        raise RegionNotFound(path, "no_ending")
    else:
        raise RegionNotFound(path, "nothing")
    cleaned = _clean_tables(found)
    found.problems += resolve_references(cleaned)
    layers, more = find_layers(path, found.settings)
    found.problems += more
    for layer in list(layers):
        try:
            found.sources[layers[layer].name] = hash_file(layers[layer])
        except OSError as error:
            found.problems.append(said("no_access", why=error.strerror).problem(layers.pop(layer).name))
    name = found.settings.get("region", {})
    name = name.get("name") if isinstance(name, dict) else None
    return Region(
        name=str(name or path.resolve().stem),
        tables={table: cleaned[table].frame for table in TABLES if table in cleaned},
        settings=found.settings,
        sources=dict(sorted(found.sources.items())),
        rows={table: cleaned[table].labels for table in TABLES if table in cleaned},
        headings={table: cleaned[table].headings for table in TABLES if table in cleaned},
        defaults=[used for table in TABLES if table in cleaned for used in cleaned[table].defaults],
        problems=_ordered(found.problems),
        layers=layers,
    )


def _ordered(problems: list[Problem]) -> list[Problem]:
    """By table and row, errors and warnings together, each once."""
    order = {table: at for at, table in enumerate(TABLES)}
    return sorted(
        dict.fromkeys(problems),
        key=lambda p: (order.get(p.table, -1), int(p.row) if p.row.isdigit() else 0, p.severity),
    )


def _bytes(path: Path, found: _Found) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        found.problems.append(said("no_access", why=error.strerror).problem(path.name))
        return None
    found.sources[path.name] = hashlib.sha256(data).hexdigest()
    return data


def _read_folder(path: Path, found: _Found) -> None:
    files = sorted(child for child in path.iterdir() if child.is_file() and not child.name.startswith(("~$", ".")))
    # what `alliance travel` found suspicious is a report, not a table; a form is none either
    tabular = [f for f in files if f.suffix.lower() in CSV_FILES and not f.name.endswith((".suspicious.csv", *FORMS))]
    if not any(table_of(file.stem) for file in tabular):
        # A folder that holds one workbook or one GeoPackage is that region.
        tabular = [file for file in files if file.suffix.lower() in WORKBOOKS]
        if len(tabular) > 1:
            names = [file.name for file in tabular]
            raise RegionNotFound(path, "several", names=joined(names))
        if not tabular:
            raise RegionNotFound(path, "no_table")
    for file in tabular:
        _read_file(file, found)
    _read_plan(path / "plan.toml", path / "plan.toml", found)


def _read_plan(own: Path, shared: Path, found: _Found) -> None:
    """`<stem>.toml` beside a workbook goes before `plan.toml`; both go before a settings sheet."""
    plan = own if own.is_file() else shared
    if not plan.is_file() or (data := _bytes(plan, found)) is None:
        return
    settings, problems = parse_plan(data, plan.name)
    found.settings = {**found.settings, **settings}
    found.problems += problems


def _read_file(path: Path, found: _Found) -> None:
    data = _bytes(path, found)
    if data is None:
        return
    try:
        if path.suffix.lower() == ".gpkg":
            found.grids += layer_grids(path)
        elif path.suffix.lower() in CSV_FILES:
            found.grids.append(csv_grid(data, path.name, path.stem))
        else:
            found.grids += workbook_grids(data, path.name)
    except Unreadable as error:
        found.problems.append(error.said.problem(path.name))


def _clean_tables(found: _Found) -> dict[str, CleanTable]:
    cleaned: dict[str, CleanTable] = {}
    # settings first: they say how the tables are to be read
    for grid in sorted(found.grids, key=lambda grid: not is_settings(grid.name)):
        if not any(clean(cell) for row in grid.rows for cell in row):
            continue
        if is_settings(grid.name):
            settings, problems = settings_of(grid)
            found.settings = {**settings, **found.settings}
            found.problems += problems
            continue
        table = table_of(grid.name) or table_from_title(grid)
        if table is None:
            if not is_talk(grid.name):
                found.problems.append(said("unknown_sheet").problem(grid.name, severity="warning"))
            continue
        if table in cleaned:
            found.problems.append(said("second_sheet").problem(table, value=f"{grid.file}: {grid.name}"))
            continue
        result = _one_table(grid, table, found)
        if result is not None:
            cleaned[table] = result
    for known in tables().values():
        if known.required and known.name not in cleaned:
            found.problems.append(said("no_table", words=known.sheet_zh, table=known.name).problem(known.name))
    return cleaned


def _one_table(grid: Grid, table: str, found: _Found) -> CleanTable | None:
    raw = melt_matrix(grid) if table == "travel" else None
    raw = raw or lay_out(grid, table)
    if raw is None:
        found.problems.append(said("no_header").problem(table, value=f"{grid.file}: {grid.name}"))
        return None
    if not raw.rows:
        return None
    problems, unfit = metres_to_degrees(raw, found.settings)
    result = clean_table(raw)
    # metres that could not be read are told once, not cell by cell
    found.problems += problems + [one for one in result.problems if one.column not in unfit]
    return result
