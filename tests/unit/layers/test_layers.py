"""Layers: what they refuse, what they hand to the screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from layers import (
    AreaLayer,
    Classes,
    Features,
    Layer,
    LayerError,
    LineLayer,
    MapContainer,
    PointLayer,
    Regions,
    deck_spec,
    script_path,
)
from layers.colors import over
from layers.deck import SCRIPTS
from layers.drawing import Shape
from layers.leaflet import page_content
from layers.looks import GROUND

from .towns import square, town, written

LINE = {"type": "LineString", "coordinates": [[10, 20], [11, 20.5], [12, 20]]}


def _file(folder: Path, geometry: dict[str, Any], **properties: Any) -> Path:
    path = folder / "things.geojson"
    row = {"type": "Feature", "properties": properties, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("layer", "geometry", "options", "said"),
    [
        (
            LineLayer,
            square(10, 20),
            {"style": "road"},
            "geometry must be LineString or MultiLineString, got Polygon. Hint: is the kind right?",
        ),
        (AreaLayer, square(10, 20), {"style": "watter"}, "style 'watter' is not one of .* Hint: did you mean 'water'"),
        (AreaLayer, square(5e5, 3e6), {"style": "water"}, "got west 5.*, south 3.*, east .*. Hint: are these metres.*epsg:4549"),
        (AreaLayer, square(29, 118), {"style": "water"}, "got west 29, south 118, .* Hint: are longitude and latitude swapped?"),
        (AreaLayer, square(190, 20), {"style": "water"}, "Hint: is the data in WGS84?"),
        (
            AreaLayer,
            square(10, 20),
            {"style": "water", "label": "nom"},
            "label 'nom' is not a property of any feature; there are: name",
        ),
        (AreaLayer, square(10, 20), {"style": "regions"}, "style 'regions' takes no file"),
        (LineLayer, LINE, {"style": "road", "min_zoom": 40}, "min_zoom must be 0…22, got 40"),
        (LineLayer, LINE, {"style": "road", "id": "a b"}, "id must be letters, digits and _, got 'a b'"),
        (LineLayer, LINE, {"style": "road", "datum": "gps"}, "unknown datum 'gps'"),
    ],
)
def test_a_wrong_layer_says_why(
    tmp_path: Path, layer: type[Layer], geometry: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(LayerError, match=said):
        layer.load(_file(tmp_path, geometry, name="x"), **options)


def test_an_invalid_polygon_of_a_layer_is_repaired_and_reported(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[10, 20], [11, 21], [11, 20], [10, 21], [10, 20]]]}
    layer = AreaLayer.load(_file(tmp_path, bow), id="lake", style="water")
    assert layer.reports == ("layer 'lake': feature 0: invalid polygon repaired (Self-intersection[10.5 20.5])",)
    assert layer.features is not None and layer.features.geometries[0].is_valid


def test_a_layer_made_in_code_is_repaired_as_one_of_a_file_is(tmp_path: Path) -> None:
    bow = shapely.Polygon([(10, 20), (11, 21), (11, 20), (10, 21)])
    made = AreaLayer(id="lake", style="water", features=Features(np.array([bow], dtype=object), [{}]))
    read = AreaLayer.load(_file(tmp_path, shapely.geometry.mapping(bow)), id="lake", style="water")
    assert made.reports == read.reports == ("layer 'lake': feature 0: invalid polygon repaired (Self-intersection[10.5 20.5])",)
    assert made.features is not None and made.features.geometries[0].is_valid
    assert replace(made, min_zoom=9.0).reports == made.reports, "said once"


def test_layers_that_need_a_file_or_must_not_have_one() -> None:
    with pytest.raises(LayerError, match="a line layer needs a file"):
        LineLayer(id="roads", style="road")
    with pytest.raises(LayerError, match="style 'camera' needs a file; live styles are vehicle, incident, station"):
        PointLayer(id="cameras", style="camera")
    with pytest.raises(LayerError, match="trail_s must be 0…60"):
        PointLayer(id="cars", style="vehicle", trail_s=900)


def test_only_the_label_leaves_the_house(tmp_path: Path) -> None:
    path = _file(tmp_path, LINE, name="环路", name_en="Ring", cost=17)
    (drawn,) = json.loads(LineLayer.load(path, id="roads", style="road", label="name").geojson())["features"]
    assert drawn["properties"] == {"name": "环路", "name_en": "Ring", "label": [11.0, 20.5], "span": pytest.approx(215.9, abs=1)}
    (bare,) = json.loads(LineLayer.load(path, id="roads", style="road").geojson())["features"]
    assert bare["properties"] == {}


def test_a_choropleth_of_a_file_tells_its_codes_so_that_values_may_come_alone() -> None:
    shapes = Features(
        np.array([shapely.box(x, 0, x + 1, 1) for x in range(2)], dtype=object), [{"id": "a", "n": 1}, {"id": "b", "n": 2}]
    )
    own = AreaLayer(id="own", style="choropleth", features=shapes, column="n", code="id")
    told = [feature["properties"] for feature in json.loads(own.geojson())["features"]]
    assert [(one["code"], one["value"]) for one in told] == [("a", 1), ("b", 2)]
    given = AreaLayer(id="own", style="choropleth", features=shapes, column="n", code="id", values={"b": 7.0})
    assert [feature["properties"]["value"] for feature in json.loads(given.geojson())["features"]] == [1, 7.0]
    bare = AreaLayer(id="own", style="choropleth", features=shapes, column="n")
    assert "code" not in json.loads(bare.geojson())["features"][0]["properties"]


def test_classes_cut_values() -> None:
    assert Classes("quantile", 4).edges([1.5, 2, 3, 4, None, float("nan")]) == pytest.approx([1.875, 2.5, 3.25])
    counts = [0, 0, 0, 1, 1, 3, 3, 4, 11]
    assert Classes("quantile", 5).edges(counts) == [1, 3, 4], "counts are whole, and so are their classes"
    assert Classes("equal", 4).edges([0, 100]) == [25, 50, 75]
    assert Classes("manual", 3, (10, 20)).edges([]) == [10, 20]
    assert Classes("quantile", 5).edges([7, 7, 7]) == []
    for wrong in ({"method": "jenks"}, {"count": 1}, {"method": "manual", "count": 3, "breaks": (2, 1)}, {"breaks": (1,)}):
        with pytest.raises(ValueError, match="classes: "):
            Classes(**wrong)


def test_a_legend_shows_the_colours_of_the_map_and_both_ends(container: MapContainer) -> None:
    view = container.view()
    layer = AreaLayer(id="x", style="regions", values=dict(zip(_codes(container), (1200.0, 5.0, None), strict=False)), unit="件")
    key = layer.key()
    assert key is not None and (key.least, key.most, key.unit) == (5.0, 1200.0, "件")
    shapes = [part for part in layer.parts(view) if isinstance(part, Shape) and not part.look.hatched]
    assert shapes and {over(GROUND, part.look.fill or "", part.look.fill_opacity) for part in shapes} <= set(key.colors)
    (told,) = page_content(replace(container, layers=(layer,)))["keys"]
    assert (told["least"], told["most"], told["unit"], told["colors"]) == ("5", "1,200", "件", list(key.colors))


def test_a_legend_explains_the_hatch_of_a_region_nobody_named(container: MapContainer) -> None:
    codes = _codes(container)
    whole = AreaLayer(id="x", style="regions", values=dict.fromkeys(codes, 1.0))
    holed = AreaLayer(id="x", style="regions", values=dict.fromkeys(codes[1:], 1.0))
    shapes = [part for part in holed.parts(container.view()) if isinstance(part, Shape)]
    assert [part.look.hatched for part in shapes].count(True) == 1
    told = [page_content(replace(container, layers=(layer,)))["keys"][0]["gaps"] for layer in (whole, holed)]
    assert told == [False, True]


def _codes(container: MapContainer) -> list[str]:
    return [region.code for region in container.regions.children(container.shown)]


def test_no_data_is_never_the_lowest_colour() -> None:
    layer = AreaLayer(
        id="regions", style="regions", classes=Classes("equal", 2), values={"a": 0, "b": 10, "c": None, "d": float("nan")}
    )
    assert layer.fills() == {"a": "#12304F", "b": "#4FCAEC", "c": None, "d": None}


@pytest.fixture
def container(tmp_path: Path) -> MapContainer:
    regions = Regions.load(written(tmp_path, town()))
    layers = (
        AreaLayer(id="regions", style="regions", classes=Classes("manual", 3, (1, 2))),
        LineLayer.load(_file(tmp_path, LINE, name="x"), id="roads", style="road_main", label="name"),
        PointLayer(id="vehicles", style="vehicle", trail_s=8),
    )
    return MapContainer(regions, layers, "9")


def test_the_spec_of_a_whole_city(container: MapContainer) -> None:
    spec = deck_spec(container)
    assert (spec["drilled"], spec["context"], spec["selected"], spec["bounds"]) == (False, None, None, [10, 20, 12, 21])
    regions, roads, vehicles = json.loads(json.dumps(spec["layers"]))
    assert regions["url"] == "/api/v1/regions/9/geometry"
    assert regions["classes"] == {"method": "manual", "count": 3, "breaks": [1, 2]}
    assert (roads["url"], roads["label"]) == ("/api/v1/layers/roads/geometry", "name")
    assert vehicles == {"id": "vehicles", "kind": "point", "style": "vehicle", "live": True, "title": {}, "trail_s": 8}


def test_the_spec_of_a_part_dims_what_is_around(container: MapContainer) -> None:
    spec = deck_spec(container.drill("91").select("912"))
    assert (spec["drilled"], spec["selected"], spec["bounds"]) == (True, "912", [10, 20, 11, 21])
    assert spec["context"] == "/api/v1/regions/9/geometry"
    assert spec["outline"] == "/api/v1/regions/91/outline"


def test_a_region_with_nothing_below_is_lifted_among_its_neighbours(container: MapContainer) -> None:
    spec = deck_spec(container.drill("912"))
    assert spec["layers"][0]["url"] == "/api/v1/regions/91/geometry"
    assert (spec["region"], spec["selected"], spec["bounds"]) == ("912", "912", [10.5, 20, 11, 21])


def test_one_id_stands_on_a_map_once(container: MapContainer) -> None:
    with pytest.raises(LayerError, match="layer 'regions' stands on the map twice"):
        MapContainer(container.regions, container.layers[:1] * 2, "9")


def test_the_scripts_the_page_loads_are_all_there_and_only_they() -> None:
    folder = Path(__file__).parents[3] / "assets" / "map"
    assert sorted(SCRIPTS) == sorted(path.name for path in folder.glob("*.js"))
    assert script_path().stat().st_size > 1_000_000
    for path in folder.iterdir():
        script = path.read_text().replace('"http://www.w3.org/2000/svg"', "")  # a name, no address
        assert "http://" not in script and "https://" not in script and "innerHTML" not in script
