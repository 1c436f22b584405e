r"""The dated roster: which doctor holds which need's clinic in which half-day.

Sets: needs (site i, specialty k), their doctors d, half-days t in days j and weeks w, quarters q.

Decisions
    ``visit``[i,k,d,t] in {0,1}   the clinic is held; only where doctor, site, department and locks allow
    ``trip``[d,i,j] in [0,1]      the doctor goes there that day (all day where the trip is far)
    ``unheld``[i,k,q], ``taken``[i,k,d,q], ``missed``[i,k,n], ``fixed``[i,k,n] in {0,1}, ``off``[i,k,w],
    ``vehicle``[h,c,j], ``broken``[lock], ``moved``, and units of accounts ``unit``, ``share`` (`roster_fair`)

Rules
    ``roster_count``           sum_dt visit + unheld = allocated clinics of the quarter
    ``one_place``              near visits + far trips of a doctor in a half-day <= 1
    ``whole_day``              visit <= trip; two specialties at one far site are not in one half-day
    ``two_sites``              trips of one day to sites more than some minutes apart: one of them
    ``week_limit``             near visits + 2 far trips of a week <= limit (half-days)
    ``roster_time``            near visits + 2 far trips of a quarter <= budget (half-days)
    ``room_half_day``          visits at a site <= rooms left
    ``equipment_half_day``     visits that use an item <= items left
    ``home_cover_half_day``    near visits + far trips of a department <= doctors that may be away
    ``least_gap``              visits within so many calendar weeks <= most; one a day at most
    ``change_limit``           visits of today's roster kept + moved >= those possible - limit
    ``lock``                   a visit that a lock asks for is held, or broken
    ``doctor_free``, ``site_open``   left out as columns where they are hard, rows else

Aims: see `models.roster_model.AIMS`. Each missed window (``longest_gap``), take-over (``taken_over``) and
off-weekday visit (``one_weekday``, ``fixed_weekday``) is counted by the same rows as in the counting stage
(`models.roster_counts`), so that its bound is a bound for dates; further ``account``, ``group_account``, ``vehicles``.
Left out on purpose: which vehicle goes where (the deliveries' matter), and the order of patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from models.roster_choices import (
    Choices,
    Key,
    Used,
    both,
    choices,
    fits,
    gap_windows,
    least_windows,
    open_weeks,
    pair_of,
    today_possible,
    vehicle_of,
    weekdays,
)
from models.roster_fair import squares
from models.roster_instance import RosterInstance
from models.roster_model import BROKEN, OFF_WEEKDAY, SEATS, TAKEN_OVER, VEHICLE_MINUTES, Draft, RosterModel
from models.rows import Columns, Term

NAME = "roster"


class Dates:
    """Builds the dated model of some needs beside what others use."""

    def __init__(self, instance: RosterInstance, keys: Sequence[Key], used: Used | None = None) -> None:
        self.instance, self.keys, self.used = instance, list(keys), used or Used()
        self.draft = Draft(instance, NAME)
        self.choices: Choices = choices(instance, keys, self.used)
        self.far = {(pair.doctor, key[0]): pair.far for key in keys for pair in instance.needs[key].pairs}
        flat = [(*key, doctor, half) for (key, doctor), halves in self.choices.items() for half in halves]
        self.visit = self.draft.columns("visit", sorted(flat), "clinic held", "visits", upper=1.0, integer=True)
        trips = sorted({(doctor, site, half // 2) for site, _, doctor, half in self.visit.keys})
        self.trip = self.draft.columns("trip", trips, "trip of a day", "trips", upper=1.0)

    def build(self) -> RosterModel:
        self._counts()
        self._one_place()
        self._limits()
        self._shared()
        self._gaps()
        self._weekdays()
        self._fairness()
        self._travel()
        self._market()
        self._today()
        self._locks()
        self._filters()
        return self.draft.compile()

    def _by(self, *parts: str) -> dict[tuple[object, ...], list[tuple[str, str, str, int]]]:
        """Keys of `visit` grouped by site, specialty, doctor, half, day, week, quarter, department."""
        instance = self.instance
        found: dict[tuple[object, ...], list[tuple[str, str, str, int]]] = defaultdict(list)
        for key in self.visit.keys:
            site, specialty, doctor, half = key
            facts: dict[str, object] = {"site": site, "specialty": specialty, "doctor": doctor, "half": half}
            facts |= {"day": half // 2, "week": instance.week(half), "quarter": instance.quarter(half)}
            found[tuple(facts[part] for part in parts)].append(key)
        return found

    def _sum(self, keys: Iterable[tuple[str, str, str, int]], coef: float = 1.0) -> list[Term]:
        return [(self.visit, key, coef) for key in keys]

    def _half_days(self, keys: Iterable[tuple[str, str, str, int]], each: float = 2.0) -> list[Term]:
        """Half-days that visits take: near ones their own, far ones their trip's (`each`)."""
        keys = list(keys)
        terms = self._sum(key for key in keys if not self.far[key[2], key[0]])
        trips = sorted({(key[2], key[0], key[3] // 2) for key in keys if self.far[key[2], key[0]]})
        return terms + [(self.trip, trip, each) for trip in trips]

    def _counts(self) -> None:
        instance, draft = self.instance, self.draft
        quarters = range(len(instance.quarters))
        needed = [(*key, str(q)) for key in self.keys for q in quarters]
        unheld = draft.columns("unheld", needed, "clinics not held", "visits")
        rows = draft.rows("roster_count", "clinics held and not held are those allocated", "roster_count", "visits")
        by = self._by("site", "specialty", "quarter")
        for site, specialty, q in needed:
            need = instance.needs[site, specialty]
            count = need.count[int(q)]
            terms = self._sum(by.get((site, specialty, int(q)), ()))
            rows.row((site, specialty, q), [*terms, (unheld, (site, specialty, q), 1.0)], count, count)
            draft.aim("roster_unheld", unheld, (site, specialty, q), need.weight)
        self._taken_over()

    def _taken_over(self) -> None:
        """Visits beyond what the allocation gave the doctor: somebody else's, taken over."""
        by = self._by("site", "specialty", "doctor", "quarter")
        keys = [(str(k[0]), str(k[1]), str(k[2]), str(k[3])) for k in sorted(by, key=str)]
        taken = self.draft.columns("taken", keys, "visits taken over from the doctor allocated", "visits")
        rows = self.draft.rows("taken_over", "visits beyond the doctor's own", unit="visits")
        for site, specialty, doctor, q in keys:
            own = pair_of(self.instance.needs[site, specialty], doctor).count[int(q)]
            terms = self._sum(by[site, specialty, doctor, int(q)])
            rows.row((site, specialty, doctor, q), [*terms, (taken, (site, specialty, doctor, q), -1.0)], upper=own)
            self.draft.aim("roster_regular", taken, (site, specialty, doctor, q), TAKEN_OVER)

    def _one_place(self) -> None:
        draft = self.draft
        whole = draft.rows("whole_day", "a visit needs its trip", "whole_day")
        for key, visits in sorted(self._by("doctor", "site", "half").items(), key=lambda item: str(item[0])):
            doctor, site, half = str(key[0]), str(key[1]), int(str(key[2]))
            whole.row((doctor, site, half), [*self._sum(visits), (self.trip, (doctor, site, half // 2), -1.0)], upper=0)
        place = draft.rows("one_place", "one place at a time", "one_place", "half-days")
        halves = defaultdict(list)
        for key in self.visit.keys:
            if not self.far[key[2], key[0]]:
                halves[key[2], key[3]].append(key)
        gone = defaultdict(list)
        for doctor, site, day in self.trip.keys:
            if self.far[doctor, site]:
                gone[doctor, day].append((self.trip, (doctor, site, day), 1.0))
        slots = set(halves) | {(doctor, half) for doctor, day in gone for half in (2 * day, 2 * day + 1)}
        for doctor, half in sorted(slots):
            terms = [*self._sum(halves.get((doctor, half), ())), *gone.get((doctor, half // 2), ())]
            if len(terms) > 1:
                place.row((doctor, half), terms, upper=1.0)
        two = draft.rows("two_sites", "sites of one day are close to each other", "two_sites")
        days = defaultdict(list)
        for doctor, site, day in self.trip.keys:
            if not self.far[doctor, site]:
                days[doctor, day].append(site)
        for (doctor, day), sites in sorted(days.items()):
            apart = [(a, b) for at, a in enumerate(sites) for b in sites[at + 1 :] if self._apart(a, b)]
            if len(sites) > 2 and len(apart) == len(sites) * (len(sites) - 1) // 2:
                two.row((doctor, day), [(self.trip, (doctor, site, day), 1.0) for site in sites], upper=1.0)
                continue
            for a, b in apart:
                terms = [(self.trip, (doctor, site, day), 1.0) for site in (a, b)]
                two.row((doctor, day, a, b), terms, upper=1.0)

    def _apart(self, a: str, b: str) -> bool:
        minutes = self.instance.site_minutes
        nearest = min(minutes.get((a, b), float("inf")), minutes.get((b, a), float("inf")))
        return nearest > self.instance.two_sites_minutes

    def _limits(self) -> None:
        instance = self.instance
        weekly = self.draft.rows("week_limit", "half-days of a week within the limit", "week_limit", "half-days")
        for key, visits in sorted(self._by("doctor", "week").items(), key=lambda item: str(item[0])):
            weekly.row(key, self._half_days(visits), upper=instance.doctors[str(key[0])].week_limit)
        budget = self.draft.rows("roster_time", "half-days of a quarter within the budget", "roster_time", "half-days")
        for key, visits in sorted(self._by("doctor", "quarter").items(), key=lambda item: str(item[0])):
            budget.row(key, self._half_days(visits), upper=instance.doctors[str(key[0])].budget[int(str(key[1]))])

    def _shared(self) -> None:
        """Rooms, equipment and departments, less what other needs use."""
        instance, used = self.instance, self.used
        rooms = self.draft.rows("room_half_day", "visits fit the rooms", "room_half_day", "rooms")
        tools = self.draft.rows("equipment_half_day", "visits fit the equipment", "equipment_half_day", "items")
        for key, visits in sorted(self._by("site", "half").items(), key=lambda item: str(item[0])):
            site, half = instance.sites[str(key[0])], int(str(key[1]))
            left = site.rooms - used.rooms.get((site.id, half), 0)
            if len(visits) > left:
                rooms.row(key, self._sum(visits), upper=left)
            if site.equipment is None:
                continue
            for item in sorted({item for v in visits for item in instance.needs[v[0], v[1]].equipment}):
                users = [v for v in visits if item in instance.needs[v[0], v[1]].equipment]
                left = site.equipment.get(item, 0) - used.equipment.get((site.id, item, half), 0)
                if len(users) > left:
                    tools.row((*key, item), self._sum(users), upper=left)
        cover = self.draft.rows(
            "home_cover_half_day", "a department keeps its people", "home_cover_half_day", "doctors"
        )
        by: dict[tuple[str, int], list[tuple[str, str, str, int]]] = defaultdict(list)
        for key in self.visit.keys:
            home = instance.doctors[key[2]].department
            for half in both(key[3]) if self.far[key[2], key[0]] else (key[3],):
                by[home, half].append(key)
        for (name, half), visits in sorted(by.items()):
            department = instance.departments.get(name)
            limit = None if department is None else department.away.get(half)
            if limit is not None:
                terms = self._half_days(visits, each=1.0)
                # who is missing with nobody away is nobody's fault; components would each count it
                left = max(0, limit) - used.away.get((name, half), 0)
                if len(terms) > left:
                    cover.row((name, half), terms, upper=left)

    def _gaps(self) -> None:
        instance = self.instance
        least = self.draft.rows("least_gap", "clinics are not crowded", "least_gap", "visits")
        weekly, daily = self._by("site", "specialty", "week"), self._by("site", "specialty", "day")
        windows = {key: gap_windows(instance, instance.needs[key]) for key in self.keys}
        names = [(*key, str(n)) for key in self.keys for n in range(len(windows[key]))]
        missed = self.draft.columns("missed", names, "run of weeks without a clinic", "windows", upper=1.0)
        longest = self.draft.rows("longest_gap", "a clinic in each run of weeks, or one is missed", unit="windows")
        for key in self.keys:
            need = instance.needs[key]
            for weeks, most in least_windows(instance, need):
                visits = [v for week in weeks for v in weekly.get((*key, week), ())]
                if len(visits) > most:
                    least.row((*key, f"week {weeks[0] + 1}"), self._sum(visits), upper=most)
            for n, run in enumerate(windows[key]):
                visits = [v for week in run for v in weekly.get((*key, week), ())]
                name = (*key, str(n))
                longest.row(name, [*self._sum(visits), (missed, name, 1.0)], lower=1.0)
                self.draft.aim("roster_windows", missed, name, 1.0)
        for found, visits in sorted(daily.items(), key=lambda item: str(item[0])):
            if len(visits) > 1:
                least.row((*found, "day"), self._sum(visits), upper=1.0)

    def _weekdays(self) -> None:
        """The fixed weekday of each need; in a week whose own weekday is closed a make-up is free."""
        instance, draft = self.instance, self.draft
        by = self._by("site", "specialty", "week")
        usual = {key: weekdays(instance, instance.needs[key]) for key in self.keys}
        names = [(*key, n) for key in self.keys for n in usual[key][0]]
        fixed = draft.columns("fixed", names, "fixed weekday", "choice", upper=1.0, integer=True)
        weeks = [(*key, week) for key in self.keys for week in range(instance.weeks) if (*key, week) in by]
        off = draft.columns("off", weeks, "visits off the fixed weekday", "visits")
        one = draft.rows("one_weekday", "one fixed weekday, two where clinics are twice a week")
        regular = draft.rows("fixed_weekday", "visits on the fixed weekday, made up, or off it", unit="visits")
        for key in self.keys:
            need = instance.needs[key]
            terms = [(fixed, (*key, n), 1.0) for n in usual[key][0]]
            one.row(key, terms, upper=2.0 if need.frequency == "twice_weekly" else 1.0)
            for week in open_weeks(instance, need):
                if (*key, week) not in by:
                    continue
                days = defaultdict(list)
                for visit in by[(*key, week)]:
                    days[instance.weekday(visit[3])].append(visit)
                closed = usual[key][1][week]
                for weekday, visits in sorted(days.items()):
                    right = [(fixed, (*key, n), -1.0) for n in (weekday, *closed) if n in usual[key][0]]
                    subject = (*key, f"week {week + 1} day {weekday}")
                    regular.row(subject, [*self._sum(visits), *right, (off, (*key, week), -1.0)], upper=0.0)
                draft.aim("roster_regular", off, (*key, week), OFF_WEEKDAY)

    def _fairness(self) -> None:
        instance = self.instance
        loads: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for trip in self.trip.keys:
            if self.far[trip[0], trip[1]]:
                loads[trip[0], "far"].append((self.trip, trip, 1.0))
        for key in self.visit.keys:
            if instance.weekday(key[3]) == 5:
                loads[key[2], "fridays"].append((self.visit, key, 1.0))
            if key[3] // 2 in instance.holiday_adjacent:
                loads[key[2], "holiday_adjacent"].append((self.visit, key, 1.0))
        hard = instance.state("roster_time") == "hard"
        most = {doctor: sum(who.budget) if hard else 2 * instance.days for doctor, who in instance.doctors.items()}
        steps = {key: (terms, min(len(terms), most[key[0]])) for key, terms in loads.items()}
        squares(self.draft, steps, self.used.accounts)

    def _travel(self) -> None:
        instance, used = self.instance, self.used
        minutes = {(pair.doctor, key[0]): pair.minutes for key in self.keys for pair in instance.needs[key].pairs}
        groups: dict[tuple[str, str, int], list[tuple[str, str, int]]] = defaultdict(list)
        for trip in self.trip.keys:
            self.draft.aim("roster_travel", self.trip, trip, 2.0 * minutes[trip[0], trip[1]])
            who = vehicle_of(instance, trip[0], trip[1])
            if who in used.shared:
                self.draft.aim("roster_travel", self.trip, trip, VEHICLE_MINUTES / SEATS)
            else:
                groups[*who, trip[2]].append(trip)
        vehicles = self.draft.columns("vehicle", sorted(groups), "vehicles on a day", "vehicles", integer=True)
        rows = self.draft.rows("vehicles", "travellers of a direction fit the vehicles", unit="doctors")
        for group, trips in sorted(groups.items()):
            spare = -used.travellers.get(group, 0) % SEATS
            terms: list[Term] = [(self.trip, trip, 1.0) for trip in trips]
            rows.row(group, [*terms, (vehicles, group, -float(SEATS))], upper=spare)
            if not spare:
                for trip in trips:
                    rows.row((*group, trip[0], trip[1]), [(self.trip, trip, 1.0), (vehicles, group, -1.0)], upper=0.0)
            self.draft.aim("roster_travel", vehicles, group, VEHICLE_MINUTES)

    def _market(self) -> None:
        for key in self.visit.keys:
            market = self.instance.sites[key[0]].market
            if (key[3] not in market) if market else key[3] % 2:
                self.draft.aim("roster_market", self.visit, key, 1.0)

    def _today(self) -> None:
        """Clinics of today's roster that are lost, where they are possible with nobody else's in the way."""
        possible = today_possible(self.instance, self.keys)
        kept = [key for key in possible if key in self.visit]
        for key in kept:
            self.draft.aim("roster_change", self.visit, key, -1.0)
        self.draft.constants["roster_change"] += len(possible)
        limit = self.instance.change_limit
        if limit is None or not possible:
            return
        rows = self.draft.rows("change_limit", "few clinics of today's roster move", "change_limit", "visits")
        terms = self._sum(kept)
        if self.instance.state("change_limit") == "hard":
            # Today's clinics may break a rule among themselves: the roster then says so, instead of being empty.
            beyond = self.draft.columns("moved", ["beyond"], "clinics moved beyond the limit", "visits")
            terms.append((beyond, "beyond", 1.0))
            self.draft.aim("roster_promises", beyond, "beyond", BROKEN)
        rows.row((), terms, lower=len(possible) - limit)

    def _locks(self) -> None:
        asked = [lock for lock in self.instance.locks if lock.must]
        asked += [lock for lock in self.instance.locks if not lock.must and lock.weight is not None]
        keys = [lock.label for lock in asked]
        broken = self.draft.columns("broken", keys, "lock not kept", "locks")
        rows = self.draft.rows("lock", "what a lock asks for is held", unit="visits")
        for lock in asked:
            visits = [
                key
                for key in self.visit.keys
                if fits(lock, self.instance.needs[key[0], key[1]], key[2]) and (not lock.slots or key[3] in lock.slots)
            ]
            if not visits and not any(fits(lock, self.instance.needs[k], lock.doctor) for k in self.keys):
                continue
            weight = BROKEN if lock.weight is None else lock.weight
            sign, side = (1.0, {"lower": 1.0}) if lock.must else (-1.0, {"upper": 0.0})
            rows.row((lock.label,), [*self._sum(visits), (broken, lock.label, sign)], **side)
            self.draft.aim("roster_promises", broken, lock.label, weight)

    def _filters(self) -> None:
        """What `doctor_free` and `site_open` leave out as columns where they are hard, as rows where they are not."""
        instance = self.instance
        free = self.draft.rows("doctor_free", "no clinic while the doctor is busy", "doctor_free", "visits")
        asked = self.draft.rows("site_open", "no clinic while the site is closed", "site_open", "visits")
        for key in self.visit.keys:
            site, specialty, doctor, half = key
            takes = both(half) if self.far[doctor, site] else (half,)
            if any(one not in instance.doctors[doctor].free for one in takes):
                free.row(key, self._sum([key]), upper=0.0)
            if half not in instance.needs[site, specialty].slots & instance.sites[site].open:
                asked.row(key, self._sum([key]), upper=0.0)


def build_dates(instance: RosterInstance, keys: Sequence[Key], used: Used | None = None) -> RosterModel:
    """The dated model of some needs beside what others use."""
    return Dates(instance, keys, used).build()


def columns_of(model: RosterModel) -> Columns:
    """The visits of a dated model."""
    columns = model.columns("visit")
    assert columns is not None
    return columns
