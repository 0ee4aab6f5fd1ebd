"""Every ledger keeps the same promises; a new one enters `LEDGERS`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import redis

from slots.bounds import RECOUNT_S, Bounds
from slots.ledger import Commit, Health, Ledger, LedgerLost, OffsetConflict, PageKey, SlotState, shadow_of
from slots.ledger_memory import MemoryLedger
from slots.ledger_redis import RedisLedger
from slots.pages import merge_frames
from slots.reading import Question
from tests.broker.process import ForeignServer
from tests.broker.redis_server import cluster_node
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
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Makes ledgers over one and the same store; `bounds`: how many cells a slot may hold."""
    made: list[Ledger] = []

    def one(bounds: Bounds | None = None) -> Ledger:
        for earlier in made:
            earlier.close()
        if request.param == "redis":
            made.append(RedisLedger(request.getfixturevalue("redis_server").address, f"{request.node.name}-{tmp_path}", bounds))
        elif request.param == "file":
            made.append(MemoryLedger(tmp_path / "ledger.sqlite", bounds))
        else:
            made.append(made[0] if made else MemoryLedger(bounds=bounds))
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


def cells(*rows: tuple[int, int], column: str = "n:x") -> pl.DataFrame:
    """Cells of region c: (bucket's start, count)."""
    frame = pl.DataFrame({"t": [t for t, _ in rows], "r": "c", "d": "", "k": "", column: [n for _, n in rows]})
    return frame.cast({"t": pl.Int64, column: pl.Int64})


def told(ledger: Ledger, slot: str, key: PageKey, column: str = "n:x") -> dict[int, int]:
    frame = ledger.read(slot, key)[1]
    return {} if frame is None else {t: n for t, n in frame.sort("t").select("t", column).rows() if n}


DAY_S = 86_400
CUT_S = 10 * DAY_S - 8 * 3600
"""The beginning of a day in a zone eight hours ahead: in the middle of a UTC day's page of hours and of the year's page."""
HOURS, DAYS, MINUTES = PageKey("cells", "hour", 9 * DAY_S), PageKey("cells", "day", 0), PageKey("cells", "minute", CUT_S)
OLD_HOURS, NEW_HOURS = PageKey("cells", "hour", 8 * DAY_S), PageKey("cells", "hour", 10 * DAY_S)
ENTITIES = PageKey("entities", "", 0)


def things(**keys: tuple[int, str]) -> pl.DataFrame:
    rows = [{"key": key, "time_us": time_us, "lon": 0.0, "lat": 0.0, "r": r} for key, (time_us, r) in keys.items()]
    return pl.DataFrame(rows)


def beside(ledger: Ledger) -> str:
    """A slot with state on both sides of the cut, and its shadow, which stands elsewhere."""
    shadow = shadow_of("desk")
    mine = {
        OLD_HOURS: cells((8 * DAY_S, 1)),
        HOURS: cells((CUT_S - 3600, 2), (CUT_S, 4)),
        NEW_HOURS: cells((10 * DAY_S, 8)),
        DAYS: cells((CUT_S - DAY_S, 16), (CUT_S, 32)),
        MINUTES: cells((CUT_S, 64)),
        ENTITIES: things(a=(5, "old"), b=(9, "old"), c=(3, "old")),
    }
    new = {
        OLD_HOURS: cells((8 * DAY_S, 100)),
        HOURS: cells((CUT_S - 3600, 200), (CUT_S, 400), column="n:y"),
        NEW_HOURS: cells((10 * DAY_S, 800)),
        DAYS: cells((CUT_S - DAY_S, 1600), (CUT_S, 3200)),
        ENTITIES: things(a=(5, "new"), b=(7, "new"), d=(1, "new")),
    }
    ledger.commit(commit(0, 50, deltas=mine, since={"x": 0}, dimensions={"kind": ["a"]}, first_event_us=10, last_event_us=900))
    changes: dict[str, Any] = {"since": {"y": 5}, "dimensions": {"kind": ["b"]}, "first_event_us": 20, "last_event_us": 800}
    ledger.commit(commit(0, 40, slot=shadow, deltas=new, counters={"accepted": 3}, **changes))
    return shadow


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


