"""Rows that stand twice, and what must never be in a plan's input."""

from __future__ import annotations

import re
from collections.abc import Mapping

from geodata.catalogue import Texts
from geodata.checks_view import Check, View
from geodata.problems import Problem

SAID = Texts("checks_keys", "geodata", "checks")

#: table -> the columns that together may stand once only (the reader looks after `id`).
KEYS: Mapping[str, tuple[str, ...]] = {
    "needs": ("institution", "specialty"),
    "capabilities": ("institution", "specialty", "direction"),
    "usage": ("specialty", "service"),
    "departments": ("institution", "department"),
    "equipment": ("institution", "item"),
    "volumes": ("institution", "service"),
    "centres": ("service", "institution", "level"),
    "posts": ("institution", "specialty"),
    "reserves": ("institution", "specialty"),
    "referrals": ("origin", "destination", "specialty", "direction"),
    "travel": ("origin", "destination", "profile"),
    "history": ("doctor", "period"),
    "roster": ("doctor", "institution", "date", "weekday", "slot", "weeks", "specialty"),
    "duties": ("doctor", "weekday", "date", "slot", "weeks"),
}
#: Here rows that stand twice are untidy or add up.
HARMLESS_TWICE = {"duties", "posts", "equipment"}
#: What a blank cell of a key means.
BLANKS = {"direction": "up", "weeks": "all"}

_PERSONAL = (
    "身份证",
    "证件号",
    "公民身份号码",
    "护照",
    "银行卡",
    "家庭住址",
    "identity",
    "id_card",
    "idcard",
    "passport",
)
_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")


def duplicate_keys(view: View) -> Check:
    """What identifies a row stands once."""
    for table, key in KEYS.items():
        seen: dict[tuple[str, ...], int] = {}
        columns = [[text or BLANKS.get(name, "") for text in view.texts(table, name)] for name in key]
        for at, values in enumerate(zip(*columns, strict=True)):
            if not values[0]:
                continue
            first = seen.setdefault(values, at)
            if first != at:
                yield _twice(view, table, at, first, values)


def _twice(view: View, table: str, at: int, first: int, values: tuple[str, ...]) -> Problem:
    shown, label = " + ".join(KEYS[table]), view.label(table, first)
    return view.problem(
        view.row(table, at),
        KEYS[table][0],
        SAID.both("twice.expected", columns=shown),
        SAID.both("twice.cure", row=label),
        value=" + ".join(value for value in values if value),
        severity="warning" if table in HARMLESS_TWICE else "error",
    )


def personal_data(view: View) -> Check:
    """Identity numbers and the like have no use here and must not travel with a plan."""
    for table, frame in view.region.tables.items():
        for name in frame.columns:
            at = next((at for at, cell in enumerate(frame[name]) if _is_identity(cell)), None)
            if at is None and not any(word in str(name).lower() for word in _PERSONAL):
                continue
            yield view.problem(
                None if at is None else view.row(table, at),
                str(name),
                SAID.both("personal_data.expected"),
                SAID.both("personal_data.cure"),
                # the number itself is not repeated in messages and logs
                value="" if at is None else str(frame[name].iloc[at])[:6] + "************",
                severity="warning",
                table=table,
            )


def _is_identity(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) == 18 and _IDENTITY.fullmatch(cell) is not None


CHECKS = (duplicate_keys, personal_data)
