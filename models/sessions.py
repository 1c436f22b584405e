r"""Sessions: how many half-day clinics each doctor holds at each site in each quarter.

A site is offered, in each specialty, at most one mode: a clinic at one of four frequencies or a
posted doctor. The mode decides which share of the residents comes (capture); the clinics decide
how many can be seen. Dates come later: here are counts per quarter.

Index sets
----------
``VISITORS``  (d, i, k, q)     doctor d may hold clinics of specialty k at site i in quarter q
``MODES``     (i, k, f, q)     mode f (monthly .. twice_weekly, posted) possible there
``MAIN``      (d, i, k, f, q)  doctor d may be the main doctor of a clinic at frequency f
``TRIPS``     (d, i, q)        trips over the half-day limit

Data (one unit per quantity)
----------------------------
low[i,f,q], high[i,f,q]   clinics/quarter     least and greatest count of a frequency at a site
patients[i,k]             patients/clinic     new clinics see fewer in their first quarter
capture[k,f]              share               of pool that a mode keeps, calibrated where there is outreach today
pool[i,k]                 visits/month        need - own
recoverable[i,k]          visits/month        most that outreach can keep
free[d,q]                 half-days/quarter   net of duties, absences and slack
slots[i,q]                half-days/quarter   with a room for visitors

Decisions
---------
``clinics``         n[d,i,k,q]    integer >= 0   half-day clinics per quarter
``days``            r[d,i,q]      integer >= 0   whole days spent on trips over the half-day limit
``mode``            z[i,k,f,q]    in {0, 1}      what the site is offered
``main``            m[d,i,k,f,q]  in {0, 1}      main doctor of the clinic
``session_visits``  v[i,k,q]      >= 0           visits/month kept local by clinics
``changed``         c[d,i,k,q]    >= 0           clinics moved, where the doctor holds some there today
``missed``          u[n]          in [0, 1]      a clinic asked for with a weight is not held

Constraints
-----------
``one_mode`` : sum_f z <= 1 for every site, specialty and quarter
``frequency_low``, ``frequency_high`` : for every site, specialty and quarter

.. math:: \sum_f low_{if} z_{ikf} \le \sum_d n_{dik} \le \sum_f high_{if} z_{ikf}

``posted_mode`` : the mode `posted` needs a posting in the quarter, z <= sum y (its visits follow its cover)
``session_supply`` : v <= patients n / months
``capture`` : clinics and postings keep no more than the mode draws; the coefficient is the least of
capture x pool, supply at the greatest count, and recoverable, which is valid because at most one z is one

.. math:: v_{ikq} + posted_{ikq} \le \sum_f \min(capture_{kf} pool_{ik}, supply_f, recoverable_{ik}) z_{ikfq}

``main_share`` : n >= sum_f ceil(continuity x low) m for every doctor; ``main_one`` : sum_d m = z
``whole_day`` : on long trips r >= n for every specialty, and ``whole_day_pair`` : 2 r >= sum_k n
``room`` : sum of clinics at a site <= slots
``equipment`` : sum of clinics that need an item <= items x open half-days
``requires_service`` : sum_f z <= share of the required service that is served; new postings likewise
``home_cover`` : half-days away of a department <= persons that may be away x open half-days
``site_floor`` : clinics at a site >= its floor; ``need_floor`` : clinics of a specialty >= its floor
``title_floor``, ``own_group``, ``max_minutes``, ``pattern``, ``scope`` : leave columns out (written as rows
where a rule is soft and in explanations, which leave the scope as it is)
``lock_session`` : clinics fixed by hand; ``asked_session`` : sum n + missed >= 1 for clinics asked for with a weight
``changed_more``, ``changed_less`` : changed >= n - today's and >= today's - n

What it adds to the shared sums
-------------------------------
visits[i,k,q], kept[i,q]     + v[i,k,q]
half_days[d,q]               + n near, 2 r on long trips
home_load[h,k,q]             + home patients x half-days away / months
clinic_items[i,s,q]          + usage x v, per working day
money "sessions", "travel"   + allowance per half-day away; 2 x km x cost per km for each trip
aims travel, change          + doctors' minutes; clinics moved against today's roster
aim floors                   + weight x missed, weight x n against a lock that has a weight

Left out on purpose: which half-day (the roster decides it), vehicles shared by several doctors,
and patients who travel to a clinic in a neighbouring town.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import ceil, inf
from typing import Any

import pandas as pd

from models.block import admit
from models.instance import FREQUENCIES, Doctor, Instance, Need, Quarter
from models.ledger import Ledger
from models.options import Sessions as Options
from models.postings import add_items, away_limit, running, visits_per_month
from models.rows import Columns, Rows, Term
from models.values import Values

NAME = "sessions"
NEEDS: tuple[str, ...] = ()
#: Clinics of fewer visits than this a month are not worth a column of their own.
LEAST_POOL = 1.0
#: doctor, institution, specialty
Visitor = tuple[str, str, str]


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    return bool(instance.doctors and instance.needs)


def is_far(instance: Instance, doctor: Doctor, site: str) -> bool:
    """Whether a clinic there takes a whole day (exactly at the limit is still a half-day)."""
    if instance.state("whole_day") == "off":
        return False
    return doctor.minutes[site] > options_of(instance).half_day_minutes


def broken_filters(instance: Instance, doctor: Doctor, site: str, specialty: str) -> list[str]:
    """Filter rules that a clinic of this doctor there would break."""
    kind, place, broken = instance.specialties[specialty], instance.sites[site], []
    if specialty not in doctor.specialties:
        broken.append("scope")
    if doctor.title < kind.min_title:
        broken.append("title_floor")
    if not instance.same_group(doctor.institution, site):
        broken.append("own_group")
    if doctor.minutes[site] > min(options_of(instance).max_minutes, doctor.max_minutes):
        broken.append("max_minutes")
    if place.equipment is not None and any(not place.equipment.get(item) for item in kind.equipment):
        broken.append("equipment")
    return broken


def candidates(instance: Instance, explain: bool) -> tuple[list[Visitor], dict[Visitor, tuple[str, ...]]]:
    """Who may hold clinics where, and the rules under which some must be forbidden."""
    needs: dict[str, list[str]] = defaultdict(list)
    asked = _asked_for(instance)
    for (site, specialty), need in instance.needs.items():
        worth = min(need.pool, need.recoverable_visits) >= LEAST_POOL or (site, specialty) in asked
        if need.modes and site in instance.sites and worth:
            needs[specialty].append(site)
    found, forbidden = [], {}
    any_scope = instance.state("scope") != "hard"
    for doctor in instance.doctors.values():
        for specialty in sorted(needs) if any_scope else doctor.specialties:
            for site in needs.get(specialty, ()):
                if site == doctor.institution or site not in doctor.minutes:
                    continue
                rules = admit(instance, broken_filters(instance, doctor, site, specialty), explain)
                if rules is not None:
                    found.append((doctor.id, site, specialty))
                    if rules:
                        forbidden[doctor.id, site, specialty] = rules
    return sorted(found), forbidden


def _asked_for(instance: Instance) -> set[tuple[str, str]]:
    """Cells where clinics are held today or asked for by hand, however few visits there are to keep."""
    found = {(site, specialty) for _, site, specialty in instance.today_sessions}
    found |= {cell for cell, need in instance.needs.items() if any(need.floor)}
    for lock in instance.locks:
        if lock.kind == "session" and lock.must:
            found |= {c for c in instance.needs if lock.institution in ("", c[0]) and lock.specialty in ("", c[1])}
    return found


def _frequencies(instance: Instance, need: Need, explain: bool) -> tuple[str, ...]:
    if need.modes and (explain or instance.state("pattern") != "hard"):
        return FREQUENCIES
    return tuple(f for f in FREQUENCIES if f in need.modes)


class _Build:
    """The columns of the block while its families are written."""

    def __init__(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        self.instance, self.ledger, self.sheet = instance, ledger, ledger.sheet
        self.quarters = dict(enumerate(instance.quarters))
        found, self.forbidden = candidates(instance, ledger.explain)
        self.keys = [(*who, q.name) for who in found for q in instance.quarters]
        self.at = {q.name: number for number, q in enumerate(instance.quarters)}
        self.by_cell: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for doctor, site, specialty, quarter in self.keys:
            self.by_cell[site, specialty, quarter].append(doctor)
        self.posted: Mapping[Any, list[Term]] = ledger.offers.get("posted", {})
        self.cells = sorted({c for c in (*self.by_cell, *self.posted) if c[:2] in instance.needs})
        self._declare(block)

    def _declare(self, block: Any) -> None:
        instance, sheet = self.instance, self.sheet
        most = [self._most(*key) for key in self.keys]
        self.n = Columns(
            sheet, block, "clinics", self.keys, doc="clinics held", unit="half-days/quarter", upper=most, integer=True
        )
        far = [k for k in self.keys if is_far(instance, instance.doctors[k[0]], k[1])]
        trips = sorted({(d, i, q) for d, i, _, q in far})
        self.r = Columns(sheet, block, "days", trips, doc="whole days on long trips", unit="days/quarter", integer=True)
        modes = [(i, k, f, q) for i, k, q in self.cells for f in self._modes(i, k, q)]
        self.z = Columns(
            sheet, block, "mode", modes, doc="what the site is offered", unit="0/1", upper=1.0, integer=True
        )
        mains = [
            (d, i, k, f, q) for d, i, k, q in self.keys for f in self._frequencies(i, k) if self._can_lead(d, i, f, q)
        ]
        self.m = Columns(sheet, block, "main", mains, doc="main doctor", unit="0/1", upper=1.0, integer=True)
        held = [c for c in self.cells if self.by_cell.get(c)]
        self.v = Columns(sheet, block, "session_visits", held, doc="visits kept by clinics", unit="visits/month")

    def _frequencies(self, site: str, specialty: str) -> tuple[str, ...]:
        return _frequencies(self.instance, self.instance.needs[site, specialty], self.ledger.explain)

    def _modes(self, site: str, specialty: str, quarter: str) -> tuple[str, ...]:
        clinics = self._frequencies(site, specialty) if self.by_cell.get((site, specialty, quarter)) else ()
        return (*clinics, "posted") if self.posted.get((site, specialty, quarter)) else clinics

    def _most(self, doctor: str, site: str, specialty: str, quarter: str) -> float:
        high, at = self.instance.sites[site].counts_high, self.at[quarter]
        return min(
            self._time(doctor, site, quarter),
            max((float(high[f][at]) for f in self._frequencies(site, specialty)), default=0.0),
        )

    def _time(self, doctor: str, site: str, quarter: str) -> float:
        """Clinics there for which the doctor has time; no limit where the rule may give way."""
        if self.ledger.explain or self.instance.state("doctor_time") != "hard":
            return inf
        who = self.instance.doctors[doctor]
        whole = is_far(self.instance, who, site) and self.instance.state("whole_day") == "hard"
        return float(who.free[self.at[quarter]] // (2 if whole else 1))

    def least_main(self, site: str, frequency: str, quarter: str) -> int:
        low = self.instance.sites[site].counts_low[frequency][self.at[quarter]]
        return ceil(options_of(self.instance).continuity * low - 1e-9)

    def _can_lead(self, doctor: str, site: str, frequency: str, quarter: str) -> bool:
        return self.least_main(site, frequency, quarter) <= self._time(doctor, site, quarter)

    def away(self, doctor: str, site: str, specialties: list[str], quarter: str) -> list[Term]:
        """Half-days that a doctor is away for his clinics at one site."""
        if (doctor, site, quarter) in self.r:
            return [(self.r, (doctor, site, quarter), 2.0)]
        return [(self.n, (doctor, site, k, quarter), 1.0) for k in specialties]

    def patients(self, need: Need, quarter: int) -> float:
        """Patients per clinic: calibrated where there is outreach today, ramping up elsewhere."""
        kind = self.instance.specialties[need.specialty]
        if need.has_outreach:
            return kind.patients_per_session * need.calibration
        return kind.new_patients_per_session if quarter == 0 else kind.patients_per_session


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    made = _Build(block, instance, ledger)
    _modes(made)
    _visits(made)
    _main(made)
    _away(made)
    _places(made)
    _floors(made)
    _locks(made)
    _today(made)
    for rule in sorted({rule for rules in made.forbidden.values() for rule in rules}):
        family = Rows(made.sheet, NAME, f"{rule}_clinic", doc="a filter as a row", rule=rule, unit="clinics")
        for who, rules in made.forbidden.items():
            if rule in rules:
                for quarter in instance.quarters:
                    family.row((*who, quarter.name), [(made.n, (*who, quarter.name), 1.0)], upper=0.0)
    _pattern_rows(made)
    ledger.offers["modes"] = made.z
    ledger.offers["clinics"] = made.n


def _pattern_rows(made: _Build) -> None:
    """Frequencies that were not asked for, where the model has them all the same."""
    if made.instance.state("pattern") == "off":
        return
    family = Rows(made.sheet, NAME, "pattern_clinic", doc="a filter as a row", rule="pattern", unit="modes")
    for key in made.z.keys:
        site, specialty, mode, _ = key
        if mode != "posted" and mode not in made.instance.needs[site, specialty].modes:
            family.row(key, [(made.z, key, 1.0)], upper=0.0)


def _modes(made: _Build) -> None:
    sheet, instance = made.sheet, made.instance
    one = Rows(sheet, NAME, "one_mode", doc="at most one mode", unit="modes")
    low = Rows(sheet, NAME, "frequency_low", doc="enough clinics for the frequency", rule="frequency", unit="clinics")
    high = Rows(
        sheet, NAME, "frequency_high", doc="no more clinics than the frequency", rule="frequency", unit="clinics"
    )
    posted = Rows(sheet, NAME, "posted_mode", doc="a posting makes the mode", unit="modes")
    required = Rows(
        sheet, NAME, "requires_service", doc="required services are served", rule="requires_service", unit="modes"
    )
    served: Mapping[tuple[str, str], list[Term]] = made.ledger.offers.get("served", {})
    for cell in made.cells:
        site, specialty, quarter = cell
        place, at = instance.sites[site], made.at[quarter]
        modes: list[Term] = [(made.z, (site, specialty, f, quarter), 1.0) for f in made._modes(*cell)]
        one.row(cell, modes, upper=1.0)
        held: list[Term] = [(made.n, (d, site, specialty, quarter), 1.0) for d in made.by_cell.get(cell, ())]
        if held:
            clinics = made._frequencies(site, specialty)
            low.row(
                cell,
                [*held, *((made.z, (site, specialty, f, quarter), -float(place.counts_low[f][at])) for f in clinics)],
                lower=0.0,
            )
            high.row(
                cell,
                [*held, *((made.z, (site, specialty, f, quarter), -float(place.counts_high[f][at])) for f in clinics)],
                upper=0.0,
            )
        if made.posted.get(cell):
            terms: list[Term] = [(c, key, -1.0) for c, key, _ in made.posted[cell]]
            posted.row(cell, [(made.z, (site, specialty, "posted", quarter), 1.0), *terms], upper=0.0)
        for service in instance.specialties[specialty].requires:
            if made.ledger.offers.get("served") is not None:
                share = [(c, key, -coef) for c, key, coef in served.get((site, service), [])]
                required.row((*cell, service), [*modes, *share], upper=0.0)
                _new_postings(made, required, cell, service, share)


def _new_postings(made: _Build, family: Rows, cell: tuple[str, str, str], service: str, share: list[Term]) -> None:
    """Nobody is newly posted where a required service is missing; running postings go on."""
    held = running(made.instance)
    by_start: dict[str, list[Term]] = defaultdict(list)
    for columns, option, _ in made.posted.get(cell, ()):
        if option not in held:
            by_start[option[3].isoformat()].append((columns, option, 1.0))
    for start, terms in by_start.items():
        family.row(
            (*cell, service, start), [*terms, *((c, key, coef * len(terms)) for c, key, coef in share)], upper=0.0
        )


def _visits(made: _Build) -> None:
    sheet, instance, ledger = made.sheet, made.instance, made.ledger
    supply = Rows(sheet, NAME, "session_supply", doc="visits need clinics", rule="capture", unit="visits/month")
    capture = Rows(
        sheet, NAME, "capture", doc="visits kept stay within what the mode draws", rule="capture", unit="visits/month"
    )
    posted = ledger.offers.get("posted_visits")
    for cell in made.cells:
        site, specialty, quarter = cell
        need, at = instance.needs[site, specialty], made.at[quarter]
        months, terms = instance.quarters[at].months, list[Term]()
        if cell in made.v:
            rate = made.patients(need, at) / months
            supply.row(
                cell,
                [(made.v, cell, 1.0), *((made.n, (d, site, specialty, quarter), -rate) for d in made.by_cell[cell])],
                upper=0.0,
            )
            terms.append((made.v, cell, 1.0))
            ledger.add("visits", cell, made.v, cell, 1.0)
            ledger.add("kept", (site, quarter), made.v, cell, 1.0)
            add_items(instance, ledger, made.v, cell)
        if posted is not None and cell in posted:
            terms.append((posted, cell, 1.0))
        draws: list[Term] = [(made.z, (*cell[:2], f, quarter), -_draw(made, need, f, at)) for f in made._modes(*cell)]
        capture.row(cell, [*terms, *draws], upper=0.0)


def _draw(made: _Build, need: Need, mode: str, quarter: int) -> float:
    """The most visits per month that a mode can keep there."""
    kind = made.instance.specialties[need.specialty]
    if mode == "posted":
        post = made.instance.posts.get((need.institution, need.specialty))
        terms = made.posted[need.institution, need.specialty, made.instance.quarters[quarter].name]
        there = sum(1 for _, key, _ in terms if key in running(made.instance))
        held = min(len({key[0] for _, key, _ in terms}), max(post.doctors, there) if post else inf)
        supply = visits_per_month(made.instance, need.institution, need.specialty) * max(held, 1)
    else:
        most = made.instance.sites[need.institution].counts_high[mode][quarter]
        supply = made.patients(need, quarter) * most / made.instance.quarters[quarter].months
    return min(kind.capture[mode] * need.pool * need.calibration, supply, need.recoverable_visits)


def _main(made: _Build) -> None:
    if made.instance.state("continuity") == "off":
        return
    share = Rows(
        made.sheet, NAME, "main_share", doc="the main doctor holds most clinics", rule="continuity", unit="clinics"
    )
    one = Rows(made.sheet, NAME, "main_one", doc="one main doctor for each clinic", rule="continuity", unit="doctors")
    leads: dict[tuple[str, ...], list[Term]] = defaultdict(list)
    for key in made.m.keys:
        doctor, site, specialty, frequency, quarter = key
        leads[doctor, site, specialty, quarter].append((made.m, key, -float(made.least_main(site, frequency, quarter))))
        leads["", site, specialty, frequency, quarter].append((made.m, key, 1.0))
    for who in made.keys:
        if leads.get(who):
            share.row(who, [(made.n, who, 1.0), *leads[who]], lower=0.0)
    for key in made.z.keys:
        site, specialty, mode, quarter = key
        if mode != "posted":
            one.row(
                key, [*leads.get(("", site, specialty, mode, quarter), []), (made.z, key, -1.0)], lower=0.0, upper=0.0
            )


def _trips(made: _Build) -> dict[tuple[str, str, str], list[str]]:
    """Specialties in which a doctor may hold clinics at a site, by (doctor, site, quarter)."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for doctor, site, specialty, quarter in made.keys:
        found[doctor, site, quarter].append(specialty)
    return found


