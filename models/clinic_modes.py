"""Rows of the block `sessions` on what a site is offered: modes, counts, visits, the main doctor."""

from __future__ import annotations

from collections import defaultdict
from math import inf

import numpy as np

from models.instance import FREQUENCIES, MODES
from models.keys import Keys, Later
from models.postings import add_items, visits_per_month
from models.rows import Columns, Rows
from models.visitors import NAME, Clinics

#: Place of the mode "posted" among `MODES`.
POSTED = len(FREQUENCIES)


def pattern_rows(made: Clinics) -> None:
    """Frequencies that were not asked for, where the model has them all the same."""
    if made.instance.state("pattern") == "off":
        return
    family = Rows(made.sheet, NAME, "pattern_clinic", doc="a filter as a row", rule="pattern", unit="modes")
    asked = np.asarray([[mode in (*need.modes, "posted") for mode in MODES] for need in made.needs.all], dtype=bool)
    wrong = np.flatnonzero(~asked.reshape(-1, len(MODES))[made.z_need, made.z_mode])
    if wrong.size:
        family.add(family.rows(made.z_keys.take(wrong), upper=0.0), made.z, wrong, 1.0)


def modes_rows(made: Clinics) -> None:
    sheet, modes = made.sheet, np.arange(len(made.z))
    one = Rows(sheet, NAME, "one_mode", doc="at most one mode", unit="modes")
    one.rows(made.labels.cell_keys(made.cells), upper=1.0)
    one.add(made.z_cell, made.z, modes, 1.0)
    low = Rows(sheet, NAME, "frequency_low", doc="enough clinics for the frequency", rule="frequency", unit="clinics")
    high = Rows(
        sheet, NAME, "frequency_high", doc="no more clinics than the frequency", rule="frequency", unit="clinics"
    )
    row = made.v_at[made.cells[made.z_cell]]
    clinic = (row >= 0) & (made.z_mode != POSTED)
    site, _, quarter = made.parts_of(made.cells[made.z_cell[clinic]])
    held = np.flatnonzero(made.v_at[made.cell] >= 0)
    for family, counts, sides in ((low, made.low, {"lower": 0.0}), (high, made.high, {"upper": 0.0})):
        family.rows(made.labels.cell_keys(made.v_cells), **sides)
        family.add(made.v_at[made.cell[held]], made.n, held, 1.0)
        family.add(row[clinic], made.z, modes[clinic], -counts[site, made.z_mode[clinic], quarter])
    _posted(made)
    required = Rows(
        sheet, NAME, "requires_service", doc="required services are served", rule="requires_service", unit="modes"
    )
    if made.ledger.offers.get("served") is not None:
        _required(made, required)


def _posted(made: Clinics) -> None:
    family = Rows(made.sheet, NAME, "posted_mode", doc="a posting makes the mode", unit="modes")
    cells = np.flatnonzero(made.z_at[:, POSTED] >= 0)
    keys = made.labels.cell_keys(made.cells[cells])
    rows = family.rows(keys, upper=0.0)
    family.add(rows, made.z, made.z_at[cells, POSTED], 1.0)
    row_of = np.full(made.of.size, -1)
    row_of[made.cells[cells]] = rows
    for at, (columns, places, _) in made.posted:
        row = row_of[at]
        family.add(row[row >= 0], columns, places[row >= 0], -1.0)


