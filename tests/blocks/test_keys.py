"""Names that are made when read, and terms that come as arrays: the same as lists and single terms."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import pytest
from support.blocks import rich_instance
from support.changes import two_quarters, with_rule

from models.assemble import assemble
from models.instance import DateCut
from models.keys import Keys, Later, joined, picked
from models.rows import Columns, Rows, Sheet
from models.terms import Sum, Terms


def test_a_later_list_is_made_once_and_is_its_list() -> None:
    """Its length needs no item; reading makes it once; it compares, joins, picks and pickles as the list."""
    made: list[int] = []

    def make() -> list[str]:
        made.append(1)
        return ["a", "b", "c"]

    items = Later(3, make)
    both, some = joined([items, ["d"]]), picked(items, np.array([2, 0]))
    assert len(items) == 3 and len(both) == 4 and len(some) == 2 and not made
    assert list(some) == ["c", "a"] and list(both) == ["a", "b", "c", "d"] and items[1:] == ["b", "c"]
    assert items == ["a", "b", "c"] and items != ["a"] and made == [1]
    assert pickle.loads(pickle.dumps(items)) == ["a", "b", "c"]


def test_keys_are_tuples_or_labels_alone() -> None:
    """Two parts are pairs, one part bare labels, as subjects tuples."""
    pairs = Keys((["x", "y"], [1, 2, 3]), (np.array([1, 0]), np.array([0, 2])))
    assert list(pairs) == [("y", 1), ("x", 3)] and list(pairs.take(np.array([1]))) == [("x", 3)]
    alone = Keys((["x", "y"],), (np.array([1, 0]),))
    assert list(alone) == ["y", "x"] and list(alone.tuples()) == [("y",), ("x",)]


def _columns() -> tuple[Sheet, Columns]:
    model, sheet = pyo.ConcreteModel(), Sheet()
    model.part = pyo.Block()
    keys = Keys((["a", "b", "c"],), (np.arange(3),))
    return sheet, Columns(sheet, model.part, "x", keys, doc="x", unit="1", upper=[1.0, 2.0, 3.0])


def test_terms_are_the_same_one_by_one_and_as_arrays() -> None:
    """In the order in which they came, zeros of arrays left out, repeated columns added up."""
    sheet, x = _columns()
    terms = Terms()
    terms.append((x, "b", 2.0))
    terms.extend(x, np.array([0, 1, 2]), np.array([5.0, 0.0, 7.0]))
    terms.append((x, "a", 1.0))
    assert [(key, coef) for _, key, coef in terms] == [("b", 2.0), ("a", 5.0), ("c", 7.0), ("a", 1.0)]
    assert len(terms) == 4 and terms.vector(sheet.offsets()).tolist() == [6.0, 2.0, 7.0]


def test_a_shared_sum_finds_its_cells_in_any_grid() -> None:
    """Single terms and arrays land in the same cells, also where the grid's labels stand in another order."""
    _, x = _columns()
    total = Sum()
    total.append(("q", "i"), (x, "c", 3.0))
    total.extend(Keys((["p", "q"], ["i", "j"]), (np.array([0, 1]), np.array([1, 0]))), x, np.array([0, 1]), 2.0)
    assert {key: [(k, v) for _, k, v in terms] for key, terms in total.items()} == {
        ("p", "j"): [("a", 2.0)],
        ("q", "i"): [("b", 2.0), ("c", 3.0)],
    }
    found: dict[int, float] = {}
    for cells, (_, _, coefs) in total.parts((["q", "p"], ["j", "i"])):
        for cell, coef in zip(cells.tolist(), coefs.tolist(), strict=True):
            found[cell] = found.get(cell, 0.0) + coef
    assert found == {1: 5.0, 2: 2.0}


def test_an_unknown_column_is_refused_where_it_is_written() -> None:
    """A row that names a key which the variable lacks is an error of the block that wrote it."""
    sheet, x = _columns()
    with pytest.raises(KeyError):
        Rows(sheet, "part", "wrong", doc="d").row((), [(x, "z", 1.0)])


def test_variables_have_their_own_bounds_when_they_are_made() -> None:
    """The Pyomo variable is on its block once somebody asks, with the bounds of each key."""
    _, x = _columns()
    assert not x.written and x.owner.component("x") is None
    assert [x.var[key].ub for key in x.keys] == [1.0, 2.0, 3.0] and x.owner.component("x") is x.var and x.written


def test_nothing_large_is_named_while_a_model_is_built() -> None:
    """Only the variable in Pyomo's own constraints is made; no key of clinics, modes, ways or postings is read."""
    model = assemble(two_quarters(rich_instance()))
    assert {columns.path for columns in model.sheet.columns if columns.written} == {"shared_centres.open"}
    named = {columns.path for columns in model.sheet.columns if isinstance(columns.keys, Keys) and columns.keys.read}
    assert not named & {"sessions.main", "sessions.mode", "sessions.session_visits", "referrals.referred", "whole.idle"}
    assert all(isinstance(columns.keys, Later) for columns in model.sheet.columns if columns.path in named)
    subjects = model.matrix.row_subjects
    assert isinstance(subjects, Later) and not subjects.read and len(subjects) == model.matrix.rows
    written = [component.local_name for component in model.pyomo.component_objects(pyo.Var, descend_into=True)]
    assert sorted(written) == sorted(columns.name for columns in model.sheet.columns)


def test_rows_about_one_subject_have_a_shortfall_each() -> None:
    """Two cuts of one doctor and quarter, soft: each row gives way by a column of its own."""
    x = with_rule(rich_instance(), "doctor_time", "soft", 2.0)
    cut = DateCut("D1", (("S1", "K1"),), 0, 3)
    x = replace(x, date_cuts=(cut, replace(cut, most=1)))
    model = assemble(x)
    slack = model.shortfalls["sessions.dated_clinics"]
    assert list(slack.keys) == [("D1", "Q1", "", "above"), ("D1", "Q1", "2", "above")]
    first = int(model.offsets[slack.number])
    rows = [set(model.matrix.A[:, first + at].indices.tolist()) for at in range(2)]
    assert all(len(found) == 1 for found in rows) and not rows[0] & rows[1]
