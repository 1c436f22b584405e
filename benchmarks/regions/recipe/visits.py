"""Visits a month by institution and specialty: need, own, referred, left, unmet; the flows that follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import floor

from benchmarks.regions.recipe.doctors import HOME_VISITS, Doctor
from benchmarks.regions.recipe.drawing import Dice
from benchmarks.regions.recipe.kinds import CLINIC_PATIENTS, DOWN_SHARE, HOME_PATIENTS, Kind, posted_visits
from benchmarks.regions.recipe.places import Place, minutes
from benchmarks.regions.recipe.quarter import FREQUENCIES
from benchmarks.regions.recipe.texts import Row, rows_of
from benchmarks.regions.recipe.today import Today

MOST_LEFT = 0.35  # of those who are not seen in their own place
LEFT_SHARE = 0.0655  # of the need, before distance; the county's share inside then is about 92 %
VISITS_PER_RESIDENT_YEAR = 1.1  # specialist visits; primary and general visits are only in `targets`


@dataclass
class Cell:
    """Visits per month of one institution and specialty, today; `referred` by hospital."""

    need: float
    own: float
    left: float
    referred: dict[str, float]
    outreach: float
    unmet: float
    recoverable: float


Cells = Mapping[tuple[str, str], Cell]
MOST_OWN = 0.9  # of the need of a place and specialty
Pull = Callable[[Place, Place, str], float]  # (site, hospital, specialty) -> weight in the site's referrals


def outreach_today(today: Today, kind: Kind, site: str, need: float, own: float) -> float:
    """min(patients x clinics / months + posted visits, capture x pool): the planner's formula."""
    n, posted = today.cell(site, kind.id), (site, kind.id) in today.posted
    mode = today.quarter.mode(n)
    capture = max(dict(zip(FREQUENCIES, kind.capture, strict=True)).get(mode, 0.0), kind.posted if posted else 0.0)
    supply = (CLINIC_PATIENTS * n / today.quarter.months if mode else 0.0) + (posted_visits(kind) if posted else 0.0)
    return min(supply, capture * (need - own))


def town_cell(
    dice: Dice,
    today: Today,
    site: Place,
    kind: Kind,
    share: float,
    hospitals: Sequence[Place],
    offers: Collection[tuple[str, str]],
    left_share: float = LEFT_SHARE,
    pull: Pull | None = None,
    most_left: float = MOST_LEFT,
    most_own: float = MOST_OWN,
) -> Cell:
    """Need by population and mix; today's outreach by formula; the rest is referred, left or unmet.

    `offers` are the (hospital, specialty) with doctors; the group's own hospital gets most referrals,
    unless `pull` weighs the hospitals.
    """
    need = round(site.population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.75, 1.25), 1)
    own = round(need * min(most_own, kind.own * dice.between(0.8, 1.2)), 1)
    outreach = outreach_today(today, kind, site.id, need, own)
    short = outreach > 0 and dice.chance(0.2)  # some clinics see fewer than the formula says
    if short:
        outreach *= dice.between(0.7, 0.95)
    rest = need - own - outreach
    border = min(1.6, max(0.5, 1.6 - (site.outside_minutes - 60) / 60))
    left = round(min(need * left_share * border * dice.between(0.5, 1.5), most_left * rest), 1)
    unmet = 0.0 if short else min(need * 0.03 * dice.between(0.0, 2.0), 0.15 * rest)
    able = [h for h in hospitals if (h.id, kind.id) in offers]
    weights = [(pull or _own_group_first)(site, h, kind.id) for h in able]
    # whole tenths; what rounding leaves over is unmet today (or outreach where nothing is unmet)
    parts = [floor(10 * (rest - left - unmet) * w / sum(weights) + 1e-9) / 10 for w in weights]
    referred = {h.id: p for h, p in zip(able, parts, strict=True) if p > 0}
    slip = need - own - left - sum(referred.values())
    recoverable = round(kind.recoverable * dice.between(0.8, 1.15), 2)
    outreach = slip if short else min(outreach, slip)
    return Cell(need, own, left, referred, outreach, max(0.0, slip - outreach), recoverable)


