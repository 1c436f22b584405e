"""The bundled regions: what is committed is what the recipe gives, adds up, and could be a real county."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from benchmarks.regions import dancheng, jilin_prov, kedong, qidong, recipe, tianchang
from geodata.schema import load_schema
from models.instance import FREQUENCIES, Instance
from models.turnaround import goods_safe_load, headway_minutes, safe_peak_per_hour
from planner.inputs import Inputs, read_inputs

REGIONS = {
    "tianchang": tianchang,
    "kedong": kedong,
    "qidong": qidong,
    "dancheng": dancheng,
    "jilin_prov": jilin_prov,
}
PEOPLE = {
    "tianchang": 603_780,
    "kedong": 200_000,
    "qidong": 960_000,
    "dancheng": 953_000,
    "jilin_prov": 24_073_453,
}
MARKS = {"published", "national_rule", "literature", "approximate", "assumed", "derived"}
each_region = pytest.mark.parametrize("name", REGIONS)


@cache
def _inputs(name: str) -> Inputs:
    return read_inputs(REGIONS[name].FOLDER)


@cache
def _instance(name: str) -> Instance:
    from planner.build import build_instance
    from planner.opening import travel_of

    inputs = _inputs(name)
    config, _ = inputs.settled()
    return build_instance(inputs.region, config, travel_of(inputs, config)).instance


def _table(name: str, table: str) -> pd.DataFrame:
    return pd.read_csv(REGIONS[name].FOLDER / f"{table}.csv")


def _longest(name: str) -> float:
    config, _ = _inputs(name).settled()
    return config.sessions.max_minutes


def _total(name: str, table: str, column: str) -> float:
    return float(_table(name, table)[column].sum())


@each_region
def test_committed_tables_are_what_the_recipe_writes(name: str, tmp_path: Path) -> None:
    """Writing the region again gives the committed files byte for byte, and no other files."""
    module: ModuleType = REGIONS[name]
    module.write(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in module.FOLDER.iterdir() if path.suffix in (".csv", ".toml")}
    assert written.keys() == committed.keys()
    assert [file for file in written if written[file] != committed[file]] == []
    assert all(b"\r" not in content and content.decode("utf-8").endswith("\n") for content in written.values())


@each_region
def test_every_column_has_a_source(name: str) -> None:
    """Each column of each table is known to the schema and says once where it comes from."""
    sources = _table(name, "sources")
    assert set(sources["mark"]) <= MARKS
    assert sources["note"].str.len().gt(0).all()
    told = list(zip(sources["table"], sources["column"], strict=True))
    assert len(told) == len(set(told))
    columns = set()
    for path in REGIONS[name].FOLDER.glob("*.csv"):
        if path.stem != "sources":
            given = list(pd.read_csv(path, nrows=0).columns)
            assert set(given) <= {column.name for column in load_schema(path.stem)}, path.stem
            columns |= {(path.stem, column) for column in given}
    assert columns == set(told)


@each_region
def test_check_finds_no_error(name: str) -> None:
    """The region reads and checks without an error."""
    inputs = _inputs(name)
    assert [problem.sentence("en") for problem in inputs.errors] == []


def test_tianchang_warnings_all_have_a_reason() -> None:
    """Warnings name specialties that a group lacks, or published figures that no plan shows."""
    tables = [one.en for one in _inputs("tianchang").findings if "targets" not in one.en]
    assert all("nobody can hold a clinic" in one.lower() for one in tables), tables
    assert len(tables) <= 3


@each_region
def test_people_are_counted_once(name: str) -> None:
    """The communities' residents add up to those of their institution, and to the county's total."""
    places = _table(name, "institutions").set_index("id")["population"]
    assert places.sum() == PEOPLE[name]
    if "communities" not in _inputs(name).region.tables:
        return
    villages = _table(name, "communities").groupby("institution")["population"].sum()
    assert villages.to_dict() == places.to_dict()


def test_tianchang_has_the_published_members() -> None:
    """Three leads, 16 township institutions in groups of 7, 5 and 4, 160 villages, within the county's bounds."""
    places = _table("tianchang", "institutions")
    leads, towns = places[places["lead"] == "yes"], places[places["level"] < 2]
    assert set(leads["name"]) == {"天长市人民医院", "天长市中医院", "天康医院"}
    assert sorted(towns["group"].value_counts()) == [4, 5, 7]
    towns_named = "天长街道 铜城 汊涧 秦栏 大通 杨村 石梁 金集 仁和集 冶山 郑集 张铺 新街 永丰 万寿".split()
    assert all(towns["name"].str.startswith(name).any() for name in towns_named)
    villages = _table("tianchang", "communities")
    assert len(villages) == 160 and villages["name"].is_unique
    for table in (places, villages):
        assert table["lon"].between(118.6, 119.25).all() and table["lat"].between(32.44, 33.0).all()


