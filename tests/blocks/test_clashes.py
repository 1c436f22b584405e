"""Clashing rules: the smallest set is named, with amounts that make the model feasible."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.clashes import Clash, Explanation, find_clashes
from models.elastic import row_scales
from models.errors import ShapeError
from models.highs import Limits, Solution, Status, solve
from models.matrix import Matrix

INF = np.inf
FREE = ("structure",)


def model(rows: list[tuple[str, list[float], float, float]], lower: float, upper: float, whole: bool = True) -> Matrix:
    """A matrix from (rule, coefficients, lower, upper); subjects are numbered."""
    A = sp.csc_matrix(np.array([row[1] for row in rows], dtype=float))
    ones = np.ones(A.shape[1])
    low, high = (np.array([row[at] for row in rows], dtype=float) for at in (2, 3))
    rules, subjects = np.array([row[0] for row in rows]), [f"row {n}" for n in range(len(rows))]
    return Matrix(A, lower * ones, upper * ones, low, high, (ones > 0) & whole, rules, subjects)


def relaxable(rule: str) -> bool:
    """Everything but the structure may give."""
    return rule not in FREE


def named(found: Explanation) -> list[tuple[str, str, float, str]]:
    """Rule, subject, amount, side of each clash."""
    return [(c.rule, c.subject, c.amount, c.side) for c in found.clashes]


def widened(matrix: Matrix, clashes: tuple[Clash, ...]) -> Matrix:
    """The matrix with what the clashes name, and nothing else, made wider."""
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    for clash in clashes:
        if clash.side == "least":
            low[clash.row] -= clash.amount
        else:
            high[clash.row] += clash.amount
    return matrix.with_row_bounds(low, high)


def test_budget_below_what_is_forced() -> None:
    """Two forced centres at 6 and 5 with a budget of 8: the budget gives 3, one row instead of one of two centres."""
    matrix = model(
        [("forced_centre", [1, 0], 1, INF), ("forced_centre", [0, 1], 1, INF), ("budget", [6, 5], -INF, 8)], 0, 1
    )
    found = find_clashes(matrix, relaxable, unit=lambda rule: "yuan" if rule == "budget" else "")
    assert named(found) == [("budget", "row 2", 3.0, "most")]
    assert found.clashes[0].unit == "yuan"
    assert found.alternatives == (("forced_centre",),)
    assert found.proved_sufficient and found.proved_minimal and found.proved_smallest and found.proved_least


def test_only_whole_numbers_clash() -> None:
    """Where halves would do but whole numbers do not, the rule is named all the same."""
    matrix = model([("pairs", [2, 2], 3, 3), ("structure", [1, -1], 0, 0)], 0, 5)
    found = find_clashes(matrix, relaxable)
    assert [c.rule for c in found.clashes] == ["pairs"]
    assert found.clashes[0].amount == pytest.approx(1.0)
    assert found.proved_sufficient and found.proved_minimal


def test_two_rules_that_clash_with_a_third_each() -> None:
    """Two separate clashes need two rules; a rule in both needs one only."""
    apart = [("a", [1, 0], 3, INF), ("b", [1, 0], -INF, 1), ("c", [0, 1], 3, INF), ("d", [0, 1], -INF, 2)]
    found = find_clashes(model(apart, 0, 5), relaxable)
    assert len(found.rules) == 2 and found.proved_minimal
    shared = [("a", [1, 0], 3, INF), ("b", [1, 0], -INF, 1), ("a", [0, 1], 3, INF), ("d", [0, 1], -INF, 2)]
    assert find_clashes(model(shared, 0, 5), relaxable).rules == ("a",)


def test_few_rows_before_small_amounts() -> None:
    """One row that gives 10 of 10 is named rather than three rows that give 1 of 100 each."""
    thirds = [("floor", [1.0 if c == r else 0.0 for c in range(3)], 100, INF) for r in range(3)]
    matrix = model([*thirds, ("structure", [1, 1, 1], -INF, 297), ("room", [1, 1, 1], 298, INF)], 0, 300)
    found = find_clashes(matrix, lambda rule: rule == "floor")
    assert found.hopeless
    found = find_clashes(matrix, lambda rule: rule in ("floor", "room"))
    assert found.rules == ("floor", "room")
    assert len(found.clashes) == 2
    assert sum(c.amount for c in found.clashes) == pytest.approx(4.0)


def test_nothing_may_give() -> None:
    """Where the structure itself has no plan, this is said and no rule is blamed."""
    matrix = model([("structure", [1], 3, INF), ("a", [1], -INF, 1)], 0, 2)
    found = find_clashes(matrix, relaxable)
    assert found.hopeless
    assert not found.clashes and not found.proved_sufficient


def test_nothing_clashes() -> None:
    """A model that has a plan after all is not explained."""
    found = find_clashes(model([("a", [1], 1, 2)], 0, 5), relaxable)
    assert found.feasible and not found.clashes


def test_rows_without_columns() -> None:
    """A floor that nobody can fill, because no column is left for it, is named with its whole amount."""
    found = find_clashes(model([("floor", [0], 4, INF), ("a", [1], 1, 2)], 0, 5), relaxable)
    assert named(found) == [("floor", "row 0", 4.0, "least")]
    assert found.proved_sufficient and found.proved_minimal


def test_large_money_and_no_bounds() -> None:
    """Amounts in yuan are exact to the sixth decimal, also where columns have no upper bound."""
    matrix = model(
        [("posts", [1, 0], 45, INF), ("posts", [0, 1], 2, INF), ("budget", [80_000.5, 1.45e6], -INF, 6e6)], 0, INF
    )
    found = find_clashes(matrix, {"budget"})
    assert named(found) == [("budget", "row 2", pytest.approx(45 * 80_000.5 + 2 * 1.45e6 - 6e6, abs=1e-5), "most")]
    assert found.proved_sufficient
    both = find_clashes(matrix, relaxable)
    assert both.proved_sufficient and len(both.clashes) == 1


def test_crossed_row_is_a_fault_of_the_model() -> None:
    """A row that asks for more than it allows is refused by name."""
    with pytest.raises(ShapeError, match=r"a \(row 0\)"):
        find_clashes(model([("a", [1], 3, 2)], 0, 5), relaxable)


def test_no_time_gives_no_false_proof() -> None:
    """When time is over at once, what comes back claims nothing that was not solved."""
    rng = np.random.default_rng(1)
    weights = rng.integers(10, 99, (6, 40)).astype(float)
    rows = [(f"r{n}", list(map(float, w)), float(w.sum() // 2), float(w.sum() // 2)) for n, w in enumerate(weights)]
    began = time.monotonic()
    found = find_clashes(model(rows, 0, 1), relaxable, Limits(seconds=1e-3))
    assert time.monotonic() - began < 10
    assert not found.proved_smallest


def test_ctrl_c_is_not_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search cut short by Ctrl-C raises instead of explaining from half of its answers."""
    stopped = Solution(Status.UNSOLVED, None, INF, -INF, 0.0, 0, "user")
    monkeypatch.setattr("models.cores.solve", lambda *_, **__: stopped)
    with pytest.raises(KeyboardInterrupt):
        find_clashes(model([("a", [1], 3, INF)], 0, 2), relaxable)


