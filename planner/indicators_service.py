"""Indicators of service: clinics, visits, doctors, centres and money."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit import money, queue
from planner.audit.facts import Facts
from planner.audit.frames import matched
from planner.flows import slips_known
from planner.indicators_access import Measure
from planner.situation import CELL, Situation

_ATTENDING = 2


def townships(facts: Facts) -> pd.Index:
    """Institutions of the first level with a need: what the planning county calls its townships."""
    level = facts.institutions["level"]
    with_needs = facts.cells.index.get_level_values("institution")
    return level.index[(level == 1) & level.index.isin(with_needs)]


def posted(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Posts: how many at once, as a share of the hospitals' staff, and how they reach the townships."""
    yield ("sent_down_staff", "", now.most_posted, "doctors", "posted at one time")
    hospitals = facts.institutions[facts.institutions["level"] >= 2]
    public = hospitals["staff"].sum()
    if public > 0:
        yield ("post_share_down", "", now.most_posted / float(public), "share", "posted to staff of the hospitals")
    towns = townships(facts)
    if len(towns):
        count = now.posted.groupby("institution").size().reindex(towns).fillna(0)
        main = _weekly_mains(facts, now).groupby("institution")["doctor"].nunique().reindex(towns).fillna(0)
        yield ("fixed_doctors_per_township", "least", float((count + main).min()), "doctors", _FIXED)
        yield ("fixed_doctors_per_township", "mean", float((count + main).mean()), "doctors", _FIXED)
        yield (
            "townships_with_fixed_doctor",
            "",
            float(((count + main) > 0).sum()),
            "institutions",
            f"of {len(towns)}; {_FIXED}",
        )
        yield ("townships_with_posted_doctor", "", float((count > 0).sum()), "institutions", f"of {len(towns)}")


_FIXED = "posted doctors and main doctors of clinics that are weekly or more"


def _weekly_mains(facts: Facts, now: Situation) -> pd.DataFrame:
    total = now.clinics.groupby(CELL)["sessions"].transform("sum")
    low = facts.sites.set_index(["institution", "quarter"])["low_weekly"]
    least = matched(low, now.clinics, ["institution", "quarter"], np.inf)
    return now.clinics[now.clinics["main"] & (total >= least)]


