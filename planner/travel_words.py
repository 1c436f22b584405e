"""What `alliance travel` says: how the table was made, and the cells to look at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from geodata.travel import Travel

#: Suspicious cells shown on the screen; all are in the file.
SHOWN = 20

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "pairs": ("{pairs} 对路程：{methods}", "{pairs} trips: {methods}"),
    "network": (
        "道路 {file}：{km:,.0f} 公里，{junctions:,} 个路口，主路网占 {main:.1%}（其余 {cut:.1%} 与主路网不通），"
        "渡船 {ferries} 条，封闭 {closed} 条",
        "roads {file}: {km:,.0f} km, {junctions:,} junctions, {main:.1%} of it in the main part ({cut:.1%} cut off), "
        "{ferries} ferries, {closed} closed roads",
    ),
    "engine": ("引擎：{engine}", "engine: {engine}"),
    "snapped": (
        "到道路的距离：中位 {p50:.0f} 米，最远 {most:.0f} 米；{without} 处附近无路，{cut} 处与主路网不通",
        "from places to their road: median {p50:.0f} m, farthest {most:.0f} m; {without} without a road, {cut} cut off",
    ),
    "nobody": ("没有任何地点连到道路", "no place stands at a road"),
    "ferry": ("{pairs} 对路程要乘渡船", "{pairs} trips depend on a ferry"),
    "season": ("季节系数 {factor:g}", "season factor {factor:g}"),
    "calibration_none": (
        "未校准（可在 known_trips 中给出至少 3 条已知路程）",
        "not calibrated (give at least 3 trips in known_trips)",
    ),
    "calibration_setting": ("校准系数 {factor:g}（设置）", "calibration {factor:g} (setting)"),
    "calibration_known_trips": (
        "校准系数 {factor:g}，由 {trips} 条已知路程得出；八成路程与之相差 {low:.0%} 至 {high:.0%}",
        "calibration {factor:g} from {trips} known trips; eight in ten lie at {low:.0%} to {high:.0%} of it",
    ),
    "took": ("用时 {seconds:.1f} 秒", "took {seconds:.1f} s"),
    "cached": ("取自缓存，用时 {seconds:.1f} 秒", "from the cache, {seconds:.1f} s"),
    "none_odd": ("没有可疑的路程", "no suspicious trips"),
    "odd": ("{count} 处可疑，全部列于 {path}：", "{count} suspicious places or trips, all of them in {path}:"),
    "more": ("另有 {count} 处，见 {path}", "{count} more in {path}"),
    "place": ("{place}：应为{expected}。{cure}", "{place}: expected {expected}. {cure}"),
    "cell": (
        "{origin} → {destination}：{minutes:.0f} 分钟、{km:.1f} 公里，应为{expected}。{cure}",
        "{origin} → {destination}: {minutes:.0f} minutes, {km:.1f} km; expected {expected}. {cure}",
    ),
    "group": (
        "{place}（{cells} 对路程，如 {origin} → {destination}：{minutes:.0f} 分钟、{km:.1f} 公里）："
        "应为{expected}。{cure}",
        "{place} ({cells} trips, such as {origin} → {destination}: {minutes:.0f} minutes, {km:.1f} km): "
        "expected {expected}. {cure}",
    ),
    "table": ("整张表", "the whole table"),
})  # fmt: skip

#: Method words of the table -> (zh, en); a user's own word stays as it is.
METHODS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "roads": ("道路", "roads"),
    "roads_ferry": ("道路加渡船", "roads and ferry"),
    "straight": ("直线估算", "straight line"),
    "table": ("路程表", "own table"),
    "table_reversed": ("路程表返程", "own table, way back"),
})  # fmt: skip


def say(key: str, lang: str, **values: object) -> str:
    """The message of a key with its values."""
    return MESSAGES[key][0 if lang == "zh" else 1].format(**values)


def how_made(made: Travel, lang: str) -> Iterator[str]:
    """Lines on where the minutes come from."""
    facts = made.facts
    stop = "，" if lang == "zh" else ", "
    names = [f"{METHODS.get(word, (word, word))[lang != 'zh']} {count:,}" for word, count in facts["methods"].items()]
    yield say("pairs", lang, pairs=f"{len(made.table):,}", methods=stop.join(names) or "0")
    roads = facts.get("roads")
    if roads:
        shares = {"main": roads["main_share"], "cut": 1.0 - roads["main_share"]}
        yield say("network", lang, **{**roads, **shares})
        if facts["engine"] != "own":
            yield say("engine", lang, engine=facts["engine"])
        yield _snapped(facts["snapped"], lang)
    if facts["ferry_pairs"]:
        yield say("ferry", lang, pairs=f"{facts['ferry_pairs']:,}")
    if facts["season_factor"] != 1.0:
        yield say("season", lang, factor=facts["season_factor"])
    if facts["engine"] != "table":
        found = facts["calibration"]
        yield say(f"calibration_{found['source']}", lang, **found)
    yield say("cached" if made.from_cache else "took", lang, seconds=made.seconds)


def _snapped(facts: Mapping[str, Any], lang: str) -> str:
    if facts["p50_metres"] is None:
        return say("nobody", lang)
    values = {"p50": facts["p50_metres"], "most": facts["max_metres"]}
    return say("snapped", lang, **values, without=facts["without_road"], cut=facts["cut_off"])


def odd_lines(report: pd.DataFrame, path: object, lang: str) -> Iterator[str]:
    """The first suspicious places and cells, and where the others are."""
    if report.empty:
        yield say("none_odd", lang)
        return
    yield say("odd", lang, count=len(report), path=path)
    for row in report.head(SHOWN).to_dict("records"):
        yield "  " + _line({str(key): value for key, value in row.items()}, lang)
    if len(report) > SHOWN:
        yield say("more", lang, count=len(report) - SHOWN, path=path)


def _line(row: Mapping[str, Any], lang: str) -> str:
    place = f"{row['place']} {row['name']}" if row["name"] and row["name"] != row["place"] else row["place"]
    values = {
        **row,
        "place": place or say("table", lang),
        "expected": row[f"expected_{lang}"],
        "cure": row[f"cure_{lang}"],
    }
    if math.isnan(float(row["minutes"])):
        return say("place", lang, **values)
    return say("group" if row["cells"] > 2 else "cell", lang, **values)
