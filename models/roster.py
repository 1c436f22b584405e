"""The roster: dates for the clinics of an allocation, with a proved bound.

`solve_roster` is the entry; `models.roster_route` is the way it takes: counts for a bound, components
alone, then beside each other, then the later aims. See design section 4 (Roster).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.aims import AimResult
from models.roster_choices import Key
from models.roster_instance import RosterInstance, Visit
from models.roster_model import AIMS
from models.roster_reasons import Missed, Unheld, backups_of, missed_of, unheld_of
from models.roster_route import Report, RosterSettings, Route
from models.roster_stages import FIRST
from models.roster_values import Broken, broken_of

__all__ = ["FalseBoundWarning", "RosterOutcome", "RosterSettings", "solve_roster"]

#: Share of a value by which its bound may be above it by rounding; what a bound that is not one rests on.
FALSE, WITHDRAWN = 1e-5, "withdrawn"


@dataclass(frozen=True)
class RosterOutcome:
    """What was found. aims in the order in which they were taken, gaps of `roster_unheld` relative to holding nothing.

    visits: sorted (doctor, site, specialty, half-day); backups: need -> the named stand-in ("" for none);
    broken: locks that are not kept, with the rule in the way.
    """

    aims: tuple[AimResult, ...]
    visits: tuple[Visit, ...]
    backups: Mapping[Key, str]
    unheld: tuple[Unheld, ...]
    missed: tuple[Missed, ...]
    stopped_by: str
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


def solve_roster(
    instance: RosterInstance,
    settings: RosterSettings | None = None,
    report: Report | None = None,
    start: Iterable[Visit] | None = None,
) -> RosterOutcome:
    """Date the allocated clinics. `start`: a roster to begin with; what breaks a rule in it is left out.

    Always returns a roster that keeps every hard rule; at worst an empty one. Hard locks and the change
    limit give way where they cannot be kept: `broken` and the aim `roster_promises` then say so.
    """
    route = Route(instance, settings or RosterSettings(), report)
    route.go(start)
    visits = tuple(sorted(visit for found in route.plan.values() for visit in found))
    results = _results(instance, route, visits)
    order = ["none", "gap", "nodes", "clock", "user"]
    stops = [route.stopped(result.name) for result in results if result.gap > 1e-9]
    stops += ["clock"] if route.clocked and stops else []
    return RosterOutcome(
        aims=tuple(results),
        visits=visits,
        backups=backups_of(instance, visits),
        unheld=tuple(unheld_of(instance, visits, sorted(instance.needs), {})),
        missed=tuple(missed_of(instance, visits)),
        # A search that ended at its bound is proved, whatever the clock said on the way.
        stopped_by="user" if route.pressed else max(stops, key=order.index, default="gap"),
        seconds=route.spent(),
        timings=route.timings,
        broken=tuple(broken_of(instance, visits)),
    )


def _results(instance: RosterInstance, route: Route, visits: tuple[Visit, ...]) -> list[AimResult]:
    """Values by definition, and bounds: of the first aims for every roster, of later ones given those before."""
    values = route.values(visits)
    nothing = sum(need.weight * sum(need.count) for need in instance.needs.values())
    found = []
    for aim in (*FIRST, *route.later):
        value = values[aim]
        low, given = route.bound_of(aim, values)
        low, given = checked(aim, value, low, given)
        base = max(nothing - low, 1.0) if aim == FIRST[1] else max(abs(value), 1.0)
        # Counts of visits, without their hours, are searched by HiGHS (`models.roster_counts`); 0 needs no proof.
        told = ("counts", "search") if low > 0.0 else ("", "none")
        found.append(AimResult(aim, value, low, max(0.0, value - low) / base, AIMS[aim][0], given, *told))
    return found


class FalseBoundWarning(UserWarning):
    """A bound above a value that was found: one of the two is wrong."""


def checked(aim: str, value: float, low: float, given: str) -> tuple[float, str]:
    """The bound at most the value, for rounding; one that the value disproves is withdrawn, with a warning."""
    if low > value + FALSE * max(1.0, abs(value)):
        warnings.warn(
            FalseBoundWarning(f"bound {low:g} of {aim} is above its value {value:g}: withdrawn"), stacklevel=2
        )
        return 0.0, WITHDRAWN
    return min(value, low), given
