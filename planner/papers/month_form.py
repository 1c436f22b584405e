"""The form of the monthly return: which figure goes into which line. A CSV that the office edits.

`month_return.csv` beside the region's tables is used for every plan of the region; a plan folder keeps the form that it
was made with as `monthly/form.csv`, and `alliance report` reads it there, edited or not. Shipped is a form with the
monitoring indicators and what a plan can show of them.
"""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from planner.catalogue import texts
from planner.indicator_words import INDICATORS

WORDS = texts("monthly")
#: Names of the file that are looked for.
NAMES = ("month_return.csv", "月报表.csv")
COLUMNS = ("line", "name_zh", "name_en", "indicator", "scope", "definition_zh", "definition_en")
#: Figures that are counted for each month, by their id in the form.
COUNTED = (
    "clinics_held", "doctors_out", "sites_served", "townships_unserved", "sent_down", "sent_down_share",
    "posted_at_end", "posted_days", "visits_need", "visits_kept", "visits_unmet", "visits_left", "visits_up",
    "visits_down",
)  # fmt: skip
#: Indicators of the plan that are also worked out for each month.
ALSO_MONTHLY = ("in_county_visit_share", "leakage_share", "primary_visit_share", "up_down_ratio")


#: The form's place in a plan folder.
FOLDER, FORM = "monthly", "form.csv"


class FormError(Exception):
    """A form cannot be used; `zh` and `en` name the file, the row, the column, and the cure."""

    def __init__(self, key: str, **values: object) -> None:
        self.zh, self.en = WORDS.both(key, **values)
        super().__init__(self.en)


@dataclass(frozen=True)
class Line:
    """A line of the form; without an indicator it is filled in by hand from other sources."""

    number: str
    names: tuple[str, str]
    indicator: str
    scope: str
    definitions: tuple[str, str]


def shipped() -> bytes:
    """The form that is used where a region has none."""
    return (files("planner.papers") / "month_return.csv").read_bytes()


def form_beside(region: Path) -> bytes | None:
    """The form beside a region's tables (a folder, or a file in one); None where there is none.

    Raises:
        FormError: where it is there and cannot be used.
    """
    folder = region if region.is_dir() else region.parent
    found = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if found is None:
        return None
    content = found.read_bytes()
    parse(content, found.name)
    return content


def keep_form(folder: Path, content: bytes) -> None:
    """Put a form into a plan folder."""
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / FORM).write_bytes(content)


def parse(content: bytes, name: str) -> tuple[Line, ...]:
    """The lines of a form in their order; UTF-8 or GB18030, as spreadsheets write it.

    Raises:
        FormError: a column is missing, a line has no number or name, stands twice, or names an unknown indicator.
    """
    rows = list(csv.reader(io.StringIO(_text(content, name), newline="")))
    head = [cell.strip() for cell in rows[0]] if rows else []
    lacking = [column for column in ("line", "name_zh", "indicator") if column not in head]
    if lacking:
        raise FormError("no_column", file=name, column=lacking[0], known=", ".join(COLUMNS))
    lines: dict[str, Line] = {}
    for number, row in enumerate(rows[1:], start=2):
        values = {column: row[at].strip() if at < len(row) else "" for at, column in enumerate(head)}
        if not any(values.values()):
            continue
        line = _line(values, name, number)
        if line.number in lines:
            raise FormError("twice", file=name, row=number, value=line.number)
        lines[line.number] = line
    if not lines:
        raise FormError("empty", file=name)
    return tuple(lines.values())


def _text(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormError("encoding", file=name)


def _line(values: dict[str, str], name: str, number: int) -> Line:
    if not values["line"] or not values["name_zh"]:
        raise FormError("blank", file=name, row=number, column="name_zh" if values["line"] else "line")
    indicator = values["indicator"]
    known = (*COUNTED, *INDICATORS)
    if indicator and indicator not in known:
        near = difflib.get_close_matches(indicator, known, 1) or ["clinics_held"]
        raise FormError("unknown", file=name, row=number, value=indicator, near=near[0])
    both = {
        key: (values.get(f"{key}_zh", ""), values.get(f"{key}_en", "") or values.get(f"{key}_zh", ""))
        for key in ("name", "definition")
    }
    return Line(values["line"], both["name"], indicator, values.get("scope", ""), both["definition"])
