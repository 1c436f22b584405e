"""`alliance group`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.commands.help import SaidCommand
from planner.commands.said import say_audit, say_clashes, solver_settings
from planner.options import (
    AUDIT,
    INFEASIBLE,
    NO_PLAN,
    OK,
    asked_language,
    complain,
    lang_option,
    option,
    output_option,
    region_argument,
    solver_options,
    speaks,
)
from planner.text import say


@click.command(cls=SaidCommand)
@region_argument
@output_option("group_output", file_okay=False)
@option("-k", "--count", type=click.IntRange(min=1), metavar="N", help="group_count")
@option("--service", metavar="ID", help="group_service")
@option("--price", is_flag=True, help="group_price")
@solver_options
@option("--no-report", is_flag=True, help="no_report")
@lang_option
@speaks
def group(
    region: str,
    output: Path,
    count: int | None,
    service: str | None,
    price: bool,
    no_report: bool,
    lang: str,
    **values: Any,
) -> int:
    """Form groups: which institution belongs to which lead, in one piece, balanced and near."""
    from planner.bundled import find_region
    from planner.grouping.apply import NoGroupsError, UngroupedError
    from planner.grouping.price_page import price_lines
    from planner.grouping.run import make_groups
    from planner.opening import AuditFailedError
    from planner.progress import Progress

    overrides = {"solver": solver_settings(values), "grouping": {"count": count, "service": service}}
    progress = Progress(lang, values["time_limit"])
    try:
        saved = make_groups(find_region(region), output, progress, overrides, not no_report, asked_language(), price)
    except NoGroupsError as error:
        say_clashes(error.clashes, lang, "groups_infeasible")
        return INFEASIBLE
    except UngroupedError:
        complain(say("no_groups", lang))
        return NO_PLAN
    except AuditFailedError as error:
        say_audit(error.audit, lang)
        complain(say("audit_refused", lang, path=error.folder))
        return AUDIT
    finally:
        progress.done()
    _say_groups(saved, lang)
    for line in price_lines(saved, lang):
        click.echo("  " + line)
    say_audit(saved.table("audit"), lang)
    click.echo(say("report_at", lang, path=saved.path / "report.html") if not no_report else str(saved.path))
    return OK


def _say_groups(saved: Any, lang: str) -> None:
    """The grouping in one sentence, its aims with their proof, and the size of each group."""
    from planner.aim_views import aim_lines
    from planner.aligned import aligned
    from planner.grouping.page import answer, group_table
    from planner.view import View

    view = View(saved, lang)
    stopped = say(f"stopped_{saved.info['stopped_by']}", lang)
    click.echo(say("groups_found", lang, seconds=saved.info["seconds"], stopped=stopped))
    click.echo("  " + answer(view))
    table = group_table(view)
    for line in (*aim_lines(saved, lang), *aligned(table["headings"], table["rows"], table["numeric"])):
        click.echo("  " + line)