def clinics(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Clinics by site and week, sites without any, continuity, and what one doctor's absence costs."""
    towns = townships(facts)
    weeks = float(facts.quarters["weeks"].sum())
    held = now.clinics.groupby("institution")["sessions"].sum().reindex(towns).fillna(0.0)
    served = now.posted["institution"].unique()
    if len(towns):
        yield ("sessions_per_site_week", "", float(held.mean()) / weeks, "sessions/week", "mean of the townships")
        yield (
            "clinics_per_township_month",
            "",
            float(held.min()) / now.months,
            "sessions/month",
            "the township with fewest",
        )
        yield ("sites_without_sessions", "", float((held == 0).sum()), "sites", f"of {len(towns)}")
        none = (held == 0) & ~held.index.isin(served)
        yield ("sites_without_specialist", "", float(none.sum()), "sites", "neither clinic nor posted doctor")
    for site, count in held.items():
        yield ("sessions_per_site_week", str(site), float(count) / weeks, "sessions/week", "")
    population = facts.institutions["population"].sum() or facts.region["communities"]["population"].sum()
    if population > 0:
        rate = now.sessions_a_month / float(population) * 10_000
        yield ("sessions_per_10000_month", "", rate, "sessions/month per 10,000", "residents of all institutions")
    total = float(now.clinics["sessions"].sum())
    if total > 0:
        main = float(now.clinics.loc[now.clinics["main"], "sessions"].sum())
        yield ("continuity_share", "", main / total, "share", "clinics held by the main doctor")
        doctors = now.clinics.groupby(CELL)["doctor"].nunique()
        yield ("doctors_per_clinic", "", float(doctors.mean()), "doctors", "different doctors per site and specialty")
        by_doctor = now.clinics.groupby("doctor")["sessions"].sum()
        most = float(by_doctor.max())
        yield ("sessions_lost_if_one_away", "", most, "sessions", f"the doctor who holds most ({by_doctor.idxmax()})")
        yield ("sessions_lost_if_one_away_share", "", most / total, "share", "of all clinics")


def visits(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Visits kept local, the shares inside the alliance and at primary level, leakage, and the referral ratio."""
    need, left, unmet = now.total("need"), now.total("left"), now.total("unmet")
    yield ("kept_visits", "", now.total("kept"), "visits/month", "clinics, posted doctors and teleconsultation")
    yield ("unmet_visits", "", unmet, "visits/month", "")
    yield ("left_visits", "", left, "visits/month", "")
    if need > unmet:
        seen = need - unmet
        yield (
            "in_county_visit_share",
            "",
            (seen - left) / seen,
            "share",
            "of the specialist visits in the needs table",
        )
        yield ("leakage_share", "", left / seen, "share", "of the specialist visits in the needs table")
        primary = now.visits["institution"].map(facts.institutions["level"]).le(1)
        below = now.visits[primary]
        here = float(((below["own"] + below["kept"]) * below["months"]).sum()) / now.months
        yield ("primary_visit_share", "", here / seen, "share", _KNOWN)
        inside = float(((below["own"] + below["kept"] + below["referred"]) * below["months"]).sum()) / now.months
        if inside > 0:
            yield ("primary_share_of_township_needs", "", here / inside, "share", "of what townships hold or refer up")
    up, down = now.total("referred"), now.total("returned")
    yield ("referrals_up_month", "", up, "visits/month", "visits seen at hospitals, with or without a referral slip")
    yield ("slips_up_month", "", now.slips, "visits/month", _SLIPS[slips_known(facts)])
    yield ("referrals_down_month", "", down, "visits/month", "")
    if down > 0:
        yield ("up_down_ratio", "", now.slips / down, "ratio", "slips up; report, not a goal")
    if now.slips > 0:
        yield ("down_up_ratio", "", down / now.slips, "ratio", "slips up; report, not a goal")


_SLIPS = {
    True: "of the visits referred up, those with a referral slip, as published counts have them",
    False: "no slips in the tables: every visit referred up counts",
}
_KNOWN = "only the specialist visits that the tables know; general visits at townships and villages are not in them"


def burden(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Clinics per eligible doctor by hospital, and doctors' hours and kilometres on the road."""
    people = facts.doctors[facts.doctors["title"] >= _ATTENDING].groupby("institution").size()
    level = facts.institutions["level"]
    people = people[level.reindex(people.index) >= 2]
    held = now.clinics.groupby("home")["sessions"].sum().reindex(people.index).fillna(0.0)
    each = held / people
    for hospital, rate in each.items():
        yield ("sessions_per_doctor", str(hospital), float(rate), "sessions", "per eligible doctor over the horizon")
    if len(each):
        yield (
            "sessions_per_doctor_spread",
            "",
            float(each.max() - each.min()),
            "sessions",
            "hospital with most less hospital with fewest",
        )
    hours = 2 * float((now.away["trips"] * now.away["trip"].fillna(0.0)).sum()) / 60 / now.months
    km = 2 * float((now.away["trips"] * now.away["km"].fillna(0.0)).sum()) / now.months
    yield ("doctor_travel_hours", "", hours, "hours/month", "there and back")
    yield ("doctor_travel_km", "", km, "km/month", "there and back")


def costs(facts: Facts, now: Situation, plan: bool) -> Iterator[Measure]:
    """Yuan a year of each part; today's centres are not priced."""
    parts = {"sessions": money.allowances(facts, now.away), "travel": money.driving(facts, now.away)}
    if plan:
        parts = money.cost_parts(facts)
    else:
        parts["postings"] = len(now.posted) * facts.number("postings", "subsidy_per_year", 80_000)
    for part in money.PARTS:
        if part in parts:
            yield (f"cost:{part}", "", parts[part], "yuan/year", "")
    if plan:
        yield ("cost_per_year", "", sum(parts.values()), "yuan/year", "all parts")


def centres(facts: Facts) -> Iterator[Measure]:
    """How full each centre is, the share of items in time, and the time that the quantile keeps."""
    table = facts.opened
    services = facts.network.services
    for row in table.sort_values("load").drop_duplicates(["service", "centre"], keep="last").to_dict("records"):
        service = services.loc[row["service"]]
        scope = f"{row['service']} {row['centre']}"
        if row["items_per_day"] > 0:
            yield ("centre_utilisation", scope, row["load"] / row["items_per_day"], "share", "of the daily capacity")
        limit = float(service["turnaround_minutes"])
        if np.isnan(limit):
            continue
        if service["moves"] == "data":
            stage = (
                row["peak"],
                service["minutes_per_item"],
                row["servers"],
                service["verify_minutes_per_item"],
                row["verifiers"],
            )
            yield (
                "share_within_turnaround",
                scope,
                queue.share_within(limit, *stage),
                "share",
                f"{limit:g} minutes, peak hour",
            )
            minutes = _minutes(float(service["quantile"]), stage)
            yield ("quantile_minutes", scope, minutes, "minutes", f"{service['quantile']:g} of the items, peak hour")
    members, links = facts.network.members, facts.network.links
    for service_id, group in members.groupby("service"):
        mine = links[(links["service"] == service_id) & ~links["stands_in"]]
        share = float(mine["share"].sum()) / len(group)
        yield ("remote_share", str(service_id), share, "share", "members served by a centre")


def _minutes(share: float, stage: tuple[float, float, float, float, float]) -> float:
    """Minutes within which `share` of the items is done; NaN when never."""
    low, high = 0.0, 1.0
    while queue.share_within(high, *stage) < share:
        high *= 2
        if high > 1e5:
            return float("nan")
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if queue.share_within(middle, *stage) >= share else (middle, high)
    return high


def change(facts: Facts, plan: Situation, before: Situation) -> Iterator[Measure]:
    """Clinics that are moved against today's roster."""
    keys = ["doctor", *CELL]
    new, old = (now.clinics.groupby(keys)["sessions"].sum() for now in (plan, before))
    moved = new.sub(old, fill_value=0.0).abs().sum()
    yield ("clinics_changed", "", float(moved), "sessions", "added or dropped against today's roster, over the horizon")
    spare = plan.visits.assign(seen=plan.visits["kept"] - plan.visits["tele"])
    offered = float((spare["offered"] * spare["months"]).sum())
    if offered > 0:
        used = float((spare["seen"] * spare["months"]).sum()) / offered
        yield ("capacity_used", "", used, "share", "of what clinics and posted doctors could see")
