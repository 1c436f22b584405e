"""The block `postings`: LP snapshot, hand-made plans that break rules, brute force, docstring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.blocks import (
    alone,
    broken,
    check_docstring,
    check_snapshot,
    column_keys,
    lp_text,
    plan_vector,
    rich_instance,
    rules_broken,
)
from support.changes import two_quarters, with_added, with_option, with_record, with_rule
from support.tiny import START, running_posting, tiny_instance

from models import postings
from models.answers import Limits
from models.assemble import assemble
from models.by_hand_posts import posts_by_hand
from models.highs import solve
from models.instance import Instance, Lock, Post
from models.postings import add_months, period_of

#: The first day of the second quarter of `two_quarters`, and of one after the horizon.
SECOND, AFTER = date(2026, 8, 31), date(2027, 6, 7)
#: The first of the last three working days of August, on which a relief may come.
RELIEF = date(2026, 8, 27)
#: The day after August.
NEXT = date(2026, 9, 1)


def test_the_rows_are_those_stored() -> None:
    """LP snapshots of the block on an instance in which every family has a row, and on one with reliefs."""
    check_snapshot("postings", lp_text(assemble(rich_instance()), "postings"))
    check_snapshot("postings_relief", lp_text(alone(_relieved(), "postings"), "postings"))


def test_the_docstring_names_what_is_built() -> None:
    """Variables and rows of the docstring are those of the model."""
    check_docstring(postings, [assemble(rich_instance()), alone(_relieved(), "postings")])


# --- hand-made plans ------------------------------------------------------------------------------


def _crowded() -> Instance:
    """Two posts, three willing doctors, D4 on a running posting, and little of everything."""
    x = with_option(tiny_instance(), "postings", max_posts=3, subsidy_budget=240_000.0)
    x = with_added(x, "posts", ("S3", "K1"), Post("S3", "K1", 2, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}))
    x = with_record(x, "institutions", "H1", staff=70)  # floor(0.03 x 70) = 2 doctors
    lock = Lock("locks row 1", "posting", False, doctor="D2")
    return replace(x, current_postings=(running_posting("D4", "S3"),), locks=(lock,), capabilities={})


def _posted(*options: tuple[str, str]) -> dict[str, dict[Any, float]]:
    """Postings of K1 from the start of the plan; D4's running one is written with its own start."""
    first = {("D4", "S3"): date(2026, 3, 2)}
    return {"postings.posted": {(d, i, "K1", first.get((d, i), START)): 1.0 for d, i in options}}


def test_a_plan_within_all_limits_breaks_nothing() -> None:
    """Two new postings and the running one fit."""
    model = alone(_crowded(), "postings")
    assert broken(model, plan_vector(model, _posted(("D1", "S1"), ("D4", "S3")))) == set()


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([("D1", "S1")], {("posting_kept", "D4 S3 K1 2026-03-02")}),
        ([("D4", "S3"), ("D2", "S1")], {("lock", "locks row 1")}),
        (
            [("D4", "S3"), ("D1", "S1"), ("D1", "S3")],
            {("one_posting", "D1 2026-06-01"), ("doctor_time", "D1 Q1")},
        ),
        (
            [("D4", "S3"), ("D1", "S1"), ("D2", "S1")],
            {("post_limit", "S1 K1 2026-06-01"), ("lock", "locks row 1")},
        ),
        (
            [("D4", "S3"), ("D4", "S1"), ("D1", "S3"), ("D2", "S3")],
            {
                ("one_posting", "D4 2026-06-01"),
                ("doctor_time", "D4 Q1"),
                ("post_limit", "S3 K1 2026-06-01"),
                ("home_cover_posted", "H2 DEP1 2026-06-01"),
                ("max_posts", "2026-06-01"),
                ("subsidy_budget", ""),
                ("lock", "locks row 1"),
            },
        ),
    ],
    ids=["running posting cut", "against a lock", "one doctor twice", "post overfilled", "too many of everything"],
)
def test_a_broken_plan_breaks_exactly_these_rules(options: list[tuple[str, str]], rules: set[tuple[str, str]]) -> None:
    """Every rule that the hand-made plan breaks is named with its subject, and no other."""
    model = alone(_crowded(), "postings")
    assert broken(model, plan_vector(model, _posted(*options))) == rules


