"""A tiny plan folder written by hand, clean for the audit, to plant violations in.

Two groups: A with the hospitals H1, H2 and the townships S1, S2 (S2 is 60 minutes from H1, a whole
day); B with the hospital H3 and the township S3. One quarter of 13 weeks without holidays, so that
N = 3, 7, 13, 26 and Nmin = 3, 6, 13, 26. Every table is text, as in a file; `save` writes them.

    visits a month   need  own  today: referred    left  outreach  the plan
    S1 K1             200  100  H1 40               30      0      weekly clinic of D1, teleconsultation
    S1 K2              80   30  H1 20               20      0      monthly clinic of D4
    S2 K1             120   60  H1 20 H2 10         20      0      fortnightly clinic of D2, far
    S2 K2             160   60  H1 20               20     60      D7 posted today, D6 posted anew
    S3 K2             100   50  H3 20               20      0      weekly clinic of D5
"""

from __future__ import annotations

import io
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

REGION = {
    "institutions": """
id,name,level,group,lead,rooms,open_slots,beds,staff,population,lon,lat
H1,First,2,A,yes,,,100,200,50000,119.0,32.6
H2,Second,2,A,no,,,50,100,0,119.1,32.6
H3,Third,2,B,yes,,,50,100,0,119.2,32.6
S1,Near,1,A,no,,,20,20,30000,119.1,32.8
S2,Far,1,A,no,,,20,20,20000,119.3,32.9
S3,Other,1,B,no,,,20,20,25000,119.4,32.7
""",
    "specialties": """
id,name,requires,equipment,patients_per_session,first_session_patients,down_share,down_bed_days
K1,Cardiology,IMG,ecg,15,8,0.2,10
K2,Skin,,,15,8,0.2,10
""",
    "needs": """
institution,specialty,visits_per_month,own_visits_per_month,recoverable_share,min_sessions_per_month,pattern
S1,K1,200,100,,5,any
S1,K2,80,30,,,
S2,K1,120,60,,,
S2,K2,160,60,,,
S3,K2,100,50,,,
""",
    "referrals": """
origin,destination,specialty,direction,patients_per_month
S1,H1,K1,up,40
S1,outside,K1,up,30
S1,H1,K2,up,20
S1,outside,K2,up,20
S2,H1,K1,up,20
S2,H2,K1,up,10
S2,outside,K1,up,20
S2,H1,K2,up,20
S2,outside,K2,up,20
S3,H3,K2,up,20
S3,outside,K2,up,20
""",
    "capabilities": """
institution,specialty,visits_per_month,direction
H1,K1,1000,up
H1,K2,1000,up
H2,K1,1000,up
H2,K2,1000,up
H3,K2,1000,up
""",
    "reserves": """
institution,specialty,visits_per_month
H2,K2,5
""",
    "doctors": """
id,name,institution,department,specialty,scope,title,sessions_per_week,posting,max_minutes
D1,An,H1,cardio,K1,,3,2,may,
D2,Bo,H1,cardio,K1,,2,2,may,
D4,Da,H1,skin,K2,,2,1,may,
D5,En,H3,skin,K2,,2,2,may,
D6,Fu,H1,skin,K2,,2,1,may,
D7,Gu,H2,skin,K2,,2,1,may,
D8,Ha,H1,cardio,K1,,2,1,may,
""",
    "departments": """
institution,department,headcount
H1,cardio,10
H1,skin,10
""",
    "equipment": """
institution,item,count
S1,ecg,1
S2,ecg,1
""",
    "posts": """
institution,specialty,doctors,months
S1,K2,1,6
S2,K2,2,6
""",
    "current_postings": """
doctor,institution,specialty,start,end
D7,S2,K2,2026-01-05,2027-01-04
""",
    "services": """
id,name,moves,turnaround_minutes,window_minutes,minutes_per_item,work_minutes,loops_per_week,max_minutes,days_per_year,min_items_per_day,max_centres,quantile,single_source
IMG,Imaging,data,30,,3,0,,,250,50,1,0.95,yes
SSD,Sterile supply,goods,2880,240,0,240,7,90,250,0,,0.95,yes
""",
    "volumes": """
institution,service,items_per_day,local_share
H1,IMG,100,0
S1,IMG,100,0.5
S2,IMG,40,0
S3,IMG,30,0
S1,SSD,20,0
S2,SSD,20,0
""",
    "usage": """
specialty,service,items_per_visit
K1,IMG,0.3
""",
    "memberships": """
institution,service,group
H1,IMG,A
S1,IMG,A
S2,IMG,A
S3,IMG,A
""",
    "centres": """
service,institution,level,items_per_day,servers,hours_per_day,fixed_cost_per_year,cost_per_item,state,opening_cost
IMG,H1,large,400,3,8,500000,2,forced,1000000
IMG,H1,small,150,1,8,200000,2,candidate,400000
IMG,H2,small,150,1,8,200000,2,forbidden,400000
SSD,H1,one,100,1,8,100000,3,existing,0
SSD,H2,one,100,1,8,100000,3,candidate,0
""",
    "locks": """
kind,doctor,institution,specialty,must
session,D1,S1,K1,yes
posting,,S1,K2,yes
""",
    "targets": """
indicator,scope,value,unit,period,source,tolerance
sent_down_staff,posts,2,doctors,2026,a test,0.1
primary_visit_share,,0.5,share,2025,a return,0.02
primary_visit_share,criterion,0.65,share,2017,a norm,0
surplus_split,county,0.6,million yuan,per 1.00 million,a test,0.02
surplus_split,village,0.1,million yuan,per 1.00 million,a test,0.02
referrals_up,,1000,referral,2025-01/2025-10,a test,0.15
mentor_chains,,395,chain,2016,a test,0.02
""",
}

