"""Benchmarks run on small sizes: a page that cannot be measured again is worth nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny import tiny_instance

from benchmarks.capacitated import generate, public
from benchmarks.capacitated import run as capacitated
from benchmarks.hand_over import routes
from benchmarks.hand_over import run as hand_over
from benchmarks.hand_over.county import bundled, county
from benchmarks.linked import generate as drawn
from benchmarks.linked import run as linked
from benchmarks.median import run as median
from benchmarks.network import run as network
from benchmarks.questions import run as questions
from models.allocation import Settings, plan
from models.assemble import assemble


def test_the_network_benchmark_runs() -> None:
    """Sixty institutions and three hundred flows: every measure and all files, each with its time."""
    rows = network.run(60, 300, 0)
    assert {"balance", "whole analysis", "sentences, tables, GraphML, GeoPackage, pictures"} <= {row[0] for row in rows}
    assert all(seconds >= 0 and busy >= 0 and told for _, (seconds, busy), told in rows)


@pytest.mark.parametrize("problem", median.PROBLEMS)
def test_the_benchmark_of_location_runs(problem: str) -> None:
    """Sixty places are proved, and the page says by what and that there was no peer."""
    found = median.ours(problem, 60, 30.0)
    assert found["gap"] <= median.GAP and found["proof"] in ("prices", "core")
    (line,) = (
        one for one in median.page({f"{problem}/60": {"ours": found}}).splitlines() if one.startswith(f"| {problem}")
    )
    assert line.count("|") == 11 and "not run" in line


def test_the_benchmark_of_the_hand_over_runs() -> None:
    """Every route leaves the same small siting model in HiGHS, and the page has a line for each."""
    lines = hand_over.siting_lines(5, 40, 3, 1)
    assert {line.size for line in lines} == {(40 + 5 + 120, 120 + 5, 4 * 120 + 5)}
    text = hand_over.page({"5x40x3": lines}, {}, "")
    assert sum(line.startswith("| ") and line.endswith(" 485 |") for line in text.splitlines()) == 4


def test_a_county_grows_with_what_is_asked_for() -> None:
    """Twice the townships and doctors in two quarters: every block is there, and HiGHS holds what the floor passes."""
    found = county(2, 2, 2)
    base = bundled(2)
    assert len(found.doctors) == 2 * len(base.doctors) and len(found.needs) > 1.5 * len(base.needs)
    model = assemble(found)
    assert model.blocks == ("shared_centres", "postings", "sessions", "referrals") and model.matrix.cols > 40_000
    solver, floor = routes.by_county(found), routes.by_arrays(routes.arrays_of(found))
    assert all(getattr(solver, name)() == getattr(floor, name)() for name in ("getNumRow", "getNumCol", "getNumNz"))


def test_the_benchmark_of_location_with_capacities_runs() -> None:
    """Thirty hosts and 700 customers are decided by the engine, HiGHS stands beside it, and the page tells both."""
    mine = capacitated.ours(30, 700, 0, 3.0)
    other = capacitated.peer("highs-weak", 30, 700, 0, 2.0, "")
    assert mine["bound"] <= mine["value"] and mine["engine"] in ("prices", "tree", "blocks") and mine["gap"] < 0.02
    assert other["bound"] is None or other["bound"] <= mine["value"] + 1e-6
    told = capacitated.page({"30x700/0": {"ours": mine, "highs-weak": other}}).splitlines()
    assert [line.count("|") for line in told if line.startswith("| 30x700")] == [10, 10]


def test_the_benchmark_of_coupled_services_runs() -> None:
    """Two services of 400 members at ten sites: apart, tied by a budget, HiGHS beside; the page has a line for each."""
    size = "2x10x400x6"
    found = {"alone": linked.alone(size, 0, 8.0)}
    for kind, seconds in (("budget", 4.0), ("none", 4.0)):
        found[f"{kind}/ours"] = linked.ours(kind, size, 0, seconds, found["alone"]["capital"])
    found["budget/highs"] = linked.peer("budget", size, 0, 1.0, found["alone"]["capital"])
    for one in ("budget/ours", "none/ours"):
        assert found[one]["value"] is None or found[one]["bound"] <= found[one]["value"] + 1e-6
    assert found["none/ours"]["status"].endswith("by highs")
    text = linked.page({f"{size}/0": found})
    assert [line.count("|") for line in text.splitlines() if line.startswith(("| -", "| one", "| nothing"))] == [9] * 4


def test_coupled_services_are_those_of_the_first_measurements() -> None:
    """Four services at fifteen sites from seed 0: the sums by which older figures can be compared."""
    given = drawn.services()
    model = drawn.rows(given, "sites", 1.0)
    assert model.cost.size == 4 * 1600 + 4 * 45 + 15 and sum(one.demand.sum() for one in given) == 21307.0
    assert model.cost.sum() == pytest.approx(9589809.0998) and model.A.nnz == 13940


def test_the_instance_is_that_of_the_first_measurements() -> None:
    """50 hosts and 1,000 customers from seed 0: the sums by which older figures can be compared."""
    given = generate.instance(50, 1000)
    assert (given.demand.sum(), given.capacity.sum()) == (29010.0, 115663.0)
    assert given.fixed.sum() == pytest.approx(876121.63) and given.cost.size == 30_000


def test_a_public_instance_is_read_and_solved(tmp_path: Path) -> None:
    """A capacitated p-median of four points in the layout of its set: both routes find the two medians."""
    folder = tmp_path / "benchmarks" / "cpmp"
    for group in ("cflp_orlib", "sscflp", "cpmp", "ufl"):
        (tmp_path / "benchmarks" / group).mkdir(parents=True)
        lines = "instance,size,objective,value,status,source,verified\n"
        lines += 'pmedcap99,n=4 p=2,"capacitated p-median",2,optimal,drawn,\n' if group == "cpmp" else ""
        (tmp_path / "benchmarks" / group / "best_known.csv").write_text(lines, encoding="utf-8")
    (folder / "pmedcap99.dat").write_text("4 2\n0 0 9 4\n1 0 9 4\n8 0 9 4\n8 1 9 4\n", encoding="utf-8")
    ((name, known, status, make),) = public.cases(tmp_path)
    assert (name, known, status) == ("cpmp/pmedcap99/capacitated", 2.0, "optimal")
    for alone in (False, True):
        found = public.solve(make(), 5.0, alone)
        assert found["value"] == pytest.approx(2.0) and found["bound"] == pytest.approx(2.0, abs=1e-4)


def test_the_benchmark_of_questions_runs() -> None:
    """Two points and ten changes of the tiny alliance, asked and afresh: they agree, and the page has them all."""
    tiny = replace(tiny_instance(), aims=replace(tiny_instance().aims, order=questions.ORDER))
    found = questions.curve(tiny, 2, 30.0)
    limits = [point["limit"] for point in found["points"]]
    plans = {str(limit): questions.fresh(questions.changes.budget(tiny, limit), 30.0) for limit in limits}
    base = plan(tiny, Settings(seconds=30.0))
    rows = {
        name: {"asked": questions.ask(base, changed, 30.0), "fresh": questions.fresh(changed, 30.0)}
        for name, changed in questions.questions(tiny, base).items()
    }
    assert len(rows) == 10 and all(questions.agree(row["asked"], row["fresh"]) for row in rows.values())
    text = questions.page("tiny", {"curve": found, "fresh": plans, "questions": rows})
    assert sum(line.endswith("| yes |") for line in text.splitlines()) == 10 + len(found["points"])
