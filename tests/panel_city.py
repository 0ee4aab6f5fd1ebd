"""The tiny city at half past two in the afternoon, and how a panel looks at it; real ledger, real pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cockpit.context import CityContext
from cockpit.scope import Scope
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


def vehicle(city: TinyCity, id: str, lon: float, at: datetime, kind: str = "bus") -> None:
    at_ms = int(at.timestamp() * 1000)
    city.emit("city.vehicles", {"id": id, "at": at_ms, "kind": kind, "speed_kmh": 30.5, "lon": lon, "lat": 30.02})
