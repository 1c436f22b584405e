"""Published figures: targets that a plan can be compared with."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from geodata.catalogue import Texts
from geodata.checks_view import Check, Row, View

SAID = Texts("checks_targets", "geodata", "checks")

#: Monitoring indicators of county alliances, as the national set names them.
MONITORING = frozenset(
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


#: Likeness from which an unknown name is taken for a slip of a known one.
SLIP = 0.85


def targets(view: View, shown: Collection[str] | None) -> Check:
    """Every indicator is one that a plan shows; figures without a planned one are told together.

    shown: the ids of the indicators that a plan shows; None where the caller does not know them,
    and then only slips of the monitoring indicators are told.
    """
    known = sorted(MONITORING | set(shown or ()))
    lonely: dict[str, Row] = {}
    for row in view.rows("targets"):
        name = row["indicator"]
        if not name or name in (known if shown is None else shown):
            continue
        near = [] if name in known else get_close_matches(name, known, 1, SLIP)
        if not near:
            lonely.setdefault(name, row)
            continue
        yield view.problem(
            row,
            "indicator",
            SAID.both("targets.expected"),
            SAID.both("targets.cure", near=near[0]),
            severity="warning",
        )
    if lonely and shown is not None:
        names = list(lonely)[:5] + (["…"] if len(lonely) > 5 else [])
        yield view.problem(
            next(iter(lonely.values())),
            "indicator",
            SAID.both("targets.expected"),
            SAID.both("lonely.cure", names="、".join(names), n=len(lonely)),
            severity="warning",
        )
