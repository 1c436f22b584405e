"""The user's pairs and the computed ones become one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.travel_options import TravelOptions
from geodata.travel_places import COLUMNS, PROFILES, Bools, Codes, Floats, Pairs, Places

#: Profiles by the number that stands for them; "" is both.
_PROFILE_WORDS = ("", "patient", "vehicle")


def join_pairs(
    own: dict[str, pd.DataFrame], spare: Mapping[str, Pairs], places: Places, options: TravelOptions
) -> pd.DataFrame:
    """The user's rows first, then the computed ones; `spare` by profile, "" where both are alike."""
    special = np.unique(np.concatenate([own[profile]["code"].to_numpy(np.int64) for profile in PROFILES]))
    beside = {profile: spare[profile if profile in spare else ""] for profile in PROFILES}
    named = _joined(own, {profile: pairs.part(_in(pairs.code, special)).frame() for profile, pairs in beside.items()})
    words = list(dict.fromkeys([*(word for pairs in spare.values() for word in pairs.words), *named["method"]]))
    at = {word: number for number, word in enumerate(words)}
    pieces = [(
        named["code"].to_numpy(np.int64), named["minutes"].to_numpy(float), named["km"].to_numpy(float),
        named["method"].map(at).to_numpy(np.int16) if len(named) else np.zeros(0, np.int16),
        named["profile"].map(_PROFILE_WORDS.index).to_numpy(np.int8) if len(named) else np.zeros(0, np.int8),
    )]  # fmt: skip
    free = {
        profile: pairs.part(~_in(pairs.code, special)) if len(special) else pairs for profile, pairs in spare.items()
    }
    for profile, pairs in _apart(free).items():
        word = np.array([at[one] for one in pairs.words] or [0], np.int16)[pairs.word]
        number = np.full(len(pairs), _PROFILE_WORDS.index(profile), np.int8)
        pieces.append((pairs.code, pairs.minutes, pairs.km, word, number))
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    del pieces, free, beside
    return _finished(columns, words, places, options)


def _in(code: Codes, special: Codes) -> Bools:
    """Which codes are among the special ones (sorted)."""
    if not len(special):
        return np.zeros(len(code), bool)
    at = np.minimum(np.searchsorted(special, code), len(special) - 1)
    return np.asarray(special[at] == code)


def _apart(spare: Mapping[str, Pairs]) -> dict[str, Pairs]:
    """Computed pairs by profile: "" where patients and vehicles have the same minutes and km."""
    if "" in spare:
        return dict(spare)
    ordered = {
        profile: pairs.part(np.asarray(np.argsort(pairs.code, kind="stable"), np.int64))
        for profile, pairs in spare.items()
    }
    patient, vehicle = ordered["patient"], ordered["vehicle"]
    if not len(patient) or not len(vehicle):
        return ordered
    at = np.minimum(np.searchsorted(vehicle.code, patient.code), len(vehicle) - 1)
    same: Bools = np.asarray(vehicle.code[at] == patient.code)
    for column in ("minutes", "km", "word"):
        same = same & np.asarray(getattr(vehicle, column)[at] == getattr(patient, column), bool)
    both = np.zeros(len(vehicle), bool)
    both[at[same]] = True
    differs = np.asarray(~same, bool)
    return {"": vehicle.part(both), "patient": patient.part(differs), "vehicle": vehicle.part(~both)}


def _joined(own: dict[str, pd.DataFrame], spare: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Patients and vehicles side by side: one row with profile "" where they agree, else two.

    A profile that the table leaves out has the computed row; without one, the other's.
    """
    full = {
        profile: pd.concat(
            [rows, spare[profile][~spare[profile]["code"].isin(rows["code"])]], ignore_index=True
        ).set_index("code")
        for profile, rows in own.items()
    }
    patient, vehicle = full["patient"], full["vehicle"]
    patient = pd.concat([patient, vehicle[~vehicle.index.isin(patient.index)]]).sort_index()
    vehicle = pd.concat([vehicle, patient[~patient.index.isin(vehicle.index)]]).sort_index()
    same_km = (patient["km"] == vehicle["km"]) | (patient["km"].isna() & vehicle["km"].isna())
    same = (patient["minutes"] == vehicle["minutes"]) & same_km
    parts = [
        vehicle[same].assign(profile=""),
        patient[~same].assign(profile="patient"),
        vehicle[~same].assign(profile="vehicle"),
    ]
    return pd.concat(parts).reset_index()


def _finished(
    columns: list[npt.NDArray[Any]], words: list[str], places: Places, options: TravelOptions
) -> pd.DataFrame:
    """Names, missing km, rounding (0.001 minutes, 1 m) and the order of the places."""
    order = np.argsort(columns[0] * len(_PROFILE_WORDS) + columns[4], kind="stable")
    code: Codes = columns[0][order]
    minutes: Floats = columns[1][order]
    km: Floats = columns[2][order]
    origins, destinations = places.ends(code)
    lacking = np.isnan(km)
    # The straight line says how far; without coordinates the minutes at the usual speed do.
    km[lacking] = places.line_km(origins[lacking], destinations[lacking]) * options.circuity
    lacking = np.isnan(km)
    km[lacking] = minutes[lacking] / 60.0 * options.speed_kmh
    np.round(minutes, 3, out=minutes)
    np.round(km, 3, out=km)
    word, profile = columns[3][order], columns[4][order]
    methods, profiles = np.array([*words, ""], dtype=object), np.array(_PROFILE_WORDS, dtype=object)
    return pd.DataFrame({
        "origin": places.ids[origins], "destination": places.ids[destinations], "minutes": minutes, "km": km,
        "profile": profiles[profile], "method": methods[word],
    }, columns=COLUMNS)  # fmt: skip
