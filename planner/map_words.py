"""Words of the map, Chinese and English: layers, fields, marks, pictures."""

from __future__ import annotations

from planner.words import COLUMNS, _pairs, word

#: Layer -> its name.
LAYERS = _pairs("""
    institutions | 机构 | Institutions
    centres | 共享中心 | Shared centres
    sessions | 坐诊（合计） | Outreach clinics
    sessions_by_specialty | 坐诊（按专业） | Outreach clinics by specialty
    postings | 派驻 | Postings
    tele_links | 远程会诊 | Teleconsultation
    service_links | 服务关系 | Service links
    referrals | 双向转诊 | Referrals
    communities | 居民点 | Communities
    boundaries | 区划边界 | Boundaries
    roads | 主要道路 | Main roads
    groups | 分片 | Groups
    travel_bands | 出行时间圈 | Travel bands
""")

#: Layer -> what it holds.
DESCRIPTIONS = _pairs("""
    institutions | 全部机构：级别、类别、承担的共享中心、派出与得到的服务 | All institutions: level, kind, centres hosted, what each gives and gets
    centres | 开办的共享中心：规模、日能力、实际日工作量 | Open shared centres: size, capacity and use a day
    sessions | 派出医院到各点的坐诊次数（每月，各专业合计） | Clinics a month from the sending hospital to each site, all specialties
    sessions_by_specialty | 派出医院到各点的坐诊次数（每月，按专业） | Clinics a month from the sending hospital to each site, by specialty
    postings | 派驻医生：从派出单位到接收单位 | Posted doctors, from the sending to the receiving institution
    tele_links | 远程会诊：人次按各院会诊半天数分摊 | Teleconsultation; visits are divided by the half-days of each hospital
    service_links | 检查、检验、标本等由哪个中心承担 | Which centre serves which institution
    referrals | 各专业合计的转诊人次（每月，各季平均） | Visits referred a month, all specialties, mean of the quarters
    communities | 居民点与人口 | Communities with their residents
    boundaries | 用户提供的区划边界（简化，仅作示意） | Boundaries as given, simplified: a sketch
    roads | 主要道路（简化，仅作底图） | Main roads, simplified: a backdrop
    groups | 分片范围：按区划合并，或按就近示意 | Areas of the groups: units joined, or a sketch by nearness
    travel_bands | 到最近可就诊机构 15、30、60 分钟的范围 | Within 15, 30 and 60 minutes of the nearest place to be seen
""")

#: Fields that the plan's tables do not have.
FIELDS = _pairs("""
    id | 代码 | Id
    name | 名称 | Name
    level | 级别 | Level
    kind | 类别 | Kind
    kind_name | 类别名称 | Kind in words
    mark | 图例类别 | Mark
    group | 分片 | Group
    lead | 牵头 | Leads
    population | 人口 | Residents
    beds | 床位 | Beds
    phone | 电话 | Telephone
    hosts | 承担的共享中心 | Centres hosted
    gives | 派出 | Gives
    gets | 得到 | Gets
    clinics_given | 派出坐诊（次/月） | Clinics given a month
    clinics_got | 得到坐诊（次/月） | Clinics got a month
    posted_out | 派出驻点（人） | Doctors posted out
    posted_in | 接收驻点（人） | Doctors posted in
    tele_visits | 远程会诊（人次/月） | Tele-visits a month
    kept | 基层留住（人次/月） | Visits kept a month
    left_outside | 外流（人次/月） | Visits leaving a month
    unmet_visits | 未满足（人次/月） | Unmet visits a month
    from_id | 起点代码 | From id
    to_id | 终点代码 | To id
    from_name | 起点 | From
    to_name | 终点 | To
    specialty | 专业 | Specialty
    specialties | 各专业 | Specialties
    specialty_id | 专业代码 | Specialty id
    service | 服务 | Service
    service_id | 服务代码 | Service id
    service_name | 服务名称 | Service name
    sessions_per_month | 坐诊（次/月） | Clinics a month
    doctors | 医生 | Doctors
    doctor | 医生 | Doctor
    title | 职称 | Title
    minutes | 分钟 | Minutes
    visits_per_month | 人次/月 | Visits a month
    patients_per_month | 转诊（人次/月） | Visits referred a month
    direction | 方向 | Direction
    direction_name | 方向名称 | Direction in words
    institution | 首诊机构 | First contact
    members | 成员数 | Members
    method | 依据 | Method
    class | 道路等级 | Class
    ref | 编号 | Number
    offer | 项目代码 | Offer
    offer_name | 可到达的 | Within reach
    moment | 时点 | When
    moment_name | 时点名称 | When in words
    estimated | 按直线估算 | Estimated
    rank | 次序 | Order
    capacity | 日能力 | Capacity a day
    parent | 上级 | Parent
""")

