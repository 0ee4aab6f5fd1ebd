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
    pages = Pages(board, city, ManualClock(NOW))
    with closing(Client(pages)) as client:
        told = client.get("/board/city?at=2026-05-07T04:00:00Z&lang=en&region=7701")
        assert told.status_code == 400
        assert "That moment has not come yet" in told.text
        assert f'href="{escape("/board/city?lang=en&region=7701")}"' in told.text
        assert client.get("/board/city?at=2026-05-06T04:00:30Z").text == "city", "clocks differ"
        assert "Back to now" not in client.get("/board/city?region=nowhere").text


@pytest.mark.parametrize(
    ("address", "status", "zh", "en", "back"),
    [
        (
            "/board/city?screen=foo",
            400,
            "参数 screen 只能是 wall、strip、tablet、desk",
            "screen must be one of wall",
            "/board/city",
        ),
        ("/board/city?screen=desc", 400, "是不是要找 &#x27;desk&#x27;？", "did you mean", "/board/city"),
        ("/board/city?theme=blue", 400, "参数 theme 只能是 dark、light", "theme must be one of dark", "/board/city"),
        ("/board/city?region=nowhere", 400, "没有代码为 &#x27;nowhere&#x27; 的区域", "there is no region", "/board/city"),
        ("/board/city?window=toady", 400, "参数 window 应为 today、", "a window is one of", "/board/city"),
        ("/board/city?window=2026-05-02/2026-05-01", 400, "时段的起点须早于终点", "must begin before", "/board/city"),
        ("/board/city?lang=fr", 400, "参数 lang 只能是 zh 或 en", "lang must be zh or en", "/board/city"),
        ("/board/city?at=then", 400, "参数 at 应为 ISO 8601 时间", "at must be an ISO 8601 time", "/board/city"),
        ("/board/city?at=2026-05-06T04:00:00", 400, "参数 at 缺少时区", "at needs a time zone", "/board/city"),
        ("/board/city?dimension=noise", 400, "参数 dimension 应写作", "dimension must be NAME:VALUE", "/board/city"),
        (
            "/board/city?dimension=catgory:noise",
            400,
            "没有名为 &#x27;catgory&#x27; 的维度；现有：",
            "there is no dimension",
            "/board/city",
        ),
        ("/board/city?dimension=catgory:noise", 400, "是不是要找 &#x27;category&#x27;？", "did you mean", "/board/city"),
        ("/board/city?indicator=servce", 400, "没有名为 &#x27;servce&#x27; 的评价体系", "there is no scheme", "/board/city"),
        (
            "/board/city?indicator=service/wating",
            400,
            "&#x27; 之下没有名为 &#x27;wating&#x27; 的指标",
            "there is no node",
            "/board/city",
        ),
        ("/board/citty", 404, "没有名为 &#x27;citty&#x27; 的看板", "there is no board", "/"),
    ],
)
def test_a_wrong_address_is_told_why_in_chinese_first(
    tiny: TinyCity, address: str, status: int, zh: str, en: str, back: str
) -> None:
    city = tiny.parts.city
    with closing(Client(Pages(board, city, ManualClock(NOW)))) as client:
        told = client.get(address)
    assert told.status_code == status
    assert -1 < told.text.find(zh) < told.text.find(en)
    assert f'href="{back}"' in told.text


@pytest.mark.parametrize("look", ["screen=wall", "screen=strip", "screen=tablet", "screen=desk&theme=light", "theme=dark", ""])
def test_a_screen_that_there_is_gets_its_page(tiny: TinyCity, look: str) -> None:
    city = tiny.parts.city
    with closing(Client(Pages(board, city, ManualClock(NOW)))) as client:
        assert client.get(f"/board/city?{look}").status_code == 200
