"""A timetable priced and checked from its visits alone, one by one, with nothing of the models that found it."""

from __future__ import annotations

from collections import Counter

from models.timetable_instance import TimetableInstance

#: A doctor, a site, a half-day of the week, a week.
Visit = tuple[int, int, int, int]
#: A week's distances may sum up to this more than allowed.
NEARLY = 1e-6


def audit(given: TimetableInstance, visits: list[Visit]) -> tuple[float, list[str]]:
    """What the timetable costs, and a sentence for every rule that it breaks."""
    ways = {
        (int(d), int(s)): float(km) for d, s, km in zip(given.doctor, given.site, given.distance, strict=True)
    }  # fmt: skip
    broken = [f"doctor {d} cannot go to site {s}" for d, s, _, _ in visits if (d, s) not in ways]
    broken += [f"doctor {d} is not free in half-day {t}" for d, _, t, _ in visits if not given.free[d, t]]
    broken += _crowds(given, visits)
    costs, kind = given.costs, given.specialty
    cost = sum(costs.distance * ways.get((d, s), 0.0) for d, s, _, _ in visits)
    made = Counter((d, s) for d, s, _, _ in visits)
    for (doctor, site), number in made.items():
        possible = sum(
            min(int(given.wanted[site, kind[doctor], week]), int(given.sessions[doctor]), int(given.free[doctor].sum()))
            for week in range(given.weeks)
        )
        if number < min(costs.least, possible):
            broken.append(f"doctor {doctor} goes to site {site} only {number} times")
    cost += costs.way * len(made) + costs.regular * len({(d, s, t) for d, s, t, _ in visits})
    held = Counter((s, int(kind[d]), k) for d, s, _, k in visits)
    sites, kinds, weeks = given.wanted.shape
    for site in range(sites):
        for group in range(kinds):
            for week in range(weeks):
                wanted, there = int(given.wanted[site, group, week]), held[site, group, week]
                if there > wanted:
                    broken.append(f"site {site} has more visits of {group} in week {week} than it wants")
                cost += costs.unmet * float(given.weight[group]) * max(0, wanted - there)
                both = week + 1 < weeks and wanted > 0 and given.wanted[site, group, week + 1] > 0
                if both and not there and not held[site, group, week + 1]:
                    cost += costs.missed
    loads = Counter(d for d, _, _, _ in visits)
    cost += costs.uneven * max((n / max(int(given.sessions[d]) * weeks, 1) for d, n in loads.items()), default=0.0)
    return cost, broken


def _crowds(given: TimetableInstance, visits: list[Visit]) -> list[str]:
    """Half-days, days and weeks in which more is asked of somebody than he gives."""
    broken = [f"visit {visit} stands twice" for visit, number in Counter(visits).items() if number > 1]
    broken += [
        f"doctor {d} is in two places in half-day {t} of week {k}"
        for (d, t, k), number in Counter((d, t, k) for d, _, t, k in visits).items()
        if number > 1
    ]
    broken += [
        f"site {s} has {number} visits in half-day {t} of week {k}"
        for (s, t, k), number in Counter((s, t, k) for _, s, t, k in visits).items()
        if number > given.rooms[s]
    ]
    days = Counter((d, day, k) for d, _, day, k in {(d, s, t // 2, k) for d, s, t, k in visits})
    broken += [f"doctor {d} is at {n} sites on day {day} of week {k}" for (d, day, k), n in days.items() if n > 1]
    loads = Counter((d, k) for d, _, _, k in visits)
    broken += [f"doctor {d} makes {n} visits in week {k}" for (d, k), n in loads.items() if n > given.sessions[d]]
    ways = {(int(d), int(s)): float(km) for d, s, km in zip(given.doctor, given.site, given.distance, strict=True)}
    travel = dict[tuple[int, int], float]()
    for d, s, _, k in visits:
        travel[d, k] = travel.get((d, k), 0.0) + ways.get((d, s), 0.0)
    far = {key: km for key, km in travel.items() if km > given.travel[key[0]] + NEARLY}
    return broken + [f"doctor {d} travels {km:.3f} in week {k}" for (d, k), km in far.items()]
