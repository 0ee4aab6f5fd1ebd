"""The call on what lies near: counted per kind, named, listed nearest first; zones that are none are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from streams.clock import ManualClock
from tests.tiny_city import served, tiny_app, tiny_city

NOON = datetime(2026, 5, 6, 4, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(tiny_app(tiny_city(ManualClock(NOON)))) as address, httpx.Client(base_url=f"http://{address}") as client:
        yield client


def test_every_kind_is_counted_even_where_nothing_lies(client: httpx.Client) -> None:
    said = client.get("/api/v1/nearby", params={"near": "0,0", "radius_m": 200})
    body = said.json()
    assert said.status_code == 200
    assert body["counts"].keys() == body["hits"].keys() == body["titles"].keys()
    assert set(body["counts"].values()) <= {0}


REFUSED = [
    {}, {"near": "1,2", "within": "1,2;2,2;2,3"}, {"near": "1"}, {"near": "nan,0"}, {"near": "0,95"}, {"within": "1,1;2,2"},
    {"along": "1,1"}, {"near": "0,0", "radius_m": "0"}, {"near": "0,0", "kinds": "nothing"}, {"within": ";".join(["1,1"] * 600)},
]  # fmt: skip


@pytest.mark.parametrize("asked", REFUSED)
def test_what_is_no_zone_is_refused(client: httpx.Client, asked: dict[str, str]) -> None:
    said = client.get("/api/v1/nearby", params=asked)
    assert said.status_code in (404, 422) and said.json()["error"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"within": "1,1;2,2"}, "a polygon has three corners or more, got 2"),
        ({"within": "1,1;2,2;1,1"}, "a polygon has three corners or more, got 2"),
        ({"near": "29.3,118.6"}, "got '29.3,118.6'; are longitude and latitude swapped?"),
        ({"within": "1,1;2,2;2,1", "nearest": "3"}, "nearest goes with near alone"),
    ],
)
def test_the_likely_cause_is_said(client: httpx.Client, asked: dict[str, str], said: str) -> None:
    answer = client.get("/api/v1/nearby", params=asked)
    assert answer.status_code == 422 and said in answer.json()["error"]


def test_the_nearest_of_all_kinds_come_together(client: httpx.Client) -> None:
    answer = client.get("/api/v1/nearby", params={"near": "120.1,30.05", "nearest": "3"})
    assert answer.status_code == 200, answer.text
    found = answer.json()["nearest"]
    assert [hit["distance_m"] for hit in found] == sorted(hit["distance_m"] for hit in found)
    assert len(found) <= 3


def test_what_moves_may_be_narrowed_to_what_was_seen_lately() -> None:
    city = tiny_city(ManualClock(NOON))
    for key, ago_s in (("now", 10), ("before", 600)):
        at = int((NOON.timestamp() - ago_s) * 1000)
        city.emit("city.vehicles", {"id": key, "at": at, "kind": "patrol", "lon": 120.15, "lat": 30.02})
    with served(tiny_app(city)) as address, httpx.Client(base_url=f"http://{address}") as client:

        def found(**more: str) -> list[str]:
            answer = client.get("/api/v1/nearby", params={"near": "120.15,30.02", "kinds": "vehicles", **more})
            return sorted(hit["id"] for hit in answer.raise_for_status().json()["hits"]["vehicles"])

        assert found() == ["before", "now"]
        assert found(seen_s="300") == ["now"]
        assert client.get("/api/v1/nearby", params={"near": "1,1", "seen_s": "0"}).status_code == 422
    city.close()
