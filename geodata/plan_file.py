"""`plan.toml`, or the sheet `settings` (设置) with a key and a value in each row."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from geodata.problems import Problem
from geodata.sentences import Unreadable, said, words
from geodata.sheets import Grid, decode
from geodata.text import clean, key

_SHEETS = frozenset(key(name) for name in words("settings_sheets"))
_HEADER = frozenset(key(name) for name in words("settings_headings"))


def is_settings(name: str) -> bool:
    return key(name) in _SHEETS


def parse_plan(data: bytes, file: str) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of a `plan.toml`; a file that is no TOML is a problem, with its line."""
    try:
        return tomllib.loads(decode(data).lstrip("\ufeff")), []
    except Unreadable as error:
        return {}, [error.said.problem(file)]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return {}, [said("toml", why=error).problem(file, line[1] if line else "")]


def settings_of(grid: Grid) -> tuple[dict[str, Any], list[Problem]]:
    """Settings from a sheet: `travel.circuity` in the first column, its value in the second."""
    settings: dict[str, Any] = {}
    problems: list[Problem] = []
    for label, row in zip(grid.labels, grid.rows, strict=True):
        name = clean(row[0]) if row else ""
        raw = row[1] if len(row) > 1 else None
        if not name or name.startswith("#") or raw is None or clean(raw) == "" or key(name) in _HEADER:
            continue
        parts = [part.strip() for part in name.split(".")]
        if len(parts) == 1 and isinstance(section := _value(raw), dict):
            settings.setdefault(name, {}).update(section)
            continue
        if len(parts) < 2 or not all(parts):
            problems.append(said("setting_key").problem(grid.name, label, clean(grid.rows[0][0]), name))
            continue
        inside = settings
        for part in parts[:-1]:
            inner = inside.setdefault(part, {})
            inside = inner if isinstance(inner, dict) else inside
        inside[parts[-1]] = _value(raw)
    return settings, problems


def _value(raw: object) -> Any:
    """A cell as TOML would read it; text that is no TOML stays text."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if not isinstance(raw, str):
        return raw
    text = raw.strip()
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _toml_value(value: Any) -> str:
    """A value in TOML; tables inside lists are written inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(name)} = {_toml_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    # JSON's escapes are TOML's, but for DEL, which only TOML forbids.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml_value(str(name))


def toml_text(settings: Mapping[str, Any]) -> str:
    """The settings as TOML, read back equal by `parse_plan`; one section for each table."""
    plain = [
        f"{_toml_key(name)} = {_toml_value(value)}" for name, value in settings.items() if not isinstance(value, dict)
    ]
    lines = [*plain, ""] if plain else []
    for name, section in settings.items():
        if isinstance(section, dict):
            lines += [f"[{_toml_key(name)}]"]
            lines += [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in section.items()]
            lines += [""]
    return "\n".join(lines)


def setting_rows(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings as rows of a sheet: `section.key` and the value as TOML."""
    rows: list[tuple[str, str]] = []
    for name, section in settings.items():
        if isinstance(section, dict):
            rows += [(f"{name}.{key}", _toml_value(value)) for key, value in section.items()]
            if not section:
                rows.append((name, "{}"))
    return rows
