"""Who could relieve whom, and why nobody does: doctors of the register judged by the rules of postings.

A suggestion only: the allocation weighs budget, visits lost at home and everything else, this does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from planner.calendar import add_months
from planner.rotation_turns import Holder, Post
from planner.view import to_float

if TYPE_CHECKING:
    from planner.config import Config
    from planner.folder import SavedPlan

Pair = tuple[str, str]
#: Names told where several could come.
_NAMED = 2


@dataclass(frozen=True)
class Why:
    """Why nobody is there, as a key of `rotation_words`, a number, and doctors who could come."""

    reason: str
    count: int = 0
    doctors: tuple[str, ...] = ()


class People:
    """The register of a saved plan and who of it is posted when."""

    def __init__(self, saved: SavedPlan, config: Config, holders: Iterable[Holder]) -> None:
        self._config = config
        self._rows = {name: _records(saved, name) for name in ("doctors", "institutions", "departments", "specialties")}
        self._group = {row["id"]: row.get("group", "") for row in self._rows["institutions"]}
        self._staff = {row["id"]: to_float(row.get("staff")) for row in self._rows["institutions"]}
        self._title = {row["id"]: to_float(row.get("min_title")) for row in self._rows["specialties"]}
        self._doctors = {row["id"]: row for row in self._rows["doctors"]}
        self._limits = {(row["institution"], row["department"]): self._limit(row) for row in self._rows["departments"]}
        self._posted = [one for one in holders if one.state != "over"]

    def credit(self, doctor: str) -> float:
        """Days already served below, as the table says."""
        return to_float(self._doctors.get(doctor, {}).get("credit_days")) or 0.0

    def promotion(self, doctor: str) -> int | None:
        """Year in which the doctor is due for promotion."""
        year = to_float(self._doctors.get(doctor, {}).get("promotion_year"))
        return None if year is None else round(year)

    def suits(self, post: Post) -> list[str]:
        """Doctors with the scope, the title, the will and the group, in the order of their table."""
        return [name for name in self._doctors if self._suits(name, post)]

    def _suits(self, name: str, post: Post) -> bool:
        row = self._doctors[name]
        home = row.get("institution", "")
        scope = [part.strip() for part in row.get("scope", "").split(";") if part.strip()] or [row.get("specialty", "")]
        needed = max(post.min_title, self._title.get(post.specialty) or self._config.sessions.min_title)
        groups = {self._group.get(home, ""), self._group.get(post.site, "")} - {""}
        return (
            home != post.site
            and post.specialty in scope
            and (row.get("posting") or "may") != "no"
            and (to_float(row.get("title")) or 2) >= needed
            and len(groups) <= 1
        )

    def nobody(self, post: Post, day: date, leaver: str = "", others: Sequence[Holder] = ()) -> Why:
        """Why nobody but the leaver begins at the post on a day, or who could; `others`: postings proposed so far."""
        posted = [*self._posted, *others]
        there = [one for one in posted if one.start <= day <= one.end]
        suited = [name for name in self.suits(post) if name != leaver]
        if not suited:
            return Why("nobody_else" if leaver else "nobody_suits")
        last = add_months(day, post.months) - timedelta(days=1)
        busy = {one.doctor for one in posted if one.start <= last and one.end >= day}
        free = [name for name in suited if name not in busy]
        if not free:
            return Why("all_posted", len(suited))
        spared = [name for name in free if self._spared(name, there)]
        if not spared:
            return Why("department", len(free))
        within = [name for name in spared if self._within_share(name, there)]
        if not within:
            return Why("hospital_share", len(spared))
        most = self._config.postings.max_posts
        if most is not None and len(there) >= most:
            return Why("max_posts", most, tuple(self._ranked(within, day)))
        return Why("not_chosen", len(within), tuple(self._ranked(within, day)))

    def _spared(self, name: str, there: list[Holder]) -> bool:
        """Whether the department can spare one more."""
        key = self._department(name)
        return key not in self._limits or sum(self._department(one.doctor) == key for one in there) < self._limits[key]

    def _within_share(self, name: str, there: list[Holder]) -> bool:
        home = self._doctors[name].get("institution", "")
        staff = self._staff.get(home)
        away = sum(self._doctors.get(one.doctor, {}).get("institution") == home for one in there)
        return staff is None or away < math.floor(self._config.postings.post_share * staff + 1e-9)

    def _ranked(self, names: list[str], day: date) -> list[str]:
        """Who wants to first, then who needs the days for a promotion that is near, then by the table."""

        def rank(name: str) -> tuple[bool, bool]:
            year = self.promotion(name)
            short = self.credit(name) < self._config.postings.promotion_credit_days
            return self._doctors[name].get("posting") != "wants", not (
                year is not None and 0 <= year - day.year <= 2 and short
            )

        return sorted(names, key=rank)[:_NAMED]

    def _department(self, name: str) -> Pair:
        row = self._doctors.get(name, {})
        return row.get("institution", ""), row.get("department", "")

    def _limit(self, row: dict[str, str]) -> float:
        """Persons of a department that may be posted at once (as the rule `home_cover_posted`)."""
        headcount = to_float(row.get("headcount"))
        if headcount is None:
            return math.inf
        if headcount < self._config.postings.cover_min_headcount:
            return 0.0
        share = to_float(row.get("max_away_share"))
        share = self._config.sessions.max_away_share if share is None else share
        most = max(1, math.floor(share * headcount + 1e-9))
        return max(0.0, min(most, headcount - (to_float(row.get("min_present")) or 0.0)))


def _records(saved: SavedPlan, name: str) -> list[dict[str, str]]:
    table = saved.region.get(name)
    return [] if table is None else [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]
