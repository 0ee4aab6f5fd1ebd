"""Words on the map in real Chromium: never one over another, a name stands for its region; and cells that come live."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from .map_screen import PROJECT, MapScreen, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def _mark(kind: str, words: str, lon: float, lat: float) -> dict[str, Any]:
    properties = {"kind": kind, "words": words}
    if kind == "arrow":
        way = [[lon, lat], [lon + 0.05, lat + 0.05]]
        line = {"type": "LineString", "coordinates": way}
        return {"type": "Feature", "geometry": line, "properties": properties | {"length_m": 7300}}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def _named(watched: MapScreen, marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    watched.page.evaluate("marks => map.setPlots(marks)", marks)
    until(watched.page, "map.ready()")
    found: list[dict[str, Any]] = watched.page.evaluate("map.names()")
    return found


def test_words_of_marks_never_lie_over_each_other_or_a_name(kinds_shown: MapScreen) -> None:
    marks = [_mark(kind, f"{kind} number {i}", 120.42 + 0.03 * i, 30.5) for i in range(6) for kind in ("point", "text", "arrow")]
    names = _named(kinds_shown, marks)
    texts = [one["text"] for one in names]
    assert sum("number" in text for text in texts) >= 3
    for one, other in combinations(names, 2):
        aside = abs(one["x"] - other["x"]) >= one["w"] + other["w"] or abs(one["y"] - other["y"]) >= one["h"] + other["h"]
        assert aside, (one, other)
    assert any("arrow number 5 · 7.3 km" in text for text in texts)  # the newest is asked first
    kinds_shown.assert_clean()


def test_words_of_a_mark_stand_beside_its_dot(kinds_shown: MapScreen) -> None:
    marks = [_mark("point", "pump", 120.3, 30.45), _mark("text", "closed", 120.7, 30.45)]
    names = {one["text"]: one for one in _named(kinds_shown, marks)}
    x, y = kinds_shown.page.evaluate(PROJECT, [120.3, 30.45])
    assert names["pump"]["x"] == pytest.approx(x, abs=1)
    assert abs(names["pump"]["y"] - y) >= names["pump"]["h"] + 6  # the dot is 6 pixels high above its middle
    assert names["closed"]["y"] == pytest.approx(kinds_shown.page.evaluate(PROJECT, [120.7, 30.45])[1], abs=1)
    assert "pump" not in {one["text"] for one in _named(kinds_shown, [])}
    kinds_shown.assert_clean()


def test_a_name_stands_for_its_region_to_its_last_letter(kinds_shown: MapScreen) -> None:
    names = [one for one in _named(kinds_shown, []) if one.get("code")]
    assert names
    for one in names:
        kinds_shown.page.mouse.move(one["x"] - one["w"] + 8, one["y"])
        kinds_shown.page.mouse.move(one["x"] + one["w"] - 8, one["y"])
        until(kinds_shown.page, "code => seen.hovers.at(-1) === code", one["code"])
        until(kinds_shown.page, "!document.querySelector('.city-map-tooltip').hidden")
        kinds_shown.page.mouse.click(one["x"] + one["w"] - 8, one["y"])
        until(kinds_shown.page, "code => seen.picks.length && seen.picks.at(-1)[0] === code", one["code"])
    kinds_shown.assert_clean()


def test_a_mark_says_whose_it_is_and_a_click_goes_through_it(kinds_shown: MapScreen) -> None:
    mark = _mark("point", "pump", 120.3, 30.35)
    _named(kinds_shown, [mark | {"properties": mark["properties"] | {"told": "王芳 · 14:02"}}])
    x, y = kinds_shown.page.evaluate(PROJECT, [120.3, 30.35])
    kinds_shown.page.mouse.move(x - 40, y)
    kinds_shown.page.mouse.move(x, y)
    until(kinds_shown.page, "document.querySelector('.city-map-tooltip').textContent === 'pump王芳 · 14:02'")
    before = kinds_shown.page.evaluate("seen.picks.length")
    kinds_shown.page.mouse.click(x, y)
    until(kinds_shown.page, "before => seen.picks.length === before + 1", before)
    assert kinds_shown.page.evaluate("seen.features.length") == 0
    _named(kinds_shown, [])
    kinds_shown.assert_clean()


CELLS = """() => {
  const cell = (code, lon, count) => ({type: "Feature", properties: {code, value: count, count}, geometry: {type: "Polygon",
    coordinates: [[[lon, 30.4], [lon + 0.1, 30.4], [lon + 0.1, 30.5], [lon, 30.5], [lon, 30.4]]]}});
  const steps = {ramp: ["#12304F", "#D6F5FF"], classes: {method: "equal", count: 2}};
  const look = {kind: "grid", style: "grid", live: true, agg: "count", unit: "", ...steps};
  map.setSpec({...spec, layers: [...spec.layers, {id: "counted", title: {zh: "车", en: "cars"}, ...look}]});
  map.setCells("counted", {type: "FeatureCollection", features: [cell("a", 120.3, 2), cell("b", 120.6, 9)]});
}"""


def test_live_cells_are_drawn_and_say_how_many(kinds_shown: MapScreen) -> None:
    page = kinds_shown.page
    page.evaluate(CELLS)
    until(page, "map.ready()")
    assert "9" in page.locator(".city-map-legend").inner_text() and "cars" in page.locator(".city-map-legend").inner_text()
    for code, lon in (("a", 120.32), ("b", 120.62)):
        x, y = page.evaluate(PROJECT, [lon, 30.42])
        page.mouse.move(x - 2, y)
        page.mouse.move(x, y)
        until(page, "code => seen.hovers.at(-1) === code", code)
    page.evaluate("map.setCells('counted', {type: 'FeatureCollection', features: []})")
    until(page, "map.ready()")
    assert page.evaluate("seen.errors") == []
    kinds_shown.assert_clean()


HAPPENED = """kinds => {
  const entry = {id: "open", kind: "point", style: "incident", live: true, title: {zh: "事件", en: "open"}};
  map.setSpec({...spec, layers: [...spec.layers, entry]});
  const places = Float32Array.from(kinds.flatMap((_, i) => [0.2 * i, 0]));
  const [kind, id] = [Uint8Array.from(kinds.keys()), Uint32Array.from(kinds.keys())];
  map.setPoints("open", {n: kinds.length, kinds, kind, id, origin: [120.3, 30.45], places, dt_ms: 0});
}"""


@pytest.mark.parametrize("kinds", [["fine"], ["watch", "alarm", "fine"]])
def test_the_legend_shows_the_three_lights_of_what_has_happened(kinds_shown: MapScreen, kinds: list[str]) -> None:
    kinds_shown.page.evaluate(HAPPENED, kinds)
    until(kinds_shown.page, "map.ready()")
    assert "■▲○open" in kinds_shown.page.locator(".city-map-legend").inner_text().replace("\n", "").replace(" ", "")
    assert kinds_shown.page.evaluate("seen.errors") == []
    kinds_shown.assert_clean()


def test_a_menu_leaves_the_middle_free_and_closes_by_escape_and_by_its_button(kinds_shown: MapScreen) -> None:
    page = kinds_shown.page
    page.set_viewport_size({"width": 1180, "height": 820})
    until(page, "map.ready()")
    for by in ("keyboard", "button"):
        page.click("[data-tool=layers]")
        box = page.locator(".city-map-menu").bounding_box()
        assert box and box["x"] > 590 + 60 and box["y"] + box["height"] <= 820
        page.evaluate("document.activeElement.blur()")
        if by == "keyboard":
            page.keyboard.press("Escape")
        else:
            page.click("[data-tool=layers]")
        assert page.locator(".city-map-menu").is_hidden()
    kinds_shown.assert_clean()
