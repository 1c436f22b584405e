"""A saved plan as people read it: names instead of ids, translated headings, figures with units.

Shared by the report, the workbook and the command line; nothing here writes files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from geodata import local
from planner import indicator_words
from planner.catalogue import RULE_SENTENCES, texts
from planner.folder import SavedPlan
from planner.text import MARKS, amount, pick, say
from planner.words import COLUMNS, MEASURES, UNITS, UNITS_OF_ONE, VALUES, word

SCENARIOS = ("do_nothing", "today", "by_hand", "plan")
TITLES = texts("titles")
#: Columns that hold the id of an institution, a doctor, a specialty or a service.
_PLACES = ("institution", "centre", "backup", "origin", "destination", "home", "upper", "second")
_KINDS = {
    **dict.fromkeys(_PLACES, "institutions"),
    "doctor": "doctors",
    "relieved_by": "doctors",
    "specialty": "specialties",
    "service": "services",
}
_TRANSLATED = ("main", "state", "direction", "mode", "holds", "scenario", "mark", "opens", "given")
_TOKEN = re.compile(r"[\w.\-]+")


class View:
    """A saved plan in one language."""

    def __init__(self, saved: SavedPlan, lang: str) -> None:
        self.saved = saved
        self.lang = lang

    def say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def pick(self, pair: Any) -> str:
        return pick(pair, self.lang)

    # --- names ----------------------------------------------------------------------------

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Per table of the region: id -> name (the id where the name is blank)."""
        found: dict[str, dict[str, str]] = {}
        for kind in ("institutions", "doctors", "specialties", "services"):
            table = self.saved.region.get(kind)
            if table is None or "id" not in table:
                found[kind] = {}
                continue
            labels = table["name"] if "name" in table else table["id"]
            found[kind] = {key: label or key for key, label in zip(table["id"], labels, strict=True)}
        return found

    def name(self, kind: str, key: object) -> str:
        """The name of an id; an unknown id, or `outside`, in its own words."""
        text = "" if key is None or key != key else str(key)
        return self.names[kind].get(text) or word(VALUES, text, self.lang) if text else ""

    @cached_property
    def doctors(self) -> Mapping[str, Mapping[str, str]]:
        """Rows of the `doctors` table by id."""
        table = self.saved.region.get("doctors")
        if table is None:
            return {}
        return {str(row["id"]): {str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")}

    def doctor(self, key: str) -> str:
        """Name (title · hospital) of a doctor."""
        row = self.doctors.get(key, {})
        parts = [self.title(row.get("title", "")), self.name("institutions", row.get("institution", ""))]
        told = "·".join(part for part in parts if part)
        name = self.name("doctors", key)
        return MARKS.say("brackets", self.lang, text=name, more=told) if told else name

    def title(self, key: str) -> str:
        return TITLES.find(key.split(".")[0], self.lang) or key

    def subject(self, text: object) -> str:
        """A rule's subject with ids replaced by names (bare short numbers are left alone)."""

        def swap(match: re.Match[str]) -> str:
            token = match.group()
            if token.isdigit() and len(token) < 4:
                return token
            return next((kind[token] for kind in self.names.values() if token in kind), token)

        return _TOKEN.sub(swap, str(text))

    def scope(self, text: object) -> str:
        """What an indicator covers: everything, or what is named."""
        told = text_of(text)
        return word(VALUES, told, self.lang) if told in VALUES else self.subject(told)

    def rule(self, key: str) -> str:
        """The sentence of a rule."""
        return RULE_SENTENCES.find(key, self.lang) or key

    def heading(self, column: str) -> str:
        return word(COLUMNS, column, self.lang)

    def unit(self, unit: object) -> str:
        return word(UNITS, str(unit or ""), self.lang).replace("per ", "/") if unit else ""

    def measure(self, name: str) -> str:
        return word(MEASURES, name, self.lang)

    def figure(self, value: object, unit: object = "") -> str:
        """A number for reading; shares as percentages, missing as a dash."""
        number = to_float(value)
        if number is None:
            return "–" if value is None or value != value or value == "" else str(value)
        if unit == "share":
            return f"{number:.1%}".replace(".0%", "%")
        return local.number(amount(number), self.lang)

    # --- tables ---------------------------------------------------------------------------

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """A plan table with names, translated values and headings; numbers stay numbers."""
        shown = table.copy()
        for column in shown.columns:
            if column in _KINDS:
                shown[column] = [self.name(_KINDS[column], key) for key in shown[column]]
            elif column in _TRANSLATED:
                shown[column] = [
                    word(VALUES, str(value), self.lang) if value == value else "" for value in shown[column]
                ]
            elif column == "unit":
                shown[column] = [self.unit(value) for value in shown[column]]
            elif column == "measure":
                shown[column] = [self.measure(str(value)) for value in shown[column]]
            elif column == "indicator":
                shown[column] = [indicator_words.name(str(value), self.lang) for value in shown[column]]
            elif column == "subject":
                shown[column] = [self.subject(value) for value in shown[column]]
            elif column == "scope":
                shown[column] = [self.scope(value) for value in shown[column]]
        return shown.rename(columns={column: self.heading(str(column)) for column in shown.columns})

    def quarters(self) -> int:
        """How many quarters the plan has (at least 1)."""
        found = {q for name in ("visits", "sessions") for q in self.saved.table(name)["quarter"] if q}
        return max(1, len(found))

    def months(self) -> float:
        """Months of the horizon."""
        weeks = float(self.saved.info.get("settings", {}).get("calendar", {}).get("weeks", 13))
        return weeks * 7 / (365.25 / 12)

    # --- scenarios ------------------------------------------------------------------------

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """`scenarios.csv` with the aims by their plain names."""
        table = self.saved.table("scenarios")
        return table.assign(measure=[str(name).removeprefix("aim:") for name in table["measure"]])

    def scenario_value(self, scenario: str, measure: str) -> float | None:
        table = self.accounts
        found = table[(table["scenario"] == scenario) & (table["measure"] == measure)]
        return to_float(found["value"].iloc[0]) if len(found) else None

    def unit_after(self, unit: str, shown: str = "") -> str:
        """The unit as it stands behind a number as shown; a share bears its own."""
        one = UNITS_OF_ONE.find(unit, self.lang) if shown == "1" else None
        return "" if unit == "share" else one or self.unit(unit)

    def scenarios(self) -> pd.DataFrame:
        """Measures in rows, the four scenarios in columns, `unit` last; aims first, then visits, counts, money."""
        table = self.accounts
        if table.empty:
            return pd.DataFrame(columns=["measure", *SCENARIOS, "unit"])
        wide = table.pivot_table(index="measure", columns="scenario", values="value", aggfunc="first", sort=False)
        wide = wide.reindex(columns=list(SCENARIOS))
        wide["unit"] = table.drop_duplicates("measure").set_index("measure")["unit"]
        aims = [str(aim["name"]) for aim in self.saved.info.get("aims", [])]
        order = {name: at for at, name in enumerate(dict.fromkeys((*aims, *MEASURES)))}
        ranked = sorted(wide.index, key=lambda measure: (order.get(measure, len(order)), measure))
        return wide.loc[ranked].reset_index()


def text_of(value: object) -> str:
    """A cell as text; missing is ""."""
    return "" if value is None or value != value else str(value)


def to_float(value: object) -> float | None:
    """A finite number, or None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
