"""The network's chapter in the report: the ten sentences, what fails with each hospital, bottlenecks, the levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.maps import XMLNS
from planner.report.grids import Cell, Grid, grid
from planner.report.tables import number
from planner.report.words import report_word
from planner.text import joined
from planner.view import View

if TYPE_CHECKING:
    from planner.audit.facts import Facts
    from planner.network.analysis import Analysis

#: Rows of the small tables: what is largest, and what is tightest.
MOST_HUBS, MOST_CUTS = 8, 8
#: Names of one bottleneck's hospitals at most.
MOST_NAMES = 4


def network_chapter(view: View, facts: Facts | None) -> dict[str, Any]:
    """Sentences, picture (SVG, our own markup) and tables; no sentences where nobody refers to anybody."""
    nothing = {"sentences": [], "picture": "", "failures": _grid(view, "failures", []), "cuts": _grid(view, "cuts", [])}
    if facts is None or facts.plan["referrals"].empty:
        return nothing
    from planner.network.analysis import analyse
    from planner.network.sentences import sentences

    found = analyse(facts, plan=True, region=str(view.saved.info.get("region") or ""))
    if found.network.flows.empty:
        return nothing
    return {
        "sentences": sentences(found, view.lang),
        "picture": _picture(found, view.lang),
        "failures": _failures(view, found),
        "cuts": _cuts(view, found),
    }


def _picture(found: Analysis, lang: str) -> str:
    from geodata.layered import draw_layers
    from planner.network.pictures import Drawn, layered

    drawn = draw_layers(layered(Drawn(found, lang)), "network-layers", ("svg",))["svg"].decode("utf-8")
    return drawn.replace(XMLNS, "", 1)


def _grid(view: View, table: str, rows: list[list[Cell]]) -> Grid:
    words = {
        "failures": ("hub", "hub_received", "hub_lost", "hub_share", "hub_fenced", "hub_moved", "hub_mostly"),
        "cuts": ("cut_of", "cut_referrals", "cut_room", "cut_hospitals", "cut_places"),
    }
    return grid(f"network_{table}", [report_word(f"net_{key}", view.lang) for key in words[table]], rows)


def _failures(view: View, found: Analysis) -> Grid:
    """Hospitals by what is lost with them."""
    rows = [
        [
            Cell(view.name("institutions", one["hospital"])), number(view, one["received"], digits=0),
            number(view, one["lost"], digits=0), number(view, one["lost_share"], "share"),
            number(view, one["lost_in_group"], digits=0), number(view, one["moved"], digits=0),
            Cell(view.name("specialties", one["mostly"])),
        ]
        for one in found.hubs.head(MOST_HUBS).to_dict("records")
    ]  # fmt: skip
    return _grid(view, "failures", rows)


def _cuts(view: View, found: Analysis) -> Grid:
    """Specialties by the growth of referrals that fills their hospitals, the tightest first."""
    rows = []
    for one in found.cuts.head(MOST_CUTS).to_dict("records"):
        ids = [key for key in str(one["hospitals"]).split(";") if key]
        names = joined((view.name("institutions", key) for key in ids[:MOST_NAMES]), view.lang)
        if len(ids) > MOST_NAMES:
            names += report_word("and_more", view.lang, n=len(ids), more=len(ids) - MOST_NAMES)
        places = len([key for key in str(one["places"]).split(";") if key])
        rows.append([
            Cell(view.name("specialties", one["specialty"])), number(view, one["referrals"], digits=0),
            number(view, float(one["headroom"]) - 1.0, "share"), Cell(names), number(view, places),
        ])  # fmt: skip
    return _grid(view, "cuts", rows)
