"""What each hospital gives and gets: half-days and doctors out, visits received, visits given up at home."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.audit import loads
from planner.audit.facts import Facts
from planner.figures.change import Change, changes
from planner.situation import Situation


@dataclass(frozen=True)
class Hospital:
    """half_days: away a month; doctors: who hold clinics outside; posted: doctors posted out; hours: on the road
    a month; received: visits referred to it a month; forgone: visits a month that clinics outside cost at home;
    room: visits a month it can still treat by the plan, NaN where its capability is not known.
    """

    institution: str
    half_days: Change
    doctors: Change
    posted: Change
    hours: Change
    received: Change
    forgone: Change
    room: float


def hospitals(facts: Facts, before: Situation, plan: Situation) -> tuple[Hospital, ...]:
    """Institutions that send doctors or receive referrals, in the order of the table."""
    up = facts.plan["referrals"]
    up = up[(up["direction"] == "up") & (up["destination"] != "outside")]
    quarters = max(1, len(facts.quarters))
    received = up.groupby("destination")["patients_per_month"].sum() / quarters
    received_today = facts.referred.groupby("hospital")["visits"].sum()
    level = facts.institutions["level"]
    named = {*received.index, *received_today.index, *plan.away["home"], *before.away["home"], *plan.posted["home"]}
    keys = [str(key) for key in facts.institutions.index if key in named and level[key] >= 2]
    away = [_away(now) for now in (before, plan)]
    half_days = changes(keys, away[0]["half_days"], away[1]["half_days"])
    hours = changes(keys, away[0]["hours"], away[1]["hours"])
    doctors = changes(keys, *(now.clinics.groupby("home")["doctor"].nunique().astype(float) for now in (before, plan)))
    posted = changes(keys, *(now.posted.groupby("home").size().astype(float) for now in (before, plan)))
    forgone = changes(keys, *(_forgone(facts, now, quarters) for now in (before, plan)))
    visits = changes(keys, received_today, received)
    room = _room(facts, quarters)
    return tuple(
        Hospital(key, half_days[key], doctors[key], posted[key], hours[key], visits[key], forgone[key],
                 float(room.get(key, float("nan"))))
        for key in keys
    )  # fmt: skip


def _away(now: Situation) -> pd.DataFrame:
    """Half-days away and hours on the road (there and back) a month, by home."""
    table = now.away.assign(hours=2 * now.away["trips"] * now.away["trip"].fillna(0.0) / 60)
    return table.groupby("home")[["half_days", "hours"]].sum() / max(now.months, 1e-9)


def _forgone(facts: Facts, now: Situation, quarters: int) -> pd.Series:
    """Visits a month not treated at home, by clinics and by posted doctors; the mean of the quarters."""
    lost = loads.forgone(facts, now.clinics).groupby("hospital")["visits"].sum() / quarters
    rate = now.posted["doctor"].map(facts.doctors["home_visits_per_month"]).fillna(0.0)
    shares = [quarter for quarter in facts.quarters.index if quarter in now.posted]
    share = now.posted[shares].mean(axis=1) if shares else 1.0
    gone = (rate * share).groupby(now.posted["home"]).sum()
    return lost.add(gone, fill_value=0.0)


def _room(facts: Facts, quarters: int) -> pd.Series:
    """Capability less what the plan lays on the hospital, over specialties; the mean of the quarters."""
    table = loads.home_load(facts)
    left = (table["visits"] - table["load"]).clip(lower=0.0)
    return left.groupby(table["institution"]).sum() / quarters
