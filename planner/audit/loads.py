"""What the plan's clinics, postings and referrals add up to, and what hospitals can take.

Half-days per quarter and visits per month; the sums are made from the saved tables, never read
from the model's own totals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit.duty import running
from planner.audit.frames import matched, sums
from planner.audit.today import hosts

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_CELL = ["institution", "specialty", "quarter"]


def sessions(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """Clinics with the doctor's home, department, title and `trip` (minutes, NaN where none is known), km, far."""
    frame = table.reset_index(drop=True).copy()
    people = facts.doctors.reindex(frame["doctor"])
    for column, name in (("institution", "home"), ("department", "department"), ("title", "title")):
        frame[name] = people[column].to_numpy()
    frame[["home", "department"]] = frame[["home", "department"]].fillna("")
    trips = facts.doctor_trips(frame["doctor"], frame["institution"])
    frame["trip"], frame["km"] = trips["minutes"], trips["km"]
    frame["far"] = frame["trip"] > facts.number("sessions", "half_day_minutes", 45)
    return frame


def away(facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    """By doctor, institution, quarter: clinics, whole `days` (far trips), half-days away, trips made.

    Far: max(most clinics of one specialty, half of all clinics) days, each two half-days. With the
    rule `whole_day` off a far clinic takes one half-day, and is one trip, like any other.
    """
    keys = ["doctor", "institution", "quarter"]
    grouped = frame.groupby(keys, as_index=False).agg(
        clinics=("sessions", "sum"), most=("sessions", "max"), far=("far", "max"), km=("km", "first"),
        trip=("trip", "first"), home=("home", "first"), department=("department", "first"),
    )  # fmt: skip
    days = np.maximum(grouped["most"], np.ceil(grouped["clinics"] / 2 - 1e-9))
    grouped["far"] = grouped["far"].astype(bool)
    grouped["days"] = np.where(grouped["far"], days, 0.0)
    whole = facts.state("whole_day") != "off"
    grouped["half_days"] = np.where(grouped["far"] & whole, 2 * grouped["days"], grouped["clinics"])
    grouped["trips"] = np.where(grouped["far"] & whole, grouped["days"], grouped["clinics"])
    return grouped


def forgone(facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    """Visits per month that homes do not treat while doctors hold clinics: hospital, specialty, quarter, `visits`.

    A far clinic counts its whole day, also where two share it.
    """
    rate = frame["specialty"].map(facts.specialties["home_patients_per_session"])
    months = frame["quarter"].map(facts.quarters["months"])
    half_days = frame["sessions"] * np.where(frame["far"], 2.0, 1.0)
    lost = frame.assign(visits=rate / months * half_days).rename(columns={"home": "hospital"})
    return sums(lost, ["hospital", "specialty", "quarter"], "visits")


def capabilities(facts: Facts) -> pd.DataFrame:
    """By (institution, specialty): `visits` that can be treated, `own_load`, `reserve`, per month.

    Where the table has no figure: today's load, with today's outreach at the same rates, and a margin.
    """
    index = pd.MultiIndex.from_tuples(hosts(facts), names=["institution", "specialty"])
    rows = facts.region["capabilities"]
    rows = rows[rows["direction"] != "down"]
    given = _given(rows).reindex(index)
    own = facts.cells["own"].reindex(index).fillna(0.0)
    sent = facts.referred.groupby(["hospital", "specialty"])["visits"].sum()
    sent.index.names = ["institution", "specialty"]
    sent = sent.reindex(index).fillna(0.0)
    load = own + sent + _outreach_cost(facts, index)
    margin = 1 + facts.number("referrals", "capability_margin", 0.05)
    kept = _given(facts.region["reserves"])
    share = facts.number("referrals", "reserve_share", 0.05)
    return pd.DataFrame(
        {"visits": given.fillna(load * margin), "own_load": own, "reserve": kept.reindex(index).fillna(share * sent)}
    )


def _given(table: pd.DataFrame) -> pd.Series:
    """Visits per month by (institution, specialty); of several rows the first with a figure counts."""
    return table.groupby(["institution", "specialty"])["visits_per_month"].first()


def _outreach_cost(facts: Facts, index: pd.MultiIndex) -> pd.Series:
    """Visits per month that today's clinics (two half-days for each far one) and postings take from home."""
    first = facts.quarters.index[0]
    held = sessions(facts, facts.clinics_today[facts.clinics_today["quarter"] == first])
    rate = held["specialty"].map(facts.specialties["home_patients_per_session"])
    held["visits"] = rate * held["sessions"] * np.where(held["far"], 2.0, 1.0) / facts.quarters["months"].iloc[0]
    posts = running(facts)
    if facts.days.start is not None:
        posts = posts[posts["start"] <= facts.days.start]
    people = facts.doctors.reindex(posts["doctor"])
    posts = posts.assign(
        home=people["institution"].to_numpy(), visits=people["home_visits_per_month"].to_numpy(dtype=float)
    )  # fmt: skip
    both = pd.concat([held, posts], ignore_index=True)
    total = both.groupby(["home", "specialty"])["visits"].sum()
    total.index.names = list(index.names)
    return total.reindex(index).fillna(0.0)


def home_load(facts: Facts) -> pd.DataFrame:
    """By institution, specialty, quarter: the visits a hospital has to treat or forgo, beside its capability."""
    quarters = pd.DataFrame({"quarter": facts.quarters.index})
    frame = facts.capabilities.reset_index().merge(quarters, how="cross").set_index(_CELL)
    flows = facts.plan["referrals"]
    ups = flows[(flows["direction"] == "up") & (flows["destination"] != "outside")]
    parts = [ups.rename(columns={"destination": "hospital", "patients_per_month": "visits"})]
    parts.append(forgone(facts, facts.sessions))
    desks = facts.plan["teleconsultations"]
    rate = desks["specialty"].map(facts.specialties["home_patients_per_session"])
    months = desks["quarter"].map(facts.quarters["months"])
    home = desks["doctor"].map(facts.doctors["institution"])
    parts.append(desks.assign(hospital=home, visits=rate * desks["half_days"] / months))
    people = facts.postings["doctor"].map(facts.doctors["home_visits_per_month"])
    for quarter in facts.quarters.index:
        gone = facts.postings.assign(quarter=quarter, visits=people * facts.postings[quarter])
        parts.append(gone.rename(columns={"home": "hospital"}))
    flat = pd.concat([part[["hospital", "specialty", "quarter", "visits"]] for part in parts], ignore_index=True)
    total = flat.rename(columns={"hospital": "institution"}).groupby(_CELL)["visits"].sum()
    frame["load"] = frame["own_load"] + total.reindex(frame.index).fillna(0.0)
    # A hospital that receives visits of a specialty it cannot treat has a capability of nothing.
    unable = total[~total.index.isin(frame.index) & (total > 0)]
    extra = pd.DataFrame({"visits": 0.0, "own_load": 0.0, "reserve": 0.0, "load": unable}, index=unable.index)
    return pd.concat([frame, extra]).reset_index()


def visits(facts: Facts) -> pd.DataFrame:
    """Every cell and quarter: the plan's visits (`missing` without a row) beside the facts of the cell.

    Facts: need0, own0, referred0, left0, pool, recoverable, most, calibration, has_outreach, the
    clinics held (`count`), postings' cover and supply, and the captures of the specialty.
    """
    cells = facts.cells.reset_index().merge(pd.DataFrame({"quarter": facts.quarters.index}), how="cross")
    renamed = {name: f"{name}0" for name in ("need", "own", "referred", "left", "unmet")}
    saved = facts.plan["visits"].drop_duplicates(_CELL)
    frame = cells.rename(columns=renamed).merge(saved, on=_CELL, how="left", indicator="missing")
    frame["missing"] = frame["missing"] == "left_only"
    counts = sums(facts.sessions, _CELL, "sessions").rename(columns={"sessions": "count"})
    frame = frame.merge(counts, on=_CELL, how="left").merge(_posted(facts), on=_CELL, how="left")
    kinds = ["need", "own", "sessions", "posted", "tele", "referred", "left", "unmet", "returned", "offered"]
    frame = frame.fillna(dict.fromkeys([*kinds, "count", "cover", "posted_supply"], 0.0))
    kind = facts.specialties.reindex(frame["specialty"]).reset_index(drop=True)
    frame = pd.concat([frame, kind.filter(like="capture_")], axis=1)
    fresh = ~frame["has_outreach"] & (frame["quarter"] == facts.quarters.index[0])
    patients = kind["patients_per_session"].where(~fresh, kind["new_patients"]) * frame["calibration"]
    frame["months"] = frame["quarter"].map(facts.quarters["months"])
    frame["session_supply"] = patients * frame["count"] / frame["months"]
    frame["mode"] = frame["mode"].fillna("")
    limits = facts.sites.drop(columns=["months", "weeks"])
    return frame.merge(limits, on=["institution", "quarter"], how="left")


def _posted(facts: Facts) -> pd.DataFrame:
    """Posted doctors' cover and the visits they can see per month, by cell and quarter (calibrated)."""
    frame = facts.postings
    rate = frame["specialty"].map(facts.specialties["visits_per_posted_month"])
    posts = facts.posts.set_index(["institution", "specialty"])["visits_per_month"]
    keys = ["institution", "specialty"]
    rate = matched(posts, frame, keys, np.nan).fillna(rate)
    calibration = matched(facts.cells["calibration"], frame, keys, 1.0)
    parts = [
        frame.assign(quarter=quarter, cover=frame[quarter], posted_supply=frame[quarter] * rate * calibration)
        for quarter in facts.quarters.index
    ]
    return sums(pd.concat(parts), _CELL, "cover", "posted_supply")
