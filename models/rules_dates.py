"""Rules of dated rosters."""

from __future__ import annotations

from models.rule import Rule

DATES = (
    Rule(
        "roster_count",
        "roster",
        "structure",
        "每季排定和未排的门诊之和等于分配的次数",
        "clinics dated and not dated are those allocated",
    ),
    Rule(
        "doctor_free",
        "roster",
        "filter",
        "只排在医生本院值班、夜班休息、请假和派驻之外的半天",
        "doctors go out only in half-days free of duties, rests, absences and postings",
    ),
    Rule(
        "site_open",
        "roster",
        "filter",
        "只排在受援单位开诊且申报所要求的半天",
        "clinics are held when the site is open, and when it asked for them",
    ),
    Rule("one_place", "roster", "hard", "一名医生同一半天只在一处", "a doctor is in one place at a time"),
    Rule(
        "two_sites",
        "roster",
        "hard",
        "一天去两处的，两处之间不超过规定路程",
        "two sites on one day are close to each other",
    ),
    Rule(
        "week_limit", "roster", "hard", "每周外出半天数不超过个人上限", "no more half-days out in a week than the limit"
    ),
    Rule(
        "roster_time",
        "roster",
        "hard",
        "每季外出半天数不超过可用数（已留机动）",
        "half-days out in a quarter stay within the budget, slack kept",
    ),
    Rule("room_half_day", "roster", "hard", "同一半天的来诊不超过诊室数", "visitors of a half-day fit the rooms"),
    Rule(
        "equipment_half_day",
        "roster",
        "hard",
        "同一半天用到设备的门诊不超过设备数",
        "clinics of a half-day fit the equipment",
    ),
    Rule(
        "home_cover_half_day",
        "roster",
        "hard",
        "每个半天科室在岗人数不低于规定",
        "a department keeps its people in every half-day",
    ),
    Rule(
        "least_gap",
        "roster",
        "hard",
        "同一专业两次门诊不过密（跨期也算）",
        "clinics of a specialty at a site are not crowded, across the edge of the period too",
    ),
    Rule(
        "change_limit",
        "roster",
        "hard",
        "与现行排班相比改动不超过规定次数",
        "no more clinics of today's roster move than allowed",
    ),
)
