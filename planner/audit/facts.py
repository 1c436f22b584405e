"""Facts that the checks stand on, derived from the raw tables by plain pandas.

Nothing here is shared with `planner.build` or `models`: both sides start from the same columns
and must meet in the same numbers. Half-days per quarter, minutes one way, visits per month.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from geodata.sentences import words
from models.rules import RULES
from planner.audit import days as calendar
from planner.audit import duty, loads, network, places, roster_facts, today
from planner.audit.days import Days
from planner.audit.frames import sums
from planner.audit.network import Network
from planner.audit.read import Saved, items

#: Modes of an outreach offer, rarest clinic first, with their default capture.
CAPTURE = {"monthly": 0.18, "fortnightly": 0.35, "weekly": 0.55, "twice_weekly": 0.70, "posted": 0.75, "tele": 0.10}
#: No scenario makes a clinic keep more than this share.
CAPTURE_CAP = 0.95


class Facts:
    """The derived facts of one saved plan, each computed once when a check asks for it."""

    def __init__(self, saved: Saved) -> None:
        self.saved = saved
        self.region = saved.region
        self.plan = saved.plan
        self.number = saved.number
        self.option = saved.option

    def state(self, rule: str) -> str:
        """`hard`, `soft` or `off`: the setting, else the catalogue's default."""
        given = self.saved.settings.get("rules", {}).get(rule)
        if given is None:
            return RULES[rule].default
        return "soft" if isinstance(given, dict) else str(given)

    # --- calendar ---------------------------------------------------------------------------
    @cached_property
    def days(self) -> Days:
        return calendar.days_of(self.saved)

    @cached_property
    def quarters(self) -> pd.DataFrame:
        return self.days.quarters

    @cached_property
    def institutions(self) -> pd.DataFrame:
        """Institutions by id; a blank level counts as a village (0)."""
        frame = self.region["institutions"].drop_duplicates("id").set_index("id")
        return frame.assign(level=frame["level"].fillna(0))

    @cached_property
    def rank(self) -> pd.Series:
        """By institution: its level, and half a level more for a lead; referrals go up to a greater rank."""
        return self.institutions["level"] + 0.5 * self.institutions["lead"].eq(True)

    @cached_property
    def open(self) -> np.ndarray:
        """[institution, day, half-day] whether the institution is open."""
        return calendar.open_half_days(self.saved, self.days, self.institutions.index)

    @cached_property
    def row(self) -> dict[str, int]:
        """Row of each institution in `open`."""
        return {name: n for n, name in enumerate(self.institutions.index)}

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Per institution and quarter: weeks, half-days, slots, and `low_f`, `high_f`, `n_f` per frequency."""
        return places.sites(self)

    # --- places -----------------------------------------------------------------------------
    @cached_property
    def trips(self) -> pd.DataFrame:
        """Minutes and km by (profile, origin, destination)."""
        return places.trips(self.region["travel"])

    def minutes(self, profile: str, origin: pd.Series, destination: pd.Series, column: str = "minutes") -> pd.Series:
        """Minutes (or km) of many trips at once; NaN where no trip is known, 0 at the same place."""
        keys = pd.MultiIndex.from_arrays([[profile] * len(origin), origin, destination])
        values = self.trips[column].reindex(keys).to_numpy(dtype=float)
        return pd.Series(np.where(origin.to_numpy() == destination.to_numpy(), 0.0, values), index=origin.index)

    def doctor_trips(self, doctor: pd.Series, institution: pd.Series) -> pd.DataFrame:
        """Minutes and km of doctors to places: from where they live if given, else from their institution."""
        return places.doctor_trips(self, doctor, institution)

    def same_group(self, one: pd.Series, other: pd.Series) -> pd.Series:
        """Whether two institutions may serve each other: one group, or a blank one."""
        a, b = one.map(self.institutions["group"]).fillna(""), other.map(self.institutions["group"]).fillna("")
        return (a == b) | (a == "") | (b == "")

    # --- specialties and people ---------------------------------------------------------------
    @cached_property
    def specialties(self) -> pd.DataFrame:
        """Rates by specialty, with the options of the settings where a cell is blank."""
        frame = self.region["specialties"].drop_duplicates("id").set_index("id")
        named = [self.region[t]["specialty"] for t in ("needs", "doctors", "posts", "roster", "capabilities")]
        extra = sorted({name for column in named for name in column if name} - set(frame.index))
        frame = frame.reindex([*frame.index, *extra])
        frame[["name", "requires", "equipment"]] = frame[["name", "requires", "equipment"]].fillna("")
        captures = {f"capture_{mode}": share for mode, share in CAPTURE.items()}
        defaults = captures | {
            "patients_per_session": self.number("sessions", "patients_per_session", 15),
            "first_session_patients": self.number("sessions", "first_session_patients", 8),
            "ramp_weeks": self.number("sessions", "ramp_weeks", 13),
            "min_title": self.number("sessions", "min_title", 2),
            "tele_per_session": self.number("referrals", "tele_per_session", 8),
            "home_patients_per_session": self.number("referrals", "home_patients_per_session", 5),
            "visits_per_posted_month": self.number("referrals", "visits_per_posted_month", 160),
            "down_share": 0.2,
            "down_bed_days": 10.0,
            "stay_days": self.number("referrals", "stay_days", 9),
        }
        titles = (frame["name"] + " " + frame.index.astype(str)).str.lower()
        bedless = titles.map(lambda text: any(word in text for word in words("no_beds")))
        usual = pd.Series(self.number("referrals", "admission_share", 0.07), index=frame.index).mask(bedless, 0.0)
        frame = frame.assign(admission_share=frame["admission_share"].fillna(usual)).fillna(defaults)
        factor = self.number("scenario", "capture_factor", 1)
        frame[list(captures)] = (frame[list(captures)] * factor).clip(upper=CAPTURE_CAP)
        frame["home_patients_per_session"] *= self.number("scenario", "home_cost_factor", 1)
        full = frame["patients_per_session"]
        # The mean of the first 13 weeks when patients rise in a straight line over the ramp.
        lost = (full - frame["first_session_patients"]) * np.minimum(1.0, frame["ramp_weeks"] / 13) / 2
        return frame.assign(new_patients=full - lost)

    @cached_property
    def doctors(self) -> pd.DataFrame:
        frame = self.region["doctors"].drop_duplicates("id").set_index("id")
        frame["title"] = frame["title"].fillna(2)
        frame["posting"] = frame["posting"].where(frame["posting"] != "", "may")
        frame["max_minutes"] = frame["max_minutes"].fillna(self.number("sessions", "max_minutes", 90))
        home = self.number("postings", "home_visits_per_month", 80)
        frame["home_visits_per_month"] = frame["home_visits_per_month"].fillna(home)
        weekly = self.number("sessions", "sessions_per_week", 1)
        frame["sessions_per_week"] = frame["sessions_per_week"].fillna(weekly)
        return frame

    @cached_property
    def scope(self) -> pd.MultiIndex:
        """(doctor, specialty) pairs that the registered scope allows."""
        pairs = [
            (doctor, specialty)
            for doctor, scope, own in zip(
                self.doctors.index, self.doctors["scope"], self.doctors["specialty"], strict=True
            )
            for specialty in (items(scope) or [own])
        ]
        return pd.MultiIndex.from_tuples(pairs, names=["doctor", "specialty"])

    @cached_property
    def free(self) -> pd.Series:
        """Half-days per (doctor, quarter) outside duties and absences, limited per week, less slack."""
        return duty.free_half_days(self)

    # --- today --------------------------------------------------------------------------------
    @cached_property
    def clinics_today(self) -> pd.DataFrame:
        return today.clinics_today(self)

    @cached_property
    def _needs(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return today.needs_today(self)

    @property
    def cells(self) -> pd.DataFrame:
        """Needs by (institution, specialty), balanced and calibrated (see `today.needs_today`)."""
        return self._needs[0]

    @property
    def referred(self) -> pd.DataFrame:
        """Visits referred up today by institution, specialty and hospital."""
        return self._needs[1]

    @cached_property
    def capabilities(self) -> pd.DataFrame:
        """By (institution, specialty): visits, own_load and reserve per month (see `loads.capabilities`)."""
        return loads.capabilities(self)

    @cached_property
    def posts(self) -> pd.DataFrame:
        """One post per institution and specialty: doctors added up, the rest from the first row."""
        table = self.region["posts"]
        keys = ["institution", "specialty"]
        first = table.drop_duplicates(keys).drop(columns="doctors")
        return first.merge(sums(table, keys, "doctors"), on=keys)

    @cached_property
    def network(self) -> Network:
        """Services, members, levels and the plan's links."""
        return network.network(self)

    @cached_property
    def opened(self) -> pd.DataFrame:
        """Every open centre and quarter with its recomputed load."""
        return network.opened(self)

    # --- the plan -----------------------------------------------------------------------------
    @cached_property
    def postings(self) -> pd.DataFrame:
        return duty.postings(self)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """Clinics of the plan with home, department, title, minutes, km and whether the trip is far."""
        return loads.sessions(self, self.plan["sessions"])

    @cached_property
    def away(self) -> pd.DataFrame:
        """Half-days away by doctor, institution and quarter (see `loads.away`)."""
        return loads.away(self, self.sessions)

    @cached_property
    def clinics(self) -> pd.DataFrame:
        """The dated clinics (see `roster_facts.clinics`)."""
        return roster_facts.clinics(self)

    @cached_property
    def taken(self) -> pd.DataFrame:
        """Half-days that dated clinics take from their doctors (see `roster_facts.taken`)."""
        return roster_facts.taken(self)

    @cached_property
    def free_dates(self) -> np.ndarray:
        """[doctor, day, half-day] free for outreach, postings considered."""
        return roster_facts.free(self)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """The plan's visits per cell and quarter beside the derived facts of the cell."""
        return loads.visits(self)
