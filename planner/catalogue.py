"""The planner's messages: `texts(context)` of `planner/locale`, and the rules' sentences of `models/locale`."""

from __future__ import annotations

from geodata.catalogue import LOCALES, Headings, MissingMessage, Texts

__all__ = ["LOCALES", "Headings", "MissingMessage", "Texts", "texts"]


def texts(context: str) -> Texts:
    """The messages of a context of the planner's own catalogue; nothing is read before something is said."""
    return Texts(context, "planner", "alliance")
