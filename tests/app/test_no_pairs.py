"""Code of planner and models holds no text that people read: sentences and marks are messages, said by their keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.catalogue import texts

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")
#: Chinese that is data: by which input is read, or which is written to a table and the same in every language.
DATA = {
    "planner/audit/read.py": "_TRUE",
    "planner/edited.py": "REASON",
    "planner/edited_names.py": "_SHORT_DATE",
    "planner/edited_views.py": "_MONTH_ZH",
    "planner/papers/month_form.py": "NAMES",
}


def sources() -> Iterator[tuple[str, str]]:
    for package in ("planner", "models"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def chinese(source: str, data: str = "") -> list[str]:
    """Strings with Chinese in them that are neither docstrings nor in the constant `data`."""
    tree, kept = ast.parse(source), set[ast.AST]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            kept |= set(ast.walk(node.body[0]))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == data:
            kept |= set(ast.walk(node))
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in kept]
    return [node.value for node in strings if isinstance(node.value, str) and CHINESE.search(node.value)]


def chosen(source: str) -> list[str]:
    """Texts of which the code takes one by the language: `"、" if lang == "zh" else ", "`, tuples of them likewise."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.IfExp) and {"zh", "en"} & set(_strings(node.test)):
            arms = [set(_strings(arm)) - {"zh", "en"} for arm in (node.body, node.orelse)]
            found += [ast.unparse(node)] if all(arms) else []
    return found


def _strings(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_no_chinese_in_the_code() -> None:
    """No string in planner and models is Chinese, but the data named above; and each of these is there."""
    found = {path: chinese(source, DATA.get(path, "")) for path, source in sources()}
    assert {path: told for path, told in found.items() if told} == {}
    assert all(chinese(source) for path, source in sources() if path in DATA)


def test_no_text_is_chosen_by_language_in_the_code() -> None:
    """Marks between words, labels and signs of a language are messages as well."""
    found = {path: chosen(source) for path, source in sources()}
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize(
    "planted",
    [
        'PAIR = ("方案", "plan")',
        'notes.add(f"{n} 行未填", f"{n} rows")',
        'class A:\n    """甲"""\n    names = {"am": ("上午", "am")}',
        'def f():\n    "乙"\n    return "丙"',
    ],
)
def test_planted_chinese_is_found(planted: str) -> None:
    """A pair, an argument, a table and a lone word are seen; a docstring is not."""
    assert len(chinese(planted)) == 1 and chinese('"""医联体"""\nx = 1') == []


def test_a_planted_choice_is_found() -> None:
    """Marks and words chosen by the language are seen; languages themselves and numbers are not."""
    assert (
        len(chosen('join = "、" if lang == "zh" else ", "\nlabels = ("a", "b") if self.lang != "en" else ("c", "d")'))
        == 2
    )
    assert chosen('lang = "zh" if asked == "zh" else "en"\nat = 0 if lang == "zh" else 1') == []


#: Context -> its files, and what says a key there: function -> place of the key; a mapping is indexed.
SAID: dict[str, tuple[str, dict[str, int]]] = {
    "notes": ("planner/build/*.py", {"notes.tell": 0, "notes.some": 1}),
    "calendar": ("planner/calendar.py", {"WORDS.both": 0, "WORDS": 0}),
    "locks": ("planner/build/roster_pins.py", {"WORDS.both": 0, "WORDS": 0}),
    "edited": (
        "planner/edited*.py planner/keep.py",
        {"WORDS.both": 0, "EDITED.both": 0, "EDITED": 0, "CellError": 0, "NoRosterError": 0},
    ),
    "marks": ("planner/**/*.py", {"MARKS.say": 0, "MARKS.both": 0, "MARKS.text": 0, "joined": 2, "both_joined": 1}),
}


def said(source: str, speakers: dict[str, int]) -> Iterator[str]:
    """Literal keys that a file says through `speakers`, both arms of a condition."""
    for node in ast.walk(ast.parse(source)):
        key: ast.expr | None = None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in speakers:
            at = speakers[ast.unparse(node.func)]
            key = node.args[at] if len(node.args) > at else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in speakers:
            key = node.slice
        arms = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
        yield from (arm.value for arm in arms if isinstance(arm, ast.Constant) and isinstance(arm.value, str))


@pytest.mark.parametrize("context", SAID)
def test_every_key_is_a_message_and_none_is_idle(context: str) -> None:
    """What the builder, the calendar, locks and edited workbooks say is in their context, and nothing else is."""
    patterns, speakers = SAID[context]
    code = [path.read_text("utf-8") for pattern in patterns.split() for path in sorted(ROOT.glob(pattern))]
    asked = {key for one in code for key in said(one, speakers)}
    named = {word for one in code for word in _strings(ast.parse(one))}
    named |= {f"no_{word}" for word in named}  # columns that were left empty
    known = set(texts(context))
    assert asked and asked - known == set() and known - named == set()


def test_a_planted_key_is_found() -> None:
    """A key in a call, in the second arm of a condition and in brackets is seen."""
    code = 'CellError("gone", name=x)\nWORDS.both("a" if y else "b")\nEDITED["c"]\nOTHER["d"]'
    assert set(said(code, SAID["edited"][1])) == {"gone", "a", "b", "c"}
