"""Identifiers that lead nowhere.

References are identifiers; the reader has put them in place of the names that it knows, so what is
left here is known under no identifier and no name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from geodata.catalogue import Texts
from geodata.checks_view import Check, Row, Say, View, known_columns
from geodata.problems import Problem
from geodata.region import split_list
from geodata.schema import TABLES, load_schema
from geodata.sentences import joined

SAID = Texts("checks_references", "geodata", "checks")


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
    what = SAID.both(f"row.{target}")
    return view.problem(
        row,
        column,
        SAID.both("missing_table.expected", target=target, what=what),
        SAID.both("missing_table.cure", target=target, what=what),
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
        what = joined((SAID.both(f"row.{table}") for table in tables), "or")
        self.expected: Say = SAID.both("known.expected", tables=self.tables, what=what)
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
            return SAID.both("known.cure_near", near=meant)
        return SAID.both("known.cure", tables=self.tables)


def unknown_groups(view: View) -> Check:
    """Groups named in memberships and locks are groups of some institution."""
    groups = set(view.texts("institutions", "group")) - {""}
    for table in ("memberships", "locks"):
        for row in view.rows(table):
            group = row["group"]
            if group and group not in groups:
                near = get_close_matches(group, sorted(groups), 1, 0.6)
                hint = SAID.both("near_group", near=near[0]) if near else ""
                yield view.problem(
                    row,
                    "group",
                    SAID.both("unknown_groups.expected"),
                    SAID.both("unknown_groups.cure", hint=hint),
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
                hint = SAID.both("near_equipment", near=near[0]) if near else ""
                yield view.problem(
                    row,
                    "equipment",
                    SAID.both("unknown_equipment.expected"),
                    SAID.both("unknown_equipment.cure", item=item, hint=hint),
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
                SAID.both("shared_identifiers.expected"),
                SAID.both("shared_identifiers.cure", row=label),
            )
    for table in ("institutions", "communities"):
        for row in view.rows(table):
            if row["id"] in ("outside", "all"):
                yield view.problem(
                    row,
                    "id",
                    SAID.both("reserved.expected"),
                    SAID.both("reserved.cure"),
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
        SAID.both("unknown_source.expected"),
        SAID.both("unknown_source.cure_near", near=near[0]) if near else SAID.both("unknown_source.cure"),
        severity="warning",
    )


CHECKS = (
    unknown_references,
    unknown_groups,
    unknown_equipment,
    shared_identifiers,
    unknown_sources,
)
