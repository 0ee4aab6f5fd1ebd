"""What a trend says: its steps, the day before beneath it, bands, how long back."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from cockpit.context import context_maker
from cockpit.panels import TrendPanel
from cockpit.scope import Scope
from streams.clock import ManualClock
from tests.panel_city import DAY, MINUTE, NOW, city, seen
from tests.tiny_city import TinyCity, tiny_city

__all__ = ["city"]


def trend(city: TinyCity, **options: Any) -> dict[str, Any]:
    given = TrendPanel.Options.model_validate({"indicator": "hotline.requests", "window": "24h", "step": "10m", **options})
    return TrendPanel().props(given, seen(city))


def test_a_count_leaves_the_running_step_out_a_mean_shows_it(city: TinyCity) -> None:
    city.hotline(NOW - timedelta(seconds=5), wait_s=18)
    assert len(trend(city)["values"]) == 143
    assert trend(city, indicator="hotline.wait")["values"][-1] == 18


def test_yesterday_lies_under_today_step_by_step(city: TinyCity) -> None:
    city.hotline(NOW - DAY, count=4)
    city.hotline(NOW, count=1)
    props = trend(city, indicator="hotline.wait")
    assert len(props["before"]) == len(props["values"]) == 144
    assert props["before"][-1] == 10


def test_today_runs_to_midnight_and_only_yesterday_goes_on(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE)
    props = trend(city, window="today", step="30m")
    assert props["to_ms"] - props["from_ms"] == 86_400_000
    assert (len(props["values"]), len(props["before"])) == (29, 48)


def test_limits_are_bands_open_to_the_bad_side(city: TinyCity) -> None:
    assert trend(city, indicator="hotline.wait")["bands"] == [
        {"light": "watch", "from": 15, "to": 20},
        {"light": "alarm", "from": 20, "to": None},
    ]
    assert trend(city)["bands"] is None


@pytest.mark.parametrize(("days", "step"), [(1, "10m"), (10, "10m"), (10, "1h"), (100, "10m"), (100, "1h")])
def test_any_moment_that_is_kept_can_be_looked_at_however_far_back(days: int, step: str) -> None:
    clock = ManualClock(NOW.astimezone(UTC))
    city = tiny_city(clock)
    for hours in range(1, 60):
        city.hotline(NOW - timedelta(hours=hours), wait_s=18)
    clock.advance(timedelta(days=days))
    city.hotline(clock(), wait_s=9)
    then = context_maker(city.parts)(Scope(at=NOW))
    options = TrendPanel.Options.model_validate({"indicator": "hotline.wait", "window": "24h", "step": step})
    props = TrendPanel().props(options, then)
    assert (props["now"], props["why"]) == (18, None)
    assert props["to_ms"] >= then.now.timestamp() * 1000


def test_a_long_window_asks_for_no_more_than_is_kept(city: TinyCity) -> None:
    city.hotline(NOW - 40 * DAY)
    city.hotline(NOW)
    props = trend(city, window="month", step=None)
    assert props["step_s"] >= 3600
    assert props["before"] == []
