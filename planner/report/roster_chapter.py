"""The roster's chapter in the report: one small table, and where the rest is."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from planner.report.grids import Cell, Grid, grid
from planner.roster_views import Held, RosterView
from planner.view import View


def roster_chapter(view: View) -> dict[str, Any]:
    """Clinics by site and month with the busiest half-day's count; no rows without dates."""
    roster = RosterView(view)
    if not roster.clinics:
        return {"title": "", "note": "", "weeks": [], "grid": Grid("roster_table", (), (), ())}
    unheld = view.saved.table("unheld")["sessions"].sum()
    note = roster.say(
        "chapter_note",
        clinics=len(roster.clinics),
        unheld=view.figure(float(unheld)),
        changed=sum(one.changed for one in roster.clinics) if roster.today else "–",
    )
    headings = [roster.say("place"), *(roster.month_name(month, short=True) for month in roster.months)]
    headings += [roster.say("total"), roster.say("specialties"), roster.say("visitors"), roster.say("changed_count")]
    rows = []
    by_site: dict[str, list[Held]] = defaultdict(list)
    for one in roster.clinics:
        by_site[one.site].append(one)
    for site in roster.sites:
        mine = by_site[site]
        counts = [sum((one.on.year, one.on.month) == month for one in mine) for month in roster.months]
        seen = [len({one.specialty for one in mine}), len({one.doctor for one in mine})]
        numbers = [*counts, len(mine), *seen, sum(one.changed for one in mine)]
        rows.append([Cell(roster.label("institutions", site)), *(Cell(str(n), float(n)) for n in numbers)])
    table = grid("roster_table", headings, rows)
    return {"title": roster.say("chapter"), "note": note, "weeks": _weeks(roster), "grid": table}


def _weeks(roster: RosterView) -> list[dict[str, Any]]:
    """Clinics of each week with a bar as a share of the fullest: number, first day, clinics, width."""
    first = roster.days[0].on
    counts = Counter((one.on - first).days // 7 for one in roster.clinics)
    most = max(counts.values())
    weeks = range(max(counts) + 1)
    return [
        {
            "n": n + 1,
            "first": first + timedelta(weeks=n),
            "clinics": counts[n],
            "width": round(100 * counts[n] / most, 1),
        }
        for n in weeks
    ]
