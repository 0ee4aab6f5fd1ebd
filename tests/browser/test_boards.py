"""The boards of the demonstration on every shape of screen in both languages: no text cut, overlapping or outside its panel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import cockpit.demo
from cockpit.demo.generator import DemoCity
from cockpit.dispatch.relay import Relay
from cockpit.dispatch.running import open_incidents
from streams.clock import system_clock
from tests.browser.board_texts import HEADER, SMALL, TEXTS, Size, inside, named, overlap, resized
from tests.browser.watched import Screens, Watched
from tests.played import played
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
SHAPES = {
    "wall": (1920, 1080), "strip": (3840, 1080), "flat": (3840, 480), "tablet": (1180, 820), "upright": (820, 1180),
}  # fmt: skip
WALL = SHAPES["wall"]
BOARDS = ("city", "hotline", "business", "command")
FOLDED = ("radar-name", "quiet", "video-state", "words", "notice")
"""What may take several lines; heads of tables may, too."""
SCROLLED = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"


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


def loaded(page: Page) -> None:
    """Every panel of the board shows something."""
    expect(page.locator(".panel[data-status=loading]:visible")).to_have_count(0, timeout=90_000)
    expect(page.locator("#app .city-state .state-word")).not_to_be_empty()


@pytest.fixture(scope="module")
def screens(chromium: Browser, address: str) -> Iterator[Screens]:
    with closing(Screens(chromium, address, loaded)) as found:
        yield found


@dataclass(frozen=True)
class View:
    """A board as it stands on one shape of screen: its texts, how far it can be scrolled, what is small to touch."""

    texts: list[dict[str, Any]]
    scrolled: list[int]
    small: list[Any]


@dataclass
class Board:
    """A board in one language, whose window takes each shape once."""

    page: Page
    watched: Watched
    views: dict[str, View] = field(default_factory=dict)

    def view(self, shape: str) -> View:
        if shape not in self.views:
            page = resized(self.page, SHAPES[shape])
            self.views[shape] = View(page.evaluate(TEXTS), page.evaluate(SCROLLED), page.evaluate(SMALL))
        return self.views[shape]


@pytest.fixture(scope="module", params=[f"{board}-{lang}" for board in BOARDS for lang in ("zh", "en")])
def board(screens: Screens, request: pytest.FixtureRequest) -> Board:
    """One after the other: pytest runs all tests of one before it asks for the next."""
    name, lang = request.param.split("-")
    page = screens.look(f"/board/{name}?lang={lang}", WALL)
    return Board(page, screens.watched)


every_shape = pytest.mark.parametrize("shape", SHAPES)


@every_shape
def test_no_text_is_cut_broken_or_outside_its_panel(board: Board, shape: str) -> None:
    texts = board.view(shape).texts
    assert len(texts) > 40
    cut = [named(text) for text in texts if text["cut"]]
    broken = [named(text) for text in texts if text["lines"] > 1 and not text["svg"] and not _may_fold(text)]
    outside = [named(text) for text in texts if not inside(text["rect"], text["frame"])]
    assert (cut, broken, outside) == ([], [], [])


@every_shape
def test_no_text_lies_over_another(board: Board, shape: str) -> None:
    texts = [text for text in board.view(shape).texts if not text["svg"]]
    over = [
        f"{named(one)} / {named(other)}"
        for one, other in combinations(texts, 2)
        if one["panel"] == other["panel"] and overlap(one["rect"], other["rect"])
    ]
    assert over == []


@every_shape
def test_a_wall_never_scrolls(board: Board, shape: str) -> None:
    width, height = board.view(shape).scrolled
    assert width == SHAPES[shape][0]
    if shape not in ("tablet", "upright"):
        assert height == SHAPES[shape][1]


def test_what_is_touched_is_large_enough(board: Board) -> None:
    assert board.view("tablet").small == []


def test_nothing_complains_and_nobody_else_is_asked(board: Board) -> None:
    board.view("wall")
    board.watched.assert_clean()


@pytest.mark.parametrize("size", [*SHAPES.values(), (1366, 768), (1280, 720), (768, 1024)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_header_says_all_it_says(screens: Screens, size: Size, lang: str) -> None:
    page = resized(screens.look(f"/board/business?lang={lang}", WALL), size)
    texts = page.evaluate(HEADER)
    assert {"header-title", "state-word", "clock-time"} <= {text["class"] for text in texts}
    assert [text["text"] for text in texts if text["cut"] and text["class"] != "state-detail"] == []
    assert [text["text"] for text in texts if not inside(text["rect"], [0, 0, *size])] == []
    over = [(one["text"], other["text"]) for one, other in combinations(texts, 2) if overlap(one["rect"], other["rect"])]
    assert over == []


def test_a_scheme_opens_downwards_and_back(screens: Screens) -> None:
    page = resized(screens.look("/board/business?lang=en", WALL), WALL)
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
    page = resized(screens.look("/board/business?lang=en", WALL), WALL)
    left_out = page.locator("#panel-table thead th[hidden]").count()
    assert left_out > 0
    assert page.locator("#panel-table .table-beyond").inner_text() == f"+{left_out}"
    assert page.locator("#panel-table table").evaluate("table => table.offsetHeight <= table.parentElement.clientHeight + 1")


def test_a_table_is_sorted_by_any_column_and_a_row_drills(screens: Screens) -> None:
    page = resized(screens.look("/board/business?lang=en", WALL), WALL)
    scores = page.locator("#panel-table tbody td:nth-child(2)")
    assert _falling([float(text) for text in scores.all_text_contents()])
    page.locator("#panel-table thead button").nth(1).press("Enter")
    assert _falling([-float(text) for text in scores.all_text_contents()])
    first = page.locator("#panel-table tbody tr th button").first
    name = first.text_content() or ""
    first.press("Enter")
    expect(page.locator(".crumbs")).to_contain_text(name)


@pytest.mark.parametrize(("panel", "rows"), [("rates", ".bullet"), ("categories", ".rank"), ("districts", "tbody tr")])
def test_on_a_high_strip_the_rows_spread_instead_of_leaving_half_of_it_empty(screens: Screens, panel: str, rows: str) -> None:
    page = resized(screens.look("/board/hotline?lang=en", WALL), SHAPES["strip"])
    filled = """([panel, rows]) => {
      const body = document.querySelector(`#panel-${panel} .panel-body`).getBoundingClientRect();
      const last = [...document.querySelectorAll(`#panel-${panel} ${rows}`)].pop().getBoundingClientRect();
      return (last.bottom - body.top) / body.height;
    }"""
    assert 0.7 < page.evaluate(filled, [panel, rows]) <= 1


def test_the_number_keys_turn_to_the_other_boards(screens: Screens, address: str) -> None:
    page = screens.look("/board/city?lang=en", WALL)
    page.keyboard.press("4")
    page.wait_for_url(f"http://{address}/board/hotline?lang=en")
    expect(page.locator("#app .boards [data-to]")).to_have_count(len(BOARDS))  # keys name what the header lists
    page.keyboard.press("1")
    page.wait_for_url(f"http://{address}/board/city?lang=en")


def _falling(numbers: list[float]) -> bool:
    return len(numbers) > 5 and numbers == sorted(numbers, reverse=True)


def _may_fold(text: dict[str, str]) -> bool:
    return (text["kind"] == "table" and not text["class"]) or any(name in str(text["class"]).split() for name in FOLDED)
