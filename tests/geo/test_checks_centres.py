"""Services, candidate centres, their sizes and memberships."""

from __future__ import annotations

from geo.fault_support import Desk, named, told


def test_capacity_below_volume(desk: Desk) -> None:
    """All largest levels together below the day's work is told with both figures."""
    for row in (6, 7, 8, 9):
        desk.set("centres", row, items_per_day=90)
    problem = desk.sole()
    named(problem, "centres", 6, "items_per_day")
    assert "180" in problem.expected_en and "200" in problem.expected_en


def test_capacity_below_volume_by_the_number_of_centres(desk: Desk) -> None:
    """Capacity that only more centres than allowed would give names that limit."""
    desk.set("services", 2, max_centres=1)
    for row in (2, 3, 4, 5):
        desk.set("centres", row, items_per_day=120)
    problem = desk.sole()
    named(problem, "centres", 2, "items_per_day")
    assert "max_centres" in problem.cure_zh


def test_capacity_below_volume_with_a_price(desk: Desk) -> None:
    """Where unserved items have a price, leaving some out is meant: a warning."""
    desk.set("services", 3, unserved_cost=50)
    for row in (6, 7, 8, 9):
        desk.set("centres", row, items_per_day=90)
    named(desk.sole(), "centres", 6, "items_per_day", "warning")


def test_service_without_a_centre(desk: Desk) -> None:
    """A service whose candidates are all forbidden has nowhere to go."""
    for row in (6, 7, 8, 9):
        desk.set("centres", row, state="forbidden")
    problem = told(desk.check(), "services", 3, "id")
    named(problem, "services", 3, "id")
    assert "200" in problem.cure_en


def test_institution_above_the_largest_level(desk: Desk) -> None:
    """One institution's work that no single level can do is told for a single source."""
    desk.set("volumes", 8, items_per_day=350)
    problem = desk.sole()
    named(problem, "volumes", 8, "items_per_day")
    assert "single_source" in problem.cure_zh


def test_forced_and_forbidden(desk: Desk) -> None:
    """A host forced in one row and forbidden in another is told with both."""
    desk.set("centres", 2, state="forced")
    desk.set("centres", 3, state="forbidden")
    problem = desk.sole()
    named(problem, "centres", 3, "state")
    assert "第 2 行" in problem.cure_zh


def test_more_forced_than_allowed(desk: Desk) -> None:
    """Two forced centres where one is allowed are told with their hosts."""
    desk.set("services", 3, max_centres=1)
    desk.set("centres", 6, state="forced")
    desk.set("centres", 8, state="forced")
    problem = desk.sole()
    named(problem, "services", 3, "max_centres")
    assert "H1, H2" in problem.cure_en


def test_more_services_forced_than_an_institution_may_host(desk: Desk) -> None:
    """Two services forced on a hospital that may host one are told with the services."""
    desk.set("institutions", 2, max_services=1)
    desk.set("centres", 3, state="forced")
    desk.set("centres", 6, state="forced")
    problem = desk.sole()
    named(problem, "institutions", 2, "max_services")
    assert "candidate" in problem.cure_en


def test_least_volume_above_everything(desk: Desk) -> None:
    """A least volume that all members together do not reach closes every centre."""
    desk.set("services", 3, min_items_per_day=900)
    problem = desk.sole()
    named(problem, "services", 3, "min_items_per_day")
    assert "200" in problem.expected_en


def test_turnaround_below_the_work(desk: Desk) -> None:
    """A turnaround shorter than the work itself is probably in hours."""
    desk.set("services", 3, turnaround_minutes=24)
    problems = [p for p in desk.check() if p.column == "turnaround_minutes"]
    assert any("hours" in p.cure_en for p in problems)
    named(problems[0], "services", 3, "turnaround_minutes", "warning")


def test_turnaround_that_no_host_can_keep(desk: Desk) -> None:
    """A goods turnaround below loops and work is a warning that everybody stays unserved."""
    desk.set("services", 3, turnaround_minutes=1440)
    problem = desk.sole()
    named(problem, "services", 3, "turnaround_minutes", "warning")
    assert "None of 6 members" in problem.cure_en and "4320" in problem.expected_zh


def test_window_that_one_site_cannot_keep(desk: Desk) -> None:
    """Specimens of the farthest sites that never arrive in time are told with the sites."""
    desk.set("services", 3, window_minutes=145)
    problem = desk.sole()
    named(problem, "services", 3, "window_minutes", "warning")
    assert "T1" in problem.cure_en and "H1" not in problem.cure_en


