"""What a region of real places lacks, filled by the recipe: people, needs, volumes, centres, today's practice.

A script that has institutions and communities from real files (`meixian`, `malta`) states its
shared services, its quarter and its speeds in `Lack`, and gets every other table from `tables`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from math import ceil

from benchmarks.regions import recipe as r
from benchmarks.regions.recipe import Kind, Place, Row, Tables

Places = tuple[Place, ...]


@dataclass(frozen=True)
class Lack:
    """What is assumed of a region. The three texts are tables of `a | b | c`:

    services: id | name | moves | turnaround | window | minutes | verify | work | loops | least | most centres
    rates: service | items a year per 10,000 residents | items a day of each hospital | stays local in towns,
    hospitals | yuan an item, and yuan an item and minute of transport
    levels: service | level | items a day | servers | verifiers | hours a day | fixed cost a year | opening
    cost | existing at. Centres may be at the `hosts`, and the shared centres work on `days` a year.
    general_visits: ordinary visits a resident and year beside the specialist ones. Those of a town are general
    practice, but for the `walk_in_share` of people who go straight to a specialty at a hospital or outside; those
    at a hospital are spread over its specialties as its doctors are.
    slips: patients a month with a referral slip, up and down, where that was published.
    """

    seed: int
    start: date
    trip: r.Trip
    services: str
    rates: str
    levels: str
    targets: str
    hosts: tuple[str, ...]
    days: float = 305.0
    kinds: Sequence[Kind] = r.KINDS
    equipment: tuple[str, ...] = ("心电图机", "彩超")
    large_equipment: tuple[str, ...] = ("裂隙灯",)
    shared_names: int = 4
    insured: float = 0.95
    fund: float = 1_000.0
    posted: tuple[date, date] = (date(2026, 1, 5), date(2026, 12, 31))
    chinese_calendar: bool = True
    general_visits: float = 0.0
    walk_in_share: float = 0.0
    left_share: float = r.LEFT_SHARE
    most_left: float = r.MOST_LEFT
    most_own: float = r.MOST_OWN
    hospital_left_share: float = r.LEFT_SHARE
    pull: r.Pull | None = None
    slips: tuple[float, float] | None = None
    clinics: tuple[int, int] = (1, 3)

    @property
    def quarter(self) -> r.Quarter:
        return Quarter(self.start) if self.chinese_calendar else PlainQuarter(self.start)

    def share(self, kind: Kind) -> float:
        """Visits of a specialty over the specialist visits of the recipe."""
        return kind.share / sum(k.share for k in self.kinds)

    def in_towns(self, kind: Kind) -> tuple[float, Kind]:
        """The same with the ordinary visits of a town; walking in lowers what is held of a specialty."""
        share, general = self.share(kind), self.general_visits / r.VISITS_PER_RESIDENT_YEAR
        if kind.id == "general_practice":
            return share + general * (1 - self.walk_in_share), kind
        specialties = sum(self.share(k) for k in self.kinds if k.id != "general_practice")
        walking = general * self.walk_in_share * share / specialties
        return share + walking, replace(kind, own=kind.own * share / (share + walking))

    def at_hospital(self, kind: Kind, heads: Mapping[str, int]) -> float:
        """The same with the ordinary visits of a hospital of `heads` doctors by specialty."""
        general = self.general_visits / r.VISITS_PER_RESIDENT_YEAR
        return self.share(kind) + general * heads[kind.id] / sum(heads.values())

    @property
    def rate_rows(self) -> dict[str, list[list[float]]]:
        return {s: [[float(v) for v in part.split()] for part in rest] for s, *rest in r.cells_of(self.rates)}


@cache
def _dates(start: date, weekday: int, weeks: str) -> list[date]:
    return r.Quarter(start).dates(weekday, weeks)


@cache
def _modes(start: date) -> dict[str, tuple[int, int]]:
    return r.Quarter(start).modes()


class Quarter(r.Quarter):
    """The recipe's quarter, which remembers its dates: holidays would be looked up 200,000 times."""

    def dates(self, weekday: int, weeks: str = "all") -> list[date]:
        return _dates(self.start, weekday, weeks)

    def modes(self) -> dict[str, tuple[int, int]]:
        return _modes(self.start)


