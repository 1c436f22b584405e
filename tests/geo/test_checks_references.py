"""References that lead nowhere, rows that stand twice, and private data."""

from __future__ import annotations

import pytest
from geo.fault_support import Desk, named, told

from geodata.checks import check_region
from geodata.read import read_region
from geodata.schema import TABLES, load_schema

REFERENCES = [
    (table, column.name)
    for table in TABLES
    for column in load_schema(table)
    if any(target.endswith(".id") for target in column.references)
]


def test_region_without_a_fault_has_no_problem(desk: Desk) -> None:
    """The base region of these tests is clean, errors and warnings alike."""
    assert desk.check() == []


def test_unknown_references_of_every_column(desk: Desk) -> None:
    """An id that no row has is told for every reference column of the schema, all in one run."""
    for table, column in REFERENCES:
        desk.set(table, 2, **{column: "ZZ9"})
    problems = desk.check()
    for table, column in REFERENCES:
        problem = next(p for p in problems if (p.table, p.column, p.value) == (table, column, "ZZ9"))
        named(problem, table, 2, column)
        assert "增加该行" in problem.cure_zh and "add a row" in problem.cure_en


@pytest.mark.parametrize(
    ("table", "column"),
    [("roster", "doctor"), ("needs", "specialty"), ("centres", "institution"), ("specialties", "requires")],
)
def test_unknown_reference(desk: Desk, table: str, column: str) -> None:
    """One unknown id is told at its cell."""
    desk.set(table, 3, **{column: "ZZ9"})
    named(told(desk.check(), table, 3, column), table, 3, column)


def test_misspelt_reference_names_the_nearest(desk: Desk) -> None:
    """The cure of a misspelt name gives the id that was probably meant."""
    desk.set("roster", 2, doctor="张玮华")
    desk.set("roster", 3, institution="南镇卫生所")
    problems = desk.check()
    named(told(problems, "roster", 2, "doctor"), "roster", 2, "doctor")
    assert "T2" in told(problems, "roster", 3, "institution").cure_en


def test_missing_table_is_told_once(desk: Desk) -> None:
    """Without a table of services every use of a service is one problem for each column."""
    del desk.tables["services"]
    problem = told(desk.check(), "volumes", 2, "service")
    named(problem, "volumes", 2, "service")
    assert "services" in problem.cure_zh and "Add a table services" in problem.cure_en


def test_unknown_group(desk: Desk) -> None:
    """A membership in a group that no institution has is told with the group meant."""
    desk.set("memberships", 2, group="东片区")
    problem = desk.sole()
    named(problem, "memberships", 2, "group")
    assert "东片" in problem.cure_zh


def test_unknown_equipment(desk: Desk) -> None:
    """A specialty that needs an item nobody has could never hold a clinic."""
    desk.set("specialties", 3, equipment="彩超")
    problem = desk.sole()
    named(problem, "specialties", 3, "equipment")
    assert "no clinic" in problem.cure_en


@pytest.mark.parametrize(
    ("table", "column"),
    [("needs", "institution"), ("volumes", "institution"), ("departments", "institution"), ("usage", "specialty")],
)
def test_row_that_stands_twice(desk: Desk, table: str, column: str) -> None:
    """A second row with the same key names the first one."""
    row = desk.add(table, **desk.tables[table][0])
    problem = told(desk.check(), table, row, column)
    named(problem, table, row, column)
    assert "第 2 行" in problem.cure_zh and "row 2" in problem.cure_en


def test_id_that_stands_twice(desk: Desk) -> None:
    """Two doctors with one id are told at the second."""
    desk.set("doctors", 3, id="D1")
    problem = told(desk.check(), "doctors", 3, "id")
    named(problem, "doctors", 3, "id")
    assert "2" in problem.expected_en


def test_community_with_the_id_of_an_institution(desk: Desk) -> None:
    """Places share one namespace, since travel names both."""
    desk.set("communities", 2, id="T1")
    named(told(desk.check(), "communities", 2, "id"), "communities", 2, "id")


def test_source_of_an_unknown_column(desk: Desk) -> None:
    """A remark on a column that there is not is a warning with the nearest column."""
    desk.set("sources", 2, column="visit_per_month")
    problem = desk.sole()
    named(problem, "sources", 2, "column", "warning")
    assert "visits_per_month" in problem.cure_en


def test_identity_numbers(desk: Desk) -> None:
    """A column of identity numbers is a warning that does not repeat the number."""
    desk.set("doctors", 2, 证件="44140319800101123X")
    problem = next(p for p in desk.check() if "identity" in p.expected_en)
    named(problem, "doctors", 2, "证件", "warning")
    assert "0101123" not in problem.sentence("zh") + problem.sentence("en") and "Delete" in problem.cure_en


def test_misspelt_indicator(desk: Desk) -> None:
    """A target for a misspelt indicator is a warning with the nearest id."""
    desk.set("targets", 2, indicator="primary_visits_share")
    problem = desk.sole()
    named(problem, "targets", 2, "indicator", "warning")
    assert "primary_visit_share" in problem.cure_en


def test_indicators_that_no_plan_shows(desk: Desk) -> None:
    """Against the indicators of a plan, published figures without a planned one are told together."""
    desk.add("targets", indicator="satisfaction", value=0.9)
    row = desk.add("targets", indicator="number_of_banners", value=3)
    region = read_region(desk.write())
    (problem,) = check_region(region, {"primary_visit_share", "in_county_visit_share"})
    named(problem, "targets", 3, "indicator", "warning")
    assert "satisfaction" in problem.cure_zh and "number_of_banners" in problem.cure_en and row == "4"
    assert check_region(region) == []
