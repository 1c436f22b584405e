"""One shared service and nothing else: small instances of `models.shared_centres` and their best plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from support.tiny import tiny_instance, with_option

from models.assemble import Model, assemble
from models.centre_records import Level, Service, Volume
from models.highs import solve
from models.instance import Aims, Instance, Institution
from models.matrix import Floats

PEOPLE = ("postings", "sessions", "referrals")
#: Points of `floors` against yuan in one objective of the tests.
FLOORS = 1e7


def service(code: str = "S", **changes: Any) -> Service:
    """A service without promises: data, one source, one item costs what the level says."""
    plain = Service(code, code, "data", None, 0.95, None, 0.0, 0.0, 0.0, 5.0, 1.0, None, True, 0.0, None, None, (0.0,))
    return replace(plain, **changes)


def level(host: str, name: str = "one", items: float = 100.0, fixed: float = 0.0, **changes: Any) -> Level:
    """A level of service S: one reader, one verifier, eight hours."""
    return replace(Level("S", host, name, items, 1.0, 1.0, 8.0, fixed, 0.0, 1.0, "candidate", 0.0, 0.0), **changes)


def alliance(
    minutes: dict[tuple[str, str], float],
    items: dict[str, float],
    levels: list[Level],
    one: Service | None = None,
    **changes: Any,
) -> Instance:
    """One service and nothing else; `minutes` are from members to hosts."""
    chosen = one or service()
    places = sorted({place for pair in minutes for place in pair} | {v.institution for v in levels} | set(items))
    base = tiny_instance(
        institutions={i: Institution(i, i, 2, "", True) for i in places},
        services={"S": chosen},
        volumes={(i, "S"): Volume(i, "S", amount, 0.14, 0.0) for i, amount in items.items()},
        levels=tuple(levels),
        members={"S": tuple(items)},
        minutes=minutes,
        host_groups={},
        needs={},
        posts={},
        doctors={},
        sites={},
        usage={},
        aims=Aims(order=("floors", "cost")),
    )
    return replace(base, **changes)


def pair(one: Service | None = None, **changes: Any) -> Instance:
    """Two hosts A and B; P is near A, R near B, each 10 items; trips of 10 and 30 minutes."""
    minutes = {("P", "A"): 10.0, ("P", "B"): 30.0, ("R", "A"): 30.0, ("R", "B"): 10.0}
    changes.setdefault("levels", (level("A"), level("B")))
    levels = list(changes.pop("levels"))
    return alliance(minutes, {"P": 10.0, "R": 10.0}, levels, one, **changes)


def two_services() -> Instance:
    """Services S and T at hosts A and B, with the trips of `pair`; A is the cheaper host of both."""
    x = pair(service(unserved_cost=None))
    one = [level("A", fixed=100.0, cost_per_item_minute=1.0), level("B", fixed=150.0, cost_per_item_minute=1.0)]
    other = [replace(one[0], service="T"), replace(one[1], service="T", fixed_cost_per_year=160.0)]
    return replace(
        x,
        services={s: replace(x.services["S"], id=s, name=s) for s in "ST"},
        volumes={(i, s): replace(x.volumes[i, "S"], service=s) for i in "PR" for s in "ST"},
        members=dict.fromkeys("ST", ("P", "R")),
        levels=(*one, *other),
    )


def peaks() -> Instance:
    one = service(turnaround=20.0, waits=(10.0, 20.0), minutes_per_item=3.0)
    return alliance({("P", "A"): 0.5, ("R", "A"): 0.5}, {"P": 90.0, "R": 40.0}, [level("A", items=500.0)], one)


def split() -> Instance:
    """10 + 10 items, two centres of 12 and 8: only a split serves all."""
    return pair(levels=(level("A", items=12.0), level("B", items=8.0)))


def backed() -> Instance:
    return with_option(pair(service(max_centres=1)), "shared_centres", backup=("S",))


class Best:
    """The best plan of an instance: least shortfall, then least cost."""

    def __init__(self, instance: Instance) -> None:
        self.model: Model = assemble(instance, without=PEOPLE)
        floors, cost = self.model.aims["floors"][0], self.model.aims["cost"][0]
        found = solve(self.model.matrix, FLOORS * floors + cost)
        self.status = found.status
        self.x: Floats = found.x if found.x is not None else np.zeros(0)
        self.floors = self.model.value("floors", self.x) if found.x is not None else np.inf
        self.cost = self.model.value("cost", self.x) if found.x is not None else np.inf

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return self.model.tables(self.x)

    @property
    def links(self) -> dict[str, str]:
        rows = self.tables["service_links"]
        rows = rows[rows["backup"] == "no"]
        return dict(zip(rows["institution"], rows["centre"], strict=True))

    @property
    def centres(self) -> list[str]:
        return sorted(self.tables["centres"]["institution"])
