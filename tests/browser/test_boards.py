"""The boards of the demonstration on every shape of screen in both languages: no text cut, overlapping or outside its panel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

import cockpit.demo
from cockpit.demo.generator import DemoCity
from cockpit.dispatch.relay import Relay
from cockpit.dispatch.running import open_incidents
from streams.clock import system_clock
from tests.conftest import ServersUsed
from tests.played import played
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SHAPES = {
    "wall": (1920, 1080), "strip": (3840, 1080), "flat": (3840, 480), "tablet": (1180, 820), "upright": (820, 1180),
}  # fmt: skip
BOARDS = ("city", "hotline", "business", "command")

RESTED = """([width, height]) => {
  if (innerWidth !== width || innerHeight !== height) return false;
  const page = document.documentElement;
  const parts = [...document.querySelectorAll('#app .panel, #app .header *')];
  const now = [page.dataset.layout, page.scrollHeight, ...parts.map((one) => one.offsetWidth)].join();
  const before = window.rested || { looks: 0, times: 0 };
  window.rested = { now, looks: before.looks + 1, times: before.now === now ? before.times + 1 : 0 };
  return window.rested.times >= 2 || window.rested.looks >= 30;
}"""
"""What fits is worked out anew by observers of the size: nothing has moved for two looks, or it never rests."""

TEXTS = """() => {
  const found = [];
  for (const panel of document.querySelectorAll('#app .panel')) {
    if (!panel.offsetParent) continue;
    const frame = panel.getBoundingClientRect();
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const shown = parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
      if (!node.data.trim() || !shown || parent.closest('.map, .spark')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 1);
      const box = range.getBoundingClientRect();
      const clips = parent.clientWidth > 0 && getComputedStyle(parent).overflow !== 'visible';
      found.push({ panel: panel.dataset.id, kind: panel.dataset.panel, text: node.data.trim(), lines: rects.length,
        svg: Boolean(parent.closest('svg')), class: parent.className.baseVal ?? parent.className,
        cut: clips && parent.scrollWidth > parent.clientWidth + 1,
        rect: [box.left, box.top, box.right, box.bottom], frame: [frame.left, frame.top, frame.right, frame.bottom] });
    }
  }
  return found;
}"""
"""Every text that is seen, with its box and that of its panel."""

HEADER = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('#app .header'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const boards = parent.closest('.boards');
    if (boards && box.top >= boards.getBoundingClientRect().bottom - 2) continue; // found no room, and is not shown at all
    const clips = one => getComputedStyle(one).overflow !== 'visible' && one.scrollWidth > one.clientWidth + 1;
    const cut = clips(parent) || (!boards && clips(parent.parentElement));
    // What an ellipsis cuts reaches no further than the frame that cuts it.
    const ends = [parent, parent.parentElement].filter(clips).map(one => one.getBoundingClientRect().right);
    const right = Math.max(box.left, Math.min(box.right, ...ends));
    found.push({ text: node.data.trim(), class: parent.className, cut, rect: [box.left, box.top, right, box.bottom] });
  }
  return found;
}"""
"""Every text of the header, and whether all of it is seen."""

SMALL = """() => [...document.querySelectorAll('#app .panel button')]
  .filter(node => node.offsetParent && !node.closest('.map'))
  .map(node => [(node.closest('tr') ?? node).getBoundingClientRect().height, node.textContent])
  .filter(([height]) => height < 43.5)"""

FOLDED = ("radar-name", "quiet", "video-state", "words", "notice")
"""What may take several lines; heads of tables may, too."""


@pytest.fixture(scope="module")
def chromium(servers_used: ServersUsed) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        servers_used.add(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TinyCity]:
    """The demonstration with its last 26 hours counted, and with incidents in every step."""
    made, now = tiny_city(system_clock, bad=True, folder=YUNZHOU), system_clock()
    own = made.parts.city
    with closing(made), closing(played(own, tmp_path_factory.mktemp("played"), now)) as toolbox:
        DemoCity(YUNZHOU).fill(made.log, now, timedelta(hours=26))
        while Relay(toolbox, made.log, own.name).round():
            pass
        for pipeline in made.pipelines.values():
            while pipeline.step(0.05):
                pass
        yield replace(made, parts=replace(made.parts, toolbox=toolbox, open_incidents=open_incidents(own, toolbox)))


