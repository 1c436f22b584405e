"""The documentation as a site: built without a warning, opened from the disk without a network."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from support.browser import DESKTOP, PHONE, browser, opened

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning of the build fails it, as with `make site`."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("site")
    said: list[str] = []
    ear = logging.Handler(logging.WARNING)
    ear.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("mkdocs").addHandler(ear)
    try:
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder)))
    finally:
        logging.getLogger("mkdocs").removeHandler(ear)
    assert said == []
    return folder


def test_every_link_and_anchor_of_the_built_pages_is_there(site: Path) -> None:
    """Links of the built pages lead to files of the site, and their anchors to elements."""
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 50
    ids = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    for path, text in pages.items():
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "data", "mailto"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name}: {link}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in ids[target], f"{path.name}: {link}"


def test_no_formula_is_left_as_it_was_typed(site: Path) -> None:
    """Formulas are MathML; none of the marks of LaTeX is left in a page."""
    drawn = 0
    for path in (site / "formulation").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        drawn += text.count('<math alttext="')
        assert "arithmatex" not in text and "<merror" not in text
        assert not re.search(r"\\(sum|le|text|mathrm)\b", re.sub(r'alttext="[^"]*"', "", text)), path.name
    assert drawn >= 10


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_site_opens_without_a_network(site: Path, size: tuple[int, int]) -> None:
    """Every page opens from the disk, asks for nothing but files of the site, and complains of nothing."""
    with browser() as running:
        for path in (
            "index",
            "tutorial",
            "tutorial.zh",
            "formulation/grouping",
            "rules",
            "howto/index.zh",
            "data-format",
        ):
            with opened(running, site / f"{path}.html", size) as found:
                found.page.wait_for_load_state("load")
                found.page.wait_for_timeout(150)
                assert [url for url in found.asked if not url.startswith(site.resolve().as_uri())] == [], path
                assert found.complaints == [], path
                assert found.page.evaluate(_BROKEN) == []
                assert found.wide() <= 0, path


#: Pictures that did not load.
_BROKEN = "Array.from(document.images).filter((one) => one.complete && !one.naturalWidth).map((one) => one.src)"


def test_the_search_finds_pages_without_a_network(site: Path) -> None:
    """The search of the site works from the disk."""
    with browser() as running, opened(running, site / "index.html") as found:
        page: Any = found.page
        page.wait_for_timeout(500)
        page.evaluate("document.querySelector('.md-search__input').focus()")
        page.keyboard.type("turnaround")
        found.until("document.querySelectorAll('.md-search-result__item').length > 2")
        assert all(url.startswith(site.resolve().as_uri()) for url in found.asked)


def test_pictures_are_small_and_shown() -> None:
    """Each PNG is under 150 kB, all are under 1 MB, and each is shown on a page."""
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sizes and max(sizes.values()) < 150_000 and sum(sizes.values()) < 1_000_000
    text = "".join(
        path.read_text(encoding="utf-8") for path in [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]
    )
    assert [name for name in sizes if f"pictures/{name})" not in text] == []
