"""What the panels say of a city small enough to count by hand; real ledger, real pipeline, a clock that stands still."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cockpit.context import CityContext
from cockpit.panels import FeedPanel, MapPanel, NumberPanel, RankingPanel, TextPanel, TrendPanel
from cockpit.panels.feed import Severity
from cockpit.panels.light import good_news, light
from cockpit.panels.map import Moving
from cockpit.scope import Scope
from slots import Indicator
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 21, 14, 32, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LONG_AGO = NOW - 30 * DAY


@pytest.fixture
def city() -> Iterator[TinyCity]:
    yield tiny_city(ManualClock(NOW.astimezone(UTC)))


def seen(city: TinyCity, **scope: Any) -> CityContext:
    return CityContext(city.parts, Scope(**scope), NOW)


def number(city: TinyCity, scope: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    given = NumberPanel.Options(**{"indicator": "hotline.requests", **options})
    return NumberPanel().props(given, seen(city, **(scope or {})))


def indicator(direction: str = "none", target: float | None = None, **thresholds: float) -> Indicator:
    return Indicator.model_validate(
        {"name": "x", "direction": direction, "target": target, "thresholds": thresholds, "measure": {"agg": "count"}}
    )


# number


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


def test_the_window_of_the_address_overrides_the_panels_own(city: TinyCity) -> None:
    city.hotline(NOW - DAY, count=3)
    assert number(city, {"window": "yesterday"})["value"] == 3


def test_a_number_is_that_of_the_region_in_scope(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=2)
    city.hotline(NOW - MINUTE, district="770201", count=5)
    assert [number(city, {"region": code})["value"] for code in ("", "7701", "7702", "770102")] == [7, 2, 5, 0]


# the light


@pytest.mark.parametrize(
    ("passport", "value", "expected"),
    [
        (indicator("lower", warn=15, alarm=20), 14.9, "fine"),
        (indicator("lower", warn=15, alarm=20), 15, "watch"),
        (indicator("lower", warn=15, alarm=20), 20, "alarm"),
        (indicator("higher", warn=85, alarm=75), 90, "fine"),
        (indicator("higher", warn=85, alarm=75), 80, "watch"),
        (indicator("higher", warn=85, alarm=75), 75, "alarm"),
        (indicator("none", warn=80, alarm=60), 55, "alarm"),
        (indicator("higher", target=90), 89, "watch"),
        (indicator("lower", target=26), 26, "fine"),
        (indicator("higher", target=90, warn=80), 85, "fine"),
        (indicator("none"), 5, None),
        (indicator("lower", warn=15, alarm=20), None, None),
    ],
)
def test_the_light_follows_thresholds_and_else_the_target(passport: Indicator, value: float | None, expected: str | None) -> None:
    assert light(value, passport) == expected


@pytest.mark.parametrize(
    ("direction", "delta", "good"),
    [("higher", 1, True), ("higher", -1, False), ("lower", -1, True), ("lower", 1, False), ("none", 1, None), ("lower", 0, None)],
)
def test_good_news_depends_on_the_direction_not_on_the_sign(direction: str, delta: float, good: bool | None) -> None:
    assert good_news(delta, indicator(direction)) is good


# trend


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


def test_a_long_window_asks_for_no_more_than_is_kept(city: TinyCity) -> None:
    city.hotline(NOW - 40 * DAY)
    city.hotline(NOW)
    props = trend(city, window="month", step=None)
    assert props["step_s"] >= 3600
    assert props["before"] == []


# ranking


def ranking(city: TinyCity, region: str = "", **options: Any) -> list[tuple[str, float, str | None]]:
    given = RankingPanel.Options(**{"indicator": "hotline.wait", **options})
    rows = RankingPanel().props(given, seen(city, region=region))["rows"]
    return [(row["name"], row["value"], row["light"]) for row in rows]


def test_worst_stands_first_by_the_direction(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", wait_s=16)
    city.hotline(NOW - MINUTE, district="770201", wait_s=25)
    assert ranking(city) == [("西区", 25, "alarm"), ("东区", 16, "watch")]
    assert [name for name, *_ in ranking(city, order="best")] == ["东区", "西区"]
    assert [name for name, *_ in ranking(city, order="value", limit=1)] == ["西区"]


def test_a_region_without_a_value_is_counted_as_missing_not_ranked(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101")
    props = RankingPanel().props(RankingPanel.Options(indicator="hotline.wait"), seen(city))
    assert ([row["code"] for row in props["rows"]], props["missing"], props["of"]) == (["7701"], 1, 2)


def test_at_the_lowest_level_a_region_stands_among_its_neighbours(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101")
    props = RankingPanel().props(RankingPanel.Options(indicator="hotline.requests"), seen(city, region="770101"))
    assert [(row["code"], row["here"]) for row in props["rows"]] == [("770101", True), ("770102", False)]


# feed and map


def vehicle(city: TinyCity, id: str, lon: float, at: datetime, kind: str = "bus") -> None:
    at_ms = int(at.timestamp() * 1000)
    city.emit("city.vehicles", {"id": id, "at": at_ms, "kind": kind, "speed_kmh": 30.5, "lon": lon, "lat": 30.02})


def test_the_feed_shows_the_newest_first_with_place_and_mark(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW - 2 * MINUTE)
    vehicle(city, "v2", 120.05, NOW - MINUTE, kind="fire")
    given = FeedPanel.Options(
        slot="vehicles",
        attributes=("kind", "speed_kmh"),
        severity=Severity(attribute="kind", alarm=("fire",)),
        words={"bus": {"en": "Bus"}},
    )
    rows = FeedPanel().props(given, seen(city, lang="en"))["rows"]
    assert [(row["key"], row["cells"], row["place"], row["spot"], row["light"]) for row in rows] == [
        ("v2", ["fire", 30.5], "West", "", "alarm"),
        ("v1", ["Bus", 30.5], "East", "River Street", None),
    ]


def test_an_alarm_that_is_over_carries_no_mark(city: TinyCity) -> None:
    vehicle(city, "v1", 120.05, NOW, kind="fire")
    over = Severity(attribute="kind", alarm=("fire",), unless={"kind": ("fire",)})
    rows = FeedPanel().props(FeedPanel.Options(slot="vehicles", severity=over), seen(city))["rows"]
    assert rows[0]["light"] is None


def test_an_empty_feed_says_what_will_appear(city: TinyCity) -> None:
    props = FeedPanel().props(FeedPanel.Options(slot="vehicles"), seen(city))
    assert (props["rows"], props["why"]) == ([], "nothing_yet")


MAP = MapPanel.Options(
    layers=("regions", "river", "vehicles"), color="hotline.requests", moving={"vehicles": Moving(kind="kind", trail_s=8)}
)


def test_the_map_colours_the_children_and_draws_layers_in_the_boards_order(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=3)
    props = MapPanel().props(MAP, seen(city))
    assert props["values"] == {"7701": 3, "7702": 0}
    assert [(layer["id"], layer["live"]) for layer in props["spec"]["layers"]] == [
        ("regions", False),
        ("river", False),
        ("vehicles", True),
    ]


def test_things_may_be_drawn_as_a_cloud(city: TinyCity) -> None:
    warm = MAP.model_copy(update={"moving": {"vehicles": Moving(style="heat")}})
    (entry,) = [one for one in MapPanel().props(warm, seen(city))["spec"]["layers"] if one["id"] == "vehicles"]
    assert (entry["kind"], entry["live"], "url" in entry) == ("heat", True, False)
    vehicle(city, "v1", 120.15, NOW)
    assert header(MapPanel().frames(warm, seen(city), "one")["vehicles"])["n"] == 1


def test_the_spec_of_a_map_does_not_change_with_the_values(city: TinyCity) -> None:
    before = MapPanel().props(MAP, seen(city))["spec"]
    city.hotline(NOW - MINUTE, count=3)
    assert MapPanel().props(MAP, seen(city))["spec"] == before


def test_a_leaf_is_shown_among_its_neighbours_and_lifted(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=3)
    props = MapPanel().props(MAP, seen(city, region="770101"))
    assert props["spec"]["selected"] == "770101"
    assert props["values"] == {"770101": 3, "770102": 0}


def test_moving_things_come_as_one_frame_per_slot(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    vehicle(city, "v2", 120.05, NOW, kind="tram")
    frame = MapPanel().frames(MAP, seen(city), "one")["vehicles"]
    length = int.from_bytes(frame[4:8], "little")
    header = json.loads(frame[8 : 8 + length])
    assert (header["layer"], header["n"], header["kinds"]) == ("vehicles", 2, ["bus", "tram"])


def header(frame: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(frame[8 : 8 + int.from_bytes(frame[4:8], "little")])
    return found


def test_a_frame_says_whose_it_is_when_it_was_heard_and_how_long_things_are_silent(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW - MINUTE)
    vehicle(city, "v2", 120.05, NOW - 2 * MINUTE)
    told = header(MapPanel().frames(MAP, seen(city), "north")["vehicles"])
    assert (told["panel"], told["at_ms"], told["dt_ms"]) == ("north", (NOW - MINUTE).timestamp() * 1000, 2000)
    slow = MAP.model_copy(update={"moving": {"vehicles": Moving(every=30)}})
    assert header(MapPanel().frames(slow, seen(city), "north")["vehicles"])["dt_ms"] == 30_000


def test_a_frame_is_the_same_while_nothing_new_was_heard(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    before = MapPanel().frames(MAP, seen(city), "one")
    city.hotline(NOW)
    later = CityContext(city.parts, Scope(), NOW + timedelta(seconds=20))
    assert MapPanel().frames(MAP, later, "one") == before


def test_a_slot_that_only_stands_among_the_layers_moves_and_ages_the_map(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    plain = MapPanel.Options(layers=("regions", "river", "vehicles"))
    assert MapPanel().slots(plain) & set(city.parts.city.slots) == {"vehicles"}
    assert header(MapPanel().frames(plain, seen(city), "one")["vehicles"])["n"] == 1


def test_only_keeps_what_the_board_asks_for(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    vehicle(city, "v2", 120.05, NOW, kind="tram")
    only = MAP.model_copy(update={"moving": {"vehicles": Moving(only={"kind": ("tram",)})}})
    frame = MapPanel().frames(only, seen(city), "one")["vehicles"]
    assert b'"n":1' in frame[:300]


def test_a_map_shows_only_the_newest_incidents(city: TinyCity) -> None:
    for minutes, id in ((8, "old"), (3, "v1"), (2, "v2"), (1, "v3")):
        vehicle(city, id, 120.15, NOW - minutes * MINUTE)
    newest = MAP.model_copy(update={"moving": {"vehicles": Moving(within=300, limit=2)}})
    assert b'"n":2' in MapPanel().frames(newest, seen(city), "one")["vehicles"][:300]
    recent = MAP.model_copy(update={"moving": {"vehicles": Moving(within=300)}})
    assert b'"n":3' in MapPanel().frames(recent, seen(city), "one")["vehicles"][:300]


def test_a_text_is_in_the_screens_language(city: TinyCity) -> None:
    options = TextPanel.Options(text={"zh": "你好", "en": "Hello"})
    assert TextPanel().props(options, seen(city, lang="en")) == {"text": "Hello"}
