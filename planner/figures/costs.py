"""What the plan costs a year, by part, beside the other scenarios."""

from __future__ import annotations

from dataclasses import dataclass

from planner.folder import SavedPlan

PARTS = ("centres", "postings", "sessions", "travel")
SCENARIOS = ("do_nothing", "today", "by_hand", "plan")
MONTHS = 12


@dataclass(frozen=True)
class Costs:
    """parts: yuan a year by (scenario, part); budget: yuan a year, None without one; covers: parts it covers;
    per_kept: yuan for each further visit kept local, against today, None where nothing more is kept."""

    parts: dict[tuple[str, str], float]
    budget: float | None
    covers: tuple[str, ...]
    per_kept: float | None

    def total(self, scenario: str) -> float:
        return sum(value for (name, _), value in self.parts.items() if name == scenario)

    @property
    def extra(self) -> float:
        """Yuan a year more than today; negative where less."""
        return self.total("plan") - self.total("today")


def costs(saved: SavedPlan) -> Costs:
    """The parts of the cost in every scenario."""
    table = saved.table("scenarios")
    rows = zip(table["scenario"], table["measure"], table["value"], strict=True)
    values = {(str(s), str(m)): float(v) for s, m, v in rows if v == v}
    parts = {
        (scenario, part): values[scenario, f"cost:{part}"]
        for scenario in SCENARIOS
        for part in PARTS
        if (scenario, f"cost:{part}") in values
    }
    budget = saved.info.get("settings", {}).get("budget", {})
    limit = budget.get("yuan_per_year")
    found = Costs(parts, None if limit is None else float(limit), tuple(budget.get("covers", PARTS)), None)
    kept = [
        sum(values.get((s, f"visits:{kind}"), 0.0) for kind in ("sessions", "posted", "tele"))
        for s in ("plan", "today")
    ]
    more = MONTHS * (kept[0] - kept[1])
    each = found.extra / more if more > 1 and ("today", "centres") in parts else None
    return Costs(parts, found.budget, found.covers, each)
