"""What the audit says of dates, in Chinese: its own lines are kept in English, as in `audit.csv`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

#: What is counted in "3 > 2 ...".
UNITS: Mapping[str, str] = MappingProxyType({
    "rooms": "间诊室",
    "items of equipment": "台设备",
    "doctors away": "名医生同时外出",
    "half-days out that week": "个半天（当周外出）",
    "half-days out in the quarter": "个半天（本季外出）",
    "minutes between the sites": "分钟（两处之间）",
    "minutes one way": "分钟（单程）",
    "the doctor's title": "（要求的职称高于医生的职称）",
    "clinics of today's roster moved": "次（现行排班的改动）",
    "free half-days, far trips as whole days": "个可用半天（远路按全天计）",
    "free half-days": "个可用半天",
    "half-days with a room": "个有诊室的半天",
    "half-days of the equipment": "个设备可用的半天",
    "half-days away": "个半天（外出）",
    "yuan per year": "元/年",
    "minutes": "分钟",
    "minutes to the centre": "分钟（到中心）",
    "items per day": "件/日",
    "centres": "个中心",
    "doctors posted at once": "名医生同时派驻",
    "doctors at the post": "名派驻医生",
    "postings at once": "处同时派驻",
    "clinics by the main doctor": "次由主诊医生出诊",
    "bed-days a month": "床日/月",
    "visits by teleconsultation": "人次（远程会诊）",
    "visits that teleconsultation draws": "人次（远程会诊所能吸引）",
    "visits that the clinics can see": "人次（门诊所能接诊）",
    "visits that posted doctors can see": "人次（派驻医生所能接诊）",
    "visits that may return": "人次（可以下转）",
    "visits that leave": "人次（外流）",
    "visits that leave today": "人次（目前外流）",
    "visits reserved": "人次（预留）",
    "visits referred": "人次（上转）",
    "visits drawn or won back": "人次（吸引或回流）",
})  # fmt: skip
#: Whole sentences.
SENTENCES: Mapping[str, str] = MappingProxyType({
    "is not held without a rule and a reason": "未排定，但没有写明规则和原因",
    "is no half-day of the horizon": "不是计划期内的半天",
    "the weekday written is not that of the date": "所写星期与日期不符",
    "the home institution is closed": "医生所在单位当时休息",
    "on duty, resting, absent or posted": "医生当时值班、夜班休息、请假或派驻",
    "the trip takes the whole day, and the other half-day is not free": "路程超过半天上限，需要全天，但另一半天没有空",
    "the site is closed": "受援单位当时不开诊",
    "not the weekday, week or half-day that was asked for": "不是申报的星期、周次或时段",
    "outside the registered scope": "超出执业范围",
    "another group's institution": "属于另一集团的机构",
    "is at the own institution": "是医生自己的单位",
    "session must be there": "锁定的门诊没有安排",
    "session must not be there": "安排了锁定不得安排的门诊",
    "is no wait that may be promised": "不是可以承诺的等候时间",
    "the centre is not open": "该中心没有开办",
    "the centre serves another group": "该中心属于另一集团",
    "promises another wait than its centre": "承诺的等候与中心不同",
    "the service is not provided there": "当地不提供此项服务",
    "is served in part": "只有一部分有中心承担",
    "is no member of this service": "不是此项服务的成员",
    "must be open": "必须开办而没有开办",
    "must stay closed": "不得开办而开办了",
    "the doctor cannot be posted": "该医生不能派驻",
    "is at the doctor's own institution": "是医生自己的单位",
    "ends before its months are over": "未满期限就结束",
    "is no running posting": "不是目前在岗的派驻",
    "the mode is a posting, but there is none in the quarter": "频次写作派驻，但本季没有派驻",
    "the minutes written are not those of the travel table": "所写分钟与路程表不符",
    "no need of this specialty was handed in": "没有申报此专业的需求",
    "the hospital has doctors of its own": "该院已有本院医生",
    "has several main doctors": "有几名主诊医生",
    "is not the nearest capable upper institution": "不是最近的有能力的上级机构",
    "is no whole number of clinics": "不是整数次门诊",
    "a kind of visits is negative": "有一类人次为负数",
    "no row in visits.csv": "visits.csv 中没有此行",
})  # fmt: skip
#: Patterns with their parts.
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(\S+) dated and (\S+) not held, (\S+) allocated", lambda m: f"已排 {m[1]} 次，未排 {m[2]} 次，分配 {m[3]} 次"),
    (r"(\S+) at once: (.+)", lambda m: f"同时 {m[1]} 处：{m[2]}"),
    (r"(\S+) on one day", lambda m: f"同一天 {m[1]} 次"),
    (r"(\S+) > (\S+) clinics within (\S+) weeks", lambda m: f"{m[3]} 周内 {m[1]} 次，最多 {m[2]} 次"),
    (r"(\S+) > (\S+) (.+)", lambda m: f"{_number(m[1])} 超过 {m[2]} {UNITS.get(m[3], m[3])}"),
)
_WORDS = {"am": "上午", "pm": "下午", "in the roster": "（排班）", "as backup": "（备用）", "alliance": "全部"}


def _number(text: str) -> str:
    return "未知" if text == "missing" else text


#: How a rule is applied.
STATES: Mapping[str, str] = MappingProxyType({"soft": "软性", "off": "不用"})


def detail(text: str, lang: str) -> str:
    """A detail of the audit in the reader's language; as it is where no words are known."""
    if lang != "zh":
        return text
    if applied := re.fullmatch(r"(.*) \(rule is (soft|off)\)", text):
        return f"{detail(applied[1], lang)}（规则为{STATES[applied[2]]}）"
    if looked := re.fullmatch(r"(\d+) checked", text):
        return f"核查 {looked[1]} 项"
    if text in SENTENCES:
        return SENTENCES[text]
    for pattern, told in _PATTERNS:
        if match := re.fullmatch(pattern, text):
            return told(match)
    return text


def subject(text: str, lang: str) -> str:
    """A subject of the audit with its words, not its ids, in the reader's language."""
    if lang != "zh":
        return text
    return re.sub(r"\b(am|pm|in the roster|as backup|alliance)\b", lambda match: _WORDS[match[1]], text)
