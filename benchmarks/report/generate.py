"""A plan folder of a city group's size, written as tables and never solved: 900 institutions, 20,000 roster lines.

Places, names, needs and clinics are random with a fixed seed. Numbers are plausible, not consistent
as a solver's would be: the folder is for measuring the report, nothing else.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.folder import TABLES, write_plan, write_table

HOSPITALS, CENTRES, CLINICS, DOCTORS, COMMUNITIES = 8, 292, 600, 1600, 3000
SPECIALTIES, SERVICES, WEEKS, LINES = 18, 5, 13, 20_000
START = date(2026, 3, 30)
SPAN = 1.1  # degrees


class County:
    """The tables of one made-up region and plan."""

    def __init__(self, seed: int = 11) -> None:
        self.dice = np.random.default_rng(seed)
        self.hospitals = [f"H{n}" for n in range(HOSPITALS)]
        self.centres = [f"T{n:03d}" for n in range(CENTRES)]
        self.clinics = [f"V{n:03d}" for n in range(CLINICS)]
        self.ids = [*self.hospitals, *self.centres, *self.clinics]
        self.spots = 118.5 + self.dice.random((len(self.ids), 2)) * SPAN * np.array([1, 0.85]) - np.array([0, 86.3])
        self.home = self.dice.integers(0, HOSPITALS, DOCTORS)
        self.trade = np.arange(DOCTORS) % SPECIALTIES
        self.specialties = [f"s{n:02d}" for n in range(SPECIALTIES)]
        self.services = ["imaging", "ecg", "laboratory", "pathology", "sterile_supply"]

    def region(self) -> dict[str, pd.DataFrame]:
        """The region's tables, as text."""
        dice, group = self.dice, [f"第{n % HOSPITALS + 1}医疗集团" for n in range(len(self.ids))]
        level = ["3"] * 2 + ["2"] * (HOSPITALS - 2) + ["1"] * CENTRES + ["0"] * CLINICS
        names = [f"市第{n + 1}人民医院" for n in range(HOSPITALS)]
        names += [f"第{n + 1}镇中心卫生院" for n in range(CENTRES)] + [f"第{n + 1}村卫生室" for n in range(CLINICS)]
        people = dice.integers(2000, 40000, len(self.ids))
        institutions = pd.DataFrame(
            {
                "id": self.ids,
                "name": names,
                "level": level,
                "lon": self.spots[:, 0].round(5),
                "lat": self.spots[:, 1].round(5),
                "group": group,
                "lead": ["yes"] * HOSPITALS + ["no"] * (len(self.ids) - HOSPITALS),
                "rooms": 4,
                "staff": 50,
                "population": people,
            }
        )
        doctors = pd.DataFrame(
            {
                "id": [f"D{n:04d}" for n in range(DOCTORS)],
                "name": [f"医生{n}" for n in range(DOCTORS)],
                "institution": [self.hospitals[n] for n in self.home],
                "department": [f"科室{n}" for n in self.trade],
                "specialty": [self.specialties[n] for n in self.trade],
                "title": dice.integers(2, 5, DOCTORS),
                "sessions_per_week": 2,
                "home_visits_per_month": 80,
            }
        )
        specialties = pd.DataFrame(
            {
                "id": self.specialties,
                "name": [f"专科{n + 1}" for n in range(SPECIALTIES)],
                "home_patients_per_session": 5,
                "patients_per_session": 15,
            }
        )
        needs = pd.DataFrame(
            [
                (place, name, *np.round((need, 0.4 * need, 0.35 * need, 0.15 * need), 1), 0.5)
                for place in [*self.hospitals, *self.centres]
                for name in self.specialties
                for need in [float(dice.uniform(40, 400))]
            ],
            columns=[
                "institution",
                "specialty",
                "visits_per_month",
                "own_visits_per_month",
                "referred_visits_per_month",
                "left_visits_per_month",
                "recoverable_share",
            ],
        )
        services = pd.DataFrame(
            {
                "id": self.services,
                "name": ["影像", "心电", "检验", "病理", "消毒"],
                "moves": ["data", "data", "goods", "goods", "goods"],
                "turnaround_minutes": [30, 30, 2880, 7200, 7200],
                "quantile": 0.95,
                "minutes_per_item": 3,
            }
        )
        spots = self.spots[dice.integers(0, len(self.ids), COMMUNITIES)] + dice.normal(0, 0.02, (COMMUNITIES, 2))
        communities = pd.DataFrame(
            {
                "id": [f"C{n:04d}" for n in range(COMMUNITIES)],
                "name": [f"第{n}社区" for n in range(COMMUNITIES)],
                "lon": spots[:, 0].round(5),
                "lat": spots[:, 1].round(5),
                "population": dice.integers(500, 6000, COMMUNITIES),
                "institution": [self.ids[n] for n in dice.integers(0, len(self.ids), COMMUNITIES)],
            }
        )
        referrals = pd.DataFrame(
            [
                (
                    place,
                    self.hospitals[int(dice.integers(HOSPITALS))],
                    name,
                    "up",
                    round(float(dice.uniform(10, 90)), 1),
                )
                for place in self.centres
                for name in self.specialties
            ],
            columns=["origin", "destination", "specialty", "direction", "patients_per_month"],
        )
        levels = pd.DataFrame(
            [
                (service, hospital, "标准", 3000, 12, 8, 800000, "existing")
                for service in self.services
                for hospital in self.hospitals[:3]
            ],
            columns=[
                "service",
                "institution",
                "level",
                "items_per_day",
                "servers",
                "hours_per_day",
                "fixed_cost_per_year",
                "state",
            ],
        )
        volumes = pd.DataFrame(
            [(place, service, 20) for place in self.ids for service in self.services],
            columns=["institution", "service", "items_per_day"],
        )
        return {
            "institutions": institutions,
            "doctors": doctors,
            "specialties": specialties,
            "needs": needs,
            "services": services,
            "communities": communities,
            "referrals": referrals,
            "centres": levels,
            "volumes": volumes,
            "travel": self.travel(spots),
        }

    def travel(self, homes: np.ndarray[Any, Any]) -> pd.DataFrame:
        """Trips within reach: hospitals from everywhere, and the nearest thirty places."""
        rows = []
        for kind, names, spots in (("", self.ids, self.spots), ("", [f"C{n:04d}" for n in range(COMMUNITIES)], homes)):
            far = np.hypot(spots[:, None, 0] - self.spots[None, :, 0], spots[:, None, 1] - self.spots[None, :, 1])
            minutes = 5 + far * 111 * 1.3 / 40 * 60
            near = np.argsort(far, axis=1)[:, :30]
            for at, name in enumerate(names):
                for to in sorted({*near[at].tolist(), *range(HOSPITALS)}):
                    if self.ids[to] != name:
                        rows.append(
                            (name, self.ids[to], round(minutes[at, to], 1), round(far[at, to] * 144, 1), kind, "table")
                        )
        back = [(b, a, m, km, kind, how) for a, b, m, km, kind, how in rows if b in set(self.hospitals)]
        table = pd.DataFrame([*rows, *back], columns=["origin", "destination", "minutes", "km", "profile", "method"])
        return table.drop_duplicates(["origin", "destination"])

    def plan(self) -> dict[str, pd.DataFrame]:
        """The plan's tables: 20,000 dated clinics and what goes with them."""
        dice = self.dice
        days = [START + timedelta(days=n) for n in range(7 * WEEKS) if (START + timedelta(days=n)).isoweekday() <= 5]
        seats = {name: [n for n in range(DOCTORS) if self.trade[n] == at] for at, name in enumerate(self.specialties)}
        cells = [(place, name) for place in self.centres for name in self.specialties]
        chosen = [cells[n] for n in dice.choice(len(cells), LINES // WEEKS, replace=False)]
        roster, sessions = [], []
        for place, name in chosen:
            doctor, other = (f"D{seats[name][int(n)]:04d}" for n in dice.choice(len(seats[name]), 2, replace=False))
            weekday, slot = int(dice.integers(5)), ("am", "pm")[int(dice.random() < 0.35)]
            dates = [day for day in days if day.isoweekday() == weekday + 1]
            roster += [(day.isoformat(), weekday + 1, slot, doctor, place, name, other) for day in dates]
            sessions.append((doctor, place, name, "Q1", len(dates), "yes", 30.0))
        extra = LINES - len(roster)
        for n in range(max(0, extra)):
            place, name = chosen[n % len(chosen)]
            day = days[n % len(days)]
            roster.append((day.isoformat(), day.isoweekday(), "pm", f"D{seats[name][0]:04d}", place, name, ""))
        held = {(place, name) for place, name in chosen}
        visits = []
        for place in [*self.hospitals, *self.centres]:
            for name in self.specialties:
                need = float(dice.uniform(40, 400))
                kept = 0.2 * need if (place, name) in held else 0.0
                visits.append(
                    (
                        place,
                        name,
                        "Q1",
                        need,
                        0.4 * need,
                        kept,
                        0,
                        0,
                        0.35 * need - kept / 2,
                        0.15 * need - kept / 2,
                        0.1 * need,
                        0.05 * need,
                        kept,
                        "weekly" if kept else "",
                    )
                )
        flows = []
        for place in self.centres:
            for name in self.specialties:
                flows.append(
                    (
                        place,
                        self.hospitals[int(dice.integers(HOSPITALS))],
                        name,
                        "up",
                        "Q1",
                        float(dice.uniform(10, 60)),
                        40.0,
                    )
                )
                flows.append((place, "outside", name, "up", "Q1", float(dice.uniform(5, 20)), 90.0))
                flows.append((flows[-2][1], place, name, "down", "Q1", float(dice.uniform(0, 5)), 40.0))
        posted = [
            (f"D{n:04d}", self.centres[n % CENTRES], self.specialties[self.trade[n]], "2026-03-30", "2026-09-29", "new")
            for n in range(200)
        ]
        hosts = self.hospitals[:3]
        links = [
            (place, service, hosts[n % 3], "no", 1.0, 20.0, 35.0, 30.0, 60.0)
            for n, place in enumerate(self.ids)
            for service in self.services
        ]
        centres = [
            (service, host, "", "标准", 30.0, 3000.0, 2100.0, "no", 1.2e6)
            for service in self.services
            for host in hosts
        ]
        measures = {
            "clinics": LINES,
            "posted doctors": 200,
            "cost:centres": 1.8e7,
            "cost:postings": 1.6e7,
            "cost:sessions": 3e6,
            "cost:travel": 6e5,
            "aim:unmet": 9e4,
            "visits:sessions": 2e5,
        }
        return {
            "roster": pd.DataFrame(roster[:LINES], columns=TABLES["roster"]),
            "sessions": pd.DataFrame(sessions, columns=TABLES["sessions"]),
            "visits": pd.DataFrame(visits, columns=TABLES["visits"]),
            "referrals": pd.DataFrame(flows, columns=TABLES["referrals"]),
            "postings": pd.DataFrame(posted, columns=TABLES["postings"]),
            "service_links": pd.DataFrame(links, columns=TABLES["service_links"]),
            "centres": pd.DataFrame(centres, columns=TABLES["centres"]),
            "scenarios": pd.DataFrame(
                [
                    (s, m, v, "yuan/year")
                    for s in ("do_nothing", "today", "by_hand", "plan")
                    for m, v in measures.items()
                ],
                columns=["scenario", "measure", "value", "unit"],
            ),
            "fairness": pd.DataFrame(
                [(f"D{n:04d}", "2026Q2", n % 14, n % 5, n % 4, n % 2, 0) for n in range(DOCTORS)],
                columns=TABLES["fairness"],
            ),
        }

    def ground(self) -> Any:
        """Boundaries of townships as a bent grid, and main roads as broken lines."""
        import geopandas
        import shapely

        from geodata.map_ground import Ground

        low, high = self.spots.min(axis=0) - 0.05, self.spots.max(axis=0) + 0.05
        xs, ys = np.linspace(low[0], high[0], 21), np.linspace(low[1], high[1], 16)
        bend = self.dice.normal(0, 0.01, (16, 21, 2))
        points = np.dstack(np.meshgrid(xs, ys)) + bend
        cells = [
            shapely.Polygon([points[r, c], points[r, c + 1], points[r + 1, c + 1], points[r + 1, c]])
            for r in range(15)
            for c in range(20)
        ]
        roads = []
        for n in range(1500):
            start = self.spots[int(self.dice.integers(len(self.ids)))]
            steps = np.cumsum(self.dice.normal(0, 0.008, (24, 2)), axis=0)
            roads.append((("primary", "secondary", "tertiary")[n % 3], shapely.LineString(start + steps)))
        units = geopandas.GeoDataFrame({"name": [f"第{n}镇" for n in range(300)]}, geometry=cells, crs="EPSG:4326")
        lines = geopandas.GeoDataFrame(
            {"class": [kind for kind, _ in roads], "name": "", "ref": ""},
            geometry=[line for _, line in roads],
            crs="EPSG:4326",
        )
        return Ground(units, lines)


def write(folder: Path) -> Path:
    """The plan folder with its region, audit and map."""
    from planner.folder import read_plan
    from planner.maps import write_maps

    county = County()
    for name, table in county.region().items():
        (folder / "region").mkdir(parents=True, exist_ok=True)
        write_table(folder / "region" / f"{name}.csv", table.astype(str).replace("nan", ""))
    info = {
        "status": "FEASIBLE",
        "stopped_by": "clock",
        "aims": [],
        "region": "测速用医疗集团",
        "seed": 0,
        "seconds": 0.0,
        "settings": {
            "calendar": {
                "start": START.isoformat(),
                "weeks": WEEKS,
                "holidays": "cn",
                "make_up_days": "as_weekday",
                "open_weekdays": [1, 2, 3, 4, 5],
                "off": [],
                "work": [],
            }
        },
        "inputs": {},
        "versions": {},
        "defaults": [],
        "warnings": [],
        "notes": [],
    }
    write_plan(folder, county.plan(), json.loads(json.dumps(info)))
    rules = pd.DataFrame([("room", "", "yes", "20000 checked")], columns=["rule", "subject", "holds", "detail"])
    write_table(folder / "audit.csv", rules)
    write_maps(folder, read_plan(folder), "zh", county.ground())
    return folder
