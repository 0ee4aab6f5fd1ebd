"""The map on a served board: without WebGL, with marks of another screen, with a selection that the address keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.chromium import BLIND, started
from tests.browser.map_screen import until
from tests.browser.watched import Watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PARTS = "Cockpit.panels.map.parts(document.querySelector('#panel-map .panel-body'))"
MARK = """() => fetch("/api/v1/plots", {method: "POST", headers: {"content-type": "application/geo+json"}, body: JSON.stringify(
  {type: "FeatureCollection", features: [{type: "Feature", geometry: {type: "Point", coordinates: [120.1, 30.05]},
    properties: {kind: "text", words: "集合点"}}]})}).then((answer) => answer.status)"""


@pytest.fixture(scope="module")
def page(browser: Browser, host: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"http://{host}/board/city?lang=en")
    until(page, f"Boolean(window.Cockpit?.panels?.map && {PARTS}?.map?.ready())")
    yield page
    page.context.close()


def test_without_webgl_the_map_comes_as_a_page_of_its_own(playwright: Playwright, host: str) -> None:
    with started(playwright, BLIND) as blind:
        watched = Watched(f"http://{host}")
        page = watched.watch(blind.new_page(viewport={"width": 1280, "height": 800}))
        page.clock.install()
        page.goto(f"http://{host}/board/city?lang=en")
        assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
        shown, coming = page.locator("iframe.map-portable:not(.map-portable-coming)"), page.locator("iframe.map-portable-coming")
        regions = shown.content_frame.locator("path.leaflet-interactive")
        expect(shown).to_have_count(1)
        assert regions.count() >= 3
        expect(shown.content_frame.locator(".city-title")).to_have_count(0)  # the panel has one
        box = shown.bounding_box()
        assert box is not None and box["width"] > 300 and box["height"] > 200
        page.route("**/api/v1/map/**", lambda route: route.abort())
        page.clock.fast_forward(61_000)
        expect(coming).to_have_count(1)
        expect(coming).to_be_hidden()
        assert regions.count() >= 3, "the last one stays while the server is gone"
        page.unroute("**/api/v1/map/**")
        page.clock.fast_forward(61_000)
        expect(coming).to_have_count(0)
        assert regions.count() >= 3
        assert (watched.foreign, watched.errors) == ([], [])


def test_a_mark_is_seen_on_another_screen_at_once(page: Page, browser: Browser, host: str) -> None:
    page.evaluate("window.heard = 0; document.addEventListener('marks-changed', () => { window.heard += 1; })")
    other = browser.new_page()
    other.goto(f"http://{host}/healthz")
    assert other.evaluate(MARK) == 201
    other.context.close()
    until(page, f"window.heard === 1 && {PARTS}.marks.length === 1")  # who only asks now and then hears of nothing
    assert page.evaluate(f"{PARTS}.marks[0].properties.words") == "集合点"


def test_the_address_keeps_what_is_selected(page: Page) -> None:
    until(page, f"{PARTS}.map.ready()")
    x, y = page.evaluate(
        f"(() => {{ const box = document.querySelector('#panel-map .panel-body').getBoundingClientRect();"
        f" const [x, y] = {PARTS}.map.project([120.15, 30.02]); return [box.x + x, box.y + y]; }})()"
    )
    page.hover("#panel-map .panel-body")
    page.click("[data-tool=near]")
    page.mouse.click(x, y)
    until(page, "new URLSearchParams(location.search).get('zone')?.startsWith('120.1')")
    assert page.evaluate("Cockpit.scope.query()") == "lang=en", "the board is none other for it"
    page.reload()
    page.locator(".map-found:not([hidden])").wait_for(timeout=60_000)
    page.locator(".map-found-kinds button[data-kind=vehicles]").wait_for(timeout=30_000)
    page.keyboard.press("Escape")  # the hand is at the map, not in the sheet
    until(page, "!location.search.includes('zone')")
    assert page.locator(".map-found").is_hidden()


@pytest.mark.parametrize(
    ("text", "corners"),
    [
        ("120.1,30.2,500", 1),
        ("1,2;3,4;5,6", 4),
        ("", 0),
        ("1,2", 0),
        ("a,b,c", 0),
        ("1,2,-5", 0),
        ("1,2;3,4", 0),
        ("200,0;1,1;2,2", 0),
    ],
)
def test_a_zone_of_an_address_is_read_with_care(page: Page, text: str, corners: int) -> None:
    told = page.evaluate("text => Cockpit.mapFound.told(text)?.zone ?? null", text)
    assert corners == (0 if told is None else 1 if told["type"] == "Point" else len(told["coordinates"][0]))
