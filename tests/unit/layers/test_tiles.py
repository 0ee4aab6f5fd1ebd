"""Tiles: from files, from services that only our server asks, and made from polygons."""

from __future__ import annotations

import gzip
import sqlite3
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from PIL import Image

from layers import (
    Features,
    LayerError,
    MapContainer,
    MbTiles,
    PmTiles,
    RasterTileLayer,
    Regions,
    Tile,
    TileError,
    VectorTileLayer,
    WebTiles,
    convert,
)
from layers.mvt import encode_tile
from layers.picture import picture
from layers.pmtiles import tile_number
from layers.tile_shift import offset_px, shifted


def _png(color: tuple[int, int, int] = (255, 0, 0)) -> bytes:
    body = BytesIO()
    Image.new("RGB", (256, 256), color).save(body, "PNG")
    return body.getvalue()


def _mbtiles(path: Path, **about: str) -> Path:
    with sqlite3.connect(path) as file:
        file.executescript(
            "CREATE TABLE metadata (name TEXT, value TEXT);"
            "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
        )
        file.executemany("INSERT INTO metadata VALUES (?, ?)", about.items())
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(1, 1, 1, _png()), (2, 3, 2, _png((0, 0, 255)))])
    file.close()
    return path


def test_an_mbtiles_file_counts_rows_from_the_south(tmp_path: Path) -> None:
    tiles = MbTiles(_mbtiles(tmp_path / "a.mbtiles", format="png", bounds="0,0,180,85"))
    assert tiles.zooms == (1, 2)
    assert tiles.bounds == (0, 0, 180, 85)
    found = tiles.tile(1, 1, 0)
    assert found is not None and (found.media_type, found.gzipped, found.body) == ("image/png", False, _png())
    assert tiles.tile(1, 1, 1) is None
    assert tiles.tile(2, 3, 1) is not None


def test_a_vector_basemap_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="tiles must be image/png, image/jpeg, image/webp, got application/vnd"):
        RasterTileLayer.load(_mbtiles(tmp_path / "a.mbtiles", format="pbf"))
    with pytest.raises(LayerError, match="tile format 'tif' is not drawn"):
        RasterTileLayer.load(_mbtiles(tmp_path / "b.mbtiles", format="tif"))


def test_what_is_no_mbtiles_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mbtiles").write_bytes(b"PK\x03\x04")
    with pytest.raises(LayerError, match=r"layer 'a': a\.mbtiles: not an MBTiles file .* Hint: was the copy finished"):
        RasterTileLayer.load(tmp_path / "a.mbtiles")
    with pytest.raises(TileError, match="there is no such file"):
        MbTiles(tmp_path / "none.mbtiles")
    with pytest.raises(LayerError, match=r"tiles '.tif' are not read; allowed: .mbtiles, .pmtiles"):
        RasterTileLayer.load(tmp_path / "a.tif")


def test_a_tile_has_its_place_on_the_curve() -> None:
    """The first places of PMTiles' specification, and each tile of a zoom exactly once."""
    assert [tile_number(0, 0, 0), tile_number(1, 0, 0), tile_number(1, 0, 1), tile_number(1, 1, 1), tile_number(1, 1, 0)] == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert tile_number(12, 3423, 1763) == 19_078_479
    assert sorted(tile_number(4, x, y) for x in range(16) for y in range(16)) == list(range(85, 341))


def test_a_pmtiles_file_of_another_writer_is_read(tmp_path: Path) -> None:
    writer: Any = import_module("pmtiles.writer")  # half typed, and wrongly
    tile: Any = import_module("pmtiles.tile")
    path = tmp_path / "a.pmtiles"
    places = sorted((tile_number(z, x, y), z, x, y) for z in range(8) for x in range(2**z) for y in range(2**z))
    with path.open("wb") as file:
        made = writer.Writer(file)
        for number, z, x, y in places:
            made.write_tile(number, f"{z}/{x}/{y}".encode() if z < 7 else b"sea")
        head = {"tile_type": tile.TileType.PNG, "tile_compression": tile.Compression.NONE}
        head |= {"min_lon_e7": -1_800_000_000, "max_lon_e7": 1_800_000_000, "min_lat_e7": -850_000_000, "max_lat_e7": 850_000_000}
        made.finalize(head | {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}, {})
    tiles = PmTiles(path)
    assert (tiles.zooms, tiles.bounds) == ((0, 7), (-180, -85, 180, 85))
    for _, z, x, y in places:
        expected = f"{z}/{x}/{y}".encode() if z < 7 else b"sea"
        assert tiles.tile(z, x, y) == Tile(expected, "image/png", False)
    assert tiles.tile(8, 0, 0) is None and tiles.tile(2, 4, 0) is None


