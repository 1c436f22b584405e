"""The schema CSVs: complete, and what the reader, the checks and the documentation rely on."""

from __future__ import annotations

import pytest

from geodata.headings import headings_of
from geodata.schema import CODES, TABLES, TYPES, load_schema, tables
from geodata.sentences import choice_words
from geodata.text import key
from geodata.values import parse

#: Design, section 5.
DESIGN = {
    "institutions": "id name level kind lon lat parent group lead rooms open_slots beds staff vehicles "
    "min_sessions_per_month phone population population_65 insured fund_yuan_per_year max_services "
    "host_cost_per_year phase private",
    "communities": "id name lon lat population population_65 institution",
    "neighbours": "institution neighbour kind",
    "specialties": "id name patients_per_session first_session_patients ramp_weeks min_title requires equipment "
    "capture_twice_weekly capture_weekly capture_fortnightly capture_monthly capture_posted capture_tele "
    "tele_per_session home_patients_per_session visits_per_posted_month down_share down_bed_days "
    "admission_share stay_days",
    "needs": "institution specialty visits_per_month own_visits_per_month referred_visits_per_month "
    "left_visits_per_month recoverable_share min_sessions_per_month pattern weekday week_of_month slot "
    "min_gap_days max_gap_days priority",
    "capabilities": "institution specialty visits_per_month beds direction",
    "usage": "specialty service items_per_visit",
    "doctors": "id name institution department specialty scope title sessions_per_week posting "
    "home_visits_per_month max_minutes credit_days promotion_year lives_lon lives_lat",
    "duties": "doctor weekday date slot weeks what",
    "absences": "doctor start end slot reason",
    "departments": "institution department headcount min_present max_away_share",
    "equipment": "institution item count",
    "services": "id name moves unit turnaround_minutes quantile window_minutes minutes_per_item "
    "verify_minutes_per_item work_minutes loops_per_week days_per_year max_minutes single_source "
    "min_items_per_day max_centres unserved_cost",
    "volumes": "institution service items_per_day peak_share local_share",
    "centres": "service institution level items_per_day servers verifiers hours_per_day fixed_cost_per_year "
    "cost_per_item cost_per_item_minute state opening_cost closing_cost staff",
    "memberships": "institution service group from to",
    "posts": "institution specialty doctors min_title months start visits_per_month",
    "current_postings": "doctor institution specialty start end",
    "referrals": "origin destination specialty direction patients_per_month slips_per_month",
    "reserves": "institution specialty visits_per_month beds",
    "travel": "origin destination minutes km profile method",
    # Two further tables that computed road trips need; the design leaves their names open.
    "known_trips": "origin destination minutes profile note",
    "road_speeds": "class vehicle_kmh patient_kmh",
    "roster": "doctor institution date weekday slot weeks specialty",
    "history": "doctor period sessions far fridays holiday_adjacent",
    "locks": "kind doctor institution specialty service host group start date weekday slot must weight reason",
    "market_days": "institution rule",
    "closures": "institution start end slot reason",
    "targets": "indicator scope value unit period source tolerance",
    "sources": "table column row mark note",
}
ALL = [(table, column) for table in TABLES for column in load_schema(table)]


def test_every_table_and_column_of_the_design_is_there() -> None:
    """The tables, their order and their columns are those of the design and the two of roads, no more and no fewer."""
    assert list(TABLES) == list(DESIGN)
    for table, names in DESIGN.items():
        assert [column.name for column in load_schema(table)] == names.split(), table


def test_an_unknown_table_is_a_key_error() -> None:
    """Asking for a table that does not exist fails at once."""
    with pytest.raises(KeyError):
        load_schema("nurses")


@pytest.mark.parametrize(("table", "column"), ALL, ids=lambda part: getattr(part, "name", part))
def test_each_column_is_complete(table: str, column: object) -> None:
    """Every column has a type, meanings, a Chinese heading, valid choices and a default that can be read."""
    from geodata.schema import Column

    assert isinstance(column, Column)
    assert column.type in TYPES and column.meaning_en and column.meaning_zh and column.headings_zh
    assert (column.type == "choice") == bool(column.choices)
    if column.default:
        parse(column.default, column)
    for target in column.references:
        assert target in ("all", "outside") or target.partition(".")[0] in TABLES
    if column.required:
        assert not column.default
    if column.type in CODES | {"number", "integer"} and column.default:
        assert float(column.default) >= (column.minimum or 0)


@pytest.mark.parametrize("table", TABLES)
def test_headings_mean_one_column_each(table: str) -> None:
    """No heading stands for two columns of a table, and the heading that is written is read back."""
    seen: dict[str, str] = {}
    for column in load_schema(table):
        for heading in (column.name, *column.headings_zh):
            assert seen.setdefault(key(heading), column.name) == column.name, heading
        assert headings_of(table).column(column.heading_zh) == column.name
        assert headings_of(table).column(column.heading_zh + "*") == column.name


def test_sheet_names_mean_one_table_each() -> None:
    """No sheet name stands for two tables."""
    seen: dict[str, str] = {}
    for table in tables().values():
        for name in (table.name, *table.sheets_zh):
            assert seen.setdefault(key(name), table.name) == table.name, name


def test_every_choice_has_words_that_are_read_back() -> None:
    """The word that a workbook shows for a choice is read as that choice, in every column."""
    for _, column in ALL:
        for choice in column.choices:
            assert parse(choice_words()[choice][0], column) == choice
            assert parse(choice, column) == choice
