"""Words of the printed roster in Chinese and English: sheets, headings, signs and legends."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Columns of the sheet 排班明细, which an office edits and gives back; `{lang: headings}` in their order.
DETAIL: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "zh": ("日期", "星期", "时段", "医生", "工号", "坐诊机构", "专业", "备用"),
    "en": ("Date", "Weekday", "Slot", "Doctor", "Staff no.", "Site", "Specialty", "Backup"),
})  # fmt: skip
#: Monday first.
WEEKDAYS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
})  # fmt: skip
SHORT_WEEKDAYS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "zh": ("一", "二", "三", "四", "五", "六", "日"),
    "en": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
})  # fmt: skip
SLOTS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "zh": {"am": "上午", "pm": "下午"},
    "en": {"am": "am", "pm": "pm"},
})  # fmt: skip
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Titles where a cell is narrow: whole in Chinese, letters in English, which the legend explains.
SHORT_TITLES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "1": ("住院医师", "R"), "2": ("主治", "A"), "3": ("副主任", "AC"), "4": ("主任", "C")
})  # fmt: skip
#: Public holidays by their name in the table of days off.
HOLIDAYS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "New Year's Day": ("元旦", "New Year"),
    "Spring Festival": ("春节", "Spring Festival"),
    "Tomb-sweeping Day": ("清明", "Qingming"),
    "Labour Day": ("劳动节", "Labour Day"),
    "Dragon Boat Festival": ("端午", "Dragon Boat"),
    "Mid-autumn Festival": ("中秋", "Mid-autumn"),
    "National Day": ("国庆", "National Day"),
})  # fmt: skip

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    # sheets (at most 31 characters with the month)
    "site_sheet": ("坐诊排班表 {month}", "Site roster {month}"),
    "department_sheet": ("科室视图 {month}", "Departments {month}"),
    "doctor_sheet": ("个人派出日程", "Doctors' schedules"),
    "cover_sheet": ("科室在岗明细", "Who remains"),
    "rotation_sheet": ("派驻人员轮换表", "Postings and relief"),
    "public_sheet": ("公示版", "Public notice"),
    "month_sheet": ("月统计", "Month statistics"),
    "fair_sheet": ("公平统计", "Fairness counts"),
    "unheld_sheet": ("未排定", "Without a date"),
    "change_sheet": ("变动清单", "Changes"),
    "lists_sheet": ("名单", "Lists"),
    # titles
    "site_title": ("{name}专家下沉坐诊排班表（{month}）", "{name}: outreach clinics, {month}"),
    "department_title": ("{name}科室外出与在岗（{month}）", "{name}: who is away, by department, {month}"),
    "doctor_title": ("{name}个人派出日程", "{name}: doctors' schedules"),
    "cover_title": ("{name}科室在岗明细", "{name}: who is away and who remains"),
    "rotation_title": ("{name}派驻人员轮换表", "{name}: postings and relief"),
    "public_title": ("{name}专家坐诊公示", "{name}: clinics of visiting specialists"),
    "month_title": ("{name}坐诊月统计", "{name}: clinics by month against the target"),
    "fair_title": ("{name}公平统计", "{name}: fairness counts"),
    "unheld_title": ("{name}未排定的门诊", "{name}: allocated clinics without a date"),
    "change_title": ("{name}与现行排班的变动", "{name}: changes against today's roster"),
    "version": ("第{number}版 编号{code}", "version {number}, code {code}"),
    "span": ("{first}至{last}", "{first} to {last}"),
    "site_legend": (
        "格内：姓名(职称·科室)；▲与现行排班不同；集＝当日上午逢集；闭＝停诊；班＝调休上班；灰底＝休息日。左栏各专业：A角/B角（备用）",
        "In a cell: name (title · department), R resident, A attending, AC associate chief, C chief; "
        "▲ differs from today's roster; M market morning; X closed; "
        "W adjusted working day; grey: day off. Left, by specialty: doctor A / backup B",
    ),
    "department_legend": (
        "格内：外出医生；余＝在岗人数（编制减外出、派驻、休假）；班＝调休上班；灰底＝休息日。左栏：编制、派驻",
        "In a cell: doctors away; left = persons present (headcount less away, posted, on leave); W adjusted working "
        "day; grey: day off. Left: headcount, posted",
    ),
    "site_head": ("机构（专业 A角/B角）", "Site (specialty A/B)"),
    "department_head": ("科室", "Department"),
    "am": ("上", "am"),
    "pm": ("下", "pm"),
    "changed": ("▲", "▲"),
    "market": ("集", "M"),
    "closed": ("闭", "X"),
    "make_up": ("班", "W"),
    "day_off": ("休", "off"),
    "left": ("余{n}", "{n} left"),
    "headcount_is": ("编制{n}", "headcount {n}"),
    "posted_are": ("派驻：{names}", "posted: {names}"),
    "signatures": (
        "制表人：＿＿＿＿＿＿　　审核人：＿＿＿＿＿＿　　签发人：＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日",
        "prepared by: ____________   checked by: ____________   signed by: ____________   date: ____________",
    ),
    "seal": ("（盖章处）", "(seal)"),
    "hours": (
        "上午 {am}　下午 {pm}　{span}　“集”为赶集日　“班”为调休上班　如有停诊以机构通知为准",
        "mornings {am}, afternoons {pm}, {span}. M: market day. W: adjusted working day. "
        "Changes are announced by the site.",
    ),
    # headings
    "number": ("序号", "No."),
    "date": ("日期", "Date"),
    "weekday": ("星期", "Weekday"),
    "slot": ("时段", "Slot"),
    "doctor": ("医生", "Doctor"),
    "name": ("姓名", "Name"),
    "title": ("职称", "Title"),
    "hospital": ("派出单位", "Hospital"),
    "department": ("科室", "Department"),
    "site": ("坐诊机构", "Site"),
    "place": ("机构", "Site"),
    "specialty": ("专业", "Specialty"),
    "departure": ("出发", "Departure"),
    "minutes": ("单程(分)", "Minutes"),
    "transport": ("交通", "Transport"),
    "phone": ("机构电话", "Site phone"),
    "backup": ("备用", "Backup"),
    "note": ("备注", "Note"),
    "hospital_car": ("单位派车", "hospital car"),
    "own_way": ("自行前往", "own way"),
    "shared_with": ("同车：{names}", "with {names}"),
    "whole_day": ("全天外出", "out all day"),
    "differs": ("▲变动", "▲ changed"),
    "away": ("外出坐诊", "Away at clinics"),
    "posted": ("派驻", "Posted"),
    "absent": ("休假等", "On leave"),
    "headcount": ("编制", "Headcount"),
    "present": ("在岗", "Present"),
    "remaining": ("在岗名单（名册内）", "Present (of the table)"),
    "period": ("起止时间", "Period"),
    "morning": ("上午", "Morning"),
    "afternoon": ("下午", "Afternoon"),
    "unit_kind": ("类别", "Kind"),
    "unit": ("单位/人员", "Unit or person"),
    "total": ("合计", "Total"),
    "due": ("{month}应排", "{month} due"),
    "target": ("分配次数", "Allocated"),
    "difference": ("差额", "Difference"),
    "per_head": ("每人次数", "Per head"),
    "floor": ("每月底线", "Least a month"),
    "below": ("低于底线的月份", "Months below"),
    "by_hospital": ("派出单位", "hospital"),
    "by_department": ("科室", "department"),
    "by_site": ("受援机构", "site"),
    "by_specialty": ("专业", "specialty"),
    "by_doctor": ("医生", "doctor"),
    "account_period": ("期间", "Period"),
    "sessions": ("坐诊次数", "Clinics"),
    "far": ("远程出诊", "Far trips"),
    "fridays": ("周五", "Fridays"),
    "holiday_adjacent": ("节假日前后", "Next to holidays"),
    "carried_over": ("上期结转", "Carried over"),
    "burden": ("累计（远+五+节+结转）", "Sum with carried over"),
    "count": ("次数", "Clinics"),
    "quarter": ("季度", "Quarter"),
    "rule": ("规则", "Rule"),
    "reason": ("原因", "Reason"),
    "kind": ("变动", "Change"),
    "was": ("原安排", "Was"),
    "now": ("现安排", "Now"),
    "moved": ("改期", "moved"),
    "swapped": ("换人", "other doctor"),
    "both": ("改期并换人", "moved, other doctor"),
    "added": ("新增", "added"),
    "dropped": ("取消", "dropped"),
    # the report's chapter
    "chapter": ("排班", "Roster"),
    "chapter_note": (
        "{clinics} 次门诊已定日期，{unheld} 次未能排定；与现行排班不同 {changed} 次。"
        "逐日排班见 workbook.xlsx，日历见 calendars 文件夹。",
        "{clinics} clinics have a date, {unheld} have none; {changed} differ from today's roster. "
        "The roster day by day is in workbook.xlsx, the calendars are in the folder calendars.",
    ),
    "specialties": ("专业数", "Specialties"),
    "visitors": ("专家数", "Doctors"),
    "changed_count": ("与现行不同", "Changed"),
    # calendars
    "event_doctor": ("坐诊：{site} {specialty}", "Clinic: {site}, {specialty}"),
    "event_site": ("坐诊：{specialty} {doctor}", "Clinic: {specialty}, {doctor}"),
    "event_backup": ("备用：{name}", "Backup: {name}"),
    "event_trip": ("单程约{minutes}分钟", "about {minutes} minutes one way"),
    "event_cancelled": ("（已取消）{summary}", "(cancelled) {summary}"),
})  # fmt: skip


def roster_word(key: str, lang: str, **values: object) -> str:
    """The word or sentence of a key, its values filled in. Raises KeyError for an unknown key."""
    zh, en = WORDS[key]
    text = zh if lang == "zh" else en
    return text.format(**values) if values else text
