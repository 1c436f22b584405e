"""Rows of `sessions` that the dated roster implies: clinics for which there are no dates are not planned."""

from __future__ import annotations

from collections import defaultdict

from models.rows import Rows, Term
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
