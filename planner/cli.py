"""The command `alliance`: each command reads its options, calls one function and prints.

Heavy imports happen inside the commands, so that `alliance --help` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner import __version__
from planner.commands.frontier import frontier
from planner.commands.group import group
from planner.commands.help import SaidGroup, SaidOption
from planner.commands.network import network
from planner.commands.said import say_audit, say_clashes, solver_settings
from planner.commands.whatif import whatif
from planner.options import (
    AUDIT,
    INFEASIBLE,
    NO_PLAN,
    OK,
    PROBLEMS,
    asked_language,
    complain,
    lang_option,
    option,
    output_option,
    plan_argument,
    region_argument,
    say_findings,
    scheduler_option,
    solver_options,
    speaks,
)
from planner.startup import ForeignPackageError, check_packages
from planner.text import amount, language, pick, say


@click.group(cls=SaidGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="alliance", cls=SaidOption, help="show_version")
def main() -> None:
    """Plan a medical alliance: postings, clinics, shared centres and referrals in one linked plan."""
    try:
        check_packages()
    except ForeignPackageError as error:
        raise click.ClickException(pick((error.zh, error.en), language())) from error


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@option("--empty", is_flag=True, help="new_empty")
@lang_option
@speaks
def new(path: Path, empty: bool, lang: str) -> int:
    """Write a starter region: an .xlsx workbook, or a folder of CSV files."""
    from geodata.new import new_region

    new_region(path, examples=not empty)
    click.echo(say("new_done", lang, path=path))
    return OK


@main.command()
@lang_option
@speaks
def regions(lang: str) -> int:
    """List the bundled regions, with what each is for."""
    from planner.bundled import bundled_regions

    found = bundled_regions()
    for region in found:
        click.echo(f"{region.name:<14} {pick((region.zh, region.en), lang)}")
    if not found:
        complain(say("no_bundled", lang))
    return OK


@main.command()
@region_argument
@lang_option
@speaks
def check(region: str, lang: str) -> int:
    """Read and validate: every problem and every default used; no solver."""
    from planner.bundled import find_region
    from planner.inputs import read_inputs
    from planner.papers.month_form import form_beside

    form_beside(find_region(region))
    inputs = read_inputs(find_region(region), tell=lambda key, **values: complain(say(key, lang, **values)))
    if inputs.region.defaults:
        click.echo(say("defaults_used", lang))
        for used in inputs.region.defaults:
            values = {"table": used.table, "column": used.column, "count": used.count, "value": used.value}
            click.echo("  " + say("default_row", lang, **values))
    say_findings(inputs.findings, lang)
    if not inputs.errors:
        click.echo(say("clean", lang))
    return PROBLEMS if inputs.errors else OK


@main.command()
@region_argument
@output_option("travel_output", dir_okay=False)
@option("--method", type=click.Choice(["auto", "table", "roads", "straight"]), help="travel_method")
@option(
    "--roads",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="travel_roads",
)
@option("--no-cache", is_flag=True, help="travel_no_cache")
@option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="travel_report",
)
@lang_option
@speaks
def travel(
    region: str, output: Path, method: str | None, roads: Path | None, no_cache: bool, report: Path | None, lang: str
) -> int:
    """Write the travel-time table of a region, and report suspicious cells."""
    from planner.bundled import find_region
    from planner.travel_table import write_tables

    # a road file on the command line is meant to be used, whatever plan.toml says
    settings = {"method": method or ("roads" if roads else None), "roads": roads}
    write_tables(find_region(region), output, settings, report, lang, complain, cache=not no_cache)
    return OK


@main.command()
@region_argument
@output_option("plan_output", file_okay=False)
@solver_options
@scheduler_option("plan_scheduler")
@option("--budget", type=click.FloatRange(min=0), metavar="YUAN", help="plan_budget")
@option("--no-report", is_flag=True, help="no_report")
@option(
    "--groups",
    type=click.Choice(["fixed", "free", "none"]),
    default="fixed",
    help="plan_groups",
)
@option("--price", is_flag=True, help="plan_price")
@option(
    "--move",
    multiple=True,
    metavar="SITE=GROUP",
    help="plan_move",
)
@option(
    "--keep",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="plan_keep",
)
@lang_option
@speaks
def plan(region: str, output: Path, lang: str, no_report: bool, keep: Path | None, **values: Any) -> int:
    """Make one linked plan and save it as a plan folder."""
    from models.errors import CrewError
    from planner.bundled import find_region
    from planner.grouping.apply import Borders, NoGroupsError, UngroupedError
    from planner.grouping.price_page import price_lines
    from planner.opening import AuditFailedError
    from planner.plan import InfeasibleError, LocksClashError, NoPlanError, make_plan
    from planner.progress import Progress
    from planner.spread import spread_over

    overrides = {"solver": solver_settings(values), "budget": {"yuan_per_year": values["budget"]}}
    progress = Progress(lang, values["time_limit"])
    before = _written(output)
    try:
        borders = Borders(values["groups"], values["price"] or bool(values["move"]), values["move"])
        found = find_region(region)
        with spread_over(values["scheduler"], progress):
            saved = make_plan(found, output, progress, overrides, not no_report, asked_language(), keep, borders)
    except (InfeasibleError, NoGroupsError) as error:
        grouped = isinstance(error, NoGroupsError)
        say_clashes(error.clashes, lang, "groups_infeasible" if grouped else "infeasible")
        return INFEASIBLE
    except LocksClashError as error:
        say_findings(error.findings, lang, err=True)
        complain(say("nothing_written", lang))
        return INFEASIBLE
    except (NoPlanError, UngroupedError) as error:
        complain(say("no_plan" if isinstance(error, NoPlanError) else "no_groups", lang))
        return NO_PLAN
    except AuditFailedError as error:
        say_audit(error.audit, lang)
        complain(say("audit_refused", lang, path=error.folder))
        return AUDIT
    except KeyboardInterrupt:
        progress.done()
        complain(say("interrupted", lang))
        complain(say(_kept(output, before), lang, path=output))
        return NO_PLAN
    except CrewError:
        progress.done()
        complain(say(_kept(output, before), lang, path=output))
        raise
    finally:
        progress.done()
    _say_plan(saved, lang, report=not no_report)
    for line in price_lines(saved, lang):
        click.echo("  " + line)
    return OK


@main.command()
@plan_argument
@option(
    "--workbook",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="audit_workbook",
)
@lang_option
@speaks
def audit(plan: Path, workbook: Path | None, lang: str) -> int:
    """Check every rule of a saved plan again, from its tables, without the model."""
    from planner.audit import audit_plan
    from planner.folder import read_plan
    from planner.opening import all_hold

    read_plan(plan)
    if workbook is not None:
        return _audit_workbook(plan, workbook, lang)
    table = audit_plan(plan)
    say_audit(table, lang)
    return OK if all_hold(table) else AUDIT


@main.command()
@plan_argument
@option("--open", "show", is_flag=True, help="report_open")
@lang_option
@speaks
def report(plan: Path, show: bool, lang: str) -> int:
    """Rewrite report, workbook, map and calendars of a saved plan, without solving."""
    from planner.opening import AuditFailedError
    from planner.plan import rewrite_report
    from planner.progress import Progress

    try:
        rewrite_report(plan, asked_language(), Progress(lang).part)
    except AuditFailedError as error:
        say_audit(error.audit, lang)
        complain(say("audit_refused", lang, path=error.folder))
        return AUDIT
    page = plan / "report.html"
    click.echo(say("report_at", lang, path=page))
    if show:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return OK


def _written(plan: Path) -> int | None:
    """When a plan folder was written; None where there is none."""
    try:
        return (plan / "plan.json").stat().st_mtime_ns
    except OSError:
        return None


def _kept(plan: Path, before: int | None) -> str:
    """Key of the message of what an interrupted run leaves at `plan`, written `before` it began."""
    now = _written(plan)
    return "nothing_written" if now is None else "kept_older" if now == before else "kept_plan"


def _audit_workbook(plan: Path, workbook: Path, lang: str) -> int:
    from planner.edited_audit import audit_workbook

    told, judged = audit_workbook(plan, workbook, lang)
    for line in told:
        click.echo(line)
    if judged is None:
        return PROBLEMS
    return OK if judged.holds else AUDIT


def _say_plan(saved: Any, lang: str, report: bool) -> None:
    """The aims with their proved gap, the audit, and where the report is."""
    from planner.aim_views import aim_lines

    stopped = say(f"stopped_{saved.info['stopped_by']}", lang)
    click.echo(say("plan_found", lang, seconds=saved.info["seconds"], stopped=stopped))
    for line in aim_lines(saved, lang):
        click.echo("  " + line)
    if saved.info.get("roster", {}).get("stopped_by") == "user":
        complain(say("dating_stopped", lang, clinics=amount(saved.table("unheld")["sessions"].astype(float).sum())))
    say_audit(saved.table("audit"), lang)
    click.echo(say("report_at", lang, path=saved.path / "report.html") if report else str(saved.path))


main.add_command(frontier)
main.add_command(group)
main.add_command(network)
main.add_command(whatif)