#: Marks, legends and titles.
WORDS = _pairs("""
    tertiary | 三级医院 | Tertiary hospital
    hospital | 二级综合或专科医院 | Secondary hospital
    tcm | 中医医院 | Hospital of Chinese medicine
    maternal | 妇幼、儿童医院 | Maternal or children's hospital
    public_health | 公共卫生机构 | Public health institution
    community | 社区卫生服务中心 | Community health centre
    township | 乡镇卫生院 | Township health centre
    village | 村卫生室、服务站 | Village clinic or station
    road_motorway | 高速公路 | Motorway
    road_trunk | 快速路、干线 | Trunk road
    road_primary | 一级道路 | Primary road
    road_secondary | 二级道路 | Secondary road
    road_tertiary | 三级道路 | Tertiary road
    road_ferry | 渡船 | Ferry
    road_other | 其他道路 | Other road
    boundaries | 区划边界 | Boundary
    posting_new | 新派驻 | New posting
    posting_running | 在岗派驻 | Running posting
    referrals_up | 上转 | Referred up
    referrals_down | 下转 | Referred down
    tele_links | 远程会诊 | Teleconsultation
    clinics_month | 次/月 | a month
    minutes | 分钟 | minutes
    today | 现状 | today
    plan | 本方案 | this plan
    both | 现状与本方案 | today and plan
    any | 任一机构 | Any institution
    hospitals | 二级及以上医院 | Hospitals
    specialty_care | {name}门诊 | {name}
    sketch | 示意图 | Sketch map
    clinics_title | 坐诊与派驻 | Outreach clinics and postings
    centres_title | 共享中心与服务关系 | Shared centres and who they serve
    bands_title | {name}就诊可及：现状与本方案 | Reach of {name}: today and this plan
    bands_one_title | {name}可及范围 | Reach of {name}
    institutions_head | 机构 | Institutions
    clinics_head | 坐诊（线宽按次数） | Clinics (width by number)
    postings_head | 派驻（人数） | Postings (doctors)
    centres_head | 共享中心 | Shared centres
    links_head | 服务关系（线宽按工作量） | Links (width by items)
    backdrop_head | 底图 | Backdrop
    bands_head | 单程时间 | Minutes one way
    road | 主要道路 | Main road
    community_dot | 居民点 | Community
    group | 分片 | Group
    north | 北 | N
    main_link | 承担中心 | Serving centre
    backup_link | 备用中心 | Backup
    from | 自{name} | from {name}
    per_month | {count} 次/月 | {count} a month
    items_day | {count} 件/日 | {count} items/day
    estimated_note | 时间按直线距离估算 | Minutes are estimated from straight lines
    road_note | 时间按道路计算 | Minutes are computed on roads
    group_note | 分片范围按就近示意，不是界线 | Areas of groups are a sketch by nearness, no borders
    not_drawn | 另有 {count} 个机构没有坐标，未画出 | {count} more institutions have no coordinates and are not drawn
    not_labelled | 仅标注主要机构，全部见 map.gpkg | Only the main institutions are named; map.gpkg has all
    no_map | 机构没有坐标，不出地图；在 institutions 表填写 lon、lat（经度、纬度）后即可 | No map: the institutions have no coordinates; fill in lon and lat of the institutions table
    no_font | 本机没有中文字体，PNG 地图用英文和代码标注；安装 fonts-noto-cjk，或用环境变量 ALLIANCE_FONT 指定字体文件 | No font with Chinese characters on this machine: PNG maps use English and ids; install fonts-noto-cjk, or name a font file in ALLIANCE_FONT
    maps | 地图 | Maps
    map_failed | 地图未能生成（{reason}）；方案不受影响，请把这一句告知开发者 | The map could not be made ({reason}); the plan is not affected. Please report this line
    maps_note | 仅用本区域自己的数据绘制，各处位置为示意；全部图层在 map.gpkg，可用 QGIS 打开 | Drawn from this region's own data only, as a sketch; map.gpkg has every layer and opens in QGIS
    alt_clinics | 各机构位置、坐诊线和派驻人数 | Institutions, lines of outreach clinics and numbers of posted doctors
    alt_centres | 共享中心位置及其服务的机构 | Shared centres and the institutions that they serve
    alt_bands | 居民到最近可就诊机构的时间圈 | Travel bands of residents to the nearest place to be seen
    general | 综合医院 | General hospital
    children | 儿童医院 | Children's hospital
    specialty | 专科医院 | Specialty hospital
    community_centre | 社区卫生服务中心 | Community health centre
    township_centre | 乡镇卫生院 | Township health centre
    station | 社区卫生服务站 | Community health station
    village_clinic | 村卫生室 | Village clinic
    gives_clinics | 坐诊 {count} 次/月，{sites} 个点 | {count} clinics a month at {sites} sites
    gives_posted | 派驻 {count} 人 | {count} doctors posted
    gives_service | {name}：服务 {count} 个单位 | {name} for {count} institutions
    gets_clinics | {name} {count} 次/月 | {name} {count} a month
    gets_posted | 驻点{name} | posted: {name}
    gets_service | {name}由{centre}承担 | {name} at {centre}
""")


def field_names(columns: list[str], lang: str) -> dict[str, str]:
    """Readable names of a layer's fields."""
    found = {}
    for column in columns:
        pairs = FIELDS if column in FIELDS else COLUMNS
        found[column] = word(pairs, column, lang)
    return found


def told(key: str, lang: str, **values: object) -> str:
    """A word of the map with its values filled in."""
    return word(WORDS, key, lang).format(**values)
