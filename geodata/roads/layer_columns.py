"""What the columns of a road layer mean: each feature's tags as OpenStreetMap would write them.

Layers come from Geofabrik (fclass; oneway B, F, T), from OpenStreetMap exports (highway; oneway yes,
-1), and from Chinese road surveys (公路等级 县道, 单行 是, 车速 40). All end in one set of rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geodata.roads.rules import ACCESS, limit_kmh
from geodata.roads.speeds import Speeds

#: What is wanted -> headings in lower case, the most telling first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "class": (
        *("highway", "fclass", "道路等级", "公路等级", "行政等级", "技术等级", "等级", "道路类型", "公路类型"),
        *("路线等级", "道路类别", "class", "road_class", "roadclass", "road_type", "roadtype", "type", "类型", "kind"),
    ),
    "speed": ("车速", "行车速度", "平均车速", "时速", "speed", "speed_kmh", "kmh", "car_kmh", "vehicle_kmh", "速度"),
    "maxspeed": ("maxspeed", "限速", "最高限速", "speed_limit", "speedlimit", "设计速度", "设计时速", "设计车速"),
    "oneway": ("oneway", "one_way", "单行", "单行线", "单向", "单向行驶", "通行方向", "direction"),
    "name": ("name", "名称", "路名", "道路名称", "路线名称", "公路名称", "道路名", "road_name", "roadname", "name_zh"),
    "ref": ("ref", "编号", "路线编号", "路线代码", "路线编码", "线路编号", "道路编号", "道路编码", "路线号", "road_no"),
    "bridge": ("bridge", "桥", "桥梁", "是否桥梁"),
    "tunnel": ("tunnel", "隧道", "是否隧道"),
    "layer": ("layer", "层", "层级", "level"),
    "ferry": ("ferry", "轮渡", "渡口", "渡运", "汽渡"),
    "surface": ("surface", "路面", "路面类型"),
    "tracktype": ("tracktype",),
    "junction": ("junction",),
    "duration": ("duration",),
    "osm_id": ("osm_id", "osmid", "full_id", "@id"),
    "route": ("route",),
    "other_tags": ("other_tags",),
    **{tag: (tag,) for tags in ACCESS.values() for tag in tags if tag != "bus"},
}
_TRUE = frozenset("yes true t 1 y 是 有 viaduct boardwalk culvert building_passage".split())
_FALSE = frozenset("no false f 0 n 否 无 nan none <na> -".split())
#: Words of a oneway column -> OpenStreetMap's, in lower case.
_ONEWAY: Mapping[str, str] = {
    **dict.fromkeys("yes true t 1 y 是 单行 单向 单行线 正向 顺向 ft f forward".split(), "yes"),
    **dict.fromkeys("-1 reverse 逆向 反向 逆行 tf backward".split(), "-1"),
    **dict.fromkeys("no false 0 n 否 双向 双行 双向通行 b both".split(), "no"),
}
#: Geofabrik: F from first to last point, T to the first, B both.
_GEOFABRIK: Mapping[str, str] = {"b": "no", "f": "yes", "t": "-1"}
#: Letters before a Chinese route number of three or more digits; with one or two digits G and S are expressways.
_ROUTE = re.compile(r"^([GSXYCZ])(\d{1,4})(?!\d)", re.IGNORECASE)
_ROUTE_CLASS = {"G": "primary", "S": "secondary", "X": "tertiary", "Y": "unclassified", "C": "village", "Z": "road"}


#: Tags that GDAL packs into one column when it exports an OpenStreetMap file.
_PACKED = HEADINGS.keys() - {"class", "speed", "osm_id", "layer"}
_HSTORE = re.compile(r'"([^"]+)"=>"([^"]*)"')


@dataclass(frozen=True)
class Columns:
    """Which heading of a layer holds what; `found` lacks what there is not."""

    found: Mapping[str, str]

    def usable(self) -> bool:
        """Whether a speed can be had for each feature: a class, a speed, a limit."""
        return bool({"class", "speed", "maxspeed"} & set(self.found))


def columns_of(headings: list[str]) -> Columns:
    """The columns of a layer by their headings (case and spaces do not matter)."""
    plain: dict[str, str] = {}
    for heading in headings:
        plain.setdefault(str(heading).strip().lower(), heading)
    wanted = {
        use: next((plain[name] for name in (*names, *map(_cut, names)) if name in plain), None)
        for use, names in HEADINGS.items()
    }
    return Columns({use: heading for use, heading in wanted.items() if heading is not None})


def _cut(name: str) -> str:
    """A heading as the ten bytes of a shapefile in UTF-8 leave it."""
    return name.encode()[:10].decode("utf-8", "ignore")


def tags_of(frame: pd.DataFrame, columns: Columns, speeds: Speeds) -> tuple[list[dict[str, str]], Counter[str]]:
    """Tags of every feature, and the class words that mean nothing to `speeds` with how often they occur."""
    texts = {use: _texts(frame[heading]) for use, heading in columns.found.items()}
    geofabrik = _is_geofabrik(columns, texts.get("oneway", []))
    unknown: Counter[str] = Counter()
    exported = columns.found.get("class", "").strip().lower() in ("highway", "fclass")
    made = []
    for at in range(len(frame)):
        values = {use: column[at] for use, column in texts.items() if column[at]}
        if "other_tags" in values:
            packed = dict(_HSTORE.findall(values.pop("other_tags")))
            values = {use: packed[use] for use in packed.keys() & _PACKED} | values
        made.append(_tags(values, speeds, geofabrik, unknown, exported))
    return made, unknown


def _tags(
    values: dict[str, str], speeds: Speeds, geofabrik: bool, unknown: Counter[str], exported: bool
) -> dict[str, str]:
    plain = ("name", "ref", "junction", "duration", "route", "layer")
    tags: dict[str, str] = {use: values[use] for use in plain if use in values}
    for use in ("surface", "tracktype", *(tag for kinds in ACCESS.values() for tag in kinds)):
        if use in values:
            tags[use] = values[use].lower()
    word = values.get("class", "")
    kind = speeds.class_of(word) if word else None
    if kind is None:
        # In an export of OpenStreetMap what is no class is no road: a river, a fence, a way not built yet.
        no_road = exported and word.isascii()
        kind = (_class_of_route(values.get("ref", "")) if not word else None) or ("" if no_road else "road")
        if word and not no_road:
            unknown[word] += 1
    tags["highway"] = kind
    for use in ("bridge", "tunnel"):
        if is_true(values.get(use, "")):
            tags[use] = "yes"
    if kind == "ferry" or is_true(values.get("ferry", "")) or values.get("route", "").lower() == "ferry":
        tags["route"] = "ferry"
    oneway = values.get("oneway", "").lower()
    meant = (_GEOFABRIK if geofabrik else _ONEWAY).get(oneway.removesuffix(".0"))
    if meant:
        tags["oneway"] = meant
    if limit := values.get("maxspeed"):
        tags["maxspeed"] = _number(limit)
    if driven := limit_kmh(_number(values.get("speed", ""))):
        tags["driven_kmh"] = str(driven)
    return tags


def is_true(text: str) -> bool:
    """Whether a cell of a yes/no column says yes; other words (viaduct, a bridge's name) do, too."""
    plain = text.strip().lower().removesuffix(".0")
    return bool(plain) and plain not in _FALSE


def _class_of_route(ref: str) -> str | None:
    found = _ROUTE.match(ref.strip())
    if not found:
        return None
    letter, number = found[1].upper(), found[2]
    if letter in "GS" and len(number) != 3:
        return "motorway"  # G4, G15, G1503, S35: expressways; national and provincial roads have three digits
    return _ROUTE_CLASS[letter]


def _is_geofabrik(columns: Columns, oneway: list[str]) -> bool:
    words = {text.lower() for text in oneway if text}
    return bool(words) and words <= set(_GEOFABRIK) and ("b" in words or columns.found.get("class") == "fclass")


def _number(text: str) -> str:
    plain = text.strip().lower().replace("公里/小时", "").replace("km/h", "").replace("千米/时", "").strip()
    return plain.removesuffix(".0")


def _texts(values: pd.Series) -> list[str]:
    return ["" if value is None or value != value else _text(value) for value in values.tolist()]


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
