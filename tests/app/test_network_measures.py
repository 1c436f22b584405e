"""Measures of the referral network against a graph worked out by hand, and against networkx where it has them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from support.network_cases import Flow, county, network

from planner.network import agreement, balance, choice, measures, structure
from planner.network.graph import multigraph, pair_graph, pairs


def test_flows_in_and_out_add_up_to_the_pencil() -> None:
    """Sent, received, returned, gone outside and the balance of every institution are as counted by hand."""
    found = balance.balance(county())
    assert found.loc["T1", ["up_out", "up_in", "down_in", "outside"]].tolist() == [80.0, 10.0, 12.0, 10.0]
    assert found.loc["T1", "balance"] == 10 + 12 - 80
    assert found.loc["H1", ["up_out", "up_in", "down_out", "balance"]].tolist() == [15.0, 90.0, 12.0, 90 - 15 - 12]
    assert found["balance"].sum() == pytest.approx(0.0)


def test_shares_kept_are_those_counted_by_hand() -> None:
    """195 visits go up inside and 15 outside; 150 of them stay in their group; 480 of 495 visits taken are inside."""
    found = choice.kept(county())
    assert found["kept_inside"] == pytest.approx(195 / 210)
    assert found["kept_in_group"] == pytest.approx((10 + 60 + 30 + 50) / 195)
    assert found["in_county"] == pytest.approx(480 / 495)
    assert found["primary"] == pytest.approx((25 + 5 + 90 + 20 + 60 + 100) / 480)


def test_bypass_names_the_nearer_hospital_and_the_level_it_skips() -> None:
    """T1 passes by H2 for H1 (10 minutes), T3 passes H2 for P (a level, 90 minutes); nobody else passes by."""
    table = choice.bypass(county()).set_index(["origin", "destination"])
    assert set(table.index[table["passed"]]) == {("T1", "H1"), ("T3", "P")}
    assert table.loc[("T1", "H1"), ["nearest", "extra_minutes", "skipped"]].tolist() == ["H2", 10.0, False]
    assert table.loc[("T3", "P"), ["nearest", "extra_minutes", "skipped"]].tolist() == ["H2", 90.0, True]
    values = measures.measures(county())
    assert values["bypassed"] == pytest.approx(70 / 195)
    assert values["skipped_level"] == pytest.approx(10 / 195)
    assert values["bypass_minutes"] == pytest.approx((60 * 10 + 10 * 90) / 70)


def test_the_nearest_in_the_own_group_may_be_farther() -> None:
    """T1's nearest hospital is H2 of the other group; of its own group it is H1."""
    free, own = (choice.nearest(county(), own).set_index("origin")["nearest"] for own in (False, True))
    assert free["T1"] == "H2" and own["T1"] == "H1" and own["T3"] == "H2"


def test_leakage_is_of_the_visits_that_somebody_takes() -> None:
    """T2 loses 5 of the 95 visits that are taken; a village that loses none has no worst specialty."""
    found = choice.leakage(county())
    assert found.loc["T2", "leakage"] == pytest.approx(5 / 95)
    assert found.loc["T2", "mostly"] == "k" and found.loc["V", "mostly"] == ""


def test_reciprocity_per_pair_and_in_all() -> None:
    """T1 and H1: 60 up, 12 down, two down for each slip; 2 x (12 + 5) of 212 visits are answered."""
    found = balance.reciprocity(county()).set_index(["lower", "upper"])
    assert found.loc[("T1", "H1"), ["up", "slips_up", "down", "down_up"]].tolist() == [60.0, 6.0, 12.0, 2.0]
    assert found.loc[("T2", "H1"), "down"] == 0.0
    assert balance.mutual_share(county()) == pytest.approx(2 * 17 / 212)
    values = measures.measures(county())
    assert values["mutual_links"] == pytest.approx(4 / 9)  # two of seven links up are answered: four of nine arcs
    assert values["down_up_ratio"] == pytest.approx(17 / (6 + 2 + 3 + 5 + 1 + 10 + 15))


