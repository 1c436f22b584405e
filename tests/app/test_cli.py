"""The command line: exit codes, languages, what goes to which stream, and the pipeline behind `plan`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import models.allocation
import planner.audit
import planner.indicators
from models.aims import AimResult
from models.allocation import Outcome
from models.answers import Status
from models.clashes import Clash
from planner.bundled import FOLDER, bundled_regions
from planner.cli import _say_plan, main
from planner.folder import SavedPlan, read_plan

KEDONG = FOLDER / "kedong"
COMMANDS = ("new", "regions", "check", "travel", "plan", "group", "network", "audit", "report", "frontier", "whatif")


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Replace the audit by one that holds, or that finds one breach; and the indicators by one line."""
    line = {"indicator": "posted_doctors", "scope": "all", "value": 3.0, "unit": "doctors"}
    monkeypatch.setattr(planner.indicators, "indicators", lambda folder: pd.DataFrame([line]))

    def settle(holds: bool) -> None:
        row = ("room", "" if holds else "T1 Q1", "yes" if holds else "no", "" if holds else "9 > 8")
        table = pd.DataFrame([row], columns=["rule", "subject", "holds", "detail"])
        monkeypatch.setattr(planner.audit, "audit_plan", lambda folder: table)

    return settle


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch, fake_plan: SavedPlan) -> Callable[..., dict[str, Any]]:
    """Replace the solver by one that gives a made-up outcome at once; returns what it was asked."""
    asked: dict[str, Any] = {}

    def settle(
        status: Status = Status.FEASIBLE, news: Callable[[Any], None] | None = None, **changes: Any
    ) -> dict[str, Any]:
        tables: Mapping[str, pd.DataFrame] = fake_plan.tables if status in (Status.OPTIMAL, Status.FEASIBLE) else {}
        tables = {name: table for name, table in tables.items() if name not in ("audit", "indicators", "scenarios")}
        aims = (AimResult("unmet", 3319.7, 3296.1, 0.0071, "weighted visits/month"),)
        base = Outcome(status, "clock", aims, tables, fake_plan.tables["scenarios"], (), 0.1)
        outcome = Outcome(**{**{name: getattr(base, name) for name in base.__dataclass_fields__}, **changes})

        def plan(instance: Any, settings: Any, report: Any, incumbent: Any, known: Any = None) -> Outcome:
            asked.update(settings=settings, instance=instance)
            if news is not None:
                incumbent(tables)
                news(incumbent)
            return outcome

        monkeypatch.setattr(models.allocation, "plan", plan)
        return asked

    return settle


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_works_everywhere(command: str, flag: str) -> None:
    """Both spellings of help, for the program and for every command."""
    result = run(*([command] if command else []), flag)
    assert result.exit_code == 0 and "Usage:" in result.output


def test_commands_are_those_that_exist() -> None:
    """No stubs: what is listed works."""
    assert set(main.commands) == set(COMMANDS)


def test_wrong_usage_is_two() -> None:
    """A missing option, an impossible value and an unknown command are usage errors."""
    assert run("plan", KEDONG).exit_code == 2
    assert run("plan", KEDONG, "-o", "x", "--gap", "7").exit_code == 2
    assert run("plan", KEDONG, "-o", "x", "--time-limit", "0").exit_code == 2
    assert run("no-such-command").exit_code == 2


def test_regions_are_listed_with_what_they_are_for() -> None:
    """Each bundled region by name, in the language asked for."""
    result = run("regions", "--lang", "zh")
    assert result.exit_code == 0
    for region in bundled_regions():
        assert f"{region.name} " in result.stdout


def test_unknown_region_names_the_bundled_ones() -> None:
    """A region that is nowhere: usage error, and the names that exist."""
    result = run("check", "atlantis", "--lang", "en")
    assert result.exit_code == 2 and "kedong" in result.stderr and result.stdout == ""


