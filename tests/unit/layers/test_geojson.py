"""GeoJSON bombs and disguised files: refused within a second, and what was refused is said (promise 25)."""

from __future__ import annotations

import json
import sqlite3
import struct
from pathlib import Path

import geopandas
import numpy as np
import polars as pl
import pytest
import shapely

from layers import FeatureFileError, GeoJsonError, Plotting, read_features, read_geojson
from layers.wkb import WkbError, read_wkb
from tests.effort import processor_s


def _one(geometry: str) -> bytes:
    return b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":%s}]}' % geometry.encode()


def _nested(depth: int) -> str:
    head = '{"type":"GeometryCollection","geometries":['
    return head * depth + '{"type":"Point","coordinates":[1,2]}' + "]}" * depth


BOMBS = {
    "deep coordinates": _one('{"type":"Polygon","coordinates":' + "[" * 500_000 + "]" * 500_000 + "}"),
    "deep properties": b'{"features":[{"geometry":null,"properties":{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}}]}",
    "deep unknown": b'{"x":' + b'{"x":' * 300_000 + b"1" + b"}" * 300_000 + b',"features":[]}',
    "collections in collections": _one(_nested(50_000)),
    "a collection in itself": _one('{"type":"GeometryCollection","geometries":[{"$ref":"#"}]}'),
    "a collection as a geometry": _one('{"type":"FeatureCollection","features":[]}'),
    "NaN": _one('{"type":"Point","coordinates":[NaN,1]}'),
    "infinity": _one('{"type":"Point","coordinates":[1e999,1]}'),
    "text": _one('{"type":"Point","coordinates":["1","2"]}'),
    "one number": _one('{"type":"Point","coordinates":[1]}'),
    "an open ring of two": _one('{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}'),
    "an empty ring among others": _one('{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,0]],[]]}'),
    "more bytes than allowed": _one('{"type":"LineString","coordinates":[' + "[1,2]," * 3_000_000 + "[1,2]]}"),
    "cut off": _one('{"type":"Point","coordinates":[1,2]}')[:-20],
    "not text": b"\xff\xfe\x00" * 1000,
    "empty": b"",
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_refused_within_a_second(name: str) -> None:
    def read() -> None:
        with pytest.raises(GeoJsonError, match=r"sent\.geojson: ") as caught:
            read_geojson(BOMBS[name], name="sent.geojson")
        assert len(str(caught.value)) < 400

    assert processor_s(read) < 1.0


def test_a_byte_order_mark_is_no_obstacle() -> None:
    sent = _one('{"type":"Point","coordinates":[1,2]}')
    assert len(read_geojson(b"\xef\xbb\xbf" + sent, name="bom.geojson")) == 1


@pytest.mark.parametrize(("encoding", "said"), [("gbk", "not UTF-8, likely it is GBK"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named_as_the_likely_cause(encoding: str, said: str) -> None:
    text = '{"features":[{"geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"千岛湖镇"}}]}'
    with pytest.raises(GeoJsonError, match=f"Hint: its text is {said}.*save it as UTF-8"):
        read_geojson(text.encode(encoding), name="old.geojson")


def test_the_six_geometries_come_through_as_they_are() -> None:
    shapes = [
        "POINT (1 2)", "MULTIPOINT ((1 2), (3 4))", "LINESTRING (0 0, 1 1, 2 0)", "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
        "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 1, 2 0.5, 1 0.5))", "POLYGON ((9 9, 8 8, 9 8, 9 9))",
        "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 1, 2 0.5, 1 0.5)), ((5 5, 6 5, 6 6, 5 5)))",
    ]  # fmt: skip
    features = [
        {"geometry": json.loads(shapely.to_geojson(shapely.from_wkt(text))), "properties": {"at": text}} for text in shapes
    ]
    features[3:3] = [{"geometry": None, "properties": None}, {"geometry": {"type": "Polygon", "coordinates": []}}]
    read = read_geojson(json.dumps({"features": features}).encode(), name="x")
    assert [None if one is None else one.wkt for one in read.geometries] == [*shapes[:3], None, None, *shapes[3:]]
    assert read.properties[0] == {"at": shapes[0]} and read.properties[3] == {}


def test_a_feature_alone_is_a_collection_of_it() -> None:
    geometry = '{"type":"Point","coordinates":[120.5,30.5]}'
    alone = f'{{"type":"Feature","id":7,"properties":{{"name":"a"}},"geometry":{geometry}}}'.encode()
    read = read_geojson(alone, name="x")
    assert (list(read.properties), read.geometries[0].coords[0]) == ([{"name": "a"}], (120.5, 30.5))
    (mark,) = Plotting.read(alone).marks
    assert mark.places == ((120.5, 30.5),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"type":"Topology","objects":{}}', "it is TopoJSON; write it as GeoJSON"),
        ('{"type":"Point","coordinates":[1,2]}', "a Point must be the 'geometry' of a Feature"),
        ('{"type":"GeometryCollection","geometries":[]}', "collections of geometries must be taken apart"),
        ('{"type":"Topology","objects":' + "[" * 100_000, "was the file cut off?"),
        ('{"features":[', "was the file cut off?"),
    ],
)
def test_json_of_another_kind_is_called_what_it_is(content: str, said: str) -> None:
    with pytest.raises(GeoJsonError, match=r"not a GeoJSON FeatureCollection|nested too deep") as refused:
        read_geojson(content.encode(), name="x")
    assert said in str(refused.value) or "nested too deep" in str(refused.value)


def test_heights_are_dropped() -> None:
    read = read_geojson(_one('{"type":"LineString","coordinates":[[1,2,30],[3,4]]}'), name="x")
    assert read.geometries[0].wkt == "LINESTRING (1 2, 3 4)"


def test_a_wrong_feature_is_named() -> None:
    shapes = '{"geometry":{"type":"Point","coordinates":[1,2]}},{"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}}'
    with pytest.raises(GeoJsonError, match="feature 1: "):
        read_geojson(b'{"features":[%s]}' % shapes.encode(), name="x")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("zip.gpkg", b"PK\x03\x04" + b"\x00" * 100, "its content is no gpkg file. Hint: was it packed or renamed?"),
        ("vrt.shp", b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "its content is no shp file"),
        ("csv.parquet", b"a,b\n1,2\n", "its content is no parquet file"),
        ("a.zip", b"PK\x03\x04", r"format '.zip' is not read; allowed: .geojson, .json, .gpkg, .parquet, .shp"),
        ("empty.gpkg", b"SQLite format 3\x00" + b"\x00" * 84, "not a GeoPackage"),
        ("half.parquet", b"PAR1" + b"\x00" * 100, "cannot be read|there is no geometry column"),
        ("half.shp", b"\x00\x00\x27\x0a" + b"\x00" * 96, "cannot be read"),
    ],
)
def test_a_file_that_is_not_what_it_says_never_reaches_another_reader(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FeatureFileError, match=said):
        read_features(path)


