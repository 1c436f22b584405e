"""Single-source allocation by prices and knapsacks, against trying every plan and against HiGHS."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.one_service import PEOPLE, alliance, level, service

from models import hand_over, single_source
from models.answers import INF, Job, Limits, Solution, Status
from models.assemble import Model, assemble
from models.instance import Instance
from models.single_source_bounds import Choice, Packing, Problem, ascend
from models.single_source_form import form_of
from models.single_source_search import Search

QUICKLY = settings(derandomize=True, deadline=None, max_examples=150)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Two to four hosts, two to six members; missing arcs, forced and closed hosts, a limit on their number."""
    hosts, members = draw(st.integers(2, 4)), draw(st.integers(2, 6))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    demand = seed.integers(0 if draw(st.booleans()) else 1, 8, members)
    tight = max(1, int(demand.sum()) * draw(st.sampled_from([1, 2, 4])) // hosts)
    capacity = seed.integers(tight, tight + 6, hosts)
    arcs = seed.random((hosts, members)) < draw(st.sampled_from([0.6, 1.0]))
    must = seed.random(hosts) < draw(st.sampled_from([0.0, 0.3]))
    may = must | (seed.random(hosts) < draw(st.sampled_from([0.7, 1.0])))
    count = draw(st.sampled_from([hosts, 2]))
    fixed, cost = seed.integers(-2, 40, hosts).astype(float), seed.integers(0, 30, (hosts, members)).astype(float)
    rows, low, high = np.ones((1, hosts)), np.array([-np.inf]), np.array([float(count)])
    return Problem(demand, capacity, fixed, cost, arcs, must, may, rows, low, high)


def all_plans(problem: Problem) -> list[tuple[float, tuple[int, ...], np.ndarray]]:
    """Value, hosts of the members and open hosts of every plan."""
    found = []
    for bits in itertools.product([False, True], repeat=problem.hosts):
        y = np.array(bits)
        if (problem.must & ~y).any() or (y & ~problem.may).any() or not problem.allows(y):
            continue
        for at in itertools.product(np.flatnonzero(y).tolist(), repeat=problem.members):
            places = np.array(at, dtype=np.int64)
            load = np.bincount(places, problem.demand, problem.hosts)
            members = np.arange(problem.members)
            if (load <= problem.capacity).all() and problem.arcs[places, members].all():
                found.append((float(problem.fixed[y].sum() + problem.cost[places, members].sum()), at, y))
    return found


@given(problems())
@QUICKLY
def test_the_search_finds_what_trying_all_plans_finds(problem: Problem) -> None:
    """Value and proof on small cases, and the plan told is one of that value; infeasible ones are recognised."""
    told: list[tuple[float, tuple[int, ...]]] = []
    search = Search(problem, lambda: False, lambda value, at, y: told.append((value, tuple(at.tolist()))))
    assert search.run()
    plans = all_plans(problem)
    best = min((value for value, _, _ in plans), default=INF)
    assert search.value == pytest.approx(best, abs=1e-5)
    assert search.bound <= best + 1e-9
    if plans:
        assert search.bound == pytest.approx(best, abs=1e-4)
        assert any((value, at) == told[-1] for value, at, _ in plans)


@given(problems(), st.integers(0, 10**6))
@QUICKLY
def test_bounds_hold_at_any_prices(problem: Problem, seed: int) -> None:
    """No prices give a bound above the best plan, with hosts open to choice or decided."""
    plans = all_plans(problem)
    u = np.random.default_rng(seed).uniform(-20, 60, problem.members)
    least, _, _ = Choice(problem).evaluator(problem.must, problem.may, problem.arcs)(u)
    assert least <= min((value for value, _, _ in plans), default=INF) + 1e-6
    for y in {value[2].tobytes(): value[2] for value in plans}.values():
        packing = Packing(problem.capacity[y], problem.demand, problem.cost[y], problem.arcs[y])
        best = min(value for value, _, opened in plans if (opened == y).all()) - problem.fixed[y].sum()
        assert packing.fits
        if packing.live.size:
            assert packing.evaluate(u[packing.live])[0] <= best + 1e-6


@given(problems(), st.integers(0, 10**6), st.booleans())
@QUICKLY
def test_narrowing_keeps_every_plan_within_the_cut(problem: Problem, seed: int, shared: bool) -> None:
    """What reduced costs leave out is in no plan of at most that value."""
    plans = all_plans(problem)
    if not plans:
        return
    rng = np.random.default_rng(seed)
    u, cut = rng.uniform(-20, 60, problem.members), min(plans, key=lambda plan: plan[0])[0] + rng.uniform(0, 10)
    must, may, arcs = Choice(problem).narrowed(u, problem.must, problem.may, problem.arcs, cut)
    members = np.arange(problem.members)
    for value, at, y in plans:
        if value <= cut - 1e-6:
            assert (must <= y).all() and (y <= may).all() and arcs[list(at), members].all()
            packing = Packing(problem.capacity[y], problem.demand, problem.cost[y], problem.arcs[y])
            if packing.live.size:
                packing.shared = packing.shared and shared
                kept = packing.narrowed(u[packing.live], cut - problem.fixed[y].sum())
                places = np.searchsorted(np.flatnonzero(y), at)
                assert kept is not None and kept[places[packing.live], np.arange(packing.live.size)].all()


def test_the_spare_capacity_is_shared_out() -> None:
    """With two hosts of 10 and loads of 6, 6, 4, 3 the bound sees that one unit is left in all, not at each."""
    capacity, demand = np.array([10, 10]), np.array([6, 6, 4, 3])
    cost = np.array([[1.0, 1.0, 5.0, 1.0], [9.0, 1.0, 1.0, 9.0]])
    packing = Packing(capacity, demand, cost, np.ones((2, 4), dtype=bool))
    assert packing.spare == 1 and packing.shared
    best = min(
        cost[list(at), range(4)].sum()
        for at in itertools.product(range(2), repeat=4)
        if (np.bincount(at, demand, 2) <= 10).all()
    )
    found = ascend(packing.evaluate, np.ones(4), best, 200, 1.0)
    packing.shared = False
    loose = ascend(packing.evaluate, np.ones(4), best, 200, 1.0)
    assert loose.bound <= best + 1e-6 and found.bound == pytest.approx(best, abs=0.05)


@st.composite
def alliances(draw: st.DrawFn) -> Instance:
    """One service at three hosts with one size each, five members: everything that the form covers."""
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    minutes = {(i, h): float(seed.integers(1, 60)) for i in "PQRST" for h in "ABC"}
    if draw(st.booleans()):
        del minutes["Q", "B"]
    unit = draw(st.sampled_from([1.0, 0.5, 0.1]))
    items = {i: float(seed.integers(0, 9)) * unit for i in "PQRST"}
    one = service(
        max_centres=draw(st.sampled_from([None, 2])),
        max_minutes=draw(st.sampled_from([None, 40.0])),
        turnaround=draw(st.sampled_from([None, 20.0])),
        waits=draw(st.sampled_from([(0.0,), (20.0,)])),
        minutes_per_item=3.0,
    )
    state = st.sampled_from(["candidate", "existing", "forced", "forbidden"])
    levels = [
        level(
            h,
            items=float(seed.integers(5, 20)) * unit,
            fixed=float(seed.integers(0, 200)),
            state=draw(state),
            opening_cost=500.0,
            closing_cost=float(seed.integers(0, 300)),
        )
        for h in "ABC"
    ]
    return alliance(minutes, items, levels, one)


def ready(instance: Instance) -> tuple[Model, Job]:
    """The model of an instance and its cost job, every shortfall forbidden."""
    model = assemble(instance, without=PEOPLE)
    cost, constant = model.aims["cost"]
    floors = model.aims["floors"][0] != 0
    matrix = model.matrix.fixed(floors, 0.0) if floors.any() else model.matrix
    return model, Job(matrix, cost, constant, limits=Limits(relative_gap=1e-9))


def searched(job: Job) -> Solution | None:
    """The search alone, without HiGHS before it; None where the model has not its form."""
    form = form_of(job.matrix, job.cost)
    if form is None:
        return None
    return single_source.Hunt(job, form, time.time(), None, lambda _: None).answer(INF)


@given(alliances())
@QUICKLY
def test_the_search_agrees_with_highs(instance: Instance) -> None:
    """Through the product's own rows: states, closing, promises, numbers of centres, weights of tenths."""
    _, job = ready(instance)
    found, other = searched(job), hand_over.run(job, None, lambda _: None)
    if found is not None:
        assert (found.status, found.objective) == (other.status, pytest.approx(other.objective, rel=1e-7, abs=1e-4))
        assert found.x is None or job.matrix.worst(found.x) <= 1e-6


def plain(**changes: object) -> Instance:
    minutes = {(i, h): 10.0 + 7.0 * (ord(i) * ord(h) % 5) for i in "PQRST" for h in "ABC"}
    items = dict(zip("PQRST", (4.0, 5.0, 6.0, 7.0, 3.0), strict=True))
    levels = [level(h, items=11.0, fixed=90.0) for h in "ABC"]
    return alliance(minutes, items, levels, service(**changes))


def test_the_form_is_seen_where_it_holds() -> None:
    """Guards against a search that is never used: the plain case has the form, and is solved by it."""
    _, job = ready(plain())
    found = searched(job)
    assert found is not None and found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(hand_over.run(job, None, lambda _: None).objective)


@pytest.mark.parametrize(
    "other",
    [
        plain(single_source=False),
        plain(unserved_cost=500.0),
        plain(min_items_per_day=5.0),
        replace(plain(), levels=(*plain().levels, level("A", "large", 30.0, 200.0))),
        replace(
            plain(),
            volumes={k: replace(v, items_per_day=v.items_per_day * 1.2345678) for k, v in plain().volumes.items()},
        ),
    ],
    ids=["divisible", "unserved", "least volume", "two levels", "odd weights"],
)
def test_other_models_are_left_alone(other: Instance) -> None:
    """Whatever does not fit the form is not searched."""
    _, job = ready(other)
    assert form_of(job.matrix, job.cost) is None


def without_root(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """HiGHS finds nothing at its root; the node limits of all its calls are noted."""
    calls: list[int | None] = []
    real = hand_over.run

    def run(job: Job, deadline: float | None, report: hand_over.Report) -> Solution:
        calls.append(job.limits.nodes)
        if job.limits.nodes == 1:
            return Solution(Status.UNSOLVED, None, INF, -INF, 0.0, 1, "nodes")
        return real(job, deadline, report)

    monkeypatch.setattr(single_source.hand_over, "run", run)
    return calls


def test_the_search_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tight case is ended by the search alone, which tells its plans and bounds."""
    _, job = ready(plain())
    best = hand_over.run(job, None, lambda _: None).objective
    calls, heard = without_root(monkeypatch), list[tuple[float, float]]()
    found = single_source.run(job, None, lambda news: heard.append((news[0].objective, news[0].bound)))
    assert calls == []
    assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(best))
    assert heard and heard[-1][0] == pytest.approx(best) and all(bound <= best + 1e-6 for _, bound in heard)


def test_highs_ends_what_the_search_could_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without work allowed to the search, the answer is still proved."""
    _, job = ready(plain())
    best = hand_over.run(job, None, lambda _: None).objective
    monkeypatch.setattr(single_source, "CELLS", 0.0)
    calls = without_root(monkeypatch)
    job = replace(job, limits=replace(job.limits, seconds=60.0))
    found = single_source.run(job, None, lambda _: None)
    assert calls == [1, None]
    assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(best))


def test_a_plan_that_breaks_a_row_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a form read wrongly: with false capacities the search is dropped, HiGHS decides."""
    _, job = ready(plain())
    best = hand_over.run(job, None, lambda _: None).objective
    form = form_of(job.matrix, job.cost)
    assert form is not None
    wrong = replace(form, problem=replace(form.problem, capacity=form.problem.capacity * 9))
    monkeypatch.setattr(single_source, "form_of", lambda *_: wrong)
    calls = without_root(monkeypatch)
    found = single_source.run(job, None, lambda _: None)
    assert calls == [None]
    assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(best))


@pytest.mark.parametrize("asked", [{"relax": True}, {"cutoff": 1e6}, {"limits": Limits(nodes=3)}])
def test_what_asks_for_highs_gets_highs(asked: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Relaxations, cutoffs and node limits are HiGHS's own."""
    _, job = ready(plain())
    monkeypatch.setattr(single_source, "form_of", lambda *_: pytest.fail("looked for the form"))
    assert single_source.run(replace(job, **asked), None, lambda _: None).x is not None  # type: ignore[arg-type]


def test_a_stopped_search_hands_over_what_it_has() -> None:
    """Without time the bound is still one, and no proof is claimed."""
    problem = Problem(
        np.arange(3, 12),
        np.array([20, 22, 24, 25]),
        np.array([50.0, 60.0, 55.0, 70.0]),
        np.random.default_rng(3).integers(1, 60, (4, 9)).astype(float),
        np.ones((4, 9), dtype=bool),
        np.zeros(4, dtype=bool),
        np.ones(4, dtype=bool),
        np.zeros((0, 4)),
        np.zeros(0),
        np.zeros(0),
    )
    whole = Search(problem, lambda: False, lambda *_: None)
    assert whole.run()
    for work in (1.0, 3e6, 1e7, 2e7, 4e7):
        part = Search(problem, lambda: False, lambda *_: None, work=work)
        proved = part.run()
        assert part.bound <= whole.value + 1e-6
        assert part.value == pytest.approx(whole.value) if proved else part.value >= whole.value - 1e-6


def test_the_search_is_repeatable() -> None:
    """The same arrays give the same plan."""
    _, job = ready(plain())
    one, two = searched(job), searched(job)
    assert one is not None and two is not None and one.x is not None and two.x is not None
    assert (one.x == two.x).all()
