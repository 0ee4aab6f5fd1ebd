"""The words of marks drawn on the map in real Chromium: they stand beside what they name and never over each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser

from .map_kinds import container
from .map_page import MapPage, served
from .test_map import PROJECT, Watched, _open, _until, browser, playwright

__all__ = ["browser", "playwright"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    made = container()
    with served(MapPage(made.regions, (), made)) as address:
        yield address


@pytest.fixture(scope="module")
def shown(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 960, "height": 600})
    watched = Watched(context, address)
    _open(watched, address, "still&lang=en")
    yield watched
    context.close()


def _mark(kind: str, words: str, lon: float, lat: float) -> dict[str, Any]:
    properties = {"kind": kind, "words": words}
    if kind == "arrow":
        way = [[lon, lat], [lon + 0.05, lat + 0.05]]
        line = {"type": "LineString", "coordinates": way}
        return {"type": "Feature", "geometry": line, "properties": properties | {"length_m": 7300}}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def _named(watched: Watched, marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    watched.page.evaluate("marks => map.setPlots(marks)", marks)
    _until(watched.page, "map.ready()")
    found: list[dict[str, Any]] = watched.page.evaluate("map.names()")
    return found


def test_words_of_marks_never_lie_over_each_other_or_a_name(shown: Watched) -> None:
    marks = [_mark(kind, f"{kind} number {i}", 120.42 + 0.03 * i, 30.5) for i in range(6) for kind in ("point", "text", "arrow")]
    names = _named(shown, marks)
    texts = [one["text"] for one in names]
    assert sum("number" in text for text in texts) >= 3
    for one, other in combinations(names, 2):
        aside = abs(one["x"] - other["x"]) >= one["w"] + other["w"] or abs(one["y"] - other["y"]) >= one["h"] + other["h"]
        assert aside, (one, other)
    assert any("arrow number 5 · 7.3 km" in text for text in texts)  # the newest is asked first
    shown.assert_clean()


def test_words_of_a_mark_stand_beside_its_dot(shown: Watched) -> None:
    marks = [_mark("point", "pump", 120.3, 30.45), _mark("text", "closed", 120.7, 30.45)]
    names = {one["text"]: one for one in _named(shown, marks)}
    x, y = shown.page.evaluate(PROJECT, [120.3, 30.45])
    assert names["pump"]["x"] == pytest.approx(x, abs=1)
    assert abs(names["pump"]["y"] - y) >= names["pump"]["h"] + 6  # the dot is 6 pixels high above its middle
    assert names["closed"]["y"] == pytest.approx(shown.page.evaluate(PROJECT, [120.7, 30.45])[1], abs=1)
    assert "pump" not in {one["text"] for one in _named(shown, [])}
    shown.assert_clean()