@pytest.fixture(scope="module")
def address(city: TinyCity) -> Iterator[str]:
    with served(tiny_app(city)) as found:
        yield found


class Screens:
    """One page per board and language; its window takes each shape in turn."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._pages: dict[tuple[str, str], Page] = {}
        self.said: dict[tuple[str, str], list[str]] = {}

    def look(self, board: str, shape: str, lang: str) -> Page:
        if (board, lang) not in self._pages:
            self._pages[board, lang] = self._open(board, lang)
        page = self._pages[board, lang]
        self.resize(page, SHAPES[shape])
        return page

    def resize(self, page: Page, size: tuple[int, int]) -> None:
        """The page in this size, when it has come to rest in the layout of its shape."""
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate("window.rested = null")
        page.wait_for_function(RESTED, arg=list(size), polling=200)

    def _open(self, board: str, lang: str) -> Page:
        page = self._browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        said = self.said[board, lang] = []

        def heard(message: ConsoleMessage) -> None:
            if "GPU stall" not in message.text:
                said.append(f"{message.type}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, said))
        page.goto(f"http://{self._address}/board/{board}?lang={lang}")
        expect(page.locator(".panel[data-status=loading]:visible")).to_have_count(0, timeout=90_000)
        expect(page.locator("#app .city-state .state-word")).not_to_be_empty(timeout=30_000)
        return page

    def _asked(self, url: str, said: list[str]) -> None:
        if not url.startswith((f"http://{self._address}/", f"ws://{self._address}/", "data:", "blob:")):
            said.append(f"asked {url}")


@pytest.fixture(scope="module")
def screens(chromium: Browser, address: str) -> Screens:
    return Screens(chromium, address)


every_view = pytest.mark.parametrize(
    ("board", "shape", "lang"), [(board, shape, lang) for board in BOARDS for lang in ("zh", "en") for shape in SHAPES]
)


@every_view
def test_no_text_is_cut_broken_or_outside_its_panel(screens: Screens, board: str, shape: str, lang: str) -> None:
    texts = screens.look(board, shape, lang).evaluate(TEXTS)
    assert len(texts) > 40
    cut = [_named(text) for text in texts if text["cut"]]
    broken = [_named(text) for text in texts if text["lines"] > 1 and not text["svg"] and not _may_fold(text)]
    outside = [_named(text) for text in texts if not _inside(text["rect"], text["frame"])]
    assert (cut, broken, outside) == ([], [], [])


@every_view
def test_no_text_lies_over_another(screens: Screens, board: str, shape: str, lang: str) -> None:
    texts = [text for text in screens.look(board, shape, lang).evaluate(TEXTS) if not text["svg"]]
    over = [
        f"{_named(one)} / {_named(other)}"
        for place, one in enumerate(texts)
        for other in texts[place + 1 :]
        if one["panel"] == other["panel"] and _overlap(one["rect"], other["rect"])
    ]
    assert over == []


@every_view
def test_a_wall_never_scrolls(screens: Screens, board: str, shape: str, lang: str) -> None:
    page = screens.look(board, shape, lang)
    width, height = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert width == SHAPES[shape][0]
    if shape not in ("tablet", "upright"):
        assert height == SHAPES[shape][1]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [*SHAPES.values(), (1366, 768), (1280, 720), (768, 1024)])
def test_the_header_says_all_it_says(screens: Screens, size: tuple[int, int], lang: str) -> None:
    page = screens.look("business", "wall", lang)
    screens.resize(page, size)
    texts = page.evaluate(HEADER)
    assert {"header-title", "state-word", "clock-time"} <= {text["class"] for text in texts}
    assert [text["text"] for text in texts if text["cut"] and text["class"] != "state-detail"] == []
    assert [text["text"] for text in texts if not _inside(text["rect"], [0, 0, *size])] == []
    over = [(one["text"], other["text"]) for one, other in combinations(texts, 2) if _overlap(one["rect"], other["rect"])]
    assert over == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("board", BOARDS)
def test_nothing_complains_and_nobody_else_is_asked(screens: Screens, board: str, lang: str) -> None:
    screens.look(board, "wall", lang)
    assert screens.said[board, lang] == []


@pytest.mark.parametrize("board", BOARDS)
def test_what_is_touched_is_large_enough(screens: Screens, board: str) -> None:
    page = screens.look(board, "tablet", "zh")
    assert page.evaluate(SMALL) == []


def test_the_number_keys_turn_to_the_other_boards(screens: Screens, address: str) -> None:
    page = screens.look("city", "wall", "en")
    page.keyboard.press("4")
    page.wait_for_url(f"http://{address}/board/hotline?lang=en")
    expect(page.locator("#app .boards [data-to]")).to_have_count(len(BOARDS))  # keys name what the header lists
    page.keyboard.press("1")
    page.wait_for_url(f"http://{address}/board/city?lang=en")


def test_a_scheme_opens_downwards_and_back(screens: Screens) -> None:
    page = screens.look("business", "wall", "en")
    page.locator(".score-row", has_text="Electricity").first.click()
    expect(page.locator(".score-above")).to_contain_text("Business environment")
    expect(page.locator(".radar-axis")).to_have_count(2)
    assert "indicator=business_environment%2Felectricity" in page.url
    page.locator(".score-above button").first.click()
    expect(page.locator(".radar-axis")).to_have_count(7)
    page.locator(".radar-axis", has_text="Electricity").click()
    expect(page.locator(".radar-axis")).to_have_count(2)
    page.go_back()
    expect(page.locator(".radar-axis")).to_have_count(7)


def test_a_table_says_how_many_columns_it_leaves_out_and_cuts_no_row(screens: Screens) -> None:
    page = screens.look("business", "wall", "en")
    left_out = page.locator("#panel-table thead th[hidden]").count()
    assert left_out > 0
    assert page.locator("#panel-table .table-beyond").inner_text() == f"+{left_out}"
    assert page.locator("#panel-table table").evaluate("table => table.offsetHeight <= table.parentElement.clientHeight + 1")


def test_a_table_is_sorted_by_any_column_and_a_row_drills(screens: Screens) -> None:
    page = screens.look("business", "wall", "en")
    scores = page.locator("#panel-table tbody td:nth-child(2)")
    assert _falling([float(text) for text in scores.all_text_contents()])
    page.locator("#panel-table thead button").nth(1).press("Enter")
    assert _falling([-float(text) for text in scores.all_text_contents()])
    first = page.locator("#panel-table tbody tr th button").first
    name = first.text_content() or ""
    first.press("Enter")
    expect(page.locator(".crumbs")).to_contain_text(name)


def _falling(numbers: list[float]) -> bool:
    return len(numbers) > 5 and numbers == sorted(numbers, reverse=True)


def _may_fold(text: dict[str, str]) -> bool:
    return (text["kind"] == "table" and not text["class"]) or any(name in str(text["class"]).split() for name in FOLDED)


def _named(text: dict[str, str]) -> str:
    return f"{text['panel']}.{text['class']}: {text['text']}"


def _inside(rect: list[float], frame: list[float]) -> bool:
    return rect[0] >= frame[0] - 1 and rect[1] >= frame[1] - 1 and rect[2] <= frame[2] + 1 and rect[3] <= frame[3] + 1


def _overlap(one: list[float], other: list[float]) -> bool:
    """By more than the air above and below the letters of a line."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 1.5 and high > 0.3 * min(one[3] - one[1], other[3] - other[1])
