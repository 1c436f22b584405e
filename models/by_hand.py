"""A plan as an office makes by hand: greedy, clinic by clinic, and what it leaves to repair.

It keeps the running postings, fills posts with those who ask, gives every site its floor, then sends
the nearest doctor with time where most visits are missing. It is priced beside the plan and is the
first start of the search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from models import postings, sessions
from models.aims import rows_of_aims
from models.assemble import Model
from models.baselines import Baseline, people_values, settle_in_order
from models.by_hand_posts import posts_by_hand
from models.instance import FREQUENCIES, Instance
from models.matrix import Floats, Matrix
from models.rows import Key


class _ByHand:
    """What is left of everybody's time and room while the office fills its table."""

    def __init__(self, model: Model, limits: Mapping[tuple[str, str], float]) -> None:
        self.model, self.instance = model, model.instance
        instance = self.instance
        self.spare = dict(limits)
        self.names = [q.name for q in instance.quarters]
        self.free = {(d.id, q): float(d.free[at]) for d in instance.doctors.values() for at, q in enumerate(self.names)}
        self.days = {
            (cut.doctor, self.names[cut.quarter]): float(cut.most) for cut in instance.date_cuts if cut.unit == "days"
        }
        self.room = {(s.id, q): s.slots[at] for s in instance.sites.values() for at, q in enumerate(self.names)}
        self.items = {
            (s.id, item, q): count * s.half_days[at]
            for s in instance.sites.values()
            for item, count in (s.equipment or {}).items()
            for at, q in enumerate(self.names)
        }
        settings = sessions.options_of(instance)
        self.away = {
            (*key, q): postings.away_limit(d, settings.cover_min_headcount)
            * sessions.home_half_days(instance, key[0], at)
            for key, d in instance.departments.items()
            for at, q in enumerate(self.names)
        }
        self.clinics: dict[Key, float] = {}
        self.main: dict[Key, float] = {}

    def _dates(self, doctor: str, site: str, specialty: str, quarter: str) -> float:
        """Clinics there for which the doctor has half-days and dates left."""
        far = sessions.is_far(self.instance, self.instance.doctors[doctor], site)
        left = self.free[doctor, quarter] // (2.0 if far else 1.0)
        if far:
            left = min(left, self.days.get((doctor, quarter), np.inf))
        dates = self.instance.dateable.get((doctor, site, specialty))
        return left if dates is None else min(left, float(dates[self.names.index(quarter)]))

    def hold(self, doctor: str, site: str, specialty: str, frequency: str) -> bool:
        """Put one doctor's clinic at a frequency into every quarter, if everything allows it."""
        who, place = self.instance.doctors[doctor], self.instance.sites[site]
        keys = [(doctor, site, specialty, q) for q in self.names]
        columns = self.model.variable("sessions.main")
        if columns is None or any((*key[:3], frequency, key[3]) not in columns for key in keys):
            return False
        cost = 2.0 if sessions.is_far(self.instance, who, site) else 1.0
        counts = {
            q: float(min(place.counts_regular[frequency][at], self._dates(doctor, site, specialty, q)))
            for at, q in enumerate(self.names)
        }
        needed = self.instance.specialties[specialty].equipment if place.equipment is not None else ()
        for at, q in enumerate(self.names):
            home = (who.institution, who.department, q)
            fits = counts[q] >= place.counts_low[frequency][at] and counts[q] <= self.room[site, q]
            fits = fits and all(self.items.get((site, item, q), 0.0) >= counts[q] for item in needed)
            if not fits or self.away.get(home, np.inf) < cost * counts[q]:
                return False
        forgone = _forgone(self.instance, doctor, site, specialty, max(counts.values()))
        if self.spare.get((who.institution, specialty), np.inf) < forgone:
            return False
        if (who.institution, specialty) in self.spare:
            self.spare[who.institution, specialty] -= forgone
        for key in keys:
            q, count = key[3], counts[key[3]]
            self.clinics[key] = count
            self.main[*key[:3], frequency, q] = 1.0
            self.free[doctor, q] -= cost * count
            if cost > 1.0 and (doctor, q) in self.days:
                self.days[doctor, q] -= count
            self.room[site, q] -= count
            for item in needed:
                self.items[site, item, q] -= count
            if (who.institution, who.department, q) in self.away:
                self.away[who.institution, who.department, q] -= cost * count
        return True


