"""Rules about doctors: who may go where, for how long, and what stays at home.

One function per rule id of `models.rules`; each returns a `Finding` from the saved tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit import roster, roster_facts
from planner.audit.days import add_months, cover
from planner.audit.duty import at_once, places, running
from planner.audit.finding import Finding, Lacking, flagged, lacking, over, together
from planner.audit.frames import matched, records, sums

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_WHO = ["doctor", "institution", "specialty"]
_CLINIC = [*_WHO, "quarter"]


def _new(facts: Facts) -> pd.DataFrame:
    """Postings that the plan starts; running ones are not its choice."""
    return facts.postings[facts.postings["state"] != "running"]


def wish(facts: Facts) -> Finding:
    new = _new(facts)
    answer = new["doctor"].map(facts.doctors["posting"])
    return flagged(new, answer.eq("no"), _WHO, "the doctor cannot be posted")


def cohort(facts: Facts) -> Finding:
    """A new posting starts on the post's own date, else a cohort date or to relieve, and lasts its months."""
    new = _new(facts).merge(facts.posts, on=["institution", "specialty"], how="left", suffixes=("", "_post"))
    first = facts.days.dates[0]
    dates = pd.to_datetime(list(facts.option("postings", "cohorts", [])))
    allowed = dates if len(dates) and facts.days.start is not None else pd.DatetimeIndex([first])
    own = new["start_post"] if facts.days.start is not None else new["start_post"].mask(new.index >= 0)
    late = np.where(own.notna(), new["start"] != own, ~new["start"].isin(allowed))
    late &= ~_relieves(facts, new, late & own.isna().to_numpy())
    wrong = pd.Series(late, index=new.index) & (new["start"].notna() | (facts.days.start is not None))
    starts = flagged(new, wrong, _WHO, "starts on " + new["start"].dt.strftime("%Y-%m-%d").fillna("no date"))
    months = new["months"].fillna(facts.number("postings", "months", 6))
    dated = new[new["start"].notna()]
    over_on = [add_months(s, m) for s, m in zip(dated["start"], months[dated.index], strict=True)]
    ends = pd.Series(pd.DatetimeIndex(over_on), index=dated.index).reindex(new.index) - pd.Timedelta(days=1)
    short = (new["end"] < ends - pd.Timedelta(days=1)) | (new["end"].isna() & ends.notna())
    return together(starts, flagged(new, short, _WHO, "ends before its months are over"))


def _relieves(facts: Facts, new: pd.DataFrame, late: np.ndarray) -> np.ndarray:
    """Which of the `late` starts relieve: on the first day of a handover at the post or the day after it, one each."""
    day = pd.Timedelta(days=1)
    leaving = [
        [row.institution, row.specialty, row.handover, row.end + day]
        for row in records(facts.postings.dropna(subset="handover").sort_values("end", kind="stable"))
    ]
    found = np.zeros(len(new), dtype=bool)
    for at in np.argsort(new["start"].to_numpy(), kind="stable"):
        row = new.iloc[at]
        here = [one for one in leaving if one[:2] == [row["institution"], row["specialty"]] and row["start"] in one[2:]]
        if late[at] and here:
            # Whose last chance it is goes first: they are in the order of their ends.
            leaving.remove(here[0])
            found[at] = True
    return found


def one_posting(facts: Facts) -> Finding:
    most = at_once(facts.postings, ["doctor"])
    return over(most, most["count"].astype(float), pd.Series(1.0, index=most.index), ["doctor"], "postings at once")


def posting_kept(facts: Facts) -> Finding:
    """Every running posting goes on, and nothing else is called running."""
    agreed = running(facts)
    goes_on = pd.Series(facts.days.start is None, index=agreed.index)
    for quarter in facts.quarters.index:
        goes_on |= cover(facts.days, str(quarter), agreed["start"], agreed["end"]) > 0
    agreed = agreed[goes_on]
    plan = facts.plan["postings"]
    plan = plan[plan["state"] == "running"]
    both = agreed.merge(plan, on=[*_WHO, "start"], how="outer", suffixes=("", "_plan"), indicator=True)
    cut = both["_merge"].eq("left_only") | (both["end_plan"] < both["end"])
    ended = flagged(
        both, cut, _WHO, "runs until " + both["end"].dt.strftime("%Y-%m-%d").fillna("") + " but is cut short"
    )
    return together(ended, flagged(both, both["_merge"].eq("right_only"), _WHO, "is no running posting"))


