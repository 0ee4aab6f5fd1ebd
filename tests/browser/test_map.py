"""The live map in real Chromium: clean, self-contained, clickable on every shape of screen, back after a lost context."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import plotly.data
import pytest
from playwright.sync_api import Browser, Page, Playwright

from layers import AreaLayer, LineLayer, PointLayer, Regions, encode_points, point_ids

from .chromium import BLIND, started
from .map_page import MapPage, served
from .map_screen import PROJECT, MapScreen, click, opened, send, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SCREENS = {"wall": (1920, 1080, 1.0), "strip": (3840, 480, 1.0), "sharp": (1280, 800, 2.0)}


@pytest.fixture(scope="module")
def montreal(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    """The 58 real districts of Montreal, grouped under two invented halves so that there is something to drill into."""
    features = [_group("MTL", None, 0)] + [_group(half, "MTL", 1) for half in ("even", "odd")]
    for number, district in enumerate(plotly.data.election_geojson()["features"]):
        name = district["properties"]["district"]
        own = {"code": f"d{district['id']}", "parent": "odd" if number % 2 else "even", "name": name, "level": 2}
        features.append({"type": "Feature", "properties": own, "geometry": district["geometry"]})
    path = tmp_path_factory.mktemp("montreal") / "regions.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return Regions.load(path)


def _group(code: str, parent: str | None, level: int) -> dict[str, object]:
    return {"type": "Feature", "properties": {"code": code, "parent": parent, "name": code, "level": level}, "geometry": None}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("layers") / "roads.geojson"
    line = {"type": "LineString", "coordinates": [[-73.9, 45.45], [-73.6, 45.55], [-73.5, 45.68]]}
    feature = {"type": "Feature", "properties": {"name": "<b>A-40</b>"}, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page_of_map(montreal: Regions, road: Path) -> MapPage:
    layers = (
        AreaLayer(id="regions", style="regions"),
        LineLayer.load(road, id="roads", style="road_main", label="name"),
        PointLayer(id="vehicles", style="vehicle", trail_s=5),
        PointLayer(id="incidents", style="incident"),
    )
    return MapPage(montreal, layers)


@pytest.fixture(scope="module")
def address(page_of_map: MapPage) -> Iterator[str]:
    with served(page_of_map) as address:
        yield address


@pytest.fixture
def watched(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[MapScreen]:
    width, height, ratio = SCREENS[getattr(request, "param", "wall")]
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
    yield MapScreen(context, address)
    context.close()


@pytest.mark.parametrize("watched", SCREENS, indirect=True)
def test_click_on_a_district_gives_its_code(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address)
    for region in sorted(montreal.children("even"), key=lambda region: region.code)[:4]:
        center = montreal.center(region.code)
        assert center is not None
        click(page, *center)
        until(page, "code => seen.picks.length && seen.picks.at(-1)[0] === code", region.code)
    assert page.evaluate("seen.picks.length") == 4
    assert page.evaluate("seen.picks[0][1]") is False
    watched.assert_clean()


def test_values_colour_the_districts_and_the_legend(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address)
    codes = [region.code for region in montreal.children("even")]
    page.evaluate("v => map.setValues('regions', v, {unit: 'h'})", {code: None if i == 0 else i for i, code in enumerate(codes)})
    until(page, "document.querySelectorAll('.city-map-swatch').length === 6")
    assert [e.inner_text() for e in page.query_selector_all(".city-map-edge")] == ["1", str(len(codes) - 1)]
    first, last = (_pixel(page, montreal, code) for code in (codes[1], codes[-1]))
    assert sum(last) > sum(first) + 60
    watched.assert_clean()


MEDIAN = """async (png) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const pixels = pen.getImageData(0, 0, picture.width, picture.height).data;
  return [0, 1, 2].map((channel) => pixels.filter((_, i) => i % 4 === channel).sort()[pixels.length / 8]);
}"""


def _pixel(page: Page, regions: Regions, code: str) -> list[int]:
    """The typical colour around a region's centre: its name and the roads lie in few of the pixels."""
    center = regions.center(code)
    assert center is not None
    x, y = page.evaluate(PROJECT, list(center))
    shot = page.screenshot(clip={"x": x - 12, "y": y - 30, "width": 24, "height": 60})
    median: list[int] = page.evaluate(MEDIAN, base64.b64encode(shot).decode())
    return median


