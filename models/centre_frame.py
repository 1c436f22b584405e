"""What the parts of `models.shared_centres` share while the block is built: sets and main variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.centre_arcs import Arc, Arcs, Choices, Slot, covering_services, list_arcs, list_choices
from models.instance import Instance
from models.ledger import Ledger
from models.options import SharedCentres
from models.rows import Columns, Rows, Term

NAME = "shared_centres"


def options_of(instance: Instance) -> SharedCentres:
    """The block's options, or their defaults."""
    found = instance.options.get(NAME)
    return found if isinstance(found, SharedCentres) else SharedCentres()


@dataclass(frozen=True)
class Sent:
    """One column of `extra`: what clinics at i send to h in a quarter, and the number of its arc."""

    key: tuple[str, str, str, str]
    arc: int


@dataclass(frozen=True)
class Frame:
    """The index sets and main variables, handed from step to step.

    arcs: of the services with links; reach: of the covering services, which have none;
    whole: whether an arc is in `serve` (single source) or in `share`; place: where it is there;
    by_host: the arcs of each host; most: items/day that clinics at (i, s) can send at most, and
    clinic: the same by arc; sent: the columns of `extra` in order; weight: weeks' share of a quarter.
    """

    block: Any
    instance: Instance
    ledger: Ledger
    choices: Choices
    arcs: Arcs
    reach: Arcs
    by_host: list[np.ndarray]
    whole: np.ndarray
    place: np.ndarray
    open: Columns
    serve: Columns
    share: Columns
    unserved: Columns
    most: dict[Slot, float]
    clinic: np.ndarray
    sent: list[Sent]
    extra: Columns
    elsewhere: Columns
    weight: dict[str, float]

    @property
    def sent_arc(self) -> np.ndarray:
        """Arcs of the columns of `extra`."""
        return np.repeat(np.flatnonzero(self.clinic > 0), len(self.weight))

    @property
    def sent_quarter(self) -> np.ndarray:
        """Numbers of their quarters."""
        return np.tile(np.arange(len(self.weight)), int((self.clinic > 0).sum()))

    @property
    def members(self) -> list[Slot]:
        """All (institution, service), of services with and without links."""
        return [*self.arcs.members, *self.reach.members]

    def rows(self, name: str, doc: str, rule: str = "", unit: str = "", weight: float = 1.0) -> Rows:
        return Rows(self.ledger.sheet, NAME, name, doc=doc, rule=rule, unit=unit, weight=weight)

    def columns(self, name: str, keys: Iterable[Any], doc: str, unit: str, **kind: Any) -> Columns:
        return Columns(self.ledger.sheet, self.block, name, keys, doc=doc, unit=unit, **kind)

    def opened(self, host: int, coef: float = 1.0) -> list[Term]:
        """coef x sum over levels and waits of y at this host."""
        return [(self.open, key, coef) for key in self.choices.keys[self.choices.of(host)]]

    def x(self, arc: int, coef: float = 1.0) -> Term:
        """coef x the column of an arc, whichever variable holds it."""
        return (self.serve if self.whole[arc] else self.share, self.arcs.keys[arc], coef)

    def add_x(self, family: Rows, rows: np.ndarray, arcs: np.ndarray, coefs: np.ndarray | float = 1.0) -> None:
        """Add coefs x x[arcs] to the rows, whichever variable holds the arc."""
        values = np.broadcast_to(np.asarray(coefs, dtype=float), rows.shape)
        for columns, held in ((self.serve, self.whole[arcs]), (self.share, ~self.whole[arcs])):
            if held.any():
                family.add(rows[held], columns, self.place[arcs[held]], values[held])


def make_frame(block: Any, instance: Instance, ledger: Ledger) -> Frame:
    """List the sets and declare the main variables."""
    choices = list_choices(instance)
    options, offered = options_of(instance), {s for _, s in choices.hosts}
    covering = covering_services(instance, choices, options, ledger.explain)
    arcs = list_arcs(instance, choices, options, ledger.explain, offered - covering)
    reach = list_arcs(instance, choices, options, ledger.explain, covering)
    order = np.argsort(arcs.host, kind="stable")
    by_host = np.split(order, np.searchsorted(arcs.host[order], np.arange(1, len(choices.hosts))))
    firm = instance.state("single_source") == "hard" and not ledger.explain
    most = _clinic_most(instance)
    clinic = np.array([most.get((i, s), 0.0) for i, _, s in arcs.keys])
    whole = np.array([firm and instance.services[s].single_source for _, _, s in arcs.keys], dtype=bool)
    if not ledger.explain:  # what clinics send has one way, or its split would be a product of two decisions
        whole |= clinic > 0
    periods = [quarter.name for quarter in instance.quarters]
    sent = [Sent((*arcs.keys[arc], q), arc) for arc in np.flatnonzero(clinic > 0).tolist() for q in periods]
    pairs = list(zip(arcs.keys, whole.tolist(), strict=True))
    single: list[Arc] = [key for key, one in pairs if one]
    parted: list[Arc] = [key for key, one in pairs if not one]
    elsewhere = [(*slot, q) for slot in sorted(most) for q in periods]

    def columns(name: str, keys: Iterable[Any], doc: str, unit: str, **kind: Any) -> Columns:
        return Columns(ledger.sheet, block, name, keys, doc=doc, unit=unit, **kind)

    return Frame(
        block,
        instance,
        ledger,
        choices,
        arcs,
        reach,
        by_host,
        whole,
        np.where(whole, np.cumsum(whole), np.cumsum(~whole)) - 1,
        columns("open", choices.keys, "centre open at this level and wait", "1", upper=1.0, integer=True),
        columns("serve", single, "served from this centre", "1", upper=1.0, integer=True),
        columns("share", parted, "part served from this centre", "share", upper=1.0),
        columns("unserved", [*arcs.members, *reach.members], "part that no centre serves", "share", upper=1.0),
        most,
        clinic,
        sent,
        columns("extra", [one.key for one in sent], "clinic items sent", "items/day"),
        columns("elsewhere", elsewhere, "clinic items that no centre takes", "items/day"),
        {quarter.name: quarter.weeks / instance.weeks for quarter in instance.quarters},
    )


def _clinic_most(instance: Instance) -> dict[Slot, float]:
    """Items/day that clinics can send at most, for every (i, s) with a need that uses the service."""
    most: dict[Slot, float] = {}
    for (i, k), need in instance.needs.items():
        for s, service in instance.services.items():
            per_visit = instance.usage.get((k, s), 0.0)
            if per_visit > 0:
                items = per_visit * need.recoverable_visits * 12.0 / service.days_per_year
                most[i, s] = most.get((i, s), 0.0) + items
    return most
