"""The settings of a plan: every section of `plan.toml` as a frozen dataclass with defaults.

`Config()` equals the empty file. An unknown section or key is an error that names the nearest
known one; every fault is collected before `ConfigError` is raised. Light on purpose: neither a
solver nor a map library is loaded.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from models.instance import RuleSetting
from models.options import Grouping, OptionError, Postings, Referrals, Sessions, SharedCentres
from models.rules import RULES
from planner.catalogue import texts
from planner.sections import (
    Aims,
    Budget,
    Calendar,
    Output,
    Region,
    Roster,
    Scenario,
    Solver,
    Travel,
    nearest,
)
from planner.text import MARKS, both_joined, pick

#: What each setting is (`section.key`), and what was expected of a wrong one.
MEANINGS, EXPECTED = texts("options"), texts("options.expected")
NO_VALUES: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class ConfigFault:
    """One wrong setting, as the user finds it: section, key, value, and what was expected."""

    section: str
    key: str
    value: object
    zh: str
    en: str

    def sentence(self, lang: str) -> str:
        where = f"[{self.section}] {self.key}".strip()
        said = pick((self.zh, self.en), lang)
        return MARKS.say("labelled", lang, label=f"plan.toml {where} = {self.value!r}", text=said)


def _fault(
    section: str, key: str, value: object, expected: str, values: Mapping[str, object] = NO_VALUES
) -> ConfigFault:
    """A fault with its message in both languages; a sequence of words is listed as each language does."""
    shown = {name: (both_joined(map(str, one)) if isinstance(one, tuple) else one) for name, one in values.items()}
    return ConfigFault(section, key, value, *EXPECTED.both(expected, **shown))


def _faults(section: str, error: OptionError) -> list[ConfigFault]:
    return [_fault(section, one.key, one.value, one.expected, one.values) for one in error.faults]


def meaning(section: str, key: str, lang: str) -> str:
    """What a setting is, for people."""
    return MEANINGS.say(f"{section}.{key}", lang)


class ConfigError(ValueError):
    """The settings have faults; `faults` holds all of them."""

    def __init__(self, faults: list[ConfigFault]) -> None:
        super().__init__("\n".join(fault.sentence("en") for fault in faults))
        self.faults = faults


def _no_rules() -> Mapping[str, RuleSetting]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Config:
    """All settings. Build it with `read_config` from the parsed `plan.toml`."""

    region: Region = field(default_factory=Region)
    calendar: Calendar = field(default_factory=Calendar)
    travel: Travel = field(default_factory=Travel)
    shared_centres: SharedCentres = field(default_factory=SharedCentres)
    postings: Postings = field(default_factory=Postings)
    sessions: Sessions = field(default_factory=Sessions)
    referrals: Referrals = field(default_factory=Referrals)
    grouping: Grouping = field(default_factory=Grouping)
    roster: Roster = field(default_factory=Roster)
    budget: Budget = field(default_factory=Budget)
    rules: Mapping[str, RuleSetting] = field(default_factory=_no_rules)
    aims: Aims = field(default_factory=Aims)
    scenario: Scenario = field(default_factory=Scenario)
    solver: Solver = field(default_factory=Solver)
    output: Output = field(default_factory=Output)

    def override(self, section: str, **values: object) -> Config:
        """A copy in which the values that are not None replace those of one section.

        Raises `ConfigError` when a value is out of range: a command option obeys the same ranges.
        """
        given = {key: value for key, value in values.items() if value is not None}
        if not given:
            return self
        try:
            changed = replace(getattr(self, section), **given)
        except OptionError as error:
            raise ConfigError(_faults(section, error)) from None
        return replace(self, **{section: changed})

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Every section and key as plain JSON values; `read_config` of it gives this again."""
        plain: dict[str, dict[str, Any]] = {}
        for section in fields(self):
            value = getattr(self, section.name)
            if section.name == "rules":
                plain["rules"] = {rule: _plain_rule(setting) for rule, setting in sorted(value.items())}
            else:
                plain[section.name] = {key.name: _plain(getattr(value, key.name)) for key in fields(value)}
        return plain


def idle_settings(config: Config) -> list[ConfigFault]:
    """Settings that differ from their defaults but do nothing in this version."""
    return [
        _fault(name, item.name, getattr(section, item.name), "no_effect")
        for name, kind in section_types().items()
        for section in [getattr(config, name)]
        for item in fields(kind)
        if item.metadata.get("later") and getattr(section, item.name) != getattr(kind(), item.name)
    ]


