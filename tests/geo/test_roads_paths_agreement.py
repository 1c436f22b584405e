"""Real roads beside the references that came with them. Skipped without ALLIANCE_SHARED."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.roads.agreement import malta, sao_paulo

SHARED = os.environ.get("ALLIANCE_SHARED")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(SHARED is None, reason="ALLIANCE_SHARED names no folder")]


def test_malta_agrees_with_its_references() -> None:
    """On one island the median is within 0.9 to 1.1 of both engines, and OSRM's correlation at least 0.98.

    Valhalla's file agrees with OSRM's no better than 0.9704 (it enters some sites from another side),
    so ours is asked to agree with it as well as OSRM does. Ferry pairs lie within 25 % of OSRM's, all.
    """
    found = malta(Path(SHARED or ""))
    for name in ("OSRM 26.10", "Valhalla 3.9.1"):
        for what in ("with walk", "road only"):
            assert 0.9 <= found[name, "one island", what].median <= 1.1
    assert found["OSRM 26.10", "one island", "with walk"].correlation >= 0.98
    themselves = found["them", "one island", "OSRM / Valhalla"].correlation
    assert found["Valhalla 3.9.1", "one island", "with walk"].correlation >= themselves - 0.005
    ferry = found["OSRM 26.10", "ferry", "with walk"]
    assert ferry.pairs == 491
    assert ferry.within_quarter == 1


@pytest.mark.skipif(find_spec("osrm") is None, reason="the extra osrm is not installed")
def test_sao_paulo_agrees_with_osrm_after_20_known_trips() -> None:
    """With a factor from 20 trips the median of the others is within 0.9 to 1.1, the correlation at least 0.93."""
    for result in sao_paulo(Path(SHARED or "")).values():
        assert 0.9 <= result.median <= 1.1
        assert result.correlation >= 0.93
