"""Summaries of a plan that the report and the workbook share: headline figures, sites, centres, flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.text import joined
from planner.view import SCENARIOS, View, to_float
from planner.words import VALUES, word

#: Amounts below this are rounding of the solver.
SMALLEST = 5e-4
#: Kinds of visits on the first screen, with the measures of `scenarios.csv` that add up to each.
HEADLINES = {
    "kept": ("visits:sessions", "visits:posted", "visits:tele"),
    "left": ("visits:left",),
    "unmet": ("visits:unmet",),
}


@dataclass(frozen=True)
class Headline:
    """One figure of the first screen: the plan's and today's, as text and as numbers, and whether less is better."""

    label: str
    value: str
    today: str
    unit: str
    better: str  # "up", "down" or "" where neither is
    numbers: tuple[float, float | None] = (0.0, None)


@dataclass(frozen=True)
class Clinic:
    """The clinics of one specialty at one site over the horizon."""

    site: str
    specialty: str
    mode: str
    count: int
    main: str
    others: str
    minutes: float
    kept: float


def visits_total(view: View, column: str) -> float:
    """Visits per month of one kind over the whole plan, the mean of its quarters."""
    table = view.saved.table("visits")
    if column == "kept":
        return sum(visits_total(view, part) for part in ("sessions", "posted", "tele"))
    return float(table[column].sum()) / view.quarters() if len(table) else 0.0


def today_value(view: View, kind: str) -> float | None:
    """Today's figure of a kind of visits; None when the scenarios do not state it."""
    found = [view.scenario_value("today", measure) for measure in HEADLINES[kind]]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


def sessions_per_month(view: View) -> float:
    return float(view.saved.table("sessions")["sessions"].sum()) / view.months()


def posted_doctors(view: View) -> int:
    return int(view.saved.table("postings")["doctor"].nunique())


def open_centres(view: View) -> int:
    return len(view.saved.table("centres").drop_duplicates(["service", "institution"]))


def headlines(view: View) -> list[Headline]:
    """The figures of the first screen."""
    unit = view.unit("visits/month")
    found = []
    for kind, better in (("kept", "up"), ("left", "down"), ("unmet", "down")):
        today = today_value(view, kind)
        label = view.measure(f"{kind}_visits")
        value = visits_total(view, kind)
        found.append(Headline(label, view.figure(value), view.figure(today), unit, better, (value, today)))
    clinics_today = view.scenario_value("today", "clinics")
    months = view.months() / view.quarters()
    counts = (
        ("sessions_per_month", sessions_per_month(view), clinics_today and clinics_today / months, "sessions/month"),
        ("posted_doctors", posted_doctors(view), view.scenario_value("today", "posted doctors"), "persons"),
        ("open_centres", open_centres(view), None, "centres"),
    )
    for measure, value, today, of in counts:
        label, numbers = view.measure(measure), (value, today)
        found.append(Headline(label, view.figure(value), view.figure(today), view.unit(of), "", numbers))
    return found


def answer(view: View) -> str:
    """The plan in one sentence."""
    values = {kind: view.figure(visits_total(view, kind)) for kind in ("kept", "left", "unmet")}
    values |= {f"{kind}_today": view.figure(today_value(view, kind)) for kind in ("kept", "left", "unmet")}
    counts = {
        "sessions": view.figure(sessions_per_month(view)),
        "posted": str(posted_doctors(view)),
        "centres": str(open_centres(view)),
    }
    return view.say("answer_sentence", **values, **counts)


def clinics(view: View) -> list[Clinic]:
    """Clinics by site and specialty, sites in the order of the institutions table."""
    table = view.saved.table("sessions")
    if table.empty:
        return []
    visits = view.saved.table("visits").set_index(["institution", "specialty"]).sort_index()
    order = {key: at for at, key in enumerate(view.names["institutions"])}
    found = []
    for (site, specialty), rows in table.groupby(["institution", "specialty"], sort=True):
        by_doctor = rows.groupby("doctor")["sessions"].sum().sort_values(ascending=False, kind="stable")
        mains = list(dict.fromkeys(rows.loc[rows["main"] == "yes", "doctor"])) or [by_doctor.index[0]]
        others = [f"{view.name('doctors', key)} {n:g}" for key, n in by_doctor.items() if key not in mains]
        cell = visits.loc[[(site, specialty)]] if (site, specialty) in visits.index else visits.iloc[:0]
        modes = [mode for mode in dict.fromkeys(cell.get("mode", [])) if mode and mode == mode]
        clinic = Clinic(
            site=str(site),
            specialty=str(specialty),
            mode="/".join(word(VALUES, str(mode), view.lang) for mode in modes),
            count=int(rows["sessions"].sum()),
            main=joined((view.doctor(str(key)) for key in mains), view.lang),
            others=joined(others, view.lang),
            minutes=float(rows["minutes"].max()),
            kept=float(cell["sessions"].sum()) / view.quarters() if len(cell) else 0.0,
        )
        found.append(clinic)
    return sorted(found, key=lambda one: (order.get(one.site, len(order)), one.specialty))


