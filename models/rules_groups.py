"""Rules of groups."""

from __future__ import annotations

from models.rule import Rule

GROUPS = (
    Rule("one_group", "grouping", "structure", "每个单位属于一个集团", "every institution belongs to one group"),
    Rule(
        "follows_parent",
        "grouping",
        "structure",
        "村级机构随其上级机构归组",
        "a village institution follows the institution that manages it",
    ),
    Rule(
        "lead_home",
        "grouping",
        "structure",
        "每个集团只有一家牵头医院，且在本集团内",
        "each group has one lead, which belongs to it",
    ),
    Rule("group_count", "grouping", "structure", "集团个数等于要求的个数", "there are as many groups as asked for"),
    Rule("contiguous", "grouping", "hard", "每个集团的辖区连成一片", "each group's area is in one piece"),
    Rule(
        "balance_population",
        "grouping",
        "hard",
        "各集团人口与应占份额相差不超过允许幅度",
        "a group's people stay within the tolerance of its share",
    ),
    Rule(
        "balance_need",
        "grouping",
        "floor",
        "各集团就诊需求与应占份额相差不超过允许幅度",
        "a group's visits stay within the tolerance of its share",
    ),
    Rule(
        "balance_risk",
        "grouping",
        "floor",
        "各集团医保风险与应占份额相差不超过允许幅度",
        "a group's insurance risk stays within the tolerance of its share",
    ),
    Rule(
        "group_capability",
        "grouping",
        "floor",
        "各专业上送的就诊不超过牵头医院的接诊能力",
        "a lead can take what its group sends up, in each specialty",
    ),
    Rule(
        "group_minutes",
        "grouping",
        "filter",
        "到牵头医院的路程不超过上限",
        "the lead is within the longest trip",
    ),
)
