"""`--scheduler` of the command line: what is missing or lost is one sentence in either language, with its exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models import dask_client
from models.errors import CrewError
from planner.cli import main


@pytest.mark.parametrize("command", ["plan", "frontier"])
@pytest.mark.parametrize(("lang", "told"), [("en", "no Dask scheduler answers there"), ("zh", "没有 Dask 调度器应答")])
def test_nobody_at_the_address(
    command: str, lang: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address where nobody answers: wrong usage, the cure, and nothing written."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(dask_client, "ANSWER", 1)
    words = [command, "kedong", "-o", str(tmp_path / "out"), "--lang", lang, "--scheduler", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2 and told in result.output and "tcp://127.0.0.1:9" in result.output
    assert not (tmp_path / "out").exists()


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Dask is not installed the command says what to install, or to work locally."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["plan", "kedong", "-o", str(tmp_path / "out"), "--lang", "en", "--scheduler", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2 and "alliance-planner[cluster]" in result.output and "local" in result.output


@pytest.mark.parametrize(
    ("reason", "code"), [("lost", 4), ("lost_workers", 4), ("no_workers", 2), ("other_versions", 2)]
)
def test_what_is_lost_on_the_way_is_told(
    reason: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler or all workers gone in the middle: stopped without a plan; what the folder holds is said."""

    def gone(*_: Any, **__: Any) -> None:
        raise CrewError(reason, "tcp://127.0.0.1:9", "highspy 0.0")

    monkeypatch.setattr("planner.plan.make_plan", gone)
    for lang in ("en", "zh"):
        target = tmp_path / lang
        target.mkdir()
        (target / "plan.json").write_text(json.dumps({}), encoding="utf-8")
        words = ["plan", "kedong", "-o", str(target), "--lang", lang, "--scheduler", "local"]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == code and "--scheduler tcp://127.0.0.1:9" in result.output
        assert ("still holds the older plan" if lang == "en" else "原来的方案") in result.output
