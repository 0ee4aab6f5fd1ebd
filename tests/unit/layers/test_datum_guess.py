"""Which datum is this? Asked of invented points, and of real borders where they are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers import DatumError, Features, Regions, StatedPoints, convert, guess, read_features
from layers.datum import zone_of

SHARED = Path(__file__).parents[4] / "shared" / "data"
REAL = (
    ("hangzhou/districts_2021plus_wgs84_tianditu.geojson", "wgs84"),
    ("hangzhou/districts_2021plus_gcj02_amap.geojson", "gcj02"),
    ("air_beijing/beijing_districts_wgs84_tianditu.geojson", "wgs84"),
    ("air_beijing/beijing_districts_gcj02_datav.geojson", "gcj02"),
)
TRUTH = (REAL[0][0], REAL[0][0], REAL[2][0], REAL[2][0])


def _regions(shapes: Sequence[shapely.Geometry], codes: list[str]) -> Regions:
    rows = [{"code": "0", "parent": None, "name": "root", "level": 0}]
    rows += [{"code": code, "parent": "0", "name": code, "level": 1} for code in codes]
    return Regions(Features(np.array([None, *shapes], dtype=object), rows))


def _checkers() -> Regions:
    """Squares of some 2 km about Hangzhou."""
    cells = [(x, y) for x in range(12) for y in range(12)]
    shapes = [shapely.box(120 + x * 0.02, 30 + y * 0.02, 120.02 + x * 0.02, 30.02 + y * 0.02) for x, y in cells]
    return _regions(shapes, [f"{x}_{y}" for x, y in cells])


def _points(regions: Regions, datum: str, count: int = 1500) -> StatedPoints:
    rng = np.random.default_rng(11)
    west, south, east, north = regions.bounds("0") or (0, 0, 0, 0)
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    found = regions.locate(lon, lat)
    lon, lat, codes = lon[found >= 0], lat[found >= 0], [regions.codes[i] for i in found[found >= 0]]
    return StatedPoints(*convert(lon, lat, "wgs84", datum), codes)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_datum_of_points_is_found(datum: str) -> None:
    found = guess(_points(regions := _checkers(), datum), regions)
    assert (found.datum, found.sure) == (datum, True)
    assert found.shares[datum] == pytest.approx(1.0, abs=0.002)
    assert list(found.shares.values()) == sorted(found.shares.values(), reverse=True)


def test_a_projected_datum_can_be_asked_too() -> None:
    regions = _checkers()
    points = _points(regions, "epsg:4549")
    assert guess(points, regions, ("wgs84", "epsg:4549", "epsg:4548")).datum == "epsg:4549"


def test_few_points_are_not_sure_and_none_is_an_error() -> None:
    regions = _checkers()
    middle = StatedPoints(np.array([120.01]), np.array([30.01]), ["0_0"])
    assert guess(middle, regions).sure is False
    with pytest.raises(DatumError, match="no point has both a place and a known region code"):
        guess(StatedPoints(np.array([np.nan]), np.array([30.0]), ["0_0"]), regions)


def test_points_count_for_the_regions_above_them() -> None:
    regions = _checkers()
    points = _points(regions, "wgs84")
    above = StatedPoints(points.lon, points.lat, ["0"] * len(points.codes))
    assert guess(above, regions).shares["wgs84"] == 1.0


@pytest.mark.parametrize(("name", "datum"), REAL)
def test_real_borders_tell_the_datum_of_real_borders(name: str, datum: str) -> None:
    """Corners of a file of unknown datum, stated to lie in their district of a WGS84 file by another maker."""
    truth = SHARED / TRUTH[[one for one, _ in REAL].index(name)]
    if not (SHARED / name).is_file():
        pytest.skip("the real boundary files are not at hand (../shared/data)")
    known, unknown = read_features(truth), read_features(SHARED / name)
    regions = _regions(list(shapely.make_valid(known.geometries)), [str(row["adcode"]) for row in known.properties])
    inner = [shapely.make_valid(shape).buffer(-0.002) for shape in unknown.geometries]
    pairs = [
        (point, str(row["adcode"])) for shape, row in zip(inner, unknown.properties, strict=True)
        for point in shapely.get_coordinates(shape) if str(row["adcode"]) in regions
    ]  # fmt: skip
    corners = np.array([point for point, _ in pairs])
    found = guess(StatedPoints(corners[:, 0], corners[:, 1], [code for _, code in pairs]), regions)
    assert (found.datum, found.sure) == (datum, True)


def test_the_zone_of_a_place() -> None:
    assert zone_of(120.2) == "epsg:4549"
    assert zone_of(120.2, prefixed=True) == "epsg:4528"
    assert (zone_of(73.6), zone_of(135.9)) == ("epsg:4534", "epsg:4554")
    easting, northing = convert(np.array([120.2]), np.array([30.25]), "wgs84", "epsg:4528")
    assert 40_500_000 < easting[0] < 40_600_000 and 3_300_000 < northing[0] < 3_400_000
    with pytest.raises(DatumError, match="is the order lon, lat"):
        zone_of(30.2)