class PlainQuarter(r.Quarter):
    """A quarter without public holidays, for regions outside China."""

    def dates(self, weekday: int, weeks: str = "all") -> list[date]:
        days = (self.start + timedelta(days=7 * week + weekday - 1) for week in range(13))
        return [day for day in days if weeks == "all" or (day.isocalendar().week % 2 == 1) == (weeks == "odd")]

    @property
    def half_days(self) -> int:
        return 130

    @property
    def open_weeks(self) -> int:
        return 13


# --- shared centres ---------------------------------------------------------------------------------------


def _service_rows(lack: Lack) -> list[Row]:
    columns = """id name moves turnaround_minutes window_minutes minutes_per_item verify_minutes_per_item work_minutes
        loops_per_week min_items_per_day max_centres quantile days_per_year single_source"""
    return r.rows_of(columns, ((*cells, 0.95, lack.days, "yes") for cells in r.cells_of(lack.services)))


def _centre_rows(lack: Lack) -> list[Row]:
    """Every level at every host; what runs today is kept, moved or closed."""
    columns = """service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year
        cost_per_item cost_per_item_minute state opening_cost closing_cost staff"""
    rates, found = lack.rate_rows, []
    for service, level, items, servers, verifiers, hours, fixed, opening, at in r.cells_of(lack.levels):
        for host in lack.hosts:
            state = ("existing", 0, int(opening) // 10) if host == at else ("candidate", opening, 0)
            money = (fixed, *rates[service][3])
            people = int(servers) + int(verifiers)
            found.append((service, host, level, items, servers, verifiers, hours, *money, *state, people))
    return r.rows_of(columns, found)


def _volume_rows(lack: Lack, hospitals: Places, towns: Places) -> list[Row]:
    found: list[tuple[object, ...]] = []
    for service, ((rate,), own, (town, hospital), _) in lack.rate_rows.items():
        found += [(place.id, service, items, hospital) for place, items in zip(hospitals, own, strict=True)]
        found += [(place.id, service, round(place.population / 1e4 * rate / lack.days, 2), town) for place in towns]
    return r.rows_of("institution service items_per_day local_share", found)


# --- people and visits ------------------------------------------------------------------------------------


def _equipment(lack: Lack, towns: Places) -> list[Row]:
    found = [(town.id, item, 1) for town in towns for item in lack.equipment]
    found += [(town.id, item, 1) for town in towns if town.population > 25_000 for item in lack.large_equipment]
    return r.rows_of("institution item count", found)


def _today(
    lack: Lack, dice: r.Dice, towns: Places, doctors: list[r.Doctor], heads: r.Heads, equipment: list[Row]
) -> r.Today:
    """A posting in two townships of three, and some regular clinics in each that is in reach."""
    today = r.Today(lack.quarter, lack.trip)
    items = {(row["institution"], row["item"]) for row in equipment}
    able = [d for d in doctors if not d.kind.equipment]
    for number, town in enumerate(towns):
        if number % 3 != 2:
            r.add_posting(dice, today, town, able, heads, *lack.posted)
    for town in towns:
        wanted = dice.whole(*lack.clinics)
        fit = [kind for kind in lack.kinds if all((town.id, item) in items for item in kind.equipment)]
        for kind in dice.some(fit, len(fit), [k.share for k in fit]):
            wanted -= r.add_clinic(dice, today, town, kind, doctors, heads)
            if wanted == 0:
                break
    return today


def _posts(
    lack: Lack, dice: r.Dice, towns: Places, today: r.Today, doctors: list[r.Doctor], heads: r.Heads
) -> list[Row]:
    """Two or three posts a township beside those held, in specialties from which its group can send somebody."""
    found = []
    willing = [d for d in doctors if d.posting != "no" and heads[d.home.id, d.kind.department] >= 4]
    for town in towns:
        sendable = {d.kind.id for d in willing if d.home.group == town.group}
        held = [k for k in lack.kinds if (town.id, k.id) in today.posted]
        fit = [k for k in lack.kinds if k.id in sendable and k not in held and not k.equipment]
        more = dice.some(fit, 3 if town.population > 25_000 else 2, [k.share for k in fit])
        found += [(town.id, kind.id, 1, 6) for kind in held + more]
    return r.rows_of("institution specialty doctors months", found)


def _cells(
    lack: Lack, dice: r.Dice, hospitals: Places, towns: Places, today: r.Today, doctors: list[r.Doctor]
) -> dict[tuple[str, str], r.Cell]:
    """Every township and specialty, then each hospital's own residents."""
    offers = {(d.home.id, d.kind.id) for d in doctors}
    heads = {home.id: Counter(d.kind.id for d in doctors if d.home is home) for home in hospitals}
    cells = {}
    for town in towns:
        for kind in lack.kinds:
            share, held = lack.in_towns(kind)
            limits = (lack.left_share, lack.pull, lack.most_left, lack.most_own)
            cells[town.id, kind.id] = r.town_cell(dice, today, town, held, share, hospitals, offers, *limits)
    for kind in lack.kinds:
        for home in hospitals:
            if (home.id, kind.id) in offers:
                people, away = float(home.population), lack.hospital_left_share
                share = lack.at_hospital(kind, heads[home.id])
                cells[home.id, kind.id] = r.hospital_cell(dice, home, kind, share, people, away)
    return cells


def _referral_rows(lack: Lack, cells: r.Cells) -> list[Row]:
    if lack.slips is None:
        return r.referral_rows(cells)
    up, down = lack.slips
    return r.with_slips(r.referral_rows(cells) + r.down_rows(cells, down, 2), up)


def doctors_of(lack: Lack, dice: r.Dice, hospitals: Places) -> list[r.Doctor]:
    """The eligible doctors of the hospitals, drawn first from `dice`."""
    return r.eligible_doctors(dice, hospitals, lack.kinds, shared_names=lack.shared_names)


def tables(
    lack: Lack, dice: r.Dice, hospitals: Places, towns: Places, communities: list[Row], doctors: list[r.Doctor]
) -> Tables:
    """Every table of the region, in the order of the design; `doctors` are those of `doctors_of`."""
    by_id = {place.id: place for place in (*hospitals, *towns)}
    staff = r.departments(doctors)
    heads = {(str(d["institution"]), str(d["department"])): int(str(d["headcount"])) for d in staff}
    for doctor in doctors:
        r.give_duties(dice, doctor)
    equipment = _equipment(lack, towns)
    today = _today(lack, dice, towns, doctors, heads, equipment)
    r.check_today(today, doctors, by_id, heads)
    cells = _cells(lack, dice, hospitals, towns, today, doctors)
    kinds = {kind.id: kind for kind in lack.kinds}
    own = [(home, kinds[k]) for home in hospitals for i, k in cells if i == home.id]
    loads = {(h.id, k.id): r.home_load(today, h, k, cells, doctors, by_id) for h, k in own}
    can = ((h, k, ceil(load * dice.between(1.03, 1.12)), "up") for (h, k), load in loads.items())
    return {
        "institutions": r.institution_rows((*hospitals, *towns), insured=lack.insured, fund=lack.fund),
        "communities": communities,
        "neighbours": r.neighbour_rows(towns),
        "specialties": r.specialty_rows(lack.kinds),
        "needs": [r.need_row(by_id[i], kinds[k], cell) for (i, k), cell in cells.items()],
        "capabilities": r.rows_of("institution specialty visits_per_month direction", can),
        "usage": r.usage_rows(lack.kinds, tuple(lack.rate_rows)),
        "doctors": r.doctor_rows(dice, doctors, lack.start.year),
        "duties": [row for d in doctors for row in d.duties],
        "departments": staff,
        "equipment": equipment,
        "services": _service_rows(lack),
        "volumes": _volume_rows(lack, hospitals, towns),
        "centres": _centre_rows(lack),
        "posts": _posts(lack, dice, towns, today, doctors, heads),
        "current_postings": today.postings,
        "referrals": _referral_rows(lack, cells),
        "travel": r.outside_rows((*hospitals, *towns)),
        "roster": today.roster,
        "targets": r.rows_of("indicator scope value unit period source tolerance", r.cells_of(lack.targets)),
    }
