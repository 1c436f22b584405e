"""Rules of groups."""

from __future__ import annotations

from models.rule import Rule

GROUPS = (
    Rule("one_group", "grouping", "structure"),
    Rule("follows_parent", "grouping", "structure"),
    Rule("lead_home", "grouping", "structure"),
    Rule("group_count", "grouping", "structure"),
    Rule("contiguous", "grouping", "hard"),
    Rule("balance_population", "grouping", "hard"),
    Rule("balance_need", "grouping", "floor"),
    Rule("balance_risk", "grouping", "floor"),
    Rule("group_capability", "grouping", "floor"),
    Rule("group_minutes", "grouping", "filter"),
)
