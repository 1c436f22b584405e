"""The block `sessions`: LP snapshot, hand-made plans that break rules, brute force, docstring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.blocks import (
    alone,
    amounts,
    broken,
    check_docstring,
    check_snapshot,
    column_keys,
    lp_text,
    optimum,
    plan_vector,
    rich_instance,
    value,
)
from support.changes import two_quarters, with_added, with_need, with_option, with_record, with_rule
from support.tiny import MONTHS, need, running_posting, tiny_instance

from models import sessions
from models.assemble import Model, assemble
from models.instance import FREQUENCIES, Instance, Lock, Site


def test_the_rows_are_those_stored() -> None:
    """LP snapshot of the block on an instance in which every family has a row."""
    check_snapshot("sessions", lp_text(assemble(rich_instance()), "sessions"))


def test_the_docstring_names_what_is_built() -> None:
    """Variables and rows of the docstring are those of the model."""
    check_docstring(sessions, [assemble(rich_instance())])


# --- hand-made plans ------------------------------------------------------------------------------


def _quiet() -> Instance:
    """Tiny without floors, so that only what a plan does can break a rule."""
    x = tiny_instance(capabilities={})
    for site in x.sites:
        x = with_record(x, "sites", site, floor=(0.0,))
    return x


def _clinics(
    *held: tuple[str, str, str, float], mode: str = "", main: str = "", days: float = 0.0
) -> dict[str, dict[Any, float]]:
    """Clinics (doctor, site, specialty, count), the mode of the first cell, its main doctor, days to S2."""
    _, site, kind, _ = held[0]
    plan: dict[str, dict[Any, float]] = {"sessions.clinics": {(d, i, k, "Q1"): n for d, i, k, n in held}}
    if mode:
        plan["sessions.mode"] = {(site, kind, mode, "Q1"): 1.0}
    if main:
        plan["sessions.main"] = {(main, site, kind, mode, "Q1"): 1.0}
    if days:
        plan["sessions.days"] = {(held[0][0], "S2", "Q1"): days}
    return plan


WEEKLY = _clinics(("D1", "S1", "K1", 13.0), mode="weekly", main="D1")


def test_a_proper_weekly_clinic_breaks_nothing() -> None:
    """13 clinics of one doctor, weekly, with their visits."""
    model = alone(_quiet(), "sessions")
    # 13 clinics x 11.5 patients in 2.99 months are 50.0 visits a month, less than 0.55 x 100
    plan = WEEKLY | {"sessions.session_visits": {("S1", "K1", "Q1"): 13 * 11.5 / MONTHS}}
    assert broken(model, plan_vector(model, plan)) == set()


@pytest.mark.parametrize(
    ("plan", "rules"),
    [
        (_clinics(("D1", "S1", "K1", 13.0)), {("frequency", "S1 K1 Q1")}),
        (_clinics(("D1", "S1", "K1", 12.0), mode="weekly", main="D1"), {("frequency", "S1 K1 Q1")}),
        (_clinics(("D1", "S1", "K1", 6.0), mode="monthly", main="D1"), {("frequency", "S1 K1 Q1")}),
        (_clinics(("D1", "S1", "K1", 13.0), mode="weekly"), {("continuity", "S1 K1 weekly Q1")}),
        (
            _clinics(("D1", "S1", "K1", 9.0), ("D2", "S1", "K1", 4.0), mode="weekly", main="D1"),
            {("continuity", "D1 S1 K1 Q1")},
        ),
        (_clinics(("D1", "S2", "K1", 6.0), mode="fortnightly", main="D1", days=5.0), {("whole_day", "D1 S2 K1 Q1")}),
        (
            _clinics(("D1", "S2", "K1", 11.0), mode="fortnightly", main="D1", days=11.0),
            {("doctor_time", "D1 Q1"), ("bounds", "sessions.clinics[D1,S2,K1,Q1]")},
        ),
    ],
    ids=[
        "no mode",
        "too few",
        "too many",
        "no main doctor",
        "main doctor holds too little",
        "day too short",
        "no time",
    ],
)
def test_a_broken_plan_breaks_exactly_these_rules(plan: dict[str, Any], rules: set[tuple[str, str]]) -> None:
    """Every rule that the hand-made plan breaks is named with its subject, and no other."""
    model = alone(_quiet(), "sessions")
    assert broken(model, plan_vector(model, plan)) == rules


def test_rooms_items_and_departments_bind() -> None:
    """13 clinics in 10 rooms, with 0.05 x 130 half-days of an instrument, from a department of 3 with 10 half-days."""
    x = with_record(_quiet(), "sites", "S1", slots=(10.0,), half_days=(6.0,), equipment={"echo": 2})
    x = with_added(
        x, "sites", "H1", Site("H1", (0.0,), (10.0,), x.sites["S1"].counts_low, x.sites["S1"].counts_high, {}, (0.0,))
    )
    x = with_record(x, "departments", ("H1", "DEP1"), headcount=3)
    x = with_record(x, "specialties", "K1", equipment=("echo",))
    model = alone(x, "sessions")
    assert amounts(model, plan_vector(model, WEEKLY)) == {
        ("room", "S1 Q1"): 3.0,
        ("equipment", "S1 echo Q1"): 1.0,
        ("home_cover", "H1 DEP1 Q1"): 3.0,
    }


def test_visits_stay_within_clinics_and_capture() -> None:
    """Six fortnightly clinics see 23.1 visits a month; 0.35 x 100 come at most, whatever is offered."""
    model = alone(_quiet(), "sessions")
    for count, visits, rule in ((6.0, 30.0, 30.0 - 6 * 11.5 / MONTHS), (12.0, 40.0, 5.0)):
        plan = _clinics(("D1", "S1", "K1", count), mode="fortnightly", main="D1")
        plan["sessions.session_visits"] = {("S1", "K1", "Q1"): visits}
        found = amounts(model, plan_vector(model, plan))
        assert found == {("capture", "S1 K1 Q1"): pytest.approx(rule)}


def test_floors_of_a_site_and_of_a_need_are_named() -> None:
    """A site promised 12 and a need promised 6 clinics, with 4 held."""
    x = with_need(with_record(_quiet(), "sites", "S1", floor=(12.0,)), "S1", "K1", floor=(6.0,))
    model = alone(x, "sessions")
    plan = _clinics(("D1", "S1", "K1", 4.0), mode="monthly", main="D1")
    assert amounts(model, plan_vector(model, plan)) == {("site_floor", "S1 Q1"): 8.0, ("need_floor", "S1 K1 Q1"): 2.0}
    short = {"site_floor": ("S1", "Q1", "below"), "need_floor": ("S1", "K1", "Q1", "below")}
    plan |= {f"whole.short_sessions_{rule}": {key: 8.0 if rule == "site_floor" else 2.0} for rule, key in short.items()}
    assert model.value("floors", plan_vector(model, plan)) == 100.0


def test_locks_are_kept_or_named() -> None:
    """A clinic that must be and one that must not be."""
    locks = (
        Lock("locks row 1", "session", True, doctor="D2", institution="S1"),
        Lock("locks row 2", "session", False, doctor="D1"),
    )
    model = alone(replace(_quiet(), locks=locks), "sessions")
    assert broken(model, plan_vector(model, WEEKLY)) == {("lock", "locks row 1"), ("lock", "locks row 2")}


def test_clinics_asked_for_with_weights_count_once_each() -> None:
    """Two wishes with weights 2 and 3 cost 5 points when neither is met, 3 when the first is."""
    locks = (
        Lock("locks row 1", "session", True, 2.0, institution="S1"),
        Lock("locks row 2", "session", True, 3.0, institution="S3"),
        Lock("locks row 3", "session", False, 4.0, doctor="D2"),
    )
    model = alone(replace(_quiet(), locks=locks), "sessions")
    assert optimum(model, ["floors"]).values == (pytest.approx(0.0),)
    both = {"sessions.missed": {"locks row 1": 1.0, "locks row 2": 1.0}}
    assert broken(model, plan_vector(model, {})) == {("sessions.asked_session", f"locks row {n}") for n in (1, 2)}
    assert broken(model, plan_vector(model, both)) == set()
    assert model.value("floors", plan_vector(model, both)) == 5.0
    one = plan_vector(model, WEEKLY | {"sessions.missed": {"locks row 2": 1.0}})
    assert broken(model, one) == set() and model.value("floors", one) == 3.0


def test_a_required_service_stops_clinics_and_new_postings() -> None:
    """Where ECG is not served there is no cardiology, neither by clinic nor by a new posting."""
    x = with_record(_quiet(), "specialties", "K1", requires=("ecg",))
    model = assemble(x, without=("referrals",))
    post = {("D1", "S1", "K1", x.quarters[0].start): 1.0}
    unserved = {"shared_centres.unserved": {(i, s): 1.0 for s in x.services for i in x.institutions}}
    plan = plan_vector(
        model, unserved | _clinics(("D2", "S1", "K1", 13.0), mode="weekly", main="D2") | {"postings.posted": post}
    )
    mine = {(rule, subject) for rule, subject in broken(model, plan) if rule == "requires_service"}
    assert mine == {("requires_service", "S1 K1 Q1 ecg"), ("requires_service", "S1 K1 Q1 ecg 2026-06-01")}


# --- who may go where -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ("title_floor", ("D2", "S1", "K1")),
        ("own_group", ("D4", "S1", "K1")),
        ("max_minutes", ("D1", "S2", "K1")),
        ("equipment", ("D3", "S1", "K2")),
        ("scope", ("D3", "S1", "K1")),
    ],
)
def test_filters_leave_out_forbid_or_admit(rule: str, who: sessions.Visitor) -> None:
    """A hard filter leaves the clinic out, a soft one lets it in at a price, off frees it."""
    x = replace(_quiet(), institutions=tiny_instance(groups=2).institutions)
    x = with_record(x, "specialties", "K1", min_title=3 if rule == "title_floor" else 2)
    x = with_record(x, "specialties", "K2", equipment=("echo",))
    x = with_record(x, "sites", "S1", equipment={})
    x = with_option(x, "sessions", max_minutes=59.0)
    hard, soft, off = (alone(with_rule(x, rule, state), "sessions") for state in ("hard", "soft", "off"))
    key = (*who, "Q1")
    assert key not in column_keys(hard.variable("sessions.clinics"))
    plan = {"sessions.clinics": {key: 1.0}}
    assert (rule, " ".join(key)) in broken(soft, plan_vector(soft, plan))
    assert not {r for r, _ in broken(off, plan_vector(off, plan))} & {rule}


@pytest.mark.parametrize("explain", [False, True])
def test_the_pattern_asked_for_is_a_filter_or_a_row(explain: bool) -> None:
    """Only the frequency asked for is there; in an explanation the others are, each forbidden by a row."""
    x = with_need(_quiet(), "S1", "K1", modes=("fortnightly", "posted"))
    model = alone(x, "sessions", explain=explain)
    modes = {f for i, k, f, _ in column_keys(model.variable("sessions.mode")) if (i, k) == ("S1", "K1")}
    assert modes == (set(FREQUENCIES) if explain else {"fortnightly"})
    if explain:
        assert broken(model, plan_vector(model, WEEKLY)) == {("pattern", "S1 K1 weekly Q1")}


def test_explanations_do_not_hide_behind_the_doctors_time() -> None:
    """A doctor without time has no clinic; in an explanation the rule says so, not a bound."""
    x = _quiet()
    for name in x.doctors:
        x = with_record(x, "doctors", name, free=(0.0,))
    for model in (alone(x, "sessions", explain=True), alone(with_rule(x, "doctor_time", "soft"), "sessions")):
        assert broken(model, plan_vector(model, WEEKLY)) == {("doctor_time", "D1 Q1")}


def test_cells_with_nothing_to_keep_stay_open_where_asked_for() -> None:
    """A need without any pool has no clinics, unless there are some today, a floor or a lock asks for them."""
    x = with_need(_quiet(), "S1", "K1", own=200.0, referred={}, left=0.0)
    variants = {
        "nothing": x,
        "today": replace(x, today_sessions={("D1", "S1", "K1"): (6,)}),
        "floor": with_need(x, "S1", "K1", floor=(6.0,)),
        "lock": replace(x, locks=(Lock("locks row 1", "session", True, institution="S1"),)),
    }
    for name, instance in variants.items():
        found = any(key[1:3] == ("S1", "K1") for key in sessions.candidates(instance, explain=False)[0])
        assert found == (name != "nothing"), name


def test_new_clinics_ramp_up_in_the_first_quarter_only() -> None:
    """11.5 patients at first, 15 later; 15 x calibration where there is outreach today."""
    x = with_need(_quiet(), "S3", "K1", outreach=10.0, has_outreach=True, calibration=0.8)
    x = two_quarters(x)
    model = alone(x, "sessions")
    family = model.sheet.family("session_supply")
    rows, cols, coefs = family.triples(model.offsets)
    names = model.matrix.col_names() if callable(model.matrix.col_names) else []
    found = {
        family.subjects[r]: -coef * MONTHS
        for r, c, coef in zip(rows, cols, coefs, strict=True)
        if "clinics" in names[c]
    }
    assert found["S1", "K1", "Q1"] == pytest.approx(11.5) and found["S1", "K1", "Q2"] == pytest.approx(15.0)
    assert found["S3", "K1", "Q1"] == found["S3", "K1", "Q2"] == pytest.approx(12.0)


def test_every_running_doctor_at_a_post_is_counted() -> None:
    """Two doctors on one post that asks for one keep what two can see, up to the capture."""
    x = with_record(_quiet(), "specialties", "K1", visits_per_posted_month=30.0)
    x = with_record(x, "posts", ("S1", "K1"), visits_per_month=30.0)
    x = replace(x, current_postings=(running_posting("D1"), running_posting("D2")))
    model = alone(x, "postings", "sessions")
    held = {(d, "S1", "K1", p.start): 1.0 for d in ("D1", "D2") for p in x.current_postings[:1]}
    plan = {"postings.posted": held, "postings.posted_visits": {("S1", "K1", "Q1"): 58.0}}
    plan["sessions.mode"] = {("S1", "K1", "posted", "Q1"): 1.0}
    assert broken(model, plan_vector(model, plan)) == set()


def test_clinics_moved_are_counted_against_today() -> None:
    """Six of D1's ten clinics stay, three new ones come elsewhere, D9's four are not possible: 4 + 3 + 4."""
    today = {("D1", "S1", "K1"): (10,), ("D9", "S1", "K1"): (4,)}
    model = alone(replace(_quiet(), today_sessions=today), "sessions")
    plan = _clinics(("D1", "S1", "K1", 6.0), ("D4", "S3", "K1", 3.0), mode="fortnightly", main="D1")
    plan["sessions.changed"] = {("D1", "S1", "K1", "Q1"): 4.0}
    assert model.value("change", plan_vector(model, plan)) == 11.0
    plan["sessions.changed"] = {("D1", "S1", "K1", "Q1"): 3.0}
    assert ("sessions.changed_less", "D1 S1 K1 Q1") in broken(model, plan_vector(model, plan))


def test_money_and_minutes_follow_trips() -> None:
    """A near clinic costs one allowance and 2 x 15 km; a far one two allowances and 2 x 30 km, whatever is held."""
    x = with_record(_quiet(), "doctors", "D1", specialties=("K1", "K2"))
    x = with_added(x, "needs", ("S2", "K2"), need("S2", "K2", 50, own=10, left=10))
    model = alone(x, "sessions")
    year = 365.25 / 7 / 13
    near = plan_vector(model, {"sessions.clinics": {("D1", "S1", "K1", "Q1"): 1.0}})
    assert model.value("cost", near) == pytest.approx((150 + 2 * 15 * 1.5) * year)
    assert model.value("travel", near) == pytest.approx(2 * 30 / MONTHS)
    held = {("D1", "S2", "K1", "Q1"): 1.0, ("D1", "S2", "K2", "Q1"): 1.0}
    far = plan_vector(model, {"sessions.clinics": held, "sessions.days": {("D1", "S2", "Q1"): 1.0}})
    assert model.value("cost", far) == pytest.approx((300 + 2 * 30 * 1.5) * year)
    assert model.value("travel", far) == pytest.approx(2 * 60 / MONTHS)
    short = plan_vector(
        model, {"sessions.clinics": {**held, ("D1", "S2", "K1", "Q1"): 2.0}, "sessions.days": {("D1", "S2", "Q1"): 1.0}}
    )
    days = {r for r in broken(model, short) if "whole_day" in r[0]}
    assert days == {("whole_day", "D1 S2 K1 Q1"), ("sessions.whole_day_pair", "D1 S2 Q1")}


@pytest.mark.parametrize("state", ["soft", "off"])
def test_without_the_rule_a_long_trip_still_takes_its_half_day(state: str) -> None:
    """Six clinics 60 minutes away take six half-days and six trips when off, at least three days when soft."""
    model = alone(with_rule(_quiet(), "whole_day", state), "sessions")
    plan = _clinics(("D1", "S2", "K1", 6.0), mode="fortnightly", main="D1")
    vector = plan_vector(model, plan)
    if state == "off":
        assert broken(model, vector) == set()
        assert value(model, vector, "whole.idle", ("D1", "Q1")) == 14.0
    else:
        assert amounts(model, vector) == {
            ("whole_day", "D1 S2 K1 Q1"): 6.0,
            ("sessions.whole_day_pair", "D1 S2 Q1"): 6.0,
        }


def test_exactly_the_half_day_limit_is_a_half_day() -> None:
    """D4 is 45 minutes from S2: a half-day; at 45.1 it is a day."""
    assert ("D4", "S2", "Q1") not in column_keys(alone(_quiet(), "sessions").variable("sessions.days"))
    longer = with_record(_quiet(), "doctors", "D4", minutes={"S1": 35.0, "S2": 45.1, "S3": 20.0})
    assert ("D4", "S2", "Q1") in column_keys(alone(longer, "sessions").variable("sessions.days"))


# --- brute force ----------------------------------------------------------------------------------

LOW = {"monthly": (1,), "fortnightly": (2,), "weekly": (3,), "twice_weekly": (4,)}
HIGH = {"monthly": (1,), "fortnightly": (2,), "weekly": (3,), "twice_weekly": (6,)}
#: (doctor, site, specialty) in the order of the enumeration
VISITS = (("D1", "S1", "K1"), ("D1", "S2", "K1"), ("D1", "S2", "K2"), ("D2", "S1", "K1"), ("D2", "S2", "K1"))


@st.composite
def small_regions(draw: st.DrawFn) -> Instance:
    """Two doctors, a near and a far site, few clinics, limits that bind now and then."""
    x = tiny_instance(levels=(), services={}, volumes={}, usage={}, posts={}, capabilities={})
    x = with_option(x, "referrals", tele=False)
    x = with_option(x, "sessions", continuity=draw(st.sampled_from([0.5, 0.7, 1.0])))
    sites = {}
    for name in ("S1", "S2"):
        slots, floors = float(draw(st.integers(1, 5))), float(draw(st.integers(0, 4)))
        items = draw(st.sampled_from([None, {"echo": 1}, {"echo": 0}]))
        sites[name] = Site(name, (slots,), (2.0,), LOW, HIGH, LOW, (floors,), items)
    sites["H1"] = Site("H1", (0.0,), (float(draw(st.integers(1, 6))),), LOW, HIGH, LOW, (0.0,))
    needs = {}
    for site, kind in (("S1", "K1"), ("S2", "K1"), ("S2", "K2")):
        referred, left, visits = draw(st.integers(0, 10)), draw(st.integers(0, 10)), draw(st.integers(25, 60))
        modes = draw(st.sampled_from([("weekly", "posted"), (*FREQUENCIES, "posted"), ("monthly", "fortnightly")]))
        cell = need(site, kind, visits, own=5.0, referred={"H1": float(referred)}, left=float(left), modes=modes)
        needs[site, kind] = replace(
            cell, floor=(float(draw(st.integers(0, 2))),), priority=draw(st.sampled_from([1.0, 2.0]))
        )
    both = replace(x.doctors["D1"], specialties=("K1", "K2"), free=(float(draw(st.integers(1, 6))),))
    doctors = {"D1": both, "D2": replace(x.doctors["D2"], free=(float(draw(st.integers(1, 4))),))}
    doctors = {name: replace(who, far_before=float(draw(st.integers(0, 3)))) for name, who in doctors.items()}
    kinds = {"K1": x.specialties["K1"], "K2": replace(x.specialties["K2"], equipment=("echo",))}
    departments = {("H1", "DEP1"): replace(x.departments["H1", "DEP1"], headcount=draw(st.sampled_from([2, 4, 10])))}
    return replace(x, sites=sites, needs=needs, doctors=doctors, specialties=kinds, departments=departments)


class _Account:
    """Clinics and visits once more, in plain Python."""

    def __init__(self, x: Instance) -> None:
        self.x = x
        self.share = x.options["sessions"].continuity  # type: ignore[attr-defined]

    def value(self, counts: dict[tuple[str, str, str], int]) -> tuple[float, float] | None:
        """(floors, unmet) of the clinics, None where a hard rule breaks."""
        x, cells = self.x, dict.fromkeys(self.x.needs, 0)
        for (_, site, kind), n in counts.items():
            cells[site, kind] += n
        away = {}
        for name, who in x.doctors.items():
            far = [n for (d, i, _), n in counts.items() if (d, i) == (name, "S2")]
            near = sum(n for (d, i, _), n in counts.items() if (d, i) == (name, "S1"))
            away[name] = near + 2 * max([*far, ceil(sum(far) / 2)])
            if away[name] > who.free[0]:
                return None
        heads = x.departments["H1", "DEP1"].headcount
        persons = max(1, floor(0.2 * heads)) if heads >= 3 else 0
        if sum(away.values()) > persons * x.sites["H1"].half_days[0]:
            return None
        floors = 0.0
        for name in ("S1", "S2"):
            place = x.sites[name]
            held = sum(n for (site, _), n in cells.items() if site == name)
            if held > place.slots[0]:
                return None
            if (
                place.equipment is not None
                and cells.get((name, "K2"), 0) > place.equipment["echo"] * place.half_days[0]
            ):
                return None
            floors += 10 * max(0.0, place.floor[0] - held)
        unmet = 0.0
        for cell, n in cells.items():
            floors += 10 * max(0.0, x.needs[cell].floor[0] - n)
            mode = self.mode(cell, n)
            if n and (mode is None or not self.led(counts, cell, mode)):
                return None
            unmet += self.unmet(cell, n, mode)
        return floors, unmet

    def fairness(self, counts: dict[tuple[str, str, str], int]) -> float:
        """Squares of account and far trips less those of the account, which counts from the lower of the two."""
        least, total = min(who.far_before for who in self.x.doctors.values()), 0.0
        for name, who in self.x.doctors.items():
            far = [n for (d, i, _), n in counts.items() if (d, i) == (name, "S2")]
            before, trips = who.far_before - least, max([*far, ceil(sum(far) / 2)])
            total += (before + trips) ** 2 - before**2
        return total

    def mode(self, cell: tuple[str, str], n: int) -> str | None:
        fits = [f for f in FREQUENCIES if LOW[f][0] <= n <= HIGH[f][0] and f in self.x.needs[cell].modes]
        return fits[0] if fits else None

    def led(self, counts: dict[tuple[str, str, str], int], cell: tuple[str, str], mode: str) -> bool:
        most = max(n for (_, *where), n in counts.items() if tuple(where) == cell)
        return most >= ceil(self.share * LOW[mode][0] - 1e-9)

    def unmet(self, cell: tuple[str, str], n: int, mode: str | None) -> float:
        """Unmet, half of left and a quarter of avoidable, after what the clinics keep."""
        one, kind = self.x.needs[cell], self.x.specialties[cell[1]]
        share = kind.capture[mode] if mode else 0.0
        kept = min(11.5 * n / MONTHS, share * one.pool, one.recoverable_visits)
        loss = [
            (1.0, one.unmet),
            (0.5, one.left * one.recoverable * share),
            (0.25, one.recoverable * one.referred_today),
        ]
        total = one.unmet + 0.5 * one.left + 0.25 * one.recoverable * one.referred_today
        for weight, most in loss:
            total -= weight * min(kept, most)
            kept -= min(kept, most)
        return one.priority * total


def _counts_of(model: Model, vector: Any) -> dict[tuple[str, str, str], int]:
    columns = model.variable("sessions.clinics")
    assert columns is not None
    first = model.offsets[columns.number]
    return {key[:3]: round(float(vector[first + at])) for at, key in enumerate(columns.keys)}  # type: ignore[index]


@settings(max_examples=20, derandomize=True, deadline=None)
@given(small_regions())
def test_the_optimum_is_that_of_all_choices(x: Instance) -> None:
    """Every count of clinics, priced by a plain account: the model finds the best of three aims, and no better."""
    account, found = _Account(x), []
    ranges = [range(min(int(x.doctors[d].free[0]), 4) + 1) for d, _, _ in VISITS]
    for counts in product(*ranges):
        held = dict(zip(VISITS, counts, strict=True))
        value = account.value(held)
        if value is not None:
            found.append((*(round(one, 4) for one in value), account.fairness(held)))
    model = alone(x, "sessions", "referrals")
    best = optimum(model, ("floors", "unmet", "fairness"))
    assert best.values == pytest.approx(min(found), abs=1e-3)
    counts_found = dict.fromkeys(VISITS, 0) | _counts_of(model, best.x)
    chosen = account.value(counts_found)
    assert chosen is not None
    assert (*chosen, account.fairness(counts_found)) == pytest.approx(best.values, abs=1e-3)


def _dated_lock(number: int, on: str, **more: object) -> Lock:
    return Lock(f"locks row {number}", "session", True, on=date.fromisoformat(on), **more)  # type: ignore[arg-type]


def test_locks_to_several_days_are_several_clinics() -> None:
    """Three days locked to a doctor and site, one of them without the specialty: two clinics are too few."""
    start = _quiet().quarters[0].start
    days = [(start + timedelta(weeks=n)).isoformat() for n in range(3)]
    who = {"doctor": "D1", "institution": "S1"}
    locks = (
        _dated_lock(1, days[0], specialty="K1", **who),
        _dated_lock(2, days[1], **who),
        _dated_lock(3, days[2], specialty="K1", **who),
        _dated_lock(4, days[2], specialty="K1", **who),
    )
    model = alone(replace(_quiet(), locks=locks), "sessions")

    def rows(clinics: float) -> set[tuple[str, str]]:
        plan = _clinics(("D1", "S1", "K1", clinics), mode="monthly", main="D1")
        return {one for one in broken(model, plan_vector(model, plan)) if one[0] == "lock"}

    assert rows(2.0) == {("lock", "locks row 1, locks row 2, locks row 3")}
    assert rows(3.0) == set()
    assert rows(0.0) > rows(2.0)


def test_wishes_for_several_days_are_paid_day_by_day() -> None:
    """Two days wished for with weights 2 and 3 beside a hard one: one clinic leaves both to be paid."""
    start = _quiet().quarters[0].start
    days = [(start + timedelta(weeks=n)).isoformat() for n in range(3)]
    who = {"doctor": "D1", "institution": "S1"}
    locks = (
        _dated_lock(1, days[0], **who),
        _dated_lock(2, days[1], weight=2.0, **who),
        _dated_lock(3, days[2], weight=3.0, **who),
    )
    model = alone(replace(_quiet(), locks=locks), "sessions")
    plan = _clinics(("D1", "S1", "K1", 1.0), mode="monthly", main="D1")
    assert ("lock", "locks row 1, locks row 2, locks row 3") in broken(model, plan_vector(model, plan))
    paid = plan_vector(model, plan | {"sessions.missed": {"locks row 2": 1.0, "locks row 3": 1.0}})
    assert not {one for one in broken(model, paid) if one[0] == "lock"}
    assert model.value("floors", paid) == 5.0
