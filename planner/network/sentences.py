"""The ten sentences that matter: what a committee would ask first of its network."""

from __future__ import annotations

import pandas as pd

from planner.network.analysis import Analysis
from planner.network.measures import WHOLE_VISITS
from planner.network.telling import Figures
from planner.text import amount


def sentences(found: Analysis, lang: str) -> list[str]:
    """Ten sentences: size, kept, balance, bypass, leakage, hubs, failure, bottleneck, exits, communities.

    `remarks` are what stands above them.
    """
    teller = _Teller(found, lang)
    return [
        teller.size(), teller.kept(), teller.balance(), teller.bypass(), teller.leakage(),
        teller.hubs(), teller.failure(), teller.bottleneck(), teller.exits(), teller.communities(),
    ]  # fmt: skip


class _Teller(Figures):
    def size(self) -> str:
        n, flows, up, down, left = (
            self.figure(name)
            for name in ("institutions", "flows", "referrals_up_month", "referrals_down_month", "left_visits")
        )
        told = {"n": n, "flows": flows, "up": up, "down": down, "left": left}
        if self.found.network.slips_known:
            return self.say("size_with_slips", **told, slips=self.figure("slips_up_month"))
        return self.say("size", **told)

    def kept(self) -> str:
        told = self.say("kept", inside=self.figure("kept_inside"))
        if self.found.network.cells.empty:
            return told + self.say("kept_of_unknown") + self.say("stop")
        low = (self.found.network.places["level"] < 2).any()
        share = self.figure("in_county_visit_share")
        told += self.say("kept_in_county" if low else "kept_in_alliance", share=share)
        told += (
            self.say("kept_primary", share=self.figure("primary_visit_share")) if low else self.say("kept_no_primary")
        )
        a_year = self.found.visits_a_year
        if a_year < WHOLE_VISITS:
            told += self.say("kept_a_part", a_year=a_year)
        return told + self.say("stop")

    def balance(self) -> str:
        if not self.found.network.down_known:
            return self.say("balance_unknown")
        value = self.found.value("down_up_ratio")
        way = self.say("balance_way", up=amount(1 / value)) if 0 < value < 1 else ""
        told = {"ratio": self.figure("down_up_ratio"), "way": way, "links": self.figure("mutual_links")}
        return self.say("balance_with_slips" if self.found.network.slips_known else "balance", **told)

    def bypass(self) -> str:
        share, levels, minutes = (self.figure(name) for name in ("bypassed", "skipped_level", "bypass_minutes"))
        nearer, alone = amount(self.found.network.bypass_minutes), self.found.value("no_upper")
        told = self.say("bypass", share=share, levels=levels, minutes=minutes, nearer=nearer)
        if alone > 0.05:
            told += self.say("bypass_alone", alone=amount(alone))
        if len(self.found.bypass):
            row = self.found.bypass.iloc[0]
            ends = {end: self.place(row[end]) for end in ("origin", "nearest", "destination")}
            told += self.say("bypass_most", **ends, patients=amount(float(row["patients"])))
        return told + self.say("stop")

    def leakage(self) -> str:
        table = self.found.places[self.found.places["seen"].fillna(0.0) > 0]
        if not len(table):
            return self.say("leakage_unknown", left=self.figure("left_visits"))
        most, rate = _first(table, "left"), _first(table, "leakage")
        return self.say(
            "leakage",
            share=self.figure("leakage_share"),
            most=self.place(most["institution"]),
            many=amount(float(most["left"])),
            highest=self.place(rate["institution"]),
            part=float(rate["leakage"]),
            kind=self.specialty(rate["mostly"]),
        )

    def hubs(self) -> str:
        first, middle = _first(self.found.places, "up_in"), _first(self.found.places, "betweenness")
        if not first["up_in"] > 0:
            return self.say("no_hub")
        told = {"hub": self.place(first["institution"]), "share": self.figure("hub_share")}
        degree = float(middle["betweenness"])
        if not degree > 0:
            return self.say("hub_alone", **told)
        return self.say("hub_between", **told, between=self.place(middle["institution"]), degree=degree)

    def failure(self) -> str:
        if self.found.closed:
            lost = amount(float(self.found.lost["patients"].sum()))
            gone = self.say("comma").join(self.place(key) for key in self.found.closed)
            worst = self.found.lost.groupby("origin")["patients"].sum().sort_values(ascending=False, kind="stable")
            who = self.names([str(key) for key in worst.index]) if len(worst) else self.say("nobody")
            return self.say("closed", gone=gone, lost=lost, who=who, assumed=self.assumed())
        if not len(self.found.hubs):
            return self.say("nothing_fails")
        row = self.found.hubs.iloc[0]
        lost, part = amount(float(row["lost"])), float(row["lost_share"])
        told = self.say("failure", hub=self.place(row["hospital"]), lost=lost, part=part)
        if row["mostly"]:
            told += self.say("failure_mostly", kind=self.specialty(row["mostly"]))
        inner = amount(float(row["lost_in_group"]))
        return told + self.say("failure_in_group", lost=inner, assumed=self.assumed())

    def assumed(self) -> str:
        """Said beside what depends on capacities, where they are not counted but assumed or derived."""
        return self.say("assumed") if self.found.network.assumed else ""

    def bottleneck(self) -> str:
        if not len(self.found.cuts):
            return self.say("no_bottleneck")
        row = self.found.cuts.iloc[0]
        hosts = self.names([key for key in str(row["hospitals"]).split(";") if key])
        short = float(row["referrals"]) - float(row["served"])
        kind = self.specialty(row["specialty"])
        if short > 0.05:
            return self.say("bottleneck_short", kind=kind, lacking=amount(short), hosts=hosts or self.say("nowhere"))
        return self.say(
            "bottleneck",
            kind=kind,
            more=max(0.0, float(row["headroom"]) - 1),
            hosts=hosts,
            places=len(str(row["places"]).split(";")),
            many=amount(float(row["cut_referrals"])),
            over=self.over() + self.assumed(),
        )

    def over(self) -> str:
        """Said beside the bottleneck where receivers take more than they say they can."""
        if not len(self.found.over):
            return ""
        first = self.found.over.iloc[0]
        return self.say(
            "over",
            receivers=len(self.found.over),
            visits=amount(self.found.value("over_capability")),
            place=self.place(first["hospital"]),
            kind=self.specialty(first["specialty"]),
        )

    def exits(self) -> str:
        table = self.found.places[self.found.places["cut_off"] != ""]
        if table.empty:
            return self.say("no_lower")
        hung, none = table[table["hanging"] > 0.5], table[table["cut_off"] == "yes"]
        parts = [self.say("exits", share=self.figure("one_exit_share"))]
        if len(hung):
            who = hung["through"].value_counts()
            hub = sorted(who.index[who == who.max()])[0]
            parts[0] += self.say("exits_hanging", places=len(hung), most=int(who.max()), hub=self.place(hub))
        if len(none):
            named = self.names([str(key) for key in none["institution"]])
            parts.append(self.say("exits_none", places=len(none), who=named))
        parts.append(self.say("exits_one_host", share=self.figure("one_host")))
        return self.say("semicolon").join(parts) + self.say("stop")

    def communities(self) -> str:
        # Where flows are reconstructed, the groups may have gone into them.
        circular = self.say("circular") if self.found.network.reconstructed else ""
        tele = self.found.value("tele_visits")
        told = self.say(
            "communities",
            found=self.figure("communities"),
            groups=len({group for group in self.found.network.places["group"] if group}),
            rand=self.figure("rand"),
            circular=circular,
            several=self.found.value("several"),
        )
        if tele > 0:
            told += self.say("tele", links=len(self.found.network.tele), visits=amount(tele))
        return told + self.say("stop")


def _first(places: pd.DataFrame, column: str) -> pd.Series:
    """The place with most of a column, the first by id among equals."""
    return places.sort_values([column, "institution"], ascending=[False, True]).iloc[0]


def remarks(found: Analysis, lang: str) -> list[str]:
    """What must be said above the sentences: that flows are reconstructed and not counted."""
    return [_Teller(found, lang).say("reconstructed")] if found.network.reconstructed else []


def compared(found: Analysis, lang: str) -> list[str]:
    """Published figures beside the recomputed ones, each with its tolerance, verdict and source."""
    teller = _Teller(found, lang)
    verdicts = {"yes": teller.say("agrees"), "no": teller.say("disagrees"), "": teller.say("not_compared")}
    lines = []
    for row in found.measures[found.measures["published"].notna()].to_dict("records"):
        name = str(row["measure"])
        value, told = (teller.shown(name, float(row[one])) for one in ("value", "published"))
        lines.append(
            teller.say(
                "compared",
                label=str(row[f"name_{lang if lang == 'zh' else 'en'}"]),
                value=value,
                told=told,
                spread=f"{float(row['tolerance']):.0%}",
                verdict=verdicts[str(row["agrees"])],
                source=row["source"],
            )
        )
    return lines