def _away(made: _Build) -> None:
    instance, ledger, settings = made.instance, made.ledger, options_of(made.instance)
    day = Rows(
        made.sheet, NAME, "whole_day", doc="long trips take a day for each clinic", rule="whole_day", unit="days"
    )
    # No rule: a day has two half-days, whether long trips take the whole of it or not.
    pair = Rows(made.sheet, NAME, "whole_day_pair", doc="at most two clinics a day", unit="days")
    firm = instance.state("whole_day") == "hard" and not ledger.explain
    cover = Rows(
        made.sheet, NAME, "home_cover", doc="departments keep their people", rule="home_cover", unit="half-days"
    )
    gone: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    total_months = sum(q.months for q in instance.quarters)
    for (name, site, quarter_name), specialties in sorted(_trips(made).items()):
        doctor, quarter = instance.doctors[name], instance.quarters[made.at[quarter_name]]
        away = made.away(name, site, specialties, quarter_name)
        if (name, site, quarter_name) in made.r:
            trip: Term = (made.r, (name, site, quarter_name), 1.0)
            for k in specialties:
                day.row((name, site, k, quarter_name), [trip, (made.n, (name, site, k, quarter_name), -1.0)], lower=0.0)
            if len(specialties) > 1 or not firm:
                held = [(made.n, (name, site, k, quarter_name), -1.0) for k in specialties]
                pair.row((name, site, quarter_name), [(made.r, trip[1], 2.0), *held], lower=0.0)
            trips = [trip]
        else:
            trips = away
        gone[doctor.institution, doctor.department, quarter_name] += away
        for columns, key, coef in away:
            ledger.add("half_days", (name, quarter_name), columns, key, coef)
            ledger.pay("sessions", columns, key, coef * settings.allowance_half_day * instance.per_year)
        for columns, key, _ in trips:
            ledger.pay("travel", columns, key, 2.0 * doctor.km[site] * settings.km_cost * instance.per_year)
            ledger.aim("travel", columns, key, 2.0 * doctor.minutes[site] / total_months)
        _forgone(made, doctor, site, specialties, quarter)
    for (home, department_name, quarter_name), terms in sorted(gone.items()):
        department = instance.departments.get((home, department_name))
        if department is not None:
            persons = away_limit(department, settings.cover_min_headcount)
            open_half_days = home_half_days(instance, home, made.at[quarter_name])
            cover.row((home, department_name, quarter_name), terms, upper=persons * open_half_days)


