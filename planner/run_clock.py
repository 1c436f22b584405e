"""One limit for all solves of a run, shared out between the allocation and the search for dates."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Share of the limit that dates may count on, at most.
DATES = 0.4
#: Shares of that: for a look that only asks what has no date, and at the end where the run allocates twice.
LOOK, LAST = 0.25, 0.5
#: Share of the limit below which a new allocation is not worth its time.
AGAIN = 0.1
#: Seconds for dates that are always given.
LEAST = 2.0


class RunClock:
    """Seconds of `[solver] time_limit_s`, counted from its making; dates take at most `[roster] time_limit_s`."""

    def __init__(self, limit: float, dates: float, dated: bool, now: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.dates, self._now = limit, dates, now
        self.kept = min(dates, DATES * limit) if dated else 0.0
        self._began = now()

    @property
    def left(self) -> float:
        return self.limit - (self._now() - self._began)

    def first(self) -> float:
        """For the allocation: what is not kept for dates."""
        return self.limit - self.kept

    def look(self) -> float:
        """For a first look at the dates."""
        return max(LEAST, LOOK * self.kept)

    def again(self, looked: bool = True) -> float:
        """For a new allocation, with a look at its dates and the last search after it; 0 where too little is left.

        looked: whether the look at the first allocation is over.
        """
        left = self.left - (LAST + LOOK * (1 if looked else 2)) * self.kept
        return left if left >= AGAIN * self.limit else 0.0

    def last(self) -> float:
        """For the dates of the plan that is kept: all that is left."""
        return max(LEAST, min(self.dates, self.left))
