"""Every ledger keeps the same promises: deltas and positions together, fenced, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from slots.ledger import Health, Ledger, OffsetConflict, PageKey
from slots.ledger_redis import RedisLedger
from slots.pages import merge_frames
from slots.reading import Question
from tests.contract.ledgers import (
    PAGE,
    commit,
    make,
    rows,
)
from tests.line import NOON, Line, ago

__all__ = ["make"]


def test_deltas_and_positions_commit_together(make: Callable[[], Ledger]) -> None:
    ledger = make()
    state = ledger.commit(commit(0, 5, 5))
    assert (state.sequence, state.offsets, state.counters) == (1, {"t/0": 5}, {"accepted": 5})
    assert ledger.state("desk") == state
    assert rows(ledger) == 5


def test_a_commit_that_does_not_follow_changes_nothing(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5, 5))
    for begin in (0, 4, 6):
        with pytest.raises(OffsetConflict) as conflict:
            ledger.commit(commit(begin, begin + 3, 3))
        assert conflict.value.stored == {"t/0": 5}
    assert rows(ledger) == 5
    assert ledger.state("desk").offsets == {"t/0": 5}
    assert ledger.state("desk").counters["refused"] == 9


def test_one_stale_partition_refuses_the_whole(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5))
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(0, 0, begin={"t/0": 4, "t/1": None}, end={"t/0": 9, "t/1": 3}))
    assert "t/1" not in ledger.state("desk").offsets


def test_watermarks_and_events_only_move_forward(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5, watermarks={"t/0": 900}, first_event_us=50, last_event_us=900))
    state = ledger.commit(commit(5, 6, watermarks={"t/0": 1000}, first_event_us=70, last_event_us=800))
    state = ledger.commit(commit(6, 7, watermarks={"t/0": 60}, first_event_us=5, last_event_us=60))
    assert (state.watermarks, state.first_event_us, state.last_event_us) == ({"t/0": 1000}, 5, 900)


def test_an_empty_batch_moves_the_position_only(make: Callable[[], Ledger]) -> None:
    ledger = make()
    state = ledger.commit(commit(0, 5, deltas={}, counters={}, watermarks={}, first_event_us=None, last_event_us=None))
    assert (state.offsets, state.last_event_us, rows(ledger)) == ({"t/0": 5}, None, 0)


def test_dimension_values_keep_their_order(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 1, dimensions={"kind": ["b", "a"], "way": ["x"]}))
    state = ledger.commit(commit(1, 2, dimensions={"kind": ["水", ""]}))
    assert state.dimensions == {"kind": ["b", "a", "水", ""], "way": ["x"]}


def test_many_deltas_are_one_page(make: Callable[[], Ledger]) -> None:
    ledger = make()
    versions = set()
    for i in range(60):
        ledger.commit(commit(i, i + 1, 2))
        versions.add(ledger.read("desk", PAGE)[0])
    assert rows(ledger) == 120
    assert len(versions) == 60
    assert ledger.pages("desk", "cells", "minute") == [PAGE]


def test_a_version_moves_with_its_page_and_goes_with_it(make: Callable[[], Ledger]) -> None:
    ledger, other = make(), PageKey("bins", "day", 0)
    assert ledger.versions("desk") == {}
    ledger.commit(commit(0, 5, deltas={page: commit(0, 1).deltas[PAGE] for page in (PAGE, other)}))
    first = ledger.versions("desk")
    ledger.commit(commit(5, 6))
    second = ledger.versions("desk")
    assert second == {PAGE: ledger.read("desk", PAGE)[0], other: first[other]}
    assert second[PAGE] != first[PAGE]
    ledger.expire("desk", {other: first[other]})
    assert ledger.versions("desk") == {PAGE: second[PAGE]}


def test_expired_pages_and_cleared_slots_are_gone(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5))
    ledger.expire("desk", ledger.versions("desk"))
    assert ledger.read("desk", PAGE) == (0, None)
    ledger.commit(commit(5, 6, deltas={}))
    ledger.clear("desk")
    assert ledger.state("desk").sequence == 0
    assert ledger.commit(commit(0, 2, 7)).offsets == {"t/0": 2}
    assert rows(make()) == 7


def test_a_page_that_moved_on_does_not_leave_and_one_that_left_takes_nothing_more(make: Callable[[], Ledger]) -> None:
    ledger, later = make(), PageKey("cells", "minute", 3600)
    ledger.commit(commit(0, 5, 5))
    seen = ledger.versions("desk")
    ledger.commit(commit(5, 6))
    ledger.expire("desk", seen)
    assert (rows(ledger), ledger.state("desk").floors) == (6, {})
    ledger.expire("desk", ledger.versions("desk"))
    ledger = make()
    assert (rows(ledger), ledger.state("desk").floors) == (0, {"minute": 3600})
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(6, 7))
    state = ledger.commit(commit(6, 7, deltas={later: commit(0, 1).deltas[PAGE]}))
    assert (state.offsets, "refused" in state.counters) == ({"t/0": 7}, False)


def test_what_is_closed_is_there_when_opened_again(make: Callable[[], Ledger]) -> None:
    state = make().commit(commit(0, 5, 5, dimensions={"kind": ["水"]}))
    again = make()
    assert again.state("desk") == state
    assert rows(again) == 5


def test_sequences_and_health(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5))
    ledger.report("desk", Health(True, "", 7, {"t/0": 9}))
    assert ledger.sequences(["desk", "other"]) == {"desk": 1, "other": 0}
    assert ledger.health("desk") == Health(True, "", 7, {"t/0": 9})
    assert ledger.health("other") == Health()


@pytest.mark.broker
def test_what_several_workers_say_is_put_together(redis_server: Any) -> None:
    one, other, reader = (RedisLedger(redis_server.address, "reports") for _ in range(3))
    one.report("desk", Health(True, "", 20_000_000, {"t/0": 9, "t/1": 4}))
    other.report("desk", Health(False, "no broker", 21_000_000, {"t/1": 5, "t/2": 7}))
    assert reader.health("desk") == Health(True, "", 21_000_000, {"t/0": 9, "t/1": 5, "t/2": 7})
    other.report("desk", Health(False, "no broker", 40_000_000, {"t/2": 8}))  # and the first one has been silent since
    assert reader.health("desk") == Health(False, "no broker", 40_000_000, {"t/0": 9, "t/1": 4, "t/2": 8})
    other.report("desk", Health(True, "", 90_000_000, {"t/2": 8}))
    assert reader.health("desk").ends == {"t/2": 8}
    for ledger in (one, other, reader):
        ledger.close()


def test_two_workers_count_each_record_once(make: Callable[[], Ledger]) -> None:
    line = Line(ledger=make())
    line.send(*[{"at": ago(minutes=i % 8), "region": "a1", "wait_s": 1.0} for i in range(500)])
    zombie = line.new_pipeline()
    while not zombie.step(0.01):
        pass
    line.run()
    line.send(*[{"at": ago(minutes=1), "region": "b", "wait_s": 1.0}] * 50)
    line.run()
    zombie.step(0.01)
    line.run()
    (reading,) = line.readings.ask(Question("desk.total", "c", NOON - timedelta(hours=2), NOON + timedelta(minutes=1)))
    assert reading.value == 550.0
    assert line.ledger.state("desk").counters["accepted"] == 550


def test_an_aspect_counts_from_when_it_was_first_named(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 1, since={"0a1b2c3d": 0, "dim:kind": 7}))
    state = ledger.commit(commit(1, 2, since={"dim:kind": 9, "n:new:er": 1_795_000_000_123_456}))
    assert state.since == {"0a1b2c3d": 0, "dim:kind": 7, "n:new:er": 1_795_000_000_123_456}
    assert make().state("desk").since == state.since


def test_what_was_folded_upon_another_life_of_the_slot_is_refused(make: Callable[[], Ledger]) -> None:
    ledger = make()
    epoch = ledger.commit(commit(0, 5, epoch=0)).epoch
    assert epoch
    assert ledger.commit(commit(5, 6, epoch=epoch)).epoch == epoch
    ledger.clear("desk")
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(0, 1, epoch=epoch))
    assert ledger.commit(commit(0, 1, epoch=0)).epoch not in (0, epoch)


def test_no_version_ever_returns(make: Callable[[], Ledger]) -> None:
    ledger, seen = make(), []
    for _ in range(3):
        for i in range(3):
            ledger.commit(commit(i, i + 1))
            seen.append(ledger.versions("desk")[PAGE])
        ledger.clear("desk")
    for _ in range(2):
        state = ledger.state("desk")
        ledger.commit(commit(state.offsets.get("t/0", 0), state.offsets.get("t/0", 0) + 1))
        seen.append(ledger.versions("desk")[PAGE])
        ledger.clear("desk")
    assert seen == sorted(set(seen))


def test_two_workers_cannot_admit_more_values_than_fit(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 1, dimensions={"kind": [f"v{n}" for n in range(199)], "way": ["a"]}))
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(1, 2, dimensions={"kind": ["x", "y"]}))
    assert ledger.state("desk").offsets == {"t/0": 1}
    assert "refused" not in ledger.state("desk").counters
    state = ledger.commit(commit(1, 2, dimensions={"kind": ["v7", "水"], "way": ["b"]}))  # one of the two was admitted meanwhile
    assert (len(state.dimensions["kind"]), state.dimensions["kind"][-1], state.dimensions["way"]) == (200, "水", ["a", "b"])
    assert ledger.commit(commit(2, 3, dimensions={"kind": ["水"]})).dimensions == state.dimensions
    with pytest.raises(OffsetConflict):
        ledger.commit(commit(3, 4, dimensions={"kind": ["z"]}))


def test_frames_merge_in_any_order() -> None:
    frames = [commit(0, 1, n).deltas[PAGE] for n in (1, 2, 3)]
    assert merge_frames("cells", frames)["n:x"].to_list() == merge_frames("cells", frames[::-1])["n:x"].to_list() == [6]
