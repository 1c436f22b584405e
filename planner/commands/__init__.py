"""Commands of `alliance` in files of their own; `planner.cli` adds them to the program."""
