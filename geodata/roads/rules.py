"""What OpenStreetMap's tags mean for a mode of travel: allowed ways, directions, km/h.

The rules follow the OpenStreetMap wiki (access tags, oneway, maxspeed) and, where the wiki leaves
room, the stock car profile of OSRM (surfaces, barriers, share of a limit). Differences: private
roads are closed (OSRM allows them at the ends of a trip), tracks are open at low speed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from geodata.roads.speeds import Speeds

#: Tags that bear on access, direction or speed, besides those in `ACCESS`.
PLAIN = (
    *("highway", "route", "oneway", "oneway:bicycle", "oneway:bus", "oneway:psv", "oneway:foot", "cycleway"),
    *("junction", "maxspeed", "maxspeed:forward", "maxspeed:backward", "surface", "tracktype", "smoothness"),
    *("motorroad", "area", "service"),
)
#: Access tags by mode, the most special first.
ACCESS: Mapping[str, tuple[str, ...]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "bus": ("bus", "psv", "motor_vehicle", "vehicle", "access"),
    "ebike": ("bicycle", "vehicle", "access"),
    "walk": ("foot", "access"),
}
RELEVANT = frozenset(PLAIN) | {tag for tags in ACCESS.values() for tag in tags}
_FORBIDDEN = frozenset(
    "no private agricultural forestry emergency military permit residents use_sidepath construction noexit".split()
)
#: For cars also what is kept for buses.
_FORBIDDEN_CAR = _FORBIDDEN | {"psv", "bus", "public_transport"}
_YES = frozenset({"yes", "true", "1"})
#: Barriers that a car passes when nothing else is said (OSRM's list).
_PASSABLE = frozenset(
    "cattle_grid border_control toll_booth sally_port gate lift_gate swing_gate no entrance height_restrictor arch "
    "kerb checkpoint".split()
)
#: Highest km/h on a surface, for motor vehicles (OSRM's car profile, shortened).
_SURFACE: Mapping[str, float] = {
    **dict.fromkeys("grass grass_paver gravel unpaved ground dirt pebblestone wood sett".split(), 40.0),
    **dict.fromkeys("cobblestone clay".split(), 30.0),
    **dict.fromkeys("earth stone rocky sand".split(), 20.0),
    "mud": 10.0,
}
_TRACKTYPE: Mapping[str, float] = {"grade1": 60, "grade2": 40, "grade3": 30, "grade4": 0, "grade5": 0}
#: km/h for the words of `maxspeed`; China's from the regulation on road traffic safety, article 45.
_LIMIT_WORDS: Mapping[str, float] = {
    "walk": 10,
    "living_street": 10,
    "urban": 50,
    "rural": 80,
    "trunk": 100,
    "motorway": 120,
    "bicycle_road": 30,
} | {"cn:urban": 50, "cn:rural": 70, "cn:motorway": 120, "nsl_single": 96.5, "nsl_dual": 112.6, "de:rural": 100}
_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph)?$")
_FACTOR = {"mph": 1.609344, "knots": 1.852}


def limit_kmh(text: str | None) -> float | None:
    """km/h of a maxspeed value: number, mph, knots, "walk", a country's word; None if it says none.

    Of several values ("50;80") the lowest counts.
    """
    if not text:
        return None
    found = [value for part in re.split(r"[;|,]", text.lower()) if (value := _one_limit(part.strip())) is not None]
    return min(found, default=None)


def _one_limit(text: str) -> float | None:
    if match := _NUMBER.match(text):
        value = float(match[1]) * _FACTOR.get(match[2] or "", 1.0)
        return value if value >= 1 else None
    if zone := re.search(r"zone:?(\d+)$", text):
        return float(zone[1])
    return _LIMIT_WORDS.get(text, _LIMIT_WORDS.get(text.partition(":")[2]))


def duration_minutes(text: str | None) -> float:
    """Minutes of a duration tag: "25", "00:25", "1:30:00", "PT25M", "25 min"; nan without a sound one."""
    plain = (text or "").strip().lower()
    if match := re.fullmatch(r"(\d+):(\d{1,2})(?::(\d{1,2}))?", plain):
        minutes = 60.0 * int(match[1]) + int(match[2]) + int(match[3] or 0) / 60
    elif match := re.fullmatch(
        r"p?t?(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+(?:\.\d+)?)\s*(?:m|min|mins|minutes)?)?", plain
    ):
        minutes = 60.0 * int(match[1] or 0) + float(match[2] or 0)
    else:
        return math.nan
    return minutes if minutes > 0 else math.nan


def allowed(tags: Mapping[str, str], mode: str) -> bool | None:
    """Whether access tags allow a mode; None when they say nothing."""
    forbidden = _FORBIDDEN_CAR if mode == "car" else _FORBIDDEN
    for tag in ACCESS[mode]:
        if value := tags.get(tag):
            return not all(part.strip() in forbidden for part in value.split(";"))
    return None


def barrier_blocks(tags: Mapping[str, str], mode: str) -> bool:
    """Whether a barrier node stops a mode."""
    kind = tags.get("barrier")
    if not kind:
        return False
    said = allowed(tags, mode)
    if said is not None:
        return not said
    if mode in ("car", "bus"):
        return kind not in _PASSABLE
    return kind in ("wall", "fence", "hedge") or (mode == "ebike" and kind in ("stile", "turnstile", "kissing_gate"))


def directions(tags: Mapping[str, str], mode: str) -> tuple[bool, bool]:
    """Whether a way may be used along and against its drawing."""
    special = {"ebike": "oneway:bicycle", "walk": "oneway:foot", "bus": "oneway:psv"}.get(mode, "")
    value = tags.get(special) or (tags.get("oneway:bus") if mode == "bus" else None)
    if mode == "ebike" and tags.get("cycleway", "").startswith("opposite"):
        value = "no"
    if mode == "walk" and not value:
        return True, True
    value = value or tags.get("oneway")
    if value in _YES:
        return True, False
    if value in ("-1", "reverse"):
        return False, True
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return (True, False) if implied and value is None else (True, True)


def kmh_both(tags: Mapping[str, str], mode: str, profile: str, speeds: Speeds) -> tuple[float, float]:
    """km/h along and against the drawing of a way; 0 where the mode may not go.

    A way's own limit times the share of it that is driven takes the place of the class's speed for
    cars (a road layer's "driven_kmh" does so as it is); slower modes keep their own speed below it.
    The region's table is used as written.
    """
    ferry = tags.get("route") == "ferry" or tags.get("highway") == "ferry"
    kind = "ferry" if ferry else tags.get("highway", "")
    base = speeds.of(kind, mode, profile)
    said = allowed(tags, mode)
    if said is False or (base <= 0 and not (kind in speeds.kmh and _opened(tags, mode))):
        return 0.0, 0.0
    if tags.get("area") == "yes" and mode != "walk":
        return 0.0, 0.0
    if tags.get("motorroad") == "yes" and mode in ("ebike", "walk") and not said:
        return 0.0, 0.0
    if (
        ferry
        and mode in ("car", "bus")
        and said is None
        and tags.get("foot") in ("yes", "designated")
        and mode == "car"
    ):
        # "foot=yes" alone is how passenger boats are tagged.
        return 0.0, 0.0
    if base <= 0:
        base = speeds.of("living_street", mode, profile)
    along, against = directions(tags, mode)
    if ferry or speeds.is_own(kind, profile):
        return base * along, base * against
    cap = math.inf
    if mode != "walk":
        cap = _SURFACE.get(tags.get("surface", ""), math.inf)
        if kind == "track" and mode in ("car", "bus"):
            cap = min(cap, _TRACKTYPE.get(tags.get("tracktype", ""), math.inf))
    driven = float(tags.get("driven_kmh", 0.0))  # a layer's own column of speeds, used as written
    if driven > 0 and mode == "car":
        return driven * along, driven * against
    both = []
    for open_, side in ((along, "maxspeed:forward"), (against, "maxspeed:backward")):
        limit = limit_kmh(tags.get(side)) or limit_kmh(tags.get("maxspeed"))
        speed = base
        if limit is not None and mode != "walk":
            speed = limit * speeds.limit_share if mode == "car" else min(base, limit * speeds.limit_share)
        both.append(min(speed, cap) * open_)
    return both[0], both[1]


def _opened(tags: Mapping[str, str], mode: str) -> bool:
    """Whether an explicit access tag of the mode itself opens a class closed to it by default.

    A general "access=yes" on a footway says nothing about cars.
    """
    own = next((tags[tag] for tag in ACCESS[mode] if tag in tags and tag not in ("vehicle", "access")), None)
    return own in ("yes", "designated", "permissive", "official", "destination")
