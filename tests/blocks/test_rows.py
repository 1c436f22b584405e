"""Row families and ordinary Pyomo constraints are two ways of writing one matrix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn import generate_standard_repn
from support.blocks import NAMES, alone, rich_instance
from support.changes import two_quarters, with_rule
from support.tiny import tiny_instance

from models.assemble import Model, assemble, compile_sheet
from models.instance import Instance
from models.matrix import Matrix
from models.rows import INF, Columns, Rows, Sheet, print_rows
from models.rules import RULES

Row = tuple[float, float, tuple[tuple[int, float], ...]]


def _rows_of_matrix(matrix: Matrix) -> list[Row]:
    """Each row as (lower, upper, ((column, coefficient), ...)), empty rows and zeros left out."""
    A, found = matrix.A.tocsr(), []
    for row in range(matrix.rows):
        part = slice(A.indptr[row], A.indptr[row + 1])
        terms = zip(A.indices[part].tolist(), A.data[part].tolist(), strict=True)
        found.append(_row(matrix.row_lower[row], matrix.row_upper[row], dict(terms)))
    return sorted(row for row in found if row[2])


def _row(lower: float, upper: float, terms: dict[int, float]) -> Row:
    kept = tuple(sorted((col, round(coef, 9)) for col, coef in terms.items() if abs(coef) > 1e-12))
    return (round(float(lower), 9), round(float(upper), 9), kept)


def _rows_of_pyomo(model: Model) -> list[Row]:
    """Each printed or adopted constraint in the same form, by Pyomo's own standard form."""
    print_rows(model.pyomo, model.sheet)
    flat = [columns.var[key] for columns in model.sheet.columns for key in columns.keys]
    number = {id(var): at for at, var in enumerate(flat)}
    found = []
    for data in model.pyomo.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        repn = generate_standard_repn(data.body, compute_values=True)
        assert repn.is_linear()
        terms: dict[int, float] = {}
        for var, coef in zip(repn.linear_vars, repn.linear_coefs, strict=True):
            terms[number[id(var)]] = terms.get(number[id(var)], 0.0) + coef
        lower = -np.inf if data.lower is None else pyo.value(data.lower) - repn.constant
        upper = np.inf if data.upper is None else pyo.value(data.upper) - repn.constant
        found.append(_row(lower, upper, terms))
    return sorted(row for row in found if row[2])


def _compare(model: Model) -> None:
    matrix = model.matrix
    assert _rows_of_pyomo(model) == _rows_of_matrix(matrix)
    variables = list(model.pyomo.component_data_objects(pyo.Var, descend_into=True))
    flat = [columns.var[key] for columns in model.sheet.columns for key in columns.keys]
    assert {id(var) for var in variables} == {id(var) for var in flat} and len(flat) == matrix.cols
    for at, var in enumerate(flat):
        low, high = (-np.inf if var.lb is None else var.lb), (np.inf if var.ub is None else var.ub)
        assert (low, high, var.is_integer()) == (matrix.lower[at], matrix.upper[at], matrix.integer[at])


def _soft() -> Instance:
    """Every rule that may be soft is soft."""
    x = rich_instance()
    for rule in RULES.values():
        x = with_rule(x, rule.id, "soft" if rule.kind != "structure" else "hard", 2.0)
    return x


WHOLE: dict[str, Callable[[], Model]] = {
    "tiny": lambda: assemble(tiny_instance()),
    "rich": lambda: assemble(rich_instance()),
    "rich, two quarters": lambda: assemble(two_quarters(rich_instance())),
    "two groups": lambda: assemble(tiny_instance(groups=2)),
    "everything soft": lambda: assemble(_soft()),
    "explained": lambda: assemble(rich_instance(), explain=True),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_models_are_the_same_both_ways(name: str) -> None:
    """Rows, bounds and coefficients of the matrix are those of the printed constraints, and the other way round."""
    _compare(WHOLE[name]())


@pytest.mark.parametrize("block", NAMES)
def test_blocks_alone_are_the_same_both_ways(block: str) -> None:
    """Each block on its own compiles to what it prints."""
    _compare(alone(rich_instance(), block))


def _sheet() -> tuple[pyo.ConcreteModel, Sheet, Columns]:
    model, sheet = pyo.ConcreteModel(), Sheet()
    model.part = pyo.Block()
    x = Columns(
        sheet,
        model.part,
        "x",
        [("a", 0), ("b", 1)],
        doc="x",
        unit="1",
        lower=[0.0, -2.0],
        upper=[INF, 5.0],
        integer=True,
    )
    return model, sheet, x


def test_rows_and_chunks_and_repeated_terms_add_up() -> None:
    """A row written term by term, by arrays, and twice on one column."""
    _, sheet, x = _sheet()
    family = Rows(sheet, "part", "limit", doc="d", rule="room", unit="1")
    family.row(("one",), [(x, ("a", 0), 1.0), (x, ("a", 0), 2.0)], upper=4.0)
    more = family.rows([("two",), ("three",)], lower=np.array([1.0, 2.0]))
    family.add(more, x, np.array([1, 0]), np.array([5.0, 7.0]))
    matrix = compile_sheet(sheet)
    assert matrix.A.toarray().tolist() == [[3.0, 0.0], [0.0, 5.0], [7.0, 0.0]]
    assert matrix.row_lower.tolist() == [-INF, 1.0, 2.0] and matrix.row_upper.tolist() == [4.0, INF, INF]
    assert matrix.row_rules.tolist() == ["room"] * 3 and list(matrix.row_subjects) == ["one", "two", "three"]
    assert (matrix.lower.tolist(), matrix.upper.tolist(), matrix.integer.tolist()) == (
        [0.0, -2.0],
        [INF, 5.0],
        [True] * 2,
    )
    assert matrix.column_name(1) == "part.x[b,1]"


def test_a_family_without_a_rule_is_named_by_its_block() -> None:
    """Rows that are no rule are named after what they are."""
    _, sheet, x = _sheet()
    Rows(sheet, "part", "helper", doc="d").row((), [(x, ("a", 0), 1.0)], upper=4.0)
    assert compile_sheet(sheet).row_rules.tolist() == ["part.helper"]


def test_rows_of_one_subject_are_printed_apart() -> None:
    """Two rows about the same subject are two constraints."""
    model, sheet, x = _sheet()
    family = Rows(sheet, "part", "limit", doc="d")
    for coef in (1.0, 2.0):
        family.row(("same",), [(x, ("a", 0), coef)], upper=4.0)
    print_rows(model, sheet)
    assert len(model.part_limit) == 2


def test_a_row_without_columns_prints_as_true_or_false() -> None:
    """Nothing is at most 4, and never at least 4."""
    model, sheet, _ = _sheet()
    Rows(sheet, "part", "true", doc="d").row((), [], upper=4.0)
    print_rows(model, sheet)
    assert all(data.slack() >= 0 for data in model.part_true.values())
    Rows(sheet, "part", "wrong", doc="d").row((), [], lower=4.0)
    print_rows(model, sheet, lambda family: family.name == "wrong")
    assert all(data.slack() < 0 for data in model.part_wrong.values())


def test_a_family_is_found_by_name_or_not() -> None:
    """Asking for an unknown family is an error, not an empty one."""
    _, sheet, _ = _sheet()
    with pytest.raises(KeyError):
        sheet.family("nothing")
