"""What dates, and a limit on changes, take from the counts of clinics."""

from __future__ import annotations

from dataclasses import replace

from support.blocks import optimum, value
from support.tiny import tiny_instance

from models.assemble import Model, assemble
from models.instance import DateCut, Instance

WHO = ("D1", "S1", "K1")


def clinics(instance: Instance, *who: str) -> tuple[float, Model]:
    """Clinics of a doctor at a site in the best plan for `unmet`."""
    model = assemble(instance)
    best = optimum(model, ("floors", "unmet"))
    return value(model, best.x, "sessions.clinics", (*who, "Q1")), model


def best_pair(instance: Instance) -> tuple[tuple[str, str, str], float]:
    """The doctor, site and specialty with most clinics in the best plan."""
    model = assemble(instance)
    best = optimum(model, ("floors", "unmet"))
    columns = model.variable("sessions.clinics")
    assert columns is not None
    held = {key: value(model, best.x, "sessions.clinics", key) for key in columns.keys}
    key = max(sorted(held), key=lambda one: held[one])
    return key[:3], held[key]


def test_clinics_without_dates_are_not_counted() -> None:
    """A pair that holds many clinics holds three when there are dates for three."""
    instance = tiny_instance()
    who, before = best_pair(instance)
    assert before > 3
    after, _ = clinics(replace(instance, dateable={who: (3,) * len(instance.quarters)}), *who)
    assert after <= 3


def test_a_cut_holds_for_the_clinics_it_names() -> None:
    """A doctor of whose clinics at a site five can have dates holds five there."""
    instance = tiny_instance()
    who, before = best_pair(instance)
    assert before > 5
    cut = DateCut(who[0], ((who[1], who[2]),), 0, 5)
    assert clinics(replace(instance, date_cuts=(cut,)), *who)[0] <= 5


def test_half_days_of_a_doctor_are_cut_over_all_sites() -> None:
    """With four half-days that have dates, the clinics of the doctor take at most four half-days."""
    instance = tiny_instance()
    who, _ = best_pair(instance)
    pairs = tuple((site, kind) for site, kind in sorted(instance.needs))
    model = assemble(replace(instance, date_cuts=(DateCut(who[0], pairs, 0, 4, "half_days"),)))
    best = optimum(model, ("floors", "unmet"))
    columns, days = model.variable("sessions.clinics"), model.variable("sessions.days")
    assert columns is not None and days is not None
    far = {key[1] for key in days.keys if key[0] == who[0]}
    near = sum(value(model, best.x, "sessions.clinics", k) for k in columns.keys if k[0] == who[0] and k[1] not in far)
    long = sum(value(model, best.x, "sessions.days", k) for k in days.keys if k[0] == who[0])
    assert near + 2 * long <= 4 + 1e-6


def test_few_of_todays_clinics_are_given_up() -> None:
    """A plan that would give up a doctor's clinics of today keeps all but two when two may go."""
    instance = tiny_instance()
    who, _ = best_pair(instance)
    cut = DateCut(who[0], ((who[1], who[2]),), 0, 0)
    today = replace(instance, today_sessions={who: (6,) * len(instance.quarters)})
    free, _ = clinics(today, *who)
    assert clinics(replace(today, date_cuts=(cut,)), *who)[0] == 0
    kept, _ = clinics(replace(today, change_limit=2), *who)
    assert kept >= 4 and free >= 0
