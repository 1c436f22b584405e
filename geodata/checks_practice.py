"""Today's practice: the roster as it runs, and doctors who are posted now.

What cannot be true at once would count as practice that the plan must keep, so it is an error.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable

from geodata.checks_people import scope_of
from geodata.checks_time import WEEKDAYS_EN, WEEKDAYS_ZH, half_days, weeks_meet
from geodata.checks_view import Check, Row, Say, View


def roster_at_home(view: View) -> Check:
    """A clinic at the doctor's own hospital is no outreach."""
    doctors = view.by_id("doctors")
    for row in view.rows("roster"):
        doctor = doctors.get(row["doctor"])
        if doctor and row["institution"] and row["institution"] == doctor["institution"]:
            yield view.problem(
                row,
                "institution",
                ("本院以外的机构", "an institution other than the doctor's own"),
                ("本院门诊写在 duties 表；从 roster 中删去", "clinics at home belong in table duties: move the row"),
            )


def roster_days(view: View) -> Check:
    """A date that is given with a weekday is that weekday."""
    for row in view.rows("roster"):
        day, weekday = row.day("date"), row.number("weekday")
        if day and not math.isnan(weekday) and day.isoweekday() != weekday:
            right = day.isoweekday() - 1
            yield view.problem(
                row,
                "weekday",
                (f"{day} 是周{WEEKDAYS_ZH[right]}", f"{day} is a {WEEKDAYS_EN[right]}"),
                ("日期和星期只填一个", "write the date or the weekday, not both"),
            )


def _times(row: Row) -> list[Hashable]:
    """The half-days of a row, one key for each, the same for each week."""
    day, weekday = row.day("date"), row.number("weekday")
    when: Hashable = day if day else None if math.isnan(weekday) else int(weekday)
    return [] if when is None else [(when, half) for half in half_days(row["slot"])]


def _time_words(row: Row) -> Say:
    day, weekday = row.day("date"), row.number("weekday")
    if day:
        return str(day), str(day)
    return f"周{WEEKDAYS_ZH[int(weekday) - 1]}", WEEKDAYS_EN[int(weekday) - 1]


def two_places(view: View) -> Check:
    """A doctor is at one place in a half-day."""
    taken: dict[tuple[str, Hashable], list[Row]] = defaultdict(list)
    for row in view.rows("roster"):
        clash = None
        for time in _times(row):
            before = taken[row["doctor"], time]
            clash = clash or next(
                (o for o in before if o["institution"] != row["institution"] and weeks_meet(o["weeks"], row["weeks"])),
                None,
            )
            before.append(row)
        if clash and row["doctor"]:
            label, (zh, en) = view.label("roster", clash.at), _time_words(row)
            yield view.problem(
                row,
                "institution",
                ("同一半天只在一处", "one place in a half-day"),
                (
                    f"第 {label} 行{zh}同一时段此人在 {clash['institution']}：改正其中一行的时间或医生",
                    f"row {label} has the doctor at {clash['institution']} at that time ({en}): "
                    "correct the time or the doctor of one of them",
                ),
            )


def on_duty(view: View) -> Check:
    """A doctor is not on duty at home during a clinic elsewhere."""
    busy: dict[tuple[str, Hashable], list[Row]] = defaultdict(list)
    for row in view.rows("duties"):
        for time in _times(row):
            busy[row["doctor"], time].append(row)
    for row in view.rows("roster"):
        duties = [duty for time in _times(row) for duty in busy.get((row["doctor"], time), [])]
        duty = next((duty for duty in duties if weeks_meet(duty["weeks"], row["weeks"])), None)
        if duty:
            label = view.label("duties", duty.at)
            yield view.problem(
                row,
                "slot",
                ("不与本院值班、门诊、手术相冲突的时段", "a half-day without a duty at home"),
                (
                    f"duties 第 {label} 行此时有「{duty['what'] or '本院安排'}」：改正其中一行",
                    f"row {label} of duties has {duty['what'] or 'a duty'} at that time: correct one of the two",
                ),
            )


