"""The catalogues: no message missing in any language, none that the code asks for and nobody wrote, none for nobody."""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from geodata.catalogue import MissingMessage, Texts, messages
from geodata.languages import LOCALES
from planner.catalogue import texts
from planner.folder import TABLES

ROOT = Path(__file__).resolve().parents[2]
#: Every catalogue: package, domain.
DOMAINS = [("planner", "alliance"), ("models", "rules"), ("geodata", "checks")]
#: Function that takes a key first -> module that it comes from -> the context it speaks from.
SPEAKERS = {
    "planner.grouping.words": {"told": "grouping", "both": "grouping"},
    "planner.map_words": {"told": "map"},
    "planner.papers.poster_words": {"poster_word": "posters"},
    "planner.papers.words": {"brief_word": "brief"},
    "planner.report.words": {"report_word": "report"},
    "planner.roster_words": {"roster_word": "roster"},
    "planner.rotation_words": {"rotation_word": "rotation"},
    "planner.text": {"say": "text"},
    "planner.travel_words": {"say": "travel"},
    "planner.workbook_words": {"workbook_word": "workbook"},
}


def catalogue(package: str, domain: str, lang: str) -> Catalog:
    path = ROOT / package / "locale" / LOCALES[lang] / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=LOCALES[lang], abort_invalid=True)


def entries(catalog: Catalog) -> dict[tuple[str, str], tuple[str, ...]]:
    """(context, key) -> forms."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            found[message.context or "", key] = forms
    return found


def holes(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def faults(first: Catalog, second: Catalog) -> list[str]:
    """What is wrong between two languages of a catalogue, one line each."""
    one, two = entries(first), entries(second)
    found = [f"{key} is missing in one language" for key in sorted(one.keys() ^ two.keys())]
    for catalog, told in ((first, one), (second, two)):
        found += [f"{key} is fuzzy" for key in told if catalog.get(key[1], key[0]).fuzzy]  # type: ignore[union-attr]
        found += [f"{key} is empty" for key, forms in told.items() if not all(forms)]
        found += [
            f"{key} has {len(forms)} forms" for key, forms in told.items() if len(forms) not in (1, catalog.num_plurals)
        ]
    for key in one.keys() & two.keys():
        # A form for exactly one may spell the number out; the general form shows every value.
        said_so = all("places differ" in catalog.get(key[1], key[0]).auto_comments for catalog in (first, second))  # type: ignore[union-attr]
        if not said_so and holes(one[key][-1]) != holes(two[key][-1]):
            found.append(f"{key} has other places to fill: {holes(one[key][-1])} and {holes(two[key][-1])}")
        found += [
            f"{key} is plural without a count"
            for forms in (one[key], two[key])
            if len(forms) > 1 and not holes(forms[-1]) & {"n", "count"}
        ]
    return found


@pytest.mark.parametrize(("package", "domain"), DOMAINS)
def test_no_message_is_missing_in_a_language(package: str, domain: str) -> None:
    """Both languages have the same keys, filled, sure, and with the same places to fill."""
    assert faults(catalogue(package, domain, "zh"), catalogue(package, domain, "en")) == []


def test_planted_faults_are_found() -> None:
    """A missing, an empty, a fuzzy message and a lost value are each told."""
    zh, en = Catalog(locale="zh_CN"), Catalog(locale="en")
    for key, told in (("kept", ("留", "kept")), ("lost", ("{n} 个", "some")), ("empty", ("空", ""))):
        for catalog, text in zip((zh, en), told, strict=True):
            catalog.add(key, text, context="c")
    zh.add("only", "只有中文", context="c")
    en.add("unsure", "unsure", context="c", flags=["fuzzy"])
    zh.add("unsure", "不定", context="c")
    told = "\n".join(faults(zh, en))
    assert all(
        word in told for word in ("'only') is missing", "'empty') is empty", "'unsure') is fuzzy", "'lost') has")
    )
    assert "kept" not in told


def sources() -> Iterator[Path]:
    for package in ("planner", "models", "geodata"):
        yield from sorted((ROOT / package).rglob("*.py"))


def asked(source: str, speakers: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """(context, key) of every literal key that a file hands to a function of `speakers` that it imports."""
    tree, known = ast.parse(source), dict[str, str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                context = speakers.get(node.module or "", {}).get(alias.name)
                if context:
                    known[alias.asname or alias.name] = context
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known and node.args:
            yield from ((known[node.func.id], key) for key in _literals(node.args[0]))


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def missing(source: str) -> list[tuple[str, str]]:
    known = entries(catalogue("planner", "alliance", "en"))
    return [one for one in asked(source, SPEAKERS) if one not in known]


def test_every_key_in_the_code_has_its_message() -> None:
    """Whatever a file says by a literal key is in the catalogue."""
    found = {path.name: missing(path.read_text("utf-8")) for path in sources()}
    assert {name: keys for name, keys in found.items() if keys} == {}


def test_a_planted_key_without_a_message_is_found() -> None:
    """The scan sees a key that nobody wrote, also in the second arm of a condition."""
    code = (
        'from planner.rotation_words import rotation_word as w\nw("over", "zh")\nw("over" if x else "nowhere", "zh")\n'
    )
    assert missing(code) == [("rotation", "nowhere")]


def test_what_views_say_has_its_message() -> None:
    """A literal key that a view, a page or a printer says is in one of the catalogue's contexts."""
    known = {key for _, key in entries(catalogue("planner", "alliance", "en"))}
    views = [path for path in sources() if path.relative_to(ROOT).parts[0] == "planner"]
    said = {key for path in views for key in re.findall(r"\.say\(\s*\"([a-z_]+)\"", path.read_text("utf-8"))}
    assert len(said) > 100 and said - known == set()


