"""`/api/v1/indicators?at=`: what a board showed at any moment that is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cities.client import Client
from tests.cities.line import NOON, CityLine, request
from tests.flow.api import client, get, idle, line, untouched

__all__ = ["client", "idle", "line", "untouched"]

ASKED = "/api/v1/indicators/hotline.requests"


def moment(minutes_ago: float) -> str:
    return (NOON - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z").replace("+", "%2B")


@pytest.fixture
def told(line: CityLine, client: Client) -> Client:
    line.send("city.hotline", *(request(str(minutes), minutes) for minutes in (24 * 60 + 5, 125, 65, 5)))
    line.run()
    return client


def value(client: Client, query: str) -> float | None:
    (reading,) = get(client, f"{ASKED}?{query}")["readings"]
    found: float | None = reading["value"]
    return found


def test_a_number_is_what_it_was_then(told: Client) -> None:
    assert value(told, "window=today") == 3
    assert value(told, f"window=today&at={moment(30)}") == 2
    assert value(told, f"window=today&at={moment(24 * 60)}") == 1, "today is the day of that moment"
    assert value(told, f"window=1h&at={moment(60)}") == 1
    assert value(told, f"at={moment(100)}") == 1, "without a window the day"


def test_steps_end_at_the_moment(told: Client) -> None:
    steps = get(told, f"{ASKED}?window=2h&by=time&step=1h&at={moment(60)}")["readings"]
    assert [step["value"] for step in steps] == [1, 1]
    assert steps[-1]["to"] == get(told, f"{ASKED}?window=2h&at={moment(60)}")["readings"][0]["to"]


def test_what_begins_after_the_moment_is_told_so(told: Client) -> None:
    found = told.get(f"{ASKED}?from={moment(10)}&to={moment(2)}&at={moment(30)}")
    assert found.status_code == 422
    assert "this window begins after the moment that is looked at" in found.text
    assert value(told, f"from={moment(70)}&to={moment(2)}&at={moment(30)}") == 1, "what is later is left out"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("at=2999-01-01", "at lies in the future: 2999-01-01T00:00:00+08:00. Hint: leave it out to look at now."),
        ("at=then", "at must be an ISO 8601 time"),
        ("at=2026-11-21T08:00:00", "at needs a time zone"),
        ("at=2020-01-01&to=2020-01-01", "to needs from"),
        ("at=2020-01-01&window=today&from=2019-12-31", "not both"),
    ],
)
def test_a_wrong_moment_is_refused_in_a_boards_words(idle: Client, query: str, said: str) -> None:
    found = idle.get(f"{ASKED}?{query}")
    assert found.status_code == 422
    assert said in found.text
