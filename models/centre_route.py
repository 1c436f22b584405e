"""The shared centres by themselves: each service alone, today's centres, and again given the people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models import baselines
from models.answers import joined, weakest
from models.assemble import Model
from models.highs import solve
from models.matrix import Floats, Matrix
from models.route import Route
from models.stages import Found, Stages

#: Sizes of centres that are tried under a budget, as shares of the items of a generous plan.
SIZES = (0.0, 0.5, 1.0)
#: The same without a budget, where a member may be pushed out.
SERVED = (1.0, 0.9, 0.75, 0.5, 0.25, 0.0)
#: Values of an aim that differ by less are the same: the rounding of a linear programme.
SAME = 1e-5


def hold_centres(model: Model, centres: Floats | None) -> Matrix:
    if centres is None:
        return model.matrix
    cols = baselines.centre_columns(model)
    whole = cols[model.matrix.integer[cols]]
    return model.matrix.fixed(whole, np.round(centres[whole]))


def closed_cells(route: Route, centres: Floats | None) -> frozenset[tuple[str, str]]:
    served = route.model.ledger.offers.get("served")
    if served is None or centres is None:
        return frozenset()
    offsets = route.model.offsets
    got = {
        pair: sum(coef * centres[offsets[c.number] + c.position[key]] for c, key, coef in terms)
        for pair, terms in served.items()
    }
    kinds = route.instance.specialties
    return frozenset(
        (i, k) for i, k in route.instance.needs if any(got.get((i, s), 0.0) < 0.5 for s in kinds[k].requires)
    )


def centres_today(route: Route) -> Floats | None:
    """Everybody served from the centres that exist today, as well as they can."""
    model, levels = route.model, route.instance.levels
    columns = model.variable("shared_centres.open")
    if columns is None:
        return None
    existing = {(v.institution, v.service, v.level) for v in levels if v.state in ("existing", "forced")}
    first = int(model.offsets[columns.number])
    gone = [first + at for at, key in enumerate(columns.keys) if key[:3] not in existing]
    shut = np.asarray(gone, dtype=np.int64)
    rules = model.matrix.row_rules
    loose = ["forced_centre", "forbidden_centre", "least_volume", "max_centres", "max_services", "lock", "budget"]
    matrix = model.matrix.drop_rows(np.isin(rules, loose)).fixed(shut, np.zeros(shut.size))
    for level in sorted(existing):
        at = np.asarray([first + place for place, key in enumerate(columns.keys) if key[:3] == level], dtype=np.int64)
        row = sp.csr_matrix((np.ones(at.size), (np.zeros(at.size, dtype=int), at)), shape=(1, matrix.cols))
        matrix = matrix.with_rows(row, [1.0], [np.inf], ["today.existing"], [" ".join(level)])
    return centres_only(route, matrix, np.zeros(matrix.cols))


def doing_nothing(route: Route) -> dict[str, float]:
    """The aims of doing nothing, with today's centres, which gaps are shares of; none where no people are planned."""
    model = route.model
    if not model.has_people:
        return {}
    idle = baselines.price(model, baselines.nothing(model), centres_today(route), levers=False)
    return {} if idle is None else {aim: model.value(aim, idle) for aim in model.aims}


def centres_that_serve(route: Route) -> Floats | None:
    """Centres sized for the people's own plan, or for the most of it with which no member goes without for its sake.

    Clinics send items too: where these would push a member out of a full centre, the promise to the member comes
    first, and the clinics see as many patients as the centre takes.
    """
    model = route.model
    own = columns_of_centres(model)
    floors = model.aims["floors"][0][own]
    best: tuple[float, Floats | None] = (np.inf, None)
    for scale in SERVED:
        sized = centres_for(route, scale)
        if sized is None:
            continue
        short = float(floors @ sized[own])
        if short < best[0] - SAME:
            best = (short, sized)
        if short <= route.least[0] + SAME:
            break
    return best[1]


def centres_for(route: Route, scale: float = 1.0) -> Floats | None:
    """Each service alone: least unserved, then least cost, for the visits of the people's own plan times `scale`.

    Where the centres cannot take all of its items, they are sized without them.
    """
    model = route.model
    x = np.zeros(model.matrix.cols)
    if route.people is not None:
        alone, found = route.people
        for path in ("sessions.session_visits", "postings.posted_visits"):
            there, here = alone.columns(path), model.columns(path)
            if there.size == here.size:
                x[here] = scale * found[there]
    key = x.tobytes()
    if key not in route.sized:
        sized = centres_only(route, model.matrix, x)
        route.sized[key] = sized if sized is not None or not x.any() else centres_for(route, 0.0)
    return route.sized[key]


