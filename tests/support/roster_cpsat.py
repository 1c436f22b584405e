"""The first aims of a dated roster as a CP-SAT model, written from the rules and not from our model.

OR-Tools and HiGHS carry parts of each other and cannot live in one process: `Peer` is a child that solves.
"""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from support.roster_check import every_visit, moved, pair_of, speaks

from models.roster_instance import RosterInstance, Visit


def model_of(instance: RosterInstance, visits: Iterable[Visit]) -> tuple[Any, dict[Visit, Any], Any, Any]:
    """(model, variable of each possible visit, shortfall of promises in points, unheld in weight)."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = {visit: model.new_bool_var(str(visit)) for visit in visits}
    there: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    out: dict[tuple[str, int], list[Any]] = defaultdict(list)  # what takes the doctor in a half-day
    by_site, by_item, by_need = (defaultdict[Any, list[Visit]](list) for _ in range(3))
    for visit, var in x.items():
        doctor, site, specialty, half = visit
        there[doctor, site, half // 2].append(var)
        by_site[site, half].append(visit)
        by_need[site, specialty].append(visit)
        for item in instance.needs[site, specialty].equipment:
            by_item[site, item, half].append(visit)
        if not pair_of(instance, visit).far:
            out[doctor, half].append(var)
    gone: dict[tuple[str, str, int], Any] = {}
    for (doctor, site, day), mine in there.items():
        gone[doctor, site, day] = go = model.new_bool_var("")
        model.add_max_equality(go, mine)
        halves = defaultdict(list)
        for visit in x:
            if visit[:2] == (doctor, site) and visit[3] // 2 == day:
                halves[visit[3]].append(x[visit])
        for together in halves.values():
            model.add_at_most_one(together)
        if pair_of(instance, next(v for v in x if v[:2] == (doctor, site))).far:
            for half in (2 * day, 2 * day + 1):
                out[doctor, half].append(go)
    for (doctor, a, day), one in gone.items():
        for (other, b, again), two in gone.items():
            if other == doctor and again == day and a < b:
                minutes = min(instance.site_minutes.get(p, 1e9) for p in ((a, b), (b, a)))
                if minutes > instance.two_sites_minutes:
                    model.add_bool_or([one.negated(), two.negated()])
    homes: dict[tuple[str, int], list[Any]] = defaultdict(list)
    weekly: dict[tuple[str, int], list[Any]] = defaultdict(list)
    quarterly: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for (doctor, half), takers in out.items():
        model.add_at_most_one(takers)
        homes[instance.doctors[doctor].department, half] += takers
        weekly[doctor, half // 14] += takers
        quarterly[doctor, instance.quarter(half)] += takers
    for (doctor, _), takers in weekly.items():
        model.add(sum(takers) <= instance.doctors[doctor].week_limit)
    for (doctor, quarter), takers in quarterly.items():
        model.add(sum(takers) <= instance.doctors[doctor].budget[quarter])
    for (home, half), takers in homes.items():
        limit = instance.departments[home].away.get(half) if home in instance.departments else None
        if limit is not None:
            model.add(sum(takers) <= max(0, limit))
    for (site, _), mine in by_site.items():
        model.add(sum(x[v] for v in mine) <= instance.sites[site].rooms)
    for (site, item, _), mine in by_item.items():
        stock = instance.sites[site].equipment
        if stock is not None:
            model.add(sum(x[v] for v in mine) <= stock.get(item, 0))
    unheld = 0
    for key, need in instance.needs.items():
        mine = by_need[key]
        for quarter, count in enumerate(need.count):
            held = sum(x[v] for v in mine if instance.quarter(v[3]) == quarter)
            model.add(held <= count)
            unheld += round(need.weight) * (count - held)
        for day in {v[3] // 2 for v in mine}:
            model.add_at_most_one(x[v] for v in mine if v[3] // 2 == day)
        most, length = need.every
        past = [(day - instance.start).days // 7 for day in need.history]
        for first in range(1 - length, instance.weeks):
            window = range(first, first + length)
            inside = sum(x[v] for v in mine if v[3] // 14 in window)
            model.add(inside <= max(0, most - sum(week in window for week in past)))
    return model, x, _promises(instance, model, x), unheld


def _promises(instance: RosterInstance, model: Any, x: dict[Visit, Any]) -> Any:
    points = 0
    for lock in instance.locks:
        mine = [var for visit, var in x.items() if speaks(lock, visit)]
        if lock.must:
            known = any(
                lock.doctor in ("", p.doctor) and lock.site in ("", n.site) and lock.specialty in ("", n.specialty)
                for n in instance.needs.values()
                for p in n.pairs
            )
            broken = model.new_bool_var("")
            if known:
                model.add_bool_or([*mine, broken])
                points += round(1000 if lock.weight is None else lock.weight) * broken
        elif lock.weight is not None:
            points += round(lock.weight) * sum(mine)
    if instance.change_limit is not None and instance.today:
        kept = [x[visit] for visit in instance.today if visit in x]
        beyond = model.new_int_var(0, len(instance.today), "")
        model.add(sum(kept) + beyond >= moved(instance, ()) - instance.change_limit)
        points += 1000 * beyond
    return points


def first_aims(instance: RosterInstance, seconds: float = 60.0) -> tuple[int, int]:
    """The least shortfall of promises, and then the least unheld weight, both proved. Needs OR-Tools here."""
    from ortools.sat.python import cp_model

    model, _, promises, unheld = model_of(instance, every_visit(instance))
    values = []
    for aim in (promises, unheld):
        solver = cp_model.CpSolver()
        solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, seconds
        model.minimize(aim)
        status = solver.solve(model)
        assert status == cp_model.OPTIMAL
        values.append(round(solver.objective_value))
        model.add(aim <= values[-1])
    return values[0], values[1]


START = "from support.roster_cpsat import serve; serve()"


def installed() -> bool:
    return importlib.util.find_spec("ortools") is not None


class Peer:
    """A child process with OR-Tools: pickled rosters in, their first aims out."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {START}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(self, instance: RosterInstance) -> tuple[int, int]:
        assert self.child.stdin is not None and self.child.stdout is not None
        pickle.dump(instance, self.child.stdin)
        self.child.stdin.flush()
        found: tuple[int, int] = pickle.load(self.child.stdout)
        return found

    def close(self) -> None:
        """End the child and wait for it."""
        assert self.child.stdin is not None and self.child.stdout is not None
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait(timeout=20)


def serve() -> None:
    """The child's side, until its input closes."""
    while True:
        try:
            instance = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(first_aims(instance), sys.stdout.buffer)
        sys.stdout.buffer.flush()