def test_things_move_between_frames(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address, "region=even")
    west, south, east, north = montreal.bounds("MTL") or (0, 0, 0, 0)
    for seq in range(2):
        lon = np.array([(west + east) / 2 + 0.01 * seq])
        frame = encode_points("map", "vehicles", seq, 1000 * seq, lon, np.array([(south + north) / 2]), point_ids(["bus 1"]),
                              np.zeros(1, np.uint8), ["bus"], dt_ms=6000)  # fmt: skip
        send(page, "vehicles", frame)
        page.wait_for_timeout(300)
    early = page.evaluate("map.places('vehicles')")[0]
    until(page, "early => map.places('vehicles')[0][0] > early[0]", early)
    until(page, "goal => Math.abs(map.places('vehicles')[0][0] - goal) < 1e-5", (west + east) / 2 + 0.01)
    assert (west + east) / 2 < early[0] < (west + east) / 2 + 0.01
    watched.assert_clean()


def test_incidents_over_each_other_are_one_mark_the_worst(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address)
    center = montreal.center("d13") or montreal.center(montreal.children("even")[0].code)
    assert center is not None
    lon, lat = center[0] + np.array([0, 1e-4, 0]), np.full(3, center[1])
    ids = point_ids(["watch", "alarm", "fine"])
    send(
        page,
        "incidents",
        encode_points("map", "incidents", 1, 1, lon, lat, ids, np.array([1, 0, 2], np.uint8), ["alarm", "watch", "fine"]),
    )
    until(page, "map.places('incidents').length === 3")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    until(page, "map.ready()")
    click(page, *center)
    until(page, "seen.picks.length === 1")
    assert page.evaluate("seen.picks[0]") == ["incidents", int(ids[1])]
    watched.assert_clean()


def test_a_lost_context_comes_back_at_the_same_view(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address)
    page.evaluate("document.querySelector('.city-map-canvas canvas').dataset.old = '1'")
    page.evaluate(
        "document.querySelector('.city-map-canvas canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    until(page, "Boolean(document.querySelector('.city-map-canvas canvas:not([data-old])')) && map.ready()")
    region = montreal.children("even")[3]
    center = montreal.center(region.code)
    assert center is not None
    page.wait_for_timeout(500)
    click(page, *center)
    until(page, "code => seen.picks.length && seen.picks.at(-1)[0] === code", region.code)
    assert page.evaluate("document.querySelectorAll('.city-map-canvas canvas').length") == 2, (
        "the ground and what lives; nothing is left over"
    )
    assert watched.foreign == []


DRILL = """fetch("/spec?even").then((answer) => answer.json())
  .then((spec) => map.setSpec({...spec, bounds: [-73.7, 45.5, -73.6, 45.55]}))"""


def test_drilling_flies_and_keeps_the_last_view_on_updates(watched: MapScreen, address: str, montreal: Regions) -> None:
    page = opened(watched, address, "region=")
    assert page.evaluate("spec.drilled") is False
    page.evaluate(DRILL)
    until(page, "map.camera().zoom > 11.5")
    flown = _rested(page)
    page.mouse.move(960, 540)
    page.mouse.wheel(0, -200)
    until(page, "flown => map.camera().zoom > flown.zoom", flown)
    before = _rested(page)
    page.evaluate("map.setValues('regions', {}, {})")
    assert _rested(page) == before
    watched.assert_clean()


def _rested(page: Page) -> Any:
    """Where the camera is when it has been there for some looks, with frames drawn between them."""
    looks: list[Any] = []
    while len(looks) < 4 or any(look != looks[-1] for look in looks[-4:]):
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.wait_for_timeout(100)
        looks.append(page.evaluate("map.camera()"))
    return looks[-1]


def test_without_webgl_it_says_so(playwright: Playwright, address: str) -> None:
    with started(playwright, BLIND) as blind:
        page = blind.new_page()
        page.goto(f"{address}/")
        until(page, "seen.unavailable === 1")
        page.evaluate("map.setSpec(null); map.destroy()")
