"""Why a plan may be trusted: the result of every rule, and where the plan comes from."""

from __future__ import annotations

from typing import Any

from planner import audit_words
from planner.view import View


def audit_section(view: View) -> dict[str, Any]:
    """Rules with their sentence and whether they hold, and how many do."""
    rules = []
    for rule, rows in view.saved.table("audit").groupby("rule", sort=False):
        held = bool((rows["holds"] == "yes").all())
        told = (audit_words.detail(str(text), view.lang) for text in rows["detail"] if text and len(rows) == 1)
        detail = "; ".join(dict.fromkeys(told))
        rules.append({"id": rule, "sentence": view.rule(str(rule)), "held": held, "detail": detail})
    count = sum(bool(rule["held"]) for rule in rules)
    return {"rules": rules, "held": count, "all": len(rules), "told": view.say("of_rules", held=count, all=len(rules))}


def provenance(view: View) -> dict[str, Any]:
    """Where a plan comes from: inputs, versions, what ended the search, what was assumed."""
    info = view.saved.info
    return {
        "inputs": sorted(info.get("inputs", {}).items()),
        "versions": sorted(info.get("versions", {}).items()),
        "seconds": view.say("seconds", seconds=float(info.get("seconds", 0.0))),
        "stopped": view.say(f"stopped_{info.get('stopped_by', 'none')}"),
        "seed": info.get("seed", 0),
        "status": view.say(f"status_{info.get('status', 'FEASIBLE')}"),
        "defaults": info.get("defaults", []),
        "notes": [view.pick(note) for note in (*info.get("warnings", []), *info.get("notes", []))],
        "scenario": sorted(info.get("settings", {}).get("scenario", {}).items()),
    }
