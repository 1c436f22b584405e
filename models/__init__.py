"""What is decided, and what must hold? Pure numbers: no maps, no files, no screen."""

PROJECT = "alliance-planner"
