"""`alliance network`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.commands.help import SaidCommand
from planner.options import OK, PROBLEMS, complain, lang_option, option, speaks
from planner.text import say


@click.command(cls=SaidCommand)
@click.argument("region", metavar="REGION|PLAN")
@option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="PATH",
    help="network_output",
)
@option(
    "--close",
    "closing",
    multiple=True,
    metavar="HOSPITAL",
    help="network_close",
)
@lang_option
@speaks
def network(region: str, output: Path | None, closing: tuple[str, ...], lang: str) -> int:
    """Analyse who refers to whom, as it is or as a plan makes it: ten sentences, tables, pictures."""
    from planner.folder import check_replaceable, check_writable
    from planner.network.files import SIGN, write_network
    from planner.network.run import NetworkError, network_of
    from planner.network.sentences import compared, remarks, sentences

    if output is not None:
        check_replaceable(output, SIGN)
        check_writable(output)
    try:
        found, ground = network_of(region, closing, lambda key, **values: complain(say(key, lang, **values)))
    except NetworkError as error:
        complain(error.sentence(lang))
        return PROBLEMS
    for line in remarks(found, lang):
        click.echo(line)
    for at, line in enumerate(sentences(found, lang), 1):
        click.echo(f"{at:>2}. {line}")
    published = compared(found, lang) if found.before is None else []
    if published:
        click.echo(say("network_published", lang))
    for line in published:
        click.echo(f"    {line}")
    if output is not None:
        write_network(found, output, lang, ground)
        click.echo(say("written", lang, path=output))
    return OK
