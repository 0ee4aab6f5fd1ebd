"""What an address says: place, time, filter; and what panels are answered in such a scope."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cockpit.addresses import checked_scope
from cockpit.context import CityContext, context_maker
from cockpit.live.drawing import Drawer
from cockpit.live.refusals import refusal
from cockpit.live.sources import panel_freshness, unfollowed
from cockpit.panels.ranking import RankingOptions, RankingPanel
from cockpit.scope import Only, Scope, ScopeError, parse_scope
from slots.live import Live
from slots.reading import Question, QuestionError
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 21, 4, 32, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def city(clock: ManualClock) -> Iterator[TinyCity]:
    made = tiny_city(clock)
    yield made
    made.close()


def seen(city: TinyCity, **scope: Any) -> CityContext:
    return context_maker(city.parts)(Scope(**scope))


def count(context: CityContext, window: str = "today", **question: Any) -> list[float | None]:
    asked = Question("hotline.requests", context.region, *context.window(window), **question)
    return [reading.value for reading in context.ask(asked)]


def request(city: TinyCity, at: datetime, category: str, count: int) -> None:
    record = {"created_at": at.isoformat(), "district": "770101", "category": category, "wait_s": 5.0, "stars": 5}
    city.emit("city.hotline", *({"id": f"{category}{at}{n}", **record} for n in range(count)))


@pytest.mark.parametrize(
    "query",
    [
        {"region": "7701", "window": "today"},
        {"dimension": "category:噪声"},
        {"dimension": "category:a:b"},
        {"dimension": "category:"},
        {"window": "2026-11-20T08:00/2026-11-21T20:00", "at": "2026-11-21T08:00:00+08:00", "lang": "en"},
        {"indicator": "quality/service"},
    ],
)
def test_a_scope_survives_its_own_address(query: dict[str, str]) -> None:
    scope = parse_scope(query, ZONE)
    assert parsed(scope.query()) == scope


def parsed(query: str) -> Scope:
    return parse_scope(dict(parse_qsl(query, keep_blank_values=True)), ZONE)


@pytest.mark.parametrize("text", ["category", ":noise"])
def test_a_filter_without_name_or_value_is_refused(text: str) -> None:
    with pytest.raises(ScopeError, match="NAME:VALUE"):
        parse_scope({"dimension": text}, ZONE)


def test_a_day_is_its_beginning_by_the_citys_clock_and_a_lost_plus_is_found_again() -> None:
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert parsed("at=2026-11-21").at == midnight
    assert parsed("at=2026-11-21T00:00:00+08:00").at == midnight, "an address is typed with a plus, which means a blank in it"
    with pytest.raises(ScopeError, match=r"at needs a time zone, got '2026-11-21T08:00:00'\. Hint: 2026-11-21T08:00:00Z, or by"):
        parsed("at=2026-11-21T08:00:00")


def test_a_passport_that_lies_open_makes_no_view_of_its_own_but_a_node_does(city: TinyCity) -> None:
    known = city.parts.city
    assert checked_scope("indicator=hotline.requests&region=7701", known, NOW) == checked_scope("region=7701", known, NOW)
    assert checked_scope("indicator=service/waiting", known, NOW).indicator == "service/waiting"
    with pytest.raises(ScopeError, match=r"no node 'wiat' below 'waiting'; there are: wait, good\. Hint: did you mean"):
        checked_scope("indicator=service/waiting/wiat", known, NOW)


def test_a_dimension_narrows_every_question_of_a_slot_that_has_it(city: TinyCity) -> None:
    request(city, NOW, "noise", 3)
    request(city, NOW, "water", 2)
    only = seen(city, only=Only("category", "water"))
    assert count(seen(city)) == [5]
    assert count(only) == [2]
    assert count(only, by="region") == [2, 0]
    assert count(only, by="category") == [3, 2], "a split by the dimension itself shows all its values"
    assert (only.follows("hotline"), only.follows("reviews")) == (True, False)
    assert unfollowed({"hotline", "reviews"}, only) == ["好差评"]


def test_a_value_that_only_another_slot_has_narrows_that_one_alone(city: TinyCity) -> None:
    """Two slots may call different things `category`: one's filter must not empty the other."""
    slots = city.parts.city.slots
    reviews = slots["reviews"].model_copy(update={"dimensions": ("category",)})
    both = context_maker(replace(city.parts, city=replace(city.parts.city, slots=Live({**slots, "reviews": reviews}))))
    nobody = both(Scope(only=Only("category", "water")))
    assert (nobody.follows("hotline"), nobody.follows("reviews")) == (True, True), "nobody has seen it yet"
    request(city, NOW, "water", 2)
    only = both(Scope(only=Only("category", "water")))
    assert (only.follows("hotline"), only.follows("reviews")) == (True, False)
    whole = Question("reviews.good_rate", only.region, *only.window("today"))
    assert only.seen(whole) == whole


