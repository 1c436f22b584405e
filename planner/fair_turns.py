"""Far trips in turns, applied to the tables of an allocation (`models.roster_turns`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.block import admit
from models.roster_turns import turns
from models.visits import broken_filters

if TYPE_CHECKING:
    import pandas as pd

    from models.instance import DateCut, Instance
    from models.roster_choices import Key
    from models.roster_instance import RosterInstance

Tables = Mapping[str, "pd.DataFrame"]


def in_turns(instance: Instance, roster: RosterInstance, tables: Tables) -> Tables | None:
    """The tables with clinics handed over so that far trips even out with the ledger; None where nothing changes."""

    def may(doctor: str, key: Key) -> float | None:
        who, site = instance.doctors[doctor], key[0]
        if who.institution == site or site not in who.minutes:
            return None
        # Today's clinics stay in their hands, those of the weeks before the start too: `change` counted on it.
        if any(instance.today_sessions.get((doctor, *key), ())):
            return None
        return who.minutes[site] if admit(instance, broken_filters(instance, who, *key), False) == () else None

    def limits(doctor: str, lines: Mapping[Key, tuple[int, ...]]) -> bool:
        most = ((instance.dateable.get((doctor, *key)), count) for key, count in lines.items())
        dateable = all(n <= m for limit, count in most if limit is not None for n, m in zip(count, limit, strict=True))
        cuts = (cut for cut in instance.date_cuts if cut.doctor == doctor)
        return dateable and all(_holds(cut, roster, lines) for cut in cuts)

    changed = turns(roster, may, limits)
    if not changed:
        return None
    sessions = tables["sessions"].copy()
    keys = zip(sessions["institution"], sessions["specialty"], sessions["doctor"], strict=True)
    sessions["doctor"] = [changed.get(((site, specialty), doctor), doctor) for site, specialty, doctor in keys]
    return {**tables, "sessions": sessions.sort_values(list(sessions.columns[:4]), ignore_index=True)}


def _holds(cut: DateCut, roster: RosterInstance, lines: Mapping[Key, tuple[int, ...]]) -> bool:
    """Whether clinics keep a limit of the allocation, far ones counted as it counts them."""
    far = {key for key in lines if any(pair.far for pair in roster.needs[key].pairs)}
    mine = {key: count[cut.quarter] for key, count in lines.items() if key in cut.pairs}
    if cut.unit == "days":
        return sum(n for key, n in mine.items() if key in far) <= cut.most
    if cut.unit == "half_days":
        return sum(n * (2 if key in far else 1) for key, n in mine.items()) <= cut.most
    return sum(mine.values()) <= cut.most
