"""A city with every kind of layer, over HTTP: tiles, pictures, a map as a file, which datum; from files to bytes."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import yaml
from fastapi import FastAPI
from PIL import Image

from cockpit.api import create_router
from cockpit.city_files import CityError
from cockpit.context import context_maker
from cockpit.gate import Gate
from cockpit.scope import Scope
from cockpit.tile_cache import TileCache
from cockpit.tile_proxy import TileProxy
from layers import convert
from tests.cities.client import Client
from tests.cities.line import TINY, CityLine, request, vehicle
from tests.cities.map_layers import DOCUMENTS, feature, files, geojson, png

KEY = "s3cret-key"
SERVICE = {"web": {"template": "https://tiles.test/{z}/{x}/{y}?tk={key}"}}


def layered(folder: Path, **city: Any) -> Path:
    """The tiny city with a layer of every kind on its map; `city`: more keys of city.yaml."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    files(folder / "layers")
    for values in DOCUMENTS:
        document = {"layer": values["kind"], "title": {"zh": "层", "en": "Layer"}, **values}
        (folder / "layers" / f"{values['kind']}.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    _changed(folder / "city.yaml", city)
    board = yaml.safe_load((folder / "boards" / "city.yaml").read_text("utf-8"))
    board["panels"]["map"]["layers"] = ["regions", *(values["kind"] for values in DOCUMENTS), "vehicles"]
    (folder / "boards" / "city.yaml").write_text(yaml.safe_dump(board, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def _changed(file: Path, keys: dict[str, Any]) -> None:
    values = yaml.safe_load(file.read_text("utf-8")) | keys
    file.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), "utf-8")


def asked(line: CityLine, proxy: TileProxy | None = None) -> Client:
    app = FastAPI()
    app.include_router(create_router(replace(line.parts, tiles=proxy)))
    return Client(Gate(app, []))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = layered(tmp_path_factory.mktemp("city"))
    with closing(CityLine(folder)) as line:
        line.send("city.hotline", request("1"), request("2"), request("3", district="7702"))
        line.send("city.vehicles", vehicle("b1", 120.15, 30.02), vehicle("b2", 120.12, 30.05))
        line.run()
        with closing(asked(line)) as client:
            yield client


def test_every_kind_is_listed_with_its_own_addresses(client: Client) -> None:
    listed = {entry["id"]: entry["kind"] for entry in client.get("/api/v1/layers").json()["layers"]}
    assert listed == {values["kind"]: values["kind"] for values in DOCUMENTS} | {"river": "area"}


@pytest.mark.parametrize("name", [values["kind"] for values in DOCUMENTS if "geojson" in values["file"]])
def test_shapes_of_every_kind_are_geojson(client: Client, name: str) -> None:
    found = client.get(f"/api/v1/layers/{name}/geometry")
    assert found.status_code == 200 and found.json()["features"], name


def test_a_tile_of_a_file_has_a_tag(client: Client) -> None:
    found = client.get("/api/v1/layers/raster_tiles/tiles/1/1/0")
    assert (found.status_code, found.headers["content-type"], found.content) == (200, "image/png", png())
    again = client.get("/api/v1/layers/raster_tiles/tiles/1/1/0", {"if-none-match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_vector_tile_goes_packed_to_whom_that_suits(client: Client) -> None:
    path = "/api/v1/layers/vector_tiles/tiles/8/213/105"
    packed = client.get(path, {"accept-encoding": "gzip"})
    plain = client.get(path, {"accept-encoding": "identity"})
    assert packed.status_code == 200 and packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers and plain.headers["vary"] == "accept-encoding"
    assert plain.content == packed.content and b"vector_tiles" in plain.content and "区1".encode() in plain.content
    assert packed.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert client.get(path, {"if-none-match": packed.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("vector_tiles/tiles/8/0/0", 204), ("vector_tiles/tiles/13/0/0", 404), ("vector_tiles/tiles/2/4/0", 404),
        ("raster_tiles/tiles/1/0/0", 204), ("raster_tiles/tiles/31/0/0", 422), ("raster_tiles/tiles/1/-1/0", 422),
        ("raster_tiles/tiles/1/a/0", 422), ("point/tiles/1/0/0", 404), ("nothing/tiles/1/0/0", 404),
        ("point/image", 404), ("../image", 404),
    ],
)  # fmt: skip
def test_where_there_is_no_tile(client: Client, path: str, status: int) -> None:
    assert client.get(f"/api/v1/layers/{path}").status_code == status


def test_an_image_is_sent_as_it_is(client: Client) -> None:
    found = client.get("/api/v1/layers/image/image")
    assert (found.content, found.headers["content-type"]) == (png(), "image/png")


def test_a_map_as_a_picture_shows_the_values(client: Client) -> None:
    found = client.get("/api/v1/map/city/map.png?width_px=640&height_px=400&lang=en")
    assert (found.status_code, found.headers["content-type"], found.headers["cache-control"]) == (200, "image/png", "no-store")
    with Image.open(BytesIO(found.content)) as image:
        assert image.size == (640, 400)
        assert len(set(image.convert("RGB").resize((64, 40)).get_flattened_data())) > 20, "more than a bare ground"
    narrowed = client.get("/api/v1/map/city/map.png?region=7702&width_px=640&height_px=400&lang=en")
    assert narrowed.content != found.content


@pytest.mark.parametrize(
    ("query", "status"),
    [("width_px=10", 422), ("height_px=9000", 422), ("region=99", 422), ("lang=fr", 422), ("colour=red", 422), ("at=noon", 422)],
)
def test_what_a_picture_cannot_be(client: Client, query: str, status: int) -> None:
    found = client.get(f"/api/v1/map/city/map.png?{query}")
    assert (found.status_code, "error" in found.json()) == (status, True)


def test_only_maps_have_pictures(client: Client) -> None:
    found = client.get("/api/v1/map/city/requests.png")
    assert (found.status_code, found.json()["error"]) == (404, "there is no map on board 'city' 'requests'; there are: map")
    assert client.get("/api/v1/map/citty/map.html").json()["hint"] == "did you mean 'city'?"


def test_a_page_to_take_along_runs_in_no_origin_of_ours(client: Client) -> None:
    found = client.get("/api/v1/map/city/map.html?lang=en")
    (policy,) = found.headers.get_list("content-security-policy")
    assert policy.startswith("sandbox allow-scripts") and "allow-same-origin" not in policy
    assert "unsafe-eval" not in policy and "script-src 'unsafe-inline'" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", found.text, re.DOTALL)
    assert scripts and found.text.count("<script") == len(scripts)
    for script in scripts:
        assert b64encode(sha256(script.encode()).digest()).decode() in policy
    assert not re.search("(src|href)=", re.sub(r"<script>.*?</script>", "", found.text, flags=re.DOTALL))
    assert "content-disposition" not in found.headers
    kept = client.get("/api/v1/map/city/map.html?lang=en&download=true&region=7702")
    assert re.fullmatch(r"attachment; filename\*=UTF-8''city-map-7702-\d{8}-\d{4}\.html", kept.headers["content-disposition"])


def test_the_nearest_of_all_kinds_stand_in_one_list(client: Client) -> None:
    found = client.get("/api/v1/nearby?near=120.15,30.02&nearest=2&kinds=vehicles").json()["nearest"]
    assert [(hit["kind"], hit["id"]) for hit in found] == [("vehicles", "b1"), ("vehicles", "b2")]
    assert found[0]["distance_m"] == 0 and found[1]["distance_m"] == pytest.approx(4410, rel=0.01)
    (first,) = client.get("/api/v1/nearby?near=120.15,30.02&nearest=1").json()["nearest"]
    assert first["distance_m"] == 0


def test_what_was_drawn_by_hand_is_taken_along(client: Client) -> None:
    page, picture = "/api/v1/map/city/map.html?lang=en", "/api/v1/map/city/map.png?width_px=320&height_px=240&lang=en"
    assert '"id":"plotting"' not in client.get(page).text, "no switcher entry for nothing"
    bare = Image.open(BytesIO(client.get(picture).content)).convert("RGB")
    mark = feature("Polygon", [[[120.02, 30.02], [120.18, 30.02], [120.18, 30.08], [120.02, 30.08], [120.02, 30.02]]])
    mark["properties"] = {"kind": "polygon", "words": "封控区", "color": "#FF00FF", "width_px": 8}
    kept = client.post("/api/v1/plots", json.dumps({"type": "FeatureCollection", "features": [mark]}).encode())
    assert kept.status_code == 201, kept.text
    (drawn,) = re.findall(r'"id":"plotting".*?"texts":\[\[.*?\]\]', client.get(page).text)
    assert '"Polygon"' in drawn and "封控区" in drawn
    marked = Image.open(BytesIO(client.get(picture).content)).convert("RGB")
    pink = (255, 0, 255)
    assert pink in marked.get_flattened_data() and pink not in bare.get_flattened_data()
    assert '"id":"plotting"' not in client.get(f"{page}&at=2026-01-01T00:00:00Z").text, "drawn after that moment"


def test_other_pages_keep_the_cockpit_s_own_policy(client: Client) -> None:
    (policy,) = client.get("/healthz").headers.get_list("content-security-policy")
    assert policy.startswith("default-src 'self'")


def test_a_key_of_a_service_reaches_nobody_but_the_service(tmp_path: Path) -> None:
    seen: list[str] = []

    class Service(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(str(request.url))
            return httpx.Response(200, content=png())

    with closing(CityLine(layered(tmp_path, basemap=SERVICE))) as line:
        proxy = TileProxy(KEY, TileCache(tmp_path / "tiles.sqlite"), line.clock, Service())
        with closing(proxy), closing(asked(line, proxy)) as client:
            found = client.get("/api/v1/layers/basemap/tiles/3/6/3")
            assert (found.status_code, found.content) == (200, png())
            assert seen == [f"https://tiles.test/3/6/3?tk={KEY}"]
            told = client.get("/api/v1/layers").text + json.dumps(dict(found.headers))
            assert KEY not in told and "tiles.test" not in told
        with closing(asked(line)) as client:
            found = client.get("/api/v1/layers/basemap/tiles/3/6/4")
            assert (found.status_code, found.json()["error"]) == (503, "this process asks no tile services")


@pytest.mark.parametrize(
    ("named", "stack"),
    [
        ({}, ("basemap", "regions")),
        ({"layers": ["regions", "basemap"]}, ("regions", "basemap")),
        ({"basemap": False}, ("regions",)),
    ],
)
def test_a_base_map_from_a_file_lies_below_every_map(tmp_path: Path, named: dict[str, Any], stack: tuple[str, ...]) -> None:
    folder = layered(tmp_path, basemap={"file": "base.mbtiles", "opacity": 0.8})
    board = folder / "boards" / "city.yaml"
    panels = yaml.safe_load(board.read_text("utf-8"))["panels"]
    panels["map"] |= {"layers": ["regions"]} | named
    _changed(board, {"panels": panels})
    with closing(CityLine(folder)) as line, closing(asked(line)) as client:
        assert line.city.layers[0].name == "basemap"
        placed = line.city.boards["city"].panels["map"]
        assert placed.options.stack(context_maker(line.parts)(Scope())) == stack  # type: ignore[attr-defined]
        assert client.get("/api/v1/layers/basemap/tiles/1/1/0").content == png()


@pytest.mark.parametrize(
    ("city", "said"),
    [
        ({"basemap": {"file": "gone.mbtiles"}}, "basemap.file: the file 'layers/gone.mbtiles' does not exist"),
        ({"basemap": {"file": "../../x.mbtiles"}}, "basemap.file: got '../../x.mbtiles'; it must match"),
        ({"basemap": {"web": {"tianditu": "vek"}}}, "basemap.web.tianditu: got 'vek'; allowed: 'vec'"),
        ({"basemap": {"web": {"template": "file:///etc/passwd/{z}{x}{y}"}}}, "basemap.web: template must begin with https://"),
        ({"regions": {"file": "regions.geojson", "codes": "chinse"}}, "regions.codes: got 'chinse'; allowed: 'any' or 'chinese'"),
        ({"regions": {"file": "regions.geojson", "on": "soon"}}, "regions.on: input should be a valid date"),
        ({"regions": {"file": "region.geojson"}}, "regions: the file 'region.geojson' does not exist"),
        ({"datum": "epsg:9999"}, "datum: unknown datum 'epsg:9999'"),
    ],
)
def test_what_a_city_gets_wrong_about_its_map(tmp_path: Path, city: dict[str, Any], said: str) -> None:
    with pytest.raises(CityError) as raised:
        CityLine(layered(tmp_path, **city))
    assert any(f"city.yaml:{problem.line}: {said}" in str(problem) for problem in raised.value.problems), str(raised.value)


def test_a_slot_s_datum_may_be_any_that_exists(tmp_path: Path) -> None:
    folder = layered(tmp_path)
    slot = folder / "slots" / "vehicles.yaml"
    text = slot.read_text("utf-8")
    assert "point: [lon, lat]" in text
    x, y = (float(axis[0]) for axis in convert(np.array([120.15]), np.array([30.05]), "wgs84", "epsg:4549"))
    slot.write_text(re.sub(r"region: \{.*?\}", "region: {point: [lon, lat], datum: 'epsg:4549'}", text), "utf-8")
    with closing(CityLine(folder)) as line:
        line.send("city.vehicles", vehicle("b1", x, y))
        line.run()
        (state,) = line.parts.entities.latest("vehicles").to_dicts()
        assert (round(state["lon"], 5), round(state["lat"], 5)) == (120.15, 30.05)
    slot.write_text(re.sub(r"epsg:4549", "epsg:9999", slot.read_text("utf-8")), "utf-8")
    with pytest.raises(CityError, match=r"slots/vehicles.yaml:\d+: region.datum: unknown datum 'epsg:9999'"):
        CityLine(folder)


def test_regions_by_chinese_codes_and_by_date(tmp_path: Path) -> None:
    folder = layered(tmp_path, regions={"file": "regions.geojson", "codes": "chinese", "on": "2026-01-01"})
    ring = [[[120.0, 30.0], [120.2, 30.0], [120.2, 30.1], [120.0, 30.1], [120.0, 30.0]]]
    geojson(
        folder / "regions.geojson",
        feature("Polygon", ring, code="3301", name="杭州"),
        feature("Polygon", ring, code="330103", name="下城", valid_to="2021-04-08"),
        feature("Polygon", ring, code="330105", name="拱墅", valid_from="2021-04-09"),
    )
    for name in ("hotline", "reviews", "vehicles"):
        slot = folder / "slots" / f"{name}.yaml"
        slot.write_text(re.sub(r', fallback: "[^"]*"', "", slot.read_text("utf-8")), "utf-8")
    with closing(CityLine(folder)) as line:
        assert list(line.city.regions.codes) == ["330100000000", "330105000000"]
        assert line.city.regions.region("330105000000").parent == "330100000000"


def test_which_datum_points_are_in(client: Client) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(120.085, 120.115, 400), rng.uniform(30.01, 30.09, 400)
    codes = ["7702" if x < 120.1 else "7701" for x in lon]
    x, y = convert(lon, lat, "wgs84", "bd09")
    points = [list(row) for row in zip(x.tolist(), y.tolist(), codes, strict=True)]
    found = client.post("/api/v1/datum-guess", json.dumps({"points": points}).encode()).json()
    assert (found["datum"], found["sure"], found["tested"]) == ("bd09", True, 400)
    assert found["shares"]["bd09"] > 0.95 > found["shares"]["wgs84"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"[" * 100_000, 422), (b'{"points": []}', 422), (b'{"points": [[1, 2]]}', 422), (b"\xff\xfe", 422),
        (b'{"points": [[120.1, 30.05, "7701"]], "datums": ["mars"]}', 422),
        (b'{"points": [[120.1, 30.05, "7701"]], "datums": []}', 422),
        (b" " * (8 * 2**20 + 1), 413),
    ],
)  # fmt: skip
def test_points_nobody_can_guess(client: Client, body: bytes, status: int) -> None:
    found = client.post("/api/v1/datum-guess", body)
    assert (found.status_code, "error" in found.json()) == (status, True), found.text


def test_a_page_of_another_site_may_not_ask(client: Client) -> None:
    packed = gzip.compress(b'{"points": []}')
    assert client.post("/api/v1/datum-guess", packed, {"origin": "https://evil.test"}).status_code == 403
    assert client.post("/api/v1/datum-guess", packed, {"content-encoding": "gzip"}).status_code == 415