@pytest.mark.parametrize("content", [b"", b"PMTiles\x02" + b"\x00" * 200, b"PMTiles\x03" + b"\x00" * 10])
def test_what_is_no_pmtiles_file_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(content)
    with pytest.raises(TileError, match=r"a\.pmtiles: not a PMTiles file of version 3"):
        PmTiles(path)


def test_a_packed_bomb_in_a_pmtiles_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    bomb = gzip.compress(b"\x00" * 200 * 2**20)
    numbers = [127, len(bomb), 0, 0, 0, 0, 0, 0, 0, 0, 0]
    head = b"PMTiles\x03" + np.array(numbers, "<u8").tobytes() + bytes([1, 2, 1, 2, 0, 5]) + np.zeros(4, "<i4").tobytes()
    path.write_bytes(head.ljust(127, b"\x00") + bomb)
    with pytest.raises(TileError, match="a directory cannot be read"):
        PmTiles(path).tile(0, 0, 0)


def test_the_key_of_a_service_is_in_no_template() -> None:
    tiles = WebTiles.tianditu("vec")
    assert tiles.hosts[0] == "t0.tianditu.gov.cn" and len(tiles.hosts) == 8
    address = tiles.address(3, 6, 2, key="s3cret")
    assert (
        address.startswith("https://t0.tianditu.gov.cn/vec_w/wmts?") and "TILEMATRIX=3&TILEROW=2&TILECOL=6&tk=s3cret" in address
    )
    assert "s3cret" not in repr(tiles)
    assert WebTiles("https://a.example/{z}/{x}/{-y}.png").address(2, 1, 0) == "https://a.example/2/1/3.png"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("ftp://a/{z}/{x}/{y}", "must begin with https://"),
        ("file:///etc/{z}{x}{y}", "must begin with https://"),
        ("https://{x}.example/{z}/{x}/{y}", "only {s} may stand in the host"),
        ("https://u:p@a.example/{z}/{x}/{y}", "no user or password"),
        ("https://a.example/{z}/{x}", "template needs"),
        ("https://a.example/{z}/{x}/{y}?tk=abc123", "template holds a key. Hint"),
        ("https://a.example/{z}/{x}/{y}?tk={key}", "{key} and key_name belong together"),
        ("https://t{s}.example/{z}/{x}/{y}", "{s} and servers belong together"),
        ("https://a.example/{z}/{x}/{y}/{q}", "unknown {q} in template"),
        ("https://[::1/{z}/{x}/{y}", "not an address"),
    ],
)
def test_a_wrong_service_says_why(template: str, said: str) -> None:
    with pytest.raises(TileError) as caught:
        WebTiles(template)
    assert said in str(caught.value)


class _Checkers:
    """A source whose pixels tell where they lie: red by the pixel's column, green by its row, modulo 256."""

    zooms, bounds, media_type = (0, 18), (-180.0, -85.0, 180.0, 85.0), "image/png"

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        pixels = np.zeros((256, 256, 3), np.uint8)
        pixels[..., 0], pixels[..., 1] = np.arange(256)[None, :], np.arange(256)[:, None]
        pixels[..., 2] = (x % 2) * 100 + (y % 2) * 50
        body = BytesIO()
        Image.fromarray(pixels).save(body, "PNG")
        return Tile(body.getvalue(), "image/png")


def test_a_gcj02_basemap_is_cut_anew_under_wgs84_data() -> None:
    z, x, y = 15, 27318, 13474  # Hangzhou: 500 m are more than a hundred pixels here
    right, down = offset_px("gcj02", z, x, y)
    assert 60 < right < 160 and -90 < down < 120
    tile = shifted(_Checkers(), "gcj02", z, x, y)
    assert tile is not None
    pixels = np.asarray(Image.open(BytesIO(tile.body)).convert("RGB"))
    assert tuple(pixels[0, 0, :2]) == (right % 256, down % 256)
    # what the tile shows at its middle is what the source has at the moved place
    lon, lat = (x + 0.5) / 2**z * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + 0.5) / 2**z))))
    there, _ = convert(np.array([lon]), np.array([lat]), "wgs84", "gcj02")
    column = (there[0] / 360 + 0.5) * 2**z * 256 % 256
    assert abs(column - pixels[128, 128, 0]) <= 1
    for other in (x + 1, x - 1):  # neighbours agree to a pixel
        assert abs(offset_px("gcj02", z, other, y)[0] - right) <= 1


