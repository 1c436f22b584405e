"""Names that try to run, to leave their place, or to break the layout, in every text column of a plan."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from planner.folder import write_table

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "<script>window.pwned=1</script>",
    "\"><img src=x onerror=window.pwned=1>'",
    "</script><script>window.pwned=1</script><!--",
    '=HYPERLINK("http://evil.example/","x")',
    "../../x",
    "无空格" * 100,
    "W" * 300,
    "\u202eمركز صحي\u202e 右向左",
    "👩🏽‍⚕️🏥🚑",
    "{{ 7*7 }} ${window.pwned=1} datum.x);window.pwned=1",
    "javascript:window.pwned=1",
    "&lt;b&gt; a\u2028b",
)
#: Columns of the plan's own tables that people may have written.
PLAN_TEXTS = {"centres": ("level",), "unheld": ("reason_zh", "reason_en")}
#: Texts by which rows of two tables belong together: equal ones stay equal.
KEYS = {"group": "group", "level": "level", "department": "department", "item": "item", "equipment": "item"}


def text_columns() -> dict[str, list[str]]:
    """Free-text columns of each region table, from the schema."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "geodata" / "schema").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names = [row["column"] for row in csv.DictReader(file) if row.get("type") == "text"]
        if names:
            found[path.stem] = names
    return found


def spoil(folder: Path) -> int:
    """Put the names into every text column of a saved plan and its region; returns how many columns were there."""
    changed = 0
    known: dict[tuple[str, str], str] = {}

    def spoilt(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
        nonlocal changed
        for at, name in enumerate(names):
            if name in KEYS:
                keys = [(KEYS[name], old) for old in frame[name]]
                for key in keys:
                    known.setdefault(key, f"{HOSTILE[len(known) % len(HOSTILE)]}{len(known)}" if key[1] else "")
                frame[name] = [known[key] for key in keys]
            else:
                frame[name] = [HOSTILE[(row + at) % len(HOSTILE)] for row in range(len(frame))]
            changed += 1
        return frame

    for table, names in text_columns().items():
        path = folder / "region" / f"{table}.csv"
        if path.is_file():
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            write_table(path, spoilt(frame, sorted(set(names) & set(frame))))
    for table, texts in PLAN_TEXTS.items():
        path = folder / f"{table}.csv"
        write_table(path, spoilt(pd.read_csv(path, dtype=str, keep_default_na=False), texts))
    info = json.loads((folder / "plan.json").read_text("utf-8"))
    info["region"] = HOSTILE[2] + HOSTILE[5]
    info["settings"].setdefault("output", {})["map_note"] = HOSTILE[1]
    info["notes"] = [{"zh": text, "en": text} for text in HOSTILE]
    (folder / "plan.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
    return changed
