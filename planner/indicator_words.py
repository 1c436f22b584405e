"""Names of the indicators and of their notes, and which way is better.

`indicators.csv` holds plain English notes, joined by "; "; readers get them in their language.
"""

from __future__ import annotations

import re

from planner.catalogue import texts
from planner.text import joined

#: Indicator -> its name.
INDICATORS = texts("indicators")
#: Note of `indicators.csv`, by its English words.
NOTES = texts("indicators.notes")
#: Notes with places.
PATTERNS = texts("indicators.patterns")
#: More is better.
UP = frozenset(
    """
    sent_down_staff post_share_down fixed_doctors_per_township townships_with_fixed_doctor
    townships_with_posted_doctor sessions_per_site_week clinics_per_township_month sessions_per_10000_month
    continuity_share kept_visits in_county_visit_share primary_visit_share primary_share_of_township_needs
    reserve_extra_visits designated_share down_bed_days residents_within_15_minutes residents_within_30_minutes
    residents_within_60_minutes residents_within_15_minutes_by_car residents_within_30_minutes_by_car
    residents_within_60_minutes_by_car elderly_within_15_minutes elderly_within_30_minutes
    elderly_within_60_minutes clinics_in_reach clinics_in_reach_least primary_clinics_in_reach
    primary_clinics_in_reach_least visits_in_reach sessions_least_to_mean share_within_turnaround
    service_within_15_minutes service_within_30_minutes service_within_60_minutes service_in_reach remote_share
    roster_clinics roster_fixed_weekday roster_main_doctor roster_mornings expert_visits
""".split()
)
#: Less is better; of all others neither.
DOWN = frozenset(
    """
    posts_with_gap gap_days posts_never_filled handovers_short sites_without_sessions sites_without_specialist
    doctors_per_clinic sessions_lost_if_one_away sessions_lost_if_one_away_share unmet_visits left_visits
    leakage_share clinic_minutes_p50 clinic_minutes_p90 clinic_minutes_max residents_without_trip
    institutions_moved group_population_spread group_need_spread group_risk_spread group_fund_rate_spread
    group_minutes group_minutes_max clinics_in_reach_gini primary_clinics_in_reach_gini visits_in_reach_gini
    visits_in_reach_theil sessions_gini sessions_theil sessions_theil_between sessions_theil_within
    sessions_per_doctor_spread doctor_travel_hours doctor_travel_km cost:postings cost:sessions cost:centres
    cost:travel cost_per_year quantile_minutes imaging_within_minutes service_minutes_p50 service_minutes_p90
    service_minutes_max service_in_reach_gini service_in_reach_theil centre_minutes_p50 centre_minutes_p90
    centre_minutes_max roster_undated roster_conflicts roster_breaches roster_gap_mean roster_gap_max
    roster_far_most roster_far_spread roster_fridays_most roster_fridays_spread roster_holiday_adjacent_most
    roster_holiday_adjacent_spread roster_trips roster_vehicle_days clinics_changed
""".split()
)
#: Key of a note with places -> the English note that it tells, its places as groups.
_PATTERNS = (
    ("released", r"released (?P<hours>\S+) hours before the day"),
    ("of", r"of (?P<count>\d+)"),
    ("criterion", r"criterion (?P<value>\S+)"),
    ("published_agrees", r"published (?P<value>\S+), within (?P<spread>\S+)"),
    ("published_differs", r"published (?P<value>\S+), differs by (?P<spread>\S+)"),
    ("peak_minutes", r"(?P<minutes>\S+) minutes, peak hour"),
    ("peak_share", r"(?P<share>\S+) of the items, peak hour"),
    ("months", r"monthly figure of the plan x (?P<months>\d+) months"),
    ("holder", r"the doctor who holds most \((?P<name>.+)\)"),
    ("as_institution", r"(?P<share>\S+%) travel as their institution does"),
    ("surplus", r"arithmetic of a surplus of (?P<amount>\S+) million by (?P<rule>.+)"),
)


def better(indicator: str) -> str:
    """`up`, `down`, or "" where more is neither better nor worse."""
    return "up" if indicator in UP else "down" if indicator in DOWN else ""


def name(indicator: str, lang: str) -> str:
    """The indicator's name; an unknown id with spaces for underscores."""
    return INDICATORS.find(indicator, lang) or indicator.replace("_", " ")


def note(text: str, lang: str) -> str:
    """A note of `indicators.csv` in a language; parts that are not known stay as they are."""
    if lang == "en" or not text:
        return text
    return joined((_part(part, lang) for part in text.split("; ")), lang, "clauses")


def _part(text: str, lang: str) -> str:
    """One part: known words at its beginning are translated, a source after them is kept."""
    if whole := NOTES.find(text, lang):
        return whole
    for known in NOTES:
        if text.startswith(f"{known}, "):
            return joined([NOTES.text(known, lang), *text[len(known) + 2 :].split(", ")], lang, "comma")
    for key, pattern in _PATTERNS:
        found = re.match(f"{pattern}(?:, (?P<rest>.*))?$", text)
        if found:
            places = found.groupdict()
            rest = places.pop("rest")
            more = rest.split(", ") if rest else []
            return joined([PATTERNS.say(key, lang, **places), *more], lang, "comma")
    return text
