r"""Referrals: who goes up, who stays, who leaves, and what the hospitals can take.

The visit balance ties the plan together: what a site's residents need is held there, kept by
clinics, postings or teleconsultation, referred up, lost to places outside, or not met.

Index sets
----------
``CELLS``   (i, k, q)     institution, specialty, quarter with a need
``UP``      (i, h, k, q)  hospital h receives from i today, or may receive extra
``EXTRA``   (i, h, k, q)  extra referrals allowed: the nearest capable upper institution
``DESKS``   (d, k, q)     doctors who may give teleconsultations of a specialty

Data (one unit per quantity)
----------------------------
need, own, left0, unmet0  visits/month        today's; own = min(own today, need)
referred0[i,h,k]          visits/month        today's referrals
share[i,k]                share               of referred and left that care nearby can win back
capture[k,f], tele[k]     share               of the pool kept by a mode, by teleconsultation
capability[h,k]           visits/month        what the hospital can treat, own residents included
reserve[h,k]              visits/month        extra referrals accepted
perdesk[k]                visits/half-day     seen by teleconsultation

Decisions
---------
``referred``    >= 0  visits/month sent up, by hospital
``extra``       >= 0  part of it beyond today's
``left``        >= 0  visits/month lost outside
``tele``        >= 0  visits/month kept by teleconsultation
``desk``        >= 0  half-days/quarter that a doctor gives to teleconsultation
``avoidable``   >= 0  referred above what must be referred
``unmet``       >= 0  visits/month that nobody takes

Constraints
-----------
``visit_balance`` : own + sessions + posted + tele + referred + left + unmet = need (closed by `assemble`)
``referred_up`` : referred[i,h] <= referred0[i,h] + extra[i,h]
``referred_recoverable`` : sum_h referred >= (1 - share) referred0
``left_recoverable`` : left falls only in the share that the chosen mode draws

.. math:: left_{ikq} \ge left^0_{ik} (1 - share_{ik} (\sum_f capture_{kf} z_{ikfq} + tele_k))

``above_must`` : avoidable >= sum_h referred - (1 - share) referred0
``reserve`` : sum_i extra <= reserve
``tele_capacity`` : in every group, visits by teleconsultation <= perdesk x half-days / months
``home_capability`` : referred to h + own residents + forgone visits <= capability (closed by `assemble`)
``nearest_upper``, ``referral_max_minutes`` : leave extra referrals out

What it adds to the shared sums
-------------------------------
visits[i,k,q]        + tele + referred + left + unmet
kept[i,q]            + tele
half_days[d,q]       + desk
home_load[h,k,q]     + referred + home patients x desk / months
aims unmet, travel   + priority x (unmet + left_weight left + avoidable_weight avoidable); minutes of patients

Left out on purpose: down-referrals are no decision here: they are reported as what the beds below
can take (`returned`), never rewarded in the first aims. Reserved visits and beds, designated upper institutions and
places of down-referral are sized from the solution (`models/reserves.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.block import admit
from models.instance import Instance, Need
from models.ledger import Ledger
from models.options import Referrals as Options
from models.referral_rows import Flows, Way, write_rows
from models.reserves import rank as rank_of
from models.rows import Rows
from models.values import Values

NAME = "referrals"
NEEDS: tuple[str, ...] = ()


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    return bool(instance.needs)


def extra_ways(instance: Instance, explain: bool) -> dict[Way, tuple[str, ...]]:
    """Where extra referrals may go, and the rules under which some must be forbidden."""
    most, hosts = options_of(instance).max_minutes, defaultdict[str, set[str]](set)
    for (hospital, specialty), capability in instance.capabilities.items():
        if capability.visits > 0:
            hosts[specialty].add(hospital)
    upper = {
        site: _upper(instance, site, {h for h, _ in instance.capabilities}) for site in {i for i, _ in instance.needs}
    }
    known: dict[tuple[bool, bool], tuple[str, ...] | None] = {}
    found: dict[Way, tuple[str, ...]] = {}
    for site, specialty in sorted(instance.needs):
        able = hosts[specialty]
        for rank, hospital in enumerate([h for h in upper[site] if h in able]):
            breaks = (rank > 0, instance.patient_minutes[site, hospital] > most)
            if breaks not in known:
                broken = [
                    rule for rule, one in zip(("nearest_upper", "referral_max_minutes"), breaks, strict=True) if one
                ]
                known[breaks] = admit(instance, broken, explain)
            rules = known[breaks]
            if rules is not None:
                found[site, hospital, specialty] = rules
    return found


def _upper(instance: Instance, site: str, hospitals: set[str]) -> list[str]:
    """Hospitals above a site that its patients reach and that may take them, the nearest first."""
    places, minutes = instance.institutions, instance.patient_minutes
    least, any_group = rank_of(places[site]), instance.state("own_group") == "off"
    found = [h for h in hospitals if rank_of(places[h]) > least and (site, h) in minutes]
    found = [h for h in found if any_group or instance.same_group(site, h)]
    return sorted(found, key=lambda h: (minutes[site, h], h))


def tele_groups(instance: Instance) -> dict[tuple[str, str], list[str]]:
    """Doctors who may give teleconsultations, by (group, specialty)."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if not options_of(instance).tele:
        return {}
    groups = {home: _group(instance, home) for home, place in instance.institutions.items() if place.level >= 2}
    for doctor in instance.doctors.values():
        for specialty in doctor.specialties if doctor.institution in groups else ():
            kind = instance.specialties[specialty]
            if kind.capture.get("tele", 0.0) > 0 and doctor.title >= kind.min_title:
                found[groups[doctor.institution], specialty].append(doctor.id)
    return {key: sorted(names) for key, names in sorted(found.items())}


def _group(instance: Instance, institution: str) -> str:
    return "" if instance.state("own_group") == "off" else instance.institutions[institution].group


def tele_possible(instance: Instance, groups: Mapping[tuple[str, str], list[str]], need: Need) -> str | None:
    """The group whose doctors serve this cell by teleconsultation, or None.

    A group "" (no groups in the region) serves everyone.
    """
    if need.modes:
        for name in (_group(instance, need.institution), ""):
            if (name, need.specialty) in groups:
                return name
    return None


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    groups, needs = tele_groups(instance), instance.labels.needs.all
    heard = [tele_possible(instance, groups, need) for need in needs]
    made = Flows(block, instance, ledger, extra_ways(instance, ledger.explain), groups, heard)
    write_rows(made)
    for rule in sorted({rule for rules in made.extra_allowed.values() for rule in rules}):
        family = Rows(ledger.sheet, NAME, f"{rule}_extra", doc="a filter as a row", rule=rule, unit="visits/month")
        for way, rules in made.extra_allowed.items():
            if rule in rules:
                for q in instance.quarters:
                    family.row((*way, q.name), [(made.extra, (*way, q.name), 1.0)], upper=0.0)


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    from models.flows import flow_tables

    return flow_tables(values, instance)
