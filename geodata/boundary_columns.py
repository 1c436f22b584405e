"""Columns of boundary layers under one set of names, whoever drew them; levels of units."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from geodata.place_names import code_of, core_of
from geodata.problems import Problem
from geodata.sentences import said
from geodata.text import clean, key

COLUMNS = ["id", "name", "level", "population", "population_65", "parent", "label"]
SEATS = ["name", "lon", "lat"]
#: Headings by column, surest first, as `geodata.text.key` writes them (field names of survey data too).
_HEADINGS = {
    "id": """id code adcode 代码 编码 编号 区划代码 行政区划代码 统计用区划代码 乡镇代码 街道乡镇代码 村代码 社区代码
        行政区代码 xzqdm xjqydm zldwdm pac townshipcode villagecode geocode""",
    "name": """name 名称 单位名称 行政区名称 乡镇名称 乡镇 乡镇街道 街道 镇名 村名 村名称 社区 社区名称 村居 行政村
        xzqmc xjqymc zldwmc namezh namech fullname townshipname villagename 地名""",
    "level": "level 级别 行政级别 类型 adminlevel 等级",
    "population": "population pop 人口 人口数 常住人口 户籍人口 总人口 人口总数 服务人口 rk residents",
    "population_65": "population65 pop65 65岁以上 65岁及以上 65岁以上人口 65岁及以上人口 老年人口",
    "parent": "parent 上级 上级代码 所属乡镇 所属街道 所属县 所属区县 县代码 parentid townshipcode",
}
_LEVELS = (
    ("village", re.compile(r"village|community|村|社区|居|^(9|10)$", re.I)),
    ("town", re.compile(r"town|street|subdistrict|乡|镇|街道|^(7|8)$", re.I)),
    ("county", re.compile(r"county|district|city|县|区|市|^(5|6)$", re.I)),
)


def tidy_units(frame: Any, layer: str, problems: list[Problem]) -> Any:
    """The polygons of a layer in `COLUMNS` and geometry; ids are codes, else names, else the row."""
    import geopandas

    if frame is None:
        return geopandas.GeoDataFrame({name: [] for name in COLUMNS}, geometry=[], crs="EPSG:4326")
    found = _found(frame)
    rows = [str(at + 1) for at in frame.index]
    codes, names = _texts(frame, found.get("id")), _texts(frame, found.get("name"))
    names = [name or code for name, code in zip(names, codes, strict=True)]
    if not any(names):
        problems.append(said("bounds_no_names").problem("boundaries", value=layer, severity="warning"))
    levels = _levels(_texts(frame, found.get("level")), codes, names, layer)
    people = {column: _people(frame, found.get(column)) for column in ("population", "population_65")}
    bad = int(sum((people[c] < 0).sum() for c in people))
    if bad:
        problems.append(said("bounds_people", count=bad).problem("boundaries", value=layer, severity="warning"))
    ids = [code or name or f"{layer}-{row}" for code, name, row in zip(codes, names, rows, strict=True)]
    return geopandas.GeoDataFrame(
        {
            "id": [code_of(one) or one for one in ids],
            "name": [name or one for name, one in zip(names, ids, strict=True)],
            "level": levels,
            **{column: values.where(values >= 0).to_numpy(float) for column, values in people.items()},
            "parent": [code_of(one) or one for one in _texts(frame, found.get("parent"))],
            "label": [f"{layer} {row}" for row in rows],
        },
        geometry=frame.geometry.to_numpy(),
        crs="EPSG:4326",
    )


def tidy_seats(frame: Any) -> pd.DataFrame:
    """Point features as seats; those without a name are no use and left out."""
    names = _texts(frame, _found(frame).get("name"))
    table = pd.DataFrame({"name": names, "lon": frame.geometry.x.to_numpy(), "lat": frame.geometry.y.to_numpy()})
    return table[table["name"] != ""].reset_index(drop=True)


def _found(frame: Any) -> dict[str, str]:
    """Our column -> the layer's own, the surest heading first; each of theirs is used once."""
    theirs: dict[str, str] = {}
    for column in frame.columns:
        if column != frame.geometry.name:
            bare = re.sub(r"[(（].*$", "", str(column))
            theirs.setdefault(key(bare), str(column))
    found: dict[str, str] = {}
    for name, headings in _HEADINGS.items():
        hit = next(
            (theirs[h] for h in map(key, headings.split()) if h in theirs and theirs[h] not in found.values()), None
        )
        if hit is not None:
            found[name] = hit
    return found


def _texts(frame: Any, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(frame)
    return ["" if value is None or value != value else clean(value) for value in frame[column].tolist()]


def _people(frame: Any, column: str | None) -> pd.Series[Any]:
    if column is None:
        return pd.Series([float("nan")] * len(frame))
    factor = 1e4 if "万" in column else 1.0
    plain = [text.replace(",", "").removesuffix("人") for text in _texts(frame, column)]
    scale = [1e4 if text.endswith("万") else factor for text in plain]
    numbers = pd.to_numeric(pd.Series([text.removesuffix("万") for text in plain], dtype=object), errors="coerce")
    return numbers.astype(float) * scale


def _levels(said_levels: list[str], codes: list[str], names: list[str], layer: str) -> list[str]:
    """By the column, the length of the code, the end of the name, the name of the layer."""
    whole = next((level for level, pattern in _LEVELS if pattern.search(layer)), "")
    levels = []
    for text, code, name in zip(said_levels, codes, names, strict=True):
        level = next((level for level, pattern in _LEVELS if text and pattern.search(text)), "")
        level = level or {6: "county", 9: "town", 12: "village"}.get(len(code_of(code)), "")
        level = level or core_of(name)[0] or ("county" if re.search(r"[县区市旗]$", name) else "")
        levels.append(level or whole)
    return levels
