"""The plan and today's practice in one form, so that every indicator is taken from both alike.

Clinics per quarter, visits per month; derived from the saved tables by the audit's own facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner import flows
from planner.audit import loads
from planner.audit.duty import at_once, places, running
from planner.audit.facts import Facts
from planner.audit.frames import matched

CELL = ["institution", "specialty", "quarter"]


@dataclass(frozen=True)
class Situation:
    """clinics: doctor, institution, specialty, quarter, sessions, main, home, trip, km, far;
    away: half-days and trips by doctor, place and quarter; posted: doctors away on a posting;
    most_posted: the most at one time; visits: per cell and quarter, in visits per month;
    slips: visits a month that go up inside the alliance with a referral slip (all of them where nobody knows).
    """

    clinics: pd.DataFrame
    away: pd.DataFrame
    posted: pd.DataFrame
    most_posted: float
    visits: pd.DataFrame
    months: float
    slips: float

    @property
    def sessions_a_month(self) -> float:
        return float(self.clinics["sessions"].sum()) / self.months

    def total(self, kind: str) -> float:
        """Visits per month of one kind, the quarters weighed by their months."""
        return float((self.visits[kind] * self.visits["months"]).sum()) / self.months


def planned(facts: Facts) -> Situation:
    """What the saved plan says."""
    visits = facts.visits.copy()
    visits["kept"] = visits["sessions"] + visits["posted"] + visits["tele"]
    visits[["need", "own"]] = visits[["need0", "own0"]]
    columns = [*CELL, "months", "need", "own", "kept", "tele", "referred", "left", "unmet", "returned", "offered"]
    slips = flows.slips_up(flows.planned(facts))
    held = at_once(places(facts.postings), [])
    most = float(held["count"].max()) if len(held) else 0.0
    return Situation(facts.sessions, facts.away, facts.postings, most, visits[columns], _months(facts), slips)


def today(facts: Facts) -> Situation:
    """What the region's tables say of the time before the plan."""
    clinics = facts.clinics_today.assign(minutes=float("nan"))
    top = clinics.groupby(CELL)["sessions"].transform("max")
    main = clinics["sessions"].eq(top) & ~clinics.assign(top=top.eq(clinics["sessions"])).duplicated([*CELL, "top"])
    clinics = loads.sessions(facts, clinics.assign(main=main))
    posted = running(facts)
    home = posted["doctor"].map(facts.doctors["institution"])
    quarters = pd.DataFrame({"quarter": facts.quarters.index, "months": facts.quarters["months"].to_numpy()})
    visits = facts.cells.reset_index().rename(columns={"outreach": "kept"}).merge(quarters, how="cross")
    visits = visits.assign(tele=0.0, offered=float("nan"), returned=0.0)
    visits["returned"] = _returned_today(facts, visits)
    slips = flows.slips_up(flows.observed(facts))
    return Situation(
        clinics, loads.away(facts, clinics), posted.assign(home=home), float(len(posted)), visits, _months(facts), slips
    )


def _months(facts: Facts) -> float:
    return float(facts.quarters["months"].sum())


def _returned_today(facts: Facts, visits: pd.DataFrame) -> pd.Series:
    """Down-referrals of the tables; rows without a specialty are put on the first cell of their place."""
    down = facts.region["referrals"]
    down = down[down["direction"] == "down"]
    known = down.groupby(["destination", "specialty"])["patients_per_month"].sum()
    named = matched(known, visits, ["institution", "specialty"])
    blank = down[down["specialty"] == ""].groupby("destination")["patients_per_month"].sum()
    first = ~visits.duplicated(["institution", "quarter"])
    return named + visits["institution"].map(blank).fillna(0.0).where(first, 0.0)
