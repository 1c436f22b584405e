"""`python -m planner` is the command `alliance`."""

from planner.cli import main

if __name__ == "__main__":
    main(prog_name="alliance")
