"""`alliance whatif`: a saved plan is found again to the last column, and answers in words."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from support.tiny import tiny_instance

from models.aims import AimResult
from models.allocation import Outcome, Settings, plan
from models.answers import Status
from models.assemble import assemble
from models.instance import DateCut
from models.what_if import Answer, Made
from planner.cli import main
from planner.whatif.decisions import FILE, read_columns, read_cuts, write_decisions
from planner.whatif.lines import lines_of
from planner.whatif.run import Asked, Change, Found


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A plan of the tiny alliance, two dates of which are known to be too many."""
    cut = DateCut("D1", (("S1", "K1"), ("S2", "K1")), 0, 12, "days")
    return plan(tiny_instance(date_cuts=(cut,)), Settings(seconds=60.0))


def _ask(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["whatif", str(folder), *words, "--time-limit", "10", "--lang", "en"])


def test_columns_and_cuts_come_back_as_they_were(outcome: Outcome, tmp_path: Path) -> None:
    """Every column has its value in a model assembled anew, and the instance its cuts."""
    write_decisions(tmp_path, outcome)
    instance = read_cuts(tmp_path, tiny_instance())
    assert outcome.model is not None and outcome.x is not None
    assert instance.date_cuts == outcome.model.instance.date_cuts
    found = read_columns(tmp_path, assemble(instance))
    assert found is not None and np.allclose(found, outcome.x, atol=1e-12)


def test_columns_of_another_problem_are_not_taken(outcome: Outcome, tmp_path: Path) -> None:
    """Where a doctor of the plan is gone from the tables, there is no plan rather than half of one."""
    write_decisions(tmp_path, outcome)
    tiny = tiny_instance()
    used = set(outcome.tables["sessions"]["doctor"])
    left = {key: one for key, one in tiny.doctors.items() if key not in used}
    assert read_columns(tmp_path, assemble(replace(tiny, doctors=left))) is None


def test_a_budget_that_the_plan_keeps_is_answered_by_it(kedong_plan: Path, tmp_path: Path) -> None:
    """The plan answers at once, with its own values; the file has them beside those of the plan."""
    result = _ask(kedong_plan, "--budget", "9000000", "-o", str(tmp_path / "answers.csv"))
    assert result.exit_code == 0, result.output
    assert "this plan itself" in result.output and "keeps it already" in result.output
    table = pd.read_csv(tmp_path / "answers.csv")
    mine, asked = (table[table["number"] == number].set_index("aim") for number in (1, 2))
    assert (asked["answered"] == "old plan").all() and (asked["value"] == mine["value"]).all()
    assert (asked["bound"] == mine["bound"]).all()


def test_a_question_without_any_plan_is_proved(kedong_plan: Path) -> None:
    """One yuan a year does not even pay the running postings: no plan, by a linear programme."""
    result = _ask(kedong_plan, "--budget", "1")
    assert result.exit_code == 0 and "no plan" in result.output and "a linear programme" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "ask something"),
        (("--absent", "nobody"), "no doctor of this plan is called “nobody”"),
        (("--closed", "nowhere"), "no site of this plan is called “nowhere”"),
        (("--rule", "home_cover=maybe"), "--rule home_cover=maybe"),
        (("--rule", "visit_balance=off"), "--rule visit_balance=off"),
        (("--rule", "week_limit=off"), "not a filter, a date or a group"),
        (("--budget", "nan"), "has to be a number"),
    ],
)
def test_questions_that_cannot_be_asked_say_why(kedong_plan: Path, words: tuple[str, ...], told: str) -> None:
    """Exit code 2 and one sentence that names what was asked."""
    result = _ask(kedong_plan, *words)
    assert result.exit_code == 2 and told in result.output


def test_child_processes_answer_as_one_process_does(kedong_plan: Path, tmp_path: Path) -> None:
    """Two questions answered at once say what they say one after the other, and progress counts them."""
    words = ("--budget", "9000000", "--budget", "1")
    one, both = (_ask(kedong_plan, *words, *more, "-o", str(tmp_path / name)) for name, more in _WAYS.items())
    assert one.exit_code == both.exit_code == 0, both.output
    assert "2 of 2 answered" in both.output
    here, there = (pd.read_csv(tmp_path / name).drop(columns="seconds") for name in _WAYS)
    pd.testing.assert_frame_equal(here, there)


_WAYS: dict[str, tuple[str, ...]] = {"one.csv": (), "both.csv": ("--scheduler", "local")}


def test_a_scheduler_that_is_not_there_is_told(kedong_plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody answers, and a machine without Dask: one sentence with the cure."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from models import dask_client

    monkeypatch.setattr(dask_client, "ANSWER", 1)
    result = _ask(kedong_plan, "--budget", "1", "--scheduler", "tcp://127.0.0.1:9")
    assert result.exit_code == 2 and "no Dask scheduler answers there" in result.output
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = _ask(kedong_plan, "--budget", "1", "--scheduler", "tcp://127.0.0.1:9")
    assert result.exit_code == 2 and "cluster" in result.output


def test_a_folder_that_was_changed_is_refused(kedong_plan: Path, tmp_path: Path) -> None:
    """Without its decisions, or with others than its figures, a plan is not asked."""
    folder = tmp_path / "plan"
    shutil.copytree(kedong_plan, folder)
    found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    entries = found["columns"]["sessions.clinics"]
    entries[0][1] += 3
    (folder / FILE).write_text(json.dumps(found), encoding="utf-8")
    changed = _ask(folder, "--budget", "9000000")
    assert changed.exit_code == 2 and "does not give the saved plan any more" in changed.output
    (folder / FILE).unlink()
    older = _ask(folder, "--budget", "9000000")
    assert older.exit_code == 2 and "run alliance plan again" in older.output


@pytest.mark.parametrize(
    ("floors", "bound", "unmet", "told"),
    [
        (0.0, 0.0, (90.0, 88.0), "change by −12.0 to −8.0 a month (proved)"),
        (10.0, 0.0, (90.0, 88.0), "10 points more of promises are broken in the plan found"),
        (0.0, 0.0, (100.5, 99.0), "change by −1.0 to +2.5 a month (proved)"),
    ],
)
def test_sentences_say_what_is_proved(
    outcome: Outcome, floors: float, bound: float, unmet: tuple[float, float], told: str
) -> None:
    """Differences stand between the bounds of both plans; broken promises of a plan are told from what is proved."""
    assert outcome.model is not None and outcome.x is not None
    mine = (AimResult("floors", 0.0, 0.0, 0.0, "points"), AimResult("unmet", 100.0, 98.0, 0.02, "visits"))
    found = (AimResult("floors", floors, bound, 0.0, "points"), AimResult("unmet", *unmet, 0.02, "visits"))
    answer = Answer(Status.FEASIBLE, found, "search", 1.0, outcome.model, outcome.x)
    asked = Asked(Made(outcome.model, outcome.x, mine), (Found((Change("budget", "5"),), answer),))
    assert told in lines_of(asked, "en")[-1]


def test_nothing_is_called_proved_of_visits_where_promises_are_not() -> None:
    """Where the plan may break more promises than any must, its visits are compared without a proof."""
    model = assemble(tiny_instance())
    x = np.zeros(model.matrix.cols)
    mine = (AimResult("floors", 5.0, 0.0, 0.0, "points"), AimResult("unmet", 100.0, 98.0, 0.02, "visits"))
    answer = Answer(Status.FEASIBLE, mine, "search", 1.0, model, x)
    asked = Asked(Made(model, x, mine), (Found((Change("budget", "5"),), answer),))
    assert "nothing is proved" in lines_of(asked, "en")[-1]
