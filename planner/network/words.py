"""What each measure of the network is, in both languages: name, unit, definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Definition:
    """A measure: its unit, its name and its definition, each as (zh, en)."""

    unit: str
    name: tuple[str, str]
    meaning: tuple[str, str]


#: measure | unit | 名称 | name | 定义 | definition
_MEASURES = """
institutions | institutions | 机构数 | Institutions | 网络中的机构 | institutions in the network
flows | flows | 流向数 | Flows | 机构、专业、方向各不相同的转诊流向，含去县外 | flows that differ in ends, specialty or direction, those outside included
referrals_up_month | visits/month | 上转 | Referred up | 每月转到联盟内上级机构的人次，含自行前往 | visits a month to a higher institution of the alliance, also without a slip
slips_up_month | visits/month | 持转诊单上转 | Referred up with a slip | 上转人次中持转诊单者 | of the visits referred up, those with a referral slip
referrals_down_month | visits/month | 下转 | Referred down | 每月由上级转回基层的人次 | visits a month sent back to a lower institution
left_visits | visits/month | 外流 | Left | 每月到联盟外就医的人次 | visits a month to care outside the alliance
down_up_ratio | ratio | 下上转比 | Down to up | 下转人次÷持转诊单上转人次；仅作对照，不作目标 | visits sent down over visits up with a slip; to compare, never a goal
kept_inside | share | 转出留在联盟内 | Kept inside | 离开首诊机构的人次中，到联盟内机构者 | of the visits that leave their first institution, those that stay in the alliance
kept_in_group | share | 上转留在本组 | Kept in the group | 联盟内上转人次中，转到本组机构者 | of the visits referred up inside, those to the own group
in_county_visit_share | share | 县域内就诊率 | Seen inside | 有人接诊的人次中，在联盟内就诊者 | of all visits that somebody takes, those inside the alliance
primary_visit_share | share | 基层诊疗占比 | Primary share | 联盟内就诊人次中，在基层机构（一级及以下）就诊者 | of the visits inside the alliance, those at primary institutions
bypassed | share | 越过最近机构（越级） | Bypass | 上转人次中，另有更近（1分钟以上）且能接诊该专业的上级机构者 | of the visits referred up, those that pass by a nearer capable institution (by a minute or more)
skipped_level | share | 越级到更高级别 | Levels skipped | 上转人次中，越过的最近机构级别低于去处者 | of the visits referred up, those whose nearest capable institution is of a lower level than where they go
bypass_minutes | minutes | 越过者多走的单程 | Detour of a bypass | 越过最近机构者平均多走的单程分钟 | mean further minutes one way of those who pass by
leakage_share | share | 外流率 | Leakage | 有人接诊的人次中，到联盟外者 | of all visits that somebody takes, those outside
hub_share | share | 最大承接机构占比 | Largest receiver | 上转人次中，最大承接机构所收 | of the visits referred up, those that the largest receiver gets
betweenness_most | share | 最大中介度 | Greatest betweenness | 两机构间最快转诊路线中，经过该机构的比例（按分钟） | share of the quickest referral ways between two others that pass through the institution (by minutes)
n1_lost | visits/month | 一家停诊的最大损失 | Greatest loss of one | 任一医院停诊后，在路程上限和各院余力内无处接收的上转人次 | visits that find no place within the travel limit and the others' capacity when one hospital fails
n1_lost_share | share | 一家停诊的最大损失占比 | Greatest loss of one, share | 上项÷全部上转人次 | the same over all visits referred up
n1_lost_in_group | visits/month | 不出组时的最大损失 | Greatest loss inside groups | 同上，但跨组不得多于现状 | the same, with no more than today across groups
headroom | factor | 增长余地 | Headroom | 全部上转同比增长到几倍时，最紧的专业首次有人无处接收（最小割） | the factor of growth at which somebody of the tightest specialty first finds no place (minimum cut)
one_exit | institutions | 单出口机构 | Single exits | 所有转诊路线都要经过同一家机构的下级机构 | lower institutions all of whose ways of referral pass one institution
cut_off | institutions | 无出口机构 | Cut off | 没有任何上转去处的下级机构 | lower institutions that refer to nobody
one_host | share | 只有一处可去的上转 | Nowhere else to go | 上转人次中，该专业在路程上限内只有一家能接诊的医院者 | of the visits referred up, those with a single capable hospital of the specialty within the travel limit
mutual_share | share | 有来有往的流量 | Answered flow | 每对机构上下转中较小者的2倍÷上下转之和 | twice the smaller of up and down of each pair, over the sum of both
mutual_links | share | 有来有往的联系 | Answered links | 有转诊的机构对中，反方向也有转诊者 | of the links between two institutions, those that also run the other way
communities | communities | 自然就医圈 | Communities in the flow | 按流量聚成的圈数（Louvain法，取模块度最大） | communities that the flow forms (Louvain, greatest modularity)
rand | index | 与分组的吻合度 | Agreement with the groups | 就医圈与公布分组的调整兰德指数：1完全一致，0与随机无异 | adjusted Rand index of communities and declared groups: 1 the same, 0 chance
nmi | index | 标准化互信息 | Mutual information | 同上，标准化互信息：1完全一致，0互不相关 | the same, normalised mutual information: 1 the same, 0 independent
modularity_found | index | 就医圈模块度 | Modularity of communities | 圈内流量占比减去随机时的占比 | share of the flow inside communities, less what chance would give
modularity_declared | index | 分组模块度 | Modularity of groups | 组内流量占比减去随机时的占比 | share of the flow inside declared groups, less what chance would give
alliances | alliances | 联盟数 | Alliances | 分组与各服务的成员关系中出现的联盟 | alliances among groups and memberships of services
several | institutions | 身在多个联盟的机构 | In several alliances | 同时属于两个以上联盟的机构 | institutions that belong to more than one alliance
nested | pairs | 嵌套的联盟对 | Nested alliances | 一个联盟的成员全在另一个之内的联盟对 | pairs of alliances of which one lies inside the other
tele_visits | visits/month | 远程会诊 | Teleconsultations | 每月由远程会诊留在基层的人次 | visits a month that teleconsultation keeps below
tele_items | items/day | 远程诊断 | Remote reading | 每日送上级判读的影像、心电等份数 | films and traces a day that are read elsewhere
"""  # noqa: E501


def _definition(line: str) -> tuple[str, Definition]:
    key, unit, *texts = (part.strip() for part in line.split("|"))
    name_zh, name_en, zh, en = texts
    return key, Definition(unit, (name_zh, name_en), (zh, en))


MEASURES: Mapping[str, Definition] = MappingProxyType(dict(map(_definition, _MEASURES.strip().splitlines())))
