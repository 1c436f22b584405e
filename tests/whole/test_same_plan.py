"""The same region gives the same plan, whatever file it comes in and however often; a killed run leaves no ruin."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from support.simulate import simulate_plan

from geodata.read import read_region
from geodata.write import write_gpkg, write_xlsx
from planner.audit import audit_plan
from planner.bundled import find_region
from planner.cli import main

#: A gap that kedong reaches in seconds, so that no clock decides the plan.
ENOUGH = ["--gap", "0.05", "--time-limit", "120", "--no-report", "--lang", "en"]


def _plan(region: Path | str, target: Path) -> dict[str, bytes]:
    done = CliRunner().invoke(main, ["plan", str(region), "-o", str(target), *ENOUGH])
    assert done.exit_code == 0, done.output
    return {path.name: path.read_bytes() for path in sorted(target.glob("*.csv"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plan of kedong from its CSV folder is saved."""
    return tmp_path_factory.mktemp("csv") / "plan"


@pytest.fixture(scope="module")
def from_csv(folder: Path) -> dict[str, bytes]:
    """The CSV outputs of kedong planned from its folder."""
    return _plan("kedong", folder)


def test_a_saved_plan_keeps_its_promised_waits(from_csv: dict[str, bytes], folder: Path) -> None:
    """Simulated with peaks and loops, every centre of the linked plan keeps its quantile within 5 %."""
    found = simulate_plan(folder)
    assert from_csv and len(found) == 3
    assert (found["share"] >= found["quantile"] - 0.05).all()


def test_the_same_input_twice_gives_the_same_plan(from_csv: dict[str, bytes], tmp_path: Path) -> None:
    """A second run stopped by the gap writes the same bytes."""
    assert _plan("kedong", tmp_path / "plan") == from_csv


def test_a_chinese_workbook_gives_the_same_plan(from_csv: dict[str, bytes], tmp_path: Path) -> None:
    """Chinese headings and a title row in an .xlsx change no byte of the CSV outputs."""
    write_xlsx(read_region(find_region("kedong")), tmp_path / "kedong.xlsx")
    first = pd.read_excel(tmp_path / "kedong.xlsx", sheet_name=0, header=None)
    assert first.iloc[0].notna().sum() < first.shape[1], "the sheet has no title row above its headings"
    assert _plan(tmp_path / "kedong.xlsx", tmp_path / "plan") == from_csv


def test_a_geopackage_gives_the_same_plan(from_csv: dict[str, bytes], tmp_path: Path) -> None:
    """A .gpkg with its layers and tables changes no byte of the CSV outputs."""
    write_gpkg(read_region(find_region("kedong")), tmp_path / "kedong.gpkg")
    assert _plan(tmp_path / "kedong.gpkg", tmp_path / "plan") == from_csv


@pytest.mark.parametrize("seconds", [4.0, 12.0])
def test_a_killed_run_leaves_a_whole_plan_or_nothing(seconds: float, tmp_path: Path) -> None:
    """kill -9 in the middle leaves no folder, or one that the audit accepts, and no process."""
    target = tmp_path / "plan"
    command = [sys.executable, "-P", "-m", "planner", "plan", "tianchang", "-o", str(target), "--lang", "en"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(seconds)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    if target.exists():
        table = audit_plan(target)
        assert (table["holds"].astype(str).isin(["yes", "True"])).all()
    deadline = time.monotonic() + 15
    while _children(run.pid) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not _children(run.pid)


def _children(parent: int) -> list[str]:
    """Solving processes that still wait for `parent` (its number is in their command line)."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in listed if f"serve({parent})" in line]
