"""What `--help` says: messages of the context `help`, by a command's name and the key that stands as an option's help.

Nothing is read before help is asked for. Lines break where letters are two columns wide as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

from planner.aligned import width
from planner.catalogue import texts
from planner.text import language

WORDS = texts("help")
#: Most columns of the names of options before their sentence begins on a line of its own.
MOST_NAME = 30
#: What a line may break after: blanks, square brackets, a word, a wide letter with the marks that stay with it.
_PIECES = re.compile(r"\s+|\[[^]]*\]|[（“]*[\u2e80-\u9fff][，。：；、）”]*|[^\s\u2e80-\u9fff（“]+|.")


def spoken(context: click.Context | None) -> str:
    """The language of a command's help: of a `--lang` before it, else as `planner.text.language` finds it."""
    asked = None if context is None else context.params.get("lang")
    # what was not given is no text while a wrong command is told of
    return language(asked if isinstance(asked, str) else None)


def wrapped(text: str, columns: int) -> list[str]:
    """The lines of a text, each of `columns` columns at most where its pieces allow."""
    lines, line = list[str](), ""
    for piece in _PIECES.findall(text):
        if line and width((line + piece).rstrip()) > columns:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


class Formatter(click.HelpFormatter):
    """Headings in one language, and lines that fit."""

    def __init__(self, lang: str, **sizes: Any) -> None:
        super().__init__(**sizes)
        self.lang = lang

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, WORDS.text("usage", self.lang))

    def write_heading(self, heading: str) -> None:
        said = WORDS.find(heading.lower(), self.lang) or f"{heading}:"
        self.write(f"{' ' * self.current_indent}{said}\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        self.write("".join(f"{indent}{line}\n" for line in wrapped(text, self.width - self.current_indent)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = MOST_NAME, col_spacing: int = 2) -> None:
        rows = list(rows)
        at = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        indent, rest = " " * self.current_indent, " " * (self.current_indent + at)
        for name, told in rows:
            lines = wrapped(told, self.width - len(rest))
            if len(name) > at - col_spacing:
                lines.insert(0, "")
            first = f"{indent}{name:<{at}}{lines[0]}".rstrip()
            self.write("".join(f"{line}\n" for line in (first, *(f"{rest}{line}" for line in lines[1:]))))


class HelpContext(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        return Formatter(spoken(self), width=self.terminal_width, max_width=self.max_content_width)


class SaidOption(click.Option):
    """An option whose `help` is the key of a message."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record, key, lang = super().get_help_record(ctx), str(self.help), spoken(ctx)
        if record is None:
            return None
        more = record[1].removeprefix(key).replace("required", WORDS.text("required", lang))
        return record[0], WORDS.text(key, lang) + more


class SaidCommand(click.Command):
    """A command whose help is the message of its name."""

    context_class = HelpContext

    @property
    def key(self) -> str:
        return str(self.name)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(WORDS.text(self.key, spoken(ctx)))

    def get_short_help_str(self, limit: int = 0) -> str:
        """The whole sentence, whatever the limit: lines are broken, not cut."""
        return WORDS.text(self.key, spoken(click.get_current_context(silent=True)))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = WORDS.text("show_help", spoken(ctx))
        return option


class SaidGroup(SaidCommand, click.Group):
    """The program: its commands speak as it does."""

    command_class = SaidCommand

    @property
    def key(self) -> str:
        return "alliance"
