"""First page of the brief: what changes against today, the four scenarios, why."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from planner import overview, situation
from planner.aim_views import aims_of
from planner.figures.change import Change
from planner.figures.whole import Figures, facts_of
from planner.folder import SavedPlan
from planner.papers.names import listed, plain, short
from planner.papers.words import brief_word
from planner.view import SCENARIOS, View, to_float

#: Specialties named where the need is greatest.
MOST_NAMES = 4
NAN = float("nan")


@dataclass(frozen=True)
class Row:
    """One line of what changes: texts, and `good`, `bad` or `even` for the change."""

    label: str
    today: str
    plan: str
    change: str
    state: str


@dataclass(frozen=True)
class Bar:
    """One scenario: visits a month unmet and leaving, as texts and as widths in percent of the longest bar."""

    label: str
    unmet: str
    left: str
    widths: tuple[float, float]
    mine: bool


class Changes:
    """What changes, of one plan in one language."""

    def __init__(self, view: View, figures: Figures) -> None:
        self.view = view
        self.figures = figures

    def say(self, key: str, **values: object) -> str:
        return brief_word(key, self.view.lang, **values)

    def indicator(self, name: str, scope: str = "") -> Change | None:
        """An indicator today and by the plan; None where the plan has none."""
        table = self.view.saved.table("indicators")
        found = table[(table["indicator"] == name) & (table["scope"].fillna("") == scope)]
        value = to_float(found["value"].iloc[0]) if len(found) else None
        if value is None:
            return None
        current = to_float(found["current"].iloc[0])
        return Change(NAN if current is None else current, value)

    def rows(self) -> list[Row]:
        """The lines that the tables allow, in the committee's order."""
        view, found = self.view, list[Row]()
        for kind, better in (("kept", 1), ("left", -1), ("unmet", -1)):
            today = overview.today_value(view, kind)
            value = Change(NAN if today is None else today, overview.visits_total(view, kind))
            found.append(self._row(self.say(f"row_{kind}"), value, better))
        clinics = view.scenario_value("today", "clinics")
        months = view.months() / view.quarters()
        held = Change(NAN if clinics is None else clinics / months, overview.sessions_per_month(view))
        found.append(self._row(self.say("row_clinics"), held, 1))
        posted = view.scenario_value("today", "posted doctors")
        people = Change(NAN if posted is None else posted, float(overview.posted_doctors(view)))
        found.append(self._row(self.say("row_posted"), people, 0))
        towns, within = self.indicator("townships_with_fixed_doctor"), self.indicator("residents_within_30_minutes")
        goal = next((one.goal for one in self.figures.checks if one.key == "fixed_doctor"), NAN)
        if towns is not None and goal == goal:
            found.append(self._row(self.say("row_towns", n=view.figure(goal)), towns, 1))
        if within is not None:
            found.append(self._row(self.say("row_within"), within, 1, "share"))
        if self.figures.access is not None and math.isfinite(self.figures.access.gini_clinics.plan):
            found.append(self._row(self.say("row_even"), self.figures.access.gini_clinics, -1, "ratio"))
        road = self.indicator("doctor_travel_hours")
        if road is not None:
            found.append(self._row(self.say("row_road"), road, 0))
        if self.figures.centres:
            opens = sum(one.opens for one in self.figures.centres)
            count = Change(NAN, float(len(self.figures.centres)))
            found.append(self._row(self.say("row_centres", n=opens), count, 0))
        return found

    def _row(self, label: str, value: Change, better: int, unit: str = "") -> Row:
        today, plan = (self._figure(one, unit) for one in (value.today, value.plan))
        if not math.isfinite(value.by):
            return Row(label, "–", plan, "", "even")
        shown = self._figure(abs(value.by), unit)
        none = today == plan or shown in ("0", "0%", "0.00")
        if unit == "share":
            shown = self.say("points", n=self.view.figure(round(100 * abs(value.by), 1)))
        change = "＝" if none else f"{'+' if value.by > 0 else '−'}{shown}"
        state = "even" if none or not better else "good" if value.by * better > 0 else "bad"
        return Row(label, today, plan, change, state)

    def _figure(self, value: float, unit: str) -> str:
        if not math.isfinite(value):
            return "–"
        return f"{value:.2f}" if unit == "ratio" else self.view.figure(value, unit)

    def bars(self) -> list[Bar]:
        """The four scenarios by what they leave undone; none where they are not priced."""
        both = {
            name: [self.view.scenario_value(name, f"visits:{kind}") for kind in ("unmet", "left")] for name in SCENARIOS
        }
        known = {
            name: [max(0.0, one) for one in pair if one is not None] for name, pair in both.items() if None not in pair
        }
        most = max((sum(pair) for pair in known.values()), default=0.0)
        if most <= 0:
            return []
        return [
            Bar(
                self.view.say(name), self.view.figure(pair[0]), self.view.figure(pair[1]),
                (round(100 * pair[0] / most, 1), round(100 * pair[1] / most, 1)), name == "plan",
            )
            for name, pair in known.items()
        ]  # fmt: skip

    def why(self) -> list[str]:
        """Why it is done this way, each line from figures of the plan."""
        lines = [self._need(), self._towns(), self._today(), self._hand(), self._proved()]
        return [line for line in lines if line]

    def _need(self) -> str:
        lacking = lacking_today(self.view.saved)
        if lacking is None or lacking["lost"].sum() < 1:
            return ""
        worst = lacking.sort_values("lost", ascending=False, kind="stable")
        names = [self.view.name("specialties", key) for key in worst.index[worst["lost"] > 0]]
        told = listed(names, self.view.lang, MOST_NAMES, 8, "")
        total = {name: self.view.figure(float(lacking[name].sum())) for name in ("need", "left", "unmet")}
        return self.say("why_need_more" if len(names) > MOST_NAMES else "why_need", names=told, **total)

    def _towns(self) -> str:
        check = next((one for one in self.figures.checks if one.key == "fixed_doctor"), None)
        if check is None or not all(map(math.isfinite, (check.goal, check.today, check.value))):
            return ""
        short_today, left = check.goal - check.today, check.goal - check.value
        if short_today < 1 or left >= short_today:
            return ""
        return self.say("why_towns", n=self.view.figure(short_today), left=self.view.figure(left))

    def _today(self) -> str:
        table = self.view.saved.table("today_audit")
        broken = table[table["holds"] == "no"]["rule"]
        if broken.empty:
            return ""
        return self.say("why_today", n=len(broken), rule=short(self.view.rule(str(broken.mode().iloc[0])), 40))

    def _hand(self) -> str:
        measures = overview.HEADLINES["kept"]
        kept = [
            sum(self.view.scenario_value(name, one) or 0.0 for one in measures) for name in ("by_hand", "plan", "today")
        ]
        if kept[0] <= 0 or kept[1] - kept[0] < 0.5:
            return ""
        figure = self.view.figure
        return self.say("why_hand", hand=figure(kept[0]), plan=figure(kept[1]), more=figure(kept[1] - kept[0]))

    def _proved(self) -> str:
        aim = next((one for one in aims_of(self.view) if one.name == "unmet"), None)
        if aim is None or not aim.left or self.view.scenario_value("plan", "unmet") is None:
            return ""
        better = self.say("proved_best") if aim.proved else self.say("better_by", amount=aim.left)
        return self.say("why_proved", label=plain(aim.label), value=f"{aim.value} {aim.unit}", better=better)


def lacking_today(saved: SavedPlan) -> pd.DataFrame | None:
    """Visits a month today by specialty: need, left, unmet, and lost (both); None without needs."""
    facts = facts_of(saved)
    if facts is None:
        return None
    before = situation.today(facts)
    kinds = ["need", "left", "unmet"]
    weight = before.visits["months"] / max(before.months, 1e-9)
    table = before.visits[kinds].mul(weight, axis=0).groupby(before.visits["specialty"]).sum()
    return table.assign(lost=table["left"] + table["unmet"])
