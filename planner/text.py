"""What planners read, in Chinese and English: messages here, names of tables and columns in `planner.words`.

The language is the one asked for, else `ALLIANCE_LANG`, else the region's, else the system's.
"""

from __future__ import annotations

import locale
import math
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


def language(asked: str | None = None, *settings: str) -> Lang:
    """The language to speak: `asked`, else ALLIANCE_LANG, else the first of the settings, else the locale's."""
    for word in (asked, os.environ.get("ALLIANCE_LANG"), *settings):
        found = _known(word)
        if found:
            return found
    return _system_language()


def _known(word: str | None) -> Lang | None:
    lowered = (word or "").strip().lower()
    if lowered.startswith(("zh", "chinese", "cn")):
        return "zh"
    return "en" if lowered.startswith(("en", "english")) else None


def _system_language() -> Lang:
    """POSIX variables first, then what Python knows (Windows says `Chinese (Simplified)_China`)."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value and value not in ("C", "POSIX", "C.UTF-8"):
            return "zh" if value.lower().startswith("zh") else "en"
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def say(key: str, lang: str, **values: object) -> str:
    """The message of a key, with its values filled in. Raises KeyError for an unknown key."""
    zh, en = MESSAGES[key]
    return (zh if lang == "zh" else en).format(**values)


def pick(pair: Any, lang: str) -> str:
    """One language of a pair (zh, en), of a mapping {"zh", "en"}, or a plain text as it is."""
    if isinstance(pair, Mapping):
        return str(pair.get(lang) or pair.get("en") or pair.get("zh") or "")
    if isinstance(pair, tuple | list) and len(pair) == 2:
        return str(pair[0] if lang == "zh" else pair[1])
    return str(pair)


def amount(value: float) -> str:
    """A number as people read it: three significant figures below 100, whole above, dust as 0."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 5e-4 else "0"


