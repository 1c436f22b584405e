"""The ten sentences that matter, in Chinese and English: what a committee would ask first of its network."""

from __future__ import annotations

import math

from planner.network.analysis import Analysis
from planner.text import amount

COMMA = ("、", ", ")
#: Names listed at most.
MOST_NAMES = 5


def sentences(found: Analysis, lang: str) -> list[str]:
    """Ten sentences: size, kept, balance, bypass, leakage, hubs, failure, bottleneck, exits, communities."""
    teller = _Teller(found, lang)
    return [
        teller.size(), teller.kept(), teller.balance(), teller.bypass(), teller.leakage(),
        teller.hubs(), teller.failure(), teller.bottleneck(), teller.exits(), teller.communities(),
    ]  # fmt: skip


class _Teller:
    def __init__(self, found: Analysis, lang: str) -> None:
        self.found = found
        self.zh = lang == "zh"

    # --- figures ---------------------------------------------------------------------------

    def pick(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def figure(self, measure: str) -> str:
        """A measure with what it was, and how it stands to the published figure."""
        value, old = self.found.value(measure), self.found.value(measure, "before")
        text = self.shown(measure, value)
        notes = []
        if old == old and self.shown(measure, old) != text:
            notes.append(
                self.pick(f"{self.earlier()}{self.shown(measure, old)}", f"{self.earlier()} {self.shown(measure, old)}")
            )
        figure = self.found.value(measure, "published")
        agrees = str(self.found.measures.set_index("measure")["agrees"][measure])
        if agrees and self.found.before is None:
            spread = f"{self.found.value(measure, 'tolerance'):.0%}"
            told = self.shown(measure, figure)
            ok = agrees == "yes"
            notes.append(
                self.pick(
                    f"公布{told}，{'相差不超过' if ok else '相差超过'}{spread}",
                    f"published {told}, {'within' if ok else 'differs by more than'} {spread}",
                )
            )
        return text + (self.pick(f"（{'；'.join(notes)}）", f" ({'; '.join(notes)})") if notes else "")

    def earlier(self) -> str:
        return self.pick("原为", "was") if self.found.closed else self.pick("现状", "today")

    def shown(self, measure: str, value: float) -> str:
        unit = str(self.found.measures.set_index("measure")["unit"][measure])
        if not math.isfinite(value):
            return self.pick("无数据", "not known")
        return f"{value:.1%}" if unit == "share" else f"{value:.2f}" if unit == "factor" else amount(value)

    def names(self, keys: list[str]) -> str:
        """Names of institutions, the first few of them."""
        told = COMMA[not self.zh].join(self.found.name("institutions", key) for key in keys[:MOST_NAMES])
        more = len(keys) - MOST_NAMES
        return told + (self.pick(f"等{len(keys)}家", f" and {more} more") if more > 0 else "")

    def place(self, key: object) -> str:
        return self.found.name("institutions", key)

    def specialty(self, key: object) -> str:
        return self.found.name("specialties", key)

    # --- the sentences ---------------------------------------------------------------------

    def size(self) -> str:
        n, flows, up, down, left = (
            self.figure(name)
            for name in ("institutions", "flows", "referrals_up_month", "referrals_down_month", "left_visits")
        )
        slips = ("", "")
        if self.found.network.slips_known:
            carried = self.figure("slips_up_month")
            slips = (f"，其中持转诊单{carried}", f", with a referral slip {carried}")
        return self.pick(
            f"网络有{n}家机构、{flows}条流向：每月上转{up}人次{slips[0]}；下转{down}；外流{left}。",
            f"The network has {n} institutions and {flows} flows: {up} visits a month go up{slips[1]}; {down} come "
            f"down; {left} leave the alliance.",
        )

    def kept(self) -> str:
        inside, county, primary = (
            self.figure(name) for name in ("kept_inside", "in_county_visit_share", "primary_visit_share")
        )
        told = self.pick(
            f"离开首诊机构的人次有{inside}留在联盟内；县域内就诊率{county}，基层诊疗占比{primary}",
            f"Of the visits that leave their first institution {inside} stay in the alliance; {county} of all visits "
            f"are inside, {primary} of these at primary level",
        )
        row = self.found.measures.set_index("measure").loc["primary_visit_share"]
        if row["published"] == row["published"] and not row["agrees"]:
            told += self.pick(
                "（表中只有部分门诊，不与公布值比较）", " (the tables hold a part of the visits: not compared)"
            )
        return told + self.pick("。", ".")

    def balance(self) -> str:
        ratio, links = self.figure("down_up_ratio"), self.figure("mutual_links")
        value = self.found.value("down_up_ratio")
        kind = ("下转与上转", "Down to up")
        if self.found.network.slips_known:
            kind = ("下转与持单上转", "Down to up with a slip")
        way = ""
        if 0 < value < 1:
            way = self.pick(
                f"，即每下转1人上转{amount(1 / value)}人", f", that is {amount(1 / value)} up for each one down"
            )
        return self.pick(
            f"{kind[0]}之比为{ratio}{way}；{links}的转诊联系有来有往。",
            f"{kind[1]} is {ratio}{way}; {links} of the links run both ways.",
        )

    def bypass(self) -> str:
        share, levels, minutes = (self.figure(name) for name in ("bypassed", "skipped_level", "bypass_minutes"))
        told = self.pick(
            f"{share}的上转越过了更近且能接诊的机构，{levels}越过了级别更低者，平均单程多走{minutes}分钟",
            f"{share} of the visits up pass by a nearer capable institution, {levels} one of a lower level, {minutes} "
            "minutes farther one way in the mean",
        )
        if len(self.found.bypass):
            row = self.found.bypass.iloc[0]
            told += self.pick(
                f"；最多的是{self.place(row['origin'])}越过{self.place(row['nearest'])}"
                f"到{self.place(row['destination'])}，每月{amount(float(row['patients']))}人次",
                f"; most from {self.place(row['origin'])} past {self.place(row['nearest'])} to "
                f"{self.place(row['destination'])}, {amount(float(row['patients']))} a month",
            )
        return told + self.pick("。", ".")

    def leakage(self) -> str:
        table = self.found.places[self.found.places["seen"].fillna(0.0) > 0]
        share = self.figure("leakage_share")
        told = self.pick(f"外流率{share}", f"{share} of all visits leave the alliance")
        if len(table):
            most = table.sort_values(["left", "institution"], ascending=[False, True]).iloc[0]
            rate = table.sort_values(["leakage", "institution"], ascending=[False, True]).iloc[0]
            many, part = amount(float(most["left"])), float(rate["leakage"])
            kind = self.specialty(rate["mostly"])
            told += self.pick(
                f"；人次最多的是{self.place(most['institution'])}（每月{many}），"
                f"比例最高的是{self.place(rate['institution'])}（{part:.1%}，多为{kind}）",
                f"; most from {self.place(most['institution'])} ({many} a month), the largest share from "
                f"{self.place(rate['institution'])} ({part:.1%}, mostly {kind})",
            )
        return told + self.pick("。", ".")

    def hubs(self) -> str:
        table = self.found.places
        first = table.sort_values(["up_in", "institution"], ascending=[False, True]).iloc[0]
        middle = table.sort_values(["betweenness", "institution"], ascending=[False, True]).iloc[0]
        if not first["up_in"] > 0:
            return self.pick("没有机构承接上转。", "No institution receives referrals.")
        hub, between = self.place(first["institution"]), self.place(middle["institution"])
        share, degree = self.figure("hub_share"), float(middle["betweenness"])
        if not degree > 0:
            return self.pick(
                f"{hub}承接最多，占上转的{share}；没有机构处在别人的转诊路线中间。",
                f"{hub} receives most, {share} of the visits up; nobody stands in between others.",
            )
        return self.pick(
            f"{hub}承接最多，占上转的{share}；处在最多转诊路线中间的是{between}（中介度{degree:.2f}）。",
            f"{hub} receives most, {share} of the visits up; most in between is {between} (betweenness {degree:.2f}).",
        )

    def failure(self) -> str:
        if self.found.closed:
            short = amount(float(self.found.lost["patients"].sum()))
            gone = COMMA[not self.zh].join(self.place(key) for key in self.found.closed)
            worst = self.found.lost.groupby("origin")["patients"].sum().sort_values(ascending=False, kind="stable")
            who = self.names([str(key) for key in worst.index]) if len(worst) else self.pick("无", "nobody")
            return self.pick(
                f"{gone}停诊后，每月{short}人次无处接收，涉及{who}。",
                f"With {gone} closed, {short} visits a month find no place; concerned: {who}.",
            )
        if not len(self.found.hubs):
            return self.pick(
                "没有医院承接上转，无从计算停诊损失。", "No hospital receives referrals: nothing can fail."
            )
        row = self.found.hubs.iloc[0]
        hub, lost, part = self.place(row["hospital"]), amount(float(row["lost"])), float(row["lost_share"])
        told = self.pick(
            f"若{hub}停诊，其余医院按余力和路程上限接收后，每月仍有{lost}人次（占上转{part:.1%}）无处可去",
            f"If {hub} fails, {lost} visits a month ({part:.1%} of all up) find no place within the travel limit "
            "and the others' capacity",
        )
        if row["mostly"]:
            told += self.pick(
                f"，最多的是{self.specialty(row['mostly'])}", f", mostly in {self.specialty(row['mostly'])}"
            )
        inner = float(row["lost_in_group"])
        told += self.pick(f"；不出组则为{amount(inner)}", f"; {amount(inner)} if groups stay borders")
        return told + self.pick("。", ".")

    def bottleneck(self) -> str:
        if not len(self.found.cuts):
            return self.pick("没有上转，没有瓶颈。", "Nobody is referred up: there is no bottleneck.")
        row = self.found.cuts.iloc[0]
        hosts = self.names([key for key in str(row["hospitals"]).split(";") if key])
        factor = float(row["headroom"])
        short = float(row["referrals"]) - float(row["served"])
        kind, lacking = self.specialty(row["specialty"]), amount(short)
        if short > 0.05:
            return self.pick(
                f"最紧的是{kind}：每月{lacking}人次今日已无处接收（可去{hosts or '无处'}）。",
                f"Tightest is {kind}: {lacking} visits a month find no place already (open to them: {hosts or '-'}).",
            )
        places, many = len(str(row["places"]).split(";")), amount(float(row["cut_referrals"]))
        more = f"{max(0.0, factor - 1):.1%}"
        return self.pick(
            f"最紧的是{kind}：上转再增{more}，{hosts}即告满员（最小割：{places}个点，每月{many}人次）。",
            f"Tightest is {kind}: {more} more referrals fill {hosts} (minimum cut: {places} places, {many} a month).",
        )

    def exits(self) -> str:
        table = self.found.places
        one, none = table[table["through"] != ""], table[table["cut_off"] == "yes"]
        share = self.figure("one_host")
        alone = self.pick(
            f"{share}的上转在路程上限内只有一家能接诊的医院",
            f"{share} of the visits up have a single capable hospital within the travel limit",
        )
        if one.empty and none.empty:
            return self.pick(
                f"每个下级机构都有两个以上互不依赖的转诊出口；{alone}。",
                f"Every lower institution refers to two others or more that do not depend on one another; {alone}.",
            )
        parts = []
        if len(one):
            who = one["through"].value_counts()
            hub = sorted(who.index[who == who.max()])[0]
            parts.append(
                self.pick(
                    f"{len(one)}家下级机构只有一个出口，其中{int(who.max())}家全靠{self.place(hub)}",
                    f"{len(one)} lower institutions have a single exit, {int(who.max())} of them {self.place(hub)}",
                )
            )
        if len(none):
            ids = [str(key) for key in none["institution"]]
            parts.append(
                self.pick(
                    f"{len(none)}家没有任何上转去处：{self.names(ids)}",
                    f"{len(none)} refer to nobody: {self.names(ids)}",
                )
            )
        parts.append(alone)
        return self.pick("；".join(parts) + "。", "; ".join(parts) + ".")

    def communities(self) -> str:
        count, rand = self.figure("communities"), self.found.value("rand")
        groups = len({group for group in self.found.network.places["group"] if group})
        several, tele = self.found.value("several"), self.found.value("tele_visits")
        told = self.pick(
            f"按流量自然形成{count}个就医圈，公布分组为{groups}个，吻合度（调整兰德指数）{rand:.2f}；"
            f"{several:.0f}家机构同时属于多个联盟",
            f"The flow forms {count} communities against {groups} declared groups, agreement (adjusted Rand) "
            f"{rand:.2f}; {several:.0f} institutions belong to several alliances",
        )
        if tele > 0:
            links = len(self.found.network.tele)
            told += self.pick(
                f"；{links}条远程联系，远程会诊每月留住{amount(tele)}人次",
                f"; {links} tele-links, teleconsultation keeps {amount(tele)} visits a month below",
            )
        return told + self.pick("。", ".")


def compared(found: Analysis, lang: str) -> list[str]:
    """Published figures beside the recomputed ones, each with its tolerance, verdict and source."""
    teller = _Teller(found, lang)
    lines = []
    for row in found.measures[found.measures["published"].notna()].to_dict("records"):
        name, figure = str(row["measure"]), float(row["published"])
        verdict = {
            "yes": teller.pick("在容差内", "within"),
            "no": teller.pick("超出容差", "outside"),
            "": teller.pick("不比较", "not compared"),
        }[str(row["agrees"])]
        value, told = (teller.shown(name, float(one)) for one in (row["value"], figure))
        spread = f"{float(row['tolerance']):.0%}"
        label = str(row["name_zh"] if teller.zh else row["name_en"])
        lines.append(
            teller.pick(
                f"{label}：重算{value}，公布{told}，容差{spread}，{verdict}（{row['source']}）",
                f"{label}: recomputed {value}, published {told}, tolerance {spread}, {verdict} ({row['source']})",
            )
        )
    return lines
