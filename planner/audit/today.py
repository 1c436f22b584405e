"""Today's practice from the raw tables: clinics, visits, calibration and what hospitals can take.

Everything in visits per month; today's clinics are those of the first quarter where one number
is needed. The plan may move away from today, but only as far as these figures allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.audit.duty import running
from planner.audit.frames import matched, records, sums

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_WEEKS_OF_HISTORY = 13


def clinics_today(facts: Facts) -> pd.DataFrame:
    """Outreach clinics by doctor, institution, specialty and quarter (`sessions`) in today's roster.

    Weekday rows count open dates (a `day` counts two); dated rows count where the doctor has no
    weekday row and lie in the 13 weeks before the start. A cell below the least frequency has no
    clinic; one above the greatest is cut to it.
    """
    roster = facts.region["roster"].copy()
    home = roster["doctor"].map(facts.doctors["institution"])
    roster = roster[
        home.notna() & (home != roster["institution"]) & roster["institution"].isin(facts.institutions.index)
    ]
    own = roster["doctor"].map(facts.doctors["specialty"])
    roster["specialty"] = roster["specialty"].where(roster["specialty"] != "", own)
    roster["each"] = np.where(roster["slot"] == "day", 2.0, 1.0)
    keys = ["doctor", "institution", "specialty"]
    weekly = roster[roster["weekday"].notna()]
    parts = []
    for quarter in facts.quarters.index:
        counts = [_dates(facts, row, str(quarter)) for row in records(weekly)]
        parts.append(weekly[keys].assign(quarter=quarter, sessions=np.array(counts, dtype=float) * weekly["each"]))
        dated = _history(facts, roster, weekly)
        parts.append(dated[keys].assign(quarter=quarter, sessions=dated["each"]))
    table = sums(pd.concat(parts), [*keys, "quarter"], "sessions")
    return _fit(facts, table)


def _dates(facts: Facts, row: Any, quarter: str) -> int:
    """Open dates of a weekday row at its institution within the quarter."""
    span = facts.days.span(quarter)
    opened = facts.open[facts.row[row.institution], span].any(axis=1)
    on = (facts.days.weekday[span] == row.weekday) & facts.days.weeks_odd_even(row.weeks)[span]
    return int((opened & on).sum())


def _history(facts: Facts, roster: pd.DataFrame, weekly: pd.DataFrame) -> pd.DataFrame:
    """Dated rows that stand for today's practice."""
    dated = roster[roster["weekday"].isna() & roster["date"].notna()]
    if facts.days.start is not None:
        age = (facts.days.start - dated["date"]).dt.days
        dated = dated[(age > 0) & (age <= 7 * _WEEKS_OF_HISTORY)]
    regular = pd.MultiIndex.from_frame(weekly[["doctor", "institution"]])
    return dated[~pd.MultiIndex.from_frame(dated[["doctor", "institution"]]).isin(regular)]


