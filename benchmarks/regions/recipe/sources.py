"""Where every column of a region comes from: the table `sources`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.regions.recipe.texts import Row, Tables, cells_of, rows_of, write_tables

#: Where each column comes from: table | columns | mark | note; `*` is the table's remaining columns.
_NOTES = """
institutions | lon lat | approximate | 驻地坐标，误差约3公里 / seat of the institution, within 3 km
institutions | level kind | approximate | 县级医院二级、基层一级 / hospitals level 2, townships level 1
institutions | min_sessions_per_month | assumed | 每月最低坐诊次数 / least clinics a month
institutions | lead | published | 牵头医院见公开材料 / lead hospitals as published
institutions | open_slots | assumed | 一般乡镇每周5个半天，大镇8—10个 / 5 half-days a week, large towns 8 to 10
institutions | staff beds | assumed | 乡镇卫生院30—120人、10—80张床的量级 / order of magnitude of township centres
institutions | population_65 | approximate | 65岁以上比例：城区低、乡镇高 / lower in the seat, higher in the country
institutions | insured fund_yuan_per_year | derived | 人口×参保率×人均筹资（假定） / residents x assumed rates
institutions | * | assumed | 按机构规模 / by size
communities | institution | derived | 按所属乡镇 / by township
communities | name | assumed | 按当地习惯拟名，不对应真实村名 / invented in the local manner
communities | lon lat | assumed | 在驻地周围随机布点 / random points around the seat
communities | * | derived | 乡镇人口随机分摊，合计不变 / the township's residents, split at random
specialties | name | literature | 县级医院常设专科 / usual specialties of a county hospital
specialties | patients_per_session first_session_patients ramp_weeks | literature | 每半天15人，首次8人，一季度达到常量
specialties | min_title | national_rule | 中级及以上；肾内、肿瘤按副高 / intermediate title or above
specialties | admission_share | approximate | 河北2012年鉴每百门急诊入院（医院7.1、中医5.5等）；启东7.0；其余估计
specialties | stay_days | approximate | 2021年医院9.2日、中医医院9.3日；各专科为估计 / around published means
specialties | requires equipment | assumed | 该专业门诊离不开的服务和设备 / what a clinic cannot do without
specialties | * | assumed | 情景假设，未经本地校准 / scenario, not calibrated
needs | visits_per_month | derived | 人口×每人每年1.1次（假定）÷12×专业构成×0.75—1.25 / residents x 1.1 a year x mix
needs | own_visits_per_month | assumed | 各专业基层自诊比例×0.8—1.2 / share held locally by specialty
needs | referred_visits_per_month | derived | 需求减自诊、外流、坐诊、未满足 / what remains of the need
needs | left_visits_per_month | derived | 按县域内就诊率和到外地路程分摊 / by the share inside and the way out
needs | * | assumed | 可回流比例0.3—0.6；部分单位的希望；边界乡镇优先1.2 / shares, wishes, border towns first
capabilities | visits_per_month | derived | 今日工作量×1.03—1.14 / today's load and a little more
capabilities | * | assumed | 康复床位 / rehabilitation beds
usage | * | assumed | 每次就诊的检查数 / items per visit
doctors | name | assumed | 虚构姓名，含重名 / invented, some shared by two persons
doctors | institution specialty | derived | 按医院规模和专业构成^0.75分配 / by size and mix
doctors | title | assumed | 主治55%、副主任32%、主任13% / 55, 32, 13 %
doctors | * | assumed | 虚构 / invented
duties | * | assumed | 固定门诊、手术日、查房、夜班；每周空闲2—4个半天 / 2 to 4 half-days a week are free
absences | * | assumed | 虚构 / invented
departments | headcount | derived | 可外派医生数÷0.6 / eligible doctors are 60 %
departments | * | assumed | 小科室至少留2人 / small departments keep two
neighbours | * | derived | 按坐标推算（Gabriel图），不是行政边界 / from coordinates, not boundaries
equipment | * | assumed | 按乡镇规模 / by size
services | name moves unit | literature | 资源共享中心通用名称和方式 / as usual
services | turnaround_minutes quantile | literature | 影像心电30分钟；检验2日；病理5日；95% / usual limits
services | window_minutes | literature | 晨间标本4小时内送达 / morning specimens within 4 hours
services | minutes_per_item verify_minutes_per_item | literature | DR 3分钟、心电1.5分钟，审核三至五成 / usual
services | * | assumed | 运行参数 / running figures
volumes | items_per_day | derived | 每万居民年业务量÷每年工作日；医院为假定 / per 10,000 residents; hospitals assumed
volumes | local_share | assumed | 即时检验、手术室自行处理等 / what must stay at the site
centres | * | assumed | 规模、费用为量级估计 / orders of magnitude
posts | * | assumed | 申报岗位 / asked for
current_postings | * | assumed | 虚构 / invented
referrals | direction | derived | up 含自行前往，down 为下转 / up includes patients who go by themselves
referrals | patients_per_month | derived | 上转按需求表分摊；下转按专业比例 / by needs; down by specialty
referrals | slips_per_month | derived | 公布的转诊例数按各流向人次分摊 / the published referrals, spread over the flows
reserves | * | derived | 今日上转量的5% / 5 % of what comes up today
travel | * | approximate | 到外地就医的单程分钟 / minutes to care outside
roster | * | assumed | 虚构；有日期者为每月一次的门诊 / invented; dated rows are monthly clinics
history | * | assumed | 虚构的上期台账 / invented
market_days | * | assumed | 农历旬日逢集，日子为假定 / lunar rhythm, days assumed
closures | * | assumed | 体检、培训占用诊室 / health checks and training
targets | tolerance | assumed | 比例2%，折算量15% / 2 % for shares, 15 % for rates
targets | * | published | 公布数字，出处见source列 / published, see column source
"""


_CODES = frozenset("id institution specialty service doctor origin destination neighbour".split())
_CODE = ("assumed", "本数据集自编代码 / a code of this data set")


Notes = Mapping[str, Mapping[str, tuple[str, str]]]  # table -> column -> (mark, note)


def notes_of(text: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Notes written as lines of `table | columns | mark | note`."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table, columns, mark, note in cells_of(text):
        found.setdefault(table, {}).update(dict.fromkeys(columns.split(), (mark, note)))
    return found


def write_region(folder: Path, tables: Tables, notes: str, plan: str) -> None:
    """Write the tables with their `sources`, and plan.toml; `notes` are the region's own, as `notes_of` reads them."""
    content = {**tables, "sources": source_rows(notes_of(notes), tables)}
    write_tables(content, folder)
    (folder / "plan.toml").write_text(plan, encoding="utf-8", newline="\n")


def source_rows(notes: Notes, tables: Tables) -> list[Row]:
    """The `sources` table, one row per column; the region's own `notes` come before the shared ones."""
    shared = notes_of(_NOTES)
    found = []
    for table, content in tables.items():
        own, common = notes.get(table, {}), shared.get(table, {})
        for column in content[0]:
            note = own.get(column) or common.get(column)
            if note is None and column in _CODES and "*" not in own:
                note = _CODE
            found.append((table, column, "", *(note or own.get("*") or common["*"])))
    return rows_of("table column row mark note", found)
