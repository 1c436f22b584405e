"""The settings: defaults, ranges, unknown names, overrides."""

from __future__ import annotations

import ast
import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import pytest

from models.options import OptionError, Sessions
from planner.config import EXPECTED, MEANINGS, Config, ConfigError, meaning, read_config, section_types


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(tomllib.loads(text))
    return [fault.sentence("en") for fault in caught.value.faults]


def test_empty_file_is_the_default_config() -> None:
    """`Config()` equals the empty file, and the file of its own `to_dict`."""
    assert read_config({}) == Config() == read_config(Config().to_dict())


def test_every_value_survives_the_way_through_plan_json() -> None:
    """Settings written to plan.json and read again are the same settings."""
    config = read_config(
        tomllib.loads("""
            [calendar]
            start = 2026-03-30
            off = [2026-04-01]
            [shared_centres]
            waits = { imaging = [10, 20.5] }
            backup = ["ecg"]
            [postings]
            cohorts = ["2026-03-30"]
            subsidy_budget = 900000
            [rules]
            room = { soft = 3 }
            equipment = "off"
            budget = "hard"
            [aims]
            order = ["unmet", "cost"]
            tolerances = { unmet = 0.02 }
            [region]
            coordinates = { communities = "gcj02" }
        """)
    )
    assert read_config(config.to_dict()) == config
    assert config.calendar.start == date(2026, 3, 30)
    assert config.shared_centres.waits["imaging"] == (10.0, 20.5)
    assert config.rules["room"].weight == 3.0 and config.rules["equipment"].state == "off"


def test_contract_defaults() -> None:
    """The defaults that the documentation promises."""
    config = Config()
    assert (config.calendar.weeks, config.calendar.start, config.calendar.open_weekdays) == (13, None, (1, 2, 3, 4, 5))
    assert (config.travel.circuity, config.travel.speed_kmh, config.travel.minutes_each_end) == (1.3, 40.0, 5.0)
    assert (config.sessions.max_minutes, config.sessions.half_day_minutes, config.sessions.continuity) == (90, 45, 0.7)
    assert (config.postings.subsidy_per_year, config.postings.post_share) == (80_000, 0.03)
    assert (config.referrals.recoverable_share, config.referrals.outside_minutes) == (0.4, 90)
    assert config.aims.order[:3] == ("floors", "unmet", "worst_served")


def test_unknown_key_names_the_nearest_known_one() -> None:
    """A misspelt key is an error that says what was probably meant."""
    assert faults("[sessions]\nmax_minute = 60") == [
        "plan.toml [sessions] max_minute = 60: unknown; did you mean 'max_minutes'?"
    ]


def test_unknown_section_and_rule_name_the_nearest_known_ones() -> None:
    """Misspelt sections and rule ids are found likewise."""
    told = faults('[sesions]\n[rules]\nturnaruond = "off"')
    assert "did you mean 'sessions'?" in told[0] and "did you mean 'turnaround'?" in told[1]


def test_all_faults_come_in_one_go() -> None:
    """Every wrong setting of a file is listed at once."""
    told = faults("""
        [sessions]
        continuity = 1.5
        min_title = "chief"
        slack = 1
        [calendar]
        start = "soon"
        weeks = 0
        holidays = "us"
        [rules]
        room = "maybe"
        visit_balance = "off"
        [aims]
        left_weight = 0.1
    """)
    assert len(told) == 9
    assert any("continuity = 1.5: expected at most 1" in one for one in told)
    assert any("start = 'soon': expected a date" in one for one in told)
    assert any("identity cannot be switched off" in one for one in told)


def test_faults_are_said_in_chinese_too() -> None:
    """The same fault in the planner's language."""
    with pytest.raises(ConfigError) as caught:
        read_config({"sessions": {"max_minute": 60}})
    assert "是否为“max_minutes”" in caught.value.faults[0].sentence("zh")


def test_truth_is_no_number() -> None:
    """`true` does not pass as 1 where a number is meant."""
    assert len(faults("[sessions]\nmax_minutes = true\nmin_title = true")) == 2


def test_a_section_must_be_a_section() -> None:
    """A value where a section belongs is a fault, not a crash."""
    assert "expected a section [solver]" in faults("solver = 3")[0]


def test_override_keeps_what_is_not_given() -> None:
    """A command option replaces one setting and leaves the rest."""
    config = Config().override("solver", time_limit_s=5.0, gap=None)
    assert config.solver.time_limit_s == 5.0 and config.solver.gap == Config().solver.gap
    assert Config().override("solver", gap=None) == Config()


def test_override_obeys_the_ranges() -> None:
    """A command option out of range is refused like one in the file."""
    with pytest.raises(ConfigError):
        Config().override("solver", gap=7.0)


def test_ranges_hold_for_options_made_in_code() -> None:
    """The dataclasses check themselves, and name every field that is wrong."""
    with pytest.raises(OptionError) as caught:
        Sessions(max_minutes=0.0, slack_share=2.0)
    assert [fault.key for fault in caught.value.faults] == ["max_minutes", "slack_share"]


def test_every_option_says_what_it_is_in_two_languages() -> None:
    """Each key of each section carries its meaning for the documentation page."""
    for name, kind in section_types().items():
        for item in dataclasses.fields(kind):
            assert all(meaning(name, item.name, lang) for lang in ("zh", "en")), f"[{name}] {item.name}"


def test_no_message_of_a_setting_is_left_over() -> None:
    """The catalogue knows the settings that there are, and no other."""
    keys = {f"{name}.{item.name}" for name, kind in section_types().items() for item in dataclasses.fields(kind)}
    assert set(MEANINGS) == keys and len(keys) > 100


def test_every_expectation_has_its_message(root: Path) -> None:
    """What the code says was expected is in the catalogue, and nothing else is."""
    said = set()
    for file in ("models/options.py", "planner/sections.py", "planner/config.py"):
        for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = {"OptionFault": 2, "_fault": 3}.get(node.func.id)
                said |= _words(node.args[at]) if at is not None and len(node.args) > at else set()
            elif isinstance(node, ast.FunctionDef) and node.name in ("_expected", "nearest", "_type_message"):
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value is not None:
                        said |= _words(one.value)
                    elif isinstance(one, ast.Dict) and node.name == "_type_message":
                        said |= {word for value in one.values for word in _words(value)}
    assert said == set(EXPECTED)


def _words(node: ast.expr) -> set[str]:
    """The literal messages of an expression: itself, the first of a tuple, both arms of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.Tuple):
        return _words(node.elts[0])
    if isinstance(node, ast.IfExp):
        return _words(node.body) | _words(node.orelse)
    if isinstance(node, ast.Call):
        return {word for one in node.args[1:] for word in _words(one)}
    return set()
