"""The links between the blocks: each binds, and what must never embarrass anybody holds.

Every test changes one decision and looks at what follows in another block.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.blocks import Best, alone, amount, broken, optimum, plan_vector, value
from support.changes import with_need, with_option, with_record, with_rule
from support.tiny import MONTHS, START, tiny_instance

from geodata.read import read_region
from geodata.travel import travel_table
from models import baselines
from models.assemble import Model, assemble
from models.instance import Budget, Instance, Lock
from models.values import Values
from planner.build import build_instance
from planner.config import read_config

REGIONS = Path(__file__).parents[2] / "planner" / "regions"
PEOPLE = ("postings", "sessions", "referrals")
AIMS = ("floors", "unmet")


def _calm(**changes: object) -> Instance:
    """Tiny without floors of sites and limits of hospitals."""
    x = tiny_instance(capabilities={}, **changes)
    for site in x.sites:
        x = with_record(x, "sites", site, floor=(0.0,))
    return x


def _fixed(model: Model, path: str, key: object, amount: float) -> Best:
    """The optimum with one decision held."""
    columns = model.variable(path)
    assert columns is not None
    at = int(model.offsets[columns.number]) + columns.position[key]
    return optimum(model, AIMS, model.matrix.fixed([at], [amount]))


# --- doctors ----------------------------------------------------------------------------------------


def test_posting_a_doctor_removes_their_sessions() -> None:
    """D1 posted to S1 holds no clinic and no teleconsultation in that quarter; not posted, he holds some."""
    model = alone(_calm(), *PEOPLE)
    option = ("D1", "S1", "K1", START)
    away, home = (_fixed(model, "postings.posted", option, posted) for posted in (1.0, 0.0))

    def work(x: np.ndarray) -> float:
        values = Values(model.sheet, x)
        clinics = sum(n for key, n in values.of("sessions.clinics").items() if key[0] == "D1")
        return float(clinics + sum(n for key, n in values.of("referrals.desk").items() if key[0] == "D1"))

    assert work(away.x) == pytest.approx(0.0, abs=1e-6)
    assert work(home.x) > 5.0


def test_a_posting_over_half_of_a_quarter_leaves_half_of_the_time() -> None:
    """A cohort in the middle of the quarter takes half of the free half-days."""
    x = with_record(_calm(), "posts", ("S1", "K1"), cover={START: (0.5,)})
    model = alone(x, "postings", "sessions")
    posting = {"postings.posted": {("D1", "S1", "K1", START): 1.0}}
    held = {"sessions.clinics": {("D1", "S1", "K1", "Q1"): 11.0}}
    assert value(model, plan_vector(model, posting), "whole.idle", ("D1", "Q1")) == 10.0
    assert ("doctor_time", "D1 Q1") in broken(model, plan_vector(model, posting | held))


def test_a_hospital_gives_doctors_only_as_it_has_room() -> None:
    """Every clinic costs five visits at home: a hospital with less room gives fewer clinics."""
    x = with_record(tiny_instance(posts={}), "capabilities", ("H1", "K1"), visits=980.0)
    x = with_rule(x, "home_capability", "hard")
    x = replace(x, doctors={"D1": x.doctors["D1"]}, needs={("S1", "K1"): x.needs["S1", "K1"]})
    x = with_option(x, "referrals", tele=False)
    wide, narrow = (
        optimum(alone(c, *PEOPLE), ("unmet",)) for c in (x, with_record(x, "capabilities", ("H1", "K1"), visits=930.0))
    )
    assert wide.values[0] < narrow.values[0] - 1.0
    home = 5.0 / MONTHS
    model = alone(x, *PEOPLE)
    sent = amount(model, wide.x, "referrals.referred")
    assert amount(model, wide.x, "sessions.clinics") * home + sent <= 80.0 + 1e-5


# --- centres and clinics ------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["ecg", "sterile"])
def test_closing_a_centre_removes_the_clinics_that_require_it(service: str) -> None:
    """Cardiology requires the service: with its centres locked away there is no cardiology, and the rest stays."""
    x = with_record(_calm(usage={}), "specialties", "K2", requires=(service,))
    model = assemble(x)
    open_, closed = model, assemble(replace(x, locks=(Lock("locks row 1", "centre", False, service=service),)))
    counts = []
    for made in (open_, closed):
        found = Values(made.sheet, optimum(made, AIMS).x).of("sessions.clinics")
        counts.append({k: sum(n for key, n in found.items() if key[2] == k) for k in ("K1", "K2")})
    assert counts[0]["K2"] >= 3 and counts[1]["K2"] == 0
    assert counts[1]["K1"] >= 3


def test_clinic_items_load_the_centre() -> None:
    """Each cardiology visit sends half an ECG: the centre's load and cost rise with the visits kept."""
    x = with_option(_calm(usage={("K2", "ecg"): 0.5}), "sessions", max_minutes=60.0)
    model = assemble(x)
    best = optimum(model, (*AIMS, "cost"))
    values = Values(model.sheet, best.x)
    kept = sum(v for key, v in values.of("sessions.session_visits").items() if key[1] == "K2")
    sent = sum(values.of("shared_centres.extra").values())
    assert kept > 5.0 and sent == pytest.approx(0.5 * kept * 12 / 250, rel=1e-6)
    used = model.tables(best.x)["centres"].query("service == 'ecg'")["used"].sum()
    assert used == pytest.approx(110.0 + sent, abs=1e-4)


