"""Every kind of layer keeps the contract; a new one enters by standing in KINDS, and fails here until it has an example."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import geopandas
import numpy as np
import pytest
import shapely
from PIL import Image

from layers import (
    KINDS,
    Addresses,
    AreaLayer,
    ClusterLayer,
    Features,
    FlowLayer,
    GridLayer,
    HeatLayer,
    HexagonLayer,
    IconLayer,
    ImageLayer,
    LabelLayer,
    Layer,
    LayerError,
    LineLayer,
    Look,
    MapContainer,
    Part,
    PointLayer,
    RasterTileLayer,
    Regions,
    Shape,
    Text,
    TripsLayer,
    VectorTileLayer,
    View,
    Viewport,
    WebTiles,
    deck_spec,
)  # fmt: skip
from layers.leaflet import leaflet_page, page_content
from layers.picture import picture

CODES = ("1", "11", "12")


def _regions() -> Regions:
    west, east = shapely.box(120, 30, 120.5, 31), shapely.box(120.5, 30, 121, 31)
    rows = [
        {"code": code, "parent": code[:-1], "name": f"区{code}", "name_en": f"Part {code}", "level": len(code)} for code in CODES
    ]
    return Regions(Features(np.array([west.union(east), west, east], dtype=object), rows))


def _points(count: int = 60) -> Features:
    rng = np.random.default_rng(5)
    rows = [{"name": f"点{i}", "name_en": f"P{i}", "n": float(i)} for i in range(count)]
    return Features.at(rng.uniform(120.1, 120.9, count), rng.uniform(30.1, 30.9, count), rows)


def _lines() -> Features:
    shapes = [shapely.LineString(way) for way in ([(120.1, 30.1), (120.4, 30.8), (120.9, 30.9)], [(120.2, 30.9), (120.8, 30.2)])]
    rows = [{"name": "甲", "value": 4.0, "times": [100, 160, 300]}, {"name": "乙", "value": 1.0, "times": [120, 400]}]
    return Features(np.array(shapes, dtype=object), rows)


def _areas() -> Features:
    shapes = [shapely.box(120 + x / 10, 30, 120 + (x + 1) / 10, 31) for x in range(10)]
    rows = [{"code": f"a{x}", "value": None if x == 3 else float(x), "name": f"块{x}"} for x in range(10)]
    return Features(np.array(shapes, dtype=object), rows)


def _png() -> bytes:
    body = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 255)).save(body, "PNG")
    return body.getvalue()


EXAMPLES: Mapping[str, Callable[[], Layer]] = MappingProxyType(
    {
        "area": lambda: AreaLayer(id="x", style="regions", values={"11": 3.0, "12": None}, unit="件"),
        "line": lambda: LineLayer(id="x", style="road_main", features=_lines(), label="name"),
        "point": lambda: PointLayer(id="x", style="camera", features=_points(), label="name"),
        "icon": lambda: IconLayer(id="x", features=_points(), color="#F5B83D", label="name"),
        "cluster": lambda: ClusterLayer(id="x", features=_points()),
        "heat": lambda: HeatLayer(id="x", features=_points(), weight="n"),
        "grid": lambda: GridLayer(id="x", features=_points(), cell_m=10_000, agg="mean", column="n"),
        "hexagon": lambda: HexagonLayer(id="x", features=_points(), resolution=5),
        "flow": lambda: FlowLayer(id="x", features=_lines(), column="value"),
        "trips": lambda: TripsLayer(id="x", features=_lines()),
        "label": lambda: LabelLayer(id="x", features=_points(), label="name", rank="n"),
        "raster_tiles": lambda: RasterTileLayer(id="x", source=WebTiles.tianditu("vec"), attribution="天地图"),
        "vector_tiles": lambda: VectorTileLayer(id="x", features=_areas(), column="value", code="code", label="name"),
        "image": lambda: ImageLayer(id="x", content=_png(), bounds=(120.2, 30.2, 120.8, 30.8)),
    }
)
every_kind = pytest.mark.parametrize("kind", sorted(KINDS))


@pytest.fixture(scope="module")
def regions() -> Regions:
    return _regions()


def _map(layer: Layer, regions: Regions) -> MapContainer:
    return MapContainer(regions, (layer,), "1")


@every_kind
def test_there_is_an_example(kind: str) -> None:
    layer = EXAMPLES[kind]()
    assert type(layer) is KINDS[kind]
    assert type(layer).__doc__


@every_kind
def test_its_part_of_the_spec_is_json_on_our_own_host(kind: str, regions: Regions) -> None:
    (entry,) = json.loads(json.dumps(deck_spec(_map(EXAMPLES[kind](), regions)), allow_nan=False))["layers"]
    assert entry["kind"] == kind
    assert {"id", "kind", "style", "live", "title"} <= entry.keys()
    addresses = [entry[key] for key in ("url", "tiles", "image") if key in entry]
    assert addresses and all(address.startswith("/api/v1/") for address in addresses)
    assert "http" not in json.dumps(entry)


@every_kind
def test_what_it_sends_is_geojson_in_degrees(kind: str) -> None:
    layer = EXAMPLES[kind]()
    if "url" not in layer.address(Addresses(), "1") or layer.features is None:
        return
    sent = json.loads(layer.geojson())
    assert sent["type"] == "FeatureCollection" and sent["features"]
    west, south, east, north = shapely.total_bounds(shapely.from_geojson(layer.geojson().decode()))
    assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90


@every_kind
def test_every_engine_draws_it(kind: str, regions: Regions) -> None:
    container = _map(EXAMPLES[kind](), regions)
    view = container.view(400, 300)
    parts = list(container.layers[0].parts(view))
    assert parts or kind == "raster_tiles"  # those of the web are not there without one
    drawn = np.asarray(Image.open(BytesIO(container.draw(lambda one: picture(one, width_px=400, height_px=300)))))
    empty = np.asarray(Image.open(BytesIO(picture(replace(container, hidden=frozenset({"x"})), width_px=400, height_px=300))))
    assert drawn.shape == (300, 400, 3)
    assert bool((drawn != empty).any()) == bool(parts)
    (level, *_) = page_content(container)["layers"][0]["levels"]
    assert any(level["parts"].values()) == bool(parts)
    assert not re.search(r"""(src|url|href)\s*[=(]\s*["']?(https?:)?//(?!leafletjs\.com)""", leaflet_page(container))


@every_kind
def test_a_bad_id_is_refused(kind: str) -> None:
    with pytest.raises(LayerError, match="layer 'a b': id must be letters, digits and _"):
        replace(EXAMPLES[kind](), id="a b")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: HeatLayer(id="x", features=_lines()), "geometry must be Point, got LineString. Hint: is the kind right?"),
        (lambda: HeatLayer(id="x", features=_points(), weight="m"), "'m' is not a property .*; there are: n, name"),
        (lambda: HeatLayer(id="x", features=_points(), weight="name"), "must hold finite numbers, got str '点0'. Hint"),
        (lambda: HeatLayer(id="x", features=_points(), ramp=("red",)), "ramp must hold 2…9 colours, got 1"),
        (lambda: HexagonLayer(id="x", features=_points(), resolution=16), "resolution must be an int 0…15, got 16. Hint"),
        (lambda: HexagonLayer(id="x", features=_points(), column="n"), "count takes no column, the others need one"),
        (lambda: GridLayer(id="x"), "a grid layer needs a file of points"),
        (lambda: GridLayer(id="x", features=_points(), cell_m=0), "cell_m must be 1…1,000,000, got 0"),
        (lambda: ClusterLayer(id="x", features=_points(), radius_px=1), "radius_px must be 8…256, got 1"),
        (lambda: FlowLayer(id="x", features=_lines(), bend=3), "bend must be -1…1, got 3"),
        (lambda: TripsLayer(id="x", features=_lines(), times="value"), "'value' must be a list of 3 seconds, one per corner"),
        (lambda: LabelLayer(id="x", features=_points()), "`label` must name the property to write"),
        (lambda: IconLayer(id="x", features=_points(), style="star"), "style 'star' is not one of disc, square"),
        (lambda: IconLayer(id="x", features=_points(), color="red"), "color must be #RRGGBB, got 'red'. Hint"),
        (lambda: ImageLayer(id="x", content=b"GIF89a", bounds=(1, 2, 3, 4)), "the image is neither PNG nor JPEG"),
        (lambda: ImageLayer(id="x", content=_png(), bounds=(3, 2, 1, 4)), "bounds must be west < east"),
        (lambda: RasterTileLayer(id="x", source=WebTiles.tianditu(), datum="gcj"), "unknown datum 'gcj'"),
        (lambda: VectorTileLayer(id="x", features=_areas()), "style 'choropleth' needs a column of numbers"),
        (lambda: FlowLayer.between(_regions(), {("11", "77"): 1}, id="x"), "no place for the regions 77"),
        (lambda: HeatLayer(id="x", features=Features(np.array([shapely.Point(5e5, 3e6)], object), [{}])), "are these metres"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_with_the_likely_cause(make: Callable[[], Layer], said: str) -> None:
    with pytest.raises(LayerError, match=said):
        make()


def test_a_container_is_changed_by_making_another(regions: Regions) -> None:
    bottom, top = EXAMPLES["area"](), replace(EXAMPLES["heat"](), id="heat")
    container = MapContainer(regions, (bottom,), "1").put(top).show("heat", False)
    assert [layer.id for layer in container.visible] == ["x"]
    assert [layer.id for layer in container.put(replace(top, id="low"), below="x").layers] == ["low", "x", "heat"]
    assert [layer.id for layer in container.show("heat").visible] == ["x", "heat"]
    with pytest.raises(LayerError, match="layer 'no' is not on the map; there are: x, heat"):
        container.show("no")
    looking = container.look(Viewport(120.5, 30.5, 12))
    assert looking.view(512, 512).zoom == pytest.approx(12)
    assert looking.drill("11").viewport is None
    with pytest.raises(ValueError, match="is the order lon, lat"):
        Viewport(30, 120, 9)


def test_the_basemap_lies_at_the_bottom_and_keeps_its_secrets(regions: Regions) -> None:
    base = RasterTileLayer(id="base", source=WebTiles.tianditu("img"), title={"zh": "影像"})
    container = MapContainer(regions, (EXAMPLES["heat"](),), "1", basemap=base)
    spec = deck_spec(container)
    assert [entry["id"] for entry in spec["layers"]] == ["base", "x"]
    assert spec["layers"][0]["tiles"] == "/api/v1/layers/base/tiles/{z}/{x}/{y}"
    assert "tianditu" not in json.dumps(spec)
    assert page_content(container)["notes"] == ["影像: 需要网络,未包含"]


def test_an_outsiders_layer_is_drawn_like_ours(regions: Regions) -> None:
    """One file, public names only."""

    class Cross(Layer):
        kind = "cross"
        styles = ("cross",)

        def parts(self, view: View) -> Iterable[Part]:
            yield Shape(shapely.LineString([(120.2, 30.2), (120.8, 30.8)]), Look(stroke="#FF0000", width_px=4))
            yield Text(120.5, 30.5, "×")

    container = _map(Cross(id="cross", style="cross"), regions)
    assert deck_spec(container)["layers"][0]["kind"] == "cross"
    pixels = np.asarray(Image.open(BytesIO(picture(container, width_px=300, height_px=300))))
    assert bool((pixels == (255, 0, 0)).all(axis=2).any())
    assert page_content(container)["layers"][0]["levels"][0]["parts"]["texts"][0][2] == "×"


def test_a_file_of_each_form_becomes_the_same_layer(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        [dict(row) for row in _areas().properties], geometry=list(_areas().geometries), crs=4326
    ).to_crs(4549)
    frame.to_file(tmp_path / "a.gpkg")
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_file(tmp_path / "a.shp")
    expected = shapely.total_bounds(_areas().geometries)
    for name in ("a.gpkg", "a.parquet", "a.shp"):
        layer = AreaLayer.load(tmp_path / name, style="choropleth", column="value", code="code")
        assert layer.features is not None
        np.testing.assert_allclose(shapely.total_bounds(layer.features.geometries), expected, atol=1e-7)
        assert layer.fills()["a3"] is None
        assert layer.features.properties[9]["name"] == "块9"
