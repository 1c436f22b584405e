"""A datum that is declared wrongly, found by points and outlines whose datum is another's.

Each table is compared with the seats of its townships (points in the file of boundaries), with the
outlines, and with the other table of places; `geodata.datum_roads` compares with a road network. It is a
warning: the shift is at most 1.4 km, and a plan is possible; but every trip from a road is then wrong.
"""

from __future__ import annotations

import numpy as np

from geodata.boundaries import Boundaries, usable_boundaries
from geodata.catalogue import Texts
from geodata.checks_view import Check, View
from geodata.coordinates import LAYERS, LOCATED, declared_datum
from geodata.datum_evidence import (
    TABLES,
    Verdict,
    against_outlines,
    against_seats,
    among_tables,
    shown_datum,
    told,
    usable,
)
from geodata.problems import Problem
from geodata.sentences import joined

SAID = Texts("checks_datum", "geodata", "checks")


def datums(view: View) -> Check:
    """Points fit the seats, outlines and places that they belong to as they are declared."""
    for verdict in verdicts(view):
        yield wrong_datum(view, verdict)


def verdicts(view: View) -> list[Verdict]:
    """Everything that speaks against the declared datums, each with what would set it right.

    A table that its own seats confirm is not blamed for a disagreement with the other table; a table that
    has to be read anew takes the other with it where the two agree today.
    """
    found: list[Verdict] = []
    confirmed: set[str] = set()
    boundaries = usable_boundaries(view.region)
    for table in TABLES:
        if boundaries is not None and usable(view, table):
            verdict, sure = _by_boundaries(view, table, boundaries)
            found += [verdict] if verdict else []
            confirmed |= {table} if sure else set()
    if not all(usable(view, table) for table in TABLES):
        return found
    blamed = {name for verdict in found for option in verdict.options for name in option}
    if not blamed & set(TABLES):
        pair = among_tables(view)
        if pair is not None:
            options = tuple(option for option in pair.options if not set(option) & confirmed)
            found.append(Verdict(pair.table, pair.evidence, options or pair.options, pair.shift))
        return found
    together = {name: datum for verdict in found for name, datum in verdict.options[0].items() if name in TABLES}
    return [
        Verdict(v.table, v.evidence, tuple(_with_other(view, option, together) for option in v.options), v.shift)
        for v in found
    ]


def _by_boundaries(view: View, table: str, boundaries: Boundaries) -> tuple[Verdict | None, bool]:
    """(what speaks against the table, whether its seats confirm it)."""
    finding = against_seats(view, table, boundaries)
    if finding is not None and finding.wrong:
        return told(table, "boundaries", finding, SAID.both("seats")), False
    if finding is not None and finding.confirmed:
        return None, True
    return (against_outlines(view, table, boundaries) if len(boundaries.units) else None), False


def _with_other(view: View, option: dict[str, str], together: dict[str, str]) -> dict[str, str]:
    """An option with what it entails for the other table of places."""
    if not set(option) & set(TABLES):
        return option
    whole = {**together, **option}
    pair = among_tables(view, whole)
    if pair is not None:
        more = [one for one in pair.options if not set(one) & set(whole)]
        whole |= more[0] if more else {}
    return whole


def wrong_datum(view: View, verdict: Verdict) -> Problem:
    """The warning: evidence, the likely datum with the shift, and what to write."""
    declared = shown_datum(declared_datum(view.region.settings, verdict.table))
    stated = view.setting("region", "coordinates", None) is not None
    name, likely = next(
        (n, d) for n, d in verdict.options[0].items() if n == verdict.table or len(verdict.options[0]) == 1
    )
    subject = "own" if name == verdict.table else name if name in LAYERS else "table"
    cures = [_written(view, option) for option in verdict.options]
    return view.problem(
        None,
        "lon",
        SAID.both("wrong_datum.expected" if stated else "wrong_datum.expected_undeclared", declared=declared),
        SAID.both(
            f"wrong_datum.cure.{subject}",
            name=name,
            evidence=verdict.evidence,
            likely=shown_datum(likely),
            moved=SAID.both("shift", metres=verdict.shift) if verdict.shift else "",
            cures=joined(cures, "or_code"),
        ),
        severity="warning",
        value=declared,
        table=verdict.table,
    )


def _written(view: View, option: dict[str, str]) -> str:
    """`coordinates = { ... }` as it has to be, with what is declared for the others."""
    placed = [table for table, (lon, _) in LOCATED.items() if np.isfinite(view.numbers(table, lon)).any()]
    names = [*placed, *(layer for layer in LAYERS if layer in view.region.layers)]
    wanted = {name: declared_datum(view.region.settings, name) for name in names} | option
    shown = {name: datum for name, datum in wanted.items() if name in option or datum != "wgs84"}
    return "coordinates = { " + ", ".join(f'{name} = "{datum}"' for name, datum in shown.items()) + " }"


CHECKS = (datums,)
