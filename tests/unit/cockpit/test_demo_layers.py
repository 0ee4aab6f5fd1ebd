"""The invented city's static layers: every one loads, lies inside the city, and is named in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

import cockpit.demo
from cockpit.static_layers import load_layer, parse_layer

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
LAYERS = sorted((YUNZHOU / "layers").glob("*.yaml"))


def _features(name: str) -> list[dict[str, Any]]:
    loaded = json.loads((YUNZHOU / name).read_text(encoding="utf-8"))
    features: list[dict[str, Any]] = loaded["features"]
    return features


def _shapes(name: str) -> list[BaseGeometry]:
    return [shapely.geometry.shape(feature["geometry"]) for feature in _features(name)]


def test_every_kind_of_layer_is_there() -> None:
    names = {path.stem for path in LAYERS}
    assert names >= {"water", "hills", "roads_main", "roads", "streets", "rail", "bus"}
    assert names >= {"hospitals", "police", "fire", "shelters", "halls", "cameras"}


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_a_layer_loads_as_the_cockpit_loads_it(path: Path) -> None:
    document = parse_layer(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert document.file is not None
    assert document.layer == path.stem
    assert set(document.title) == {"zh", "en"}
    assert load_layer(document, path.parent / document.file).layer.id == path.stem


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_a_layer_lies_around_its_city(path: Path) -> None:
    west, south, east, north = 118.22, 29.02, 119.10, 29.64
    file = yaml.safe_load(path.read_text(encoding="utf-8"))["file"]
    bounds = shapely.total_bounds(_shapes(f"layers/{file}"))
    assert np.all(bounds[:2] > (west, south))
    assert np.all(bounds[2:] < (east, north))


def test_there_are_enough_bus_lines_and_cameras() -> None:
    assert len(_features("layers/bus.geojson")) >= 12
    assert 120 <= len(_features("layers/cameras.geojson")) <= 180


def test_buses_and_patrols_follow_the_roads() -> None:
    roads = np.array([shape for name in ("roads_main", "roads", "streets") for shape in _shapes(f"layers/{name}.geojson")])
    tree, thirty_m = shapely.STRtree(roads), 0.0003
    for shape in [*_shapes("layers/bus.geojson"), *_shapes("layers/patrols.geojson")]:
        places = np.array([shape.interpolate(far) for far in np.arange(0, shape.length, thirty_m)])
        near, _ = tree.query(places, predicate="dwithin", distance=thirty_m)
        assert np.unique(near).size > 0.98 * len(places)


def test_no_place_stands_in_the_water() -> None:
    water = shapely.union_all(_shapes("layers/water.geojson"))
    wet = [
        name
        for name in ("hospitals", "police", "fire", "halls")
        for spot in _shapes(f"layers/{name}.geojson")
        if water.contains(spot)
    ]
    assert len(wet) <= 3
