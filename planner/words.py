"""Names of plan tables, columns, aims, indicators and units in Chinese and English.

Used by the report and the workbook. A name that is not listed is shown as it is, with spaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Pairs = Mapping[str, tuple[str, str]]


def _pairs(text: str) -> Pairs:
    """`name | zh | en` lines as a mapping; a line without en says the name itself."""
    found: dict[str, tuple[str, str]] = {}
    for line in text.strip().splitlines():
        name, zh, en = (part.strip() for part in line.split("|"))
        found[name] = (zh, en)
    return MappingProxyType(found)


TABLES = _pairs("""
    groups | 集团 | Groups
    borders | 边界的代价 | Price of borders
    summary | 总览 | Summary
    aims | 目标 | Aims
    scenarios | 情景对比 | Scenarios
    indicators | 指标 | Indicators
    sessions | 坐诊安排 | Clinics
    roster | 排班明细 | Roster
    unheld | 未能排定 | Clinics without a date
    fairness | 公平台账 | Fairness
    site_sessions | 各点门诊 | Clinics by site
    postings | 派驻名单 | Postings
    rotation | 派驻轮换 | Rotation of postings
    teleconsultations | 远程会诊 | Teleconsultation
    centres | 共享中心 | Shared centres
    service_links | 服务关系 | Service links
    referrals | 双向转诊 | Referrals
    reserves | 号源床位预留 | Reserves
    designations | 指定上级机构 | Designated institutions
    down_places | 下转接收点 | Places of down-referral
    visits | 就诊平衡 | Visit balance
    shortfalls | 未满足底线 | Shortfalls
    audit | 核查 | Audit
    today_audit | 现行排班核查 | Today's roster audited
    sources | 假设与来源 | Assumptions and sources
    provenance | 来历 | Provenance
""")

COLUMNS = _pairs("""
    group | 集团 | Group
    lead | 牵头医院 | Lead
    case | 情形 | Case
    aim | 目标 | Aim
    difference | 与本方案之差 | Difference
    least | 至少 | At least
    most | 至多 | At most
    status | 状态 | Status
    service | 服务 | Service
    institution | 机构 | Institution
    quarter | 季度 | Quarter
    level | 规模 | Level
    wait_minutes | 承诺等候（分） | Promised wait (min)
    items_per_day | 日工作量 | Items per day
    capacity | 日能力 | Capacity per day
    used | 实际日工作量 | Used per day
    opens | 新开办 | Opens
    cost_per_year | 年费用（元） | Cost (yuan/year)
    centre | 中心 | Centre
    backup | 备用中心 | Backup
    share | 份额 | Share
    minutes | 单程（分） | Minutes one way
    promised_wait | 承诺等候（分） | Promised wait (min)
    turnaround_minutes | 周转时限（分） | Turnaround (min)
    doctor | 医生 | Doctor
    title | 职称 | Title
    department | 科室 | Department
    home | 派出单位 | From
    specialty | 专业 | Specialty
    start | 开始 | Start
    end | 结束 | End
    state | 状态 | State
    number | 序号 | No.
    relieved_by | 接替人员 | Relief
    handover_start | 交接开始 | Handover from
    handover_end | 交接结束 | Handover to
    gap_days | 空岗工作日 | Working days empty
    credit_before | 原基层服务天数 | Days below before
    credit_after | 期满基层服务天数 | Days below after
    note_zh | 备注 | Note (Chinese)
    note_en | 备注（英文） | Note
    sessions | 次数 | Clinics
    main | 主诊 | Main doctor
    half_days | 半天数 | Half-days
    origin | 转出 | From
    destination | 转入 | To
    direction | 方向 | Direction
    patients_per_month | 人次/月 | Visits a month
    visits_per_month | 人次/月 | Visits a month
    beds | 床位 | Beds
    inflow | 上转流入（人次/月） | Referred a month
    extra | 其中新增（人次/月） | Of these beyond today
    slots_per_day | 每日预留号 | Reserved a day
    released | 到时放回（人次/月） | Released a month
    upper | 指定上级机构 | Designated institution
    second | 次选上级机构 | Second choice
    second_minutes | 次选单程（分） | Minutes to the second
    bed_days | 每月床日 | Bed-days a month
    used_bed_days | 已用床日 | Bed-days used
    need | 需求 | Need
    own | 本机构 | Own
    posted | 派驻接诊 | Posted
    tele | 远程 | Tele
    referred | 上转 | Referred
    left | 外流 | Left
    unmet | 未满足 | Unmet
    returned | 下转 | Returned
    offered | 可接诊 | Offered
    mode | 频次 | Mode
    rule | 规则 | Rule
    subject | 对象 | Subject
    amount | 数量 | Amount
    unit | 单位 | Unit
    scenario | 情景 | Scenario
    measure | 项目 | Measure
    value | 数值 | Value
    indicator | 指标 | Indicator
    scope | 范围 | Scope
    current | 现状 | Current
    target | 目标值 | Target
    published | 公布值 | Published
    note | 说明 | Note
    holds | 满足 | Holds
    detail | 详情 | Detail
    sentence | 含义 | Meaning
    others | 其他医生 | Other doctors
    doctors | 医生 | Doctors
    name | 名称 | Name
    bound | 已证明下界 | Proved bound
    gap | 差距 | Gap
    gap_units | 最多可再好 | At most this much better
    given | 前提 | Given
    table | 表 | Table
    column | 列 | Column
    row | 行 | Row
    mark | 性质 | Mark
    count | 处数 | Count
    file | 文件 | File
    sha256 | 校验值 | SHA-256
    do_nothing | 不做安排 | Do nothing
    today | 现状 | Today
    by_hand | 人工编排 | By hand
    plan | 本方案 | This plan
    served | 服务单位数 | Served
    total | 合计 | Total
    key | 项 | Key