def centres_within_budget(route: Route) -> Floats | None:
    """Centres of the size that leaves the people most: each size tried by the linear relaxation of `unmet`.

    A larger centre takes the items of more clinics, and takes the money that would pay for them.
    """
    model = route.model
    best: tuple[float, Floats | None] = (np.inf, None)
    cost, constant = model.aims["unmet"]
    floors, more = model.aims["floors"]
    for sized in centre_sizes(route, SIZES):
        if sized is None:
            continue
        matrix = hold_centres(model, sized)
        weighed = 100.0 * floors + cost
        found = solve(matrix, weighed, 100.0 * more + constant, limits=route.limits(5.0), relax=True)
        if found.x is not None and found.objective < best[0]:
            best = (found.objective, sized)
    return best[1]


def centre_sizes(route: Route, scales: Iterable[float]) -> list[Floats | None]:
    """Centres for these parts of the visits of the people's own plan; of those that open alike, the first."""
    model = route.model
    cols = baselines.centre_columns(model)
    cols = cols[model.matrix.integer[cols]]
    found: dict[bytes, Floats | None] = {}
    for scale in scales:
        sized = centres_for(route, scale)
        key = b"" if sized is None else np.round(sized[cols]).astype(np.int8).tobytes()
        found.setdefault(key, sized)
    return list(found.values())


def centres_only(route: Route, matrix: Matrix, x: Floats) -> Floats | None:
    model = route.model
    stages = Stages(model, centre_part(route, matrix, x))
    for aim in ("floors", "unserved", "cost"):
        found = stages.solve(aim, route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
        if found.value == np.inf:
            return None
    return stages.x


def unserved_institutions(model: Model) -> tuple[Floats, float]:
    """How many institutions go without a service, whether at a price or not."""
    vector = np.zeros(model.matrix.cols)
    vector[model.columns("shared_centres.unserved")] = 1.0
    return vector, 0.0


def columns_of_shortfalls(model: Model, block: str) -> np.ndarray:
    paths = [columns.path for family, columns in model.shortfalls.items() if family.startswith(f"{block}.")]
    return model.columns(*paths) if paths else np.zeros(0, dtype=np.int64)


def columns_of_centres(model: Model) -> np.ndarray:
    """Columns of the centres, and of what their promises fall short by."""
    return np.concatenate([baselines.centre_columns(model), columns_of_shortfalls(model, "shared_centres")])


def least_of_services(route: Route, slack: float = 0.0) -> tuple[float, float]:
    """Proved lower bounds of the centres alone: their part of `floors`, and their cost at that or at `slack` more.

    No clinic items are counted, so that both hold whatever the people do.
    """
    model = route.model
    part = centre_part(route, model.matrix, np.zeros(model.matrix.cols))
    stages = Stages(model, part)
    floors = stages.solve("floors", route.limits(5.0, relative_gap=1e-4), lambda _: slack + 1e-6)
    cost = stages.solve("cost", route.limits(10.0, relative_gap=1e-4), lambda _: 1e-6)
    return floors.bound - model.aims["floors"][1], cost.bound - model.aims["cost"][1]


def centre_part(route: Route, matrix: Matrix, x: Floats) -> Matrix:
    """The rows and columns of the centres, everything else held at x."""
    model = route.model
    own = columns_of_centres(model)
    other = np.setdiff1d(np.arange(matrix.cols), own)
    touched = matrix.A[:, baselines.centre_columns(model)].tocsr()
    keep = np.diff(touched.indptr) > 0
    keep &= ~np.isin(matrix.row_rules, ["requires_service", "budget"])
    return matrix.drop_rows(~keep).fixed(other, x[other])


def matrix_without(matrix: Matrix, rule: str) -> Matrix:
    """The model without the rows of a rule."""
    return matrix.drop_rows(matrix.row_rules == rule)


def centres_again(route: Route, stages: Stages, found: Found) -> Found:
    """The cheapest centres for the people that were decided; floors and served services stay."""
    assert stages.x is not None
    model, x = route.model, stages.x
    own = columns_of_centres(model)
    cols = own[np.argsort(own)]
    matrix = stages.matrix.with_bounds(model.matrix.lower, model.matrix.upper)
    matrix = matrix_without(matrix, "cap.cost")
    others = np.setdiff1d(np.arange(matrix.cols), cols)
    matrix = matrix.fixed(others, x[others])
    trial = Stages(model, matrix, x=x.copy())
    better = trial.solve("cost", route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
    if trial.x is None or better.value > found.value + 1e-6:
        return found
    stages.x = trial.x
    saved = found.value - better.value
    whole = cols[matrix.integer[cols]]
    stages.matrix = matrix_without(stages.matrix, "cap.cost").fixed(whole, np.round(trial.x[whole]))
    cost = model.aims["cost"][0]
    paid = np.flatnonzero(cost)
    stages.add_cap("cost", paid, cost[paid], float(cost @ trial.x) + route.tolerance("cost")(better.value))
    bound = found.bound - saved - (better.value - better.bound)
    return replace(
        found,
        value=better.value,
        bound=bound,
        stopped_by=better.stopped_by if better.stopped_by != "gap" else found.stopped_by,
        engine=joined((found.engine, better.engine)),
        proof=weakest((found.proof, better.proof)),
    )
