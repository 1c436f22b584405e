"""What the page is made of: libraries as released, a policy by hashes, data that cannot leave their place, charts."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from html import unescape
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.report_html import data, markup

from geodata.map_look import BLUE
from planner.figures.change import Change
from planner.figures.flows import Flow
from planner.folder import SavedPlan, read_plan
from planner.report import scripts
from planner.report.charts import TODAY
from planner.report.grids import FIRST, Cell, grid
from planner.report.page import render
from planner.report.sankey import MOST, OTHERS, RETURNED, STAYS, diagram
from planner.report.words import IN_PAGE, WORDS

TEMPLATES = Path(scripts.__file__).parents[1] / "templates" / "report"


def test_only_the_inlined_scripts_may_run(fake_plan: SavedPlan) -> None:
    """The policy lists the hash of each script and no other source; there is no `eval` and no inline handler."""
    html = render(fake_plan, "zh")
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1])  # type: ignore[index]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    found = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(found) == 3
    assert {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found} == allowed
    assert "unsafe-eval" not in policy and "default-src 'none'" in policy and "http" not in policy
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", markup(html))


def test_leaflet_is_the_release_of_its_makers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A carrier package with another script is refused with a sentence that says what to install."""
    assert "Leaflet 1.9.4" in scripts.map_script()[:200] and "url(" not in scripts.map_style()
    scripts.map_script.cache_clear()
    monkeypatch.setitem(scripts.LEAFLET["1.9.4"], "leaflet.js", "other")
    with pytest.raises(scripts.ScriptError, match="django-js-lib-leaflet"):
        scripts.map_script()
    monkeypatch.undo()
    scripts.map_script.cache_clear()


def test_a_missing_library_costs_no_report(fake_plan: SavedPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a carrier package the page says what to install, in its language, and has everything else."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    scripts.chart_script.cache_clear()
    html = render(fake_plan, "zh")
    scripts.chart_script.cache_clear()
    assert "安装的 vl-convert-python 缺少文件" in markup(html) and html.count("<script>") == 2
    assert 'data-grid="clinics"' in html and "Leaflet" in html


def test_no_default_flag_tiles_or_outline() -> None:
    """The page's own scripts ask Leaflet for no attribution, no tiles and no pictures."""
    own = scripts.own_script()
    assert "attributionControl: false" in own
    assert not re.search(r"tileLayer|L\.icon\b|innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b", own)


def test_data_cannot_end_their_element(fake_folder: Path) -> None:
    """`</script>` and `<!--` in a name stay inside the data, and come out as they were."""
    saved = read_plan(fake_folder)
    evil = "</script><!--<script>\u2028&"
    region = {**saved.region, "institutions": saved.region["institutions"].assign(name=evil)}
    html = render(SavedPlan(saved.path, saved.info, saved.tables, region), "en")
    assert html.count("</script>") == 4
    assert {place[0] for place in data(html)["map"]["places"]} == {evil}


def test_long_tables_have_first_rows_in_the_markup_and_all_in_the_data() -> None:
    """Readers without scripts get the first rows; the data hold every row, numbers beside their texts."""
    table = grid("t", ["a", "n"], [[Cell(f"r{n}"), Cell(f"{n}", float(n))] for n in range(FIRST + 5)])
    assert table.long and len(table.first) == FIRST and table.more == 5
    assert table.packed()["rows"][-1] == [f"r{FIRST + 4}", [f"{FIRST + 4}", FIRST + 4.0]]
    assert table.numeric == (False, True)
    assert Cell("–", float("nan")).packed() == ["–", None]


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    """Scripts and templates name no word that is missing; every word has two languages."""
    named = set()
    for path in TEMPLATES.iterdir():
        text = path.read_text("utf-8")
        named |= set(re.findall(r'\bsay\("(\w+)"', text)) if path.suffix == ".js" else set()
        named |= set(re.findall(r'\bw\("(\w+)"', text)) if path.suffix == ".j2" else set()
    assert named - {"layer_"} <= set(WORDS)
    used = {key for path in TEMPLATES.glob("*.js") for key in re.findall(r'\bsay\("(\w+)"', path.read_text("utf-8"))}
    assert used <= set(IN_PAGE)
    for key, (zh, en) in WORDS.items():
        assert zh and en, key


FLOWS = (
    Flow("T1", "H1", "up", Change(10.0, 8.0)),
    Flow("T1", "outside", "up", Change(5.0, 4.0)),
    Flow("T2", "H1", "up", Change(20.0, 6.0)),
    Flow("H1", "T1", "down", Change(1.0, 3.0)),
)


def test_the_diagram_keeps_every_visit() -> None:
    """What leaves a box came into it, bands are as wide as their visits, and what returns is part of what came."""
    found = diagram(FLOWS, "plan")
    visits = {(box.layer, box.key): box.visits for box in found.boxes}
    assert visits[0, "T1"] == 12 and visits[1, "H1"] == 14 and visits[1, "outside"] == 4
    assert visits[2, RETURNED] == 3 and visits[2, STAYS] == 11
    scale = {round((band.out[1] - band.out[0]) / band.visits, 9) for band in found.bands}
    assert len(scale) == 1
    for box in found.boxes:
        assert 0 <= box.top < box.bottom <= 1 and box.bottom - box.top == pytest.approx(box.visits * scale.copy().pop())


def test_many_institutions_share_a_box() -> None:
    """Beyond the largest the rest are one box, the same institutions today and by the plan."""
    many = tuple(Flow(f"T{n}", "H1", "up", Change(float(n), 1.0)) for n in range(1, MOST + 11))
    for moment, rest in (("today", sum(range(1, 11))), ("plan", 10.0)):
        found = diagram(many, moment)
        assert found.others == 10
        assert next(box.visits for box in found.boxes if box.key == OTHERS) == rest
    assert diagram((), "plan").boxes == ()


#: Machado, Oliveira, Fernandes (2009): what people see who lack one kind of cone, on linear RGB.
SIMULATED = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB, D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", SIMULATED)
def test_today_and_plan_differ_for_the_colour_blind(kind: str) -> None:
    """Today's grey and the plan's blue stay far apart, and the tints of the matrix stay in their order of lightness."""
    seen = [lab(np.array(SIMULATED[kind]) @ linear(colour)) for colour in (TODAY, BLUE)]
    assert np.linalg.norm(seen[0] - seen[1]) > 20
    css = (TEMPLATES / "page.css").read_text("utf-8")
    tints = [re.search(rf"\.t{n} {{ background: (#\w{{6}})", css)[1] for n in range(5)]  # type: ignore[index]
    light = [lab(np.array(SIMULATED[kind]) @ linear(colour))[0] for colour in tints]
    assert all(a - b > 4 for a, b in pairwise(light))
