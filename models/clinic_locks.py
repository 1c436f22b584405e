"""Rows of the block `sessions` for clinics fixed by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from models.instance import Instance, Lock
from models.rows import Columns, Rows, Term
from models.visitors import NAME, Clinics


def locks_rows(made: Clinics) -> None:
    family = Rows(made.sheet, NAME, "lock_session", doc="clinics fixed by hand", rule="lock", unit="clinics")
    asked = Rows(made.sheet, NAME, "asked_session", doc="clinics asked for with a weight", unit="clinics")
    locks = [lock for lock in made.instance.locks if lock.kind == "session" and made.instance.state("lock") != "off"]
    soft = [lock.label for lock in locks if lock.must and lock.weight is not None]
    owner = made.n.owner
    missed = Columns(made.sheet, owner, "missed", soft, doc="clinic asked for and not held", unit="0/1", upper=1.0)
    for lock in locks:
        terms = _locked(made, lock, None if lock.on is None else quarter_of(made.instance, lock.on))
        if lock.weight is None:
            family.row((lock.label,), terms, **({"lower": 1.0} if lock.must else {"upper": 0.0}))
        elif not lock.must:
            for columns, key, _ in terms:
                made.ledger.aim("floors", columns, key, lock.weight)
        else:
            asked.row((lock.label,), [*terms, (missed, lock.label, 1.0)], lower=1.0)
            made.ledger.aim("floors", missed, lock.label, lock.weight)
    _days_rows(made, family, missed, [lock for lock in locks if lock.must and lock.on is not None])


def _locked(made: Clinics, lock: Lock, quarter: str | None) -> list[Term]:
    """The clinics that a lock speaks of, those of one quarter where one is named."""
    wanted = (lock.doctor, lock.institution, lock.specialty, quarter or "")
    return [(made.n, key, 1.0) for key in made.keys if all(not w or w == g for w, g in zip(wanted, key, strict=True))]


def _days_rows(made: Clinics, family: Rows, missed: Columns, locks: Sequence[Lock]) -> None:
    """Clinics locked to several days are several clinics: one a day for what each lock speaks of.

    What is locked more narrowly counts for the wider lock too. One clinic a day is enough for locks that
    meet on it: a hard one where there is one, else the first.
    """
    subjects = sorted({(one.doctor, one.institution, one.specialty) for one in locks})
    for subject in subjects:
        days: dict[str, dict[date, Lock]] = defaultdict(dict)
        for lock in sorted(locks, key=lambda one: one.weight is not None):
            mine = (lock.doctor, lock.institution, lock.specialty)
            if lock.on is not None and all(not w or w == g for w, g in zip(subject, mine, strict=True)):
                days[quarter_of(made.instance, lock.on)].setdefault(lock.on, lock)
        for quarter, held in sorted(days.items()):
            if len(held) < 2:
                continue
            chosen = [lock for _, lock in sorted(held.items())]
            terms = _locked(made, Lock("", "session", True, None, *subject), quarter)
            terms += [(missed, lock.label, 1.0) for lock in chosen if lock.weight is not None]
            family.row((", ".join(lock.label for lock in chosen),), terms, lower=float(len(chosen)))


def quarter_of(instance: Instance, on: date) -> str:
    """Name of the quarter that a date of the horizon lies in."""
    return [quarter.name for quarter in instance.quarters if quarter.start <= on][-1]