def test_the_share_of_the_staff_binds_over_departments() -> None:
    """One more than floor(3 % of 40) doctors of a hospital is one too many."""
    x = with_record(tiny_instance(capabilities={}), "institutions", "H1", staff=40)
    x = with_added(x, "posts", ("S3", "K1"), Post("S3", "K1", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}))
    model = alone(x, "postings")
    assert broken(model, plan_vector(model, _posted(("D1", "S1"), ("D2", "S3")))) == {("post_share", "H1 2026-06-01")}


def test_visits_need_a_posted_doctor() -> None:
    """160 visits a month are one doctor's; 200 break the supply by 40."""
    model = alone(tiny_instance(), "postings")
    plan = _posted(("D1", "S1")) | {"postings.posted_visits": {("S1", "K1", "Q1"): 200.0}}
    found = model.matrix.violations(plan_vector(model, plan))
    assert found[["rule", "subject", "amount"]].to_numpy().tolist() == [["postings.posted_supply", "S1 K1 Q1", 40.0]]


def test_a_locked_post_that_is_not_filled_is_a_shortfall() -> None:
    """Two of two doctors are missing: twice ten points in `floors`, and named."""
    x = with_record(tiny_instance(), "posts", ("S1", "K1"), locked=True, doctors=2)
    model = alone(x, "postings")
    assert broken(model, plan_vector(model, {})) == {("post_floor", "S1 K1")}
    filled = plan_vector(model, {"whole.short_postings_post_floor": {("S1", "K1", "below"): 2.0}})
    assert broken(model, filled) == set() and model.value("floors", filled) == 20.0


# --- handover -------------------------------------------------------------------------------------


def _relieved() -> Instance:
    """D4 leaves S3 on 31 August; others could take over from 27 August or 1 September on."""
    x = with_option(two_quarters(tiny_instance(capabilities={})), "postings", max_posts=1)
    cover = {START: (1.0, 1.0), RELIEF: (0.0, 1.0), NEXT: (0.0, 12 / 13)}
    post = Post("S3", "K1", 1, 2, 6.0, 160.0, False, tuple(cover), cover, relief_starts=(RELIEF, NEXT))
    x = with_added(x, "posts", ("S3", "K1"), post)
    running = replace(running_posting("D4", "S3"), cover=(1.0, 1 / 13), handover=RELIEF)
    return replace(x, current_postings=(running,))


def _at(*options: tuple[str, str, date]) -> dict[str, dict[Any, float]]:
    return {"postings.posted": {(d, i, "K1", start): 1.0 for d, i, start in options}}


OLD = ("D4", "S3", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([OLD, ("D1", "S3", RELIEF)], set()),
        ([OLD, ("D1", "S3", NEXT)], set()),
        ([OLD, ("D1", "S3", START)], {("post_limit", "S3 K1 2026-06-01"), ("max_posts", "2026-06-01")}),
        (
            [OLD, ("D1", "S3", RELIEF), ("D2", "S3", RELIEF)],
            {
                ("cohort", "S3 K1 2026-08-27 2026-09-01"),
                ("post_limit", "S3 K1 2026-08-27"),
                ("max_posts", "2026-08-27"),
                ("post_limit", "S3 K1 2026-09-01"),
                ("max_posts", "2026-09-01"),
            },
        ),
        (
            [OLD, ("D1", "S3", RELIEF), ("D2", "S3", NEXT)],
            {
                ("cohort", "S3 K1 2026-08-27 2026-09-01"),
                ("post_limit", "S3 K1 2026-09-01"),
                ("max_posts", "2026-09-01"),
            },
        ),
        ([("D1", "S3", RELIEF)], {("posting_kept", "D4 S3 K1 2026-03-02"), ("cohort", "S3 K1 2026-08-27 2026-09-01")}),
    ],
    ids=["relieved", "the day after", "too early", "two for one", "early and after", "nobody there"],
)
def test_a_relief_comes_for_somebody_and_early(
    options: list[tuple[str, str, date]], rules: set[tuple[str, str]]
) -> None:
    """In a handover the place counts once; a relief needs somebody to relieve."""
    model = alone(_relieved(), "postings")
    assert broken(model, plan_vector(model, _at(*options))) == rules