#: key -> (zh, en); `{name}` is filled in by `say`.
MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # --- the command line
        "reading": ("读取区域 {name}", "reading region {name}"),
        "checking": ("检查数据", "checking the tables"),
        "travelling": ("计算路程", "working out travel times"),
        "building": ("建立规划问题", "building the planning problem"),
        "feedback": (
            "{clinics} 次门诊排不下，已证明 {cuts} 条限制，重新分配",
            "{clinics} clinics have no date; {cuts} limits proved, allocating again",
        ),
        "looking": (
            "看哪些门诊排不下（最多 {seconds:.0f} 秒）",
            "asking which clinics have no date (at most {seconds:.0f} s)",
        ),
        "dating_pressed": (
            "已停止求解，用现有方案排出日期（约 {seconds:.0f} 秒）；再按一次 Ctrl-C 立即退出，保留上次存下的方案",
            "stopped: dates for the plan in hand (about {seconds:.0f} s); Ctrl-C again leaves the last plan saved",
        ),
        "dating": ("排班（最多 {seconds:.0f} 秒）", "finding dates (at most {seconds:.0f} s)"),
        "planning": ("求解（最多 {seconds:.0f} 秒）", "planning (at most {seconds:.0f} s)"),
        "grouping": ("分组（最多 {seconds:.0f} 秒）", "grouping (at most {seconds:.0f} s)"),
        "pricing": ("计算边界的代价", "pricing the borders"),
        "groups_found": (
            "已得到分组，用时 {seconds:.1f} 秒（{stopped}）",
            "groups found in {seconds:.1f} s ({stopped})",
        ),
        "no_groups": ("未得到分组即中止", "stopped without any grouping"),
        "groups_infeasible": (
            "没有可行的分组。以下规则不能同时满足：",
            "no grouping exists. These rules cannot all hold:",
        ),
        "auditing": ("逐条核查", "auditing every rule"),
        "writing": ("写出方案", "writing the plan"),
        "clean": ("检查通过：没有错误", "the check is clean: no errors"),
        "problems": ("{errors} 处错误，{warnings} 处提醒", "{errors} errors, {warnings} warnings"),
        "defaults_used": ("使用的默认值", "defaults used"),
        "default_row": (
            "{table}.{column}：{count} 处空白，按 {value}",
            "{table}.{column}: {count} blank, taken as {value}",
        ),
        "nothing_written": ("未写出任何文件", "nothing was written"),
        "error": ("错误", "error"),
        "warning": ("提醒", "warning"),
        "note": ("说明", "note"),
        "written": ("已写入 {path}", "written to {path}"),
        "report_at": ("报告：{path}", "report: {path}"),
        "plan_found": ("已得到方案，用时 {seconds:.1f} 秒（{stopped}）", "plan found in {seconds:.1f} s ({stopped})"),
        "audit_holds": ("核查：{rules} 条规则全部满足", "audit: all {rules} rules hold"),
        "audit_broken": ("核查：{broken} 处违反规则", "audit: {broken} breaches"),
        "audit_refused": (
            "方案未通过核查，不出报告；留存于 {path} 供查找原因",
            "the plan fails its audit and is not reported; it is kept at {path} for inspection",
        ),
        "edit_moved": ("{was} → {now}（{cells}）", "{was} → {now} ({cells})"),
        "edit_added": ("新增 {now}（{cells}）", "added {now} ({cells})"),
        "edit_removed": ("取消 {was}（{cells}）", "removed {was} ({cells})"),
        "edit_backup": ("{now} 的备用改为 {backup}（{cells}）", "backup of {now} is now {backup} ({cells})"),
        "edit_problem": ("？{text}", "? {text}"),
        "edit_none": ("工作簿中的排班与方案一致，没有修改", "the roster in the workbook is that of the plan: no edits"),
        "edit_before": ("另有 {count} 处违反规则是方案原有的", "{count} more breaches are the plan's own"),
        "edit_total": (
            "手工修改 {edits} 处，其中 {wrong} 处违反规则；{problems} 处看不懂",
            "{edits} edits by hand, {wrong} of them break a rule; {problems} cells could not be read",
        ),
        "infeasible": (
            "没有可行方案。以下规则不能同时满足：",
            "no plan exists. These rules cannot all hold:",
        ),
        "clash": (
            "{rule}（{sentence}）：{subject}差 {amount} {unit}",
            "{rule} ({sentence}): {subject}short by {amount} {unit}",
        ),
        "relax_hint": (
            "放宽以上各条所列的数量即可得到方案，例如在 plan.toml [rules] 中改为 soft，或修改对应的表。",
            "Relaxing what is named by these amounts gives a plan: make a rule soft in plan.toml [rules], or mend the table.",
        ),
        "no_plan": (
            "时间用完还没有找到方案；请延长 --time-limit",
            "stopped before any plan was found; raise --time-limit",
        ),
        "not_a_plan": ("{path} 不是方案文件夹（没有 plan.json）", "{path} is no plan folder (it has no plan.json)"),
        "foreign_folder": (
            "{path} 已有其他文件，不是本程序写出的文件夹；为防误删请另选一个路径",
            "{path} holds other files and is no folder of this program; choose another path, nothing is overwritten",
        ),
        "network_published": ("与公布数字对照", "beside the published figures"),
        "exists": ("{path} 已存在", "{path} exists already"),
        "unknown_region": (
            "找不到区域“{name}”：既不是文件，也不是自带区域（{known}）",
            "no region {name!r}: neither a path nor a bundled region ({known})",
        ),
        "no_bundled": ("没有自带区域", "no bundled regions"),
        "newer_format": (
            "{path} 的格式版本 {version} 比本程序新，请升级",
            "{path} has format {version}, newer than this program; please upgrade",
        ),
        "new_done": (
            "起始区域已写入 {path}；填好后运行 alliance check",
            "starter region written to {path}; fill it in, then run alliance check",
        ),
        "searching_roads": ("按道路 {file} 计算路程", "searching trips on the roads of {file}"),
        "not_writable": ("{path} 无法写入：{why}", "{path} cannot be written: {why}"),
        "interrupted": ("已中止", "interrupted"),
        "dating_stopped": (
            "排班被人工中止，{clinics} 次门诊没有日期；重新运行 alliance plan 可排完",
            "the search for dates was stopped by hand: {clinics} clinics have none; run alliance plan again to finish",
        ),
        "kept_plan": (
            "{path} 里是中止前存下的方案，已通过核查；运行 alliance report 可补出报告",
            "{path} holds the plan saved before that, audited; alliance report adds its report",
        ),
        "kept_older": ("{path} 里仍是原来的方案，未改动", "{path} still holds the older plan, unchanged"),
        # --- why a run stopped
        "stopped_gap": ("达到精度", "gap reached"),
        "stopped_nodes": ("达到节点上限", "node limit reached"),
        "stopped_clock": ("达到时间上限", "time limit reached"),
        "stopped_user": ("人工中止", "stopped by the user"),
        "stopped_running": ("求解中保存", "saved while solving"),
        "stopped_none": ("求解完成", "solved"),
        # --- report and workbook
        "title": ("{name}联动规划方案", "Linked plan of {name}"),
        "untitled": ("医联体", "this alliance"),
        "subtitle": ("{start} 起 {weeks} 周", "{weeks} weeks from {start}"),
        "subtitle_typical": ("典型季度（{weeks} 周，不计节假日）", "a typical quarter ({weeks} weeks, no holidays)"),
        "answer": ("结论", "The answer"),
        "answer_sentence": (
            "本方案安排每月 {sessions} 次下沉门诊、{posted} 名派驻医生、{centres} 个共享中心，"
            "每月在基层留住 {kept} 人次（现状 {kept_today}），外流 {left} 人次（现状 {left_today}），"
            "未满足 {unmet} 人次（现状 {unmet_today}）。",
            "The plan holds {sessions} outreach clinics a month, {posted} posted doctors and {centres} shared centres. "
            "It keeps {kept} visits a month local (today {kept_today}); {left} leave the county (today {left_today}) "
            "and {unmet} stay unmet (today {unmet_today}).",
        ),
        "status_OPTIMAL": ("已证明达到要求的精度", "proved within the gap asked for"),
        "status_FEASIBLE": ("可行方案，精度见下表", "a valid plan; how far from proved is shown below"),
        "aims": ("目标（按委员会的次序）", "Aims, in the committee's order"),
        "aims_note": (
            "“最多可再好”是已证明的上限：即使再算下去，也不会好过这个数。后面的目标以前面的结果为前提。",
            "“At most this much better” is proved: no plan can beat it. Later aims are conditional on the ones before.",
        ),
        "scenarios": ("四种情形对比", "Four scenarios side by side"),
        "scenarios_note": (
            "不做安排、维持现状、人工编排和本方案按同一口径核算。",
            "Doing nothing, today's practice, a plan made by hand and this plan, priced by the same accounting.",
        ),
        "do_nothing": ("不做安排", "do nothing"),
        "today": ("现状", "today"),
        "by_hand": ("人工编排", "by hand"),
        "plan": ("本方案", "this plan"),
        "sessions_by_site": ("各点门诊安排", "Clinics by site"),
        "sessions_note": (
            "每格为计划期内的半天门诊次数，颜色越深次数越多；具体日期由排班给出。",
            "Half-day clinics in the horizon, darker for more. Their dates come with the roster.",
        ),
        "no_sessions": ("本方案没有下沉门诊。", "The plan holds no outreach clinics."),
        "postings": ("派驻", "Postings"),
        "no_postings": ("本方案没有派驻。", "The plan has no postings."),
        "centres": ("共享中心", "Shared centres"),
        "links": ("单位与中心的对应", "Who is served by which centre"),
        "no_centres": ("本方案没有共享中心。", "The plan has no shared centres."),
        "referrals": ("双向转诊", "Referrals"),
        "no_referrals": ("本方案没有转诊。", "The plan has no referrals."),
        "reserves_title": ("预留号源与床位", "Reserved visits and beds"),
        "referrals_note": (
            "每月人次，各专业合计；按专业见 referrals.csv。",
            "Visits a month over all specialties; by specialty in referrals.csv.",
        ),
        "returned": ("下转回来", "returned"),
        "tele": ("远程会诊", "Teleconsultation"),
        "shortfalls": ("未能满足的底线", "Promises that could not be kept"),
        "no_shortfalls": ("所有底线都已满足。", "Every promise is kept."),
        "indicators": ("指标", "Indicators"),
        "by_scope": ("按专业、机构、中心细分（{count} 项）", "By specialty, institution and centre ({count})"),
        "indicators_note": (
            "现状与方案为本程序按同一口径计算；“公布值”为对外公布的数字，口径可能不同。",
            "Current and planned values use one accounting; “published” figures are the alliance's own and may be defined otherwise.",
        ),
        "assumptions": ("假设与来源", "Assumptions and sources"),
        "assumptions_note": (
            "吸引力、增长等是情景假设，不是测得的效果；默认值请逐项确认。",
            "Capture and growth are scenario assumptions, not measured effects; please confirm each default.",
        ),
        "audit": ("核查结果", "Audit"),
        "audit_note": (
            "核查程序不使用规划模型，直接由表格逐条验算。",
            "The audit shares no code with the model: it recomputes every rule from the tables.",
        ),
        "provenance": ("来历", "Provenance"),
        "notes": ("说明", "Notes"),
        "tick": ("满足", "holds"),
        "cross": ("不满足", "broken"),
        "of_rules": ("{held}/{all} 条规则满足", "{held} of {all} rules hold"),
        "better_by": ("最多可再好 {amount}", "at most {amount} better"),
        "proved_best": ("已证明最优", "proved best"),
        "not_bounded": ("未证明", "not proved"),
        "given_offer": ("以门诊、派驻与中心安排为前提", "given the offer"),
        "made_by": ("由 alliance-planner {version} 生成", "made by alliance-planner {version}"),
        "seconds": ("{seconds:.1f} 秒", "{seconds:.1f} s"),
        "per_month": ("次/月", "a month"),
        "main_doctor": ("主诊", "main"),
        "total": ("合计", "total"),
        "none": ("无", "none"),
        "signatures": (
            "制表人：　　　　　审核人：　　　　　签发人：　　　　　日期：",
            "prepared by:          checked by:          signed by:          date:",
        ),
        "draft": ("草案，待会签", "draft, to be countersigned"),
    }
)
