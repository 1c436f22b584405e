"""The catalogue of rules: one id each, used by the model, the audit, explanations and the docs.

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
    Rule(
        "served",
        "shared_centres",
        "floor",
        "每个成员单位的每项共享服务都有中心承担",
        "every member is served by a centre for each shared service",
    ),
    Rule(
        "single_source",
        "shared_centres",
        "hard",
        "一个单位的一项服务只由一个中心承担",
        "an institution's service comes from one centre",
    ),
    Rule(
        "one_level",
        "shared_centres",
        "hard",
        "一个中心只选一个规模和一个承诺时限",
        "a centre has one size and one promised wait",
    ),
    Rule(
        "turnaround",
        "shared_centres",
        "hard",
        "从送出到出结果不超过规定时限",
        "travel, waiting and work stay within the turnaround limit",
    ),
    Rule(
        "promised_wait",
        "shared_centres",
        "hard",
        "高峰时的工作量不超过承诺时限所允许的安全负荷",
        "the peak load stays within what the promised wait allows",
    ),
    Rule(
        "centre_capacity",
        "shared_centres",
        "hard",
        "中心日工作量不超过其能力",
        "a centre's daily load stays within its capacity",
    ),
    Rule("window", "shared_centres", "filter", "标本必须在有效时间内送到", "specimens arrive within their window"),
    Rule(
        "service_max_minutes",
        "shared_centres",
        "filter",
        "单位到中心的路程不超过该服务的上限",
        "a centre is within the service's longest trip",
    ),
    Rule(
        "membership",
        "shared_centres",
        "filter",
        "单位只由其所属集团的中心服务",
        "an institution is served by centres of its group for that service",
    ),
    Rule(
        "least_volume",
        "shared_centres",
        "hard",
        "中心开办须达到最低工作量",
        "an open centre has at least the least volume",
    ),
    Rule("max_centres", "shared_centres", "hard", "一项服务的中心数不超过上限", "no more centres of a service than allowed"),
    Rule("max_services", "shared_centres", "hard", "一家机构承办的共享服务数不超过上限", "an institution hosts no more services than it may"),
    Rule("forced_centre", "shared_centres", "hard", "指定必须开办的中心要开办", "a forced centre is open"),
    Rule("forbidden_centre", "shared_centres", "hard", "指定不得开办的中心不开办", "a forbidden centre stays closed"),
    Rule(
        "backup",
        "shared_centres",
        "floor",
        "每个单位另有一个备用中心",
        "every served institution has a second centre as backup",
    ),
    # --- postings -------------------------------------------------------------------------
    Rule("wish", "postings", "filter", "不派驻明确不能派驻的医生", "nobody is posted who cannot be"),
    Rule(
        "cohort",
        "postings",
        "filter",
        "派驻只在规定的批次日期开始，或为接替期满人员而开始",
        "postings start on cohort dates, or to relieve somebody who leaves",
    ),
    Rule("one_posting", "postings", "hard", "一名医生同一时间只派驻一处", "a doctor holds one posting at a time"),
    Rule("posting_kept", "postings", "hard", "在岗派驻到期前不中断", "a running posting is not cut short"),
    Rule("post_limit", "postings", "hard", "派驻人数不超过岗位申报数", "no more doctors at a post than asked for"),
    Rule("post_floor", "postings", "floor", "锁定的派驻岗位须配足人员", "locked posts are filled"),
    Rule(
        "post_share",
        "postings",
        "hard",
        "派出人数不超过医院岗位的规定比例",
        "a hospital posts no more than the set share of its staff",
    ),
    Rule("max_posts", "postings", "hard", "全部派驻人数不超过上限", "no more doctors posted at once than allowed"),
    Rule(
        "home_cover_posted",
        "postings",
        "hard",
        "科室同时派驻人数不超过规定比例",
        "a department posts no more than its share at once",
    ),
    Rule("subsidy_budget", "postings", "hard", "派驻补助不超过补助预算", "posting subsidies stay within their budget"),
    # --- sessions -------------------------------------------------------------------------
    Rule(
        "title_floor",
        "sessions",
        "filter",
        "医生职称不低于该专业要求",
        "a doctor has at least the title that the specialty asks for",
    ),
    Rule("scope", "sessions", "filter", "只在执业范围内出诊和派驻", "doctors work within their registered scope"),
    Rule("own_group", "sessions", "filter", "只在本集团内服务", "doctors serve their own group"),
    Rule(
        "max_minutes",
        "sessions",
        "filter",
        "单程路程不超过全天出诊上限和个人上限",
        "no trip longer than a day or the doctor allows",
    ),
    Rule("pattern", "sessions", "filter", "按申报的频次开诊", "a clinic has the frequency that was asked for"),
    Rule(
        "whole_day",
        "sessions",
        "hard",
        "单程超过半天上限的出诊按全天计",
        "a trip over the half-day limit takes a whole day",
    ),
    Rule("frequency", "sessions", "hard", "次数与所定频次相符", "the count of clinics fits its frequency"),
    Rule(
        "doctor_time",
        "sessions",
        "hard",
        "出诊、远程和派驻不超过医生可用半天数",
        "clinics, teleconsultation and posting fit the doctor's free half-days",
    ),
    Rule("room", "sessions", "hard", "出诊不超过可用诊室半天数", "clinics fit the rooms"),
    Rule("equipment", "sessions", "hard", "需用设备的出诊不超过设备可用半天数", "clinics fit the equipment they need"),
    Rule(
        "requires_service",
        "sessions",
        "hard",
        "所需检查服务未落实的地方不开该专业门诊",
        "no clinic where a service it requires is missing",
    ),
    Rule(
        "continuity",
        "sessions",
        "hard",
        "每个门诊有一名主诊医生承担七成以上",
        "each clinic has a main doctor for most of its sessions",
    ),
    Rule(
        "home_cover",
        "sessions",
        "hard",
        "科室外出门诊不超过规定人力",
        "a department's clinics away stay within its share",
    ),
    Rule(
        "site_floor",
        "sessions",
        "floor",
        "每个点每月不少于规定次数的门诊",
        "every site has its least number of clinics",
    ),
    Rule(
        "need_floor",
        "sessions",
        "floor",
        "申报的最低门诊次数得到满足",
        "a specialty's least number of clinics at a site is met",
    ),
    # --- referrals ------------------------------------------------------------------------
    Rule("visit_balance", "referrals", "structure", "各类就诊之和等于需求", "all kinds of visits add up to the need"),
    Rule(
        "capture",
        "sessions",
        "hard",
        "留住的就诊不超过频次的吸引力和接诊能力",
        "visits kept stay within what the clinic can draw and see",
    ),
    Rule(
        "left_recoverable",
        "referrals",
        "hard",
        "外流只能按可回流的比例减少",
        "outflow falls only by its recoverable share",
    ),
    Rule(
        "referred_recoverable",
        "referrals",
        "hard",
        "必须上转的仍然上转",
        "referrals that need the hospital still go there",
    ),
    Rule("reserve", "referrals", "hard", "新增上转不超过预留号源", "extra referrals fit the reserved visits"),
    Rule(
        "nearest_upper",
        "referrals",
        "filter",
        "新增上转到最近的有能力的上级机构",
        "extra referrals go to the nearest capable upper institution",
    ),
    Rule(
        "referral_max_minutes",
        "referrals",
        "filter",
        "新增上转的路程不超过上限",
        "extra referrals stay within the travel limit",
    ),
    Rule(
        "tele_capacity",
        "referrals",
        "hard",
        "远程会诊不超过医生安排的时间",
        "teleconsultations fit the time given to them",
    ),
    Rule(
        "home_capability",
        "referrals",
        "floor",
        "牵头医院的就诊不超过其接诊能力",
        "a hospital's visits stay within its capability",
    ),
    Rule(
        "reserve_size",
        "referrals",
        "structure",
        "预留号源和床位按流量、放号时限和把握算得，且不少于新增上转",
        "reserved visits and beds follow from flows, release hours and confidence, and cover extra referrals",
    ),
    Rule(
        "designated_upper",
        "referrals",
        "structure",
        "每点每专业指定的上级机构是本组内最近的、有能力的上级机构",
        "the designated upper institution is the nearest capable one of the group",
    ),
    Rule(
        "down_place",
        "referrals",
        "structure",
        "有康复床位的机构都列为下转接收点，用量与就诊平衡一致",
        "every institution with beds for it is a place of down-referral, its use as in the visit balance",
    ),
    Rule("down_beds", "referrals", "hard", "下转不超过基层康复床位", "down-referrals fit the beds below"),
    # --- everything -----------------------------------------------------------------------
    Rule("budget", "whole", "hard", "总费用不超过预算", "the plan stays within the budget"),
    Rule("lock", "whole", "hard", "手工锁定的安排得到保留", "locks are kept"),
)

#: All rules by id, in the order of the documentation.
RULES = MappingProxyType({rule.id: rule for rule in _CATALOGUE + DATES + GROUPS})
#: Rules of the dated roster alone; `whole_day` and `lock` hold in it too.
ROSTER_RULES = MappingProxyType({rule.id: rule for rule in DATES})
#: Rules of the grouping alone; `lock` holds in it too.
GROUP_RULES = MappingProxyType({rule.id: rule for rule in GROUPS})

__all__ = ["GROUP_RULES", "ROSTER_RULES", "RULES", "Rule"]
