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
    ids = [str(one) for one in table["id"]]
    given = ["" if one is None or one != one else str(one).strip() for one in table["institution"].tolist()]
    blank = {one for one, institution in zip(ids, given, strict=True) if not institution}
    if not blank:
        return region, []
    nearest = _nearest(travel, blank, institutions)
    chosen = [institution or nearest.get(one, "") for one, institution in zip(ids, given, strict=True)]
    filled = table.assign(institution=pd.Series(chosen, index=table.index, dtype=object))
    problems = []
    found = [one for one in ids if one in blank and one in nearest]
    lost = [one for one in ids if one in blank and one not in nearest]
    if found:
        places = len({nearest[one] for one in found})
        problems.append(_told("communities_assigned", "", count=len(found), places=places))
    if lost:
        problems.append(_told("communities_lost", listed(lost), count=len(lost)))
    return replace(region, tables={**region.tables, "communities": filled}), problems


def _nearest(travel: pd.DataFrame, communities: set[str], institutions: pd.DataFrame) -> dict[str, str]:
    """Community -> institution, for those that reach one."""
    care = institutions[~institutions["kind"].isin(NO_CARE)].drop_duplicates("id").set_index("id")
    level = pd.to_numeric(care["level"], errors="coerce")
    patient = travel["profile"].isin(["", "patient"])
    rows = travel[patient & travel["origin"].isin(communities) & travel["destination"].isin(care.index)]
    rows = rows[rows["minutes"].notna() & (rows["minutes"] < float("inf"))]
    rows = rows.assign(above=(rows["destination"].map(level) > 1).astype(int))
    rows = rows.sort_values(["origin", "above", "minutes", "destination"], kind="stable")
    first = rows.drop_duplicates("origin")
    return dict(zip(first["origin"], first["destination"], strict=True))


def _told(sentence: str, value: str, **values: object) -> Problem:
    return said(sentence, **values).problem("communities", column="institution", value=value, severity="warning")
