"""What the map shows before the engine's first picture: a word where nothing is known yet, then the districts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from .map_screen import MapScreen, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HOLD = """
const asked = WebGL2RenderingContext.prototype.getSyncParameter;
window.held = true;
WebGL2RenderingContext.prototype.getSyncParameter = function (fence, name) {
  return window.held ? this.UNSIGNALED : asked.call(this, fence, name);
};"""
"""The graphics card is never finished with a picture as long as it is held."""
SEEN = """() => {
  const canvas = document.querySelector(".city-map-silhouette");
  if (!canvas.width || getComputedStyle(canvas).visibility !== "visible") return null;
  const [pen, ratio] = [canvas.getContext("2d"), canvas.width / canvas.clientWidth];
  return [119.98, 120.02, 120.48, 120.52, 120.98, 121.02].map((lon) => {
    const [x, y] = map.project([lon, 30.3]).map((side) => Math.round(side * ratio));
    return Boolean(pen.getImageData(x, y, 1, 1).data[3]);
  });
}"""
"""Whether something is drawn just beside and within the edges of the west and the east; null: nothing is to be seen."""
THERE = [False, True, True, True, True, False]


def test_districts_stand_there_until_the_first_picture_is_finished(kinds_screen: MapScreen, kinds_address: str) -> None:
    page = kinds_screen.page
    page.add_init_script(HOLD)
    waiting: list[Route] = []
    page.route("**/spec?*", lambda route: waiting.append(route))
    page.goto(f"{kinds_address}/?still")
    word = page.locator(".city-map-loading")
    expect(word).to_have_text("地图载入中…")
    waiting[0].continue_()
    until(page, "document.querySelectorAll('.city-map-canvas canvas').length === 2")
    expect(word).to_have_text("")
    assert page.evaluate(SEEN) == THERE
    assert page.evaluate("map.ready()") is False
    page.evaluate("() => { window.held = false; }")
    until(page, "map.ready()")
    assert page.evaluate(SEEN) is None
    kinds_screen.assert_clean()


def test_districts_stand_there_again_while_the_graphics_are_gone(kinds_screen: MapScreen, kinds_address: str) -> None:
    page = opened(kinds_screen, kinds_address, "still")
    assert page.evaluate(SEEN) is None
    page.evaluate(f"() => {{ {HOLD} }}")
    page.evaluate(
        "document.querySelector('.city-map-canvas canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    until(page, f"there => JSON.stringify(({SEEN})()) === JSON.stringify(there)", THERE)
    page.evaluate("() => { window.held = false; }")
    until(page, "map.ready()")
    assert page.evaluate(SEEN) is None
