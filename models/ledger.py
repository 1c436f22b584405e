"""Where the blocks meet: shared sums with a unit, offers from one block to another, and aims.

A block adds its terms to a named sum; `models.assemble` closes each sum. A block that must follow
another's decision takes it from `offers` and lists it in `NEEDS`. No block reaches into another.
Large families add their terms as arrays (`add_many`, `pay_many`, `aim_many`), which mean the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.keys import Keys
from models.rows import Columns, Key, Sheet
from models.terms import Sum, Terms

#: The shared sums and their units.
SUMS = {
    "visits": "visits/month: what the residents of (institution, specialty, quarter) get",
    "kept": "visits/month: the part of `visits` kept local by outreach, by (institution, quarter)",
    "half_days": "half-days/quarter: what (doctor, quarter) spends away or on teleconsultation",
    "home_load": "visits/month: what (hospital, specialty, quarter) treats or forgoes",
    "clinic_items": "items/day: what clinics add to (institution, service, quarter)",
}
#: Parts of the money that `[budget] covers` may name.
MONEY = ("postings", "sessions", "centres", "travel")


@dataclass
class Ledger:
    """The shared sums, offers and aims of one model under construction.

    `explain` asks the blocks to build also the columns that a filter rule forbids, each with a
    row under that rule, so that an explanation can name it.
    """

    sheet: Sheet
    explain: bool = False
    sums: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in SUMS})
    money: dict[str, Terms] = field(default_factory=lambda: {name: Terms() for name in MONEY})
    aims: dict[str, Terms] = field(default_factory=lambda: defaultdict(Terms))
    constants: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    offers: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, key: Key, columns: Columns, column_key: Key, coef: float) -> None:
        """Add one term to a shared sum; raises KeyError for a sum that is not in `SUMS`."""
        self.sums[name].append(key, (columns, column_key, coef))

    def add_many(self, name: str, keys: Keys, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add the terms coefs x columns[places], each to the sum of its key."""
        self.sums[name].extend(keys, columns, places, coefs)

    def pay(self, part: str, columns: Columns, key: Key, yuan_per_year: float) -> None:
        """Add yuan per year to a part of the money and to the aim `cost`."""
        if yuan_per_year:
            self.money[part].append((columns, key, yuan_per_year))
            self.aims["cost"].append((columns, key, yuan_per_year))

    def pay_many(self, part: str, columns: Columns, places: np.ndarray, yuan_per_year: float | np.ndarray) -> None:
        """Add yuan per year of many columns."""
        self.money[part].extend(columns, places, yuan_per_year)
        self.aims["cost"].extend(columns, places, yuan_per_year)

    def aim(self, name: str, columns: Columns, key: Key, coef: float) -> None:
        """Add one term to an aim (all aims are minimised)."""
        if coef:
            self.aims[name].append((columns, key, coef))

    def aim_many(self, name: str, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add the terms coefs x columns[places] to an aim."""
        self.aims[name].extend(columns, places, coefs)
