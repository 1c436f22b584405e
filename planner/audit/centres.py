"""Rules about shared centres: who is served from where, how large, how fast.

One function per rule id of `models.rules`; items per day, minutes one way. What clinics send is
recomputed from the saved visits and goes to the centre that serves the institution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.audit import queue
from planner.audit.finding import Finding, Lacking, flagged, lacking, over, together, unequal
from planner.audit.frames import matched, records
from planner.audit.network import waits_of

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_LINK = ["institution", "service", "centre"]
_HOST = ["service", "centre"]
_SLOT = ["institution", "service"]


def _mains(facts: Facts) -> pd.DataFrame:
    links = facts.network.links
    return links[~links["stands_in"]]


def _named(facts: Facts, setting: str) -> pd.Series:
    """A limit of the service of each link."""
    return facts.network.links["service"].map(facts.network.services[setting])


def served(facts: Facts) -> Lacking:
    """Members are served, but for services that put a price on the unserved."""
    members = facts.network.members
    priced = members["service"].map(facts.network.services["unserved_cost"]).notna()
    members = members[~priced]
    share = _mains(facts).groupby(_SLOT)["share"].sum()
    got = matched(share, members, _SLOT)
    return lacking(members, got, pd.Series(1.0, index=members.index), _SLOT, "institutions")


def single_source(facts: Facts) -> Finding:
    """One centre serves the whole of a service; where it may be divided, the shares are at most one."""
    mains = _mains(facts)
    table = mains.groupby(_SLOT, as_index=False).agg(
        share=("share", "sum"), centres=("centre", "nunique"), rows=("centre", "size")
    )
    single = table["service"].map(facts.network.services["single_source"]).eq(True)
    one = pd.Series(1.0, index=table.index)
    several = over(table, table["rows"].astype(float), one.where(single), _SLOT, "centres")
    part = flagged(table, single & table["share"].lt(1 - 1e-4), _SLOT, "is served in part")
    return together(several, part, over(table, table["share"], one, _SLOT, "of the whole"))


def one_level(facts: Facts) -> Finding:
    """A centre that serves is open, once, at a level of the table and with that level's capacity."""
    rows = facts.plan["centres"].rename(columns={"institution": "centre"})
    whole = rows["quarter"].eq("")
    counts = rows.groupby(_HOST)["level"].transform("size")
    quarters = rows.groupby([*_HOST, "quarter"])["level"].transform("size")
    spans = rows.groupby(_HOST)["quarter"].transform(lambda q: (q == "").any())
    twice = flagged(
        rows, (quarters > 1) | (spans & ~whole) | (spans & (counts > 1)), _HOST, "has several sizes or waits"
    )
    right = facts.network.capacity(rows)
    size = unequal(rows, rows["items_per_day"], right.fillna(-1.0), [*_HOST, "level"], "the level's items per day")
    links = facts.network.links
    closed = flagged(links, links["level"].isna(), _LINK, "the centre is not open")
    written = links["level"].notna() & ((links["promised_wait"] - links["wait"]).abs() > 1e-3)
    return together(twice, size, closed, flagged(links, written, _LINK, "promises another wait than its centre"))


def turnaround(facts: Facts) -> Finding:
    """The wait, and for goods the trip, the longest pause between loops and the work, fit the limit."""
    links = facts.network.links
    goods = _named(facts, "moves").ne("data")
    headway = _named(facts, "loops_per_week").map(queue.headway_minutes)
    spent = links["wait"] + (links["trip"] + headway + _named(facts, "work_minutes")).where(goods, 0.0)
    known = links["level"].notna()
    late = over(links[known], spent[known], _named(facts, "turnaround_minutes")[known], _LINK, "minutes")
    written = unequal(links[known], links["turnaround_minutes"][known], spent[known], _LINK, "turnaround_minutes")
    return together(late, written)


def promised_wait(facts: Facts) -> Finding:
    """The queue in the peak hour (or the batch) at the actual load keeps the wait, which is one of those allowed."""
    table = facts.opened
    services = facts.network.services
    broken, offered = [], []
    for row in records(table):
        service = services.loc[row.service]
        allowed = waits_of(facts, service)
        # a centre that is open without work (forced, and too far for everybody) promises nothing
        idle = row.load <= 0 and row.wait <= 0
        offered.append(not idle and not any(abs(row.wait - w) < 1e-3 for w in allowed))
        if pd.isna(service["turnaround_minutes"]) and row.wait <= 0:
            broken.append("")
        elif service["moves"] == "data":
            # A margin of 1e-6 of the load allows for the rounding of what was saved.
            share = queue.share_within(
                row.wait, row.peak * (1 - 1e-6), service["minutes_per_item"], row.servers,
                service["verify_minutes_per_item"], row.verifiers,
            )  # fmt: skip
            late = share < service["quantile"] - 1e-5
            broken.append(f"{share:.4f} within {row.wait:g} minutes, promised {service['quantile']:g}" if late else "")
        else:
            load = queue.batch(row.load, queue.headway_minutes(service["loops_per_week"]))
            most = queue.drained(row.wait, row.items_per_day, row.hours_per_day)
            broken.append(f"a batch of {load:.6g}, {most:.6g} done in time" if load > most + 1e-4 + 1e-5 * most else "")
    text = pd.Series(broken, index=table.index, dtype=object)
    names = [*_HOST, "quarter"]
    slow = flagged(table, text != "", names, text)
    return together(
        slow,
        flagged(table, pd.Series(offered, index=table.index, dtype=bool), names, "is no wait that may be promised"),
    )


