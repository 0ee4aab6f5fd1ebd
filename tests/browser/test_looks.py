"""How a board looks on each shape of screen: nothing cut, nothing too small to read, no scroll bar; every state is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from streams.clock import system_clock
from tests.browser.board_texts import Size, resized
from tests.browser.watched import Screens
from tests.tiny_city import served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

SHAPES = {"wall": (1920, 1080), "strip": (3840, 480), "wide": (3840, 1080), "tablet": (1180, 820)}
ONE_LINE = ".header-title, .panel-title, .city-state, .number-line, .change, .trend-head, .rank-name, .rank-value, .entry-what"

CUT = """selector => [...document.querySelectorAll(selector)]
  .filter(node => node.offsetParent && (node.scrollWidth > node.clientWidth + 1 || node.getClientRects().length > 1))
  .map(node => `${node.className}: ${node.textContent}`)"""

SIZES = """() => [...document.querySelectorAll('#app *')]
  .filter(node => !node.closest('.map') && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .filter(node => node.getClientRects().length)
  .map(node => [parseFloat(getComputedStyle(node).fontSize), node.textContent])
  .sort((a, b) => a[0] - b[0])"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The tiny city with two days of requests, served."""
    city = tiny_city(system_clock)
    now = system_clock()
    for hours in range(1, 40):
        city.hotline(now - timedelta(hours=hours), "770101", count=3 + hours % 5, wait_s=8 + hours % 9)
    city.hotline(now - timedelta(seconds=2), "770201", count=3, wait_s=18)
    at_ms = int(now.timestamp() * 1000)
    places = [120.11 + n / 100 for n in range(6)]
    city.emit("city.vehicles", *({"id": f"v{lon}", "at": at_ms, "kind": "bus", "lon": lon, "lat": 30.02} for lon in places))
    with served(tiny_app(city)) as found:
        yield found


def loaded(page: Page) -> None:
    expect(page.locator("#panel-requests .number-value")).not_to_be_empty()
    expect(page.locator("#panel-wait .js-plotly-plot .xtick text").first).to_be_attached()


@pytest.fixture(scope="module")
def screens(chromium: Browser, address: str) -> Iterator[Screens]:
    with closing(Screens(chromium, address, loaded)) as found:
        yield found


def looked(screens: Screens, size: Size, lang: str = "zh") -> Page:
    return resized(screens.look(f"/board/city?lang={lang}", size), size)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_cut_or_broken_into_a_second_line(screens: Screens, shape: str, lang: str) -> None:
    assert looked(screens, SHAPES[shape], lang).evaluate(CUT, ONE_LINE) == []


@pytest.mark.parametrize(("shape", "least"), [("wall", 16), ("strip", 16), ("wide", 16), ("tablet", 14)])
def test_the_smallest_type_can_be_read_from_where_one_stands(screens: Screens, shape: str, least: float) -> None:
    size, words = looked(screens, SHAPES[shape]).evaluate(SIZES)[0]
    assert size >= least - 0.05, words


@pytest.mark.parametrize("shape", ["wall", "strip", "wide"])
def test_a_wall_never_scrolls(screens: Screens, shape: str) -> None:
    page = looked(screens, SHAPES[shape])
    width, height = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert (width, height) == SHAPES[shape]


def test_type_follows_the_real_height_of_the_screen(screens: Screens) -> None:
    sizes = []
    for size in ((1920, 1080), (3840, 2160)):
        page = looked(screens, size)
        sizes.append(page.evaluate("parseFloat(getComputedStyle(document.querySelector('.panel-title')).fontSize)"))
    assert sizes == [22, 44]


FRESH: dict[str, Any] = {"status": "live", "as_of_ms": None, "late_s": 60, "stale_s": 300, "dead_s": 3600, "reason": ""}


@pytest.mark.parametrize("status", ["late", "stale", "dead", "missing", "broken"])
def test_every_state_has_its_word_and_its_mark(screens: Screens, status: str) -> None:
    page = screens.look("/board/city?lang=zh", SHAPES["wall"])
    fresh = {**FRESH, "status": status, "reason": "ask 8-1-1-0"}
    page.evaluate("fresh => Cockpit.board.apply({requests: {fresh}}, false)", fresh)
    panel = page.locator("#panel-requests")
    expect(panel).to_have_attribute("data-status", status)
    word = page.evaluate("status => Cockpit.word(status, 'zh')", status)
    expect(panel.locator(".panel-age")).to_contain_text(word)
    expect(panel.locator(".panel-age .mark")).to_be_visible()
    if status in ("broken", "missing", "dead"):
        expect(panel.locator(".notice")).to_have_text("ask 8-1-1-0")


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        (None, {"unit": "s", "lang": "zh"}, "—"),
        (0, {"unit": "1", "lang": "zh"}, "0"),
        (12345, {"unit": "1", "lang": "zh"}, "12,345"),
        (123456, {"unit": "1", "lang": "zh"}, "12.35万"),
        (123456, {"unit": "1", "lang": "en"}, "123,456"),
        (1234567, {"unit": "CNY", "lang": "en"}, "1.23 M CNY"),
        (250_000_000, {"unit": "CNY", "lang": "zh"}, "2.50亿元"),
        (85.25, {"unit": "%", "decimals": 1, "lang": "zh"}, "85.3%"),
        (23.4, {"unit": "s", "decimals": 1, "lang": "zh"}, "23.4秒"),
        (23.4, {"unit": "s", "decimals": 1, "lang": "en"}, "23.4 s"),
    ],
)
def test_numbers_are_written_as_people_read_them(screens: Screens, value: float | None, options: Any, expected: str) -> None:
    page = screens.look("/board/city?lang=zh", SHAPES["wall"])
    assert page.evaluate("([value, options]) => Cockpit.format.whole(value, options)", [value, options]) == expected


@pytest.mark.parametrize(
    ("score", "lang", "expected"),
    [
        ({"frontier": {"best": 0.5, "worst": 3}}, "zh", "营商环境 2026 版：0.5天 得 100 分，3天 得 0 分"),
        ({"full_marks": {"at": 100, "zero": 50}}, "en", "Business 2026: 100 d scores 100, 50 d scores 0"),
        ({"ladder": [[15, 100], [30, 90]]}, "zh", "营商环境 2026 版：≤ 15天 得 100 分，≤ 30天 得 90 分"),
        ({"ladder": [[15, 20], [30, 90]]}, "en", "Business 2026: ≥ 15 d scores 20, ≥ 30 d scores 90"),
        ({"deduct": {"from": 100, "per": 2.5}}, "en", "Business 2026: from 100 points, 2.5 less for each unit"),
        ("minmax", "zh", "营商环境 2026 版：按同级区域中最优与最差折算"),
    ],
)
def test_the_baseline_of_a_score_is_a_sentence(screens: Screens, score: Any, lang: str, expected: str) -> None:
    page = screens.look("/board/city?lang=zh", SHAPES["wall"])
    scheme = {"scheme": "business", "title": {"zh": "营商环境", "en": "Business"}, "version": "2026", "score": score}
    assert page.evaluate("([one, lang]) => Cockpit.baselines.lines([one], 'd', lang)", [scheme, lang]) == [expected]


def test_a_missing_value_is_a_dash_that_says_why(screens: Screens) -> None:
    page = screens.look("/board/city?lang=en", SHAPES["wall"])
    page.evaluate("Cockpit.board.apply({requests: {value: null, why: 'no_records', change: null, spark: null}}, false)")
    panel = page.locator("#panel-requests")
    expect(panel.locator(".number-value")).to_have_text("—")
    expect(panel.locator(".change")).to_have_text("no records in this window yet")
