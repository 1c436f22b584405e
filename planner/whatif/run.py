"""From a plan folder and a few changes to what each would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from planner.catalogue import texts
from planner.config import read_config
from planner.folder import read_plan
from planner.grouping.price import Case, case_rows
from planner.opening import opened_for
from planner.text import joined
from planner.whatif.decisions import FILE, read_columns, read_cuts

if TYPE_CHECKING:
    from models.instance import Instance
    from models.route import Settings
    from models.what_if import Answer, Made
    from models.what_ifs import Told
    from planner.progress import Progress

WORDS = texts("whatif")
#: Kinds of changes, in the order in which they are asked.
KINDS = ("absent", "another", "closed", "budget", "rule")
#: How far the rebuilt plan's aims may be from those of `plan.json`, and its rows from being kept.
SAME = 1e-4


class WhatIfError(Exception):
    """A question that cannot be asked: the key of a message, and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def sentence(self, lang: str) -> str:
        return WORDS.say(self.key, lang, **self.values)


@dataclass(frozen=True)
class Change:
    """One change: its kind (of `KINDS`) and what it is about, as asked."""

    kind: str
    about: str

    def told(self, instance: Instance, lang: str) -> str:
        """The change in words."""
        if self.kind in ("absent", "another"):
            return WORDS.say(self.kind, lang, name=instance.doctors[_doctor(instance, self.about)].name)
        if self.kind == "closed":
            return WORDS.say(self.kind, lang, name=instance.institutions[_site(instance, self.about)].name)
        if self.kind == "budget":
            return WORDS.say(self.kind, lang, yuan=float(self.about))
        rule, state = _rule(self.about)
        return WORDS.say(self.kind, lang, rule=rule, state=WORDS.say(f"state_{state}", lang))


@dataclass(frozen=True)
class Found:
    """One case answered: its changes, and the answer."""

    changes: tuple[Change, ...]
    answer: Answer | Told

    def told(self, instance: Instance, lang: str) -> str:
        return joined((change.told(instance, lang) for change in self.changes), lang)


@dataclass(frozen=True)
class Asked:
    """The plan that was asked, and what was found."""

    made: Made
    found: tuple[Found, ...]

    @property
    def instance(self) -> Instance:
        return self.made.model.instance

    def table(self, lang: str) -> pd.DataFrame:
        """One row per case and aim: value, bound, difference to the plan and the range that is proved of it."""
        from models.answers import Status

        rows = list(case_rows(1, Case("case_this"), Status.OPTIMAL, tuple(self.made.aims), tuple(self.made.aims)))
        for row in rows:
            row |= {"change": "", "answered": "", "seconds": 0.0}
        for number, one in enumerate(self.found, start=2):
            said = {"change": one.told(self.instance, lang), "answered": one.answer.answered}
            said["seconds"] = str(round(one.answer.seconds, 2))
            more = case_rows(number, Case("case_asked"), one.answer.status, one.answer.aims, tuple(self.made.aims))
            rows += [{**row, **said} for row in more]
        return pd.DataFrame(rows).drop(columns=["institution", "group"])


def ask(
    plan: Path,
    changes: Sequence[Change],
    progress: Progress,
    together: bool = False,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    scheduler: str = "",
) -> Asked:
    """Answer each change of a plan folder by itself, or all together.

    scheduler: who works on the questions at once (`models.crew.crew_of`); "" asks one after the other.

    Raises:
        WhatIfError: the folder cannot be asked, or a change names what is not there.
        models.errors.CrewError: nobody can work at the scheduler.
        planner.folder.FolderError, planner.inputs.InputError: as they say.
    """
    from models.highs import interrupted
    from models.route import Settings
    from models.what_if import what_if

    made, config = _made(plan, progress, overrides)
    solver = config.solver
    settings = Settings(solver.time_limit_s, solver.gap, solver.node_limit, solver.seed)
    cases = [tuple(changes)] if together else [(change,) for change in changes]
    asked = []
    for case in cases:
        changed = made.model.instance
        for change in case:
            changed = _changed(changed, change)
        asked.append((case, changed))
    if scheduler:
        return Asked(made, _spread(made, asked, settings, progress, scheduler))
    found = []
    for number, (case, changed) in enumerate(asked, start=1):
        progress.stage("asking", number=number, count=len(asked), seconds=settings.seconds)
        found.append(Found(case, what_if(made, changed, settings, progress)))
        progress.done()
        if interrupted():
            break
    return Asked(made, tuple(found))


