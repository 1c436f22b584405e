"""Where is everything, and how far apart? No optimisation."""

PROJECT = "alliance-planner"
