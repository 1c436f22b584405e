"""Measures of the referral network against a graph worked out by hand, and against networkx where it has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from support.network_cases import Flow, county, network

from planner.network import agreement, balance, choice, cuts, failure, measures, routing, structure
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
    """T1 passes by H2 for H1 (10 minutes), T3 passes H2 for P (a level, 90 minutes); H1's 15 to P have no choice else.

    All 195 visits but V's (its T1 is no hospital, H1 is farther) have the chance; everybody has a hospital above.
    """
    table = choice.bypass(county()).set_index(["origin", "destination"])
    assert set(table.index[table["passed"]]) == {("T1", "H1"), ("T3", "P")}
    assert table.loc[("T1", "H1"), ["nearest", "extra_minutes", "skipped"]].tolist() == ["H2", 10.0, False]
    assert table.loc[("T3", "P"), ["nearest", "extra_minutes", "skipped"]].tolist() == ["H2", 90.0, True]
    values = measures.measures(county())
    assert values["bypassed"] == pytest.approx(70 / 195)
    assert values["skipped_level"] == pytest.approx(10 / 195)
    assert values["bypass_minutes"] == pytest.approx((60 * 10 + 10 * 90) / 70)


def test_a_hospital_that_is_little_nearer_is_not_passed_by() -> None:
    """T1's 10 minutes are a bypass at a threshold of 10 and none at 11; levels are skipped by any in reach."""
    assert measures.measures(replace(county(), bypass_minutes=11.0))["bypassed"] == pytest.approx(10 / 195)
    # T goes to P although the county hospital H, not the nearest, treats it 5 minutes farther: a level is skipped.
    flows: list[Flow] = [("T", "P", "k", "up", 4.0)]
    able = [("P", "k", 9.0), ("Q", "k", 9.0), ("H", "k", 9.0)]
    minutes = {("T", "P"): 20.0, ("T", "Q"): 8.0, ("T", "H"): 25.0}
    made = network({"T": (1, ""), "H": (2, ""), "P": (3, ""), "Q": (3, "")}, flows, able, minutes)
    row = choice.bypass(made).iloc[0]
    assert (row["nearest"], row["passed"], row["skipped"]) == ("Q", True, True)
    assert not choice.bypass(replace(made, max_minutes=24.0)).iloc[0]["skipped"]


def test_a_lead_is_above_a_member_of_its_level_and_who_has_nobody_above_does_not_count() -> None:
    """City hospital C (level 3) may choose among the leads of level 3; L1's own visits to L2 have nobody above."""
    flows: list[Flow] = [("C", "L1", "k", "up", 30.0), ("L1", "L2", "k", "up", 10.0)]
    minutes = {("C", "L1"): 90.0, ("C", "L2"): 40.0, ("L1", "L2"): 15.0}
    places = {"C": (3, "a"), "L1": (3, "a"), "L2": (3, "b")}
    made = network(places, flows, [("L1", "k", 40.0), ("L2", "k", 40.0)], minutes)
    made.places["lead"] = [False, True, True]
    assert choice.nearest(made).to_numpy().tolist() == [["C", "k", "L2", 40.0]]
    values = measures.measures(made)
    assert values["bypassed"] == 1.0 and values["no_upper"] == 10.0
    one = routing.problems(made)["k"]
    assert {(one.places[i], one.hospitals[h]) for i, h in zip(one.tail, one.head, strict=True)} == {
        ("C", "L1"), ("C", "L2"), ("L1", "L2"),
    }  # fmt: skip
    # Without L1, C's 30 fit in L2 beside L1's 10.
    assert failure.failures(made).set_index("hospital").loc["L1", "lost"] == 0.0


def test_what_the_tables_do_not_hold_is_not_known_and_never_zero() -> None:
    """Without a row down: no ratio, no answered flow, none returned; without primary places: no primary share."""
    flows = county().flows
    silent = replace(county(), flows=flows[flows["direction"] == "up"], down_known=False)
    values = measures.measures(silent)
    names = ("referrals_down_month", "down_up_ratio", "mutual_share", "mutual_links")
    assert all(values[name] != values[name] for name in names)
    assert failure.failures(silent)["returned"].isna().all()
    assert balance.reciprocity(silent)[["down", "down_up"]].isna().all(axis=None)
    high = replace(county(), places=county().places.assign(level=3.0))
    assert measures.measures(high)["primary_visit_share"] != measures.measures(high)["primary_visit_share"]


