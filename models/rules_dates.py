"""Rules of dated rosters."""

from __future__ import annotations

from models.rule import Rule

DATES = (
    Rule("roster_count", "roster", "structure"),
    Rule("doctor_free", "roster", "filter"),
    Rule("site_open", "roster", "filter"),
    Rule("one_place", "roster", "hard"),
    Rule("two_sites", "roster", "hard"),
    Rule("week_limit", "roster", "hard"),
    Rule("roster_time", "roster", "hard"),
    Rule("room_half_day", "roster", "hard"),
    Rule("equipment_half_day", "roster", "hard"),
    Rule("home_cover_half_day", "roster", "hard"),
    Rule("least_gap", "roster", "hard"),
    Rule("change_limit", "roster", "hard"),
)