def test_check_of_a_clean_region() -> None:
    """No errors: exit 0, and the defaults used are listed."""
    result = run("check", "kedong", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "clean" in result.stdout and "defaults used" in result.stdout


def test_check_lists_every_problem_and_is_one(tmp_path: Path) -> None:
    """Faults of the tables, of plan.toml and of the calendar come in one run."""
    broken = tmp_path / "broken"
    shutil.copytree(KEDONG, broken)
    with (broken / "needs.csv").open("a", encoding="utf-8") as file:
        file.write("\nNOWHERE,cardiology,many\n")
    (broken / "plan.toml").write_text("[sesions]\nx = 1\n[calendar]\nweeks = 0\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    result = run("check", broken, "--lang", "zh")
    assert result.exit_code == 1
    assert "是否为“sessions”" in result.stdout and "weeks" in result.stdout and "NOWHERE" in result.stdout
    assert sorted(tmp_path.rglob("*")) == before


def test_plan_of_a_broken_region_writes_nothing(tmp_path: Path) -> None:
    """The same problems stop `plan` before it begins."""
    broken = tmp_path / "broken"
    shutil.copytree(KEDONG, broken)
    (broken / "plan.toml").write_text('[calendar]\nstart = "2031-01-06"\n', encoding="utf-8")
    result = run("plan", broken, "-o", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 1 and "holidays of 2031" in result.stderr and "nothing was written" in result.stderr
    assert not (tmp_path / "out").exists()


def test_travel_table(tmp_path: Path) -> None:
    """Every pair in the columns of `travel`, directed, never zero, and the counts on standard error."""
    result = run("travel", "kedong", "-o", tmp_path / "a" / "travel.csv", "--lang", "en")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "a" / "travel.csv", dtype={"origin": str, "destination": str})
    assert list(table.columns) == ["origin", "destination", "minutes", "km", "profile", "method"]
    assert (table["minutes"] > 0).all() and "trips" in result.stderr and result.stdout == ""


def test_new_region_can_be_checked(tmp_path: Path) -> None:
    """The starter region is written once, reads without errors, and is not overwritten."""
    target = tmp_path / "county.xlsx"
    assert run("new", target, "--lang", "zh").exit_code == 0
    assert run("check", target, "--lang", "zh").exit_code == 0
    assert run("new", target, "--lang", "zh").exit_code == 1


def test_plan_is_written_whole_and_said(tmp_path: Path, solved: Any, audited: Any) -> None:
    """Exit 0; the aims with their gap, the audit and the report's path on standard output."""
    asked = solved()
    audited(True)
    target = tmp_path / "plan"
    result = run("plan", "kedong", "-o", target, "--time-limit", "7", "--gap", "0.05", "--seed", "3", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "at most 23.6 weighted visits/month better" in result.stdout and "gap 0.71%" in result.stdout
    assert str(target / "report.html") in result.stdout and "time limit reached" in result.stdout
    assert (asked["settings"].gap, asked["settings"].seed) == (0.05, 3)
    assert asked["settings"].seconds == pytest.approx(4.2)  # four tenths of the limit are kept for dates
    wanted = {"plan.json", "report.html", "workbook.xlsx", "audit.csv", "sessions.csv", "region"}
    assert wanted <= {path.name for path in target.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_plan_json_says_where_everything_comes_from(tmp_path: Path, solved: Any, audited: Any) -> None:
    """Settings in force, the checksum of every input, versions, seed, defaults and notes."""
    solved()
    audited(True)
    run("plan", "kedong", "-o", tmp_path / "plan", "--budget", "500000", "--lang", "en")
    info = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert info["format"] == 1 and info["status"] == "FEASIBLE" and info["stopped_by"] == "clock"
    assert info["settings"]["budget"]["yuan_per_year"] == 500000
    assert info["travel"]["methods"] and info["travel"]["calibration"]["source"] == "none"
    assert len(info["inputs"]["institutions.csv"]) == 64 and info["defaults"] and info["versions"]["highspy"]
    assert all(set(note) == {"zh", "en"} for note in info["notes"])
    assert info["aims"] and all({"engine", "proof"} <= set(aim) for aim in info["aims"])


def test_saved_region_has_the_minutes_that_the_model_saw(tmp_path: Path, solved: Any, audited: Any) -> None:
    """The travel table in the plan folder is the one that the instance was built from."""
    asked = solved()
    audited(True)
    run("plan", "kedong", "-o", tmp_path / "plan", "--no-report", "--lang", "en")
    table = pd.read_csv(tmp_path / "plan" / "region" / "travel.csv", keep_default_na=False)
    table = table[table["profile"] != "patient"]
    saved = dict(zip(zip(table["origin"], table["destination"], strict=True), table["minutes"], strict=True))
    minutes = asked["instance"].minutes
    assert minutes and all(saved[pair] == value for pair, value in minutes.items())


def test_no_report_leaves_the_tables(tmp_path: Path, solved: Any, audited: Any) -> None:
    """`--no-report` writes neither report nor workbook."""
    solved()
    audited(True)
    assert run("plan", "kedong", "-o", tmp_path / "plan", "--no-report", "--lang", "en").exit_code == 0
    names = {path.name for path in (tmp_path / "plan").iterdir()}
    assert "sessions.csv" in names and not names & {"report.html", "workbook.xlsx"}


def test_infeasible_is_three_and_names_rules(tmp_path: Path, solved: Any) -> None:
    """Exit 3, each clashing rule with its sentence, subject and amount, in the language asked for."""
    solved(Status.INFEASIBLE, clashes=(Clash("budget", "budget", 1234.0, "yuan/year", "most", 4),))
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "zh")
    assert result.exit_code == 3 and "总费用不超过预算" in result.stdout and "1,234 元/年" in result.stdout
    assert not (tmp_path / "plan").exists()
    solved(Status.INFEASIBLE, clashes=(Clash("budget", "", 60.0, "10,000 yuan/year", "most", 4),))
    assert "：差 60 万元/年" in run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "zh").stdout


def test_no_plan_in_time_is_four(tmp_path: Path, solved: Any) -> None:
    """Exit 4 and nothing written when the solver stopped empty-handed."""
    solved(Status.UNSOLVED)
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "en")
    assert result.exit_code == 4 and "--time-limit" in result.stderr and not (tmp_path / "plan").exists()


def test_failed_audit_is_five_and_keeps_the_older_plan(tmp_path: Path, solved: Any, audited: Any) -> None:
    """A plan that breaks a rule is set aside without a report; what was there stays."""
    solved()
    audited(True)
    run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "en")
    before = (tmp_path / "plan" / "plan.json").read_bytes()
    audited(False)
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "en")
    assert result.exit_code == 5 and "9 > 8" in result.stdout
    assert (tmp_path / "plan" / "plan.json").read_bytes() == before
    assert not (tmp_path / "plan.rejected" / "report.html").exists()
    assert read_plan(tmp_path / "plan.rejected").table("audit")["holds"].tolist() == ["no"]


