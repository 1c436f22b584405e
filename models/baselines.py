"""Doing nothing and today's practice, by the model's own accounting.

The whole numbers of a baseline are given; what visits follow from them is settled by linear
programmes over the same balance, capture, capability and money rows. Rules that a baseline
happens to break (a roster that is no frequency, a second main doctor) do not stop its pricing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from models import postings
from models.answers import Limits
from models.assemble import Model
from models.instance import FREQUENCIES, Instance
from models.matrix import Floats, Matrix
from models.rows import Key

#: Rows that are accounting, not rules that a baseline may break.
ACCOUNTING = frozenset(
    "visit_balance capture left_recoverable referred_recoverable reserve tele_capacity home_capability "
    "site_floor need_floor served backup post_floor doctor_time "
    "turnaround promised_wait centre_capacity single_source one_level whole_day".split()
)


class Baseline:
    """Whole numbers of one baseline by variable; variables not named are zero."""

    def __init__(self, model: Model, name: str, values: Mapping[str, Mapping[Key, float]]) -> None:
        self.model, self.name, self.values = model, name, values

    def fixed(self, levers: bool) -> Matrix:
        """The model with this baseline's whole numbers; without `levers` also today's flows only."""
        model, matrix = self.model, self.model.matrix
        rules = matrix.row_rules
        accounting = np.isin(rules, list(ACCOUNTING)) | (np.char.find(rules, ".") > 0)
        mine = ["sessions.one_mode", "sessions.posted_mode"]
        matrix = matrix.drop_rows(~accounting | np.isin(rules, mine))
        people = model.columns("sessions.clinics", "sessions.days", "sessions.mode", "sessions.main", "postings.posted")
        x = np.zeros(matrix.cols)
        for path, entries in self.values.items():
            columns = model.variable(path)
            if columns is not None:
                first = model.offsets[columns.number]
                for key, value in entries.items():
                    if key in columns:
                        x[first + columns.position[key]] = value
        matrix = matrix.fixed(people, x[people])
        if not levers:
            closed = model.columns("referrals.extra", "referrals.desk", "referrals.tele")
            matrix = matrix.fixed(closed, np.zeros(closed.size))
        return matrix


def settle_in_order(
    model: Model, matrix: Matrix, aims: Iterable[str] = ("floors", "unmet", "worst_served", "travel")
) -> Floats | None:
    """The continuous rest of a plan whose whole numbers are fixed: aims in order, as linear programmes."""
    from models.stages import Stages

    stages = Stages(model, matrix)
    for aim in aims:
        if (
            model.aims[aim][0].any()
            and stages.solve(aim, Limits(seconds=20.0), lambda value: 1e-6 * max(1.0, abs(value))).value == np.inf
        ):
            return None
    return stages.x


def centre_columns(model: Model) -> np.ndarray:
    """Numbers of the columns of the shared centres."""
    return model.columns("shared_centres")


def days_for(model: Model, clinics: Mapping[Key, float]) -> dict[Key, float]:
    """Whole days that long trips take for given clinics."""
    counts: dict[Key, list[float]] = defaultdict(list)
    for (doctor, site, _, quarter), count in clinics.items():
        counts[doctor, site, quarter].append(count)
    return {key: max(max(each), np.ceil(sum(each) / 2)) for key, each in counts.items()}


def modes_for(instance: Instance, clinics: Mapping[Key, float], posted: Iterable[postings.Option]) -> dict[Key, float]:
    """The mode that given clinics and postings make in each cell (both, where both are)."""
    counts: dict[Key, float] = defaultdict(float)
    for (_, site, specialty, quarter), count in clinics.items():
        counts[site, specialty, quarter] += count
    names, found = [q.name for q in instance.quarters], dict[Key, float]()
    for (site, specialty, quarter), count in counts.items():
        low = instance.sites[site].counts_low
        fit = [f for f in FREQUENCIES if low[f][names.index(quarter)] <= count + 1e-9]
        if fit:
            found[site, specialty, fit[-1], quarter] = 1.0
    covers, _ = postings.candidates(instance, explain=False)
    for option in posted:
        for quarter, part in zip(names, covers[option], strict=True):
            if part > 0.0:
                found[option[1], option[2], "posted", quarter] = 1.0
    return found


def nothing(model: Model) -> Baseline:
    """No clinic, no posting, no teleconsultation, no extra referral."""
    return Baseline(model, "do_nothing", {})


def today(model: Model) -> Baseline:
    """Today's roster and running postings."""
    instance = model.instance
    clinics: dict[Key, float] = {}
    for who, counts in instance.today_sessions.items():
        for quarter, count in zip(instance.quarters, counts, strict=True):
            if count:
                clinics[(*who, quarter.name)] = float(count)
    posted = postings.running(instance)
    return Baseline(model, "today", people_values(model, clinics, posted))


def people_values(
    model: Model, clinics: dict[Key, float], posted: Iterable[postings.Option]
) -> dict[str, dict[Key, float]]:
    chosen = list(posted)
    return {
        "sessions.clinics": clinics,
        "sessions.days": days_for(model, clinics),
        "sessions.mode": modes_for(model.instance, clinics, chosen),
        "postings.posted": dict.fromkeys(chosen, 1.0),
    }


def price(model: Model, baseline: Baseline, centres: Floats | None, levers: bool) -> Floats | None:
    """The settled plan of a baseline, with the centres of `centres` (a full vector) where given."""
    matrix = baseline.fixed(levers)
    if centres is not None:
        whole = centre_columns(model)
        whole = whole[matrix.integer[whole]]
        matrix = matrix.fixed(whole, np.round(centres[whole]))
    return settle_in_order(model, matrix)
