"""What each measure of the network is: its unit here, its name and definition in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from planner.catalogue import texts

NAMES = texts("network.measures")
DEFINITIONS = texts("network.definitions")


@dataclass(frozen=True)
class Definition:
    """A measure and its unit."""

    measure: str
    unit: str

    @property
    def name(self) -> tuple[str, str]:
        """(zh, en)."""
        return NAMES[self.measure]

    @property
    def meaning(self) -> tuple[str, str]:
        """(zh, en)."""
        return DEFINITIONS[self.measure]


#: measure | unit
_MEASURES = """
    institutions | institutions
    flows | flows
    referrals_up_month | visits/month
    slips_up_month | visits/month
    referrals_down_month | visits/month
    left_visits | visits/month
    down_up_ratio | ratio
    kept_inside | share
    kept_in_group | share
    in_county_visit_share | share
    primary_visit_share | share
    no_upper | visits/month
    bypassed | share
    skipped_level | share
    bypass_minutes | minutes
    leakage_share | share
    hub_share | share
    betweenness_most | share
    n1_lost | visits/month
    n1_lost_share | share
    n1_lost_in_group | visits/month
    headroom | factor
    over_capability | visits/month
    one_exit | institutions
    one_exit_share | share
    cut_off | institutions
    one_host | share
    mutual_share | share
    mutual_links | share
    communities | communities
    rand | index
    nmi | index
    modularity_found | index
    modularity_declared | index
    alliances | alliances
    several | institutions
    nested | pairs
    tele_visits | visits/month
    tele_items | items/day
"""


def _definition(line: str) -> tuple[str, Definition]:
    measure, unit = (part.strip() for part in line.split("|"))
    return measure, Definition(measure, unit)


MEASURES: Mapping[str, Definition] = MappingProxyType(dict(map(_definition, _MEASURES.strip().splitlines())))