def test_interrupted_run_leaves_its_audited_incumbent(tmp_path: Path, solved: Any, audited: Any) -> None:
    """A run that dies while solving leaves the last audited plan, whole, saying that it is one."""

    def die(incumbent: Any) -> None:
        raise KeyboardInterrupt

    solved(news=die)
    audited(True)
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "en")
    assert result.exit_code == 4 and "holds the plan saved before that" in result.stderr
    info = read_plan(tmp_path / "plan").info
    assert (info["status"], info["stopped_by"]) == ("FEASIBLE", "running")
    assert run("report", tmp_path / "plan", "--lang", "en").exit_code == 0
    assert (tmp_path / "plan" / "report.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_incumbent_that_fails_its_audit_is_passed_over(tmp_path: Path, solved: Any, audited: Any) -> None:
    """Only audited incumbents are kept."""

    def die(incumbent: Any) -> None:
        raise KeyboardInterrupt

    solved(news=die)
    audited(False)
    run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "en")
    assert list(tmp_path.iterdir()) == []


def test_interrupted_run_says_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_folder: Path) -> None:
    """Stopped before anything was saved: nothing was written, or the older plan is still there."""

    def die(*args: Any, **values: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.plan.make_plan", die)
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "zh")
    assert result.exit_code == 4 and "未写出任何文件" in result.stderr
    shutil.copytree(fake_folder, tmp_path / "plan")
    assert "仍是原来的方案" in run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "zh").stderr