def test_longest_trip_that_nobody_keeps(desk: Desk) -> None:
    """A service's longest trip below every trip is a warning with the members."""
    desk.set("services", 2, max_minutes=10)
    problem = desk.sole()
    named(problem, "services", 2, "max_minutes", "warning")
    assert "T1" in problem.cure_zh


def test_service_that_is_not_planned(desk: Desk) -> None:
    """Volumes of a service without any candidate are a warning: it is not planned."""
    desk.tables["centres"] = [row for row in desk.tables["centres"] if row["service"] != "cssd"]
    named(told(desk.check(), "services", 3, "id"), "services", 3, "id", "warning")


def test_level_that_its_people_cannot_do(desk: Desk) -> None:
    """More items a day than the readers can read is a warning with what they can."""
    desk.set("centres", 2, items_per_day=400)
    problem = desk.sole()
    named(problem, "centres", 2, "items_per_day", "warning")
    assert "240" in problem.expected_en


def test_hours_beyond_a_day(desk: Desk) -> None:
    """A day of 30 hours is told by the reader."""
    desk.set("centres", 2, hours_per_day=30)
    named(told(desk.check(), "centres", 2, "hours_per_day"), "centres", 2, "hours_per_day")


def test_quantile_that_is_certain(desk: Desk) -> None:
    """A quantile of 1 can never be promised."""
    desk.set("services", 2, quantile=1)
    named(told(desk.check(), "services", 2, "quantile"), "services", 2, "quantile")


def test_required_service_without_a_centre(desk: Desk) -> None:
    """A specialty that requires a service nobody may host could never hold a clinic."""
    desk.tables["centres"] = [row for row in desk.tables["centres"] if row["service"] != "ecg"]
    desk.tables["volumes"] = [row for row in desk.tables["volumes"] if row["service"] != "ecg"]
    desk.tables["locks"] = []
    problem = desk.sole()
    named(problem, "specialties", 2, "requires")
    assert "centres" in problem.cure_zh


def test_required_service_that_nobody_sends(desk: Desk) -> None:
    """A required service without volumes at any site that needs the specialty is an error."""
    desk.tables["volumes"] = [r for r in desk.tables["volumes"] if r["service"] != "ecg" or r["institution"] == "H1"]
    problem = desk.sole()
    named(problem, "specialties", 2, "requires")
    assert "T1, T2, T3, T4" in problem.cure_en


def test_required_service_that_one_site_does_not_send(desk: Desk) -> None:
    """Where one site only lacks the service it is a warning that names the site."""
    desk.tables["volumes"] = [r for r in desk.tables["volumes"] if (r["service"], r["institution"]) != ("ecg", "T2")]
    problem = desk.sole()
    named(problem, "specialties", 2, "requires", "warning")
    assert "T2" in problem.cure_zh


def test_two_groups_for_a_service(desk: Desk) -> None:
    """Two memberships of one service at one time are told with the first."""
    row = desk.add("memberships", institution="T1", service="cssd", group="西片", **{"from": "2026-03-01", "to": ""})
    problem = desk.sole()
    named(problem, "memberships", row, "group")
    assert "东片" in problem.cure_en


def test_memberships_one_after_the_other(desk: Desk) -> None:
    """A change of group on a date is no fault."""
    desk.set("memberships", 4, to="2026-08-31")
    desk.add("memberships", institution="T1", service="cssd", group="西片", **{"from": "2026-09-01", "to": ""})
    assert desk.check() == []


def test_membership_that_ends_before_it_starts(desk: Desk) -> None:
    """Exchanged dates of a membership are told at its end."""
    desk.set("memberships", 4, to="2025-08-31")
    named(desk.sole(), "memberships", 4, "to")


def test_membership_of_a_group_without_a_host(desk: Desk) -> None:
    """A group that can host no centre of the service leaves its members unserved: a warning."""
    desk.tables["centres"] = [r for r in desk.tables["centres"] if (r["service"], r["institution"]) != ("cssd", "H2")]
    problems = desk.check()
    assert {p.row for p in problems if p.table == "memberships"} == {"3", "6", "7"}
    named(told(problems, "memberships", 6, "group"), "memberships", 6, "group", "warning")