def test_betweenness_counts_quickest_ways_through_others() -> None:
    """Every share equals the one found by listing all quickest ways between all pairs."""
    graph: Any = pair_graph(county())
    through = dict.fromkeys(graph, 0.0)
    for a, b in permutations(graph, 2):
        if nx.has_path(graph, a, b):
            ways = list(nx.all_shortest_paths(graph, a, b, weight="minutes"))
            for way in ways:
                for middle in way[1:-1]:
                    through[middle] += 1 / len(ways)
    n = len(graph)
    found = structure.betweenness(county())
    assert {key: value / ((n - 1) * (n - 2)) for key, value in through.items()} == pytest.approx(found.to_dict())
    assert found["T1"] > 0 and found["H1"] > 0 and found["V"] == 0


def test_single_exits_are_what_no_way_can_avoid() -> None:
    """V hangs on T1, T2 on H1; T1 and T3 have two ways; a township that refers to nobody is cut off."""
    found = structure.exits(county()).set_index("institution")
    assert found["through"].to_dict() == {"V": "T1", "T1": "", "T2": "H1", "T3": ""}
    assert not found["cut_off"].any()
    alone = network({"T": (1, ""), "U": (1, ""), "H": (2, "")}, [("T", "H", "k", "up", 1.0)], [("H", "k", 9.0)], {})
    exits = structure.exits(alone).set_index("institution")
    assert bool(exits.loc["U", "cut_off"]) and not exits.loc["T", "cut_off"]


def test_where_all_are_hospitals_the_highest_are_care() -> None:
    """A province of hospitals: a county hospital that refers to one provincial one hangs on it."""
    flows: list[Flow] = [("C", "P", "k", "up", 1.0), ("D", "P", "k", "up", 1.0), ("D", "Q", "k", "up", 1.0)]
    made = network({"C": (2, ""), "D": (2, ""), "P": (3, ""), "Q": (3, "")}, flows, [], {})
    found = structure.exits(made).set_index("institution")
    assert found["through"].to_dict() == {"C": "P", "D": ""} and not found["cut_off"].any()


@pytest.mark.parametrize("seed", range(12))
def test_single_exits_agree_with_taking_institutions_out(seed: int) -> None:
    """In random networks of three levels, a place hangs on another exactly when it loses all care without it."""
    import numpy as np

    draw = np.random.default_rng(seed)
    levels = {**{f"V{n}": 0 for n in range(8)}, **{f"T{n}": 1 for n in range(5)}, **{f"H{n}": 2 for n in range(3)}}
    flows: list[Flow] = [
        (a, b, "k", "up", 1.0)
        for a in levels
        for b in levels
        if levels[a] < levels[b] and draw.random() < (0.35 if levels[b] == 1 else 0.15)
    ]
    made = network({key: (level, "") for key, level in levels.items()}, flows, [], {})
    graph: Any = pair_graph(made, "up")
    care = {key for key, level in levels.items() if level >= 2}

    def reaches(key: str, without: str) -> bool:
        kept = graph.subgraph([node for node in graph if node != without])
        return bool((nx.descendants(kept, key) | {key}) & care)

    for row in structure.exits(made).to_dict("records"):
        key = row["institution"]
        needed = {other for other in levels if other != key and not reaches(key, other)}
        if row["cut_off"]:
            assert not reaches(key, "")
        else:
            assert bool(needed) == (row["through"] != "")
            assert row["through"] == "" or row["through"] in needed


def test_communities_modularity_and_agreement_on_two_triangles() -> None:
    """Two triangles joined by one flow are two communities of modularity 5/14, whatever the declared groups say."""
    ends = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "e"), ("e", "f"), ("d", "f"), ("c", "d")]
    flows: list[Flow] = [(a, b, "k", "up", 1.0) for a, b in ends]
    groups = {"a": "1", "b": "1", "c": "1", "d": "1", "e": "2", "f": "2"}
    made = network({key: (1, group) for key, group in groups.items()}, flows, [], {})
    found = agreement.communities(made)
    assert {frozenset(k for k, v in found.items() if v == n) for n in set(found.values())} == {
        frozenset("abc"), frozenset("def"),
    }  # fmt: skip
    assert agreement.modularity(made, found) == pytest.approx(5 / 14)
    graph = nx.Graph(ends)
    assert agreement.modularity(made, groups) == pytest.approx(nx.community.modularity(graph, [set("abcd"), set("ef")]))


