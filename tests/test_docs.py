"""The documentation says what the code does: generated pages are fresh, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from geodata.schema import columns_of, tables
from models.rules import RULES
from planner.cli import main
from planner.config import section_types

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written() -> list[Path]:
    top = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *sorted(DOCS.rglob("*.md"))]


def test_generated_pages_are_fresh() -> None:
    """`make docs` would change nothing."""
    for path, text in generator().pages().items():
        assert (DOCS / path).read_text(encoding="utf-8") == text, f"docs/{path} is stale: run `make docs`"


def test_every_generated_page_is_expected() -> None:
    """No page claims to be made from the code that no longer is."""
    mark = generator().MADE
    made = {
        path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.read_text("utf-8").startswith(mark)
    }
    assert made == set(generator().pages())


@pytest.mark.parametrize("path", written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link is a file of this repository."""
    text = path.read_text(encoding="utf-8")
    anchors = set(re.findall(r'<a id="([^"]+)"', text))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("#"):
            assert link[1:] in anchors, f"{path.name}: {link}"
        elif "://" not in link:
            assert (path.parent / link.split("#")[0]).exists(), f"{path.name}: {link}"


def test_every_command_and_setting_is_documented() -> None:
    """Commands, sections and keys all have their place."""
    commands = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert all(f"## `alliance {name}`" in commands for name in main.commands)
    settings = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert all(f"## `[{name}]`" in settings for name in section_types())


def test_every_table_column_and_rule_is_documented() -> None:
    """The schema and the catalogue of rules are on their pages."""
    data = (DOCS / "data-format.md").read_text(encoding="utf-8")
    for name in tables():
        section = data.split(f"## `{name}` ")[1].split("\n## ")[0]
        assert all(f"| `{column}`" in section for column in columns_of(name)), name
    rules = (DOCS / "rules.md").read_text(encoding="utf-8")
    assert all(f"| `{rule}` |" in rules for rule in RULES)


def test_both_readmes_show_the_same_commands() -> None:
    """The Chinese and the English readme start people in the same way."""
    commands = [
        re.findall(r"^(?:make|alliance|pipx) [\w -]*\S", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert commands[0] and [line.split("#")[0] for line in commands[0]] == [line.split("#")[0] for line in commands[1]]


def test_commands_in_the_documentation_exist() -> None:
    """No page tells people to run a command that is not there."""
    for path in written():
        blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        used = {word for block in blocks for word in re.findall(r"^alliance (\w+)", block, re.MULTILINE)}
        assert used <= set(main.commands), path.name


def test_changelog_has_this_version() -> None:
    """The version that is built is in the changelog."""
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None and version.group(1) in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
