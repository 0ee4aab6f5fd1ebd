"""What the map shows before the engine's first picture: a word where nothing is known yet, then the districts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from .map_kinds import container
from .map_page import MapPage, served
from .test_map import Watched, _open, _until, browser, playwright

__all__ = ["browser", "playwright"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HOLD = """
const asked = WebGL2RenderingContext.prototype.getSyncParameter;
window.held = true;
WebGL2RenderingContext.prototype.getSyncParameter = function (fence, name) {
  return window.held ? this.UNSIGNALED : asked.call(this, fence, name);
};"""
"""The graphics card is never finished with a picture as long as it is held."""
SEEN = """() => [...document.querySelectorAll(".city-map-silhouette .city-map-district")].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return getComputedStyle(one).visibility === "visible" ? [x, y, width, height].map(Math.round) : null;
})"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    made = container()
    with served(MapPage(made.regions, (), made)) as address:
        yield address


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 960, "height": 600})
    yield Watched(context, address)
    context.close()


def test_districts_stand_there_until_the_first_picture_is_finished(watched: Watched, address: str) -> None:
    page = watched.page
    page.add_init_script(HOLD)
    waiting: list[Route] = []
    page.route("**/spec?*", lambda route: waiting.append(route))
    page.goto(f"{address}/?still")
    word = page.locator(".city-map-loading")
    expect(word).to_have_text("地图载入中…")
    waiting[0].continue_()
    _until(page, "document.querySelectorAll('.city-map-canvas canvas').length === 2")
    expect(word).to_have_text("")
    west, east = page.evaluate(SEEN)
    _until(page, "west => Math.abs(west[0] - map.project([120, 30.6])[0]) < 2", west)
    assert west[0] + west[2] == pytest.approx(east[0], abs=2) and west[3] > 400
    assert page.evaluate("map.ready()") is False
    page.evaluate("() => { window.held = false; }")
    _until(page, "map.ready()")
    assert page.evaluate(SEEN) == [None, None]
    watched.assert_clean()


def test_districts_stand_there_again_while_the_graphics_are_gone(watched: Watched, address: str) -> None:
    page = _open(watched, address, "still")
    assert page.evaluate(SEEN) == [None, None]
    page.evaluate(f"() => {{ {HOLD} }}")
    page.evaluate("document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()")
    _until(page, "() => !document.querySelector('.city-map-left')")
    assert None not in page.evaluate(SEEN)
    page.evaluate("() => { window.held = false; }")
    _until(page, "map.ready()")
    assert page.evaluate(SEEN) == [None, None]
