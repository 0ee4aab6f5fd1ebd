"""The tools of the map in real Chromium: layers by keyboard, drawing, measuring, undo, selecting; nothing clicks through."""

from __future__ import annotations

import pytest

from .map_screen import PROJECT, MapScreen, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_layer_is_switched_on_by_keyboard(kinds_screen: MapScreen, kinds_address: str) -> None:
    page = opened(kinds_screen, kinds_address, "still&lang=en")
    page.focus("[data-tool=layers]")
    page.keyboard.press("Enter")
    assert page.locator(".city-map-menu input:checked").count() == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".city-map-menu input:checked").count() == 3
    page.keyboard.press("Escape")
    assert page.locator(".city-map-menu").is_hidden()
    assert page.evaluate("seen.picks.length") == 0
    kinds_screen.assert_clean()


def test_a_line_is_measured_and_its_last_corner_taken_back(kinds_screen: MapScreen, kinds_address: str) -> None:
    page = opened(kinds_screen, kinds_address, "still&lang=en")
    page.click("[data-tool=draw]")
    page.click("[data-tool=line]")
    for place in ([120.2, 30.3], [120.3, 30.3], [120.6, 30.5]):
        x, y = page.evaluate(PROJECT, place)
        page.mouse.click(x, y)
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    until(page, "seen.plots.length === 1")
    corners = page.evaluate("seen.plots[0].geometry.coordinates")
    assert len(corners) == 2
    assert page.evaluate("CityMap.ground.length([[120.2, 30.3], [120.3, 30.3]])") == pytest.approx(9621, rel=0.002)
    square = "CityMap.ground.area([[120, 30], [120.1, 30], [120.1, 30.1], [120, 30.1]])"
    assert page.evaluate(square) == pytest.approx(106.9e6, rel=0.002)
    assert page.evaluate("seen.picks.length") == 0
    kinds_screen.assert_clean()


def test_escape_ends_a_drawing_and_a_lasso_becomes_an_area(kinds_screen: MapScreen, kinds_address: str) -> None:
    page = opened(kinds_screen, kinds_address, "still&lang=en")
    page.click("[data-tool=lasso]")
    page.keyboard.press("Escape")
    assert page.locator(".city-map-sheet").is_hidden()
    page.click("[data-tool=lasso]")
    page.mouse.move(300, 200)
    page.mouse.down()
    for x, y in ((500, 200), (500, 400), (300, 400)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()
    until(page, "seen.areas.length === 1")
    assert page.evaluate("seen.areas[0].geometry.type") == "Polygon"
    assert page.evaluate("seen.picks.length + seen.plots.length") == 0
    kinds_screen.assert_clean()
