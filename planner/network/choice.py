"""Where patients go against where they could: kept inside, past the nearest capable hospital, out of the county."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.network.network import Network

#: Minutes by which another hospital must be nearer to count as passed by.
NEARER = 1.0


def kept(network: Network) -> dict[str, float]:
    """Shares: of those who leave their place, who stay inside the alliance, and in their own group; of all visits
    that somebody takes, who stay inside (`in_county`), and of these, who are seen at primary level (`primary`)."""
    up, out = network.up, float(network.out["patients"].sum())
    sent = float(up["patients"].sum())
    group = network.of_place("group", up["origin"])
    own = group.eq(network.of_place("group", up["destination"])) & group.ne("")
    seen = network.cells["need"].sum() - network.cells["unmet"].sum()
    low = network.of_place("level", network.cells["institution"]) < 2
    below = float(network.cells.loc[low, ["own", "kept"]].to_numpy().sum())
    inside = float(seen - network.cells["left"].sum())
    return {
        "kept_inside": _share(sent, sent + out),
        "kept_in_group": _share(float(up.loc[own, "patients"].sum()), sent),
        "in_county": _share(inside, float(seen)),
        "primary": _share(below, inside),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def bypass(network: Network) -> pd.DataFrame:
    """Flows up with the nearest capable hospital above the origin: nearest, nearest_minutes, passed (bool),
    skipped (the one passed by is of a lower level), extra_minutes. Origins without any have nearest "".

    Capable is who treats the specialty; above is of a higher level. Groups are no borders here: passing by
    the nearest of another group is what borders cost.
    """
    near = nearest(network)
    table = network.up.merge(near, on=["origin", "specialty"], how="left")
    table["nearest"] = table["nearest"].fillna("")
    extra = table["minutes"] - table["nearest_minutes"]
    table["passed"] = (table["nearest"] != "") & (table["nearest"] != table["destination"]) & (extra >= NEARER)
    lower = network.of_place("level", table["nearest"]) < network.of_place("level", table["destination"])
    table["skipped"] = table["passed"] & lower
    table["extra_minutes"] = np.where(table["passed"], extra, 0.0)
    return table


def nearest(network: Network, own_group: bool = False) -> pd.DataFrame:
    """origin, specialty, nearest, nearest_minutes: the nearest capable hospital of a higher level."""
    reach = network.reach
    above = network.of_place("level", reach["hospital"]) > network.of_place("level", reach["origin"])
    if own_group:
        one, other = (network.of_place("group", reach[name]) for name in ("origin", "hospital"))
        above &= one.eq(other) | one.eq("") | other.eq("")
    table = reach[above].merge(network.hosts[["hospital", "specialty"]], on="hospital")
    table = table.sort_values(["minutes", "hospital"], kind="stable").drop_duplicates(["origin", "specialty"])
    return table.rename(columns={"hospital": "nearest", "minutes": "nearest_minutes"})[
        ["origin", "specialty", "nearest", "nearest_minutes"]
    ]


def leakage(network: Network) -> pd.DataFrame:
    """By institution: seen (visits of its residents that somebody takes), left (outside), leakage (share), and the
    specialty of which most leave."""
    cells = network.cells.assign(seen=network.cells["need"] - network.cells["unmet"])
    table = cells.groupby("institution")[["seen", "left"]].sum()
    table["leakage"] = (table["left"] / table["seen"]).where(table["seen"] > 0)
    ranked = cells.sort_values(["left", "specialty"], ascending=[False, True], kind="stable")
    first = ranked.drop_duplicates("institution").set_index("institution")["specialty"]
    table["mostly"] = first.where(table["left"].reindex(first.index) > 0, "")
    return table
