"""The ten sentences that matter, in Chinese and English: what a committee would ask first of its network."""

from __future__ import annotations

from planner.network.analysis import Analysis
from planner.network.measures import WHOLE_VISITS
from planner.network.telling import COMMA, Figures
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
        went = (f"每月上转{up}人次", f"{up} visits a month are referred up")
        if self.found.network.slips_known:
            carried = self.figure("slips_up_month")
            went = (
                f"每月到上级就诊{up}人次，其中持单上转{carried}",
                f"{up} visits a month go up to a higher institution, {carried} of them referred with a slip",
            )
        return self.pick(
            f"网络有{n}家机构、{flows}条流向：{went[0]}；下转{down}；外流{left}。",
            f"The network has {n} institutions and {flows} flows: {went[1]}; {down} come down; {left} leave the "
            "alliance.",
        )

    def kept(self) -> str:
        inside, county, primary = (
            self.figure(name) for name in ("kept_inside", "in_county_visit_share", "primary_visit_share")
        )
        told = self.pick(
            f"离开首诊机构的人次有{inside}留在联盟内",
            f"Of the visits that leave their first institution {inside} stay in the alliance",
        )
        if self.found.network.cells.empty:
            told += self.pick(
                "；没有 needs 表，不知全部就诊人次，算不出就诊率",
                "; without a table needs all visits are not known, nor the share of them that is inside",
            )
            return told + self.pick("。", ".")
        low = (self.found.network.places["level"] < 2).any()
        term = "县域内就诊率" if low else "联盟内就诊率"
        told += self.pick(f"；{term}{county}", f"; {county} of all visits are inside")
        if low:
            told += self.pick(f"，基层诊疗占比{primary}", f", {primary} of these at primary level")
        else:
            told += self.pick("，联盟内没有基层机构", "; the alliance has no primary institution")
        a_year = self.found.visits_a_year
        if a_year < WHOLE_VISITS:
            told += self.pick(
                f"（表中每人每年只有{a_year:.1f}次就诊，是全部门诊的一部分，不与公布值比较）",
                f" (the tables hold {a_year:.1f} visits a resident and year, a part of all: not compared with "
                "published shares)",
            )
        return told + self.pick("。", ".")

    def balance(self) -> str:
        if not self.found.network.down_known:
            return self.pick(
                "表中没有下转记录：下转多少、有来有往的比例都不知道（不是没有下转）。",
                "The tables hold no referral down: how many come back, and how many links run both ways, is not known "
                "(that is not none).",
            )
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
        nearer, alone = amount(self.found.network.bypass_minutes), self.found.value("no_upper")
        told = self.pick(
            f"{share}的上转舍近求远（另有近{nearer}分钟以上且能接诊的上级机构），平均单程多走{minutes}分钟；"
            f"{levels}越级（级别更低且能接诊的机构就在可及处）",
            f"{share} of the visits up pass by a capable institution that is {nearer} minutes nearer or more, "
            f"{minutes} minutes farther one way in the mean; {levels} skip a level (a capable one of a lower level is "
            "in reach)",
        )
        if alone > 0.05:
            told += self.pick(
                f"；另有{amount(alone)}人次没有已知路程的上级机构可选，未计入",
                f"; {amount(alone)} more have no capable institution above them at a known distance, and do not count",
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
        if not len(table):
            left = self.figure("left_visits")
            return self.pick(
                f"每月外流{left}人次；全部就诊人次不详，算不出外流率。",
                f"{left} visits a month leave the alliance; of how many in all is not known.",
            )
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
                f"{hub}承接最多，占上转的{share}；上转都是一步到位，没有机构居中转接（中介度为零，只看承接份额）。",
                f"{hub} receives most, {share} of the visits up; every referral is a single step, so that nobody "
                "stands in between (betweenness says nothing here, the share received does).",
            )
        return self.pick(
            f"{hub}承接最多，占上转的{share}；居中转接最多的是{between}（{degree:.1%}的上转最快要经过它）。",
            f"{hub} receives most, {share} of the visits up; most in between is {between}: the quickest ways of "
            f"{degree:.1%} of the visits pass it.",
        )

    def failure(self) -> str:
        if self.found.closed:
            short = amount(float(self.found.lost["patients"].sum()))
            gone = COMMA[not self.zh].join(self.place(key) for key in self.found.closed)
            worst = self.found.lost.groupby("origin")["patients"].sum().sort_values(ascending=False, kind="stable")
            who = self.names([str(key) for key in worst.index]) if len(worst) else self.pick("无", "nobody")
            return self.pick(
                f"{gone}停诊后（连同其本院就诊者），每月{short}人次无处接收，涉及{who}{self.assumed()}。",
                f"With {gone} closed, its own residents included, {short} visits a month find no place; concerned: "
                f"{who}{self.assumed()}.",
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
        return told + self.assumed() + self.pick("。", ".")

    def assumed(self) -> str:
        """Said beside what depends on capacities, where they are not counted but assumed or derived."""
        if not self.found.network.assumed:
            return ""
        return self.pick(
            "（各院接诊能力为推算或假定，此数随之而变）",
            " (capacities are derived or assumed, and this figure with them)",
        )

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
        over = ""
        if len(self.found.over):
            first, extra = self.found.over.iloc[0], amount(self.found.value("over_capability"))
            over = self.pick(
                f"；{len(self.found.over)}处接收已超过所填能力，共每月{extra}人次，"
                f"最多的是{self.place(first['hospital'])}{self.specialty(first['specialty'])}",
                f"; {len(self.found.over)} receivers take more than their stated capability, {extra} a month in "
                f"all, most {self.place(first['hospital'])} in {self.specialty(first['specialty'])}",
            )
        over += self.assumed()
        places, many = len(str(row["places"]).split(";")), amount(float(row["cut_referrals"]))
        more = f"{max(0.0, factor - 1):.1%}"
        return self.pick(
            f"最紧的是{kind}：上转再增{more}，{hosts}即告满员（最小割：{places}个点，每月{many}人次）{over}。",
            f"Tightest is {kind}: {more} more referrals fill {hosts} (minimum cut: {places} places, {many} a month)"
            f"{over}.",
        )

    def exits(self) -> str:
        table = self.found.places[self.found.places["cut_off"] != ""]
        if table.empty:
            return self.pick(
                "没有下级机构，谈不上转诊出口。", "There is no lower institution, so exits are no question."
            )
        hung, none = table[table["hanging"] > 0.5], table[table["cut_off"] == "yes"]
        parts = [
            self.pick(
                f"按专业看，{self.figure('one_exit_share')}的上转今日只走一个出口",
                f"By specialty, {self.figure('one_exit_share')} of the visits up have a single exit today",
            )
        ]
        if len(hung):
            who = hung["through"].value_counts()
            hub = sorted(who.index[who == who.max()])[0]
            parts[0] += self.pick(
                f"（{len(hung)}家下级机构过半如此，其中{int(who.max())}家靠{self.place(hub)}）",
                f" (more than half of those of {len(hung)} lower institutions, {int(who.max())} of them through "
                f"{self.place(hub)})",
            )
        if len(none):
            ids = [str(key) for key in none["institution"]]
            parts.append(
                self.pick(
                    f"{len(none)}家没有任何上转去处：{self.names(ids)}",
                    f"{len(none)} refer to nobody: {self.names(ids)}",
                )
            )
        share = self.figure("one_host")
        parts.append(
            self.pick(
                f"即使可以另选，{share}的上转在路程上限内也只有一家能接诊的医院",
                f"even if they could choose, {share} have one capable hospital only within the travel limit",
            )
        )
        return self.pick("；".join(parts) + "。", "; ".join(parts) + ".")

    def circular(self) -> str:
        """Said beside the agreement where flows are reconstructed: groups may have gone into them."""
        if not self.found.network.reconstructed:
            return ""
        return self.pick(
            "（流量为重建，可能已按分组分摊，不能证明分组合理）",
            " (flows are reconstructed, perhaps by these very groups: no proof that the groups are right)",
        )

    def communities(self) -> str:
        count, rand = self.figure("communities"), self.figure("rand")
        groups = len({group for group in self.found.network.places["group"] if group})
        several, tele = self.found.value("several"), self.found.value("tele_visits")
        told = self.pick(
            f"按流量自然形成{count}个就医圈，公布分组为{groups}个，吻合度（调整兰德指数）{rand}"
            f"{self.circular()}；{several:.0f}家机构同时属于多个联盟",
            f"The flow forms {count} communities against {groups} declared groups, agreement (adjusted Rand) "
            f"{rand}{self.circular()}; {several:.0f} institutions belong to several alliances",
        )
        if tele > 0:
            links = len(self.found.network.tele)
            told += self.pick(
                f"；{links}条远程联系，远程会诊每月留住{amount(tele)}人次",
                f"; {links} tele-links, teleconsultation keeps {amount(tele)} visits a month below",
            )
        return told + self.pick("。", ".")


def remarks(found: Analysis, lang: str) -> list[str]:
    """What must be said above the sentences: that flows are reconstructed and not counted."""
    teller = _Teller(found, lang)
    if not found.network.reconstructed:
        return []
    return [
        teller.pick(
            "重建的流量：按 sources 表，referrals 的人次为推算或假定，并非逐条统计；"
            "谁转给谁、吻合度等反映的是推算时的假定。",
            "Reconstructed flows: by the table sources, the visits of referrals are derived or assumed, not counted; "
            "who refers to whom, and how flows agree with groups, shows what was assumed.",
        )
    ]


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