def read_config(settings: Mapping[str, Any]) -> Config:
    """The configuration that a parsed `plan.toml` (or `plan.json["settings"]`) describes.

    Raises:
        ConfigError: with every unknown section or key, wrong type and value out of range.
    """
    faults: list[ConfigFault] = []
    known = section_types()
    sections: dict[str, Any] = {}
    for name, given in settings.items():
        if name != "rules" and name not in known:
            faults.append(_fault(name, "", given, *nearest(name, (*known, "rules"))))
        elif not isinstance(given, Mapping):
            faults.append(_fault(name, "", given, "section", {"name": name}))
        elif name == "rules":
            sections["rules"] = _read_rules(given, faults)
        else:
            section = _read_section(name, known[name], given, faults)
            if section is not None:
                sections[name] = section
    if faults:
        raise ConfigError(faults)
    return Config(**sections)


@cache
def section_types() -> Mapping[str, type]:
    """The dataclass of each section but `rules`, by section name."""
    hints = typing.get_type_hints(Config)
    return {item.name: hints[item.name] for item in fields(Config) if item.name != "rules"}


def _read_section(name: str, kind: type, given: Mapping[str, Any], faults: list[ConfigFault]) -> Any:
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    before = len(faults)
    for key, value in given.items():
        if key not in hints:
            faults.append(_fault(name, key, value, *nearest(key, tuple(hints))))
            continue
        try:
            values[key] = _convert(value, hints[key])
        except (TypeError, ValueError):
            faults.append(_fault(name, key, value, _type_message(hints[key])))
    try:
        section = kind(**values)
    except OptionError as error:
        faults.extend(_faults(name, error))
        return None
    return section if len(faults) == before else None


def _read_rules(given: Mapping[str, Any], faults: list[ConfigFault]) -> Mapping[str, RuleSetting]:
    """`rule = "hard" | "off" | "soft" | { soft = weight }`, checked against the catalogue."""
    settings: dict[str, RuleSetting] = {}
    for rule, value in given.items():
        if rule not in RULES:
            faults.append(_fault("rules", rule, value, *nearest(rule, tuple(RULES))))
            continue
        setting = _rule_setting(value)
        if setting is None:
            faults.append(_fault("rules", rule, value, "rule_setting"))
        elif RULES[rule].kind == "structure" and setting.state != "hard":
            faults.append(_fault("rules", rule, value, "identity"))
        else:
            settings[rule] = setting
    return MappingProxyType(settings)


def _rule_setting(value: object) -> RuleSetting | None:
    if value == "hard":
        return RuleSetting("hard")
    if value == "off":
        return RuleSetting("off")
    if value == "soft":
        return RuleSetting("soft")
    if isinstance(value, Mapping) and set(value) == {"soft"}:
        weight = value["soft"]
        if isinstance(weight, int | float) and not isinstance(weight, bool) and weight > 0:
            return RuleSetting("soft", float(weight))
    return None


def _plain_rule(setting: RuleSetting) -> object:
    return {"soft": setting.weight} if setting.state == "soft" else setting.state


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _convert(value: Any, kind: Any) -> Any:
    """A TOML or JSON value as the type of a field. Raises TypeError or ValueError."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _convert_union(value, inner)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(value)
        return tuple(_convert(one, inner[0]) for one in value)
    if origin is not None:
        if not isinstance(value, Mapping):
            raise TypeError(value)
        return MappingProxyType({str(key): _convert(one, inner[1]) for key, one in sorted(value.items())})
    if kind is date:
        return _to_date(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    raise TypeError(value)


def _convert_union(value: Any, kinds: tuple[Any, ...]) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _convert(value, kind)
        except (TypeError, ValueError):
            continue
    raise TypeError(value)


def _to_date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise TypeError(value)


def _type_message(kind: Any) -> str:
    """The message that says what a value of this type is."""
    text = str(kind)
    if "Mapping" in text and not text.startswith("str"):
        return "a_table"
    if "tuple" in text:
        return "dates" if "date" in text else "numbers" if "int" in text or "float" in text else "words"
    kinds = {"date": "date", "bool": "true_or_false", "int": "whole_number", "float": "number"}
    return next((message for word, message in kinds.items() if word in text), "text")
