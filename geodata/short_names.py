"""Institutions by the short names that offices write: `油坊卫生院`, `县医院`, `市一院`.

A short name is the full one without the county's name in front and without words that everybody
leaves out. It counts only where one institution alone can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

#: Words left out of the middle of a name; what stands in their place.
_DROPPED = {"人民": "", "中心": "", "街道": "", "社区": "", "镇": "", "乡": "", "第": "", "医院": "院"}
_SPLIT = re.compile(f"({'|'.join(_DROPPED)})")
#: A name in front ends with one of these, or is shared by at least half of the institutions.
_REGIONS = frozenset("省市县区旗州盟")
#: Words that tell no institution from another.
_COMMON = re.compile("卫生服务|卫生院|医院|中心|街道|社区|镇|乡|院|站|室|第")
_MOST_WORDS = 6


def short_names(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Short name -> id, for the short names that only one id can have. names: full name -> its ids."""
    owners: dict[str, set[str]] = {}
    fronts = _shared_fronts(list(names))
    for name, ids in names.items():
        for short in _shortened(name, fronts):
            owners.setdefault(short, set()).update(ids)
    return {short: next(iter(ids)) for short, ids in owners.items() if len(ids) == 1}


def _shared_fronts(names: list[str]) -> frozenset[str]:
    """Beginnings of two characters and more that at least half of the names have."""
    counts: dict[str, int] = {}
    for name in names:
        for length in range(2, len(name)):
            counts[name[:length]] = counts.get(name[:length], 0) + 1
    return frozenset(front for front, count in counts.items() if count >= max(2, len(names) / 2))


def _shortened(name: str, fronts: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for start in range(len(name) - 1):
        if start and name[start - 1] not in _REGIONS and name[:start] not in fronts:
            continue
        parts = _SPLIT.split(name[start:])
        if len(parts) > 2 * _MOST_WORDS + 1:
            continue
        choices = [(part, _DROPPED[part]) if part in _DROPPED else (part,) for part in parts]
        found.update("".join(choice) for choice in product(*choices))
    return {short for short in found if short != name and len(short) > 1 and _COMMON.sub("", short)}