def home_half_days(instance: Instance, home: str, quarter: int) -> float:
    """Open half-days of a hospital in a quarter (ten a week where it has no calendar of its own)."""
    place = instance.sites.get(home)
    return place.half_days[quarter] if place else 10.0 * instance.quarters[quarter].weeks


def _forgone(made: _Build, doctor: Doctor, site: str, specialties: list[str], quarter: Quarter) -> None:
    """Visits that the home hospital does not treat while the doctor is out."""
    rate = {k: made.instance.specialties[k].home_patients_per_session / quarter.months for k in specialties}
    if (doctor.id, site, quarter.name) in made.r:
        # The hospital loses the doctor's own specialty for the whole day.
        first = max(specialties, key=lambda k: (rate[k], k))
        made.ledger.add(
            "home_load",
            (doctor.institution, first, quarter.name),
            made.r,
            (doctor.id, site, quarter.name),
            2.0 * rate[first],
        )
        return
    for k in specialties:
        made.ledger.add(
            "home_load", (doctor.institution, k, quarter.name), made.n, (doctor.id, site, k, quarter.name), rate[k]
        )


def _places(made: _Build) -> None:
    instance = made.instance
    room = Rows(made.sheet, NAME, "room", doc="clinics fit the rooms", rule="room", unit="half-days")
    items = Rows(made.sheet, NAME, "equipment", doc="clinics fit the equipment", rule="equipment", unit="half-days")
    by_site: dict[tuple[str, str], list[Term]] = defaultdict(list)
    by_item: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for key in made.keys:
        _, site, specialty, quarter = key
        by_site[site, quarter].append((made.n, key, 1.0))
        if instance.sites[site].equipment is not None:
            for item in instance.specialties[specialty].equipment:
                by_item[site, item, quarter].append((made.n, key, 1.0))
    for (site, quarter), terms in sorted(by_site.items()):
        room.row((site, quarter), terms, upper=instance.sites[site].slots[made.at[quarter]])
    for (site, item, quarter), terms in sorted(by_item.items()):
        place = instance.sites[site]
        items.row(
            (site, item, quarter), terms, upper=(place.equipment or {}).get(item, 0) * place.half_days[made.at[quarter]]
        )


