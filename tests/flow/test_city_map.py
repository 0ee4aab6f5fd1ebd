"""What a city's files say of its map: base map, region codes, datum; and what they get wrong."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import yaml

from cockpit.city_files import CityError
from cockpit.context import context_maker
from cockpit.scope import Scope
from cockpit.tile_cache import TileCache
from cockpit.tile_proxy import TileProxy
from layers import convert
from tests.cities.layered import asked, changed, layered
from tests.cities.line import CityLine, vehicle
from tests.cities.map_layers import feature, geojson, png

KEY = "s3cret-key"
SERVICE = {"web": {"template": "https://tiles.test/{z}/{x}/{y}?tk={key}"}}


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
    changed(board, {"panels": panels})
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