def while_absent(view: View) -> Check:
    """No clinic on a date on which the doctor is away."""
    away = view.grouped("absences", "doctor")
    for row in view.rows("roster"):
        day = row.day("date")
        for absence in away.get((row["doctor"],), []):
            start, end = absence.day("start"), absence.day("end")
            if start is None or end is None or not set(half_days(row["slot"])) & set(half_days(absence["slot"])):
                continue
            label = view.label("absences", absence.at)
            if day and start <= day <= end:
                yield view.problem(
                    row,
                    "date",
                    (f"不在请假期间（{start} 至 {end}）", f"a day on which the doctor is not away ({start} to {end})"),
                    (f"与 absences 第 {label} 行矛盾：改正其中一行", f"row {label} of absences differs: correct one"),
                )
            elif not day and view.horizon and start <= view.horizon[0] and end >= view.horizon[1]:
                yield view.problem(
                    row,
                    "doctor",
                    ("规划期内在岗的医生", "a doctor who is there in the time planned"),
                    (
                        f"absences 第 {label} 行整个规划期不在：删去此行或改正请假日期",
                        f"away the whole time by row {label} of absences: delete this row or correct those dates",
                    ),
                    severity="warning",
                )


def beyond_rooms(view: View) -> Check:
    """No more visiting doctors at once than rooms."""
    institutions = view.by_id("institutions")
    used: dict[tuple[str, Hashable, str], list[Row]] = defaultdict(list)
    for row in view.rows("roster"):
        for time in _times(row):
            for parity in ("odd", "even"):
                if weeks_meet(row["weeks"], parity):
                    used[row["institution"], time, parity].append(row)
    told: set[str] = set()
    for (site, _, _), rows in used.items():
        rooms = institutions[site].number("rooms") if site in institutions else math.nan
        if len(rows) > rooms and site not in told:
            told.add(site)
            zh, en = _time_words(rows[-1])
            yield view.problem(
                rows[-1],
                "institution",
                (
                    f"同一时段不超过 {rooms:g} 间诊室",
                    f"at most {rooms:g} visiting doctors at once, the rooms there are",
                ),
                (
                    f"第 {view.labels(rows)} 行{zh}同时在此坐诊：增加 rooms 或改正时间",
                    f"rows {view.labels(rows)} are there together ({en}): raise rooms or correct the times",
                ),
                severity="warning",
            )


def postings(view: View) -> Check:
    """Postings end after they start, are away from home, in scope, and one at a time."""
    doctors = view.by_id("doctors")
    for row in view.rows("current_postings"):
        doctor = doctors.get(row["doctor"])
        start, end = row.day("start"), row.day("end")
        if start and end and end < start:
            yield view.problem(
                row,
                "end",
                (f"不早于开始日期 {start}", f"a day not before start, {start}"),
                ("是否填反？对调或改正日期", "exchanged? Correct start or end"),
            )
        if doctor is None:
            continue
        if row["institution"] == doctor["institution"]:
            yield view.problem(
                row,
                "institution",
                ("本院以外的机构", "an institution other than the doctor's own"),
                ("填写受援单位", "write where the doctor is posted to"),
            )
        if row["specialty"] and row["specialty"] not in scope_of(doctor):
            yield view.problem(
                row,
                "specialty",
                ("医生执业范围内的专业", "a specialty within the doctor's scope"),
                ("改正专业，或在 doctors 的 scope 中补上", "correct it, or add it to scope of the doctor"),
                severity="warning",
            )
    yield from _overlaps(view)


def _overlaps(view: View) -> Check:
    for rows in view.grouped("current_postings", "doctor").values():
        for at, row in enumerate(rows):
            for before in rows[:at]:
                spans = [before.day("start"), before.day("end"), row.day("start"), row.day("end")]
                if None in spans or not row["doctor"]:
                    continue
                first, last, start, end = spans
                if start <= last and first <= end:  # type: ignore[operator]
                    label = view.label("current_postings", before.at)
                    yield view.problem(
                        row,
                        "start",
                        ("同一时间只派驻一处", "one posting at a time"),
                        (
                            f"与第 {label} 行（{before['institution']}，{first} 至 {last}）重叠：改正日期或医生",
                            f"overlaps row {label} ({before['institution']}, {first} to {last}): "
                            "correct the dates or the doctor",
                        ),
                    )


CHECKS = (roster_at_home, roster_days, two_places, on_duty, while_absent, beyond_rooms, postings)
