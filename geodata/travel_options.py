"""The settings of travel that this room needs: section [travel] of `plan.toml`, in plain types.

minutes = (road minutes + 2 x minutes_each_end) x season_factor x calibration
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Settings that are one word of several.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "method": ("auto", "table", "roads", "straight"),
    "engine": ("own", "osrm"),
    "patient_mode": ("car", "ebike", "bus", "walk"),
}
#: Numbers that may be zero.
MAY_BE_ZERO = ("minutes_each_end", "ferry_wait_minutes")


@dataclass(frozen=True)
class TravelOptions:
    """How minutes are found where the user's table has none; see [travel] in `plan.toml`.

    speed_kmh, walk_kmh in km/h; *_minutes in minutes; snap_metres in metres; snap_limit_km in km;
    circuity, season_factor and calibration are factors. A calibration of 1 leaves room for the one
    that known trips give.
    """

    method: str = "auto"
    engine: str = "own"
    patient_mode: str = "car"
    ferry_wait_minutes: float = 10.0
    walk_kmh: float = 4.5
    snap_metres: float = 500.0
    snap_limit_km: float = 5.0
    closed_roads: tuple[str, ...] = ()
    circuity: float = 1.3
    speed_kmh: float = 40.0
    minutes_each_end: float = 5.0
    season_factor: float = 1.0
    calibration: float = 1.0
    max_minutes: float = 240.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> TravelOptions:
        """From the whole configuration or its section `travel`; other keys are not for this room."""
        section = settings.get("travel", settings)
        given = section if isinstance(section, Mapping) else {}
        values: dict[str, Any] = {}
        for item in fields(cls):
            value = given.get(item.name)
            if value is None:
                continue
            if item.name == "closed_roads":
                values[item.name] = tuple(str(part) for part in value)
            else:
                # 90 and 90.0 are one setting, and one key of the cache
                values[item.name] = float(value) if isinstance(item.default, float) else value
        return cls(**values)

    @property
    def factor(self) -> float:
        """What the minutes of a road and both ends are multiplied by."""
        return self.season_factor * self.calibration

    def minutes(self, km: Floats) -> Floats:
        """Minutes one way for road km at the usual speed."""
        return self.from_road(km / self.speed_kmh * 60.0)

    def from_road(self, road_minutes: Floats) -> Floats:
        """Minutes one way from free-flow minutes on the road."""
        return (road_minutes + 2.0 * self.minutes_each_end) * self.factor

    @property
    def reach_minutes(self) -> float:
        """Free-flow minutes on the road that `max_minutes` allows."""
        return max(0.0, self.max_minutes / self.factor - 2.0 * self.minutes_each_end)

    @property
    def reach_km(self) -> float:
        """Road km that `max_minutes` allows at the usual speed."""
        return self.reach_minutes * self.speed_kmh / 60.0


#: Setting -> default.
DEFAULTS: Mapping[str, Any] = {item.name: item.default for item in fields(TravelOptions)}
