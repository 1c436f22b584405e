"""How even far trips could be at best: a linear programme per pool and year so far, for the trips that were made.

Each quarter's far trips of a pool to one site in one specialty may be held by any doctor of the pool who may go
there; nobody goes far on more days than his half-days beside postings and near clinics allow. The least
difference between most and least is a bound for every plan that sends the pool out as often with near clinics
as they are: main doctors and dates are left out, so that it may be lower than any plan can come.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from models.visitors import candidates
from planner.build import build_instance
from planner.build.roster_days import posted_share
from planner.inputs import read_inputs
from planner.opening import travel_of

#: Site and specialty.
Cell = tuple[str, str]


@dataclass(frozen=True)
class Outings:
    """Far trips of one quarter. trips: (doctor, cell) -> trips made; may: cell -> who may go there, far for him;

    days: doctor -> most far trips beside his near clinics.
    """

    trips: Mapping[tuple[str, Cell], int]
    may: Mapping[Cell, frozenset[str]]
    days: Mapping[str, int]


def outings(region: Path, plan: Path) -> Outings:
    """The far trips of a plan, of the region as it was planned."""
    inputs = read_inputs(region)
    config, calendar = inputs.settled()
    instance = build_instance(inputs.region, config, travel_of(inputs, config)).instance
    limit = config.sessions.half_day_minutes
    posted = posted_share(calendar, {"postings": pd.read_csv(plan / "postings.csv", dtype=str)})
    may: dict[Cell, set[str]] = defaultdict(set)
    for doctor, site, specialty in candidates(instance, explain=False)[0]:
        if instance.doctors[doctor].minutes[site] > limit:
            may[site, specialty].add(doctor)
    roster = pd.read_csv(plan / "roster.csv", dtype=str)
    trips, near, seen = Counter[tuple[str, Cell]](), Counter[str](), set[tuple[str, str, str]]()
    for row in roster.itertuples():
        if instance.doctors[row.doctor].minutes[row.institution] <= limit:
            near[row.doctor] += 1
        elif (row.doctor, row.institution, row.date) not in seen:
            seen.add((row.doctor, row.institution, row.date))
            trips[row.doctor, (row.institution, row.specialty)] += 1
            may[row.institution, row.specialty].add(row.doctor)
    days = {}
    for name, who in instance.doctors.items():
        made = sum(n for (doctor, _), n in trips.items() if doctor == name)
        left = who.free[0] * (1.0 - posted.get((name, 0), 0.0)) - near[name]
        days[name] = max(made, int(left // 2))
    return Outings(trips, {cell: frozenset(who) for cell, who in may.items()}, days)


def least_spread(pool: Iterable[str], quarters: Sequence[Outings]) -> int:
    """The least difference between most and least far trips within a pool over these quarters, rounded up."""
    members = sorted(pool)
    at = {doctor: n for n, doctor in enumerate(members)}
    terms: list[tuple[int, int, str]] = []  # variable: quarter, row of its sum, doctor
    sums: list[int] = []
    for q, quarter in enumerate(quarters):
        held = Counter[Cell]()
        for (doctor, cell), n in quarter.trips.items():
            if doctor in at:
                held[cell] += n
        for cell, n in sorted(held.items()):
            terms += [(q, len(sums), doctor) for doctor in members if doctor in quarter.may[cell]]
            sums.append(n)
    if not terms:
        return 0
    size = len(terms)
    equal = np.zeros((len(sums), size + 2))
    for var, (_, row, _) in enumerate(terms):
        equal[row, var] = 1.0
    rows, limits = [], []
    for q, quarter in enumerate(quarters):
        for doctor in members:
            rows.append([float(k == q and d == doctor) for k, _, d in terms] + [0.0, 0.0])
            limits.append(float(quarter.days.get(doctor, 0)))
    for doctor in members:
        mine = [float(d == doctor) for _, _, d in terms]
        rows += [[*mine, -1.0, 0.0], [*(-one for one in mine), 0.0, 1.0]]
        limits += [0.0, 0.0]
    found = linprog([0.0] * size + [1.0, -1.0], rows, limits, equal, sums, bounds=(0, None), method="highs")
    return ceil(found.fun - 1e-6)
