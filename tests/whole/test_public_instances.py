"""Public location instances reach their known optimum through the product's own tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.location.convert import Case, list_cases, shared_folder, write_region
from benchmarks.location.run import solve_case
from planner.plan import make_plan
from planner.progress import Progress

#: Solved in the ordinary suite, a second or two each.
QUICK = (
    "cflp_orlib/cap41/cflp",
    "cflp_orlib/cap63/cflp",
    "cflp_orlib/cap63/sscflp",
    "cflp_orlib/cap73/ufl",
    "cflp_orlib/cap123/sscflp",
    "sscflp/holmberg/p1/sscflp",
    "sscflp/diaz_fernandez/p11/sscflp",
    "pmed_orlib/pmed1/p-median",
    "mclp_sjc/SJC324/r=800/p=5/maximal",
    "spopt_reference/san_francisco/r=5000/lscp",
    "spopt_reference/san_francisco/r=4000/lscp",
    "spopt_reference/san_francisco/p=4/p-median",
    "spopt_reference/san_francisco/p=4/r=5000/mclp",
    "spopt_reference/san_francisco/p=8/p-center",
    "spopt_reference/san_francisco/p=8/cap=159186/p-median",
)
#: Known values are quoted to two decimals.
RELATIVE, ABSOLUTE = 1e-7, 0.011


def in_scope(case: Case) -> bool:
    """What the project promises to solve: up to 50 x 50, small single-source sets, p-medians to 200."""
    if case.group == "sscflp":
        return case.name.startswith(("diaz_fernandez/", "holmberg/"))
    if case.group == "pmed_orlib":
        return "p-median" in case.id and case.name in ("pmed1", "pmed3", "pmed5", "pmed7", "pmed9")
    return not case.name.startswith("capa")


def cases() -> dict[str, Case]:
    folder = shared_folder()
    return {} if folder is None else {case.id: case for case in list_cases(folder) if in_scope(case)}


def check(case: Case, seconds: float, work: Path) -> None:
    result = solve_case(case, seconds, work)
    assert result.ours == pytest.approx(case.known, rel=RELATIVE, abs=ABSOLUTE)
    assert result.status == ("INFEASIBLE" if case.known == float("inf") else "OPTIMAL")


@pytest.mark.parametrize("name", QUICK)
def test_known_optimum(name: str, shared: Path, tmp_path: Path) -> None:
    """The plan of a public instance is proved and has the published value."""
    check(cases()[name], 60.0, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in cases() if name not in QUICK])
def test_known_optimum_of_all(name: str, shared: Path, tmp_path: Path) -> None:
    """All other public instances in scope, too."""
    check(cases()[name], 500.0, tmp_path)


def test_a_public_instance_as_an_audited_plan_folder(shared: Path, tmp_path: Path) -> None:
    """The whole way, audit included: the plan folder of cap61 costs what OR-Library says."""
    region = tmp_path / "region"
    write_region(cases()["cflp_orlib/cap61/sscflp"].make(), region)
    saved = make_plan(region, tmp_path / "plan", Progress("en"), report=False)
    costs = [aim["value"] for aim in saved.info["aims"] if aim["name"] == "cost"]
    assert costs == [pytest.approx(932615.75, abs=0.02)]
    assert saved.tables["centres"]["cost_per_year"].astype(float).sum() == pytest.approx(932615.75, abs=0.02)
