"""Institutions by the short names that offices write."""

from __future__ import annotations

from pathlib import Path

import pytest
from geo.read_support import folder, one

from geodata.short_names import short_names

COUNTY = (
    "清源县人民医院 清源县中医院 清源县油坊镇卫生院 清源县葛仙庄镇中心卫生院 清源县李集乡卫生院 清源县李集镇卫生院"
).split()
NAMES = {name: [str(at)] for at, name in enumerate(COUNTY)}


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("县医院", "清源县人民医院"),
        ("人民医院", "清源县人民医院"),
        ("中医院", "清源县中医院"),
        ("油坊镇卫生院", "清源县油坊镇卫生院"),
        ("油坊卫生院", "清源县油坊镇卫生院"),
        ("葛仙庄镇卫生院", "清源县葛仙庄镇中心卫生院"),
        ("李集乡卫生院", "清源县李集乡卫生院"),
    ],
)
def test_short_name_of_one(short: str, full: str) -> None:
    """A short name that one institution alone can have is that institution."""
    assert short_names(NAMES).get(short) == NAMES[full][0]


@pytest.mark.parametrize(
    "text", ["李集卫生院", "卫生院", "医院", "镇卫生院", "坊镇卫生院", "油坊镇中心卫生院", "市医院"]
)
def test_not_a_short_name(text: str) -> None:
    """What two may have, what tells nobody apart, half a name and words that the full name lacks mean nobody."""
    assert text not in short_names(NAMES)


def test_short_name_of_the_first_hospital() -> None:
    """`市一院` is the first people's hospital of the city."""
    assert short_names({"滁州市第一人民医院": ["1"], "滁州市第二人民医院": ["2"]})["市一院"] == "1"


def test_short_names_are_read_and_told(tmp_path: Path) -> None:
    """Rows under short names are read, and one warning for the column gives the full names."""
    rows = "".join(f"{at},{name},1\n" for at, name in enumerate(COUNTY))
    needs = "机构名称,专业,每月就诊\n油坊卫生院,K1,9\n油坊卫生院,K2,9\n李集卫生院,K1,9\n"
    region = folder(tmp_path, {"institutions.csv": "id,name,level\n" + rows, "needs.csv": needs})
    assert region.tables["needs"]["institution"].tolist() == ["2", "2", "李集卫生院"]
    told = one(region.problems, table="needs", column="机构名称")
    assert told.severity == "warning" and "油坊卫生院 → 清源县油坊镇卫生院" in told.cure_zh
