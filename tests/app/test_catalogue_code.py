"""The code holds no sentence of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Package -> module -> what stands at its top and may hold Chinese: words by which input is read. "*" is all of it.
#: A package is held to the rule as soon as it is named here.
READ_BY: Mapping[str, Mapping[str, str]] = {
    "geodata": {
        "beside": "LAYERS",
        "boundary_columns": "*",
        "checks_fabricated": "_TO_SEAT _trips",
        "checks_keys": "_PERSONAL",
        "chinese_numbers": "*",
        "cleaning": "_one",
        "codes": "*",
        "dates": "*",
        "fonts": "PROBE",
        "headings": "_CODE unit_factor",
        "label_places": "short_names",
        "layers": "_with_coordinates",
        "layout": "_NOTE _NUMBERED table_of table_from_title",
        "local": "_SURNAMES",
        "market_rules": "_DATE _EVERY _LUNAR _WEEKDAY market_rule",
        "place_names": "*",
        "problems": "_table_mention",
        "projected": "_number",
        "read": "FORMS",
        "roads/layer_columns": "*",
        "short_names": "_DROPPED _REGIONS _COMMON",
        "text": "_CJK _TRADITIONAL",
        "values": "_NUMBER _ANGLE _SCALES _number _choice parse",
        "write": "SETTINGS_SHEET",
    },
    "models": {},
    "planner": {
        "audit/read": "_TRUE",
        # what the table `locks` of a plan gets as the reason of an edit, the same in every language
        "edited": "REASON",
        "edited_names": "_SHORT_DATE",
        "edited_views": "_MONTH_ZH",
        "papers/month_form": "NAMES",
    },
}
CHINESE = re.compile("[\u3400-\u9fff]")


def chinese(source: str) -> Iterator[tuple[str, str]]:
    """(what stands at the top of the module, literal) of every literal with Chinese that is no docstring."""
    tree = ast.parse(source)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for top in tree.body:
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and id(node) not in told and CHINESE.search(str(node.value)):
                yield _name(top), str(node.value)


def _name(top: ast.stmt) -> str:
    target = top.targets[0] if isinstance(top, ast.Assign) else getattr(top, "target", None)
    return ast.unparse(target) if target is not None else str(getattr(top, "name", ""))


def modules(package: str) -> dict[str, str]:
    """module, by its path in the package without the ending -> source."""
    folder = ROOT / package
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.py"))
    }


def sentences(sources: Mapping[str, str], read_by: Mapping[str, str]) -> list[str]:
    """Chinese in the code that is none of the words by which input is read, one line each."""
    return [
        f"{module}, {name}: {text}"
        for module, source in sources.items()
        if read_by.get(module) != "*"
        for name, text in chinese(source)
        if name not in read_by.get(module, "").split()
    ]


@pytest.mark.parametrize("package", READ_BY)
def test_no_sentence_stands_in_the_code(package: str) -> None:
    """A package has no Chinese but the listed words by which it reads."""
    assert sentences(modules(package), READ_BY[package]) == []


@pytest.mark.parametrize("package", READ_BY)
def test_the_list_of_words_is_no_longer_than_needed(package: str) -> None:
    """Whatever is excused holds Chinese."""
    sources = modules(package)
    for module, names in READ_BY[package].items():
        found = {name for name, _ in chinese(sources[module])}
        assert found and (names == "*" or set(names.split()) == found), module


def test_planted_sentences_are_found() -> None:
    """A pair, half a pair, a filled place and a table of words fall; docstrings, comments and listed words do not."""
    code = '''"""说明"""
WORDS = ("年", "月")
PAIR: dict = {"a": ("核对", "check it")}
def f(x):
    """甲"""  # 乙
    zh = "应为" if x else ""
    return f"第{x}行", g(["补"])
class C:
    def h(self): return "改正", "correct it"
'''
    found = sentences({"m": code}, {"m": "WORDS"})
    assert found == ["m, PAIR: 核对", "m, f: 应为", "m, f: 第", "m, f: 行", "m, f: 补", "m, C: 改正"]
