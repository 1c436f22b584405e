"""Plan folders are whole or absent, and the same plan gives the same bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.folder import (
    FORMAT,
    FolderError,
    cell,
    check_replaceable,
    check_writable,
    read_plan,
    read_table,
    whole_folder,
    write_info,
    write_plan,
    write_table,
)


def plan_folder(folder: Path, text: str) -> Path:
    with whole_folder(folder) as fresh:
        write_info(fresh, {"status": "OPTIMAL"})
        (fresh / "marker.txt").write_text(text, encoding="utf-8")
    return folder


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def test_folder_appears_whole(tmp_path: Path) -> None:
    """A finished folder is in place and nothing is left beside it."""
    plan_folder(tmp_path / "plan", "one")
    assert (tmp_path / "plan" / "marker.txt").read_text(encoding="utf-8") == "one"
    assert leftovers(tmp_path) == []


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    """An exception while writing leaves neither a part nor a folder."""
    with pytest.raises(FileNotFoundError), whole_folder(tmp_path / "plan") as fresh:
        (fresh / "half.csv").rename(fresh / "missing" / "half.csv")
    assert list(tmp_path.iterdir()) == []


def test_failure_keeps_the_older_plan(tmp_path: Path) -> None:
    """An exception while writing leaves the plan that was there."""
    plan_folder(tmp_path / "plan", "old")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "plan"):
        raise RuntimeError
    assert (tmp_path / "plan" / "marker.txt").read_text(encoding="utf-8") == "old"
    assert leftovers(tmp_path) == []


def test_older_plan_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """No file of the older plan survives in the newer one."""
    (plan_folder(tmp_path / "plan", "old") / "stale.csv").write_text("x", encoding="utf-8")
    plan_folder(tmp_path / "plan", "new")
    assert not (tmp_path / "plan" / "stale.csv").exists()
    assert (tmp_path / "plan" / "marker.txt").read_text(encoding="utf-8") == "new"


def test_other_peoples_files_are_never_replaced(tmp_path: Path) -> None:
    """A folder that is no plan, or a file, is refused before any work."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.doc").write_text("dear", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("thesis", "file"):
        with pytest.raises(FolderError):
            check_replaceable(tmp_path / name)
    assert (tmp_path / "thesis" / "chapter1.doc").exists()


def test_empty_and_missing_folders_may_be_used(tmp_path: Path) -> None:
    """An empty folder and a path that does not exist are fine, parents included."""
    (tmp_path / "empty").mkdir()
    plan_folder(tmp_path / "empty", "x")
    plan_folder(tmp_path / "a" / "b" / "plan", "x")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (0.1 + 0.2, "0.3"), (-0.0000001, "0"), (1234567.0, "1234567"), (2 / 3, "0.666667"),
        (float("nan"), ""), (None, ""), (True, "yes"), (np.bool_(False), "no"), (np.int64(4), "4"),
        (date(2026, 1, 5), "2026-01-05"), (pd.Timestamp("2026-01-05"), "2026-01-05"), (pd.NaT, ""), ("a,b", "a,b"),
    ],
)  # fmt: skip
def test_cells(value: object, text: str) -> None:
    """Numbers to six decimals without tails, dates as ISO, truth as yes and no, missing as nothing."""
    assert cell(value) == text


def test_tables_are_sorted_and_quoted(tmp_path: Path) -> None:
    """Rows are in the order of their keys, and names with commas, quotes and lines survive."""
    names = ['b,"quoted"', "a\nline", "=1+1"]
    write_table(tmp_path / "x.csv", pd.DataFrame({"value": [2.0, 1.0, 3.0], "doctor": names}), ("doctor", "value"))
    text = (tmp_path / "x.csv").read_bytes()
    assert b"\r" not in text and text.startswith(b"doctor,value\n=1+1,3\n")
    assert sorted(read_table(tmp_path / "x.csv")["doctor"]) == sorted(names)


def test_same_table_in_any_order_gives_the_same_bytes(tmp_path: Path, fake_folder: Path) -> None:
    """The order in which rows were found does not show in the file."""
    table = read_table(fake_folder / "sessions.csv")
    write_table(tmp_path / "a.csv", table)
    write_table(tmp_path / "b.csv", table.sample(frac=1.0, random_state=5))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_plan_read_back_is_the_plan_written(tmp_path: Path, fake_folder: Path) -> None:
    """Reading and writing again changes no byte of any table."""
    saved = read_plan(fake_folder)
    again = tmp_path / "again"
    again.mkdir()
    write_plan(again, {name: saved.tables[name] for name in saved.tables if name != "indicators"}, saved.info)
    for path in again.glob("*.csv"):
        assert path.read_bytes() == (fake_folder / path.name).read_bytes(), path.name


def test_ids_stay_text(fake_folder: Path, tmp_path: Path) -> None:
    """Ids of digits with leading zeros are read back as they were."""
    write_table(tmp_path / "t.csv", pd.DataFrame({"institution": ["007", "1E5"], "sessions": [1, 2]}))
    assert list(read_table(tmp_path / "t.csv")["institution"]) == ["007", "1E5"]


def test_not_a_plan_is_said(tmp_path: Path) -> None:
    """A folder without plan.json, or with a broken one, is no plan."""
    with pytest.raises(FolderError):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_text("{", encoding="utf-8")
    with pytest.raises(FolderError):
        read_plan(tmp_path)


def test_newer_format_is_refused(tmp_path: Path) -> None:
    """A plan of a later version is not half understood."""
    write_info(tmp_path, {"format": FORMAT + 1})
    with pytest.raises(FolderError) as caught:
        read_plan(tmp_path)
    assert caught.value.key == "newer_format"


def test_place_under_a_file(tmp_path: Path) -> None:
    """No plan can be made below a file; neither the check nor the writing raises anything else."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FolderError, match="not_writable"):
        check_writable(tmp_path / "file" / "plan")
    with pytest.raises(FolderError, match="not_writable"), whole_folder(tmp_path / "file" / "plan"):
        pass
    check_writable(tmp_path / "new" / "plan")
    assert not (tmp_path / "new").exists()


def test_documents_laid_into_a_plan_stay(tmp_path: Path) -> None:
    """An edited workbook and a letter outlive the next plan; tables of the old plan and its own workbook do not."""
    target = plan_folder(tmp_path / "plan", "one")
    for name in ("edited.xlsx", "letter.docx", "old.csv", "workbook.xlsx"):
        (target / name).write_text(name, encoding="utf-8")
    with whole_folder(target) as fresh:
        write_info(fresh, {"status": "OPTIMAL"})
        (fresh / "workbook.xlsx").write_text("new", encoding="utf-8")
    assert {path.name for path in target.iterdir()} == {
        "plan.json", "workbook.xlsx", "edited.xlsx", "letter.docx", "marker.txt",
    }  # fmt: skip
    assert (target / "workbook.xlsx").read_text(encoding="utf-8") == "new"
    assert leftovers(tmp_path) == []
