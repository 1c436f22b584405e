"""The block `shared_centres` in detail: promises, costs, backups, clinics."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.one_service import FLOORS, PEOPLE, Best, alliance, backed, level, pair, peaks, service, split
from support.tiny import with_option, with_rule

from models.assemble import assemble
from models.centre_records import Volume
from models.highs import solve
from models.instance import Aims, Instance, Lock
from models.turnaround import headway_minutes, safe_peak_per_hour


def test_goods_need_trip_loop_wait_and_work_within_the_limit() -> None:
    """The far host is out of time for a long wait only: the pair of arc and wait decides."""
    one = service(moves="goods", turnaround=1030.0, work_minutes=10.0, loops_per_week=14.0, waits=(30.0, 50.0))
    levels = (level("A", items=1000.0), level("B", items=1000.0, fixed=1000.0))
    best = Best(pair(one, levels=levels))
    assert best.links == {"P": "A", "R": "A"}
    assert best.tables["centres"]["wait_minutes"].tolist() == [30.0]
    assert sorted(best.tables["service_links"]["turnaround_minutes"]) == [1010.0, 1030.0]
    assert Best(pair(replace(one, turnaround=1029.0), levels=levels)).links == {"P": "A", "R": "B"}


def test_travel_does_not_count_for_data() -> None:
    """A film sent by wire has the wait as its turnaround."""
    best = Best(pair(service(turnaround=15.0, waits=(15.0,), minutes_per_item=1.0), levels=(level("A"),)))
    assert best.links == {"P": "A", "R": "A"}
    assert set(best.tables["service_links"]["turnaround_minutes"]) == {15.0}


def test_a_longer_promise_carries_more() -> None:
    """At the peak the short wait is safe for less than the members send, the long one for enough."""
    best = Best(peaks())
    assert best.floors == pytest.approx(10.0)
    peak = (90.0 + 40.0) * 0.14
    assert safe_peak_per_hour(1.0, 3.0, 1.0, 0.0, 20.0, 0.95) < peak
    lighter = replace(peaks(), volumes={(i, "S"): Volume(i, "S", 35.0, 0.14, 0.0) for i in ("P", "R")})
    assert (
        safe_peak_per_hour(1.0, 3.0, 1.0, 0.0, 10.0, 0.95)
        < 70 * 0.14
        < safe_peak_per_hour(1.0, 3.0, 1.0, 0.0, 20.0, 0.95)
    )
    assert Best(lighter).tables["centres"]["wait_minutes"].tolist() == [20.0]


def test_goods_batches_limit_the_load() -> None:
    """With three loops a week a batch is three days' items: 100 a day in 8 hours are 33 a day in one day."""
    one = service(moves="goods", turnaround=4320.0 + 480.0 + 60.0, loops_per_week=3.0, waits=(480.0,))
    assert headway_minutes(3.0) == 4320.0
    both = alliance({("P", "A"): 10.0, ("R", "A"): 10.0}, {"P": 20.0, "R": 20.0}, [level("A", items=100.0)], one)
    assert Best(both).floors == pytest.approx(10.0)
    assert Best(replace(both, levels=(level("A", items=120.0),))).floors == 0.0


def test_a_missing_trip_is_out_of_reach_and_home_is_zero() -> None:
    """No travel time, no link; an institution that hosts the service itself travels nothing."""
    instance = alliance({("P", "A"): 10.0}, {"P": 1.0, "A": 1.0, "Q": 1.0}, [level("A")])
    best = Best(instance)
    assert best.links == {"P": "A", "A": "A"}
    assert best.floors == pytest.approx(10.0)
    assert best.cost == pytest.approx(10.0)
    assert best.tables["shortfalls"].iloc[0].tolist() == ["served", "Q S", 1.0, "institutions"]


def test_unserved_items_have_their_price() -> None:
    """Where the table prices the unserved, nobody is a shortfall and the cheaper way is taken."""
    cheap = pair(service(unserved_cost=25.0, max_centres=1))
    best = Best(cheap)
    assert best.floors == 0.0
    assert best.cost == pytest.approx(10 * 10 + 10 * 25)
    assert Best(pair(service(unserved_cost=35.0, max_centres=1))).cost == pytest.approx(10 * 10 + 10 * 30)


