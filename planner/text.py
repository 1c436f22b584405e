"""What planners read, in Chinese and English: messages here, names of tables and columns in `planner.words`,
the texts themselves in `planner/locale`.

The language is the one asked for, else `ALLIANCE_LANG`, else the region's, else the system's.
"""

from __future__ import annotations

import locale
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from planner.catalogue import texts

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


def language(asked: str | None = None, *settings: str) -> Lang:
    """The language to speak: `asked`, else ALLIANCE_LANG, else the first of the settings, else the locale's."""
    for word in (asked, os.environ.get("ALLIANCE_LANG"), *settings):
        found = _known(word)
        if found:
            return found
    return _system_language()


def _known(word: str | None) -> Lang | None:
    lowered = (word or "").strip().lower()
    if lowered.startswith(("zh", "chinese", "cn")):
        return "zh"
    return "en" if lowered.startswith(("en", "english")) else None


def _system_language() -> Lang:
    """POSIX variables first, then what Python knows (Windows says `Chinese (Simplified)_China`)."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value and value not in ("C", "POSIX", "C.UTF-8"):
            return "zh" if value.lower().startswith("zh") else "en"
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def say(key: str, lang: str, **values: object) -> str:
    """The message of a key, with its values filled in. Raises KeyError for an unknown key."""
    return MESSAGES.say(key, lang, **values)


def pick(pair: Any, lang: str) -> str:
    """One language of a pair (zh, en), of a mapping {"zh", "en"}, or a plain text as it is."""
    if isinstance(pair, Mapping):
        return str(pair.get(lang) or pair.get("en") or pair.get("zh") or "")
    if isinstance(pair, tuple | list) and len(pair) == 2:
        return str(pair[0] if lang == "zh" else pair[1])
    return str(pair)


def joined(parts: Iterable[str], lang: str, mark: str = "list") -> str:
    """Parts of a sentence with the language's mark between them: of a `list`, or between `clauses`."""
    return MARKS.text(mark, lang).join(parts)


def both_joined(parts: Iterable[str | tuple[str, str]], mark: str = "list") -> tuple[str, str]:
    """The same in both languages; of a part that is a pair each language takes its own."""
    pairs = [(part, part) if isinstance(part, str) else part for part in parts]
    return joined((zh for zh, _ in pairs), "zh", mark), joined((en for _, en in pairs), "en", mark)


def amount(value: float) -> str:
    """A number as people read it: three significant figures below 100, whole above, dust as 0."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 5e-4 else "0"


#: Messages of the command line and of every page; `{name}` is filled in by `say`.
MESSAGES = texts("text")
#: What stands between the parts of a sentence.
MARKS = texts("marks")
