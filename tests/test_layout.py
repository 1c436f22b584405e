"""The house: who may import whom, what starts light, what is in the wheel."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("planner", "models", "geodata")
#: What takes long to load.
HEAVY = ("pyomo", "highspy", "geopandas", "matplotlib", "osmium")
#: Third parties and the only places that may know them.
KEPT_IN = {
    "pyomo": ("models/",),
    "highspy": ("models/",),
    "geopandas": ("geodata/",),
    "shapely": ("geodata/",),
    "pyproj": ("geodata/",),
    "pyogrio": ("geodata/",),
    "osmium": ("geodata/roads/",),
    "matplotlib": ("geodata/",),
    "PIL": ("geodata/",),
    "click": ("planner/cli.py", "planner/options.py", "planner/progress.py", "planner/commands"),
    "jinja2": ("planner/report/", "planner/papers/", "planner/grouping/page.py", "planner/frontier/page.py"),
    "babel": ("geodata/catalogue.py", "geodata/local.py"),
    "pypinyin": ("geodata/local.py",),
    "vl_convert": ("planner/report/scripts.py",),
    "dask": ("models/crew_dask.py",),
    "distributed": ("models/dask_client.py", "models/spread_dask.py"),
    # The audit reads the holidays itself: it must not share the builder's calendar mistakes.
    "chinese_calendar": ("planner/calendar.py", "planner/audit/days.py"),
}
SOFT_LIMIT = 400
#: Files that are longer for now, and how long they may be: a debt to pay, never to raise.
LONGER: dict[str, int] = {}
ROOT = Path(__file__).resolve().parent.parent


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    """`planner` joins the two others, which know neither it nor each other; third parties stay in their room."""
    place = path.relative_to(ROOT).as_posix()
    package, found = place.split("/")[0], tops(path)
    if package != "planner":
        assert not found & (set(PACKAGES) - {package}), f"{place} looks beyond {package}"
    for party, rooms in KEPT_IN.items():
        if party in found:
            assert place.startswith(rooms), f"{place} imports {party}"


def test_audit_shares_nothing_with_the_model() -> None:
    """The audit knows the catalogue of rules and no other file of the models, nor the builder."""
    for path in sorted((ROOT / "planner" / "audit").rglob("*.py")):
        wrong = {name for name in imports(path) if name.startswith(("models", "planner.build"))} - {"models.rules"}
        assert not wrong, f"{path.name} imports {sorted(wrong)}"


def _graph() -> dict[str, set[str]]:
    """Imports among our own modules that happen when a file is loaded."""
    names = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path for path in sources()}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        used: set[str] = set()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                used |= {one if one in names else node.module for one in inner}
        graph[name] = {one for one in used if one in names and one != name}
    return graph


def test_no_circles() -> None:
    """Modules form floors: nothing that a file loads loads that file."""
    graph, done, trail = _graph(), set[str](), list[str]()

    def walk(name: str) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name in done:
            return
        trail.append(name)
        for one in sorted(graph[name]):
            walk(one)
        trail.pop()
        done.add(name)

    for name in sorted(graph):
        walk(name)


def run_light(code: str, never: tuple[str, ...]) -> None:
    """Run code in a fresh Python and fail when it loaded one of `never`."""
    checked = f"import sys; {code}; heavy = set({never!r}) & set(sys.modules); assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", checked], check=True, cwd=ROOT, timeout=120)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_light_and_marked(package: str) -> None:
    """Importing a package loads nothing heavy, and its marker says that it is ours."""
    run_light(f"import {package}; assert {package}.PROJECT == 'alliance-planner'", (*HEAVY, "pandas", "numpy", "click"))


def test_help_is_quick_to_load() -> None:
    """The command line loads neither solver, tables nor maps before a command runs."""
    run_light("import planner.cli", (*HEAVY, "pandas", "numpy", "jinja2", "babel", "pypinyin"))


def test_settings_are_checked_without_a_solver() -> None:
    """`check` reads settings and calendar without loading Pyomo or HiGHS."""
    run_light("import planner.config, planner.calendar, planner.inputs", HEAVY)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_readable(path: Path) -> None:
    """One subject per file: no file grows beyond the soft limit."""
    place = path.relative_to(ROOT).as_posix()
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGER.get(place, SOFT_LIMIT), f"{place} has {lines} lines; split it by subject"


def test_no_test_folder_is_named_like_a_package() -> None:
    """A `tests/models` would be imported instead of `models`; `__init__.py` files would do likewise."""
    folders = {path.name for path in (ROOT / "tests").rglob("*") if path.is_dir()}
    assert not folders & set(PACKAGES)
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_test_files_have_names_of_their_own() -> None:
    """Two test files of one name would hide each other from type checkers."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


def test_wheel_holds_the_three_packages_and_their_data(tmp_path: Path) -> None:
    """The wheel's top-level names are ours only; regions, schemas and templates are inside."""
    uv_build = Path(sys.executable).with_name("uv-build")
    if not uv_build.exists():
        pytest.skip("uv-build is not installed beside this Python")
    environment = {**os.environ, "PATH": f"{uv_build.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(uv_build), "build-wheel", str(tmp_path)], check=True, cwd=ROOT, env=environment, timeout=300)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    top = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert top == set(PACKAGES)
    wanted = (
        "planner/templates/report/page.html.j2",
        "planner/templates/report/map.js",
        "planner/templates/papers/brief.css",
        "geodata/schema/institutions.csv",
        "planner/locale/zh_CN/LC_MESSAGES/alliance.po",
        "planner/locale/en/LC_MESSAGES/alliance.po",
        "models/locale/en/LC_MESSAGES/rules.po",
        "geodata/locale/zh_CN/LC_MESSAGES/checks.po",
    )
    for name in (
        *wanted,
        "planner/regions/tianchang/institutions.csv",
        *(f"{package}/py.typed" for package in PACKAGES),
    ):
        assert name in names, name
