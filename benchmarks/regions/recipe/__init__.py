"""The reconstruction recipe: from published totals to the tables of a region.

Published alliances give totals, rules and place names, seldom tables. This recipe fills the
gap the way a health-services planner would (population x rates, shares by specialty, doctors by
title), writes down where every column comes from (`sources`), and asserts that the region can be
true: today's roster fits rooms, duties, titles and travel, and every need is accounted for.

Only uniform doubles of numpy's PCG64 are drawn, and results are rounded, so the same seed gives
the same files on every machine. Units: visits per month, half-days per quarter, minutes one way,
yuan per year. A month is 365.25 / 12 days.
"""

from benchmarks.regions.recipe.doctors import (
    HOME_VISITS,
    SLACK,
    Doctor,
    Heads,
    departments,
    doctor_rows,
    eligible_doctors,
    give_duties,
    person_names,
)
from benchmarks.regions.recipe.drawing import Dice, split_whole
from benchmarks.regions.recipe.kinds import (
    CLINIC_PATIENTS,
    HOME_PATIENTS,
    KINDS,
    USAGE,
    Kind,
    posted_visits,
    specialty_rows,
    usage_rows,
)
from benchmarks.regions.recipe.listed import column, listed, town
from benchmarks.regions.recipe.places import (
    Place,
    Trip,
    institution_rows,
    kilometres,
    market_rows,
    minutes,
    neighbour_rows,
    outside_rows,
    water_rows,
)
from benchmarks.regions.recipe.quarter import FREQUENCIES, MONTH_DAYS, Quarter
from benchmarks.regions.recipe.sources import Notes, notes_of, source_rows, write_region
from benchmarks.regions.recipe.texts import Row, Tables, cells_of, rows_of, write_tables
from benchmarks.regions.recipe.today import Today, add_clinic, add_posting, can_go, check_today, history_rows
from benchmarks.regions.recipe.villages import communities
from benchmarks.regions.recipe.visits import (
    LEFT_SHARE,
    MOST_LEFT,
    MOST_OWN,
    VISITS_PER_RESIDENT_YEAR,
    Cell,
    Cells,
    Pull,
    down_rows,
    home_load,
    hospital_cell,
    need_row,
    outreach_today,
    referral_rows,
    sent_to,
    town_cell,
    with_slips,
)

__all__ = [
    "CLINIC_PATIENTS",
    "FREQUENCIES",
    "HOME_PATIENTS",
    "HOME_VISITS",
    "KINDS",
    "LEFT_SHARE",
    "MONTH_DAYS",
    "MOST_LEFT",
    "MOST_OWN",
    "SLACK",
    "USAGE",
    "VISITS_PER_RESIDENT_YEAR",
    "Cell",
    "Cells",
    "Dice",
    "Doctor",
    "Heads",
    "Kind",
    "Notes",
    "Place",
    "Pull",
    "Quarter",
    "Row",
    "Tables",
    "Today",
    "Trip",
    "add_clinic",
    "add_posting",
    "can_go",
    "cells_of",
    "check_today",
    "column",
    "communities",
    "departments",
    "doctor_rows",
    "down_rows",
    "eligible_doctors",
    "give_duties",
    "history_rows",
    "home_load",
    "hospital_cell",
    "institution_rows",
    "kilometres",
    "listed",
    "market_rows",
    "minutes",
    "need_row",
    "neighbour_rows",
    "notes_of",
    "outreach_today",
    "outside_rows",
    "person_names",
    "posted_visits",
    "referral_rows",
    "rows_of",
    "sent_to",
    "source_rows",
    "specialty_rows",
    "split_whole",
    "town",
    "town_cell",
    "usage_rows",
    "water_rows",
    "with_slips",
    "write_region",
    "write_tables",
]
