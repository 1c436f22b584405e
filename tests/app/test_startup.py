"""A foreign package of one of our names gives one clear sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from planner.startup import ForeignPackageError, check_packages


def test_our_packages_pass() -> None:
    """In a sound installation the check says nothing."""
    check_packages()


def test_package_without_marker_is_named() -> None:
    """A module that is not ours is reported with its file and the cure."""
    with pytest.raises(ForeignPackageError) as caught:
        check_packages(("json",))
    assert "json" in caught.value.en and "__init__.py" in caught.value.en and "虚拟环境" in caught.value.zh


def test_missing_package_is_named() -> None:
    """A package that is gone is reported likewise."""
    with pytest.raises(ForeignPackageError):
        check_packages(("no_such_package_of_ours",))


def test_command_in_a_folder_that_hides_a_package(tmp_path: Path, root: Path) -> None:
    """`models.py` in the way: the command ends with the sentence, not with a traceback."""
    (tmp_path / "models.py").write_text("x = 1\n", encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(root)!r}]; from planner.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "regions"], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert done.returncode == 1 and "models.py" in done.stderr and "Traceback" not in done.stderr
