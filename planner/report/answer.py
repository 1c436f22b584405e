"""The first screen: what is decided, what improves, the round numbers, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from planner import overview
from planner.aim_views import aims_of
from planner.figures.checks import Check
from planner.figures.whole import Figures
from planner.money import money
from planner.report.words import report_word
from planner.text import joined
from planner.view import View, to_float

#: Institutions named where a round number is not met.
MOST_NAMES = 4
#: Letters of a name in a list.
LONGEST = 40
#: Aims on the first screen; all of them are in a table below it.
FIRST_AIMS = 3


@dataclass(frozen=True)
class CheckView:
    """A round number as read. sign: ✓, ✗ or –; state: good, bad, even."""

    label: str
    sign: str
    state: str
    told: str
    value: str
    today: str
    detail: str


class Answer:
    """The first screen of one plan in one language."""

    def __init__(self, view: View, figures: Figures) -> None:
        self.view = view
        self.figures = figures

    def say(self, key: str, **values: object) -> str:
        return report_word(key, self.view.lang, **values)

    def decided(self) -> list[str]:
        """What the plan decides, one line for each decision that it takes."""
        saved, figure = self.view.saved, self.view.figure
        lines = []
        sessions, roster, unheld = saved.table("sessions"), saved.table("roster"), saved.table("unheld")
        if len(sessions):
            counts = {"sites": sessions["institution"].nunique(), "specialties": sessions["specialty"].nunique()}
            lines.append(self.say("decided_sessions", n=figure(overview.sessions_per_month(self.view)), **counts))
        if len(roster):
            missing = figure(float(unheld["sessions"].astype(float).sum()) if len(unheld) else 0.0)
            lines.append(self.say("decided_roster", n=figure(len(roster)), unheld=missing))
        postings = saved.table("postings")
        if len(postings):
            posted = overview.posted_doctors(self.view)
            lines.append(self.say("decided_postings", n=posted, sites=postings["institution"].nunique()))
        if self.figures.centres:
            opens = sum(one.opens for one in self.figures.centres)
            served = saved.table("service_links")["institution"].nunique()
            lines.append(self.say("decided_centres", n=len(self.figures.centres), new=opens, sites=served))
        kept_free = float(saved.table("reserves")["visits_per_month"].sum()) if len(saved.table("reserves")) else 0.0
        if kept_free >= 0.5:
            lines.append(self.say("decided_reserves", n=figure(round(kept_free))))
        if self.figures.costs.parts:
            lines.append(self.cost_line("decided_cost", "n"))
        return lines

    def cost_line(self, key: str, total: str) -> str:
        """A sentence with the cost and how it differs from today's."""
        costs = self.figures.costs
        more = self.say("more" if costs.extra >= 0 else "less")
        return self.say(
            key, **{total: self.money(costs.total("plan")), "by": self.money(abs(costs.extra)), "more": more}
        )

    def money(self, yuan: float) -> str:
        """Yuan as people say them."""
        return money(yuan, self.view.lang)

    def checks(self) -> list[CheckView]:
        return [self._check(one) for one in self.figures.checks]

    def _check(self, one: Check) -> CheckView:
        sign, state, told = {True: ("✓", "good", "met"), False: ("✗", "bad", "not_met")}.get(
            bool(one.met), ("–", "even", "not_known")
        )
        if one.met is None:
            sign, state, told = "–", "even", "not_known"
        detail = self.say(f"define_{one.key}")
        if one.why:
            detail = self.say(f"why_{one.why}")
        elif one.who:
            detail = self.say("short_of", names=self._names(one.who))
        return CheckView(
            self.say(f"check_{one.key}"), sign, state, self.say(told), self._value(one, one.value),
            self._value(one, one.today), detail,
        )  # fmt: skip

    def _names(self, keys: tuple[str, ...]) -> str:
        names = (self.view.name("institutions", key) for key in keys[:MOST_NAMES])
        shown = joined((name if len(name) <= LONGEST else f"{name[:LONGEST]}…" for name in names), self.view.lang)
        more = len(keys) - MOST_NAMES
        return shown + (self.say("and_more", n=len(keys), more=more) if more > 0 else "")

    def _value(self, one: Check, value: float) -> str:
        if not math.isfinite(value):
            return ""
        if one.unit == "institutions":
            return self.say("of_towns", n=self.view.figure(value), goal=self.view.figure(one.goal))
        if one.unit == "share":
            return self.view.figure(value, "share")
        shown = self.view.figure(round(value, 1))
        return f"{shown} {self.view.unit('minutes')}" if one.unit == "minutes" else shown

    def sure(self, audit: str) -> list[str]:
        """The gaps of the first aims in real units, the audit, why solving ended, what is assumed."""
        lines = [
            self.say(
                "sure_aim", label=aim.label, value=f"{aim.value} {aim.unit}".strip(), better=aim.proof, gap=aim.gap
            )
            for aim in aims_of(self.view)[:FIRST_AIMS]
        ]
        info = self.view.saved.info
        lines.append(self.say("sure_audit", told=audit))
        lines.append(self.say("sure_stopped", stopped=self.view.say(f"stopped_{info.get('stopped_by', 'none')}")))
        sources = self.view.saved.region.get("sources")
        assumed = int((sources["mark"] == "assumed").sum()) if sources is not None and "mark" in sources else 0
        lines.append(self.say("sure_assumed", defaults=len(info.get("defaults", [])), assumed=assumed))
        return lines

    def tiles(self) -> list[dict[str, Any]]:
        """Headline figures with today's beside them, and the length of both as bars in percent."""
        tiles = []
        for one in overview.headlines(self.view):
            plan, today = (to_float(text.replace(",", "")) for text in (one.value, one.today))
            most = max(plan or 0.0, today or 0.0)
            bars = [round(100 * (value or 0.0) / most, 1) if most > 0 else 0.0 for value in (plan, today)]
            tiles.append({"one": one, "plan": bars[0], "today": bars[1], "known": today is not None})
        return tiles
