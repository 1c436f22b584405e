"""Published figures: targets that a plan can be compared with."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from geodata.checks_view import Check, View

#: Monitoring indicators of county alliances and what a plan itself shows (domain dossier C3, C4).
INDICATORS = frozenset(
    {
        "in_county_inpatient_share",
        "in_county_visit_share",
        "primary_visit_share",
        "primary_tcm_share",
        "outward_rate",
        "down_referral_rate",
        "up_down_ratio",
        "fund_in_county_rate",
        "primary_fund_share",
        "visits_per_physician_day",
        "bed_use",
        "surgery_34_share",
        "chronic_standard",
        "contract_rate",
        "sent_down_staff",
        "remote_share",
        "mutual_recognition",
        "satisfaction",
    }
)


def targets(view: View, indicators: Collection[str]) -> Check:
    """Every indicator is one that is known, so that the figure appears beside the plan's."""
    for row in view.rows("targets"):
        name = row["indicator"]
        if name and name not in indicators:
            near = get_close_matches(name, sorted(indicators), 1, 0.5)
            yield view.problem(
                row,
                "indicator",
                ("方案会计算的指标代码", "the id of an indicator that a plan shows"),
                (
                    f"{f'是否应为 {near[0]}?' if near else ''}否则此数只列在报告中,没有可比的方案值",
                    f"{f'did you mean {near[0]}? ' if near else ''}Otherwise it has no planned figure beside it",
                ),
                severity="warning",
            )
