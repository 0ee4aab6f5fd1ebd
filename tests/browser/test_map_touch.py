"""The live map under fingers, in real Chromium: one moves it, two bring it nearer, a tap goes there, a held one only asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser

from .map_kinds import container
from .map_page import MapPage, served
from .map_screen import PROJECT, MapScreen, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Finger = tuple[float, float]


class Hand:
    """Fingers on the page, as the browser hears them from a touch screen."""

    def __init__(self, watched: MapScreen) -> None:
        self.page = watched.page
        self._session = watched.page.context.new_cdp_session(watched.page)

    def touch(self, kind: str, *fingers: Finger) -> None:
        points: list[dict[str, Any]] = [{"x": x, "y": y, "id": id} for id, (x, y) in enumerate(fingers)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        self.page.wait_for_timeout(20)

    def drag(self, *ways: Sequence[Finger]) -> None:
        """Each finger goes its way, step by step, all together."""
        self.touch("touchStart", *(way[0] for way in ways))
        for place in list(zip(*ways, strict=True))[1:]:
            self.touch("touchMove", *place)
        self.touch("touchEnd")


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[MapScreen]:
    made = container()
    with served(MapPage(made.regions, (), made)) as address:
        context = browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True, is_mobile=True)
        watched = MapScreen(context, address)
        opened(watched, address, "still&lang=en")
        yield watched
        context.close()


def steps(begin: Finger, end: Finger, count: int = 12) -> list[Finger]:
    return [(begin[0] + (end[0] - begin[0]) * i / count, begin[1] + (end[1] - begin[1]) * i / count) for i in range(count + 1)]


def test_one_finger_moves_the_map_and_two_bring_it_nearer(watched: MapScreen) -> None:
    page, hand = watched.page, Hand(watched)
    before = page.evaluate("map.camera()")
    hand.drag(steps((700, 400), (500, 460)))
    until(page, "was => map.camera().longitude > was.longitude + 0.05 && map.camera().latitude > was.latitude + 0.02", before)
    assert page.evaluate("map.camera().zoom") == pytest.approx(before["zoom"], abs=0.05)
    hand.drag(steps((560, 400), (380, 400)), steps((620, 400), (800, 400)))
    until(page, "was => map.camera().zoom > was.zoom + 1.5", before)
    near = page.evaluate("map.camera()")
    hand.drag(steps((380, 400), (560, 400)), steps((800, 400), (620, 400)))
    until(page, "was => map.camera().zoom < was.zoom - 1.5", near)
    assert page.evaluate("seen.picks.length") == 0, "a drag is no tap"
    page.evaluate("map.home()")
    until(page, "map.ready()")
    watched.assert_clean()


def test_a_tap_goes_there_and_a_held_finger_only_asks(watched: MapScreen) -> None:
    page, hand = watched.page, Hand(watched)
    east = tuple(page.evaluate(PROJECT, [120.75, 30.5]))
    for _ in range(10):  # on a machine that is busy for half a second between down and up it is no tap
        page.touchscreen.tap(*east)
        page.wait_for_timeout(100)
        if page.evaluate("seen.picks.length"):
            break
    until(page, "seen.picks.length === 1 && seen.picks[0][0] === '12'")
    page.evaluate("document.querySelector('.city-map-tooltip').hidden = true")
    hand.touch("touchStart", east)
    until(page, "!document.querySelector('.city-map-tooltip').hidden")
    assert page.locator(".city-map-tooltip").inner_text().startswith("东区")
    hand.touch("touchEnd")
    page.wait_for_timeout(100)
    assert page.evaluate("seen.picks.length") == 1, "a held finger goes nowhere"
    watched.assert_clean()


def test_what_a_finger_must_hit_is_large_enough(watched: MapScreen) -> None:
    for button in watched.page.locator(".city-map-tool:visible").all():
        box = button.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 44