def _spread(
    made: Made,
    asked: Sequence[tuple[tuple[Change, ...], Instance]],
    settings: Settings,
    progress: Progress,
    scheduler: str,
) -> tuple[Found, ...]:
    """The same answers from child processes or the workers of a Dask scheduler."""
    from models.crew import crew_of
    from models.what_ifs import what_ifs

    progress.stage("asking_all", count=len(asked), seconds=settings.seconds)
    crew = crew_of(scheduler)
    cases = {str(number): changed for number, (_, changed) in enumerate(asked)}
    try:
        told = what_ifs(crew, made, cases, settings, lambda done, of: progress.stage("asked", number=done, count=of))
    finally:
        crew.close()
    return tuple(Found(case, answer) for (case, _), answer in zip(asked, told.values(), strict=True))


def _made(plan: Path, progress: Progress, overrides: Mapping[str, Mapping[str, object]] | None) -> tuple[Made, Any]:
    """The plan of a folder in the model that it was found in, made again from the folder's own copy of the region."""
    from models.aims import AimResult
    from models.assemble import assemble
    from models.what_if import Made, broken
    from planner.build import build_instance

    saved = read_plan(plan)
    if saved.info.get("job") == "groups" or not (plan / FILE).is_file():
        raise WhatIfError("no_decisions", path=plan)
    found = opened_for(plan / "region", progress, None, None)
    config = read_config(saved.info["settings"])
    progress.stage("building")
    built = build_instance(found.inputs.region, config, found.travel.table)
    model = assemble(read_cuts(plan, built.instance))
    x = read_columns(plan, model)
    aims = [AimResult(**{key: one[key] for key in AimResult.__dataclass_fields__}) for one in saved.info["aims"]]
    aims = [aim for aim in aims if aim.name in model.aims]
    if x is None or broken(model, x) > SAME or any(_differs(model.value(one.name, x), one.value) for one in aims):
        raise WhatIfError("other_problem", path=plan)
    for section, values in (overrides or {}).items():
        config = config.override(section, **values)
    return Made(model, x, aims), config


def _differs(one: float, other: float) -> bool:
    return abs(one - other) > SAME * max(1.0, abs(other))


def _changed(instance: Instance, change: Change) -> Instance:
    from models import what_if_changes as changes

    if change.kind in ("absent", "another"):
        ask_for = changes.absent if change.kind == "absent" else changes.another
        return ask_for(instance, _doctor(instance, change.about))
    if change.kind == "closed":
        return changes.closed(instance, _site(instance, change.about))
    if change.kind == "budget":
        return changes.budget(instance, float(change.about))
    rule, state = _rule(change.about)
    return changes.rule(instance, rule, state)


def _doctor(instance: Instance, text: str) -> str:
    return _one({key: one.name for key, one in instance.doctors.items()}, text, "doctor")


def _site(instance: Instance, text: str) -> str:
    return _one({key: instance.institutions[key].name for key in instance.sites}, text, "site")


def _one(names: Mapping[str, str], text: str, kind: str) -> str:
    """The one identifier that an id or a name means."""
    if text in names:
        return text
    known = sorted(key for key, name in names.items() if name == text)
    if len(known) == 1:
        return known[0]
    if known:
        raise WhatIfError(f"several_{kind}", name=text, ids=", ".join(known))
    near = sorted(f"{key} {name}" for key, name in names.items() if text and (text in name or text in key))[:5]
    raise WhatIfError(f"unknown_{kind}", name=text, near=", ".join(near or sorted(names)[:5]))


def _rule(text: str) -> tuple[str, Any]:
    from models.instance import RuleState
    from models.rules import PLAN_RULES

    rule, _, state = text.partition("=")
    if rule not in PLAN_RULES or state not in get_args(RuleState) or PLAN_RULES[rule].kind not in ("hard", "floor"):
        raise WhatIfError("unknown_rule", text=text)
    return rule, state
