"""Visits: today's flows against the need, clinics that could never be held, and what hospitals treat."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

from geodata.checks_people import least_title, may_serve, scope_of, title_of
from geodata.checks_view import Check, Row, View

#: Visits a month by which parts may exceed the whole before they are more than rounded.
ROUNDING = 1.0
#: Visits a month for each resident above which a yearly figure was probably entered.
MOST_VISITS = 1.5
#: Clinics a month of each frequency that can be asked for.
PER_MONTH = {"monthly": 1.0, "fortnightly": 26 / 12, "weekly": 52 / 12, "twice_weekly": 104 / 12}
CAPTURES = ("capture_monthly", "capture_fortnightly", "capture_weekly", "capture_twice_weekly")


def _up(view: View) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Patients a month by (origin, specialty): sent up inside the alliance, and leaving it."""
    inside: dict[tuple[str, str], float] = defaultdict(float)
    outside: dict[tuple[str, str], float] = defaultdict(float)
    for row in view.rows("referrals"):
        patients = row.number("patients_per_month")
        if row["specialty"] and row["direction"] != "down" and not math.isnan(patients):
            sums = outside if row["destination"] == "outside" else inside
            sums[row["origin"], row["specialty"]] += patients
    return inside, outside


def _given(row: Row, column: str, otherwise: float) -> float:
    value = row.number(column)
    return otherwise if math.isnan(value) else value


def flows(view: View) -> Check:
    """Own visits, referrals and outflow are parts of the need."""
    inside, outside = _up(view)
    for row in view.rows("needs"):
        need, key = row.number("visits_per_month"), (row["institution"], row["specialty"])
        own = _given(row, "own_visits_per_month", 0.0)
        referred = _given(row, "referred_visits_per_month", inside.get(key, 0.0))
        left = _given(row, "left_visits_per_month", outside.get(key, 0.0))
        if own + referred + left > need + max(ROUNDING, 0.005 * need):
            yield view.problem(
                row,
                "visits_per_month",
                (
                    f"不少于本机构 {own:g}、上转 {referred:g}、外流 {left:g} 之和 {own + referred + left:g}",
                    f"at least own {own:g} + referred {referred:g} + left {left:g} = {own + referred + left:g}",
                ),
                (
                    "需求应含全部就诊：增大需求，或改正其中一项（上转、外流也取自 referrals 表）",
                    "the need holds all visits: raise it, or correct a part (blank ones come from table referrals)",
                ),
            )


def flows_twice(view: View) -> Check:
    """Where needs and referrals both tell a flow, they tell the same."""
    inside, outside = _up(view)
    for row in view.rows("needs"):
        key = (row["institution"], row["specialty"])
        for column, sums in (("referred_visits_per_month", inside), ("left_visits_per_month", outside)):
            told, summed = row.number(column), sums.get(key)
            if summed is not None and abs(told - summed) > max(ROUNDING, 0.1 * max(told, summed)):
                yield view.problem(
                    row,
                    column,
                    (f"与 referrals 表之和 {summed:g} 一致", f"the sum of its rows in referrals, {summed:g}"),
                    (
                        "两处不一致时以本列为准：改正一处或清空本列",
                        "this column counts: correct one, or clear this cell",
                    ),
                    severity="warning",
                )


def too_many_visits(view: View) -> Check:
    """The needs of a place are monthly figures that its people can have."""
    institutions = view.by_id("institutions")
    for (site,), rows in view.grouped("needs", "institution").items():
        people = institutions[site].number("population") if site in institutions else math.nan
        visits = sum(_given(row, "visits_per_month", 0.0) for row in rows)
        if people > 0 and visits > MOST_VISITS * people:
            biggest = max(rows, key=lambda row: _given(row, "visits_per_month", 0.0))
            yield view.problem(
                biggest,
                "visits_per_month",
                (
                    f"全部专业每月合计不超过人口的 {MOST_VISITS:g} 倍（{people:g} 人，合计 {visits:g}）",
                    f"at most {MOST_VISITS:g} visits a month for each of {people:g} residents (sum {visits:g})",
                ),
                (
                    "是否填成了年度数？改为每月人次，或改正人口",
                    "yearly figures? Write visits a month, or correct population",
                ),
                severity="warning",
            )


def nobody_holds(view: View) -> Check:
    """Some doctor of the group could hold a clinic in each specialty that is needed."""
    if not view.has("doctors"):
        return
    for (specialty,), rows in view.grouped("needs", "specialty").items():
        fit = [d for d in view.rows("doctors") if specialty in scope_of(d)]
        floor = least_title(view, specialty)
        able = [d for d in fit if title_of(d) >= floor]
        without = [row for row in rows if not any(may_serve(view, d, row["institution"]) for d in able)]
        if not specialty or not without:
            continue
        everywhere = len(without) == len(rows)
        yield view.problem(
            without[0],
            "specialty",
            (
                f"有可出诊的医生（该专业、职称 {floor:g} 以上、本集团）",
                f"a doctor in this specialty with title {floor:g} or more in the same group",
            ),
            (
                f"{'所有' if everywhere else len(without)} 处需求（第 {_few(view, without)} 行）无人可出诊："
                f"补充 doctors、放宽 scope，或降低 min_title（该专业共 {len(fit)} 名医生）",
                f"nobody can hold a clinic for {'any' if everywhere else len(without)} of its needs "
                f"(rows {_few(view, without)}; {len(fit)} doctors in the specialty): add doctors, widen scope, "
                "or lower min_title",
            ),
            severity="warning",
        )


