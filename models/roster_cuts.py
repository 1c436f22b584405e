"""What a roster could not hold, said back to the allocation as rows that hold for every allocation.

For each doctor with an unheld clinic the most clinics that he alone could hold at his sites in the
quarter is proved by the counting stage, with nothing else on any roster: counts and crowding limits are
lifted, so the row is valid whatever the allocation counts. It is a cut when he was given more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from models.instance import DateCut
from models.roster_choices import Key
from models.roster_instance import RosterInstance, RosterNeed
from models.roster_pieces import Piece, part_of, solve_pieces
from models.roster_reasons import Unheld
from models.roster_stages import FIRST

#: Most clinics of one need in one calendar week, whatever its frequency.
CROWDED = (2, 1)


def cuts_of(
    instance: RosterInstance, unheld: Iterable[Unheld], seconds: float = 5.0, until: float = math.inf
) -> tuple[DateCut, ...]:
    """Cuts for the doctors of unheld clinics, each proved; () where none is broken by the allocation.

    seconds: for each doctor; until: the deadline of all, as `time.time()`.
    """
    names = [name for name, _, _ in instance.quarters]
    asked = sorted({
        (pair.doctor, names.index(one.quarter))
        for one in unheld
        for pair in instance.needs[one.site, one.specialty].pairs
        if pair.count[names.index(one.quarter)]
    })  # fmt: skip
    pieces, given = [], []
    for doctor, quarter in asked:
        keys = tuple(key for key in sorted(instance.needs) if _count(instance.needs[key], doctor, quarter))
        view = _alone(instance, doctor, quarter, keys)
        pieces.append(Piece(view, keys, (FIRST[1],), seconds, 0, counts=True))
        given.append(sum(_count(instance.needs[key], doctor, quarter) for key in keys))
    answers, _ = solve_pieces(pieces, until=until)
    found = []
    for (doctor, quarter), piece, allocated, answer in zip(asked, pieces, given, answers, strict=True):
        if not answer.stages:
            continue
        total = sum(need.count[quarter] for need in piece.instance.needs.values())
        most = math.floor(total - answer.stages[0].bound + 1e-6)
        if most < allocated:
            found.append(DateCut(doctor, piece.keys, quarter, most))
    return tuple(found)


def _count(need: RosterNeed, doctor: str, quarter: int) -> int:
    return sum(pair.count[quarter] for pair in need.pairs if pair.doctor == doctor)


def _alone(instance: RosterInstance, doctor: str, quarter: int, keys: tuple[Key, ...]) -> RosterInstance:
    """The doctor alone in the world: his needs in one quarter, as many clinics as the weeks could take."""
    _, _, weeks = instance.quarters[quarter]
    count = tuple(CROWDED[0] * weeks if q == quarter else 0 for q in range(len(instance.quarters)))
    needs = {}
    for key in keys:
        need = instance.needs[key]
        pairs = tuple(replace(pair, count=count) for pair in need.pairs if pair.doctor == doctor)
        needs[key] = replace(
            need, count=count, weight=1.0, pairs=pairs, every=CROWDED, gap=instance.weeks + 1, history=()
        )
    view = part_of(replace(instance, needs=needs), keys)
    return replace(view, locks=(), today=frozenset(), change_limit=None)
