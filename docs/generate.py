"""Writes the pages of the documentation that are made from the code: `python docs/generate.py`.

    commands.md            from the command line's own help
    settings.md            from the dataclasses of plan.toml
    data-format.md         from geodata/schema
    rules.md               from models/rules.py and its sentences
    network-measures.md    from planner/network/words.py
    formulation/*.md       from the docstrings of the blocks

`tests/test_docs.py` fails when a page is not what this would write.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/generate.py from the code; do not edit. -->\n\n"
BLOCKS = ("shared_centres", "postings", "sessions", "referrals", "grouping")
#: Sections of a block's docstring whose first paragraph is a table aligned by spaces.
ALIGNED = ("Index sets", "Data", "Decisions", "What it adds")
KINDS = {
    "hard": "必须 hard",
    "floor": "底线 floor",
    "structure": "核算 structure",
    "filter": "筛选 filter",
}


def pages() -> dict[str, str]:
    """Every generated page: path under `docs/` -> text."""
    made = {
        "commands.md": commands(),
        "settings.md": settings(),
        "network-measures.md": network_measures(),
        "data-format.md": data_format(),
        "rules.md": rules(),
    }
    made |= {f"formulation/{block}.md": formulation(block) for block in BLOCKS}
    return {path: MADE + text.rstrip() + "\n" for path, text in made.items()}


def network_measures() -> str:
    """What each measure of the referral network is."""
    from planner.network.words import MEASURES

    lines = [
        "# Measures of the referral network 转诊网络指标",
        "",
        "| measure | 名称 · name | unit | 定义 · definition |",
    ]
    lines.append("|---|---|---|---|")
    for name, one in MEASURES.items():
        lines.append(f"| `{name}` | {' · '.join(one.name)} | {one.unit} | {' · '.join(one.meaning)} |")
    return MADE + "\n".join(lines) + "\n"


def commands() -> str:
    """The help of every command as it is printed."""
    from planner.cli import main

    parts = [
        "# Commands 命令\n",
        "Data go to standard output, messages and progress to standard error. Exit codes: 0 a plan was found, or the "
        "check is clean; 1 the input has problems; 2 wrong usage; 3 no plan exists; 4 stopped without a plan; "
        "5 the audit found a broken rule.\n",
        "退出码：0 得到方案或检查通过；1 数据有问题；2 用法错误；3 无可行方案；4 未得到方案即中止；"
        "5 核查发现违反规则。\n",
    ]
    for name, command in [("", main), *sorted(main.commands.items())]:
        parts.append(f"## `{f'alliance {name}'.strip()}`\n")
        for lang in ("en", "zh"):
            context = command.context_class(
                command, info_name=f"alliance {name}".strip(), max_content_width=100, terminal_width=100
            )
            context.help_option_names = ["-h", "--help"]
            context.params["lang"] = lang
            with context.scope(cleanup=False):
                parts.append(f"```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Every key of plan.toml with unit, default, range and meaning."""
    from planner.config import Config, section_types

    plain = Config().to_dict()
    parts = [
        "# Settings 设置：`plan.toml`\n",
        "Every key has a default; an empty file is a complete one. An unknown key is an error that names the nearest "
        "known key, and a command option wins over the file.\n",
        "每一项都有默认值，空文件即可使用；写错的项会提示最接近的正确名称；命令行选项优先于文件。\n",
    ]
    for name, kind in section_types().items():
        keys = dataclasses.fields(kind)
        parts.append(f"## `[{name}]`\n\n{(kind.__doc__ or '').strip()}\n")
        if keys:
            rows = [_setting(name, key.name, key.metadata, plain[name][key.name]) for key in keys]
            parts.append(_table(("key", "default", "unit", "range", "meaning", "含义"), rows))
    parts.append(
        '## `[rules]`\n\n`rule = "hard"`, `"off"` or `{ soft = weight }`, for the ids of [the rules](rules.md). '
        "An accounting identity (`structure`) cannot be switched off.\n\n"
        '```toml\n[rules]\nhome_cover = { soft = 2 }\nmax_minutes = "off"\n```\n'
    )
    return "\n".join(parts)


def _setting(section: str, name: str, about: Mapping[str, Any], default: object) -> tuple[str, ...]:
    from planner.config import meaning

    low, most, above = about["least"], about["most"], about["above"]
    span = "、".join(f"`{one}`" for one in about["choices"] if one)
    if above is not None:
        span = f"> {above:g}"
    elif low is not None:
        span = f"≥ {low:g}"
    if most is not None:
        span += f", ≤ {most:g}" if span else f"≤ {most:g}"
    later_en, later_zh = (" (no effect yet)", "（尚不起作用）") if about["later"] else ("", "")
    told = (meaning(section, name, "en") + later_en, meaning(section, name, "zh") + later_zh)
    return (f"`{name}`", _value(default), about["unit"], span, *told)


def _value(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float) and value.is_integer():
        return f"`{value:.0f}`"
    return f"`{value}`".replace("'", '"')


