"""What ties services at one institution together: how many it may host, and what hosting costs once."""

from __future__ import annotations

import itertools

import pytest
from support.one_service import Best, two_services
from support.tiny import with_record

from models.instance import Instance

SLOTS = (("A", "S"), ("A", "T"), ("B", "S"), ("B", "T"))
#: Yuan a year of each centre, as `two_services` has them.
FIXED = {("A", "S"): 100.0, ("A", "T"): 100.0, ("B", "S"): 150.0, ("B", "T"): 160.0}
#: Yuan of both members' items, by the hosts that are open.
ITEMS = {"A": 10 * 10 + 10 * 30, "B": 10 * 30 + 10 * 10, "AB": 10 * 10 + 10 * 10}


def hosted(most: int | None, costs: tuple[float, float]) -> Instance:
    """Services S and T at hosts A and B; A may host `most` of them."""
    x = with_record(two_services(), "institutions", "A", max_services=most, host_cost_per_year=costs[0])
    return with_record(x, "institutions", "B", host_cost_per_year=costs[1])


def cheapest(most: int | None, costs: tuple[float, float]) -> float:
    """Least cost of serving everybody, by trying every set of centres: plain Python, no model."""
    best = float("inf")
    for chosen in itertools.product((False, True), repeat=len(SLOTS)):
        opened = [slot for slot, yes in zip(SLOTS, chosen, strict=True) if yes]
        hosts = {s: "".join(h for h, service in opened if service == s) for s in "ST"}
        if not all(hosts.values()) or (most is not None and sum(h == "A" for h, _ in opened) > most):
            continue
        hosting = sum(cost for host, cost in zip("AB", costs, strict=True) if any(h == host for h, _ in opened))
        best = min(best, sum(FIXED[slot] for slot in opened) + sum(ITEMS[h] for h in hosts.values()) + hosting)
    return best


@pytest.mark.parametrize("most", [None, 2, 1, 0])
@pytest.mark.parametrize("costs", [(0.0, 0.0), (90.0, 0.0), (500.0, 20.0), (30.0, 40.0), (400.0, 400.0)])
def test_hosts_are_chosen_together(most: int | None, costs: tuple[float, float]) -> None:
    """Limits and costs of hosting give the same least cost as trying every set of centres."""
    best = Best(hosted(most, costs))
    assert best.floors == pytest.approx(0.0, abs=1e-6)
    assert best.cost == pytest.approx(cheapest(most, costs), abs=1e-4)


def test_hosting_is_paid_once() -> None:
    """A host of two services pays its hosting once: 90 yuan, not 180."""
    free, paid = Best(hosted(None, (0.0, 500.0))), Best(hosted(None, (90.0, 500.0)))
    assert free.centres == paid.centres == ["A", "A"]
    assert paid.cost - free.cost == pytest.approx(90.0, abs=1e-4)


def test_an_institution_that_may_host_nothing_hosts_nothing() -> None:
    """`max_services` of 0 closes the institution to every service."""
    assert "A" not in Best(hosted(0, (0.0, 0.0))).centres
