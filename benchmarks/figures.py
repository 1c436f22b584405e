"""Figures of a benchmark in a file, so that a stopped run goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_figures(path: Path | None) -> dict[str, Any]:
    """What an earlier run kept; nothing without a file."""
    if path is None or not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def keep_figures(path: Path | None, figures: dict[str, Any]) -> None:
    """Keep what was measured so far; nowhere without a file."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1), encoding="utf-8")
