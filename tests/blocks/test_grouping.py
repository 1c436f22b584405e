"""The block `grouping` against enumeration: leads and free centres, one piece or not, islands, locks, soft rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.grids import apart, every, grid, holds, instance, locked, parted, ruled, travel

from models import grouping_route
from models.aims import AimResult
from models.answers import Solution, Status
from models.grouping_cuts import Separation
from models.grouping_instance import GroupingInstance
from models.grouping_model import compile_grouping
from models.grouping_route import GroupingOutcome, GroupSettings, explain_grouping, is_proved, solve_grouping

EXACT = GroupSettings(seconds=None, gap=0.0)


def solved(x: GroupingInstance, **limits: float) -> GroupingOutcome:
    return solve_grouping(x, replace(EXACT, **limits) if limits else EXACT)  # type: ignore[arg-type]


def value(found: GroupingOutcome, aim: str) -> float:
    return next(result.value for result in found.aims if result.name == f"group_{aim}")


def bent(**options: object) -> GroupingInstance:
    """A corridor bent like a U: the far end is near the first lead by trip, and joined to it through the second."""
    spots = {f"a{n}": (float(n), 0.0) for n in range(4)} | {f"b{n}": (float(n), 0.6) for n in range(4)}
    edges = [(f"a{n}", f"a{n + 1}") for n in range(3)] + [(f"b{n}", f"b{n + 1}") for n in range(3)] + [("a3", "b3")]
    return instance(spots, edges, ["a0", "b3"], **options)  # type: ignore[arg-type]


def test_contiguity_changes_the_answer() -> None:
    """Where the nearest lead is across the bend, one piece costs minutes; without the rule it does not."""
    x = bent(order=("floors", "travel"))
    whole, free = solved(x), solved(ruled(x, contiguous="off"))
    best = min(travel(x, g) for g in every(x) if holds(x, g))
    least = min(travel(x, g) for g in every(x))
    assert value(whole, "travel") == pytest.approx(best) and value(free, "travel") == pytest.approx(least)
    assert best > least + 0.1 and apart(x, whole.groups) == 0 and apart(x, free.groups) > 0


def test_rows_are_added_only_where_groups_break() -> None:
    """A grid with leads in its corners needs the first separators alone; round the bend two units keep each other."""
    assert solved(grid(3, 3, [(0, 0), (2, 2)])).cuts == 0
    found = solved(bent(order=("floors", "travel")))
    assert found.cuts > 0 and found.searches > 1


@pytest.mark.parametrize("state", ["hard", "off"])
@pytest.mark.parametrize("order", [("floors", "travel"), ("floors", "cut_edges")])
def test_free_centres_equal_enumeration(state: str, order: tuple[str, ...]) -> None:
    """Three groups of a 3 x 3 grid with uneven people, any unit as centre: both objectives, with and without pieces."""
    people = {f"u{r}{c}": 500.0 + 400.0 * ((3 * r + 5 * c) % 4) for r in range(3) for c in range(3)}
    x = ruled(grid(3, 3, (), 3, people, tolerance_population=0.12, order=order, centres="any"), contiguous=state)
    measure = travel if "travel" in order else parted
    known = [measure(x, groups) for groups in every(x) if holds(x, groups)]
    found = solved(x)
    assert found.status is Status.OPTIMAL
    assert value(found, order[1]) == pytest.approx(min(known))
    assert holds(x, found.groups) and len(set(found.groups.values())) == 3


def test_upper_side_alone() -> None:
    """With only an upper limit a group may be as small as its centre."""
    x = grid(1, 6, (), 2, {"u00": 5_000.0}, tolerance_population=0.1, balance_sides="upper", order=("floors", "travel"))
    known = [travel(x, groups) for groups in every(x) if holds(x, groups)]
    assert value(solved(x), "travel") == pytest.approx(min(known))
    assert {unit for unit, seat in solved(x).groups.items() if seat == solved(x).groups["u00"]} == {"u00"}


def test_an_island_without_a_link_may_join_any_group_in_one_piece_of_its_own() -> None:
    """Two islands of two and three units: each part of a group on them holds together, whichever group it is."""
    spots = {"m0": (0.0, 0.0), "m1": (0.0, 1.0), "m2": (0.0, 2.0), "m3": (0.0, 3.0)}
    spots |= {"i0": (2.0, 0.0), "i1": (2.0, 1.5), "i2": (2.0, 2.9)}
    edges = [("m0", "m1"), ("m1", "m2"), ("m2", "m3"), ("i0", "i1"), ("i1", "i2")]
    people = {"i1": 3_000.0}
    x = instance(spots, edges, ["m0", "m3"], None, people, order=("floors", "travel"), tolerance_population=0.45)
    known = [travel(x, groups) for groups in every(x) if holds(x, groups)]
    found = solved(x)
    assert value(found, "travel") == pytest.approx(min(known)) and apart(x, found.groups) == 0
    forced = locked(locked(x, "i0", "m0"), "i2", "m0")
    assert solved(forced).groups["i1"] == "m0", "the ends of an island in one group take the middle along"


def test_soft_contiguity_is_paid_for() -> None:
    """With a weight below its worth a unit lies apart and is named; the points are those of enumeration."""
    x = ruled(bent(order=("floors", "travel")), contiguous="soft")
    x = locked(locked(x, "b0", "a0"), "b2", "b3")
    found = solved(x)
    least = min(apart(x, groups) for groups in every(x) if holds(x, groups))
    assert value(found, "floors") == pytest.approx(least) and least >= 1
    table = found.tables["shortfalls"]
    assert list(table["rule"]) == ["contiguous"] * least and apart(x, found.groups) == least


def test_soft_balance_is_paid_for_in_thousands() -> None:
    """What a group lacks or has too much is the shortfall, in thousand persons."""
    x = grid(1, 4, [(0, 0), (0, 3)], people={"u00": 9_000.0}, tolerance_population=0.1, order=("floors", "travel"))
    x = ruled(x, balance_population="soft")
    found = solved(x)
    # 12,000 persons, 5,400 to 6,600 each: 9,000 against 3,000
    assert value(found, "floors") == pytest.approx(2.4 + 2.4)
    assert dict(zip(found.tables["shortfalls"]["subject"], found.tables["shortfalls"]["amount"], strict=True)) == {
        "G u00": pytest.approx(2.4),
        "G u03": pytest.approx(2.4),
    }


def test_locks_hold_and_may_be_weighed() -> None:
    """A hard lock is kept at any price in minutes; a weighed one where it costs less than its weight."""
    x = grid(2, 4, [(0, 0), (0, 3)], order=("floors", "travel"))
    assert solved(locked(x, "u01", "u03")).groups["u01"] == "u03"
    assert solved(locked(x, "u01", "u00", must=False)).groups["u01"] == "u03"
    weighed = locked(locked(x, "u11", "u03", weight=2.0), "u11", "u00")
    found = solved(weighed)
    assert found.groups["u11"] == "u00" and value(found, "floors") == pytest.approx(2.0)
    assert list(found.tables["shortfalls"]["rule"]) == ["lock"]


def test_change_comes_after_travel_within_its_tolerance() -> None:
    """Of groupings of equal trips that nearest to today's is taken; a tolerance lets trips grow for it."""
    today = {f"u{r}{c}": "G u04" if (r, c) != (0, 0) else "G u00" for r in range(2) for c in range(5)}
    x = grid(2, 5, [(0, 0), (0, 4)], today=today, travel_tolerance=0.0)
    known = [(travel(x, g), sum(x.changed(u, s) for u, s in g.items())) for g in every(x) if holds(x, g)]
    found = solved(x)
    assert (value(found, "travel"), value(found, "change")) == pytest.approx(min(known))
    wide = solved(replace(x, options=replace(x.options, travel_tolerance=0.2)))
    most = 1.2 * min(known)[0]
    assert value(wide, "change") == min(moved for trip, moved in known if trip <= most + 1e-9) < value(found, "change")
    assert wide.aims[1].value == pytest.approx(travel(x, wide.groups)), "the trip told is that of the final groups"
    assert wide.aims[1].bound == pytest.approx(min(known)[0])


