"""The block `shared_centres` against trying every plan, and against planted faults."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.one_service import Best, alliance, level, pair, service
from support.tiny import with_record, without

from models.centre_records import Level, Service
from models.highs import Status
from models.instance import Instance
from models.turnaround import safe_peak_per_hour


@st.composite
def cases(draw: st.DrawFn) -> Instance:
    """Two hosts with two levels and two waits, three members; data or goods, every rule at random."""
    minutes = {(i, h): float(draw(st.integers(1, 6)) * 10) for i in "PQR" for h in "AB"}
    if draw(st.booleans()):
        del minutes["Q", "B"]
    items = {i: float(draw(st.integers(1, 9)) * 5) for i in "PQR"}
    goods = draw(st.booleans())
    one = service(
        moves="goods" if goods else "data",
        turnaround=draw(st.sampled_from([None, 1100.0 if goods else 20.0])),
        waits=draw(st.sampled_from([(0.0,), (60.0, 100.0) if goods else (12.0, 20.0)])),
        minutes_per_item=3.0,
        verify_minutes_per_item=1.0,
        loops_per_week=14.0,
        work_minutes=20.0,
        max_minutes=draw(st.sampled_from([None, 40.0])),
        window=draw(st.sampled_from([None, 165.0])),
        min_items_per_day=draw(st.sampled_from([0.0, 30.0])),
        max_centres=draw(st.sampled_from([None, 1])),
        unserved_cost=draw(st.sampled_from([None, 300.0])),
    )
    levels = []
    for host in "AB":
        state = draw(st.sampled_from(["candidate", "existing", "forced", "forbidden"]))
        for name, size in (("small", 40.0), ("large", 90.0)):
            levels.append(
                level(
                    host,
                    name,
                    size,
                    fixed=float(draw(st.integers(0, 9)) * 100),
                    servers=1.0 if name == "small" else 2.0,
                    cost_per_item=float(draw(st.integers(0, 3))),
                    cost_per_item_minute=draw(st.sampled_from([0.0, 0.5, 1.0])),
                    state=state,
                    opening_cost=1000.0,
                    closing_cost=3000.0,
                )
            )
    return alliance(minutes, items, levels, one)


def by_hand(instance: Instance) -> tuple[float, float]:
    """Least shortfall and least cost by trying every plan: plain Python, no model."""
    one = instance.services["S"]
    options: list[list[tuple[Level, float] | None]] = [
        [None, *((v, wait) for v in instance.levels if v.institution == host for wait in one.waits)] for host in "AB"
    ]
    best = (np.inf, np.inf)
    for chosen in itertools.product(*options):
        opened = {pick[0].institution: pick for pick in chosen if pick is not None}
        for sources in itertools.product([None, *opened], repeat=3):
            found = _price(instance, one, opened, dict(zip("PQR", sources, strict=True)))
            best = min(best, found) if found is not None else best
    return best


def _price(
    instance: Instance, one: Service, opened: dict[str, tuple[Level, float]], source: dict[str, str | None]
) -> tuple[float, float] | None:
    """(shortfall, cost) of a plan, or None when it breaks a rule."""
    states = {v.institution: v.state for v in instance.levels}
    if any(state == "forced" and h not in opened for h, state in states.items()):
        return None
    if any(states[h] == "forbidden" for h in opened) or len(opened) > (one.max_centres or 9):
        return None
    floors = cost = 0.0
    load = dict.fromkeys(opened, 0.0)
    for i, h in source.items():
        items = instance.volumes[i, "S"].items_per_day
        if h is None:
            floors += 10.0 if one.unserved_cost is None else 0.0
            cost += items * (one.unserved_cost or 0.0)
            continue
        minutes = instance.minutes.get((i, h))
        chosen, wait = opened[h]
        if minutes is None or minutes > (one.max_minutes or np.inf) or minutes + 120 > (one.window or np.inf):
            return None
        spent = wait if one.moves == "data" else minutes + 960 + wait + one.work_minutes
        if spent > (one.turnaround or np.inf):
            return None
        load[h] += items
        cost += items * (chosen.cost_per_item + chosen.cost_per_item_minute * minutes)
    for h, (chosen, wait) in opened.items():
        if load[h] > chosen.items_per_day or load[h] < one.min_items_per_day:
            return None
        if one.turnaround is not None or wait > 0:
            if one.moves == "goods":
                if load[h] > min(8.0, wait / 60) / 8.0 * chosen.items_per_day + 1e-9:
                    return None
            elif load[h] * 0.14 > safe_peak_per_hour(chosen.servers, 3.0, 1.0, 1.0, wait, 0.95):
                return None
        cost += chosen.fixed_cost_per_year + (100.0 if chosen.state in ("candidate", "forced") else 0.0)
    return floors, cost + sum(300.0 for h, state in states.items() if state == "existing" and h not in opened)


@given(cases())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_brute_force(instance: Instance) -> None:
    """On every small case the block finds what trying all plans finds."""
    floors, cost = by_hand(instance)
    best = Best(instance)
    if floors == np.inf:
        assert best.status is Status.INFEASIBLE
    else:
        assert (best.floors, best.cost) == (pytest.approx(floors, abs=1e-5), pytest.approx(cost, abs=1e-2))


def test_planted_faults_are_noticed() -> None:
    """Guards against a suite that checks nothing: other capacities, trips and prices change the value."""
    instance = pair(levels=(level("A", items=20.0), level("B", items=20.0, fixed=300.0)))
    base = Best(instance).cost
    assert Best(with_record(instance, "levels", 0, items_per_day=10.0)).cost != pytest.approx(base)
    assert Best(without(instance, "minutes", [("R", "A")])).cost != pytest.approx(base)
    assert Best(with_record(instance, "levels", 0, cost_per_item_minute=2.0)).cost != pytest.approx(base)