def _floors(made: _Build) -> None:
    instance = made.instance
    sites = Rows(
        made.sheet, NAME, "site_floor", doc="least clinics of a site", rule="site_floor", unit="clinics", weight=10.0
    )
    needs = Rows(
        made.sheet,
        NAME,
        "need_floor",
        doc="least clinics of a specialty",
        rule="need_floor",
        unit="clinics",
        weight=10.0,
    )
    by_site: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for key in made.keys:
        by_site[key[1], key[3]].append((made.n, key, 1.0))
    for site, place in sorted(instance.sites.items()):
        for quarter, floor in zip(instance.quarters, place.floor, strict=True):
            if floor > 0:
                sites.row((site, quarter.name), by_site.get((site, quarter.name), []), lower=floor)
    for (site, specialty), need in sorted(instance.needs.items()):
        for quarter, floor in zip(instance.quarters, need.floor, strict=True):
            if floor > 0 and site in instance.sites:
                who = made.by_cell.get((site, specialty, quarter.name), ())
                terms: list[Term] = [(made.n, (d, site, specialty, quarter.name), 1.0) for d in who]
                needs.row((site, specialty, quarter.name), terms, lower=floor)


def _locks(made: _Build) -> None:
    family = Rows(made.sheet, NAME, "lock_session", doc="clinics fixed by hand", rule="lock", unit="clinics")
    asked = Rows(made.sheet, NAME, "asked_session", doc="clinics asked for with a weight", unit="clinics")
    locks = [lock for lock in made.instance.locks if lock.kind == "session" and made.instance.state("lock") != "off"]
    soft = [lock.label for lock in locks if lock.must and lock.weight is not None]
    owner = made.n.var.parent_block()
    missed = Columns(made.sheet, owner, "missed", soft, doc="clinic asked for and not held", unit="0/1", upper=1.0)
    for lock in locks:
        wanted_key = (lock.doctor, lock.institution, lock.specialty)
        found = [key for key in made.keys if all(not w or w == g for w, g in zip(wanted_key, key, strict=False))]
        terms: list[Term] = [(made.n, key, 1.0) for key in found]
        if lock.weight is None:
            family.row((lock.label,), terms, **({"lower": 1.0} if lock.must else {"upper": 0.0}))
        elif not lock.must:
            for columns, key, _ in terms:
                made.ledger.aim("floors", columns, key, lock.weight)
        else:
            asked.row((lock.label,), [*terms, (missed, lock.label, 1.0)], lower=1.0)
            made.ledger.aim("floors", missed, lock.label, lock.weight)


