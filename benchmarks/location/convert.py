"""Public location instances as region folders: the product's own tables carry them.

One service, one level at every candidate. `travel` (minutes) and `centres.cost_per_item_minute`
carry the costs of serving, `centres.fixed_cost_per_year` the cost of opening, with one working
day a year; `services.max_centres` is p, `services.max_minutes` the radius, and an item that no
centre serves costs `services.unserved_cost`. Waits play no part: work takes no time.

    python -m benchmarks.location.convert cflp_orlib/cap61 FOLDER     write one region
    python -m benchmarks.location.convert                             list the instances

The data folders are found through the environment variable ALLIANCE_SHARED.
"""

from __future__ import annotations

import csv
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path

SERVICE = "S"
SETS = ("cflp_orlib", "sscflp", "pmed_orlib", "mclp_sjc", "spopt_reference")
#: Shown instead of a value where no plan exists.
INFEASIBLE = math.inf


@dataclass(frozen=True)
class Network:
    """One location problem: customers with demand, hosts, and the trips between them.

    minutes: (customer, host) -> minutes or unit cost; absent means out of reach. price is yuan per
    item and minute, unserved yuan per item (None: everybody must be served). The tables carry
    minutes x finer (and price / finer), because the travel table keeps three decimals.
    """

    customers: Sequence[str]
    hosts: Sequence[str]
    demand: Sequence[float]
    minutes: Iterable[tuple[str, str, float]]
    capacity: Sequence[float]
    fixed: Sequence[float]
    single_source: bool = True
    price: float = 1.0
    most: int | None = None
    radius: float | None = None
    unserved: float | None = None
    aim: str = "cost"
    finer: float = 1.0


@dataclass(frozen=True)
class Case:
    """A public instance with its published value. ours = base + factor x the value of the aim."""

    group: str
    name: str
    objective: str
    known: float
    status: str
    make: Callable[[], Network] = field(compare=False)
    factor: float = 1.0
    base: float = 0.0

    @property
    def id(self) -> str:
        return f"{self.group}/{self.name}/{_short(self.objective)}"


def shared_folder() -> Path | None:
    """The folder of the public data sets, or None."""
    given = os.environ.get("ALLIANCE_SHARED", "")
    folder = Path(given) / "benchmarks" if given else None
    return folder if folder is not None and folder.is_dir() else None


