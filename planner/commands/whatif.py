"""`alliance whatif`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from planner.commands.help import SaidCommand
from planner.commands.said import solver_settings
from planner.options import (
    OK,
    USAGE,
    complain,
    lang_option,
    option,
    plan_argument,
    scheduler_option,
    solver_options,
    speaks,
)
from planner.text import say


@click.command(cls=SaidCommand)
@plan_argument
@option("--absent", multiple=True, metavar="DOCTOR", help="whatif_absent")
@option("--another", multiple=True, metavar="DOCTOR", help="whatif_another")
@option("--closed", multiple=True, metavar="SITE", help="whatif_closed")
@option("--budget", multiple=True, type=click.FloatRange(min=0), metavar="YUAN", help="whatif_budget")
@option("--rule", multiple=True, metavar="RULE=STATE", help="whatif_rule")
@option("--together", is_flag=True, help="whatif_together")
@scheduler_option("whatif_scheduler")
@option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="whatif_output")
@solver_options
@lang_option
@speaks
def whatif(plan: Path, together: bool, scheduler: str, output: Path | None, lang: str, **values: Any) -> int:
    """Ask what single changes would do to a plan: a doctor away, a site closed, another budget, each with proof."""
    from planner.folder import write_table
    from planner.progress import Progress
    from planner.whatif.lines import lines_of
    from planner.whatif.run import KINDS, Change, WhatIfError, ask

    changes = [Change(kind, str(about)) for kind in KINDS for about in values[kind]]
    if not all(map(math.isfinite, values["budget"])):
        complain(say("frontier_limit", lang))
        return USAGE
    if not changes:
        complain(say("whatif_nothing", lang))
        return USAGE
    progress = Progress(lang, values["time_limit"])
    try:
        asked = ask(plan, changes, progress, together, {"solver": solver_settings(values)}, scheduler)
    except WhatIfError as error:
        complain(error.sentence(lang))
        return USAGE
    finally:
        progress.done()
    for line in lines_of(asked, lang):
        click.echo(line)
    if output is not None:
        write_table(output, asked.table(lang), sort=False)
        click.echo(say("written", lang, path=output))
    return OK
