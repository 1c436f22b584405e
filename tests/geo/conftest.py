"""What the tests of geodata share."""

from __future__ import annotations

from pathlib import Path

import pytest
from geo.fault_support import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A copy of the region without a fault, to be spoilt."""
    return Desk(tmp_path / "region")
