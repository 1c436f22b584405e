"""Arguments and options that several commands share, and how failures become exit codes."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from planner.commands.help import SaidOption
from planner.text import MARKS, language, pick, say

F = TypeVar("F", bound=Callable[..., Any])

#: Exit codes of design section 2.
OK, PROBLEMS, USAGE, INFEASIBLE, NO_PLAN, AUDIT = range(6)

region_argument = click.argument("region", metavar="REGION")
plan_argument = click.argument("plan", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="PLAN")
#: An option whose `help` is the key of a message of the context `help`.
option = functools.partial(click.option, cls=SaidOption)
# eager: so that `--lang zh --help` speaks Chinese
lang_option = option("--lang", type=click.Choice(["zh", "en"]), is_eager=True, help="lang")


def output_option(what: str, **kind: Any) -> Callable[[F], F]:
    """`-o PATH`, required; `what` is the key of its help."""
    return option("-o", "--output", required=True, type=click.Path(path_type=Path, **kind), metavar="PATH", help=what)


def solver_options(command: F) -> F:
    """How long and how exactly to solve."""
    for add in (
        option("--seed", type=click.IntRange(min=0), help="seed"),
        option("--gap", type=click.FloatRange(0, 1), metavar="SHARE", help="gap"),
        option("--time-limit", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="time_limit"),
    ):
        command = add(command)
    return command


def scheduler_option(what: str) -> Callable[[F], F]:
    """`--scheduler`; `what` is the key of its help."""
    return option("--scheduler", default="", metavar="local|ADDRESS", help=what)


def speaks(command: Callable[..., int | None]) -> Callable[..., None]:
    """Wrap a command: settle its language, turn known failures into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: Any, lang: str | None = None, **values: Any) -> None:
        tongue = language(lang)
        try:
            code = command(*args, lang=tongue, **values)
        except KeyboardInterrupt:
            complain(say("interrupted", tongue))
            code = NO_PLAN
        except Exception as error:
            code = _explain(error, tongue)
            if code is None:
                raise
        sys.exit(code or OK)

    return run


def asked_language() -> str | None:
    """The language that `--lang` of the running command names; None where it was not given."""
    asked = click.get_current_context().params.get("lang")
    return None if asked is None else str(asked)


def complain(text: str) -> None:
    """A message to standard error."""
    click.echo(text, err=True)


def _explain(error: Exception, lang: str) -> int | None:
    """Say a known failure and return its exit code; None for one that is not ours."""
    from models.errors import CrewError
    from planner.bundled import UnknownRegion
    from planner.config import ConfigError
    from planner.folder import FolderError

    if isinstance(error, UnknownRegion):
        known = ", ".join(error.known) or say("no_bundled", lang)
        complain(say("unknown_region", lang, name=error.name, known=known))
        return USAGE
    if isinstance(error, FolderError):
        complain(say(error.key, lang, **error.values))
        return USAGE
    if isinstance(error, CrewError):
        complain(say(f"scheduler_{error.reason}", lang, address=error.address, detail=error.detail))
        return NO_PLAN if error.reason.startswith("lost") else USAGE
    if isinstance(error, ConfigError):
        for fault in error.faults:
            complain(fault.sentence(lang))
        return PROBLEMS
    return _explain_input(error, lang)


def _explain_input(error: Exception, lang: str) -> int | None:
    from geodata.errors import GeodataError
    from planner.calendar import CalendarError
    from planner.edited_names import NoRosterError
    from planner.inputs import InputError
    from planner.papers.month_form import FormError

    if isinstance(error, GeodataError):
        complain(error.sentence(lang))
        return PROBLEMS
    if isinstance(error, CalendarError | NoRosterError | FormError):
        complain(pick((error.zh, error.en), lang))
        return PROBLEMS
    if isinstance(error, InputError):
        say_findings(error.findings, lang, err=True)
        complain(say("nothing_written", lang))
        return PROBLEMS
    return None


def say_findings(findings: list[Any], lang: str, err: bool = False) -> None:
    """List problems, errors first, and count them."""
    for finding in sorted(findings, key=lambda one: one.severity != "error"):
        said = MARKS.say("labelled", lang, label=say(finding.severity, lang), text=finding.sentence(lang))
        click.echo(said, err=err)
    errors = sum(one.severity == "error" for one in findings)
    if findings:
        counts = (("error_count", errors), ("warning_count", len(findings) - errors))
        told = {key: say(key, lang, n=n) for key, n in counts}
        click.echo(say("problems", lang, **told), err=err)
