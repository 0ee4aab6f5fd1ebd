"""Every kind of panel follows the scope it never reads itself: the past, an interval, a dimension's value; and can be aged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cockpit.boards import PlacedPanel
from cockpit.context import CityContext, context_maker
from cockpit.live.drawing import Drawer
from cockpit.panels import BUILT_IN, Panel
from cockpit.scope import Only, Scope
from cockpit.scorecard import scored_slots
from streams.clock import ManualClock
from tests.contract.test_panels import NOW, needed, panel
from tests.tiny_city import TinyCity, tiny_city

__all__ = ["panel"]

UNAGED = {"clock", "text", "video"}
"""What draws on no data has no age."""

MORE: dict[str, dict[str, Any]] = {"map": {"color": "hotline.requests"}}
"""Panels that may show nothing that moves are given something."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    """A city that no test changes."""
    yield from living(ManualClock(NOW))


@pytest.fixture
def changing(clock: ManualClock) -> Iterator[TinyCity]:
    yield from living(clock)


def living(clock: ManualClock) -> Iterator[TinyCity]:
    made = tiny_city(clock)
    made.hotline(NOW - timedelta(hours=2), count=2)
    made.hotline(NOW, count=3)
    yield made
    made.close()


def seen(city: TinyCity, **scope: Any) -> CityContext:
    return context_maker(city.parts)(Scope(**scope))


def drawn(panel: Panel, city: TinyCity, **scope: Any) -> dict[str, Any]:
    """All keys that a screen gets of a panel in this scope; nothing may have failed."""
    context = seen(city, **scope)
    placed = {"one": PlacedPanel("one", panel, panel.Options.model_validate(needed(panel) | MORE.get(panel.name, {})), {})}
    drawer = Drawer(placed, context.slots, scored_slots(context.schemes))
    drawing = drawer.draw(context, city.parts.readings.sequences())
    assert drawing.broken == ()
    return {key: msgspec.json.decode(value) for key, value in drawing.panels["one"].items()}


SCOPES: list[dict[str, Any]] = [
    {"at": NOW - timedelta(hours=1)},
    {"at": NOW - timedelta(hours=1), "window": "24h", "region": "7701"},
    {"window": "2026-11-20T08:00/2026-11-21T12:00"},
    {"window": "2026-11-21/2026-11-22", "only": Only("category", "noise")},
    {"only": Only("category", "nothing like it"), "lang": "en"},
    {"only": Only("no_such", "dimension")},
]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: ",".join(scope))
def test_it_is_drawn_in_every_scope(panel: Panel, city: TinyCity, scope: dict[str, Any]) -> None:
    assert "fresh" in drawn(panel, city, **scope)


@pytest.mark.parametrize("hours", [2, 26, 37, 49, 80, 480])
def test_every_hour_of_the_past_can_be_looked_at(panel: Panel, city: TinyCity, hours: int) -> None:
    drawn(panel, city, at=NOW - timedelta(hours=hours))


@pytest.mark.parametrize("days", [0, 1, 2])
def test_midnight_looks_at_the_day_that_has_just_ended(panel: Panel, city: TinyCity, days: int) -> None:
    drawn(panel, city, at=datetime(2026, 11, 21, tzinfo=ZoneInfo("Asia/Shanghai")) - timedelta(days=days))


def test_the_screen_is_given_what_it_takes_to_age_it_when_the_server_is_gone(panel: Panel, city: TinyCity) -> None:
    fresh = drawn(panel, city)["fresh"]
    aged = {"as_of_ms", "late_s", "stale_s", "dead_s"} <= fresh.keys() and fresh["late_s"] is not None
    assert aged or panel.name in UNAGED


def test_a_picture_of_the_past_says_of_when_it_is(panel: Panel, city: TinyCity) -> None:
    fresh = drawn(panel, city, at=NOW - timedelta(hours=1))["fresh"]
    assert ("past_ms" in fresh) != (panel.name in UNAGED)


def test_what_happened_later_is_in_no_picture_of_the_past(panel: Panel, changing: TinyCity, clock: ManualClock) -> None:
    at = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    before = drawn(panel, changing, at=at)
    clock.advance(timedelta(seconds=20))
    changing.hotline(clock(), count=4, wait_s=90.0, stars=1)
    after = drawn(panel, changing, at=at)
    assert {key: after[key] for key in after if key != "aside"} == {key: before[key] for key in before if key != "aside"}


def test_a_panel_whose_slots_lack_the_dimension_says_so(panel: Panel, city: TinyCity) -> None:
    told = drawn(panel, city, only=Only("no_such", "dimension"))
    assert bool(told["unfiltered"]) != (panel.name in UNAGED)


def test_every_kind_is_held_to_this() -> None:
    assert {kind.name for kind in BUILT_IN} >= UNAGED
