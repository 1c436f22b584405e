"""The command `alliance travel`: the table, the report of suspicious cells, and what is said of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from planner.inputs import read_inputs
from planner.text import say
from planner.travel_words import how_made, odd_lines


def write_tables(
    region: Path,
    output: Path,
    settings: Mapping[str, Any],
    report: Path | None,
    lang: str,
    tell: Callable[[str], None],
    cache: bool = True,
) -> None:
    """Write the travel table of a region to `output`, and what is suspicious in it to `report`.

    settings: of [travel], where they win over plan.toml; None values do not. report: None for
    `<output stem>.suspicious.csv` beside it, written where something is suspicious (an older one is
    emptied). tell: hears every line.

    Raises:
        planner.inputs.InputError: the input has problems; nothing is written.
        geodata.errors.GeodataError: the region or the road file cannot be read.
        planner.folder.FolderError: a file may not be written.
    """
    from geodata.travel_cache import without_cache
    from geodata.travel_file import write_report, write_travel
    from geodata.travel_report import suspicious
    from planner.folder import FolderError
    from planner.opening import travel_made

    def stage(key: str, **values: object) -> None:
        tell(say(key, lang, **values))

    with without_cache(not cache):
        inputs = read_inputs(region, settings, stage)
        config, _ = inputs.settled()
        made = travel_made(inputs, config)
    odd = suspicious(inputs.region, made, allow_zero=config.travel.allow_zero)
    beside = report or output.with_name(f"{output.stem}.suspicious.csv")
    try:
        write_travel(output, made.table)
        if len(odd) or report is not None or beside.exists():
            write_report(beside, odd)
    except OSError as error:
        raise FolderError("not_writable", path=error.filename or output, why=error.strerror or str(error)) from None
    for line in how_made(made, lang):
        tell(line)
    for problem in made.problems:
        if problem.table not in ("institutions", "communities"):  # places are in the report
            tell(problem.sentence(lang))
    for line in odd_lines(odd, beside, lang):
        tell(line)
    tell(say("written", lang, path=output))