def _own_group_first(site: Place, hospital: Place, _: str) -> float:
    return 0.76 if hospital.group == site.group else 0.12


def hospital_cell(
    dice: Dice, home: Place, kind: Kind, share: float, population: float, left_share: float = LEFT_SHARE
) -> Cell:
    """Residents of the seat whose first contact is the hospital: held there, or gone outside."""
    need = round(population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.9, 1.1), 1)
    left = round(need * left_share * dice.between(0.7, 1.3), 1)
    recoverable = round(kind.recoverable * dice.between(0.8, 1.15), 2)
    return Cell(need, round(need - left, 1), left, {}, 0.0, 0.0, recoverable)


def sent_to(hospital: Place, kind: Kind, cells: Cells) -> float:
    """Visits a month referred to the hospital today."""
    return sum(c.referred.get(hospital.id, 0.0) for (_, k), c in cells.items() if k == kind.id)


def home_load(
    today: Today, hospital: Place, kind: Kind, cells: Cells, doctors: Sequence[Doctor], places: Mapping[str, Place]
) -> float:
    """Visits a month at the hospital today: own, referred to it, and what absent doctors leave."""
    here = {d.id: d for d in doctors if d.home is hospital}
    own = cells[hospital.id, kind.id].own if (hospital.id, kind.id) in cells else 0.0
    sent = sent_to(hospital, kind, cells)
    away = sum(
        n * (2 if minutes(hospital, places[i], today.trip) > today.half_day else 1)
        for (d, i, k), n in today.count.items()
        if d in here and k == kind.id
    )
    posted = sum(1 for (_, k), d in today.posted.items() if d in here and k == kind.id)
    return own + sent + HOME_PATIENTS * away / today.quarter.months + HOME_VISITS * posted


def need_row(place: Place, kind: Kind, cell: Cell, pattern: str = "any") -> Row:
    """A row of `needs`. Where leaving is easy, keeping visits matters most."""
    columns = """institution specialty visits_per_month own_visits_per_month referred_visits_per_month
        left_visits_per_month recoverable_share pattern priority"""
    sent = round(sum(cell.referred.values()), 1)
    priority = 1.2 if place.outside_minutes < 65 and place.level < 2 else 1.0
    visits = (cell.need, cell.own, sent, cell.left, cell.recoverable)
    return rows_of(columns, [(place.id, kind.id, *visits, pattern, priority)])[0]


_FLOW = "origin destination specialty direction patients_per_month"


def referral_rows(cells: Cells) -> list[Row]:
    """Up to each hospital and out of the county, per cell."""
    flows = ((i, to, k, v) for (i, k), c in cells.items() for to, v in [*c.referred.items(), ("outside", c.left)])
    return rows_of(_FLOW, ((i, to, k, "up", round(v, 1)) for i, to, k, v in flows if v > 0))


def down_rows(cells: Cells, total: float, digits: int = 1) -> list[Row]:
    """Patients sent down today, `total` a month, in proportion to what is treated above and sent down."""
    sent = ((h, i, k, v) for (i, k), c in cells.items() for h, v in c.referred.items())
    weights = {(h, i, k): v * DOWN_SHARE.get(k, 0.10) for h, i, k, v in sent}
    scale = total / sum(weights.values())
    least = 0.5 * 10.0**-digits
    found = ((*key, "down", round(w * scale, digits)) for key, w in weights.items() if w * scale >= least)
    return rows_of(_FLOW, found)


def with_slips(rows: list[Row], total: float) -> list[Row]:
    """Referral rows with `slips_per_month`: of those who go up inside, `total` a month carry a referral slip.

    Whoever is sent down does; whoever leaves the county was not sent by the alliance.
    """
    up = [row["direction"] == "up" and row["destination"] != "outside" for row in rows]
    patients = [float(str(row["patients_per_month"])) for row in rows]
    share = total / sum(n for n, counted in zip(patients, up, strict=True) if counted)
    found = []
    for row, n, counted in zip(rows, patients, up, strict=True):
        slips = round(n * share, 3) if counted else 0.0 if row["destination"] == "outside" else n
        found.append({**row, "slips_per_month": slips})
    return found
