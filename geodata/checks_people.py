"""Doctors, their departments, duties and absences, and the posts they are asked for.

Two persons of one name are no fault; two rows for one person are.
"""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.checks_time import NO_EFFECT, WEEKDAYS_EN, WEEKDAYS_ZH, outside_horizon, within_horizon
from geodata.checks_view import Check, Row, View

TITLES_ZH = ("", "住院医师", "主治医师", "副主任医师", "主任医师")


def scope_of(row: Row) -> tuple[str, ...]:
    """The specialties in which a doctor may work."""
    return row.list("scope") or ((row["specialty"],) if row["specialty"] else ())


def title_of(row: Row) -> float:
    """A doctor's title (1-4); blank counts as attending, 2."""
    title = row.number("title")
    return 2.0 if math.isnan(title) else title


def least_title(view: View, specialty: str) -> float:
    """The least title for clinics in a specialty: its own, else `[sessions] min_title`."""
    row = view.by_id("specialties").get(specialty)
    title = row.number("min_title") if row else math.nan
    return view.number_setting("sessions", "min_title", 2) if math.isnan(title) else title


def may_serve(view: View, doctor: Row, institution: str) -> bool:
    """Whether `own_group` lets a doctor work at an institution (a blank group is open to all)."""
    institutions = view.by_id("institutions")
    home, there = institutions.get(doctor["institution"]), institutions.get(institution)
    mine, theirs = home["group"] if home else "", there["group"] if there else ""
    return not view.rule_is_hard("own_group") or not mine or not theirs or mine == theirs


def homes(view: View) -> Check:
    """A doctor's home is a hospital."""
    institutions = view.by_id("institutions")
    for row in view.rows("doctors"):
        home = institutions.get(row["institution"])
        if home and home.number("level") < 2:
            yield view.problem(
                row,
                "institution",
                ("二级及以上医院", "a hospital of level 2 or 3"),
                (
                    f"{home['name'] or home['id']} 是 {home.number('level'):g} 级机构：填派出医院，或改正机构级别",
                    f"{home['id']} is of level {home.number('level'):g}: "
                    "write the hospital that employs the doctor, or correct that level",
                ),
                severity="warning",
            )


def scopes(view: View) -> Check:
    """A doctor's own specialty is within the registered scope."""
    for row in view.rows("doctors"):
        own, scope = row["specialty"], row.list("scope")
        if own and scope and own not in scope:
            yield view.problem(
                row,
                "scope",
                (f"包含本人专业 {own}", f"a scope with the doctor's own specialty, {own}"),
                (f"在执业范围中加上 {own}，或改正专业", f"add {own} to scope, or correct specialty"),
                severity="warning",
            )


def titles(view: View) -> Check:
    """A doctor's title is enough for a clinic in one specialty at least."""
    for row in view.rows("doctors"):
        floors = [least_title(view, k) for k in scope_of(row)]
        if floors and title_of(row) < min(floors):
            yield view.problem(
                row,
                "title",
                (f"职称不低于 {min(floors):g}（2 主治）", f"a title of {min(floors):g} or more (2 is attending)"),
                (
                    "该医生不会被安排坐诊或派驻：改正职称，或降低该专业的 min_title",
                    "gets no clinic and no posting: correct the title, or lower min_title of the specialty",
                ),
                severity="warning",
            )


def one_person_twice(view: View) -> Check:
    """One person has one row, also with two homes (of two persons of one name the specialty differs)."""
    seen: dict[tuple[str, str], Row] = {}
    for row in view.rows("doctors"):
        if not row["name"] or not row["id"]:
            continue
        before = seen.setdefault((row["name"], row["specialty"]), row)
        if before is not row and before["id"] != row["id"]:
            label = view.label("doctors", before.at)
            yield view.problem(
                row,
                "name",
                ("一人一行；同名不同人请保留", "one row for each person"),
                (
                    f"与第 {label} 行同名同专业：若是同一人（如两个单位）只留一行，若是两人可忽略",
                    f"row {label} has the same name and specialty: if they are one person (say with two homes) "
                    "keep one row; if two, nothing need be done",
                ),
                severity="warning",
            )


def absences(view: View) -> Check:
    """Absences end after they start and touch the time planned."""
    for row in view.rows("absences"):
        start, end = row.day("start"), row.day("end")
        if start and end and end < start:
            yield view.problem(
                row,
                "end",
                (f"不早于开始日期 {start}", f"a day not before start, {start}"),
                ("是否填反？对调或改正日期", "exchanged? Correct start or end"),
            )
        elif outside_horizon(view, start, end):
            yield view.problem(row, "start", within_horizon(view), NO_EFFECT, severity="warning")