def test_balance_as_an_aim_is_the_largest_distance_from_a_share() -> None:
    """Minimising the imbalance gives the least of enumeration, over two loads."""
    x = grid(2, 3, [(0, 0), (0, 2)], people={"u11": 2_500.0, "u12": 700.0}, order=("floors", "balance"))
    units = tuple(replace(u, loads={**u.loads, "need": 10.0 * (1 + at)}) for at, u in enumerate(x.units))
    x = ruled(replace(x, units=units), balance_need="off")

    def worst(groups: dict[str, str]) -> float:
        far = 0.0
        for seat in ("u00", "u02"):
            amount = sum(x.unit[u].loads["population"] for u, g in groups.items() if g == seat)
            far = max(far, abs(amount / x.target("population", seat) - 1.0))
        return far

    assert value(solved(x), "balance") == pytest.approx(min(worst(g) for g in every(x) if holds(x, g)))


def test_leads_of_different_size_get_different_shares() -> None:
    """A lead with three times the weight gets three quarters of the people."""
    x = grid(1, 8, [(0, 0), (0, 7)], order=("floors", "travel"), tolerance_population=0.01)
    centres = tuple(replace(c, share=3.0 if c.unit == "u00" else 1.0) for c in x.centres)
    found = solved(replace(x, centres=centres))
    assert sum(seat == "u00" for seat in found.groups.values()) == 6


