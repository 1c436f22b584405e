"""A plan from a relaxed one: members are moved and exchanged until all hosts have room for theirs."""

from __future__ import annotations

import numpy as np

from models.matrix import Floats
from models.single_source_bounds import Ints

#: Most moves, and how much dearer lack of room gets where no move helps.
MOVES, DEARER = 400, 1.6


def repaired(capacity: Ints, demand: Ints, cost: Floats, at: Ints) -> Ints | None:
    """Hosts of the members, within capacity and no single move or exchange cheaper; None where that fails.

    cost: (hosts, members), infinite without an arc; at: where the search starts. Deterministic.
    """
    finite = cost[np.isfinite(cost)]
    far = 1e3 * float(np.abs(finite).sum() + 1.0)
    prices = np.where(np.isfinite(cost), cost, far)
    members, at = np.arange(len(demand)), at.copy()
    room = capacity - np.bincount(at, demand, len(capacity)).astype(np.int64)
    lack = float(np.median(np.abs(finite))) / 5.0 + 1e-9
    for _ in range(MOVES):
        move, gain = _best_move(prices, demand, at, room, lack)
        pair, other = _best_exchange(prices, demand, at, room, lack)
        if min(gain, other) >= -1e-9 * far:
            if (room >= 0).all():
                break
            lack *= DEARER
            if lack > far:
                return None
        elif gain <= other:
            host, member = move
            room[at[member]] += demand[member]
            room[host] -= demand[member]
            at[member] = host
        else:
            one, two = pair
            more = demand[one] - demand[two]
            room[at[one]] += more
            room[at[two]] -= more
            at[one], at[two] = at[two], at[one]
    fits = (room >= 0).all() and np.isfinite(cost[at, members]).all()
    return at if fits else None


def _best_move(prices: Floats, demand: Ints, at: Ints, room: Ints, lack: float) -> tuple[tuple[int, int], float]:
    """The member that gains most by another host, missing room paid at `lack` a unit."""
    members = np.arange(len(demand))
    over = np.maximum(-room, 0)
    freed = np.maximum(-(room[at] + demand), 0) - over[at]
    filled = np.maximum(demand - room[:, None], 0) - over[:, None]
    change = prices - prices[at, members] + lack * (filled + freed)
    change[at, members] = np.inf
    host, member = np.unravel_index(int(change.argmin()), change.shape)
    return (int(host), int(member)), float(change[host, member])


def _best_exchange(prices: Floats, demand: Ints, at: Ints, room: Ints, lack: float) -> tuple[tuple[int, int], float]:
    """The two members that gain most by changing places."""
    here, over = prices[at, np.arange(len(demand))], np.maximum(-room, 0)[at]
    there = prices[at]
    left = room[at][:, None] + demand[:, None] - demand[None, :]
    missing = np.maximum(-left, 0) - over[:, None]
    change = there + there.T - here[:, None] - here + lack * (missing + missing.T)
    change[at[:, None] == at] = np.inf
    one, two = np.unravel_index(int(change.argmin()), change.shape)
    return (int(one), int(two)), float(change[one, two])