""")

VALUES = _pairs("""
    yes | 是 | yes
    no | 否 | no
    new | 新派 | new
    running | 在岗 | running
    over | 期满 | ended
    agreed | 已商定 | agreed
    vacant | 空岗 | empty
    up | 上转 | up
    down | 下转 | down
    outside | 县外 | outside
    monthly | 每月一次 | monthly
    fortnightly | 两周一次 | fortnightly
    weekly | 每周一次 | weekly
    twice_weekly | 每周两次 | twice weekly
    posted | 派驻 | posted
    do_nothing | 不做安排 | do nothing
    today | 现状 | today
    by_hand | 人工编排 | by hand
    plan | 本方案 | this plan
    published | 公布 | published
    national_rule | 国家规定 | national rule
    literature | 文献 | literature
    approximate | 近似 | approximate
    assumed | 假设 | assumed
    derived | 推算 | derived
    default | 默认值 | default
    candidate | 候选 | candidate
    existing | 现有 | existing
    forced | 必须开办 | forced
    the offer | 门诊与派驻的安排 | the offer
    earlier aims | 前面各目标 | earlier aims
    each component's earlier aims | 各组前面的目标 | each part's earlier aims
    rooms | 诊室占用 | rooms
    centres | 共享中心 | centres
    all | 全部 | all
    region | 全区域 | region
    alliance | 医联体 | alliance
    least | 最少 | least
    mean | 平均 | mean
    county | 县级 | county
    township | 乡镇 | township
    village | 村级 | village
    national criterion | 国家标准 | national criterion
    township outpatients | 乡镇门诊 | township outpatients
""")

MEASURES = _pairs("""
    floors | 未达底线 | Promises not kept
    unmet | 未满足与外流（加权） | Unmet and lost visits (weighted)
    worst_served | 最差一成点的缺口 | Gap of the worst-served tenth
    travel | 路途时间 | Travel
    cost | 费用 | Cost
    change | 相对现状的变动 | Change against today
    wishes | 医生意愿 | Doctors' wishes
    roster_promises | 排班：手工锁定 | Roster: locks kept
    roster_unheld | 排班：未能排定（加权） | Roster: clinics without a date (weighted)
    roster_windows | 排班：间隔过长 | Roster: gaps too long
    roster_regular | 排班：固定医生与星期 | Roster: same doctor, same weekday
    roster_fair | 排班：公平 | Roster: fairness
    roster_travel | 排班：路程与车辆 | Roster: travel and vehicles
    roster_market | 排班：不在集日或上午 | Roster: off market mornings
    roster_change | 排班：与现行不同 | Roster: changes against today
    farthest | 最远路程 | Farthest trip
    group_floors | 分组：未达底线 | Groups: promises not kept
    group_balance | 分组：最大不均衡 | Groups: largest imbalance
    group_travel | 分组：到牵头医院的平均路程 | Groups: mean trip to the lead
    group_cut_edges | 分组：被割断的相邻关系 | Groups: neighbours parted
    group_change | 分组：换组的机构 | Groups: institutions moved
    kept_visits | 基层留住人次 | Visits kept local
    left_visits | 外流人次 | Visits that leave
    unmet_visits | 未满足人次 | Unmet visits
    visits:own | 本机构接诊 | Own visits
    visits:sessions | 下沉门诊接诊 | Visits at outreach clinics
    visits:posted | 派驻医生接诊 | Visits of posted doctors
    visits:tele | 远程会诊人次 | Teleconsultations
    visits:referred | 上转人次 | Visits referred up
    visits:left | 外流人次 | Visits that leave
    visits:unmet | 未满足人次 | Unmet visits
    clinics | 每季门诊次数 | Clinics a quarter
    posted doctors | 派驻医生数 | Posted doctors
    cost:postings | 派驻补助 | Cost of postings
    cost:sessions | 出诊补贴 | Cost of clinics
    cost:centres | 共享中心费用 | Cost of centres
    cost:travel | 车费 | Cost of travel
    sessions_per_month | 每月门诊次数 | Clinics a month
    posted_doctors | 派驻医生数 | Posted doctors
    open_centres | 共享中心数 | Shared centres
    cost_per_year | 年费用 | Cost a year
