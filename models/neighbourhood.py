"""Better plans by deciding a few sites again and keeping the rest.

`improve_in_blocks` decides group after group: groups share little (referrals across groups), so that a few
small searches come near to what one large search finds much later. `improve_worst` serves the aim
`worst_served`, which stays open by 6 to 14 points in one call, whatever is tried: its bound is weak and a
step for one site takes doctors and rooms from its neighbours. A search over a handful of sites at a time
(Shaw 1998) finds such steps in a second each. Neither proves anything; the bound comes from the whole model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.answers import Job, Limits
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
#: Sites decided again at once, and steps without gain before it ends.
SITES, PATIENCE = 5, 3
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


def improve_in_blocks(stages: Stages, aim: str, limits: Limits, blocks: list[np.ndarray] | None = None) -> None:
    """Replace `stages.x` by a plan that is better in `aim`, one block after the other (of sites unless given).

    limits: of each block; its absolute gap is that of the whole, shared out.
    """
    blocks = blocks_of_sites(stages) if blocks is None else blocks
    if stages.x is None or len(blocks) < 2:
        return
    cost, constant = stages.model.aims[aim]
    held = np.concatenate(blocks)
    own = replace(limits, absolute_gap=limits.absolute_gap / len(blocks))
    matrix = stages.without_later_aims(aim)
    for block in blocks:
        fixed = np.setdiff1d(held, block)
        job = Job(matrix.fixed(fixed, np.round(stages.x[fixed])), cost, constant, limits=own, start=stages.x)
        answer = solve_many([job])[0]
        if answer.x is not None and answer.objective < float(cost @ stages.x) + constant:
            stages.x = answer.x
        if answer.stopped_by == "user":
            return


def ranked(stages: Stages, x: Floats) -> list[str]:
    """Sites by the share kept of what is attainable, the worst first."""
    columns = stages.model.variable("aims.short")
    if columns is None:
        return []
    matrix = stages.matrix
    rows = np.flatnonzero(matrix.row_rules == "aims.worst_served")
    level = stages.model.variable("aims.level")
    assert level is not None
    rest = x.copy()
    rest[stages.model.offsets[level.number]] = 0.0
    first = int(stages.model.offsets[columns.number])
    rest[first : first + len(columns)] = 0.0
    kept = matrix.A.tocsr()[rows] @ rest
    order = sorted(zip(kept.tolist(), (matrix.row_subjects[row] for row in rows.tolist()), strict=True))
    return [site for _, site in order]


def improve_worst(stages: Stages, limits: Limits, seconds: float) -> None:
    """Replace `stages.x` by a plan that is better in `worst_served`, as long as steps gain."""
    if stages.x is None:
        return
    cost, constant = stages.model.aims["worst_served"]
    sites, groups = columns_by(stages, SITE_AT), stages.model.instance.institutions
    held = np.concatenate(list(sites.values())) if sites else np.zeros(0, dtype=np.int64)
    without, number, spent = 0, 0, 0.0
    while without < PATIENCE and spent < seconds:
        order = [site for site in ranked(stages, stages.x) if site in sites]
        if not order:
            return
        worst = order[number % min(3, len(order))]
        number += 1
        near = [site for site in order if groups[site].group == groups[worst].group and site != worst]
        # The worst and its group's best served: who can give, and who needs.
        chosen = [worst, *near[: SITES // 2], *near[::-1][: SITES - 1 - SITES // 2]]
        free = np.concatenate([sites[site] for site in dict.fromkeys(chosen)])
        fixed = np.setdiff1d(held, free)
        matrix = stages.matrix.fixed(fixed, np.round(stages.x[fixed]))
        job = Job(matrix, cost, constant, limits=limits, start=stages.x)
        answer = solve_many([job])[0]
        spent += answer.seconds
        if answer.stopped_by == "user":
            return
        gained = answer.x is not None and answer.objective < float(cost @ stages.x) + constant - 1e-4
        if gained and answer.x is not None:
            stages.x = answer.x
        without = 0 if gained else without + 1
