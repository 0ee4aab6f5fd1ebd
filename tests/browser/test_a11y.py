"""That everybody can read it: contrast of every pair of colours, axe on every surface, names, focus, targets, stillness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from streams.clock import system_clock
from tests.browser.axe import complaints
from tests.browser.board_texts import resized
from tests.browser.watched import Screens
from tests.tiny_city import served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

TOKENS: Final = Path(__file__).parents[2] / "assets" / "tokens.css"
GROUNDS: Final = ("ground", "raised")
READ: Final = ("text", "second", "quiet", "accent", "fine", "watch", "alarm", "old", "good", "bad")
"""Tokens that text is written in; `third` is for lines only."""
DRAWN: Final = ("bar", "third")
"""Tokens that shapes are drawn in."""
THEMES: Final = {"dark": ":root, ", "light": '[data-theme="light"] {'}

SURFACES: Final = {
    "wall": ((1920, 1080), "screen=wall"),
    "strip": ((3840, 480), "screen=wall"),
    "tablet": ((1180, 820), "screen=tablet"),
    "portrait": ((820, 1180), "screen=tablet"),
    "desk": ((1920, 1080), "screen=desk&theme=dark"),
    "light": ((1920, 1080), "screen=desk&theme=light"),
}

SMALL: Final = """() => [...document.querySelectorAll("#app button, #app a, #app [role=button], #app [tabindex='0']")]
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([node, box]) => `${node.className} ${node.textContent}: ${box.width} × ${box.height}`)"""
"""What a finger may press that is less than 44 px wide or high."""

REACHED: Final = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const words = at.getAttribute("aria-label") || at.textContent.trim();
  return [at.outerHTML.slice(0, 120), words, style.outlineStyle, parseFloat(style.outlineWidth)];
}"""
"""What has the focus: its markup, its name, and how its outline is drawn."""


def colors(theme: str) -> dict[str, str]:
    """The plain colours of a theme, as the style sheet writes them."""
    css = TOKENS.read_text(encoding="utf-8")
    start = css.index(THEMES[theme])
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6});", css[start : css.index("}", start)]))


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("theme", THEMES)
def test_all_that_is_read_stands_out_from_what_it_stands_on(theme: str, ground: str) -> None:
    told = colors(theme)
    assert {name: round(contrast(told[name], told[ground]), 2) for name in READ if contrast(told[name], told[ground]) < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_all_that_is_drawn_stands_out_from_the_ground(theme: str) -> None:
    told = colors(theme)
    assert {
        name: round(contrast(told[name], told["ground"]), 2) for name in DRAWN if contrast(told[name], told["ground"]) < 3
    } == {}


def test_both_themes_name_the_same_colours() -> None:
    assert colors("dark").keys() == colors("light").keys()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The tiny city with some hours of requests, served."""
    city = tiny_city(system_clock)
    now = system_clock()
    for hours in range(1, 30):
        city.hotline(now - timedelta(hours=hours), "770101", count=2 + hours % 5, wait_s=8 + hours % 9)
    city.hotline(now - timedelta(seconds=2), "770201", count=3, wait_s=18)
    with served(tiny_app(city)) as found:
        yield found


def loaded(page: Page) -> None:
    expect(page.locator("#panel-requests .number-value")).not_to_be_empty()


@pytest.fixture(scope="module")
def screens(chromium: Browser, address: str) -> Iterator[Screens]:
    with closing(Screens(chromium, address, loaded)) as found:
        yield found


def looked(screens: Screens, surface: str, lang: str) -> Page:
    """The surface, at rest. The tests below stand in an order in which few pages have to be loaded."""
    size, query = SURFACES[surface]
    return resized(screens.look(f"/board/city?lang={lang}&{query}", size), size)


@pytest.mark.parametrize(("surface", "lang"), [("tablet", "zh"), ("portrait", "en")])
def test_what_a_finger_presses_is_large_enough(screens: Screens, surface: str, lang: str) -> None:
    assert looked(screens, surface, lang).evaluate(SMALL) == []


@pytest.mark.parametrize(
    ("surface", "lang"),
    [
        ("portrait", "en"), ("tablet", "en"), ("wall", "en"), ("strip", "en"), ("wall", "zh"), ("desk", "zh"), ("light", "en"),
        ("desk", "en"),
    ],
)  # fmt: skip
def test_axe_finds_nothing(screens: Screens, surface: str, lang: str) -> None:
    page = looked(screens, surface, lang)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.lang") == ("en" if lang == "en" else "zh-CN")


def test_whatever_can_be_reached_by_keys_shows_that_it_is_reached(screens: Screens) -> None:
    page = looked(screens, "desk", "en")
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        told = page.evaluate(REACHED)
        if told is None:
            break
        seen.append(told)
    assert len(seen) > 10
    assert [one for one in seen if one[2] == "none" or one[3] < 2] == []
    assert [one for one in seen if not one[1]] == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_in_the_sheets_of_the_desk(screens: Screens, theme: str) -> None:
    page = looked(screens, "light" if theme == "light" else "desk", "en")
    page.locator("#panel-ranking .panel-table").click()
    expect(page.locator(".tabled tbody tr").first).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")


def test_who_asks_for_stillness_gets_it(screens: Screens) -> None:
    page = looked(screens, "wall", "zh")
    moving = "document.getAnimations().filter(one => one.playState === 'running').length"
    assert page.evaluate(moving) == 0
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--quick').trim()") in ("0ms", "0s")


NO_PAGE: Final = (404, "这里没有页面", "There is no such page")
NOT_LIKE_THIS: Final = (400, "这个地址不能这样打开", "This address cannot be opened like this")


@pytest.mark.parametrize(
    ("path", "said"), [("/board/nowhere", NO_PAGE), ("/nowhere", NO_PAGE), ("/board/city?region=nowhere", NOT_LIKE_THIS)]
)
def test_an_address_that_leads_nowhere_answers_a_page_in_both_languages(
    chromium: Browser, address: str, path: str, said: tuple[int, str, str]
) -> None:
    page = chromium.new_page(viewport={"width": 1180, "height": 820})
    answer = page.goto(f"http://{address}{path}")
    status, zh, en = said
    assert answer is not None and answer.status == status
    assert zh in page.inner_text("main") and en in page.inner_text("main")
    assert complaints(page) == []
    page.locator("a", has_text="Cockpit").click()
    page.wait_for_url("**/board/city?lang=en", wait_until="commit")
    page.close()
