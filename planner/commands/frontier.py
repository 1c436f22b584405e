"""`alliance frontier`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from planner.commands.help import SaidCommand
from planner.options import (
    INFEASIBLE,
    NO_PLAN,
    OK,
    USAGE,
    asked_language,
    complain,
    lang_option,
    option,
    output_option,
    region_argument,
    say_findings,
    scheduler_option,
    solver_options,
    speaks,
)
from planner.text import say


@click.command(cls=SaidCommand)
@region_argument
@output_option("frontier_output", file_okay=False)
@option(
    "--limit",
    "limited",
    type=click.Choice(["cost", "travel", "change", "unmet"]),
    default="cost",
    help="frontier_limit",
)
@option(
    "--least",
    type=click.Choice(["unmet", "worst_served"]),
    default="unmet",
    help="frontier_least",
)
@option("--points", type=click.IntRange(2, 100), default=10, help="frontier_points")
@option("--at", "limits", multiple=True, type=float, metavar="VALUE", help="frontier_at")
@scheduler_option("plan_scheduler")
@solver_options
@lang_option
@speaks
def frontier(
    region: str,
    output: Path,
    limited: str,
    least: str,
    points: int,
    limits: tuple[float, ...],
    scheduler: str,
    lang: str,
    **values: Any,
) -> int:
    """Draw the trade-off curve between two aims: what is lost at each limit, with a proof for each point."""
    from models.frontier import NothingCountsError
    from planner.aligned import aligned
    from planner.bundled import find_region
    from planner.frontier.files import answer, rows_of
    from planner.frontier.run import make_frontier
    from planner.plan import LocksClashError
    from planner.progress import Progress
    from planner.spread import spread_over
    from planner.words import MEASURES, word

    if not all(map(math.isfinite, limits)):
        complain(say("frontier_limit", lang))
        return USAGE
    if limited == least:
        complain(say("frontier_same", lang, aim=word(MEASURES, limited, lang)))
        return USAGE
    overrides = {"solver": {"seed": values["seed"], "gap": values["gap"]}}
    progress = Progress(lang, values["time_limit"])
    try:
        with spread_over(scheduler, progress):
            told = make_frontier(
                find_region(region), output, progress, (limited, least), points, limits, overrides,
                values["time_limit"], asked_language(),
            )  # fmt: skip
    except LocksClashError as error:
        say_findings(error.findings, lang, err=True)
        complain(say("nothing_written", lang))
        return INFEASIBLE
    except NothingCountsError as error:
        complain(say("frontier_nothing", lang, aim=word(MEASURES, error.aim, lang)))
        return NO_PLAN
    headings, rows = rows_of(told)
    for line in aligned(headings, rows, [True] * (len(headings) - 1) + [False]):
        click.echo(line)
    for line in answer(told):
        click.echo(line)
    if told.points.empty:
        return INFEASIBLE if told.info["frontier"]["status"] == "INFEASIBLE" else NO_PLAN
    click.echo(say("report_at", lang, path=output / "frontier.html"))
    return OK
