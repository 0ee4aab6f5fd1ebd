"""Every ledger keeps the same promises; a new one enters `LEDGERS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from slots.ledger import Commit, Health, Ledger, LedgerLost, OffsetConflict, PageKey
from slots.ledger_memory import MemoryLedger
from slots.ledger_redis import RedisLedger
from slots.pages import merge_frames
from slots.reading import Question
from tests.line import NOON, Line, ago

PAGE = PageKey("cells", "minute", 0)


def commit(start: int, stop: int, n: int = 1, *, part: str = "t/0", **changes: Any) -> Commit:
    delta = pl.DataFrame({"t": [0], "r": ["c"], "d": [""], "k": [""], "n:x": [n]}, schema_overrides={"n:x": pl.Int64})
    standard: dict[str, Any] = {
        "slot": "desk",
        "begin": {part: start or None},
        "end": {part: stop},
        "deltas": {PAGE: delta},
        "counters": {"accepted": stop - start},
        "watermarks": {part: stop * 10},
        "dimensions": {},
        "first_event_us": stop * 10,
        "last_event_us": stop * 10,
        "committed_us": 1,
    }
    return Commit(**{**standard, **changes})


@pytest.fixture(params=["memory", "file", pytest.param("redis", marks=pytest.mark.broker)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    """Makes ledgers over one and the same store."""
    made: list[Ledger] = []
    if request.param == "redis":
        server = request.getfixturevalue("redis_server")
        prefix = f"test-{request.node.name}-{tmp_path.name}"
        build: Callable[[], Ledger] = lambda: RedisLedger(server.address, prefix)  # noqa: E731
    elif request.param == "file":
        build = lambda: MemoryLedger(tmp_path / "ledger.sqlite")  # noqa: E731
    else:
        only = MemoryLedger()
        build = lambda: only  # noqa: E731

    def one() -> Ledger:
        for earlier in made:
            earlier.close()
        made.append(build())
        return made[-1]

    yield one
    made[-1].close()


def rows(ledger: Ledger) -> int:
    frame = ledger.read("desk", PAGE)[1]
    return 0 if frame is None else int(frame["n:x"].sum())


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
    ledger.expire("desk", [other])
    assert ledger.versions("desk") == {PAGE: second[PAGE]}


def test_expired_pages_and_cleared_slots_are_gone(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.commit(commit(0, 5))
    ledger.expire("desk", [PAGE])
    assert ledger.read("desk", PAGE) == (0, None)
    ledger.commit(commit(5, 6))
    ledger.clear("desk")
    assert ledger.state("desk").sequence == 0
    assert ledger.commit(commit(0, 2, 7)).offsets == {"t/0": 2}
    assert rows(make()) == 7


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


def test_frames_merge_in_any_order() -> None:
    frames = [commit(0, 1, n).deltas[PAGE] for n in (1, 2, 3)]
    assert merge_frames("cells", frames)["n:x"].to_list() == merge_frames("cells", frames[::-1])["n:x"].to_list() == [6]


@pytest.mark.broker
def test_a_server_that_is_away_is_said_to_be_lost(redis_server: Any) -> None:
    ledger = RedisLedger(redis_server.address, "away")
    redis_server.stop()
    try:
        with pytest.raises(LedgerLost, match="does not answer"):
            ledger.commit(commit(0, 1))
        ledger.report("desk", Health())
    finally:
        redis_server.start()
    assert ledger.commit(commit(0, 1)).sequence == 1
    ledger.close()
