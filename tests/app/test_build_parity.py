"""The builder and the audit read the same tables independently and must meet in the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.county import CALENDAR, MINUTES, rows
from support.tables import region, trips

from geodata.region import Region
from models.instance import FREQUENCIES, Instance
from planner.audit.facts import Facts
from planner.audit.loads import capabilities
from planner.audit.read import typed
from planner.audit.today import needs_today
from planner.build import build_instance
from planner.config import Config, read_config

TIANCHANG = Path(__file__).parents[2] / "planner" / "regions" / "tianchang"


def _rich_county() -> dict[str, Any]:
    """The county with something of everything that the derived facts depend on."""
    made = rows()
    made["specialties"] += [{"id": "L", "patients_per_session": 10, "capture_weekly": 0.4, "ramp_weeks": 26}]
    made["doctors"] += [
        {"id": "D4", "institution": "H", "specialty": "L", "scope": "K;L", "sessions_per_week": 4},
        {"id": "D5", "institution": "H2", "specialty": "L", "sessions_per_week": 20, "home_visits_per_month": 33},
    ]
    made["needs"] += [
        {"institution": i, "specialty": k, "visits_per_month": need, "referred_visits_per_month": sent}
        for i, k, need, sent in (
            ("S", "L", 90, None), ("T", "K", 70, 20), ("T", "L", 60, 30), ("V", "K", 30, 10), ("H", "K", 800, 0),
        )
    ]  # fmt: skip
    made["needs"][2]["left_visits_per_month"] = 65
    made["referrals"] = [
        {"origin": "S", "destination": "H2", "specialty": "L", "patients_per_month": 12},
        {"origin": "S", "destination": "outside", "specialty": "L", "patients_per_month": 9},
        {"origin": "T", "destination": "H", "patients_per_month": 2},
        {"origin": "T", "destination": "H2", "patients_per_month": 6},
    ]
    made["roster"] = [
        {"doctor": "D1", "institution": "S", "slot": "am", "weekday": 1, "weeks": "odd"},
        {"doctor": "D4", "institution": "S", "slot": "day", "weekday": 1},
        {"doctor": "D4", "institution": "S", "slot": "day", "weekday": 3},
        {"doctor": "D3", "institution": "S", "slot": "am", "weekday": 2, "specialty": "K"},
        {"doctor": "D5", "institution": "T", "slot": "pm", "weekday": 5, "weeks": "even"},
        {"doctor": "D2", "institution": "T", "slot": "am", "date": "2026-05-04"},
        *({"doctor": "D4", "institution": "V", "slot": "day", "date": f"2026-04-0{n}"} for n in range(1, 7)),
    ]
    made["current_postings"] = [
        {"doctor": "D2", "institution": "S", "start": "2026-03-01", "end": "2026-08-31"},
        {"doctor": "D5", "institution": "V", "start": "2026-06-15", "end": "2026-12-31"},
        {"doctor": "D3", "institution": "T", "start": "2025-06-15", "end": "2026-06-01"},
    ]
    made["duties"] = [
        {"doctor": "D5", "weekday": 7, "slot": "night", "weeks": "even"},
        {"doctor": "D5", "weekday": 2, "slot": "am", "weeks": "odd"},
        {"doctor": "D5", "date": "2026-06-10", "slot": "night"},
        {"doctor": "D4", "weekday": 4, "slot": "day"},
    ]
    made["absences"] = [
        {"doctor": "D5", "start": "2026-06-01", "end": "2026-06-09", "slot": "pm"},
        {"doctor": "D4", "start": "2026-07-01", "end": "2026-09-30"},
    ]
    made["closures"] = [
        {"institution": "S", "start": "2026-06-08", "end": "2026-06-12"},
        {"institution": "H2", "start": "2026-06-16", "end": "2026-06-16", "slot": "am"},
        {"institution": "H2", "start": "2026-06-16", "end": "2026-06-17", "slot": "pm"},
    ]
    made["capabilities"] = [{"institution": "H", "specialty": "K", "visits_per_month": 2000}]
    made["reserves"] = [{"institution": "H2", "specialty": "K", "visits_per_month": 4}]
    return made


def _both(tables: Region, config: Config, travel: pd.DataFrame) -> tuple[Instance, Facts]:
    saved = typed({**tables.tables, "travel": travel}, {}, config.to_dict())
    return build_instance(tables, config, travel).instance, Facts(saved)


@pytest.mark.parametrize(
    "settings",
    [
        {"calendar": CALENDAR},
        {"calendar": {"start": "2026-01-05", "weeks": 33}},
        {"calendar": {"start": "2026-06-01", "weeks": 26, "off": ["2026-06-03"], "holidays": "none"}},
        {"calendar": {"weeks": 20}},
        {"calendar": CALENDAR, "scenario": {"demand_growth": -0.3}},
        {
            "calendar": CALENDAR,
            "sessions": {"slack_share": 0.2, "sessions_per_week": 3, "half_day_minutes": 20},
            "referrals": {"reserve_share": 0.1, "capability_margin": 0.2, "recoverable_share": 0.3},
            "scenario": {"capture_factor": 1.3, "demand_growth": 0.25, "home_cost_factor": 1.5},
        },
    ],
)
def test_a_county_with_everything(settings: Mapping[str, Any]) -> None:
    """Counts, free half-days, needs, calibration and capability agree under several settings."""
    instance, facts = _both(region(_rich_county()), read_config(settings), trips(MINUTES))
    _compare(instance, facts)


@pytest.mark.skipif(not TIANCHANG.is_dir(), reason="the bundled county is not there")
def test_the_bundled_county() -> None:
    """They agree on Tianchang as well."""
    from geodata.read import read_region
    from geodata.travel import travel_table

    bundled = read_region(TIANCHANG)
    config = read_config(bundled.settings)
    travel = travel_table(bundled, config.to_dict()["travel"])
    _compare(*_both(bundled, config, travel))


def _compare(instance: Instance, facts: Facts) -> None:
    _compare_sites(instance, facts)
    free = {
        (doctor.id, quarter.name): half_days
        for doctor in instance.doctors.values()
        for quarter, half_days in zip(instance.quarters, doctor.free, strict=True)
    }
    assert free == facts.free.to_dict()
    table = facts.clinics_today.set_index(["doctor", "institution", "specialty", "quarter"])["sessions"]
    held = {
        (*key, q.name): float(n)
        for key, counts in instance.today_sessions.items()
        for q, n in zip(instance.quarters, counts, strict=True)
        if n
    }
    assert held == table.to_dict()
    cells, referred = needs_today(facts)
    assert set(instance.needs) == set(cells.index)
    for key, need in instance.needs.items():
        for name in ("need", "own", "left", "outreach", "unmet", "calibration", "recoverable", "has_outreach"):
            assert getattr(need, name) == pytest.approx(cells.loc[key, name], abs=1e-9), (key, name)
    sent = {(i, k, h): x for (i, k), need in instance.needs.items() for h, x in need.referred.items() if x > 1e-9}
    other = referred[referred["visits"] > 1e-9].set_index(["institution", "specialty", "hospital"])["visits"]
    assert sent == pytest.approx(other.to_dict())
    able = capabilities(facts)
    assert set(instance.capabilities) == set(able.index)
    for key, home in instance.capabilities.items():
        assert (home.visits, home.own_load, home.reserve) == pytest.approx(
            tuple(able.loc[key, ["visits", "own_load", "reserve"]])
        )


def _compare_sites(instance: Instance, facts: Facts) -> None:
    table = facts.sites.set_index(["institution", "quarter"])
    for site in instance.sites.values():
        for at, quarter in enumerate(instance.quarters):
            row = table.loc[(site.id, quarter.name)]
            assert (site.slots[at], site.half_days[at]) == (row["slots"], row["half_days"])
            for f in FREQUENCIES:
                counts = (site.counts_regular[f][at], site.counts_low[f][at], site.counts_high[f][at])
                assert counts == (row[f"n_{f}"], row[f"low_{f}"], row[f"high_{f}"])