def test_persons_count_twice_in_a_handover() -> None:
    """Both are away from their departments: where they share one that spares one, the relief comes the day after."""
    x = with_record(_relieved(), "doctors", "D1", institution="H2")
    model = alone(x, "postings")
    plan = plan_vector(model, _at(OLD, ("D1", "S3", RELIEF)))
    assert broken(model, plan) == {("home_cover_posted", "H2 DEP1 2026-08-27")}
    assert broken(model, plan_vector(model, _at(OLD, ("D1", "S3", NEXT)))) == set()


def test_who_leaves_may_go_to_another_post_then() -> None:
    """Two who leave on one day change places on the day after, and cannot before."""
    x = _relieved()
    x = with_added(x, "posts", ("S1", "K1"), replace(x.posts["S3", "K1"], institution="S1"))
    other = replace(x.current_postings[0], doctor="D1", institution="S1")
    x = with_option(replace(x, current_postings=(*x.current_postings, other)), "postings", max_posts=2)
    model, old = alone(x, "postings"), [OLD, ("D1", "S1", OLD[2])]
    assert broken(model, plan_vector(model, _at(*old, ("D1", "S3", NEXT), ("D4", "S1", NEXT)))) == set()
    early = broken(model, plan_vector(model, _at(*old, ("D1", "S3", RELIEF), ("D4", "S1", RELIEF))))
    assert ("one_posting", "D1 2026-08-27") in early


def test_two_who_leave_are_relieved_by_two() -> None:
    """One leaves on Saturday 29 August, one on Monday the 31st, both handing over from the 27th on.

    Each date counts alone too: two may come on the 27th, one on the 30th, one on 1 September, two in all.
    """
    x, sunday = with_option(_relieved(), "postings", max_posts=None), date(2026, 8, 30)
    cover = dict.fromkeys((RELIEF, sunday, NEXT), (0.0, 1.0))
    post = replace(x.posts["S3", "K1"], doctors=9, starts=tuple(cover), cover=cover, relief_starts=tuple(cover))
    x = with_added(with_added(x, "posts", ("S3", "K1"), post), "doctors", "D5", replace(x.doctors["D1"], id="D5"))
    other = replace(x.current_postings[0], doctor="D2", end=date(2026, 8, 29))
    model = alone(replace(x, current_postings=(*x.current_postings, other)), "postings")

    def cohort(*days: date) -> set[str]:
        come = [(who, "S3", day) for who, day in zip(("D1", "D5", "D2", "D4"), days, strict=False)]
        plan = plan_vector(model, _at(OLD, ("D2", "S3", OLD[2]), *come))
        return {subject.removeprefix("S3 K1 ") for rule, subject in broken(model, plan) if rule == "cohort"}

    assert cohort(RELIEF, RELIEF) == cohort(sunday, NEXT) == cohort(RELIEF, NEXT) == set()
    assert cohort(NEXT, NEXT) == {"2026-09-01"} and cohort(sunday, sunday) == {"2026-08-30"}
    assert cohort(RELIEF, sunday, NEXT) == {"2026-08-27 2026-08-30 2026-09-01"}