def test_a_full_centre_keeps_no_room_for_clinics() -> None:
    """With capacity for the 110 items of the members alone, no visit that sends an item can be kept."""
    x = _calm(usage={("K2", "ecg"): 0.5})
    x = with_record(
        with_record(x, "services", "ecg", turnaround=None, waits=()), "services", "sterile", turnaround=None, waits=()
    )
    x = with_record(x, "levels", 0, items_per_day=110.0)
    x = replace(x, levels=tuple(v for v in x.levels if (v.service, v.institution) != ("ecg", "H2")))
    visits = []
    for capacity in (110.0, 200.0):
        model = assemble(with_record(x, "levels", 0, items_per_day=capacity))
        found = Values(model.sheet, optimum(model, AIMS).x).of("sessions.session_visits")
        visits.append(sum(v for key, v in found.items() if key[1] == "K2"))
    assert visits[0] == pytest.approx(0.0, abs=1e-4) and visits[1] > 5.0


# --- visits -------------------------------------------------------------------------------------------


def test_a_session_keeps_visits_local_that_were_referred_or_left() -> None:
    """With nothing unmet, weekly clinics at S1 take exactly as much off what was referred and what left."""
    x = with_need(_calm(posts={}), "S1", "K1", own=100.0, referred={"H1": 60.0}, left=40.0)
    x = with_option(replace(x, needs={("S1", "K1"): x.needs["S1", "K1"]}), "referrals", tele=False)
    model = alone(x, *PEOPLE)
    best = optimum(model, AIMS)
    kept = amount(model, best.x, "sessions.session_visits")
    referred, left = amount(model, best.x, "referrals.referred"), amount(model, best.x, "referrals.left")
    assert kept > 20.0 and referred < 60.0 - 1.0 and left < 40.0 - 1.0
    assert (60.0 - referred) + (40.0 - left) == pytest.approx(kept, abs=1e-5)
    # outflow falls only by the share that the mode draws: 0.4 x 0.70 of 40 at most
    assert left >= 40.0 * (1 - 0.4 * 0.70) - 1e-5 and referred >= 36.0 - 1e-5


def test_extra_referrals_take_what_is_unmet() -> None:
    """Without clinics the reserve of ten visits at the hospital takes ten that nobody took."""
    x = replace(tiny_instance(posts={}, doctors={}), needs={("S1", "K1"): tiny_instance().needs["S1", "K1"]})
    model = alone(x, *PEOPLE)
    best = optimum(model, AIMS)
    assert amount(model, best.x, "referrals.extra") == pytest.approx(20.0)
    assert amount(model, best.x, "referrals.unmet") == pytest.approx(10.0)


# --- money ----------------------------------------------------------------------------------------------


def test_one_budget_moves_between_postings_and_centres() -> None:
    """What a cheaper centre leaves pays a posting: with the dear centre forced there is none."""
    x = _calm(usage={}, budget=Budget(600_000.0, ("postings", "centres")))
    x = with_option(x, "sessions", max_minutes=1.0)
    x = replace(x, services={"ecg": x.services["ecg"]}, levels=x.levels[:2], members={"ecg": x.members["ecg"]})
    x = replace(x, volumes={key: v for key, v in x.volumes.items() if key[1] == "ecg"})
    x = with_record(with_record(x, "services", "ecg", turnaround=None, waits=()), "levels", 1, items_per_day=200.0)
    posted = []
    for state in ("candidate", "forced"):
        model = assemble(with_record(with_rule(x, "served", "hard"), "levels", 0, state=state))
        posted.append(amount(model, optimum(model, (*AIMS, "cost")).x, "postings.posted"))
    assert posted == [pytest.approx(1.0), pytest.approx(0.0)]


def test_the_budget_covers_what_it_names() -> None:
    """The same money without centres in the budget pays the posting in both cases."""
    x = with_option(_calm(usage={}, budget=Budget(100_000.0, ("postings",))), "sessions", max_minutes=1.0)
    model = assemble(with_record(with_rule(x, "served", "hard"), "levels", 0, state="forced"))
    assert amount(model, optimum(model, AIMS).x, "postings.posted") == pytest.approx(1.0)


# --- never embarrass ------------------------------------------------------------------------------------


