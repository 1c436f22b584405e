"""A tall picture of text at a phone's width, as PNG: a band with the title, then blocks of lines. No browser.

Only texts go in. Letters that the font lacks are drawn as 〓, as printers do, never as somebody else's letters.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.fonts import chinese_font

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, MARGIN = 1080, 56
INK, QUIET, BAND, RULE, PAPER = "#17242d", "#4d5b64", "#0f5c5c", "#ccd5d9", "#ffffff"
#: Phones refuse pictures of any height; a list that is longer ends with the words given for it.
HIGHEST = 12_000
MISSING = "〓"
BREAKS = "、，；）,; "


@dataclass(frozen=True)
class Line:
    """A text in pixels of height; bold, and in a colour."""

    text: str
    size: int = 36
    bold: bool = False
    colour: str = INK


@dataclass(frozen=True)
class TextBlock:
    """Lines that belong together, under a rule."""

    lines: Sequence[Line]


class NoFontError(Exception):
    """This machine has no font with Chinese characters."""


def draw_text(head: Sequence[Line], blocks: Sequence[TextBlock], foot: Sequence[Line], more: str = "") -> bytes:
    """The picture: `head` in a band (its colours are not used), blocks, `foot`.

    more: said with `{n}` for the blocks that a picture of `HIGHEST` pixels has no room for.

    Raises:
        NoFontError: where no font with Chinese characters is found.
    """
    from PIL import Image, ImageDraw

    top = [_wrapped(line) for line in head]
    bottom = [_wrapped(line) for line in foot]
    inner = [[_wrapped(line) for line in block.lines] for block in blocks]
    fixed = _height(top) + _height(bottom) + 4 * MARGIN
    shown, used = 0, fixed
    for lines in inner:
        if used + _height(lines) + MARGIN > HIGHEST - MARGIN and shown:
            break
        used += _height(lines) + MARGIN
        shown += 1
    left = len(inner) - shown
    if left:
        inner = [*inner[:shown], [_wrapped(Line(more.format(n=left), 34, colour=QUIET))]]
    height = min(fixed + sum(_height(lines) + MARGIN for lines in inner), 2 * HIGHEST)
    image = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    band = _height(top) + 2 * MARGIN
    draw.rectangle((0, 0, WIDTH, band), fill=BAND)
    _write(draw, top, MARGIN, PAPER)
    y = band + MARGIN // 2
    for number, lines in enumerate(inner):
        if number:
            draw.line((MARGIN, y, WIDTH - MARGIN, y), fill=RULE, width=2)
        y = _write(draw, lines, y + MARGIN // 2) + MARGIN // 2
    draw.line((MARGIN, y, WIDTH - MARGIN, y), fill=BAND, width=4)
    _write(draw, bottom, y + MARGIN // 2)
    stream = io.BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(stream, "PNG")
    return stream.getvalue()


@dataclass(frozen=True)
class _Laid:
    """A line broken into rows that fit the picture."""

    line: Line
    rows: tuple[str, ...]

    @property
    def height(self) -> int:
        return round(1.4 * self.line.size) * len(self.rows)


def _wrapped(line: Line) -> _Laid:
    """A line broken into the rows that it needs."""
    room = WIDTH - 2 * MARGIN
    rows, row, used = [], "", 0.0
    for letter in drawable(line.text):
        used += _advance(letter, line.size, line.bold)
        if used <= room or not row:
            row += letter
            continue
        # After a comma or a space where one is near, else anywhere, as Chinese allows.
        cut = max(row.rfind(mark) for mark in BREAKS) + 1
        if cut <= len(row) // 2 or letter in BREAKS:
            cut = len(row)
        rows.append(row[:cut].rstrip())
        row = (row[cut:] + letter).lstrip()
        used = sum(_advance(one, line.size, line.bold) for one in row)
    return _Laid(line, (*rows, row))


def _height(lines: Sequence[_Laid]) -> int:
    return sum(one.height for one in lines)


def _write(draw: ImageDraw, lines: Sequence[_Laid], y: int, colour: str = "") -> int:
    for one in lines:
        font = _font(one.line.size, one.line.bold)
        stroke = 1 if one.line.bold and not _has_bold() else 0
        for row in one.rows:
            draw.text((MARGIN, y), row, font=font, fill=colour or one.line.colour, stroke_width=stroke)
            y += round(1.4 * one.line.size)
    return y


def drawable(text: str) -> str:
    """A text of which every letter is in the font."""
    known = _letters()
    return "".join(letter if letter == " " or ord(letter) in known else MISSING for letter in text)


@lru_cache(maxsize=8192)
def _advance(letter: str, size: int, bold: bool) -> float:
    return _font(size, bold).getlength(letter)


@cache
def _letters() -> frozenset[int]:
    from matplotlib import ft2font

    return frozenset(ft2font.FT2Font(str(_file())).get_charmap())


@cache
def _file() -> Path:
    from matplotlib import font_manager

    family = chinese_font()
    if family is None:
        raise NoFontError
    found = Path(font_manager.findfont(font_manager.FontProperties(family=[family])))
    # A family of which matplotlib knows the bold face alone mostly has its regular one beside it.
    return _beside(found, "Bold", "Regular") or found


@cache
def _bold_file() -> Path | None:
    return _beside(_file(), "Regular", "Bold")


def _beside(place: Path, weight: str, other: str) -> Path | None:
    found = place.with_name(place.name.replace(weight, other))
    return found if found != place and found.is_file() else None


def _has_bold() -> bool:
    return _bold_file() is not None


@cache
def _font(size: int, bold: bool) -> FreeTypeFont:
    """The face for mainland China, where a file holds those of several countries."""
    from PIL import ImageFont

    place = (_bold_file() if bold else None) or _file()
    faces: list[FreeTypeFont] = []
    for index in range(16):
        try:
            faces.append(ImageFont.truetype(str(place), size, index=index))
        except OSError:
            break
    wanted = [face for face in faces if "Mono" not in str(face.getname()[0])]
    return next((face for face in wanted if str(face.getname()[0]).endswith((" SC", " CN"))), faces[0])
