"""A network after some hospitals close: who goes where instead, and who finds no place.

Everybody who was seen in a closed hospital is concerned: those referred to it, its own residents, and those whom its
doctors saw by teleconsultation. Clinics that its doctors hold elsewhere go on: the tables do not say whose they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.flows import FLOW, OUTSIDE
from planner.network import routing
from planner.network.failure import SMALLEST
from planner.network.network import CELL, Network
from planner.network.routing import Problem

#: Stands before the id of a closed hospital where its own residents are a place that refers to it.
_OWN = "\x00own "


def closed(network: Network, hospitals: Collection[str]) -> tuple[Network, pd.DataFrame]:
    """(the network after some hospitals close, who finds no place: origin, specialty, patients).

    The others take what they can: the fewest patients move, to the nearest that have room. Own residents of the closed
    go up to any other hospital that treats the specialty and is in reach, as flows from there, without a slip. What the
    closed ones sent or got down, and their tele-links, are gone. Who finds no place is `lost` in the cells.
    """
    shut = set(hospitals)
    whole = _with_own(network, shut)
    up, lost = [], []
    for key, one in routing.problems(whole).items():
        for hospital in shut:
            one = one.without(hospital) if hospital in one.hospitals else one
        rows, short = _rerouted(key, one)
        up.append(rows)
        lost.append(short)
    moved = pd.concat(up, ignore_index=True) if up else whole.up.iloc[:0]
    gone = pd.concat(lost, ignore_index=True) if lost else pd.DataFrame(columns=["origin", "specialty", "patients"])
    moved = _named(_with_slips(whole, moved)).groupby(FLOW, as_index=False).agg(
        {"patients": "sum", "slips": "sum", "minutes": "min"}
    )  # fmt: skip
    gone = _named(gone).astype({"patients": float})
    silent = _silent(network, shut)
    every = pd.concat([gone, silent], ignore_index=True)
    gone = every.groupby(["origin", "specialty"], as_index=False).agg({"patients": "sum"})
    flows = network.flows
    rest = flows[(flows["direction"] != "up") | (flows["destination"] == OUTSIDE)]
    rest = rest[(rest["direction"] != "down") | ~(rest["origin"].isin(shut) | rest["destination"].isin(shut))]
    after = replace(
        network,
        flows=pd.concat([moved, rest], ignore_index=True),
        hosts=network.hosts[~network.hosts["hospital"].isin(shut)],
        cells=_cells(network, shut, gone, silent),
        tele=network.tele[~(network.tele["origin"].isin(shut) | network.tele["destination"].isin(shut))],
    )
    return after, gone


def _with_own(network: Network, shut: set[str]) -> Network:
    """The network in which the residents who are seen in a closed hospital are a village that refers to it."""
    cells = network.cells[network.cells["institution"].isin(shut)]
    cells = cells.assign(patients=cells["own"] + cells["kept"])
    cells = cells[cells["patients"] > SMALLEST]
    if cells.empty:
        return network
    homes = sorted(set(cells["institution"]))
    places = network.places.loc[homes].assign(level=-1.0, lead=False)
    places.index = pd.Index([_OWN + key for key in homes], name=network.places.index.name)
    flows = pd.DataFrame({
        "origin": _OWN + cells["institution"], "destination": cells["institution"], "specialty": cells["specialty"],
        "direction": "up", "patients": cells["patients"], "slips": 0.0, "minutes": 0.0,
    })  # fmt: skip
    level = network.places["level"]
    reach = network.reach[network.reach["origin"].isin(homes)]
    reach = reach[(reach["hospital"].map(level) >= reach["origin"].map(level).clip(upper=2)).to_numpy()]
    return replace(
        network,
        places=pd.concat([network.places, places]),
        flows=pd.concat([network.flows, flows], ignore_index=True),
        reach=pd.concat([network.reach, reach.assign(origin=_OWN + reach["origin"])], ignore_index=True),
    )


def _rerouted(key: str, one: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(flows of a specialty after the closing, who finds no place)."""
    sent = routing.cheapest(one, routing.greatest(one).value)
    rows = pd.DataFrame({
        "origin": np.array(one.places, dtype=object)[one.tail],
        "destination": np.array(one.hospitals, dtype=object)[one.head],
        "specialty": key, "direction": "up", "patients": sent, "minutes": one.minutes,
    })  # fmt: skip
    served = np.bincount(one.tail, weights=sent, minlength=len(one.places))
    short = pd.DataFrame({"origin": list(one.places), "specialty": key, "patients": one.demand - served})
    return rows[rows["patients"] > SMALLEST], short[short["patients"] > SMALLEST]


def _with_slips(network: Network, flows: pd.DataFrame) -> pd.DataFrame:
    """Flows with `slips`: in the share that the flow had, else its place's share in the specialty."""
    before = network.up.groupby(FLOW)[["patients", "slips"]].sum()
    place = network.up.groupby(["origin", "specialty"])[["patients", "slips"]].sum()
    own, usual = (
        (one["slips"] / one["patients"]).reindex(pd.MultiIndex.from_frame(flows[list(one.index.names)])).to_numpy()
        for one in (before, place)
    )
    share = np.where(np.isnan(own), usual, own)
    return flows.assign(slips=flows["patients"] * np.nan_to_num(share, nan=1.0))


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(origin=[str(key).removeprefix(_OWN) for key in table["origin"]])


def _silent(network: Network, shut: set[str]) -> pd.DataFrame:
    """origin, specialty, patients whom doctors of a closed hospital saw by teleconsultation."""
    links = network.tele[(network.tele["kind"] == "consultation") & network.tele["origin"].isin(shut)]
    links = links[~links["destination"].isin(shut)]
    rows = links.groupby(["destination", "specialty"], as_index=False).agg({"amount": "sum"})
    return rows.rename(columns={"destination": "origin", "amount": "patients"}).astype({"patients": float})


def _cells(network: Network, shut: set[str], gone: pd.DataFrame, silent: pd.DataFrame) -> pd.DataFrame:
    """Cells in which nobody is seen at a closed hospital, and those without a place are `lost`."""
    cells = network.cells.copy()
    keys = pd.MultiIndex.from_frame(cells[CELL])
    no_place, unheard = (
        table.set_index(["origin", "specialty"])["patients"].reindex(keys).fillna(0.0).to_numpy(float)
        for table in (gone, silent)
    )
    closing = cells["institution"].isin(shut)
    cells["own"] = cells["own"].where(~closing, 0.0)
    cells["kept"] = (cells["kept"] - unheard).clip(lower=0.0).where(~closing, 0.0)
    return cells.assign(lost=cells["lost"] + no_place)
