"""Tables of the terminal line up in Chinese and English."""

from __future__ import annotations

from planner.aligned import aligned, width


def test_columns_line_up_where_letters_are_wide() -> None:
    """Every line reaches as far, numbers stand at the right of their column, and no line ends in blanks."""
    lines = aligned(
        ["情形", "unmet", "差"], [["本方案", "12.5", ""], ["groups dropped", "3", "−9.5"]], [False, True, True]
    )
    assert [width(line) for line in lines] == [27, 21, 27]
    assert lines[1] == "本方案" + " " * 11 + "12.5" and lines[2].endswith("    3  −9.5")
    assert not any(line.endswith(" ") for line in lines)
