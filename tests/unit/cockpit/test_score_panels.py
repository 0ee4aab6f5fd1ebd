"""Bullet, radar, heat calendar, table, score tree and video: what they tell a screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from cockpit.boards import parse_board
from cockpit.cameras import video_origins
from cockpit.context import CityContext
from cockpit.panels import BUILT_IN
from cockpit.panels.bullet import scale
from cockpit.panels.panel import Panel
from cockpit.panels.scheme_view import way_to_node
from cockpit.scope import Scope
from slots.slot import Indicator, Measure, Thresholds
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 21, 4, 32, 10, tzinfo=UTC)  # half past twelve on a Saturday in the city
KINDS: dict[str, Panel] = {panel.name: panel for panel in BUILT_IN}


@pytest.fixture
def city() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    made.hotline(NOW - timedelta(hours=2), "770101", count=4, wait_s=10, stars=5)
    made.hotline(NOW, "770201", count=2, wait_s=30, stars=2)
    yield made
    made.close()


def props(city: TinyCity, kind: str, options: dict[str, Any], **scope: Any) -> dict[str, Any]:
    panel = KINDS[kind]
    return panel.props(panel.Options.model_validate(options), CityContext(city.parts, Scope(**scope), NOW))


def test_a_score_tree_tells_what_a_score_is_made_of(city: TinyCity) -> None:
    told = props(city, "score_tree", {"scheme": "service"}, region="7701", lang="en")
    assert [(row["path"], row["depth"]) for row in told["rows"]] == [
        ("satisfaction", 1), ("waiting", 1), ("waiting/wait", 2), ("waiting/good", 2),
    ]  # fmt: skip
    assert (told["version"], told["score"], told["rank"]) == ("2026", 100.0, {"place": 1, "of": 2})
    assert [row["address"] for row in told["rows"]] == [
        "hotline.satisfaction", "service/waiting", "hotline.wait", "reviews.good_rate",
    ]  # fmt: skip
    assert sum(row["contribution"] for row in told["rows"] if row["depth"] == 1) == pytest.approx(told["score"], abs=0.1)
    assert told["rows"][-1]["status"] == "missing" and told["rows"][-1]["score"] is None


def test_a_node_in_the_address_becomes_the_root(city: TinyCity) -> None:
    told = props(city, "score_tree", {"scheme": "service"}, indicator="service/waiting")
    assert [row["path"] for row in told["rows"]] == ["wait", "good"]
    assert [above["address"] for above in told["above"]] == [""]
    radar = props(city, "radar", {"scheme": "service"}, indicator="service/waiting")
    assert [axis["name"] for axis in radar["axes"]] == ["wait", "good"]
    elsewhere = props(city, "radar", {"scheme": "service"}, indicator="other/waiting")
    assert [axis["name"] for axis in elsewhere["axes"]] == ["satisfaction", "waiting"]


def test_the_way_to_a_node_is_told_step_by_step(city: TinyCity) -> None:
    def way(indicator: str) -> list[str]:
        return [step["address"] for step in way_to_node(CityContext(city.parts, Scope(indicator=indicator), NOW))]

    assert way("service/waiting") == ["service/waiting"]
    assert way("service/waiting/nothing") == ["service/waiting"], "as far as it leads"
    assert way("service") == way("") == way("other/waiting") == []


def test_a_radar_holds_a_place_against_what_it_belongs_to_and_the_city_against_the_best_of_each(city: TinyCity) -> None:
    south = props(city, "radar", {"scheme": "service"}, region="7702", lang="en")
    whole = props(city, "radar", {"scheme": "service"})
    assert south["axes"][0]["score"] == 0 and south["axes"][0]["against"] == pytest.approx(66.7)
    assert whole["against"] == "best_of_each" and whole["axes"][0]["against"] == 100


def test_a_radar_of_indicators_shows_how_far_targets_are_met(city: TinyCity) -> None:
    told = props(city, "radar", {"indicators": ["hotline.wait", "hotline.satisfaction"]}, region="7702")
    assert [axis["score"] for axis in told["axes"]] == [pytest.approx(66.7), 0]
    assert told["target"] == 100 < told["top"]


@pytest.mark.parametrize("kind", ["radar", "table"])
@pytest.mark.parametrize("options", [{}, {"scheme": "service", "indicators": ["hotline.wait"]}])
def test_either_a_scheme_or_indicators(kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either scheme or indicators"):
        KINDS[kind].Options.model_validate(options)


def test_a_table_ranks_areas_by_their_scores(city: TinyCity) -> None:
    told = props(city, "table", {"scheme": "service"}, lang="en")
    assert [column["total"] for column in told["columns"]] == [True, False, False]
    assert {row["key"]: row["place"] for row in told["rows"]} == {"7701": 1, "7702": 2}


def test_a_table_of_a_dimension_has_a_row_for_each_value(city: TinyCity) -> None:
    told = props(city, "table", {"indicators": ["hotline.requests", "hotline.wait"], "by": "category"})
    assert [(row["key"], row["cells"]) for row in told["rows"]] == [("noise", [6, pytest.approx(16.67)])]


def test_a_table_at_the_lowest_level_shows_the_neighbours(city: TinyCity) -> None:
    told = props(city, "table", {"indicators": ["hotline.requests"]}, region="770101")
    assert [row["key"] for row in told["rows"] if row["here"]] == ["770101"]


def test_a_heat_calendar_of_hours_is_cut_by_the_citys_clock(city: TinyCity) -> None:
    told = props(city, "heat_calendar", {"indicator": "hotline.wait", "days": 3})
    assert [row["day"] for row in told["rows"]] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    today = told["rows"][-1]["cells"]
    assert len(today) == 24 and (today[10], today[11], today[12], today[13]) == (10, None, 30, None)
    assert told["rows"][-1]["alarms"] == [12]
    assert (told["low"], told["high"]) == (10, 30)


def test_a_heat_calendar_of_days_has_a_row_for_each_weekday(city: TinyCity) -> None:
    told = props(city, "heat_calendar", {"indicator": "hotline.wait", "shape": "days", "weeks": 4})
    assert [len(row["cells"]) for row in told["rows"]] == [4] * 7
    assert told["rows"][0]["day"] == "2026-10-26"
    assert [row["cells"][-1] for row in told["rows"]] == [None] * 5 + [pytest.approx(16.67), None]


def test_a_count_that_still_runs_is_no_lull(city: TinyCity) -> None:
    today = props(city, "heat_calendar", {"indicator": "hotline.requests", "days": 2})["rows"][-1]["cells"]
    assert (today[10], today[11], today[12]) == (4, 0, None)


@pytest.mark.parametrize(
    ("value", "unit", "target", "warn", "alarm", "ends"),
    [
        (97.2, "%", 98, 96, 92, (82.0, 100.0)),
        (23, "s", 20, 28, 40, (0.0, 60.0)),
        (90, "s", 20, 28, 40, (0.0, 90.0)),
        (40, "%", 98, 96, 92, (40.0, 100.0)),
        (None, "%", None, None, None, (0.0, 100.0)),
    ],
)
def test_a_scale_lies_around_the_limits_and_never_loses_the_value(
    value: float | None, unit: str, target: float | None, warn: float | None, alarm: float | None, ends: tuple[float, float]
) -> None:
    direction: Any = "higher" if unit == "%" else "lower"
    measure = Measure(agg="mean", of="x")
    indicator = Indicator(
        name="x", unit=unit, direction=direction, measure=measure, target=target, thresholds=Thresholds(warn=warn, alarm=alarm)
    )
    low, high = scale(value, indicator)
    assert (low, high) == pytest.approx(ends, abs=6)
    assert value is None or low <= value <= high


def test_a_bullet_has_bands_only_where_a_value_is_judged(city: TinyCity) -> None:
    wait, requests = props(city, "bullet", {"indicators": ["hotline.wait", "hotline.requests"]})["rows"]
    assert [band["light"] for band in wait["bands"]] == ["watch", "alarm"]
    assert wait["bands"][0]["from"] == 15 and wait["bands"][1]["to"] == wait["high"]
    assert requests["bands"] == []


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://camera/1", "//elsewhere/1.m3u8", "javascript:alert(1)", "https://user:word@camera/1", "https://c/1?token=x",
        "https://c/1?a=b&Password=", "https://", "https://c;script-src/1", "https://c, d/1", "/\\elsewhere", "data:text/html,x",
    ],
)  # fmt: skip
def test_an_address_with_credentials_or_of_no_gateway_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        KINDS["video"].Options.model_validate({"address": address})


def test_only_the_hosts_of_videos_are_let_into_a_page() -> None:
    panels = {
        "a": {"panel": "video", "address": "https://gateway.local:8443/live/1.m3u8"},
        "b": {"panel": "video", "address": "/own/1.m3u8"},
        "c": {"panel": "video", "address": "https://gateway.local:8443/live/2.m3u8", "kind": "webrtc"},
    }
    at = {name: [place, 1, 1, 1] for place, name in enumerate(panels, 1)}
    document = {"board": "x", "title": {"en": "x"}, "layouts": {"wall": {"columns": 3, "rows": 1, "at": at}}, "panels": panels}
    assert video_origins([parse_board(document, KINDS, lambda *_: [])]) == ["https://gateway.local:8443"]
