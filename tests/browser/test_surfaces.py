"""Three surfaces of one board: the wall nobody touches, the tablet in the hand, the desk that takes numbers along."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from streams.clock import system_clock
from tests.browser.board_texts import Size, resized
from tests.browser.watched import Scheme, Screens
from tests.tiny_city import served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

WALL, STRIP, TABLET = (1920, 1080), (3840, 480), (1180, 820)
SHIFTS = 8
ROUNDS, EACH = 60, 30
"""30 minutes of a wall: as many updates as come at one a second, sent as fast as the screen takes them."""

FROM_THE_TOP = """() => [...document.querySelectorAll('.panel')].filter(one => one.offsetParent)
  .sort((a, b) => a.offsetTop - b.offsetTop).map(one => one.dataset.panel)"""

QUIETS = """([light, moments]) => {  // at once, so that neither a frame nor the wall's own clock comes between
  const state = document.querySelector('.city-state');
  state.dataset.light = 'fine';
  Cockpit.wall.quiet(0, 0, 0);
  state.dataset.light = light;
  return moments.map(each => Cockpit.wall.quiet(...each));
}"""
UPDATES = """async ([from, count]) => {
  for (let n = from; n < from + count; n++) {
    const row = i => ({code: `77${(n + i) % 5}`, name: `A ${(n + i) % 5}`, value: (n * 7 + i) % 99, light: i ? null : "alarm"});
    Cockpit.board.apply({
      requests: {value: n, light: n % 3 ? "fine" : "alarm"},
      ranking: {rows: [0, 1, 2].map(row), top: 100},
      wait: {now: n % 60, values: Array.from({length: 48}, (_, i) => (i * n) % 60)},
    }, false);
    Cockpit.wall.shift();
    if (n % 5 === 0) await new Promise(requestAnimationFrame);
  }
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    city = tiny_city(system_clock)
    now = system_clock()
    for hours in range(1, 30, 3):
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


def looked(screens: Screens, query: str, size: Size = WALL, scheme: Scheme = "light") -> Page:
    return resized(screens.look(f"/board/city?{query}", size, scheme), size)


@pytest.mark.parametrize(("size", "layout"), [(WALL, "wall"), (STRIP, "strip")])
def test_a_wall_has_neither_cursor_nor_scroll_bar_and_its_real_layout(screens: Screens, size: Size, layout: str) -> None:
    page = looked(screens, "screen=wall", size)
    assert page.evaluate("[document.documentElement.dataset.layout, document.documentElement.dataset.screen]") == [layout, "wall"]
    assert page.evaluate("new Set([...document.querySelectorAll('#app *')].map(one => getComputedStyle(one).cursor)).size") == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).cursor") == "none"
    scrolled = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(scrolled) == list(size)


def test_a_walls_picture_moves_by_two_pixels_at_most_and_nothing_is_laid_out_anew(screens: Screens) -> None:
    page = looked(screens, "screen=wall")
    box = "(({x, y, width, height}) => [x, y, width, height])(document.querySelector('#panel-map').getBoundingClientRect())"
    boxes = []
    for _ in range(SHIFTS):
        page.evaluate("Cockpit.wall.shift()")
        boxes.append(page.evaluate(box))
    assert len({(x, y) for x, y, _, _ in boxes}) == SHIFTS
    assert max(x for x, *_ in boxes) - min(x for x, *_ in boxes) == 2
    assert max(y for _, y, *_ in boxes) - min(y for _, y, *_ in boxes) == 2
    assert len({(width, height) for _, _, width, height in boxes}) == 1
    assert page.evaluate(
        "[...document.querySelectorAll('#app, .grid, .panel')].every(one => getComputedStyle(one).transform === 'none')"
    )


def test_a_wall_takes_a_new_version_at_a_quiet_moment_only(screens: Screens) -> None:
    page = looked(screens, "screen=wall")
    calm = page.evaluate(QUIETS, ["fine", [[0, 60_000, 65_000], [0, 60_000, 70_000], [0, 300_000, 300_001]]])
    assert calm == [False, True, True], "something changed five seconds ago; nothing did for ten; a city that never rests"
    assert page.evaluate(QUIETS, ["alarm", [[0, 60_000, 80_000], [0, 60_000, 150_000]]]) == [False, True], (
        "the alarm is new; it was"
    )


@pytest.mark.timeout(900)
def test_half_an_hour_of_updates_leaves_nothing_behind(screens: Screens) -> None:
    page = looked(screens, "screen=wall")
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable")
    measured = []
    for done in range(ROUNDS):
        page.evaluate(UPDATES, [done * EACH, EACH])
        if done in (ROUNDS // 4 - 1, ROUNDS - 1):
            for _ in range(3):
                line.send("HeapProfiler.collectGarbage")
            measured.append({one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]})
    first, last = measured
    for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners"):
        assert last[name] <= first[name] * 1.05, (name, first[name], last[name])


