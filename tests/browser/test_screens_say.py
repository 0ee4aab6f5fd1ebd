"""What a screen says beside its numbers: what is wanted, where it is, how old it is, how to go on; tiny city, one server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Playwright, expect

from streams.clock import system_clock
from tests.browser.chromium import BLIND, started
from tests.browser.watched import Screens
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

WALL, STRIP, TABLET, DESK = (1920, 1080), (3840, 480), (1180, 820), (1440, 900)
BOARD = "/board/city"


def loaded(page: Page) -> None:
    expect(page.locator("#panel-satisfaction .number-value")).not_to_be_empty()
    expect(page.locator("#app .city-state .state-word")).not_to_be_empty()


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    with closing(tiny_city(system_clock)) as made:
        made.hotline(system_clock() - timedelta(seconds=1), "770101", count=5)
        yield made


@pytest.fixture(scope="module")
def server(city: TinyCity) -> Iterator[tuple[str, ExitStack]]:
    """The address, and what stops it."""
    with ExitStack() as stack:
        yield stack.enter_context(served(tiny_app(city))), stack


@pytest.fixture(scope="module")
def screens(playwright: Playwright, server: tuple[str, ExitStack]) -> Iterator[Screens]:
    """In a browser that draws no live map: nothing here is about it, and in software it takes most of the time."""
    with started(playwright, BLIND) as browser, closing(Screens(browser, server[0], loaded)) as found:
        yield found


CUT = "node => node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight + 1"


@pytest.mark.parametrize(
    ("path", "size"),
    [(f"{BOARD}?screen=wall", WALL), (f"{BOARD}?screen=wall", STRIP), (BOARD, TABLET), (f"{BOARD}?screen=desk", DESK)],
)
def test_a_number_says_what_is_wanted_in_every_size(screens: Screens, path: str, size: tuple[int, int]) -> None:
    aim = screens.look(path, size).locator("#panel-satisfaction .change-target")
    expect(aim).to_have_text("目标 ≥ 85%")
    expect(aim).to_be_visible()
    assert not aim.evaluate(CUT)


def test_the_desk_is_a_link_away_and_back_at_the_same_place(screens: Screens) -> None:
    page = screens.look(f"{BOARD}?region=7701&lang=en", WALL)
    expect(page.locator("#app .toolbar")).to_have_count(0)
    page.locator(".desk-way").dispatch_event("click")  # no wait until a map drawn in software rests
    expect(page.locator("#app .toolbar")).to_be_visible()
    expect(page.locator(".desk-way")).to_have_count(0)
    assert "region=7701" in page.url and "screen=desk" in page.url
    page.locator(".toolbar a", has_text="Plain view").dispatch_event("click")
    expect(page.locator(".desk-way")).to_be_visible()
    assert "region=7701" in page.url and "screen" not in page.url


def test_the_keys_of_the_desk_work_on_the_plain_page_and_on_no_wall(screens: Screens) -> None:
    page = screens.look(f"{BOARD}?lang=en&x=1", WALL)
    page.keyboard.press("?")
    expect(page.locator("dialog.tabled .keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("t")
    expect(page.locator("dialog.tabled .tabled-table tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page = screens.look(f"{BOARD}?screen=wall&lang=en", WALL)
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(0)


def test_the_way_to_a_node_of_a_scheme_stands_in_the_header(screens: Screens) -> None:
    page = screens.look(f"{BOARD}?indicator=service%2Fwaiting&region=7701&lang=en", WALL)
    expect(page.locator(".crumbs .crumb-node")).to_have_attribute("aria-current", "page")
    expect(page.locator(".crumbs .crumb")).to_have_count(3)
    page.locator(".crumbs a", has_text="East").dispatch_event("click")
    expect(page.locator(".crumbs .crumb")).to_have_count(2)
    assert "indicator" not in page.url and "region=7701" in page.url


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("今日热线诉求", "热线诉求"), ("近七日开办时长（天）", "开办时长（天）"), ("处置质量（24 小时）", "处置质量"),
        ("今日", "今日"),
        ("Hotline requests today, by district", "Hotline requests, by district"), ("Quality, 24 hours", "Quality"),
        ("Days to open a firm, last 7 days", "Days to open a firm"), ("Today's board", "Today's board"), ("Daily", "Daily"),
    ],
)  # fmt: skip
def test_a_title_says_no_time_that_is_not_shown(screens: Screens, title: str, left: str) -> None:
    page = screens.look(f"{BOARD}?window=7d", WALL)
    assert page.evaluate("Cockpit.titles.timeless", title) == left


def test_words_that_find_no_room_become_fewer_and_are_never_cut(screens: Screens) -> None:
    page = screens.look(f"{BOARD}?window=7d", WALL)
    told = page.evaluate("""() => [4000, 150, 60, 1].map((width) => {
      const node = document.body.appendChild(document.createElement("div"));
      node.style.cssText = `position:fixed;overflow:hidden;white-space:nowrap;width:${width}px;font:20px Inter`;
      const job = { node, forms: ["stale · last good 14:32", "last good 14:32", "14:32", ""] };
      Cockpit.fit([job]);
      node.remove();
      return node.textContent;
    })""")
    assert told == ["stale · last good 14:32", "last good 14:32", "14:32", ""]


AXES = """(count) => {
  const el = document.body.appendChild(document.createElement("div"));
  el.style.cssText = "position:fixed;inset:0 auto auto 0;width:400px;height:300px";
  const axis = { name: "a", title: "Axis", score: 50, against: 80, light: "watch", address: "x" };
  const scale = { top: 100, target: 70, against: "City", kind: "score" };
  const props = { axes: Array(count).fill(axis), ...scale, fresh: { status: "live" } };
  Cockpit.panels.radar.update(el, props, null, { lang: "en", go: () => {} });
  const bars = [...el.querySelectorAll(".radar-bar")].map((bar) => bar.style.width);
  const told = { bars, picture: getComputedStyle(el.querySelector(".radar-picture")).display };
  Cockpit.panels.radar.unmount(el);
  el.remove();
  return told;
}"""


@pytest.mark.parametrize(
    ("count", "bars", "picture"), [(1, ["50%"], "none"), (2, ["50%"] * 2, "none"), (3, [], "block"), (7, [], "block")]
)
def test_fewer_than_three_axes_are_bars(screens: Screens, count: int, bars: list[str], picture: str) -> None:
    page = screens.look(f"{BOARD}?window=7d", WALL)
    assert page.evaluate(AXES, count) == {"bars": bars, "picture": picture}


MAP = "#panel-map :is(.city-map-canvas, .map-portable)"


def test_by_day_the_map_is_light(screens: Screens) -> None:
    page = screens.look(f"{BOARD}?screen=desk&theme=light", DESK)
    shown = "node => getComputedStyle(node).filter"
    assert page.locator(MAP).first.evaluate(shown) == "invert(1) hue-rotate(180deg)"
    page = screens.look(f"{BOARD}?screen=desk&theme=dark", DESK)
    assert page.locator(MAP).first.evaluate(shown) == "none"


def test_a_screen_without_its_server_is_seen_from_afar(screens: Screens, server: tuple[str, ExitStack]) -> None:
    """The last one: it stops the server."""
    page = screens.look(f"{BOARD}?screen=wall", WALL)
    light = page.locator("#panel-satisfaction .light")
    expect(light).to_have_attribute("data-light", re.compile("fine|watch|alarm"))
    server[1].close()
    expect(page.locator("#app")).to_have_attribute("data-lost", "line")
    expect(page.locator(".city-state .state-word")).to_have_text("与服务器的连接中断")
    expect(page.locator(".city-state .state-detail")).to_contain_text(re.compile(r"自 \d\d:\d\d 起"))
    expect(page.locator("#panel-satisfaction")).to_have_attribute("data-status", re.compile("stale|dead"))
    told = light.evaluate("""node => [getComputedStyle(node, "::after").content, getComputedStyle(node.lastChild).display]""")
    assert told[0].startswith('"此前') and told[1] == "none"
    body = page.locator("#panel-satisfaction .number").evaluate(
        "node => [getComputedStyle(node).opacity, getComputedStyle(node).filter]"
    )
    assert float(body[0]) < 0.6 and body[1] == "grayscale(1)"
