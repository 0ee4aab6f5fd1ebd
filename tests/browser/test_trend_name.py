"""The word on yesterday's line lies on no line where there is room, and does not wander as the numbers move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page
from shapely import LineString, box

from streams.clock import system_clock
from tests.tiny_city import served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 420.0, 130.0
WORD = (38.0, 18.0)
PLACE = "([props, plot, size, was]) => Cockpit.trendName.place(props, plot, size, was)"


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    city = tiny_city(system_clock)
    with served(tiny_app(city)) as address:
        made = chromium.new_page()
        made.goto(f"{address}/board/city")
        yield made
        made.close()
    city.close()


def course(seed: int, noise: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Today and the day before, 0 to 10, 48 steps."""
    rng = np.random.default_rng(seed)
    wave = 5 + 2.5 * np.sin(np.linspace(0, 6, 48) + rng.random())
    values, before = wave + rng.normal(0, noise, 48), wave + rng.normal(0, noise, 48) + rng.normal(0, 0.5)
    return np.clip(values, 0.5, 9.5), np.clip(before, 0.5, 9.5)


def place(page: Page, values: NDArray[np.float64], before: NDArray[np.float64], was: Any = None) -> dict[str, Any]:
    props = {"values": values.tolist(), "before": before.tolist()}
    plot = {"width": WIDTH, "height": HEIGHT, "top": 10, "bottom": 0}
    found: dict[str, Any] = page.evaluate(PLACE, [props, plot, {"width": WORD[0], "height": WORD[1]}, was])
    return found


def drawn(values: NDArray[np.float64]) -> LineString:
    return LineString(np.column_stack([(np.arange(48) + 0.5) * WIDTH / 48, (10 - values) / 10 * HEIGHT]))


def lies_on(found: dict[str, Any], values: NDArray[np.float64], before: NDArray[np.float64]) -> bool:
    x, y = (found["i"] + 0.5) * WIDTH / 48, (10 - before[found["i"]]) / 10 * HEIGHT
    middle = y + (-1 if found["above"] else 1) * WORD[1] * 0.75
    word = box(x - WORD[0] / 2, middle - WORD[1] / 2, x + WORD[0] / 2, middle + WORD[1] / 2)
    assert box(0, 0, WIDTH, HEIGHT).covers(word)
    return bool(word.intersects(drawn(values)) or word.intersects(drawn(before)))


def free(values: NDArray[np.float64], before: NDArray[np.float64]) -> list[dict[str, Any]]:
    """All places where the word lies on no line, found one by one."""
    anywhere = [{"i": i, "above": above} for i in range(6, 42) for above in (True, False)]
    return [one for one in anywhere if inside(one, before) and not lies_on(one, values, before)]


@pytest.mark.parametrize("noise", [0.05, 0.3, 0.8, 1.5])
def test_the_word_lies_on_no_line_where_there_is_room(page: Page, noise: float) -> None:
    for seed in range(20):
        values, before = course(seed, noise)
        found = place(page, values, before)
        room = free(values, before)
        assert not lies_on(found, values, before) or len(room) < 3, (seed, found, room)


def inside(one: dict[str, Any], before: NDArray[np.float64]) -> bool:
    middle = (10 - before[one["i"]]) / 10 * HEIGHT + (-1 if one["above"] else 1) * WORD[1] * 0.75
    return bool(WORD[1] / 2 <= middle <= HEIGHT - WORD[1] / 2)


def test_it_stays_while_it_has_room(page: Page) -> None:
    values, before = course(3, 0.3)
    found = place(page, values, before)
    other = next(one for one in reversed(free(values, before)) if one["i"] != found["i"])
    kept = place(page, values, before, other)
    assert (kept["i"], kept["above"]) == (other["i"], other["above"]), "another one is nearer to the middle, and yet"
    values[other["i"] - 2 : other["i"] + 3] = before[other["i"]] + (1.0 if other["above"] else -1.0)
    assert lies_on(other, values, before)
    assert not lies_on(place(page, values, before, other), values, before), "a line has come into the word: it makes way"


def test_a_line_of_nothing_has_no_name(page: Page) -> None:
    nothing = page.evaluate(
        PLACE,
        [{"values": [], "before": [None] * 8}, {"width": 9, "height": 9, "top": 1, "bottom": 0}, {"width": 4, "height": 4}, None],
    )
    assert nothing is None
