"""Shared services: waits, volumes, levels, members and groups."""

from __future__ import annotations

from typing import Any

import pytest
from support.county import build, notes, rows

SENDERS = ("H", "S", "T")


def _county(service: dict[str, Any] | None = None, **tables: Any) -> dict[str, Any]:
    made = rows()
    made["services"] = [{"id": "ecg", "turnaround_minutes": 30, **(service or {})}]
    made["volumes"] = [{"institution": i, "service": "ecg", "items_per_day": 10} for i in SENDERS]
    made["centres"] = [{"service": "ecg", "institution": "H", "level": "large", "items_per_day": 100}]
    return made | tables


@pytest.mark.parametrize(
    ("service", "waits"),
    [
        ({}, (15.0, 22.5, 30.0)),
        ({"turnaround_minutes": None}, (0.0,)),
        (
            {"moves": "goods", "turnaround_minutes": 5000, "work_minutes": 80, "loops_per_week": 3},
            (150.0, 300.0, 450.0),
        ),
        ({"moves": "both", "turnaround_minutes": 1960, "loops_per_week": 14}, (250.0, 500.0, 750.0)),
        ({"moves": "goods", "turnaround_minutes": 1000, "loops_per_week": 7}, ()),
    ],
)
def test_waits_are_shares_of_what_the_turnaround_leaves(service: dict[str, Any], waits: tuple[float, ...]) -> None:
    """Data: shares of the turnaround; goods: of it less the headway of the loops and the work."""
    built = build(_county(service))
    assert built.instance.services["ecg"].waits == pytest.approx(waits)
    assert ("no centre can keep it" in notes(built)) == (not waits)


def test_given_waits_win() -> None:
    """Waits of the settings are taken as they are."""
    built = build(_county(), {"shared_centres": {"waits": {"ecg": [10, 20]}}})
    assert built.instance.services["ecg"].waits == (10.0, 20.0)


def test_service_defaults_and_limits() -> None:
    """Blank limits are none; blank rates take the schema's defaults."""
    service = build(_county()).instance.services["ecg"]
    assert (service.moves, service.quantile, service.single_source, service.days_per_year) == ("data", 0.95, True, 250)
    assert (service.max_minutes, service.window, service.max_centres, service.unserved_cost) == (None,) * 4


def test_volumes_are_net_of_what_stays_local() -> None:
    """A fifth stays local; a blank peak takes the option; zero rows are no volume."""
    made = _county()
    made["volumes"][1] |= {"local_share": 0.2, "peak_share": 0.25}
    made["volumes"][2]["items_per_day"] = 0
    instance = build(made).instance
    assert instance.volumes["S", "ecg"].items_per_day == pytest.approx(8.0)
    assert (instance.volumes["S", "ecg"].peak_share, instance.volumes["H", "ecg"].peak_share) == (0.25, 0.14)
    assert instance.members == {"ecg": ("H", "S")}


def test_without_memberships_any_host_serves() -> None:
    """No rows for a service: every sender is a member and no group is asked for."""
    instance = build(_county()).instance
    assert instance.members["ecg"] == SENDERS
    assert instance.service_groups == {}


def test_memberships_choose_members_and_groups() -> None:
    """Members need a row valid on the first day; a row for the service goes before `all`; hosts keep their group."""
    memberships = [
        {"institution": "S", "service": "all", "group": "A"},
        {"institution": "S", "service": "ecg", "group": "North"},
        {"institution": "T", "service": "all", "group": "B", "from": "2026-06-02"},
        {"institution": "H", "service": "all", "group": "A", "to": "2026-06-01"},
        {"institution": "H", "service": "ecg", "group": "North"},
        {"institution": "V", "service": "ecg", "group": "A"},
    ]
    instance = build(_county(memberships=memberships)).instance
    assert instance.members["ecg"] == ("H", "S")
    assert instance.service_groups == {("S", "ecg"): "North", ("H", "ecg"): "North"}
    assert instance.host_groups == {("H", "ecg"): frozenset({"A", "North"})}


def test_memberships_of_another_service_do_not_matter() -> None:
    """Rows for `lab` say nothing about `ecg`."""
    memberships = [{"institution": "S", "service": "lab", "group": "A"}]
    instance = build(_county(memberships=memberships)).instance
    assert instance.members["ecg"] == SENDERS and instance.service_groups == {}


def test_a_service_that_nobody_may_host_is_not_planned() -> None:
    """Volumes without any centre row: no members, and a note."""
    made = _county()
    made["centres"][0]["service"] = "lab"
    made["services"].append({"id": "lab"})
    built = build(made)
    assert built.instance.members == {"ecg": (), "lab": ()}
    assert "not planned: ecg" in notes(built)


def test_levels_and_usage() -> None:
    """Levels keep the table's order and defaults; unknown services are left out and told."""
    made = _county(usage=[{"specialty": "K", "service": "ecg", "items_per_visit": 0.3}])
    made["centres"] += [
        {
            "service": "ecg",
            "institution": "H",
            "level": "small",
            "items_per_day": 40,
            "state": "existing",
            "servers": 2,
        },
        {"service": "lab", "institution": "H", "level": "one", "items_per_day": 40},
    ]
    built = build(made)
    large, small = built.instance.levels
    assert (large.level, large.servers, large.verifiers, large.hours_per_day, large.state) == (
        "large", 1.0, 1.0, 8.0, "candidate",
    )  # fmt: skip
    assert (small.level, small.state, small.servers) == ("small", "existing", 2.0)
    assert built.instance.usage == {("K", "ecg"): 0.3}
    assert "lab@H" in notes(built)