def test_receivers_above_their_stated_capability_are_named() -> None:
    """H1 states 80 and receives 90, P and T1 treat nothing by the tables and receive 25 and 10: 45 above."""
    hosts = county().hosts
    made = replace(county(), hosts=hosts[hosts["hospital"] != "P"].replace({"capacity": {100.0: 80.0}}))
    over = cuts.over_capability(made)
    assert over[["hospital", "received", "capacity", "over"]].to_numpy().tolist() == [
        ["P", 25.0, 0.0, 25.0], ["H1", 90.0, 80.0, 10.0], ["T1", 10.0, 0.0, 10.0],
    ]  # fmt: skip
    assert measures.measures(made)["over_capability"] == 45.0
    assert measures.measures(county())["over_capability"] == 10.0


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


def test_betweenness_is_the_share_of_visits_whose_ways_up_to_care_pass_an_institution() -> None:
    """Every share equals the one found by listing all quickest ways up from every place to all care that it reaches.

    No way runs up to a hospital and down to another township: only T1 (for V) and H1 (to P) stand in between.
    """
    graph: Any = pair_graph(county(), "up")
    sent = county().up.groupby("origin")["patients"].sum()
    through, whole = dict.fromkeys(graph, 0.0), 0.0
    for origin, visits in sent.items():
        ends = [care for care in ("H1", "H2", "P") if care != origin and nx.has_path(graph, origin, care)]
        whole += visits if ends else 0.0
        for end in ends:
            ways = list(nx.all_shortest_paths(graph, origin, end, weight="minutes"))
            for way in ways:
                for middle in way[1:-1]:
                    through[middle] += visits / len(ends) / len(ways)
    found = structure.betweenness(county())
    assert {key: value / whole for key, value in through.items()} == pytest.approx(found.to_dict())
    assert {key for key, value in found.items() if value > 0} == {"T1", "H1"}
    assert found["T1"] == pytest.approx(10 / 195)


def test_single_exits_are_what_no_way_can_avoid() -> None:
    """V hangs on T1, T2 on H1; T1 and T3 have two ways; a township that refers to nobody is cut off."""
    found = structure.exits(county()).set_index("institution")
    assert found["through"].to_dict() == {"V": "T1", "T1": "", "T2": "H1", "T3": ""}
    assert not found["cut_off"].any()
    alone = network({"T": (1, ""), "U": (1, ""), "H": (2, "")}, [("T", "H", "k", "up", 1.0)], [("H", "k", 9.0)], {})
    exits = structure.exits(alone).set_index("institution")
    assert bool(exits.loc["U", "cut_off"]) and not exits.loc["T", "cut_off"]


def test_exits_are_counted_by_specialty_and_weighed_by_visits() -> None:
    """T sends 30 of a to H only and 10 of b to G only: all hang, on H most; with 5 of b to H as well, 30 of 45 do."""
    flows: list[Flow] = [("T", "H", "a", "up", 30.0), ("T", "G", "b", "up", 10.0)]
    places = {"T": (1, ""), "H": (2, ""), "G": (2, "")}
    found = structure.exits(network(places, flows, [], {})).iloc[0]
    assert (found["exits"], found["hanging"], found["through"]) == (2, 1.0, "H")
    more = network(places, [*flows, ("T", "H", "b", "up", 5.0)], [], {})
    assert structure.exits(more).iloc[0]["hanging"] == pytest.approx(30 / 45)
    assert measures.measures(more)["one_exit_share"] == pytest.approx(30 / 45)


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
            ["leakage_share", "", 0.9, "share", "2017", "x", 0.02],
        ],
        columns=columns,
    )
    values = measures.measures(county())
    for a_year, judged in ((1.1, ""), (4.0, "no")):
        table = measures.table(values, None, targets, a_year).set_index("measure")
        assert table.loc["slips_up_month", "published"] == 42.0 and table.loc["slips_up_month", "agrees"] == "yes"
        assert table.loc["down_up_ratio", "agrees"] == "no"
        assert table.loc[["primary_visit_share", "leakage_share"], "agrees"].tolist() == [judged, judged]
        assert pd.isna(table.loc["in_county_visit_share", "published"])  # a criterion is no figure of this network
