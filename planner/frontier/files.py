"""What a frontier leaves behind: the table, the picture and a page that opens without a network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.curve_picture import Curve, draw_curve
from planner.catalogue import texts
from planner.folder import write_info
from planner.money import LARGE
from planner.text import amount, joined
from planner.words import MEASURES, UNITS, word

WORDS = texts("frontier")
#: What tells a folder of ours from any other.
SIGN = "frontier.csv"
#: Places where the proof is drawn, between the first and the last point.
DRAWN = 200
#: Points of shortfall that are the rounding of a solver.
KEPT = 1e-4


@dataclass(frozen=True)
class Told:
    """A frontier as it is told. table: `frontier.csv`; info: `frontier.json`; lang: of page and picture."""

    table: pd.DataFrame
    info: Mapping[str, Any]
    lang: str

    @property
    def points(self) -> pd.DataFrame:
        return self.table[self.table["status"] == "FOUND"]

    @property
    def limited(self) -> str:
        return str(self.info["frontier"]["limited"])

    @property
    def least(self) -> str:
        return str(self.info["frontier"]["least"])

    def per(self, aim: str) -> float:
        """What an aim's value is divided by where people read it: money in its large unit, shares in per cent."""
        return LARGE[self.lang] if aim == "cost" else 0.01 if aim == "worst_served" else 1.0

    def unit(self, aim: str) -> str:
        """The unit behind a value of an aim."""
        from models.aims import UNITS as KNOWN

        if aim in ("cost", "worst_served"):
            return WORDS.say(f"unit_{aim}", self.lang)
        return word(UNITS, KNOWN[aim][0], self.lang)

    def figure(self, aim: str, value: float) -> str:
        """A value of an aim without its unit; limits with the decimals that tell one from the next."""
        shown = value / self.per(aim)
        return f"{shown:,.{self.decimals}f}" if aim == self.limited else amount(shown)

    @property
    def decimals(self) -> int:
        """Digits after the point that tell one limit from the next and show four figures of each."""
        limits = sorted(set(self.table["limit"].astype(float).abs() / self.per(self.limited)))
        steps = [b - a for a, b in pairwise(limits) if b > a] or [math.inf]
        figures = [limit / 1000.0 for limit in limits if limit > 0] or [1.0]
        return min(6, max(0, math.ceil(-math.log10(min(*figures, min(steps))))))

    def bound(self, limit: float) -> float:
        """What is proved within a limit."""
        return max(float(value) - float(price) * limit for price, value in self.info["frontier"]["proofs"])


def write_frontier(told: Told, folder: Path) -> None:
    """Write `frontier.json`, the picture (SVG and PNG) and `frontier.html` beside the table."""
    from planner.frontier.page import write_page

    write_info(folder, told.info, "frontier.json")
    pictures: dict[str, bytes] = {}
    if len(told.points):
        pictures = draw_curve(curve_of(told), "frontier")
        for kind, picture in pictures.items():
            (folder / f"frontier.{kind}").write_bytes(picture)
    write_page(told, folder / "frontier.html", pictures.get("svg", b"").decode())


def curve_of(told: Told) -> Curve:
    """The picture of a frontier with at least one point."""
    points, lang = told.points, told.lang
    limits = points["limit"].astype(float)
    grid = np.union1d(np.linspace(limits.min(), limits.max(), DRAWN), limits)
    x, y = told.per(told.limited), told.per(told.least)
    names = {aim: f"{word(MEASURES, aim, lang)} ({told.unit(aim)})" for aim in (told.limited, told.least)}
    return Curve(
        title=title(told),
        x_name=names[told.limited],
        y_name=names[told.least],
        points=[(a / x, b / y) for a, b in zip(limits, points["value"].astype(float), strict=True)],
        proved=[(float(a) / x, told.bound(float(a)) / y) for a in grid],
        found_name=WORDS.say("found", lang),
        proved_name=WORDS.say("proved", lang),
        between_name=WORDS.say("between", lang),
        notes=(WORDS.say("note_steps", lang),),
    )


def title(told: Told) -> str:
    """What is traded for what, and where."""
    limited, least = (word(MEASURES, aim, told.lang) for aim in (told.limited, told.least))
    return WORDS.say("title", told.lang, region=told.info.get("region", ""), limited=limited, least=least)


