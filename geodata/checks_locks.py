"""Locks that cannot be kept: at odds with each other, with the tables, or with a filter.

Only what two rows show by themselves; locks that clash through a rule are found by the solver,
which names the rule. A lock with a weight is a wish, so a clash with it is a warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from geodata.checks_people import least_title, may_serve, scope_of, title_of
from geodata.checks_view import (
    NO_EFFECT,
    WEEKDAYS_ZH,
    Check,
    Row,
    Say,
    View,
    half_days,
    outside_horizon,
    within_horizon,
)
from geodata.problems import Problem, Severity

#: kind -> the columns that say what is locked; a blank one stands for any.
SUBJECT = {
    "session": ("doctor", "institution", "specialty"),
    "posting": ("doctor", "institution", "specialty"),
    "centre": ("service", "host"),
    "service": ("institution", "service", "host"),
    "group": ("institution", "group"),
}
#: kind -> the columns without which it says nothing.
NEEDED = {
    "session": ("institution",),
    "posting": ("institution",),
    "centre": ("service",),
    "service": ("institution", "service"),
    "group": ("institution", "group"),
}
MONTH = 365.25 / 12


def _subject(row: Row) -> tuple[str, ...]:
    cells = {column: row[column] for column in SUBJECT.get(row["kind"], ())}
    if row["kind"] == "centre":  # the host may stand in either column
        cells["host"] = row["host"] or row["institution"]
    return tuple(cells.values())


def _when(row: Row) -> tuple[object, ...]:
    weekday = row.number("weekday")
    return row.day("start"), row.day("date"), "" if math.isnan(weekday) else int(weekday), row["slot"]


def _severity(*rows: Row) -> Severity:
    return "warning" if any(row.said("weight") for row in rows) else "error"


def _must(row: Row) -> bool:
    return row.yes("must") or not row.said("must")


def complete(view: View) -> Check:
    """A lock says what it locks."""
    for row in view.rows("locks"):
        for column in NEEDED.get(row["kind"], ()):
            if not row[column] and not (column == "institution" and row["doctor"]):
                yield view.problem(
                    row,
                    column,
                    (f"{row['kind']} 类锁定须填 {column}", f"a {column} for a lock of kind {row['kind']}"),
                    ("补填，或删去此行", "write it, or delete the row"),
                )
        if row["kind"] == "centre" and not row["host"] and not row["institution"]:
            yield view.problem(
                row,
                "host",
                ("承办机构", "the institution that hosts"),
                ("补填 host", "write it in host"),
            )


def yes_and_no(view: View) -> Check:
    """The same thing is not locked to be and not to be; a blank cell of the `no` covers everything."""
    rows = [row for row in view.rows("locks") if row["kind"] in SUBJECT]
    for forbidden in (row for row in rows if not _must(row)):
        for wanted in (row for row in rows if _must(row)):
            if forbidden["kind"] != wanted["kind"] or not (_covers(forbidden, wanted)):
                continue
            later, before = (forbidden, wanted) if forbidden.at > wanted.at else (wanted, forbidden)
            label = view.label("locks", before.at)
            yield view.problem(
                later,
                "must",
                (f"与第 {label} 行一致", f"no contradiction with row {label}"),
                (
                    f"第 {label} 行的锁定恰好相反：删去其中一行",
                    f"row {label} locks the opposite: delete one of the two",
                ),
                severity=_severity(forbidden, wanted),
            )


def _covers(forbidden: Row, wanted: Row) -> bool:
    """Whether everything that would keep `wanted` breaks `forbidden`."""
    same = all(not no or no == yes for no, yes in zip(_subject(forbidden), _subject(wanted), strict=True))
    return same and all(no in (None, "", yes) for no, yes in zip(_when(forbidden), _when(wanted), strict=True))


def one_place(view: View) -> Check:
    """A doctor is not locked to two places at one time, nor posted and holding clinics elsewhere."""
    rows = [row for row in view.rows("locks") if _must(row) and row["doctor"] and row["institution"]]
    for before, row in combinations(rows, 2):
        if before["doctor"] != row["doctor"]:
            continue
        kinds = {before["kind"], row["kind"]}
        elsewhere = before["institution"] != row["institution"]
        if kinds == {"session"} and elsewhere and _same_time(before, row):
            weekday = row.number("weekday")
            zh = f"周{WEEKDAYS_ZH[int(weekday) - 1]}" if not math.isnan(weekday) else str(row.day("date"))
            yield _clash(view, row, before, (f"同一半天（{zh}）只在一处", "one place in a half-day"))
        elif kinds == {"posting"} and elsewhere and _postings_meet(view, before, row):
            yield _clash(view, row, before, ("同一时间只派驻一处", "one posting at a time"))
        elif kinds == {"posting", "session"}:
            posting = row if row["kind"] == "posting" else before
            if _covers_horizon(view, posting):
                yield _clash(
                    view, row, before, ("派驻期间不再外出坐诊", "no clinics by a doctor who is posted throughout")
                )


def _clash(view: View, row: Row, before: Row, expected: Say) -> Problem:
    label = view.label("locks", before.at)
    return view.problem(
        row,
        "institution",
        expected,
        (
            f"第 {label} 行已把 {row['doctor']} 锁定在 {before['institution']}：删去其中一行或改时间",
            f"row {label} locks {row['doctor']} to {before['institution']}: delete one or change its time",
        ),
        severity=_severity(row, before),
    )


def _same_time(one: Row, other: Row) -> bool:
    if not set(half_days(one["slot"])) & set(half_days(other["slot"])) or not (one["slot"] and other["slot"]):
        return False
    days = [(row.day("date"), row.number("weekday")) for row in (one, other)]
    (day, weekday), (other_day, other_weekday) = days
    if day and other_day:
        return day == other_day
    mine = weekday if day is None else float(day.isoweekday())
    theirs = other_weekday if other_day is None else float(other_day.isoweekday())
    return mine == theirs  # NaN, no day at all, equals nothing


def _months(view: View, lock: Row) -> float:
    post = view.grouped("posts", "institution", "specialty").get((lock["institution"], lock["specialty"]))
    months = post[0].number("months") if post else math.nan
    return view.number_setting("postings", "months", 6) if math.isnan(months) else months


def _starts(view: View, lock: Row) -> list[date]:
    """When a locked posting may start; [] where the horizon has no dates."""
    given = lock.day("start")
    if given or not view.horizon:
        return [given] if given else []
    cohorts = view.setting("postings", "cohorts", [])
    return [day for day in cohorts if isinstance(day, date)] or [view.horizon[0]]


def _covers_horizon(view: View, lock: Row) -> bool:
    """Whether a locked posting leaves no week of the horizon free, whenever it may start."""
    if not view.horizon:
        return True
    length = timedelta(days=_months(view, lock) * MONTH)
    first, last = view.horizon
    return all(start <= first and start + length > last for start in _starts(view, lock))


def _postings_meet(view: View, one: Row, other: Row) -> bool:
    """Whether two locked postings overlap whenever they may start."""
    mine, theirs = _starts(view, one), _starts(view, other)
    long = timedelta(days=_months(view, one) * MONTH), timedelta(days=_months(view, other) * MONTH)
    return all(a < b + long[1] and b < a + long[0] for a in mine for b in theirs)


def current_postings(view: View) -> Check:
    """A doctor who is posted for the whole time planned is not locked elsewhere."""
    postings = view.grouped("current_postings", "doctor")
    for row in view.rows("locks"):
        if not _must(row) or row["kind"] not in ("session", "posting") or not row["doctor"]:
            continue
        for posting in postings.get((row["doctor"],), []):
            start, end = posting.day("start"), posting.day("end")
            if not (start and end and view.horizon and start <= view.horizon[0] and end >= view.horizon[1]):
                continue
            if row["kind"] == "posting" and row["institution"] in ("", posting["institution"]):
                continue
            label = view.label("current_postings", posting.at)
            yield view.problem(
                row,
                "doctor",
                (f"规划期内不在派驻（{start} 至 {end}）的医生", f"a doctor not posted already ({start} to {end})"),
                (
                    f"current_postings 第 {label} 行此人整个规划期派驻在 {posting['institution']}：换医生或改日期",
                    f"row {label} of current_postings has the doctor at {posting['institution']} all the time: "
                    "lock another doctor, or correct the dates",
                ),
                severity=_severity(row),
            )


def allowed(view: View) -> Check:
    """A locked clinic or posting passes the filters: group, title, scope, wish, away from home."""
    doctors = view.by_id("doctors")
    for row in view.rows("locks"):
        doctor = doctors.get(row["doctor"])
        if row["kind"] not in ("session", "posting") or not _must(row) or doctor is None:
            continue
        for column, fault, expected, cure in _refusals(view, row, doctor):
            if fault:
                yield view.problem(row, column, expected, cure, severity=_severity(row))


def _refusals(view: View, row: Row, doctor: Row) -> Iterator[tuple[str, bool, Say, Say]]:
    """Each filter that could refuse the lock: column, whether it does, expectation, cure."""
    site, specialty, name = row["institution"], row["specialty"], doctor["name"] or doctor["id"]
    floor = least_title(view, specialty or doctor["specialty"])
    yield (
        "institution",
        bool(site) and not may_serve(view, doctor, site),
        ("医生所在集团的机构（own_group）", "an institution of the doctor's own group (rule own_group)"),
        (f"{name} 属另一集团：换医生、改分组，或关闭规则 own_group", f"{name} is of another group: change one of them"),
    )
    yield (
        "institution",
        bool(site) and site == doctor["institution"],
        ("医生本院以外的机构", "an institution other than the doctor's own"),
        ("改为受援单位", "write where the doctor is to go"),
    )
    yield (
        "specialty",
        bool(specialty) and specialty not in scope_of(doctor),
        (f"{name} 执业范围内的专业", f"a specialty within the scope of {name}"),
        ("改正专业，或在 doctors 的 scope 中补上", "correct it, or add it to scope in doctors"),
    )
    yield (
        "doctor",
        title_of(doctor) < floor,
        (f"职称 {floor:g} 以上的医生", f"a doctor with title {floor:g} or more"),
        (
            f"{name} 职称为 {title_of(doctor):g}：换医生，或降低该专业的 min_title",
            f"{name} has {title_of(doctor):g}: lock another",
        ),
    )
    yield (
        "doctor",
        row["kind"] == "posting" and doctor["posting"] == "no",
        ("可派驻的医生", "a doctor who may be posted"),
        (
            f"{name} 在 doctors 表中不能派驻：换医生或改 posting",
            f"doctors says no to posting {name}: change one of them",
        ),
    )


def centres(view: View) -> Check:
    """A locked centre has a row in `centres` and a state that allows it, and not more than may open."""
    rows_of = view.grouped("centres", "service", "institution")
    services = view.by_id("services")
    wanted: dict[str, list[Row]] = {}
    for row in view.rows("locks"):
        if row["kind"] not in ("centre", "service") or not row["service"]:
            continue
        host = _subject(row)[-1]
        states = {centre["state"] for centre in rows_of.get((row["service"], host), [])}
        column = "host" if row["host"] else "institution"
        if _must(row) and host and not states:
            yield view.problem(
                row,
                column,
                (f"centres 表中 {row['service']} 的候选机构", f"a candidate for {row['service']} in table centres"),
                ("在 centres 表中增加该机构的规模，或改正锁定", "add its levels to centres, or correct the lock"),
                severity=_severity(row),
            )
        elif _must(row) and states == {"forbidden"}:
            yield view.problem(
                row,
                column,
                ("未被禁止的承办机构", "a host that is not forbidden"),
                (
                    "centres 表中此机构为 forbidden：改其 state 或删去锁定",
                    "centres has it forbidden: change one of the two",
                ),
                severity=_severity(row),
            )
        elif not _must(row) and row["kind"] == "centre" and "forced" in states:
            yield view.problem(
                row,
                column,
                ("不是必开的承办机构", "a host that is not forced"),
                ("centres 表中此机构为 forced：改其 state 或删去锁定", "centres has it forced: change one of the two"),
                severity=_severity(row),
            )
        if _must(row) and row["kind"] == "centre" and not row.said("weight"):
            wanted.setdefault(row["service"], []).append(row)
    for service, rows in wanted.items():
        forced = {c["institution"] for c in view.rows("centres") if c["service"] == service and c["state"] == "forced"}
        most = services[service].number("max_centres") if service in services else math.nan
        if len(forced | {_subject(row)[-1] for row in rows}) > most:
            yield view.problem(
                rows[-1],
                "service",
                (f"锁定和必开的中心不超过上限 {most:g}", f"at most max_centres, {most:g}, centres locked or forced"),
                ("提高 services 的 max_centres，或减少锁定", "raise max_centres in services, or delete a lock"),
            )


def one_centre(view: View) -> Check:
    """A service of one institution is not locked to two centres, nor to one that is locked shut."""
    services = view.by_id("services")
    chosen: dict[tuple[str, str], Row] = {}
    rows = [row for row in view.rows("locks") if row["kind"] == "service" and _must(row) and row["host"]]
    shut = {_subject(row): row for row in view.rows("locks") if row["kind"] == "centre" and not _must(row)}
    for row in rows:
        before = chosen.setdefault((row["institution"], row["service"]), row)
        service = services.get(row["service"])
        one = service is None or service.yes("single_source") or not service.said("single_source")
        other = before if before["host"] != row["host"] and one else shut.get((row["service"], row["host"]))
        if other is not None:
            label = view.label("locks", other.at)
            yield view.problem(
                row,
                "host",
                (f"与第 {label} 行一致", f"no contradiction with row {label}"),
                (f"与第 {label} 行矛盾：删去其中一行", f"row {label} says otherwise: delete one of the two"),
                severity=_severity(row, other),
            )


def dates(view: View) -> Check:
    """Locks are about the time planned."""
    for row in view.rows("locks"):
        for column in ("start", "date"):
            if outside_horizon(view, row.day(column)):
                yield view.problem(row, column, within_horizon(view), NO_EFFECT, severity="warning")


CHECKS = (complete, yes_and_no, one_place, current_postings, allowed, centres, one_centre, dates)
