"""Rows and columns of the roster's two stages: LP snapshots, docstrings, and a fair optimum that is known."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import ModuleType

import pyomo.environ as pyo
import pytest
from support.blocks import SNAPSHOTS, check_snapshot
from support.rosters import doctor, halves, need, pair, roster, site

from models import roster_counts, roster_dates
from models.roster import RosterSettings, solve_roster
from models.roster_counts import build_counts
from models.roster_dates import build_dates
from models.roster_fair import counts_of
from models.roster_instance import RosterDepartment, RosterInstance, RosterLock
from models.roster_model import RosterModel
from models.rows import Rows, print_rows
from models.rules import RULES


def rich() -> RosterInstance:
    """Two weeks in which every family of rows has a row: far and near sites, locks, today, equipment, rooms."""
    mornings = halves(1, 2, 5, weeks=2, slots=(0,))
    doctors = [doctor(name, free=halves(1, 2, 5, weeks=2), budget=(6,)) for name in ("D1", "D2")]
    sites = [site("S1", equipment={"ecg": 1}), site("S2", direction="east"), site("S3", direction="east")]
    needs = [
        need("S1", "K1", pair("D1", 2), pair("D2", 0, main=False), equipment=("ecg",), slots=mornings),
        need("S1", "K2", pair("D2", 2), equipment=("ecg",), slots=mornings, history=(date(2026, 5, 20),)),
        need("S2", "K1", pair("D1", 1, far=True, minutes=70.0), slots=mornings),
        need("S2", "K2", pair("D1", 1, far=True, minutes=70.0), slots=halves(1, 2, 5, weeks=2)),
        need("S3", "K1", pair("D1", 1), slots=mornings),
    ]
    x = roster(doctors, sites, needs, weeks=2, quarters=(("Q1", 0, 2),), holiday_adjacent=frozenset({4}))
    return replace(
        x,
        departments={"H1/DEP": RosterDepartment("H1/DEP", frozenset({"D1", "D2"}), dict.fromkeys(mornings, 1))},
        locks=(RosterLock("row 2", True, "D1", "S1"), RosterLock("row 3", False, "D2", "S1", weight=2.0)),
        today=frozenset({("D1", "S1", "K1", 0), ("D2", "S1", "K2", 14)}),
        change_limit=1,
    )


def lp(model: RosterModel, name: str) -> str:
    """All rows of a stage, and its aims as rows, as an LP file."""
    family = Rows(model.sheet, name, "aims", doc="the aims")
    for aim, (vector, _) in model.aims.items():
        terms = []
        for columns in model.sheet.columns:
            first = int(model.sheet.offsets()[columns.number])
            terms += [(columns, key, vector[first + at]) for at, key in enumerate(columns.keys) if vector[first + at]]
        if terms:
            family.row((aim,), terms, lower=0.0)
    print_rows(model.pyomo, model.sheet)
    model.pyomo.objective = pyo.Objective(expr=0.0)
    path = SNAPSHOTS / f".{name}.{os.getpid()}.lp"
    try:
        model.pyomo.write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    finally:
        path.unlink(missing_ok=True)


def test_the_dated_rows_are_those_stored() -> None:
    """LP snapshot of the dated roster."""
    x = rich()
    check_snapshot("roster_dates", lp(build_dates(x, sorted(x.needs)), "roster"))


def test_the_counting_rows_are_those_stored() -> None:
    """LP snapshot of the counting stage."""
    x = rich()
    check_snapshot("roster_counts", lp(build_counts(x, sorted(x.needs)), "roster_counts"))


@pytest.mark.parametrize(("module", "build"), [(roster_dates, build_dates), (roster_counts, build_counts)])
def test_the_docstring_names_what_is_built(module: ModuleType, build: object) -> None:
    """Variables and rows in the docstring of each stage are those of its model, and no others."""
    x = rich()
    model: RosterModel = build(x, sorted(x.needs))  # type: ignore[operator]
    text = module.__doc__ or ""
    names = set(re.findall(r"``([a-z_]+)``", text))
    made = {columns.name for columns in model.sheet.columns} | {family.name for family in model.sheet.families}
    filters = {rule.id for rule in RULES.values() if rule.kind == "filter"}
    assert made - names == set(), "built but not in the docstring"
    assert names - made - filters == set(), "in the docstring but never built"


# --- fairness -------------------------------------------------------------------------------------


def shared_burden(ledgers: dict[str, float] | None = None, hospitals: tuple[str, ...] = ("H1",) * 4) -> RosterInstance:
    """Four doctors who may all hold each of four far clinics a week, for four weeks: twelve in all."""
    doctors = [
        doctor(
            f"D{n}",
            institution=home,
            department=f"{home}/DEP",
            free=halves(*range(1, 6)),
            budget=(12,),
            ledger={"far": (ledgers or {}).get(f"D{n}", 0.0)},
        )
        for n, home in enumerate(hospitals)
    ]
    pairs = [pair(one.id, 3, far=True, minutes=60.0) for one in doctors]
    needs = [need(f"S{n}", "K1", *pairs, count=(4,), slots=halves(n + 1)) for n in range(3)]
    return roster(doctors, [site(f"S{n}") for n in range(3)], needs, departments={})


@pytest.mark.parametrize(
    ("ledgers", "best"),
    [({}, [3, 3, 3, 3]), ({"D0": 3.0}, [1, 3, 4, 4]), ({"D0": 2.0, "D1": 2.0}, [2, 2, 4, 4])],
)
def test_far_trips_are_spread_as_evenly_as_can_be(ledgers: dict[str, float], best: list[int]) -> None:
    """Twelve far trips on four doctors: three each; who has more on the ledger gets fewer (least sum of squares)."""
    x = shared_burden(ledgers)
    found = solve_roster(x, RosterSettings(seconds=20, whole=10_000))
    counts = counts_of(x, found.visits)
    totals = [ledgers.get(f"D{n}", 0.0) + counts[f"D{n}", "far"] for n in range(4)]
    wanted = [ledgers.get(f"D{n}", 0.0) + given for n, given in enumerate(best)]
    assert sum(total**2 for total in totals) == sum(total**2 for total in wanted)
    assert sum(counts[f"D{n}", "far"] for n in range(4)) == 12


def test_hospitals_share_in_proportion_to_headcount() -> None:
    """Three doctors of one hospital and one of another: nine far trips and three, not six and six."""
    x = shared_burden(hospitals=("H1", "H1", "H1", "H2"))
    found = solve_roster(x, RosterSettings(seconds=20, whole=10_000))
    counts = counts_of(x, found.visits)
    assert [counts[f"D{n}", "far"] for n in range(4)] == [3, 3, 3, 3]


def test_an_idle_colleague_counts_for_the_department() -> None:
    """A department of two sends as often as two departments of one, even where one of its two may not go."""
    x = shared_burden(hospitals=("H1", "H2", "H3", "H4"))
    extra = {f"E{n}": doctor(f"E{n}", institution="H1", department="H1/DEP") for n in range(3)}
    found = solve_roster(replace(x, doctors={**x.doctors, **extra}), RosterSettings(seconds=20, whole=10_000))
    counts = counts_of(x, found.visits)
    assert counts["D0", "far"] > max(counts[f"D{n}", "far"] for n in (1, 2, 3))


@pytest.mark.slow
def test_four_quarters_even_out(record_property: Callable[[str, object], None]) -> None:
    """Three far trips a quarter, one on a Friday, with the ledger: after four quarters three and one for each."""
    ledger: dict[str, dict[str, float]] = {f"D{n}": {"far": 0.0, "fridays": 0.0} for n in range(4)}
    spreads = []
    for _ in range(4):
        x = shared_burden()
        needs = {k: replace(n, count=(1,), slots=halves(5) if k[0] == "S2" else n.slots) for k, n in x.needs.items()}
        doctors = {name: replace(one, ledger=dict(ledger[name])) for name, one in x.doctors.items()}
        x = replace(x, needs=needs, doctors=doctors)
        found = solve_roster(x, RosterSettings(seconds=20, whole=10_000))
        for (name, kind), count in counts_of(x, found.visits).items():
            ledger[name][kind] = ledger[name].get(kind, 0.0) + count
        far = [ledger[name]["far"] for name in ledger]
        spreads.append(max(far) - min(far))
    record_property("far trips, greatest less least after each quarter", spreads)
    assert spreads == [1.0, 1.0, 1.0, 0.0]
    assert [one["fridays"] for one in ledger.values()] == [1.0] * 4