MINUTES = {
    ("H1", "S1"): 30, ("H1", "S2"): 60, ("H1", "S3"): 50, ("H2", "S1"): 35, ("H2", "S2"): 45, ("H2", "S3"): 50,
    ("H3", "S1"): 40, ("H3", "S2"): 70, ("H3", "S3"): 20, ("H1", "H2"): 20, ("H1", "H3"): 15, ("H2", "H3"): 25,
    ("S1", "S2"): 30, ("S1", "S3"): 30, ("S2", "S3"): 30,
}  # fmt: skip

PLAN = {
    "sessions": """
doctor,institution,specialty,quarter,sessions,main,minutes
D1,S1,K1,Q1,13,yes,30
D2,S2,K1,Q1,6,yes,60
D4,S1,K2,Q1,3,yes,30
D5,S3,K2,Q1,13,yes,20
""",
    "teleconsultations": """
doctor,specialty,quarter,half_days
D1,K1,Q1,2
""",
    "postings": """
doctor,institution,specialty,start,end,state
D6,S2,K2,2026-06-01,2026-11-30,new
D7,S2,K2,2026-01-05,2027-01-04,running
""",
    "visits": """
institution,specialty,quarter,need,own,sessions,posted,tele,referred,left,unmet,returned,offered,mode
S1,K1,Q1,200,100,49,0,4,24.5,22.5,0,2,50,weekly
S1,K2,Q1,80,30,7,0,0,20,18,5,0,11.5,monthly
S2,K1,Q1,120,60,20,0,0,22,17,1,0,23,fortnightly
S2,K2,Q1,160,60,0,60,0,22,18,0,0,256,posted
S3,K2,Q1,100,50,18,0,0,14,16,2,0,50,weekly
""",
    "referrals": """
origin,destination,specialty,direction,quarter,patients_per_month,minutes
S1,H1,K1,up,Q1,24.5,30
S1,outside,K1,up,Q1,22.5,90
H1,S1,K1,down,Q1,2,30
S1,H1,K2,up,Q1,20,30
S1,outside,K2,up,Q1,18,90
S2,H1,K1,up,Q1,14,60
S2,H2,K1,up,Q1,8,45
S2,outside,K1,up,Q1,17,90
S2,H1,K2,up,Q1,20,60
S2,H2,K2,up,Q1,2,45
S2,outside,K2,up,Q1,18,90
S3,H3,K2,up,Q1,14,20
S3,outside,K2,up,Q1,16,90
""",
    # A day come inflow x 0.4 x exp(-1/3) / 20.67: H1 K1 0.534 (two suffice on 98 % of the days, one on 89.93 %), H1 K2
    # 0.555, H2 K1 0.111 (none on 89.5 %), H3 K2 0.194; H2 K2 0.028 needs none, but 2 come beyond today. Beds of a
    # hospital, occupied in the mean booked x 0.07 x 9 / 30.4375: H1 0.650 (one suffices on 86 %), H2 0.083, H3 0.116.
    "reserves": """
institution,specialty,visits_per_month,beds,inflow,booked,extra,slots_per_day,released
H1,K1,41.34,1,38.5,15.4,0,2,31
H1,K2,41.34,1,40,16,0,2,31
H2,K1,20.67,0,8,3.2,0,1,18
H2,K2,2,0,2,0.8,2,0,0
H3,K2,20.67,1,14,5.6,0,1,17
""",
    "designations": """
institution,specialty,upper,minutes,second,second_minutes,patients_per_month,share
S1,K1,H1,30,H2,35,24.5,1
S1,K2,H1,30,H2,35,20,1
S2,K1,H2,45,H1,60,8,0.363636
S2,K2,H2,45,H1,60,2,0.090909
S3,K2,H3,20,,,14,1
""",
    "down_places": """
institution,quarter,beds,bed_days,patients_per_month,used_bed_days,share
S1,Q1,8,243.5,2,20,0.082136
S2,Q1,8,243.5,0,0,0
S3,Q1,8,243.5,0,0,0
""",
    # Clinic items: 0.3 x 49 / (250 / 12) x 0.5 at S1 (half stays there), 0.3 x 20 / (250 / 12) at S2.
    "centres": """
service,institution,quarter,level,wait_minutes,items_per_day,used,opens,cost_per_year
IMG,H1,,large,15,400,220.6408,yes,710320.4
SSD,H1,,one,600,100,40,no,130000
SSD,H2,,one,600,100,0,yes,100000
""",
    "service_links": """
institution,service,centre,backup,share,items_per_day,minutes,promised_wait,turnaround_minutes
H1,IMG,H1,no,1,100,0,15,15
S1,IMG,H1,no,1,50,30,15,15
S2,IMG,H1,no,1,40,60,15,15
S3,IMG,H1,no,1,30,50,15,15
S1,SSD,H1,no,1,20,30,600,2310
S2,SSD,H1,no,1,20,60,600,2340
S1,SSD,H2,yes,0,0,35,600,2315
S2,SSD,H2,yes,0,0,45,600,2325
""",
    "shortfalls": """
rule,subject,amount,unit
site_floor,S2 Q1,6,clinics
need_floor,S1 K1 Q1,2,clinics
post_floor,S1 K2,1,doctors
""",
}

