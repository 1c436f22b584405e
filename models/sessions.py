r"""Sessions: how many half-day clinics each doctor holds at each site in each quarter.

A site is offered, in each specialty, at most one mode: a clinic at one of four frequencies or a
posted doctor. The mode decides which share of the residents comes (capture); the clinics decide
how many can be seen. Dates come later: here are counts per quarter.

Index sets
----------
``VISITORS``  (d, i, k, q)     doctor d may hold clinics of specialty k at site i in quarter q
``MODES``     (i, k, f, q)     mode f (monthly .. twice_weekly, posted) possible there
``MAIN``      (d, i, k, f, q)  doctor d may be the main doctor of a clinic at frequency f
``TRIPS``     (d, i, q)        trips over the half-day limit

Data (one unit per quantity)
----------------------------
low[i,f,q], high[i,f,q]   clinics/quarter     least and greatest count of a frequency at a site
patients[i,k]             patients/clinic     new clinics see fewer in their first quarter
capture[k,f]              share               of pool that a mode keeps, calibrated where there is outreach today
pool[i,k]                 visits/month        need - own
recoverable[i,k]          visits/month        most that outreach can keep
free[d,q]                 half-days/quarter   net of duties, absences and slack
slots[i,q]                half-days/quarter   with a room for visitors

Decisions
---------
``clinics``         n[d,i,k,q]    integer >= 0   half-day clinics per quarter
``days``            r[d,i,q]      integer >= 0   whole days spent on trips over the half-day limit
``mode``            z[i,k,f,q]    in {0, 1}      what the site is offered
``main``            m[d,i,k,f,q]  in {0, 1}      main doctor of the clinic
``session_visits``  v[i,k,q]      >= 0           visits/month kept local by clinics
``changed``         c[d,i,k,q]    >= 0           clinics moved, where the doctor holds some there today
``missed``          u[n]          in [0, 1]      a clinic asked for with a weight is not held
``lost``            g[d,i,k,q]    >= 0           today's clinics given up, where their number is limited
``far_unit``        f[d,j]        in [0, 1]      the j-th far trip of a doctor in the horizon

Constraints
-----------
``one_mode`` : sum_f z <= 1 for every site, specialty and quarter
``frequency_low``, ``frequency_high`` : for every site, specialty and quarter

.. math:: \sum_f low_{if} z_{ikf} \le \sum_d n_{dik} \le \sum_f high_{if} z_{ikf}

``posted_mode`` : the mode `posted` needs a posting in the quarter, z <= sum y (its visits follow its cover)
``session_supply`` : v <= patients n / months
``capture`` : clinics and postings keep no more than the mode draws; the coefficient is the least of
capture x pool, supply at the greatest count, and recoverable, which is valid because at most one z is one

.. math:: v_{ikq} + posted_{ikq} \le \sum_f \min(capture_{kf} pool_{ik}, supply_f, recoverable_{ik}) z_{ikfq}

``main_share`` : n >= sum_f ceil(continuity x low) m for every doctor; ``main_one`` : sum_d m = z
``whole_day`` : on long trips r >= n for every specialty, and ``whole_day_pair`` : 2 r >= sum_k n
``lost_clinics``, ``change_limit`` : lost >= today's - n, and their sum within the limit on changes
``dated_clinics`` : sum n, or sum r, <= clinics (whole days) that can have dates, where a horizon has dates
``room`` : sum of clinics at a site <= slots
``equipment`` : sum of clinics that need an item <= items x open half-days
``requires_service`` : sum_f z <= share of the required service that is served; new postings likewise
``home_cover`` : half-days away of a department <= persons that may be away x open half-days
``site_floor`` : clinics at a site >= its floor; ``need_floor`` : clinics of a specialty >= its floor
``title_floor``, ``own_group``, ``max_minutes``, ``pattern``, ``scope`` : leave columns out (written as rows
where a rule is soft and in explanations, which leave the scope as it is)
``lock_session`` : clinics fixed by hand, as many as the days they are locked to
``asked_session`` : sum n + missed >= 1 for clinics asked for with a weight
``far_account`` : sum_j f >= far trips, r (n where they take no whole day), of one who shares far sites;
only the aim `fairness` needs the row
``changed_more``, ``changed_less`` : changed >= n - today's and >= today's - n

What it adds to the shared sums
-------------------------------
visits[i,k,q], kept[i,q]     + v[i,k,q]
half_days[d,q]               + n near, 2 r on long trips
home_load[h,k,q]             + home patients x clinics (twice on long trips) / months
clinic_items[i,s,q]          + usage x v, per working day
money "sessions", "travel"   + allowance per half-day away; 2 x km x cost per km for each trip
aims travel, change          + doctors' minutes; clinics moved against today's roster
aim fairness                 + (2 (account - the least of the pool + j) - 1) f: squares of account and trips together
aim floors                   + weight x missed, weight x n against a lock that has a weight

Left out on purpose: which half-day (the roster decides it), vehicles shared by several doctors,
and patients who travel to a clinic in a neighbouring town.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.clinic_dates import dates_rows, kept_rows
from models.clinic_limits import away_rows, floors_rows, places_rows, today_rows
from models.clinic_locks import locks_rows
from models.clinic_modes import main_rows, modes_rows, pattern_rows, visits_rows
from models.clinic_turns import turns_rows
from models.instance import Instance
from models.ledger import Ledger
from models.options import Sessions as Options
from models.rows import Rows
from models.values import Values
from models.visitors import NAME, Clinics, candidates, home_half_days, is_far, options_of

__all__ = [
    "NAME",
    "NEEDS",
    "Options",
    "build",
    "candidates",
    "home_half_days",
    "is_far",
    "options_of",
    "read",
    "wanted",
]
NEEDS: tuple[str, ...] = ()


def wanted(instance: Instance) -> bool:
    return bool(instance.doctors and instance.needs)


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    made = Clinics(block, instance, ledger)
    modes_rows(made)
    visits_rows(made)
    main_rows(made)
    away_rows(made)
    places_rows(made)
    floors_rows(made)
    locks_rows(made)
    today_rows(made)
    dates_rows(made)
    kept_rows(made)
    turns_rows(made)
    for rule in sorted({rule for rules in made.forbidden.values() for rule in rules}):
        family = Rows(made.sheet, NAME, f"{rule}_clinic", doc="a filter as a row", rule=rule, unit="clinics")
        for who, rules in made.forbidden.items():
            if rule in rules:
                for quarter in instance.quarters:
                    family.row((*who, quarter.name), [(made.n, (*who, quarter.name), 1.0)], upper=0.0)
    pattern_rows(made)
    ledger.offers["modes"] = made.z
    ledger.offers["clinics"] = made.n


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    mains = {(d, i, k, q) for d, i, k, _, q in (key for key, v in values.of(f"{NAME}.main").items() if v > 0.5)}
    rows = []
    for key, value in values.of(f"{NAME}.clinics").items():
        doctor, site, specialty, quarter = key
        if value > 0.5:
            main = "yes" if (doctor, site, specialty, quarter) in mains else "no"
            rows.append((doctor, site, specialty, quarter, round(value), main, instance.doctors[doctor].minutes[site]))
    names = ["doctor", "institution", "specialty", "quarter", "sessions", "main", "minutes"]
    return {"sessions": pd.DataFrame(sorted(rows), columns=names)}
