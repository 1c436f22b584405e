"""What `alliance frontier` leaves behind: table, picture and page say the same, and nothing in them runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from support.tiny import tiny_instance

from models.frontier import Frontier, Settings, frontier
from planner.cli import main
from planner.frontier.files import Told, answer, curve_of, rows_of, write_frontier
from planner.frontier.run import said_of, table_of


@pytest.fixture(scope="module")
def curve() -> Frontier:
    """Four points of the tiny alliance, and a limit that is proved to be too low."""
    found = frontier(tiny_instance(), points=4, settings=Settings(seconds=120.0))
    limits = [point.limit for point in found.points]
    return frontier(tiny_instance(), limits=[*limits, 5.0], settings=Settings(seconds=120.0))


def _told(curve: Frontier, lang: str, region: str = "Tiny") -> Told:
    return Told(table_of(curve), json.loads(json.dumps({"region": region, "frontier": said_of(curve)})), lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_table_say_the_same(curve: Frontier, lang: str, tmp_path: Path) -> None:
    """Every cell that people read stands in the page, and is the rounded number of the table."""
    told = _told(curve, lang)
    write_frontier(told, tmp_path)
    page = (tmp_path / "frontier.html").read_text(encoding="utf-8")
    headings, rows = rows_of(told)
    assert len(rows) == len(curve.points) and all(len(row) == len(headings) for row in rows)
    assert all(f">{cell}</td>" in page for row in rows for cell in row)
    for row, point in zip(rows, curve.points, strict=True):
        shown = float(row[1].replace(",", "")) * told.per("cost")
        assert shown == pytest.approx(point.limit, abs=told.per("cost") * 0.5 * 10.0**-told.decimals)
    assert "<svg" in page and (tmp_path / "frontier.png").stat().st_size > 10_000


def test_limits_without_a_plan_are_told_as_proved(curve: Frontier) -> None:
    """A limit below all plans is a row of the table and a sentence, and no point of the picture."""
    told = _told(curve, "en")
    assert list(told.table["status"]) == ["FOUND"] * len(curve.points) + ["INFEASIBLE"]
    assert any(sentence.startswith("Proved to have no plan") for sentence in answer(told))
    assert len(curve_of(told).points) == len(curve.points)


def test_the_line_of_the_proof_is_below_every_point(curve: Frontier) -> None:
    """What the picture draws as proved is at most what was found, and meets each point's own bound."""
    told = _told(curve, "en")
    for point in curve.points:
        assert told.bound(point.limit) == pytest.approx(curve.bound(point.limit))
        assert point.bound - 1e-6 <= told.bound(point.limit) <= point.values["unmet"] + 1e-6


def test_a_hostile_name_of_a_region_is_text(curve: Frontier, tmp_path: Path) -> None:
    """A name with tags runs nothing in page or picture."""
    write_frontier(_told(curve, "en", "<script>alert(1)</script>"), tmp_path)
    for name in ("frontier.html", "frontier.svg"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert not re.search(r"<script", text) and "&lt;script&gt;" in text


def test_one_aim_against_itself_is_refused(tmp_path: Path) -> None:
    """Exit code 2, one sentence, nothing written."""
    target = tmp_path / "curve"
    options = ["frontier", "kedong", "-o", str(target), "--limit", "unmet", "--least", "unmet", "--lang", "en"]
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2 and "choose two aims" in result.output and not target.exists()


def test_a_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    """A folder that holds other files is refused before any work."""
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    result = CliRunner().invoke(main, ["frontier", "kedong", "-o", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 2 and "nothing is overwritten" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.slow
def test_the_command_draws_the_curve_of_a_bundled_county(tmp_path: Path) -> None:
    """Three limits of one's own on kedong: a plan within each, proved, and one too low that has none."""
    options = ["frontier", "kedong", "-o", str(tmp_path / "curve"), "--time-limit", "60", "--lang", "en"]
    result = CliRunner().invoke(main, [*options, "--at", "1510000", "--at", "1505000", "--at", "900000"])
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "curve" / "frontier.csv")
    found = table[table["status"] == "FOUND"]
    assert list(found["limit"]) == [1510000.0, 1505000.0] and list(table["status"])[-1] == "INFEASIBLE"
    assert (found["aim:cost"] <= found["limit"] + 0.01).all() and (found["gap"] < 0.03).all()
    assert found["value"].is_monotonic_increasing


def test_a_limit_of_four_figures_is_told_with_them(curve: Frontier) -> None:
    """One point and a limit without a plan, both in millions, are told apart."""
    told = _told(frontier(tiny_instance(), limits=[1_305_000.0, 900_000.0], settings=Settings(seconds=60.0)), "en")
    text = " ".join(answer(told))
    assert "0.9000 million" in text and "1.30" in text
    assert "nothing was found to trade" not in text


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    """A limit that is no number ends with one sentence, before any work."""
    target = tmp_path / "curve"
    result = CliRunner().invoke(main, ["frontier", "kedong", "-o", str(target), "--at", "nan", "--lang", "en"])
    assert result.exit_code == 2 and "has to be a number" in result.output and not target.exists()
