"""The region of `fault_support` as an office keeps it: a Chinese workbook with every habit of theirs.

Each sheet has a merged title, a line with the office and the unit, the header in row 3, data from
row 4 (one row more than in the CSV files: see `Book.seen`), a total row and a signature under it.
Names stand for identifiers except where two doctors share one; repeated institutions are merged
cells; digits are full-width in places; blanks are 无 or /; travel is a square.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo.fault_support import POINTS, TOWNS, Cells, Desk
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from geodata.schema import columns_of, tables

#: Sheets and headings as in the offices' own tables; the others take the first that the schema knows.
SHEETS = {
    "institutions": "医疗机构基本情况表",
    "doctors": "2.下派人员信息表",
    "needs": "附件3 需求申报表",
    "roster": "专家坐诊表",
    "current_postings": "派驻人员轮换表",
    "volumes": "中心业务量表",
    "travel": "车程表",
}
HEADINGS = {
    ("institutions", "population"): "服务人口（人）",
    ("institutions", "population_65"): "65岁以上",
    ("needs", "institution"): "机构名称",
    ("needs", "slot"): "上/下午",
    ("doctors", "institution"): "派出单位",
    ("roster", "institution"): "坐诊地点",
    ("roster", "doctor"): "专家姓名",
}
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_WORDS = {
    "level": {2: "二级甲等", 1: "一级"},
    "title": {1: "住院医师", 2: "主治医师", 3: "副主任医师", 4: "主任医师"},
    "yes_no": {"yes": "是", "no": "否"},
    "weekday": {day: f"周{zh}" for day, zh in enumerate("一二三四五六日", 1)},
    "choice": {
        "am": "上午",
        "pm": "下午",
        "day": "全天",
        "odd": "单周",
        "may": "可以",
        "any": "不限",
        "up": "上转",
        "down": "下转",
    },
}


class Book(Desk):
    """A desk whose copy of the region is such a workbook."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # two persons of one name: told apart by their numbers
        self.set("doctors", 7, name="张伟")

    def seen(self, row: object) -> str:
        """The row in the workbook of what is `row` in the CSV files."""
        return str(int(str(row)) + 2)

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        book = Workbook()
        book.remove(book.active)
        book.create_sheet("填表说明").append(["请于每月5日前报送医共体办公室。"])
        for table, rows in self.tables.items():
            sheet = book.create_sheet(SHEETS.get(table, tables()[table].sheet_zh))
            if table == "travel":
                self._square(sheet, rows)
            else:
                self._table(sheet, table, rows)
        path = self.folder / "无错县.xlsx"
        book.save(path)
        (self.folder / "plan.toml").write_text(self.plan, encoding="utf-8")
        return path

    def _table(self, sheet: Worksheet, table: str, rows: list[Cells]) -> None:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        known = columns_of(table)
        heads = [HEADINGS.get((table, c), known[c].heading_zh if c in known else c) for c in columns]
        sheet.append([f"无错县医共体{tables()[table].sheet_zh}（2026年）"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(heads) + 2)
        sheet.append(["填报单位：无错县医共体办公室", None, "单位：人"])
        remark = [] if table == "sources" else ["备注"]
        sheet.append(["序号", *heads, *remark])
        for number, row in enumerate(rows, 1):
            sheet.append(
                [number, *(self._cell(table, c, row.get(c, ""), number) for c in columns), *("无" for _ in remark)]
            )
        self._merge_repeated(sheet, table, columns, rows)
        sheet.append(["合计", *(None for _ in columns[:-1]), None, "/"])
        sheet.append(["制表人：李某　　审核人：王某"])

    def _cell(self, table: str, column: str, value: Any, number: int) -> Any:
        """A value as an office would type it."""
        known = columns_of(table).get(column)
        if value == "" or value is None or known is None:
            return ("无" if number % 2 else "/") if value == "" and known and known.type != "yes_no" else value
        if known.references and known.type == "id":
            return self._name(str(value))
        if known.type == "date":
            return str(value).replace("-0", ".").replace("-", ".")
        if known.type == "number" and isinstance(value, int) and number % 3 == 0:
            return str(value).translate(_FULL)
        return _WORDS.get(known.type, {}).get(value, value)

    def _name(self, code: str) -> str:
        """The name that stands for an identifier, unless two rows share it."""
        for table in ("institutions", "specialties", "services", "doctors"):
            found = [row["name"] for row in self.tables.get(table, ()) if row["id"] == code]
            if found:
                names = [row["name"] for row in self.tables[table]]
                return f" {found[0][0]}　{found[0][1:]} " if names.count(found[0]) == 1 else code
        return {"outside": "县外", "all": "全部"}.get(code, code)

    def _merge_repeated(self, sheet: Worksheet, table: str, columns: list[str], rows: list[Cells]) -> None:
        """Merge an institution's cells over its rows in the needs, as these tables do."""
        if table != "needs":
            return
        spot, start = columns.index("institution") + 2, 0
        for at in range(1, len(rows) + 1):
            if at == len(rows) or rows[at]["institution"] != rows[start]["institution"]:
                if at - start > 1:
                    sheet.merge_cells(start_row=4 + start, start_column=spot, end_row=3 + at, end_column=spot)
                start = at

    def _square(self, sheet: Worksheet, rows: list[Cells]) -> None:
        places = list(POINTS)
        minutes = {(row["origin"], row["destination"]): row["minutes"] for row in rows}
        sheet.append(["无错县医疗机构间车程（分钟）"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(places) + 1)
        sheet.append([None, *(self._name(place) for place in places)])
        for origin in places:
            sheet.append([self._name(origin), *(minutes.get((origin, d), "—") for d in places)])


def towns_csv(desk: Desk) -> bytes:
    """The communities as a GB18030 export with a title, a total at the top and notes below."""
    lines = ["无错县各村人口统计表（2020年）,,,,,", "代码,名称,经度,纬度,人口,所属机构"]
    names = dict(zip(TOWNS, ("东镇卫生院", "南镇卫生院", "西镇卫生院", "北镇卫生院"), strict=True))
    lines.append("合计,,,,120000,")
    lines += [
        f"{r['id']},{r['name']},{r['lon']},{r['lat']},{r['population']},{names.get(r['institution'], r['institution'])}"
        for r in desk.tables["communities"]
    ]
    lines.append("注：人口为常住人口,,,,,")
    return "\r\n".join(lines).encode("gb18030")