def test_an_office_relieves_by_hand() -> None:
    """Who wants to comes early; from a department that spares one, on the day after; nobody against a limit."""
    old = ("D4", "S3", "K1", OLD[2])

    def made(x: Instance) -> list[postings.Option]:
        chosen = posts_by_hand(x, frozenset(), {})
        model = alone(x, "postings")
        assert broken(model, plan_vector(model, {"postings.posted": dict.fromkeys(chosen, 1.0)})) == set()
        return chosen

    assert made(_relieved()) == [old, ("D2", "S3", "K1", RELIEF)]
    same = with_record(with_record(_relieved(), "doctors", "D2", institution="H2"), "doctors", "D1", posting="no")
    assert made(same) == [old, ("D2", "S3", "K1", NEXT)]
    small = with_record(same, "institutions", "H2", staff=33)
    assert posts_by_hand(small, frozenset(), {}) == [old]
    assert posts_by_hand(_relieved(), frozenset({("S3", "K1")}), {}) == [old]
    assert posts_by_hand(_relieved(), frozenset(), {("H1", "K1"): 70.0}) == [old]


def test_without_handovers_nothing_changes() -> None:
    """A cohort date within the last days of a posting finds the post taken, as ever."""
    x = _relieved()
    post = replace(x.posts["S3", "K1"], relief_starts=())
    x = with_added(x, "posts", ("S3", "K1"), post)
    x = replace(x, current_postings=(replace(x.current_postings[0], handover=None),))
    model = alone(x, "postings")
    plan = plan_vector(model, _at(OLD, ("D1", "S3", RELIEF)))
    assert broken(model, plan) == {("post_limit", "S3 K1 2026-08-27"), ("max_posts", "2026-08-27")}


# --- options --------------------------------------------------------------------------------------


def test_a_cohort_beyond_the_horizon_is_no_option() -> None:
    """A posting that covers nothing would fill a locked post at no cost."""
    cover = {START: (1.0,), AFTER: (0.0,)}
    x = with_record(tiny_instance(), "posts", ("S1", "K1"), starts=(START, AFTER), cover=cover)
    assert {key[3] for key in column_keys(alone(x, "postings").variable("postings.posted"))} == {START}


@pytest.mark.parametrize(
    ("rule", "option"),
    [
        ("wish", ("D3", "S1", "K2", START)),
        ("title_floor", ("D2", "S1", "K1", START)),
        ("own_group", ("D4", "S1", "K1", START)),
        ("scope", ("D3", "S1", "K1", START)),
        ("cohort", ("D1", "S1", "K1", SECOND)),
    ],
)
def test_filters_leave_out_forbid_or_admit(rule: str, option: postings.Option) -> None:
    """A hard filter leaves the option out, a soft one lets it in at a price, off frees it."""
    x = two_quarters(tiny_instance(groups=2))
    x = with_record(x, "doctors", "D3", posting="no" if rule == "wish" else "may")
    x = with_record(x, "posts", ("S1", "K1"), min_title=3 if rule == "title_floor" else 2)
    x = with_added(x, "posts", ("S1", "K2"), replace(x.posts["S1", "K1"], specialty="K2", min_title=2))
    hard, soft, off = (alone(with_rule(x, rule, state), "postings") for state in ("hard", "soft", "off"))
    assert option not in column_keys(hard.variable("postings.posted"))
    row = (rule, " ".join((*option[:3], option[3].isoformat())))
    assert row in broken(soft, plan_vector(soft, {"postings.posted": {option: 1.0}}))
    assert row not in broken(off, plan_vector(off, {"postings.posted": {option: 1.0}}))


def test_an_explanation_has_the_forbidden_options_with_their_rows() -> None:
    """With `explain` the filtered option is there, held at zero under its rule."""
    x = with_record(tiny_instance(), "posts", ("S1", "K1"), min_title=3)
    model = alone(x, "postings", explain=True)
    plan = plan_vector(model, {"postings.posted": {("D2", "S1", "K1", START): 1.0}})
    assert broken(model, plan) == {("title_floor", "D2 S1 K1 2026-06-01")}


