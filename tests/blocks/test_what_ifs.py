"""Many what-ifs at once: the answers of one after the other, whoever works on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.tiny import tiny_instance

from models import what_if_changes as asked
from models.allocation import plan
from models.answers import Status
from models.crew import AloneCrew, Crew, crew_of
from models.instance import Instance
from models.route import Settings
from models.what_if import Made, what_if
from models.what_ifs import Told, changes, what_ifs

SETTINGS = Settings(seconds=120.0, gap=0.01)


def tiny() -> Instance:
    return tiny_instance(aims=replace(tiny_instance().aims, order=("floors", "unmet")))


@pytest.fixture(scope="module")
def made() -> Made:
    """The plan of the tiny alliance."""
    found = plan(tiny(), SETTINGS)
    assert found.model is not None and found.x is not None
    return Made(found.model, found.x, found.aims)


@pytest.fixture(scope="module")
def cases(made: Made) -> dict[str, Instance]:
    base = made.model.instance
    return {
        "away": asked.absent(base, "D1"),
        "more": asked.another(base, "D3"),
        "closed": asked.closed(base, "S2"),
        "no money": asked.budget(base, -1.0),
    }


@pytest.fixture(scope="module", params=["local", "dask"])
def crew(request: pytest.FixtureRequest) -> Iterator[Crew]:
    """Two child processes, and one Dask worker where the extra `cluster` is installed."""
    if request.param == "local":
        made_crew = crew_of("local", 2)
        yield made_crew
        made_crew.close()
        return
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        made_crew = crew_of(cluster.scheduler_address)
        yield made_crew
        made_crew.close()


def plain(told: Told) -> tuple[object, ...]:
    return told.status, told.answered, told.aims, None if told.x is None else told.x.tolist()


def test_a_crew_answers_as_one_does(made: Made, cases: dict[str, Instance], crew: Crew) -> None:
    """Four changes, answered by other processes: plans, aims and proofs of asking one after the other."""
    here = {name: what_if(made, case, SETTINGS) for name, case in cases.items()}
    news: list[tuple[int, int]] = []
    found = what_ifs(crew, made, cases, SETTINGS, lambda done, of: news.append((done, of)))
    assert list(found) == list(cases) and news[-1] == (4, 4)
    for name, one in here.items():
        assert plain(found[name]) == (one.status, one.answered, one.aims, None if one.x is None else one.x.tolist())
    assert found["no money"].status is Status.INFEASIBLE
    assert len({told.answered for told in found.values()}) > 1


def test_only_changes_travel(made: Made, cases: dict[str, Instance]) -> None:
    """A case is the fields that it changes: the budget alone, or what belongs to a doctor."""
    base = made.model.instance
    assert set(changes(base, cases["no money"])) == {"budget"}
    assert "doctors" in changes(base, cases["away"]) and "needs" not in changes(base, cases["away"])
    assert changes(base, replace(base)) == {}


def test_the_same_crew_takes_another_plan(made: Made, cases: dict[str, Instance]) -> None:
    """A crew that answered for one plan forgets it for the next."""
    here, one = AloneCrew(), {"away": cases["away"]}
    before = what_ifs(here, made, one, SETTINGS)["away"]
    other = plan(replace(tiny(), doctors={k: v for k, v in tiny().doctors.items() if k != "D4"}), SETTINGS)
    assert other.model is not None and other.x is not None
    after = what_ifs(
        here, Made(other.model, other.x, other.aims), {"away": asked.absent(other.model.instance, "D1")}, SETTINGS
    )["away"]
    assert after.aims[1].value > before.aims[1].value
