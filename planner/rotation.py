"""The rotation of postings 派驻人员轮换: who holds which post, until when, and who relieves whom on which days.

Made from a saved plan: its postings, today's postings of the region that ended shortly before it or
begin after it, the posts asked for, and the working days. `rotation` is the table `rotation.csv`,
`rotation_table` the sheet 派驻人员轮换表; `Rotation.figures` counts what goes wrong. `planner.rotation_turns`
says what a handover is. A plan without a start date has no rotation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from planner.calendar import NO_DATE, CalendarError, WorkCalendar, add_months, work_calendar
from planner.config import Config, ConfigError, read_config
from planner.folder import TABLES, SavedPlan, read_plan, write_table
from planner.rotation_people import People, Why
from planner.rotation_turns import Holder, Post, RotationDays, Turn, turns
from planner.rotation_words import HEADINGS, rotation_word
from planner.text import joined
from planner.view import View, text_of, to_float

#: Columns of `rotation.csv`; `relieved_by` is a doctor's id; credit_*: days below for promotion, before and after.
COLUMNS = TABLES["rotation"]
#: Postings that ended this many days before the horizon are listed with their relief.
RECENT = timedelta(days=31)
_SETTINGS = ("calendar", "postings", "sessions")


@dataclass(frozen=True)
class Figures:
    """What the rotation amounts to within the horizon.

    posts_with_gap: posts that somebody holds or held, and nobody for some working days; gap_days:
    these days; never_filled: posts asked for that nobody holds; handovers: reliefs that begin;
    short: those of them with fewer common working days than asked for.
    """

    posts_with_gap: int = 0
    gap_days: int = 0
    never_filled: int = 0
    handovers: int = 0
    short: int = 0


class Rotation:
    """The turns of every post of a saved plan; `planned` false: with today's postings alone."""

    def __init__(self, saved: SavedPlan, planned: bool = True) -> None:
        self.saved = saved
        self.config = _config(saved)
        calendar = _calendar(self.config)
        self.dated = calendar.dated and calendar.start != NO_DATE
        self.days = RotationDays(calendar, self.config.postings.overlap_days)
        self.holders = self._holders(planned) if self.dated else []
        self.posts = self._posts() if self.dated else {}
        self.people = People(saved, self.config, self.holders)
        by_post: dict[tuple[str, str], list[Holder]] = defaultdict(list)
        for one in self.holders:
            by_post[one.site, one.specialty].append(one)
        order = {row["id"]: at for at, row in enumerate(_rows(saved, "institutions"))}
        keys = sorted({*by_post, *self.posts}, key=lambda key: (order.get(key[0], len(order)), key))
        self.turns: list[tuple[Post, Turn]] = []
        for key in [*(key for key in keys if key in by_post), *(key for key in keys if key not in by_post)]:
            # Without a table of posts nobody says that a post is no longer asked for.
            most = 0 if self.posts else self._at_once(by_post[key])
            post = self.posts.get(key, Post(*key, most, months=self.config.postings.months))
            self.turns += [(post, turn) for turn in turns(post, by_post.get(key, ()), self.days)]

    def _holders(self, planned: bool) -> list[Holder]:
        found = []
        made = self.saved.table("postings").to_dict("records") if planned else []
        for row in made:
            start, end = _day(row["start"]), _day(row["end"])
            if start is not None and end is not None:
                who, site, specialty = (text_of(row[name]) for name in ("doctor", "institution", "specialty"))
                found.append(Holder(who, site, specialty, start, end, text_of(row["state"]) or "new"))
        known = {(one.doctor, one.site, one.start) for one in found}
        own = {row["id"]: row.get("specialty", "") for row in _rows(self.saved, "doctors")}
        sites = {row["id"] for row in _rows(self.saved, "institutions")}
        for old in _rows(self.saved, "current_postings"):
            start, end, who, site = _day(old["start"]), _day(old["end"]), old["doctor"], old["institution"]
            if start is None or end is None or who not in own or site not in sites or (who, site, start) in known:
                continue
            state = "over" if end <= self.days.first else "agreed" if start > self.days.last else "running"
            if end >= self.days.first - RECENT and (state != "running" or not planned):
                found.append(Holder(who, site, old.get("specialty") or own[who], start, end, state))
        return found

    def _at_once(self, holders: list[Holder]) -> int:
        """The most holders at one time, handovers apart."""
        ends = {one: min(self.days.handover(one.end), one.end) for one in holders}
        return max((sum(other.start <= one.start < ends[other] for other in holders) for one in holders), default=0)

    def _posts(self) -> dict[tuple[str, str], Post]:
        """One post per institution and specialty: doctors added up, the rest from the first row."""
        found: dict[tuple[str, str], Post] = {}
        for row in _rows(self.saved, "posts"):
            key, doctors = (row["institution"], row["specialty"]), round(to_float(row.get("doctors")) or 0)
            first = found.get(key) or Post(
                *key,
                0,
                _day(row.get("start")),
                round(to_float(row.get("min_title")) or 0),
                to_float(row.get("months")) or self.config.postings.months,
            )
            found[key] = Post(*key, first.doctors + doctors, first.start, first.min_title, first.months)
        return found

    def figures(self) -> Figures:
        held = {key for post, turn in self.turns if turn.holder.doctor for key in [(post.site, post.specialty)]}
        every = [(post, turn, (post.site, post.specialty) in held) for post, turn in self.turns]
        reliefs = [
            turn
            for _, turn in self.turns
            if turn.relief and turn.changes_hands and self.days.first <= turn.relief.start <= self.days.last
        ]
        return Figures(
            len({(post.site, post.specialty) for post, turn, kept in every if kept and turn.gap}),
            sum(turn.gap for _, turn, kept in every if kept),
            len({(post.site, post.specialty) for post, turn, kept in every if not kept and turn.gap}),
            len(reliefs),
            sum(turn.shared < self.days.overlap for turn in reliefs),
        )

    def reasons(self) -> dict[int, Why]:
        """By position in `turns`: why nobody comes, or who could, the first of them at one post at a time."""
        found: dict[int, Why] = {}
        proposed: list[Holder] = []
        open_ = [at for at, (_, turn) in enumerate(self.turns) if turn.wanted and turn.relief is None]
        for at in sorted(open_, key=lambda at: (self._due(self.turns[at][1]), at)):
            post, turn = self.turns[at]
            day = self._due(turn)
            why = self.people.nobody(post, day, turn.holder.doctor, proposed)
            if why.reason == "not_chosen" and turn.gap and not self._may_start(post, day):
                why = Why("no_start", why.count, why.doctors)
            found[at] = why
            # Who is named first for one post should not be for another at that time.
            last = add_months(day, post.months) - timedelta(days=1)
            proposed += [Holder(who, post.site, post.specialty, day, last, "proposed") for who in why.doctors[:1]]
        return found

    def _due(self, turn: Turn) -> date:
        """The day from which nobody is there."""
        return turn.holder.end + timedelta(days=1) if turn.holder.doctor else turn.holder.start

    def _may_start(self, post: Post, day: date) -> bool:
        """Whether a posting may start at the post on that day of the horizon or later in it."""
        if self.config.postings.relief and post.start is None and day > self.days.first:
            return True
        starts = [post.start] if post.start else list(self.config.postings.cohorts) or [self.days.first]
        return any(day <= one <= self.days.last for one in starts)


