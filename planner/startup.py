"""The check that our three packages are ours.

`planner`, `models` and `geodata` are plain names, so another distribution or a folder of that name
can hide them without an error. Each `__init__.py` carries a `PROJECT` marker; this compares it.
"""

from __future__ import annotations

import importlib

PROJECT = "alliance-planner"
PACKAGES = ("planner", "models", "geodata")


class ForeignPackageError(Exception):
    """Another package hides one of ours; `zh` and `en` name the file and the cure."""

    def __init__(self, package: str, place: str) -> None:
        from planner.text import MESSAGES

        self.zh, self.en = MESSAGES.both("foreign_package", package=package, place=place)
        super().__init__(self.en)


def check_packages(packages: tuple[str, ...] = PACKAGES) -> None:
    """Import the three packages and compare their markers.

    Raises:
        ForeignPackageError: naming the file that hides ours and the cure.
    """
    for package in packages:
        try:
            module = importlib.import_module(package)
        except ImportError as error:
            raise ForeignPackageError(package, str(error)) from error
        if getattr(module, "PROJECT", None) != PROJECT:
            place = getattr(module, "__file__", None) or ", ".join(getattr(module, "__path__", [])) or "?"
            raise ForeignPackageError(package, str(place))
