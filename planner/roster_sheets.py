"""The roster in the workbook: by site, by doctor, by department, rotation, notice, statistics, and the list to edit.

One month of the site view and of the department view is one sheet on landscape A3, everything else is
landscape A4; all are one page wide.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from planner import roster_tables as tables
from planner.roster_detail import add_detail
from planner.roster_grid import Block, Cell, Grid
from planner.roster_people import Departments, who_remains
from planner.roster_print import Printer
from planner.roster_statistics import month_statistics
from planner.roster_views import Day, Half, Held, Month, RosterView
from planner.roster_words import SHORT_TITLES
from planner.rotation import rotation_table
from planner.text import joined
from planner.view import View


def add_roster_sheets(book: Any, view: View) -> None:
    """Add the roster's sheets to an open workbook; the rotation of postings also where nothing is dated."""
    roster = RosterView(view)
    printer = Printer(book, roster)
    say = roster.say
    if roster.clinics:
        for month in roster.months:
            _sites(printer, month)
    turns = rotation_table(view.saved, roster.lang)
    printer.list(say("rotation_sheet"), say("rotation_title", name=roster.region), turns, group=5)
    if not roster.clinics:
        return
    printer.list(say("doctor_sheet"), say("doctor_title", name=roster.region), tables.schedules(roster), group=0)
    for month in roster.months:
        _departments(printer, month)
    printer.list(say("cover_sheet"), say("cover_title", name=roster.region), who_remains(roster), group=1)
    output = roster.config.output
    if output.public:
        am, pm = ("–".join(time.strftime("%H:%M") for time in roster.hours(slot)) for slot in ("am", "pm"))
        note = say("hours", am=am, pm=pm, span=printer.span)
        title = say("public_title", name=roster.region)
        printer.list(say("public_sheet"), title, tables.notices(roster), page_per=0, note=note, size=10)
    if output.month_statistics:
        printer.list(say("month_sheet"), say("month_title", name=roster.region), month_statistics(roster), group=0)
    printer.list(say("fair_sheet"), say("fair_title", name=roster.region), tables.fairness(roster), group=0)
    printer.list(say("change_sheet"), say("change_title", name=roster.region), tables.changes(roster), group=1)
    printer.list(say("unheld_sheet"), say("unheld_title", name=roster.region), tables.unheld(roster))
    add_detail(printer)


def _days(roster: RosterView, month: Month) -> list[Day]:
    """Days of a month; one on which a clinic is held has columns, whatever the calendar says of it."""
    held = {one.on for one in roster.of_month(month)}
    return [replace(day, working=day.working or day.on in held) for day in roster.days_of(month)]


def _sites(printer: Printer, month: Month) -> None:
    """A 专家下沉坐诊排班表: sites in blocks with as many rows as clinics are held there at once."""
    roster = printer.roster
    clinics = roster.of_month(month)
    if not clinics:
        return
    # Where nearly everything is new, thick borders everywhere would mark nothing; the sign stays.
    bordered = 2 * sum(one.changed for one in roster.clinics) <= len(roster.clinics)
    blocks = [
        _site(roster, site, month, [one for one in clinics if one.site == site], bordered) for site in roster.sites
    ]
    grid = Grid(printer, _days(roster, month), [roster.view.name("doctors", one.doctor) for one in clinics])
    name = roster.month_name(month)
    title = roster.say("site_title", name=roster.region, month=name)
    legend = f"{printer.version}　{roster.say('site_legend')}"
    grid.write(roster.say("site_sheet", month=name), title, legend, roster.say("site_head"), blocks)


def _site(roster: RosterView, site: str, month: Month, clinics: list[Held], bordered: bool) -> Block:
    busiest = Counter((one.on, one.slot) for one in clinics)
    lines: list[dict[Half, Cell]] = [{} for _ in range(max([1, *busiest.values()]))]
    rows: dict[str, int] = {}
    for one in clinics:
        half = (one.on, one.slot)
        free = [at for at, line in enumerate(lines) if half not in line]
        at = rows[one.specialty] if rows.get(one.specialty) in free else free[0]
        rows.setdefault(one.specialty, at)
        lines[at][half] = _clinic(roster, one, bordered)
    for day in _days(roster, month):
        for slot in ("am", "pm") if day.working else ():
            half = (day.on, slot)
            if roster.closed(site, *half):
                lines[0].setdefault(half, Cell(rest=roster.say("closed"), hatched=True))
            elif slot == "am" and roster.market(site, day.on):
                lines[0].setdefault(half, Cell(rest=roster.say("market")))
    return Block(
        roster.view.name("institutions", site), _teams(roster, site, {one.specialty for one in clinics}), lines
    )


def _teams(roster: RosterView, site: str, specialties: set[str]) -> str:
    """Doctor A and backup of each specialty, one line each, in the order of the specialties table."""
    order = {key: at for at, key in enumerate(roster.view.names["specialties"])}
    lines = []
    for specialty in sorted(specialties, key=lambda key: (order.get(key, len(order)), key)):
        names = "/".join(roster.view.name("doctors", doctor) for doctor in roster.teams[site, specialty] if doctor)
        lines.append(roster.say("team", specialty=roster.view.name("specialties", specialty), names=names))
    return "\n".join(lines)


def _clinic(roster: RosterView, one: Held, bordered: bool) -> Cell:
    """姓名(职称·科室), with the specialty where it is not the doctor's own, and the signs."""
    title = roster.doctor(one.doctor, "title").split(".")[0]
    short = roster.view.pick(SHORT_TITLES[title]) if title in SHORT_TITLES else title
    parts = [short, roster.doctor(one.doctor, "department")]
    if one.specialty != roster.doctor(one.doctor, "specialty") or not parts[1]:
        parts.append(roster.view.name("specialties", one.specialty))
    rest = f"({'·'.join(part for part in parts if part)})"
    if one.slot == "am" and roster.market(one.site, one.on):
        rest += roster.say("market")
    if one.changed:
        rest = roster.say("changed") + rest
    return Cell(roster.view.name("doctors", one.doctor), rest, one.changed and bordered)


def _departments(printer: Printer, month: Month) -> None:
    """C 科室视图: who is away on each half-day, and how many remain."""
    roster = printer.roster
    departments = Departments(roster)
    clinics = roster.of_month(month)
    if not clinics:
        return
    blocks = []
    for key in departments.keys:
        cells: dict[Half, Cell] = {}
        posted: dict[str, None] = {}
        for day in _days(roster, month):
            for slot in ("am", "pm") if day.working else ():
                gone = departments.absent(key, (day.on, slot))
                posted |= dict.fromkeys(gone.posted)
                if gone.away:
                    left = departments.present(key, (day.on, slot))
                    names = "\n".join(roster.view.name("doctors", doctor) for doctor in gone.away)
                    cells[day.on, slot] = Cell(names, "" if left is None else roster.say("left", n=left))
        head = departments.headcounts.get(key)
        told = [] if head is None else [roster.say("headcount_is", n=head)]
        if posted:
            names = joined((roster.view.name("doctors", doctor) for doctor in posted), roster.lang)
            told.append(roster.say("posted_are", names=names))
        blocks.append(Block(departments.name(key), "\n".join(told), [cells]))
    grid = Grid(printer, _days(roster, month), [roster.view.name("doctors", one.doctor) for one in clinics])
    name = roster.month_name(month)
    title = roster.say("department_title", name=roster.region, month=name)
    legend = f"{printer.version}　{roster.say('department_legend')}"
    grid.write(roster.say("department_sheet", month=name), title, legend, roster.say("department_head"), blocks)
