from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from html import escape

import pytest

from cockpit.gate import Receive, Scope, Send
from cockpit.pages import Pages
from streams.clock import ManualClock
from tests.cities.client import Client
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 5, 6, 4, tzinfo=UTC)


@pytest.fixture
def tiny() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    yield made
    made.close()


async def board(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["state"]["page"].board.board.encode()})


def test_a_moment_that_has_not_come_has_a_page_that_leads_back_to_now(tiny: TinyCity) -> None:
    city = tiny.parts.city
    pages = Pages(board, city.boards, city.regions, "/plotly.js", ManualClock(NOW))
    with closing(Client(pages)) as client:
        told = client.get("/board/city?at=2026-05-07T04:00:00Z&lang=en&region=7701")
        assert told.status_code == 404
        assert "That moment has not come yet" in told.text
        assert f'href="{escape("/board/city?lang=en&region=7701")}"' in told.text
        assert client.get("/board/city?at=2026-05-06T04:00:30Z").text == "city", "clocks differ"
        assert "Back to now" not in client.get("/board/city?region=nowhere").text
