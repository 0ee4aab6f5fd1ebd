"""A city with every kind of layer, over HTTP: tiles, pictures, a map as a file; from files to bytes."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from tests.cities.client import Client
from tests.cities.layered import client
from tests.cities.map_layers import DOCUMENTS, feature, png

__all__ = ["client"]


def test_every_kind_is_listed_with_its_own_addresses(client: Client) -> None:
    listed = {entry["id"]: entry["kind"] for entry in client.get("/api/v1/layers").json()["layers"]}
    assert listed == {values["kind"]: values["kind"] for values in DOCUMENTS} | {"river": "area"}


@pytest.mark.parametrize("name", [values["kind"] for values in DOCUMENTS if "geojson" in values["file"]])
def test_shapes_of_every_kind_are_geojson(client: Client, name: str) -> None:
    found = client.get(f"/api/v1/layers/{name}/geometry")
    assert found.status_code == 200 and found.json()["features"], name


@pytest.mark.parametrize(("name", "at"), [("image", "image"), ("raster_tiles", "tiles/{z}/{x}/{y}")])
def test_what_is_a_picture_has_no_shapes_and_says_where_it_is(client: Client, name: str, at: str) -> None:
    found = client.get(f"/api/v1/layers/{name}/geometry")
    assert found.status_code == 404
    assert found.json()["error"] == f"layer {name!r} has no shapes; it is at /api/v1/layers/{name}/{at}"


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
