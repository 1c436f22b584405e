"""What the planner says: no text is taken by the language in its code, every key has its message, none is idle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.test_catalogue import SPEAKERS, catalogue, entries, holes

ROOT = Path(__file__).resolve().parents[2]
#: Function -> its context, the place of the key among what it is given, and the values that it adds.
PASSED: Mapping[str, tuple[str, int, frozenset[str]]] = {
    "notes.tell": ("notes", 0, frozenset()),
    "notes.some": ("notes", 1, frozenset({"n", "names"})),
    "CellError": ("edited", 0, frozenset()),
    "NoRosterError": ("edited", 0, frozenset()),
    "FormError": ("monthly", 0, frozenset()),
    "NetworkError": ("network.errors", 0, frozenset()),
    "joined": ("marks", 2, frozenset()),
    "both_joined": ("marks", 1, frozenset()),
}
#: Contexts whose keys are names that tables, settings or packages give: no literal in the code.
BY_DATA = {"audit.sentences", "holidays", "indicators.notes", "measures", "options", "units", "values"}


def modules() -> dict[str, str]:
    """module -> source."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text("utf-8")
        for path in sorted((ROOT / "planner").rglob("*.py"))
    }


def strings(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def chosen(source: str) -> list[str]:
    """Texts of which the code takes one by the language: `"、" if lang == "zh" else ", "`, tuples of them likewise."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.IfExp) and {"zh", "en"} & set(strings(node.test)):
            arms = [set(strings(arm)) - {"zh", "en"} for arm in (node.body, node.orelse)]
            found += [ast.unparse(node)] if all(arms) else []
    return found


def test_no_text_is_chosen_by_language_in_the_code() -> None:
    """Marks between words, labels and signs of a language are messages as well."""
    found = {module: chosen(source) for module, source in modules().items()}
    assert {module: told for module, told in found.items() if told} == {}


def test_a_planted_choice_is_found() -> None:
    """Marks and words chosen by the language are seen; languages themselves and numbers are not."""
    code = 'join = "、" if lang == "zh" else ", "\nlabels = ("a", "b") if self.lang != "en" else ("c", "d")'
    assert len(chosen(code)) == 2
    assert chosen('lang = "zh" if asked == "zh" else "en"\nat = 0 if lang == "zh" else 1') == []


def own_texts(source: str) -> dict[str, str]:
    """Name -> context of the `texts` that a module makes."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            pairs = zip(target.elts, value.elts, strict=True) if _tuples(target, value) else [(target, value)]
            for name, made in pairs:
                if isinstance(made, ast.Call) and ast.unparse(made.func) == "texts":
                    found[ast.unparse(name)] = strings(made.args[0])[0]
    return found


def _tuples(*nodes: ast.expr) -> bool:
    return all(isinstance(node, ast.Tuple) for node in nodes)


def exported(sources: Mapping[str, str]) -> dict[str, str]:
    """Full name of each `texts` of the modules -> its context."""
    return {f"{module}.{name}": one for module, code in sources.items() for name, one in own_texts(code).items()}


def known_texts(source: str, others: Mapping[str, str]) -> dict[str, str]:
    """Those that a module makes or imports, and functions that take a key first; others: "module.NAME" -> context."""
    found = own_texts(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                context = others.get(f"{node.module}.{alias.name}")
                context = SPEAKERS.get(node.module or "", {}).get(alias.name, context)
                if context:
                    found[alias.asname or alias.name] = context
    return found


#: (context, key), and the values given; None where they are not told one by one.
Ask = tuple[str, str, frozenset[str] | None]


def asked(source: str, others: Mapping[str, str]) -> Iterator[Ask]:
    """What a module asks for by a literal key, in both arms of a condition."""
    known = known_texts(source, others)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            context = known.get(ast.unparse(node.value))
            yield from ((context, key, None) for key in keys_of(node.slice) if context)
        elif isinstance(node, ast.Call):
            yield from _call(node, known)


def _call(node: ast.Call, known: Mapping[str, str]) -> Iterator[Ask]:
    name = ast.unparse(node.func)
    owner, _, method = name.rpartition(".")
    context, at, more = PASSED.get(name, ("", 0, frozenset[str]()))
    if method in ("tell", "some") and context:
        context = next((known[word] for one in node.args if (word := ast.unparse(one)) in known), context)
    elif owner in known and method in ("say", "both", "text"):
        context = known[owner]
    elif not owner and not context:
        context = known.get(name, "")
    if context and len(node.args) > at:
        told = all(one.arg for one in node.keywords) and method != "text"
        values = frozenset(one.arg for one in node.keywords if one.arg) | more
        yield from ((context, key, values if told else None) for key in keys_of(node.args[at]))


def keys_of(node: ast.expr) -> list[str]:
    arms = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return [arm.value for arm in arms if isinstance(arm, ast.Constant) and isinstance(arm.value, str)]


def faults(sources: Mapping[str, str]) -> list[str]:
    """Keys that are asked for and not there, and messages that lack a value that they show."""
    others = exported(sources)
    messages, found = entries(catalogue("planner", "alliance", "en")), []
    for module, source in sources.items():
        for context, key, values in asked(source, others):
            forms = messages.get((context, key))
            if forms is None:
                found.append(f"{module}: {context} has no {key}")
            elif values is not None and not holes(forms[-1]) <= values:
                found.append(f"{module}: {context} {key} lacks {sorted(holes(forms[-1]) - values)}")
    return found


def test_the_planner_asks_for_messages_that_there_are() -> None:
    """Every literal key is in its context, and its call gives every value that the message shows."""
    sources = modules()
    assert faults(sources) == []
    others = exported(sources)
    found = {(context, key) for code in sources.values() for context, key, _ in asked(code, others)}
    assert len(found) > 200 and len({context for context, _ in found}) > 12


def test_planted_keys_are_found() -> None:
    """A key that nobody wrote, a value that is not given, and both through an import, fall."""
    sources = {
        "planner.m": 'WORDS = texts("locks")\nWORDS.both("on_days", n=2)\nWORDS["nowhere" if x else "day_off"]',
        "planner.n": 'from planner.m import WORDS as W\nW.say("gone", "zh")\nnotes.tell("no_km")\nCellError("no_slot")',
    }
    assert faults(sources) == [
        "planner.m: locks on_days lacks ['first', 'last', 'why']",
        "planner.m: locks has no nowhere",
        "planner.n: locks has no gone",
        "planner.n: notes no_km lacks ['n', 'speed']",
    ]


def idle(sources: Mapping[str, str], pages: str) -> list[tuple[str, str]]:
    """Messages whose key is no word of the code or the pages, nor fits one that is put together."""
    words, made = set(re.findall(r"\w+", pages)), set[str]()
    for source in sources.values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words |= {node.value, *node.value.split()}
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(one.value) if isinstance(one, ast.Constant) else r"\w+" for one in node.values]
                made.add("".join(map(str, parts)))
    put = [re.compile(one) for one in made if re.fullmatch(r"[a-z_]+_\\w\+|\\w\+_[a-z_]+|[a-z_]+_\\w\+_[a-z_]+", one)]
    put += [re.compile(f"{begun}\\w+") for begun in re.findall(r'\b(?:w|say)\("([a-z_]+_)" [+~]', pages)]
    return [
        (context, key)
        for context, key in entries(catalogue("planner", "alliance", "en"))
        if context not in BY_DATA and key not in words and not any(one.fullmatch(key) for one in put)
    ]


def test_no_message_is_idle() -> None:
    """Every key is a word of the code or of the pages; those by which tables name things are left out."""
    code = {
        **modules(),
        **{
            str(path): path.read_text("utf-8") for name in ("geodata", "models") for path in (ROOT / name).rglob("*.py")
        },
    }
    pages = "".join(
        path.read_text("utf-8")
        for path in sorted((ROOT / "planner").rglob("*"))
        if path.suffix in (".j2", ".js", ".csv")
    )
    assert idle(code, pages) == []
    assert ("edited", "no_slot") in idle({}, "")


def test_speakers_are_there() -> None:
    """The functions that take a key first still exist where the tests look for them."""
    for module, names in SPEAKERS.items():
        source = modules()[module] if module in modules() else modules()[f"{module}.__init__"]
        assert all(f"def {name}(" in source for name in names), module
