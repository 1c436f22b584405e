"""A figure as the bytes of SVG and PNG, the same on every run.

SVG carries text as text (readers bring their fonts) and stands inside a page as it is; PNG is for documents
and chat groups. No state of matplotlib is changed.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from geodata import map_look as look
from geodata.fonts import READERS, chinese_font
from geodata.qgis_qml import NOT_XML

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 200
FALLBACK_FONT = "DejaVu Sans"
#: Groups of names in an SVG, and the white edge that they get there; matplotlib would draw it as outlines.
NAME, HALO = "name-", "paint-order: stroke; stroke: #ffffff; stroke-width: 2.2px; stroke-linejoin: round"


def rendered(make: Callable[[], Figure], prefix: str, kinds: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The figure that `make` gives as "svg" (UTF-8 text, ids begin with `prefix`) and "png" (200 dpi), by kind.

    Raises ValueError for another kind.
    """
    if not set(kinds) <= {"svg", "png"}:
        raise ValueError(f"unknown kind of picture in {kinds!r}; known: svg, png")
    from matplotlib import rc_context
    from matplotlib.patheffects import withStroke
    from matplotlib.text import Text

    settings: Any = {
        "font.family": [FALLBACK_FONT], "svg.fonttype": "none", "svg.hashsalt": prefix, "axes.unicode_minus": False,
        "text.parse_math": False, "hatch.linewidth": 0.35, "savefig.dpi": DPI,
    }  # fmt: skip
    made: dict[str, bytes] = {}
    with rc_context(settings), warnings.catch_warnings():
        # SVG leaves the letters to its reader: that this machine's font lacks them means nothing.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        figure = make()
        if "svg" in kinds:
            svg = _saved(figure, "svg", {"Date": None, "Creator": None}).decode("utf-8")
            made["svg"] = _inline(svg, prefix).encode()
        if "png" in kinds:
            family = chinese_font() or FALLBACK_FONT
            for text in figure.findobj(Text):
                text.set_fontfamily(family)
                if str(text.get_gid() or "").startswith(NAME):
                    text.set_path_effects([withStroke(linewidth=2.2, foreground=look.PAPER)])
            made["png"] = _saved(figure, "png", {"Software": None})
    return made


def _saved(figure: Figure, kind: str, metadata: dict[str, Any]) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()


def _inline(svg: str, prefix: str) -> str:
    """An SVG that stands inside a page: no prolog, no addresses, ids of its own, the reader's fonts."""
    svg = NOT_XML.sub(" ", svg[svg.index("<svg") :])
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    # A rule for `*` would reach beyond the picture; what is inherited need not.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
    svg = re.sub(rf'(<g id="{NAME}[0-9-]+">\s*<text style=")', rf"\1{HALO}; ", svg)
    svg = svg.replace("xlink:href=", "href=").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    svg = svg.replace(f"'{FALLBACK_FONT}'", READERS)
    # Hundredths of a point are enough.
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), svg)