def test_members_follow_their_unit() -> None:
    """Villages have the group of their township, and each counts as one institution that moves."""
    x = grid(1, 3, [(0, 0), (0, 2)], today={"u01": "G u02"}, order=("floors", "travel", "change"))
    units = tuple(replace(u, members=("u01", "v1", "v2")) if u.id == "u01" else u for u in x.units)
    found = solved(locked(replace(x, units=units), "u01", "u00"))
    table = found.tables["groups"].set_index("institution")
    assert list(table.loc[["u01", "v1", "v2"], "group"]) == ["G u00"] * 3 and set(table["unit"]) == {
        "u00",
        "u01",
        "u02",
    }
    assert value(found, "change") == 3.0


def test_without_any_grouping_the_rules_in_the_way_are_named() -> None:
    """A lock across another group clashes with contiguity; people that no group may hold clash with balance."""
    x = locked(grid(1, 5, [(0, 0), (0, 2)]), "u04", "u00")
    found = solve_grouping(x, GroupSettings(seconds=20.0))
    assert found.status is Status.INFEASIBLE and found.clashes
    assert {clash.rule for clash in found.clashes} <= {"contiguous", "lock"}
    big = grid(1, 4, [(0, 0), (0, 3)], people={"u00": 9_000.0}, tolerance_population=0.1)
    clashes = solve_grouping(big, GroupSettings(seconds=20.0)).clashes
    assert {(clash.rule, clash.subject) for clash in clashes} == {
        ("balance_population", "G u00"),
        ("balance_population", "G u03"),
    }
    assert [clash.amount for clash in clashes] == pytest.approx([2.4, 2.4])


def test_a_clash_that_only_one_piece_makes_is_found() -> None:
    """Balance and contiguity hold each alone but not together: one of them is named, and easing it does."""
    people = {"u00": 1_000.0, "u01": 6_000.0, "u02": 1_000.0, "u03": 6_000.0}
    x = grid(1, 4, [(0, 0), (0, 1)], people=people, tolerance_population=0.2)
    assert not [g for g in every(x) if holds(x, g)]
    assert [g for g in every(x) if holds(ruled(x, contiguous="off"), g)]
    clashes = explain_grouping(x, GroupSettings(seconds=20.0))
    rules = {clash.rule for clash in clashes}
    assert len(rules) == 1 and rules <= {"contiguous", "balance_population"}
    (rule,) = rules
    assert [g for g in every(x) if holds(ruled(x, **{rule: "off"}), g)]


