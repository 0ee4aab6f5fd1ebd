"""What files say about their coordinates: believed, undone, or refused where it contradicts what is declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from layers import FeatureFileError, GeoJsonError, Regions, RegionsError, convert, read_features, read_geojson
from layers.reference import named_in_geojson

HERE = (120.2, 30.25)
GAUSS = tuple(float(axis[0]) for axis in convert(np.array([HERE[0]]), np.array([HERE[1]]), "wgs84", "epsg:4549"))
MERCATOR = tuple(float(axis[0]) for axis in convert(np.array([HERE[0]]), np.array([HERE[1]]), "wgs84", "epsg:3857"))


def _geojson(place: Any, crs: Any = None) -> bytes:
    row = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": place}}
    return json.dumps({"type": "FeatureCollection", "features": [row]} | ({"crs": crs} if crs is not None else {})).encode()


def _named(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def _file(folder: Path, place: Any, epsg: int | None, ending: str) -> Path:
    crs = None if epsg is None else f"EPSG:{epsg}"
    frame = geopandas.GeoDataFrame({"name": ["点"]}, geometry=[shapely.Point(place)], crs=crs)
    path = folder / f"a.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        (None, HERE), (_named("urn:ogc:def:crs:OGC:1.3:CRS84"), HERE), (_named("urn:ogc:def:crs:EPSG::4490"), HERE),
        (_named("EPSG:4326"), HERE), ({"type": "EPSG", "properties": {"code": 4326}}, HERE),
        (_named("EPSG:3857"), MERCATOR), (_named("urn:ogc:def:crs:EPSG::4549"), GAUSS),
        (_named("urn:ogc:def:crs:EPSG:9.8:4549"), GAUSS),
    ],
)  # fmt: skip
def test_the_old_crs_member_is_honoured(crs: Any, place: Any) -> None:
    (point,) = read_geojson(_geojson(place, crs), name="a.geojson").geometries
    assert (point.x, point.y) == pytest.approx(HERE, abs=1e-8)


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ({"type": "link", "properties": {"href": "https://x.test/1"}}, "a.geojson: its 'crs' names no reference system. Hint"),
        ("EPSG:4490", "its 'crs' names no reference system"),
        (_named("/etc/passwd"), "its 'crs' '/etc/passwd' is no name of a reference system. Hint: EPSG:4326, urn:"),
        (_named("+proj=pipeline +step +proj=utm"), "is no name of a reference system"),
        (_named("EPSG:999999"), "reference system 'EPSG:999999' is not known. Hint: declare the datum, as in epsg:4549"),
        (_named("EPSG:4214"), "it is in Beijing 1954, declared is wgs84, .* Hint: declare datum: epsg:4214"),
    ],
)  # fmt: skip
def test_a_crs_that_cannot_be_meant_is_refused(crs: Any, said: str) -> None:
    with pytest.raises(GeoJsonError, match=said):
        read_geojson(_geojson(HERE, crs), name="a.geojson")


def test_about_degrees_the_declaration_is_believed(tmp_path: Path) -> None:
    """The usual Chinese boundary file: GCJ-02 that says EPSG:4326."""
    path = tmp_path / "a.geojson"
    path.write_bytes(_geojson(HERE, _named("EPSG:4326")))
    (moved,), (kept,) = read_features(path, "gcj02").geometries, read_features(path).geometries
    assert (kept.x, kept.y) == pytest.approx(HERE)
    assert 300 < np.hypot((moved.x - kept.x) * 96_000, (moved.y - kept.y) * 111_000) < 700
    path.write_bytes(_geojson(HERE, _named("EPSG:4214")))
    assert len(read_features(path, "epsg:4214")) == 1


@pytest.mark.parametrize("ending", ["gpkg", "shp", "parquet"])
def test_a_projection_that_contradicts_the_declared_one_is_refused(tmp_path: Path, ending: str) -> None:
    path = _file(tmp_path, GAUSS, 4549, ending)
    for datum in ("wgs84", "cgcs2000", "epsg:4549"):
        (point,) = read_features(path, datum).geometries
        assert (point.x, point.y) == pytest.approx(HERE, abs=1e-7)
    with pytest.raises(
        FeatureFileError, match=r"it is in CGCS2000.* 120E, declared is epsg:4550 .* 123E.\. Hint: declare epsg:4549, or"
    ):
        read_features(path, "epsg:4550")


@pytest.mark.parametrize("ending", ["gpkg", "shp", "parquet"])
def test_degrees_are_no_metres_whatever_is_declared(tmp_path: Path, ending: str) -> None:
    path = _file(tmp_path, HERE, 4326, ending)
    with pytest.raises(
        FeatureFileError, match=r"its coordinates are degrees \(120.2 30.25\), declared is epsg:4549. Hint: declare wgs84"
    ):
        read_features(path, "epsg:4549")


def test_a_shapefile_without_prj_is_taken_as_declared(tmp_path: Path) -> None:
    path = _file(tmp_path, GAUSS, 4549, "shp")
    path.with_suffix(".prj").unlink()
    (point,) = read_features(path, "epsg:4549").geometries
    assert (point.x, point.y) == pytest.approx(HERE, abs=1e-7)


def test_another_ellipsoid_is_another_place(tmp_path: Path) -> None:
    path = _file(tmp_path, HERE, 4610, "gpkg")
    with pytest.raises(FeatureFileError, match=r"a\.gpkg: it is in Xian 1980, declared is wgs84"):
        read_features(path)
    with pytest.raises(RegionsError, match="Xian 1980"):
        Regions.load(path)


def test_names_are_read_without_asking_anything_else() -> None:
    assert named_in_geojson(None) is None
    assert named_in_geojson(_named("urn:x-ogc:def:crs:EPSG:6.11:4326")) == "EPSG:4326"
