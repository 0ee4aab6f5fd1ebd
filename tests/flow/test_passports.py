"""Why a number is what it is, over HTTP: definition, reading, both sides, children, and page after page of records."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from streams.clock import ManualClock
from tests.tiny_city import served, tiny_app, tiny_city

NOW = datetime(2026, 11, 21, 4, 32, 10, tzinfo=UTC)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks the tiny city: path, the status that is expected, query."""
    city = tiny_city(ManualClock(NOW))
    city.hotline(NOW, "770101", count=3)
    city.hotline(NOW - timedelta(hours=2), "770201", count=1, stars=2)
    with served(tiny_app(city)) as address, httpx.Client(base_url=f"http://{address}") as client:

        def asked(path: str, status: int = 200, **query: Any) -> Any:
            answer = client.get(path, params=query)
            assert answer.status_code == status, answer.text
            return answer.json()

        yield asked
    city.close()


def test_a_passport_tells_what_the_number_is_and_what_it_is_made_of(ask: Ask) -> None:
    told = ask("/api/v1/passports/hotline.satisfaction", lang="en")
    assert told["passport"]["indicator"] == "hotline.satisfaction"
    assert told["passport"]["topic"] == "city.hotline"
    assert told["passport"]["error"] is None
    assert (told["reading"]["value"], told["reading"]["count"], told["reading"]["light"]) == (75.0, 4, "watch")
    assert [(side["value"], side["count"]) for side in told["sides"]] == [(3.0, 3), (4.0, 4)]
    assert [(row["name"], row["value"]) for row in told["regions"]] == [("East", 100.0), ("West", 0.0)]
    assert [(row["key"], row["count"]) for row in told["dimensions"]["category"]] == [("noise", 4)]
    assert told["titles"] == {"category": {"zh": "类别", "en": "Category"}}


def test_a_passport_names_the_baseline_its_points_are_measured_by(ask: Ask) -> None:
    scheme = {"scheme": "service", "title": {"zh": "服务", "en": "Service"}, "version": "2026"}
    scored = {
        "hotline.satisfaction": "none",
        "hotline.wait": {"ladder": [[10, 100], [20, 80], [60, 0]]},
        "reviews.good_rate": {"frontier": {"best": 100, "worst": 50}},
    }
    for name, score in scored.items():
        assert ask(f"/api/v1/passports/{name}")["passport"]["baselines"] == [scheme | {"score": score}]
    assert ask("/api/v1/passports/hotline.requests")["passport"]["baselines"] == []


def test_a_passport_is_of_a_region_a_moment_and_a_value(ask: Ask) -> None:
    told = ask("/api/v1/passports/hotline.requests", region="7702", at="2026-11-21T04:00:00Z", dimension="category:noise")
    assert (told["reading"]["value"], told["filtered"]) == (1.0, True)
    assert told["to"] == "2026-11-21T12:00:00+08:00"
    assert ask("/api/v1/passports/hotline.requests", at="2026-11-21T02:00:00Z")["reading"]["value"] is None


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"name": "hotline.request"}, 404, "no indicator"),
        ({"region": "9"}, 404, "no region"),
        ({"window": "fortnight"}, 422, "a window is one of"),
        ({"dimension": "noise"}, 422, "NAME:VALUE"),
        ({"lang": "fr"}, 422, "lang must be"),
        ({"at": "noon"}, 422, "at must be"),
    ],
)
def test_what_it_cannot_answer_it_refuses(ask: Ask, query: dict[str, str], status: int, error: str) -> None:
    rest = {key: value for key, value in query.items() if key != "name"}
    told = ask(f"/api/v1/passports/{query.get('name', 'hotline.requests')}", status, **rest)
    assert error in told["error"]


def test_records_come_page_by_page_and_narrowed(ask: Ask) -> None:
    pages = [ask("/api/v1/records/hotline", limit=3, skip=skip)["records"] for skip in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 1, 0]
    addresses = {(row["topic"], row["partition"], row["offset"]) for page in pages for row in page}
    assert len(addresses) == 4
    assert ask("/api/v1/records/hotline", dimension="category:water")["records"] == []
    assert len(ask("/api/v1/records/hotline", dimension="category:noise", region="7702")["records"]) == 1
    assert "no dimension" in ask("/api/v1/records/hotline", 422, dimension="stars:5")["error"]


def test_a_mean_has_no_sides_and_says_how_fresh_it_is(ask: Ask) -> None:
    told = ask("/api/v1/passports/hotline.wait", window="24h")
    assert (told["sides"], told["decimals"], told["window"]) == ([], 1, "24h")
    assert told["freshness"]["status"] == "live"
