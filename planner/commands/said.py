"""What several commands say, and the settings that their options name."""

from __future__ import annotations

from typing import Any

import click

from planner.text import MARKS, amount, say


def solver_settings(values: Any) -> dict[str, Any]:
    """Settings of [solver] that options name."""
    return {"time_limit_s": values["time_limit"], "gap": values["gap"], "seed": values["seed"]}


def say_audit(table: Any, lang: str) -> None:
    """One line when every rule holds, else every breach with its sentence."""
    from planner.audit_words import breaches

    broken = breaches(table, lang)
    if not broken:
        click.echo(say("audit_holds", lang, rules=table["rule"].nunique()))
        return
    for line in broken:
        click.echo(line)
    click.echo(say("audit_broken", lang, n=len(broken)))


def say_clashes(clashes: list[Any], lang: str, head: str = "infeasible") -> None:
    """The rules that had to give, and the cure."""
    from planner.catalogue import RULE_SENTENCES
    from planner.words import UNITS, word

    if not clashes:
        click.echo(say(f"{head}_unexplained", lang))
        return
    click.echo(say(head, lang))
    for clash in clashes:
        values = {
            "rule": clash.rule,
            "sentence": RULE_SENTENCES.find(clash.rule, lang) or "",
            "subject": clash.subject and clash.subject + MARKS.text("comma", lang),
            "amount": amount(float(clash.amount)),
            "unit": word(UNITS, str(clash.unit or ""), lang),
        }
        click.echo("  " + say("clash", lang, **values))
    click.echo(say("relax_hint", lang))
