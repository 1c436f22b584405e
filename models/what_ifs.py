"""Many what-ifs of one plan at once: the plan is sent once to each worker, then only what each case changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from models.aims import AimResult
from models.answers import Status
from models.assemble import assemble
from models.crew import Crew, Errand, Tell
from models.instance import Instance
from models.matrix import Floats
from models.route import Settings
from models.what_if import Answered, Made, what_if

_KEY = "plan"


@dataclass(frozen=True)
class Told:
    """`models.what_if.Answer` without its model: what travels."""

    status: Status
    aims: tuple[AimResult, ...]
    answered: Answered
    seconds: float
    x: Floats | None


def what_ifs(
    crew: Crew, made: Made, cases: Mapping[str, Instance], settings: Settings | None = None, tell: Tell | None = None
) -> dict[str, Told]:
    """The answer to each case, a change of the plan's own instance; in the order of the cases."""
    base = made.model.instance
    crew.send(_KEY, "models.what_ifs:prepare", (base, made.x, tuple(made.aims)))
    asked = settings or Settings()
    errands = [Errand(_KEY, "models.what_ifs:answer", (changes(base, case), asked)) for case in cases.values()]
    return dict(zip(cases, crew.run(errands, tell), strict=True))


def changes(base: Instance, changed: Instance) -> dict[str, Any]:
    """The fields in which an instance differs from another."""
    pairs = ((one.name, getattr(base, one.name), getattr(changed, one.name)) for one in fields(Instance))
    return {name: new for name, old, new in pairs if new is not old and new != old}


def prepare(payload: tuple[Instance, Floats, tuple[AimResult, ...]]) -> Made:
    """The plan in its model, built again."""
    instance, x, aims = payload
    return Made(assemble(instance), x, aims)


def answer(made: Made, argument: tuple[Mapping[str, Any], Settings]) -> Told:
    """One case."""
    changed, settings = argument
    found = what_if(made, replace(made.model.instance, **changed), settings)
    return Told(found.status, found.aims, found.answered, found.seconds, found.x)
