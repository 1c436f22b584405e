"""What the page's map and its panel of an institution show, as plain lists that refer to each other by position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geodata import local
from geodata.map_file import read_layer
from geodata.map_look import BANDS, BORDER, DASHES, INK, MARK, QUIET, ROADS, SERIES, mark_of
from geodata.map_web import shapes
from planner import map_tables
from planner.figures.change import Change
from planner.figures.whole import Figures
from planner.map_words import told
from planner.maps import MAP_FILE
from planner.view import View, text_of, to_float

#: Communities drawn on the map at most; a dot of each would hide the rest.
MOST_COMMUNITIES = 3000
#: Pixels for a millimetre of the pictures' dashes.
PIXELS = 2.6


def map_data(view: View, figures: Figures) -> dict[str, Any]:
    """`places` for every institution, the layers, and how they look; `drawn` is false without coordinates."""
    where, missing = map_tables.places(view)
    places, at = _places(view, where)
    sessions = map_tables.sessions(view)
    specialties = {key: n for n, key in enumerate(view.names["specialties"])}
    services = {key: n for n, key in enumerate(view.names["services"])}
    return {
        "drawn": not where.empty,
        "missing": missing,
        "places": places,
        "byName": local.ranks([str(place[0]) for place in places]),
        "specialties": list(view.names["specialties"].values()),
        "services": list(view.names["services"].values()),
        "clinics": _clinics(sessions, at, specialties),
        "postings": _postings(view, at),
        "links": _links(view, at, services),
        "centres": _centres(view, figures, at, services),
        "referrals": _referrals(figures, at),
        "tele": _tele(view, at),
        "sites": _sites(figures, at),
        "communities": _communities(view),
        **_ground(view),
        "look": _look(view),
    }


def _places(view: View, where: pd.DataFrame) -> tuple[list[list[Any]], dict[str, int]]:
    """name, mark, lat, lon, level, group, kind in words, residents; and the position of each id."""
    spots = {str(row["id"]): row for row in where.to_dict("records")}
    rows: list[list[Any]] = []
    at: dict[str, int] = {}
    table = view.saved.region.get("institutions", pd.DataFrame())
    for row in table.to_dict("records"):
        key = text_of(row["id"])
        if key in at:
            continue
        at[key] = len(rows)
        known = spots.get(key)
        level = to_float(row.get("level")) or 0.0
        kind = text_of(row.get("kind"))
        mark = str(known["mark"]) if known else mark_of(level, kind)
        lat, lon = (round(float(known[c]), 5) for c in ("lat", "lon")) if known else (None, None)
        words = told(kind or mark, view.lang)
        rows.append([view.name("institutions", key), mark, lat, lon, level, text_of(row.get("group")), words,
                     to_float(row.get("population"))])  # fmt: skip
    return rows, at


def _clinics(table: pd.DataFrame, at: Mapping[str, int], specialties: Mapping[str, int]) -> list[list[Any]]:
    """from, to, specialty, clinics a month, doctors."""
    return [
        [at[f], at[t], specialties.get(s, -1), round(float(n), 2), d]
        for f, t, s, n, d in table[["from_id", "to_id", "specialty_id", "sessions_per_month", "doctors"]].itertuples(
            index=False, name=None
        )
        if f in at and t in at
    ]


def _postings(view: View, at: Mapping[str, int]) -> list[list[Any]]:
    """from, to, specialty in words, doctor, start, end."""
    found = []
    for row in view.saved.table("postings").to_dict("records"):
        home = view.doctors.get(str(row["doctor"]), {}).get("institution", "")
        if home in at and row["institution"] in at:
            found.append([at[home], at[row["institution"]], view.name("specialties", row["specialty"]),
                          view.doctor(str(row["doctor"])), text_of(row["start"]), text_of(row["end"])])  # fmt: skip
    return found


def _links(view: View, at: Mapping[str, int], services: Mapping[str, int]) -> list[list[Any]]:
    """institution, service, centre, minutes, turnaround; main links only."""
    table = view.saved.table("service_links")
    return [
        [at[i], services.get(s, -1), at[c], _whole(m), _whole(t)]
        for i, s, c, b, m, t in table[
            ["institution", "service", "centre", "backup", "minutes", "turnaround_minutes"]
        ].itertuples(index=False, name=None)
        if i in at and c in at and b != "yes"
    ]


def _centres(view: View, figures: Figures, at: Mapping[str, int], services: Mapping[str, int]) -> list[list[Any]]:
    """service, institution, load, institutions served."""
    return [
        [services.get(one.service, -1), at[one.institution], view.figure(one.load, "share"), one.served]
        for one in figures.centres
        if one.institution in at
    ]


def _referrals(figures: Figures, at: Mapping[str, int]) -> list[list[Any]]:
    """from, to (-1: outside), 1 for up and 0 for down, visits a month."""
    return [
        [at[one.origin], at.get(one.destination, -1), int(one.direction == "up"), round(one.visits.plan, 1)]
        for one in figures.flows
        if one.origin in at and one.visits.plan >= 0.05
    ]


def _tele(view: View, at: Mapping[str, int]) -> list[list[Any]]:
    """from, to, visits a month over all specialties."""
    totals: dict[tuple[str, str], float] = {}
    table = map_tables.tele_links(view)
    for f, t, n in table[["from_id", "to_id", "visits_per_month"]].itertuples(index=False, name=None):
        totals[f, t] = totals.get((f, t), 0.0) + float(n)
    return [[at[f], at[t], round(n, 1)] for (f, t), n in sorted(totals.items()) if f in at and t in at]


def _sites(figures: Figures, at: Mapping[str, int]) -> dict[int, list[float]]:
    """Visits a month today and by the plan: kept, unmet, left, referred."""

    def pair(value: Change) -> list[float]:
        return [round(value.today, 1), round(value.plan, 1)]

    return {
        at[one.institution]: [*pair(one.kept), *pair(one.unmet), *pair(one.left), *pair(one.referred)]
        for one in figures.sites
        if one.institution in at
    }


def _communities(view: View) -> list[list[Any]]:
    """name, lat, lon, residents; the largest."""
    table = map_tables.communities(view)
    table = table.sort_values("population", ascending=False, kind="stable").head(MOST_COMMUNITIES)
    return [
        [text_of(name), round(float(lat), 4), round(float(lon), 4), int(people)]
        for name, lat, lon, people in table[["name", "lat", "lon", "population"]].itertuples(index=False, name=None)
    ]


def _ground(view: View) -> dict[str, Any]:
    """Boundaries, roads, groups and travel bands from the plan's own map file."""
    path = view.saved.path / MAP_FILE
    wanted = {"boundaries": (), "roads": ("class",), "groups": ("group",),
              "travel_bands": ("offer_name", "moment", "minutes")}  # fmt: skip
    found: dict[str, Any] = {}
    for name, columns in wanted.items():
        frame = read_layer(path, name)
        found[name] = [] if frame is None or not len(frame) else [
            [*(text_of(value) if isinstance(value, str) else float(value) for value in shape.values), shape.parts]
            for shape in shapes(frame, columns)
        ]  # fmt: skip
    return found


def _look(view: View) -> dict[str, Any]:
    """Colours, dashes and words of the marks."""
    marks = {key: [mark.shape, mark.fill, mark.size, told(key, view.lang)] for key, mark in MARK.items()}
    return {
        "series": list(SERIES),
        "dashes": [" ".join(f"{mm * PIXELS:.1f}" for mm in dash) for dash in DASHES],
        "bands": {str(minutes): colour for minutes, colour in BANDS.items()},
        "roads": {name: [colour, width] for name, (colour, width) in ROADS.items()},
        "border": BORDER,
        "quiet": QUIET,
        "ink": INK,
        "marks": marks,
    }


def _whole(value: object) -> int | None:
    number = to_float(value)
    return None if number is None else round(number)
