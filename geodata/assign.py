"""Communities without an institution get the one that their residents reach first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geodata.boundary_repair import listed
from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import said

#: Institutions that see no patients.
NO_CARE = frozenset({"public_health"})


def assign_communities(region: Region, travel: pd.DataFrame) -> tuple[Region, list[Problem]]:
    """Fill blank `communities.institution` by patients' minutes; the region, and what was done.

    travel: the full table (origin, destination, minutes, profile). Township and village institutions
    (level 1 and 0) go before hospitals, whatever the minutes; then the fewest minutes, then the id. A
    community without any trip stays blank and is named. What the user wrote stays.
    """
    table = region.tables.get("communities")
    institutions = region.tables.get("institutions")
    if table is None or institutions is None:
        return region, []
    blank = table["institution"].fillna("").astype(str).str.strip() == ""
    if not blank.any():
        return region, []
    nearest = _nearest(travel, table.loc[blank, "id"], institutions)
    chosen = table.loc[blank, "id"].map(nearest).fillna("")
    filled = table.assign(institution=table["institution"].where(~blank, chosen))
    problems = []
    found, lost = chosen[chosen != ""], table.loc[blank, "id"][chosen == ""]
    if len(found):
        places = found.nunique()
        problems.append(_told("communities_assigned", "", count=len(found), places=places))
    if len(lost):
        names = [str(one) for one in lost.tolist()]
        problems.append(_told("communities_lost", listed(names), count=len(lost)))
    return replace(region, tables={**region.tables, "communities": filled}), problems


def _nearest(travel: pd.DataFrame, communities: pd.Series[str], institutions: pd.DataFrame) -> pd.Series[str]:
    """Community -> institution."""
    care = institutions[~institutions["kind"].isin(NO_CARE)].drop_duplicates("id").set_index("id")
    level = pd.to_numeric(care["level"], errors="coerce")
    patient = travel["profile"].isin(["", "patient"])
    rows = travel[patient & travel["origin"].isin(communities) & travel["destination"].isin(care.index)]
    rows = rows[rows["minutes"].notna() & (rows["minutes"] < float("inf"))]
    rows = rows.assign(above=(rows["destination"].map(level) > 1).astype(int))
    rows = rows.sort_values(["origin", "above", "minutes", "destination"], kind="stable")
    return rows.drop_duplicates("origin").set_index("origin")["destination"]


def _told(sentence: str, value: str, **values: object) -> Problem:
    return said(sentence, **values).problem("communities", column="institution", value=value, severity="warning")