def _today(model: Model) -> dict[str, float]:
    """The greatest difference between today's plan without levers and today's figures (settled for flows alone)."""
    matrix = baselines.today(model).fixed(levers=False)
    x = baselines.settle_in_order(model, matrix, ("unmet",))
    assert x is not None
    values, worst = Values(model.sheet, x), dict.fromkeys(("kept", "unmet", "left", "referred"), 0.0)
    clinics, posted = values.get("sessions.session_visits"), values.get("postings.posted_visits")
    unmet, left = values.get("referrals.unmet"), values.get("referrals.left")
    up: dict[tuple[str, ...], float] = {}
    for (site, _, kind, quarter), sent in values.get("referrals.referred").items():
        up[site, kind, quarter] = up.get((site, kind, quarter), 0.0) + sent
    for (site, kind), need in model.instance.needs.items():
        cell = (site, kind, model.instance.quarters[0].name)
        for name, found, wanted in (
            ("kept", clinics.get(cell, 0.0) + posted.get(cell, 0.0), need.outreach),
            ("unmet", unmet[cell], need.unmet),
            ("left", left[cell], need.left),
            ("referred", up.get(cell, 0.0), need.referred_today),
        ):
            worst[name] = max(worst[name], abs(found - wanted))
    return worst


def test_without_levers_tiny_is_as_observed() -> None:
    """No clinic, no posting: what is observed, to a millionth."""
    assert max(_today(alone(tiny_instance(), *PEOPLE)).values()) <= 1e-6


@pytest.mark.parametrize("name", ["kedong", "tianchang"])
def test_without_levers_a_bundled_region_is_as_observed(name: str) -> None:
    """Today's roster and postings of a bundled region give today's visits, every cell to a millionth."""
    region = read_region(REGIONS / name)
    config = read_config(region.settings)
    instance = build_instance(region, config, travel_table(region, config.to_dict()["travel"])).instance
    assert any(need.outreach > 0 for need in instance.needs.values())
    worst = _today(assemble(instance, without=("shared_centres",)))
    assert max(worst.values()) <= 1e-6, worst


def test_sessions_where_need_is_met_change_nothing() -> None:
    """A clinic that must be held where everything is own keeps no visit and moves no other flow."""
    x = with_need(_calm(posts={}), "S1", "K1", own=200.0, referred={}, left=0.0)
    lock = Lock("locks row 1", "session", True, doctor="D2", institution="S1")
    x = replace(x, doctors={"D2": x.doctors["D2"]}, needs={c: x.needs[c] for c in (("S1", "K1"), ("S3", "K2"))})
    x = with_option(x, "referrals", tele=False)
    plain, forced = alone(x, *PEOPLE), alone(replace(x, locks=(lock,)), *PEOPLE)
    one, other = optimum(plain, AIMS), optimum(forced, AIMS)
    assert amount(forced, other.x, "sessions.clinics") >= 3.0
    assert amount(forced, other.x, "sessions.session_visits") == pytest.approx(0.0, abs=1e-6)
    assert other.values == pytest.approx(one.values, abs=1e-5)
    for path in ("referrals.referred", "referrals.left", "referrals.unmet"):
        assert amount(forced, other.x, path) == pytest.approx(amount(plain, one.x, path), abs=1e-5)


@settings(max_examples=6, derandomize=True, deadline=None)
@given(st.sampled_from([1.0, 2.0, 8.0]), st.sampled_from([6.0, 13.0, 26.0]), st.booleans())
def test_more_patients_per_session_never_keep_more_than_capture_allows(factor: float, free: float, posts: bool) -> None:
    """Whatever a clinic can see, no more come than the mode draws, than can be won back, than there are."""
    x = _calm() if posts else _calm(posts={})
    for kind in x.specialties:
        rates = {"patients_per_session": 15.0 * factor, "new_patients_per_session": 11.5 * factor}
        x = with_record(x, "specialties", kind, visits_per_posted_month=160.0 * factor, **rates)
    for name in x.doctors:
        x = with_record(x, "doctors", name, free=(free,))
    model = alone(x, *PEOPLE)
    table = model.tables(optimum(model, AIMS).x)["visits"]
    for row in table.itertuples():
        need, capture = x.needs[row.institution, row.specialty], x.specialties[row.specialty].capture
        drawn = capture[row.mode] * need.pool if row.mode else 0.0
        assert row.sessions + row.posted <= min(drawn, need.recoverable_visits) + 1e-5
        assert row.tele <= capture["tele"] * need.pool + 1e-5
        assert row.sessions + row.posted + row.tele <= need.recoverable_visits + 1e-5


def test_doubling_patients_changes_nothing_once_capture_binds() -> None:
    """Doctors without end, then with twice the patients in each clinic: the same visits are kept."""
    x = _calm(posts={})
    for name in x.doctors:
        x = with_record(x, "doctors", name, free=(200.0,))
    x = with_option(x, "referrals", tele=False)
    double = x
    for kind in x.specialties:
        double = with_record(double, "specialties", kind, patients_per_session=60.0, new_patients_per_session=46.0)
    single = with_record(
        with_record(x, "specialties", "K1", new_patients_per_session=23.0),
        "specialties",
        "K2",
        new_patients_per_session=23.0,
    )
    one, other = (optimum(alone(case, *PEOPLE), ("unmet",)).values[0] for case in (single, double))
    assert one == pytest.approx(other, abs=1e-4)
