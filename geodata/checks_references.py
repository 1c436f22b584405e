"""Identifiers that lead nowhere.

References are identifiers; the reader has put them in place of the names that it knows, so what is
left here is known under no identifier and no name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from geodata.checks_view import Check, Row, Say, View, known_columns
from geodata.problems import Problem
from geodata.region import split_list
from geodata.schema import TABLES, load_schema

#: What a row of a table is called.
NAMES: Mapping[str, Say] = {
    "institutions": ("机构", "institution"),
    "communities": ("社区", "community"),
    "specialties": ("专业", "specialty"),
    "services": ("共享服务", "service"),
    "doctors": ("医生", "doctor"),
}


def unknown_references(view: View) -> Check:
    """Every cell that names a row of another table (by the schema) names one that exists."""
    for table in TABLES:
        for column in load_schema(table):
            targets = tuple(name.removesuffix(".id") for name in column.references if name.endswith(".id"))
            used = [(at, text) for at, text in enumerate(view.texts(table, column.name)) if text] if targets else []
            if not used:
                continue
            directory = _Directory(view, targets)
            if not directory.known:
                yield _missing_table(view, view.row(table, used[0][0]), column.name, targets[0])
                continue
            allowed = directory.known.union(column.references)
            for at, text in used:
                for part in split_list(text) if column.type == "list" else (text,):
                    if part not in allowed:
                        row = view.row(table, at)
                        yield view.problem(row, column.name, directory.expected, directory.cure(part), value=part)


def _missing_table(view: View, row: Row, column: str, target: str) -> Problem:
    zh, en = NAMES[target]
    return view.problem(
        row,
        column,
        (f"另有 {target} 表列出各{zh}", f"a table {target} that lists each {en}"),
        (f"增加 {target} 表，每个{zh}一行，至少填写 id", f"add a table {target} with one row and an id for each {en}"),
        # specialties without a table get every default; the rest cannot be made up
        severity="warning" if target == "specialties" else "error",
    )


class _Directory:
    """Finds what the user may have meant by an unknown identifier; each one is looked up once."""

    def __init__(self, view: View, tables: tuple[str, ...]) -> None:
        self.tables = " / ".join(tables)
        self.known = set().union(*(view.ids(table) for table in tables))
        self.by_name: dict[str, list[Row]] = defaultdict(list)
        for row in (row for table in tables for row in view.rows(table) if row["name"]):
            self.by_name[row["name"]].append(row)
        zh = "或".join(NAMES[table][0] for table in tables)
        en = " or ".join(NAMES[table][1] for table in tables)
        self.expected: Say = (f"{self.tables} 表中已有的{zh}编号", f"an id of {en} that stands in table {self.tables}")
        self.found: dict[str, Say] = {}

    def cure(self, text: str) -> Say:
        if text not in self.found:
            self.found[text] = self._cure(text)
        return self.found[text]

    def _cure(self, text: str) -> Say:
        near = get_close_matches(text, sorted(self.known), 1, 0.75) or get_close_matches(
            text, list(self.by_name), 1, 0.6
        )
        if near:
            rows = self.by_name.get(near[0])
            meant = f"{rows[0]['id']}({near[0]})" if rows else near[0]
            return f"是否应为 {meant}？改正编号，或补上该行", f"did you mean {meant}? Correct it, or add the row"
        return (
            f"改正编号，或在 {self.tables} 表中增加该行",
            f"correct the id, or add a row for it to table {self.tables}",
        )


def unknown_groups(view: View) -> Check:
    """Groups named in memberships and locks are groups of some institution."""
    groups = set(view.texts("institutions", "group")) - {""}
    for table in ("memberships", "locks"):
        for row in view.rows(table):
            group = row["group"]
            if group and group not in groups:
                near = get_close_matches(group, sorted(groups), 1, 0.6)
                hint = (f"是否应为 {near[0]}？", f"did you mean {near[0]}? ") if near else ("", "")
                yield view.problem(
                    row,
                    "group",
                    ("institutions 表 group 列中已有的集团", "a group that stands in column group of institutions"),
                    (f"{hint[0]}改正集团名，或在 institutions 表中登记", f"{hint[1]}correct it, or enter it there"),
                )


def unknown_equipment(view: View) -> Check:
    """Equipment that a specialty needs stands in table equipment under the same name."""
    items = set(view.texts("equipment", "item")) - {""}
    if not items:
        return
    for row in view.rows("specialties"):
        for item in row.list("equipment"):
            if item not in items:
                near = get_close_matches(item, sorted(items), 1, 0.6)
                meant = (f"，是否应为 {near[0]}", f"; did you mean {near[0]}?") if near else ("", "")
                yield view.problem(
                    row,
                    "equipment",
                    ("equipment 表中至少一处有此设备", "an item that some institution has in table equipment"),
                    (
                        f"没有任何机构有「{item}」，该专业将无处可坐诊{meant[0]}",
                        f"no institution has it, so no clinic could be held: add it or correct the name{meant[1]}",
                    ),
                    value=item,
                )


def shared_identifiers(view: View) -> Check:
    """A community does not have the id of an institution, and nothing is called `outside`."""
    institutions = view.by_id("institutions")
    for row in view.rows("communities"):
        if row["id"] in institutions:
            label = view.label("institutions", institutions[row["id"]].at)
            yield view.problem(
                row,
                "id",
                ("社区编号与机构编号不同", "an id that no institution has"),
                (
                    f"institutions 第 {label} 行已用此编号：给社区加前缀",
                    f"row {label} of institutions has it: prefix yours",
                ),
            )
    for table in ("institutions", "communities"):
        for row in view.rows(table):
            if row["id"] in ("outside", "all"):
                yield view.problem(
                    row,
                    "id",
                    ("不用保留字 outside、all", "not one of the reserved words outside and all"),
                    ("换一个编号", "choose another id"),
                )


def unknown_sources(view: View) -> Check:
    """A remark on where figures come from is about a table and column that there are."""
    for row in view.rows("sources"):
        table, column = row["table"], row["column"]
        if table and table not in TABLES:
            yield _unknown_source(view, row, "table", TABLES)
        elif table and column and column not in known_columns(table) | _given(view, table):
            yield _unknown_source(view, row, "column", known_columns(table))


def _given(view: View, table: str) -> set[str]:
    frame = view.region.tables.get(table)
    return set() if frame is None else {str(name) for name in frame.columns}


def _unknown_source(view: View, row: Row, column: str, known: Iterable[str]) -> Problem:
    near = get_close_matches(row[column], list(known), 1, 0.5)
    return view.problem(
        row,
        column,
        ("已有的表名和列名", "the name of a table and of one of its columns"),
        (f"改为 {near[0]}" if near else "改正名称", f"write {near[0]}" if near else "correct the name"),
        severity="warning",
    )


CHECKS = (
    unknown_references,
    unknown_groups,
    unknown_equipment,
    shared_identifiers,
    unknown_sources,
)
