"""A region whose residents are known from boundaries only is checked, planned and audited like any other."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.crs import crs_of, metres
from planner.bundled import find_region
from planner.folder import read_plan
from planner.inputs import read_inputs, with_assignment
from planner.opening import all_hold, travel_of
from planner.plan import make_plan
from planner.progress import Progress


def _region(path: Path) -> Path:
    """Kedong without its communities; its townships as cells around their centres, with their people."""
    shutil.copytree(find_region("kedong"), path)
    (path / "communities.csv").unlink()
    towns = pd.read_csv(path / "institutions.csv").query("level == 1")
    x, y = metres(crs_of(4551), towns["lon"], towns["lat"])
    points = shapely.points(x, y)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(
        x.min() - 9e3, y.min() - 9e3, x.max() + 9e3, y.max() + 9e3), ordered=True))  # fmt: skip
    names = [name.split("社区")[0].split("卫生院")[0] for name in towns["name"]]
    columns = {"name": names, "population": towns["population"].to_numpy(), "level": "town"}
    frame = geopandas.GeoDataFrame(columns, geometry=list(cells), crs=4551)
    frame.to_file(path / "boundaries.gpkg", layer="towns")
    return path


def test_every_resident_has_an_institution(tmp_path: Path) -> None:
    """Communities come from the outlines, nobody is lost, and each goes to the centre of its own cell."""
    inputs = read_inputs(_region(tmp_path / "region"))
    assert inputs.errors == []
    assert any("units of the boundaries" in one.en for one in inputs.findings)
    config, _ = inputs.settled()
    full = with_assignment(inputs, travel_of(inputs, config))
    communities, institutions = full.region.tables["communities"], full.region.tables["institutions"]
    people = institutions.set_index("id")["population"]
    assert communities["population"].sum() == people[institutions["level"].eq(1).to_numpy()].sum()
    assert set(communities["institution"]) <= set(institutions["id"][institutions["level"] <= 1])
    assert np.mean(communities["population"].to_numpy() == people[communities["institution"]].to_numpy()) > 0.7
    assert len(full.findings) == len(inputs.findings) + 1


@pytest.mark.slow
def test_the_plan_holds_the_communities_and_its_audit_passes(tmp_path: Path) -> None:
    """The copy of the region in the plan folder is complete: it is read again without the boundaries."""
    overrides = {"solver": {"time_limit_s": 20.0}}
    quiet = Progress("en", quiet=True)
    saved = make_plan(_region(tmp_path / "region"), tmp_path / "plan", quiet, overrides, report=False)
    assert all_hold(saved.tables["audit"])
    copy = read_inputs(tmp_path / "plan" / "region")
    assert copy.errors == [] and (copy.region.tables["communities"]["institution"] != "").all()
    assert "boundaries.gpkg" in read_plan(tmp_path / "plan").info["inputs"]