def town(**options: object) -> GroupingInstance:
    """Two leads in one town, neighbours of nobody: seven units of uneven people on a ring with a tail between them."""
    spots = {f"u{n}": (float(n % 4), float(n // 4)) for n in range(7)} | {"h0": (1.0, 0.4), "h1": (1.6, 0.6)}
    edges = [("u0", "u1"), ("u1", "u2"), ("u2", "u3"), ("u3", "u6"), ("u5", "u6"), ("u4", "u5"), ("u0", "u4")]
    people = {f"u{n}": 500.0 * (1 + (3 * n) % 4) for n in range(7)} | {"h0": 300.0, "h1": 200.0}
    return instance(spots, edges, ["h0", "h1"], None, people, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("tolerance", [0.1, 0.3, 0.8])
def test_the_units_of_leads_that_stand_together_are_in_one_piece(tolerance: float) -> None:
    """With both seats off the ring the least mean trip in one piece is that of enumeration, dearer than without."""
    x = town(order=("floors", "travel", "change"), tolerance_population=tolerance)
    found = solved(x)
    least = min(travel(x, groups) for groups in every(x) if holds(x, groups))
    assert value(found, "travel") == pytest.approx(least) and apart(x, found.groups) == 0
    assert least > value(solved(ruled(x, contiguous="off")), "travel")


@pytest.mark.parametrize("make", [bent, town])
def test_cuts_never_take_a_grouping_in_one_piece(make: Callable[..., GroupingInstance]) -> None:
    """Every separator found for any grouping, bounded or not, is true for all groupings that hold."""
    x = make(tolerance_population=0.5)
    fine = [groups for groups in every(x) if holds(x, groups)]
    for bounded in (True, False):
        model = compile_grouping(x)
        for groups in every(x):
            separation = Separation(model, bounded)
            cuts = separation.broken(groups)
            assert bool(separation.apart(groups)) == bool(apart(x, groups))
            assert not cuts or any(
                all(groups[unit] == cut.centre for unit in cut.ends)
                and not any(groups[unit] == cut.centre for unit in cut.parting)
                for cut in cuts
            )
            for cut in cuts:
                for good in fine:
                    ends = sum(good[unit] == cut.centre for unit in cut.ends) - len(cut.ends) + 1
                    assert ends <= sum(good[unit] == cut.centre for unit in cut.parting)


@st.composite
def groupings(draw: st.DrawFn) -> GroupingInstance:
    """Six units anywhere, some links, uneven people, two leads."""
    spots = {f"u{n}": (draw(st.floats(0, 5)), draw(st.floats(0, 5))) for n in range(6)}
    pairs = [(f"u{a}", f"u{b}") for a in range(6) for b in range(a + 1, 6)]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=4, max_size=9, unique=True))
    people = {unit: draw(st.integers(1, 9)) * 500.0 for unit in spots}
    return instance(spots, edges, ["u0", "u1"], None, people, tolerance_population=draw(st.sampled_from([0.4, 0.9])))


@given(groupings(), st.sampled_from(["hard", "off"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_small_graph_equals_enumeration(x: GroupingInstance, state: str) -> None:
    """On any graph, islands included: the least mean trip of enumeration, or no grouping where there is none."""
    x = ruled(replace(x, options=replace(x.options, order=("floors", "travel"))), contiguous=state)
    known = [travel(x, groups) for groups in every(x) if holds(x, groups)]
    found = solve_grouping(x, GroupSettings(seconds=None, gap=0.0))
    assert (found.status is Status.OPTIMAL) == bool(known) and (found.status is Status.INFEASIBLE) == (not known)
    if known:
        assert value(found, "travel") == pytest.approx(min(known), abs=1e-5)
        assert holds(x, found.groups)


@st.composite
def scattered(draw: st.DrawFn) -> GroupingInstance:
    """Six units of uneven people on any graph, in one part or in several; two or three groups round any of them."""
    spots = {f"u{n}": (float(n), float(n % 2)) for n in range(6)}
    pairs = list(combinations(spots, 2))
    edges = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9, unique=True))
    people = {unit: draw(st.integers(1, 9)) * 500.0 for unit in spots}
    tolerance, count = draw(st.sampled_from([0.1, 0.2, 0.3])), draw(st.sampled_from([2, 3]))
    order = ("floors", "cut_edges")
    return instance(spots, edges, (), count, people, tolerance_population=tolerance, order=order, centres="any")


def pairs_apart() -> GroupingInstance:
    """Two links of a large and a small unit each way: both groups are made of pieces of both parts."""
    people = {"A": 3_000.0, "B": 3_000.0, "C": 2_000.0, "D": 2_000.0}
    spots = {unit: (float(at), 0.0) for at, unit in enumerate(people)}
    order = ("floors", "cut_edges")
    edges = [("A", "B"), ("C", "D")]
    return instance(spots, edges, (), 2, people, tolerance_population=0.0, order=order, centres="any")


@given(scattered(), st.sampled_from(["hard", "off"]))
@example(pairs_apart(), "hard")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_free_centres_on_any_graph_equal_enumeration(x: GroupingInstance, state: str) -> None:
    """Groups made of pieces of several parts are found: the fewest links parted of enumeration, or no grouping."""
    x = ruled(x, contiguous=state)
    known = [parted(x, groups) for groups in every(x) if holds(x, groups)]
    found = solve_grouping(x, EXACT)
    assert (found.status is Status.OPTIMAL) == bool(known)
    if known:
        assert value(found, "cut_edges") == pytest.approx(min(known))
        assert holds(x, found.groups)


def row_of_four(**options: object) -> GroupingInstance:
    """Four equal units in a row, two groups of two, any unit as seat, nothing counted but links parted."""
    order = ("floors", "cut_edges")
    return grid(1, 4, (), 2, order=order, centres="any", **{"tolerance_population": 0.0, **options})


@pytest.mark.parametrize("order", [("floors", "cut_edges"), ("floors", "travel")])
@pytest.mark.parametrize("must", [True, False])
def test_locks_of_free_centres_are_about_companions(must: bool, order: tuple[str, ...]) -> None:
    """Every lock of two units of a row, larger to smaller too, holds whichever is the seat, as in enumeration."""
    base = row_of_four(tolerance_population=0.5)
    base = replace(base, options=replace(base.options, order=order))
    measure = travel if "travel" in order else parted
    for unit, other in product(["u00", "u01", "u02", "u03"], repeat=2):
        x = locked(base, unit, other, must=must)
        known = [measure(x, groups) for groups in every(x) if holds(x, groups)]
        found = solved(x)
        assert (found.status is Status.OPTIMAL) == bool(known), (unit, other)
        if known:
            assert value(found, order[1]) == pytest.approx(min(known)) and holds(x, found.groups)
        else:
            assert {clash.rule for clash in found.clashes} in ({"lock"}, {"contiguous"})


def test_a_weighed_lock_of_free_centres_is_paid_for() -> None:
    """Two ends of a row that balance keeps apart cost the weight of the lock that wants them together."""
    found = solved(locked(row_of_four(), "u00", "u03", weight=2.5))
    assert value(found, "floors") == pytest.approx(2.5) and value(found, "cut_edges") == 1.0
    assert list(found.tables["shortfalls"]["rule"]) == ["lock"]


@pytest.mark.parametrize(("longest", "exists"), [(15.0, True), (5.0, False)])
def test_a_longest_trip_with_free_centres_is_to_the_seat(longest: float, exists: bool) -> None:
    """Three in a row reach a seat in the middle within 15 minutes, though not the largest of them at the end."""
    people = {f"u0{n}": 1_000.0 * (3 - n % 3) for n in range(6)}
    order = ("floors", "cut_edges")
    x = grid(1, 6, (), 2, people, centres="any", order=order, tolerance_population=0.0, max_minutes=longest)
    known = [parted(x, groups) for groups in every(x) if holds(x, groups)]
    found = solved(x)
    assert bool(known) is exists and (found.status is Status.OPTIMAL) is exists
    if exists:
        assert value(found, "cut_edges") == pytest.approx(min(known)) and holds(x, found.groups)
        assert set(found.groups.values()) == {"u01", "u04"}


def test_only_the_trip_may_be_off_by_its_tolerance() -> None:
    """With a tolerance of 20 % a trip 15 % from its bound is proved, moves 15 % from theirs are not."""
    trip = AimResult("group_travel", 23.0, 20.0, 0.15, "minutes")
    moves = AimResult("group_change", 20.0, 17.0, 0.15, "institutions moved")
    assert is_proved([trip, replace(moves, bound=20.0, gap=0.0)], 0.001, 0.2)
    assert not is_proved([replace(trip, gap=0.0), moves], 0.001, 0.2)
    assert not is_proved([trip], 0.001, 0.1)


def test_a_solver_that_says_infeasible_with_a_grouping_at_hand_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grouping stays, its aim has no bound of its own value, and the status is not OPTIMAL."""
    nothing = Solution(Status.INFEASIBLE, None, float("inf"), float("inf"), 0.0)
    monkeypatch.setattr(grouping_route, "solve", lambda *_, **__: nothing)
    x = grid(3, 3, [(0, 0), (2, 2)], order=("floors", "travel"))
    found = solved(x)
    assert found.status is Status.FEASIBLE and found.groups and holds(x, found.groups)
    assert found.aims[-1].bound < found.aims[-1].value and found.aims[-1].gap > 0.0


def test_free_centres_without_any_grouping_are_explained() -> None:
    """One unit with more than half of all people: balance is named, by what is too much and too little."""
    people = {"u00": 9_000.0}
    x = grid(1, 4, (), 2, people, centres="any", order=("floors", "cut_edges"), tolerance_population=0.1)
    assert not [groups for groups in every(x) if holds(x, groups)]
    found = solved(x, seconds=20.0)
    assert found.status is Status.INFEASIBLE
    assert {clash.rule for clash in found.clashes} == {"balance_population"}
    # 12,000 persons, 5,400 to 6,600 each: 9,000 against 3,000
    assert sum(clash.amount for clash in found.clashes) == pytest.approx(2.4 + 2.4)


def test_the_same_data_give_the_same_groups() -> None:
    """Two runs agree, whatever the order of units in the tables."""
    x = grid(3, 4, [(0, 0), (2, 3)], order=("floors", "travel", "change"))
    assert dict(solved(x).groups) == dict(solved(x).groups)


def test_a_run_without_time_says_so() -> None:
    """The clock leaves a grouping that holds, with a gap that is told."""
    x = grid(4, 4, (), 4, tolerance_population=0.05, order=("floors", "travel"))
    found = solve_grouping(x, GroupSettings(seconds=0.01, gap=0.0))
    assert found.status in (Status.FEASIBLE, Status.OPTIMAL, Status.UNSOLVED)
    if found.status is Status.FEASIBLE:
        assert found.stopped_by == "clock" and holds(x, found.groups)
