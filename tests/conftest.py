"""Fixtures that every test may use."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
from support.fake_plan import write_fake_plan

from planner.folder import SavedPlan, read_plan

ROOT = Path(__file__).resolve().parent.parent
# Fixtures of a whole session are made before a test has a cache of its own: they keep nothing.
os.environ["ALLIANCE_CACHE"] = ""
# A PDF takes seconds that no test but its own needs.
os.environ["ALLIANCE_BROWSER"] = "none"


@pytest.fixture(autouse=True)
def _quiet_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests speak the language they ask for, whatever the machine's."""
    monkeypatch.delenv("ALLIANCE_LANG", raising=False)


@pytest.fixture(autouse=True)
def travel_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each test has an empty travel cache of its own (made when something is kept), never the user's."""
    place = tmp_path_factory.getbasetemp() / f"travel-cache-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("ALLIANCE_CACHE", str(place))
    store = sys.modules.get("geodata.travel_store")
    if store is not None:
        store.forget()
    return place


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Public instances and real geography beside the repository; the test is skipped without them."""
    place = os.environ.get("ALLIANCE_SHARED")
    if not place or not Path(place).is_dir():
        pytest.skip("ALLIANCE_SHARED is not set: the public data are not on this machine")
    return Path(place)


@pytest.fixture(scope="session")
def fake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up plan folder; read it, do not change it."""
    return write_fake_plan(tmp_path_factory.mktemp("plans") / "fake")


@pytest.fixture
def fake_plan(fake_folder: Path) -> SavedPlan:
    """The made-up plan in memory."""
    return read_plan(fake_folder)


@pytest.fixture(scope="session")
def kedong_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real plan of the small bundled county with everything that people open, in Chinese; do not change it."""
    from click.testing import CliRunner

    from planner.cli import main

    folder = tmp_path_factory.mktemp("plans") / "kedong"
    result = CliRunner().invoke(main, ["plan", "kedong", "-o", str(folder), "--gap", "0.05", "--lang", "zh"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def bordered_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county planned with new groups and the price of their borders, in Chinese; do not change it."""
    from click.testing import CliRunner
    from support.grouped import staffed_county

    from planner.cli import main

    base = tmp_path_factory.mktemp("bordered")
    words = ["plan", str(staffed_county(base / "county")), "-o", str(base / "plan"), "--groups", "free", "--price"]
    result = CliRunner().invoke(main, [*words, "--move", "T3=西片", "--time-limit", "20", "--lang", "zh"])
    assert result.exit_code == 0, result.output
    return base / "plan"