""")

UNITS = _pairs("""
    pairs | 对 | pairs
    institutions moved | 家 | institutions
    units | 个单位 | units
    weighted persons | 加权人 | weighted persons
    1,000 persons | 千人 | thousand persons
    1,000 visits/month | 千人次/月 | thousand visits/month
    1,000 risk-weighted insured persons | 千加权参保人 | thousand risk-weighted insured persons
    visits/month | 人次/月 | visits/month
    bed-days/month | 床日/月 | bed-days/month
    windows without a clinic | 段 | spells
    vehicles | 车次 | vehicles
    trips | 人天 | trips
    weeks | 周 | weeks
    visits | 人次 | visits
    weighted visits/month | 加权人次/月 | weighted visits/month
    points | 分 | points
    points of shortfall | 分（未达底线） | points of shortfall
    clinics moved | 次变动 | clinics moved
    breaches | 处 | breaches
    minutes | 分钟 | minutes
    minutes/month | 分钟/月 | minutes/month
    yuan | 元 | yuan
    yuan/year | 元/年 | yuan/year
    10,000 yuan/year | 万元/年 | x 10,000 yuan/year
    sessions | 次 | clinics
    sessions/month | 次/月 | clinics/month
    sessions/quarter | 次/季 | clinics/quarter
    clinics | 次 | clinics
    clinics/month | 次/月 | clinics/month
    clinics/quarter | 次/季 | clinics/quarter
    half-days | 半天 | half-days
    half-days/quarter | 半天/季 | half-days/quarter
    doctors | 人 | doctors
    institutions | 个 | institutions
    sites | 个点 | sites
    centres | 个 | centres
    items/day | 件/日 | items/day
    share | 比例 | share
    % | % | %
    persons | 人 | persons
    changes | 处 | changes
    services | 项 | services
    posts | 个岗位 | posts
    handovers | 次交接 | handovers
    working days | 个工作日 | working days
    days | 天 | days
    km | 公里 | km
    beds | 张 | beds
    sessions/week | 次/周 | clinics/week
    sessions/month per 10,000 | 次/月·万人 | clinics/month per 10,000
    clinics/month per 10,000 | 次/月·万人 | clinics/month per 10,000
    visits/month per 10,000 | 人次/月·万人 | visits/month per 10,000
    items/day per 10,000 | 件/日·万人 | items/day per 10,000
    hours/month | 小时/月 | hours/month
    km/month | 公里/月 | km/month
    ratio | 比 | ratio
    million yuan | 百万元 | million yuan
    person-time | 人次 | person-times
    visit | 人次 | visits
    referral | 人次 | referrals
    admission | 人次 | admissions
    minute | 分钟 | minutes
    chain | 对 | chains
    round | 次 | rounds
    person | 人 | persons
    post | 个岗位 | posts
    doctor | 人 | doctors
    session | 次 | clinics
    institution | 个 | institutions
""")


def word(pairs: Pairs, name: str, lang: str) -> str:
    """A name in one language; an unknown one as it is, underscores shown as spaces."""
    found = pairs.get(name)
    if found is None:
        return name.replace("_", " ")
    return found[0] if lang == "zh" else found[1]
