"""The pictures of the documentation: `python docs/pictures.py [PLAN]`, with Chromium and a Chinese font.

The tutorials are followed as they stand; their workbook, plan and report are what is shown. Sheets are drawn from their
own cells, colours and widths; reports are photographed as they open. The readmes show the report of the bundled county;
PLAN is a plan folder of it, planned here where none is given.
"""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from follow import Follower
from openpyxl.utils import get_column_letter
from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent
OUT = FOLDER / "pictures"
COUNTY = "tianchang"
#: Width of a picture in pixels and its greatest weight in bytes.
WIDTH, HEAVIEST = 1200, 150_000
STYLE = """
body { margin: 0; background: #fff; font: 13px "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
table { border-collapse: collapse; table-layout: fixed; }
th { background: #f0f0f0; color: #666; font-weight: normal; font-size: 12px; border: 1px solid #ccc; }
td { border: 1px solid #d8d8d8; padding: 1px 4px; overflow: hidden; white-space: pre; vertical-align: middle; }
td.wrap { white-space: pre-wrap; }
td div { max-height: var(--tall); overflow: inherit; }
"""


@dataclass(frozen=True)
class Told:
    """What the tutorial of a language calls its files and sheets."""

    page: str
    county: str
    plan: str
    month: str


LANGUAGES = {
    "en": Told("tutorial.md", "county.xlsx", "plan", "Site roster Jul 2026"),
    "zh": Told("tutorial.zh.md", "清源县.xlsx", "方案", "坐诊排班表 2026年7月"),
}


def sheet_page(file: Path, name: str, columns: int, rows: int) -> str:
    """The top left part of a sheet as a page: its texts, fills, bold type, joined cells and widths."""
    sheet = openpyxl.load_workbook(file)[name]
    joined = {(one.min_row, one.min_col): one for one in sheet.merged_cells.ranges}
    hidden = {
        (row, column)
        for one in sheet.merged_cells.ranges
        for row in range(one.min_row, one.max_row + 1)
        for column in range(one.min_col, one.max_col + 1)
    } - set(joined)
    letters = [get_column_letter(at) for at in range(1, columns + 1)]
    widths = _widths(sheet)
    pixels = [widths.get(at, 9) * 7 + 5 for at in range(1, columns + 1)]
    heads = "".join(f'<th style="width:{one:.0f}px">{at}</th>' for at, one in zip(letters, pixels, strict=True))
    lines = [f'<tr><th style="width:34px"></th>{heads}</tr>']
    for row in range(1, rows + 1):
        cells = "".join(
            _cell(sheet.cell(row, column), joined.get((row, column)), columns)
            for column in range(1, columns + 1)
            if (row, column) not in hidden
        )
        tall = sheet.row_dimensions[row].height
        # a height that was set cuts what does not fit; otherwise the row grows with its text
        limit = f"--tall:{tall * 4 / 3:.0f}px" if tall else "height:21px"
        lines.append(f'<tr style="{limit}"><th>{row}</th>{cells}</tr>')
    table = f'<table style="width:{sum(pixels) + 34:.0f}px">{"".join(lines)}</table>'
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{table}"


def _widths(sheet: Any) -> dict[int, float]:
    return {
        column: one.width
        for one in sheet.column_dimensions.values()
        if one.width
        for column in range(one.min or 0, (one.max or 0) + 1)
    }


def _cell(cell: Any, joined: Any, columns: int) -> str:
    look = []
    if cell.fill.patternType == "solid" and isinstance(cell.fill.fgColor.rgb, str):
        look.append(f"background:#{cell.fill.fgColor.rgb[2:]}")
    if cell.font.b:
        look.append("font-weight:bold")
    if cell.font.sz:
        look.append(f"font-size:{cell.font.sz * 1.2:.0f}px")
    if cell.font.color is not None and isinstance(cell.font.color.rgb, str):
        look.append(f"color:#{cell.font.color.rgb[2:]}")
    if cell.alignment.horizontal:
        look.append(f"text-align:{cell.alignment.horizontal}")
    elif isinstance(cell.value, int | float):
        look.append("text-align:right")
    elif not cell.alignment.wrap_text and cell.column == 1 and cell.row == 1:
        look.append("overflow:visible")
    span = ""
    if joined is not None:
        wide = min(joined.max_col, columns) - joined.min_col + 1
        span = f' colspan="{wide}" rowspan="{joined.max_row - joined.min_row + 1}"'
    wraps = ' class="wrap"' if cell.alignment.wrap_text else ""
    value = "" if cell.value is None else html.escape(str(cell.value))
    return f'<td{wraps}{span} style="{";".join(look)}"><div>{value}</div></td>'


@contextmanager
def opened(browser: Any, file: Path, height: int = 800) -> Iterator[Any]:
    """A page from the disk without a network, in the light colours."""
    context = browser.new_context(viewport={"width": WIDTH, "height": height}, offline=True, color_scheme="light")
    try:
        page = context.new_page()
        page.goto(file.resolve().as_uri())
        page.wait_for_timeout(800)
        yield page
    finally:
        context.close()


def save(picture: bytes, name: str) -> None:
    """As a small PNG: as many colours as its weight allows."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(OUT / name, optimize=True)
        if (OUT / name).stat().st_size <= HEAVIEST:
            break
    print(name, (OUT / name).stat().st_size)


def of_sheet(browser: Any, page: str, name: str, height: int) -> None:
    """A sheet, cut at the height."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.html"
        file.write_text(page, encoding="utf-8")
        with opened(browser, file, height) as found:
            save(found.screenshot(), name)


def of_report(browser: Any, plan: Path, lang: str, first: str, chart: str | None = None) -> None:
    """The first screen of a report and, if asked, its map with an institution opened."""
    with opened(browser, plan / "report.html", 860) as page:
        save(page.screenshot(), f"{first}.{lang}.png")
        if chart is not None:
            page.click('.chapters a[href="#map"]')
            page.select_option("#place-select", index=4)
            page.wait_for_timeout(600)
            page.click(".leaflet-control-zoom-out")
            page.wait_for_timeout(800)
            page.locator("#map").scroll_into_view_if_needed()
            save(page.locator("#map").screenshot(), f"{chart}.{lang}.png")


def main(planned: Path | None) -> None:
    """Make every picture."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        for lang, told in LANGUAGES.items():
            folder = Path(place) / lang
            folder.mkdir()
            Follower(FOLDER / told.page, folder).follow(until="--open")
            plan = folder / told.plan
            of_sheet(browser, sheet_page(folder / told.county, "机构", 12, 10), f"workbook.{lang}.png", 290)
            month = sheet_page(plan / "workbook.xlsx", told.month, 24, 9)
            of_sheet(browser, month, f"roster.{lang}.png", 350 if lang == "zh" else 540)
            of_report(browser, plan, lang, "report", "map")
        county = Path(place) / COUNTY
        if planned is None:
            subprocess.run([sys.executable, "-m", "planner", "plan", COUNTY, "-o", str(county)], check=True)
        else:
            shutil.copytree(planned, county)
        for lang in LANGUAGES:
            subprocess.run([sys.executable, "-m", "planner", "report", str(county), "--lang", lang], check=True)
            of_report(browser, county, lang, "county")
        browser.close()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("no chromium on this machine")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
