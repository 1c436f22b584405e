"""Sites and trips: open weeks, clinics of each frequency, rooms; minutes and kilometres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from planner.audit.facts import Facts

#: Frequencies of a clinic, rarest first.
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")
WEEKS_A_MONTH = 4.348125
_EARTH_KM = 6371.0088


def half_up(value: float) -> int:
    """The nearest whole number, halves up."""
    return math.floor(value + 0.5 + 1e-9)


def sites(facts: Facts) -> pd.DataFrame:
    """Per institution and quarter: open weeks, half-days, slots, and `low_f`, `high_f`, `n_f` per frequency."""
    rows = []
    for quarter, months in facts.quarters["months"].items():
        span = facts.days.span(str(quarter))
        part, weekday, week = facts.open[:, span], facts.days.weekday[span], facts.days.week[span]
        opened = np.asarray(part.any(axis=2))
        by_week = [opened[:, week == number].any(axis=1) for number in np.unique(week)]
        weeks = np.sum(by_week, axis=0, dtype=int)
        worst = np.min([opened[:, weekday == day].sum(axis=1) for day in range(1, 6)], axis=0)
        for n, name in enumerate(facts.institutions.index):
            row = {"institution": name, "quarter": quarter, "weeks": int(weeks[n]), "months": months}
            rows.append(row | {"half_days": float(part[n].sum())} | frequency_counts(int(weeks[n]), int(worst[n])))
    frame = pd.DataFrame(rows)
    frame["slots"] = frame["institution"].map(_slots_a_week(facts)) * frame["weeks"]
    return frame


def _slots_a_week(facts: Facts) -> pd.Series:
    """Half-days a week with a room for visitors: as given, else rooms x the option, else one room."""
    usual = facts.number("sessions", "open_slots", 5)
    table = facts.institutions
    rooms = table["rooms"].where(table["rooms"] > 0, 1.0) * usual
    return table["open_slots"].where(table["open_slots"].notna(), rooms)


def frequency_counts(weeks: int, worst: int) -> dict[str, int]:
    """`n_f` (regular), `low_f` and `high_f` clinics of each frequency.

    weeks: weeks with an open day; worst: open dates on the weekday that loses most to holidays.
    """
    monthly = max(1, half_up(weeks / WEEKS_A_MONTH))
    regular = (monthly, math.ceil(weeks / 2), weeks, 2 * weeks)
    low = [max(1, min(monthly, half_up(worst / WEEKS_A_MONTH)))]
    for wanted in (worst // 2, worst, 2 * worst):
        low.append(max(low[-1] + 1, wanted))
    high = [max(n, following - 1) for n, following in zip(regular, low[1:], strict=False)] + [max(regular[-1], low[-1])]
    result: dict[str, int] = {}
    for frequency, n, least, most in zip(FREQUENCIES, regular, low, high, strict=True):
        result |= {f"n_{frequency}": n, f"low_{frequency}": least, f"high_{frequency}": most}
    return result


def trips(travel: pd.DataFrame) -> pd.DataFrame:
    """Minutes and km by (profile, origin, destination); a row of a profile goes before a blank one."""
    parts = []
    for profile in ("vehicle", "patient"):
        part = travel[travel["profile"].isin(["", profile])].sort_values("profile")
        parts.append(part.drop_duplicates(["origin", "destination"], keep="last").assign(profile=profile))
    return pd.concat(parts, ignore_index=True).set_index(["profile", "origin", "destination"])[["minutes", "km"]]


def doctor_trips(facts: Facts, doctor: pd.Series, institution: pd.Series) -> pd.DataFrame:
    """Minutes and km of doctors to places: from where they live if given, else from their institution."""
    people = facts.doctors.reindex(doctor)
    home = pd.Series(people["institution"].to_numpy(), index=doctor.index).fillna("")
    minutes = facts.minutes("vehicle", home, institution)
    km = facts.minutes("vehicle", home, institution, "km")
    place = facts.institutions.reindex(institution)
    points = [people["lives_lon"], people["lives_lat"], place["lon"], place["lat"]]
    line = straight_km(*(point.to_numpy(dtype=float) for point in points)) * facts.number("travel", "circuity", 1.3)
    drive = line / facts.number("travel", "speed_kmh", 40) * 60 + 2 * facts.number("travel", "minutes_each_end", 5)
    drive = drive * facts.number("travel", "season_factor", 1)
    # At the own institution nobody travels, and a place without a point keeps the trip from home.
    lives = ~np.isnan(line) & (home != institution).to_numpy()
    return pd.DataFrame({"minutes": minutes.where(~lives, drive), "km": km.where(~lives, line)})


def straight_km(lon: np.ndarray, lat: np.ndarray, to_lon: np.ndarray, to_lat: np.ndarray) -> np.ndarray:
    """Great-circle kilometres."""
    a, b, c, d = (np.radians(v) for v in (lon, lat, to_lon, to_lat))
    chord = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(chord)))
