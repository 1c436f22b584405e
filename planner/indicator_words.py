"""Names of the indicators and of their notes in Chinese and English, and which way is better.

`indicators.csv` holds plain English notes, joined by "; "; readers get them in their language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: indicator | 中文 | English | better: up, down, or - where neither is
_INDICATORS = """
    sent_down_staff | 同时派驻人数 | Doctors posted at once | up
    post_share_down | 派驻人数占医院职工 | Posted, of hospital staff | up
    post_share_training_up | 上派进修占比 | Sent up for training | -
    fixed_doctors_per_township | 每个乡镇固定医生 | Fixed doctors per township | up
    townships_with_fixed_doctor | 有固定医生的乡镇 | Townships with a fixed doctor | up
    townships_with_posted_doctor | 有派驻医生的乡镇 | Townships with a posted doctor | up
    posts_with_gap | 有空岗的派驻岗位 | Posts with a gap | down
    gap_days | 空岗工作日 | Days of empty posts | down
    posts_never_filled | 始终无人的岗位 | Posts never filled | down
    handovers | 派驻交接 | Handovers of posts | -
    handovers_short | 交接天数不足 | Handovers too short | down
    sessions_per_site_week | 每点每周门诊 | Clinics per site and week | up
    clinics_per_township_month | 每个乡镇每月门诊 | Clinics per township and month | up
    sites_without_sessions | 没有门诊的点 | Sites without clinics | down
    sites_without_specialist | 没有专科医生的点 | Sites without any specialist | down
    sessions_per_10000_month | 每万人每月门诊 | Clinics per 10,000 and month | up
    continuity_share | 主诊医生承担比例 | Held by the main doctor | up
    doctors_per_clinic | 每个门诊的医生数 | Doctors per clinic | down
    sessions_lost_if_one_away | 缺一名医生最多停诊 | Clinics lost if one doctor is away | down
    sessions_lost_if_one_away_share | 缺一名医生最多停诊比例 | Share lost if one doctor is away | down
    kept_visits | 基层留住人次 | Visits kept local | up
    unmet_visits | 未满足人次 | Unmet visits | down
    left_visits | 外流人次 | Visits that leave | down
    in_county_visit_share | 县域内就诊率 | Seen inside the county | up
    leakage_share | 外流率 | Leakage | down
    primary_visit_share | 基层诊疗人次占比 | Primary share of visits | up
    primary_share_of_township_needs | 乡镇需求在基层解决的比例 | Township needs met at primary level | up
    referrals_up_month | 每月上转 | Referred up a month | -
    referrals_down_month | 每月下转 | Referred down a month | -
    up_down_ratio | 上下转比 | Up to down referrals | -
    down_up_ratio | 下上转比 | Down to up referrals | -
    referrals_up | 上转人次（同期） | Referred up (same period) | -
    referrals_down | 下转人次（同期） | Referred down (same period) | -
    reserved_visits | 预留号源（人次/月） | Reserved visits a month | -
    reserved_beds | 预留床位 | Reserved beds | -
    reserve_extra_visits | 预留带来的新增上转 | Referrals let in by reserves | up
    reserve_released_share | 预留号到时放回比例 | Reserved visits released unused | -
    designated_share | 到指定上级机构的上转 | Referred to the designated institution | up
    down_bed_days | 下转使用的基层床日 | Bed-days taken below | up
    down_beds_used | 下转床位使用率 | Use of beds for down-referral | -
    clinic_minutes_p50 | 居民到最近门诊：一半人在此时间内 | Residents' minutes to a clinic: half | down
    clinic_minutes_p90 | 居民到最近门诊：九成人在此时间内 | Residents' minutes to a clinic: 90 % | down
    clinic_minutes_max | 居民到最近门诊：最远 | Residents' minutes to a clinic: farthest | down
    residents_within_15_minutes | 15分钟内可达的居民 | Residents within 15 minutes | up
    residents_within_30_minutes | 30分钟内可达的居民 | Residents within 30 minutes | up
    residents_within_60_minutes | 60分钟内可达的居民 | Residents within 60 minutes | up
    residents_within_15_minutes_by_car | 15分钟内可达的居民（按汽车） | Residents within 15 minutes by car | up
    residents_within_30_minutes_by_car | 30分钟内可达的居民（按汽车） | Residents within 30 minutes by car | up
    residents_within_60_minutes_by_car | 60分钟内可达的居民（按汽车） | Residents within 60 minutes by car | up
    elderly_within_15_minutes | 15分钟内可达的老年人 | Elderly within 15 minutes | up
    elderly_within_30_minutes | 30分钟内可达的老年人 | Elderly within 30 minutes | up
    elderly_within_60_minutes | 60分钟内可达的老年人 | Elderly within 60 minutes | up
    residents_without_trip | 查不到路程的居民 | Residents without a known trip | down
    institutions_moved | 换组的机构 | Institutions that change group | down
    group_population | 集团人口 | People of a group | -
    group_population_spread | 集团人口不均衡 | Largest group above the mean: people | down
    group_need | 集团就诊需求 | Visits of a group | -
    group_need_spread | 集团就诊需求不均衡 | Largest group above the mean: visits | down
    group_risk | 集团医保风险（加权参保人） | Insurance risk of a group (weighted persons) | -
    group_risk_spread | 集团医保风险不均衡 | Largest group above the mean: risk | down
    group_fund_rate | 每加权参保人基金 | Fund per risk-weighted insured person | -
    group_fund_rate_spread | 集团间人均基金差距 | Fund per weighted person, best over worst | down
    group_minutes | 居民到牵头医院平均 | Residents' mean minutes to their lead | down
    group_minutes_max | 到牵头医院最远的单位 | Farthest unit from its lead | down
    clinics_in_reach | 可及门诊（两步移动搜寻法） | Clinics in reach (E2SFCA) | up
    clinics_in_reach_least | 可及门诊最少处 | Clinics in reach, least place | up
    clinics_in_reach_gini | 可及门诊基尼系数 | Gini of clinics in reach | down
    primary_clinics_in_reach | 基层可及门诊（30分钟内） | Primary clinics in reach (E2SFCA, 30 minutes) | up
    primary_clinics_in_reach_least | 基层可及门诊最少处 | Primary clinics in reach, least place | up
    primary_clinics_in_reach_gini | 基层可及门诊基尼系数 | Gini of primary clinics in reach | down
    visits_in_reach | 可及接诊能力（两步移动搜寻法） | Visits in reach (E2SFCA) | up
    visits_in_reach_gini | 可及接诊能力基尼系数 | Gini of visits in reach | down
    visits_in_reach_theil | 可及接诊能力泰尔指数 | Theil of visits in reach | down
    sessions_gini | 门诊分布基尼系数 | Gini of clinics per need | down
    sessions_theil | 门诊分布泰尔指数 | Theil of clinics per need | down
    sessions_theil_between | 泰尔指数：组间 | Theil between the groups | down
    sessions_theil_within | 泰尔指数：组内 | Theil inside the groups | down
    sessions_least_to_mean | 最少点与平均之比 | Least site to the mean | up
    sessions_per_doctor | 每名医生门诊 | Clinics per doctor | -
    sessions_per_doctor_spread | 医院之间人均门诊之差 | Spread between hospitals | down
    doctor_travel_hours | 医生路上时间 | Doctors' hours on the road | down
    doctor_travel_km | 医生行车里程 | Doctors' kilometres | down
    cost:postings | 派驻补助 | Cost of postings | down
    cost:sessions | 出诊补贴 | Cost of clinics | down
    cost:centres | 共享中心费用 | Cost of centres | down
    cost:travel | 车费 | Cost of travel | down
    cost_per_year | 年费用 | Cost a year | down
    centre_utilisation | 中心利用率 | Use of the centre | -
    share_within_turnaround | 时限内出报告的比例 | Within the turnaround | up
    quantile_minutes | 规定分位的报告时间 | Minutes at the quantile | down
    imaging_within_minutes | 影像报告时间 | Minutes to an imaging report | down
    service_minutes_p50 | 居民到有此服务的机构：一半人在此时间内 | Residents' minutes to the service: half | down
    service_minutes_p90 | 居民到有此服务的机构：九成人在此时间内 | Residents' minutes to the service: 90 % | down
    service_minutes_max | 居民到有此服务的机构：最远 | Residents' minutes to the service: farthest | down
    service_within_15_minutes | 15分钟内可得此服务的居民 | Residents within 15 minutes of the service | up
    service_within_30_minutes | 30分钟内可得此服务的居民 | Residents within 30 minutes of the service | up
    service_within_60_minutes | 60分钟内可得此服务的居民 | Residents within 60 minutes of the service | up
    service_in_reach | 可及服务能力（两步移动搜寻法） | Service capacity in reach (E2SFCA) | up
    service_in_reach_gini | 可及服务能力基尼系数 | Gini of service capacity in reach | down
    service_in_reach_theil | 可及服务能力泰尔指数 | Theil of service capacity in reach | down
    centre_minutes_p50 | 机构到中心车程：一半业务量在此时间内 | Minutes to the centre: half of the items | down
    centre_minutes_p90 | 机构到中心车程：九成业务量在此时间内 | Minutes to the centre: 90 % of the items | down
    centre_minutes_max | 机构到中心车程：最远 | Minutes to the centre: farthest | down
    remote_share | 远程服务覆盖率 | Members served by a centre | up
    roster_clinics | 已排定门诊 | Clinics with a date | up
    roster_undated | 未能排定门诊 | Clinics without a date | down
    roster_conflicts | 与值班、请假、停诊冲突的门诊 | Clinics against duties, leave or closures | down
    roster_breaches | 违反排班规则 | Breaches of the roster's rules | down
    roster_gap_mean | 平均最长间隔 | Longest gap, mean | down
    roster_gap_max | 最长间隔 | Longest gap | down
    roster_fixed_weekday | 固定星期比例 | On the fixed weekday | up
    roster_main_doctor | 固定医生比例 | By the usual doctor | up
    roster_mornings | 上午门诊比例 | In the morning | up
    roster_far_most | 远点次数最多 | Far trips, most | down
    roster_far_spread | 远点次数离散 | Far trips, spread | down
    roster_fridays_most | 周五次数最多 | Fridays, most | down
    roster_fridays_spread | 周五次数离散 | Fridays, spread | down
    roster_holiday_adjacent_most | 节假日前后次数最多 | Days next to holidays, most | down
    roster_holiday_adjacent_spread | 节假日前后次数离散 | Days next to holidays, spread | down
    roster_trips | 医生外出人天 | Doctor-days out | down
    roster_vehicle_days | 用车次数 | Vehicle-days | down
    clinics_changed | 相对现状变动的门诊 | Clinics changed against today | down
    capacity_used | 接诊能力利用率 | Use of the clinics' capacity | -
    surplus_split | 结余分配 | Split of the surplus | -
    expert_visits | 专家下沉人次（同期） | Expert visits (same period) | up
    expert_visits_per_mentor_chain | 每对师徒专家下沉 | Expert visits per mentor chain | -
    mentor_chains | 师带徒 | Mentor chains | -
    guided_rounds | 指导查房 | Guided rounds | -
    village_contracts | 村级签约 | Village contracts | -
    visits_per_resident_year | 每居民每年就诊 | Visits per resident and year | -
    township_outpatient_visits | 乡镇门诊人次 | Township outpatient visits | -
    outpatient_visits | 门诊人次 | Outpatient visits | -
    township_inpatients | 乡镇住院人次 | Township admissions | -
