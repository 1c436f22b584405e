"""What the audit says, in the reader's language: its own lines are kept in English, as in `audit.csv`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.catalogue import RULE_SENTENCES, texts

if TYPE_CHECKING:
    import pandas as pd

#: Sentences with their places; the patterns below tell them in a line of the audit.
WORDS = texts("audit")
#: What is counted in "3 > 2 ...", by the English words of the audit.
UNITS = texts("audit.units")
#: Whole sentences, by the English ones.
SENTENCES = texts("audit.sentences")
#: How a rule is applied.
STATES = texts("audit.states")
#: Words of a subject that are no ids.
SUBJECTS = texts("audit.words")
#: Key of a sentence -> the English line that it tells, its places as groups.
_PATTERNS = (
    ("state", re.compile(r"(?P<detail>.*) \(rule is (?P<state>soft|off)\)")),
    ("checked", re.compile(r"(?P<count>\d+) checked")),
    ("dated", re.compile(r"(?P<dated>\S+) dated and (?P<unheld>\S+) not held, (?P<allocated>\S+) allocated")),
    ("at_once", re.compile(r"(?P<count>\S+) at once: (?P<places>.+)")),
    ("one_day", re.compile(r"(?P<count>\S+) on one day")),
    ("crowded", re.compile(r"(?P<count>\S+) > (?P<most>\S+) clinics within (?P<weeks>\S+) weeks")),
    ("exceeds", re.compile(r"(?P<value>\S+) > (?P<limit>\S+) (?P<unit>.+)")),
)
_SUBJECT = re.compile(r"\b(am|pm|in the roster|as backup|alliance)\b")


def detail(text: str, lang: str) -> str:
    """A detail of the audit in the reader's language; as it is where no words are known."""
    if lang == "en":
        return text
    if whole := SENTENCES.find(text, lang):
        return whole
    for key, pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            return WORDS.say(key, lang, **{name: _part(name, value, lang) for name, value in match.groupdict().items()})
    return text


def _part(name: str, value: str, lang: str) -> str:
    if name == "detail":
        return detail(value, lang)
    if name == "unit":
        return UNITS.find(value, lang) or value
    if name == "state":
        return STATES.text(value, lang)
    return WORDS.text("missing", lang) if value == "missing" else value


def subject(text: str, lang: str) -> str:
    """A subject of the audit with its words, not its ids, in the reader's language."""
    if lang == "en":
        return text
    return _SUBJECT.sub(lambda match: SUBJECTS.text(match[1], lang), text)


def breaches(audit: pd.DataFrame, lang: str) -> list[str]:
    """A line of text for each broken line of an audit: rule, its sentence, who, what."""
    from planner.opening import holds

    lines = []
    for row in audit[~audit["holds"].map(holds).astype(bool)].itertuples():
        sentence = RULE_SENTENCES.find(str(row.rule), lang) or ""
        lines.append(f"✗ {row.rule} {sentence} | {subject(str(row.subject), lang)} | {detail(str(row.detail), lang)}")
    return lines
