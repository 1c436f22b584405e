"""Names and codes of places compared: 梅州市梅县区松口镇中心卫生院 and 松口镇 are one township.

A name is reduced to its core and to what kind of place it tells (`town`, `village` or neither). Cores
are compared inside one region only, and only where they are unique on both sides: over a whole
province half of all township names occur twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from geodata.text import clean, simplified

_BRACKETS = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
_TOWN_INSTITUTION = re.compile(r"(中心)?(卫生院|社区卫生服务中心|卫生服务中心)(分院|本部|总院)?$")
_VILLAGE_INSTITUTION = re.compile(
    r"第?[一二三四五六七八九十\d]*(社区卫生服务站|卫生服务站|卫生室|卫生站|卫生所|诊所|医务室)$"
)
_VILLAGE = re.compile(r"(社区|村)?(居民委员会|居委会|村民委员会|村委会)$|(社区|行政村|自然村|村)$")
_TOWN = re.compile(r"((?<=..)(?:[\u4e00-\u9fff]{1,4}族)+乡|办事处街道|街道办事处|街道办|办事处|街道|镇|乡|苏木)$")
#: Province, city, county in front of the place's own name.
_ABOVE = re.compile(r"^.{1,8}?(?:自治区|自治州|省|市|州|盟|县|区|旗)+(?=.{2})")
#: The township in front of a village's name.
_TOWN_ABOVE = re.compile(r"^.{1,6}?(?:街道|镇|乡)(?=.{2})")
_ENGLISH = re.compile(
    r"\b(town|township|village|sub-?district|district|county|city|parish|municipality|health|community|primary|care|"
    r"centre|center|clinic|hospital|post|station|general|of|the)\b|[^\w]+",
    re.IGNORECASE,
)
_KINDS = ((re.compile(r"\b(village|clinic|post)\b", re.I), "village"), (re.compile(r"\btown(ship)?\b", re.I), "town"))


@lru_cache(maxsize=50_000)
def core_of(name: str) -> tuple[str, str]:
    """(kind, core) of a place or institution: 松口镇卫生院 -> (town, 松口), 白渡镇悦来村 -> (village, 悦来).

    kind is "town", "village" or "" where the name does not say; core "" for an empty name.
    """
    text = simplified(_BRACKETS.sub("", clean(name))).strip()
    if not text:
        return "", ""
    if text.isascii():
        kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), "")
        return kind, _ENGLISH.sub("", text).lower()
    kind = ""
    for pattern, told in ((_VILLAGE_INSTITUTION, "village"), (_TOWN_INSTITUTION, "town")):
        if pattern.search(text):
            kind, text = told, _shortened(pattern, text)
            break
    if kind != "town" and _VILLAGE.search(text):
        kind, text = "village", _shortened(_VILLAGE, text)
    if kind == "village":
        return kind, _TOWN_ABOVE.sub("", _without_above(text))
    if kind == "town" and text.endswith("社区"):
        text = _shortened(_VILLAGE, text)  # 扶大社区卫生服务中心
    while _TOWN.search(text) and (shorter := _shortened(_TOWN, text)) != text:
        kind, text = kind or "town", shorter
    return kind, _without_above(text)


def _shortened(pattern: re.Pattern[str], text: str) -> str:
    """The text without its ending; as it is where fewer than two characters would stay."""
    shorter = pattern.sub("", text)
    return shorter if len(shorter) >= 2 else text


def _without_above(text: str) -> str:
    while (shorter := _ABOVE.sub("", text)) != text:
        text = shorter
    return text


def code_of(text: str) -> str:
    """A division code without the zeros that stand for lower levels: 441403100000 -> 441403100; "" for another."""
    code = text.strip()
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}", code):
        return ""
    for short in (6, 9):
        if len(code) > short and code[short:] == "0" * (len(code) - short):
            return code[:short]
    return code


def matches(names: Sequence[str], codes: Sequence[str], to_names: Sequence[str], to_codes: Sequence[str]) -> list[int]:
    """For each place the position of the one place that has its code, or its core; -1 without one.

    A core counts where it is unique among the targets and the kinds do not contradict each other.
    """
    by_code: dict[str, int] = {}
    for at, code in enumerate(to_codes):
        if code_of(code):
            by_code.setdefault(code_of(code), at)
    spots: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, name in enumerate(to_names):
        kind, core = core_of(name)
        spots[core].append((at, kind))
    found = []
    for name, code in zip(names, codes, strict=True):
        at = by_code.get(code_of(code), -1) if code_of(code) else -1
        kind, core = core_of(name)
        same = spots.get(core, []) if core and at < 0 else []
        alike = [spot for spot, other in same if other == kind]
        if len(alike) == 1:
            at = alike[0]
        elif not alike and len(same) == 1 and not (kind and same[0][1]):
            at = same[0][0]
        found.append(at)
    return found
