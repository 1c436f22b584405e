"""Words of the posting rotation in Chinese and English: headings, states and remarks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Headings of the 派驻人员轮换表 as offices keep it.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "zh": (
        "序号", "派出单位", "科室", "姓名", "职称", "受援单位", "派驻岗位", "起止时间", "接替人员", "交接日期", "备注"
    ),
    "en": (
        "No.", "Hospital", "Department", "Name", "Title", "Receiving unit", "Post", "Period", "Relief", "Handover",
        "Note",
    ),
})  # fmt: skip

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "over": ("期满", "ended"),
    "running": ("在岗", "running"),
    "new": ("新派", "new"),
    "agreed": ("已商定", "agreed"),
    "vacant": ("空岗", "empty"),
    "to_be_named": ("待定", "to be named"),
    "relieves": ("接替{name}", "relieves {name}"),
    "short": ("交接仅{shared}个工作日（应{days}个）", "handover of {shared} working days only (should be {days})"),
    "no_overlap": ("新老不同岗，无交接重叠（应{days}个工作日）", "no working day together (should be {days})"),
    "stays": ("续派", "posted again"),
    "after_gap": ("接替前空岗{days}个工作日", "empty for {days} working days before the relief"),
    "gap": ("期满后空岗{days}个工作日", "then empty for {days} working days of the horizon"),
    "empty": ("计划期内空岗{days}个工作日", "empty for {days} working days of the horizon"),
    "due": ("应于{day}起交接", "handover due from {day}"),
    "not_asked": ("岗位未再申报，期满撤回", "the post is no longer asked for"),
    "guessed": ("{year}年节假日未公布，按平日推算", "holidays of {year} not known, counted by weekdays"),
    "credit": ("{year}年晋升：基层服务{before}天→{after}天，已达{needed}天",
               "promotion {year}: {before} days below become {after}, {needed} reached"),
    "credit_short": ("{year}年晋升：基层服务{before}天→{after}天，距{needed}天尚差{left}天",
                     "promotion {year}: {before} days below become {after}, {left} short of {needed}"),
    # why nobody is there
    "nobody_suits": ("名册中无执业范围、职称、意愿都符合的医生",
                     "nobody in the register has the scope, the title and the will"),
    "nobody_else": ("名册中无其他执业范围、职称、意愿都符合的医生",
                    "nobody else in the register has the scope, the title and the will"),
    "all_posted": ("符合条件的{count}人届时均在派驻", "all {count} who qualify are posted at that time"),
    "department": ("符合条件的{count}人所在科室不能再派",
                   "the departments of the {count} who qualify can spare nobody"),
    "hospital_share": ("符合条件的{count}人所在医院派出已达上限",
                       "the hospitals of the {count} who qualify post no more"),
    "max_posts": ("派驻总人数已达上限{count}人", "the greatest number of postings, {count}, is reached"),
    "no_start": ("计划期内其后无批次日期", "no start date later in the horizon"),
    "not_chosen": ("有{count}人符合条件，方案未选派（预算、本院接诊或其他目标所限）",
                   "{count} qualify; the plan posts nobody (budget, visits at home or other aims)"),
    "suggest": ("可考虑{names}", "could come: {names}"),
})  # fmt: skip


def rotation_word(key: str, lang: str, **values: object) -> str:
    """One phrase in a language, its blanks filled in."""
    return WORDS[key][0 if lang == "zh" else 1].format(**values)
