"""The third-party scripts of the page, taken from installed packages, and the rule that only they may run.

Charts are drawn by Vega and Vega-Lite, which `vl-convert-python` of the Vega project carries; the
map by Leaflet, which `django-js-lib-leaflet` carries and whose hash is compared with the one that
its makers publish. Expressions of charts are interpreted, not evaluated, so the page needs no `eval`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from planner.report.words import WORDS

#: Hashes of Leaflet's release files as its makers publish them (https://leafletjs.com/download.html).
LEAFLET = {
    "1.9.4": {
        "leaflet.js": "20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo=",
        "leaflet.css": "p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY=",
    }
}


class ScriptError(Exception):
    """A library of the page is missing or is not what its makers released; bilingual."""

    def __init__(self, package: str) -> None:
        self.zh, self.en = WORDS.both("script_wrong", package=package)
        super().__init__(self.en)


@dataclass(frozen=True)
class Library:
    """A library in the page: its name, version and licence."""

    name: str
    version: str
    licence: str


@cache
def chart_script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that sets `window.vegaEmbed`. Raises ScriptError without them."""
    try:
        import vl_convert

        bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    except (ImportError, ValueError) as error:
        raise ScriptError("vl-convert-python") from error
    # Its names are short and at the top: in a closure they cannot hide those of others.
    return _closed(f"(function () {{\n{bundle}\n}})();")


@cache
def map_script() -> str:
    """Leaflet's script, as released. Raises ScriptError for any other."""
    return _closed(_leaflet("leaflet.js"))


@cache
def map_style() -> str:
    """Leaflet's style sheet without its pictures, which the page does not use."""
    return re.sub(r"background-image:\s*url\([^)]*\);?|behavior:\s*url\([^)]*\);?", "", _leaflet("leaflet.css"))


def _leaflet(name: str) -> str:
    try:
        content = (files("js_lib_leaflet") / "static" / "js_lib_leaflet" / name).read_bytes()
        released = LEAFLET[version("django-js-lib-leaflet").rsplit(".", 1)[0]][name]
    except (ModuleNotFoundError, PackageNotFoundError, FileNotFoundError, KeyError) as error:
        raise ScriptError("django-js-lib-leaflet") from error
    if base64.b64encode(hashlib.sha256(content).digest()).decode() != released:
        raise ScriptError("django-js-lib-leaflet")
    # The file names its map of the source, which is not beside the page.
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", content.decode("utf-8"))


@dataclass(frozen=True)
class Inlined:
    """What goes into the page: scripts in their order, Leaflet's style, the libraries, and what is missing.

    A missing library costs the page its map or its charts, never a plan its report.
    """

    scripts: tuple[str, ...]
    style: str
    libraries: tuple[Library, ...]
    missing: tuple[ScriptError, ...]


def inlined() -> Inlined:
    """The libraries that are there, then the page's own script."""
    scripts: list[str] = []
    known: list[Library] = []
    missing: list[ScriptError] = []
    style = ""
    try:
        scripts.append(map_script())
        style = map_style()
        known.append(Library("Leaflet", version("django-js-lib-leaflet").rsplit(".", 1)[0], "BSD-2-Clause"))
    except ScriptError as error:
        missing.append(error)
    try:
        scripts.append(chart_script())
        known += _vega()
    except ScriptError as error:
        missing.append(error)
    return Inlined((*scripts, own_script()), style, tuple(known), tuple(missing))


def _vega() -> list[Library]:
    import vl_convert

    return [
        Library("Vega", vl_convert.get_vega_version(), "BSD-3-Clause"),
        Library("Vega-Lite", vl_convert.get_vegalite_versions()[-1], "BSD-3-Clause"),
        Library("Vega-Embed", vl_convert.get_vega_embed_version(), "BSD-3-Clause"),
    ]


def own_script() -> str:
    """The page's own scripts, one closure."""
    folder = files("planner") / "templates" / "report"
    parts = ("base", "grid", "roster", "place", "map_layers", "map", "charts", "nav")
    body = "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    return _closed(f'(function () {{\n"use strict";\n{body}\n}})();')


def _closed(script: str) -> str:
    """A script that cannot end the element that holds it."""
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE).replace("<!--", "<\\!--")


def policy(scripts: tuple[str, ...]) -> str:
    """The content security policy: nothing is fetched, and no script runs but these, by their hashes."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {hashes}; "
        "base-uri 'none'; form-action 'none'"
    )
