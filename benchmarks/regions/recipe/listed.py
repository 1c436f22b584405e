"""Institutions listed by hand: a text table with a column for each field of a place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from benchmarks.regions.recipe.places import Place
from benchmarks.regions.recipe.texts import cells_of

_TYPES = {"int": int, "float": float}
_READ = {field.name: _TYPES.get(str(field.type), str) for field in fields(Place)}


def listed(
    columns: str,
    text: str,
    groups: Mapping[str, str],
    weights: Mapping[str, Mapping[str, float]] | None = None,
    populations: Collection[int] = (),
    **common: Any,
) -> tuple[Place, ...]:
    """The places of a table of `a | b | c`, `columns` naming its fields in order; `common` are those of all of them.

    The column `lead_id` names the lead of a place's group, without it every place leads its own; `groups` are the
    groups by lead. populations: residents by row, where the table has none (its column `weight` is left alone).
    """
    found = []
    rows = cells_of(text)
    for cells, people in zip(rows, populations or [None] * len(rows), strict=True):
        given = dict(zip(columns.split(), cells, strict=True))
        ident, lead = given["id"], given.pop("lead_id", given["id"])
        given.pop("weight", None)
        read: dict[str, Any] = common | {name: _READ[name](cell) for name, cell in given.items()}
        if people is not None:
            read["population"] = people
        place = Place(**{"kind": "", "group": groups[lead], "lead": ident == lead, **read})
        found.append(replace(place, weights=weights[ident]) if weights else place)
    return tuple(found)


def column(columns: str, text: str, name: str) -> list[float]:
    """One column of such a table as numbers."""
    at = columns.split().index(name)
    return [float(cells[at]) for cells in cells_of(text)]


def town(place: Place, seat: bool, elderly: tuple[float, float], radius: tuple[float, float]) -> Place:
    """A primary institution: community centre by its name; shares and radii (km) at the seat and outside of it."""
    return replace(
        place,
        kind="community_centre" if "社区" in place.name else "township_centre",
        elderly=elderly[not seat],
        radius=radius[not seat],
        area="seat" if seat else "",
    )