def test_tianchang_staff_gives_the_published_posts() -> None:
    """Three per cent of each lead's staff, rounded down, adds up to the 45 posts set aside."""
    places = _table("tianchang", "institutions")
    staff = places.loc[places["lead"] == "yes", "staff"]
    assert staff.sum() == pytest.approx(1_500, rel=0.02)
    assert sum(math.floor(0.03 * one) for one in staff) == 45


def test_tianchang_visits_agree_with_what_was_published() -> None:
    """About 1.1 planned visits a resident and year; the share inside and the flow down are as published."""
    assert _total("tianchang", "needs", "visits_per_month") * 12 / 603_780 == pytest.approx(1.1, rel=0.03)
    left = _total("tianchang", "needs", "left_visits_per_month")
    assert 1 - left / _total("tianchang", "needs", "visits_per_month") == pytest.approx(0.9224, rel=0.02)
    flows = _table("tianchang", "referrals")
    down = flows.loc[flows["direction"] == "down", "patients_per_month"].sum()
    assert down * 10 == pytest.approx(6_321, rel=0.02)
    targets = _table("tianchang", "targets").set_index(["indicator", "scope"])["value"]
    assert targets["down_up_ratio"].iloc[0] == pytest.approx(6_321 / 2_732, rel=0.02)
    assert targets["expert_visits_per_mentor_chain"].iloc[0] == pytest.approx(1_350 / 395, rel=0.02)
    assert targets["surplus_split"].sum() == pytest.approx(1.0)


@each_region
def test_needs_and_referrals_tell_the_same(name: str) -> None:
    """Per cell, referrals up and out add up to the columns of needs, and leave room for outreach."""
    needs = _table(name, "needs").set_index(["institution", "specialty"])
    flows = _table(name, "referrals")
    flows = flows[flows["direction"] == "up"]
    out = flows["destination"] == "outside"
    for column, part in (("referred_visits_per_month", flows[~out]), ("left_visits_per_month", flows[out])):
        summed = part.groupby(["origin", "specialty"])["patients_per_month"].sum()
        summed.index.names = needs.index.names
        gap = needs[column].sub(summed, fill_value=0.0).abs()
        assert gap.max() < 1e-6, column
    known = needs["own_visits_per_month"] + needs["referred_visits_per_month"] + needs["left_visits_per_month"]
    assert (known <= needs["visits_per_month"] + 1e-6).all()


@each_region
def test_every_need_is_balanced_today(name: str) -> None:
    """In every cell own, referred, left, outreach and unmet are the need, and outreach is the formula or less."""
    needs = _instance(name).needs.values()
    for need in needs:
        parts = need.own + need.referred_today + need.left + need.outreach + need.unmet
        assert parts == pytest.approx(need.need, abs=1e-9)
        assert 0.6 < need.calibration <= 1 + 1e-9
    assert any(need.has_outreach and need.calibration < 0.99 for need in needs)
    assert sum(need.unmet for need in needs) < 0.03 * sum(need.need for need in needs)


