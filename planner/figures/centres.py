"""Open shared centres: how full, how quick, whom they serve."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.folder import SavedPlan

NAN = float("nan")


@dataclass(frozen=True)
class Centre:
    """items_per_day: capacity; used: load, both a day; cost: yuan a year; served: institutions with a main link;
    limit, promised, quantile: minutes allowed, promised, and kept at the service's quantile in the peak hour;
    in_time: share of the items within the limit; NaN where a figure is not known.
    """

    service: str
    institution: str
    level: str
    items_per_day: float
    used: float
    opens: bool
    cost: float
    served: int
    limit: float
    promised: float
    quantile: float
    in_time: float

    @property
    def load(self) -> float:
        """Share of the capacity in use."""
        return self.used / self.items_per_day if self.items_per_day > 0 else NAN


def centres(saved: SavedPlan) -> tuple[Centre, ...]:
    """Centres by service and host; of several quarters the fullest."""
    table = saved.table("centres")
    if table.empty:
        return ()
    table = table.sort_values(["service", "institution", "used"], kind="stable")
    table = table.drop_duplicates(["service", "institution"], keep="last")
    links = saved.table("service_links")
    main = links[links["backup"] != "yes"]
    served = main.groupby(["service", "centre"])["institution"].nunique()
    services = saved.region.get("services", pd.DataFrame(columns=["id"])).drop_duplicates("id").set_index("id")
    known = _known(saved)
    found = []
    for row in table.to_dict("records"):
        service, host = str(row["service"]), str(row["institution"])
        limit = services["turnaround_minutes"].get(service) if "turnaround_minutes" in services else None
        found.append(
            Centre(
                service,
                host,
                str(row["level"] if row["level"] == row["level"] else ""),
                _number(row["items_per_day"]),
                _number(row["used"]),
                row["opens"] == "yes",
                _number(row["cost_per_year"]),
                int(served.get((service, host), 0)),
                _number(limit),
                _number(row["wait_minutes"]),
                known.get(("quantile_minutes", f"{service} {host}"), NAN),
                known.get(("share_within_turnaround", f"{service} {host}"), NAN),
            )
        )
    return tuple(found)


def _known(saved: SavedPlan) -> dict[tuple[str, str], float]:
    """Indicators by (indicator, scope)."""
    table = saved.table("indicators")
    return {
        (str(i), str(s)): _number(v) for i, s, v in zip(table["indicator"], table["scope"], table["value"], strict=True)
    }


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return NAN
