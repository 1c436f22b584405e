"""Formulas of the site as MathML, made when it is built: browsers draw them without a script or a network.

A hook of MkDocs (`hooks` in mkdocs.yml): what `pymdownx.arithmatex` marked as LaTeX is converted by `latex2mathml`.
"""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

MARKED = re.compile(r'<(div|span) class="arithmatex">\\([\[(])(.*?)\\[\])]</\1>', re.DOTALL)


def mathml(latex: str, block: bool) -> str:
    """A formula as MathML, with its LaTeX for those who copy or hear it."""
    drawn = convert(latex, display="block" if block else "inline")
    return drawn.replace("<math ", f'<math alttext="{html.escape(latex)}" ', 1)


def on_page_content(text: str, **_: Any) -> str:
    """The HTML of a page with its formulas drawn."""

    def draw(found: re.Match[str]) -> str:
        block = found[2] == "["
        made = mathml(html.unescape(found[3]).strip(), block)
        return f'<div class="formula">{made}</div>' if block else made

    return MARKED.sub(draw, text)
