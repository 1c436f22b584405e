"""`posters/`: the public notice of each site, as a page that prints to A4 and as a picture at a phone's width.

File names are made from ids by the rule of the calendars; names from the tables are never a path.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.calendars import file_names
from planner.folder import SavedPlan
from planner.papers.brief import environment, region_name
from planner.papers.names import wide
from planner.papers.poster_data import Poster, Visit, posters
from planner.papers.poster_words import poster_word
from planner.roster_views import RosterView
from planner.view import View

FOLDER, INDEX, ALL, FAILED = "posters", "index.csv", "all.html", "no-pictures.txt"
#: Sizes of the text in points, the largest that lets a poster fit on one page.
SIZES = (15.0, 13.5, 12.0, 11.0, 10.0, 9.0, 8.5, 8.0)
#: Millimetres: the height for rows, and the widths of doctor and time within their cells.
ROOM, DOCTOR_MM, TIME_MM = 211.0, 56.0, 80.0
_PARTS = re.compile(r"（?[^、，；）,; （]+[、，；）,; ]*|[、，；）,; （]+")
MM_PER_POINT, LEADING, PADDING_MM = 25.4 / 72, 1.31, 2.1


@dataclass(frozen=True)
class Sheet:
    """One printed page of a poster. size: points; number of `of`."""

    poster: Poster
    specialties: tuple[tuple[str, tuple[Visit, ...]], ...]
    size: float
    number: int
    of: int


def write_posters(folder: Path, saved: SavedPlan, lang: str) -> None:
    """Write the posters of a plan; those of an older plan go. A plan that is not made public has none."""
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    roster = RosterView(View(saved, lang))
    made = posters(roster) if roster.config.output.public else []
    if not made:
        return
    target.mkdir()
    files = {key: name.removesuffix(".ics") for key, name in file_names("site", [one.site for one in made]).items()}
    page = environment().get_template("papers/poster.html.j2")
    words = _words(roster)
    sheets = {one.site: laid(one) for one in made}
    for one in made:
        text = page.render({**words, "title": one.name, "sheets": sheets[one.site]})
        (target / f"{files[one.site]}.html").write_text(text, encoding="utf-8", newline="\n")
    everything = [sheet for one in made for sheet in sheets[one.site]]
    text = page.render({**words, "title": poster_word("all_title", lang), "sheets": everything})
    (target / ALL).write_text(text, encoding="utf-8", newline="\n")
    drawn = _draw(target, roster, made, files)
    _write_index(target / INDEX, made, files, drawn)


def laid(poster: Poster) -> list[Sheet]:
    """The poster on one page in the largest text that fits; on several where even the smallest does not."""
    for size in SIZES:
        if sum(_tall(group, size) for group in poster.specialties) <= ROOM:
            return [Sheet(poster, poster.specialties, size, 1, 1)]
    pages: list[list[tuple[str, tuple[Visit, ...]]]] = [[]]
    used = 0.0
    for specialty, visits in poster.specialties:
        for visit in visits:
            tall = _tall((specialty, (visit,)), SIZES[-1])
            if used + tall > ROOM and pages[-1]:
                pages.append([])
                used = 0.0
            used += tall
            if pages[-1] and pages[-1][-1][0] == specialty:
                pages[-1][-1] = (specialty, (*pages[-1][-1][1], visit))
            else:
                pages[-1].append((specialty, (visit,)))
    return [Sheet(poster, tuple(page), SIZES[-1], at, len(pages)) for at, page in enumerate(pages, start=1)]


def _tall(group: tuple[str, tuple[Visit, ...]], size: float) -> float:
    """Millimetres that a specialty takes in text of this size, a little more than it needs."""
    em = size * MM_PER_POINT
    rows = 0.0
    for visit in group[1]:
        doctor = _lines(f"{visit.doctor} {visit.who}", DOCTOR_MM / em / 0.9)
        rows += max(doctor, _kept(visit.time, TIME_MM / em)) * em * LEADING + PADDING_MM
    named = _lines(group[0], 32.0 / em) * em * LEADING + PADDING_MM
    return max(rows, named)


def _lines(text: str, room: float) -> int:
    return max(1, -int(-wide(text) * 1.03 // max(room, 1.0)))


def _kept(text: str, room: float) -> int:
    """Lines of a text that is broken after marks and spaces only, a date never."""
    lines, used = 1, 0.0
    for part in _PARTS.findall(text):
        width = 1.03 * wide(part)
        if used + width > room and used:
            lines, used = lines + 1, 0.0
        lines += int(width // max(room, 1.0))
        used += width
    return lines


def _words(roster: RosterView) -> dict[str, Any]:
    lang = roster.lang
    am, pm = ("–".join(time.strftime("%H:%M") for time in roster.hours(slot)) for slot in ("am", "pm"))
    number = roster.config.output.version
    return {
        "lang": lang,
        "w": lambda key, **values: poster_word(key, lang, **values),
        "of": _of(roster),
        "hours": poster_word("hours", lang, am=am, pm=pm),
        "made": poster_word("made", lang, number=number, code=roster.code) if roster.clinics else "",
    }


def _of(roster: RosterView) -> str:
    name = region_name(roster.view, 20)
    if not roster.days:
        return poster_word("of_typical", roster.lang, name=name)
    return poster_word("of", roster.lang, name=name, first=roster.days[0].on, last=roster.days[-1].on)


def _draw(target: Path, roster: RosterView, made: Sequence[Poster], files: Mapping[str, str]) -> bool:
    """The pictures for phones; a note in their place where this machine has no Chinese font."""
    from geodata.text_picture import NoFontError

    try:
        for one in made:
            (target / f"{files[one.site]}.png").write_bytes(picture(roster, one))
    except NoFontError:
        (target / FAILED).write_text(poster_word("no_font", roster.lang) + "\n", encoding="utf-8", newline="\n")
        return False
    return True


def picture(roster: RosterView, poster: Poster) -> bytes:
    """A poster as PNG, 1080 pixels wide."""
    from geodata.text_picture import BAND, QUIET, Line, TextBlock, draw_text

    lang, words = roster.lang, _words(roster)
    phone = poster_word("phone", lang, phone=poster.phone) if poster.phone else ""
    head = [Line(poster.name, 60, True), Line(poster_word("title", lang), 48, True), Line(words["of"], 32)]
    blocks = [
        TextBlock([
            Line(specialty, 46, True, BAND),
            *(
                line
                for visit in visits
                for line in (
                    Line(f"{visit.doctor}  {visit.who}", 38, True),
                    Line(visit.time, 38),
                )
            ),
        ])
        for specialty, visits in poster.specialties
    ]  # fmt: skip
    foot = [Line(phone, 44, True)] if phone else []
    foot += [Line(words["hours"], 34), Line(poster_word("note", lang), 32, colour=QUIET)]
    return draw_text(head, blocks, foot, WORD_MORE[lang])


WORD_MORE = {lang: poster_word("more", lang, n="{n}") for lang in ("zh", "en")}


def _write_index(path: Path, made: Sequence[Poster], files: Mapping[str, str], drawn: bool) -> None:
    """Which site has which files."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "name", "page", "picture"])
    for one in made:
        name = files[one.site]
        writer.writerow([one.site, one.name, f"{name}.html", f"{name}.png" if drawn else ""])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