def _today(made: _Build) -> None:
    """Clinics moved against today's roster: |n - today|, in clinics."""
    instance, moved = made.instance, []
    for key in made.keys:
        if instance.today_sessions.get(key[:3], (0,) * len(made.at))[made.at[key[3]]]:
            moved.append(key)
    owner = made.n.var.parent_block()
    changed = Columns(made.sheet, owner, "changed", moved, doc="clinics moved", unit="clinics/quarter")
    more = Rows(made.sheet, NAME, "changed_more", doc="clinics above today's", unit="clinics")
    less = Rows(made.sheet, NAME, "changed_less", doc="clinics below today's", unit="clinics")
    for key in moved:
        held = float(instance.today_sessions[key[:3]][made.at[key[3]]])
        more.row(key, [(changed, key, 1.0), (made.n, key, -1.0)], lower=-held)
        less.row(key, [(changed, key, 1.0), (made.n, key, 1.0)], lower=held)
        made.ledger.aim("change", changed, key, 1.0)
    for key in made.keys:
        if key not in changed:
            made.ledger.aim("change", made.n, key, 1.0)
    for who, counts in instance.today_sessions.items():
        for quarter, held_today in zip(instance.quarters, counts, strict=True):
            if (*who, quarter.name) not in made.n:
                made.ledger.constants["change"] += held_today


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    mains = {(d, i, k, q) for d, i, k, _, q in (key for key, v in values.of(f"{NAME}.main").items() if v > 0.5)}
    rows = []
    for key, value in values.of(f"{NAME}.clinics").items():
        doctor, site, specialty, quarter = key
        if value > 0.5:
            main = "yes" if (doctor, site, specialty, quarter) in mains else "no"
            rows.append((doctor, site, specialty, quarter, round(value), main, instance.doctors[doctor].minutes[site]))
    names = ["doctor", "institution", "specialty", "quarter", "sessions", "main", "minutes"]
    return {"sessions": pd.DataFrame(sorted(rows), columns=names)}
