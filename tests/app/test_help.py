"""What `--help` says, in both languages."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from planner.aligned import width
from planner.catalogue import texts
from planner.cli import main
from planner.commands.help import SaidGroup, SaidOption, wrapped

WORDS = texts("help")
CHINESE = re.compile("[\u4e00-\u9fff]")


def said(lang: str, *command: str) -> str:
    found = CliRunner().invoke(main, [*command, "--help"], env={"ALLIANCE_LANG": lang}, terminal_width=80)
    assert found.exit_code == 0, found.output
    return found.output


@pytest.mark.parametrize("command", ["", *sorted(main.commands)])
def test_help_is_in_the_language(command: str) -> None:
    """Chinese help has no English sentence, English help no Chinese; no line is wider than the terminal."""
    zh, en = (said(lang, *command.split()) for lang in ("zh", "en"))
    assert WORDS.text(command or "alliance", "zh") in zh.replace("\n  ", "") and "用法：" in zh
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{3,}", zh), zh
    assert not CHINESE.search(en) and "Show this message and exit." in en
    assert max(map(width, (*zh.splitlines(), *en.splitlines()))) <= 80


def test_the_language_of_a_command_is_that_of_its_option() -> None:
    """`--lang zh --help` is Chinese whatever the system speaks."""
    assert (
        "每年预算" in CliRunner().invoke(main, ["plan", "--lang", "zh", "--help"], env={"ALLIANCE_LANG": "en"}).output
    )


def test_wrong_usage_shows_how_in_the_language() -> None:
    """An option that is missing: exit code 2, and the usage line as help has it."""
    found = CliRunner().invoke(main, ["plan", "somewhere"], env={"ALLIANCE_LANG": "zh"})
    assert found.exit_code == 2 and found.output.startswith("用法：")


def test_every_option_has_its_message_and_none_is_idle() -> None:
    """Keys of commands and options are messages, and the other way round."""
    commands = [main, *main.commands.values()]
    options = [one for command in commands for one in command.params if isinstance(one, click.Option)]
    assert all(isinstance(one, SaidOption) for one in options)
    named = {"alliance" if isinstance(one, SaidGroup) else str(one.name) for one in commands}
    used = named | {str(one.help) for one in options}
    assert used | {"usage", "options", "commands", "required", "show_help"} == set(WORDS)


def test_lines_break_between_wide_letters() -> None:
    """Chinese breaks anywhere but before a mark or after an opening one; words of other letters stay whole."""
    assert wrapped("方案文件夹；已有的", 10) == ["方案文件", "夹；已有的"]
    assert wrapped("改用 .osm.pbf（大）", 12) == ["改用", ".osm.pbf", "（大）"]
    assert wrapped("one word here", 8) == ["one word", "here"]
    assert wrapped("", 8) == [""]
