"""Rows of the block `postings` for what is fixed by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.instance import Instance
from models.ledger import Ledger
from models.posting_options import Option, period_of
from models.rows import Columns, Rows, Term

NAME = "postings"


def locks_rows(block: Any, instance: Instance, ledger: Ledger, posted: Columns) -> None:
    family = Rows(ledger.sheet, NAME, "lock_posting", doc="postings fixed by hand", rule="lock", unit="postings")
    asked = Rows(ledger.sheet, NAME, "asked_posting", doc="postings asked for with a weight", unit="postings")
    # a post locked without a doctor is the rule post_floor
    locks = [lock for lock in instance.locks if lock.kind == "posting" and (lock.doctor or not lock.must)]
    locks = locks if instance.state("lock") != "off" else []
    soft = [lock.label for lock in locks if lock.must and lock.weight is not None]
    missed = Columns(ledger.sheet, block, "missed", soft, doc="posting asked for and not made", unit="0/1", upper=1.0)
    for lock in locks:
        wanted_key = (lock.doctor, lock.institution, lock.specialty)
        terms: list[Term] = [
            (posted, o, 1.0) for o in posted.keys if all(not w or w == g for w, g in zip(wanted_key, o, strict=False))
        ]
        bound = {"lower": 1.0} if lock.must else {"upper": 0.0}
        if lock.weight is None:
            family.row((lock.label,), terms, **bound)
        elif lock.must:
            asked.row((lock.label,), [*terms, (missed, lock.label, 1.0)], lower=1.0)
            ledger.aim("floors", missed, lock.label, lock.weight)
        else:
            for columns, key, _ in terms:
                ledger.aim("floors", columns, key, lock.weight)
    _clinics_locked(instance, family, posted)


def _clinics_locked(instance: Instance, family: Rows, posted: Columns) -> None:
    """Who is locked to a clinic on a date is not posted on it."""
    for lock in instance.locks if instance.state("lock") != "off" else ():
        if lock.kind != "session" or not (lock.must and lock.doctor and lock.on) or lock.weight is not None:
            continue
        away = [o for o in posted.keys if o[0] == lock.doctor and _runs_on(instance, o, lock.on)]
        if away:
            family.row((lock.label,), [(posted, option, 1.0) for option in away], upper=0.0)


def _runs_on(instance: Instance, option: Option, on: date) -> bool:
    first, after = period_of(instance, option)
    return first <= on < after
