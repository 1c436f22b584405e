"""What dates imply for the counts of an allocation, so that no clinic is planned for which there is no half-day.

Necessary conditions only: each counts what a doctor could hold if nothing else were held.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.instance import DateCut, Instance
from planner.build import roster_days as days
from planner.build.roster_needs import asked_slots
from planner.build.tables import number, rows, text
from planner.calendar import WorkCalendar, closures_by_institution

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

Bools = npt.NDArray[np.bool_]
Key = tuple[str, str, str]


def date_limits(
    region: Region, config: Config, calendar: WorkCalendar, instance: Instance
) -> tuple[dict[Key, tuple[int, ...]], tuple[DateCut, ...]]:
    """(`Instance.dateable`, `Instance.date_cuts`) of a horizon with dates; both empty without a start.

    Today's clinics stay possible, whatever the tables say of their doctors' half-days.
    """
    if not calendar.dated:
        return {}, ()
    limits = _Limits(region, config, calendar, instance)
    return limits.dateable(), limits.cuts()


class _Limits:
    def __init__(self, region: Region, config: Config, calendar: WorkCalendar, instance: Instance) -> None:
        self.config, self.instance = config, instance
        self.weeks = sum(quarter.weeks for quarter in calendar.quarters)
        self.spans = [(first, first + weeks) for _, first, weeks in days.quarters(calendar)]
        self.free = {d: self._array(halves) for d, halves in days.free(region, calendar, instance, {}).items()}
        closures = closures_by_institution(region.tables.get("closures"))
        opened = {site: days.open_halves(calendar, closures.get(site, ())) for site in instance.sites}
        self.open = {site: self._array(halves) for site, halves in opened.items()}
        self.asked = {
            key: self._array(asked_slots(row, calendar, opened[key[0]]))
            for row in rows(region, "needs")
            if (key := (text(row, "institution"), text(row, "specialty")))[0] in opened
        }
        weekly = {text(row, "id"): number(row, "sessions_per_week") for row in rows(region, "doctors")}
        usual = config.sessions.sessions_per_week
        self.limit = {d: max(config.roster.week_limit, math.ceil(weekly.get(d) or usual)) for d in instance.doctors}

    def _array(self, halves: frozenset[int]) -> Bools:
        """[week, day of the week, half-day]."""
        found = np.zeros(14 * self.weeks, dtype=bool)
        found[sorted(halves)] = True
        return found.reshape(self.weeks, 7, 2)

    def _far(self, doctor: str, site: str) -> bool:
        minutes = self.instance.doctors[doctor].minutes.get(site, math.inf)
        return minutes > self.config.sessions.half_day_minutes

    def _by_quarter(self, weekly: npt.NDArray[np.integer]) -> tuple[int, ...]:
        return tuple(int(weekly[first:last].sum()) for first, last in self.spans)

    def dateable(self) -> dict[Key, tuple[int, ...]]:
        """Clinics of a doctor at a site in a specialty for which there are days, at most the weekly limit."""
        found: dict[Key, tuple[int, ...]] = {}
        for doctor, who in sorted(self.instance.doctors.items()):
            free = self.free[doctor]
            whole = free[:, :, 0] & free[:, :, 1]
            for site in who.minutes:
                if site not in self.open or site == who.institution:
                    continue
                far = self._far(doctor, site)
                for specialty in who.specialties:
                    if (site, specialty) not in self.instance.needs:
                        continue
                    held = self.open[site] & self.asked.get((site, specialty), self.open[site])
                    held = held & whole[:, :, None] if far else held & free
                    limit = self.limit[doctor] // (2 if far else 1)
                    most = self._by_quarter(np.minimum(held.any(axis=2).sum(axis=1), limit))
                    cost = 2 if far else 1
                    if any(n < math.floor(f / cost) for n, f in zip(most, who.free, strict=True)):
                        now = self.instance.today_sessions.get((doctor, site, specialty), (0,) * len(most))
                        found[doctor, site, specialty] = tuple(max(a, b) for a, b in zip(most, now, strict=True))
        return found

    def cuts(self) -> tuple[DateCut, ...]:
        """Whole days on long trips, and half-days away, that a doctor's weeks leave."""
        found = []
        far_now, now = self._today()
        for doctor, who in sorted(self.instance.doctors.items()):
            sites = [site for site in sorted(who.minutes) if site in self.open and site != who.institution]
            pairs = [(site, k) for site in sites for k in who.specialties if (site, k) in self.instance.needs]
            far = tuple(pair for pair in pairs if self._far(doctor, pair[0]))
            free, limit = self.free[doctor], self.limit[doctor]
            halves = self._by_quarter(np.minimum(free.sum(axis=(1, 2)), limit))
            whole = self._by_quarter(np.minimum((free[:, :, 0] & free[:, :, 1]).sum(axis=1), limit // 2))
            for q, most in enumerate(who.free):
                if far and whole[q] < most // 2:
                    found.append(DateCut(doctor, far, q, max(whole[q], far_now[doctor, q]), "days"))
                if pairs and halves[q] < most:
                    found.append(DateCut(doctor, tuple(pairs), q, max(halves[q], now[doctor, q]), "half_days"))
        return tuple(found)

    def _today(self) -> tuple[Mapping[tuple[str, int], int], Mapping[tuple[str, int], int]]:
        """Today's (clinics on long trips, half-days away) by doctor and quarter."""
        far_now: dict[tuple[str, int], int] = defaultdict(int)
        now: dict[tuple[str, int], int] = defaultdict(int)
        for (doctor, site, _), counts in self.instance.today_sessions.items():
            for q, n in enumerate(counts):
                far = self._far(doctor, site)
                far_now[doctor, q] += n if far else 0
                now[doctor, q] += 2 * n if far else n
        return far_now, now
