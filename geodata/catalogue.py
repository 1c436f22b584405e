"""Message catalogues: the gettext files `locale/<locale>/LC_MESSAGES/<domain>.po` of a package.

The .po files are read as they are, each language once and only when something is said in it, so that a text can be
changed without a build step and a command that says nothing costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.languages import LOCALES


class MissingMessage(KeyError):
    """A message that a catalogue does not have: a mistake in the code, found by the tests."""


@dataclass(frozen=True)
class Messages:
    """One language of a domain: context -> key -> its forms (one, or one per plural form)."""

    by_context: Mapping[str, Mapping[str, tuple[str, ...]]]
    form: Callable[[int], int]


@cache
def messages(package: str, domain: str, lang: str) -> Messages:
    """The catalogue of a package in one language. Raises KeyError for an unknown language."""
    import gettext

    from babel.messages.pofile import read_po

    path = files(package).joinpath("locale", LOCALES[lang], "LC_MESSAGES", f"{domain}.po")
    with path.open("rb") as stream:
        catalog = read_po(stream, locale=LOCALES[lang], abort_invalid=True)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            found.setdefault(message.context or "", {})[key] = forms
    return Messages(found, gettext.c2py(catalog.plural_expr))


class Texts(Mapping[str, tuple[str, str]]):
    """The messages of one context. `say` speaks one language; as a mapping it gives pairs (zh, en)."""

    def __init__(self, context: str, package: str = "planner", domain: str = "alliance") -> None:
        self.context = context
        self._source = (package, domain)

    def _forms(self, key: str, lang: str) -> tuple[str, ...]:
        try:
            return self._all(lang)[key]
        except KeyError:
            raise MissingMessage(f"{self.context}: {key} ({lang})") from None

    def _all(self, lang: str) -> Mapping[str, tuple[str, ...]]:
        return messages(*self._source, _known(lang)).by_context.get(self.context, {})

    def text(self, key: str, lang: str) -> str:
        """A message with its places still open; of several plural forms the general one."""
        return self._forms(key, lang)[-1]

    def find(self, key: str, lang: str) -> str | None:
        """A message with its places still open; None for a key that is not there."""
        forms = self._all(lang).get(key)
        return forms[-1] if forms else None

    def say(self, key: str, lang: str, /, **values: object) -> str:
        """A message with its values filled in, days as the language writes them; `n` or `count` chooses the form."""
        forms = self._forms(key, lang)
        shown = {name: _shown(value, lang) for name, value in values.items()}
        if len(forms) > 1:
            at = messages(*self._source, _known(lang)).form(_count(values["n"] if "n" in values else values["count"]))
            return forms[at].format(**shown)
        return forms[0].format(**shown)

    def both(self, key: str, /, **values: object) -> tuple[str, str]:
        """A message in both languages; a value that is a pair gives each language its own."""
        told = []
        for at, lang in enumerate(("zh", "en")):
            own = {name: value[at] if isinstance(value, tuple) else value for name, value in values.items()}
            told.append(self.say(key, lang, **own))
        return told[0], told[1]

    def __getitem__(self, key: str) -> tuple[str, str]:
        return self.text(key, "zh"), self.text(key, "en")

    def __contains__(self, key: object) -> bool:
        return key in self._all("en")

    def __iter__(self) -> Iterator[str]:
        return iter(self._all("en"))

    def __len__(self) -> int:
        return len(self._all("en"))


class Headings(Mapping[str, tuple[str, ...]]):
    """Messages of a context in a fixed order: language -> their texts."""

    def __init__(self, texts: Texts, keys: str) -> None:
        self.texts = texts
        self.keys_in_order = tuple(keys.split())

    def __getitem__(self, lang: str) -> tuple[str, ...]:
        return tuple(self.texts.text(key, lang) for key in self.keys_in_order)

    def __iter__(self) -> Iterator[str]:
        return iter(LOCALES)

    def __len__(self) -> int:
        return len(LOCALES)


def _shown(value: object, lang: str) -> Any:
    if isinstance(value, date):
        from geodata.local import day

        return day(value, _known(lang))
    return value


def _known(lang: str) -> str:
    return lang if lang in LOCALES else "en"


def _count(value: object) -> int:
    """A count as given, or as it was written for people (1,234); what is no whole number counts as many."""
    text = str(value).replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return 2
    return int(number) if number.is_integer() else 2
