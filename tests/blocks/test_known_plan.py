"""A plan of other groups as a start: what is carried over, and that the search never ends with less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.tiny import tiny_instance, with_record, with_rule

from models import people_route
from models.allocation import Outcome, Settings, plan
from models.answers import Job, StoppedBy
from models.assemble import assemble
from models.instance import Instance
from models.known_plan import KnownPlan, carried, settled, with_centres
from models.matrix import Floats

SHORT, QUICK = Settings(seconds=0.05), Settings(seconds=20.0)


@pytest.fixture(scope="module")
def bordered() -> tuple[Instance, Outcome]:
    """The tiny alliance in two groups, planned."""
    instance = tiny_instance(groups=2)
    return instance, plan(instance, QUICK)


def _dropped(instance: Instance) -> Instance:
    return with_rule(instance, "own_group", "off")


def _known(outcome: Outcome) -> KnownPlan:
    assert outcome.model is not None and outcome.x is not None
    return KnownPlan(outcome.model, outcome.x)


def _values(outcome: Outcome) -> dict[str, float]:
    return {aim.name: aim.value for aim in outcome.aims}


def test_a_plan_with_groups_is_a_plan_without(bordered: tuple[Instance, Outcome]) -> None:
    """Carried over by names, it keeps every rule of the larger model and is worth what it was."""
    instance, ours = bordered
    model, known = assemble(_dropped(instance)), _known(ours)
    assert model.matrix.cols > known.model.matrix.cols
    whole = carried(known, model)
    x = settled(model, with_centres(model, whole), whole)
    assert x is not None and model.matrix.drop_rows(model.matrix.row_rules == "aims.worst_served").worst(x) <= 1e-6
    assert model.value("floors", x) == pytest.approx(_values(ours)["floors"], abs=1e-4)
    assert model.value("unmet", x) <= _values(ours)["unmet"] + 1e-4


@pytest.mark.parametrize("settings", [SHORT, QUICK], ids=["no time", "time"])
def test_dropping_groups_is_never_worse(bordered: tuple[Instance, Outcome], settings: Settings) -> None:
    """Begun from the plan with groups, the plan without has no more shortfalls and no more visits unmet."""
    instance, ours = bordered
    found = plan(_dropped(instance), settings, known=_known(ours))
    mine, theirs = _values(ours), _values(found)
    assert theirs["floors"] <= mine["floors"] + 1e-4
    assert theirs["unmet"] <= mine["unmet"] + 1e-3
    assert 0.0 <= theirs["worst_served"] <= 1.0 + 1e-6


def test_a_moved_site_begins_without_the_doctors_of_its_old_group(bordered: tuple[Instance, Outcome]) -> None:
    """Clinics that the new group cannot hold are left out with their modes; everything else stays as it was."""
    instance, ours = bordered
    other = next(site for site in ("S1", "S2", "S3") if _clinics(ours, site))
    groups = {name: one.group for name, one in instance.institutions.items()}
    target = next(group for group in sorted(set(groups.values())) if group != groups[other])
    moved = with_record(instance, "institutions", other, group=target)
    model, known = assemble(moved), _known(ours)
    whole = carried(known, model)
    assert settled(model, with_centres(model, whole), whole) is not None
    clinics = model.variable("sessions.clinics")
    assert clinics is not None
    first = int(model.offsets[clinics.number])
    held = {clinics.keys[at] for at in np.flatnonzero(whole[first : first + len(clinics)])}
    homes = {key: instance.institutions[instance.doctors[key[0]].institution].group for key in held}
    assert all(homes[key] == target for key in held if key[1] == other)
    assert {key for key in held if key[1] != other} == {key for key in _clinics(ours) if key[1] != other}
    assert plan(moved, QUICK, known=known).tables


def _clinics(outcome: Outcome, site: str = "") -> set[tuple[str, ...]]:
    model, x = outcome.model, outcome.x
    assert model is not None and x is not None
    columns = model.variable("sessions.clinics")
    assert columns is not None
    first = int(model.offsets[columns.number])
    used = {columns.keys[at] for at in np.flatnonzero(np.round(x[first : first + len(columns)]))}
    return {key for key in used if not site or key[1] == site}


def test_a_known_plan_that_breaks_a_rule_here_is_passed_over(bordered: tuple[Instance, Outcome]) -> None:
    """Where nobody may go out at all the search begins by itself."""
    instance, ours = bordered
    lazy = replace(
        instance,
        doctors={key: replace(one, free=tuple(0.0 for _ in one.free)) for key, one in instance.doctors.items()},
    )
    assert plan(lazy, QUICK, known=_known(ours)).tables


def test_a_search_begins_near_the_known_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the people are searched, the known plan is bettered where the linear programme differs from it."""
    instance = tiny_instance()
    ours = plan(instance, QUICK)
    began: list[float] = []
    near = people_route.near_relaxation

    def heard(job: Job) -> tuple[Floats, StoppedBy]:
        assert job.start is not None
        began.append(float(job.cost @ job.start) + job.constant)
        return near(job)

    monkeypatch.setattr(people_route, "near_relaxation", heard)
    found = plan(instance, QUICK, known=_known(ours))
    assert found.x is not None and began and began[0] <= _values(ours)["unmet"] + 1e-3
