"""Whole regions: what a bare one gives, how fast big ones are, and the bundled county."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.county import build, rows
from support.tables import Rows, region, trips

from models.instance import Instance
from planner.build import build_instance
from planner.config import Config, read_config

TIANCHANG = Path(__file__).parents[2] / "planner" / "regions" / "tianchang"


def test_institutions_alone_are_a_region() -> None:
    """Only institutions: an instance without any decision, not an error."""
    built = build({"institutions": rows()["institutions"]}, {"calendar": {}})
    instance = built.instance
    assert set(instance.institutions) == {"H", "H2", "S", "T", "V"}
    assert not (instance.sites or instance.needs or instance.doctors or instance.services or instance.posts)
    assert any("typical quarter" in en for _, en in built.notes)


def test_options_and_rules_are_passed_on() -> None:
    """Budget, aims, rules and the blocks' options reach the instance as configured."""
    built = build(
        settings={
            "budget": {"yuan_per_year": 1e6, "covers": ["centres"]},
            "aims": {"order": ["cost", "unmet"]},
            "rules": {"room": "off", "continuity": {"soft": 3}},
        }
    )
    instance = built.instance
    assert (instance.budget.yuan_per_year, instance.budget.covers) == (1e6, ("centres",))
    assert (instance.aims.order, instance.state("room"), instance.state("frequency")) == (
        ("cost", "unmet"), "off", "hard",
    )  # fmt: skip
    assert instance.rules["continuity"].weight == 3
    assert set(instance.options) == {"shared_centres", "postings", "sessions", "referrals"}


def test_building_leaves_the_region_as_it_was() -> None:
    """The tables are read, never changed, and building twice gives the same."""
    made = region(rows())
    before = {name: table.copy() for name, table in made.tables.items()}
    travel = trips({("H", "S"): 30.0})
    first, second = (build_instance(made, Config(), travel) for _ in range(2))
    assert first == second
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, made.tables[name])


def test_notes_are_in_two_languages() -> None:
    """Every note has both sentences, the Chinese one in Chinese."""
    built = build()
    assert built.notes
    assert all(en.isascii() and any("\u4e00" <= c <= "\u9fff" for c in zh) for zh, en in built.notes)


def test_a_location_instance_of_200_places_is_quick() -> None:
    """200 members, 200 hosts and 39,800 trips build in under two seconds."""
    names = [f"{n:03}" for n in range(200)]
    made: dict[str, Rows] = {
        "institutions": [{"id": i, "level": 2} for i in names],
        "services": [{"id": "s", "max_centres": 10}],
        "volumes": [{"institution": i, "service": "s", "items_per_day": 5} for i in names],
        "centres": [{"service": "s", "institution": i, "level": "one", "items_per_day": 100} for i in names],
    }
    dice = np.random.default_rng(1)
    minutes = {(a, b): float(dice.integers(5, 90)) for a in names for b in names if a != b}
    travel, tables = trips(minutes, both_ways=False), region(made)
    started = time.perf_counter()
    instance = build_instance(tables, Config(), travel).instance
    assert time.perf_counter() - started < 2.0
    assert len(instance.minutes) == 39_800 and len(instance.levels) == 200 and not instance.sites


def test_a_county_of_250_doctors_is_quick() -> None:
    """16 sites x 18 specialties, 250 doctors with duties, leave and roster rows: well under a second."""
    started = time.perf_counter()
    instance = _big_county()
    assert time.perf_counter() - started < 3.0  # tables included; the build itself takes about 0.2 s
    assert (len(instance.needs), len(instance.doctors)) == (288, 250)


def _big_county() -> Instance:
    places = [f"S{n:02}" for n in range(16)]
    kinds = [f"K{n:02}" for n in range(18)]
    made: dict[str, Rows] = {
        "institutions": [{"id": h, "level": 3, "group": "A"} for h in ("H1", "H2")]
        + [{"id": i, "level": 1, "group": "A"} for i in places],
        "specialties": [{"id": k} for k in kinds],
        "needs": [
            {"institution": i, "specialty": k, "visits_per_month": 100, "referred_visits_per_month": 30}
            for i in places
            for k in kinds
        ],
        "doctors": [
            {"id": f"D{n:03}", "institution": f"H{n % 2 + 1}", "specialty": kinds[n % 18], "title": n % 4 + 1}
            for n in range(250)
        ],
        "duties": [{"doctor": f"D{n:03}", "weekday": n % 7 + 1, "slot": "night"} for n in range(250)],
        "absences": [{"doctor": f"D{n:03}", "start": "2026-07-06", "end": "2026-07-10"} for n in range(250)],
        "roster": [
            {"doctor": f"D{n:03}", "institution": places[n % 16], "weekday": n % 5 + 1, "slot": "am"}
            for n in range(0, 250, 3)
        ],
    }
    minutes = {(h, i): 20.0 + n for h in ("H1", "H2") for n, i in enumerate(places)} | {("H1", "H2"): 10.0}
    config = read_config({"calendar": {"start": "2026-06-01", "weeks": 52, "holidays": "none"}})
    return build_instance(region(made), config, trips(minutes)).instance


@pytest.mark.skipif(not TIANCHANG.is_dir(), reason="the bundled county is not there")
def test_the_bundled_county_builds_in_under_a_second() -> None:
    """Tianchang: all needs balance, somebody practises every specialty, and it is quick."""
    from geodata.read import read_region
    from geodata.travel import travel_table

    bundled = read_region(TIANCHANG)
    config = read_config(bundled.settings)
    travel = travel_table(bundled, config.to_dict()["travel"])
    started = time.perf_counter()
    instance = build_instance(bundled, config, travel).instance
    assert time.perf_counter() - started < 2.0
    assert len(instance.needs) >= 200 and len(instance.doctors) >= 200
    for cell in instance.needs.values():
        parts = cell.own + cell.referred_today + cell.left + cell.outreach + cell.unmet
        assert parts == pytest.approx(cell.need)
        assert cell.institution in instance.sites or not cell.modes
