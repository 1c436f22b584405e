r"""The counting stage of the roster: clinics of each doctor and need in each week, without dates.

Decisions: ``visits``[i,k,d,w] integers, ``trips``[d,i,w], and ``unheld``, ``missed``, ``taken``, ``fixed``,
``off``, ``unit``, ``share`` as on dates.

Rows: ``roster_count``, ``taken_over``, ``week_limit``, ``roster_time``, ``one_place``, ``free_days``, ``whole_day``,
``room_half_day``, ``equipment_half_day``, ``home_cover_half_day``, ``least_gap``, ``longest_gap``, ``one_weekday``,
``fixed_weekday``, ``account``, ``group_account``.

Every row here is implied by the dated roster (`models.roster_dates`), so its bound holds for it:
week sums of the same rows for counts, week limit, budget, gaps and take-overs; a doctor's visits of a
week fit the distinct half-days among their options, and so do those of needs whose options lie inside
one need's (Hall 1935); rooms, equipment and home cover summed over the week's half-days, each clipped
at zero; far trips at least the visits of each need and half of all; visits of a week are at most the
fixed weekdays open in it, plus make-ups, plus most visits a week times those off it; Fridays and days
next to holidays count only where all options of the week are such days. Rooms and cover that
components share are counted in full by each, which keeps the bound valid when they are solved apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from models.roster_choices import Choices, Key, choices, gap_windows, least_windows, open_weeks, pair_of, weekdays
from models.roster_fair import squares
from models.roster_instance import RosterInstance, RosterNeed
from models.roster_model import OFF_WEEKDAY, TAKEN_OVER, Draft, RosterModel
from models.rows import Term

NAME = "roster_counts"
#: site, specialty, doctor, week
Cell = tuple[str, str, str, int]


class Counts:
    """Builds the counting model of some needs."""

    def __init__(self, instance: RosterInstance, keys: Sequence[Key]) -> None:
        self.instance, self.keys = instance, list(keys)
        self.draft = Draft(instance, NAME)
        self.choices: Choices = choices(instance, keys)
        self.options: dict[Cell, list[int]] = defaultdict(list)
        for (key, doctor), halves in self.choices.items():
            for half in halves:
                self.options[(*key, doctor, instance.week(half))].append(half)
        self.cells = sorted(self.options)
        self.far = {(p.doctor, key[0]): p.far for key in keys for p in instance.needs[key].pairs}
        most = [float(self._most(cell)) for cell in self.cells]
        self.visits = self.draft.columns("visits", self.cells, "clinics of a week", "visits", upper=most, integer=True)
        trips = sorted({(doctor, site, week) for site, _, doctor, week in self.cells if self.far[doctor, site]})
        self.trips = self.draft.columns("trips", trips, "far trips of a week", "trips", upper=7.0)

    def build(self) -> RosterModel:
        self._counts()
        self._doctors()
        self._sites()
        self._departments()
        self._gaps()
        self._weekdays()
        self._fairness()
        return self.draft.compile()

    def _need(self, cell: Cell) -> RosterNeed:
        return self.instance.needs[cell[0], cell[1]]

    def _days(self, cell: Cell) -> int:
        return len({half // 2 for half in self.options[cell]})

    def _most(self, cell: Cell) -> int:
        """Most visits of a week: one a day, the crowding limit where it speaks of one week, the doctor's limit."""
        need, limit = self._need(cell), self.instance.doctors[cell[2]].week_limit
        most = self._days(cell)
        if self.instance.state("least_gap") == "hard":
            most = min(most, need.every[0])
        if self.instance.state("week_limit") == "hard":
            most = min(most, limit // 2 if self.far[cell[2], cell[0]] else limit)
        return max(0, most)

    def _by(self, *at: int) -> dict[tuple[object, ...], list[Cell]]:
        found: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            found[tuple(cell[n] for n in at)].append(cell)
        return found

    def _sum(self, cells: Sequence[Cell], coef: float = 1.0) -> list[Term]:
        return [(self.visits, cell, coef) for cell in cells]

    def _half_days(self, cells: Sequence[Cell], each: float = 2.0) -> list[Term]:
        terms = self._sum([cell for cell in cells if not self.far[cell[2], cell[0]]])
        trips = sorted({(c[2], c[0], c[3]) for c in cells if self.far[c[2], c[0]]})
        return terms + [(self.trips, trip, each) for trip in trips]

    def _counts(self) -> None:
        instance, draft = self.instance, self.draft
        weeks = {week: instance.quarter(14 * week) for week in range(instance.weeks)}
        needed = [(*key, str(q)) for key in self.keys for q in range(len(instance.quarters))]
        unheld = draft.columns("unheld", needed, "clinics not held", "visits")
        rows = draft.rows("roster_count", "clinics held and not held are those allocated", "roster_count", "visits")
        by: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
        own: dict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            q = str(weeks[cell[3]])
            by[cell[0], cell[1], q].append(cell)
            own[cell[0], cell[1], cell[2], q].append(cell)
        for name in needed:
            need = instance.needs[name[0], name[1]]
            count = need.count[int(name[2])]
            rows.row(name, [*self._sum(by.get(name, [])), (unheld, name, 1.0)], count, count)
            draft.aim("roster_unheld", unheld, name, need.weight)
        taken = draft.columns("taken", sorted(own), "visits taken over", "visits")
        over = draft.rows("taken_over", "visits beyond the doctor's own", unit="visits")
        for who, cells in sorted(own.items()):
            count = pair_of(instance.needs[who[0], who[1]], who[2]).count[int(who[3])]
            over.row(who, [*self._sum(cells), (taken, who, -1.0)], upper=count)
            draft.aim("roster_regular", taken, who, TAKEN_OVER)

    def _doctors(self) -> None:
        """Week limit, budget, one place (with Hall rows), far trips."""
        instance, draft = self.instance, self.draft
        weekly = draft.rows("week_limit", "half-days of a week within the limit", "week_limit", "half-days")
        place = draft.rows("one_place", "half-days fit those the doctor has", "one_place", "half-days")
        whole = draft.rows("whole_day", "far trips cover their visits", "whole_day", "trips")
        days = draft.rows("free_days", "far trips fit the free days", "one_place", "trips")
        for key, cells in sorted(self._by(2, 3).items(), key=str):
            doctor, terms = str(key[0]), self._half_days(cells)
            weekly.row(key, terms, upper=instance.doctors[doctor].week_limit)
            halves = [self._taken(cell) for cell in cells]
            place.row((*key, "all"), terms, upper=len(set().union(*halves)))
            for at, union in enumerate(halves):
                inside = [cell for cell, own in zip(cells, halves, strict=True) if own <= union]
                if 1 < len(inside) < len(cells):
                    place.row((*key, str(at)), self._half_days(inside), upper=len(union))
            far = [cell for cell in cells if self.far[doctor, cell[0]]]
            if far:
                trips = sorted({(doctor, cell[0], cell[3]) for cell in far})
                free = {half // 2 for cell in far for half in self.options[cell]}
                days.row(key, [(self.trips, trip, 1.0) for trip in trips], upper=len(free))
        for key, cells in sorted(self._by(2, 0, 3).items(), key=str):
            trip = (str(key[0]), str(key[1]), int(str(key[2])))
            if not self.far[trip[0], trip[1]]:
                continue
            for cell in cells:
                whole.row((*key, cell[1]), [(self.visits, cell, 1.0), (self.trips, trip, -1.0)], upper=0.0)
            if len(cells) > 1:
                whole.row((*key, "half"), [*self._sum(cells), (self.trips, trip, -2.0)], upper=0.0)
        budget = draft.rows("roster_time", "half-days of a quarter within the budget", "roster_time", "half-days")
        quarters: dict[tuple[str, int], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            quarters[cell[2], instance.quarter(14 * cell[3])].append(cell)
        for (doctor, q), cells in sorted(quarters.items()):
            budget.row((doctor, q), self._half_days(cells), upper=instance.doctors[doctor].budget[q])
        for trip in self.trips.keys:
            self.draft.aim("roster_travel", self.trips, trip, 0.0)

    def _taken(self, cell: Cell) -> frozenset[int]:
        """Half-days that the visits of a cell could take from the doctor."""
        halves = self.options[cell]
        if self.far[cell[2], cell[0]]:
            return frozenset(one for half in halves for one in (half - half % 2, half - half % 2 + 1))
        return frozenset(halves)

    def _sites(self) -> None:
        instance = self.instance
        rooms = self.draft.rows("room_half_day", "visits of a week fit the rooms", "room_half_day", "rooms")
        tools = self.draft.rows("equipment_half_day", "visits fit the equipment", "equipment_half_day", "items")
        for key, cells in sorted(self._by(0, 3).items(), key=str):
            site = instance.sites[str(key[0])]
            halves = {half for cell in cells for half in self.options[cell]}
            rooms.row(key, self._sum(cells), upper=site.rooms * len(halves))
            for item in sorted({item for cell in cells for item in self._need(cell).equipment}):
                users = [cell for cell in cells if item in self._need(cell).equipment]
                if site.equipment is not None:
                    halves = {half for cell in users for half in self.options[cell]}
                    tools.row((*key, item), self._sum(users), upper=site.equipment.get(item, 0) * len(halves))

    def _departments(self) -> None:
        """Half-days away of a week fit the department's, each half-day clipped at zero."""
        instance = self.instance
        rule = "home_cover_half_day"
        cover = self.draft.rows(rule, "a department keeps its people", rule, "half-days")
        by: dict[tuple[str, int], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            by[instance.doctors[cell[2]].department, cell[3]].append(cell)
        for (name, week), cells in sorted(by.items()):
            department = instance.departments.get(name)
            if department is None:
                continue
            halves = sorted(set().union(*(self._taken(cell) for cell in cells)))
            if all(half in department.away for half in halves):
                total = sum(max(0, department.away[half]) for half in halves)
                cover.row((name, week), self._half_days(cells), upper=total)

    def _gaps(self) -> None:
        instance = self.instance
        least = self.draft.rows("least_gap", "clinics are not crowded", "least_gap", "visits")
        by = self._by(0, 1, 3)
        windows = {key: gap_windows(instance, instance.needs[key]) for key in self.keys}
        names = [(*key, str(n)) for key in self.keys for n in range(len(windows[key]))]
        missed = self.draft.columns("missed", names, "run of weeks without a clinic", "windows", upper=1.0)
        longest = self.draft.rows("longest_gap", "a clinic in each run of weeks, or one is missed", unit="windows")
        for key in self.keys:
            need = instance.needs[key]
            for weeks, most in least_windows(instance, need):
                cells = [cell for week in weeks for cell in by.get((*key, week), ())]
                if cells:
                    least.row((*key, f"week {weeks[0] + 1}"), self._sum(cells), upper=most)
            for n, run in enumerate(windows[key]):
                cells = [cell for week in run for cell in by.get((*key, week), ())]
                name = (*key, str(n))
                longest.row(name, [*self._sum(cells), (missed, name, 1.0)], lower=1.0)
                self.draft.aim("roster_windows", missed, name, 1.0)
        for place, cells in sorted(by.items(), key=str):
            days = {half // 2 for cell in cells for half in self.options[cell]}
            least.row((*place, "days"), self._sum(cells), upper=len(days))

    def _weekdays(self) -> None:
        instance, draft = self.instance, self.draft
        by = self._by(0, 1, 3)
        usual = {key: weekdays(instance, instance.needs[key]) for key in self.keys}
        names = [(*key, n) for key in self.keys for n in usual[key][0]]
        fixed = draft.columns("fixed", names, "fixed weekday", "choice", upper=1.0, integer=True)
        weeks = [(*key, week) for key in self.keys for week in range(instance.weeks) if (*key, week) in by]
        off = draft.columns("off", weeks, "visits off the fixed weekday", "visits")
        one = draft.rows("one_weekday", "one fixed weekday, two where clinics are twice a week")
        regular = draft.rows("fixed_weekday", "visits on the fixed weekday, made up, or off it", unit="visits")
        for key in self.keys:
            need = instance.needs[key]
            terms: list[Term] = [(fixed, (*key, n), 1.0) for n in usual[key][0]]
            one.row(key, terms, upper=2.0 if need.frequency == "twice_weekly" else 1.0)
            for week in open_weeks(instance, need):
                cells = by.get((*key, week), [])
                if not cells:
                    continue
                days = {instance.weekday(half) for cell in cells for half in self.options[cell]}
                closed = usual[key][1][week]
                # On dates each weekday's visits are at most fixed + make-ups + off: summed over the
                # weekdays that are used, no more than there are visits.
                most = float(len(days))
                if instance.state("least_gap") == "hard":
                    most = min(most, float(need.every[0]))
                right: list[Term] = [(fixed, (*key, n), -1.0) for n in sorted(days) if n in usual[key][0]]
                right += [(fixed, (*key, n), -most) for n in closed]
                right.append((off, (*key, week), -most))
                regular.row((*key, f"week {week + 1}"), [*self._sum(cells), *right], upper=0.0)
                draft.aim("roster_regular", off, (*key, week), OFF_WEEKDAY)

    def _fairness(self) -> None:
        instance = self.instance
        loads: dict[tuple[str, str], list[Term]] = defaultdict(list)
        bound: dict[tuple[str, str], float] = defaultdict(float)
        for trip in self.trips.keys:
            loads[trip[0], "far"].append((self.trips, trip, 1.0))
            bound[trip[0], "far"] += 7.0
        for cell in self.cells:
            halves = self.options[cell]
            if all(instance.weekday(half) == 5 for half in halves):
                loads[cell[2], "fridays"].append((self.visits, cell, 1.0))
                bound[cell[2], "fridays"] += self._most(cell)
            if all(half // 2 in instance.holiday_adjacent for half in halves):
                loads[cell[2], "holiday_adjacent"].append((self.visits, cell, 1.0))
                bound[cell[2], "holiday_adjacent"] += self._most(cell)
        # A convex sum needs as many steps as the largest count.
        hard = instance.state("roster_time") == "hard"
        limit = {doctor: sum(who.budget) if hard else 2 * instance.days for doctor, who in instance.doctors.items()}
        squares(self.draft, {key: (terms, int(min(bound[key], limit[key[0]]))) for key, terms in loads.items()}, {})


def build_counts(instance: RosterInstance, keys: Sequence[Key]) -> RosterModel:
    """The counting model of some needs; shared rooms and cover are theirs alone."""
    return Counts(instance, keys).build()
