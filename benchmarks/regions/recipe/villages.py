"""Communities around the institutions, with names in the local manner."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin, sqrt

import numpy as np

from benchmarks.regions.recipe.drawing import Dice, split_whole
from benchmarks.regions.recipe.places import Place
from benchmarks.regions.recipe.texts import Row, rows_of

_HEADS = "张王李陈刘高新长双大龙石杨吴周朱徐马胡叶潘汪谢沈曹董宋郑夏江平安福兴金万白黄东西南北"
TAILS = tuple("营 庄 墩 桥 湾 圩 岗 塘 庙 坝 洼 楼 巷 渡 桥口 家营 家洼 家岗".split())


def communities(dice: Dice, places: Sequence[Place], urban: Sequence[str], tails: Sequence[str] = TAILS) -> list[Row]:
    """Villages around each institution; their people add up to the institution's."""
    rows: list[Row] = []
    used: set[str] = set()
    streets = iter(urban)
    for place in places:
        people = split_whole(place.population, [dice.between(0.55, 1.6) for _ in range(place.villages)])
        old = split_whole(round(place.population * place.elderly), [p * dice.between(0.8, 1.2) for p in people])
        for count, elderly in zip(people, old, strict=True):
            angle, reach = dice.between(0, 2 * np.pi), place.radius * sqrt(dice.between(0.01, 1.0))
            name = next(streets, "") if place.area == "seat" else ""
            while not name or name in used:
                name = dice.pick(_HEADS) + dice.pick(tails) + "村"
            used.add(name)
            lat = place.lat + reach * sin(angle) / 111.2
            lon = place.lon + reach * cos(angle) / (111.2 * cos(radians(place.lat)))
            values = (f"V{len(rows) + 1:03d}", name, round(lon, 4), round(lat, 4), count, elderly, place.id)
            rows += rows_of("id name lon lat population population_65 institution", [values])
    return rows