@pytest.mark.parametrize(
    "name", ["/vsizip/tmp/a.zip/a.shp", "/vsicurl/http:/127.0.0.1:1/a.gpkg", "https:/127.0.0.1/a.geojson", "-.shp"]
)
def test_an_address_is_no_file(name: str) -> None:
    with pytest.raises(FeatureFileError, match="there is no such file"):
        read_features(Path(name))


def test_a_view_in_a_geopackage_is_refused(tmp_path: Path) -> None:
    """It could compute for ever."""
    path = tmp_path / "view.gpkg"
    with sqlite3.connect(path) as file:
        file.executescript(
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT);"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT, organization_coordsys_id INT);"
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS geom FROM n;"
            "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 4326);"
        )
    file.close()
    with pytest.raises(FeatureFileError, match="must hold one layer of features, got none"):
        read_features(path)


def test_collections_in_binary_collections_are_refused() -> None:
    deep = struct.pack("<BII", 1, 7, 1) * 200_000 + struct.pack("<BIdd", 1, 1, 1.0, 2.0)
    mixed = struct.pack("<BII", 1, 6, 1) + struct.pack(">BII", 0, 7, 1) * 200_000
    for bomb in (deep, mixed):
        with pytest.raises(WkbError, match="feature 1: collections in collections"):
            read_wkb([None, bomb])
    with pytest.raises(WkbError, match="feature 0 has coordinates that are no finite numbers"):
        read_wkb([shapely.to_wkb(shapely.Point(np.nan, np.inf))])


def test_nan_in_a_table_is_refused_too(tmp_path: Path) -> None:
    shapes = [shapely.Point(1, 2), shapely.LineString([(0, 0), (np.inf, 1)])]
    geopandas.GeoDataFrame({"a": [1, 2]}, geometry=shapes, crs=4326).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(FeatureFileError, match=r"a\.parquet: feature 1 has coordinates that are no finite numbers"):
        read_features(tmp_path / "a.parquet")


def test_a_parquet_file_without_geometry_says_so(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(FeatureFileError, match="there is no geometry column"):
        read_features(tmp_path / "a.parquet")