def test_a_page_of_another_build_loads_itself_anew(screens: Screens) -> None:
    page = looked(screens, "lang=zh")
    page.evaluate("document.getElementById('app').dataset.page = 'of another build'; Cockpit.scope.go({region: '7701'})")
    page.wait_for_event("load", timeout=60_000)  # a snapshot named the build of the server: some seconds later it is another page
    expect(page.locator("#panel-requests .number-value")).not_to_be_empty()
    assert page.url.endswith("region=7701")


def test_a_tablet_can_keep_it_among_its_apps(screens: Screens, address: str) -> None:
    page = looked(screens, "screen=tablet&lang=en", TABLET)
    told = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(answer => answer.json())")
    assert (
        told["start_url"] == "/?screen=tablet&lang=en"
        and told["display"] == "standalone"
        and told["name"] == "Tiny · City Cockpit"
    )
    for icon in told["icons"]:
        answer = page.request.get(f"http://{address}{icon['src']}")
        assert "x".join(map(str, Image.open(io.BytesIO(answer.body())).size)) == icon["sizes"]
    assert page.evaluate("document.querySelector('meta[name=theme-color]').content") == "#0B1220"
    tops = page.evaluate(FROM_THE_TOP)
    assert tops[0] == "number"


def test_on_a_tablet_a_number_that_is_compared_with_nothing_stands_as_high_as_its_neighbour(screens: Screens) -> None:
    page = looked(screens, "screen=tablet&lang=en", TABLET)
    page.evaluate("Cockpit.board.apply({satisfaction: {change: null, target: null, light: null}}, false)")
    expect(page.locator("#panel-satisfaction .change")).to_have_text("")
    expect(page.locator("#panel-requests .change")).not_to_have_text("")
    tops = page.evaluate("[...document.querySelectorAll('.number-value')].map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 2 and abs(tops[0] - tops[1]) <= 1


@pytest.mark.parametrize(
    ("wants", "query", "theme"),
    [("light", "screen=desk", "light"), ("light", "screen=wall", "dark"), ("dark", "screen=desk&theme=light", "light")],
)
def test_a_desk_follows_its_system_and_everybody_the_address(screens: Screens, wants: Scheme, query: str, theme: str) -> None:
    page = looked(screens, query, scheme=wants)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert ground == ("rgb(244, 247, 251)" if theme == "light" else "rgb(11, 18, 32)")


def test_the_font_comes_from_here_with_figures_of_one_width(screens: Screens) -> None:
    page = looked(screens, "lang=en")
    page.evaluate("document.fonts.ready.then(() => null)")
    assert (
        page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)").count("Inter") >= 1
    )
    wide = """text => {
      const at = document.querySelector('.number-value').cloneNode();
      at.textContent = text;
      at.style.position = 'absolute';
      document.querySelector('.number-line').append(at);
      const found = at.getBoundingClientRect().width;
      at.remove();
      return found;
    }"""
    assert page.evaluate(wide, "1111") == page.evaluate(wide, "8888")


@pytest.mark.timeout(300)
def test_a_desk_shows_a_panel_as_a_table_and_takes_it_along(screens: Screens) -> None:
    page = looked(screens, "screen=desk&lang=en")
    page.locator("#panel-ranking .panel-table").click()
    sheet = page.locator(".tabled")
    expect(sheet.locator("tbody tr")).to_have_count(2)
    expect(sheet.locator("thead th")).to_have_text(["Code", "Name", "Requests"])
    with page.expect_download(timeout=60_000) as one:
        sheet.locator("button", has_text="CSV").click()
    rows = list(csv.reader(io.StringIO(one.value.path().read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["Code", "Name", "Requests"] and {row[0] for row in rows[1:]} == {"7701", "7702"}
    with page.expect_download(timeout=60_000) as one:
        sheet.locator("button", has_text="XLSX").click()
    assert zipfile.ZipFile(one.value.path()).testzip() is None
    with page.expect_download(timeout=60_000) as one:
        sheet.locator("button", has_text="PNG").click()
    box = page.evaluate(
        "(({width, height}) => [width, height])(document.querySelector('#panel-ranking').getBoundingClientRect())"
    )
    picture = Image.open(one.value.path()).convert("RGB")
    assert [abs(drawn - 2 * laid) <= 2 for drawn, laid in zip(picture.size, box, strict=True)] == [True, True]
    assert len(picture.getcolors(1 << 24) or []) > 50, "there is something to see"
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator(".keys kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_download(timeout=60_000) as one:
        page.keyboard.press("x")
    assert len([name for name in zipfile.ZipFile(one.value.path()).namelist() if name.startswith("xl/worksheets/")]) >= 4
