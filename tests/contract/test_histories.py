"""Every history keeps the same promises; a new one enters the fixture `make`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from slots.history import History
from slots.history_sql import SqlHistory
from slots.ledger import PageKey
from tests.archived_line import DAY_S, ArchivedLine, batch_line
from tests.line import NOON, ZONE

DAY = PageKey("cells", "day", 1735689600)
FIRST = DAY.start + 16 * 3600

Make = Callable[[], History]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes histories over one and the same database."""
    made: list[History] = []

    def one() -> History:
        made.append(SqlHistory(f"sqlite:///{tmp_path / 'history.sqlite'}", "small", ZONE))
        return made[-1]

    yield one
    for history in made:
        history.close()


def midnight(days_ago: float) -> datetime:
    return (NOON - timedelta(days=days_ago)).astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0)


def record(at: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "region": chance.choice(["c", "a", "b", "a1", "a2"]),
        "kind": chance.choice(["water", "road", "水", None]),
        "wait_s": chance.choice([None, 0.0, round(chance.uniform(-50, 5000), 3)]),
        "stars": chance.choice([None, 1, 2, 3, 4, 5]),
    }


def years(seed: int, days: int = 1100, count: int = 600) -> list[dict[str, Any]]:
    """Records of three years, in the order of their times but for some disorder within the lateness."""
    chance = random.Random(seed)
    ages = sorted((chance.uniform(0, days * DAY_S) for _ in range(count)), reverse=True)
    ages = [max(0.0, age + chance.uniform(0, 5 * DAY_S) * (chance.random() < 0.3)) for age in ages]
    return [record(NOON - timedelta(seconds=age), chance) for age in ages]


@pytest.mark.parametrize("seed", range(4))
def test_hot_and_cold_together_are_the_batch(make: Make, seed: int) -> None:
    line = ArchivedLine(make())
    records = years(seed)
    for at in range(0, len(records), 100):
        line.send(*records[at : at + 100])
        line.run()
        line.archiver.round()
    left = line.left()
    assert {key.size for key in left} == {"hour", "day"}
    assert len([key for key in left if key.size == "day"]) >= 2 and line.ledger.state("desk").floors.keys() >= {"hour", "day"}
    windows = [(midnight(1120), midnight(-1)), (midnight(700), midnight(300)), (midnight(400), midnight(390))]
    windows.append((midnight(60) + timedelta(hours=5), midnight(57) + timedelta(hours=2)))
    assert line.answers(windows) == line.answers(windows, batch_line(line).readings)
