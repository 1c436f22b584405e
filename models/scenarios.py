"""Doing nothing, today, by hand and the plan, side by side by the same accounting."""

from __future__ import annotations

import pandas as pd

from models import aims as aim_rules
from models import baselines, by_hand
from models.assemble import Model
from models.centre_route import centres_today
from models.matrix import Floats
from models.route import Route


def scenarios_of(route: Route, x: Floats) -> pd.DataFrame:
    """Every aim and headline figure of doing nothing, today, by hand and this plan."""
    model = route.model
    plans: dict[str, Floats | None] = {}
    if "referrals" in model.blocks:
        given = centres_today(route)
        plans["do_nothing"] = baselines.price(model, baselines.nothing(model), given, levers=False)
        plans["today"] = baselines.price(model, baselines.today(model), given, levers=False)
        plans["by_hand"] = baselines.price(model, by_hand.by_hand(model), given, levers=True)
    plans["plan"] = x
    rows = []
    for name, solution in plans.items():
        if solution is not None:
            rows += [(name, *measure) for measure in measures(model, solution)]
    return pd.DataFrame(rows, columns=["scenario", "measure", "value", "unit"])


def measures(model: Model, x: Floats) -> list[tuple[str, float, str]]:
    """Measure, value, unit of one plan: its aims, visits a month, clinics, posted doctors and money a year."""
    instance = model.instance
    total = sum(q.months for q in instance.quarters)
    share = {q.name: q.months / total for q in instance.quarters}

    def amount(path: str, by_quarter: bool) -> float:
        columns = model.variable(path)
        if columns is None:
            return 0.0
        values = x[model.offsets[columns.number] : model.offsets[columns.number] + len(columns)]
        return float(
            sum(v * (share[key[-1]] if by_quarter else 1.0) for key, v in zip(columns.keys, values, strict=True))
        )

    found = [
        (f"aim:{aim}", model.value(aim, x), aim_rules.UNITS[aim][0]) for aim in instance.aims.order if aim in model.aims
    ]
    if "referrals" in model.blocks:
        parts = {"sessions": "sessions.session_visits", "posted": "postings.posted_visits", "tele": "referrals.tele"}
        parts |= {"referred": "referrals.referred", "left": "referrals.left", "unmet": "referrals.unmet"}
        found += [(f"visits:{name}", amount(path, True), "visits/month") for name, path in parts.items()]
        found.append(("visits:own", sum(need.own for need in instance.needs.values()), "visits/month"))
        found.append(("clinics", amount("sessions.clinics", False) / len(instance.quarters), "clinics/quarter"))
        found.append(("posted doctors", amount("postings.posted", False), "doctors"))
    found += [(f"cost:{part}", model.money(part, x), "yuan/year") for part in model.ledger.money]
    return found