def test_plans_at_hand_are_starts() -> None:
    """A plan that breaks one rule shows that this rule is enough; one that breaks the structure is passed over."""
    matrix = model([("structure", [1, 1], 1, 1), ("a", [1, 0], 1, INF), ("b", [0, 1], 1, INF)], 0, 1)
    plans = [np.array([0.0, 0.0]), np.array([0.0, 1.0])]
    found = find_clashes(matrix, relaxable, plans=plans)
    assert len(found.clashes) == 1 and found.proved_sufficient and found.proved_minimal


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_smallest_by_brute_force(seed: int) -> None:
    """On tiny systems no point breaks fewer rules, then fewer rows, then less, than what is named."""
    rng = np.random.default_rng(seed)
    cols = int(rng.integers(1, 4))
    names = [f"rule {n}" for n in range(4)] + ["structure"]
    rows: list[tuple[str, list[float], float, float]] = []
    for _ in range(int(rng.integers(3, 9))):
        low = float(rng.integers(-4, 6))
        sides = ((low, INF), (-INF, low), (low, low + 1))[rng.integers(0, 3)]
        rows.append((names[rng.integers(0, 5)], rng.integers(-2, 4, cols).astype(float).tolist(), *sides))
    matrix = model(rows, 0, 3)
    assume(solve(matrix, np.zeros(cols)).status is Status.INFEASIBLE)
    scale, best = row_scales(matrix), (INF, INF, INF)
    for point in product(range(4), repeat=cols):
        excess = matrix.row_excess(np.array(point, dtype=float))
        broken = excess > 1e-9
        if not (broken & (matrix.row_rules == "structure")).any():
            rules = len(set(matrix.row_rules[broken].tolist()))
            best = min(best, (rules, int(broken.sum()), float((excess / scale)[broken].sum())))
    found = find_clashes(matrix, relaxable)
    assert found.hopeless == (best[0] == INF)
    if found.hopeless:
        return
    relative = sum(clash.amount / scale[clash.row] for clash in found.clashes)
    assert (len(found.rules), len(found.clashes)) == best[:2]
    assert relative == pytest.approx(best[2], abs=1e-5)
    assert found.proved_sufficient and found.proved_minimal and found.proved_smallest and found.proved_least
    assert solve(widened(matrix, found.clashes), np.zeros(cols)).x is not None