def data_format() -> str:
    """Every table and column that a region may have."""
    from geodata.schema import columns_of, tables

    parts = [
        "# Data format 数据格式\n",
        "A region is a folder of CSV files, an `.xlsx` workbook or a `.gpkg`, one file, sheet or layer per table. Only "
        "`institutions` is required; a decision is planned when its tables are there. `*` marks required columns, `+` "
        "columns of which at least one must be filled. Chinese headings are accepted beside the English ones. "
        "Further columns are kept and reported.\n",
        "区域数据可以是 CSV 文件夹、Excel 工作簿或 GeoPackage，每张表一个文件、工作表或图层；只有 `institutions` "
        "是必需的。`*` 为必填列，`+` 为至少填一列；中英文表头均可；其他列会保留并提示。\n",
    ]
    known = tables()
    parts.append(
        _table(
            ("table", "表", "meaning", "含义"),
            [
                (
                    f"[`{table.name}`](#{table.name})" + ("*" if table.required else ""),
                    table.sheet_zh,
                    table.meaning_en,
                    table.meaning_zh,
                )
                for table in known.values()
            ],
        )
    )
    for table in known.values():
        rows = [_column(column) for column in columns_of(table.name).values()]
        heading = ("column", "表头", "type", "unit", "default", "meaning", "含义")
        parts.append(f'<a id="{table.name}"></a>\n\n## `{table.name}` {table.sheet_zh}\n\n{_table(heading, rows)}')
    return "\n".join(parts)


def _column(column: Any) -> tuple[str, ...]:
    mark = "*" if column.required else "+" if column.either else ""
    kind = column.type
    if column.choices:
        kind += ": " + ", ".join(column.choices)
    if column.references:
        kind += " → " + ", ".join(column.references)
    default = f"`{column.default}`" if column.default else ""
    return (
        f"`{column.name}`{mark}",
        column.heading_zh,
        kind,
        column.unit,
        default,
        column.meaning_en,
        column.meaning_zh,
    )


def rules() -> str:
    """The catalogue of rules."""
    from models.rules import RULES
    from planner.catalogue import RULE_SENTENCES

    parts = [
        "# Rules 规则\n",
        "A rule has one id: the constraint in the model, the key in `[rules]` of `plan.toml`, the line in the audit, "
        "the word in an explanation. **hard** rules hold in every plan unless set otherwise; **floor** rules are "
        "promises whose shortfall is the first aim and is always reported; **filter** rules leave choices out; "
        "**structure** rules are accounting and cannot be switched off.\n",
        "每条规则只有一个编号：模型约束、`plan.toml` 设置、核查条目和解释用词都用它。\n",
    ]
    for block in dict.fromkeys(rule.block for rule in RULES.values()):
        mine = [rule for rule in RULES.values() if rule.block == block]
        rows = [(f"`{rule.id}`", KINDS[rule.kind], *reversed(RULE_SENTENCES[rule.id])) for rule in mine]
        parts.append(f"## {block}\n\n{_table(('rule', 'kind', 'meaning', '含义'), rows)}")
    return "\n".join(parts)


def formulation(block: str) -> str:
    """The docstring of a block as a page."""
    text = importlib.import_module(f"models.{block}").__doc__ or ""
    title, _, rest = text.partition("\n")
    return f"# {title.strip()}\n\n" + "\n\n".join(_sections(rest))


def _sections(text: str) -> Iterator[str]:
    """Headings, aligned tables as fixed text, constraints as a list, and plain paragraphs."""
    heading, first = "", True
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = paragraph.splitlines()
        if len(lines) > 1 and set(lines[1].strip()) == {"-"}:
            heading, first = lines[0].strip(), True
            yield f"## {heading}"
            lines = lines[2:]
        body = "\n".join(lines)
        if not body.strip():
            continue
        if first and heading.startswith(ALIGNED):
            yield f"```text\n{body}\n```"
        elif body.lstrip().startswith(".. math::"):
            yield "$$" + _latex(body.split("::", 1)[1].strip()) + "$$"
        elif heading.startswith("Constraints"):
            shown = [_readable(line) for line in lines]
            yield "\n".join(f"- {line}" if line.startswith("``") else f"  {line.strip()}" for line in shown)
        else:
            yield body
        first = False


def _readable(line: str) -> str:
    """A constraint that is told in passing: signs and sums as people write them, code left alone."""
    parts = re.split(r"(``.*?``|`.*?`)", line)
    for at in range(0, len(parts), 2):
        plain = parts[at].replace("<=", "≤").replace(">=", "≥")
        parts[at] = re.sub(r"\bsum_(?:\{([^}]*)\}|(\w))", lambda m: f"Σ<sub>{m[1] or m[2]}</sub>", plain)
    return "".join(parts)


def _latex(text: str) -> str:
    """Names of more than one letter are set as words; commands, texts and lists of indices stay as they are."""
    kept = r"\\text\{[^}]*\}|_\{[^}]*\}|\\[A-Za-z]+"
    return re.sub(rf"{kept}|[A-Za-z]{{2,}}", lambda m: m[0] if m[0][0] in "\\_" else rf"\mathrm{{{m[0]}}}", text)


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    clean = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in clean) + "\n"


def main() -> None:
    """Write every generated page."""
    for path, text in pages().items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(target.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
