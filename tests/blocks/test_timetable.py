"""Timetables decided at once: optima of small ones, bounds that hold, cuts, repair, exchanged names, starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benchmarks.timetable.generate import generate
from models import hand_over, timetable
from models.answers import Job, Limits
from models.components import components
from models.errors import ShapeError
from models.timetable import Timetable, solve_timetable
from models.timetable_alike import alike, in_order, ordered
from models.timetable_audit import Visit, audit
from models.timetable_counts import counts
from models.timetable_cuts import cut_back
from models.timetable_half_days import completed, half_days
from models.timetable_instance import Costs, TimetableInstance
from models.timetable_search import Search

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)
SEEDED = settings(derandomize=True, deadline=None, max_examples=25, phases=(Phase.explicit, Phase.generate))


def small(seed: int, doctors: int = 10, sites: int = 5, weeks: int = 3) -> TimetableInstance:
    """Few free half-days, one room everywhere, regular half-days dear: dates cost more than counts."""
    found, draw = generate(doctors, sites, weeks, seed), np.random.default_rng(seed)
    wanted = found.wanted + (found.wanted > 0)
    free = found.free & (draw.random(found.free.shape) < 0.55)
    costs = Costs(regular=20.0, distance=2.0)
    return replace(found, rooms=np.ones_like(found.rooms), free=free, wanted=wanted, costs=costs)


def copied(seed: int) -> TimetableInstance:
    """A small timetable in which half of the doctors are copies of the others, but for the order of their ways."""
    found = small(seed, doctors=6, sites=4, weeks=2)
    twice, more = np.r_[0:6, 0:3], np.flatnonzero(found.doctor < 3)[::-1]
    return replace(
        found,
        specialty=found.specialty[twice],
        sessions=found.sessions[twice],
        travel=found.travel[twice],
        free=found.free[twice],
        doctor=np.r_[found.doctor, found.doctor[more] + 6],
        site=np.r_[found.site, found.site[more]],
        distance=np.r_[found.distance, found.distance[more]],
        costs=replace(found.costs, uneven=300.0),
    )


def one_site(
    free: list[str], wanted: list[list[int]], rooms: int = 1, sessions: int = 2, costs: Costs | None = None
) -> TimetableInstance:
    """Doctors of one specialty each at one site. free: a letter x per half-day; wanted: by specialty and week."""
    doctors = len(free)
    each = np.arange(doctors)
    return TimetableInstance(
        specialty=each,
        sessions=np.full(doctors, sessions),
        travel=np.full(doctors, 100.0),
        free=np.array([[letter == "x" for letter in text] for text in free]),
        rooms=np.array([rooms]),
        doctor=each,
        site=np.zeros(doctors, dtype=np.int64),
        distance=np.linspace(0.1, 0.2, doctors),
        wanted=np.array([wanted]),
        weight=np.full(doctors, 10.0),
        costs=costs or Costs(),
    )


def optimum(instance: TimetableInstance) -> float:
    """By one search over the whole model."""
    model = half_days(instance)
    found = hand_over.run(Job(model.matrix, model.cost, limits=EXACT), None, lambda _: None)
    assert found.status.value == "optimal"
    return found.objective


def visits(instance: TimetableInstance, found: Timetable) -> list[Visit]:
    columns = (instance.doctor[found.pair], instance.site[found.pair], found.half_day, found.week)
    return list(zip(*(one.tolist() for one in columns), strict=True))


def possible(instance: TimetableInstance) -> Iterator[list[Visit]]:
    """Every set of visits, whatever rules it breaks."""
    ways = zip(instance.doctor.tolist(), instance.site.tolist(), strict=True)
    every = [(d, s, t, k) for (d, s), t, k in product(ways, range(instance.half_days), range(instance.weeks))]
    every = [one for one in every if instance.free[one[0], one[2]]]
    return map(list, chain.from_iterable(combinations(every, size) for size in range(len(every) + 1)))


BRUTE = {
    "a room for one": one_site(["xx..", "xx.."], [[2, 1], [1, 0]]),
    "one half-day for two": one_site(["x...", "x...", "x.x."], [[1], [1], [2]]),
    "two weeks missed": one_site(["x..x", ".x.x"], [[1, 1], [1, 1]], sessions=1),
    "the middle week": one_site(["x.x."], [[1, 1, 1]], costs=Costs(unmet=0.05, uneven=0.0, least=1)),
    "the first and the last": one_site(["xx.."], [[1, 1, 0, 1, 1]], costs=Costs(unmet=0.05, uneven=0.0, way=1.0)),
    "two rooms": one_site(["xx..", "xx..", "x..."], [[2], [2], [1]], rooms=2),
}


@pytest.mark.parametrize("name", BRUTE)
def test_no_set_of_visits_is_cheaper(name: str) -> None:
    """The timetable costs what the cheapest set of visits costs that breaks no rule, and its bound says so."""
    instance = BRUTE[name]
    best = min(cost for cost, broken in (audit(instance, one) for one in possible(instance)) if not broken)
    found = solve_timetable(instance, gap=0.0)
    assert found.value == pytest.approx(best) == optimum(instance)
    assert found.bound == pytest.approx(best) == found.steps[-1][3]


@given(st.integers(0, 10**6))
@SEEDED
def test_small_timetables_are_proved(seed: int) -> None:
    """Value and bound are the optimum of one search over the whole model; the audit finds no fault."""
    instance = small(seed, doctors=8, sites=4, weeks=2)
    found, best = solve_timetable(instance, gap=1e-6), optimum(instance)
    cost, broken = audit(instance, visits(instance, found))
    assert not broken and cost == pytest.approx(found.value)
    assert found.value == pytest.approx(best, rel=1e-5)
    assert best * (1 - 1e-5) <= found.bound
    assert all(bound <= best * (1 + 1e-6) for *_, bound in found.steps)  # before the value cuts it off


@given(st.integers(0, 10**6))
@SEEDED
def test_counts_are_a_relaxation(seed: int) -> None:
    """What the counts prove, with their cuts and before any half-day, is never above the optimum."""
    for instance in (small(seed, doctors=8, sites=4, weeks=2), copied(seed)):
        run = timetable._Run(instance, 1e-6, None, lambda: 0.0)
        run.begin(None)
        run.count()
        assert run.bound <= optimum(instance) * (1 + 1e-9) + 1e-6


def test_larger_timetables_are_proved_in_parts() -> None:
    """Sixty doctors: many parts, a proved gap within the one asked for, no rule broken, the same again."""
    instance = generate(60, 70, 4, 1)
    assert len(components(counts(instance, np.zeros(0, dtype=np.int64)).matrix)) > 5
    found, again = (solve_timetable(instance, gap=1e-3) for _ in range(2))
    cost, broken = audit(instance, visits(instance, found))
    assert not broken and cost == pytest.approx(found.value) and found.gap <= 1e-3
    assert visits(instance, again) == visits(instance, found)


# --- cuts -------------------------------------------------------------------------------------


def fits(instance: TimetableInstance, made: tuple[int, ...]) -> bool:
    """Whether the doctors of the one site can make so many visits each in a week: by trying all half-days."""
    choices = [
        combinations(np.flatnonzero(instance.free[doctor]).tolist(), number) for doctor, number in enumerate(made)
    ]
    return any(
        max(np.bincount(np.array(list(chain(*chosen)), dtype=np.int64), minlength=1), default=0) <= instance.rooms[0]
        for chosen in product(*choices)
    )


@given(st.lists(st.text("x.", min_size=4, max_size=4), min_size=2, max_size=4), st.integers(1, 2))
@SEEDED
def test_cuts_tell_exactly_what_rooms_forbid(free: list[str], rooms: int) -> None:
    """Counts are cut where no half-days hold them, and only then; no counts that have half-days break a cut."""
    instance = one_site(free, [[3]] * len(free), rooms, sessions=3)
    model, every = counts(instance), list(product(*(range(int(one) + 1) for one in instance.most[:, 0])))
    good = [made for made in every if fits(instance, made)]
    for made in every:
        cut = cut_back(instance, model, np.array(made)[:, None], set())
        assert (cut is None) == (made in good)
        if cut is None:
            continue
        rows = cut.A.tocsr()[model.matrix.rows :]
        for other in good:
            x = np.zeros(cut.cols)
            x[model.count] = np.array(other)[model.pair]
            assert (rows @ x <= cut.row_upper[model.matrix.rows :] + 1e-9).all()


def test_a_cut_lifts_the_bound() -> None:
    """Three doctors free in one half-day with one room: counts alone plan three visits, the cut leaves one."""
    instance = one_site(["x...", "x...", "x..."], [[1], [1], [1]])
    model = counts(instance)
    alone = hand_over.run(Job(model.matrix, model.cost, limits=EXACT), None, lambda _: None)
    found = solve_timetable(instance, gap=0.0)
    assert alone.objective < found.bound - 1.0 and found.bound == pytest.approx(found.value)
    assert len(found.pair) == 1 and "repair" not in [step[0] for step in found.steps]


def test_a_known_cut_is_not_told_again() -> None:
    """Counts that break a cut which the model has already give no new row."""
    instance, known = one_site(["x...", "x..."], [[1], [1]]), set[bytes]()
    count = np.ones((2, 1), dtype=np.int64)
    assert cut_back(instance, counts(instance), count, known) is not None
    assert cut_back(instance, counts(instance), count, known) is None


# --- repair, starts, limits -------------------------------------------------------------------


def test_repair_finds_what_dates_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-days for the counts cost more than they did; repair makes up for it, and not without its neighbourhoods."""
    instance = small(22)
    found = solve_timetable(instance, gap=1e-6)
    values = {name: value for name, _, value, _ in found.steps}
    assert values["repair"] < values["half-days"] - 1.0
    assert found.value == pytest.approx(found.bound, rel=1e-5)
    monkeypatch.setattr(Search, "over", lambda *_: False)
    search = Search(instance, half_days(instance), lambda: False, np.zeros(0), 100.0)
    monkeypatch.setattr(Search, "_losses", lambda *_: iter([0, 1]))
    search.repair(np.zeros(0), 0.0, 0.0)  # ends where nothing is found
    assert search.value == 100.0