def settle_whole(model: Model, matrix: Matrix, people: np.ndarray, whole: Floats) -> Floats | None:
    """The settled plan with the people's whole numbers of `whole`, every rule kept; None if some rule breaks."""
    held = matrix.fixed(people, np.clip(whole[people], matrix.lower[people], matrix.upper[people]))
    held = held.drop_rows(rows_of_aims(held))
    return settle_in_order(model, held, ("floors", "unmet"))


def office_plan(
    model: Model, matrix: Matrix, closed: frozenset[tuple[str, str]] = frozenset(), within: str = ""
) -> Floats | None:
    """The plan by hand, settled, with fewer clinics and postings where a hospital would be overloaded.

    matrix: the model with its centres held; within: a rule that the plan may still break (the
    budget, which an office meets by cutting afterwards). Where the plan breaks another rule that the
    office did not think of (a lock), the running postings alone are tried.
    """
    kept = matrix
    matrix = matrix.drop_rows(matrix.row_rules == within)
    people = model.columns("sessions", "postings")
    people = people[matrix.integer[people]]
    limits: dict[tuple[str, str], float] = {}
    best: Floats | None = None
    for _ in range(4):
        plan = by_hand(model, closed, limits)
        x = settle_whole(model, matrix, people, plan.whole())
        if x is None:
            break
        if best is None or model.value("floors", x) < model.value("floors", best) - 1e-6:
            best = x
        over = _overload(model, x)
        if not over:
            break
        sent = _sent(model, plan)
        for home, visits in over.items():
            limits[home] = max(0.0, min(limits.get(home, np.inf), sent.get(home, 0.0)) - 1.5 * visits - 1.0)
    if best is not None:
        return best
    return running_plan(model, kept)


def running_plan(model: Model, matrix: Matrix) -> Floats | None:
    """The running postings and nothing else, settled; None where that breaks a rule."""
    people = model.columns("sessions", "postings")
    people = people[matrix.integer[people]]
    running = Baseline(model, "running", {"postings.posted": dict.fromkeys(postings.running(model.instance), 1.0)})
    return settle_whole(model, matrix, people, running.whole())


def _overload(model: Model, x: Floats) -> dict[tuple[str, str], float]:
    columns = model.shortfalls.get("whole.home_capability")
    if columns is None:
        return {}
    first, found = model.offsets[columns.number], defaultdict[tuple[str, str], float](float)
    for at, key in enumerate(columns.keys):
        if x[first + at] > 1e-6:
            found[key[0], key[1]] = max(found[key[0], key[1]], float(x[first + at]))
    return dict(found)


def _sent(model: Model, plan: Baseline) -> dict[tuple[str, str], float]:
    """Visits per month that each hospital and specialty forgoes for the plan's clinics and postings."""
    instance, found = model.instance, defaultdict[tuple[str, str], float](float)
    for (doctor, site, specialty, _), count in plan.values["sessions.clinics"].items():
        home = (instance.doctors[doctor].institution, specialty)
        found[home] += _forgone(instance, doctor, site, specialty, count) / len(instance.quarters)
    for option in plan.values["postings.posted"]:
        who = instance.doctors[option[0]]
        found[who.institution, option[2]] += who.home_visits
    return found


def _forgone(instance: Instance, doctor: str, site: str, specialty: str, count: float) -> float:
    """Visits per month that the home hospital forgoes for `count` clinics a quarter."""
    who, months = instance.doctors[doctor], instance.quarters[0].months
    half_days = 2.0 if sessions.is_far(instance, who, site) else 1.0
    return half_days * count * instance.specialties[specialty].home_patients_per_session / months


