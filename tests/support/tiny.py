"""A hand-checkable alliance made directly of `models.instance` records, for the tests of the models.

Two hospitals H1 (tertiary, lead) and H2 (secondary), three township centres S1, S2, S3, two
specialties, four doctors, one data and one goods service, one quarter of 13 open weeks (so that
N = 3, 7, 13, 26 and Nmin = 3, 6, 13, 26). Everything round enough to be checked on paper:

    minutes (vehicles = patients, both ways)   H1   H2   S1   S2   S3
        H1                                      .    40   30   60   50
        H2                                     40     .   35   45   20
        S1, S2, S3 among themselves: 30

    need (visits a month)  need  own  referred      left  outreach  unmet   pool
        S1 K1               200  100  H1 40           30        0     30    100
        S1 K2                80   30  H1 20           20        0     10     50
        S2 K1               120   60  H1 20 H2 10     20        0     10     60
        S3 K1               150   70  H2 30           30        0     20     80
        S3 K2                60   20  H1 15           15        0     10     40

A doctor's free half-days: D1 20, D2 20, D3 20, D4 12. S2 is far from H1 (60 minutes, a whole day).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from support.changes import (
    two_quarters,
    with_added,
    with_minutes,
    with_need,
    with_option,
    with_record,
    with_rule,
    without,
)

from models import options
from models.centre_records import Level, Service, Volume
from models.instance import (
    Aims,
    Budget,
    Capability,
    CurrentPosting,
    Department,
    Doctor,
    Instance,
    Institution,
    Need,
    Post,
    Quarter,
    Site,
    Specialty,
)

__all__ = [
    "need",
    "running_posting",
    "tiny_instance",
    "two_quarters",
    "with_added",
    "with_minutes",
    "with_need",
    "with_option",
    "with_record",
    "with_rule",
    "without",
]

START = date(2026, 6, 1)
WEEKS = 13
MONTHS = WEEKS * 7 / (365.25 / 12)
COUNTS_LOW = {"monthly": (3,), "fortnightly": (6,), "weekly": (13,), "twice_weekly": (26,)}
COUNTS_REGULAR = {"monthly": (3,), "fortnightly": (7,), "weekly": (13,), "twice_weekly": (26,)}
COUNTS_HIGH = {"monthly": (5,), "fortnightly": (12,), "weekly": (25,), "twice_weekly": (26,)}
CAPTURE = {"monthly": 0.18, "fortnightly": 0.35, "weekly": 0.55, "twice_weekly": 0.70, "posted": 0.75, "tele": 0.10}

_PAIRS = {
    ("H1", "H2"): 40.0, ("H1", "S1"): 30.0, ("H1", "S2"): 60.0, ("H1", "S3"): 50.0,
    ("H2", "S1"): 35.0, ("H2", "S2"): 45.0, ("H2", "S3"): 20.0,
    ("S1", "S2"): 30.0, ("S1", "S3"): 30.0, ("S2", "S3"): 30.0,
}  # fmt: skip
_MINUTES = _PAIRS | {(b, a): minutes for (a, b), minutes in _PAIRS.items()}


def tiny_instance(*, groups: int = 1, **changes: Any) -> Instance:
    """The alliance above; `groups=2` puts H2 and S3 in group B; `changes` replace whole fields."""
    west, east = "A", "A" if groups == 1 else "B"
    group = {"H1": west, "S1": west, "S2": west, "H2": east, "S3": east}
    instance = Instance(
        quarters=(Quarter("Q1", START, WEEKS, MONTHS),),
        institutions={
            "H1": Institution("H1", "First Hospital", 3, group["H1"], True, staff=400, beds=500.0),
            "H2": Institution("H2", "Second Hospital", 2, group["H2"], groups == 2, staff=200, beds=200.0),
            "S1": Institution("S1", "Township 1", 1, group["S1"], False, staff=40, beds=20.0),
            "S2": Institution("S2", "Township 2", 1, group["S2"], False, staff=20, beds=10.0),
            "S3": Institution("S3", "Township 3", 1, group["S3"], False, staff=30, beds=10.0),
        },
        sites={i: _site(i) for i in ("S1", "S2", "S3")},
        specialties={"K1": _specialty("K1", "Internal medicine"), "K2": _specialty("K2", "Cardiology")},
        needs={
            (n.institution, n.specialty): n
            for n in (
                need("S1", "K1", 200, own=100, referred={"H1": 40.0}, left=30),
                need("S1", "K2", 80, own=30, referred={"H1": 20.0}, left=20),
                need("S2", "K1", 120, own=60, referred={"H1": 20.0, "H2": 10.0}, left=20),
                need("S3", "K1", 150, own=70, referred={"H2": 30.0}, left=30),
                need("S3", "K2", 60, own=20, referred={"H1": 15.0}, left=15),
            )
        },
        capabilities={
            ("H1", "K1"): Capability("H1", "K1", 1000.0, 900.0, 20.0),
            ("H1", "K2"): Capability("H1", "K2", 500.0, 400.0, 10.0),
            ("H2", "K1"): Capability("H2", "K1", 400.0, 320.0, 10.0),
        },
        doctors={
            "D1": _doctor("D1", "H1", "DEP1", ("K1",), 3, 20.0, "may"),
            "D2": _doctor("D2", "H1", "DEP1", ("K1",), 2, 20.0, "wants"),
            "D3": _doctor("D3", "H1", "DEP2", ("K2",), 3, 20.0, "no"),
            "D4": _doctor("D4", "H2", "DEP1", ("K1",), 2, 12.0, "may"),
        },
        departments={
            ("H1", "DEP1"): Department("H1", "DEP1", 10, None, 0.20),
            ("H1", "DEP2"): Department("H1", "DEP2", 5, None, 0.20),
            ("H2", "DEP1"): Department("H2", "DEP1", 6, None, 0.20),
        },
        posts={("S1", "K1"): Post("S1", "K1", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)})},
        current_postings=(),
        today_sessions={},
        services={"ecg": _ecg(), "sterile": _sterile()},
        volumes={
            (i, s): Volume(i, s, items, 0.14, 0.0)
            for s, items_at in (("ecg", (60.0, 30.0, 10.0, 5.0, 5.0)), ("sterile", (40.0, 20.0, 4.0, 3.0, 3.0)))
            for i, items in zip(("H1", "H2", "S1", "S2", "S3"), items_at, strict=True)
        },
        levels=(
            _level("ecg", "H1", "large", 200.0, 2.0, 400_000.0),
            _level("ecg", "H2", "small", 80.0, 1.0, 250_000.0),
            _level("sterile", "H1", "large", 100.0, 2.0, 600_000.0),
            _level("sterile", "H2", "small", 50.0, 1.0, 350_000.0),
        ),
        usage={("K2", "ecg"): 0.5},
        service_groups={},
        host_groups={(h, s): frozenset({group[h]}) for h in ("H1", "H2") for s in ("ecg", "sterile")},
        members={"ecg": ("H1", "H2", "S1", "S2", "S3"), "sterile": ("H1", "H2", "S1", "S2", "S3")},
        minutes=dict(_MINUTES),
        km={pair: minutes / 2 for pair, minutes in _MINUTES.items()},
        patient_minutes=dict(_MINUTES),
        outside_minutes={"S1": 90.0, "S2": 90.0, "S3": 90.0, "H1": 60.0, "H2": 60.0},
        locks=(),
        budget=Budget(),
        aims=Aims(),
        rules={},
        options=default_options(),
    )
    return replace(instance, **changes) if changes else instance


def need(
    institution: str,
    specialty: str,
    visits: float,
    *,
    own: float = 0.0,
    referred: Mapping[str, float] | None = None,
    left: float = 0.0,
    outreach: float = 0.0,
    **changes: Any,
) -> Need:
    """A balanced need cell: what is not own, referred, left or outreach is unmet."""
    sent = dict(referred or {})
    unmet = visits - own - sum(sent.values()) - left - outreach
    if unmet < 0:
        raise ValueError(f"need {institution}/{specialty} does not balance: unmet {unmet}")
    cell = Need(
        institution, specialty, float(visits), float(own), sent, float(left), float(outreach), unmet,
        recoverable=0.4, priority=1.0, calibration=1.0, has_outreach=outreach > 0, floor=(0.0,),
    )  # fmt: skip
    return replace(cell, **changes)


def default_options() -> Mapping[str, object]:
    """The blocks' options with their defaults."""
    return {
        "shared_centres": options.SharedCentres(),
        "postings": options.Postings(),
        "sessions": options.Sessions(),
        "referrals": options.Referrals(),
    }


