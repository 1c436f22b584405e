"""Both tutorials are followed to the letter: each command run, each table typed, each output compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from follow import Follower, WrongError, agrees, cells, steps

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": "tutorial.md", "zh": "tutorial.zh.md"}


@pytest.mark.slow
@pytest.mark.parametrize("lang", PAGES)
def test_the_tutorial_says_what_happens(tmp_path: Path, lang: str) -> None:
    """From an empty folder to a roster changed by hand, everything is printed as the page has it."""
    Follower(DOCS / PAGES[lang], tmp_path).follow()
    assert len(list(tmp_path.rglob("workbook-edited.xlsx"))) == 1


@pytest.mark.slow
def test_dots_hide_all_that_a_solver_may_change(tmp_path: Path) -> None:
    """Another seed, which stands for another computer: every output still is as the page has it."""
    text = (DOCS / PAGES["en"]).read_text(encoding="utf-8")
    assert text.count("-o plan") == 2
    page = tmp_path / PAGES["en"]
    page.write_text(text.replace("-o plan", "-o plan --seed 2"), encoding="utf-8")
    Follower(page, tmp_path).follow()


def test_both_tutorials_are_the_same() -> None:
    """The same steps in the same order, with the same numbers in the tables: only words differ."""
    english, chinese = (list(steps((DOCS / page).read_text(encoding="utf-8"))) for page in PAGES.values())
    assert [(one.kind, one.expected is None) for one in english] == [
        (one.kind, one.expected is None) for one in chinese
    ]
    for one, other in zip(english, chinese, strict=True):
        if one.kind == "fill":
            rows = [
                [[cell for cell in row if re.fullmatch(r"[-\d.]{2,}|[A-Z]\d+", cell)] for row in cells(step.lines)]
                for step in (one, other)
            ]
            assert rows[0] == rows[1] and any(rows[0]) and one.words[1] == other.words[1]


def test_every_output_is_compared() -> None:
    """No fenced output of a tutorial is left out, and none is all dots."""
    for page in PAGES.values():
        text = (DOCS / page).read_text(encoding="utf-8")
        found = list(steps(text))
        compared = sum(one.expected is not None or one.kind == "seen" for one in found)
        assert compared == text.count("```text") >= 8
        assert all(len("".join(one.expected).replace("…", "")) > 12 for one in found if one.expected is not None)


@pytest.mark.parametrize("lang", PAGES)
def test_the_line_that_is_explained_is_the_tutorials(lang: str) -> None:
    """The page about gaps explains a line that the tutorial's plan prints, figure by figure."""
    page = (DOCS / "howto" / PAGES[lang].replace("tutorial", "gaps")).read_text(encoding="utf-8")
    line = re.search(r"^    (\S.*%)$", page, re.MULTILINE)
    assert line is not None
    expected = [
        text.strip()
        for step in steps((DOCS / PAGES[lang]).read_text(encoding="utf-8"))
        for text in step.expected or ()
        if text.strip() != "…" and agrees([text.strip()], [line[1]])
    ]
    assert len(expected) == 1
    figures = re.findall(r"\d+(?:\.\d+)?", line[1])
    cells_of = [text for text in page.splitlines() if text.startswith("| ")]
    assert all(any(figure in text for text in cells_of) for figure in figures)


PAGE = """
```sh
echo one two
```

```text
{said}
```
"""


def test_a_false_output_is_told(tmp_path: Path) -> None:
    """An output that is not printed, and a command that fails, stop with the line of the page."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(said="one …"), encoding="utf-8")
    Follower(page, tmp_path).follow()
    page.write_text(PAGE.format(said="one three"), encoding="utf-8")
    with pytest.raises(WrongError, match=r"page.md, line 2: printed\none two\nin the place of\none three"):
        Follower(page, tmp_path).follow()
    page.write_text("```sh\nfalse\n```\n", encoding="utf-8")
    with pytest.raises(WrongError, match="exit code 1 in the place of 0"):
        Follower(page, tmp_path).follow()


def test_dots_stand_for_anything_and_nothing_else_does() -> None:
    """Dots in a line stand for a part of it, a line of dots for lines; the rest is literal."""
    assert agrees(["a … c", "…", "end"], ["a b c", "x", "y", "end"])
    assert not agrees(["a … c"], ["a b d"]) and not agrees(["a.c"], ["abc"]) and not agrees(["a", "b"], ["a"])
