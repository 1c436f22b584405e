"""Cleaning of what people type: full-width characters, spaces, words for nothing, headings.

Nothing here knows of tables. `clean` is the one place where a cell becomes text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache

import numpy as np

from geodata.sentences import words

#: What people write for "nothing here" (after `clean`, lower case).
MISSING = frozenset({"", *words("missing")})
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_BETWEEN_CJK = re.compile(f"(?<=[{_CJK}])\\s+(?=[{_CJK}])")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u0000-\u0008\u000e-\u001f\u007f]")
_SPACES = re.compile(r"\s+")
_BRACKETS = re.compile(r"[(\[【〔<][^)\]】〕>]*[)\]】〕>]")
_NOISE = re.compile(r"[\s_*:#'\"“”‘’`.。,、;?!-]+")

#: Traditional characters of the headings, sheet names and choices that the reader knows.
_TRADITIONAL = str.maketrans(
    "機構名稱編號級別類經緯職醫師專業單位時間縣鄉鎮數電話駐執圍務區點終轉診門導"
    "預約備註開結東車輛陳員齡總離對應術聯繫護長療擬進參與麼兩關閉寫種項龍頭團組強環見頻優權歲裡處實來據處說範週館認無後",
    "机构名称编号级别类经纬职医师专业单位时间县乡镇数电话驻执围务区点终转诊门导"
    "预约备注开结东车辆陈员龄总离对应术联系护长疗拟进参与么两关闭写种项龙头团组强环见频优权岁里处实来据处说范周馆认无后",
)


def clean(raw: object) -> str:
    """A cell as text: half-width, trimmed, single spaces, none between Chinese characters.

    Whole numbers lose their `.0`; dates become ISO dates; nothing becomes "". Words for
    nothing (`MISSING`) are kept: what they mean depends on the column.
    """
    if isinstance(raw, str):
        return raw if raw.isascii() and raw.isalnum() else _clean_text(raw)
    if raw is None:
        return ""
    if isinstance(raw, (bool, np.bool_)):
        return "yes" if raw else "no"
    if isinstance(raw, (int, np.integer)):
        return str(int(raw))
    if isinstance(raw, (float, np.floating)):
        return _clean_float(float(raw))
    if isinstance(raw, datetime):
        if raw != raw:  # NaT
            return ""
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")
    if isinstance(raw, date):
        return raw.isoformat()
    return _clean_text(str(raw))


@lru_cache(maxsize=100_000)
def _clean_text(raw: str) -> str:
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", raw)).strip()
    return _BETWEEN_CJK.sub("", _SPACES.sub(" ", text))


def _clean_float(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def is_missing(text: str) -> bool:
    """Whether cleaned text means that nothing is known."""
    return text.lower() in MISSING


def simplified(text: str) -> str:
    """Traditional characters of the known headings as simplified ones."""
    return text if text.isascii() else text.translate(_TRADITIONAL)


@cache
def key(text: str) -> str:
    """Comparable form of a heading, sheet name or choice: `Visits per month*` -> `visitspermonth`."""
    return _NOISE.sub("", simplified(clean(text)).lower())


@dataclass(frozen=True)
class HeadingForms:
    """The forms under which a heading may be known, surest first."""

    whole: str
    brackets: tuple[str, ...]
    bare: str
    slashed: tuple[str, ...]
    spaced: tuple[str, ...]


@cache
def forms(heading: str) -> HeadingForms:
    """`代码/编码 (id)` -> whole, what is in brackets, the rest, parts at slashes, parts at spaces and lines."""
    line = _clean_text(heading)
    bare = _BRACKETS.sub("", line)
    return HeadingForms(
        whole=key(line),
        brackets=tuple(key(part[1:-1]) for part in _BRACKETS.findall(line)),
        bare=key(bare),
        slashed=tuple(key(part) for part in re.split(r"[/|、]", bare)) if re.search(r"[/|、]", bare) else (),
        spaced=tuple(key(part) for part in re.split(r"[\n\r\t ]+", _BRACKETS.sub("", heading)) if part.strip()),
    )


def bracketed(text: str) -> str:
    """What stands in brackets in a heading, where units are written: `人口（万人）` -> `万人`."""
    return " ".join(part[1:-1] for part in _BRACKETS.findall(clean(text)))