@each_region
def test_today_fits_its_own_rules(name: str) -> None:
    """Today's clinics respect group, title, travel, rooms, frequency and the doctors' free half-days."""
    instance = _instance(name)
    away: dict[str, float] = {}
    held: dict[tuple[str, str], int] = {}
    for (d, i, k), counts in instance.today_sessions.items():
        doctor = instance.doctors[d]
        assert instance.same_group(doctor.institution, i)
        assert k in doctor.specialties and doctor.title >= instance.specialties[k].min_title
        assert doctor.minutes[i] <= min(_longest(name), doctor.max_minutes)
        away[d] = away.get(d, 0) + counts[0] * (2 if doctor.minutes[i] > 45 else 1)
        held[i, k] = held.get((i, k), 0) + counts[0]
    posted = {posting.doctor for posting in instance.current_postings}
    assert not posted & away.keys()
    assert all(used <= instance.doctors[d].free[0] for d, used in away.items())
    for (i, k), count in held.items():
        site = instance.sites[i]
        assert any(site.counts_low[f][0] <= count <= site.counts_high[f][0] for f in FREQUENCIES), (i, k)
    for i, site in instance.sites.items():
        assert sum(n for (j, _), n in held.items() if i == j) <= site.slots[0]


@each_region
def test_home_is_covered_today(name: str) -> None:
    """Departments and hospitals spare today's clinics and postings within their limits."""
    instance = _instance(name)
    half_days = _inputs(name).settled()[1].site_quarter(0).half_days
    for (home, code), department in instance.departments.items():
        own = {d for d, doc in instance.doctors.items() if (doc.institution, doc.department) == (home, code)}
        most = max(1, math.floor(department.max_away_share * department.headcount))
        posted = sum(one.doctor in own for one in instance.current_postings)
        assert posted <= (most if department.headcount >= 4 else 0)
        away = sum(
            n[0] * (2 if instance.doctors[d].minutes[i] > 45 else 1)
            for (d, i, _), n in instance.today_sessions.items()
            if d in own
        )
        assert away <= (most if department.headcount >= 3 else 0) * half_days
        assert department.headcount >= len(own)
    for home, place in instance.institutions.items():
        posted = sum(instance.doctors[one.doctor].institution == home for one in instance.current_postings)
        assert place.level < 2 or posted <= math.floor(0.03 * (place.staff or 0))
    for (home, k), capability in instance.capabilities.items():
        sent = sum(need.referred.get(home, 0.0) for need in instance.needs.values() if need.specialty == k)
        assert capability.own_load + sent <= capability.visits


@each_region
def test_running_centres_carry_today(name: str) -> None:
    """The centres that exist keep their promise for today's volume, from every member's distance."""
    instance = _instance(name)
    for code, service in instance.services.items():
        volume = sum(v.items_per_day * (1 - v.local_share) for (_, s), v in instance.volumes.items() if s == code)
        running = [level for level in instance.levels if level.service == code and level.state == "existing"]
        safe = 0.0
        for level in running:
            if service.moves == "data":
                rates = (service.minutes_per_item, level.verifiers, service.verify_minutes_per_item)
                peak = safe_peak_per_hour(level.servers, *rates, max(service.waits), service.quantile)
                safe += min(level.items_per_day, peak / 0.14)
            else:
                headway = headway_minutes(service.loops_per_week)
                safe += goods_safe_load(level.items_per_day, level.hours_per_day, max(service.waits), headway)
                farthest = max(instance.minutes[i, level.institution] for i in instance.sites if i != level.institution)
                needed = farthest + headway + max(service.waits) + service.work_minutes
                assert service.turnaround is None or needed <= service.turnaround, code
                assert service.window is None or farthest + 120 <= service.window, code
        assert volume <= safe, code
        assert service.max_centres is None or len({level.institution for level in running}) <= service.max_centres


def test_tianchang_people_look_like_a_county_hospital() -> None:
    """250 eligible doctors, titles near 55, 32 and 13 %, some namesakes, and TCM at home in the TCM hospital."""
    doctors = _table("tianchang", "doctors")
    assert doctors["institution"].value_counts().to_dict() == {"H1": 115, "H2": 82, "H3": 53}
    shares = doctors["title"].value_counts(normalize=True)
    assert shares[2] == pytest.approx(0.55, abs=0.06) and shares[4] == pytest.approx(0.13, abs=0.05)
    assert doctors["name"].duplicated().sum() >= 3 and doctors["id"].is_unique
    tcm = doctors[doctors["specialty"] == "tcm"]["institution"].value_counts()
    assert tcm["H2"] > 2 * tcm["H1"]
    busy = _table("tianchang", "duties")
    busy = busy[busy["slot"] != "night"].assign(half=lambda t: t["slot"].map({"day": 2, "am": 1, "pm": 1}))
    free = 10 - busy.groupby("doctor")["half"].sum()
    assert free.between(2, 4).all()