def answer(told: Told) -> list[str]:
    """The curve in a few sentences: its ends, what the first and the last step buy, promises, how sure it is."""
    points, lang, found = told.points, told.lang, told.info["frontier"]
    said = []
    if len(points) == 1 and not found["asked"] and found["stopped_by"] != "user":
        said.append(_sentence(told, "only", points.iloc[0]))
    elif len(points):
        said.append(_sentence(told, "given" if found["asked"] else "loosest", points.iloc[0]))
    if len(points) > 1:
        said += [_sentence(told, "tightest", points.iloc[-1]), *_steps(told)]
    if len(points):
        said += [_promises(told), _sure(told)]
    missing = told.table[told.table["status"] != "FOUND"]
    for status, limits in missing.groupby("status", sort=True)["limit"]:
        listed = joined((told.figure(told.limited, float(limit)) for limit in limits), lang)
        said.append(WORDS.say(f"missing_{str(status).lower()}", lang, limits=listed, unit=told.unit(told.limited)))
    if not said:
        said.append(WORDS.say("no_plan" if found["status"] == "INFEASIBLE" else "no_points", lang))
    return [*said, *([WORDS.say("budget_aside", lang)] if found["budget_aside"] else [])]


def _promises(told: Told) -> str:
    """Whether all promises are kept along the curve."""
    broken = float(told.points["aim:floors"].max()) if "aim:floors" in told.points else 0.0
    if broken <= KEPT:
        return WORDS.say("promises_kept", told.lang)
    return WORDS.say("promises_broken", told.lang, points=broken)


def _sure(told: Told) -> str:
    """The most by which any point could still be better, in real units."""
    points = told.points
    left, gap = float((points["value"] - points["bound"]).max()), float(points["gap"].max())
    if not math.isfinite(left):
        return WORDS.say("not_sure", told.lang)
    values = {"aim": word(MEASURES, told.least, told.lang), "left": told.figure(told.least, left), "gap": gap}
    return WORDS.say("sure", told.lang, **values, unit=told.unit(told.least))


def _sentence(told: Told, key: str, point: pd.Series) -> str:
    own = float(point.get(f"aim:{told.limited}", point["limit"]))
    values = {
        "limited": word(MEASURES, told.limited, told.lang),
        "least": word(MEASURES, told.least, told.lang),
        "limit": told.figure(told.limited, own),
        "value": told.figure(told.least, float(point["value"])),
        "limit_unit": told.unit(told.limited),
        "unit": told.unit(told.least),
    }
    return WORDS.say(key, told.lang, **values)


def _steps(told: Told) -> list[str]:
    """What giving up the first and the last step costs, where they differ."""
    points = told.points
    pairs = {"first_step": (points.iloc[0], points.iloc[1]), "last_step": (points.iloc[-2], points.iloc[-1])}
    said = []
    for key, (looser, tighter) in pairs.items():
        if key == "last_step" and len(points) == 2:
            continue
        less, more = float(looser["limit"] - tighter["limit"]), float(tighter["value"] - looser["value"])
        values = {"less": told.figure(told.limited, less), "more": told.figure(told.least, more)}
        values |= {"limit_unit": told.unit(told.limited), "unit": told.unit(told.least)}
        said.append(WORDS.say(key, told.lang, **values))
    return said


def rows_of(told: Told) -> tuple[list[str], list[list[str]]]:
    """The table that people read: headings and cells."""
    lang = told.lang
    headings = [WORDS.say("point", lang)]
    headings += [f"{WORDS.say('limit_of', lang, aim=word(MEASURES, told.limited, lang))} ({told.unit(told.limited)})"]
    headings += [f"{word(MEASURES, told.least, lang)} ({told.unit(told.least)})"]
    headings += [WORDS.say(name, lang) for name in ("at_best", "gap", "clinics", "posted", "answered")]
    cells = []
    for row in told.points.to_dict("records"):
        cells.append([
            str(int(row["point"])), told.figure(told.limited, row["limit"]), told.figure(told.least, row["value"]),
            told.figure(told.least, row["bound"]), f"{row['gap']:.2%}", amount(row.get("clinics", 0.0)),
            amount(row.get("posted doctors", 0.0)), WORDS.say(f"answered_{str(row['answered']).split()[0]}", lang),
        ])  # fmt: skip
    return headings, cells
