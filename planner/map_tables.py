"""What the map shows of a saved plan, as plain tables with the ids of places; shapes come later.

Amounts are per month over the horizon. Institutions are those of the saved region, in WGS 84.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geodata.coordinates import tables_to_wgs84
from geodata.map_layers import located
from geodata.map_look import mark_of
from planner.map_words import told
from planner.text import joined
from planner.view import View, text_of, to_float

#: Amounts below this are rounding of the solver.
SMALLEST = 5e-4


def places(view: View) -> tuple[pd.DataFrame, int]:
    """(institutions with coordinates: id, name, level, kind, group, lead, mark, ..., lon, lat; how many lack them)."""
    table = _in_degrees(view, "institutions")
    if table.empty or not {"id", "lon", "lat"} <= set(table.columns):
        return pd.DataFrame(columns=["id", "name", "level", "kind", "group", "lead", "mark", "lon", "lat"]), len(table)
    found = located(table)
    texts = ("kind", "group", "lead", "phone", "parent")
    shown = pd.DataFrame({"id": found["id"].astype(str)})
    shown["name"] = [view.name("institutions", key) for key in shown["id"]]
    for name in texts:
        shown[name] = [text_of(value) for value in found[name]] if name in found else ""
    for name in ("level", "population", "beds"):
        shown[name] = pd.to_numeric(found[name], errors="coerce") if name in found else float("nan")
    shown["level"] = shown["level"].fillna(0).astype(int)
    shown["kind_name"] = [told(kind, view.lang) if kind else "" for kind in shown["kind"]]
    marks = zip(shown["level"], shown["kind"], strict=True)
    shown["mark"] = [mark_of(float(level), kind) for level, kind in marks]
    shown = shown.assign(lon=found["lon"].to_numpy(float), lat=found["lat"].to_numpy(float))
    return shown, int(table["id"].nunique()) - len(shown)


def communities(view: View) -> pd.DataFrame:
    """Communities with coordinates: id, name, population, institution (name), lon, lat."""
    table = _in_degrees(view, "communities")
    if table.empty or not {"id", "lon", "lat"} <= set(table.columns):
        return pd.DataFrame(columns=["id", "name", "population", "institution", "lon", "lat"])
    found = located(table)
    blank = pd.Series("", index=found.index)
    return pd.DataFrame({
        "id": found["id"].astype(str),
        "name": found.get("name", found["id"]).astype(str),
        "population": pd.to_numeric(found.get("population", blank), errors="coerce").fillna(0.0),
        "institution": [view.name("institutions", key) for key in found.get("institution", blank)],
        "lon": found["lon"],
        "lat": found["lat"],
    })  # fmt: skip


def _in_degrees(view: View, name: str) -> pd.DataFrame:
    """A table of the saved region with lon and lat in WGS 84 degrees."""
    table = view.saved.region.get(name)
    if table is None or table.empty:
        return pd.DataFrame()
    numbers = {
        column: pd.to_numeric(table[column], errors="coerce") for column in ("lon", "lat") if column in table.columns
    }
    return tables_to_wgs84({name: table.assign(**numbers)}, view.saved.info.get("settings", {}))[name]


def sessions(view: View) -> pd.DataFrame:
    """from_id, to_id, specialty_id, specialty, sessions_per_month, doctors, minutes: one row for each line."""
    table = view.saved.table("sessions")
    table = table.assign(from_id=[_home(view, key) for key in table["doctor"]], to_id=table["institution"])
    months = view.months()
    rows = []
    for (origin, site, specialty), group in table.groupby(["from_id", "to_id", "specialty"], sort=True):
        names = dict.fromkeys(view.name("doctors", key) for key in group["doctor"])
        rows.append({
            "from_id": origin, "to_id": site, "specialty_id": specialty,
            "specialty": view.name("specialties", specialty),
            "sessions_per_month": round(float(group["sessions"].sum()) / months, 2),
            "doctors": _join(view, list(names)), "minutes": _most(group["minutes"]),
        })  # fmt: skip
    columns = ["from_id", "to_id", "specialty_id", "specialty", "sessions_per_month", "doctors", "minutes"]
    return _named(view, pd.DataFrame(rows, columns=columns))


def session_flows(view: View, by_specialty: pd.DataFrame) -> pd.DataFrame:
    """The clinics of `sessions` over all specialties."""
    rows = []
    for (origin, site), group in by_specialty.groupby(["from_id", "to_id"], sort=True):
        told_of = [f"{name} {n:g}" for name, n in zip(group["specialty"], group["sessions_per_month"], strict=True)]
        rows.append({
            "from_id": origin, "to_id": site, "sessions_per_month": round(float(group["sessions_per_month"].sum()), 2),
            "specialties": _join(view, told_of), "minutes": _most(group["minutes"]),
        })  # fmt: skip
    columns = ["from_id", "to_id", "sessions_per_month", "specialties", "minutes"]
    return _named(view, pd.DataFrame(rows, columns=columns))


def postings(view: View) -> pd.DataFrame:
    """One row for each posting: doctor, title, specialty, start, end, state, from_id, to_id."""
    table = view.saved.table("postings")
    rows = [
        {
            "from_id": _home(view, row["doctor"]), "to_id": row["institution"],
            "doctor": view.name("doctors", row["doctor"]),
            "title": view.title(view.doctors.get(str(row["doctor"]), {}).get("title", "")),
            "specialty": view.name("specialties", row["specialty"]), "start": text_of(row["start"]),
            "end": text_of(row["end"]), "state": text_of(row["state"]),
        }
        for row in table.sort_values(["institution", "doctor", "start"], kind="stable").to_dict("records")
    ]  # fmt: skip
    columns = ["from_id", "to_id", "doctor", "title", "specialty", "start", "end", "state"]
    return _named(view, pd.DataFrame(rows, columns=columns))


def service_links(view: View) -> pd.DataFrame:
    """Institution to centre by service: items_per_day, share, backup, minutes, turnaround_minutes."""
    table = view.saved.table("service_links").rename(columns={"institution": "from_id", "centre": "to_id"})
    table = table.assign(
        service_id=table["service"], service=[view.name("services", key) for key in table["service"]],
        backup=["yes" if value == "yes" else "no" for value in table["backup"]],
    )  # fmt: skip
    columns = ["from_id", "to_id", "service_id", "service", "backup", "share", "items_per_day", "minutes"]
    return _named(view, table[[*columns, "turnaround_minutes"]].sort_values(columns[:4], kind="stable"))


def centres(view: View, where: pd.DataFrame) -> pd.DataFrame:
    """Open centres: service, institution, level, capacity, used, opens, with lon and lat."""
    table = view.saved.table("centres").rename(columns={"items_per_day": "capacity"})
    table = table.sort_values(["service", "institution", "quarter"], kind="stable")
    table = table.drop_duplicates(["service", "institution"])
    spots = where.set_index("id")[["lon", "lat"]].reindex(table["institution"])
    found = pd.DataFrame({
        "id": [f"{s}@{i}" for s, i in zip(table["service"], table["institution"], strict=True)],
        "service_id": table["service"].to_numpy(object),
        "service_name": [view.name("services", key) for key in table["service"]],
        "name": [view.name("institutions", key) for key in table["institution"]],
        "level": [text_of(value) for value in table["level"]],
        "capacity": table["capacity"].to_numpy(), "used": table["used"].to_numpy(),
        "opens": [text_of(value) for value in table["opens"]],
        "lon": spots["lon"].to_numpy(float), "lat": spots["lat"].to_numpy(float),
    })  # fmt: skip
    return found[found["lon"].notna()].reset_index(drop=True)


def referrals(view: View) -> pd.DataFrame:
    """from_id, to_id, direction, patients_per_month over all specialties; care outside has no place on the map."""
    table = view.saved.table("referrals")
    table = table[(table["destination"] != "outside") & (table["patients_per_month"] >= SMALLEST)]
    quarters = view.quarters()
    rows = []
    for (direction, origin, site), group in table.groupby(["direction", "origin", "destination"], sort=True):
        by = group.groupby("specialty")["patients_per_month"].sum().sort_values(ascending=False, kind="stable")
        named = [f"{view.name('specialties', key)} {view.figure(n / quarters)}" for key, n in by.items()]
        rows.append({
            "from_id": origin, "to_id": site, "direction": direction,
            "direction_name": told(f"referrals_{direction}", view.lang),
            "patients_per_month": round(float(by.sum()) / quarters, 2), "specialties": _join(view, named),
            "minutes": _most(group["minutes"]),
        })  # fmt: skip
    columns = ["from_id", "to_id", "direction", "direction_name", "patients_per_month", "specialties", "minutes"]
    return _named(view, pd.DataFrame(rows, columns=columns))


def tele_links(view: View) -> pd.DataFrame:
    """Hospital to site by specialty: visits a month, divided by the half-days that each hospital gives."""
    given, visits = view.saved.table("teleconsultations"), view.saved.table("visits")
    visits = visits[visits["tele"] >= SMALLEST]
    given = given.assign(from_id=[_home(view, key) for key in given["doctor"]])
    share = given.groupby(["specialty", "from_id"])["half_days"].sum()
    share = share / share.groupby("specialty").transform("sum")
    need = visits.groupby(["specialty", "institution"])["tele"].sum() / view.quarters()
    both = need.rename("tele").reset_index().merge(share.rename("part").reset_index(), on="specialty", how="inner")
    found = pd.DataFrame({
        "from_id": both["from_id"], "to_id": both["institution"],
        "specialty": [view.name("specialties", key) for key in both["specialty"]],
        "visits_per_month": (both["tele"] * both["part"]).round(2),
    })  # fmt: skip
    found = found[found["visits_per_month"] > 0].sort_values(["from_id", "to_id", "specialty"], kind="stable")
    return _named(view, found.reset_index(drop=True))


def described(view: View, where: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The institutions with what each hosts, gives and gets, in numbers and in a sentence."""
    flows, posted, links = tables["sessions_by_specialty"], tables["postings"], tables["service_links"]
    main = links[(links["backup"] != "yes") & (links["from_id"] != links["to_id"])]
    centre_of = tables["centres"].assign(place=[text.split("@", 1)[1] for text in tables["centres"]["id"]])
    hosted = {key: list(dict.fromkeys(rows["service_name"])) for key, rows in centre_of.groupby("place")}
    visits = view.saved.table("visits").groupby("institution")[["sessions", "posted", "tele", "left", "unmet"]].sum()
    amounts = (visits / view.quarters()).to_dict("index")
    out_of, into_of = _split(flows, "from_id"), _split(flows, "to_id")
    sent_of, here_of = _split(posted, "from_id"), _split(posted, "to_id")
    serving_of, served_of = _split(main, "to_id"), _split(main, "from_id")
    rows: list[dict[str, Any]] = []
    for key in where["id"]:
        out, into = out_of.get(key, flows[:0]), into_of.get(key, flows[:0])
        sent, here = sent_of.get(key, posted[:0]), here_of.get(key, posted[:0])
        serving, served = serving_of.get(key, main[:0]), served_of.get(key, main[:0])
        cell = amounts.get(key, dict.fromkeys(visits.columns, 0.0))
        rows.append({
            "hosts": _join(view, hosted.get(key, [])),
            "gives": _join(view, _gives(view, out, sent, serving), "clauses"),
            "gets": _join(view, _gets(view, into, here, served), "clauses"),
            "clinics_given": round(float(out["sessions_per_month"].sum()), 2),
            "clinics_got": round(float(into["sessions_per_month"].sum()), 2),
            "posted_out": len(sent), "posted_in": len(here),
            "tele_visits": round(float(cell["tele"]), 2),
            "kept": round(float(cell["sessions"] + cell["posted"] + cell["tele"]), 1),
            "left_outside": round(float(cell["left"]), 1), "unmet_visits": round(float(cell["unmet"]), 1),
        })  # fmt: skip
    return pd.concat([where.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def _split(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """The rows of each value of a column."""
    return {str(key): rows for key, rows in table.groupby(column, sort=False)}


def _gives(view: View, clinics: pd.DataFrame, posted: pd.DataFrame, serving: pd.DataFrame) -> list[str]:
    parts = []
    if len(clinics):
        count = view.figure(round(float(clinics["sessions_per_month"].sum()), 1))
        parts.append(told("gives_clinics", view.lang, count=count, sites=clinics["to_id"].nunique()))
    if len(posted):
        parts.append(told("gives_posted", view.lang, count=len(posted)))
    for name, group in serving.groupby("service", sort=True):
        parts.append(told("gives_service", view.lang, name=name, count=group["from_id"].nunique()))
    return parts


def _gets(view: View, clinics: pd.DataFrame, posted: pd.DataFrame, served: pd.DataFrame) -> list[str]:
    parts: list[str] = []
    if not (len(clinics) or len(posted) or len(served)):
        return parts
    for name, count in clinics.groupby("specialty", sort=True)["sessions_per_month"].sum().items():
        parts.append(told("gets_clinics", view.lang, name=name, count=view.figure(round(float(count), 1))))
    parts += [told("gets_posted", view.lang, name=name) for name in posted["specialty"]]
    for name, group in served.groupby("service", sort=True):
        centre = _join(view, list(dict.fromkeys(group["to_name"])))
        parts.append(told("gets_service", view.lang, name=name, centre=centre))
    return parts


def _named(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the names of both ends beside their ids."""
    names = {end: [view.name("institutions", key) for key in table[f"{end}_id"]] for end in ("from", "to")}
    first = pd.DataFrame({
        "from_id": table["from_id"], "from_name": names["from"], "to_id": table["to_id"], "to_name": names["to"],
    })  # fmt: skip
    return pd.concat([first, table.drop(columns=["from_id", "to_id"])], axis=1).reset_index(drop=True)


def _home(view: View, doctor: object) -> str:
    return view.doctors.get(str(doctor), {}).get("institution", "")


def _join(view: View, parts: list[str], mark: str = "list") -> str:
    return joined(parts, view.lang, mark)


def _most(values: pd.Series) -> float:
    found = to_float(pd.to_numeric(values, errors="coerce").max())
    return float("nan") if found is None else round(found, 1)
