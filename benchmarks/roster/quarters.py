"""Four consecutive quarters of one region, the fairness account fed forward or not: do burdens even out?

    python -m benchmarks.roster.quarters REGION FOLDER [--forget] [--seconds S]

Each quarter is planned by `alliance plan` with the roster of the last one as its history; with the
account, `fairness.csv` joins the table `history`. Afterwards far trips and Fridays of each doctor over the year are
compared within the pools that could share them: doctors of one hospital and specialty who went out.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import pandas as pd

from benchmarks.roster.even import Outings, least_spread, outings
from planner.bundled import find_region

FIRST, QUARTERS = date(2025, 12, 29), 4
KINDS = ("far", "fridays", "holiday_adjacent")


def starts() -> Iterator[date]:
    """The Mondays on which the quarters begin."""
    return (FIRST + timedelta(weeks=13 * n) for n in range(QUARTERS))


def prepare(region: Path, start: date, before: list[Path], seconds: float, forget: bool) -> None:
    """Write the start and what the earlier quarters left into the region."""
    settings = (region / "plan.toml").read_text(encoding="utf-8")
    settings = re.sub(r'start = "[\d-]+"', f'start = "{start}"', settings)
    settings = re.sub(r'cohorts = \["[\d-]+"\]', f'cohorts = ["{start}"]', settings)
    settings = re.sub(r"time_limit_s = \d+", f"time_limit_s = {seconds:g}", settings)
    (region / "plan.toml").write_text(settings, encoding="utf-8")
    (region / "history.csv").unlink(missing_ok=True)
    if not before:
        return
    roster = pd.read_csv(before[-1] / "roster.csv", dtype=str)
    roster[["doctor", "institution", "date", "slot", "specialty"]].to_csv(region / "roster.csv", index=False)
    if not forget:
        accounts = pd.concat([pd.read_csv(plan / "fairness.csv") for plan in before])
        accounts.drop(columns="carried_over").to_csv(region / "history.csv", index=False)


def spreads(region: Path, plans: list[Path], made: list[Outings]) -> pd.DataFrame:
    """Per kind: mean over the pools of (most - least) of the year's count, and the sum of squares over all.

    far: also the least mean that those who went out can have, and both over everybody who could go far (`far, all`)
    and over pools of doctors who offer as many half-days a week and were not posted in the year (`far, same offer`);
    so for Fridays and days next to holidays.
    """
    doctors = pd.read_csv(region / "doctors.csv", dtype=str).set_index("id")
    counts = pd.concat([pd.read_csv(plan / "fairness.csv") for plan in plans])
    table = counts.groupby("doctor")[["sessions", *KINDS]].sum()
    table["pool"] = doctors["institution"] + "/" + doctors["specialty"]
    pools = table.groupby("pool").filter(lambda pool: len(pool) > 1).groupby("pool")
    rows = [
        (kind, (pools[kind].max() - pools[kind].min()).mean(), int((table[kind] ** 2).sum()), int(table[kind].sum()))
        for kind in KINDS
    ]
    able = sorted(set.union(*(set(who) for quarter in made for who in quarter.may.values())))
    whole = table.reindex(able)["far"].fillna(0).to_frame()
    whole["pool"] = doctors["institution"] + "/" + doctors["specialty"]
    everybody = whole.groupby("pool").filter(lambda pool: len(pool) > 1 and pool["far"].sum() > 0).groupby("pool")
    posted = {doctor for plan in plans for doctor in pd.read_csv(plan / "postings.csv", dtype=str)["doctor"]}
    equals = whole[~whole.index.isin(posted)].copy()
    equals["pool"] += "/" + doctors["sessions_per_week"].fillna("").reindex(equals.index)
    alike = equals.groupby("pool").filter(lambda pool: len(pool) > 1 and pool["far"].sum() > 0).groupby("pool")
    for kind, grouped in (("far, all", everybody), ("far, same offer", alike)):
        spread = (grouped["far"].max() - grouped["far"].min()).mean()
        rows.append((kind, spread, int((grouped.obj["far"] ** 2).sum()), int(grouped.obj["far"].sum())))
    out = table.drop(columns="pool").assign(pool=equals["pool"].reindex(table.index)).dropna(subset="pool")
    out = out.groupby("pool").filter(lambda pool: len(pool) > 1)
    for kind in KINDS[1:]:
        spread = (out.groupby("pool")[kind].max() - out.groupby("pool")[kind].min()).mean()
        rows.append((f"{kind}, same offer", spread, int((out[kind] ** 2).sum()), int(out[kind].sum())))
    found = pd.DataFrame(rows, columns=["kind", "mean spread in a pool", "sum of squares", "in all"])
    best = {
        kind: fmean(least_spread(members, made) for members in grouped.groups.values())
        for kind, grouped in (("far", pools), ("far, all", everybody), ("far, same offer", alike))
    }
    found.insert(2, "at best", found["kind"].map(best))
    return found


def main() -> None:
    """Plan the quarters and print the spreads after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("region")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--forget", action="store_true", help="do not feed the account forward")
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    region, plans, made = asked.folder / "region", list[Path](), list[Outings]()
    shutil.copytree(find_region(asked.region), region)
    for number, start in enumerate(starts(), start=1):
        prepare(region, start, plans, asked.seconds, asked.forget)
        plan = asked.folder / f"plan{number}"
        command = [sys.executable, "-m", "planner", "plan", str(region), "-o", str(plan), "--no-report", "--lang", "en"]
        subprocess.run(command, check=True, capture_output=True)
        plans.append(plan)
        made.append(outings(region, plan))
        sys.stdout.write(f"after quarter {number}\n{spreads(region, plans, made).to_string(index=False)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
