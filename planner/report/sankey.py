"""A layered diagram of patient flows: where each box and band lies, as shares of the picture's height.

Three layers: institutions of first contact, hospitals and outside, and what is referred back. Vega
draws what is worked out here; it has no such diagram of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner.figures.flows import OUTSIDE, Flow

#: Institutions with a box of their own; the rest share one.
MOST = 22
#: Share of the height between two boxes of a layer.
AIR = 0.012
#: Share of the height that a line of text takes.
LINE = 0.034
OTHERS, RETURNED, STAYS = "*others", "*returned", "*stays"


@dataclass(frozen=True)
class Box:
    """A node: layer 0, 1 or 2, top, bottom and middle of its label as shares of the height, visits a month."""

    key: str
    layer: int
    top: float
    bottom: float
    visits: float
    label: float = 0.0


@dataclass(frozen=True)
class Band:
    """A flow: where it leaves its source and where it comes in, tops and bottoms as shares of the height."""

    source: str
    target: str
    layer: int
    out: tuple[float, float]
    into: tuple[float, float]
    visits: float


@dataclass(frozen=True)
class Diagram:
    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    #: Institutions in the box of the others.
    others: int


def diagram(flows: tuple[Flow, ...], moment: str) -> Diagram:
    """The diagram today or by the plan (`moment`: today, plan); no boxes where nothing flows."""
    up = [(f.origin, f.destination, getattr(f.visits, moment)) for f in flows if f.direction == "up"]
    down: dict[str, float] = {}
    for f in flows:
        if f.direction == "down":
            down[f.origin] = down.get(f.origin, 0.0) + getattr(f.visits, moment)
    # Both moments show the same institutions, so that they can be compared.
    size: dict[str, float] = {}
    for f in flows:
        if f.direction == "up":
            size[f.origin] = size.get(f.origin, 0.0) + f.visits.today + f.visits.plan
    order = list(size)
    kept = set(sorted(order, key=lambda key: -size[key])[:MOST])
    others = len(order) - len(kept)
    first: dict[tuple[str, str], float] = {}
    for origin, destination, visits in up:
        pair = (origin if origin in kept else OTHERS, destination)
        first[pair] = first.get(pair, 0.0) + visits
    sources = [key for key in order if key in kept] + ([OTHERS] if others else [])
    received: dict[str, float] = {}
    for (_, destination), visits in first.items():
        received[destination] = received.get(destination, 0.0) + visits
    middle = sorted(received, key=lambda key: (key == OUTSIDE, -received[key], key))
    second: dict[tuple[str, str], float] = {}
    for hospital in middle:
        back = min(down.get(hospital, 0.0), received[hospital])
        if hospital != OUTSIDE:
            second[hospital, RETURNED] = back
            second[hospital, STAYS] = received[hospital] - back
    return Diagram(*_placed((sources, middle, [RETURNED, STAYS]), (first, second)), others)


def _placed(
    layers: tuple[list[str], list[str], list[str]], flows: tuple[Mapping[tuple[str, str], float], ...]
) -> tuple[tuple[Box, ...], tuple[Band, ...]]:
    """Boxes stacked in each layer, bands in the order of their ends."""
    amounts = [
        {key: sum(v for (a, _), v in flows[0].items() if a == key) for key in layers[0]},
        {key: sum(v for (_, b), v in flows[0].items() if b == key) for key in layers[1]},
        {key: sum(v for (_, b), v in flows[1].items() if b == key) for key in layers[2]},
    ]
    most = max((sum(each.values()) for each in amounts), default=0.0)
    if most <= 0:
        return (), ()
    scale = (1 - AIR * max(len(layer) for layer in layers)) / most
    boxes: dict[tuple[int, str], Box] = {}
    for layer, each in enumerate(amounts):
        tall = sum(each.values()) * scale + AIR * (len(each) - 1)
        top = (1 - tall) / 2
        for key, visits in each.items():
            boxes[layer, key] = Box(key, layer, top, top + visits * scale, visits)
            top += visits * scale + AIR
    bands = []
    for layer, pairs in enumerate(flows):
        out = {key: boxes[layer, key].top for key in layers[layer]}
        into = {key: boxes[layer + 1, key].top for key in layers[layer + 1]}
        for source in layers[layer]:
            for target in layers[layer + 1]:
                tall = pairs.get((source, target), 0.0) * scale
                if tall <= 0:
                    continue
                ends = (out[source], out[source] + tall), (into[target], into[target] + tall)
                bands.append(Band(source, target, layer, *ends, tall / scale))
                out[source] += tall
                into[target] += tall
    shown = [box for box in boxes.values() if box.visits > 0]
    return tuple(box for layer in range(3) for box in _labelled([b for b in shown if b.layer == layer])), tuple(bands)


def _labelled(layer: list[Box]) -> list[Box]:
    """Boxes with labels at their middles, pushed apart where two would cover each other."""
    places = [(box.top + box.bottom) / 2 for box in layer]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + LINE)
    limit = 1 - LINE / 2
    for at in reversed(range(len(places))):
        places[at] = min(places[at], limit)
        limit = places[at] - LINE
    return [replace(box, label=place) for box, place in zip(layer, places, strict=True)]