def test_tianchang_practice_has_the_size_of_the_study() -> None:
    """About 242 clinics a quarter, 12 running postings, 80 to 90 posts asked for, clinics in every township."""
    instance = _instance("tianchang")
    clinics = {key: n[0] for key, n in instance.today_sessions.items()}
    assert sum(clinics.values()) == pytest.approx(242, rel=0.10)
    assert len({i for _, i, _ in clinics}) == 16
    assert len(instance.current_postings) == 12
    assert 80 <= sum(post.doctors for post in instance.posts.values()) <= 90
    assert len(instance.needs) >= 16 * 18


def test_tianchang_volumes_are_usual_rates() -> None:
    """Items a year per 10,000 residents at the townships lie within the usual ranges."""
    towns = [i for i, place in _instance("tianchang").institutions.items() if place.level < 2]
    people = _table("tianchang", "institutions").set_index("id").loc[towns, "population"].sum()
    volumes = _table("tianchang", "volumes").set_index("institution").loc[towns]
    rates = volumes.groupby("service")["items_per_day"].sum() * tianchang.DAYS / people * 1e4
    usual = {"imaging": (250, 400), "ecg": (300, 600), "laboratory": (1500, 3000), "pathology": (5, 15)}
    for service, (low, high) in (usual | {"sterile_supply": (500, 1000)}).items():
        assert low <= rates[service] <= high, service


def test_kedong_is_small_and_wintry() -> None:
    """Seven townships, 40 villages, eight doctors, departments of one and two that nobody may leave."""
    inputs = _inputs("kedong")
    config, calendar = inputs.settled()
    assert config.travel.season_factor == 1.3
    assert calendar.site_quarter(0).weeks == 12  # the week of the Spring Festival is closed
    places = _table("kedong", "institutions")
    assert (places["level"] < 2).sum() == 7 and len(_table("kedong", "communities")) == 40
    assert places["lon"].between(125.9, 126.7).all() and places["lat"].between(47.7, 48.3).all()
    doctors, heads = _table("kedong", "doctors"), _table("kedong", "departments")
    assert len(doctors) == 8 and len(_table("kedong", "services")) == 3
    small = set(heads.loc[heads["headcount"] < 3, "department"])
    stay = set(doctors.loc[doctors["department"].isin(small), "id"])
    assert len(stay) == 2
    assert not stay & set(_table("kedong", "roster")["doctor"])


def test_qidong_agrees_with_what_was_published() -> None:
    """Visits, shares inside and at primary level, slips up and down, and the towns' items are as published."""
    needs, places = _table("qidong", "needs"), _table("qidong", "institutions").set_index("id")
    left, need = needs["left_visits_per_month"].sum(), needs["visits_per_month"].sum()
    assert need - left == pytest.approx(qidong.VISITS / qidong.MONTHS, rel=0.02)
    assert 1 - left / need == pytest.approx(qidong.IN_COUNTY, rel=0.02)
    towns = needs[needs["institution"].map(places["level"]) < 2]
    gone = towns["referred_visits_per_month"].sum() + towns["left_visits_per_month"].sum()
    primary = (towns["visits_per_month"].sum() - gone) / (need - left)
    assert primary == pytest.approx(0.719, rel=0.02) and primary == pytest.approx(0.718, rel=0.02)
    flows = _table("qidong", "referrals").groupby("direction")["slips_per_month"].sum() * qidong.MONTHS
    assert flows["up"] == pytest.approx(29_371, rel=0.01) and flows["down"] == pytest.approx(1_373, rel=0.01)
    items = _table("qidong", "volumes")
    items = items[items["institution"].map(places["level"]) < 2].groupby("service")["items_per_day"].sum()
    published = {"imaging ecg": 99.5, "laboratory pathology": 67.7, "sterile_supply": 148.5}
    for services, a_day in published.items():
        assert items[services.split()].sum() == pytest.approx(a_day, rel=0.02), services


