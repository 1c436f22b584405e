"""The answers as people read them on the terminal."""

from __future__ import annotations

from planner.aligned import aligned
from planner.grouping.price import comparable
from planner.grouping.price_page import ROUNDING, amount_told, signed
from planner.money import LARGE
from planner.whatif.run import WORDS, Asked, Found


def lines_of(asked: Asked, lang: str) -> list[str]:
    """A table with the plan first, then one sentence for each case: what is proved, and who answered in what time."""
    mine = {aim.name: aim for aim in asked.made.aims}
    headings = [WORDS.say(key, lang) for key in ("case", "promises", "unmet", "change", "cost", "change", "answered")]
    first = [WORDS.say("this_plan", lang), *_figures(asked, None, lang), ""]
    rows = [
        first,
        *([one.told(asked.instance, lang), *_figures(asked, one, lang), _who(one, lang)] for one in asked.found),
    ]
    told = aligned(headings, rows, [False, True, True, True, True, True, False])
    return [*told, *(_proved(asked, one, lang) for one in asked.found if "unmet" in mine)]


def _figures(asked: Asked, one: Found | None, lang: str) -> list[str]:
    mine = {aim.name: aim.value for aim in asked.made.aims}
    if one is not None and not one.answer.aims:
        return [WORDS.say("none", lang), "", "", "", ""]
    found = mine if one is None else {aim.name: aim.value for aim in one.answer.aims}
    cells = [amount_told(found.get("floors", 0.0), None)]
    for aim, unit, digits in (("unmet", 1.0, 1), ("cost", LARGE[lang], 2)):
        value, old = found.get(aim), mine.get(aim)
        cells.append(amount_told(None if value is None else value / unit, digits))
        differs = one is not None and value is not None and old is not None
        cells.append(signed((value - old) / unit, digits) if differs and value is not None and old is not None else "")
    return cells


def _who(one: Found, lang: str) -> str:
    key = "by_" + one.answer.answered.replace(" ", "_")
    return WORDS.say("answered_in", lang, by=WORDS.say(key, lang), seconds=one.answer.seconds)


def _proved(asked: Asked, one: Found, lang: str) -> str:
    """What is proved of the difference in unmet visits, once no more promises are broken than before."""
    name = one.told(asked.instance, lang)
    if not one.answer.aims:
        return WORDS.say("proved_none" if one.answer.status.value == "infeasible" else "found_none", lang, name=name)
    mine = {aim.name: aim for aim in asked.made.aims}
    found = {aim.name: aim for aim in one.answer.aims}
    broken = found["floors"].value - mine["floors"].value
    if abs(broken) > ROUNDING:
        key = "more_broken" if broken > 0 else "fewer_broken"
        return WORDS.say(key, lang, name=name, points=abs(broken), least=found["floors"].bound)
    if one.answer.answered == "old plan":
        return WORDS.say("unchanged", lang, name=name)
    least_promises = all(told["floors"].value <= told["floors"].bound + ROUNDING for told in (mine, found))
    if not least_promises or not comparable(found["unmet"], mine["unmet"]):
        by = signed(found["unmet"].value - mine["unmet"].value, 1)
        return WORDS.say("between_open", lang, name=name, by=by)
    least, most = found["unmet"].bound - mine["unmet"].value, found["unmet"].value - mine["unmet"].bound
    return WORDS.say("between", lang, name=name, least=signed(least, 1), most=signed(most, 1))