def test_the_whole_model_proves_what_counts_cannot() -> None:
    """A regular half-day more than any count needs: only the search of the whole model closes the gap."""
    found = solve_timetable(small(4), gap=1e-6)
    steps = {name: (value, bound) for name, _, value, bound in found.steps}
    assert steps["repair"][1] < 0.97 * found.value and found.bound == pytest.approx(found.value)
    assert steps["whole"] == pytest.approx((found.value, found.value))


def test_the_last_timetable_is_where_it_begins() -> None:
    """With no time at all the last timetable comes back; one that is no longer possible is passed over."""
    instance = small(3)
    best = solve_timetable(instance, gap=1e-4)
    last = (best.pair, best.half_day, best.week)
    clock = iter(range(10**6))
    kept = solve_timetable(instance, gap=1e-4, seconds=0.0, last=last, clock=lambda: float(next(clock)))
    assert sorted(visits(instance, kept)) == sorted(visits(instance, best)) and kept.bound <= kept.value
    changed = replace(instance, wanted=np.zeros_like(instance.wanted))
    clock = iter(range(10**6))
    none = solve_timetable(changed, gap=1e-4, seconds=0.0, last=last, clock=lambda: float(next(clock)))
    assert not len(none.pair) and audit(changed, visits(changed, none)) == (0.0, [])