def test_agreement_of_partitions_is_that_of_the_textbook() -> None:
    """1 for the same partition under other names; known values for one split group; 0 where nothing is shared."""
    assert agreement.agreement({1: "a", 2: "a", 3: "b"}, {1: 7, 2: 7, 3: 8}) == {"rand": 1.0, "nmi": 1.0}  # type: ignore[dict-item]
    one, other = dict(zip("wxyz", [0, 0, 1, 1], strict=True)), dict(zip("wxyz", [0, 0, 1, 2], strict=True))
    assert agreement.agreement(one, other) == pytest.approx({"rand": 4 / 7, "nmi": 0.8})
    crossed = agreement.agreement(one, dict(zip("wxyz", [0, 1, 0, 1], strict=True)))
    assert crossed == pytest.approx({"rand": -0.5, "nmi": 0.0})


def test_overlap_finds_nested_alliances_and_members_of_several() -> None:
    """A county alliance inside a provincial one is nested; its lead stands in both."""
    rows = [
        ("H", "county", "group"),
        ("T", "county", "group"),
        ("H", "province", "imaging"),
        ("P", "province", "group"),
    ]
    made = network({"H": (2, "county"), "T": (1, "county"), "P": (3, "")}, [], [], {}, alliances=rows)
    pair = agreement.overlap(made).iloc[0]
    assert (pair["common"], pair["nested"]) == (1, "") and pair["jaccard"] == pytest.approx(1 / 3)
    assert agreement.several(made)[["institution", "alliances"]].to_numpy().tolist() == [["H", "county;province"]]
    inside = network({}, [], [], {}, alliances=[*rows, ("T", "province", "all")])
    assert agreement.overlap(inside).iloc[0]["nested"] == "a in b"


def test_the_multigraph_keeps_every_flow_apart() -> None:
    """Two specialties between the same institutions are two edges, with their patients; pairs add them up."""
    flows: list[Flow] = [("T", "H", "a", "up", 2.0), ("T", "H", "b", "up", 3.0), ("H", "T", "a", "down", 1.0)]
    made = network({"T": (1, ""), "H": (2, "")}, flows, [], {("T", "H"): 9.0})
    graph: Any = multigraph(made)
    assert graph.number_of_edges("T", "H") == 2 and graph.number_of_edges("H", "T") == 1
    assert sum(data["patients"] for *_, data in graph.edges(data=True)) == 6.0
    assert pairs(made, "up")["patients"].tolist() == [5.0]


def test_published_figures_are_compared_within_their_tolerance() -> None:
    """A count of ten months is divided by ten; shares of all visits are not judged where tables hold a part of them."""
    columns = ["indicator", "scope", "value", "unit", "period", "source", "tolerance"]
    targets = pd.DataFrame(
        [
            ["referrals_up", "", 420.0, "referral", "2016-01/2016-10", "x", 0.15],
            ["down_up_ratio", "", 0.5, "ratio", "2016", "x", 0.02],
            ["primary_visit_share", "", 0.9, "share", "2016", "x", 0.02],
            ["in_county_visit_share", "national", 0.9, "share", "2017", "x", 0.0],
        ],
        columns=columns,
    )
    values = measures.measures(county())
    for a_year, judged in ((1.1, ""), (4.0, "no")):
        table = measures.table(values, None, targets, a_year).set_index("measure")
        assert table.loc["slips_up_month", "published"] == 42.0 and table.loc["slips_up_month", "agrees"] == "yes"
        assert table.loc["down_up_ratio", "agrees"] == "no"
        assert table.loc["primary_visit_share", "agrees"] == judged
        assert pd.isna(table.loc["in_county_visit_share", "published"])  # a criterion is no figure of this network
