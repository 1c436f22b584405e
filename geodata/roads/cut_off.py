"""What the main part of a network leaves out, in one sentence with figures and a likely cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.catalogue import Texts
from geodata.coordinates import distance_km
from geodata.problems import Problem
from geodata.roads.network import Bools, Floats, Ints, RoadNetwork
from geodata.sentences import joined, said

SAID = Texts("cut_off", "geodata", "checks")

Positions = npt.NDArray[np.int64]

#: Parts with less road than this are drives and stubs, not worth a name.
LEAST_KM = 1.0
#: Share of the km from which the file itself, not the land, is the likely cause.
_BROKEN_SHARE = 0.25
_NAMED, _NEAR_KM = 3, 2.0


@dataclass(frozen=True)
class Part:
    """A part of the network: junctions, km of road, its longest named road, and a junction of it.

    near: the nearest named road of another part, for a part without names of its own.
    """

    junctions: int
    km: float
    name: str
    near: str
    lon: float
    lat: float

    def label(self, lang: str) -> str:
        """What a person calls it: a road of its own, the nearest one, or where it is."""
        if self.name:
            return self.name
        if self.near:
            return SAID.say("near", lang, road=self.near)
        return f"{self.lon:.4f}, {self.lat:.4f}"


@dataclass(frozen=True)
class CutOff:
    """junctions, km outside the main part, of `all_junctions`, `all_km`; the biggest other parts, named.

    Junctions that can only be left, or only be reached, are outside too, but in no part of their own:
    `parts` are what no road joins at all.
    """

    junctions: int
    km: float
    all_junctions: int
    all_km: float
    parts: list[Part]


def cut_off(network: RoadNetwork, profile: str = "vehicle") -> CutOff:
    """What lies outside the main part for a profile."""
    usable = np.isfinite(network.minutes[profile])
    lines, first = np.unique(np.where(usable, network.line, -1), return_index=True)
    at = np.asarray(first[lines >= 0], np.int64)
    touched = np.zeros(len(network.lon), bool)
    touched[network.tail[at]] = touched[network.head[at]] = True
    main = network.main_part(profile)
    inside = main[network.tail[at]] & main[network.head[at]]
    km = network.km[at]
    parts = _parts(network, at, main)
    return CutOff(int((touched & ~main).sum()), float(km[~inside].sum()), int(touched.sum()), float(km.sum()), parts)


def _parts(network: RoadNetwork, at: Positions, main: Bools) -> list[Part]:
    """The biggest parts that no road joins to the main one, most km first."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(network.lon)
    ends = (network.tail[at], network.head[at])
    graph = coo_matrix((np.ones(len(at), np.int8), ends), shape=(count, count))
    label = connected_components(graph, directed=False)[1]
    km = np.bincount(label[ends[0]], network.km[at], minlength=int(label.max(initial=0)) + 1)
    if main.any():
        km[label[np.flatnonzero(main)[0]]] = 0.0
    biggest = [int(one) for one in np.argsort(-km, kind="stable")[:_NAMED] if km[one] >= LEAST_KM]
    return [_part(network, at, label, one, float(km[one])) for one in biggest]


def _part(network: RoadNetwork, at: Positions, label: Ints, one: int, km: float) -> Part:
    mine = at[label[network.tail[at]] == one]
    names = network.roads["name"].to_numpy()[network.road[network.line[mine]]]
    length: dict[str, float] = {}
    for name, each in zip(names.tolist(), network.km[mine].tolist(), strict=True):
        if name:
            length[name] = length.get(name, 0.0) + each
    name = max(length, key=lambda key: length[key], default="")
    junction = int(network.tail[mine[0]])
    count = int((label == one).sum())
    lon, lat = float(network.lon[junction]), float(network.lat[junction])
    return Part(count, km, name, "" if name else _nearest_name(network, lon, lat), lon, lat)


def _nearest_name(network: RoadNetwork, lon: float, lat: float) -> str:
    """The name of the named road that begins nearest to a point; "" where there is none within 2 km."""
    first = network.line_offsets[:-1]
    names = network.roads["name"].to_numpy()[network.road]
    named = np.flatnonzero(names != "")
    if not len(named):
        return ""
    km = distance_km(network.line_lon[first[named]], network.line_lat[first[named]], lon, lat)
    at = int(km.argmin())
    return str(names[named[at]]) if km[at] <= _NEAR_KM else ""


def cut_off_problem(network: RoadNetwork, table: str, *, layer: bool) -> Problem | None:
    """The sentence on what is cut off for vehicles; None when it is no part of a km and under 1 % in all.

    layer: whether the file is a road layer, where a bad drawing is the likely cause of many parts.
    """
    found = cut_off(network)
    share = found.km / found.all_km if found.all_km else 0.0
    if not found.parts and share < 0.01:
        return None
    value = f"{found.junctions}/{found.all_junctions}, {found.km:.0f}/{found.all_km:.0f} km"
    shown: dict[str, object] = {"junctions": found.junctions, "km": f"{found.km:.0f}", "share": f"{100 * share:.0f}"}
    parts = [SAID.both("part", name=(part.label("zh"), part.label("en")), km=part.km) for part in found.parts]
    shown["parts"] = joined(parts, "semicolon") if parts else SAID.both("none")
    if share >= _BROKEN_SHARE and layer:
        gaps, crossings = loose_ends(network), crossings_without_junction(network)
        told = said("roads_broken_up", gaps=gaps, crossings=crossings, **shown)
    else:
        told = said("roads_cut_off", **shown)
    return told.problem(table, value=value, severity="warning")


def _metres(network: RoadNetwork, lon: Floats, lat: Floats) -> Floats:
    middle = float(np.median(network.lat))
    east = distance_km(0.0, middle, 1.0, middle) * 1000.0
    return np.stack([lon * float(east), lat * 111_195.0], axis=1)


def loose_ends(network: RoadNetwork, metres: float = 20.0) -> int:
    """Dead ends that have a junction of another part within `metres`: ends drawn not quite together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    count = len(network.lon)
    ends = (network.tail, network.head)
    label = connected_components(coo_matrix((np.ones(len(ends[0])), ends), shape=(count, count)), directed=False)[1]
    pairs = cKDTree(_metres(network, network.lon, network.lat)).query_pairs(metres, output_type="ndarray")
    apart = pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
    return len(np.unique(apart))


def crossings_without_junction(network: RoadNetwork) -> int:
    """Places where two lines cross on the map without sharing a point (bridges are among them)."""
    import shapely

    sizes = np.diff(network.line_offsets)
    spots = _metres(network, network.line_lon, network.line_lat)
    lines = shapely.linestrings(spots, indices=np.repeat(np.arange(len(sizes)), sizes))
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    return int((one < other).sum())
