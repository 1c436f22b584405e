"""Progress and language: what a terminal shows, what a log gets, and in which language."""

from __future__ import annotations

import io

import pytest

from models.answers import Progress as News
from planner.progress import Progress
from planner.text import MESSAGES, amount, language, pick, say
from planner.words import COLUMNS, MEASURES, TABLES, UNITS, VALUES, word


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_log_gets_one_line_per_improvement() -> None:
    """Without a terminal a better plan is told once, and news without a plan not at all."""
    stream = io.StringIO()
    progress = Progress("en", stream=stream)
    progress("unmet", News(1.0, float("inf"), 10.0, 0))
    for _ in range(3):
        progress("unmet", News(2.0, 40.0, 30.0, 0))
    progress("unmet", News(3.0, 35.0, 30.0, 0))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 and "plan 40  bound 30  gap 25.0%" in lines[0] and "plan 35" in lines[1]


def test_terminal_has_one_living_line_that_goes_away() -> None:
    """On a terminal incumbent, bound and gap stay on one line, which is wiped in the end."""
    stream = Terminal()
    progress = Progress("zh", limit=10.0, stream=stream)
    progress("unmet", News(2.0, 40.0, 30.0, 0))
    assert "\n" not in stream.getvalue() and "方案 40" in stream.getvalue() and "差距 25.0%" in stream.getvalue()
    progress.done()
    assert stream.getvalue().endswith("\r")


def test_quiet_says_nothing() -> None:
    """A quiet run writes nothing."""
    stream = io.StringIO()
    progress = Progress("en", stream=stream, quiet=True)
    progress.stage("travelling")
    progress("unmet", News(2.0, 40.0, 30.0, 0))
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1e-6, "0"), (-1e-9, "0"), (0.25, "0.25"), (12.345, "12.3"), (1234.5, "1,234"), (float("inf"), "–")],
)
def test_amounts(value: float, text: str) -> None:
    """Three figures where they matter, whole numbers above, dust as nothing."""
    assert amount(value) == text


@pytest.mark.parametrize(
    ("asked", "environment", "setting", "system", "spoken"),
    [
        ("en", "zh", "zh", "zh_CN.UTF-8", "en"),
        (None, "zh", "en", "en_US.UTF-8", "zh"),
        (None, "", "zh", "en_US.UTF-8", "zh"),
        (None, "", "", "zh_TW.UTF-8", "zh"),
        (None, "", "", "de_DE.UTF-8", "en"),
        (None, "klingon", "", "en_US.UTF-8", "en"),
    ],
)
def test_language(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, environment: str, setting: str, system: str, spoken: str
) -> None:
    """What is asked for wins, then ALLIANCE_LANG, then the settings, then the system."""
    monkeypatch.setenv("ALLIANCE_LANG", environment)
    monkeypatch.setenv("LC_ALL", system)
    assert language(asked, setting) == spoken


def test_messages_have_the_same_holes_in_both_languages() -> None:
    """A value that one language shows is not lost in the other."""
    import string

    for key, (zh, en) in MESSAGES.items():
        holes = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en)]
        assert holes[0] == holes[1], key
        assert zh and en, key


def test_words_are_never_empty() -> None:
    """Every word has both languages; an unknown one is shown readably."""
    for pairs in (TABLES, COLUMNS, VALUES, MEASURES, UNITS):
        assert all(zh and en for zh, en in pairs.values())
    assert word(UNITS, "yuan_per_furlong", "zh") == "yuan per furlong"


def test_pairs_of_any_kind_are_understood() -> None:
    """Notes come as pairs, as mappings or as plain text."""
    assert pick(("甲", "a"), "zh") == "甲" and pick({"zh": "甲", "en": "a"}, "en") == "a" and pick("x", "zh") == "x"
    assert say("clean", "zh").startswith("检查通过")
