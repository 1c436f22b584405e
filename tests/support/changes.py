"""Changing single records of an `Instance` in a copy, for the tests of the models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from models.instance import Instance, Quarter, RuleSetting


def with_record(instance: Instance, table: str, key: Any, **changes: Any) -> Instance:
    """A copy with one record changed: `with_record(x, "needs", ("S1", "K1"), left=0.0)`.

    For `levels` and `current_postings` the key is the position; a need keeps its balance only if
    the caller changes the other figures too (see `with_need`).
    """
    records = getattr(instance, table)
    if isinstance(records, tuple):
        return replace(instance, **{table: (*records[:key], replace(records[key], **changes), *records[key + 1 :])})
    return replace(instance, **{table: {**records, key: replace(records[key], **changes)}})


def with_added(instance: Instance, table: str, key: Any, record: Any) -> Instance:
    """A copy with one record more (or another one at the same key); tuples ignore the key."""
    records = getattr(instance, table)
    if isinstance(records, tuple):
        return replace(instance, **{table: (*records, record)})
    return replace(instance, **{table: {**records, key: record}})


def without(instance: Instance, table: str, keys: Iterable[Any]) -> Instance:
    """A copy without the records at these keys (positions in tuples)."""
    records, gone = getattr(instance, table), set(keys)
    if isinstance(records, tuple):
        return replace(instance, **{table: tuple(r for n, r in enumerate(records) if n not in gone)})
    return replace(instance, **{table: {k: r for k, r in records.items() if k not in gone}})


def with_need(instance: Instance, institution: str, specialty: str, **changes: Any) -> Instance:
    """A copy with need figures changed and `unmet` balanced again (unless `unmet` is given)."""
    cell = replace(instance.needs[institution, specialty], **changes)
    if "unmet" not in changes:
        cell = replace(cell, unmet=cell.need - cell.own - cell.referred_today - cell.left - cell.outreach)
    return with_added(instance, "needs", (institution, specialty), cell)


def with_rule(instance: Instance, rule: str, state: str, weight: float = 1.0) -> Instance:
    """A copy with one rule set: `with_rule(x, "room", "off")`."""
    return replace(instance, rules={**instance.rules, rule: RuleSetting(state, weight)})  # type: ignore[arg-type]


def with_option(instance: Instance, block: str, **changes: Any) -> Instance:
    """A copy with options of one block changed: `with_option(x, "sessions", max_minutes=45)`."""
    options: Any = instance.options[block]
    return replace(instance, options={**instance.options, block: replace(options, **changes)})


def with_minutes(instance: Instance, origin: str, destination: str, minutes: float) -> Instance:
    """A copy with one directed pair changed, for vehicles, patients and the doctors starting there."""
    pair = (origin, destination)
    doctors = {
        d: replace(doctor, minutes={**doctor.minutes, destination: minutes}) if doctor.institution == origin else doctor
        for d, doctor in instance.doctors.items()
    }
    return replace(
        instance,
        minutes={**instance.minutes, pair: minutes},
        km={**instance.km, pair: minutes / 2},
        patient_minutes={**instance.patient_minutes, pair: minutes},
        doctors=doctors,
    )


def two_quarters(instance: Instance) -> Instance:
    """The same alliance over 26 weeks: every tuple per quarter is doubled, Q2 starts 91 days later."""
    first = instance.quarters[0]
    second = Quarter("Q2", date.fromordinal(first.start.toordinal() + 7 * first.weeks), first.weeks, first.months)
    doubled: dict[str, Any] = {"quarters": (first, second)}
    for table in ("sites", "needs", "doctors"):
        doubled[table] = {key: _doubled(record) for key, record in getattr(instance, table).items()}
    doubled["posts"] = {
        key: replace(post, cover={start: cover * 2 for start, cover in post.cover.items()})
        for key, post in instance.posts.items()
    }
    doubled["current_postings"] = tuple(_doubled(posting) for posting in instance.current_postings)
    for counts in ("today_sessions", "dateable"):
        doubled[counts] = {key: each * 2 for key, each in getattr(instance, counts).items()}
    return replace(instance, **doubled)


def _doubled(record: Any) -> Any:
    per_quarter = {"slots", "half_days", "counts_low", "counts_high", "counts_regular", "floor", "free", "cover"}
    changes: dict[str, Any] = {}
    for name in (f.name for f in fields(record) if f.name in per_quarter):
        value = getattr(record, name)
        changes[name] = {k: v * 2 for k, v in value.items()} if isinstance(value, Mapping) else value * 2
    return replace(record, **changes)
