"""Event simulation of shared centres: does a saved plan keep the waits it promises?

Nothing here is shared with `models.turnaround`: arrivals are drawn, readers and verifiers are
served first come first served, batches of goods are worked off hour by hour. Seeds are fixed.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Stage:
    """Persons side by side, and the mean minutes of one item (0: no such stage)."""

    persons: int
    minutes: float


def leave_times(arrivals: np.ndarray, work: np.ndarray, persons: int) -> np.ndarray:
    """When each item leaves a stage that serves first come, first served."""
    free = [0.0] * persons
    done = np.empty(len(arrivals))
    for number, (arrival, minutes) in enumerate(zip(arrivals.tolist(), work.tolist(), strict=True)):
        begin = max(arrival, heapq.heappop(free))
        done[number] = begin + minutes
        heapq.heappush(free, begin + minutes)
    return done


def through_stages(arrivals: np.ndarray, stages: list[Stage], dice: np.random.Generator) -> np.ndarray:
    """Minutes from arrival to the end of the last stage, in the order of arrival."""
    order = np.arange(len(arrivals))
    now = arrivals
    for stage in stages:
        if stage.minutes > 0:
            queue = np.argsort(now[order], kind="stable")
            order = order[queue]
            left = leave_times(now[order], dice.exponential(stage.minutes, len(order)), stage.persons)
            now = now.copy()
            now[order] = left
    return now - arrivals


def simulate_steady(rate_per_hour: float, stages: list[Stage], items: int = 200_000, seed: int = 1) -> np.ndarray:
    """Minutes in the system of many items at a steady rate, after a warm-up."""
    dice = np.random.default_rng(seed)
    arrivals = np.cumsum(dice.exponential(60.0 / rate_per_hour, items))
    return through_stages(arrivals, stages, dice)[items // 20 :]


def simulate_days(
    per_day: float, per_peak_hour: float, hours: float, stages: list[Stage], days: int = 200, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes in the system on working days with one peak hour in the middle: (all items, peak items)."""
    dice = np.random.default_rng(seed)
    every, peak = [np.zeros(0)], [np.zeros(0)]
    begin = 60.0 * (hours - 1.0) / 2.0
    for _ in range(days):
        calm = dice.poisson(max(0.0, per_day - per_peak_hour))
        spread = dice.uniform(0.0, 60.0 * (hours - 1.0), calm)
        rush = dice.uniform(begin, begin + 60.0, dice.poisson(per_peak_hour))
        arrivals = np.sort(np.concatenate([np.where(spread < begin, spread, spread + 60.0), rush]))
        spent = through_stages(arrivals, stages, dice)
        every.append(spent)
        peak.append(spent[(arrivals >= begin) & (arrivals < begin + 60.0)])
    return np.concatenate(every), np.concatenate(peak)


def simulate_batches(
    per_day: float, capacity_per_day: float, hours: float, headway: float, batches: int = 500, seed: int = 1
) -> np.ndarray:
    """Clock minutes from the start of the working day on which a batch is there until each item is done.

    Batches are Poisson in size, each that of `headway` minutes (at least a day). What is left when
    the last day of a batch closes is finished in overtime, and late if the wait is over by then.
    """
    dice = np.random.default_rng(seed)
    period = max(1.0, np.ceil(headway / 1440.0))
    each = hours * 60.0 / capacity_per_day
    spent = [np.zeros(0)]
    for size in dice.poisson(per_day * max(1.0, headway / 1440.0), batches).tolist():
        worked = each * np.arange(1, size + 1)
        days = np.clip(np.ceil(worked / (hours * 60.0) - 1e-9) - 1.0, 0.0, period - 1.0)
        spent.append(days * 1440.0 + worked - days * hours * 60.0)
    return np.concatenate(spent)


def simulate_plan(folder: Path, seed: int = 1) -> pd.DataFrame:
    """Every open centre of a saved plan with its load: share of items within the promised wait.

    Columns service, centre, wait, quantile, share (all items; for data the worse of all day and
    peak hour). Centres that promise nothing are left out.
    """
    centres, links = _table(folder / "centres.csv"), _table(folder / "service_links.csv")
    services = _table(folder / "region" / "services.csv").set_index("id")
    levels = _table(folder / "region" / "centres.csv").set_index(["service", "institution", "level"])
    found = []
    for centre in centres.to_dict("records"):
        service = services.loc[centre["service"]]
        wait = float(centre["wait_minutes"])
        if wait <= 0 and service["turnaround_minutes"] == "":
            continue
        level = levels.loc[(centre["service"], centre["institution"], centre["level"])]
        share = _share_in_time(folder, centre, service, level, links, wait, seed)
        quantile = _number(service["quantile"], 0.95)
        found.append((centre["service"], centre["institution"], wait, quantile, share))
    return pd.DataFrame(found, columns=["service", "centre", "wait", "quantile", "share"])


def _share_in_time(
    folder: Path,
    centre: dict[str, str],
    service: pd.Series,
    level: pd.Series,
    links: pd.DataFrame,
    wait: float,
    seed: int,
) -> float:
    used, hours = float(centre["used"]), _number(level["hours_per_day"], 8.0)
    if used <= 0:
        return 1.0
    if service["moves"] in ("goods", "both"):
        headway = _headway(_number(service["loops_per_week"], 5.0))
        spent = simulate_batches(used, float(level["items_per_day"]), hours, headway, seed=seed)
        return float((spent <= wait + 1e-6).mean())
    stages = [
        Stage(int(_number(level["servers"], 1.0)), _number(service["minutes_per_item"], 3.0)),
        Stage(int(_number(level["verifiers"], 1.0)), _number(service["verify_minutes_per_item"], 0.0)),
    ]
    peak = sum(items * share for items, share in _sent(folder, centre, links, used))
    every, rush = simulate_days(used, peak, hours, stages, seed=seed)
    return float(min((every <= wait).mean(), (rush <= wait).mean() if len(rush) else 1.0))


def _sent(folder: Path, centre: dict[str, str], links: pd.DataFrame, used: float) -> Iterator[tuple[float, float]]:
    """(items/day, share in the peak hour) of every member; what clinics add has the usual share."""
    settings = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["settings"]
    usual = float(settings["shared_centres"]["peak_share"])
    volumes = _table(folder / "region" / "volumes.csv").set_index(["institution", "service"])
    mine = links[(links["centre"] == centre["institution"]) & (links["service"] == centre["service"])]
    for link in mine[mine["backup"] != "yes"].to_dict("records"):
        key = (link["institution"], link["service"])
        share = _number(volumes.loc[key, "peak_share"], usual) if key in volumes.index else usual
        used -= float(link["items_per_day"])
        yield float(link["items_per_day"]), share
    yield max(0.0, used), usual


def _headway(loops: float) -> float:
    for least, minutes in ((14, 960), (7, 1440), (6, 2880), (3, 4320), (2, 5760)):
        if loops >= least:
            return float(minutes)
    return 10080.0


def _table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _number(value: object, default: float) -> float:
    return float(str(value)) if str(value) not in ("", "nan") else default
