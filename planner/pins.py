"""Locks on half-days that clash with each other or with a rule, told before anything is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.calendar import WorkCalendar
from planner.catalogue import RULE_SENTENCES
from planner.inputs import Finding, pin_finding
from planner.roster_words import SLOTS, WEEKDAYS
from planner.text import MESSAGES, both_joined

if TYPE_CHECKING:
    from geodata.region import Region
    from models.instance import Instance
    from models.roster_instance import RosterInstance, RosterLock
    from models.roster_pins import PinClash
    from planner.config import Config


def clash_findings(region: Region, config: Config, calendar: WorkCalendar, instance: Instance) -> list[Finding]:
    """One sentence for each clash; none without a start or without such locks.

    A lock that no half-day can keep is told with what takes each of them, as `planner.inputs.pin_findings` does.
    """
    pinned = [lock for lock in instance.locks if lock.kind == "session" and lock.must and lock.weight is None]
    if not calendar.dated or not pinned or instance.state("lock") != "hard":
        return []
    from models.roster_pins import pin_clashes
    from planner.build.roster import build_roster
    from planner.build.roster_pins import refused_pins
    from planner.build.tables import lock_name

    tables = {"sessions": _wanted(instance), "postings": _running(instance)}
    if tables["sessions"].empty:
        return []
    roster = build_roster(region, config, calendar, instance, tables).instance
    far = {(pair.doctor, site) for (site, _), need in roster.needs.items() for pair in need.pairs if pair.far}
    refused = {lock_name(one.label): pin_finding(one) for one in refused_pins(region, calendar, far) if one.hard}
    found = []
    for clash in pin_clashes(roster):
        alone = refused.get(clash.locks[0].label) if len(clash.locks) == 1 else None
        found.append(_told(clash, roster, instance) if alone is None else alone)
    return found


def _wanted(instance: Instance) -> pd.DataFrame:
    """Clinics as if only what is locked were allocated, to everybody who might hold it."""
    from models.block import admit
    from models.visits import broken_filters

    rows: dict[tuple[str, str, str, str], int] = {}
    for lock in instance.locks:
        if lock.kind != "session" or not lock.must or lock.weight is not None:
            continue
        for site, specialty in instance.needs:
            if (
                site not in instance.sites
                or lock.institution not in ("", site)
                or lock.specialty not in ("", specialty)
            ):
                continue
            for doctor in [instance.doctors[lock.doctor]] if lock.doctor else instance.doctors.values():
                if doctor.institution == site or site not in doctor.minutes:
                    continue
                if admit(instance, broken_filters(instance, doctor, site, specialty), False) is None:
                    continue
                for quarter in instance.quarters:
                    key = (doctor.id, site, specialty, quarter.name)
                    rows[key] = rows.get(key, 0) + 1
    columns = ["doctor", "institution", "specialty", "quarter", "sessions"]
    return pd.DataFrame([(*key, n) for key, n in sorted(rows.items())], columns=columns)


def _running(instance: Instance) -> pd.DataFrame:
    rows = [(one.doctor, one.start.isoformat(), one.end.isoformat()) for one in instance.current_postings]
    return pd.DataFrame(rows, columns=["doctor", "start", "end"])


def _told(clash: PinClash, roster: RosterInstance, instance: Instance) -> Finding:
    from planner.build.roster_pins import lock_places

    said = [(_lock(lock, roster, instance, "zh"), _lock(lock, roster, instance, "en")) for lock in clash.locks]
    rules = [MESSAGES.both("rule_told", rule=rule, sentence=RULE_SENTENCES[rule]) for rule in clash.rules]
    joined = MESSAGES["lock_rules_all" if clash.together else "lock_rules_any"]
    names = tuple(join.join(told) for join, told in zip(joined, zip(*rules, strict=True), strict=True)) if rules else ()
    told = MESSAGES.both(
        "locks_clash" if len(clash.locks) > 1 else "lock_fails",
        place=lock_places([lock.label for lock in clash.locks]),
        locks=both_joined(said, "clauses"),
        rules=names or MESSAGES["lock_too_many"],
    )
    return Finding("error", *told)


def _lock(lock: RosterLock, roster: RosterInstance, instance: Instance, lang: str) -> str:
    """Who, where and when, as people say it."""
    who = instance.doctors[lock.doctor].name if lock.doctor in instance.doctors else ""
    site = roster.sites[lock.site].name if lock.site in roster.sites else lock.site
    days = sorted({half // 2 for half in lock.slots})
    on = roster.date(2 * days[0])
    weekday = WEEKDAYS[lang][on.isoweekday() - 1]
    slot = SLOTS.text(roster.slot(min(lock.slots)), lang) if len(lock.slots) == 1 else ""
    when = f"{on} {weekday}" if len(days) == 1 else weekday
    return " ".join(part for part in (who or lock.doctor, when, slot, site) if part)
