"""A slot that was counted anew takes the place of the old one in one step, in every ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import redis

from slots.ledger import Ledger, OffsetConflict, SlotState, shadow_of
from slots.ledger_redis import RedisLedger
from tests.contract.ledgers import (
    CUT_S,
    DAY_S,
    DAYS,
    ENTITIES,
    HOURS,
    MINUTES,
    NEW_HOURS,
    OLD_HOURS,
    PAGE,
    beside,
    cells,
    commit,
    make,
    told,
)

__all__ = ["make"]


def test_a_shadow_is_swapped_in_from_a_moment_on(make: Callable[[], Ledger]) -> None:
    ledger = make()
    shadow = beside(ledger)
    before, versions = ledger.state("desk"), ledger.versions("desk") | {DAYS: 0}
    state = ledger.swap("desk", shadow, CUT_S)
    for ledger in (ledger, make()):  # noqa: B020 - the former one is closed by then
        assert ledger.state("desk") == state
        assert told(ledger, "desk", OLD_HOURS) == {8 * DAY_S: 1}
        assert (told(ledger, "desk", HOURS), told(ledger, "desk", HOURS, "n:y")) == ({CUT_S - 3600: 2}, {CUT_S: 400})
        assert told(ledger, "desk", NEW_HOURS) == {10 * DAY_S: 800}
        assert told(ledger, "desk", DAYS) == {CUT_S - DAY_S: 16, CUT_S: 3200}
        assert MINUTES not in ledger.versions("desk")
        entities = ledger.read("desk", ENTITIES)[1]
        assert entities is not None
        assert dict(entities.select("key", "r").rows()) == {"a": "new", "b": "old", "c": "old", "d": "new"}
        assert (ledger.state(shadow), ledger.versions(shadow)) == (SlotState(), {})
        assert ledger.sequences(["desk"]) == {"desk": state.sequence}
    assert (state.offsets, state.watermarks, state.since, state.dimensions) == (
        {"t/0": 40},
        {"t/0": 400},
        {"y": 5},
        {"kind": ["b"]},
    )
    assert (state.counters, state.first_event_us, state.last_event_us) == ({"accepted": 3}, 10, 800)
    assert state.sequence > before.sequence
    assert state.cells == 10
    now = ledger.versions("desk")
    assert now[OLD_HOURS] == versions[OLD_HOURS]
    assert not {now[key] for key in (HOURS, NEW_HOURS, DAYS, ENTITIES)} & set(versions.values())


def test_after_a_swap_workers_go_on_where_the_shadow_stood(make: Callable[[], Ledger]) -> None:
    ledger = make()
    shadow = beside(ledger)
    epoch = ledger.state("desk").epoch
    ledger.swap("desk", shadow, CUT_S)
    with pytest.raises(OffsetConflict) as conflict:
        ledger.commit(commit(50, 51, epoch=epoch))
    assert conflict.value.stored == {"t/0": 40}
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(40, 41, epoch=epoch))  # the offsets would follow, the dimensions are others
    state = ledger.commit(commit(40, 41, epoch=ledger.state("desk").epoch, deltas={DAYS: cells((CUT_S, 1))}))
    assert state.offsets == {"t/0": 41}
    assert told(ledger, "desk", DAYS) == {CUT_S - DAY_S: 16, CUT_S: 3201}
    fresh = ledger.commit(commit(0, 1, slot=shadow))  # a later shadow begins with nothing of the former one
    assert (fresh.sequence, fresh.dimensions, list(ledger.versions(shadow))) == (1, {}, [PAGE])


def test_an_empty_shadow_leaves_what_was_before(make: Callable[[], Ledger]) -> None:
    ledger = make()
    beside(ledger)
    ledger.clear(shadow_of("desk"))
    state = ledger.swap("desk", shadow_of("desk"), CUT_S)
    assert set(ledger.versions("desk")) == {OLD_HOURS, HOURS, DAYS, ENTITIES}
    assert told(ledger, "desk", HOURS) == {CUT_S - 3600: 2}
    assert (state.offsets, state.counters, state.dimensions) == ({}, {}, {})
    assert ledger.commit(commit(0, 1, epoch=state.epoch)).offsets == {"t/0": 1}


def test_a_swap_under_load_neither_loses_nor_doubles(make: Callable[[], Ledger]) -> None:
    """Two threads count while the slot is swapped for its shadow again and again; readers see before or after."""
    ledger, done, wrong = make(), threading.Event(), []
    day = {DAYS: cells((CUT_S, 1))}

    def catch_up(slot: str, goal: int) -> None:
        while (at := ledger.state(slot)).offsets.get("t/0", 0) < goal:
            begin = at.offsets.get("t/0", 0)
            with suppress(OffsetConflict):
                ledger.commit(commit(begin, begin + 1, slot=slot, epoch=at.epoch, deltas=day))

    def watch() -> None:
        while not done.is_set():
            first = ledger.state("desk")
            total = told(ledger, "desk", DAYS)
            last = ledger.state("desk")
            if first.sequence == last.sequence and total.get(CUT_S, 0) != last.offsets.get("t/0", 0):
                wrong.append((first, total))

    worker, watcher = threading.Thread(target=catch_up, args=("desk", 150)), threading.Thread(target=watch)
    for thread in (worker, watcher):
        thread.start()
    for goal in (3, 7, 11):
        catch_up(shadow_of("desk"), goal)
        ledger.swap("desk", shadow_of("desk"), CUT_S)
    worker.join(60)
    done.set()
    watcher.join(60)
    assert not wrong
    assert told(ledger, "desk", DAYS) == {CUT_S: 150}
    assert ledger.state("desk").offsets == {"t/0": 150}


@pytest.mark.broker
def test_a_swap_that_has_happened_does_not_happen_again(redis_server: Any) -> None:
    """As when its answer was lost and the client asks once more: an empty shadow would wipe out what it brought."""
    ledger = RedisLedger(redis_server.address, "once")
    shadow = beside(ledger)
    with redis.Redis.from_url(redis_server.address) as client:

        def tried() -> int:
            return int(client.info("commandstats")["cmdstat_set"]["calls"])

        hold, before = "once:{desk}:hold", tried()
        client.set(hold, "somebody")
        swaps = [threading.Thread(target=ledger.swap, args=("desk", shadow, CUT_S)) for _ in range(2)]
        for swap in swaps:
            swap.start()
        while tried() < before + 5:
            assert all(swap.is_alive() for swap in swaps)
        client.delete(hold)
        for swap in swaps:
            swap.join(60)
    assert told(ledger, "desk", DAYS) == {CUT_S - DAY_S: 16, CUT_S: 3200}
    ledger.close()
