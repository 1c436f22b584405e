"""The whole network in figures: one row for each measure, beside what it was before and what was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from planner.network import agreement, balance, choice, cuts, failure, routing, structure
from planner.network.cuts import bottlenecks
from planner.network.graph import pair_graph
from planner.network.network import Network
from planner.network.routing import Problem
from planner.network.words import MEASURES

#: Published indicators that count a period: the monthly measure that is multiplied up.
COUNTED = {"referrals_up": "slips_up_month", "referrals_down": "referrals_down_month"}
#: Fewer visits a resident and year than this: the tables hold a part of all visits, and shares of all are not judged.
WHOLE_VISITS = 2.5
#: Shares that mean all visits of the residents.
OF_ALL = ("primary_visit_share", "in_county_visit_share", "leakage_share")


@dataclass(frozen=True)
class Worked:
    """What takes long, worked out once: flow problems, failures, bottlenecks, betweenness, communities."""

    problems: Mapping[str, Problem]
    hubs: pd.DataFrame
    cuts: pd.DataFrame
    between: pd.Series
    communities: Mapping[str, int]


def worked(network: Network) -> Worked:
    problems = routing.problems(network)
    return Worked(
        problems,
        failure.failures(network, problems),
        bottlenecks(network, problems),
        structure.betweenness(network),
        agreement.communities(network),
    )


def measures(network: Network, done: Worked | None = None) -> dict[str, float]:
    """Every measure of `planner.network.words` by its name."""
    return dict(_all(network, worked(network) if done is None else done))


def _all(network: Network, done: Worked) -> Iterator[tuple[str, float]]:
    up, slips = (float(network.up[name].sum()) for name in ("patients", "slips"))
    down = float(network.inside.loc[network.inside["direction"] == "down", "patients"].sum())
    yield "institutions", float(len(network.places))
    yield "flows", float(len(network.flows))
    yield "referrals_up_month", up
    yield "slips_up_month", slips if network.slips_known else float("nan")
    yield "referrals_down_month", down if network.down_known else float("nan")
    yield "left_visits", float(network.out["patients"].sum())
    yield "down_up_ratio", down / slips if slips > 0 and network.down_known else float("nan")
    shares = choice.kept(network)
    yield "kept_inside", shares["kept_inside"]
    yield "kept_in_group", shares["kept_in_group"]
    yield "in_county_visit_share", shares["in_county"]
    yield "primary_visit_share", shares["primary"]
    yield from _bypass(network)
    yield "leakage_share", shares["leakage"]
    received = network.up.groupby("destination")["patients"].sum()
    yield "hub_share", float(received.max()) / up if up > 0 else float("nan")
    yield "betweenness_most", float(done.between.max())
    for name, column in (("n1_lost", "lost"), ("n1_lost_share", "lost_share"), ("n1_lost_in_group", "lost_in_group")):
        yield name, float(done.hubs[column].max()) if len(done.hubs) else 0.0
    yield "headroom", float(done.cuts["headroom"].min()) if len(done.cuts) else float("nan")
    yield "over_capability", float(cuts.over_capability(network)["over"].sum())
    ways = structure.exits(network)
    yield "one_exit", float((ways["hanging"] > 0.5).sum())
    yield "one_exit_share", structure.hanging_share(ways)
    yield "cut_off", float(ways["cut_off"].sum())
    yield "one_host", structure.single_hosts(done.problems)
    yield from _mutual(network)
    yield from _parts(network, done.communities)
    for name, kind in (("tele_visits", "consultation"), ("tele_items", "reading")):
        yield name, float(network.tele.loc[network.tele["kind"] == kind, "amount"].sum())


def _bypass(network: Network) -> Iterator[tuple[str, float]]:
    every = choice.bypass(network)
    table = every[every["nearest"] != ""]
    up, passed = float(table["patients"].sum()), table[table["passed"]]
    many = float(passed["patients"].sum())
    yield "no_upper", float(every.loc[every["nearest"] == "", "patients"].sum())
    yield "bypassed", many / up if up > 0 else float("nan")
    yield "skipped_level", float(table.loc[table["skipped"], "patients"].sum()) / up if up > 0 else float("nan")
    yield "bypass_minutes", float((passed["extra_minutes"] * passed["patients"]).sum()) / many if many > 0 else 0.0


def _mutual(network: Network) -> Iterator[tuple[str, float]]:
    import networkx as nx

    yield "mutual_share", balance.mutual_share(network)
    graph = pair_graph(network)
    links = graph.number_of_edges() > 0 and network.down_known
    yield "mutual_links", float(nx.overall_reciprocity(graph)) if links else float("nan")


def _parts(network: Network, found: Mapping[str, int]) -> Iterator[tuple[str, float]]:
    said = agreement.declared(network)
    yield "communities", float(len(set(found.values())))
    yield from agreement.agreement(found, said).items()
    yield "modularity_found", agreement.modularity(network, found)
    yield "modularity_declared", agreement.modularity(network, said)
    yield "alliances", float(network.alliances["alliance"].nunique())
    yield "several", float(len(agreement.several(network)))
    yield "nested", float((agreement.overlap(network)["nested"] != "").sum())


def table(
    now: Mapping[str, float], before: Mapping[str, float] | None, targets: pd.DataFrame, visits_a_year: float
) -> pd.DataFrame:
    """measure, value, unit, before, published, tolerance, agrees (yes, no, ""), and names and definitions.

    targets: the region's published figures; those with tolerance 0 are criteria and no figure of this network.
    A figure of a period is divided by its months. visits_a_year: visits a resident and year in the tables.
    """
    rows = []
    published = _published(targets)
    for name, one in MEASURES.items():
        value = now.get(name, float("nan"))
        figure, spread, note = published.get(name, (float("nan"), float("nan"), ""))
        judged = figure == figure and not (name in OF_ALL and not visits_a_year >= WHOLE_VISITS)
        agrees = "" if not judged else "yes" if abs(value - figure) <= spread * abs(figure) + 1e-12 else "no"
        old = float("nan") if before is None else before.get(name, float("nan"))
        rows.append((name, value, one.unit, old, figure, spread, agrees, note, *one.name, *one.meaning))
    columns = "measure value unit before published tolerance agrees source name_zh name_en meaning_zh meaning_en"
    return pd.DataFrame(rows, columns=columns.split())


def _published(targets: pd.DataFrame) -> dict[str, tuple[float, float, str]]:
    """(figure a month or share, tolerance, period and source) by measure; the first row of a figure counts."""
    from planner.indicators import months_of

    found: dict[str, tuple[float, float, str]] = {}
    for row in targets.to_dict("records"):
        name = str(row["indicator"])
        spread = float(row["tolerance"]) if row["tolerance"] == row["tolerance"] else 0.02
        measure = COUNTED.get(name, name)
        if spread == 0 or measure not in MEASURES or measure in found or row["value"] != row["value"]:
            continue
        months = months_of(str(row["period"])) if name in COUNTED else 1
        source = ", ".join(part for part in (str(row["period"] or ""), str(row["source"] or "")) if part)
        found[measure] = (float(row["value"]) / months, spread, source)
    return found
