"""Where patients go against where they could: kept inside, past the nearest capable hospital, out of the county."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.network.network import Network


def kept(network: Network) -> dict[str, float]:
    """Shares: of those who leave their place, who stay inside the alliance, and in their own group; of all visits
    that somebody takes, who stay inside (`in_county`), and of these, who are seen at primary level (`primary`, NaN
    where nobody is of primary level). Who finds no place after a closing is counted with those who were seen inside.
    """
    up, out = network.up, float(network.out["patients"].sum())
    sent, cells = float(up["patients"].sum()), network.cells
    lost = float(cells["lost"].sum())
    group = network.of_place("group", up["origin"])
    own = group.eq(network.of_place("group", up["destination"])) & group.ne("")
    seen = float(cells["need"].sum() - cells["unmet"].sum())
    low = network.of_place("level", cells["institution"]) < 2
    below = float(cells.loc[low, ["own", "kept"]].to_numpy().sum()) if low.any() else float("nan")
    left = float(cells["left"].sum())
    return {
        "kept_inside": _share(sent, sent + out + lost),
        "kept_in_group": _share(float(up.loc[own, "patients"].sum()), sent),
        "in_county": _share(seen - left - lost, seen),
        "primary": _share(below, seen - left),
        "leakage": _share(left, seen),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def bypass(network: Network) -> pd.DataFrame:
    """Flows up with the nearest capable hospital above the origin: nearest, nearest_minutes, passed (bool: it is
    nearer by `network.bypass_minutes` or more), extra_minutes, skipped (bool: some capable hospital of a lower level
    than the destination is in reach and farther by less than that). Origins without any have nearest "".

    Capable is who treats the specialty; above is of a greater rank (level, then lead). Groups are no borders here:
    passing by the nearest of another group is what borders cost.
    """
    near = nearest(network)
    table = network.up.merge(near, on=["origin", "specialty"], how="left")
    table["nearest"] = table["nearest"].fillna("")
    extra = table["minutes"] - table["nearest_minutes"]
    table["passed"] = (
        (table["nearest"] != "") & (table["nearest"] != table["destination"]) & (extra >= network.bypass_minutes)
    )
    table["skipped"] = _skipped(network, table)
    table["extra_minutes"] = np.where(table["passed"], extra, 0.0)
    return table


def _skipped(network: Network, flows: pd.DataFrame) -> pd.Series:
    able = capable(network)
    able = able[able["minutes"] <= network.max_minutes]
    pairs = flows[["origin", "specialty", "destination", "minutes"]].reset_index(names="row")
    pairs = pairs.merge(able.rename(columns={"minutes": "trip"}), on=["origin", "specialty"])
    lower = network.of_place("level", pairs["hospital"]) < network.of_place("level", pairs["destination"])
    found = pairs.loc[lower & ~(pairs["trip"] - pairs["minutes"] >= network.bypass_minutes), "row"]
    return pd.Series(flows.index.isin(found), index=flows.index)


def capable(network: Network, own_group: bool = False) -> pd.DataFrame:
    """origin, hospital, minutes, specialty: every known trip to a hospital of a greater rank that treats it."""
    reach, rank = network.reach, network.rank
    above = reach["hospital"].map(rank) > reach["origin"].map(rank)
    if own_group:
        one, other = (network.of_place("group", reach[name]) for name in ("origin", "hospital"))
        above &= one.eq(other) | one.eq("") | other.eq("")
    return reach[above].merge(network.hosts[["hospital", "specialty"]], on="hospital")


def nearest(network: Network, own_group: bool = False) -> pd.DataFrame:
    """origin, specialty, nearest, nearest_minutes: the nearest capable hospital of a greater rank."""
    table = capable(network, own_group)
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
