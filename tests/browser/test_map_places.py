"""Live things on the map in real Chromium stand at their places, whatever else is told of before them or far away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from playwright.sync_api import Browser

from layers import encode_points, point_ids

from .map_kinds import container
from .map_page import MapPage, served
from .map_screen import MapScreen, click, opened, send, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HERE = (120.3, 30.2)
FAR = (2.35, 48.85)
LAYERS = """() => {
  const live = {kind: "point", live: true, trail_s: 0};
  const [cars, open] = [{...live, id: "cars", style: "vehicle"}, {...live, id: "open", style: "incident"}];
  map.setSpec({...spec, layers: [...spec.layers, cars, open]});
}"""
GONE = """([lon, lat]) => {
  const cars = {id: "cars", kind: "point", style: "vehicle", live: true, trail_s: 0};
  map.setSpec({...spec, layers: [cars], bounds: [lon - 0.3, lat - 0.2, lon + 0.3, lat + 0.2]});
}"""
DRAWN = """async ([lon, lat]) => {
  const picture = new Image();
  picture.src = map.picture()[1];
  await picture.decode();
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const [x, y] = map.project([lon, lat]).map(Math.round);
  const pixels = pen.getImageData(x - 3, y - 3, 7, 7).data;
  return pixels.some((value, i) => i % 4 === 3 && value > 150);
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[MapScreen]:
    made = container()
    context = browser.new_context(viewport={"width": 960, "height": 600})
    with served(MapPage(made.regions, (), made)) as address:
        watched = MapScreen(context, address)
        opened(watched, address, "still").evaluate(LAYERS)
        yield watched
    context.close()


def _frame(layer: str, places: Sequence[tuple[float, float]], names: Sequence[str]) -> bytes:
    axes = np.array(places, dtype=np.float64).reshape(-1, 2)
    kinds = np.zeros(len(names), np.uint8)
    return encode_points("map", layer, 0, 0, axes[:, 0], axes[:, 1], point_ids(names), kinds, ["alarm"], 0)


def _tell(watched: MapScreen, layer: str, **things: tuple[float, float]) -> None:
    send(watched.page, layer, _frame(layer, list(things.values()), list(things)))
    until(watched.page, "([layer, n]) => map.places(layer).length === n && map.ready()", [layer, len(things)])


def _met(watched: MapScreen, place: tuple[float, float], name: str) -> None:
    """The mark is under the pointer where its place is."""
    before = watched.page.evaluate("seen.picks.length")
    click(watched.page, *place)
    until(watched.page, "before => seen.picks.length > before", before)
    assert watched.page.evaluate("seen.picks.at(-1)") == ["open", int(point_ids([name])[0])]


def test_things_that_come_after_nothing_stand_at_their_places(shown: MapScreen) -> None:
    for layer in ("open", "cars"):
        _tell(shown, layer)
    _tell(shown, "open", leak=HERE)
    _met(shown, HERE, "leak")
    _tell(shown, "open")
    _tell(shown, "cars", bus=HERE)
    until(shown.page, DRAWN, list(HERE))
    shown.assert_clean()


def test_one_thing_far_away_moves_no_other(shown: MapScreen) -> None:
    _tell(shown, "cars", bus=HERE, ship=FAR)
    _tell(shown, "open")
    until(shown.page, DRAWN, list(HERE))
    _tell(shown, "open", leak=HERE, abroad=FAR)
    _met(shown, HERE, "leak")
    shown.assert_clean()


def test_a_mark_whose_place_was_corrected_stands_at_the_new_one(shown: MapScreen) -> None:
    corrected = (120.7, 30.45)
    _tell(shown, "open", leak=HERE)
    _tell(shown, "open", leak=corrected)
    _met(shown, corrected, "leak")
    shown.assert_clean()


def test_marks_stay_at_their_places_when_the_panel_changes_its_size(shown: MapScreen) -> None:
    _tell(shown, "open", leak=HERE, abroad=FAR)
    for height in (420, 600):
        before = shown.page.evaluate("map.camera().zoom")
        shown.page.evaluate("height => { document.getElementById('map').style.height = `${height}px`; }", height)
        until(shown.page, "before => Math.abs(map.camera().zoom - before) > 0.1 && map.ready()", before)
        _met(shown, HERE, "leak")
    shown.assert_clean()


def test_what_moves_stands_at_its_place_where_the_map_has_gone_far(shown: MapScreen) -> None:
    _tell(shown, "open")
    _tell(shown, "cars", bus=HERE, ship=FAR)
    shown.page.evaluate(GONE, list(FAR))
    until(shown.page, "map.ready()")
    until(shown.page, DRAWN, list(FAR))
    shown.assert_clean()


LEGEND = """([width, words]) => {
  const marks = ["cars", "open"].map((id) => ({id, kind: "point", style: "vehicle", live: true, title: {zh: words}}));
  document.getElementById("map").style.width = `${width}px`;
  map.setSpec({...spec, layers: [...spec.layers, ...marks]});
  map.setValues("regions", {"11": 1, "12": 2}, {unit: "", title: words});
}"""
ROOM = """() => {
  const box = (name) => document.querySelector(`.city-map-${name}`).getBoundingClientRect();
  const [legend, scale] = [box("legend"), box("scale")];
  const [, south] = map.project([120.2, 30.0]);
  return {foot: legend.top - south, aside: scale.left - legend.right, lines: Math.round(legend.height / 18)};
}"""


def test_the_legend_stands_clear_of_the_city_where_it_needs_more_than_one_line(shown: MapScreen) -> None:
    shown.page.evaluate("map.setSpec(spec)")
    for width, words, lines in ((900, "短", 1), (420, "在途的车辆", 2)):
        shown.page.evaluate(LEGEND, [width, words])
        until(shown.page, "map.ready()")
        until(shown.page, f"lines => ({ROOM})().lines === lines", lines)
        room = shown.page.evaluate(ROOM)
        assert room["aside"] > 20
        assert lines == 1 or room["foot"] > 0
    shown.assert_clean()


HAPPENED_FIRST = """() => {
  const live = {kind: "point", live: true, trail_s: 0};
  map.setSpec({...spec, layers: [{...live, id: "open", style: "incident"}, {...live, id: "cars", style: "vehicle"}]});
}"""
COLOR = """async ([lon, lat]) => {
  const picture = new Image();
  picture.src = map.picture()[1];
  await picture.decode();
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const [x, y] = map.project([lon, lat]).map(Math.round);
  return [...pen.getImageData(x, y, 1, 1).data];
}"""


def test_nothing_that_drives_lies_over_what_has_happened(shown: MapScreen) -> None:
    shown.page.evaluate(HAPPENED_FIRST)
    _tell(shown, "open", fire=HERE)
    _tell(shown, "cars", a=HERE)
    red, green, blue, _ = shown.page.evaluate(COLOR, HERE)
    assert red > 200 and green < 130 and blue < 130, "the alarm's colour, not that of a car"
    shown.assert_clean()
