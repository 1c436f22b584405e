"""The roster's chapter in the report: one small table, and where the rest is."""

from __future__ import annotations

from typing import Any

from planner.roster_views import RosterView
from planner.view import View


def roster_chapter(view: View) -> dict[str, Any]:
    """Clinics by site and month with the busiest half-day's count; no rows without dates."""
    roster = RosterView(view)
    if not roster.clinics:
        return {"title": "", "note": "", "headings": [], "rows": []}
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
    for site in roster.sites:
        mine = [one for one in roster.clinics if one.site == site]
        counts = [sum((one.on.year, one.on.month) == month for one in mine) for month in roster.months]
        seen = [len({one.specialty for one in mine}), len({one.doctor for one in mine})]
        row = [view.name("institutions", site), *counts, len(mine), *seen, sum(one.changed for one in mine)]
        rows.append([str(value) for value in row])
    return {"title": roster.say("chapter"), "note": note, "headings": headings, "rows": rows}
