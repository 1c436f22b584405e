"""Static maps: right in shape, readable, the same every time, and safe inside a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import geopandas
import matplotlib as mpl
import numpy as np
import pytest
import shapely
from geo.map_support import points

from geodata import fonts
from geodata.crs import metric_crs
from geodata.label_places import Name, place, short_names
from geodata.picture import Key, Panel, Sheet, draw_map
from geodata.picture_shapes import Areas, Lines, Marks

TOWNS = "新街 大通 铜城 汊涧 秦栏 石梁 仁和集 冶山 郑集 张铺 杨村 金集 万寿 永丰 界牌 釜山 龙岗 向阳 城南 城北".split()


def places(count: int = 20, spread: float = 30.0) -> geopandas.GeoDataFrame:
    dice = np.random.default_rng(5)
    spots = [(float(x), float(y)) for x, y in dice.uniform(-spread, spread, (count, 2))]
    names = [f"{TOWNS[n % 20]}镇{'' if n < 20 else n}" for n in range(count)]
    return points(spots, name=names, mark_mm=[1.6] * count, strong=[n == 0 for n in range(count)])


def sheet(frame: geopandas.GeoDataFrame, panels: int = 1, title: str = "示意图") -> Sheet:
    marks = Marks(frame, "o", 3.2, "#0072b2")
    ends = shapely.linestrings([[(9.0, 0.0), (p.x, p.y)] for p in frame.geometry])
    rows = geopandas.GeoDataFrame(geometry=ends, crs="EPSG:4326")
    lines = Lines(rows, "#d55e00", [0.5 + 0.1 * n for n in range(len(rows))], (2.0, 1.0), 0.8, 0.1, (9.0, 0.1), True)
    ground = Areas(
        geopandas.GeoDataFrame(geometry=shapely.buffer(frame.geometry.to_numpy(), 0.05), crs=frame.crs),
        "#c6e0dc",
        0.5,
        "#777777",
        dash=True,
    )
    drawn = Panel("现状", [ground, Lines(rows, "#999999"), lines, marks], frame)
    legend = [Key("图例"), Key("卫生院", marks), Key("坐诊", lines), Key("范围", ground)]
    return Sheet(title, [drawn] * panels, frame, legend, ["来源：本区域数据"], "北")


@pytest.mark.parametrize("panels", [1, 2])
def test_svg_is_well_formed_and_stands_alone(panels: int) -> None:
    """XML with text as text; no address but the standard's name; ids begin with the picture's own name."""
    svg = draw_map(sheet(places(), panels), "one", ("svg",))["svg"].decode()
    ElementTree.fromstring(svg)
    assert "新街镇" in svg and "来源：本区域数据" in svg
    assert set(re.findall(r"https?://[^\"']*", svg)) <= {"http://www.w3.org/2000/svg"}
    assert "<style" not in svg and "clip-path" not in svg and "<image" not in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert ids and all(name.startswith("one-") for name in ids) and len(ids) == len(set(ids))
    assert all(name in ids for name in re.findall(r'href="#([^"]+)"', svg))


def test_same_sheet_gives_the_same_bytes() -> None:
    """Neither the clock nor the order of drawing shows."""
    one, two = (draw_map(sheet(places()), "x") for _ in range(2))
    assert one == two and set(one) == {"svg", "png"}


def test_drawing_changes_no_setting_of_matplotlib() -> None:
    """A notebook that draws its own figures is left as it was."""
    before = dict(mpl.rcParams)
    draw_map(sheet(places(3)), "x", ("svg",))
    assert dict(mpl.rcParams) == before


def test_png_is_drawn_at_200_dpi() -> None:
    """246 mm are 1,937 dots."""
    png = draw_map(sheet(places()), "x", ("png",))["png"]
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") == 1937


def test_other_kinds_are_refused() -> None:
    """A kind that is not known is an error, not an empty picture."""
    with pytest.raises(ValueError, match="gif"):
        draw_map(sheet(places(3)), "x", ("gif",))


@pytest.mark.parametrize("lat", [0.0, 35.0, 60.0])
def test_a_square_kilometre_is_a_square_on_paper(lat: float) -> None:
    """The sheet is in metres: at 60 degrees a degree of longitude is half as wide as one of latitude."""
    crs = metric_crs([117.0], [lat])
    middle = geopandas.GeoSeries(geopandas.points_from_xy([117.0], [lat]), crs="EPSG:4326").to_crs(crs).iloc[0]
    corner = middle.x, middle.y
    square = shapely.box(corner[0] - 5000, corner[1] - 5000, corner[0] + 5000, corner[1] + 5000)
    frame = geopandas.GeoDataFrame(geometry=[square], crs=crs).to_crs("EPSG:4326")
    drawn = Sheet("t", [Panel("", [Areas(frame, "#123456")])], frame, [])
    svg = draw_map(drawn, "x", ("svg",))["svg"].decode()
    path = re.search(r'<path d="([^"]+)"[^>]*fill: #123456', svg) or re.search(
        r'id="x-PathCollection_1">\s*<path d="([^"]+)"', svg
    )
    assert path is not None
    numbers = np.array([float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path[1])]).reshape(-1, 2)
    wide, high = np.ptp(numbers, axis=0)
    assert wide / high == pytest.approx(1.0, rel=0.005)


def test_twenty_names_are_placed_apart() -> None:
    """Each of 20 towns has its name; no two overlap and none covers a mark."""
    dice = np.random.default_rng(3)
    spots = dice.uniform(20, 480, (20, 2))
    names = [Name(f"{town}镇卫生院", x, y, 8.0, 5.0) for town, (x, y) in zip(TOWNS, spots, strict=True)]
    marks = np.column_stack([spots, np.full(20, 5.0)])
    found = place(names, marks, (0, 0, 500, 500))
    assert [one.index for one in found] == list(range(20))
    for at, one in enumerate(found):
        assert one.x >= 0 and one.y >= 0 and one.x + one.width <= 500 and one.y + one.height <= 500
        for other in found[:at]:
            apart = one.x >= other.x + other.width or other.x >= one.x + one.width
            assert apart or one.y >= other.y + other.height or other.y >= one.y + one.height


def test_six_hospitals_in_one_street_are_all_named() -> None:
    """Where marks touch, names move away on a line instead of vanishing."""
    spots = np.array([[250.0 + 3 * n, 250.0] for n in range(6)])
    names = [Name(f"第{n}人民医院", x, y, 9.0, 5.0) for n, (x, y) in enumerate(spots)]
    found = place(names, np.column_stack([spots, np.full(6, 5.0)]), (0, 0, 500, 500))
    assert len(found) == 6 and any(one.away for one in found)


def test_the_important_are_named_first() -> None:
    """Where there is room for one, the first of the list has it."""
    names = [Name("县人民医院", 30, 10, 8.0, 2.0), Name("村卫生室", 31, 10, 8.0, 2.0)]
    found = place(names, np.array([[30.0, 10.0, 2.0]]), (0, 0, 80, 20))
    assert [one.index for one in found] == [0]


def test_names_are_short_while_they_differ() -> None:
    """The word for health centre is left out where the rest is enough."""
    assert short_names(["新街镇卫生院", "新街镇社区卫生服务站", "县医院", "卫生院"]) == [
        "新街镇卫生院", "新街镇社区卫生服务站", "县医院", "卫生院",
    ]  # fmt: skip
    assert short_names(["新街镇卫生院", "大通镇中心卫生院"]) == ["新街镇", "大通镇中心"]


def test_hostile_names_are_text() -> None:
    """Markup, formulas of TeX and brackets are shown as they are and break nothing."""
    evil = ["<script>alert(1)</script>", "$\\frac{1}{0$", 'a_b^c & "quoted"', "x" * 300, "إسم", "😀 诊所"]
    frame = points([(n, n) for n in range(6)], name=evil, mark_mm=[1.0] * 6, strong=[True] * 6)
    drawn = draw_map(sheet(frame, title="$x_{<b>"), "x")
    ElementTree.fromstring(drawn["svg"])
    assert b"<script" not in drawn["svg"]


@pytest.mark.parametrize(
    "spots", [[(0.0, 0.0)], [(0.0, 0.0)] * 3, [(0.0, 0.0), (0.0, 40.0)], [(0.0, 0.0), (2000.0, 0.0)]]
)
def test_any_extent_has_a_sheet(spots: list[tuple[float, float]]) -> None:
    """One place, places on one spot, in one line, and far apart."""
    count = len(spots)
    frame = points(spots, name=["甲镇"] * count, mark_mm=[1.6] * count, strong=[False] * count)
    drawn = draw_map(sheet(frame), "x")
    assert b"NaN" not in drawn["svg"] and b"nan" not in drawn["svg"] and len(drawn["png"]) > 5000


def test_a_chinese_font_is_found_or_its_absence_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any font the answer is None, and nothing fails."""
    fonts.chinese_font.cache_clear()
    monkeypatch.setattr(fonts, "_has_chinese", lambda path: False)
    assert fonts.chinese_font() is None
    fonts.chinese_font.cache_clear()


def test_a_font_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALLIANCE_FONT comes before the fonts of the machine, if it holds the letters."""
    listed = fonts._listed()
    if not listed:
        pytest.skip("fontconfig knows no font with Chinese characters on this machine")
    fonts.chinese_font.cache_clear()
    monkeypatch.setenv("ALLIANCE_FONT", str(listed[0]))
    family = fonts.chinese_font()
    fonts.chinese_font.cache_clear()
    assert family is not None
