"""Words of the brief in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: key -> (zh, en); `{name}` is filled in by `brief_word`.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "kind": ("会议材料（两页）", "For the meeting (two pages)"),
    "title": ("{name}联动规划方案", "Linked plan of {name}"),
    "draft": ("草案，待会签", "draft, to be countersigned"),
    "page": ("第 {n} 页，共 2 页", "page {n} of 2"),
    "source": (
        "数字与 report.html、workbook.xlsx 相同；依据、规则与全部名单见其中。",
        "The figures are those of report.html and workbook.xlsx; evidence, rules and full lists are there.",
    ),
    # --- page 1
    "changes": ("一、与现状相比改变什么", "1. What changes against today"),
    "measure": ("项目", "Measure"),
    "today": ("现状", "Today"),
    "plan": ("本方案", "This plan"),
    "difference": ("变化", "Change"),
    "points": ("{n} 个百分点", "{n} points"),
    "row_kept": ("基层留住（人次/月）", "Visits kept local a month"),
    "row_left": ("流出县外（人次/月）", "Visits that leave the county a month"),
    "row_unmet": ("未满足（人次/月）", "Visits unmet a month"),
    "row_clinics": ("下沉门诊（次/月）", "Outreach clinics a month"),
    "row_posted": ("派驻医生（人）", "Posted doctors"),
    "row_towns": ("有固定医生的乡镇（个，共 {n} 个）", "Townships with a fixed doctor (of {n})"),
    "row_within": ("30 分钟内可看到专科的居民", "Residents within 30 minutes of a specialist"),
    "row_even": ("门诊分布基尼系数（越小越均匀）", "Gini of clinics by need (lower is more even)"),
    "row_road": ("医生在路上（小时/月）", "Doctors' hours on the road a month"),
    "row_centres": ("共享中心（个，其中新开办 {n} 个）", "Shared centres ({n} of them new)"),
    "round_numbers": ("二、委员会常问的七条", "2. The seven round numbers"),
    "now": ("现 {value}", "now {value}"),
    "why": ("三、为什么这样安排", "3. Why"),
    "why_need": (
        "每月专科需求 {need} 人次，现在 {left} 人次流出县外、{unmet} 人次看不上；缺口最大的是{names}。",
        "Of {need} specialist visits needed a month, {left} leave the county and {unmet} are unmet today, "
        "most in {names}.",
    ),
    "why_towns": (
        "{n} 个乡镇现在没有固定医生，按方案还有 {left} 个。",
        "Townships without a fixed doctor: {n} today, {left} under the plan.",
    ),
    "why_today": (
        "现行排班有 {n} 处不合规则，最多的是：{rule}",
        "Places where today's roster breaks a rule: {n}, most often: {rule}",
    ),
    "why_hand": (
        "同样人手，按老办法人工编排可留住 {hand} 人次/月；"
        "派驻、门诊、中心、转诊一起算，留住 {plan} 人次/月，多 {more}。",
        "With the same staff a plan made by hand keeps {hand} visits a month; deciding postings, clinics, centres and "
        "referrals together keeps {plan}, {more} more.",
    ),
    "why_proved": (
        "首要目标已有证明：{label}为 {value}，任何方案{better}。",
        "Proved for the aim that counts: {label} is {value}, {better} by any plan.",
    ),
    "better_by": ("最多再好 {amount}", "at most {amount} better"),
    "proved_best": ("都不会更好", "not to be bettered"),
    "four": ("四种情形：看不上与流出县外（人次/月）", "Four scenarios: visits unmet or leaving a month"),
    "unmet": ("未满足", "unmet"),
    "left": ("外流", "leave"),
    # --- page 2
    "cost": ("四、花多少钱（{unit}）", "4. What it costs ({unit})"),
    "unit": ("万元/年", "million yuan a year"),
    "part": ("项目", "Part"),
    "no_cost": ("方案没有核算费用。", "The plan has no costs."),
    "gains": ("五、谁得谁失", "5. Who gains, who loses"),
    "place": ("基层机构", "Institution"),
    "result": ("结果", "Result"),
    "kept": ("留住（人次/月）", "Kept a month"),
    "clinics": ("门诊（次/月）", "Clinics a month"),
    "minutes": ("到就诊处（分）", "Minutes to care"),
    "specialties": ("专业增减", "Specialties"),
    "hospital": ("医院", "Hospital"),
    "half_days": ("外出（半天/月）", "Half-days out/month"),
    "posted": ("派出驻点（人）", "Posted out"),
    "forgone": ("本院少看（人次/月）", "Given up at home/month"),
    "received": ("接收上转（人次/月）", "Referred to it/month"),
    "more_places": (
        "另有 {n} 个基层机构：{told}，见 report.html“谁得谁失”。",
        "Further institutions: {n} ({told}); see report.html.",
    ),
    "more_hospitals": ("另有 {n} 所医院，见 report.html。", "Further hospitals: {n}; see report.html."),
    "and_more": ("等另外 {n} 个", " and {n} more"),
    "count_of": ("{verdict} {n}", "{n} {verdict}"),
    "none": ("无", "none"),
    "sure": ("六、有多大把握", "6. How sure"),
    "decisions": ("七、请会议决定", "7. Decisions asked"),
    "choice": ("□同意　□修改　□缓议", "□ yes　□ amend　□ later"),
    "ask_postings": (
        "批准派驻名单：新派 {new} 人，自 {start} 起；连同在岗的共 {n} 人，在 {sites} 个机构。",
        "Approve the postings: new from {start}: {new}; with those running {n} in all, institutions: {sites}.",
    ),
    "ask_roster": (
        "批准排班：{n} 次门诊，{start} 至 {end}；另有 {unheld} 次排不下，由医务科另行安排。",
        "Approve the roster: {n} clinics, {start} to {end}; {unheld} without a date are left to the office.",
    ),
    "ask_sessions": (
        "批准门诊安排：每月 {n} 次，{sites} 个机构。",
        "Approve the clinics: {n} a month, institutions: {sites}.",
    ),
    "ask_centres": (
        "批准 {n} 个共享中心，其中新开办 {new} 个{names}。",
        "Approve {n} shared centres, {new} of them new{names}.",
    ),
    "ask_reserves": (
        "同意医院每月为上转预留 {n} 个号源。",
        "Agree that the hospitals keep {n} visits a month free for referrals.",
    ),
    "ask_money": (
        "安排经费每年 {total}，比现状{more} {by}。",
        "Provide {total} a year, {by} {more} than today.",
    ),
    "ask_losers": (
        "{n} 个机构受损或有得有失（{names}），是否同意，或另行补偿。",
        "Institutions that lose something: {n} ({names}): accept, or make up for it.",
    ),
    "ask_short": (
        "{n} 处底线现有条件无法满足（{names}）：增加人手、放宽要求或接受。",
        "Promises that cannot be kept with what there is: {n} ({names}): more staff, a lower promise, or accept.",
    ),
    "signed": (
        "制表人：＿＿＿＿＿　审核人：＿＿＿＿＿　签发人：＿＿＿＿＿　日期：＿＿＿年＿＿月＿＿日",
        "prepared by: ________　checked by: ________　signed by: ________　date: ________",
    ),
    "seal": ("（盖章处）", "(seal)"),
})  # fmt: skip


def brief_word(key: str, lang: str, **values: object) -> str:
    """A word of the brief with its values filled in. Raises KeyError for an unknown key."""
    zh, en = WORDS[key]
    return (zh if lang == "zh" else en).format(**values)
