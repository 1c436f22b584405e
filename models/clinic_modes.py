"""Rows of the block `sessions` on what a site is offered: modes, counts, visits, the main doctor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import inf

from models.instance import Need
from models.postings import add_items, running, visits_per_month
from models.rows import Rows, Term
from models.visitors import NAME, Clinics


def pattern_rows(made: Clinics) -> None:
    """Frequencies that were not asked for, where the model has them all the same."""
    if made.instance.state("pattern") == "off":
        return
    family = Rows(made.sheet, NAME, "pattern_clinic", doc="a filter as a row", rule="pattern", unit="modes")
    for key in made.z.keys:
        site, specialty, mode, _ = key
        if mode != "posted" and mode not in made.instance.needs[site, specialty].modes:
            family.row(key, [(made.z, key, 1.0)], upper=0.0)


def modes_rows(made: Clinics) -> None:
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
        modes: list[Term] = [(made.z, (site, specialty, f, quarter), 1.0) for f in made.modes_at(*cell)]
        one.row(cell, modes, upper=1.0)
        held: list[Term] = [(made.n, (d, site, specialty, quarter), 1.0) for d in made.by_cell.get(cell, ())]
        if held:
            clinics = made.frequencies_at(site, specialty)
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


def _new_postings(made: Clinics, family: Rows, cell: tuple[str, str, str], service: str, share: list[Term]) -> None:
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


def visits_rows(made: Clinics) -> None:
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
        draws: list[Term] = [(made.z, (*cell[:2], f, quarter), -_draw(made, need, f, at)) for f in made.modes_at(*cell)]
        capture.row(cell, [*terms, *draws], upper=0.0)


def _draw(made: Clinics, need: Need, mode: str, quarter: int) -> float:
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


def main_rows(made: Clinics) -> None:
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
