"""A page with one live map, as the tests of the map open it, wait for it and click on it; and the map of every kind of layer."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from .chromium import PATIENCE_MS
from .map_kinds import container
from .map_page import MapPage, served
from .watched import Watched

PROJECT = "([lon, lat]) => map.project([lon, lat])"


class MapScreen(Watched):
    """A page with one map that is listened to."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        super().__init__(address)
        self.page: Page = self.watch(context.new_page())

    def assert_clean(self) -> None:
        super().assert_clean()
        assert self.page.evaluate("violations") == []
        assert self.page.evaluate("seen.unavailable") == 0


def opened(screen: MapScreen, address: str, query: str = "still&region=even") -> Page:
    """The screen's page, its map drawn."""
    screen.page.goto(f"{address}/?{query}")
    until(screen.page, "window.map && window.map.ready()")
    return screen.page


def until(page: Page, expression: str, arg: object = None) -> None:
    """Returns when the expression is true in the page. (`wait_for_function` needs eval, which the page's policy forbids.)"""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never became true: {expression} with {arg!r}")


def click(page: Page, lon: float, lat: float) -> None:
    """Where that place is on the map."""
    x, y = page.evaluate(PROJECT, [lon, lat])
    page.mouse.click(x, y)


def send(page: Page, layer: str, frame: bytes) -> None:
    """Gives the map a frame of points as the live socket would."""
    page.evaluate(
        "([layer, text]) => map.setPoints(layer, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer)",
        [layer, base64.b64encode(frame).decode()],
    )


@pytest.fixture(scope="module")
def kinds_address() -> Iterator[str]:
    """Serves a map with a layer of each kind."""
    made = container()
    with served(MapPage(made.regions, (), made)) as address:
        yield address


@pytest.fixture(scope="module")
def kinds_shown(browser: Browser, kinds_address: str) -> Iterator[MapScreen]:
    """The same page for a whole file."""
    context = browser.new_context(viewport={"width": 960, "height": 600})
    screen = MapScreen(context, kinds_address)
    opened(screen, kinds_address, "still&lang=en")
    yield screen
    context.close()


@pytest.fixture
def kinds_screen(browser: Browser, kinds_address: str) -> Iterator[MapScreen]:
    """A page of its own for a test, not opened yet."""
    context = browser.new_context(viewport={"width": 960, "height": 600})
    yield MapScreen(context, kinds_address)
    context.close()
