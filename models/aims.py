r"""The aims: what is minimised, in the committee's order, and how a gap is stated.

Most aims are sums that the blocks fill (`models.ledger`). `fairness` needs rows of its own
(`models.clinic_turns`), and so does `worst_served`:
one less the mean, over the worst tenth of the sites, of visits kept over visits attainable,

.. math:: \min\ 1 - t + \tfrac{1}{W} \sum_i short_i, \qquad short_i \ge t - kept_i / attainable_i

(the mean of the worst W as a linear programme: Rockafellar and Uryasev 2000). A plain max-min
would stick at one unreachable site.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from models.clinic_turns import ACCOUNT, settle_turns
from models.instance import Instance
from models.keys import Keys
from models.ledger import Ledger
from models.matrix import Bools, Floats, Matrix
from models.rows import Columns, Rows, Sheet

#: unit of each aim, and the least difference that counts (the absolute tolerance of its cap)
UNITS: dict[str, tuple[str, float]] = {
    "floors": ("points of shortfall", 1e-6),
    "unmet": ("weighted visits/month", 1.0),
    "worst_served": ("share", 0.001),
    "travel": ("minutes/month", 60.0),
    "cost": ("yuan/year", 1000.0),
    "fairness": ("points", 1.0),
    "change": ("clinics moved", 1.0),
    "wishes": ("points", 1.0),
    "farthest": ("minutes", 0.01),
}
#: relative tolerance that later aims may use up
TOLERANCES = {"unmet": 0.001, "worst_served": 0.01, "travel": 0.01, "cost": 0.01, "fairness": 0.02}
#: Where the rows begin that only one aim needs.
OWN_ROWS = {"worst_served": "aims.", "fairness": ACCOUNT}


@dataclass(frozen=True)
class AimResult:
    """One aim of a plan: value and proved bound in `unit`; `given` says on what the bound rests.

    engine, proof: what proved it and how, as in `models.answers.Solution`; empty where a block does not say.
    """

    name: str
    value: float
    bound: float
    gap: float
    unit: str
    given: str = ""
    engine: str = ""
    proof: str = ""


def gap_of(name: str, value: float, bound: float, nothing: float | None) -> float:
    """The gap of design section 4, as a share.

    Of the first two aims it is relative to what can be gained over doing nothing: a gap relative
    to total need would hide a quarter of all outreach.
    """
    slack = max(0.0, value - bound)
    if name in ("floors", "unmet") and nothing is not None:
        return slack / max(nothing - bound, 1.0)
    return slack / max(abs(value), 1.0)


def tolerance_of(instance: Instance, name: str, value: float, nothing: float | None) -> float:
    """How much of an aim later aims may give away: an absolute unit or a share, the greater."""
    share = instance.aims.tolerances.get(name, TOLERANCES.get(name, 0.0))
    base = nothing - value if name == "unmet" and nothing is not None else abs(value)
    return max(UNITS[name][1], share * max(base, 0.0))


def attainable(instance: Instance, ledger: Ledger) -> dict[str, float]:
    """Visits per month that outreach could keep at each site, whatever else is decided.

    Sites with nothing attainable are left out (they are listed in the report, not averaged).
    """
    needs, kinds = instance.labels.needs, instance.specialties
    best = np.zeros(len(needs.all))
    modes: Columns | None = ledger.offers.get("modes")
    if modes is not None and len(modes):
        assert isinstance(modes.keys, Keys)
        site, specialty, mode, _ = modes.keys.codes
        shares = np.asarray([[kinds[k].capture[name] for name in modes.keys.parts[2]] for _, k in needs.keys])
        need = needs.at[site, specialty]
        np.maximum.at(best, need, shares[need, mode])
    for columns in ledger.sheet.columns:
        if columns.path == "referrals.tele" and len(columns):
            assert isinstance(columns.keys, Keys)
            heard = np.unique(needs.at[columns.keys.codes[0], columns.keys.codes[1]])
            best[heard] += [kinds[needs.keys[at][1]].capture["tele"] for at in heard.tolist()]
    visits = np.minimum(best * needs.pool, needs.recoverable_visits)
    found = np.bincount(needs.site, weights=visits, minlength=len(instance.labels.institutions))
    return {instance.labels.institutions[at]: float(found[at]) for at in np.flatnonzero(found > 1e-6).tolist()}


def worst_served(block: Any, instance: Instance, ledger: Ledger) -> None:
    """Declare the aim over the sites with something attainable; nothing where there is none."""
    can, labels = attainable(instance, ledger), instance.labels
    if not can:
        return
    total = sum(q.months for q in instance.quarters)
    level = Columns(
        ledger.sheet, block, "level", ["t"], doc="level of the worst tenth", unit="share", lower=-1.0, upper=1.0
    )
    short = Columns(ledger.sheet, block, "short", sorted(can), doc="below the level", unit="share")
    family = Rows(ledger.sheet, "aims", "worst_served", doc="kept over attainable against the level", unit="share")
    for site in sorted(can):
        family.row((site,), [(short, site, 1.0), (level, "t", -1.0)], lower=0.0)
        ledger.aim("worst_served", short, site, 1.0 / ceil(len(can) / 10))
    row_of, best = np.full(len(labels.institutions), -1), np.ones(len(labels.institutions))
    at = [labels.institution[site] for site in sorted(can)]
    row_of[at], best[at] = np.arange(len(can)), [can[site] for site in sorted(can)]
    months = np.asarray([quarter.months for quarter in instance.quarters])
    for cells, (columns, places, coefs) in ledger.sums["kept"].parts((labels.institutions, labels.quarters)):
        place, quarter = np.divmod(cells, len(months))
        kept = row_of[place] >= 0
        rate = months[quarter] / total / best[place]
        family.add(row_of[place][kept], columns, places[kept], (coefs * rate)[kept])
    ledger.aim("worst_served", level, "t", -1.0)
    ledger.constants["worst_served"] += 1.0


def rows_of_aims(matrix: Matrix, needed: Iterable[str] = ()) -> Bools:
    """Rows that only an aim needs which is not `needed`: they tie pieces together, and plans break them before."""
    found: Bools = np.zeros(matrix.rows, dtype=bool)
    for aim, begin in OWN_ROWS.items():
        if aim not in set(needed):
            found |= np.char.startswith(matrix.row_rules, begin)
    return found


def settle_aims(sheet: Sheet, matrix: Matrix, x: Floats) -> None:
    """Put the columns that only an aim needs where they belong for the plan `x` (in place)."""
    settle_worst_served(sheet, matrix, x)
    settle_turns(sheet, matrix, x)


def settle_worst_served(sheet: Sheet, matrix: Matrix, x: Floats) -> None:
    """Put the level and shortfalls of `worst_served` where they belong for the visits of `x` (in place).

    With the visits given the linear programme has this solution: the level is the share kept at the
    last of the worst tenth, and each site is short of it by what it lacks.
    """
    rows = np.flatnonzero(matrix.row_rules == "aims.worst_served")
    columns = {c.path: c for c in sheet.columns if c.path in ("aims.level", "aims.short")}
    if not rows.size or len(columns) < 2:
        return
    offsets = sheet.offsets()
    level, first = int(offsets[columns["aims.level"].number]), int(offsets[columns["aims.short"].number])
    short = np.arange(first, first + len(columns["aims.short"]))
    x[level], x[short] = 0.0, 0.0
    kept = matrix.A.tocsr()[rows] @ x
    x[level] = np.sort(kept)[ceil(rows.size / 10) - 1]
    places = [columns["aims.short"].position[matrix.row_subjects[row]] for row in rows.tolist()]
    x[short[places]] = np.maximum(0.0, x[level] - kept)
