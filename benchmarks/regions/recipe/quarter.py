"""The quarter that a region is planned for, counted as the planner does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

from chinese_calendar import is_workday

MONTH_DAYS = 365.25 / 12
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")


@dataclass(frozen=True)
class Quarter:
    """The first 13 weeks of the horizon, counted as the planner does."""

    start: date

    @property
    def months(self) -> float:
        return 13 * 7 / MONTH_DAYS

    def dates(self, weekday: int, weeks: str = "all") -> list[date]:
        days = (self.start + timedelta(days=7 * w + weekday - 1) for w in range(13))
        parity = {"odd": 1, "even": 0}
        return [d for d in days if is_workday(d) and (weeks == "all" or d.isocalendar().week % 2 == parity[weeks])]

    @property
    def half_days(self) -> int:
        """Open half-days; adjusted working Saturdays and Sundays are open too."""
        return 2 * sum(bool(is_workday(self.start + timedelta(days=n))) for n in range(91))

    @property
    def open_weeks(self) -> int:
        return sum(any(is_workday(self.start + timedelta(days=7 * w + d)) for d in range(5)) for w in range(13))

    def modes(self) -> dict[str, tuple[int, int]]:
        """Least and greatest count of each frequency (the modes touch)."""
        weeks, worst = self.open_weeks, min(len(self.dates(w)) for w in range(1, 6))
        regular = [max(1, round(weeks / 4.348125)), ceil(weeks / 2), weeks, 2 * weeks]
        low = [max(1, min(regular[0], round(worst / 4.348125)))]
        for least in (floor(worst / 2), worst, 2 * worst):
            low.append(max(low[-1] + 1, least))
        high = [max(regular[f], low[f + 1] - 1) for f in range(3)] + [regular[3]]
        return dict(zip(FREQUENCIES, zip(low, high, strict=True), strict=True))

    def mode(self, count: int) -> str:
        """The largest frequency whose least count is reached; "" below monthly."""
        return next((f for f in reversed(FREQUENCIES) if self.modes()[f][0] <= count), "")

    def history(self, weekday: int, nth: int) -> list[date]:
        """The nth such weekday of each of the three months before the start (working days only)."""
        out = []
        for back in (3, 2, 1):
            month = self.start.year * 12 + self.start.month - 1 - back + (self.start.day > 15)
            first = date(month // 12, month % 12 + 1, 1)
            day = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
            while not is_workday(day):
                day += timedelta(days=7)
            out.append(day)
        return out
