"""Referral flows, today's and a plan's, and which of them carry a referral slip. Published counts count slips.

The one definition that the indicators and the network share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from planner.audit.facts import Facts

#: Care outside the alliance: a destination, never an institution.
OUTSIDE = "outside"
#: What names a flow.
FLOW = ["origin", "destination", "specialty", "direction"]


def observed(facts: Facts) -> pd.DataFrame:
    """The columns `FLOW` with patients and slips a month, by the region's tables."""
    up = facts.referred.rename(columns={"institution": "origin", "hospital": "destination", "visits": "patients"})
    rows = facts.region["referrals"]
    inside = rows["destination"].isin(facts.institutions.index) & rows["origin"].isin(facts.institutions.index)
    down = rows[(rows["direction"] == "down") & inside]
    down = down.rename(columns={"patients_per_month": "patients"})
    left = facts.cells["left"].rename("patients").reset_index().rename(columns={"institution": "origin"})
    flows = pd.concat(
        [
            up.assign(direction="up"),
            down[[*FLOW, "patients"]],
            left.assign(destination=OUTSIDE, direction="up"),
            _without_needs(facts),
        ],
        ignore_index=True,
    )
    return with_slips(flows, rows)


def planned(facts: Facts) -> pd.DataFrame:
    """The same of a saved plan: the mean of its quarters, weighed by their months."""
    rows = facts.plan["referrals"]
    share = facts.quarters["months"] / facts.quarters["months"].sum()
    weighed = rows.assign(patients=rows["patients_per_month"] * rows["quarter"].map(share))
    flows = weighed.groupby(FLOW)["patients"].sum().reset_index()
    flows = pd.concat([flows, _without_needs(facts)], ignore_index=True)
    return with_slips(flows, facts.region["referrals"])


def _without_needs(facts: Facts) -> pd.DataFrame:
    """Rows up, or out, whose place and specialty have no row in `needs`: they count as they stand."""
    rows, places = facts.region["referrals"], facts.institutions.index
    up = rows[(rows["direction"] != "down") & (rows["origin"] != rows["destination"]) & rows["origin"].isin(places)]
    up = up[up["destination"].isin(places) | (up["destination"] == OUTSIDE)]
    cells = facts.cells.index
    told = pd.MultiIndex.from_frame(up[["origin", "specialty"]]).isin(cells)
    shared = up["specialty"].eq("") & up["origin"].isin(cells.get_level_values("institution"))
    kept = up[~told & ~shared.to_numpy()].assign(direction="up")
    return kept.rename(columns={"patients_per_month": "patients"})[[*FLOW, "patients"]]


def slips_known(facts: Facts) -> bool:
    """Whether the tables say who carries a referral slip; else every flow counts whole."""
    return bool(facts.region["referrals"]["slips_per_month"].notna().any())


def slips_up(flows: pd.DataFrame) -> float:
    """Visits a month that go up inside the alliance with a slip."""
    up = flows[(flows["direction"] == "up") & (flows["destination"] != OUTSIDE)]
    return float(up["slips"].sum())


def with_slips(flows: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Flows with `slips`: those among them with a referral slip, in the share that the tables give.

    A flow whose rows give no slips counts whole; nobody who leaves the county was sent by the alliance.
    """
    known = rows[rows["slips_per_month"].notna() & (rows["patients_per_month"] > 0)]
    sums = known.groupby(FLOW)[["slips_per_month", "patients_per_month"]].sum()
    share = sums["slips_per_month"] / sums["patients_per_month"]
    whole = 1.0
    if len(known):  # flows that are new in a plan: the mean share of the direction
        up = known[(known["direction"] != "down") & (known["destination"] != OUTSIDE)]
        total = float(up["patients_per_month"].sum())
        whole = float(up["slips_per_month"].sum()) / total if total > 0 else 1.0
    found = pd.Series(share.reindex(pd.MultiIndex.from_frame(flows[FLOW])).to_numpy(), index=flows.index)
    usual = np.where(flows["destination"] == OUTSIDE, 0.0, np.where(flows["direction"] == "down", 1.0, whole))
    return flows.assign(slips=flows["patients"] * found.fillna(pd.Series(usual, index=flows.index)))