def test_out_of_time_is_no_fault() -> None:
    """A run that is stopped at any moment gives a timetable that breaks no rule, and a bound that is not above it."""
    instance = small(5)
    best = solve_timetable(instance, gap=1e-6).value
    for most in (0, 3, 10, 40, 200):
        clock = iter(range(10**7))
        found = solve_timetable(instance, gap=1e-6, seconds=float(most), clock=lambda clock=clock: float(next(clock)))
        cost, broken = audit(instance, visits(instance, found))
        assert not broken and cost == pytest.approx(found.value) and found.bound <= best * (1 + 1e-9)


def test_the_greatest_load_counts_wherever_it_is() -> None:
    """Load is that of the part in which it is greatest: the bound is the optimum's although no part is the largest."""
    for seed in (3, 6, 7):
        made = generate(12, 8, 2, seed)
        instance = replace(made, rooms=np.ones_like(made.rooms))
        found = solve_timetable(instance, gap=1e-6)
        assert found.bound == pytest.approx(optimum(instance), rel=1e-5) == found.steps[-1][3]


# --- doctors who differ in nothing ------------------------------------------------------------


def twins() -> TimetableInstance:
    """Three doctors of one specialty at one base, two of whom are as free as each other."""
    return TimetableInstance(
        specialty=np.zeros(3, dtype=np.int64),
        sessions=np.full(3, 2),
        travel=np.full(3, 100.0),
        free=np.array([[True, True, False, False], [True, False, True, True], [True, True, False, False]]),
        rooms=np.array([1, 1]),
        doctor=np.repeat(np.arange(3), 2),
        site=np.tile([0, 1], 3),
        distance=np.tile([0.1, 0.3], 3),
        wanted=np.array([[[2, 1]], [[1, 1]]]),
        weight=np.ones(1),
    )


