"""The whole analysis of a network: every table, and the measures beside what was before and what was published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from planner.network import agreement, balance, choice, cuts, measures, structure
from planner.network import network as networks
from planner.network.closing import closed
from planner.network.measures import Worked
from planner.network.network import Network

if TYPE_CHECKING:
    from planner.audit.facts import Facts


@dataclass(frozen=True)
class Analysis:
    """network, and `before` (today beside a plan, or the open hospital beside the closed one; None alone).

    places: one row for each institution (flows, leakage, exits, betweenness, community). pairs: up and down
    of two institutions. bypass: by origin and destination. hubs: what fails with each. cuts: bottlenecks. overlap,
    several: alliances. lost: who finds no place after a closing. over: who receives more than is stated for it.
    visits_a_year: visits a resident and year in the tables. measures: see `measures.table`.
    names: (table, id) -> name. closed: hospitals taken out.
    """

    network: Network
    before: Network | None
    places: pd.DataFrame
    pairs: pd.DataFrame
    bypass: pd.DataFrame
    hubs: pd.DataFrame
    cuts: pd.DataFrame
    overlap: pd.DataFrame
    several: pd.DataFrame
    lost: pd.DataFrame
    measures: pd.DataFrame
    names: Mapping[str, Mapping[str, str]]
    region: str = ""
    closed: tuple[str, ...] = ()
    over: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["hospital", "specialty", "over"]))
    visits_a_year: float = float("nan")

    def value(self, measure: str, column: str = "value") -> float:
        """A measure by its name."""
        return float(self.measures.set_index("measure")[column][measure])

    def name(self, kind: str, key: object) -> str:
        """Name of an institution or specialty; the id where it has none."""
        return self.names.get(kind, {}).get(str(key)) or str(key)


def analyse(facts: Facts, plan: bool, closing: Collection[str] = (), region: str = "") -> Analysis:
    """The network of a plan beside today's, or of today alone; with `closing`, that network beside itself as it is
    when these hospitals are closed."""
    now = networks.planned(facts) if plan else networks.observed(facts)
    before = networks.observed(facts) if plan else None
    lost = pd.DataFrame(columns=["origin", "specialty", "patients"])
    if closing:
        before = now
        now, lost = closed(now, closing)
    names = {
        "institutions": dict(facts.institutions["name"]),
        "specialties": dict(facts.specialties["name"]) | dict(facts.region["services"].set_index("id")["name"]),
    }
    return of_network(now, before, facts.region["targets"], _visits_a_year(facts, now), names, lost, closing, region)


def of_network(
    now: Network,
    before: Network | None,
    targets: pd.DataFrame,
    visits_a_year: float,
    names: Mapping[str, Mapping[str, str]],
    lost: pd.DataFrame,
    closing: Collection[str] = (),
    region: str = "",
) -> Analysis:
    """The analysis of a network that is at hand."""
    done = measures.worked(now)
    values = measures.measures(now, done)
    old = None if before is None else measures.measures(before)
    return Analysis(
        network=now,
        before=before,
        places=_places(now, done),
        pairs=_pairs(now),
        bypass=_bypass(now),
        hubs=done.hubs,
        cuts=done.cuts,
        overlap=agreement.overlap(now),
        several=agreement.several(now),
        lost=lost,
        measures=measures.table(values, old, targets, visits_a_year),
        names=names,
        region=region,
        closed=tuple(closing),
        over=cuts.over_capability(now),
        visits_a_year=visits_a_year,
    )


def _visits_a_year(facts: Facts, network: Network) -> float:
    people = float(facts.institutions["population"].sum())
    return float(network.cells["need"].sum()) * 12 / people if people > 0 else float("nan")


def _places(network: Network, done: Worked) -> pd.DataFrame:
    table = network.places[["name", "level", "group", "lead"]].copy()
    table.index.name = "institution"
    table = table.join(balance.balance(network)).join(choice.leakage(network))
    ways = structure.exits(network).set_index("institution")
    table = table.join(ways.drop(columns="visits")).join(done.between)
    found = pd.Series(dict(done.communities), dtype=float)
    table["community"] = (found + 1).reindex(table.index)
    passed = choice.bypass(network)
    passed = passed[passed["nearest"] != ""]
    share = passed.assign(part=passed["patients"].where(passed["passed"], 0.0)).groupby("origin")[["part", "patients"]]
    sums = share.sum()
    table["bypassed"] = (sums["part"] / sums["patients"]).reindex(table.index)
    table["cut_off"] = table["cut_off"].map({True: "yes", False: "no"}).fillna("")
    table["through"] = table["through"].fillna("")
    return table.reset_index()


def _pairs(network: Network) -> pd.DataFrame:
    table = balance.reciprocity(network)
    trips = network.up.groupby(["origin", "destination"])["minutes"].min()
    keys = pd.MultiIndex.from_frame(table[["lower", "upper"]])
    one, other = (network.of_place("group", table[name]) for name in ("lower", "upper"))
    return table.assign(minutes=trips.reindex(keys).to_numpy(), own_group=(one.eq(other) & one.ne("")).to_numpy())


def _bypass(network: Network) -> pd.DataFrame:
    """Patients who pass by, per origin, the nearest they pass and where they go; the most first."""
    table = choice.bypass(network)
    table = table[table["passed"]]
    table = table.assign(weight=table["extra_minutes"] * table["patients"])
    keys = ["origin", "nearest", "destination"]
    sums = table.groupby(keys, as_index=False)[["patients", "weight"]].sum()
    sums["extra_minutes"] = sums["weight"] / sums["patients"]
    sums = sums.drop(columns="weight").sort_values(["patients", *keys], ascending=[False, True, True, True])
    return sums.reset_index(drop=True)