def site_matrix(view: View) -> pd.DataFrame:
    """Clinics in the horizon: sites in rows, specialties in columns, `total` last; ids as labels."""
    table = view.saved.table("sessions")
    if table.empty:
        return pd.DataFrame()
    wide = table.pivot_table(index="institution", columns="specialty", values="sessions", aggfunc="sum", fill_value=0)
    order = {key: at for at, key in enumerate(view.names["institutions"])}
    wide = wide.loc[sorted(wide.index, key=lambda key: (order.get(str(key), len(order)), str(key)))]
    wide["total"] = wide.sum(axis=1)
    return wide


def postings(view: View) -> pd.DataFrame:
    """The postings with title, department and home of each doctor, by site."""
    table = view.saved.table("postings").copy()
    for place, column in (("title", "title"), ("department", "department"), ("home", "institution")):
        table[place] = [view.doctors.get(str(key), {}).get(column, "") for key in table["doctor"]]
    table["title"] = [view.title(str(key)) for key in table["title"]]
    columns = ["institution", "specialty", "doctor", "title", "department", "home", "start", "end", "state"]
    return table[columns].sort_values(["institution", "specialty", "start", "doctor"], kind="stable")


def centres(view: View) -> pd.DataFrame:
    """The open centres with how many institutions each serves and its farthest one."""
    table = view.saved.table("centres").copy()
    links = view.saved.table("service_links")
    served = links.groupby(["service", "centre"])["institution"].nunique()
    far = links.groupby(["service", "centre"])["minutes"].max()
    keys = list(zip(table["service"], table["institution"], strict=True))
    table["served"] = [int(served.get(key, 0)) for key in keys]
    table["minutes"] = [to_float(far.get(key)) for key in keys]
    table = table.rename(columns={"items_per_day": "capacity"})
    columns = ["service", "institution", "level", "wait_minutes", "capacity", "used", "served", "minutes"]
    columns += ["opens", "cost_per_year"]
    return table[columns].sort_values(["service", "institution"], kind="stable")


def link_matrix(view: View) -> pd.DataFrame:
    """Institutions in rows, services in columns, the serving centres (ids) in the cells."""
    links = view.saved.table("service_links")
    links = links[links["backup"] != "yes"]
    if links.empty:
        return pd.DataFrame()
    return links.pivot_table(
        index="institution",
        columns="service",
        values="centre",
        aggfunc=lambda found: joined(dict.fromkeys(view.name("institutions", key) for key in found), view.lang),
        fill_value="",
    )


def teleconsultations(view: View) -> pd.DataFrame:
    """Half-days of teleconsultation by specialty, with the doctors who give them."""
    table = view.saved.table("teleconsultations")
    rows = []
    for specialty, group in table.groupby("specialty", sort=True):
        by_doctor = group.groupby("doctor")["half_days"].sum()
        by_doctor = by_doctor[by_doctor >= SMALLEST].sort_values(ascending=False, kind="stable")
        told = joined((f"{view.name('doctors', key)} {view.figure(n)}" for key, n in by_doctor.items()), view.lang)
        rows.append((specialty, float(by_doctor.sum()), told))
    return pd.DataFrame(rows, columns=["specialty", "half_days", "doctors"])


def shortfalls(view: View) -> pd.DataFrame:
    """Promises that are not kept; solver dust is not one."""
    table = view.saved.table("shortfalls")
    return table[table["amount"] >= SMALLEST]


def flows(view: View) -> pd.DataFrame:
    """Visits a month: where the residents of each institution go (one column per hospital, ids), and who returns.

    Summed over specialties, the mean of the quarters; `down` is what comes back to the institution.
    """
    table = view.saved.table("referrals")
    if table.empty:
        return pd.DataFrame()
    back = table["direction"] == "down"
    rows = table.assign(
        institution=table["origin"].where(~back, table["destination"]),
        to=table["destination"].where(~back, "down"),
        visits=table["patients_per_month"] / view.quarters(),
    )
    wide = rows.pivot_table(index="institution", columns="to", values="visits", aggfunc="sum", fill_value=0.0)
    order = {key: at for at, key in enumerate((*view.names["institutions"], "outside", "down"))}
    columns = sorted(wide.columns, key=lambda key: (order.get(str(key), -1), str(key)))
    return wide.loc[sorted(wide.index, key=lambda key: (order.get(str(key), -1), str(key))), columns]


def scenario_bars(view: View) -> list[dict[str, Any]]:
    """Measures with the four scenarios' figures and bar lengths in percent of the row's largest."""
    rows = []
    for row in view.scenarios().to_dict("records"):
        values = [to_float(row[name]) for name in SCENARIOS]
        largest = max((abs(value) for value in values if value is not None), default=0.0)
        rows.append(
            {
                "label": view.measure(str(row["measure"])),
                "unit": "" if row["unit"] == "share" else view.unit(row["unit"]),
                "cells": [
                    {
                        "text": view.figure(value, row["unit"]),
                        "width": 0.0 if value is None or not largest else round(100 * abs(value) / largest, 1),
                    }
                    for value in values
                ],
            }
        )
    return rows
