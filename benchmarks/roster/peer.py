"""The same roster given to OR-Tools CP-SAT, in a process of its own: least unheld weight under every hard rule.

    python -m benchmarks.roster.peer INSTANCE.pickle SECONDS WORKERS

Prints one line of JSON. The model is written from the rules, for rosters without locks and change limit.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from ortools.sat.python import cp_model

from models.roster_instance import RosterInstance


def build(instance: RosterInstance) -> tuple[cp_model.CpModel, Any, int]:
    """(model, unheld weight, number of possible visits)."""
    model = cp_model.CpModel()
    trips: dict[Any, list[Any]] = defaultdict(list)
    takers: dict[Any, list[Any]] = defaultdict(list)
    groups: dict[str, dict[Any, list[Any]]] = {
        name: defaultdict(list) for name in ("room", "item", "week", "day", "count")
    }
    far: dict[tuple[str, str], bool] = {}
    size = 0
    for (site, kind), need in instance.needs.items():
        place = instance.sites[site]
        for pair in need.pairs:
            who = instance.doctors[pair.doctor]
            home = instance.departments.get(who.department)
            far[who.id, site] = pair.far
            for half in sorted(need.slots & place.open):
                day = half // 2
                out = (2 * day, 2 * day + 1) if pair.far else (half,)
                if any(one not in who.free for one in out):
                    continue
                if home is not None and any(home.away.get(one, 1) < 1 for one in out):
                    continue
                x = model.new_bool_var("")
                size += 1
                trips[who.id, site, day].append((half, x))
                groups["room"][site, half].append(x)
                for item in need.equipment:
                    groups["item"][site, item, half].append(x)
                groups["week"][(site, kind), half // 14].append(x)
                groups["day"][site, kind, day].append(x)
                groups["count"][(site, kind), instance.quarter(half)].append(x)
                if not pair.far:
                    takers[who.id, half].append(x)
    _trips(model, instance, trips, takers, far)
    _doctors(model, instance, takers)
    for (site, _), found in groups["room"].items():
        if len(found) > instance.sites[site].rooms:
            model.add(sum(found) <= instance.sites[site].rooms)
    for (site, item, _), found in groups["item"].items():
        stock = instance.sites[site].equipment
        if stock is not None:
            model.add(sum(found) <= stock.get(item, 0))
    for found in groups["day"].values():
        model.add_at_most_one(found)
    unheld: Any = 0
    for key, need in instance.needs.items():
        most, length = need.every
        past = [(day - instance.start).days // 7 for day in need.history]
        for first in range(1 - length, instance.weeks):
            window = range(first, first + length)
            inside = [x for week in window for x in groups["week"].get((key, week), ())]
            if inside:
                model.add(sum(inside) <= max(0, most - sum(week in window for week in past)))
        for quarter, count in enumerate(need.count):
            held = sum(groups["count"].get((key, quarter), ()))
            model.add(held <= count)
            unheld += round(need.weight) * (count - held)
    return model, unheld, size


def _trips(model: Any, instance: RosterInstance, trips: Any, takers: Any, far: dict[tuple[str, str], bool]) -> None:
    gone: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
    for (doctor, site, day), found in trips.items():
        gone[doctor, day][site] = go = model.new_bool_var("")
        halves = defaultdict(list)
        for half, x in found:
            model.add_implication(x, go)
            halves[half].append(x)
        for together in halves.values():
            model.add_at_most_one(together)
        if far[doctor, site]:
            for half in (2 * day, 2 * day + 1):
                takers[doctor, half].append(go)
    for sites in gone.values():
        names = sorted(sites)
        for at, a in enumerate(names):
            for b in names[at + 1 :]:
                minutes = min(instance.site_minutes.get(pair, 1e9) for pair in ((a, b), (b, a)))
                if minutes > instance.two_sites_minutes:
                    model.add_bool_or([sites[a].negated(), sites[b].negated()])


def _doctors(model: Any, instance: RosterInstance, takers: Any) -> None:
    homes, weeks, quarters = (defaultdict[Any, list[Any]](list) for _ in range(3))
    for (doctor, half), found in takers.items():
        model.add_at_most_one(found)
        homes[instance.doctors[doctor].department, half] += found
        weeks[doctor, half // 14] += found
        quarters[doctor, instance.quarter(half)] += found
    for (doctor, _), found in weeks.items():
        model.add(sum(found) <= instance.doctors[doctor].week_limit)
    for (doctor, quarter), found in quarters.items():
        model.add(sum(found) <= instance.doctors[doctor].budget[quarter])
    for (home, half), found in homes.items():
        limit = instance.departments[home].away.get(half) if home in instance.departments else None
        if limit is not None and len(found) > limit:
            model.add(sum(found) <= max(0, limit))


def main(path: str, seconds: float, workers: int) -> None:
    """Solve and print."""
    began = time.perf_counter()
    model, unheld, size = build(pickle.loads(Path(path).read_bytes()))
    built = time.perf_counter() - began
    model.minimize(unheld)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = max(1.0, seconds - built)
    status = solver.status_name(solver.solve(model))
    print(
        json.dumps({
            "status": status,
            "unheld": solver.objective_value if status in ("OPTIMAL", "FEASIBLE") else None,
            "bound": max(0.0, solver.best_objective_bound),
            "visits": size,
            "build_seconds": built,
            "seconds": time.perf_counter() - began,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
