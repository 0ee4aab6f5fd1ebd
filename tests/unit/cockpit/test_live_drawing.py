from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from dash import html
from dash.development.base_component import Component

from cockpit.boards import PlacedPanel
from cockpit.context import context_maker
from cockpit.live.drawing import Drawer
from cockpit.panels import Context, Props
from cockpit.scope import Scope
from layers import encode_points, point_ids
from slots import LedgerLost, Model, QuestionError
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOON = datetime(2026, 5, 6, 4, 0, 30, tzinfo=UTC)


class NoOptions(Model):
    """No options."""


class Probe:
    """A panel that shows how often it was drawn, and fails as the test says."""

    Options = NoOptions

    def __init__(self, name: str, slots: set[str]) -> None:
        self.name = name
        self.drawn = 0
        self.fails: Exception | None = None
        self._slots = slots

    def layout(self, options: NoOptions, context: Context) -> Component:
        return html.Div()

    def props(self, options: NoOptions, context: Context) -> Props:
        self.drawn += 1
        if self.fails:
            raise self.fails
        return {"drawn": self.drawn}

    def slots(self, options: NoOptions) -> set[str]:
        return self._slots


class Board:
    """A board of probes over the tiny city."""

    def __init__(self, clock: ManualClock, *probes: Probe) -> None:
        self.clock = clock
        self.city: TinyCity = tiny_city(clock)
        placed = {probe.name: PlacedPanel(probe.name, probe, NoOptions(), {}) for probe in probes}
        self.drawer = Drawer(placed, self.city.parts.city.slots)
        self._contexts = context_maker(self.city.parts)

    def frames(self) -> Mapping[tuple[str, str], bytes]:
        """The binary frames one pass sends."""
        return self.drawer.draw(self._contexts(Scope()), self.city.parts.readings.sequences()).frames

    def draw(self) -> Mapping[str, dict[str, Any]]:
        """What one pass sends: panel → its keys, decoded."""
        drawing = self.drawer.draw(self._contexts(Scope(lang="en")), self.city.parts.readings.sequences())
        return {name: {key: msgspec.json.decode(value) for key, value in keys.items()} for name, keys in drawing.panels.items()}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def calls() -> Probe:
    return Probe("calls", {"hotline"})


@pytest.fixture
def cars() -> Probe:
    return Probe("cars", {"vehicles"})


@pytest.fixture
def board(clock: ManualClock, calls: Probe, cars: Probe) -> Iterator[Board]:
    made = Board(clock, calls, cars)
    yield made
    made.city.close()


def test_only_the_panels_of_a_slot_that_moved_are_drawn_again(board: Board, calls: Probe, cars: Probe) -> None:
    board.draw()
    board.draw()
    assert (calls.drawn, cars.drawn) == (1, 1)
    board.city.hotline(NOON)
    board.draw()
    assert (calls.drawn, cars.drawn) == (2, 1)


def test_a_pass_that_nobody_took_over_is_made_good_by_the_next(board: Board) -> None:
    """A screen that looks away while its view is drawn must not find holes when it comes back."""
    lost = board.draw()
    assert set(lost) == {"calls", "cars"}
    assert board.draw() == lost


def test_a_new_minute_draws_everything_again_because_windows_move(board: Board, calls: Probe, cars: Probe) -> None:
    board.draw()
    board.clock.advance(timedelta(seconds=29))
    board.draw()
    assert (calls.drawn, cars.drawn) == (1, 1)
    board.clock.advance(timedelta(seconds=1))
    board.draw()
    assert (calls.drawn, cars.drawn) == (2, 2)


def test_a_panel_that_fails_is_broken_alone_and_keeps_its_last_good_keys(board: Board, calls: Probe, cars: Probe) -> None:
    board.city.hotline(NOON)
    assert board.draw()["calls"]["drawn"] == 1
    calls.fails = ZeroDivisionError("a secret of /srv/cockpit")
    board.city.hotline(NOON)
    sent = board.draw()
    assert (sent["cars"]["drawn"], sent["cars"]["fresh"]["status"]) == (1, "missing")
    assert sent["calls"]["drawn"] == 1
    fresh = sent["calls"]["fresh"]
    assert fresh["status"] == "broken"
    assert "secret" not in fresh["reason"]
    assert fresh["as_of_ms"] == NOON.timestamp() * 1000
    calls.fails = None
    board.city.hotline(NOON)
    healed = board.draw()["calls"]
    assert (healed["drawn"], healed["fresh"]["status"]) == (3, "live")