"""

#: note of `indicators.csv` | 中文
_NOTES = """
    residents of the group's units | 本集团各单位的人口
    visits in the needs table | 需求表中的就诊
    insured persons, those of 65 and over counted as they cost | 参保人，65岁以上按费用倍数计
    other group than today, followers counted | 与现在的集团不同，含随同的村级机构
    largest group above the mean | 最大集团高出平均的比例
    insurance fund over risk-weighted insured persons | 医保基金除以加权参保人
    best over worst group | 最高集团高出最低集团的比例
    residents' mean trip to their lead | 居民到本集团牵头医院的平均路程
    farthest unit | 最远的单位
    occupied at a time with the quantile asked for | 按要求的把握同时够用
    beyond today's referrals | 现有上转之外
    of the visits referred up inside the alliance | 占联盟内上转
    taken below instead of above | 在基层而不在上级医院
    of the beds below that take patients back | 占基层可接收下转的床位
    posted at one time | 同一时间
    posted to staff of the hospitals | 派驻人数与医院职工之比
    posted doctors and main doctors of clinics that are weekly or more | 派驻医生和每周以上门诊的主诊医生
    held, and empty for some working days | 有人派驻、其间有工作日空岗
    at posts that somebody holds or held | 有过派驻人员的岗位
    asked for and held by nobody | 已申报而无人派驻
    reliefs that begin in the horizon | 计划期内开始接替
    fewer working days together than asked for | 新老同在岗的工作日少于规定
    mean of the townships | 各乡镇平均
    the township with fewest | 最少的乡镇
    neither clinic nor posted doctor | 既无门诊也无派驻
    residents of all institutions | 按全部机构服务人口
    clinics held by the main doctor | 由主诊医生承担的门诊
    different doctors per site and specialty | 每点每专业的不同医生数
    of all clinics | 占全部门诊
    clinics, posted doctors and teleconsultation | 门诊、派驻与远程会诊
    of the specialist visits in the needs table | 按需求表中的专科就诊
    only the specialist visits that the tables know | 只含表中的专科就诊
    general visits at townships and villages are not in them | 不含乡镇和村的普通门诊
    of what townships hold or refer up | 按乡镇接诊和上转之和
    visits seen at hospitals, with or without a referral form | 含未开转诊单的上级就诊
    report, not a goal | 仅作对照，不作目标
    residents to the nearest clinic or hospital | 居民到最近的门诊或医院
    mean over specialties by need | 各专业按需求加权
    E2SFCA, weights 1, 0.68, 0.22 to 20, 40, 60 minutes | 20、40、60分钟权重 1、0.68、0.22
    65 years and over, where their number is given | 65岁及以上，按已填人数
    minutes of vehicles | 按汽车时间
    patients by e-bike | 病人骑电动车
    patients by bus | 病人乘公交
    patients on foot | 病人步行
    patients' own minutes | 按病人自己的路程时间
    no trip to any institution is known | 没有到任何机构的路程
    counted as out of reach | 按不可达计，不按零分钟计
    E2SFCA, weights 1, 0.68, 0.22 to 10, 20, 30 minutes | 10、20、30分钟权重 1、0.68、0.22
    clinics below the hospitals | 只计医院以下机构的门诊
    capacity of clinics, posted doctors, teleconsultation and hospitals | 门诊、派驻、远程会诊与医院的接诊能力
    between the groups | 各组之间
    inside the groups | 各组之内
    residents to the nearest institution with the service | 居民到最近的有此服务的机构
    capacity of the centres at the institutions they serve | 中心能力按业务量分到所服务的机构
    vehicles from institution to centre, by items | 机构到中心的车程，按业务量加权
    blank where that share is not served | 该比例未被服务则空白
    today: by the nearest existing centre that may serve it | 现状按最近的、可服务它的现有中心计
    clinics per need, by site | 各点门诊与需求之比
    below 0.2 is very even | 低于0.2为很均衡
    clinics per need: least site to mean | 门诊与需求之比，最少点与平均
    per eligible doctor over the horizon | 计划期内每名合格医生
    hospital with most less hospital with fewest | 最多医院减最少医院
    there and back | 往返
    all parts | 各项合计
    of the daily capacity | 占日能力
    members served by a centre | 由中心承担的成员单位
    added or dropped against today's roster, over the horizon | 计划期内新增与取消之和
    of what clinics and posted doctors could see | 占门诊与派驻可接诊人次
    only the visits in the needs table | 只含需求表中的就诊
    slowest imaging centre at its quantile, peak hour | 最慢的影像中心，高峰小时
    not part of a plan | 不属于规划内容
    with a date in the horizon | 计划期内有日期
    today's are listed in today_audit.csv | 现行排班的逐条见 today_audit.csv
    reasons in unheld.csv | 原因见 unheld.csv
    doctor on duty or away, or site closed | 医生值班、不在岗或受援单位不开诊
    longest wait between clinics, mean of the clinics | 各门诊最长等待的平均
    open weeks without a clinic, the longest | 连续没有门诊的开诊周数，最长
    on the usual weekday of the clinic | 在该门诊通常的星期
    held by the clinic's usual doctor | 由该门诊通常的医生承担
    in the morning | 在上午
    the doctor with most | 承担最多的医生
    standard deviation among doctors | 医生之间的标准差
    doctor-days out | 医生外出人天
    one a hospital, site and day for up to four doctors | 每院每点每日一辆，最多四名医生