def duties(view: View) -> Check:
    """Duties stand on days that there are."""
    for row in view.rows("duties"):
        weekday, day = row.number("weekday"), row.day("date")
        if day and not math.isnan(weekday) and day.isoweekday() != weekday:
            right = day.isoweekday() - 1
            yield view.problem(
                row,
                "weekday",
                (f"{day} 是周{WEEKDAYS_ZH[right]}", f"{day} is a {WEEKDAYS_EN[right]}"),
                ("日期和星期只填一个", "write the date or the weekday, not both"),
            )
        elif not day and not math.isnan(weekday) and weekday not in view.open_weekdays and row["slot"] != "night":
            yield view.problem(
                row,
                "weekday",
                ("开诊的星期（plan.toml 的 open_weekdays）", "an open weekday ([calendar] open_weekdays)"),
                ("休息日的安排不占坐诊时间：核对星期", "takes no clinic time on a day off: check the weekday"),
                severity="warning",
            )


def headcounts(view: View) -> Check:
    """A department has at least as many people as doctors are listed for it."""
    listed = view.grouped("doctors", "institution", "department")
    for row in view.rows("departments"):
        head, doctors = row.number("headcount"), listed.get((row["institution"], row["department"]), [])
        if head < len(doctors):
            yield view.problem(
                row,
                "headcount",
                (f"不少于 doctors 表所列的 {len(doctors)} 人", f"at least the {len(doctors)} listed in doctors"),
                ("填写全科室人数（不只是外派医生）", "write the whole department's headcount, not only who goes out"),
            )
        elif row.number("min_present") >= head > 0:
            yield view.problem(
                row,
                "min_present",
                (f"少于科室人数 {head:g}", f"less than the headcount, {head:g}"),
                ("照此科室无人可外派：降低在岗人数", "as it stands nobody may leave: lower it"),
                severity="warning",
            )


def departments_known(view: View) -> Check:
    """With a table of departments, every doctor's department is in it (else it is not limited)."""
    if not view.has("departments"):
        return
    known: dict[str, list[str]] = defaultdict(list)
    for row in view.rows("departments"):
        known[row["institution"]].append(row["department"])
    told: set[tuple[str, str]] = set()
    hospitals = view.ids("institutions")
    for row in view.rows("doctors"):
        key = (row["institution"], row["department"])
        if key[0] not in hospitals:  # told as an unknown reference
            continue
        if row["department"] and row["department"] not in known[row["institution"]] and key not in told:
            told.add(key)
            names = "、".join(known[row["institution"]][:5]) or "–"
            yield view.problem(
                row,
                "department",
                (f"departments 表中该院的科室（{names}）", f"a department of that hospital ({names})"),
                (
                    "统一科室名称，或在 departments 表中补一行；否则该科室不限外出人数",
                    "use one name, or add a row to departments; without one its people are not limited",
                ),
                severity="warning",
            )


def posts(view: View) -> Check:
    """Somebody could hold each post that is asked for, and it starts in the time planned."""
    doctors = view.rows("doctors")
    for row in view.rows("posts"):
        if outside_horizon(view, row.day("start")):
            yield view.problem(row, "start", within_horizon(view), NO_EFFECT, severity="warning")
        if not row["specialty"] or not row.number("doctors") > 0:
            continue
        asked = row.number("min_title")
        floor = max(least_title(view, row["specialty"]), 0.0 if math.isnan(asked) else asked)
        fit = [d for d in doctors if row["specialty"] in scope_of(d) and may_serve(view, d, row["institution"])]
        fit = [d for d in fit if d["posting"] != "no" and d["institution"] != row["institution"]]
        able = [d for d in fit if title_of(d) >= floor]
        if len(able) >= row.number("doctors"):
            continue
        only_title = bool(fit) and len(fit) >= row.number("doctors")
        yield view.problem(
            row,
            "min_title" if only_title else "doctors",
            (
                f"本集团内该专业、职称 {floor:g} 以上、可派驻的医生不少于人数",
                f"as many doctors of the group in this specialty, with title {floor:g} or more, who may be posted",
            ),
            (
                f"只有 {len(able)} 人符合（不论职称 {len(fit)} 人）：降低职称要求或人数，或补充 doctors",
                f"{len(able)} fit ({len(fit)} whatever their title): lower the title or the number, or add doctors",
            ),
            severity="warning",
        )


CHECKS = (
    homes,
    scopes,
    titles,
    one_person_twice,
    absences,
    duties,
    headcounts,
    departments_known,
    posts,
)
