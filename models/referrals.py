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
from models.reserves import rank as rank_of
from models.rows import Columns, Rows, Term
from models.values import Values

NAME = "referrals"
NEEDS: tuple[str, ...] = ()
#: institution, hospital, specialty
Way = tuple[str, str, str]


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    return bool(instance.needs)


def extra_ways(instance: Instance, explain: bool) -> dict[Way, tuple[str, ...]]:
    """Where extra referrals may go, and the rules under which some must be forbidden."""
    settings, hosts = options_of(instance), defaultdict(list)
    for (hospital, specialty), capability in instance.capabilities.items():
        if capability.visits > 0:
            hosts[specialty].append(hospital)
    found: dict[Way, tuple[str, ...]] = {}
    for site, specialty in sorted(instance.needs):
        least = rank_of(instance.institutions[site])
        upper = [
            h
            for h in hosts[specialty]
            if rank_of(instance.institutions[h]) > least and (site, h) in instance.patient_minutes
        ]
        upper = [h for h in upper if instance.state("own_group") == "off" or instance.same_group(site, h)]
        upper.sort(key=lambda h: (instance.patient_minutes[site, h], h))
        for rank, hospital in enumerate(upper):
            broken = ["nearest_upper"] if rank else []
            if instance.patient_minutes[site, hospital] > settings.max_minutes:
                broken.append("referral_max_minutes")
            rules = admit(instance, broken, explain)
            if rules is not None:
                found[site, hospital, specialty] = rules
    return found


