"""Loads of the shared centres: daily and peak load, least volume, and what clinics send."""

from __future__ import annotations

import numpy as np

from models.centre_arcs import peak_load
from models.centre_frame import Frame, options_of
from models.keys import Keys
from models.rows import Rows, Term


def add_loads(frame: Frame) -> None:
    """Rows `centre_capacity`, `promised_wait`, `least_volume` and `enough_capacity`."""
    capacity = frame.rows("centre_capacity", "daily load within the level's capacity", "centre_capacity", "items/day")
    promised = frame.rows("promised_wait", "peak load within the safe load", "promised_wait", "items")
    least = frame.rows("least_volume", "an open centre has its least volume", "least_volume", "items/day")
    arcs, choices, services = frame.arcs, frame.choices, frame.instance.services
    for host, (h, s) in enumerate(choices.hosts):
        mine = frame.by_host[host]
        _load_rows(frame, capacity, host, arcs.items[mine], np.ones(len(mine)), choices.capacity[choices.of(host)])
        _load_rows(frame, promised, host, arcs.peak[mine], _extra_peaks(frame, mine), choices.safe[choices.of(host)])
        if services[s].min_items_per_day > 0:
            row = least.row((h, s), frame.opened(host, -services[s].min_items_per_day), lower=0.0)
            frame.add_x(least, np.full(len(mine), row), mine, arcs.items[mine])
    enough = frame.rows("enough_capacity", "open capacity covers what is served", unit="items/day")
    if frame.instance.state("centre_capacity") == "hard" and not frame.ledger.explain:
        for s in sorted({s for _, s in choices.hosts}):
            _enough(frame, enough, s)


def _extra_peaks(frame: Frame, arcs: np.ndarray) -> np.ndarray:
    """Load against the safe load of one clinic item a day on each arc (0 where clinics send none)."""
    peaks = np.zeros(len(arcs))
    for at in np.flatnonzero(frame.clinic[arcs] > 0).tolist():
        i, _, s = frame.arcs.keys[int(arcs[at])]
        volume = frame.instance.volumes.get((i, s))
        share = volume.peak_share if volume else options_of(frame.instance).peak_share
        peaks[at] = peak_load(frame.instance.services[s], 1.0, share)
    return peaks


def _load_rows(
    frame: Frame, family: Rows, host: int, loads: np.ndarray, extra_loads: np.ndarray, limits: np.ndarray
) -> None:
    """sum loads x + sum extra_loads e <= sum limits y in each quarter, unless it can never bind."""
    mine = frame.by_host[host]
    clinics = frame.clinic[mine]
    most = float((loads + extra_loads * clinics).sum())
    if not len(mine) or (limits >= most).all():
        return
    keys = frame.choices.keys[frame.choices.of(host)]
    places = np.arange(len(frame.choices.keys))[frame.choices.of(host)]
    h, s = frame.choices.hosts[host]
    senders = np.flatnonzero(clinics > 0).tolist()
    for quarter in list(frame.weight) if senders else [""]:
        sent: list[Term] = [
            (frame.extra, (*frame.arcs.keys[int(mine[at])], quarter), float(extra_loads[at])) for at in senders
        ]
        row = family.row((h, s, quarter) if quarter else (h, s), sent, upper=0.0)
        frame.add_x(family, np.full(len(mine), row), mine, loads)
        family.add(np.full(len(keys), row), frame.open, places, -np.where(np.isinf(limits), most, limits))


def _enough(frame: Frame, family: Rows, s: str) -> None:
    """Capacity opened for a service covers all of its members that are served."""
    slots = [slot for slot in frame.members if slot[1] == s]
    items = {slot: volume.items_per_day for slot in slots if (volume := frame.instance.volumes.get(slot))}
    total = sum(items.values())
    own = zip(frame.choices.keys, frame.choices.capacity.tolist(), strict=True)
    capacity = {key: cap for key, cap in own if key[1] == s}
    if total > 0 and min(capacity.values()) < total:
        terms: list[Term] = [(frame.open, key, min(cap, total)) for key, cap in capacity.items()]
        unserved: list[Term] = [(frame.unserved, slot, part) for slot, part in items.items()]
        family.row((s,), [*terms, *unserved], lower=total)


def add_clinic_items(frame: Frame) -> None:
    """What clinics send goes to the centre that serves the institution, or elsewhere."""
    labels, ledger = frame.instance.labels, frame.ledger
    grid = (labels.institutions, labels.services, labels.quarters)
    with_centre = frame.rows("extra_if_served", "clinic items go to the institution's centre", unit="items/day")
    rows = with_centre.rows(frame.extra.keys, upper=0.0)
    with_centre.add(rows, frame.extra, rows, 1.0)
    frame.add_x(with_centre, rows, frame.sent_arc, -frame.clinic[frame.sent_arc])
    ends = [(labels.institution[i], labels.service[s]) for i, _, s in frame.arcs.keys]
    site, service = np.asarray(ends, dtype=np.int64).reshape(len(ends), 2)[frame.sent_arc].T
    ledger.add_many("clinic_items", Keys(grid, (site, service, frame.sent_quarter)), frame.extra, rows, -1.0)
    without = frame.rows("elsewhere_if_unserved", "clinic items go elsewhere where unserved", unit="items/day")
    slots, many = sorted(frame.most), len(labels.quarters)
    place = [frame.unserved.position.get(slot, -1) for slot in slots]
    most = np.repeat(np.asarray([frame.most[slot] for slot in slots]), many)
    codes = [(labels.institution[i], labels.service[s]) for i, s in slots]
    site, service = np.repeat(np.asarray(codes, dtype=np.int64).reshape(len(codes), 2), many, axis=0).T
    keys, everything = Keys(grid, (site, service, np.tile(np.arange(many), len(slots)))), np.arange(len(most))
    ledger.add_many("clinic_items", keys, frame.elsewhere, everything, -1.0)
    unserved = np.repeat(np.asarray(place, dtype=np.int64), many)
    kept = np.flatnonzero(unserved >= 0)
    rows = without.rows(keys.take(kept), upper=0.0)
    without.add(rows, frame.elsewhere, kept, 1.0)
    without.add(rows, frame.unserved, unserved[kept], -most[kept])
