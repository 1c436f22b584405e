"""The catalogue of rules: one id each, used by the model, the audit, explanations and the docs.

The sentences are in `models/locale/<language>/LC_MESSAGES/rules.po`, by the id.

kind: `hard` rules hold in every plan unless set otherwise in `[rules]`; `floor` rules are
promises whose named shortfall is the first aim (default state "soft"); `structure` rules are
accounting identities that cannot be switched off; `filter` rules leave columns out.
"""

from __future__ import annotations

from types import MappingProxyType

from models.rule import Rule
from models.rules_dates import DATES
from models.rules_groups import GROUPS

_CATALOGUE = (
    # --- shared centres -------------------------------------------------------------------
    Rule("served", "shared_centres", "floor"),
    Rule("single_source", "shared_centres", "hard"),
    Rule("one_level", "shared_centres", "hard"),
    Rule("turnaround", "shared_centres", "hard"),
    Rule("promised_wait", "shared_centres", "hard"),
    Rule("centre_capacity", "shared_centres", "hard"),
    Rule("window", "shared_centres", "filter"),
    Rule("service_max_minutes", "shared_centres", "filter"),
    Rule("membership", "shared_centres", "filter"),
    Rule("least_volume", "shared_centres", "hard"),
    Rule("max_centres", "shared_centres", "hard"),
    Rule("max_services", "shared_centres", "hard"),
    Rule("forced_centre", "shared_centres", "hard"),
    Rule("forbidden_centre", "shared_centres", "hard"),
    Rule("backup", "shared_centres", "floor"),
    # --- postings -------------------------------------------------------------------------
    Rule("wish", "postings", "filter"),
    Rule("cohort", "postings", "filter"),
    Rule("one_posting", "postings", "hard"),
    Rule("posting_kept", "postings", "hard"),
    Rule("post_limit", "postings", "hard"),
    Rule("post_floor", "postings", "floor"),
    Rule("post_share", "postings", "hard"),
    Rule("max_posts", "postings", "hard"),
    Rule("home_cover_posted", "postings", "hard"),
    Rule("subsidy_budget", "postings", "hard"),
    # --- sessions -------------------------------------------------------------------------
    Rule("title_floor", "sessions", "filter"),
    Rule("scope", "sessions", "filter"),
    Rule("own_group", "sessions", "filter"),
    Rule("max_minutes", "sessions", "filter"),
    Rule("pattern", "sessions", "filter"),
    Rule("whole_day", "sessions", "hard"),
    Rule("frequency", "sessions", "hard"),
    Rule("doctor_time", "sessions", "hard"),
    Rule("room", "sessions", "hard"),
    Rule("equipment", "sessions", "hard"),
    Rule("requires_service", "sessions", "hard"),
    Rule("continuity", "sessions", "hard"),
    Rule("home_cover", "sessions", "hard"),
    Rule("site_floor", "sessions", "floor"),
    Rule("need_floor", "sessions", "floor"),
    # --- referrals ------------------------------------------------------------------------
    Rule("visit_balance", "referrals", "structure"),
    Rule("capture", "sessions", "hard"),
    Rule("left_recoverable", "referrals", "hard"),
    Rule("referred_recoverable", "referrals", "hard"),
    Rule("reserve", "referrals", "hard"),
    Rule("nearest_upper", "referrals", "filter"),
    Rule("referral_max_minutes", "referrals", "filter"),
    Rule("tele_capacity", "referrals", "hard"),
    Rule("home_capability", "referrals", "floor"),
    Rule("reserve_size", "referrals", "structure"),
    Rule("designated_upper", "referrals", "structure"),
    Rule("down_place", "referrals", "structure"),
    Rule("down_beds", "referrals", "hard"),
    # --- everything -----------------------------------------------------------------------
    Rule("budget", "whole", "hard"),
    Rule("lock", "whole", "hard"),
)

#: All rules by id, in the order of the documentation.
RULES = MappingProxyType({rule.id: rule for rule in _CATALOGUE + DATES + GROUPS})
#: Rules of the dated roster alone; `whole_day` and `lock` hold in it too.
#: Rules of the allocation: centres, postings, clinics, referrals.
PLAN_RULES = MappingProxyType({rule.id: rule for rule in _CATALOGUE})
ROSTER_RULES = MappingProxyType({rule.id: rule for rule in DATES})
#: Rules of the grouping alone; `lock` holds in it too.
GROUP_RULES = MappingProxyType({rule.id: rule for rule in GROUPS})

__all__ = ["GROUP_RULES", "PLAN_RULES", "ROSTER_RULES", "RULES", "Rule"]