def test_qidong_doctors_of_every_specialty_see_a_day_that_a_doctor_can_see() -> None:
    """At hospitals no specialty sees a multiple of another's visits per doctor and day, general practice included."""
    up = _table("qidong", "referrals").query("direction == 'up' and destination != 'outside'")
    sent = up.rename(columns={"destination": "institution"}).groupby(["institution", "specialty"])["patients_per_month"]
    doctors = _table("qidong", "doctors").groupby(["institution", "specialty"]).size()
    own = _table("qidong", "needs").set_index(["institution", "specialty"])["own_visits_per_month"]
    a_day = (own.reindex(doctors.index).fillna(0) + sent.sum().reindex(doctors.index).fillna(0)) / doctors / 20.6
    assert a_day.between(4, 20).all(), a_day[~a_day.between(4, 20)]
    general = a_day.xs("general_practice", level="specialty")
    assert general.between(a_day.median() / 2, 2 * a_day.median()).all()


def test_qidong_has_two_contiguous_groups_and_one_town_across_the_water() -> None:
    """Twelve units in two groups; each hangs together over the neighbours, the island by water only."""
    import networkx as nx

    towns = _table("qidong", "institutions").query("level < 2").set_index("id")
    assert len(towns) == 12 and towns["group"].nunique() == 2
    rows = _table("qidong", "neighbours")
    graph = nx.Graph(zip(rows["institution"], rows["neighbour"], strict=True))
    for group, members in towns.groupby("group"):
        assert nx.is_connected(graph.subgraph(members.index)), group
    island = rows[(rows["institution"] == "T12") | (rows["neighbour"] == "T12")]
    assert set(island["kind"]) == {"water"} and set(rows.drop(island.index)["kind"]) == {"land"}
    trips = _table("qidong", "travel").set_index(["origin", "destination"])["minutes"]
    assert trips["T12", "H1"] == trips["H1", "T12"] > 75


def test_dancheng_has_the_published_units() -> None:
    """8 towns, 11 townships and 3 subdistricts under four leads, 523 village units; the neighbours hang together."""
    import networkx as nx

    places = _table("dancheng", "institutions").set_index("id")
    towns = places[places["level"] < 2]
    kinds = [next(word for word in ("街道", "镇", "乡") if word in name) for name in towns["name"]]
    assert {word: kinds.count(word) for word in ("街道", "镇", "乡")} == {"街道": 3, "镇": 8, "乡": 11}
    assert (places["lead"] == "yes").sum() == places["group"].nunique() == 4
    assert len(_table("dancheng", "communities")) == 523
    rows = _table("dancheng", "neighbours")
    graph = nx.Graph(zip(rows["institution"], rows["neighbour"], strict=True))
    assert set(graph) == set(towns.index) and nx.is_connected(graph)


def test_jilin_has_the_published_hospitals_and_tours() -> None:
    """5 leads, 9 city and 43 county hospitals; about 71 tours a month; every referral target says what it can treat."""
    places = _table("jilin_prov", "institutions").set_index("id")
    assert (places["lead"] == "yes").sum() == 5
    assert ((places["level"] == 3) & (places["lead"] == "no")).sum() == 9 and (places["level"] == 2).sum() == 43
    instance = _instance("jilin_prov")
    months = sum(quarter.months for quarter in instance.quarters)
    tours = sum(sum(counts) for counts in instance.today_sessions.values()) / months
    assert tours == pytest.approx(426 / 6, rel=0.15)
    flows = _table("jilin_prov", "referrals").query("destination != 'outside'")
    able = _table("jilin_prov", "capabilities").set_index(["institution", "specialty"])["visits_per_month"]
    load = flows.groupby(["destination", "specialty"])["patients_per_month"].sum()
    assert (able.reindex(load.index) > load).all()
    far = [instance.minutes["P1", site] for site in places.index if ("P1", site) in instance.minutes and site != "P1"]
    assert min(far) > 10 and max(far) > 400


def test_largest_remainder_keeps_the_total() -> None:
    """Splitting people by weights never loses or invents one."""
    assert sum(recipe.split_whole(603_780, [1.0, 2.5, 0.3, 7.7])) == 603_780
    assert recipe.split_whole(3, [1.0, 1.0]) in ([2, 1], [1, 2])