def running_posting(doctor: str = "D1", institution: str = "S1", specialty: str = "K1") -> CurrentPosting:
    """A posting that runs over the whole quarter."""
    return CurrentPosting(doctor, institution, specialty, date(2026, 3, 2), date(2026, 8, 31), (1.0,))


def _site(institution: str) -> Site:
    return Site(institution, (65.0,), (130.0,), COUNTS_LOW, COUNTS_HIGH, COUNTS_REGULAR, (12.0,), None)


def _specialty(code: str, name: str) -> Specialty:
    return Specialty(code, name, 15.0, 11.5, 2, (), (), CAPTURE, 8.0, 5.0, 160.0, 0.1, 8.0, 0.08, 8.0)


def _doctor(
    code: str, home: str, department: str, specialties: tuple[str, ...], title: int, free: float, posting: Any
) -> Doctor:
    sites = ("S1", "S2", "S3", "H1", "H2")
    minutes = {i: _MINUTES[home, i] for i in sites if i != home}
    return Doctor(
        code, f"Doctor {code}", home, department, specialties, title, (free,), posting, 80.0, 90.0,
        minutes, {i: m / 2 for i, m in minutes.items()}, 0.0 if posting == "wants" else 1.0,
    )  # fmt: skip


def _ecg() -> Service:
    return Service(
        "ecg", "ECG reading", "data", 30.0, 0.95, None, 1.5, 1.0, 0.0, 5.0, 250.0,
        None, True, 0.0, None, None, (15.0, 22.5, 30.0),
    )  # fmt: skip


def _sterile() -> Service:
    # 14 loops a week: headway 960; 2880 - 60 - 960 = 1860 minutes to share between the waits
    return Service(
        "sterile", "Sterile supply", "goods", 2880.0, 0.95, None, 0.0, 0.0, 60.0, 14.0, 250.0,
        None, True, 0.0, None, None, (465.0, 930.0, 1395.0),
    )  # fmt: skip


def _level(service: str, host: str, level: str, items: float, servers: float, fixed: float) -> Level:
    return Level(service, host, level, items, servers, 1.0, 8.0, fixed, 5.0, 0.05, "candidate", 0.0, 0.0)
