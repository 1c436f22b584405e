"""The registry of benchmarks: every case still runs, and the page says what the registry says."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.registry import DOCS, PAGE, ROOT, SkippedError, cases, written

CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_every_case_runs_small(name: str, tmp_path: Path) -> None:
    """A tiny run of the benchmark; what it lacks on this machine is named."""
    try:
        CASES[name].smoke(tmp_path)
    except SkippedError as error:
        pytest.skip(str(error))


def test_page_and_registry_agree() -> None:
    """The table on the benchmarks' page is made of the cases; writing it again changes nothing."""
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text and all(case.call in text for case in CASES.values())
    assert written(text.replace(CASES["median"].claims, "anything")) == text


def test_every_benchmark_and_every_page_is_a_case() -> None:
    """No folder that can be run is left out; modules and pages are there, and no page is nobody's."""
    modules = {case.module for case in CASES.values()}
    for path in ROOT.glob("*/run.py"):
        assert f"benchmarks.{path.parent.name}.run" in modules
    assert all(find_spec(module) is not None for module in modules)
    named = {case.page for case in CASES.values() if case.page}
    assert named == {path.name for path in DOCS.glob("benchmarks*.md")}


def test_the_command_lists_and_refuses() -> None:
    """Without a name every case is listed with its call; a name that is none is refused with those that are."""
    done = subprocess.run([sys.executable, "-m", "benchmarks"], capture_output=True, text=True, cwd=ROOT.parent)
    assert done.returncode == 0 and all(case.call in done.stdout for case in CASES.values())
    mean = [sys.executable, "-m", "benchmarks", "mean"]
    wrong = subprocess.run(mean, capture_output=True, text=True, cwd=ROOT.parent)
    assert wrong.returncode == 2 and "median" in wrong.stderr
    help_ = [sys.executable, "-m", "benchmarks", "median", "--help"]
    told = subprocess.run(help_, capture_output=True, text=True, cwd=ROOT.parent)
    assert told.returncode == 0 and "--counts" in told.stdout