def post_limit(facts: Facts) -> Finding:
    keys = ["institution", "specialty"]
    most = at_once(places(facts.postings), keys).merge(facts.posts[[*keys, "doctors"]], on=keys, how="left")
    held = at_once(places(facts.postings[facts.postings["state"] == "running"]), keys)
    most = most.merge(held[[*keys, "count"]], on=keys, how="left", suffixes=("", "_held"))
    limit = most["doctors"].fillna(0).clip(lower=most["count_held"].fillna(0))
    return over(most, most["count"].astype(float), limit, keys, "doctors at the post")


def post_floor(facts: Facts) -> Lacking:
    """Posts locked by hand are filled; the plan may fill them on any of its dates."""
    keys = ["institution", "specialty"]
    locks = facts.region["locks"]
    locks = locks[(locks["kind"] == "posting") & locks["must"] & (locks["doctor"] == "")]
    posts = facts.posts.merge(locks[keys].drop_duplicates(), on=keys)
    filled = facts.postings.groupby(keys).size()
    count = matched(filled, posts, keys)
    return lacking(posts, count, posts["doctors"], keys, "doctors")


def post_share(facts: Facts) -> Finding:
    most = at_once(places(facts.postings), ["home"])
    staff = most["home"].map(facts.institutions["staff"])
    limit = np.floor(staff * facts.number("postings", "post_share", 0.03) + 1e-9)
    return over(most, most["count"].astype(float), limit, ["home"], "doctors posted at once")


def max_posts(facts: Facts) -> Finding:
    most = at_once(places(facts.postings), [])
    limit = facts.option("postings", "max_posts", None)
    if limit is None:
        return Finding()
    most = most.assign(who="alliance")
    return over(
        most, most["count"].astype(float), pd.Series(float(limit), index=most.index), ["who"], "doctors posted at once"
    )


def may_be_away(facts: Facts, least_headcount: float) -> pd.DataFrame:
    """Departments with a headcount and the persons that may be away at once (`persons`)."""
    table = facts.region["departments"].drop_duplicates(["institution", "department"])
    table = table[table["headcount"].notna()].rename(columns={"institution": "home"})
    share = table["max_away_share"].fillna(facts.number("sessions", "max_away_share", 0.20))
    persons = np.maximum(1.0, np.floor(share * table["headcount"] + 1e-9))
    persons = np.minimum(persons, (table["headcount"] - table["min_present"].fillna(0)).clip(lower=0))
    return table.assign(persons=persons.where(table["headcount"] >= least_headcount, 0.0))


def home_cover_posted(facts: Facts) -> Finding:
    keys = ["home", "department"]
    limits = may_be_away(facts, facts.number("postings", "cover_min_headcount", 4))
    most = at_once(facts.postings, keys).merge(limits[[*keys, "persons"]], on=keys)
    held = at_once(facts.postings[facts.postings["state"] == "running"], keys)
    most = most.merge(held[[*keys, "count"]], on=keys, how="left", suffixes=("", "_held"))
    # Who is away by an agreement made before the plan stays away.
    limit = most["persons"].clip(lower=most["count_held"].fillna(0))
    return over(most, most["count"].astype(float), limit, keys, "doctors posted at once")


def home_cover(facts: Facts) -> Finding:
    keys = ["home", "department", "quarter"]
    gone = sums(facts.away, keys, "half_days")
    limits = may_be_away(facts, facts.number("sessions", "cover_min_headcount", 3))
    gone = gone.merge(limits[["home", "department", "persons"]], on=["home", "department"])
    opened = facts.sites.set_index(["institution", "quarter"])["half_days"]
    half_days = matched(opened, gone, ["home", "quarter"])
    return over(gone, gone["half_days"], gone["persons"] * half_days, keys, "half-days away")


def title_floor(facts: Facts) -> Finding:
    """Clinics, teleconsultations and new postings ask for a title."""
    least = facts.specialties["min_title"]
    clinics = facts.sessions
    post = facts.posts.set_index(["institution", "specialty"])["min_title"]
    new = _new(facts)
    wanted = matched(post, new, ["institution", "specialty"]).clip(lower=new["specialty"].map(least))
    desks = facts.plan["teleconsultations"]
    title = facts.doctors["title"]
    return together(
        over(clinics, clinics["specialty"].map(least), clinics["title"], _CLINIC, "the doctor's title"),
        over(new, wanted, new["doctor"].map(title), _WHO, "the doctor's title"),
        over(
            desks,
            desks["specialty"].map(least),
            desks["doctor"].map(title),
            ["doctor", "specialty"],
            "the doctor's title",
        ),
        over(
            dated := roster_facts.people(facts),
            dated["specialty"].map(least),
            dated["title"],
            roster_facts.WHO,
            "the doctor's title",
        ),
    )


