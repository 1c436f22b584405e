"""The planner's messages: `texts(context)` of `planner/locale`, and the rules' sentences of `models/locale`."""

from __future__ import annotations

from geodata.catalogue import Headings, MissingMessage, Texts
from geodata.languages import LOCALES

__all__ = ["LOCALES", "RULE_SENTENCES", "Headings", "MissingMessage", "Texts", "texts"]


#: The sentence of each rule by its id; the models ship them and do not speak.
RULE_SENTENCES = Texts("rules", "models", "rules")


def texts(context: str) -> Texts:
    """The messages of a context of the planner's own catalogue; nothing is read before something is said."""
    return Texts(context, "planner", "alliance")
