"""What `alliance travel` says: how the table was made, and the cells to look at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from planner.catalogue import texts
from planner.text import joined

if TYPE_CHECKING:
    import pandas as pd

    from geodata.travel import Travel

#: Suspicious cells shown on the screen; all are in the file.
SHOWN = 20

MESSAGES = texts("travel")

#: Method words of the table; a user's own word stays as it is.
METHODS = texts("travel.methods")


def say(key: str, lang: str, **values: object) -> str:
    """The message of a key with its values."""
    return MESSAGES.say(key, lang, **values)


def how_made(made: Travel, lang: str) -> Iterator[str]:
    """Lines on where the minutes come from."""
    facts = made.facts
    names = [f"{METHODS.find(word, lang) or word} {count:,}" for word, count in facts["methods"].items()]
    yield say("pairs", lang, pairs=f"{len(made.table):,}", methods=joined(names, lang, "comma") or "0")
    roads = facts.get("roads")
    if roads:
        shares = {"main": roads["main_share"], "cut": 1.0 - roads["main_share"]}
        yield say("network", lang, **{**roads, **shares})
        if facts["engine"] != "own":
            yield say("engine", lang, engine=facts["engine"])
        yield _snapped(facts["snapped"], lang)
    if facts["ferry_pairs"]:
        yield say("ferry", lang, pairs=f"{facts['ferry_pairs']:,}")
    if facts["season_factor"] != 1.0:
        yield say("season", lang, factor=facts["season_factor"])
    if facts["engine"] != "table":
        found = facts["calibration"]
        yield say(f"calibration_{found['source']}", lang, **found)
    yield say("cached" if made.from_cache else "took", lang, seconds=made.seconds)


def _snapped(facts: Mapping[str, Any], lang: str) -> str:
    if facts["p50_metres"] is None:
        return say("nobody", lang)
    values = {"p50": facts["p50_metres"], "most": facts["max_metres"]}
    return say("snapped", lang, **values, without=facts["without_road"], cut=facts["cut_off"])


def odd_lines(report: pd.DataFrame, path: object, lang: str) -> Iterator[str]:
    """The first suspicious places and cells, and where the others are."""
    if report.empty:
        yield say("none_odd", lang)
        return
    yield say("odd", lang, count=len(report), path=path)
    for row in report.head(SHOWN).to_dict("records"):
        yield "  " + _line({str(key): value for key, value in row.items()}, lang)
    if len(report) > SHOWN:
        yield say("more", lang, count=len(report) - SHOWN, path=path)


def _line(row: Mapping[str, Any], lang: str) -> str:
    place = f"{row['place']} {row['name']}" if row["name"] and row["name"] != row["place"] else row["place"]
    values = {
        **row,
        "place": place or say("table", lang),
        "expected": row[f"expected_{lang}"],
        "cure": row[f"cure_{lang}"],
    }
    if math.isnan(float(row["minutes"])):
        return say("place", lang, **values)
    return say("group" if row["cells"] > 2 else "cell", lang, **values)
