"""How every workbook of ours is made: texts stay texts, and nothing depends on the clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

#: Widths of columns are counted in digits of the default font: one that every system has, or a like one.
MAKER_OPTIONS: dict[str, Any] = {
    **dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers", "nan_inf_to_errors"), False),
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}
#: The file carries the plan's own date, not the clock's, so that the same plan gives the same file.
CREATED = dt.datetime(2000, 1, 1)
