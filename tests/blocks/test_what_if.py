"""What-ifs: answered by the old plan only where it is proved to stay best, else by a programme or a search."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from support.one_service import pair
from support.tiny import tiny_instance, with_added, with_rule

from models import what_if_changes as changes
from models.allocation import plan
from models.answers import Limits, Status
from models.assemble import Model, assemble
from models.forbids import moved, only_forbids, places_of, same_aims
from models.highs import solve
from models.instance import Aims, DateCut, Instance, Lock
from models.what_if import Made, Settings, what_if

SETTINGS = Settings(seconds=120.0, gap=0.002)
EXACT = Limits(absolute_gap=1e-6, relative_gap=0.0)


def _tiny() -> Instance:
    return tiny_instance(aims=replace(tiny_instance().aims, order=("floors", "unmet")))


@pytest.fixture(scope="module")
def made() -> Made:
    """The plan of the tiny alliance."""
    found = plan(_tiny(), SETTINGS)
    assert found.model is not None and found.x is not None
    return Made(found.model, found.x, found.aims)


def _best(instance: Instance) -> tuple[float, float]:
    """Floors and, with these, unmet visits: each by one search over everything; inf without a plan."""
    model = assemble(instance)
    bare = model.matrix.drop_rows(np.char.startswith(model.matrix.row_rules, "aims."))
    (floors, more), (cost, constant) = model.aims["floors"], model.aims["unmet"]
    least = solve(bare, floors, more, limits=EXACT)
    if least.status is Status.INFEASIBLE:
        return math.inf, math.inf
    most = least.objective - more + 1e-5
    held = bare.with_rows(sp.csr_matrix(floors[np.newaxis, :]), [-np.inf], [most], ["held"], ["floors"])
    return least.objective, solve(held, cost, constant, limits=EXACT).objective


def _cost(made: Made) -> float:
    return made.model.value("cost", made.x)


def _doctor_of(made: Made, busy: bool) -> str:
    used = made.model.tables(made.x)["sessions"].groupby("doctor")["sessions"].sum()
    idle = sorted(set(made.model.instance.doctors) - set(used.index))
    return str(used.idxmax()) if busy else idle[0]


def _cases(made: Made) -> dict[str, tuple[Instance, set[str]]]:
    tiny, cost = _tiny(), _cost(made)
    free = {"old plan", "linear programme", "search"}
    return {
        "budget that is kept": (changes.budget(tiny, cost + 1.0), {"old plan"}),
        "budget that is not": (changes.budget(tiny, cost - 5000.0), {"linear programme", "search"}),
        "no money at all": (changes.budget(tiny, -1.0), {"linear programme"}),
        "busiest doctor away": (changes.absent(tiny, _doctor_of(made, busy=True)), {"linear programme", "search"}),
        "one more doctor": (changes.another(tiny, _doctor_of(made, busy=True)), {"linear programme", "search"}),
        "a site closed": (changes.closed(tiny, "S2"), free - {"old plan"}),
        "a rule off": (changes.rule(tiny, "room", "off"), free),
    }


NAMES = (
    "budget that is kept", "budget that is not", "no money at all", "busiest doctor away", "one more doctor",
    "a site closed", "a rule off",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_the_optimum_of_the_changed_alliance(made: Made, name: str) -> None:
    """Floors and unmet visits are those of one search over everything, within the gap; bounds are below it."""
    changed, ways = _cases(made)[name]
    answer = what_if(made, changed, SETTINGS)
    floors, unmet = _best(changed)
    assert answer.answered in ways
    if math.isinf(floors):
        assert answer.status is Status.INFEASIBLE and answer.x is None
        return
    found = {aim.name: aim for aim in answer.aims}
    assert found["floors"].value == pytest.approx(floors, abs=1e-4)
    assert found["floors"].bound <= floors + 1e-6
    assert found["unmet"].bound <= unmet + 1e-4
    assert found["unmet"].value <= unmet + max(0.5, 0.01 * unmet)
    assert answer.x is not None
    rows = answer.model.matrix
    assert rows.drop_rows(np.char.startswith(rows.row_rules, "aims.")).worst(answer.x) < 1e-4


def test_the_old_plan_answers_with_its_own_proofs(made: Made) -> None:
    """A budget that the plan keeps changes neither values nor bounds."""
    answer = what_if(made, changes.budget(_tiny(), _cost(made) + 1.0), SETTINGS)
    assert answer.answered == "old plan" and list(answer.aims) == list(made.aims)


def test_a_lock_that_the_plan_keeps_is_answered_by_it(made: Made) -> None:
    """What was decided anyway may be locked at no price; its opposite needs another plan."""
    row = made.model.tables(made.x)["sessions"].iloc[0]
    names = {"doctor": row["doctor"], "institution": row["institution"], "specialty": row["specialty"]}
    for must, ways in ((True, {"old plan"}), (False, {"linear programme", "search"})):
        lock = Lock("asked", "session", must, **names)
        answer = what_if(made, with_added(_tiny(), "locks", 0, lock), SETTINGS)
        assert answer.answered in ways


def _pair(one: Instance, other: Instance) -> tuple[Model, Model, np.ndarray]:
    new, old = assemble(one), assemble(other)
    return new, old, places_of(new, old)


def test_what_forbids_is_told_from_what_permits() -> None:
    """A budget, an absence and a hard rule forbid; taking them back does not, nor does one more doctor."""
    tiny = _tiny()
    for tighter in (changes.budget(tiny, 1.4e6), changes.absent(tiny, "D1"), with_rule(tiny, "site_floor", "hard")):
        assert only_forbids(*_pair(tighter, tiny))
        assert not only_forbids(*_pair(tiny, tighter))
    assert not only_forbids(*_pair(changes.another(tiny, "D1"), tiny))
    assert only_forbids(*_pair(tiny, changes.another(tiny, "D1")))


def test_a_plan_moves_by_the_names_of_its_columns(made: Made) -> None:
    """In the model without a doctor each column has the value that it had, whatever its number is now."""
    tiny = _tiny()
    new = assemble(replace(tiny, aims=Aims(order=("floors", "unmet"), tolerances={})))
    x = moved(made.x, places_of(new, made.model), new)
    for aim in ("floors", "unmet"):
        assert new.value(aim, x) == pytest.approx(made.model.value(aim, made.x))


def test_centres_alone_are_searched() -> None:
    """Without people no programme answers: a rule switched off is searched, and ends as a plan afresh."""
    alone = pair()
    found = plan(alone, SETTINGS)
    assert found.model is not None and found.x is not None
    changed = changes.rule(alone, "served", "off")
    answer = what_if(Made(found.model, found.x, found.aims), changed, SETTINGS)
    fresh = plan(changed, SETTINGS)
    assert answer.answered == "search"
    assert [aim.value for aim in answer.aims] == pytest.approx([aim.value for aim in fresh.aims], abs=1e-4)


def test_what_was_not_proved_stays_so(made: Made) -> None:
    """A plan whose gap is wide answers a budget that it keeps with that gap, and is not called optimal."""
    wide = [replace(aim, bound=aim.value - 30.0, gap=0.5) if aim.name == "unmet" else aim for aim in made.aims]
    answer = what_if(Made(made.model, made.x, wide), changes.budget(_tiny(), _cost(made) + 1.0), SETTINGS)
    assert answer.answered == "old plan" and answer.status is Status.FEASIBLE


def test_old_proofs_hold_where_only_something_is_forbidden(made: Made) -> None:
    """An absence permits nothing: no bound of the answer is below the old plan's, however short the search was."""
    changed = changes.absent(_tiny(), _doctor_of(made, busy=True))
    found = {aim.name: aim for aim in what_if(made, changed, Settings(seconds=30.0, gap=0.2)).aims}
    old = {aim.name: aim for aim in made.aims}
    if found["floors"].value <= old["floors"].value + 1e-5:
        assert found["unmet"].bound >= old["unmet"].bound - 1e-6
    assert found["floors"].bound >= old["floors"].bound - 1e-6