def test_a_posting_asked_for_with_a_weight_counts_once() -> None:
    """Two postings one after the other do not pay twice for one wish."""
    x = two_quarters(tiny_instance())
    cover = {START: (1.0, 0.0), SECOND: (0.0, 1.0)}
    x = with_record(x, "posts", ("S1", "K1"), months=3.0, starts=(START, SECOND), cover=cover)
    wish = Lock("locks row 1", "posting", True, 5.0, doctor="D1")
    model = alone(replace(x, locks=(wish,)), "postings")
    cost, constant = model.aims["floors"]
    assert solve(model.matrix, cost, constant).objective == pytest.approx(0.0)
    kept = model.matrix.fixed(model.columns("postings.posted"), 0.0)
    assert solve(kept, cost, constant).objective == pytest.approx(5.0)
    both = {("D1", "S1", "K1", START): 1.0, ("D1", "S1", "K1", SECOND): 1.0}
    assert model.value("floors", plan_vector(model, {"postings.posted": both})) == pytest.approx(0.0)


def test_the_rule_lock_switches_locks_off() -> None:
    """With the rule off neither hard nor weighted locks count."""
    locks = (Lock("locks row 1", "posting", True, doctor="D3"), Lock("locks row 2", "posting", True, 5.0, doctor="D3"))
    model = alone(with_rule(replace(tiny_instance(), locks=locks), "lock", "off"), "postings")
    x = plan_vector(model, {})
    assert broken(model, x) == set() and model.value("floors", x) == 0.0


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 6, 1), 6.0, date(2026, 12, 1)),
        (date(2026, 8, 31), 6.0, date(2027, 2, 28)),
        (date(2026, 12, 1), 1.5, date(2027, 1, 16)),
    ],
)
def test_months_are_calendar_months(start: date, months: float, end: date) -> None:
    """Six months from 31 August end in February; half a month is 15 days."""
    assert add_months(start, months) == end


def test_tables_tell_new_from_running_postings() -> None:
    """`postings.csv` has the last day of each posting, and whether it runs today."""
    model = alone(_crowded(), "postings")
    table = model.tables(plan_vector(model, _posted(("D1", "S1"), ("D4", "S3"))))["postings"]
    assert table[["doctor", "start", "end", "state"]].to_numpy().tolist() == [
        ["D1", "2026-06-01", "2026-11-30", "new"],
        ["D4", "2026-03-02", "2026-08-31", "running"],
    ]


# --- brute force ----------------------------------------------------------------------------------


@st.composite
def small_regions(draw: st.DrawFn) -> Instance:
    """Three doctors, two posts, one or two dates, limits that bind now and then."""
    x = two_quarters(tiny_instance(levels=(), services={}, volumes={}, usage={}))
    dates = draw(st.sampled_from([(START,), (START, SECOND), (START, RELIEF), (RELIEF, NEXT)]))
    months = draw(st.sampled_from([3.0, 6.0]))
    whole = {START: (1.0, 0.0 if months == 3.0 else 1.0), SECOND: (0.0, 1.0)}
    whole |= {RELIEF: (0.0, 1.0), NEXT: (0.0, 12 / 13)}
    reliefs = tuple(day for day in dates if day in (RELIEF, NEXT))
    # three months from the first day end with August
    handover = {START: RELIEF} if reliefs and months == 3.0 else {}
    posts = {}
    for site in ("S1", "S3"):
        wanted, title, locked = draw(st.integers(0, 2)), draw(st.sampled_from([2, 3])), draw(st.booleans())
        post = Post(site, "K1", wanted, title, months, 100.0, locked, dates, {d: whole[d] for d in dates})
        posts[site, "K1"] = replace(post, handover=handover, relief_starts=reliefs)
    doctors = {}
    for name, home in (("D1", "H1"), ("D2", "H1"), ("D4", "H2")):
        wish, title = draw(st.sampled_from(["no", "may", "wants"])), draw(st.sampled_from([2, 3]))
        doctors[name] = replace(x.doctors[name], title=title, posting=wish, home_visits=0.0, institution=home)
    x = replace(x, posts=posts, doctors=doctors)
    x = with_record(x, "institutions", "H1", staff=draw(st.sampled_from([None, 33, 100])))
    x = with_record(x, "departments", ("H1", "DEP1"), headcount=draw(st.sampled_from([3, 5, 12])))
    if draw(st.booleans()):
        running = running_posting("D4", draw(st.sampled_from(["S1", "S3"])))
        running = replace(running, cover=(1.0, 0.0), handover=RELIEF if reliefs else None)
        x = replace(x, current_postings=(running,))
    if draw(st.booleans()):
        x = replace(x, locks=(Lock("locks row 1", "posting", draw(st.booleans()), doctor="D1"),))
    return with_option(
        x,
        "postings",
        max_posts=draw(st.sampled_from([None, 1, 2])),
        subsidy_budget=draw(st.sampled_from([None, 60_000.0, 130_000.0])),
    )


