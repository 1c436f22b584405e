"""Timetables that are hard to find, from a seed: 300 doctors, 330 sites, 4 weeks and more. numpy alone.

Doctors live at bases and reach their twelve nearest sites; free half-days follow base and specialty, with gaps of their
own; about 95 % of what they offer is wanted, in the specialties that are near. A week's travel is limited.
"""

from __future__ import annotations

import numpy as np

from models.timetable_instance import TimetableInstance

HALF_DAYS, KINDS, NEAR = 10, 8, 12


def generate(doctors: int = 300, sites: int = 330, weeks: int = 4, seed: int = 0) -> TimetableInstance:
    """The same instance for the same arguments; that of the first measurements."""
    draw = np.random.default_rng(seed)
    bases = max(3, doctors // 15)
    base = draw.random((bases, 2))
    home = draw.integers(0, bases, doctors)
    place = draw.random((sites, 2))
    specialty = draw.choice(KINDS, doctors, p=draw.dirichlet(np.ones(KINDS) * 4))
    sessions = draw.integers(1, 4, doctors)
    away = np.sqrt(((base[home][:, None] - place[None]) ** 2).sum(-1))
    reach = np.zeros((doctors, sites), dtype=bool)
    np.put_along_axis(reach, np.argsort(away, 1)[:, :NEAR], True, 1)
    pattern = draw.random((bases, KINDS, HALF_DAYS)) < 0.75
    free = pattern[home, specialty] & (draw.random((doctors, HALF_DAYS)) < 0.9)
    share = draw.dirichlet(np.ones(sites) * 1.5)
    wanted = np.zeros((sites, KINDS, weeks), dtype=np.int64)
    for site in range(sites):
        near = np.flatnonzero(reach[:, site])
        if len(near) == 0:
            continue
        kinds = np.unique(specialty[near])
        chosen = draw.choice(kinds, min(len(kinds), draw.integers(1, 5)), replace=False)
        for kind in chosen:
            wanted[site, kind] = draw.poisson(max(0.3, 0.95 * sessions.sum() * share[site] / len(chosen)), weeks)
    rooms, weight = draw.integers(1, 3, sites), draw.integers(1, 4, KINDS).astype(float)
    travel = sessions * np.median(away[reach]) * np.random.default_rng(seed + 7).uniform(0.8, 1.6, doctors)
    doctor, site = np.nonzero(reach)
    useful = wanted[site, specialty[doctor]].sum(axis=1) > 0
    doctor, site = doctor[useful], site[useful]
    return TimetableInstance(
        specialty, sessions, travel, free, rooms, doctor, site, away[doctor, site], wanted, weight
    )  # fmt: skip