def test_a_basemap_from_disk_stands_in_the_still_picture(tmp_path: Path) -> None:
    layer = RasterTileLayer.load(_mbtiles(tmp_path / "a.mbtiles", format="png"), opacity=1.0)
    rows = [{"code": "1", "parent": None, "name": "1", "level": 0}]
    regions = Regions(Features(np.array([shapely.box(100, 20, 120, 40)], dtype=object), rows))
    drawn = picture(MapContainer(regions, (), "1", basemap=layer), width_px=200, height_px=200)
    pixels = np.asarray(Image.open(BytesIO(drawn)))
    assert bool((pixels[100, 100] == (0, 0, 255)).all())


def _squares(side: int = 40) -> Features:
    cells = [(x, y) for x in range(side) for y in range(side)]
    shapes = [shapely.box(120 + x / side, 30 + y / side, 120 + (x + 1) / side, 30 + (y + 1) / side) for x, y in cells]
    rows = [{"code": f"{x}_{y}", "n": float(x), "name": f"格{x}"} for x, y in cells]
    return Features(np.array(shapes, dtype=object), rows)


def test_vector_tiles_hold_what_lies_in_them() -> None:
    layer = VectorTileLayer(id="grid", features=_squares(), column="n", code="code", label="name")
    z = 9
    total = 0
    for x in range(426, 429):
        for y in range(207, 213):
            tile = layer.tile(z, x, y)
            if tile is None:
                continue
            assert tile.gzipped
            ((name, content),) = mapbox_vector_tile.decode(
                gzip.decompress(tile.body), default_options={"y_coord_down": True}
            ).items()
            assert (name, content["extent"], content["version"]) == ("grid", 4096, 2)
            for feature in content["features"]:
                shape = shapely.from_geojson(str(feature["geometry"]).replace("'", '"'))
                assert shape.is_valid and shapely.box(-65, -65, 4161, 4161).contains(shape)
                assert feature["properties"]["value"] == float(feature["properties"]["code"].split("_")[0])
                clipped = shape.intersection(shapely.box(0, 0, 4096, 4096))
                total += clipped.area / 4096**2 / 4**z
    truth = shapely.transform(
        shapely.box(120, 30, 121, 31),
        lambda p: np.column_stack([p[:, 0] / 360, -np.log(np.tan(np.pi / 4 + np.radians(p[:, 1]) / 2)) / (2 * np.pi)]),
    )
    assert total == pytest.approx(truth.area, rel=0.002)
    assert layer.tile(9, 0, 0) is None and layer.tile(15, 0, 0) is None


def test_many_polygons_are_light_from_afar() -> None:
    rng = np.random.default_rng(3)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.random((3000, 2)) + np.array([120, 30]))))
    features = Features(cells, [{"n": 1.0, "name": "x"} for _ in cells])
    layer = VectorTileLayer(id="many", features=features, column="n")
    far = layer.tile(6, 53, 26)
    assert far is not None and len(far.body) < 200_000


def test_a_tile_written_by_hand_is_the_one_of_the_specification() -> None:
    """Geometry commands of the example polygon in the format's specification, 4.3.5.4 and of its point, 4.3.5.1."""
    polygon = encode_tile("a", [(shapely.Polygon([(3, 6), (8, 12), (20, 34), (3, 6)]), {})])
    assert bytes([9, 6, 12, 18, 10, 12, 24, 44, 15]) in polygon
    assert bytes([9, 50, 34]) in encode_tile("a", [(shapely.Point(25, 17), {})])
    line = encode_tile("a", [(shapely.LineString([(2, 2), (2, 10), (10, 10)]), {"on": True, "n": -3, "gone": None})])
    assert bytes([9, 4, 4, 18, 0, 16, 16, 0]) in line and b"gone" not in line