def test_dates_stopped_by_hand_are_told(fake_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan whose search for dates was stopped says how many clinics have none."""
    saved = read_plan(fake_folder)
    unheld = pd.DataFrame({"sessions": [3, 4]})
    info = {**saved.info, "roster": {"stopped_by": "user"}}
    _say_plan(replace(saved, info=info, tables={**saved.tables, "unheld": unheld}), "zh", report=True)
    assert "7 次门诊没有日期" in capsys.readouterr().err


def test_plan_refuses_a_place_it_cannot_write(tmp_path: Path, solved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal comes before any work, with the reason."""
    asked = solved()
    monkeypatch.setattr("os.access", lambda *args, **values: False)
    result = run("plan", "kedong", "-o", tmp_path / "plan", "--lang", "zh")
    assert result.exit_code == 2 and not asked and "无法写入" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_plan_refuses_a_folder_of_other_things(tmp_path: Path, solved: Any) -> None:
    """The refusal comes before any work."""
    asked = solved()
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.doc").write_text("x", encoding="utf-8")
    result = run("plan", "kedong", "-o", tmp_path / "thesis", "--lang", "en")
    assert result.exit_code == 2 and not asked and "nothing is overwritten" in result.stderr


def test_audit_command(fake_folder: Path, audited: Any) -> None:
    """Exit 0 when every rule holds, 5 with the rule, subject and detail when one does not."""
    audited(True)
    assert run("audit", fake_folder, "--lang", "en").exit_code == 0
    audited(False)
    result = run("audit", fake_folder, "--lang", "zh")
    assert result.exit_code == 5 and "出诊不超过可用诊室半天数" in result.stdout and "T1 Q1" in result.stdout


def test_audit_of_no_plan_is_usage(tmp_path: Path) -> None:
    """A folder that is no plan is a usage error."""
    assert run("audit", tmp_path, "--lang", "en").exit_code == 2
    assert run("audit", tmp_path / "missing", "--lang", "en").exit_code == 2


def test_report_is_refused_for_a_broken_plan(fake_folder: Path, audited: Any, tmp_path: Path) -> None:
    """Exit 5, and nothing in the folder changes."""
    copy = tmp_path / "plan"
    shutil.copytree(fake_folder, copy)
    before = {path.name: path.read_bytes() for path in copy.glob("*.*")}
    audited(False)
    assert run("report", copy, "--lang", "en").exit_code == 5
    assert {path.name: path.read_bytes() for path in copy.glob("*.*")} == before


def test_report_is_rewritten_in_the_language_asked_for(fake_folder: Path, audited: Any, tmp_path: Path) -> None:
    """The saved tables stay byte for byte; report and workbook are new, in the language asked for."""
    copy = tmp_path / "plan"
    shutil.copytree(fake_folder, copy)
    audited(True)
    result = run("report", copy, "--lang", "en")
    assert result.exit_code == 0 and str(copy / "report.html") in result.stdout
    assert "Linked plan of" in (copy / "report.html").read_text(encoding="utf-8")
    assert (copy / "sessions.csv").read_bytes() == (fake_folder / "sessions.csv").read_bytes()
    assert run("report", copy, "--lang", "zh").exit_code == 0
    assert "联动规划方案" in (copy / "report.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_report_says_each_part_and_opens_the_browser(
    fake_folder: Path, audited: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line on standard error for each part in its order; `--open` gives the page's address to the browser."""
    copy = tmp_path / "plan"
    shutil.copytree(fake_folder, copy)
    audited(True)
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    result = run("report", copy, "--lang", "en", "--open")
    assert result.exit_code == 0 and opened == [(copy / "report.html").resolve().as_uri()]
    parts = ("auditing", "indicators", "map:", "workbook:", "calendars:", "report:")
    places = [result.stderr.index(part) for part in parts]
    assert places == sorted(places)
    run("report", copy, "--lang", "en")
    assert len(opened) == 1


def test_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALLIANCE_LANG decides where `--lang` is not given; `--lang` wins."""
    monkeypatch.setenv("ALLIANCE_LANG", "zh")
    assert "找不到区域" in run("check", "atlantis").stderr
    assert "no region" in run("check", "atlantis", "--lang", "en").stderr