def _fit(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """Clinics of cells that some frequency fits."""
    limits = facts.sites[["institution", "quarter", "low_monthly", "high_twice_weekly"]]
    table = table.merge(limits, on=["institution", "quarter"])
    total = table.groupby(["institution", "specialty", "quarter"])["sessions"].transform("sum")
    table = table[(total >= table["low_monthly"]) & (table["sessions"] > 0)]
    # A surplus over the greatest frequency is cut: who holds most keeps his clinics first, then by id.
    table = table.sort_values(["sessions", "doctor"], ascending=[False, True], kind="stable")
    before = table.groupby(["institution", "specialty", "quarter"])["sessions"].cumsum() - table["sessions"]
    kept = np.minimum(table["sessions"], (table["high_twice_weekly"] - before).clip(lower=0))
    table = table.assign(sessions=kept).drop(columns=["low_monthly", "high_twice_weekly"])
    return table[table["sessions"] > 0].reset_index(drop=True)


def referred_today(facts: Facts) -> pd.DataFrame:
    """Visits per month referred up today by institution, specialty and hospital, before they are cut to the need."""
    needs = facts.region["needs"][["institution", "specialty", "referred_visits_per_month"]]
    needs = needs.drop_duplicates(["institution", "specialty"])
    ups = facts.region["referrals"]
    inside = ups["destination"].isin(facts.institutions.index) & (ups["destination"] != ups["origin"])
    ups = ups[(ups["direction"] != "down") & inside & (ups["patients_per_month"] > 0)]
    ups = ups.rename(columns={"origin": "institution", "destination": "hospital", "patients_per_month": "visits"})
    keys = ["institution", "specialty"]
    known = sums(ups[ups["specialty"] != ""], [*keys, "hospital"], "visits")
    own = needs.merge(known, on=keys)
    blank = sums(ups[ups["specialty"] == ""], ["institution", "hospital"], "visits")
    rest = needs[~pd.MultiIndex.from_frame(needs[keys]).isin(pd.MultiIndex.from_frame(own[keys]))]
    rest = rest[rest["referred_visits_per_month"] > 0]
    some = rest.merge(blank[blank["visits"] > 0], on="institution")
    none = rest[~rest["institution"].isin(some["institution"])]
    none = none.assign(
        hospital=[_nearest(facts, i, k) for i, k in zip(none["institution"], none["specialty"], strict=True)]
    )
    table = pd.concat([own, some, none.assign(visits=1.0)], ignore_index=True)
    total = table.groupby(keys)["visits"].transform("sum")
    share = (table["visits"] / total).where(total > 0, 0.0)
    given = table["referred_visits_per_month"]
    table["visits"] = np.where(given.notna(), share * given, table["visits"])
    return table[[*keys, "hospital", "visits"]]


def _nearest(facts: Facts, institution: str, specialty: str) -> str:
    """The nearest hospital with capability or doctors in the specialty, own group first; "" if none."""
    able = [h for h, k in hosts(facts) if k == specialty and h != institution]
    if not able:
        return ""
    frame = pd.DataFrame({"hospital": able, "institution": institution})
    frame["minutes"] = facts.minutes("patient", frame["institution"], frame["hospital"])
    frame["other"] = ~facts.same_group(frame["institution"], frame["hospital"])
    frame = frame[frame["minutes"].notna()].sort_values(["other", "minutes", "hospital"])
    return str(frame["hospital"].iloc[0]) if len(frame) else ""


def hosts(facts: Facts) -> list[tuple[str, str]]:
    """(hospital, specialty) that can treat referrals: level 2 or above with a capability row or doctors."""
    rows = facts.region["capabilities"]
    rows = rows[rows["direction"] != "down"]
    pairs = set(zip(rows["institution"], rows["specialty"], strict=True))
    pairs |= {(facts.doctors["institution"][d], k) for d, k in facts.scope}
    level = facts.institutions["level"]
    return sorted((h, k) for h, k in pairs if h in level.index and level[h] >= 2)


def needs_today(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(cells by institution and specialty, referred by hospital), balanced and calibrated.

    Cells have need, own, referred, left, outreach, unmet, pool, recoverable (share), most (what
    outreach can hold), calibration, has_outreach, pattern.
    """
    cells = facts.region["needs"].drop_duplicates(["institution", "specialty"]).set_index(["institution", "specialty"])
    sent = referred_today(facts)
    lost = sent[sent["hospital"] == ""].set_index(["institution", "specialty"])["visits"]
    sent = sent[sent["hospital"] != ""]
    need = cells["visits_per_month"].fillna(0.0)
    referred = sent.groupby(["institution", "specialty"])["visits"].sum().reindex(cells.index).fillna(0.0)
    left = _left(facts, cells) + lost.reindex(cells.index).fillna(0.0)
    own = cells["own_visits_per_month"].fillna((need - referred - left).clip(lower=0))
    own = own.clip(upper=need)
    # Where today's parts exceed the need, those who leave are cut first, then those referred.
    fitting = referred.clip(upper=need - own)
    left = left.clip(upper=need - own - fitting)
    frame = pd.DataFrame({"need": need, "own": own, "referred": fitting, "left": left})
    frame["pool"] = (frame["need"] - frame["own"]).clip(lower=0)
    frame["formula"] = _formula(facts, frame)
    rest = (frame["need"] - frame["own"] - frame["referred"] - frame["left"]).clip(lower=0)
    frame["outreach"] = frame["formula"].clip(upper=rest)
    frame["unmet"] = rest - frame["outreach"]
    frame["has_outreach"] = frame["formula"] > 0
    frame["calibration"] = (frame["outreach"] / frame["formula"]).where(frame["has_outreach"], 1.0)
    frame = _grown(frame, 1.0 + facts.number("scenario", "demand_growth", 0))
    scale = (frame["referred"] / referred).where(referred > 0, 1.0)
    sent = sent.assign(visits=sent["visits"] * matched(scale, sent, ["institution", "specialty"]))
    usual = facts.number("referrals", "recoverable_share", 0.4)
    frame["recoverable"] = cells["recoverable_share"].fillna(usual)
    frame["most"] = frame["recoverable"] * (frame["left"] + frame["referred"]) + frame["unmet"] + frame["outreach"]
    frame["pattern"] = cells["pattern"].where(cells["pattern"] != "any", "")
    frame["floor"] = cells["min_sessions_per_month"].fillna(0.0)
    return frame, sent.reset_index(drop=True)


def _grown(frame: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Need times the scenario's factor: more is unmet until somebody sees it; less was unmet, then left, and so on."""
    frame = frame.copy()
    change = frame["need"] * (factor - 1.0)
    frame["need"] += change
    if factor >= 1:
        frame["unmet"] += change
    else:
        less = -change
        for part in ("unmet", "left", "referred", "outreach", "own"):
            taken = frame[part].clip(upper=less)
            frame[part], less = frame[part] - taken, less - taken
    return frame.assign(pool=(frame["need"] - frame["own"]).clip(lower=0))


def _left(facts: Facts, cells: pd.DataFrame) -> pd.Series:
    out = facts.region["referrals"]
    out = out[(out["destination"] == "outside") & (out["direction"] != "down")]
    known = out.groupby(["origin", "specialty"])["patients_per_month"].sum()
    known.index.names = ["institution", "specialty"]
    return cells["left_visits_per_month"].fillna(known.reindex(cells.index)).fillna(0.0)


def _formula(facts: Facts, cells: pd.DataFrame) -> pd.Series:
    """What the rates say that today's clinics and postings of the first quarter keep."""
    first = facts.quarters.index[0]
    today = facts.clinics_today
    count = today[today["quarter"] == first].groupby(["institution", "specialty"])["sessions"].sum()
    count = count.reindex(cells.index).fillna(0.0)
    posts = running(facts)
    if facts.days.start is not None:
        posts = posts[posts["start"] <= facts.days.start]
    posted = posts.groupby(["institution", "specialty"]).size().reindex(cells.index).fillna(0.0)
    kind = facts.specialties.reindex(cells.index.get_level_values("specialty"))
    kind.index = cells.index
    sites = facts.sites[facts.sites["quarter"] == first].set_index("institution")
    sites = sites.reindex(cells.index.get_level_values("institution"))
    capture = pd.Series(0.0, index=cells.index, dtype=float)
    for mode in ("monthly", "fortnightly", "weekly", "twice_weekly"):
        reached = count.to_numpy() >= sites[f"low_{mode}"].to_numpy()
        capture = capture.where(~reached, kind[f"capture_{mode}"])
    capture = capture.where(posted <= 0, capture.clip(lower=kind["capture_posted"]))
    months = float(facts.quarters["months"].iloc[0])
    supply = kind["patients_per_session"] * count / months + kind["visits_per_posted_month"] * posted
    return pd.Series(supply.clip(upper=capture * cells["pool"]))
