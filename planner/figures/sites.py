"""Who gains and who loses among the institutions below the hospitals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.audit.facts import Facts
from planner.figures.change import Change, changes
from planner.indicators_access import places_seen
from planner.indicators_residents import residents
from planner.situation import Situation

#: Amounts below this are rounding of the solver.
SMALLEST = 5e-4
#: Visits a month by which the balance of an institution has to move to be called a gain or a loss.
NOTICED = 0.5


@dataclass(frozen=True)
class Site:
    """One institution. need, kept, left, unmet, referred: visits a month; clinics: a month; posted: doctors;
    minutes: its residents' mean to the nearest place to be seen, over specialties by need, NaN where not known;
    dropped: specialties with clinics today and neither clinic nor posting in the plan; added: the reverse.
    """

    institution: str
    need: float
    kept: Change
    left: Change
    unmet: Change
    referred: Change
    clinics: Change
    posted: Change
    minutes: Change
    added: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """`gains`, `loses`, `mixed` (more is kept, but something is dropped), or `same`."""
        up, down = self.kept.by > NOTICED, self.kept.by < -NOTICED
        lost = bool(self.dropped) or self.unmet.by > NOTICED or self.left.by > NOTICED
        if up:
            return "mixed" if lost else "gains"
        return "loses" if down or lost else "same"


def sites(facts: Facts, before: Situation, plan: Situation) -> tuple[Site, ...]:
    """Institutions below the hospitals with a need or an offer, the largest gain of kept visits first."""
    level = facts.institutions["level"]
    seen = {*before.visits["institution"], *plan.visits["institution"], *plan.clinics["institution"]}
    keys = [str(key) for key in facts.institutions.index if key in seen and not level[key] >= 2]
    means = [_monthly(now) for now in (before, plan)]
    columns = {name: changes(keys, means[0][name], means[1][name]) for name in ("kept", "left", "unmet", "referred")}
    clinics = changes(
        keys, *(now.clinics.groupby("institution")["sessions"].sum() / now.months for now in _two(before, plan))
    )
    posted = changes(keys, *(now.posted.groupby("institution").size().astype(float) for now in _two(before, plan)))
    minutes = [_minutes(facts, now) for now in (before, plan)]
    offers = [_offers(now) for now in (before, plan)]
    need = means[1]["need"].reindex(keys).fillna(0.0)
    found = [
        Site(
            key, float(need[key]), columns["kept"][key], columns["left"][key], columns["unmet"][key],
            columns["referred"][key], clinics[key], posted[key],
            Change(minutes[0].get(key, np.nan), minutes[1].get(key, np.nan)),
            tuple(sorted(offers[1].get(key, set()) - offers[0].get(key, set()))),
            tuple(sorted(offers[0].get(key, set()) - offers[1].get(key, set()))),
        )
        for key in keys
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda site: (-site.kept.by, site.institution)))


def _two(before: Situation, plan: Situation) -> tuple[Situation, Situation]:
    return before, plan


def _monthly(now: Situation) -> pd.DataFrame:
    """Visits a month by institution, the quarters weighed by their months."""
    kinds = ["need", "kept", "left", "unmet", "referred"]
    weight = now.visits["months"] / max(now.months, 1e-9)
    return now.visits[kinds].mul(weight, axis=0).groupby(now.visits["institution"]).sum()


def _offers(now: Situation) -> dict[str, set[str]]:
    """Specialties with a clinic or a posted doctor, by institution."""
    held = now.clinics[now.clinics["sessions"] > 0]
    both = pd.concat([held[["institution", "specialty"]], now.posted[["institution", "specialty"]]])
    return {str(key): set(rows["specialty"].astype(str)) for key, rows in both.groupby("institution")}


def _minutes(facts: Facts, now: Situation) -> dict[str, float]:
    """Mean minutes of the residents of each institution to the nearest place to be seen, over specialties by need."""
    lived = residents(facts)
    if not len(lived.people):
        return {}
    need, seen = now.visits.groupby("specialty")["need"].sum(), places_seen(facts, now)
    total, weight = np.zeros(len(lived.people)), 0.0
    for specialty, at in seen.items():
        nearest = lived.nearest(at)
        if np.isfinite(nearest).any() and need[specialty] > 0:
            total += need[specialty] * nearest
            weight += float(need[specialty])
    if weight <= 0:
        return {}
    table = facts.region["communities"]
    table = table[table["population"] > 0].drop_duplicates("id")
    if len(table):
        home = table["institution"].to_numpy(object)
    else:
        home = facts.institutions.index[(facts.institutions["population"] > 0).to_numpy()].to_numpy(object)
    known = np.isfinite(total)
    frame = pd.DataFrame({"home": home[known], "people": lived.people[known], "minutes": total[known] / weight})
    by = frame.assign(sum=frame["people"] * frame["minutes"]).groupby("home")[["sum", "people"]].sum()
    return {str(key): float(value) for key, value in (by["sum"] / by["people"]).items() if key}
