"""Who goes where: referrals up, care outside the county, and returns, today and by the plan."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.audit.facts import Facts
from planner.figures.change import Change
from planner.situation import Situation

SMALLEST = 5e-4
OUTSIDE = "outside"


@dataclass(frozen=True)
class Flow:
    """Visits a month from an institution to a hospital or `outside` (direction up), or back (down)."""

    origin: str
    destination: str
    direction: str
    visits: Change


def flows(facts: Facts, before: Situation) -> tuple[Flow, ...]:
    """Every pair with visits today or by the plan, in the order of the institutions table."""
    quarters = max(1, len(facts.quarters))
    table = facts.plan["referrals"]
    direction = table["direction"].where(table["direction"] == "down", "up")
    keys = [table["origin"], table["destination"], direction]
    plan = table["patients_per_month"].groupby(keys).sum() / quarters
    today = _today(facts, before)
    both = pd.concat([today.rename("today"), plan.rename("plan")], axis=1).fillna(0.0)
    both = both[(both["today"] >= SMALLEST) | (both["plan"] >= SMALLEST)]
    order = {key: at for at, key in enumerate(facts.institutions.index)}
    found = [
        Flow(str(o), str(d), str(way), Change(float(row[0]), float(row[1])))
        for (o, d, way), row in zip(both.index, both.to_numpy(float), strict=True)
    ]
    last = len(order)
    return tuple(
        sorted(found, key=lambda f: (f.direction != "up", order.get(f.origin, last), order.get(f.destination, last)))
    )


def _today(facts: Facts, before: Situation) -> pd.Series:
    """Today's visits a month by (origin, destination, direction)."""
    sent = facts.referred.rename(columns={"institution": "origin", "hospital": "destination"})
    left = before.visits.assign(visits=before.visits["left"] * before.visits["months"] / max(before.months, 1e-9))
    left = left.rename(columns={"institution": "origin"}).assign(destination=OUTSIDE)
    down = facts.region["referrals"]
    down = down[down["direction"] == "down"].rename(columns={"patients_per_month": "visits"})
    columns = ["origin", "destination", "visits"]
    parts = [sent[columns].assign(direction="up"), left[columns].assign(direction="up"),
             down[columns].assign(direction="down")]  # fmt: skip
    return pd.concat(parts, ignore_index=True).groupby(["origin", "destination", "direction"])["visits"].sum()
