"""How problems are said: rows together, tables by their Chinese names."""

from __future__ import annotations

from dataclasses import replace

from geodata.problems import Problem, together

FAULT = Problem(
    "roster", "4", "坐诊地点", "县医院", "institutions 表中已有的机构编号", "an id", "改正。", "Correct it."
)


def test_equal_problems_are_one() -> None:
    """What differs by its row alone is one problem with all rows, where the first one stood."""
    other = replace(FAULT, value="县中医")
    found = together([FAULT, other, replace(FAULT, row="7"), replace(FAULT, row="")])
    assert found == [replace(FAULT, row="4, 7"), other]
    assert "第4、7行" in found[0].sentence("zh") and "rows 4, 7, " in found[0].sentence("en")


def test_tables_in_chinese() -> None:
    """A Chinese sentence gives the sheet's name with the table's; settings and other words stay."""
    assert FAULT.expected_zh == "机构（institutions）表中已有的机构编号"
    kept = replace(FAULT, expected_zh="plan.toml [travel] 中的 method", cure_zh="在 services 中把 single_source 设为否")
    assert kept.expected_zh == "plan.toml [travel] 中的 method"
    assert kept.cure_zh == "在共享服务（services）中把 single_source 设为否"
    assert replace(kept) == kept