def _required(made: Clinics, family: Rows) -> None:
    """No mode, and nobody newly posted, where a required service is missing; running postings go on.

    The rows of a cell stand together: for each service that for its modes, then one for each date on which
    postings to it may start.
    """
    labels, posted = made.labels, _new_postings(made)
    kinds = [made.instance.specialties.get(k) for k in labels.specialties]
    needed = [kind.requires if kind else () for kind in kinds]
    _, specialty, _ = made.parts_of(made.cells)
    asking = np.flatnonzero(np.asarray([bool(services) for services in needed], dtype=bool)[specialty])
    # Row by row: the cell, the service, the date; what a unit of being served allows; the postings that start.
    about: list[tuple[int, str, str]] = []
    allows: list[float] = []
    starting: list[tuple[int, Columns, int]] = []
    for at, k in zip(asking.tolist(), specialty[asking].tolist(), strict=True):
        for name in needed[k]:
            about.append((at, name, ""))
            allows.append(1.0)
            for start, options in posted.get(at, {}).items():
                starting += [(len(about), columns, place) for columns, place in options]
                about.append((at, name, start))
                allows.append(float(len(options)))
    rows = _about_rows(made, family, about)
    cell = np.asarray([one[0] for one in about], dtype=np.int64)
    service = np.asarray([labels.service.get(one[1], -1) for one in about], dtype=np.int64)
    first = np.searchsorted(made.z_cell, np.arange(len(made.cells) + 1))
    whole = np.flatnonzero(np.asarray([not one[2] for one in about], dtype=bool))
    row, place = _spread(rows[whole], first[cell[whole]], first[cell[whole] + 1])
    family.add(row, made.z, place, 1.0)
    site = made.parts_of(made.cells)[0][cell]
    for slots, (columns, places, coefs) in made.ledger.offers["served"].parts((labels.institutions, labels.services)):
        order = np.argsort(slots, kind="stable")
        wanted = np.where(service >= 0, site * len(labels.services) + service, -1)
        ends = [np.searchsorted(slots[order], wanted, side=side) for side in ("left", "right")]
        row, nth = _spread(rows, *ends)
        family.add(row, columns, places[order[nth]], -coefs[order[nth]] * np.asarray(allows)[row])
    for columns in {one[1] for one in starting}:
        mine = np.asarray([(at, place) for at, other, place in starting if other is columns], dtype=np.int64)
        family.add(mine[:, 0], columns, mine[:, 1], 1.0)


def _about_rows(made: Clinics, family: Rows, about: list[tuple[int, str, str]]) -> np.ndarray:
    cells = made.labels.cell_keys(made.cells)

    def subjects() -> list[tuple[str, ...]]:
        return [(*cells[cell], *(part for part in more if part)) for cell, *more in about]

    return family.rows(Later(len(about), subjects), upper=0.0)


