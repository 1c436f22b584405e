"""What is said of groups, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: key -> (zh, en)
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no_neighbours": (
            "neighbours：没有任何相邻关系，也无法由边界或坐标推算：请填写 neighbours 表，或补边界文件、经纬度，"
            '或在 [rules] 写 contiguous = "off"',
            "neighbours: no two institutions are neighbours, and neither boundaries nor coordinates tell: fill in the "
            'table neighbours, add boundaries or lon and lat, or set contiguous = "off" in [rules]',
        ),
        "unit_alone": (
            "neighbours：{count} 个单位没有相邻单位，按孤岛处理（可归任何集团）：{names}",
            "neighbours: {count} units have no neighbour and are taken as islands, free to join any group: {names}",
        ),
        "leads_together": (
            "institutions：{names} 都在单位 {unit}，一个单位只能属于一个集团：改其中一家的 parent，或只留一家为牵头",
            "institutions: {names} are all in the unit {unit}, which can have one group only: change a parent, or let "
            "one of them lead",
        ),
        "leads_of_one_group": (
            "institutions：集团 {group} 有多家牵头医院（{names}），每个集团只能有一家：改 group 或 lead",
            "institutions: the group {group} has several leads ({names}), and a group has one: change group or lead",
        ),
        "no_count": (
            "没有牵头医院：用 -k 指明集团个数，或在 institutions 表填写 lead",
            "no institution leads: say how many groups with -k, or fill in the column lead of institutions",
        ),
        "too_many": (
            "要 {count} 个集团，但只有 {have} 个{what}：减少 -k，或增加 lead",
            "{count} groups are asked for, and there are {have} {what}: lower -k, or let more institutions lead",
        ),
        "no_trip": (
            "travel：{count} 个单位到任何牵头医院都没有路程：{names}",
            "travel: {count} units have no trip to any lead: {names}",
        ),
        "unknown_group": (
            "{label}：没有由牵头医院带领的集团 {group}；可用：{known}",
            "{label}: no lead has a group {group}; there are: {known}",
        ),
        "no_move": (
            "--move {text}：应为 机构=集团，集团为 {known} 之一",
            "--move {text}: expected INSTITUTION=GROUP, with one of the groups {known}",
        ),
        "service_unknown": (
            "没有服务 {service} 的业务量（volumes）或候选中心（centres）",
            "the service {service} has no volumes or no centres",
        ),
        "hospitals": (
            "{count} 家医院不在 neighbours 表，按所在（路程最近）的单位定相邻：{names}",
            "{count} hospitals are not in the table neighbours and stand in the unit nearest to them: {names}",
        ),
        "followers": (
            "{count} 个村级机构没有上级机构，随路程最近的单位：{names}",
            "{count} village institutions name no parent and follow the nearest unit: {names}",
        ),
        "load_missing": (
            "没有{what}，不检查其均衡",
            "no {what} in the tables: their balance is not looked at",
        ),
        "estimated": (
            "相邻关系按坐标推算：连片是对推算图的证明，不是对行政边界",
            "neighbours are estimated from points: groups are in one piece on that estimate, not on boundaries",
        ),
        "today_unknown": (
            "{count} 个单位现在没有集团，不计入变动",
            "{count} units have no group today and do not count as moved",
        ),
        "leads": ("牵头医院", "leads"),
        "units": ("单位", "units"),
        "population": ("人口", "people"),
        "need": ("就诊需求", "visits"),
        "risk": ("参保人数或人口年龄", "insured persons"),
        "title": ("{name}：分组方案", "{name}: groups"),
        "found": (
            "{units} 个单位分为 {count} 个集团，{moved} 家机构换组；{proof}",
            "{units} units in {count} groups, {moved} institutions change their group; {proof}",
        ),
        "proved": ("每个目标都在 {gap:.2g}% 内证明最优", "every aim is proved within {gap:.2g} %"),
        "unproved": ("{aim} 距证明界 {gap:.1f}%", "{aim} is within {gap:.1f} % of its bound"),
        "groups": ("各集团", "Groups"),
        "members": ("成员与变动", "Members and moves"),
        "price": ("边界的代价", "The price of borders"),
        "price_note": (
            "每一行都是带证明重新求得的分组或方案；差额为正表示比本方案差。区间由两个方案的证明界得出。",
            "Each row is a grouping or plan found again, with its bound; a positive difference is worse than this "
            "plan. The range follows from both bounds.",
        ),
        "price_ours": ("{aim} {value} {unit}（差距 {gap}）", "{aim} {value} {unit} (gap {gap})"),
        "price_part": (
            "{aim} {difference} {unit}（已证明在 {least} 至 {most} 之间，差距 {gap}）",
            "{aim} {difference} {unit} (proved between {least} and {most}, gap {gap})",
        ),
        "case_this": ("本方案", "this plan"),
        "case_not_contiguous": ("不要求连片", "not in one piece"),
        "case_not_balanced": ("不要求均衡", "not balanced"),
        "case_today": ("现在的分组", "today's groups"),
        "case_none": ("不分组", "groups dropped"),
        "case_fixed": ("按现有分组", "today's groups"),
        "case_free": ("按新分组", "new groups"),
        "case_move": ("{site} 改归 {group}", "{site} to {group}"),
        "rejected": ("不可行", "impossible"),
        "lead_mark": ("牵头医院", "lead hospital"),
        "link_inside": ("同组相邻", "neighbours of one group"),
        "link_across": ("跨组相邻", "neighbours across a border"),
        "link_water": ("水路相邻", "neighbours across water"),
        "map_title": ("分组图", "Groups"),
    }
)


def told(key: str, lang: str, **values: object) -> str:
    """The words of a key in one language. Raises KeyError for an unknown key."""
    zh, en = WORDS[key]
    return (zh if lang == "zh" else en).format(**values)


def both(key: str, **values: tuple[str, str] | object) -> tuple[str, str]:
    """The words of a key in both languages; values that are pairs give each language its own."""
    found = []
    for at, lang in enumerate(("zh", "en")):
        mine = {name: value[at] if isinstance(value, tuple) else value for name, value in values.items()}
        found.append(told(key, lang, **mine))
    return found[0], found[1]