@pytest.mark.parametrize(
    ("files", "context"),
    [
        (("sentences", "telling"), "network"),
        (("pictures", "files"), "network.pictures"),
        (("run",), "network.errors"),
    ],
)
def test_the_network_says_its_own_messages_and_all_of_them(files: tuple[str, ...], context: str) -> None:
    """Its modules hold no Chinese; what they say by a literal key is in their context, and nothing there is idle."""
    code = "".join((ROOT / "planner" / "network" / f"{name}.py").read_text("utf-8") for name in files)
    said = {key for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) for key in _said(node)}
    known = {key for where, key in entries(catalogue("planner", "alliance", "en")) if where == context}
    assert said - known == set() and len(said) >= 4
    idle = {key for key in known - said if f'"{key}"' not in code and not re.fullmatch(r"level_\d", key)}
    assert idle == set() and not re.search("[\u4e00-\u9fff]", code)


def _said(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("say", "title", "NetworkError") and node.args:
        yield from _literals(node.args[0])


def test_what_is_not_there_is_a_plain_error() -> None:
    """An unknown key names itself and its context, in every way of asking; `in` says no."""
    words = texts("rotation")
    for ask in (words.__getitem__, lambda key: words.say(key, "zh"), lambda key: words.text(key, "en")):
        with pytest.raises(MissingMessage, match=r"rotation: nowhere"):
            ask("nowhere")
    assert "nowhere" not in words and "over" in words


def test_plural_forms_follow_the_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """English tells one from many, also where the count is written with commas; Chinese has one form."""
    for lang, locale in LOCALES.items():
        folder = tmp_path / "shop" / "locale" / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        catalog = Catalog(locale=locale, fuzzy=False)
        forms = ("{n} clinic", "{n} clinics") if lang == "en" else ("{n} 次门诊",)
        plural = "\n".join(f'msgstr[{at}] "{form}"' for at, form in enumerate(forms))
        head = f'msgid ""\nmsgstr ""\n"Plural-Forms: {catalog.plural_forms}\\n"\n'
        (folder / "shop.po").write_text(f'{head}\nmsgctxt "c"\nmsgid "n"\nmsgid_plural "n"\n{plural}\n', "utf-8")
    (tmp_path / "shop" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    shop = Texts("c", "shop", "shop")
    said = [shop.say("n", "en", n=n) for n in (0, 1, 2, "1", "1,001", 1.5, "–")]
    assert said == [
        "0 clinics", "1 clinic", "2 clinics", "1 clinic", "1,001 clinics", "1.5 clinics", "– clinics"
    ]  # fmt: skip
    assert shop.say("n", "zh", n=1) == "1 次门诊"
    assert shop["n"] == ("{n} 次门诊", "{n} clinics")
    sys.modules.pop("shop", None)
    messages.cache_clear()


def test_values_that_are_pairs_go_to_their_language() -> None:
    """`both` gives each language its own part of a pair."""
    assert texts("rotation").both("relieves", name=("甲", "A")) == ("接替甲", "relieves A")


def test_nothing_is_read_before_it_is_said() -> None:
    """The command line loads without Babel: a command that says nothing pays nothing."""
    import subprocess

    code = "import sys, planner.cli; heavy = {'babel', 'pypinyin'} & set(sys.modules); assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=120)


def test_keys_are_plain() -> None:
    """A key is a stable name or the English words of a data table, never a sentence; no message reads like a key."""
    for package, domain in DOMAINS:
        for (context, key), forms in entries(catalogue(package, domain, "en")).items():
            assert re.fullmatch(r"[a-z][a-z_.]*", context), context
            assert key.strip() == key and not holes(key), key
            assert not any(re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", form) for form in forms), f"{key} is no sentence"


def test_every_column_that_is_shown_has_a_heading() -> None:
    """Columns of the plan's tables, and those that a page names, have a heading in the catalogue."""
    named = {column for columns in TABLES.values() for column in columns}
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "planner" / "templates").rglob("*.j2"))
    named |= set(re.findall(r"view\.heading\([\"'](\w+)[\"']\)", pages))
    assert "clinics" in named and "carried_over" in named
    assert [column for column in sorted(named) if texts("columns").find(column, "zh") is None] == []
