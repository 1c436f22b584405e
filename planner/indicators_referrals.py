"""Indicators of referral planning: what is kept for referrals, who goes where designated, what beds below take."""

from __future__ import annotations

from collections.abc import Iterator

from planner.audit.facts import Facts
from planner.indicators_access import Measure


def referrals(facts: Facts) -> Iterator[Measure]:
    """Reserved visits and beds with their use; referrals to the designated institution; beds for down-referrals.

    Effect on the visit balance: `reserve_extra_visits` are seen above only because they are kept for;
    `down_bed_days` are bed-days a month that hospitals get back.
    """
    kept = facts.plan["reserves"]
    if kept["inflow"].notna().any():
        hours = facts.number("referrals", "release_hours", 24)
        note = f"released {hours:g} hours before the day"
        visits = float(kept["visits_per_month"].sum())
        yield ("reserved_visits", "", visits, "visits/month", note)
        yield ("reserved_beds", "", float(kept["beds"].sum()), "beds", "for the booked, one pool of beds a hospital")
        yield ("reserve_extra_visits", "", float(kept["extra"].sum()), "visits/month", "beyond today's referrals")
        if visits > 0:
            yield ("reserve_released_share", "", float(kept["released"].sum()) / visits, "share", note)
    named = facts.plan["designations"]
    ways = facts.plan["referrals"]
    up = ways[ways["direction"].eq("up") & ways["destination"].ne("outside")]
    share = facts.quarters["months"] / facts.quarters["months"].sum()
    total = float((up["patients_per_month"] * up["quarter"].map(share)).sum())
    if len(named) and total > 0:
        there = float(named["patients_per_month"].sum())
        yield ("designated_share", "", there / total, "share", "of the visits referred up inside the alliance")
    places = facts.plan["down_places"]
    if len(places):
        days = float((places["used_bed_days"] * places["quarter"].map(share)).sum())
        free = float((places["bed_days"] * places["quarter"].map(share)).sum())
        yield ("down_bed_days", "", days, "bed-days/month", "taken below instead of above")
        yield ("down_beds_used", "", days / free, "share", "of the beds below that take patients back")