def test_doctors_alike_are_ordered() -> None:
    """The two who differ in nothing have one row; the optimum stays; names of a start are exchanged to fit the row."""
    instance = twins()
    assert [[pairs.tolist() for pairs in group] for group in alike(instance)] == [[[0, 1], [4, 5]]]
    model = counts(instance)
    tied = ordered(instance, model)
    assert tied.matrix.rows == model.matrix.rows + 1
    one, other = (hand_over.run(Job(m.matrix, m.cost, limits=EXACT), None, lambda _: None) for m in (model, tied))
    assert one.objective == pytest.approx(other.objective)
    count = np.zeros((6, 2))
    count[4] = [1, 1]
    row = tied.matrix.A.tocsr()[-1]
    x = np.zeros(tied.matrix.cols)
    x[model.count] = count[model.pair, model.week]
    assert (row @ x)[0] < 0
    x[model.count] = in_order(instance, count)[model.pair, model.week]
    assert (row @ x)[0] > 0
    assert solve_timetable(instance, gap=0.0).value == pytest.approx(optimum(instance))


# --- the audit and the records ----------------------------------------------------------------

BROKEN: dict[str, tuple[list[Visit], str]] = {
    "no way": ([(0, 1, 0, 0), (0, 1, 1, 0)], "cannot go"),
    "not free": ([(0, 0, 3, 0), (0, 0, 0, 0)], "not free"),
    "twice": ([(0, 0, 0, 0), (0, 0, 0, 0)], "stands twice"),
    "two places": ([(1, 0, 0, 0), (1, 1, 0, 0)], "two places"),
    "crowd": ([(0, 0, 0, 0), (1, 0, 0, 0)], "has 2 visits in half-day 0"),
    "two sites": ([(1, 0, 2, 0), (1, 1, 3, 0)], "2 sites on day 1"),
    "too many": ([(1, 0, 0, 0), (1, 0, 2, 0), (1, 0, 3, 0)], "makes 3 visits"),
    "too far": ([(1, 0, 0, 0), (1, 0, 2, 0)], "travels"),
    "too seldom": ([(1, 0, 0, 0)], "only 1 times"),
    "unasked": ([(1, 0, 0, 1), (1, 0, 2, 1)], "more visits"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_audit_names_what_is_broken(name: str) -> None:
    """Each rule, broken alone or with others, has its sentence."""
    instance = twins()
    if name == "no way":
        keep = np.arange(6) != 1
        instance = replace(
            instance, doctor=instance.doctor[keep], site=instance.site[keep], distance=instance.distance[keep]
        )
    if name == "too far":
        instance = replace(instance, travel=np.full(3, 0.15))
    planted, said = BROKEN[name]
    assert any(said in sentence for sentence in audit(instance, planted)[1])


def test_every_rule_is_in_the_model() -> None:
    """What the audit calls broken for visits in the model's columns breaks a row of the model too."""
    for name, (planted, _) in BROKEN.items():
        if name in ("no way", "not free", "twice", "too far", "unasked"):
            continue
        instance = twins()
        model = half_days(instance)
        columns = list(
            zip(instance.doctor[model.pair], instance.site[model.pair], model.half_day, model.week, strict=True)
        )
        held = np.array([columns.index(visit) for visit in planted])
        assert audit(instance, planted)[1] and model.matrix.worst(completed(instance, model, held)) > 0.1, name


def test_lengths_that_do_not_fit_are_refused() -> None:
    """Arrays of different lengths and pairs that stand twice are told."""
    instance = twins()
    with pytest.raises(ShapeError, match="lengths"):
        replace(instance, sessions=np.array([1, 2]))
    with pytest.raises(ShapeError, match="twice"):
        replace(instance, site=np.zeros(6, dtype=np.int64))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("site", np.array([0, -1, 0, 1, 0, 1]), "none of those"),
        ("doctor", np.array([0, 0, 1, 1, 3, 3]), "none of those"),
        ("specialty", np.array([0, 0, 1]), "none of those"),
        ("sessions", np.array([1.5, 2.0, 2.0]), "whole"),
        ("wanted", np.full((2, 1, 2), -1), "below 0"),
        ("wanted", np.zeros((2, 1, 0), dtype=np.int64), "has a week"),
        ("travel", np.array([1.0, -1.0, 1.0]), "below 0"),
        ("distance", np.full(6, np.nan), "below 0"),
        ("weight", np.array([-1.0]), "below 0"),
        ("costs", Costs(regular=-1.0), "below 0"),
    ],
)
def test_numbers_that_are_none_are_refused(field: str, value: object, said: str) -> None:
    """Places that are not there, parts of visits, and amounts below zero are told before anything is solved."""
    with pytest.raises(ShapeError, match=said):
        replace(twins(), **{field: value})