def tele_groups(instance: Instance) -> dict[tuple[str, str], list[str]]:
    """Doctors who may give teleconsultations, by (group, specialty)."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if options_of(instance).tele:
        for doctor in instance.doctors.values():
            for specialty in doctor.specialties:
                kind = instance.specialties[specialty]
                if (
                    kind.capture.get("tele", 0.0) > 0
                    and doctor.title >= kind.min_title
                    and instance.institutions[doctor.institution].level >= 2
                ):
                    found[_group(instance, doctor.institution), specialty].append(doctor.id)
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
    sheet, quarters = ledger.sheet, instance.quarters
    cells = [(i, k, q.name) for i, k in sorted(instance.needs) for q in quarters]
    needs = [instance.needs[i, k] for i, k, _ in cells]
    extra_allowed = extra_ways(instance, ledger.explain)
    ways = sorted({(i, h, k) for (i, k), n in instance.needs.items() for h in n.referred} | set(extra_allowed))
    arcs = [(*way, q.name) for way in ways for q in quarters]
    extras = [(*way, q.name) for way in sorted(extra_allowed) for q in quarters]
    groups = tele_groups(instance)
    heard = [(*cell, tele_possible(instance, groups, need)) for cell, need in zip(cells, needs, strict=True)]
    tele_keys = [(i, k, q) for i, k, q, group in heard if group is not None]
    tele_most = [instance.specialties[k].capture["tele"] * instance.needs[i, k].pool for i, k, _ in tele_keys]
    desks = sorted({(d, k, q.name) for (_, k), names in groups.items() for d in names for q in quarters})
    unit = "visits/month"
    made = {
        "referred": Columns(sheet, block, "referred", arcs, doc="sent up", unit=unit),
        "extra": Columns(sheet, block, "extra", extras, doc="sent up beyond today's", unit=unit),
        "left": Columns(sheet, block, "left", cells, doc="lost outside", unit=unit, upper=[n.left for n in needs]),
        "tele": Columns(sheet, block, "tele", tele_keys, doc="kept by teleconsultation", unit=unit, upper=tele_most),
        "desk": Columns(sheet, block, "desk", desks, doc="teleconsultation", unit="half-days/quarter"),
        "avoidable": Columns(sheet, block, "avoidable", cells, doc="referred without need", unit=unit),
        "unmet": Columns(sheet, block, "unmet", cells, doc="nobody takes", unit=unit),
    }
    _flows(instance, ledger, made)
    _left(instance, ledger, made, groups)
    _tele(instance, ledger, made, groups)
    _hospitals(instance, ledger, made)
    _aims(instance, ledger, made)
    for rule in sorted({rule for rules in extra_allowed.values() for rule in rules}):
        family = Rows(sheet, NAME, f"{rule}_extra", doc="a filter as a row", rule=rule, unit=unit)
        for way, rules in extra_allowed.items():
            if rule in rules:
                for q in quarters:
                    family.row((*way, q.name), [(made["extra"], (*way, q.name), 1.0)], upper=0.0)


def _flows(instance: Instance, ledger: Ledger, made: Mapping[str, Columns]) -> None:
    sheet, unit = ledger.sheet, "visits/month"
    up = Rows(sheet, NAME, "referred_up", doc="no more than today and the reserve", rule="reserve", unit=unit)
    must = Rows(
        sheet,
        NAME,
        "referred_recoverable",
        doc="who needs the hospital goes there",
        rule="referred_recoverable",
        unit=unit,
    )
    above = Rows(sheet, NAME, "above_must", doc="referred without need", unit=unit)
    reserve = Rows(sheet, NAME, "reserve", doc="extra referrals fit the reserve", rule="reserve", unit=unit)
    by_cell: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    by_hospital: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    referred, extra = made["referred"], made["extra"]
    for arc in referred.keys:
        site, hospital, specialty, quarter = arc
        by_cell[site, specialty, quarter].append((referred, arc, 1.0))
        terms: list[Term] = [(referred, arc, 1.0)]
        if arc in extra:
            terms.append((extra, arc, -1.0))
            by_hospital[hospital, specialty, quarter].append((extra, arc, 1.0))
        up.row(arc, terms, upper=instance.needs[site, specialty].referred.get(hospital, 0.0))
    for cell in made["unmet"].keys:
        site, specialty, quarter = cell
        need, sent = instance.needs[site, specialty], by_cell.get(cell, [])
        least = (1.0 - need.recoverable) * need.referred_today
        if sent:
            must.row((site, specialty, quarter), sent, lower=least)
        above.row(
            (site, specialty, quarter),
            [(made["avoidable"], cell, 1.0), *((c, key, -1.0) for c, key, _ in sent)],
            lower=-least,
        )
        for name in ("tele", "left", "unmet"):
            if cell in made[name]:
                ledger.add("visits", cell, made[name], cell, 1.0)
        for c, key, _ in sent:
            ledger.add("visits", cell, c, key, 1.0)
    for (hospital, specialty, quarter), terms in sorted(by_hospital.items()):
        capability = instance.capabilities.get((hospital, specialty))
        reserve.row((hospital, specialty, quarter), terms, upper=capability.reserve if capability else 0.0)


def _left(
    instance: Instance, ledger: Ledger, made: Mapping[str, Columns], groups: Mapping[tuple[str, str], list[str]]
) -> None:
    family = Rows(
        ledger.sheet,
        NAME,
        "left_recoverable",
        doc="outflow falls by its recoverable share",
        rule="left_recoverable",
        unit="visits/month",
    )
    modes: Columns | None = ledger.offers.get("modes")
    by_cell: dict[tuple[str, str, str], list[tuple[str, Any]]] = defaultdict(list)
    for key in modes.keys if modes is not None else ():
        site, specialty, mode, quarter = key
        by_cell[site, specialty, quarter].append((mode, key))
    for cell in made["left"].keys:
        site, specialty, _ = cell
        need, kind = instance.needs[site, specialty], instance.specialties[specialty]
        if need.left <= 0:
            continue
        drawn = need.recoverable * need.left
        tele = kind.capture["tele"] if tele_possible(instance, groups, need) is not None else 0.0
        terms: list[Term] = [(made["left"], cell, 1.0)]
        if modes is not None:
            terms += [(modes, key, drawn * kind.capture[mode]) for mode, key in by_cell.get(cell, ())]
        family.row(cell, terms, lower=need.left - drawn * tele)


def _tele(
    instance: Instance, ledger: Ledger, made: Mapping[str, Columns], groups: Mapping[tuple[str, str], list[str]]
) -> None:
    family = Rows(
        ledger.sheet,
        NAME,
        "tele_capacity",
        doc="teleconsultation fits its half-days",
        rule="tele_capacity",
        unit="visits/month",
    )
    months = {q.name: q.months for q in instance.quarters}
    seen: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for cell in made["tele"].keys:
        site, specialty, quarter = cell
        group = tele_possible(instance, groups, instance.needs[site, specialty])
        seen[group or "", specialty, quarter].append((made["tele"], cell, 1.0))
        ledger.add("kept", (site, quarter), made["tele"], cell, 1.0)
    for (group, specialty, quarter), terms in sorted(seen.items()):
        rate = instance.specialties[specialty].tele_per_session / months[quarter]
        given: list[Term] = [(made["desk"], (d, specialty, quarter), -rate) for d in groups[group, specialty]]
        family.row((group, specialty, quarter), [*terms, *given], upper=0.0)


def _hospitals(instance: Instance, ledger: Ledger, made: Mapping[str, Columns]) -> None:
    months = {q.name: q.months for q in instance.quarters}
    for arc in made["referred"].keys:
        _, hospital, specialty, quarter = arc
        ledger.add("home_load", (hospital, specialty, quarter), made["referred"], arc, 1.0)
    for desk in made["desk"].keys:
        name, specialty, quarter = desk
        ledger.add("half_days", (name, quarter), made["desk"], desk, 1.0)
        rate = instance.specialties[specialty].home_patients_per_session / months[quarter]
        ledger.add("home_load", (instance.doctors[name].institution, specialty, quarter), made["desk"], desk, rate)


def _aims(instance: Instance, ledger: Ledger, made: Mapping[str, Columns]) -> None:
    total, aims = sum(q.months for q in instance.quarters), instance.aims
    share = {q.name: q.months / total for q in instance.quarters}
    for cell in made["unmet"].keys:
        site, specialty, quarter = cell
        need = instance.needs[site, specialty]
        weight, out = need.priority * share[quarter], 2.0 * instance.outside_minutes[site] * share[quarter]
        ledger.aim("unmet", made["unmet"], cell, weight)
        ledger.aim("unmet", made["left"], cell, weight * aims.left_weight)
        ledger.aim("unmet", made["avoidable"], cell, weight * aims.avoidable_weight)
        ledger.aim("travel", made["left"], cell, out)
        ledger.aim("travel", made["unmet"], cell, out)
    for arc in made["referred"].keys:
        site, hospital, _, quarter = arc
        minutes = instance.patient_minutes.get((site, hospital), instance.outside_minutes[site])
        ledger.aim("travel", made["referred"], arc, 2.0 * minutes * share[quarter])


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    from models.flows import flow_tables

    return flow_tables(values, instance)
