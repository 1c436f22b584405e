"""An allocation whose clinics have changed hands since: its money and its aims as they now are.

Clinics in turns (`models.roster_turns`) keep every visit and every minute, but two clinics that shared a day on a
long trip may now take two days, or the other way round, and who goes far is what turns are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from models import aims as aim_rules
from models.assemble import Model
from models.baselines import days_for
from models.clinic_days import fill_idle
from models.clinic_turns import settle_turns
from models.matrix import Floats
from models.route import Outcome
from models.rows import Key
from models.scenarios import measures
from models.values import Values
from models.visitors import NAME


def with_sessions(outcome: Outcome, sessions: pd.DataFrame) -> Outcome:
    """The outcome with other holders of the same clinics: `x`, aims, the plan's scenario and its tables.

    sessions: the table of the plan folder; doctor, institution, specialty, quarter, sessions, main.
    """
    if outcome.x is None or outcome.model is None or sessions.equals(outcome.tables["sessions"]):
        return outcome
    model, x = outcome.model, held_by(outcome.model, outcome.x, sessions)
    nothing = _values(outcome.scenarios, "do_nothing")
    aims = []
    for aim in outcome.aims:
        value = model.value(aim.name, x)
        gap = aim_rules.gap_of(aim.name, value, aim.bound, nothing.get(f"aim:{aim.name}"))
        aims.append(replace(aim, value=value, bound=min(aim.bound, value), gap=gap))
    told = [("plan", *measure) for measure in measures(model, x)]
    others = outcome.scenarios[outcome.scenarios["scenario"] != "plan"]
    scenarios = pd.concat([others, pd.DataFrame(told, columns=others.columns)], ignore_index=True)
    return replace(outcome, x=x, aims=tuple(aims), scenarios=scenarios, tables={**outcome.tables, "sessions": sessions})


def held_by(model: Model, x: Floats, sessions: pd.DataFrame) -> Floats:
    """The plan `x` with its clinics held as the table says."""
    rows = list(zip(*(sessions[name] for name in _COLUMNS), strict=True))
    clinics: dict[Key, float] = {(*map(str, row[:4]),): float(row[4]) for row in rows}
    mains = {key for key, row in zip(clinics, rows, strict=True) if row[5]}
    before = Values(model.sheet, x).of(f"{NAME}.main", 0.5)
    modes = {(site, specialty, quarter): mode for _, site, specialty, mode, quarter in before}
    lead = {(d, i, k, modes[i, k, q], q): 1.0 for d, i, k, q in mains if (i, k, q) in modes}
    found = x.copy()
    for name, values in (("clinics", clinics), ("days", days_for(model, clinics)), ("main", lead)):
        columns = model.variable(f"{NAME}.{name}")
        if columns is not None:
            first = int(model.offsets[columns.number])
            found[first : first + len(columns)] = 0.0
            known: Iterable[tuple[Key, float]] = ((k, v) for k, v in values.items() if k in columns.position)
            for key, value in known:
                found[first + columns.position[key]] = value
    fill_idle(model.sheet, model.matrix, found)
    settle_turns(model.sheet, model.matrix, found)
    return found


_COLUMNS = ("doctor", "institution", "specialty", "quarter", "sessions", "main")


def _values(scenarios: pd.DataFrame, name: str) -> dict[str, float]:
    rows = scenarios[scenarios["scenario"] == name]
    return dict(zip(rows["measure"], rows["value"].astype(float), strict=True))
