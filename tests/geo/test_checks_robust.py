"""Checks bear whatever the reader lets through: missing tables, blank columns, nonsense everywhere."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from geo.fault_support import Desk

from geodata.checks import CHECKS, check_region
from geodata.read import read_region
from geodata.region import Region
from geodata.schema import TABLES, columns_of


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The base region as read."""
    return read_region(Desk(tmp_path_factory.mktemp("clean") / "region").write())


@pytest.mark.parametrize("table", TABLES)
def test_region_without_a_table(clean: Region, table: str) -> None:
    """No check needs a table that is not there."""
    check_region(replace(clean, tables={name: frame for name, frame in clean.tables.items() if name != table}))


@pytest.mark.parametrize("table", TABLES)
def test_blank_columns(clean: Region, table: str) -> None:
    """No check needs a value: each column of the table is blanked in turn."""
    for column in columns_of(table):
        frame = clean.tables[table]
        blank = "" if frame[column].dtype == object and columns_of(table)[column].type != "yes_no" else None
        values = [blank] * len(frame) if frame[column].dtype == object else float("nan")
        spoilt = frame.assign(**{column: values if frame[column].dtype.kind != "M" else pd.NaT})
        check_region(replace(clean, tables={**clean.tables, table: spoilt}))


def test_no_tables_at_all(clean: Region) -> None:
    """A region of which nothing could be read is no reason to fail."""
    assert check_region(replace(clean, tables={}, rows={})) == []


@pytest.mark.parametrize(
    "plan",
    [
        "[calendar]\nstart = 5\nweeks = 'x'\nopen_weekdays = 3\n",
        "[travel]\ncircuity = 'far'\nspeed_kmh = 0\n",
        "[region]\ncoordinates = 7\n",
        "calendar = 3\ntravel = 4\nrules = 5\nsessions = [1]\nregion = 2\n",
        "[sessions]\nmax_minutes = true\nmin_title = 'chief'\n[postings]\ncohorts = 'spring'\nmonths = -1\n",
    ],
)
def test_settings_without_sense(desk: Desk, plan: str) -> None:
    """Settings that `planner.config` will refuse do not stop the checks."""
    desk.plan = plan
    desk.check()


def test_every_check_has_a_sentence() -> None:
    """Each check says in one sentence what holds of a good region."""
    assert all(check.__doc__ and check.__doc__.strip().endswith(".") for check in CHECKS)
