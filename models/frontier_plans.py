"""A plan within a limit on one aim, from a plan of the relaxation that may exceed it."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models.aims import rows_of_aims, settle_aims, tolerance_of
from models.answers import Status
from models.centre_route import SAME, SIZES, centre_sizes, centres_that_serve, hold_centres
from models.frontier_prices import Prices, limited
from models.highs import solve
from models.matrix import Floats, Matrix
from models.neighbourhood import blocks_of_specialties, improve_in_blocks
from models.people_start import start_with
from models.pricing import cut_back
from models.stages import Found, Stages

#: Part of a point's seconds for blocks of sites, for blocks of specialties, for one search over all, for cutting back.
PART = 0.2
#: Part of the gap asked for that one such search may leave.
CLOSE = 0.3
#: Relative gap at which the search for less of the limited aim stops, as for later aims of a plan; part of a limit that
#: a plan may leave unused without such a search.
CHEAP, WITHIN = 0.005, 0.01
#: Part of the tolerance of the aim that is minimised which may be given for less of the limited one.
GIVEN = 0.1


def plan_within(prices: Prices, people: Floats | None, limit: float, enough: float) -> Floats | None:
    """The best plan found within a limit (inf: none), and with as little of the limited aim; None where none was found.

    people: a plan of the relaxation; enough: the value of the minimised aim at which the search ends.
    """
    stages = _begun(prices, people, limit)
    if stages is None or stages.x is None:
        return None
    route, least = prices.route, prices.least
    settle_aims(stages.model.sheet, stages.matrix, stages.x)
    limits = route.limits(PART * prices.seconds, absolute_gap=CLOSE * prices.target)
    if prices.has_people:
        for blocks in (None, blocks_of_specialties(stages)):
            if stages.model.value(least, stages.x) > enough:
                improve_in_blocks(stages, least, limits, blocks, PART * prices.seconds, enough)
    if stages.model.value(least, stages.x) > enough:
        stages.solve(least, route.limits(PART * prices.seconds, absolute_gap=CLOSE * prices.target), lambda _: 0.0)
    route.heed(stages)
    # Within a limit the price has made the plan cheap already: what little it leaves is no matter.
    spent = stages.model.value(prices.limit_on, stages.x) >= (1.0 - WITHIN) * limit
    x = stages.x if spent else _cheapest(prices, stages)
    settle_aims(stages.model.sheet, stages.matrix, x)
    return x


def least_shortfall(prices: Prices) -> float | None:
    """The least shortfall found for the whole, with centres that serve; None where nothing was found."""
    route, model = prices.route, prices.route.model
    stages = Stages(model, model.matrix, report=route.report)
    if prices.apart:
        centres = centres_that_serve(route)
        stages = Stages(model, hold_centres(model, centres), start_with(route, centres), report=route.report)
    found = stages.solve("floors", route.limits(prices.seconds), lambda _: SAME)
    if found.value == np.inf and prices.apart:
        stages = Stages(model, model.matrix, report=route.report)
        found = stages.solve("floors", route.limits(prices.seconds), lambda _: SAME)
    route.heed(stages)
    return None if found.value == np.inf else found.value


def _begun(prices: Prices, people: Floats | None, limit: float) -> Stages | None:
    """Centres chosen for a plan of the people, and the start that it gives within the limit."""
    route, model = prices.route, prices.route.model
    if not prices.apart:
        stages = Stages(model, _kept(prices, model.matrix, limit), people, report=route.report)
    elif people is None:
        return None
    else:
        route.people = (prices.alone.model, people)
        centres = _centres(prices, limit)
        stages = Stages(model, _kept(prices, hold_centres(model, centres), limit), report=route.report)
        stages.x = start_with(route, centres)
    rules = stages.matrix.drop_rows(rows_of_aims(stages.matrix))
    if stages.x is None or rules.worst(stages.x) > 1e-6:
        trial = Stages(model, rules, stages.x)
        limits = route.limits(PART * prices.seconds, absolute_gap=CLOSE * prices.target)
        stages.x = cut_back(trial, prices.least, stages.x, limits)
        route.heed(trial)
    if stages.x is None:
        # Nothing that the people's plan does is within the limit: whatever one search over all finds.
        stages.solve(prices.least, route.limits(prices.seconds, absolute_gap=CLOSE * prices.target), lambda _: 0.0)
    return stages


def _kept(prices: Prices, matrix: Matrix, limit: float) -> Matrix:
    """The matrix with the shortfalls and the limit held."""
    model = prices.route.model
    floors, constant = model.aims["floors"]
    if floors.any():
        most = prices.short + SAME - constant
        matrix = matrix.with_rows(sp.csr_matrix(floors[np.newaxis, :]), [-np.inf], [most], ["cap.floors"], ["floors"])
    return limited(model, matrix, prices.limit_on, limit) if np.isfinite(limit) else matrix


def _centres(prices: Prices, limit: float) -> Floats | None:
    """Centres of the size that leaves the people most within the limit, by the linear relaxation."""
    route, model = prices.route, prices.route.model
    if not np.isfinite(limit):
        return centres_that_serve(route)
    sizes = centre_sizes(route, reversed(SIZES))
    if len(sizes) == 1:
        return sizes[0]
    best: tuple[float, Floats | None] = (np.inf, None)
    cost, constant = model.aims[prices.least]
    for sized in sizes:
        matrix = _kept(prices, hold_centres(model, sized), limit)
        found = solve(matrix, cost, constant, limits=route.limits(5.0), relax=True)
        if found.x is not None and found.objective < best[0] - SAME:
            best = (found.objective, sized)
    return best[1]


def _cheapest(prices: Prices, stages: Stages) -> Floats:
    """The plan at hand with as little of the limited aim as what it offers needs."""
    model, least, route = stages.model, prices.least, prices.route
    assert stages.x is not None
    value, (cost, _) = model.value(least, stages.x), model.aims[least]
    kept = Stages(model, stages.matrix, stages.x, report=route.report)
    # So that rows which only this aim needs stay, and its cap holds what it means.
    kept.found.append(Found(least, value, -np.inf, Status.FEASIBLE, "none", 0.0))
    give = GIVEN * min(tolerance_of(route.instance, least, value, route.nothing.get(least)), prices.target)
    used = np.flatnonzero(cost)
    kept.add_cap(least, used, cost[used], float(cost @ stages.x) + give)
    if model.columns("sessions.mode").size:
        kept.keep(model.columns("sessions.mode"))
    limits = route.limits(PART * prices.seconds, relative_gap=CHEAP)
    found = kept.solve(prices.limit_on, limits, lambda _: 0.0)
    route.heed(kept)
    return stages.x if found.value == np.inf or kept.x is None else kept.x
