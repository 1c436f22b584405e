"""What does a person run, and what do they get? Joins `geodata` and `models`."""

PROJECT = "alliance-planner"
__version__ = "0.1.0"