def test_a_map_whose_areas_alone_follow_the_filter_is_partly_filtered(city: TinyCity) -> None:
    context = seen(city, only=Only("category", "water"))
    panels = Drawer(city.parts.city.boards["city"].panels, city.parts.city.slots).draw(context, {}).panels
    told = {name: (len(json.loads(keys["unfiltered"])), json.loads(keys["partly"])) for name, keys in panels.items()}
    assert (told["map"], told["feed"], told["requests"]) == ((1, True), (1, False), (0, False))


def test_a_panel_is_told_the_window_that_is_not_its_own(city: TinyCity) -> None:
    def instead(window: str) -> dict[str, str]:
        panels = Drawer(city.parts.city.boards["city"].panels, city.parts.city.slots).draw(seen(city, window=window), {}).panels
        return {name: json.loads(keys["instead"]) for name, keys in panels.items() if "instead" in keys}

    assert instead("") == {}
    assert instead("today") == {"wait": "today"}
    assert instead("24h") == dict.fromkeys(["requests", "satisfaction", "ranking", "map"], "24h")


def test_a_ranking_by_a_dimension_marks_the_value_in_scope(city: TinyCity) -> None:
    request(city, NOW, "noise", 3)
    request(city, NOW, "water", 2)
    words = {"noise": {"zh": "噪声", "en": "Noise"}}
    options = RankingOptions.model_validate({"indicator": "hotline.requests", "by": "category", "order": "value", "words": words})
    rows = RankingPanel().props(options, seen(city, only=Only("category", "water"), lang="en"))["rows"]
    assert [(row["code"], row["name"], row["value"], row["here"]) for row in rows] == [
        ("noise", "Noise", 3, False), ("water", "water", 2, True),
    ]  # fmt: skip


def test_as_of_a_moment_what_came_later_has_not_happened(city: TinyCity, clock: ManualClock) -> None:
    request(city, NOW - timedelta(hours=2), "noise", 3)
    request(city, NOW, "noise", 4)
    then = seen(city, at=NOW - timedelta(hours=1))
    assert count(seen(city)) == [7]
    assert count(then) == [3]
    assert count(then, "24h") == [3]
    assert sum(value or 0 for value in count(then, "24h", by="time", step_s=3600)) == 3
    clock.advance(timedelta(days=10))
    assert count(seen(city, at=NOW - timedelta(hours=1)), "24h") == [3], "ten days later hours are kept, and cut at"


def test_a_window_wholly_after_the_moment_is_said_to_be_so(city: TinyCity) -> None:
    request(city, NOW, "noise", 1)
    then = seen(city, at=NOW - timedelta(hours=1))
    with pytest.raises(QuestionError, match="after the moment") as refused:
        count(then, "2026-11-21T12:00/2026-11-21T12:30")
    assert refusal(str(refused.value), "zh") == "所选时段晚于所看的时刻"


def test_a_picture_of_the_past_is_not_live_and_has_no_latest_states(city: TinyCity) -> None:
    request(city, NOW, "noise", 1)
    then = seen(city, at=NOW - timedelta(hours=1))
    fresh = panel_freshness({"hotline"}, then)
    assert (fresh["past_ms"], fresh["late_s"]) == (int(datetime(2026, 11, 21, 3, 32, tzinfo=UTC).timestamp() * 1000), None)
    assert panel_freshness({"reviews"}, then)["status"] == "missing"
    assert then.entities("vehicles", "77", 10).is_empty()


def test_an_interval_that_needs_more_than_is_kept_says_what_is_kept(city: TinyCity, clock: ManualClock) -> None:
    request(city, NOW, "noise", 1)
    clock.advance(timedelta(days=4))
    request(city, clock(), "noise", 1)
    with pytest.raises(QuestionError) as refused:
        count(seen(city), "2026-11-21T12:10/2026-11-21T12:50")
    assert "仅保留 2026-11-2" in refusal(str(refused.value), "zh")
    assert "Choose whole days" in refusal(str(refused.value), "en")
    assert count(seen(city), "2026-11-21/2026-11-22") == [1]
