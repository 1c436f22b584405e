"""`map.gpkg`, its QGIS project `map.qgs`, and the pictures of the report from a saved plan."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner import map_tables
from planner.folder import SavedPlan
from planner.map_pictures import is_latin
from planner.map_words import DESCRIPTIONS, LAYERS, field_names, told
from planner.view import View, to_float
from planner.words import word

if TYPE_CHECKING:
    from geodata.map_file import MapLayer
    from geodata.map_ground import Ground

MAP_FILE, PROJECT, PICTURES, FAILED = "map.gpkg", "map.qgs", "maps", "failed.txt"
XMLNS = ' xmlns="http://www.w3.org/2000/svg"'
#: From the ground up: QGIS adds the layers of a file in this order.
ORDER = (
    "travel_bands", "groups", "boundaries", "roads", "communities", "referrals", "tele_links", "service_links",
    "sessions_by_specialty", "sessions", "postings", "centres", "institutions",
)  # fmt: skip
#: Waiting unticked when the project is opened: they cover the rest.
HIDDEN = ("referrals", "tele_links", "service_links", "sessions_by_specialty", "travel_bands")
#: Specialties with travel bands of their own: those with the largest need.
MOST_SPECIALTIES = 8


def write_maps(folder: Path, saved: SavedPlan, lang: str, ground: Ground | None = None) -> None:
    """Write `map.gpkg`, the QGIS project over it and `maps/` into a plan folder whose report is being written.

    ground: boundaries, roads and network of the region; None takes what an older `map.gpkg` of
    this folder holds. Without coordinates there is no map, and an older one is removed. A map that
    cannot be made says so in `maps/failed.txt` and in the report: it must not cost a plan its folder.
    """
    shutil.rmtree(folder / PICTURES, ignore_errors=True)
    try:
        _write(folder, View(saved, lang), ground)
    except Exception as error:
        (folder / PICTURES).mkdir(exist_ok=True)
        told_of = f"{type(error).__name__}: {error}\n"
        (folder / PICTURES / FAILED).write_text(told_of, encoding="utf-8", newline="\n")


def _write(folder: Path, view: View, ground: Ground | None) -> None:
    from geodata.map_file import write_map
    from geodata.map_ground import ground_from
    from geodata.qgis_project import write_project

    path, project = folder / MAP_FILE, folder / PROJECT
    frames = frames_of(view, ground if ground is not None else ground_from(path))
    if not frames:
        path.unlink(missing_ok=True)
        project.unlink(missing_ok=True)
        return
    layers = [_layer(name, frames[name], view.lang) for name in ORDER if name in frames]
    write_map(path, layers)
    write_project(project, MAP_FILE, layers, HIDDEN, str(view.saved.info.get("region") or ""))
    _draw(folder / PICTURES, view, frames)


def _draw(folder: Path, view: View, frames: Mapping[str, Any]) -> None:
    """Every picture as SVG, for the page, and as PNG, for documents; PNG in Latin letters without a Chinese font."""
    from geodata.fonts import chinese_font
    from geodata.map_ground import Ground
    from geodata.picture import draw_map
    from planner.map_pictures import sheets

    folder.mkdir(exist_ok=True)
    missing = map_tables.places(view)[1]
    made = sheets(view, frames, missing)
    readable = chinese_font() is not None
    files = {
        f"{key}.{kind}": picture
        for key, sheet in made.items()
        for kind, picture in draw_map(sheet, key, ("svg", "png") if readable else ("svg",)).items()
    }
    if not readable:
        latin = LatinView(view.saved, "en")
        kept = Ground(frames.get("boundaries"), frames.get("roads"), None, frames.get("travel_bands"))
        made = sheets(latin, frames_of(latin, kept), missing, latin=True)
        files |= {f"{key}.png": draw_map(sheet, key, ("png",))["png"] for key, sheet in made.items()}
    for name, picture in sorted(files.items()):
        (folder / name).write_bytes(picture)


class LatinView(View):
    """A plan for pictures that can show Latin letters only: ids stand for names that need others."""

    def name(self, kind: str, key: object) -> str:
        text = super().name(kind, key)
        return text if is_latin(text) else str(key)


def maps_of(view: View) -> dict[str, Any]:
    """The map section of the report: its pictures as inline SVG, our own markup, and what is to be said."""

    def say(key: str) -> str:
        return told(key, view.lang)

    folder = view.saved.path / PICTURES
    # The name of the markup's standard needs no saying inside a page, and looks like an address.
    pictures = [
        {"alt": say(f"alt_{key}"), "svg": path.read_text("utf-8").replace(XMLNS, "", 1)}
        for key in ("groups", "clinics", "centres", "bands")
        if (path := folder / f"{key}.svg").is_file()
    ]
    notes = [say("maps_note")] if pictures else []
    if pictures and view.lang == "zh" and not _fonts_found():
        notes.append(say("no_font"))
    failed = folder / FAILED
    if failed.is_file():
        notes.append(told("map_failed", view.lang, reason=failed.read_text("utf-8").strip()))
    elif not pictures and view.saved.region and map_tables.places(view)[0].empty:
        notes.append(say("no_map"))
    return {"title": say("maps"), "pictures": pictures, "notes": notes}


def _fonts_found() -> bool:
    from geodata.fonts import chinese_font

    return chinese_font() is not None


def frames_of(view: View, ground: Ground) -> dict[str, Any]:
    """Every layer of the map that has features, by name; {} without a single institution on the map."""
    from geodata import map_layers as shapes

    where, _ = map_tables.places(view)
    if where.empty:
        return {}
    tables: dict[str, pd.DataFrame] = {
        "sessions_by_specialty": map_tables.sessions(view),
        "postings": map_tables.postings(view),
        "service_links": map_tables.service_links(view),
        "referrals": map_tables.referrals(view),
        "tele_links": map_tables.tele_links(view),
        "centres": map_tables.centres(view, where),
    }
    tables["sessions"] = map_tables.session_flows(view, tables["sessions_by_specialty"])
    frames: dict[str, Any] = {
        name: shapes.lines(table, where, "from_id", "to_id") for name, table in tables.items() if name != "centres"
    }
    frames["centres"] = shapes.points(tables["centres"])
    frames["institutions"] = shapes.points(map_tables.described(view, where, tables))
    frames["communities"] = shapes.points(map_tables.communities(view))
    frames["groups"] = shapes.group_areas(where, ground.units)
    frames["boundaries"], frames["roads"] = ground.units, ground.roads
    if view.saved.info.get("job") != "groups":
        frames["travel_bands"] = _bands(view, where, ground)
    return {name: frame for name, frame in frames.items() if frame is not None and len(frame)}


def _layer(name: str, frame: Any, lang: str) -> MapLayer:
    from geodata.map_file import MapLayer
    from geodata.qgis_styles import style_of

    aliases = field_names([str(column) for column in frame.columns.drop(frame.geometry.name)], lang)

    def say(key: str) -> str:
        return told(key, lang)

    style = style_of(name, frame, aliases, say)
    return MapLayer(name, word(LAYERS, name, lang), word(DESCRIPTIONS, name, lang), frame, aliases, style)


def _bands(view: View, where: pd.DataFrame, ground: Ground) -> Any:
    """Bands to any institution, to hospitals, and to the clinics of the main specialties today and by the plan."""
    from geodata.map_ground import distinct, travel_bands
    from geodata.travel_options import TravelOptions

    bands = ground.bands
    if bands is None:
        hospitals = set(where.loc[where["level"] >= 2, "id"])
        everywhere = set(where["id"])
        offers = [("any", everywhere, everywhere), ("hospitals", hospitals, hospitals)]
        specialties = _specialty_places(view)
        offers = [*specialties[:1], *(offer for offer in offers[::-1] if offer[1]), *specialties[1:]]
        options = TravelOptions.of(view.saved.info.get("settings", {}))
        # What known trips gave counts, not the setting alone.
        found = view.saved.info.get("travel", {}).get("calibration", {})
        options = replace(options, calibration=to_float(found.get("factor")) or options.calibration)
        bands = travel_bands(where, distinct(offers), ground, options)
    names = {key: _offer_name(view, key) for key in set(bands["offer"])}
    moments = {moment: told(moment, view.lang) for moment in ("today", "plan", "both")}
    named = bands.assign(offer_name=bands["offer"].map(names), moment_name=bands["moment"].map(moments))
    columns = ["offer", "offer_name", "moment", "moment_name", "minutes", "estimated", "rank"]
    return named[[*columns, named.geometry.name]]


def _offer_name(view: View, key: str) -> str:
    specialty = key.removeprefix("specialty:")
    if specialty == key:
        return told(key, view.lang)
    return told("specialty_care", view.lang, name=view.name("specialties", specialty))


def _specialty_places(view: View) -> list[tuple[str, set[str], set[str]]]:
    """Where each specialty is seen, today and by the plan; the specialty with most new places first.

    A place counts as in the indicators: a clinic, a running posting, or a hospital that treats it.
    """
    from planner import situation
    from planner.audit.facts import Facts
    from planner.audit.read import typed
    from planner.audit.today import hosts

    facts = Facts(typed(view.saved.region, view.saved.tables, view.saved.info.get("settings", {})))
    both = situation.today(facts), situation.planned(facts)
    need = both[1].visits.groupby("specialty")["need"].sum().sort_values(ascending=False, kind="stable")
    treated = [(str(hospital), str(specialty)) for hospital, specialty in hosts(facts)]
    found = []
    for specialty in need.index[:MOST_SPECIALTIES]:
        home = {hospital for hospital, other in treated if other == specialty}
        sets = []
        for now in both:
            clinics = now.clinics[(now.clinics["specialty"] == specialty) & (now.clinics["sessions"] > 0)]
            posted = now.posted[now.posted["specialty"] == specialty]
            sets.append(home | set(clinics["institution"].astype(str)) | set(posted["institution"].astype(str)))
        if sets[0] or sets[1]:
            found.append((f"specialty:{specialty}", sets[0], sets[1]))
    gain = _people_near(view, found)
    return [one for _, one in sorted(zip(gain, found, strict=True), key=lambda pair: -pair[0])]


def _people_near(view: View, offers: list[tuple[str, set[str], set[str]]]) -> list[float]:
    """Residents at the places that each offer gains, less those at the places that it loses."""
    table = view.saved.region.get("institutions", pd.DataFrame())
    people: Mapping[str, float] = {
        str(row["id"]): to_float(row.get("population")) or 1.0 for row in table.to_dict("records")
    }
    return [
        sum(people.get(key, 0.0) for key in plan - today) - sum(people.get(key, 0.0) for key in today - plan)
        for _, today, plan in offers
    ]
