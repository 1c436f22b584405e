"""A province of alliances, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Two counties of a generated province: what each would do without prices, and at high ones on all it uses."""
    import numpy as np

    from benchmarks.province.generate import Size, generate
    from benchmarks.province.page import page
    from models.coupled_piece import relaxed
    from models.province_piece import available, payloads, prepare

    province = generate(Size(2))
    count = len(available(province.pool, province.yuan_per_year))
    for payload in payloads(province.counties, province.pool, province.yuan_per_year).values():
        piece = prepare(payload)
        free, dear = (relaxed(piece, np.full(count, price)) for price in (0.0, 100.0))
        assert free is not None and dear is not None and free.cost <= dear.cost + 1e-6
        assert (dear.use <= free.use + 1e-6).all() and dear.use.sum() < free.use.sum()
    assert page({}).startswith("# A province")


CASES = (
    Case(
        "province",
        "benchmarks.province.run",
        "60 counties that share a pool and a budget in one plan with one bound; a killed worker loses nothing",
        ("gap at a limit", "bound", "speed-up", "memory", "seconds"),
        (),
        ("highspy", "numpy"),
        "benchmarks-province.md",
        "an hour",
        smoke,
    ),
)