def test_opening_and_closing_are_annualised() -> None:
    """A candidate pays its opening, an existing centre its closing, over `annualise_years` (10)."""
    levels = (level("A", fixed=500.0, state="existing", closing_cost=1000.0), level("B", opening_cost=2000.0))
    best = Best(pair(levels=levels))
    assert best.cost == pytest.approx(100.0 + 200.0 + 10 * 30 + 10 * 10)
    assert best.model.value("change", best.x) == pytest.approx(26.0)
    kept = Best(pair(levels=(replace(levels[0], closing_cost=5000.0), levels[1])))
    assert kept.centres == ["A"]
    assert kept.tables["centres"]["opens"].tolist() == ["no"]
    assert kept.cost == pytest.approx(500.0 + 400.0)


def test_levels_may_differ_in_the_cost_of_an_item() -> None:
    """The large level has a dearer fixed cost and cheaper items: it pays from 20 items on."""
    small, large = level("A", "small", fixed=0.0, cost_per_item=5.0), level("A", "large", fixed=90.0, cost_per_item=1.0)
    minutes = {("P", "A"): 2.0, ("R", "A"): 2.0}
    few = Best(alliance(minutes, {"P": 10.0, "R": 12.0}, [small, large]))
    assert few.tables["centres"]["level"].tolist() == ["small"]
    assert few.cost == pytest.approx(22 * 5 + 22 * 2)
    many = Best(alliance(minutes, {"P": 10.0, "R": 13.0}, [small, large]))
    assert many.tables["centres"]["level"].tolist() == ["large"]
    assert many.tables["centres"]["cost_per_year"].sum() == pytest.approx(many.cost) == pytest.approx(90 + 23 + 46)


def test_money_is_counted_over_the_working_days_of_a_year() -> None:
    """With 250 working days items, item-minutes, levels' items and unserved items cost 250 times a day's."""
    one, year = (
        service(max_minutes=20.0, unserved_cost=7.0),
        service(max_minutes=20.0, unserved_cost=7.0, days_per_year=250.0),
    )
    for levels in (
        (level("A", cost_per_item=2.0, cost_per_item_minute=0.1),),
        (level("A", "s", cost_per_item=2.0), level("A", "t", cost_per_item=3.0, cost_per_item_minute=0.1)),
    ):
        day = Best(pair(one, levels=levels))
        assert day.cost == pytest.approx(10 * (2 + 1) + 10 * 7 if len(levels) == 1 else 10 * (3 + 1) + 10 * 7)
        assert Best(pair(year, levels=levels)).cost == pytest.approx(250 * day.cost)


def test_a_backup_is_another_open_centre() -> None:
    """Everybody has a second centre; with one centre only, the shortfall is one for each."""
    best = Best(with_option(pair(), "shared_centres", backup=("S",)))
    rows = best.tables["service_links"]
    assert {(r.institution, r.centre, r.backup) for r in rows.itertuples()} == {
        ("P", "A", "no"), ("P", "B", "yes"), ("R", "B", "no"), ("R", "A", "yes"),
    }  # fmt: skip
    assert best.floors == 0.0
    assert Best(backed()).floors == pytest.approx(2.0)


def test_a_divided_service_splits_its_items() -> None:
    """Without a single source the capacities 12 and 8 are filled exactly."""
    best = Best(pair(service(single_source=False), levels=(level("A", items=12.0), level("B", items=8.0))))
    assert best.floors == 0.0
    assert best.tables["centres"]["used"].tolist() == pytest.approx([12.0, 8.0])
    assert best.tables["service_links"]["share"].sum() == pytest.approx(2.0)
    assert Best(split()).floors == pytest.approx(10.0)


