"""The shared centres of a solution as the tables `centres` and `service_links` of the plan folder."""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.centre_arcs import Arc, Choice, Slot, covering_services, list_arcs, list_choices, turnaround_minutes
from models.centre_costs import level_cost
from models.centre_frame import NAME, options_of
from models.instance import Instance
from models.values import Values

CENTRES = (
    "service", "institution", "quarter", "level", "wait_minutes", "items_per_day", "used", "opens", "cost_per_year",
)  # fmt: skip
LINKS = (
    "institution", "service", "centre", "backup", "share", "items_per_day", "minutes", "promised_wait",
    "turnaround_minutes",
)  # fmt: skip
#: Shares below this are rounding of the solver.
LEAST_SHARE = 1e-6


def read_tables(values: Values, instance: Instance) -> dict[str, pd.DataFrame]:
    """Open centres with their use, and who is served from where (backups with share 0)."""
    found: Any = values.of(f"{NAME}.open")
    choice: dict[Slot, Choice] = {(key[0], key[1]): key for key, y in found.items() if y > 0.5}
    extra: Any = values.of(f"{NAME}.extra")
    sent: dict[Arc, dict[str, float]] = {}
    for (i, h, s, quarter), items in extra.items():
        sent.setdefault((i, h, s), {})[quarter] = items
    served: Any = values.of(f"{NAME}.serve", LEAST_SHARE) | values.of(f"{NAME}.share", LEAST_SHARE)
    served |= _nearest(instance, choice, values.get(f"{NAME}.unserved"))
    backups: Any = [key for key, r in values.of(f"{NAME}.stands_in").items() if r > 0.5]
    links = [_link(instance, choice, key, share, "no") for key, share in served.items() if key[1:] in choice]
    links += [_link(instance, choice, key, 0.0, "yes") for key in backups if key[1:] in choice]
    centres = [_centre(instance, key, served, sent) for key in choice.values()]
    return {
        "centres": pd.DataFrame(sorted(centres), columns=list(CENTRES)),
        "service_links": pd.DataFrame(sorted(links), columns=list(LINKS)),
    }


def _nearest(instance: Instance, choice: dict[Slot, Choice], unserved: Any) -> dict[Arc, float]:
    """The nearest open centre of every served member of a covering service, which has no links."""
    choices, options = list_choices(instance), options_of(instance)
    reach = list_arcs(instance, choices, options, False, covering_services(instance, choices, options, False))
    best: dict[Slot, tuple[float, Arc]] = {}
    for (i, h, s), minutes in zip(reach.keys, reach.minutes.tolist(), strict=True):
        if (h, s) in choice and unserved.get((i, s), 1.0) < 0.5:
            best[i, s] = min(best.get((i, s), (minutes, (i, h, s))), (minutes, (i, h, s)))
    return {arc: 1.0 for _, arc in best.values()}


def _link(instance: Instance, choice: dict[Slot, Choice], key: Arc, share: float, backup: str) -> tuple[Any, ...]:
    i, h, s = key
    volume, wait = instance.volumes.get((i, s)), choice[h, s][3]
    minutes = _minutes(instance, i, h)
    whole = turnaround_minutes(instance.services[s], minutes, wait)
    items = share * volume.items_per_day if volume else 0.0
    return (i, s, h, backup, share, items, minutes, wait, whole)


def _centre(
    instance: Instance, key: Choice, served: dict[Arc, float], sent: dict[Arc, dict[str, float]]
) -> tuple[Any, ...]:
    """One row of `centres`: `used` is the load of the busiest quarter, the cost that of the whole horizon."""
    h, s, name, wait = key
    level = next(v for v in instance.levels if (v.institution, v.service, v.level) == (h, s, name))
    weight = {quarter.name: quarter.weeks / instance.weeks for quarter in instance.quarters}
    steady, clinics = 0.0, dict.fromkeys(weight, 0.0)
    cost = level_cost(level, instance.budget.annualise_years)
    for (i, host, service), share in served.items():
        if (host, service) != (h, s):
            continue
        volume = instance.volumes.get((i, s))
        items, extra = share * volume.items_per_day if volume else 0.0, sent.get((i, h, s), {})
        steady += items
        for quarter, more in extra.items():
            clinics[quarter] += more
        each = level.cost_per_item + level.cost_per_item_minute * _minutes(instance, i, h)
        mean = items + sum(weight[quarter] * more for quarter, more in extra.items())
        cost += instance.services[s].days_per_year * each * mean
    existing = any(v.state == "existing" for v in instance.levels if (v.institution, v.service) == (h, s))
    used = steady + max(clinics.values(), default=0.0)
    return (s, h, "", name, wait, level.items_per_day, used, "no" if existing else "yes", cost)


def _minutes(instance: Instance, i: str, h: str) -> float:
    return 0.0 if i == h else instance.minutes[i, h]
