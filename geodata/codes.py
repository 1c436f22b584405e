"""Weekdays, levels of institutions and titles of doctors as whole codes."""

from __future__ import annotations

import re


class Bad(Exception):
    """A cell that cannot be read: what was expected, and what to do."""

    def __init__(self, expected_zh: str, expected_en: str, cure_zh: str, cure_en: str) -> None:
        super().__init__(expected_en)
        self.expected_zh, self.expected_en = expected_zh, expected_en
        self.cure_zh, self.cure_en = cure_zh, cure_en


_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "七": 7} | {
    name: 1 + at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}
_WEEKDAY = re.compile(
    r"(?:每|逢)?(?:周|星期|礼拜|週)?([一二三四五六七日天1-7])|(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?s?", re.IGNORECASE
)
_LEVEL = re.compile(
    r"(?:公立|国家)?(?:([三二一321])(?:\.0)?(?:级|甲|乙|丙|特|[abc])?[甲乙丙特未]?(?:等|级|综合|专科|中医|中西医结合|妇幼保健|妇幼|"
    r"定|评|医院|医疗机构|机构|院|及以下|\(.*\))*|(0|村).*|(乡镇|乡|镇|街道|社区|基层|卫生院|社区卫生服务中心)(?:级)?)",
    re.IGNORECASE,
)
_WORD_LEVELS = {"tertiary": 3, "secondary": 2, "primary": 1, "village": 0}
_DIGITS = {"三": 3, "二": 2, "一": 1}


def _whole_code(value: int | None, zh: str, en: str, cure_zh: str, cure_en: str) -> int:
    if value is None:
        raise Bad(zh, en, cure_zh, cure_en)
    return value


def parse_weekday(text: str) -> int:
    """周一, 星期1, 礼拜天, Monday, 1: 1 Monday to 7 Sunday. Raises `Bad`."""
    found = _WEEKDAY.fullmatch(text)
    value = None
    if found:
        name = (found[1] or found[2]).lower()
        value = int(name) if name.isdigit() else _WEEKDAYS[name]
    return _whole_code(
        value, "一个星期几（周一至周日，或1至7）", "one weekday (周一 to 周日, Monday to Sunday, or 1 to 7)",
        "每行只写一个星期几；有几天就写几行。", "Write one weekday in a row, and one row for each weekday.",
    )  # fmt: skip


def parse_level(text: str) -> int:
    """三级甲等, 二级, 一级, 村, 3: 3 to 0. Raises `Bad`."""
    value = _WORD_LEVELS.get(text.lower())
    if value is None and (found := _LEVEL.fullmatch(text.replace(" ", ""))):
        if found[1]:
            value = _DIGITS[found[1]] if found[1] in _DIGITS else int(found[1])
        else:
            value = 0 if found[2] else 1
    return _whole_code(
        value, "级别：三级、二级、一级或村级（3、2、1、0）", "a level: 3 tertiary, 2 secondary, 1 primary, 0 village (三级甲等, 二级 ...)",
        "未定级的卫生院、社区卫生服务中心写1，村卫生室写0。", "Write 1 for an unrated township or community centre, 0 for a village clinic.",
    )  # fmt: skip


def parse_title(text: str) -> int:
    """住院, 主治, 副主任, 主任 (医师, 药师 ...) or 1 to 4. Raises `Bad`."""
    lower = text.lower()
    value: int | None = None
    if lower in ("1", "2", "3", "4"):
        value = int(lower)
    elif re.search("副主任|副高|副教授|associate|deputy", lower):
        value = 3
    elif re.search("主任|正高|教授|chief", lower):
        value = 4
    elif re.search("主治|中级|主管|attending", lower):
        value = 2
    elif re.search("住院|初级|医师|医士|助理|resident", lower):
        value = 1
    return _whole_code(
        value, "职称：住院、主治、副主任、主任（1至4）", "a title: 1 resident, 2 attending, 3 associate chief, 4 chief (住院, 主治, 副主任, 主任)",
        "请写四种职称之一或1至4。", "Write one of the four titles, or 1 to 4.",
    )  # fmt: skip