def test_farthest_makes_it_the_p_centre_problem() -> None:
    """With the aim `farthest` and one centre, the middle place is chosen, not the median."""
    minutes = {(f"P{n}", f"P{m}"): float(abs(n - m)) for n in range(6) for m in range(6) if n != m}
    items = {f"P{n}": 100.0 if n == 0 else 1.0 for n in range(6)}
    levels = [level(f"P{n}", items=1000.0) for n in range(6)]
    instance = alliance(minutes, items, levels, service(max_centres=1), aims=Aims(order=("floors", "farthest")))
    model = assemble(instance, without=PEOPLE)
    vector = FLOORS * model.aims["floors"][0] + model.aims["farthest"][0]
    assert solve(model.matrix, vector).objective == pytest.approx(3.0)


def test_covering_services_have_no_links_and_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not matter who serves whom the links are left out; the optimum is the same."""
    minutes = {(f"P{n}", f"P{m}"): float(abs(n - m)) for n in range(9) for m in range(9) if n != m}
    items = {f"P{n}": float(1 + n % 3) for n in range(9)}
    levels = [level(f"P{n}", items=100.0, cost_per_item_minute=0.0) for n in range(9)]
    one = service(max_minutes=1.0, max_centres=2, unserved_cost=1.0)
    short = Best(alliance(minutes, items, levels, one))
    assert len(short.model.variable("shared_centres.serve") or ()) == 0
    monkeypatch.setattr("models.centre_frame.covering_services", lambda *_: set())
    long = Best(alliance(minutes, items, levels, one))
    assert len(long.model.variable("shared_centres.serve") or ()) == 25
    assert short.cost == pytest.approx(long.cost) == pytest.approx(6.0)
    assert len(short.links) == 6
    assert all(abs(int(i[1]) - int(h[1])) <= 1 for i, h in short.links.items())
    assert short.tables["centres"]["used"].sum() == pytest.approx(12.0)


def test_links_are_kept_where_it_matters_who_serves_whom() -> None:
    """A price, a capacity, a promise, a backup, a usage, a lock or `farthest` brings the links back."""
    free = (level("A", cost_per_item_minute=0.0), level("B", cost_per_item_minute=0.0))
    plain = pair(levels=free)
    assert not links_of(plain)
    rush = service(turnaround=5.0, waits=(5.0,), minutes_per_item=3.0)
    lock = Lock("row 1", "service", True, institution="P", service="S", host="B")
    for changed in (
        pair(),
        pair(levels=(free[0], replace(free[1], items_per_day=19.0))),
        pair(levels=(free[0], replace(free[1], cost_per_item=1.0))),
        pair(rush, levels=free),
        pair(service(moves="goods", turnaround=9999.0, waits=(60.0,)), levels=free),
        pair(service(min_items_per_day=1.0), levels=free),
        replace(plain, aims=Aims(order=("floors", "farthest"))),
        replace(plain, usage={("K2", "S"): 1.0}),
        replace(plain, locks=(lock,)),
        replace(plain, locks=(replace(lock, service=""),)),
        with_option(plain, "shared_centres", backup=("S",)),
        with_rule(plain, "membership", "soft"),
    ):
        assert links_of(changed) == 4


def links_of(instance: Instance) -> int:
    """Number of links between members and hosts in the model."""
    return len(assemble(instance, without=PEOPLE).variable("shared_centres.serve") or ())


def test_who_is_out_of_reach_of_a_covering_service_has_no_link() -> None:
    """A member that no open centre reaches is unserved, in the table too."""
    one = service(max_minutes=20.0, max_centres=1, unserved_cost=1.0)
    levels = (level("A", cost_per_item_minute=0.0, fixed=1.0), level("B", cost_per_item_minute=0.0))
    best = Best(pair(one, levels=levels))
    assert best.cost == pytest.approx(10.0)
    assert best.links == {"R": "B"}


def test_an_explanation_has_the_forbidden_links_under_their_rules() -> None:
    """For an explanation every link is there, those that a filter rule forbids each with a row."""
    instance = pair(service(max_minutes=20.0, window=125.0))
    assert len(assemble(instance, without=PEOPLE).variable("shared_centres.serve") or ()) == 0
    explained = assemble(instance, without=PEOPLE, explain=True)
    rules = explained.matrix.row_rules.tolist()
    assert (rules.count("window"), rules.count("service_max_minutes"), rules.count("single_source")) == (4, 2, 2)
