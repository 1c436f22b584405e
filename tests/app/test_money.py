"""Money is told in a unit that fits its size."""

from __future__ import annotations

import pytest

from planner.money import money, scale


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        (8_712.4, "8,712 元", "8,712 yuan"),
        (-310.0, "-310 元", "-310 yuan"),
        (268_762.0, "26.9 万元", "268,762 yuan"),
        (16_704_000.0, "1,670 万元", "16.7 million yuan"),
        (0.0, "0 元", "0 yuan"),
    ],
)
def test_a_sentence_tells_small_amounts_in_yuan(yuan: float, zh: str, en: str) -> None:
    """No amount is a long fraction of a large unit, and none a long row of digits."""
    assert (money(yuan, "zh"), money(yuan, "en")) == (zh, en)


def test_a_table_has_one_unit_by_its_greatest_amount() -> None:
    """Yuan where a part would have no figures left in the large unit; what is unknown does not count."""
    assert (scale([], "en").per, scale([float("nan"), 2e6], "en").name) == (1.0, "yuan")
    assert (scale([3.0, -2e7], "en").per, scale([3.0, -2e7], "en").yearly) == (1e6, "million yuan a year")
    assert (scale([268_762.0], "zh").per, scale([98_114.0], "zh").yearly) == (1e4, "元/年")