def test_a_slot_that_is_another_one_now_draws_its_panels_again(board: Board, calls: Probe, cars: Probe) -> None:
    board.draw()
    slots = board.city.parts.city.slots
    assert slots.exchange({**slots, "hotline": slots["hotline"].model_copy(update={"owner": "somebody"})}) == {"hotline"}
    board.draw()
    assert (calls.drawn, cars.drawn) == (2, 1)


def test_a_slot_that_is_gone_is_said_and_the_last_values_stay(board: Board, calls: Probe, cars: Probe) -> None:
    board.city.hotline(NOON)
    board.draw()
    slots = board.city.parts.city.slots
    gone = slots["hotline"]
    slots.exchange({name: slot for name, slot in slots.items() if name != "hotline"})
    calls.fails = KeyError("hotline")
    sent = board.draw()
    assert sent["calls"]["drawn"] == 1 and sent["cars"]["fresh"]["status"] == "missing"
    fresh = sent["calls"]["fresh"]
    assert (fresh["status"], fresh["reason"]) == ("missing", "The slot hotline was removed from the city's folder")
    calls.fails = None
    slots.exchange({**slots, "hotline": gone})
    back = board.draw()["calls"]
    assert (back["fresh"]["status"], back["fresh"]["reason"]) == ("live", "")


def test_a_question_that_cannot_be_answered_says_why(board: Board, calls: Probe) -> None:
    calls.fails = QuestionError("finer buckets than are kept")
    fresh = board.draw()["calls"]["fresh"]
    assert (fresh["status"], fresh["reason"]) == ("broken", "finer buckets than are kept")


def test_a_lost_ledger_is_stale_not_broken_and_is_asked_again(board: Board, calls: Probe) -> None:
    board.city.hotline(NOON)
    board.draw()
    calls.fails = LedgerLost("gone")
    board.city.hotline(NOON)
    board.draw()
    calls.fails = None
    assert board.draw()["calls"]["drawn"] == 3


def test_freshness_tells_what_the_screen_needs_to_age_it_by_itself(board: Board) -> None:
    board.city.hotline(NOON)
    assert board.draw()["calls"]["fresh"] == {
        "status": "live", "as_of_ms": NOON.timestamp() * 1000, "late_s": 60, "stale_s": 300, "dead_s": 3600, "reason": "",
    }  # fmt: skip


def test_each_of_several_sources_ages_by_itself_and_the_worst_names_itself(clock: ManualClock) -> None:
    board = Board(clock, Probe("both", {"hotline", "vehicles", "no slot of this city"}))
    board.city.hotline(NOON)
    fresh = board.draw()["both"]["fresh"]
    assert {slot: each["status"] for slot, each in fresh["of"].items()} == {"hotline": "live", "vehicles": "missing"}
    assert (fresh["status"], fresh["reason"]) == ("missing", "Vehicles: no record yet")
    board.city.close()


def test_what_was_not_counted_stands_beside_the_panel(board: Board) -> None:
    for _ in range(16):  # one commit each, so that every partition has some
        board.city.hotline(NOON)
    assert board.draw()["calls"]["aside"] == []
    board.city.hotline(NOON - timedelta(hours=3))
    assert board.draw()["calls"]["aside"] == [
        {"slot": "hotline", "title": "Hotline requests", "rejected": 0, "late": 1, "unplaced": 0, "lost": 0, "coarsened": 0}
    ]


class Still(Probe):
    """A panel with a thing that stands still, heard of again and again."""

    lon = 120.0

    def frames(self, options: NoOptions, context: Context, panel: str) -> dict[str, bytes]:
        at_ms, lon = int(context.now.timestamp() * 1000), np.array([self.lon, 120.1])
        return {"cars": encode_points(panel, "cars", 0, at_ms, lon, lon - 90, point_ids(["a", "b"]), np.zeros(2, np.uint8))}


def test_things_that_stand_still_are_not_sent_again(clock: ManualClock) -> None:
    still = Still("still", {"hotline"})
    board = Board(clock, still)
    first = board.frames()
    clock.advance(timedelta(seconds=1))
    board.city.hotline(clock())
    assert board.frames() == first
    still.lon += 0.001
    board.city.hotline(clock())
    assert board.frames() != first
    board.city.close()


def test_a_panel_too_large_to_send_is_refused(board: Board, calls: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    large = Probe("large", set())
    drawer = Drawer({"large": PlacedPanel("large", large, NoOptions(), {})}, ())
    large.props = lambda options, context: {"rows": "x" * 600_000}  # type: ignore[method-assign]
    drawing = drawer.draw(context_maker(board.city.parts)(Scope()), {})
    assert b"600,002 bytes" in drawing.panels["large"]["fresh"]
    assert drawing.broken == ("large",)
