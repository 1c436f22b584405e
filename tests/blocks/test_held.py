"""Re-solves change the model that HiGHS holds: nothing is passed twice, and the plans are those of a new model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from support.blocks import rich_instance
from support.tiny import tiny_instance

from models import hand_over, held
from models.answers import Job, Limits, Solution
from models.assemble import assemble
from models.matrix import Matrix
from models.stages import Stages


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """Rows and columns of every model that is passed, from a process that holds none."""
    seen: list[tuple[int, int]] = []
    whole = hand_over._pass

    def told(solver: object, job: Job) -> None:
        seen.append((job.matrix.rows, job.matrix.cols))
        whole(solver, job)

    monkeypatch.setattr(hand_over, "_pass", told)
    held.forget()
    yield seen
    held.forget()


def _run(job: Job) -> Solution:
    return hand_over.run(job, None, lambda _: None)


def _same(one: Solution, other: Solution) -> None:
    assert one.status is other.status and one.nodes == other.nodes and one.bound == other.bound
    assert (one.x is None) == (other.x is None)
    assert one.x is None or one.x.tolist() == other.x.tolist()


def _jobs() -> list[Job]:
    """Aims one after the other, each capped for the next; other bounds; a relaxation; a point cut off, and without."""
    model = assemble(rich_instance())
    matrix, limits = model.matrix, Limits(seconds=30.0)
    jobs = []
    for aim in ("floors", "unmet", "travel", "cost"):
        cost, constant = model.aims[aim]
        jobs.append(Job(matrix, cost, constant, limits))
        found = _run(jobs[-1])
        cap = sp.csr_matrix(cost)
        matrix = matrix.with_rows(cap, [-np.inf], [found.objective - constant + 1e-3], [f"cap.{aim}"], [aim])
    last = jobs[-1]
    start = _run(last).x
    shut = model.columns("postings.posted")
    jobs += [
        replace(last, matrix=last.matrix.fixed(shut, np.zeros(len(shut))), start=None),
        replace(last, relax=True),
        replace(last, start=start),
        replace(last, cutoff=_run(last).objective * 1.01),
        jobs[0],
    ]
    return jobs


def test_a_chain_of_aims_is_passed_once_and_solved_as_if_new(passed: list[tuple[int, int]]) -> None:
    """Next aims, caps, fixed columns, relaxation and start change one model; plans and nodes are those of a new one.

    The cut-off is a row that comes after a linear programme, and it goes again: these two are passed.
    """
    jobs = _jobs()
    new = []
    for job in jobs:
        held.forget()
        new.append(_run(job))
    passed.clear()
    held.forget()
    for job, expected in zip(jobs, new, strict=True):
        _same(_run(job), expected)
    assert len(passed) == 3


def test_another_model_is_passed(passed: list[tuple[int, int]]) -> None:
    """One coefficient, or a row at the front, and it is another model; the answer is that model's own."""
    model = assemble(tiny_instance())
    job = Job(model.matrix, model.aims["unmet"][0], limits=Limits())
    first = _run(job)
    A = model.matrix.A.copy()
    A.data[0] *= 2.0
    others = [
        replace(job, matrix=replace(model.matrix, A=A)),
        replace(job, matrix=model.matrix.drop_rows(np.arange(model.matrix.rows) == 0)),
    ]
    for other in others:
        _run(other)
    assert len(passed) == 3
    held.forget()
    _same(_run(job), first)


def test_a_clock_is_the_job_s_own(passed: list[tuple[int, int]]) -> None:
    """A linear programme on a held model has all of its seconds, whatever earlier runs took."""
    model = assemble(tiny_instance())
    job = Job(model.matrix, model.aims["unmet"][0], relax=True)
    expected, spent = _run(job), 0.0
    for _ in range(3):
        (mine,) = held._kept
        spent = float(mine.solver.getRunTime())
        found = hand_over.run(replace(job, limits=Limits(seconds=5.0)), time.time() + 5.0, lambda _: None)
        assert found.status is expected.status and found.objective == expected.objective
        assert mine.solver.getOptions().time_limit > 4.0 + spent
    assert len(passed) == 1 and spent > 0.0


def test_the_aims_of_a_region_share_their_models(
    passed: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six aims over three pieces: each is passed once, and again for each cap on which a start is settled."""
    model = assemble(tiny_instance())
    aims = [aim for aim in ("floors", "unmet", "travel", "cost", "change", "wishes") if model.aims[aim][0].any()]

    def values() -> list[float]:
        stages = Stages(model, model.matrix)
        return [stages.solve(aim, Limits(seconds=20.0), lambda _: 1e-3).value for aim in aims]

    found, shared = values(), len(passed)
    assert len(aims) == 6 and shared == 3 + len(aims)
    passed.clear()
    monkeypatch.setattr(held, "MOST", 0)
    held.forget()
    assert values() == found and len(passed) > 3 * shared


def test_only_so_many_models_are_kept(passed: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest gives way, and so does all that is too large together."""
    costs = np.ones(2)
    for rows in range(1, held.MOST + 3):
        A = sp.csc_matrix(np.arange(1.0, 2 * rows + 1).reshape(rows, 2))
        sides = (np.zeros(2), np.ones(2), np.full(rows, -np.inf), np.full(rows, 9.0))
        _run(Job(Matrix(A, *sides, np.array([True, True]), [""] * rows, [""] * rows), rows * costs))
    assert len(held._kept) <= held.MOST
    monkeypatch.setattr(held, "MOST_NONZEROS", 0)
    _run(
        Job(
            Matrix(sp.csc_matrix((0, 1)), *(np.zeros(1),) * 2, *(np.zeros(0),) * 2, np.array([True]), [], []),
            np.ones(1),
        )
    )
    assert sum(one.A.nnz for one in held._kept) == 0