def test_one_more_doctor_has_the_dates_of_the_other() -> None:
    """Half-days that have no dates for a doctor have none for one like him; cuts are his own."""
    cut = DateCut("D1", (("S1", "K1"),), 0, 3)
    dated = replace(_tiny(), dateable={("D1", "S1", "K1"): (2,)}, date_cuts=(cut,))
    more = changes.another(dated, "D1")
    assert more.dateable["D1+", "S1", "K1"] == (2,) and more.date_cuts == (cut, replace(cut, doctor="D1+"))


def test_an_absent_doctor_is_asked_for_by_no_lock() -> None:
    """A lock that wants him is gone with him; one that keeps him away stays."""
    locks = tuple(
        Lock(str(must), "session", must, doctor="D1", institution="S1", specialty="K1") for must in (True, False)
    )
    assert [lock.must for lock in changes.absent(replace(_tiny(), locks=locks), "D1").locks] == [False]


def test_parts_of_clinics_are_more_than_whole_ones() -> None:
    """A model in which a column need not be whole any more permits more than the old one."""
    new, old, places = _pair(_tiny(), _tiny())
    assert only_forbids(new, old, places)
    parts = replace(new, matrix=replace(new.matrix, integer=np.zeros(new.matrix.cols, dtype=bool)))
    assert not only_forbids(parts, old, places)


def test_an_aim_that_counts_otherwise_ends_the_old_proofs(made: Made) -> None:
    """Where visits weigh otherwise, the aims before them are the same, and visits and what follows are not."""
    new, old, places = _pair(_tiny(), _tiny())
    cost, constant = new.aims["unmet"]
    assert same_aims(new, old, places, ["floors", "unmet"]) == ["floors", "unmet"]
    new.aims["unmet"] = (2.0 * cost, constant)
    assert same_aims(new, old, places, ["floors", "unmet"]) == ["floors"]
