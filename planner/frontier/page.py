"""The page of a frontier: the answer, the picture, the table and where they come from, in one file."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import __version__
from planner.frontier.files import WORDS, Told, answer, rows_of, title
from planner.text import say


def write_page(told: Told, path: Path, picture: str) -> None:
    """Write `frontier.html`, self-contained; picture: the curve as SVG, or nothing."""
    environment = Environment(
        loader=PackageLoader("planner", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    headings, rows = rows_of(told)
    found = told.info["frontier"]
    stopped = say(f"stopped_{found['stopped_by']}", told.lang)
    text = environment.get_template("frontier.html.j2").render(
        lang=told.lang,
        title=title(told),
        answer=answer(told),
        picture=picture,
        headings=headings,
        rows=rows,
        table_title=WORDS.say("table", told.lang),
        how_title=WORDS.say("how", told.lang),
        how=[WORDS.say(key, told.lang) for key in ("how_points", "how_proof", "how_next")],
        made=WORDS.say("made", told.lang, seconds=found["solve_seconds"], stopped=stopped, version=__version__),
    )
    path.write_text(text, encoding="utf-8", newline="\n")
