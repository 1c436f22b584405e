"""One component of a roster solved by itself, here or in a child process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from models.matrix import Floats
from models.roster_choices import Key, Used, used_by, vehicle_of
from models.roster_counts import build_counts
from models.roster_dates import build_dates
from models.roster_fair import groups_of, on_accounts
from models.roster_instance import RosterInstance, Visit
from models.roster_model import no_garbage_collection
from models.roster_stages import FIRST, LARGE, NEAR, Stage, capped, dated_first, hold, solve_aims, start_of, visits_of
from models.workers import Task, run_tasks

#: Seconds of a piece that begins when time is over; seconds past its time after which a child is killed.
SHORT, LATE = 0.5, 5.0
Report = Callable[[object], None]


@dataclass(frozen=True)
class Piece:
    """What a child needs: a part of the instance, its needs, what others use, where to begin.

    seconds: for all aims together. held: aims that stay at the start's values. low: bounds known of aims.
    counts: the counting stage instead of dates. search: in neighbourhoods too, where a search ends unproved;
    relaxed: aims of which only the bound of the linear programme is wanted. caps: aims at most so much (counts).
    under: the most promises beside which the bound of `low` for what is not held stands.
    """

    instance: RosterInstance
    keys: tuple[Key, ...]
    aims: tuple[str, ...]
    seconds: float
    seed: int
    used: Used = field(default_factory=Used)
    start: tuple[Visit, ...] | None = None
    held: tuple[str, ...] = ()
    low: Mapping[str, float] = field(default_factory=dict)
    counts: bool = False
    search: bool = True
    relaxed: tuple[str, ...] = ()
    caps: Mapping[str, float] = field(default_factory=dict)
    under: float = math.inf


@dataclass(frozen=True)
class Dated:
    """What a child answers; visits None where nothing was found (or wanted)."""

    visits: tuple[Visit, ...] | None
    stages: tuple[Stage, ...]


def solve_piece(piece: Piece, deadline: float | None = None, report: Report | None = None) -> Dated:
    """Build and solve one piece within its seconds, its building included, and until the deadline.

    deadline: as `time.time()`; a piece that begins after it has `SHORT` seconds for its dates, and none for its
    counts. report: hears plans on the way.
    """
    began = time.time()
    if piece.counts and deadline is not None and began >= deadline:
        return Dated(None, ())
    until = min(began + piece.seconds, math.inf if deadline is None else max(deadline, began + SHORT))
    tell = report or (lambda _: None)
    with no_garbage_collection():
        if piece.counts:
            return _counted(piece, until, tell)
        model = build_dates(piece.instance, piece.keys, piece.used)
        x = start_of(model, piece.start, piece.used) if piece.start is not None else None
        if piece.held:
            if x is None:
                return Dated(None, ())
            model = hold(model, x, piece.held)
        if model.matrix.cols > LARGE and FIRST[1] in piece.aims:
            alone = set(piece.aims) == set(FIRST)
            x = dated_first(model, piece.used, x, (0.8 if alone else 0.5) * _left(until), piece.seed, piece.low)
            if x is not None:
                values = {aim: model.value(aim, x) for aim in FIRST}
                stands = values[FIRST[0]] <= piece.under + 10 * NEAR
                low = {aim: piece.low.get(aim, 0.0) if aim == FIRST[0] or stands else 0.0 for aim in FIRST}
                stages = [Stage(aim, value, min(value, low[aim]), "nodes") for aim, value in values.items()]
                found = Dated(tuple(visits_of(model, x)), tuple(stages))
                if alone and piece.start is not None:
                    # beside others and from a plan: groups find more than a search of the whole would in that time
                    return found
                tell(found)

        def better(plan: Floats | None, told: Sequence[Stage]) -> None:
            tell(Dated(None if plan is None else tuple(visits_of(model, plan)), tuple(told)))

        rest = (piece.search, piece.low, piece.relaxed, piece.under, better)
        plan, told = solve_aims(model, piece.aims, _left(until), x, piece.seed, *rest)
        return Dated(None if plan is None else tuple(visits_of(model, plan)), tuple(told))


def _left(until: float) -> float:
    return max(0.05, until - time.time())


def _counted(piece: Piece, until: float, tell: Report) -> Dated:
    """The counting stage of a piece: bounds, and no plan."""
    model = build_counts(piece.instance, piece.keys)
    for aim, cap in piece.caps.items():
        vector, constant = model.aims[aim]
        model = replace(model, matrix=capped(model.matrix, vector, cap - constant, aim))
    limits = [Stage(aim, cap, 0.0, "nodes") for aim, cap in piece.caps.items()]

    def better(_: Floats | None, told: Sequence[Stage]) -> None:
        tell(Dated(None, (*limits, *told)))

    _, stages = solve_aims(model, piece.aims, _left(until), None, piece.seed, search=False, tell=better)
    return Dated(None, (*limits, *stages))


def solve_pieces(pieces: Sequence[Piece], workers: int = 2, until: float = math.inf) -> tuple[list[Dated], bool]:
    """Several pieces in child processes; their answers, and whether Ctrl-C was pressed.

    until: the deadline of all, as `time.time()`. A piece whose child was lost or stopped has what it told last, or
    no visits and no stages.
    """
    if not pieces:
        return [], False
    last: dict[int, Dated] = {}
    tasks = [
        Task(
            "models.roster_pieces:solve_piece", one, one.seconds, partial(last.__setitem__, at), until=until, grace=LATE
        )
        for at, one in enumerate(pieces)
    ]
    run_tasks(tasks, workers)
    answers = [
        task.value if isinstance(task.value, Dated) else _cut_short(last.get(at)) for at, task in enumerate(tasks)
    ]
    return answers, any(task.ending == "user" for task in tasks)


def _cut_short(told: Dated | None) -> Dated:
    """What a child told last before it was ended."""
    if told is None:
        return Dated(None, ())
    return replace(told, stages=tuple(replace(one, stopped_by="clock") for one in told.stages))


def part_of(instance: RosterInstance, keys: Iterable[Key]) -> RosterInstance:
    """The instance with what some needs touch: a child gets no more."""
    needs = {key: instance.needs[key] for key in keys}
    names = {pair.doctor for need in needs.values() for pair in need.pairs}
    doctors = {name: instance.doctors[name] for name in sorted(names)}
    sites = {site for site, _ in needs}
    homes = {doctor.department for doctor in doctors.values()}
    return replace(
        instance,
        doctors=doctors,
        sites={site: instance.sites[site] for site in sorted(sites)},
        needs=needs,
        departments={home: instance.departments[home] for home in sorted(homes) if home in instance.departments},
        today=frozenset(visit for visit in instance.today if (visit[1], visit[2]) in needs),
        groups=groups_of(instance),
        site_minutes={pair: m for pair, m in instance.site_minutes.items() if pair[0] in sites and pair[1] in sites},
    )


def beside(instance: RosterInstance, part: RosterInstance, visits: Iterable[Visit]) -> Used:
    """What other components' visits take of what this part touches."""
    visits = list(visits)
    used = used_by(instance, visits)
    return Used(
        rooms={key: n for key, n in used.rooms.items() if key[0] in part.sites},
        equipment={key: n for key, n in used.equipment.items() if key[0] in part.sites},
        away={key: n for key, n in used.away.items() if key[0] in part.departments},
        travellers=used.travellers,
        accounts=on_accounts(instance, visits),
    )


def riders(instance: RosterInstance, keys: Iterable[Key]) -> frozenset[tuple[str, str]]:
    """(hospital, direction) of the trips that some needs may cause."""
    return frozenset(vehicle_of(instance, pair.doctor, key[0]) for key in keys for pair in instance.needs[key].pairs)
