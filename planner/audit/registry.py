"""Which function checks which rule of `models.rules`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from planner.audit import centres, clinics, groups, locks, money, people, reserves, roster, roster_gaps, visits
from planner.audit.facts import Facts
from planner.audit.finding import Finding, Lacking

Check = Callable[[Facts], Finding | Lacking]

#: Rule id -> its check, in the order of the catalogue.
CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "served": centres.served,
        "single_source": centres.single_source,
        "one_level": centres.one_level,
        "turnaround": centres.turnaround,
        "promised_wait": centres.promised_wait,
        "centre_capacity": centres.centre_capacity,
        "window": centres.window,
        "service_max_minutes": centres.service_max_minutes,
        "membership": centres.membership,
        "least_volume": centres.least_volume,
        "max_centres": centres.max_centres,
        "forced_centre": centres.forced_centre,
        "forbidden_centre": centres.forbidden_centre,
        "backup": centres.backup,
        "wish": people.wish,
        "cohort": people.cohort,
        "one_posting": people.one_posting,
        "posting_kept": people.posting_kept,
        "post_limit": people.post_limit,
        "post_floor": people.post_floor,
        "post_share": people.post_share,
        "max_posts": people.max_posts,
        "home_cover_posted": people.home_cover_posted,
        "subsidy_budget": money.subsidy_budget,
        "title_floor": people.title_floor,
        "scope": people.scope,
        "own_group": people.own_group,
        "max_minutes": people.max_minutes,
        "pattern": clinics.pattern,
        "whole_day": people.whole_day,
        "frequency": clinics.frequency,
        "doctor_time": people.doctor_time,
        "room": clinics.room,
        "equipment": clinics.equipment,
        "requires_service": clinics.requires_service,
        "continuity": clinics.continuity,
        "home_cover": people.home_cover,
        "site_floor": clinics.site_floor,
        "need_floor": clinics.need_floor,
        "visit_balance": visits.visit_balance,
        "capture": visits.capture,
        "left_recoverable": visits.left_recoverable,
        "referred_recoverable": visits.referred_recoverable,
        "reserve": visits.reserve,
        "nearest_upper": visits.nearest_upper,
        "referral_max_minutes": visits.referral_max_minutes,
        "tele_capacity": visits.tele_capacity,
        "home_capability": visits.home_capability,
        "reserve_size": reserves.reserve_size,
        "designated_upper": reserves.designated_upper,
        "down_place": reserves.down_place,
        "down_beds": visits.down_beds,
        "budget": money.budget,
        "lock": locks.lock,
        "roster_count": roster.roster_count,
        "doctor_free": roster.doctor_free,
        "site_open": roster.site_open,
        "one_place": roster.one_place,
        "two_sites": roster.two_sites,
        "week_limit": roster.week_limit,
        "roster_time": roster.roster_time,
        "room_half_day": roster.room_half_day,
        "equipment_half_day": roster.equipment_half_day,
        "home_cover_half_day": roster.home_cover_half_day,
        "least_gap": roster_gaps.least_gap,
        "change_limit": roster.change_limit,
        "one_group": groups.one_group,
        "follows_parent": groups.follows_parent,
        "lead_home": groups.lead_home,
        "group_count": groups.group_count,
        "contiguous": groups.contiguous,
        "balance_population": groups.balance_population,
        "balance_need": groups.balance_need,
        "balance_risk": groups.balance_risk,
        "group_capability": groups.group_capability,
        "group_minutes": groups.group_minutes,
    }
)
