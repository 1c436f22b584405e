"""Small referral networks made by hand, with figures that can be checked with a pencil."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from planner.network.network import Network

Flow = tuple[str, str, str, str, float]


def network(
    places: Mapping[str, tuple[int, str]],
    flows: Iterable[Flow],
    hosts: Iterable[tuple[str, str, float]],
    minutes: Mapping[tuple[str, str], float],
    cells: Iterable[tuple[str, str, float, float, float, float, float]] = (),
    alliances: Iterable[tuple[str, str, str]] = (),
    max_minutes: float = 120.0,
    slips: Mapping[tuple[str, str], float] | None = None,
) -> Network:
    """places: id -> (level, group). flows: origin, destination, specialty, direction, patients. hosts: hospital,
    specialty, capacity. minutes: both for trips to hospitals and for flows. cells: institution, specialty, need,
    own, kept, left, unmet. slips: by (origin, destination), else everybody."""
    ids = list(places)
    table = pd.DataFrame(
        {
            "name": [f"机构{key}" for key in ids],
            "level": [float(places[key][0]) for key in ids],
            "kind": ["general" if places[key][0] >= 2 else "township_centre" for key in ids],
            "group": [places[key][1] for key in ids],
            "lead": [places[key][0] >= 2 for key in ids],
            "lon": [119.0 + 0.1 * at for at in range(len(ids))],
            "lat": [32.0 + 0.05 * (at % 3) for at in range(len(ids))],
        },
        index=pd.Index(ids, name="id"),
    )
    rows = pd.DataFrame(list(flows), columns=["origin", "destination", "specialty", "direction", "patients"])
    rows["slips"] = [
        (slips or {}).get((o, d), 0.0 if d == "outside" else n)
        for o, d, n in zip(rows["origin"], rows["destination"], rows["patients"], strict=True)
    ]
    rows["minutes"] = [minutes.get((o, d), np.nan) for o, d in zip(rows["origin"], rows["destination"], strict=True)]
    able = pd.DataFrame(list(hosts), columns=["hospital", "specialty", "capacity"]).assign(stated=True)
    known = [(o, h, m) for (o, h), m in minutes.items() if h in set(able["hospital"]) and o in places]
    return Network(
        places=table,
        flows=rows,
        cells=pd.DataFrame(list(cells), columns=["institution", "specialty", "need", "own", "kept", "left", "unmet"])
        .astype(dict.fromkeys(("need", "own", "kept", "left", "unmet"), float))
        .assign(lost=0.0),
        hosts=able,
        reach=pd.DataFrame(known, columns=["origin", "hospital", "minutes"]),
        tele=pd.DataFrame(columns=["origin", "destination", "specialty", "kind", "amount", "unit"]),
        alliances=pd.DataFrame(list(alliances), columns=["institution", "alliance", "service"]),
        max_minutes=max_minutes,
        own_group=True,
        planned=False,
    )


def county() -> Network:
    """A village V behind T1; townships T1, T2 (group A) and T3 (group B); hospitals H1 (A), H2 (B), the city's P.

    Specialty k: V->T1 10, T1->H1 60, T1->H2 20, T2->H1 30, T3->H2 50, T3->P 10, H1->P 15; back H1->T1 12, H2->T3 5;
    out T1 10, T2 5. H1 takes 100, H2 90, P 30.
    """
    flows: list[Flow] = [
        ("V", "T1", "k", "up", 10.0), ("T1", "H1", "k", "up", 60.0), ("T1", "H2", "k", "up", 20.0),
        ("T2", "H1", "k", "up", 30.0), ("T3", "H2", "k", "up", 50.0), ("T3", "P", "k", "up", 10.0),
        ("H1", "P", "k", "up", 15.0), ("H1", "T1", "k", "down", 12.0), ("H2", "T3", "k", "down", 5.0),
        ("T1", "outside", "k", "up", 10.0), ("T2", "outside", "k", "up", 5.0),
    ]  # fmt: skip
    minutes = {
        ("V", "T1"): 5.0, ("V", "H1"): 25.0, ("T1", "H1"): 30.0, ("T1", "H2"): 20.0, ("T1", "P"): 90.0,
        ("T2", "H1"): 15.0, ("T2", "H2"): 200.0, ("T2", "P"): 80.0, ("T3", "H1"): 60.0, ("T3", "H2"): 10.0,
        ("T3", "P"): 100.0, ("H1", "P"): 70.0, ("H2", "P"): 75.0, ("H1", "T1"): 30.0, ("H2", "T3"): 10.0,
    }  # fmt: skip
    cells = [
        ("V", "k", 40.0, 25.0, 5.0, 0.0, 0.0), ("T1", "k", 200.0, 90.0, 20.0, 10.0, 0.0),
        ("T2", "k", 100.0, 60.0, 0.0, 5.0, 5.0), ("T3", "k", 160.0, 100.0, 0.0, 0.0, 0.0),
    ]  # fmt: skip
    return network(
        {"V": (0, "A"), "T1": (1, "A"), "T2": (1, "A"), "T3": (1, "B"), "H1": (2, "A"), "H2": (2, "B"), "P": (3, "")},
        flows,
        [("H1", "k", 100.0), ("H2", "k", 90.0), ("P", "k", 30.0)],
        minutes,
        cells,
        slips={("T1", "H1"): 6.0, ("T1", "H2"): 2.0, ("T2", "H1"): 3.0, ("T3", "H2"): 5.0, ("T3", "P"): 1.0},
    )


def random_network(seed: int, places: int = 12, hospitals: int = 4, specialties: int = 2) -> Network:
    """Townships that refer in whole tenths to some hospitals, capacities near the load, some trips beyond the limit."""
    draw = np.random.default_rng(seed)
    towns, hosts = [f"T{n}" for n in range(places)], [f"H{n}" for n in range(hospitals)]
    groups = {name: "AB"[int(draw.integers(2))] for name in (*towns, *hosts)}
    kinds = [f"k{n}" for n in range(specialties)]
    minutes = {(t, h): float(draw.integers(10, 160)) for t in towns for h in hosts}
    flows: list[Flow] = []
    load: dict[tuple[str, str], float] = {}
    for t in towns:
        for k in kinds:
            for h in draw.choice(hosts, size=int(draw.integers(1, 3)), replace=False):
                n = float(draw.integers(1, 400)) / 10
                flows.append((t, str(h), k, "up", n))
                load[str(h), k] = load.get((str(h), k), 0.0) + n
    able = [(h, k, round(load.get((h, k), 0.0) * float(draw.uniform(0.8, 1.6)), 1)) for h in hosts for k in kinds]
    return network({**{t: (1, groups[t]) for t in towns}, **{h: (2, groups[h]) for h in hosts}}, flows, able, minutes)