Plan = tuple[tuple[str, str, date], ...]


class _Account:
    """The rules of postings once more, in plain Python over lists of (doctor, site, start)."""

    def __init__(self, x: Instance) -> None:
        self.x, self.settings = x, x.options["postings"]
        self.running = [(c.doctor, c.institution, c.start) for c in x.current_postings]
        self.options: list[tuple[str, str, date]] = list(self.running)
        for (site, _), post in x.posts.items():
            for name, start in product(sorted(x.doctors), post.starts):
                who = x.doctors[name]
                if who.posting != "no" and who.title >= post.min_title and (name, site, start) not in self.running:
                    self.options.append((name, site, start))

    def period(self, option: tuple[str, str, date]) -> tuple[date, date]:
        if option in self.running:
            return option[2], date(2026, 9, 1)
        month = option[2].month - 1 + int(self.x.posts[option[1], "K1"].months)
        end = date(option[2].year + month // 12, month % 12 + 1, 1)
        return option[2], end if option[2].day == 1 else replace_day(end, option[2].day)

    def cover(self, option: tuple[str, str, date]) -> tuple[float, ...]:
        if option in self.running:
            return (1.0, 0.0)
        return self.x.posts[option[1], "K1"].cover[option[2]]

    def leaves(self, option: tuple[str, str, date]) -> date:
        """The day from which his place is another's."""
        gone = self.period(option)[1]
        return RELIEF if RELIEF in self.x.posts["S1", "K1"].starts and gone == date(2026, 9, 1) else gone

    def subsidy(self, option: tuple[str, str, date]) -> float:
        return 80_000.0 * sum(self.cover(option)) / 2

    def broken(self, plan: Plan) -> set[str]:
        x, rules = self.x, set[str]()
        for day in {max(START, option[2]) for option in self.options}:
            there = [o for o in plan if self.period(o)[0] <= day < self.period(o)[1]]
            held = [o for o in self.running if self.period(o)[0] <= day < self.period(o)[1]]
            places = [o for o in there if day < self.leaves(o)]
            if any(sum(o[0] == d for o in there) > 1 for d in x.doctors):
                rules.add("one_posting")
            for site in ("S1", "S3"):
                most = max(x.posts[site, "K1"].doctors, sum(o[1] == site and day < self.leaves(o) for o in held))
                if sum(o[1] == site for o in places) > most:
                    rules.add("post_limit")
                come = sum(o[1] == site and o[2] in (RELIEF, NEXT) for o in plan)
                if come > sum(o[1] == site and self.leaves(o) == RELIEF for o in plan):
                    rules.add("cohort")
            for home in ("H1", "H2"):
                staff = x.institutions[home].staff
                if staff is not None and sum(x.doctors[o[0]].institution == home for o in places) > floor(
                    0.03 * staff + 1e-9
                ):
                    rules.add("post_share")
                heads = x.departments[home, "DEP1"].headcount
                limit = max(1, floor(0.2 * heads)) if heads >= 4 else 0
                limit = max(limit, sum(x.doctors[o[0]].institution == home for o in held))
                if sum(x.doctors[o[0]].institution == home for o in there) > limit:
                    rules.add("home_cover_posted")
            if self.settings.max_posts is not None and len(places) > self.settings.max_posts:
                rules.add("max_posts")
        for quarter in (0, 1):
            if any(sum(self.cover(o)[quarter] for o in plan if o[0] == d) > 1 + 1e-9 for d in x.doctors):
                rules.add("doctor_time")
        if any(option not in plan for option in self.running):
            rules.add("posting_kept")
        if self.settings.subsidy_budget is not None and sum(map(self.subsidy, plan)) > self.settings.subsidy_budget:
            rules.add("subsidy_budget")
        for (site, _), post in x.posts.items():
            if post.locked and sum(o[1] == site for o in plan) < post.doctors:
                rules.add("post_floor")
        for lock in x.locks:
            if any(o[0] == lock.doctor for o in plan) != lock.must:
                rules.add("lock")
        return rules

    def worth(self, plan: Plan) -> float:
        """Visits kept less a little for each yuan of subsidy."""
        return sum(100.0 * sum(self.cover(o)) for o in plan) - sum(map(self.subsidy, plan)) / 1e4


def replace_day(day: date, wanted: int) -> date:
    """The wanted day of that month, or its last."""
    for number in range(wanted, 0, -1):
        try:
            return day.replace(day=number)
        except ValueError:
            continue
    raise AssertionError


@settings(max_examples=20, derandomize=True, deadline=None)
@given(small_regions())
def test_every_choice_is_judged_as_by_hand(x: Instance) -> None:
    """For every subset of postings the rows broken are those of a plain account, and the best choice is the same."""
    account = _Account(x)
    model = alone(with_rule(x, "post_floor", "hard"), "postings")
    columns = model.variable("postings.posted")
    assert {(d, i, p) for d, i, _, p in column_keys(columns)} == set(account.options)
    assert columns is not None
    for option in columns.keys:  # type: ignore[attr-defined]
        assert period_of(x, option) == account.period((option[0], option[1], option[3]))  # type: ignore[index,arg-type]
    fits: list[float] = []
    keys = [(o[0], o[1], "K1", o[2]) for o in account.options]
    for size in range(min(len(keys), 5) + 1):
        for chosen in combinations(range(len(keys)), size):
            plan = tuple(account.options[at] for at in chosen)
            vector = plan_vector(model, {"postings.posted": {keys[at]: 1.0 for at in chosen}})
            rules = account.broken(plan)
            assert rules_broken(model, vector) == rules
            if not rules:
                fits.append(account.worth(plan))
    cost = np.zeros(model.matrix.cols)
    cost[model.columns("postings.posted_visits")] = -1.0
    for column, key, yuan in model.ledger.money["postings"]:
        cost[model.offsets[column.number] + column.position[key]] = yuan / 1e4
    answer = solve(model.matrix, cost, limits=Limits(absolute_gap=1e-9, relative_gap=0.0))
    if len(keys) <= 5 or answer.x is None:
        assert (answer.x is None) == (not fits)
    if answer.x is not None and fits:
        assert -answer.objective >= max(fits) - 1e-6
        if len(keys) <= 5 or amount_chosen(answer.x[model.columns("postings.posted")]) <= 5:
            assert -answer.objective == pytest.approx(max(fits))


def amount_chosen(x: np.ndarray) -> int:
    """How many postings a solution makes."""
    return round(float(x.sum()))


def test_who_is_locked_to_a_clinic_is_not_posted_on_that_day() -> None:
    """A clinic locked within the six months of a posting forbids it; a wish, or a day after it, does not."""
    pin = Lock("locks row 1", "session", True, doctor="D1", institution="S2", on=START + timedelta(weeks=5))
    others = (replace(pin, label="locks row 2", weight=5.0), replace(pin, label="locks row 3", on=date(2027, 1, 5)))
    plan = _posted(("D1", "S1"))
    model = alone(replace(tiny_instance(), locks=(pin,)), "postings")
    assert broken(model, plan_vector(model, plan)) == {("lock", "locks row 1")}
    model = alone(replace(tiny_instance(), locks=others), "postings")
    assert broken(model, plan_vector(model, plan)) == set()