"""

_PATTERNS = (
    (r"released (\S+) hours before the day", r"就诊前 \1 小时放回"),
    (r"of (\d+)", r"共 \1 个"),
    (r"criterion (\S+)", r"标准 \1"),
    (r"published (\S+), within (\S+)", r"公布 \1，相差在 \2 以内"),
    (r"published (\S+), differs by (\S+)", r"公布 \1，相差 \2"),
    (r"(\S+) minutes, peak hour", r"\1 分钟，高峰小时"),
    (r"(\S+) of the items, peak hour", r"\1 分位，高峰小时"),
    (r"monthly figure of the plan x (\d+) months", r"方案每月数 × \1 个月"),
    (r"the doctor who holds most \((.+)\)", r"承担最多的医生（\1）"),
    (r"(\S+%) travel as their institution does", r"\1 按所属机构的路程计"),
    (r"arithmetic of a surplus of (\S+) million by (.+)", r"结余 \1 百万元按 \2 计算"),
)


def _names() -> Mapping[str, tuple[str, str, str]]:
    rows = ([part.strip() for part in line.split("|")] for line in _INDICATORS.strip().splitlines())
    return MappingProxyType({name: (zh, en, "" if better == "-" else better) for name, zh, en, better in rows})


def _notes() -> Mapping[str, str]:
    rows = ([part.strip() for part in line.split("|")] for line in _NOTES.strip().splitlines())
    return MappingProxyType(dict(rows))


INDICATORS = _names()
NOTES = _notes()


def better(indicator: str) -> str:
    """`up`, `down`, or "" where more is neither better nor worse."""
    return INDICATORS.get(indicator, ("", "", ""))[2]


def name(indicator: str, lang: str) -> str:
    """The indicator's name; an unknown id with spaces for underscores."""
    found = INDICATORS.get(indicator)
    if found is None:
        return indicator.replace("_", " ")
    return found[0] if lang == "zh" else found[1]


def note(text: str, lang: str) -> str:
    """A note of `indicators.csv` in a language; parts that are not known stay as they are."""
    if lang != "zh" or not text:
        return text
    return "；".join(_part(part) for part in text.split("; "))


def _part(text: str) -> str:
    """One part: known words at its beginning are translated, a source after them is kept."""
    if text in NOTES:
        return NOTES[text]
    for known, zh in NOTES.items():
        if text.startswith(f"{known}, "):
            return f"{zh}，{text[len(known) + 2 :].replace(', ', '，')}"
    for pattern, zh in _PATTERNS:
        found = re.match(f"{pattern}(?:, (.*))?$", text)
        if found:
            rest = found.group(found.re.groups)
            return found.expand(zh) + (f"，{rest.replace(', ', '，')}" if rest else "")
    return text
