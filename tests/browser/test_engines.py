"""The large scripts charts and maps draw with: they come after the numbers, and a server that is away is asked for them again."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from streams.clock import system_clock
from tests.tiny_city import FOLDER, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

BOARD = """
board: engines
title: {zh: 图与数, en: Charts}
layouts:
  wall: {columns: 3, rows: 1, at: {requests: [1, 1, 1, 1], course: [2, 1, 1, 1], map: [3, 1, 1, 1]}}
panels:
  requests: {panel: number, indicator: hotline.requests, window: today}
  course: {panel: trend, indicator: hotline.requests, window: 24h}
  map: {panel: map, color: hotline.requests, window: today}
"""
PLAIN = """
board: plain
title: {zh: 只有数, en: Numbers}
layouts:
  wall: {columns: 1, rows: 1, at: {requests: [1, 1, 1, 1]}}
panels:
  requests: {panel: number, indicator: hotline.requests, window: today}
"""
NOTED = """(() => {
  const plain = () => { const told = Object.getOwnPropertyDescriptor(window, "Plotly"); return Boolean(told && told.value); };
  new MutationObserver(() => {
    const number = document.querySelector("#app .panel[data-id=requests] .number-value");
    if (!window.first && number && /7/.test(number.textContent)) window.first = {plotly: plain(), deck: "deck" in window};
  }).observe(document, {subtree: true, childList: true, characterData: true});
})()"""
"""What had been run when the first number stood."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("engines") / "tiny"
    shutil.copytree(FOLDER, folder)
    (folder / "boards" / "engines.yaml").write_text(BOARD, "utf-8")
    (folder / "boards" / "plain.yaml").write_text(PLAIN, "utf-8")
    city = tiny_city(system_clock, folder=folder)
    city.hotline(system_clock() - timedelta(seconds=1), count=7)
    with served(tiny_app(city)) as found:
        yield found
    city.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    made = chromium.new_page(viewport={"width": 1280, "height": 720})
    made.add_init_script(NOTED)
    yield made
    made.close()


def drawn(page: Page) -> None:
    """The number, the chart and the map are there."""
    expect(page.locator(".panel[data-id=requests] .number-value")).to_have_text("7")
    expect(page.locator(".panel[data-id=course] .js-plotly-plot .xtick").first).to_be_attached()
    expect(page.locator(".panel[data-id=map] .city-map-canvas canvas").first).to_be_visible()


def test_the_numbers_come_first(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/board/engines")
    drawn(page)
    assert page.evaluate("window.first") == {"plotly": False, "deck": False}
    large = [url for url in asked if "plotly.min" in url or "/vendor/" in url]
    assert sorted(url.partition("/vendor/")[2].partition("?")[0] for url in large) == ["deck.js", "plotly.js"]


def test_a_server_that_is_away_for_a_moment_is_asked_again(page: Page, address: str) -> None:
    tries: Counter[str] = Counter()

    def away_once(route: Route) -> None:
        tries[route.request.url] += 1
        if tries[route.request.url] == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/vendor/*.js*", away_once)
    page.goto(f"{address}/board/engines")
    drawn(page)
    assert sorted(tries.values()) == [2, 2]


def test_a_board_without_charts_asks_for_neither(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/board/plain")
    expect(page.locator(".panel[data-id=requests] .number-value")).to_have_text("7")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "plotly" in url or "/vendor/" in url] == []
