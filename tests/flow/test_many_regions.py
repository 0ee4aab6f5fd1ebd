"""A whole province of villages: read, put in order, and its points placed (how fast: `python -m tests.bench locate`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from layers import Regions
from tests.forms import form, proof

SIDE = form(48, 224)
POINTS = form(50_000, 1_000_000)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,304 villages (in full 50,176) of some thirty corners that share their borders, in counties without own borders."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    cells = shapely.segmentize(shapely.box(118 + x / 80, 28 + y / 80, 118 + (x + 1) / 80, 28 + (y + 1) / 80), 1 / 640)
    cells = shapely.transform(cells, lambda p: np.round(p + 0.0004 * np.sin(p[:, ::-1] * 900), 6))
    rows = ['{"properties":{"code":"p","parent":null,"name":"省","level":0},"geometry":null}']
    rows += [f'{{"properties":{{"code":"c{i}","parent":"p","name":"县{i}","level":1}},"geometry":null}}' for i in range(SIDE)]
    for number, shape in enumerate(shapely.to_geojson(cells).tolist()):
        properties = f'{{"code":"v{number}","parent":"c{number // SIDE}","name":"村{number}","level":2}}'
        rows.append(f'{{"properties":{properties},"geometry":{shape}}}')
    path = tmp_path_factory.mktemp("province") / "regions.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}', encoding="utf-8")
    return path


@proof
def test_a_province_is_read_and_its_points_are_placed(province: Path) -> None:
    regions = Regions.load(province)
    assert len(regions) == 1 + SIDE + SIDE * SIDE
    rng = np.random.default_rng(6)
    lon, lat = rng.uniform(118, 118 + SIDE / 80, POINTS), rng.uniform(28, 28 + SIDE / 80, POINTS)
    found = regions.locate(lon, lat)
    assert (found >= 0).mean() > 0.99
    row = np.flatnonzero(found >= 0)[:500]
    for at in row.tolist():
        assert regions.codes[found[at]].startswith("v")
