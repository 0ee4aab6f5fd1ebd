"""What a ledger does when a slot has as many cells as it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from slots.ledger import Ledger, PageKey
from slots.ledger_redis import RedisLedger
from tests.contract.ledgers import (
    explode,
    hundred,
    make,
    told,
)

__all__ = ["make"]


def test_beyond_the_limit_minutes_then_hours_take_no_new_cells(make: Callable[..., Ledger]) -> None:
    """Cells that are there go on counting, new ones are left out whole and counted, days are always kept."""
    ledger = make(hundred())
    for at in range(200):
        ledger.commit(explode(at))
        if at % 60 == 30:
            ledger = make(hundred())  # what is closed stays closed
    minutes, hours, days = (told(ledger, "desk", PageKey("cells", size, 0)) for size in ("minute", "hour", "day"))
    state = ledger.state("desk")
    assert 10 < len(minutes) < len(hours) < len(days) == 200
    assert minutes[0] == hours[0] == days[0] == 200
    for told_of in (minutes, hours):
        assert told_of == {0: 200, **dict.fromkeys(range(1, len(told_of)), 1)}
    assert state.counters["coarsened"] == 200 - len(minutes) + 200 - len(hours)
    assert len(minutes) + len(hours) + min(200, len(hours)) < 150
    bins = ledger.read("desk", PageKey("bins", "minute", 0))[1]
    assert bins is not None
    assert set(bins["t"].to_list()) == set(minutes)  # a sketch goes with its cell
    assert bins.filter(pl.col("t") == 0).height == 200  # and of a cell that is there nothing is left out


@pytest.mark.broker
def test_two_workers_agree_which_cells_are_kept(redis_server: Any) -> None:
    """None adds part of a cell of which another has left out the rest."""
    one, other, third = (RedisLedger(redis_server.address, "agree", hundred()) for _ in range(3))
    for at in range(120):
        (one if at % 2 else other).commit(explode(at))
    for at in range(120):
        (other, one, third)[at % 3].commit(explode(at, begin={"t/1": at or None}, end={"t/1": at + 1}))
    for size in ("minute", "hour"):
        found = told(one, "desk", PageKey("cells", size, 0))
        assert 10 < len(found) < 110
        assert found == {0: 240, **dict.fromkeys(range(1, len(found)), 2)}
    one.clear("desk")
    other.commit(explode(0))  # and what one of them knows of a life that has ended keeps nothing out
    other.commit(explode(1))
    assert told(one, "desk", PageKey("cells", "minute", 0)) == {0: 2, 1: 1}
    for ledger in (one, other, third):
        ledger.close()
