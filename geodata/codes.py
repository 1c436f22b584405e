"""Weekdays, levels of institutions and titles of doctors as whole codes."""

from __future__ import annotations

import re

from geodata.sentences import Bad, said

#: The words that workbooks are written with.
LEVEL_WORDS = {3: "三级", 2: "二级", 1: "一级", 0: "村级"}
TITLE_WORDS = {1: "住院医师", 2: "主治医师", 3: "副主任医师", 4: "主任医师"}
WEEKDAY_WORDS = {1: "周一", 2: "周二", 3: "周三", 4: "周四", 5: "周五", 6: "周六", 7: "周日"}

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "七": 7}
_WEEKDAYS |= {name: 1 + at for at, name in enumerate(_DAYS)}
_WEEKDAY = re.compile(
    r"(?:每|逢)?(?:周|星期|礼拜|週)?([一二三四五六七日天1-7])|(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?s?",
    re.IGNORECASE,
)
_GRADED = re.compile(
    r"(?:公立|国家)?([三二一321])(?:级|甲|乙|丙|特|[abc])?[甲乙丙特未]?"
    r"(?:等|级|综合|专科|中医|中西医结合|妇幼保健|妇幼|定|评|医院|医疗机构|机构|院|及以下|\(.*\))*",
    re.IGNORECASE,
)
_VILLAGE = re.compile(r"0|村.*")
_PRIMARY = re.compile(r"(?:乡镇|乡|镇|街道|社区|基层|乡镇卫生院|卫生院|社区卫生服务中心)级?")
_LEVELS = {"tertiary": 3, "secondary": 2, "primary": 1, "village": 0, "三": 3, "二": 2, "一": 1}
#: In this order: 副主任 before 主任.
_TITLES = (
    (3, re.compile(r"副主任|副高|副教授|associate|deputy")),
    (4, re.compile(r"主任|正高|教授|chief")),
    (2, re.compile(r"主治|中级|主管|attending")),
    (1, re.compile(r"住院|初级|医师|医士|助理|resident")),
)


def parse_weekday(text: str) -> int:
    """周一, 星期1, 礼拜天, Monday, 1: 1 Monday to 7 Sunday. Raises `Bad`."""
    if not (found := _WEEKDAY.fullmatch(text)):
        raise Bad(said("weekday"))
    name = (found[1] or found[2]).lower()
    return int(name) if name.isdigit() else _WEEKDAYS[name]


def parse_level(text: str) -> int:
    """三级甲等, 二级, 一级, 村, 3: 3 to 0. Raises `Bad`."""
    compact = text.replace(" ", "").lower()
    if compact in _LEVELS:
        return _LEVELS[compact]
    if found := _GRADED.fullmatch(compact):
        return _LEVELS.get(found[1]) or int(found[1])
    if _VILLAGE.fullmatch(compact):
        return 0
    if _PRIMARY.fullmatch(compact):
        return 1
    raise Bad(said("level"))


def parse_title(text: str) -> int:
    """住院, 主治, 副主任, 主任 (医师, 药师 ...) or 1 to 4. Raises `Bad`."""
    lower = text.lower()
    if lower in ("1", "2", "3", "4"):
        return int(lower)
    for title, pattern in _TITLES:
        if pattern.search(lower):
            return title
    raise Bad(said("title"))
