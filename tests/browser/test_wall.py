"""The wall in a real browser: it lives, drills and comes back; the console stays empty and nobody else is asked for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from streams.clock import system_clock
from tests.broker.process import free_port
from tests.browser.watched import Watched
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser


class Wall:
    """The tiny city behind a server that can be stopped and started again, and what the page said and asked."""

    def __init__(self) -> None:
        self.hints: list[Any] = []
        self.city: TinyCity = tiny_city(system_clock, lambda slot: [hint(slot) for hint in self.hints], bad=True)
        self.address = f"127.0.0.1:{free_port()}"
        self.watched = Watched(self.address)
        self._server = ExitStack()
        self.start()

    def start(self) -> None:
        app = tiny_app(self.city)
        self.hints[:] = [app.hub.hint]
        self._server.enter_context(served(app, int(self.address.partition(":")[2])))

    def stop(self) -> None:
        self._server.close()

    def open(self, browser: Browser, path: str = "/", width: int = 1920, height: int = 1080) -> Page:
        page = self.watched.watch(browser.new_page(viewport={"width": width, "height": height}))
        page.goto(f"http://{self.address}{path}", wait_until="commit")
        return page


@pytest.fixture
def wall() -> Iterator[Wall]:
    made = Wall()
    made.city.hotline(system_clock() - timedelta(seconds=1), "770101", count=5)
    made.city.hotline(system_clock() - timedelta(seconds=1), "770201", count=2)
    yield made
    made.stop()
    made.city.close()


def number(page: Page, text: str) -> None:
    """Waits until the number of requests is this one."""
    expect(page.locator("#panel-requests .number-value")).to_have_text(text)


def test_the_wall_lives_drills_and_comes_back(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser)
    number(page, "7")
    expect(page.locator("#skeleton")).to_have_count(0)
    expect(page.locator("#panel-requests")).to_have_attribute("data-status", "live")
    expect(page.locator("#panel-requests .panel-age")).to_contain_text("前")
    expect(page.locator(".badge-demo")).to_have_text("演示数据")
    expect(page.locator("#panel-map .city-map-canvas canvas").first).to_be_visible()

    wall.city.hotline(system_clock(), "770101", count=3)
    number(page, "10")

    page.locator("#panel-ranking .rank", has_text="东区").click()
    number(page, "8")
    assert page.url.endswith("/board/city?region=7701")
    expect(page.locator(".crumbs")).to_have_text("小城东区")
    expect(page).to_have_title("东区 · 城市总览 · 小城")

    page.reload()
    number(page, "8")
    assert page.url.endswith("/board/city?region=7701")

    page.go_back()
    number(page, "10")
    page.go_forward()
    number(page, "8")
    page.keyboard.press("Escape")
    number(page, "10")
    assert page.url.endswith("/board/city")
    page.locator("#panel-ranking .rank", has_text="西区").click()
    number(page, "2")
    page.locator(".crumbs a", has_text="小城").click()
    number(page, "10")

    page.keyboard.press("l")
    expect(page.locator("#panel-requests .panel-title")).to_have_text("Requests")
    expect(page.locator(".crumbs")).to_have_text("Tiny")
    number(page, "10")
    page.close()
    wall.watched.assert_clean()


def test_a_lost_server_shows_stale_and_age_and_comes_back_untouched(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser)
    number(page, "7")
    wall.stop()
    panel = page.locator("#panel-requests")
    expect(panel).to_have_attribute("data-status", "stale")
    expect(panel.locator(".panel-age")).to_contain_text("前")
    number(page, "7")
    wall.city.hotline(system_clock(), count=1)
    wall.start()
    number(page, "8")
    expect(panel).to_have_attribute("data-status", "live")
    page.close()
    assert all("ERR_CONNECTION_REFUSED" in text or "WebSocket" in text for text in wall.watched.said), wall.watched.said


def test_a_click_on_the_map_drills_and_back_and_reload_keep_the_place(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser)
    number(page, "7")
    expect(page.locator("#panel-map .city-map-title")).to_have_text("诉求量")
    page.evaluate("window.same = true")
    click_on(page, wall, "7701")
    number(page, "5")
    assert page.url.endswith("/board/city?region=7701")
    expect(page.locator(".crumbs")).to_have_text("小城东区")
    click_on(page, wall, "770101")
    assert page.url.endswith("/board/city?region=770101")
    expect(page.locator(".crumb")).to_have_count(3)
    assert page.evaluate("window.same"), "drilling never loads the page anew"
    page.reload()
    number(page, "5")
    expect(page.locator(".crumb")).to_have_count(3)
    page.go_back()
    expect(page.locator(".crumbs")).to_have_text("小城东区")
    page.keyboard.press("Escape")
    number(page, "7")
    assert page.url.endswith("/board/city")
    page.close()
    wall.watched.assert_clean()


def click_on(page: Page, wall: Wall, code: str) -> None:
    """Clicks on a region where the map shows it, when it has come to rest, until the address says so."""
    center = wall.city.parts.city.regions.center(code)
    assert center is not None
    project = f"Cockpit.panels.map.parts(document.querySelector('{BODY}'))?.map?.project({list(center)})"
    for _ in range(10):
        page.wait_for_timeout(1500)
        at, box = page.evaluate(project), page.locator(BODY).bounding_box()
        if at and box:
            page.mouse.click(box["x"] + at[0], box["y"] + at[1])
            with suppress(TimeoutError):
                page.wait_for_url(f"**region={code}", timeout=6000, wait_until="commit")
                return
    raise AssertionError(f"no click reached {code}; the address is {page.url}")


BODY = "#panel-map .panel-body"


def test_other_boards_stand_in_the_header_and_on_the_number_keys(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser, "/board/city?region=7701")
    number(page, "5")
    page.locator(".board-turn", has_text="评价").click()
    expect(page.locator(".header-title")).to_have_text("评价")
    assert page.url.endswith("/board/quality?region=7701")
    expect(page.locator(".crumbs")).to_have_text("小城东区")
    page.keyboard.press("1")
    number(page, "5")
    expect(page.locator(".board-turn[data-to=city]")).to_have_attribute("aria-current", "page")
    page.close()
    wall.watched.assert_clean()


def test_what_was_not_counted_is_counted_on_screen_and_listed_with_its_reason(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser, "/board/city?lang=en")
    number(page, "7")
    aside = page.locator(".aside")
    expect(aside).to_be_hidden()
    now = system_clock().isoformat()
    bad = {"id": "x", "created_at": now, "district": "770101", "category": "noise", "stars": "五星"}
    wall.city.emit("city.hotline", bad)
    expect(aside).to_have_text("1 not counted")
    expect(page.locator("#panel-requests .panel-age")).to_have_attribute("title", "Hotline requests: 1 not counted")
    aside.click()
    listed = page.locator("dialog .aside-letters")
    expect(listed.locator("code")).to_have_text(re.compile(r"^city\.hotline\[\d\]@\d+$"))
    expect(listed).to_contain_text("field 'stars' must be int, got str '五星'")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.close()
    wall.watched.assert_clean()


SCREENS = [(1920, 1080, "wall"), (3840, 1080, "strip"), (3840, 480, "strip"), (1180, 820, "tablet")]
SCROLLED = "(({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight])(document.documentElement)"
TRANSFORMED = "[...document.querySelectorAll('#app, .grid, .panel')].filter(e => getComputedStyle(e).transform !== 'none').length"


@pytest.mark.parametrize(("width", "height", "shape"), SCREENS)
def test_each_shape_of_screen_has_its_own_layout(browser: Browser, wall: Wall, width: int, height: int, shape: str) -> None:
    page = wall.open(browser, width=width, height=height)
    number(page, "7")
    assert page.evaluate("document.documentElement.dataset.layout") == shape
    scrolled: list[int] = page.evaluate(SCROLLED)
    assert scrolled[0] <= width
    if shape != "tablet":
        assert scrolled[1] <= height
    assert page.evaluate(TRANSFORMED) == 0
    page.close()


def test_the_address_can_ask_for_a_layout_and_may_be_wrong(browser: Browser, wall: Wall) -> None:
    page = wall.open(browser, "/board/city?screen=tablet&lang=en")
    number(page, "7")
    assert page.evaluate("document.documentElement.dataset.layout") == "tablet"
    page.evaluate("Cockpit.scope.go({region: '9'})")
    expect(page.locator("#said")).to_contain_text("there is no region '9'")
    page.go_back()
    expect(page.locator("#said")).to_have_count(0)
    number(page, "7")
    page.close()
