"""The shared centres' part of an instance: services, volumes, and the capacity levels of each host.

Units: items per day, minutes, yuan per year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Service:
    """A shared service. Minutes unless said; None where the table gives no limit."""

    id: str
    name: str
    moves: Literal["data", "goods", "both"]
    turnaround: float | None
    quantile: float
    window: float | None
    minutes_per_item: float
    verify_minutes_per_item: float
    work_minutes: float
    loops_per_week: float
    days_per_year: float
    max_minutes: float | None
    single_source: bool
    min_items_per_day: float
    max_centres: int | None
    unserved_cost: float | None
    waits: tuple[float, ...]


@dataclass(frozen=True)
class Volume:
    """Items per day that an institution sends to a service (what stays local is already off)."""

    institution: str
    service: str
    items_per_day: float
    peak_share: float
    local_share: float


@dataclass(frozen=True)
class Level:
    """One capacity level of a service at a host."""

    service: str
    institution: str
    level: str
    items_per_day: float
    servers: float
    verifiers: float
    hours_per_day: float
    fixed_cost_per_year: float
    cost_per_item: float
    cost_per_item_minute: float
    state: Literal["candidate", "existing", "forced", "forbidden"]
    opening_cost: float
    closing_cost: float