def scope(facts: Facts) -> Finding:
    """Known doctors, within their registered scope."""
    parts = []
    for table in (facts.sessions, _new(facts), facts.plan["teleconsultations"]):
        pairs = pd.MultiIndex.from_frame(table[["doctor", "specialty"]])
        inside = pd.Series(pairs.isin(facts.scope), index=table.index)
        parts.append(flagged(table, ~inside, [c for c in _CLINIC if c in table], "outside the registered scope"))
    dated = roster_facts.people(facts)
    inside = pd.Series(pd.MultiIndex.from_frame(dated[["doctor", "specialty"]]).isin(facts.scope), index=dated.index)
    return together(*parts, flagged(dated, ~inside, roster_facts.WHO, "outside the registered scope"))


def own_group(facts: Facts) -> Finding:
    parts = []
    for table in (facts.sessions, _new(facts)):
        same = facts.same_group(table["home"], table["institution"])
        parts.append(flagged(table, ~same, [c for c in _CLINIC if c in table], "another group's institution"))
    dated = roster_facts.people(facts)
    same = facts.same_group(dated["home"], dated["institution"])
    return together(*parts, flagged(dated, ~same, roster_facts.WHO, "another group's institution"))


def max_minutes(facts: Facts) -> Finding:
    """No trip is longer than allowed; every trip is known, leaves home, and is written as the tables say."""
    table, dated = facts.sessions, roster_facts.people(facts)
    long = _too_far(facts, table, _CLINIC)
    stays = flagged(table, table["home"].eq(table["institution"]), _CLINIC, "is at the doctor's own institution")
    other = (table["minutes"] - table["trip"]).abs() > 0.5 + 0.005 * table["trip"]
    written = flagged(table, other, _CLINIC, "the minutes written are not those of the travel table")
    at_home = flagged(dated, dated["home"].eq(dated["institution"]), roster_facts.WHO, "is at the own institution")
    return together(long, stays, written, _too_far(facts, dated, roster_facts.WHO), at_home)


def _too_far(facts: Facts, table: pd.DataFrame, names: list[str]) -> Finding:
    limit = table["doctor"].map(facts.doctors["max_minutes"]).fillna(np.inf)
    limit = limit.clip(upper=facts.number("sessions", "max_minutes", 90))
    return over(table, table["trip"], limit, names, "minutes one way")


def _time(facts: Facts) -> pd.DataFrame:
    """By doctor and quarter: clinics, half-days away, teleconsultation, free half-days left by postings."""
    keys = ["doctor", "quarter"]
    gone = facts.away.groupby(keys)[["clinics", "half_days"]].sum()
    desks = facts.plan["teleconsultations"].groupby(keys)["half_days"].sum().rename("tele")
    frame = gone.join(desks, how="outer").fillna(0.0).reset_index()
    free = matched(facts.free, frame, keys)
    cover_of = facts.postings.melt("doctor", list(facts.quarters.index), "quarter", "cover")
    gone_share = cover_of.groupby(keys)["cover"].sum()
    share = matched(gone_share, frame, keys)
    return frame.assign(free=free * (1.0 - share).clip(lower=0))


def doctor_time(facts: Facts) -> Finding:
    """Every clinic takes at least a half-day; what far trips take beyond it is the rule `whole_day`."""
    table = _time(facts)
    return over(table, table["clinics"] + table["tele"], table["free"], ["doctor", "quarter"], "free half-days")


def whole_day(facts: Facts) -> Finding:
    """Far trips counted as whole days still fit where the bare number of clinics does."""
    table = _time(facts)
    table = table[table["clinics"] + table["tele"] <= table["free"] + 1e-4]
    if facts.state("doctor_time") == "off":
        return roster.whole_day(facts)
    used = table["half_days"] + table["tele"]
    counted = over(table, used, table["free"], ["doctor", "quarter"], "free half-days, far trips as whole days")
    return together(counted, roster.whole_day(facts))