SETTINGS: dict[str, dict[str, Any]] = {
    "calendar": {"start": "2026-06-01", "weeks": 13, "holidays": "none", "open_weekdays": [1, 2, 3, 4, 5]},
    "shared_centres": {"waits": {"IMG": [15.0], "SSD": [600.0]}, "backup": ["SSD"]},
    "postings": {"max_posts": 10},
    "rules": {},
}


@dataclass
class PlanFolder:
    """The tables of a plan folder as text frames, to be edited and saved."""

    region: dict[str, pd.DataFrame]
    plan: dict[str, pd.DataFrame]
    settings: dict[str, Any]

    def put(self, table: str, where: dict[str, str], **values: object) -> None:
        """Change the rows of a region table that have the values of `where`."""
        _put(self.region[table], where, values)

    def plan_put(self, table: str, where: dict[str, str], **values: object) -> None:
        """The same in a table of the plan."""
        _put(self.plan[table], where, values)

    def add(self, table: str, **values: object) -> None:
        """One more row of a region table."""
        self.region[table] = _add(self.region[table], values)

    def plan_add(self, table: str, **values: object) -> None:
        self.plan[table] = _add(self.plan[table], values)

    def plan_drop(self, table: str, **where: str) -> None:
        """Leave out the rows of a plan table that have the values of `where`."""
        frame = self.plan[table]
        self.plan[table] = frame[~_rows(frame, where)].reset_index(drop=True)

    def save(self, folder: Path) -> Path:
        """Write the folder as the planner writes it."""
        (folder / "region").mkdir(parents=True)
        for name, frame in self.region.items():
            frame.to_csv(folder / "region" / f"{name}.csv", index=False, lineterminator="\n")
        for name, frame in self.plan.items():
            frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        info = {"format": 1, "status": "OPTIMAL", "settings": self.settings}
        (folder / "plan.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
        return folder


def clean_plan() -> PlanFolder:
    """The plan of this module's docstring, in which every rule holds."""
    region = {name: _table(text) for name, text in REGION.items()}
    pairs = [(a, b, m) for (a, b), m in MINUTES.items()] + [(b, a, m) for (a, b), m in MINUTES.items()]
    region["travel"] = pd.DataFrame(
        {
            "origin": [a for a, _, _ in pairs], "destination": [b for _, b, _ in pairs],
            "minutes": [str(m) for _, _, m in pairs], "km": [str(m // 2) for _, _, m in pairs],
            "profile": [""] * len(pairs), "method": ["table"] * len(pairs),
        },
        dtype=object,
    )  # fmt: skip
    return PlanFolder(region, {name: _table(text) for name, text in PLAN.items()}, deepcopy(SETTINGS))


def _table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text.strip()), dtype=object, keep_default_na=False)


def _rows(frame: pd.DataFrame, where: dict[str, str]) -> pd.Series:
    chosen = pd.Series(True, index=frame.index)
    for column, value in where.items():
        chosen &= frame[column] == value
    assert chosen.any(), f"no row with {where}"
    return chosen


def _put(frame: pd.DataFrame, where: dict[str, str], values: dict[str, object]) -> None:
    chosen = _rows(frame, where)
    for column, value in values.items():
        if column not in frame:
            frame[column] = ""
        frame.loc[chosen, column] = str(value)


def _add(frame: pd.DataFrame, values: dict[str, object]) -> pd.DataFrame:
    row = pd.DataFrame([{key: str(value) for key, value in values.items()}], dtype=object)
    return pd.concat([frame, row], ignore_index=True).fillna("")
