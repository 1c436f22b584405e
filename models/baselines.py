"""Doing nothing and today's practice, by the model's own accounting.

The whole numbers of a baseline are given; what visits follow from them is settled by linear
programmes over the same balance, capture, capability and money rows. Rules that a baseline
happens to break (a roster that is no frequency, a second main doctor) do not stop its pricing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import scipy.sparse as sp

from models import postings
from models.aims import rows_of_aims, settle_aims
from models.answers import Limits
from models.assemble import Model
from models.instance import FREQUENCIES, Instance
from models.matrix import Floats, Matrix
from models.rows import Key

#: Rows that are accounting, not rules that a baseline may break.
ACCOUNTING = frozenset(
    "visit_balance capture left_recoverable referred_recoverable reserve tele_capacity "
    "turnaround promised_wait centre_capacity single_source one_level".split()
)
#: Promises whose shortfall is priced; where a committee set one hard, a baseline may still break it.
PROMISES = frozenset("home_capability site_floor need_floor served backup post_floor".split())


class Baseline:
    """Whole numbers of one baseline by variable; variables not named are zero."""

    def __init__(self, model: Model, name: str, values: Mapping[str, Mapping[Key, float]]) -> None:
        self.model, self.name, self.values = model, name, values

    def whole(self) -> Floats:
        """The whole numbers as a vector of the model, all other columns zero."""
        x = np.zeros(self.model.matrix.cols)
        for path, entries in self.values.items():
            columns = self.model.variable(path)
            if columns is not None:
                first = self.model.offsets[columns.number]
                for key, value in entries.items():
                    if key in columns:
                        x[first + columns.position[key]] = value
        return x

    def fixed(self, levers: bool) -> Matrix:
        """The model with this baseline's whole numbers; without `levers` also today's flows only."""
        model, matrix = self.model, self.model.matrix
        matrix = matrix.drop_rows(~_kept_rows(model, levers))
        people = model.columns("sessions.clinics", "sessions.days", "sessions.mode", "sessions.main", "postings.posted")
        matrix = matrix.fixed(people, self.whole()[people])
        if not levers:
            closed = model.columns("referrals.extra", "referrals.desk", "referrals.tele")
            matrix = matrix.fixed(closed, np.zeros(closed.size))
        return _drawn_once(model, matrix, self.values.get("sessions.mode", {}))


def _kept_rows(model: Model, levers: bool) -> np.ndarray:
    """Rows that a baseline is priced by: accounting, soft promises, definitions; doctors' time where it limits tele."""
    rules = model.matrix.row_rules
    soft = [rule for rule in PROMISES if model.instance.state(rule) == "soft"]
    kept: np.ndarray = np.isin(rules, [*ACCOUNTING, *soft, *(["doctor_time"] if levers else [])])
    kept |= np.char.find(rules, ".") > 0
    return kept & ~np.isin(rules, ["sessions.one_mode", "sessions.posted_mode"])


def _drawn_once(model: Model, matrix: Matrix, modes: Mapping[Key, float]) -> Matrix:
    """Where clinics stand beside a posting, both together draw what the stronger of the two modes draws."""
    cells: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for site, specialty, mode, quarter in modes:
        cells[site, specialty, quarter].append(mode)
    double = sorted(cell for cell, found in cells.items() if len(found) > 1)
    columns = model.variable("sessions.mode")
    if not double or columns is None:
        return matrix
    # Supply limits the two apart; the draw must not add up, nor be cut to the supply of one of them.
    subjects = {" ".join(cell) for cell in double}
    capture = (matrix.row_rules == "capture") & np.asarray([s in subjects for s in matrix.row_subjects])
    first = int(model.offsets[columns.number])
    modes_of = matrix.A[:, first : first + len(columns)].tocsr()
    draws = np.diff(modes_of.indptr) > 0
    matrix = matrix.drop_rows(capture & draws)
    for site, specialty, quarter in double:
        kind, need = model.instance.specialties[specialty], model.instance.needs[site, specialty]
        weakest = sorted(cells[site, specialty, quarter], key=lambda mode: kind.capture[mode])[:-1]
        strongest = max(kind.capture[mode] for mode in cells[site, specialty, quarter])
        off = np.asarray([first + columns.position[site, specialty, mode, quarter] for mode in weakest])
        matrix = matrix.fixed(off, np.zeros(off.size))
        most = min(strongest * need.pool * need.calibration, need.recoverable_visits)
        kept = [
            int(model.offsets[visits.number]) + visits.position[site, specialty, quarter]
            for visits in (model.variable("sessions.session_visits"), model.variable("postings.posted_visits"))
            if visits is not None and (site, specialty, quarter) in visits
        ]
        row = sp.csr_matrix((np.ones(len(kept)), ([0] * len(kept), kept)), shape=(1, matrix.cols))
        matrix = matrix.with_rows(row, [-np.inf], [most], ["capture"], [f"{site} {specialty} {quarter}"])
    return matrix


def settle_in_order(model: Model, matrix: Matrix, aims: Iterable[str] = ("floors", "unmet", "travel")) -> Floats | None:
    """The continuous rest of a plan whose whole numbers are fixed: aims in order, as linear programmes."""
    from models.stages import Stages

    stages = Stages(model, matrix.drop_rows(rows_of_aims(matrix)))
    for aim in (aim for aim in aims if model.aims[aim][0].any()):
        found = stages.solve(aim, Limits(seconds=20.0), lambda value: 1e-9 * max(1.0, abs(value)))
        if found.value == np.inf:
            return None
    if stages.x is not None:
        settle_aims(model.sheet, model.matrix, stages.x)
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
    # Without levers the flows are today's, even where they overload a hospital: that is a shortfall.
    return settle_in_order(model, matrix, ("floors", "unmet", "travel") if levers else ("unmet", "floors"))
