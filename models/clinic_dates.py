"""Rows of `sessions` that the dated roster implies: clinics for which there are no dates are not planned."""

from __future__ import annotations

from collections import defaultdict

from models.rows import Columns, Rows, Term
from models.visitors import NAME, Clinics


def dates_rows(made: Clinics) -> None:
    """`dated_clinics` : clinics of a doctor in a quarter <= those that can have dates (`Instance.date_cuts`)."""
    family = Rows(
        made.sheet, NAME, "dated_clinics", doc="clinics for which there are dates", rule="doctor_time", unit="clinics"
    )
    for cut in made.instance.date_cuts:
        quarter = made.quarters[cut.quarter].name
        terms: list[Term]
        if cut.unit == "days":
            trips = sorted({(cut.doctor, site, quarter) for site, _ in cut.pairs})
            terms = [(made.r, trip, 1.0) for trip in trips if trip in made.r]
        elif cut.unit == "half_days":
            by_site: dict[str, list[str]] = defaultdict(list)
            for site, specialty in cut.pairs:
                if (cut.doctor, site, specialty, quarter) in made.n:
                    by_site[site].append(specialty)
            terms = [
                one for site, kinds in sorted(by_site.items()) for one in made.away(cut.doctor, site, kinds, quarter)
            ]
        else:
            keys = [(cut.doctor, *pair, quarter) for pair in cut.pairs]
            terms = [(made.n, key, 1.0) for key in keys if key in made.n]
        if terms:
            family.row((cut.doctor, quarter), terms, upper=float(cut.most))


def kept_rows(made: Clinics) -> None:
    """`change_limit` : today's clinics that are given up, sum of lost >= today's - n, within the limit."""
    instance = made.instance
    if instance.change_limit is None:
        return
    keys, gone = [], 0
    for who, counts in sorted(instance.today_sessions.items()):
        for at, quarter in made.quarters.items():
            if counts[at] and (*who, quarter.name) in made.n:
                keys.append((*who, quarter.name))
            else:
                gone += counts[at]
    owner = made.n.owner
    lost = Columns(made.sheet, owner, "lost", keys, doc="today's clinics given up", unit="clinics/quarter")
    rows = Rows(made.sheet, NAME, "lost_clinics", doc="today's clinics less those kept", unit="clinics")
    for key in keys:
        held = float(instance.today_sessions[key[:3]][made.at[key[3]]])
        rows.row(key, [(lost, key, 1.0), (made.n, key, 1.0)], lower=held)
    most = float(max(0, instance.change_limit - gone))
    family = Rows(made.sheet, NAME, "change_limit", doc="few clinics given up", rule="change_limit", unit="clinics")
    if keys:
        family.row((), [(lost, key, 1.0) for key in keys], upper=most)
