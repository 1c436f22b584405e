"""What residents could use: visits a month by institution and specialty, items a day by institution and service."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.audit import loads
from planner.audit.facts import Facts
from planner.audit.frames import matched
from planner.situation import Situation

_CELL = ["institution", "specialty"]


def capacity(facts: Facts, now: Situation) -> pd.DataFrame:
    """Visits a month that can be seen: institutions in rows, the specialties with a need in columns.

    Full clinics (clinics x patients per clinic), posted doctors, visits by teleconsultation where
    the patient is, and what hospitals can treat less what their doctors' clinics, postings and
    teleconsultations take from home. The same for the plan and for today, so that both compare.
    """
    parts = [_clinics(facts, now), _posted(facts, now), _tele(now), _hospitals(facts, now)]
    flat = pd.concat([part[[*_CELL, "visits"]] for part in parts], ignore_index=True)
    table = flat.pivot_table("visits", "institution", "specialty", aggfunc="sum")
    wanted = np.sort(now.visits["specialty"].unique())
    return table.reindex(index=facts.institutions.index, columns=wanted).fillna(0.0).clip(lower=0)


def _clinics(facts: Facts, now: Situation) -> pd.DataFrame:
    full = now.clinics["specialty"].map(facts.specialties["patients_per_session"])
    return now.clinics[_CELL].assign(visits=now.clinics["sessions"] * full / now.months)


def _posted(facts: Facts, now: Situation) -> pd.DataFrame:
    """The post's own figure, else the specialty's, for the part of the horizon that each doctor is there."""
    usual = now.posted["specialty"].map(facts.specialties["visits_per_posted_month"])
    rate = matched(facts.posts.set_index(_CELL)["visits_per_month"], now.posted, _CELL, np.nan).fillna(usual)
    return now.posted[_CELL].assign(visits=rate * _cover(facts, now))


def _cover(facts: Facts, now: Situation) -> pd.Series:
    """Part of the horizon that each posted doctor is away; today's postings count whole."""
    months = facts.quarters["months"]
    if not set(months.index) <= set(now.posted.columns):
        return pd.Series(1.0, index=now.posted.index)
    return now.posted[list(months.index)].mul(months, axis=1).sum(axis=1) / now.months


def _tele(now: Situation) -> pd.DataFrame:
    return now.visits[_CELL].assign(visits=now.visits["tele"] * now.visits["months"] / now.months)


def _hospitals(facts: Facts, now: Situation) -> pd.DataFrame:
    """What hospitals can treat, less what is taken from home."""
    able = facts.capabilities.reset_index()[[*_CELL, "visits"]]
    clinics = loads.forgone(facts, now.clinics)
    share = clinics["quarter"].map(facts.quarters["months"]) / now.months
    away = [clinics.assign(visits=clinics["visits"] * share)]
    each = now.posted["doctor"].map(facts.doctors["home_visits_per_month"])
    away.append(now.posted.rename(columns={"institution": "at", "home": "hospital"}).assign(
        visits=each * _cover(facts, now)
    ))  # fmt: skip
    if now.total("tele") > 0:  # today's tables know of no teleconsultation
        desks = facts.plan["teleconsultations"]
        rate = desks["specialty"].map(facts.specialties["home_patients_per_session"])
        home = desks["doctor"].map(facts.doctors["institution"])
        away.append(desks.assign(hospital=home, visits=rate * desks["half_days"] / now.months))
    flat = pd.concat([part[["hospital", "specialty", "visits"]] for part in away], ignore_index=True)
    taken = flat.rename(columns={"hospital": "institution"}).groupby(_CELL)["visits"].sum()
    return able.assign(visits=(able["visits"] - matched(taken, able, _CELL)).clip(lower=0))
