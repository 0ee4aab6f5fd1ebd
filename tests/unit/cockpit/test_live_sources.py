from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.context import context_maker
from cockpit.live.sources import panel_freshness
from cockpit.scope import Lang, Scope
from slots.ledger import Health
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOON = datetime(2026, 5, 6, 4, 0, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def city(clock: ManualClock) -> Iterator[TinyCity]:
    made = tiny_city(clock)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("lang", "never", "silent", "lost"),
    [
        ("en", "no record yet", "the worker has been silent for 9 s", "no broker at a:9092"),
        ("zh", "还没有收到记录", "接入进程已 9 秒没有动静", "数据源连不上：no broker at a:9092"),
    ],
)
def test_a_screen_is_told_in_its_own_language(
    city: TinyCity, clock: ManualClock, lang: Lang, never: str, silent: str, lost: str
) -> None:
    context = context_maker(city.parts)
    scope = Scope(lang=lang)
    assert panel_freshness({"hotline"}, context(scope))["reason"] == never
    city.hotline(NOON)
    at_us = int(NOON.timestamp() * 1e6)
    city.parts.ledger.report("hotline", Health(False, "no broker at a:9092", at_us))
    assert panel_freshness({"hotline"}, context(scope))["reason"] == lost
    clock.advance(timedelta(seconds=9))
    assert panel_freshness({"hotline"}, context(scope))["reason"] == silent
