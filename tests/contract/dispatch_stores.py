"""Every database of the toolbox, for the tests of what all of them promise; a new one enters the fixture `url`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from cockpit.dispatch.audit import audit
from cockpit.dispatch.journal import Verdict
from cockpit.dispatch.relay import Relay
from streams.embedded import EmbeddedLog
from tests.desk import Desk

Make = Callable[..., Desk]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.broker)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database that holds nothing of this test's city yet."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_server").address
        return found
    return f"sqlite:///{tmp_path / 'dispatch.sqlite'}"


@pytest.fixture
def make(url: str, tmp_path: Path) -> Iterator[Make]:
    made: list[Desk] = []

    def one() -> Desk:
        made.append(Desk(url, tmp_path.name))
        return made[-1]

    yield one
    for desk in made:
        desk.toolbox.close()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Somebody who reaches the database without us."""
    place = make_url(url)
    found = create_engine(place.set(drivername="postgresql+psycopg") if place.drivername == "postgresql" else place)
    yield found
    found.dispose()


def relayed(desk: Desk, log: EmbeddedLog) -> int:
    """Everything pending is sent."""
    relay, total = Relay(desk.toolbox, log, desk.city), 0
    while sent := relay.round():
        total += sent
    relay.stop()
    return total


def values(log: EmbeddedLog, topic: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(value) for value in log.read(topic, 0, 1 << 60, 10_000).values]


def checked(desk: Desk) -> Verdict:
    return audit(desk.store, desk.sealer, desk.city, desk.heads)
