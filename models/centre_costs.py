"""Money of the shared centres, in yuan a year, and the centres newly opened or given up."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from models.centre_frame import Frame
from models.centre_records import Level
from models.rows import Columns, Rows, Term

#: Points of the aim `change` for a centre newly opened or given up: a quarter of weekly clinics.
CHANGE_POINTS = 13.0


def level_cost(level: Level, annualise_years: float) -> float:
    """Yuan a year of a level that is open, items apart."""
    opening = level.opening_cost if level.state in ("candidate", "forced") else 0.0
    return level.fixed_cost_per_year + opening / annualise_years


def add_fixed_costs(frame: Frame) -> None:
    """Yuan a year of the centres themselves; opening and closing against today."""
    choices, ledger, years = frame.choices, frame.ledger, frame.instance.budget.annualise_years
    for key, level in zip(choices.keys, choices.levels, strict=True):
        ledger.pay("centres", frame.open, key, level_cost(level, years))
    closing: dict[int, float] = {}
    for host in range(len(choices.hosts)):
        today = [level.closing_cost for level in choices.levels[choices.of(host)] if level.state == "existing"]
        if today:
            closing[host] = max(today)
    slots = [choices.hosts[host] for host in closing]
    closed = frame.columns("closed", slots, "existing centre given up", "1", upper=1.0)
    family = frame.rows("closed_if_none", "an existing centre is open or given up")
    for host, slot in enumerate(choices.hosts):
        if host in closing:
            family.row(slot, [(closed, slot, 1.0), *frame.opened(host)], lower=1.0)
            ledger.pay("centres", closed, slot, closing[host] / years)
            ledger.aim("change", closed, slot, CHANGE_POINTS)
        else:
            for term in frame.opened(host, CHANGE_POINTS):
                ledger.aim("change", *term)


def add_hosting(frame: Frame) -> None:
    """What ties the services at one institution together: how many it may host, and what hosting costs once."""
    places, hosts = frame.instance.institutions, defaultdict[str, list[int]](list)
    for number, (host, _) in enumerate(frame.choices.hosts):
        hosts[host].append(number)
    most = frame.rows("max_services", "no more services than the institution may host", "max_services", "services")
    for host, numbers in hosts.items():
        limit = places[host].max_services
        if limit is not None and len(numbers) > limit:
            most.row(host, [term for number in numbers for term in frame.opened(number)], upper=float(limit))
    paid = [host for host in hosts if places[host].host_cost_per_year > 0]
    hosting = frame.columns("hosting", paid, "hosts some service", "1", upper=1.0)
    family = frame.rows("hosting_if_open", "only a host has open centres")
    for host in paid:
        frame.ledger.pay("centres", hosting, host, places[host].host_cost_per_year)
        for number in hosts[host]:
            slot = frame.choices.hosts[number]
            family.row(slot, [*frame.opened(number), (hosting, host, -1.0)], upper=0.0)


def add_item_costs(frame: Frame) -> None:
    """Yuan a year of the items: on the arcs, or by level where the levels of a host differ."""
    handled = _by_level(frame, "handled", "cost_per_item", "items/day")
    carried = _by_level(frame, "carried", "cost_per_item_minute", "item-minutes/day")
    choices, arcs, services, ledger = frame.choices, frame.arcs, frame.instance.services, frame.ledger
    per_item = np.zeros(len(arcs.keys))
    for host, (_, s) in enumerate(choices.hosts):
        level = choices.levels[int(choices.first[host])]
        each = 0.0 if host in handled else level.cost_per_item
        minute = 0.0 if host in carried else level.cost_per_item_minute
        mine = frame.by_host[host]
        per_item[mine] = services[s].days_per_year * (each + minute * arcs.minutes[mine])
    cost = per_item * arcs.items
    for arc in np.flatnonzero(cost).tolist():
        ledger.pay("centres", *frame.x(arc)[:2], float(cost[arc]))
    weight = np.asarray(list(frame.weight.values()))
    each = per_item[frame.sent_arc] * weight[frame.sent_quarter]
    ledger.pay_many("centres", frame.extra, np.arange(len(frame.extra)), each)
    for slot in frame.members:
        price, volume = services[slot[1]].unserved_cost, frame.instance.volumes.get(slot)
        if price and volume:
            yuan = price * volume.items_per_day * services[slot[1]].days_per_year
            ledger.pay("centres", frame.unserved, slot, yuan)


def _by_level(frame: Frame, name: str, price: str, unit: str) -> set[int]:
    """Columns that hold a host's load by level, where `price` differs; returns those hosts."""
    choices, prices = frame.choices, dict[int, dict[str, float]]()
    for host in range(len(choices.hosts)):
        by_level = {level.level: float(getattr(level, price)) for level in choices.levels[choices.of(host)]}
        if len(set(by_level.values())) > 1:
            prices[host] = by_level
    keys = [(*choices.hosts[host], level) for host, by_level in prices.items() for level in sorted(by_level)]
    columns = frame.columns(name, keys, f"{unit} by level", unit)
    in_all = frame.rows(f"{name}_in_all", "the levels' parts add up to the host's load", unit=unit)
    chosen = frame.rows(f"{name}_if_chosen", "only the chosen level has a part", unit=unit)
    for host, by_level in prices.items():
        h, s = choices.hosts[host]
        mine = frame.by_host[host]
        rate = np.ones(len(mine)) if name == "handled" else frame.arcs.minutes[mine]
        _add_up(frame, in_all, columns, host, rate, list(by_level))
        most = float((rate * (frame.arcs.items[mine] + frame.clinic[mine])).sum())
        for level, each in by_level.items():
            frame.ledger.pay("centres", columns, (h, s, level), each * frame.instance.services[s].days_per_year)
            y: list[Term] = [(frame.open, key, -most) for key in choices.keys[choices.of(host)] if key[2] == level]
            chosen.row((h, s, level), [(columns, (h, s, level), 1.0), *y], upper=0.0)
    return set(prices)


def _add_up(frame: Frame, family: Rows, columns: Columns, host: int, rate: np.ndarray, levels: list[str]) -> None:
    """sum rate x (items x + clinics' mean items) - sum by level = 0 at one host."""
    h, s = frame.choices.hosts[host]
    mine = frame.by_host[host]
    of_arc = dict(zip(mine.tolist(), rate.tolist(), strict=True))
    sent: list[Term] = [
        (frame.extra, one.key, of_arc[one.arc] * frame.weight[one.key[3]]) for one in frame.sent if one.arc in of_arc
    ]
    row = family.row((h, s), [*sent, *((columns, (h, s, level), -1.0) for level in levels)], 0.0, 0.0)
    frame.add_x(family, np.full(len(mine), row), mine, rate * frame.arcs.items[mine])
