"""What the reader says, `geodata`: every key that it asks for is there, with the values shown, and none is idle."""

from __future__ import annotations

import ast
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
#: What asks a `Texts` for a message by its key.
ASKING = {"both", "say", "text", "find"}
#: Contexts whose keys many modules ask for: by `said`, or by a function that passes a key on to it.
SHARED = ("expected", "cure")
#: Function -> the place of the key among what it is given, the contexts it asks, and what it puts before the key.
PASSED = {
    "said": (0, SHARED, ""),
    "_tell": (1, SHARED, ""),
    "_cell": (0, SHARED, ""),
    "unreadable": (1, SHARED, ""),
    "OsrmUnusable": (1, SHARED, ""),
    "RegionNotFound": (1, ("errors",), "why."),
}


def modules(package: str) -> dict[str, str]:
    """module, by its path in the package without the ending -> source."""
    folder = ROOT / package
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.py"))
    }


@cache
def catalogue(package: str, domain: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """(context, key) -> the English forms."""
    with (ROOT / package / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as stream:
        found = {}
        for message in read_po(stream, locale="en", abort_invalid=True):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                found[message.context or "", key] = forms
        return found


class Asked:
    """What one module asks of the catalogue `geodata/checks`.

    keys: (context, key) -> names of the values given, per call (None where only the message itself is taken).
    begun: (context, beginning) of keys that are put together.
    """

    def __init__(self, source: str, others: Mapping[str, str]) -> None:
        self.keys: list[tuple[tuple[str, str], frozenset[str] | None]] = []
        self.begun: set[tuple[str, str]] = set()
        tree = ast.parse(source)
        self.texts = {**_imported(tree, others), **own_texts(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                self._take(self.texts.get(node.value.id), node.slice, None)

    def _call(self, node: ast.Call) -> None:
        values = frozenset(one.arg for one in node.keywords if one.arg)
        whole = all(one.arg for one in node.keywords)
        if not node.args:
            return
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            if node.func.attr in ASKING:
                filled = values if node.func.attr in ("both", "say") and whole else None
                self._take(self.texts.get(node.func.value.id), node.args[0], filled)
        elif isinstance(node.func, ast.Name) and node.func.id in PASSED:
            at, contexts, before = PASSED[node.func.id]
            for context in contexts:
                self._take(context, node.args[at], None, before)
        elif isinstance(node.func, ast.Name) and node.func.id == "Headings" and len(node.args) == 2:
            context, keys = self.texts.get(ast.unparse(node.args[0])), node.args[1]
            for key in ast.literal_eval(keys).split() if context else ():
                self._take(context, ast.Constant(key), None)

    def _take(self, context: str | None, key: ast.expr, values: frozenset[str] | None, before: str = "") -> None:
        if context is None:
            return
        if isinstance(key, ast.IfExp):
            self._take(context, key.body, values, before)
            self._take(context, key.orelse, values, before)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.keys.append(((context, before + key.value), values))
        elif isinstance(key, ast.JoinedStr):
            first = key.values[0]
            assert isinstance(first, ast.Constant), f"a key of {context} begins with a value"
            self.begun.add((context, str(first.value)))


def own_texts(tree: ast.Module) -> dict[str, str]:
    """Name -> context of the `Texts` of this catalogue that a module makes."""
    return {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value.args[0])
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if ast.unparse(node.value.func) == "Texts"
        if [ast.literal_eval(one) for one in node.value.args[1:]] == ["geodata", "checks"]
    }


def _imported(tree: ast.Module, others: Mapping[str, str]) -> dict[str, str]:
    """Those that it imports from another module; others: "module.NAME" -> context."""
    return {
        alias.asname or alias.name: context
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (context := others.get(f"{node.module}.{alias.name}"))
    }


def asked_by(sources: Mapping[str, str]) -> list[Asked]:
    made = {
        f"geodata.{module.replace('/', '.')}.{name}": context
        for module, source in sources.items()
        for name, context in own_texts(ast.parse(source)).items()
    }
    return [Asked(source, made) for source in sources.values()]


def faults(sources: Mapping[str, str]) -> list[str]:
    """Keys that are asked for and not there, and messages that get other values than they show."""
    known, found = catalogue("geodata", "checks"), []
    for asked in asked_by(sources):
        for key, values in asked.keys:
            if key not in known:
                found.append(f"{key} is in no catalogue")
            elif values is not None and not holes(known[key][-1]) <= values:
                found.append(f"{key} lacks {sorted(holes(known[key][-1]) - values)}")
        for context, start in sorted(asked.begun):
            if not any(where == context and key.startswith(start) for where, key in known):
                found.append(f"no key of {context} begins with {start}")
    return found


def holes(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_reader_asks_for_messages_that_there_are() -> None:
    """Every literal key in geodata has its message, and its call gives every value that the message shows."""
    sources = modules("geodata")
    assert faults(sources) == []
    assert sum(len(asked.keys) for asked in asked_by(sources)) > 300


def test_no_message_of_the_reader_is_idle() -> None:
    """Each message is asked for: by its key, or by a key that is put together and begins so."""
    sources = {**modules("geodata"), **{f"planner/{name}": code for name, code in modules("planner").items()}}
    asked = asked_by(sources)
    keys = {key for one in asked for key, _ in one.keys}
    begun = {start for one in asked for start in one.begun if start != ("errors", "why.")}
    code = "\n".join(sources.values())
    idle = [
        (context, key)
        for context, key in catalogue("geodata", "checks")
        if (context, key) not in keys
        and not any(where == context and key.startswith(start) for where, start in begun)
        and not (context in SHARED and f'"{key}"' in code)
    ]
    assert idle == []


def test_planted_keys_are_found() -> None:
    """A key that nobody wrote, a value that is not given, and both through an import, fall."""
    code = """
from geodata.catalogue import Texts
SAID = Texts("checks_time", "geodata", "checks")
SAID.both("within_horizon.expected", first=1, last=2)
SAID.both("within_horizon.expected" if x else "nowhere", first=1)
SAID["no_effect.cure"]
said("nothing_of_the_kind")
raise RegionNotFound(path, "whim")
"""
    other = 'from geodata.m import SAID as S\nS.say("nothing", "zh")\nS.both(f"not_{x}")\n'
    found = faults({"m": code, "n": other})
    assert found == [
        "('checks_time', 'within_horizon.expected') lacks ['last']",
        "('checks_time', 'nowhere') is in no catalogue",
        "('expected', 'nothing_of_the_kind') is in no catalogue",
        "('cure', 'nothing_of_the_kind') is in no catalogue",
        "('errors', 'why.whim') is in no catalogue",
        "('checks_time', 'nothing') is in no catalogue",
        "no key of checks_time begins with not_",
    ]
