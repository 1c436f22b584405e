"""A quick start for the aim `fairness`: who holds the clinics that were decided.

With the clinics of every site and specialty kept, only their doctors change; that is solved in a second or two
where the whole search needs ten times that. It proves nothing: the search that follows has the bound.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models.answers import Limits
from models.matrix import Matrix
from models.route import Route
from models.stages import Stages

#: Seconds that it gets, however little is left: without it nobody's turn comes on a slow machine.
LEAST = 10.0


def hand_over_clinics(route: Route, stages: Stages, limits: Limits) -> None:
    """Better the plan at hand in `fairness`, every aim before it as it is capped."""
    assert stages.x is not None
    cost, constant = stages.model.aims["fairness"]
    trial = Stages(stages.model, _clinics_kept(stages), x=stages.x.copy(), found=list(stages.found))
    own = replace(limits, seconds=max(LEAST, 0.3 * route.left))
    found = trial.solve("fairness", own, lambda _: 0.0)
    if trial.x is not None and found.value < float(cost @ stages.x) + constant:
        stages.x = trial.x


def _clinics_kept(stages: Stages) -> Matrix:
    """The matrix with as many clinics in each cell as the plan at hand has."""
    assert stages.x is not None
    columns = stages.model.variable("sessions.clinics")
    assert columns is not None
    first = int(stages.model.offsets[columns.number])
    cells: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, key in enumerate(columns.keys):
        cells[key[1:]].append(first + at)
    cols = np.concatenate([np.asarray(members) for members in cells.values()])
    rows = np.repeat(np.arange(len(cells)), [len(members) for members in cells.values()])
    kept = [float(np.round(stages.x[members].sum())) for members in cells.values()]
    sums = sp.csr_matrix((np.ones(cols.size), (rows, cols)), shape=(len(cells), stages.matrix.cols))
    subjects = [" ".join(cell) for cell in cells]
    return stages.matrix.with_rows(sums, kept, kept, ["turns.kept"] * len(cells), subjects)
