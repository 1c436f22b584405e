"""In and out of every institution, and what goes up against what comes back, per pair."""

from __future__ import annotations

import pandas as pd

from planner.flows import OUTSIDE
from planner.network.network import Network

PLACE = ["up_out", "up_in", "down_out", "down_in", "outside"]


def balance(network: Network) -> pd.DataFrame:
    """By institution: patients a month sent up, received from below, sent down, received back, gone outside;
    `balance` is received less sent inside the alliance."""
    inside, flows = network.inside, network.flows
    found = pd.DataFrame(index=pd.Index(network.places.index, name="institution"))
    for name, column, direction in (
        ("up_out", "origin", "up"), ("up_in", "destination", "up"),
        ("down_out", "origin", "down"), ("down_in", "destination", "down"),
    ):  # fmt: skip
        part = inside[inside["direction"] == direction]
        found[name] = part.groupby(column)["patients"].sum().reindex(found.index).fillna(0.0)
    gone = flows[flows["destination"] == OUTSIDE].groupby("origin")["patients"].sum()
    found["outside"] = gone.reindex(found.index).fillna(0.0)
    found["balance"] = found["up_in"] + found["down_in"] - found["up_out"] - found["down_out"]
    return found


def reciprocity(network: Network) -> pd.DataFrame:
    """Per pair of a lower and an upper institution: up, down, slips up, and `down_up`, down for each slip up; both
    of the latter NaN where the tables hold no referral down."""
    up = network.up.groupby(["origin", "destination"])[["patients", "slips"]].sum()
    up.index.names = ["lower", "upper"]
    down = network.inside[network.inside["direction"] == "down"]
    back = down.groupby(["destination", "origin"])["patients"].sum()
    back.index.names = ["lower", "upper"]
    both = up.rename(columns={"patients": "up", "slips": "slips_up"}).join(back.rename("down"), how="outer").fillna(0.0)
    if not network.down_known:
        both["down"] = float("nan")
    both["down_up"] = (both["down"] / both["slips_up"]).where(both["slips_up"] > 0)
    return both.reset_index()


def mutual_share(network: Network) -> float:
    """Share of the flow that is answered: sum over pairs of twice the smaller of up and down, over the sum of both."""
    both = reciprocity(network)
    if not network.down_known:
        return float("nan")
    total = float((both["up"] + both["down"]).sum())
    return 2.0 * float(both[["up", "down"]].min(axis=1).sum()) / total if total > 0 else float("nan")