def list_cases(benchmarks: Path, groups: Sequence[str] = SETS) -> list[Case]:
    """Every instance of the sets whose value is known and whose file is at hand."""
    readers = {
        "cflp_orlib": _cflp_case,
        "sscflp": _sscflp_case,
        "pmed_orlib": _pmed_case,
        "mclp_sjc": _mclp_case,
        "spopt_reference": _spopt_case,
    }
    found = []
    for group in groups:
        with (benchmarks / group / "best_known.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found += [case for row in rows if (case := readers[group](benchmarks / group, row)) is not None]
    return found


def write_region(network: Network, folder: Path) -> None:
    """Write the tables and plan.toml of one instance."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = set(network.hosts)
    places = [*network.hosts, *(one for one in network.customers if one not in hosts)]
    _write(folder / "institutions.csv", "id,name,level", ((p, p, 2 if p in hosts else 1) for p in places))
    trips = ((i, h, repr(float(minutes) * network.finer)) for i, h, minutes in network.minutes if i != h)
    _write(folder / "travel.csv", "origin,destination,minutes", trips)
    volumes = zip(network.customers, network.demand, strict=True)
    _write(
        folder / "volumes.csv", "institution,service,items_per_day", ((i, SERVICE, repr(float(a))) for i, a in volumes)
    )
    service = {
        "id": SERVICE,
        "moves": "data",
        "minutes_per_item": 0,
        "days_per_year": 1,
        "single_source": "yes" if network.single_source else "no",
        "max_centres": "" if network.most is None else network.most,
        "max_minutes": "" if network.radius is None else repr(float(network.radius) * network.finer),
        "unserved_cost": "" if network.unserved is None else repr(float(network.unserved)),
    }
    _write(folder / "services.csv", ",".join(service), [tuple(service.values())])
    centres = (
        (SERVICE, h, "one", repr(float(cap)), repr(float(fixed)), repr(float(network.price) / network.finer))
        for h, cap, fixed in zip(network.hosts, network.capacity, network.fixed, strict=True)
    )
    heading = "service,institution,level,items_per_day,fixed_cost_per_year,cost_per_item_minute"
    _write(folder / "centres.csv", heading, centres)
    settings = [
        "[travel]",
        'method = "table"',
        "allow_zero = true",
        "[calendar]",
        'holidays = "none"',
        "[aims]",
        f'order = ["floors", "{network.aim}"]',
        "[rules]",
        'served = "hard"',
    ]
    (folder / "plan.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")


def _write(path: Path, heading: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)


def _short(objective: str) -> str:
    return re.split(r"[ ,:(]", objective, maxsplit=1)[0].lower() if not objective.startswith("vertex") else "p-center"


# --- capacitated location -----------------------------------------------------------------------


def _numbers(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split()


def _cflp_case(folder: Path, row: dict[str, str]) -> Case | None:
    name, _, setting = row["instance"].partition("/")
    path, kind = folder / f"{name}.txt", _short(row["objective"])
    capacity = float(setting.removeprefix("capacity=")) if setting else None
    if not path.exists():
        return None
    make = lambda: _orlib(path, kind, capacity)  # noqa: E731
    return Case("cflp_orlib", row["instance"], row["objective"], float(row["value"]), row["status"], make)


def _orlib(path: Path, kind: str, capacity: float | None) -> Network:
    """OR-Library layout: m n; capacity and fixed cost of each facility; demand and m costs of each customer."""
    words = _numbers(path)
    m, n = int(words[0]), int(words[1])
    cap = [capacity if word == "capacity" else float(word) for word in words[2 : 2 + 2 * m : 2]]
    fixed = [float(word) for word in words[3 : 3 + 2 * m : 2]]
    table = np.array([float(word) for word in words[2 + 2 * m :]]).reshape(n, m + 1)
    demand, cost = table[:, 0], table[:, 1:]
    wide = kind == "ufl"
    limits = [float(demand.sum()) if wide or one is None else one for one in cap]
    return _capacitated(demand, cost.T, limits, fixed, single_source=kind != "cflp")


def _sscflp_case(folder: Path, row: dict[str, str]) -> Case | None:
    path = folder / f"{row['instance']}.txt"
    if not path.exists():
        return None
    make = lambda: _sscflp(path, unit_costs=row["instance"].startswith("tbed1"))  # noqa: E731
    return Case("sscflp", row["instance"], row["objective"], float(row["value"]), row["status"], make)


def _sscflp(path: Path, unit_costs: bool) -> Network:
    values = np.array([float(word) for word in _numbers(path)])
    m, n = int(values[0]), int(values[1])
    rest = values[2:]
    if unit_costs:
        demand, cap, fixed = rest[:n], rest[n : n + m], rest[n + m : n + 2 * m]
        cost = rest[n + 2 * m : n + 2 * m + m * n].reshape(m, n) * demand
    else:
        cap, fixed = rest[: 2 * m : 2], rest[1 : 2 * m : 2]
        demand = rest[2 * m : 2 * m + n]
        cost = rest[2 * m + n : 2 * m + n + m * n].reshape(m, n)
    return _capacitated(demand, cost, cap.tolist(), fixed.tolist(), single_source=True)


def _capacitated(
    demand: np.ndarray, cost: np.ndarray, cap: Sequence[float], fixed: Sequence[float], single_source: bool
) -> Network:
    """cost[j, i] is the cost of serving all of customer i from facility j."""
    m, n = cost.shape
    hosts, customers = [f"F{j + 1}" for j in range(m)], [f"C{i + 1}" for i in range(n)]
    unit = cost / demand
    trips = [(customers[i], hosts[j], float(unit[j, i])) for i in range(n) for j in range(m)]
    return Network(customers, hosts, demand.tolist(), trips, cap, fixed, single_source, finer=1000.0)


# --- p-median and p-centre ------------------------------------------------------------------------


def _pmed_case(folder: Path, row: dict[str, str]) -> Case | None:
    path = folder / f"{row['instance']}.txt"
    if not path.exists():
        return None
    aim = "farthest" if "p-center" in row["objective"] else "cost"
    make = lambda: _pmed(path, aim)  # noqa: E731
    return Case("pmed_orlib", row["instance"], row["objective"], float(row["value"]), row["status"], make)


def _pmed(path: Path, aim: str) -> Network:
    values = np.array([int(word) for word in _numbers(path)])
    n, edges, p = values[:3].tolist()
    length: dict[tuple[int, int], int] = {}
    for i, j, cost in values[3 : 3 + 3 * edges].reshape(edges, 3).tolist():
        length[min(i, j) - 1, max(i, j) - 1] = cost
    ends = np.array(list(length))
    graph = csr_matrix((np.array(list(length.values()), dtype=float), (ends[:, 0], ends[:, 1])), shape=(n, n))
    distance = shortest_path(graph, directed=False)
    nodes = [f"N{i + 1}" for i in range(n)]
    trips = ((nodes[i], nodes[j], float(distance[i, j])) for i in range(n) for j in range(n))
    return Network(nodes, nodes, [1.0] * n, trips, [float(n)] * n, [0.0] * n, most=int(p), aim=aim)


# --- covering ---------------------------------------------------------------------------------------


def _mclp_case(folder: Path, row: dict[str, str]) -> Case | None:
    name, radius, p = re.fullmatch(r"(\w+)/r=(\d+)/p=(\d+)", row["instance"]).groups()  # type: ignore[union-attr]
    path = folder / f"{name}.txt"
    if not path.exists():
        return None
    total = float(np.array(_numbers(path)[1:], dtype=float).reshape(-1, 3)[:, 2].sum())
    make = lambda: _sjc(path, float(radius), int(p))  # noqa: E731
    known = float(row["value"])
    return Case("mclp_sjc", row["instance"], row["objective"], known, row["status"], make, factor=-1.0, base=total)


def _sjc(path: Path, radius: float, p: int) -> Network:
    values = np.array(_numbers(path)[1:], dtype=float).reshape(-1, 3)
    places, demand = values[:, :2], values[:, 2]
    distance = np.hypot(places[:, None, 0] - places[None, :, 0], places[:, None, 1] - places[None, :, 1])
    # Points and sites apart: only trips in reach are listed, and a nearly full table ought to be full.
    points, sites = [f"P{i + 1}" for i in range(len(values))], [f"F{i + 1}" for i in range(len(values))]
    near = zip(*np.nonzero(distance <= radius), strict=True)
    trips = ((points[i], sites[j], float(distance[i, j])) for i, j in near)
    many, none = [float(demand.sum())] * len(sites), [0.0] * len(sites)
    return Network(points, sites, demand.tolist(), trips, many, none, price=0.0, most=p, radius=radius, unserved=1.0)


def _spopt_case(folder: Path, row: dict[str, str]) -> Case | None:
    """San Francisco: LSCP, p-median (with capacity), p-centre and MCLP; the count of uncovered tracts is left out."""
    kind = row["objective"].split(":")[0]
    if "percentage" in row["objective"]:
        return None
    setting = dict(part.split("=") for part in row["instance"].split("/")[1:])
    p, radius, cap = (float(setting[key]) if key in setting else None for key in ("p", "r", "cap"))
    known = INFEASIBLE if row["value"] == "infeasible" else float(row["value"])
    total = sum(_sf_demand(folder))
    factor, base = 1.0, 0.0
    if kind.startswith("MCLP"):
        factor, base = -1.0, total
    elif kind.startswith("p-center"):
        factor = 1.0 / _SF_FINER
    elif kind.startswith("p-median"):
        factor = 1.0 / _SF_PRICE / (total if "mean distance" in row["objective"] else 1.0)
    make = lambda: _san_francisco(folder, kind, p, radius, cap)  # noqa: E731
    return Case("spopt_reference", row["instance"], row["objective"], known, row["status"], make, factor, base)


#: Yuan per item and metre, so that sums stay near a million.
_SF_PRICE = 1e-3
#: The tables carry centimetres.
_SF_FINER = 100.0


def _sf_demand(folder: Path) -> list[float]:
    with (folder / "sf_demand.csv").open(encoding="utf-8") as file:
        return [float(row["pop"]) for row in csv.DictReader(file)]


def _san_francisco(folder: Path, kind: str, p: float | None, radius: float | None, cap: float | None) -> Network:
    with (folder / "sf_cost_matrix_metres.csv").open(encoding="utf-8") as file:
        heading, *lines = list(csv.reader(file))
    hosts, customers = heading[1:], [f"T{number + 1}" for number in range(len(lines))]
    demand = _sf_demand(folder)
    trips = [
        (i, h, float(v)) for i, line in zip(customers, lines, strict=True) for h, v in zip(hosts, line[1:], strict=True)
    ]
    most = None if p is None else int(p)
    limit = [sum(demand) if cap is None else cap] * len(hosts)
    none = [0.0] * len(hosts)
    plain = Network(customers, hosts, demand, trips, limit, none, most=most, radius=radius, finer=_SF_FINER)
    if kind.startswith("LSCP"):
        return replace(plain, fixed=[1.0] * len(hosts), price=0.0)
    if kind.startswith("MCLP"):
        return replace(plain, price=0.0, unserved=1.0)
    if kind.startswith("p-center"):
        return replace(plain, aim="farthest")
    return replace(plain, price=_SF_PRICE)


def main(arguments: Sequence[str]) -> int:
    benchmarks = shared_folder()
    if benchmarks is None:
        print("set ALLIANCE_SHARED to the folder that holds benchmarks/", file=sys.stderr)
        return 2
    cases = list_cases(benchmarks)
    if not arguments:
        print("\n".join(f"{case.id}  known {case.known:g}" for case in cases))
        return 0
    chosen = [case for case in cases if case.id == arguments[0] or f"{case.group}/{case.name}" == arguments[0]]
    if not chosen or len(arguments) != 2:
        print("usage: python -m benchmarks.location.convert INSTANCE FOLDER", file=sys.stderr)
        return 2
    write_region(chosen[0].make(), Path(arguments[1]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
