"""The report's markup without its scripts and styles, and the data inside it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any


def markup(html: str) -> str:
    """What a reader without scripts gets."""
    return re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", html, flags=re.DOTALL)


def data(html: str) -> dict[str, Any]:
    """What the page's scripts read."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def cells(html: str, grid: str) -> list[list[str]]:
    """The rows of a table of the report as texts."""
    table = re.search(rf'<table data-grid="{grid}".*?</table>', html, re.DOTALL)
    assert table, grid
    body = table[0].split("<tbody>")[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in found]
