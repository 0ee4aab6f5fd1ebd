"""What a number says of a city small enough to count by hand: value, change, sparkline, window, region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cockpit.context import CityContext
from cockpit.panels import NumberPanel
from cockpit.scope import Scope
from streams.clock import ManualClock
from tests.panel_city import DAY, LONG_AGO, MINUTE, NOW, city, seen
from tests.tiny_city import TinyCity, tiny_city

__all__ = ["city"]


def number(city: TinyCity, scope: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    given = NumberPanel.Options(**{"indicator": "hotline.requests", **options})
    return NumberPanel().props(given, seen(city, **(scope or {})))


def test_today_is_held_against_yesterday_until_the_same_minute(city: TinyCity) -> None:
    city.hotline(LONG_AGO)
    city.hotline(NOW - DAY - 10 * MINUTE, count=4)
    city.hotline(NOW - DAY + 10 * MINUTE, count=100)  # yesterday after this time of day: not comparable yet
    city.hotline(NOW - 10 * MINUTE, count=6)
    change = number(city)["change"]
    assert (change["now"], change["then"], change["delta"], change["against"]) == (6, 4, 2, "yesterday")


@pytest.mark.parametrize(
    ("window", "compare", "against"),
    [
        ("today", "yesterday", "yesterday"),
        ("24h", "yesterday", "yesterday"),
        ("yesterday", "yesterday", "day_before"),
        ("7d", "yesterday", "previous"),
        ("month", "last_week", "previous_month"),
        ("2026-05-01/2026-05-03", "yesterday", "previous"),
    ],
)
def test_in_another_window_the_change_names_what_it_is_held_against(
    city: TinyCity, window: str, compare: str, against: str
) -> None:
    assert number(city, {"window": window}, compare=compare)["change"]["against"] == against


@pytest.mark.parametrize(
    ("window", "compare", "against"), [("7d", "yesterday", "day_earlier"), ("month", "last_week", "week_earlier")]
)
def test_a_panel_whose_own_window_is_longer_says_so_too(city: TinyCity, window: str, compare: str, against: str) -> None:
    assert number(city, window=window, compare=compare)["change"]["against"] == against


def test_the_running_minute_is_shown_but_not_compared(city: TinyCity) -> None:
    city.hotline(LONG_AGO)
    city.hotline(NOW - DAY - 5 * MINUTE, count=2)
    city.hotline(NOW - timedelta(seconds=5), count=3)
    props = number(city)
    assert props["value"] == 3
    assert (props["change"]["now"], props["change"]["then"]) == (0, 2)


def test_last_week_is_cut_at_a_whole_hour_because_its_minutes_are_gone(city: TinyCity) -> None:
    city.hotline(LONG_AGO)
    city.hotline(NOW - 7 * DAY - timedelta(hours=2), count=5)
    city.hotline(NOW - 7 * DAY - 10 * MINUTE, count=50)  # after 14:00: the hour is not over today
    city.hotline(NOW - timedelta(hours=2), count=8)
    change = number(city, compare="last_week")["change"]
    assert (change["now"], change["then"], change["why"]) == (8, 5, None)


def test_a_day_in_which_counting_began_is_no_measure_of_today(city: TinyCity) -> None:
    city.hotline(NOW - DAY - timedelta(hours=2), count=4)  # the first ever: of half of yesterday nothing is known
    city.hotline(NOW - 10 * MINUTE, count=40)
    change = number(city)["change"]
    assert (change["delta"], change["why"]) == (None, "then_not_whole")


def test_without_an_earlier_record_the_change_says_why(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, stars=5)
    change = number(city, indicator="hotline.satisfaction")["change"]
    assert (change["delta"], change["why"]) == (None, "no_records_then")


def test_a_missing_value_is_none_with_a_reason_never_zero(city: TinyCity) -> None:
    city.hotline(NOW - 2 * DAY)
    props = number(city, indicator="hotline.wait")
    assert (props["value"], props["why"], props["light"]) == (None, "no_records", None)


def test_the_sparkline_has_whole_steps_only_and_ends_now(city: TinyCity) -> None:
    city.hotline(datetime(2026, 11, 21, 14, 10, tzinfo=NOW.tzinfo), count=7)
    city.hotline(NOW - timedelta(seconds=5), count=9)
    spark = number(city)["spark"]
    assert (len(spark["values"]), spark["step_s"]) == (48, 1800)
    assert spark["values"][-1] == 7, "the last whole half hour ended at 14:30"
    assert spark["target"] is None, "a target of a day says nothing of half an hour"


@pytest.mark.parametrize("days", [1, 2])
def test_a_day_long_past_has_its_line_by_the_hour_because_its_minutes_are_gone(days: int) -> None:
    clock = ManualClock(NOW.astimezone(UTC))
    city = tiny_city(clock)
    city.hotline(NOW, count=3)
    clock.advance(timedelta(days=20))
    city.hotline(clock(), count=5)
    past = Scope(window=f"2026-11-21/2026-11-{21 + days}")
    props = NumberPanel().props(NumberPanel.Options(indicator="hotline.requests"), CityContext(city.parts, past, clock()))
    assert (props["value"], props["spark"]["step_s"]) == (3, 3600)
    assert props["spark"]["values"][14] == 3


def test_the_window_of_the_address_overrides_the_panels_own(city: TinyCity) -> None:
    city.hotline(NOW - DAY, count=3)
    assert number(city, {"window": "yesterday"})["value"] == 3


def test_a_number_is_that_of_the_region_in_scope(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=2)
    city.hotline(NOW - MINUTE, district="770201", count=5)
    assert [number(city, {"region": code})["value"] for code in ("", "7701", "7702", "770102")] == [7, 2, 5, 0]
