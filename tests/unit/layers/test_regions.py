"""The region tree: order, look-up, place, shapes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import polars as pl
import pytest
import shapely

from layers import Regions, UnknownRegion, convert
from layers.features import Geometries

from .towns import feature, square, town, written


@pytest.fixture
def regions(tmp_path: Path) -> Regions:
    return Regions.load(written(tmp_path, town()))


def test_the_root_stands_first_and_parents_before_children(regions: Regions) -> None:
    assert list(regions.codes) == ["9", "91", "92", "911", "912", "913"]
    assert regions.parents.tolist() == [-1, 0, 0, 1, 1, 1]
    assert regions.parents.dtype == np.int32
    assert regions.root.code == "9"
    assert (regions.region("911").depth, regions.region("911").level) == (2, 2)


def test_a_region_knows_its_way_up_and_down(regions: Regions) -> None:
    assert [region.code for region in regions.ancestors("912")] == ["9", "91"]
    assert [region.code for region in regions.children("91")] == ["911", "912", "913"]
    assert regions.children("92") == ()
    assert regions.region("913").has_geometry is False
    assert regions.region("92").title("en") == "District 92"
    with pytest.raises(UnknownRegion, match="unknown region '77'"):
        regions.children("77")


def test_find_answers_minus_one_for_what_it_does_not_know(regions: Regions) -> None:
    found = regions.find(pl.Series(["912", "no", None, "9", "912"]))
    assert found.tolist() == [4, -1, -1, 0, 4]
    assert found.dtype == np.int32
    assert regions.find(pl.Series([], dtype=pl.String)).tolist() == []
    assert regions.find(pl.Series([None, None], dtype=pl.String)).tolist() == [-1, -1]


def test_a_point_belongs_to_the_deepest_region_that_holds_it(regions: Regions) -> None:
    lon = np.array([10.2, 10.7, 11.5, 15.0, np.nan, 10.5])
    lat = np.array([20.5, 20.5, 20.5, 20.5, 20.5, 20.5])
    found = regions.locate(lon, lat)
    assert [regions.codes[i] if i >= 0 else None for i in found.tolist()] == ["911", "912", "92", None, None, "911"]
    assert found.dtype == np.int32


def test_places_without_finer_polygons_fall_back_to_their_parents(tmp_path: Path) -> None:
    hole = [row for row in town() if row["properties"]["code"] != "912"]
    regions = Regions.load(written(tmp_path, hole))
    assert regions.codes[regions.locate(np.array([10.7]), np.array([20.5]))[0]] == "91"


def test_points_in_another_datum_are_converted(tmp_path: Path) -> None:
    regions = Regions.load(written(tmp_path, [feature("1", None, square(118.0, 29.0, 0.001, 0.001), 0)]))
    lon, lat = convert(np.array([118.0005]), np.array([29.0005]), "wgs84", "gcj02")
    assert regions.locate(lon, lat, "gcj02").tolist() == [0]
    assert regions.locate(lon, lat, "wgs84").tolist() == [-1]


def test_bulk_place_equals_one_by_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.random((60, 2)))))
    rows = [feature("0", None, None, 0)]
    rows += [feature(f"c{i}", "0", json.loads(shapely.to_geojson(cell))) for i, cell in enumerate(cells)]
    regions = Regions.load(written(tmp_path, rows))
    lon, lat = rng.random(4000) * 1.4 - 0.2, rng.random(4000) * 1.4 - 0.2
    truth = [
        next((i + 1 for i, cell in enumerate(cells) if shapely.intersects_xy(cell, x, y)), -1)
        for x, y in zip(lon, lat, strict=True)
    ]
    assert regions.locate(lon, lat).tolist() == truth


def test_points_near_edges_of_any_shape_are_placed_one_by_one(tmp_path: Path) -> None:
    """Cells of the grid that lie wholly on one side of all edges are answered at once: none of them may lie across one."""
    rng = np.random.default_rng(11)
    far = [(0.0, 0.0), (40.0, 0.003), (40.0, 0.0031), (0.0, 30.0)]  # a corner so sharp that it is no cell wide, and long edges
    hole = [(3.0, 3.0), (3.0001, 3.0), (3.0, 3.0001)]
    apart = shapely.MultiPolygon([shapely.Polygon(far, [hole]), shapely.box(20, 20, 20.0005, 40), shapely.box(30, 30, 39, 39)])
    shapes = [apart, shapely.box(-5, -5, -0.0001, 0), shapely.Polygon([(39, 1), (40, 1), (39.5, 29)])]
    rows = [feature("0", None, None, 0)]
    rows += [feature(f"c{i}", "0", json.loads(shapely.to_geojson(shape))) for i, shape in enumerate(shapes)]
    regions = Regions.load(written(tmp_path, rows))
    corners = shapely.get_coordinates(shapes)
    near = np.repeat(corners, 200, axis=0) + rng.normal(0, 0.05, (200 * len(corners), 2))
    along = corners[:-1] + np.diff(corners, axis=0) * rng.random((400, 1, 1))
    points = np.concatenate([corners, near, along.reshape(-1, 2), rng.uniform(-6, 41, (4000, 2))])
    truth = np.full(len(points), -1)
    for i, shape in reversed(list(enumerate(shapes))):
        truth[shapely.intersects_xy(shape, points)] = i + 1
    assert regions.locate(points[:, 0].copy(), points[:, 1].copy()).tolist() == truth.tolist()
    assert set(truth.tolist()) == {-1, 1, 2, 3}


def test_shapes_share_their_edges_and_stay_valid(regions: Regions) -> None:
    drawn = json.loads(regions.geojson("9"))["features"]
    assert [one["properties"]["code"] for one in drawn] == ["91", "92"]
    assert drawn[0]["properties"]["children"] is True
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in drawn])
    assert shapely.coverage_is_valid(shapes)
    assert all(shape.contains(shapely.Point(one["properties"]["label"])) for shape, one in zip(shapes, drawn, strict=True))


def test_a_far_view_gets_fewer_corners_and_still_no_gaps(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    x = np.linspace(0, 1, 400)
    wavy = np.column_stack([1 + rng.normal(0, 0.002, 400), x])
    west, east = (shapely.Polygon([*wavy, (side, 1), (side, 0)]) for side in (0, 2))
    rows = [feature("0", None, None, 0)]
    rows += [feature(code, "0", json.loads(shapely.to_geojson(one))) for code, one in (("w", west), ("e", east))]
    regions = Regions.load(written(tmp_path, rows))
    corners = []
    for zoom in (4, 8, 12):
        shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in json.loads(regions.geojson("0", zoom))["features"]])
        assert shapely.coverage_is_valid(shapes)
        corners.append(int(shapely.get_num_coordinates(shapes).sum()))
    assert corners == sorted(corners) and corners[0] < 30 < 700 < corners[2]


def test_the_outline_runs_along_the_children(regions: Regions) -> None:
    (outline,) = json.loads(regions.outline("9"))["features"]
    assert shapely.from_geojson(json.dumps(outline["geometry"])).equals(shapely.box(10, 20, 12, 21))
    assert json.loads(regions.outline("913"))["features"] == []
    assert json.loads(regions.geojson("913"))["features"] == []


def test_bounds_and_centre_look_below_where_there_is_no_polygon(tmp_path: Path) -> None:
    rows = [row if row["properties"]["code"] != "9" else feature("9", None, None, 0) for row in town()]
    regions = Regions.load(written(tmp_path, rows))
    assert regions.bounds("9") == (10.0, 20.0, 12.0, 21.0)
    assert regions.bounds("913") is None
    assert regions.center("913") is None
    assert regions.center("92") == pytest.approx((11.5, 20.5), abs=0.05)


def test_placeholders_are_left_out_of_the_way_down(tmp_path: Path) -> None:
    rows = [feature("1", None, None, 0), feature("11", "1", None, 1, placeholder=True), feature("111", "11", None, 2)]
    regions = Regions.load(written(tmp_path, rows))
    assert [region.code for region in regions.ancestors("111")] == ["1"]
    assert [region.code for region in regions.children("1")] == ["11"]


def test_only_the_regions_of_a_day_are_kept(tmp_path: Path) -> None:
    rows = [*town(), feature("93", "9", None, 1, valid_to="2023-12-31"), feature("94", "9", None, 1, valid_from="2024-01-01")]
    path = written(tmp_path, rows)
    assert "93" not in Regions.load(path, on=date(2024, 6, 1))
    assert "94" not in Regions.load(path, on=date(2023, 6, 1))
    assert len(Regions.load(path)) == 8


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_other_formats_give_the_same_tree(tmp_path: Path, regions: Regions, suffix: str) -> None:
    frame = geopandas.read_file(written(tmp_path, town()))
    path = tmp_path / f"regions{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    other = Regions.load(path)
    assert list(other.codes) == list(regions.codes)
    assert other.region("92") == regions.region("92")
    assert other.locate(np.array([10.7]), np.array([20.5])).tolist() == [4]


def test_a_file_in_gcj02_is_moved_to_wgs84(tmp_path: Path) -> None:
    regions = Regions.load(written(tmp_path, [feature("1", None, square(118, 29), 0)]), "gcj02")
    west, _, _, _ = regions.bounds("1") or (0, 0, 0, 0)
    assert west == pytest.approx(convert(np.array([118.0]), np.array([29.0]), "gcj02", "wgs84")[0][0], abs=1e-4)


def test_shapes_that_screens_ask_for_together_are_simplified_once_and_nobody_can_change_them(
    regions: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(shapes: Geometries, tolerance: float) -> Geometries:
        asked.append(len(shapes))
        return simplify(shapes, tolerance)

    simplify = shapely.coverage_simplify
    monkeypatch.setattr(shapely, "coverage_simplify", counted)
    regions.geojson("9")
    regions.outline("9")
    _, shapes = regions.drawn("9")
    assert asked == [len(shapes)]
    with pytest.raises(ValueError, match="read-only"):
        shapes[0] = None
