"""Second page of the brief: money, who gains and who loses, how sure, and the decisions asked."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date

from planner import overview
from planner.figures.change import Change
from planner.figures.costs import PARTS
from planner.figures.sites import Site
from planner.figures.whole import Figures
from planner.money import cost_scale
from planner.papers.names import listed, short
from planner.papers.words import brief_word
from planner.report.answer import Answer
from planner.report.words import report_word
from planner.text import MARKS, joined
from planner.view import View, to_float

#: Rows of the two tables; of the institutions at most so many that lose something.
MOST_SITES, MOST_LOSERS, MOST_HOSPITALS = 9, 4, 4
#: Hospitals and decisions that leave room for all rows of institutions; each one more takes a row.
HOSPITALS_ROOM, DECISIONS_ROOM = 2, 5
SURE_AIMS = 2
NAN = float("nan")


@dataclass(frozen=True)
class Paid:
    """One part of the cost, in the language's unit of money."""

    label: str
    today: str
    plan: str
    change: str
    total: bool = False


class Gains:
    """The second page, of one plan in one language."""

    def __init__(self, view: View, figures: Figures) -> None:
        self.view = view
        self.figures = figures
        self.answer = Answer(view, figures)

    def say(self, key: str, **values: object) -> str:
        return brief_word(key, self.view.lang, **values)

    # --- money ----------------------------------------------------------------------------

    def costs(self) -> list[Paid]:
        """Each part and the total; nothing where the plan is not priced."""
        costs, unit = self.figures.costs, cost_scale(self.figures.costs, self.view.lang).per
        if not costs.parts:
            return []
        rows = [
            self._paid(report_word(f"cost_{part}", self.view.lang), Change(
                costs.parts.get(("today", part), NAN) / unit, costs.parts.get(("plan", part), NAN) / unit
            ))
            for part in PARTS
        ]  # fmt: skip
        both = Change(costs.total("today") / unit, costs.total("plan") / unit)
        return [*rows, self._paid(report_word("cost_total", self.view.lang), both, True)]

    def _paid(self, label: str, value: Change, total: bool = False) -> Paid:
        today, plan = (self._money(one) for one in (value.today, value.plan))
        if not math.isfinite(value.by):
            return Paid(label, today, plan, "", total)
        shown = self._money(abs(value.by))
        sign = "+" if value.by > 0 else "−"
        return Paid(label, today, plan, "＝" if today == plan else f"{sign}{shown}", total)

    def _money(self, value: float) -> str:
        return self.view.figure(round(value, 2)) if math.isfinite(value) else "–"

    def cost_lines(self) -> list[str]:
        """What a further visit costs, and the budget."""
        costs = self.figures.costs
        if not costs.parts:
            return [self.say("no_cost")]
        lines = [self.answer.cost_line("cost_sentence", "total")]
        if costs.per_kept is not None:
            lines.append(report_word("cost_each", self.view.lang, each=self.view.figure(costs.per_kept)))
        if costs.budget is None:
            return [*lines, report_word("cost_no_budget", self.view.lang)]
        covers = joined((report_word(f"cost_{part}", self.view.lang) for part in costs.covers), self.view.lang)
        budget = self.answer.money(costs.budget)
        return [*lines, report_word("cost_budget", self.view.lang, budget=budget, covers=covers)]

    # --- gains ----------------------------------------------------------------------------

    def verdicts(self) -> str:
        counts = Counter(one.verdict for one in self.figures.sites)
        told = {name: counts.get(name, 0) for name in ("gains", "mixed", "loses", "same")}
        return report_word("gains_sentence", self.view.lang, **told) if self.figures.sites else ""

    def shown(self) -> list[Site]:
        """Who loses first, the greatest loss on top; then those that gain most."""
        losers = sorted(self._losers(), key=lambda one: (one.verdict != "loses", one.kept.by, one.institution))
        gainers = [one for one in self.figures.sites if one not in losers and one.verdict == "gains"]
        more = max(0, min(MOST_HOSPITALS, len(self.figures.hospitals)) - HOSPITALS_ROOM)
        rows = MOST_SITES - more - max(0, len(self.decisions()) - DECISIONS_ROOM)
        first = losers[: min(MOST_LOSERS, rows)]
        return [*first, *gainers[: rows - len(first)]]

    def _losers(self) -> list[Site]:
        return [one for one in self.figures.sites if one.verdict in ("loses", "mixed")]

    def sites(self) -> list[list[str]]:
        """Name, result, kept, clinics, minutes, specialties added and dropped."""
        return [
            [
                short(self.view.name("institutions", one.institution), 15),
                report_word(f"v_{one.verdict}", self.view.lang),
                self._change(one.kept), self._change(one.clinics, 1), self._change(one.minutes),
                self._specialties(one),
            ]
            for one in self.shown()
        ]  # fmt: skip

    def _specialties(self, one: Site) -> str:
        told = [f"{sign}{len(keys)}" for sign, keys in (("+", one.added), ("−", one.dropped)) if keys]
        if one.dropped:
            told.append(f"({short(self.view.name('specialties', one.dropped[0]), 6)}{'…' if one.dropped[1:] else ''})")
        return " ".join(told)

    def left_out(self) -> str:
        """How many institutions the table leaves out, by result."""
        shown = {one.institution for one in self.shown()}
        counts = Counter(one.verdict for one in self.figures.sites if one.institution not in shown)
        told = joined(
            (
                self.say("count_of", n=counts[name], verdict=report_word(f"v_{name}", self.view.lang))
                for name in ("loses", "mixed", "gains", "same")
                if counts[name]
            ),
            self.view.lang,
        )
        return self.say("more_places", n=counts.total(), told=told) if counts else ""

    def hospitals(self) -> list[list[str]]:
        """Name, half-days out, posted out, visits given up at home, visits received; those that give most first."""
        most = sorted(self.figures.hospitals, key=lambda one: (-one.half_days.plan - one.posted.plan, one.institution))
        return [
            [
                short(self.view.name("institutions", one.institution), 15), self._change(one.half_days),
                self._change(one.posted), self._change(one.forgone), self._change(one.received),
            ]
            for one in most[:MOST_HOSPITALS]
        ]  # fmt: skip

    def hospitals_left_out(self) -> str:
        left = len(self.figures.hospitals) - MOST_HOSPITALS
        return self.say("more_hospitals", n=left) if left > 0 else ""

    def _change(self, value: Change, digits: int = 0) -> str:
        today, plan = (
            "–" if not math.isfinite(one) else self.view.figure(round(one, digits)) for one in (value.today, value.plan)
        )
        return plan if today == plan else f"{today} → {plan}"

    def sure(self, audit: str) -> list[str]:
        """How far from proved the first aims are, the audit, what is assumed; `audit` is its result in words."""
        lines = self.answer.sure(audit)
        aims = lines[: len(lines) - 3][:SURE_AIMS]
        return [short(line, 96) for line in (*aims, lines[-3], lines[-1])]

    # --- decisions ------------------------------------------------------------------------

    def decisions(self) -> list[str]:
        """What the meeting is asked, only what this plan decides."""
        asked = [self._postings(), self._clinics(), self._centres(), self._reserves(), self._money_asked()]
        asked += [self._losses(), self._short()]
        return [line for line in asked if line]

    def _postings(self) -> str:
        table = self.view.saved.table("postings")
        if table.empty:
            return ""
        fresh = table[table["state"] != "running"]
        if fresh.empty:
            return ""
        start = date.fromisoformat(min(str(one) for one in fresh["start"])[:10])
        counts = {"new": fresh["doctor"].nunique(), "n": overview.posted_doctors(self.view)}
        return self.say("ask_postings", sites=table["institution"].nunique(), start=start, **counts)

    def _clinics(self) -> str:
        roster, sessions = self.view.saved.table("roster"), self.view.saved.table("sessions")
        if len(roster):
            days = sorted(date.fromisoformat(str(one)) for one in roster["date"].unique())
            unheld = self.view.saved.table("unheld")
            missing = self.view.figure(float(unheld["sessions"].astype(float).sum()) if len(unheld) else 0.0)
            return self.say("ask_roster", n=self.view.figure(len(roster)), start=days[0], end=days[-1], unheld=missing)
        if sessions.empty:
            return ""
        count = self.view.figure(overview.sessions_per_month(self.view))
        return self.say("ask_sessions", n=count, sites=sessions["institution"].nunique())

    def _centres(self) -> str:
        opens = [one for one in self.figures.centres if one.opens]
        if not self.figures.centres:
            return ""
        both = [
            (self.view.name("services", one.service), self.view.name("institutions", one.institution)) for one in opens
        ]
        names = [f"{short(service, 8)}·{short(place, 12)}" for service, place in both]
        told = listed(names, self.view.lang, 3, 24, self.say("and_more", n="{n}"))
        return self.say(
            "ask_centres", n=len(self.figures.centres), new=len(opens),
            names=MARKS.say("brackets", self.view.lang, text="", more=told) if told else "",
        )  # fmt: skip

    def _reserves(self) -> str:
        table = self.view.saved.table("reserves")
        kept = float(table["visits_per_month"].sum()) if len(table) else 0.0
        return self.say("ask_reserves", n=self.view.figure(round(kept))) if kept >= 0.5 else ""

    def _money_asked(self) -> str:
        costs = self.figures.costs
        if not costs.parts:
            return ""
        more = self.answer.say("more" if costs.extra >= 0 else "less")
        total, by = self.answer.money(costs.total("plan")), self.answer.money(abs(costs.extra))
        return self.say("ask_money", total=total, by=by, more=more)

    def _losses(self) -> str:
        losers = self._losers()
        names = (self.view.name("institutions", one.institution) for one in losers)
        told = listed(names, self.view.lang, 3, 12, self.say("and_more", n="{n}"))
        return self.say("ask_losers", n=len(losers), names=told) if losers else ""

    def _short(self) -> str:
        table = overview.shortfalls(self.view)
        table = table[[(to_float(one) or 0.0) >= 0.05 for one in table["amount"]]]
        if table.empty:
            return ""
        rules = [self.view.rule(str(one)) for one in table["rule"].drop_duplicates()]
        return self.say(
            "ask_short", n=len(table), names=listed(rules, self.view.lang, 2, 22, self.say("and_more", n="{n}"))
        )
