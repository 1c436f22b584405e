"""Better plans by deciding a few sites again and keeping the rest.

`improve_in_blocks` decides group after group: groups share little (referrals across groups), so that a few
small searches come near to what one large search finds much later (large neighbourhoods: Shaw 1998).
`near_relaxation` keeps what a plan and the linear programme agree on, which finds at once what a search over all finds
after its cuts (relaxation induced neighbourhoods: Danna, Rothberg and Le Pape 2005). They prove nothing; the bound
comes from the whole model.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.answers import Job, Limits, StoppedBy
from models.highs import solve_many
from models.matrix import Floats
from models.stages import Stages

#: Where the site stands in the keys of each variable of whole numbers.
SITE_AT = {
    "sessions.clinics": 1,
    "sessions.days": 1,
    "sessions.mode": 0,
    "sessions.main": 1,
    "postings.posted": 1,
}
#: Where the specialty stands; days of long trips follow the clinics and are always free.
SPECIALTY_AT = {"sessions.clinics": 2, "sessions.mode": 1, "sessions.main": 2, "postings.posted": 2}
#: A whole number of a plan and the linear programme's value that differ by less agree.
AGREED = 1e-6
#: Most sites, and most specialties, of one block.
BLOCK, SPECIALTIES = 8, 6


def columns_by(stages: Stages, places: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Numbers of the whole-number columns by the part of their key that `places` names."""
    found: dict[str, list[int]] = defaultdict(list)
    model = stages.model
    for path, at in places.items():
        columns = model.variable(path)
        if columns is not None:
            first = int(model.offsets[columns.number])
            for place, key in enumerate(columns.keys):
                found[key[at]].append(first + place)
    return {part: np.asarray(numbers, dtype=np.int64) for part, numbers in sorted(found.items())}


def blocks_of_sites(stages: Stages) -> list[np.ndarray]:
    """Whole-number columns of the sites of each group, large groups in equal parts of at most `BLOCK` sites."""
    sites, groups = columns_by(stages, SITE_AT), stages.model.instance.institutions
    by_group: dict[str, list[str]] = defaultdict(list)
    for site in sites:
        by_group[groups[site].group].append(site)
    blocks = []
    for _, members in sorted(by_group.items()):
        parts = -(-len(members) // BLOCK)
        blocks += [members[part::parts] for part in range(parts)]
    return [np.concatenate([sites[site] for site in block]) for block in blocks]


def blocks_of_specialties(stages: Stages) -> list[np.ndarray]:
    """Whole-number columns of a few specialties at all sites: between them a budget can move from group to group."""
    kinds = columns_by(stages, SPECIALTY_AT)
    parts = max(1, -(-len(kinds) // SPECIALTIES))
    names = list(kinds)
    return [np.concatenate([kinds[kind] for kind in names[part::parts]]) for part in range(parts)]


def improve_in_blocks(
    stages: Stages,
    aim: str,
    limits: Limits,
    blocks: list[np.ndarray] | None = None,
    total: float = np.inf,
    enough: float = -np.inf,
) -> None:
    """Replace `stages.x` by a plan that is better in `aim`, one block after the other (of sites unless given).

    limits: of each block; its absolute gap is that of the whole, shared out. total: seconds of all blocks. enough: a
    value at which no further block is searched.
    """
    blocks = blocks_of_sites(stages) if blocks is None else blocks
    if stages.x is None or len(blocks) < 2:
        return
    cost, constant = stages.model.aims[aim]
    held = np.concatenate(blocks)
    own = replace(limits, absolute_gap=limits.absolute_gap / len(blocks), enough=enough if enough > -np.inf else None)
    matrix = stages.without_later_aims(aim)
    began = time.perf_counter()
    for block in blocks:
        left = total - (time.perf_counter() - began)
        if float(cost @ stages.x) + constant <= enough:
            return
        if left <= 0:
            stages.clocked = True
            return
        own = replace(own, seconds=left if own.seconds is None else min(own.seconds, left))
        fixed = np.setdiff1d(held, block)
        job = Job(matrix.fixed(fixed, np.round(stages.x[fixed])), cost, constant, limits=own, start=stages.x)
        answer = solve_many([job])[0]
        stages.clocked |= answer.stopped_by == "clock"
        if answer.x is not None and answer.objective < float(cost @ stages.x) + constant:
            stages.x = answer.x
        if answer.stopped_by == "user":
            return


def near_relaxation(job: Job) -> tuple[Floats, StoppedBy]:
    """A plan with the whole numbers on which the job's start and its linear programme agree, and what ended the search.

    The job's start where nothing better was found; its limits are those of either solve. The start's whole numbers have
    to be those of a plan.
    """
    assert job.start is not None
    relaxed = solve_many([replace(job, relax=True, start=None)])[0]
    if relaxed.x is None or relaxed.stopped_by in ("clock", "user"):
        return job.start, relaxed.stopped_by
    whole = np.flatnonzero(job.matrix.integer)
    start = np.round(job.start[whole])
    agreed = whole[np.abs(start - relaxed.x[whole]) < AGREED]
    near = replace(job, matrix=job.matrix.fixed(agreed, np.round(job.start[agreed])))
    found = solve_many([near])[0]
    return job.start if found.x is None else found.x, found.stopped_by