def hundred() -> Bounds:
    """At most a hundred cells, by a clock that has always gone on."""
    return Bounds(100, count(step=RECOUNT_S).__next__)


def explode(at: int, **changes: Any) -> Commit:
    """A commit that brings a new minute, hour and day cell, and one more of the first of each."""
    deltas = {size: cells((0, 1), (at, 1)) if at else cells((0, 1)) for size in ("minute", "hour", "day")}
    pages = {PageKey("cells", size, 0): delta for size, delta in deltas.items()}  # type: ignore[arg-type]
    bins = pl.DataFrame({"t": [0, at], "r": "c", "d": "", "k": "", "c": "q:1", "b": [at, at], "n": 1}).unique("t")
    return commit(at, at + 1, deltas=pages | {PageKey("bins", "minute", 0): bins.cast({"b": pl.Int32})}, **changes)


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


@pytest.fixture
def roomy(redis_server: Any) -> Iterator[redis.Redis]:
    """The server's settings may be changed; they are put back."""
    with redis.Redis.from_url(redis_server.address) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.broker
def test_a_full_server_takes_nothing_more_and_says_so(redis_server: Any, roomy: redis.Redis) -> None:
    ledger = RedisLedger(redis_server.address, "full")
    roomy.config_set("maxmemory", roomy.info("memory")["used_memory"] + 3_000_000)
    done = 0
    with pytest.raises(LedgerLost, match=r"is full.*maxmemory.*Hint"):
        for at in range(2_000):
            noise = pl.DataFrame({"t": range(at * 500, at * 500 + 500), "r": "c", "d": "", "k": "", "n:x": 1})
            ledger.commit(commit(at, at + 1, deltas={PAGE: noise, DAYS: noise}))
            done = at + 1
    state = ledger.state("desk")
    assert 3 < done < 2_000
    assert (state.offsets, state.counters, state.sequence) == ({"t/0": done}, {"accepted": done}, done)
    for key in (PAGE, DAYS):
        frame = ledger.read("desk", key)[1]
        assert frame is not None
        assert frame.height == done * 500
    roomy.config_set("maxmemory", 0)
    assert ledger.commit(commit(done, done + 1)).offsets == {"t/0": done + 1}
    ledger.clear("desk")
    ledger.close()


@pytest.mark.broker
def test_a_server_that_gives_up_keys_is_refused(redis_server: Any, roomy: redis.Redis) -> None:
    ledger = RedisLedger(redis_server.address, "evicting")
    roomy.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(LedgerLost, match="noeviction"):
        ledger.commit(commit(0, 1))
    roomy.config_set("maxmemory-policy", "volatile-lru")  # ours have no end
    assert ledger.commit(commit(0, 1)).sequence == 1
    ledger.close()


@pytest.mark.broker
def test_every_step_stays_on_one_node_of_a_cluster(tmp_path: Path) -> None:
    """A server in cluster mode refuses whatever touches keys of two hash slots."""
    server = cluster_node(tmp_path)
    if isinstance(server, ForeignServer):
        pytest.skip("no server of our own")
    ledger = RedisLedger(server.address, "cluster", hundred())
    try:
        for at in range(60):
            ledger.commit(explode(at))
        with pytest.raises(OffsetConflict):
            ledger.commit(explode(7))
        ledger.clear("desk")
        shadow = beside(ledger)
        assert ledger.swap("desk", shadow, CUT_S).offsets == {"t/0": 40}
        ledger.expire("desk", ledger.versions("desk"))
        ledger.report("desk", Health())
        assert ledger.health("desk") == Health()
    finally:
        ledger.close()
        server.kill()


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
