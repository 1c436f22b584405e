"""From a region or a plan folder to its network: what `alliance network` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.catalogue import texts
from planner.network.analysis import Analysis, analyse
from planner.network.failure import hubs
from planner.network.network import observed, planned
from planner.text import both_joined, pick

if TYPE_CHECKING:
    from geodata.map_ground import Ground
    from planner.audit.facts import Facts


ERRORS = texts("network.errors")


class NetworkError(Exception):
    """The network cannot be drawn from what is there: the key of a message, and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.said = ERRORS.both(key, **values)

    def sentence(self, lang: str) -> str:
        return pick(self.said, lang)


def network_of(text: str, closing: Sequence[str], tell: Callable[..., None]) -> tuple[Analysis, Ground]:
    """The analysis of a REGION or PLAN argument, and what lies under its map.

    closing: hospitals to close, by id or name. tell: hears the key of a message and its values.

    Raises:
        NetworkError: nothing is referred, or a hospital to close is none of the network.
        planner.inputs.InputError, planner.bundled.UnknownRegion, planner.folder.FolderError: as they say.
    """
    from planner.bundled import find_region

    path = find_region(text)
    plan = (path / "plan.json").is_file()
    facts, ground, name = _of_plan(path) if plan else _of_region(path, tell)
    if facts.region["needs"].empty and facts.region["referrals"].empty:
        raise NetworkError("no_tables")
    found = analyse(facts, plan, _receiving(facts, plan, [_hospital(facts, one) for one in closing]), name)
    if found.network.flows.empty:
        raise NetworkError("no_flows")
    return found, ground


def _of_plan(path: Path) -> tuple[Facts, Ground, str]:
    from geodata.map_ground import ground_from
    from planner.audit.facts import Facts
    from planner.audit.read import read_saved
    from planner.folder import read_plan

    info = read_plan(path).info
    return Facts(read_saved(path)), ground_from(path / "map.gpkg"), str(info.get("region") or path.name)


def _of_region(path: Path, tell: Callable[..., None]) -> tuple[Facts, Ground, str]:
    from geodata.map_ground import ground_of
    from planner.audit.facts import Facts
    from planner.audit.read import typed
    from planner.inputs import read_inputs, with_assignment
    from planner.opening import travel_of

    inputs = read_inputs(path, tell=tell)
    config, _ = inputs.settled()
    tell("travelling")
    travel = travel_of(inputs, config)
    region = with_assignment(inputs, travel).region
    settings = config.to_dict()
    facts = Facts(typed({**region.tables, "travel": travel}, {}, settings))
    return facts, ground_of(region, settings), config.region.name or region.name


def _receiving(facts: Facts, plan: bool, closing: Sequence[str]) -> Sequence[str]:
    """The same hospitals; raises NetworkError when nobody is referred to one of them."""
    if not closing:
        return closing
    found = hubs(planned(facts) if plan else observed(facts))
    names = facts.institutions["name"]
    known = both_joined(f"{key} {names[key]}" for key in found) if len(found) else "–"
    for key in closing:
        if key not in found:
            raise NetworkError("nobody_sent", place=f"{key} {names[key]}", known=known)
    return list(dict.fromkeys(closing))


def _hospital(facts: Facts, text: str) -> str:
    """The id that an id or a name means."""
    places = facts.institutions
    if text in places.index:
        return text
    named = [str(key) for key in places.index[places["name"] == text]]
    if len(named) == 1:
        return named[0]
    known = both_joined(f"{key} {name}" for key, name in places["name"][places["level"] >= 2].items())
    raise NetworkError("no_institution", text=text, known=known)