def rotation(saved: SavedPlan) -> pd.DataFrame:
    """`rotation.csv`: one row per posting, and per place without anybody; empty without dates or postings."""
    made = Rotation(saved)
    reasons = made.reasons()
    credits_ = _credits(made)
    doctors = {row["id"]: row for row in _rows(saved, "doctors")}
    views = (View(saved, "zh"), View(saved, "en"))
    rows: list[tuple[Any, ...]] = []
    for at, (_, turn) in enumerate(made.turns):
        one, row = turn.holder, doctors.get(turn.holder.doctor, {})
        before, after = credits_.get(one, (None, None))
        first, last = turn.handover or (None, None)
        rows.append((
            at + 1, row.get("institution", ""), row.get("department", ""), one.doctor, row.get("title", ""), one.site,
            one.specialty, one.start.isoformat(), one.end.isoformat(), turn.relief.doctor if turn.relief else "",
            first.isoformat() if first else "", last.isoformat() if last else "", one.state, turn.gap, before, after,
            *(_note(made, turn, reasons.get(at), credits_, view) for view in views),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_rotation(folder: Path) -> None:
    """Write `rotation.csv` into a plan folder; a plan without postings has none."""
    table = rotation(read_plan(folder))
    if len(table):
        write_table(folder / "rotation.csv", table, COLUMNS, sort=False)
    else:
        (folder / "rotation.csv").unlink(missing_ok=True)


def rotation_table(saved: SavedPlan, lang: str) -> pd.DataFrame:
    """派驻人员轮换表 with the headings that offices use; `lang` zh or en."""
    view, rows = View(saved, lang), []
    for row in rotation(saved).to_dict("records"):
        days = (row["handover_start"], row["handover_end"])
        due = row["handover_start"] and not row["relieved_by"]
        rows.append((
            row["number"],
            view.name("institutions", row["home"]),
            row["department"],
            view.name("doctors", row["doctor"]) or rotation_word(row["state"], lang),
            view.title(row["title"]),
            view.name("institutions", row["institution"]),
            view.name("specialties", row["specialty"]),
            f"{row['start']}—{row['end']}",
            rotation_word("to_be_named", lang) if due else view.name("doctors", row["relieved_by"]),
            days[0] if days[0] == days[1] else "—".join(days),
            row[f"note_{lang}"],
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(HEADINGS[lang]), dtype=object)


def _credits(made: Rotation) -> dict[Holder, tuple[int, int]]:
    """Days below before and after each posting: the table's days, then working days from the horizon on."""
    found: dict[Holder, tuple[int, int]] = {}
    so_far: dict[str, int] = {}
    for one in sorted(made.holders, key=lambda one: (one.start, one.end, one.site, one.specialty)):
        before = so_far.get(one.doctor, round(made.people.credit(one.doctor)))
        after = before + made.days.between(max(one.start, made.days.first), one.end)
        found[one] = (before, after)
        so_far[one.doctor] = after
    return found


def _note(made: Rotation, turn: Turn, why: Why | None, credits_: dict[Holder, tuple[int, int]], view: View) -> str:
    """Everything about one turn that the other columns do not say."""
    name, lang = view.name, view.lang
    one, days = turn.holder, made.days
    told = [rotation_word(one.state, lang)] if one.doctor else []
    if turn.relieves and turn.relieves.doctor != one.doctor:
        told.append(rotation_word("relieves", lang, name=name("doctors", turn.relieves.doctor)))
    if not one.doctor:
        told.append(rotation_word("empty", lang, days=turn.gap))
    elif turn.relief is not None:
        if turn.gap:
            told.append(rotation_word("after_gap", lang, days=turn.gap))
        if not turn.changes_hands:
            told.append(rotation_word("stays", lang))
        elif turn.shared < days.overlap:
            key = "short" if turn.shared else "no_overlap"
            told.append(rotation_word(key, lang, shared=turn.shared, days=days.overlap))
    elif turn.gap:
        told.append(rotation_word("gap", lang, days=turn.gap))
    elif turn.wanted and turn.handover:
        told.append(rotation_word("due", lang, day=turn.handover[0]))
    elif not turn.wanted:
        told.append(rotation_word("not_asked", lang))
    told += _reason(why, turn, name, lang) if why else []
    if turn.handover and not days.known(turn.handover[1]):
        told.append(rotation_word("guessed", lang, year=turn.handover[1].year))
    told += _promotion(made, one, credits_, lang)
    return joined(told, lang, "clauses")


def _reason(why: Why, turn: Turn, name: Any, lang: str) -> list[str]:
    """Why nobody comes (only what the plan could have decided), and who could."""
    told = []
    if turn.gap or why.reason in ("nobody_suits", "nobody_else", "all_posted"):
        told.append(rotation_word(why.reason, lang, count=why.count))
    if why.doctors:
        names = joined((name("doctors", who) for who in why.doctors), lang)
        told.append(rotation_word("suggest", lang, names=names))
    return told


def _promotion(made: Rotation, one: Holder, credits_: dict[Holder, tuple[int, int]], lang: str) -> list[str]:
    """Days below before and after, for who is due for promotion."""
    year, needed = made.people.promotion(one.doctor), round(made.config.postings.promotion_credit_days)
    if year is None or one not in credits_:
        return []
    before, after = credits_[one]
    values = {"year": year, "before": before, "after": after, "needed": needed, "left": needed - after}
    return [rotation_word("credit" if after >= needed else "credit_short", lang, **values)]


def _config(saved: SavedPlan) -> Config:
    settings = saved.info.get("settings", {})
    try:
        return read_config({name: settings[name] for name in _SETTINGS if name in settings})
    except ConfigError:  # a plan of another version
        return Config()


def _calendar(config: Config) -> WorkCalendar:
    try:
        return work_calendar(config.calendar)
    except CalendarError:
        return work_calendar(Config().calendar)


def _rows(saved: SavedPlan, name: str) -> Iterable[dict[str, str]]:
    table = saved.region.get(name)
    return () if table is None else [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        return None
