"""The report's markup without its scripts and styles, and the data inside it."""

from __future__ import annotations

import json
import re
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