def _few(view: View, rows: list[Row]) -> str:
    return view.labels(rows[:5]) + ("…" if len(rows) > 5 else "")


def timing(view: View) -> Check:
    """What a site asks for in time agrees with itself."""
    for row in view.rows("needs"):
        least, most = row.number("min_gap_days"), row.number("max_gap_days")
        if least > most:
            yield view.problem(
                row,
                "min_gap_days",
                (f"不大于 max_gap_days {most:g}", f"at most max_gap_days, {most:g}"),
                ("是否填反？对调或改正", "exchanged? Correct one of the two"),
            )
        floor, pattern = row.number("min_sessions_per_month"), row["pattern"]
        if floor > PER_MONTH.get(pattern, math.inf) + 0.5:
            yield view.problem(
                row,
                "min_sessions_per_month",
                (
                    f"不超过所选频次 {pattern} 的每月 {PER_MONTH[pattern]:.1f} 次",
                    f"at most what the pattern {pattern} gives, {PER_MONTH[pattern]:.1f} a month",
                ),
                ("提高 pattern 的频次，或降低最低次数", "ask for a higher frequency in pattern, or a lower number"),
            )
        weekday = row.number("weekday")
        if not math.isnan(weekday) and weekday not in view.open_weekdays:
            yield view.problem(
                row,
                "weekday",
                ("开诊的星期（plan.toml 的 open_weekdays）", "an open weekday ([calendar] open_weekdays)"),
                ("改为开诊日，或在 [calendar] 中加上这一天", "choose an open day, or add it to [calendar]"),
                severity="warning",
            )


def captures(view: View) -> Check:
    """A clinic held more often keeps no smaller share of patients."""
    for row in view.rows("specialties"):
        for rarer, oftener in pairwise(CAPTURES):
            low, high = row.number(rarer), row.number(oftener)
            if low > high:
                yield view.problem(
                    row,
                    oftener,
                    (f"不小于 {rarer} {low:g}", f"at least {rarer}, {low:g}"),
                    (
                        "频次越高留住的比例不应越低：改正其中一个（是否填反）",
                        "more clinics keep no fewer: correct one of the two",
                    ),
                )


def capabilities(view: View) -> Check:
    """A hospital can treat what it treats today."""
    load: dict[tuple[str, str], float] = defaultdict(float)
    for row in view.rows("needs"):
        load[row["institution"], row["specialty"]] += _given(row, "own_visits_per_month", 0.0)
    for row in view.rows("referrals"):
        if row["direction"] != "down" and row["specialty"]:
            load[row["destination"], row["specialty"]] += _given(row, "patients_per_month", 0.0)
    for row in view.rows("capabilities"):
        today = load.get((row["institution"], row["specialty"]), 0.0)
        if row["direction"] != "down" and row.number("visits_per_month") < today - ROUNDING:
            yield view.problem(
                row,
                "visits_per_month",
                (f"不低于目前工作量 {today:g}（本院加转入）", f"at least today's load, {today:g} (own and referred)"),
                ("增大接诊能力，或留空（按目前工作量加 5%）", "raise it, or leave it blank (today's load plus 5 %)"),
                severity="warning",
            )


def referrals(view: View) -> Check:
    """Referrals go from one place to another, up to a hospital, down from one."""
    institutions = view.by_id("institutions")
    for row in view.rows("referrals"):
        origin, destination = institutions.get(row["origin"]), institutions.get(row["destination"])
        if row["origin"] and row["origin"] == row["destination"]:
            yield view.problem(
                row,
                "destination",
                ("另一个机构", "another institution"),
                (
                    "改正转入机构；在本机构就诊的写入 needs 的 own_visits_per_month",
                    "correct it; own visits go to needs",
                ),
            )
        elif row["direction"] == "down" and row["destination"] == "outside":
            yield view.problem(
                row,
                "direction",
                ("转往域外的方向为 up", "up, for patients who go outside"),
                ("改为 up，或填写下转接收机构", "write up, or the institution that takes them back"),
            )
        elif origin and destination:
            climb = destination.number("level") - origin.number("level")
            if climb < 0 < row.number("patients_per_month") and row["direction"] != "down":
                yield view.problem(
                    row,
                    "direction",
                    ("上转去同级或更高级别的机构", "an up-referral to the same or a higher level"),
                    ("对调转出、转入机构，或把方向改为 down", "exchange origin and destination, or write down"),
                    severity="warning",
                )


CHECKS = (flows, flows_twice, too_many_visits, nobody_holds, timing, captures, capabilities, referrals)
