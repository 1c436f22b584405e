"""The aims of a saved plan as people read them: what is proved, and what the proof rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.folder import SavedPlan
from planner.text import MARKS, joined, say
from planner.view import View, to_float
from planner.words import VALUES, word

#: What a roster's bound may rest on that makes it none of the whole (`models.roster_bounds`, `models.roster`).
OF_PARTS, WITHDRAWN = "each component's earlier aims", "withdrawn"
#: Aims that count whole things: where a bound is a fraction, the next whole number is one too.
WHOLE = frozenset({"roster_windows", "roster_market", "roster_change"})
#: What every aim but the first rests on.
EARLIER = "earlier aims"


@dataclass(frozen=True)
class AimView:
    """One aim as read: `better` is the proved most by which any plan could be better, in the aim's unit.

    left: that, as shown; given: what it rests on; proof: all in one sentence. proved: nothing better exists, given
    that. A bound that is none of the whole proves nothing: `better` says so, and there is no gap.
    """

    name: str
    label: str
    value: str
    unit: str
    today: str
    better: str
    left: str
    gap: str
    given: str
    proof: str
    proved: bool


def aims_of(view: View) -> list[AimView]:
    """The aims in the committee's order."""
    aims = view.saved.info.get("aims", [])
    names = frozenset(str(aim["name"]) for aim in aims)
    return [_aim(view, aim, names, at == 0) for at, aim in enumerate(aims)]


def _aim(view: View, aim: Mapping[str, Any], names: frozenset[str], first: bool) -> AimView:
    name, unit = str(aim["name"]), str(aim.get("unit") or "")
    # Later aims may use up an aim's tolerance: what counts is the plan as it is in the end.
    final = view.scenario_value("plan", name)
    value, gap = to_float(aim["value"]) if final is None else final, to_float(aim.get("gap"))
    parts = _rests_on(aim, names, first)
    given = joined((word(VALUES, part, view.lang) for part in parts), view.lang)
    bound = to_float(aim.get("bound"))
    if name in WHOLE and value is not None and bound is not None and math.isfinite(bound):
        bound = min(value, math.ceil(bound - 1e-6))
        gap = 0.0 if bound == value else gap
    key, amount = _proof(view, value, bound, unit, parts)
    better, whole = view.say(key, amount=amount), not {OF_PARTS, WITHDRAWN} & set(parts)
    return AimView(
        name=name,
        label=view.measure(name),
        value=view.figure(value, unit),
        unit=view.unit_after(unit, view.figure(value, unit)),
        today=view.figure(view.scenario_value("today", name), unit),
        better=better,
        left=amount,
        gap=f"{gap:.2%}" if whole and gap is not None and math.isfinite(gap) else "–",
        given=given,
        proof=view.say("proof_given", better=better, given=given) if given and whole else better,
        proved=key == "proved_best",
    )


def _rests_on(aim: Mapping[str, Any], names: frozenset[str], first: bool) -> tuple[str, ...]:
    """What a bound rests on, aims that are named one by one as the earlier ones; before the first there are none."""
    told = (part for part in str(aim.get("given") or "").split(", ") if part)
    parts = dict.fromkeys(EARLIER if part in names else part for part in told)
    return tuple(part for part in parts if not (first and part == EARLIER))


def _proof(view: View, value: float | None, bound: float | None, unit: str, parts: tuple[str, ...]) -> tuple[str, str]:
    """The message that says how much better a plan could be, and how much that is."""
    if WITHDRAWN in parts:
        return "bound_withdrawn", ""
    if value is None or bound is None or not math.isfinite(bound):
        return "not_bounded", ""
    left = max(0.0, value - bound)
    shown = view.figure(left, unit)
    # What rounds to nothing in the unit shown is still not proved.
    shown = f"{100 * left:.1g}%" if shown == "0%" else f"{left:.1g}" if shown == "0" else shown
    amount = f"{shown} {view.unit_after(unit, shown)}".strip()
    if left <= 1e-6 * max(1.0, abs(value)):
        return ("best_of_parts" if OF_PARTS in parts else "proved_best"), amount
    return ("better_of_parts" if OF_PARTS in parts else "better_by"), amount


def aim_lines(saved: SavedPlan, lang: str) -> list[str]:
    """The aims as plain lines for the terminal: value, today's, how much better a plan could be and given what."""
    view = View(saved, lang)
    lines = []
    for aim in aims_of(view):
        today = f"{view.say('today')} {aim.today}" if aim.today != "–" else ""
        gap = "" if aim.gap == "–" else say("gap_told", lang, gap=aim.gap)
        parts = [part for part in (f"{aim.value} {aim.unit}".strip(), today, aim.proof, gap) if part]
        lines.append(MARKS.say("labelled", lang, label=aim.label, text=joined(parts, lang, "comma")))
    return lines