def centre_capacity(facts: Facts) -> Finding:
    """The load of every quarter fits the level; `used` is the greatest of them."""
    table = facts.opened
    over_full = over(table, table["load"], table["items_per_day"], [*_HOST, "quarter"], "items per day")
    most = table.groupby(_HOST, as_index=False).agg(load=("load", "max"), used=("used", "max"))
    written = unequal(most, most["used"], most["load"], _HOST, "used")
    return together(over_full, written)


def window(facts: Facts) -> Finding:
    links = facts.network.links
    spent = links["trip"] + facts.number("shared_centres", "collection_minutes", 120)
    return over(links, spent, _named(facts, "window_minutes"), _LINK, "minutes to the centre")


def service_max_minutes(facts: Facts) -> Finding:
    """No trip is too long; the minutes written are those of the travel table."""
    links = facts.network.links
    long = over(links, links["trip"], _named(facts, "max_minutes"), _LINK, "minutes one way")
    written = unequal(links, links["minutes"], links["trip"].fillna(-1.0), _LINK, "minutes")
    return together(long, written)


def membership(facts: Facts) -> Finding:
    """Only members are served, from hosts that serve their group."""
    net = facts.network
    links = net.links.merge(net.members[[*_SLOT, "group"]], on=_SLOT, how="left", indicator=True)
    stranger = flagged(links, links["_merge"].eq("left_only"), _LINK, "is no member of this service")
    # A blank group of a member means that the table does not speak of the service.
    ruled = links["group"].fillna("").ne("")
    allowed = [
        g in net.host_groups(h, s) for g, h, s in zip(links["group"], links["centre"], links["service"], strict=True)
    ]
    outside = ruled & ~pd.Series(allowed, index=links.index, dtype=bool)
    return together(stranger, flagged(links, outside, _LINK, "the centre serves another group"))


def least_volume(facts: Facts) -> Finding:
    """What the members send, without clinic items, reaches the least volume of every open centre."""
    table = facts.opened.drop_duplicates(_HOST)
    least = table["service"].map(facts.network.services["min_items_per_day"]).fillna(0.0)
    return over(table, least, table["steady"], _HOST, "items per day")


def max_centres(facts: Facts) -> Finding:
    count = facts.plan["centres"].groupby("service")["institution"].nunique().astype(float).reset_index(name="centres")
    limit = count["service"].map(facts.network.services["max_centres"])
    return over(count, count["centres"], limit, ["service"], "centres")


def max_services(facts: Facts) -> Finding:
    count = facts.plan["centres"].groupby("institution")["service"].nunique().astype(float).reset_index(name="hosted")
    limit = count["institution"].map(facts.institutions["max_services"])
    return over(count, count["hosted"], limit, ["institution"], "services")


def _states(facts: Facts, state: str) -> pd.DataFrame:
    rows = facts.region["centres"]
    return rows[rows["state"] == state]


def forced_centre(facts: Facts) -> Finding:
    """Some level of a forced host is open."""
    forced = _states(facts, "forced").drop_duplicates(["service", "institution"])
    open_ = pd.MultiIndex.from_frame(facts.plan["centres"][["service", "institution"]])
    closed = ~pd.MultiIndex.from_frame(forced[["service", "institution"]]).isin(open_)
    return flagged(forced, pd.Series(closed, index=forced.index), ["service", "institution"], "must be open")


def forbidden_centre(facts: Facts) -> Finding:
    keys = ["service", "institution", "level"]
    rows = facts.plan["centres"]
    barred = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(_states(facts, "forbidden")[keys]))
    return flagged(rows, pd.Series(barred, index=rows.index), keys, "must stay closed")


def backup(facts: Facts) -> Lacking:
    """Who is served has a second, other, open centre, for the services that ask for one."""
    asked = list(facts.option("shared_centres", "backup", []))
    links = facts.network.links
    mains = _mains(facts)
    mains = (
        mains[mains["service"].isin(asked)]
        .groupby(_SLOT, as_index=False)
        .agg(share=("share", "sum"), centre=("centre", "first"))
    )
    second = links[links["stands_in"] & links["level"].notna()][_LINK].drop_duplicates()
    both = mains.merge(second, on=_SLOT, how="left", suffixes=("", "_second"))
    both["found"] = both["centre_second"].notna() & (both["centre_second"] != both["centre"])
    found = both.groupby(_SLOT, as_index=False).agg(share=("share", "first"), found=("found", "max"))
    return lacking(found, found["found"].astype(float), found["share"], _SLOT, "institutions")