def by_hand(
    model: Model,
    closed: frozenset[tuple[str, str]] = frozenset(),
    limits: Mapping[tuple[str, str], float] | None = None,
) -> Baseline:
    """A greedy plan: keep the postings, fill posts with those who ask, then clinics where most is missing.

    Each clinic is held by one doctor, the nearest with time; fortnightly first, so that many sites
    get something, then weekly where doctors are left. closed: (site, specialty) where a required
    service is missing. limits: visits per month that a (hospital, specialty) may forgo.
    """
    instance, hand = model.instance, _ByHand(model, limits or {})
    chosen = posts_by_hand(instance, closed, hand.spare)
    busy = {option[0] for option in chosen}
    taken = {option[1:3] for option in chosen}
    visitors: dict[tuple[str, str], list[str]] = defaultdict(list)
    for doctor, site, specialty in sessions.candidates(instance, explain=False)[0]:
        if doctor not in busy:
            visitors[site, specialty].append(doctor)
    cells = [c for c in visitors if c not in taken and c not in closed]
    cells.sort(key=lambda c: (-instance.needs[c].priority * instance.needs[c].recoverable_visits, c))
    held: set[tuple[str, str]] = set()
    for cell in (c for c in cells if instance.needs[c].has_outreach):
        if _keep_today(hand, cell, visitors[cell]):
            held.add(cell)
    _promises_first(hand, cells, visitors, held)
    for frequency in ("fortnightly", "weekly", "monthly"):
        for cell in cells:
            if cell not in held and _send_nearest(hand, cell, visitors[cell], frequency):
                held.add(cell)
    values = people_values(model, hand.clinics, chosen)
    values["sessions.mode"] = {(i, k, f, q): 1.0 for _, i, k, f, q in hand.main} | {
        key: 1.0 for key in values["sessions.mode"] if key[2] == "posted"
    }
    values["sessions.main"] = hand.main
    return Baseline(model, "by_hand", values)


def _send_nearest(hand: _ByHand, cell: tuple[str, str], doctors: list[str], frequency: str) -> bool:
    """The nearest doctor with time takes the clinic."""
    minutes = {d: hand.instance.doctors[d].minutes[cell[0]] for d in doctors}
    near = sorted(doctors, key=lambda d: (minutes[d], -hand.free[d, hand.names[0]], d))
    return any(hand.hold(doctor, *cell, frequency) for doctor in near)


def _promises_first(
    hand: _ByHand,
    cells: list[tuple[str, str]],
    visitors: Mapping[tuple[str, str], list[str]],
    held: set[tuple[str, str]],
) -> None:
    """Clinics until every site and need has its floor, the sites with fewest visitors first."""
    instance = hand.instance
    at_site: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for cell in cells:
        at_site[cell[0]].append(cell)
    for site in sorted(at_site, key=lambda i: (sum(len(visitors[c]) for c in at_site[i]), i)):
        wanted = sorted(at_site[site], key=lambda c: -max(instance.needs[c].floor, default=0.0))
        for frequency in ("fortnightly", "weekly", "monthly"):
            for cell in wanted:
                got = sum(n for key, n in hand.clinics.items() if key[1] == site)
                short = got < sum(instance.sites[site].floor) or max(instance.needs[cell].floor, default=0.0) > 0
                if short and cell not in held and _send_nearest(hand, cell, visitors[cell], frequency):
                    held.add(cell)


def _keep_today(hand: _ByHand, cell: tuple[str, str], doctors: list[str]) -> bool:
    instance = hand.instance
    holders = {d: c for (d, i, k), c in instance.today_sessions.items() if (i, k) == cell and d in doctors}
    if not holders:
        return False
    total = sum(count[0] for count in holders.values())
    low = instance.sites[cell[0]].counts_low
    fit = [f for f in FREQUENCIES if low[f][0] <= total]
    first = max(holders, key=lambda d: (holders[d], d))
    return bool(fit) and hand.hold(first, *cell, fit[-1])