def _spread(rows: np.ndarray, first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row with every number from `first` up to `end`."""
    many = end - first
    step = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return np.repeat(rows, many), np.repeat(first, many) + step


def _new_postings(made: Clinics) -> dict[int, dict[str, list[tuple[Columns, int]]]]:
    """New postings that would run in a cell whose specialty requires a service, by the date on which they start."""
    kinds = [made.instance.specialties.get(k) for k in made.labels.specialties]
    asks = np.asarray([bool(kind and kind.requires) for kind in kinds], dtype=bool)
    found: dict[int, dict[str, list[tuple[Columns, int]]]] = defaultdict(dict)
    for cells, (columns, places, _) in made.posted:
        assert isinstance(columns.keys, Keys)
        dates, start = [day.isoformat() for day in columns.keys.parts[3]], columns.keys.codes[3][places]
        kept = asks[made.parts_of(cells)[1]] & ~made.ledger.offers["running"][places] & (made.of[cells] >= 0)
        for cell, on, place in zip(
            made.of[cells[kept]].tolist(), start[kept].tolist(), places[kept].tolist(), strict=True
        ):
            found[cell].setdefault(dates[on], []).append((columns, place))
    return found


def visits_rows(made: Clinics) -> None:
    sheet, labels, ledger = made.sheet, made.labels, made.ledger
    supply = Rows(sheet, NAME, "session_supply", doc="visits need clinics", rule="capture", unit="visits/month")
    capture = Rows(
        sheet, NAME, "capture", doc="visits kept stay within what the mode draws", rule="capture", unit="visits/month"
    )
    keys, visits = labels.cell_keys(made.v_cells), np.arange(len(made.v))
    supply.add(supply.rows(keys, upper=0.0), made.v, visits, 1.0)
    held = np.flatnonzero(made.v_at[made.cell] >= 0)
    months = np.asarray([quarter.months for quarter in made.instance.quarters])
    need, quarter = made.needs.at[made.site[held], made.specialty[held]], made.quarter[held]
    supply.add(made.v_at[made.cell[held]], made.n, held, -made.patients[need, quarter] / months[quarter])
    ledger.add_many("visits", keys, made.v, visits, 1.0)
    ledger.add_many("kept", Keys((keys.parts[0], keys.parts[2]), (keys.codes[0], keys.codes[2])), made.v, visits, 1.0)
    add_items(made.instance, ledger, made.v, keys)
    capture.rows(labels.cell_keys(made.cells), upper=0.0)
    capture.add(made.of[made.v_cells], made.v, visits, 1.0)
    posted: Columns | None = ledger.offers.get("posted_visits")
    if posted is not None and len(posted):
        assert isinstance(posted.keys, Keys)
        row = made.of[np.ravel_multi_index(tuple(posted.keys.codes), labels.shape)]
        capture.add(row[row >= 0], posted, np.flatnonzero(row >= 0), 1.0)
    capture.add(made.z_cell, made.z, np.arange(len(made.z)), -_draws(made))


def _draws(made: Clinics) -> np.ndarray:
    """The most visits per month that each mode can keep where it is offered."""
    needs, instance = made.needs, made.instance
    site, _, quarter = made.parts_of(made.cells[made.z_cell])
    months = np.asarray([one.months for one in instance.quarters])[quarter]
    need, mode, clinic = made.z_need, made.z_mode, made.z_mode != POSTED
    supply = np.full(len(need), inf)
    at = (site[clinic], mode[clinic], quarter[clinic])
    supply[clinic] = made.patients[need[clinic], quarter[clinic]] * made.high[at] / months[clinic]
    persons, there = _posted_persons(made)
    for at_z in np.flatnonzero(~clinic).tolist():
        i, k = needs.keys[need[at_z]]
        post, cell = instance.posts.get((i, k)), made.cells[made.z_cell[at_z]]
        most = min(persons[cell], max(post.doctors, there[cell]) if post else inf)
        supply[at_z] = visits_per_month(instance, i, k) * max(most, 1)
    shares = np.asarray([[instance.specialties[key[1]].capture[m] for m in MODES] for key in needs.keys])
    drawn = shares.reshape(-1, len(MODES))[need, mode] * needs.pool[need] * needs.calibration[need]
    least: np.ndarray = np.minimum(np.minimum(drawn, supply), needs.recoverable_visits[need])
    return least


def _posted_persons(made: Clinics) -> tuple[np.ndarray, np.ndarray]:
    """Doctors who may be posted, and postings that run today, by cell."""
    persons, there = np.zeros(made.of.size, dtype=np.int64), np.zeros(made.of.size, dtype=np.int64)
    for cells, (columns, places, _) in made.posted:
        assert isinstance(columns.keys, Keys)
        many = len(made.labels.doctors)
        pairs = np.unique(cells * many + columns.keys.codes[0][places])
        persons += np.bincount(pairs // many, minlength=len(persons))
        there += np.bincount(cells, weights=made.ledger.offers["running"][places], minlength=len(there)).astype(
            np.int64
        )
    return persons, there


def main_rows(made: Clinics) -> None:
    if made.instance.state("continuity") == "off":
        return
    share = Rows(
        made.sheet, NAME, "main_share", doc="the main doctor holds most clinics", rule="continuity", unit="clinics"
    )
    one = Rows(made.sheet, NAME, "main_one", doc="one main doctor for each clinic", rule="continuity", unit="doctors")
    mains, clinic = np.arange(len(made.m)), made.m_clinic
    leading = np.unique(clinic)
    rows = share.rows(made.n_keys.take(leading), lower=0.0)
    share.add(rows, made.n, leading, 1.0)
    least = made.least_main[made.site[clinic], made.m_frequency, made.quarter[clinic]]
    share.add(np.searchsorted(leading, clinic), made.m, mains, -least)
    offered = np.flatnonzero(made.z_mode != POSTED)
    rows = one.rows(made.z_keys.take(offered), 0.0, 0.0)
    one.add(rows, made.z, offered, -1.0)
    row_of = np.full(len(made.z), -1)
    row_of[offered] = rows
    mode = made.z_at[made.of[made.cell[clinic]], made.m_frequency]
    one.add(row_of[mode], made.m, mains, 1.0)
