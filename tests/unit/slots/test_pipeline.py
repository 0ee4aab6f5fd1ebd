from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from slots.fold import Fold
from slots.ledger import Commit, LedgerLost, SlotState
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.reading import Question
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from streams.record import Batch
from streams.source import Positions, Source, SourceLost
from tests.line import NOON, ZONE, Line, ago, small_slot, small_tree


class FailingLedger(MemoryLedger):
    """A ledger that can be told to be away, before or after it has added a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.away = ""

    def commit(self, commit: Commit) -> SlotState:
        if self.away == "before":
            raise LedgerLost("away")
        state = super().commit(commit)
        if self.away == "after":
            raise LedgerLost("the answer was lost")
        return state


def requests(line: Line) -> float | None:
    return line.readings.ask(Question("desk.requests", "c", NOON - timedelta(hours=1), NOON + timedelta(minutes=1)))[0].value


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_ledger_neither_loses_nor_doubles(when: str) -> None:
    ledger = FailingLedger()
    line = Line(ledger=ledger)
    line.send(*[{"at": ago(minutes=1), "region": "a1"}] * 20)
    ledger.away = when
    with pytest.raises(LedgerLost):
        line.run()
    ledger.away = ""
    line.run()
    assert requests(line) == 20


def test_two_slots_of_one_topic_each_go_on_where_they_stood() -> None:
    """A slot that is new reads the topic from its beginning; the other counts nothing twice."""
    line = Line()
    line.send(*[{"at": ago(minutes=1), "region": "a1"}] * 10)
    line.run()
    second = small_slot(slot="second")
    folds = {name: Fold(slot, JsonCodec(), line.regions, ZONE) for name, slot in (("desk", line.slot), ("second", second))}
    both = Pipeline(line.log.source("city.desk"), folds, line.ledger, lambda *_: None, line.clock)
    line.send(*[{"at": ago(minutes=1), "region": "b"}] * 5)
    while both.step(0.01):
        pass
    assert [line.ledger.state(name).counters["accepted"] for name in ("desk", "second")] == [15, 15]


class AskingSource:
    """Asks for a position once more while a batch that was read before is still on its way, as a reader that reads ahead does."""

    def __init__(self, source: Source) -> None:
        self.topic = source.topic
        self._inner = source
        self.meanwhile: Callable[[], None] | None = None

    def open(self, positions: Positions) -> None:
        self._ask = positions
        self._inner.open(positions)

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        batch = self._inner.poll(timeout_s, max_records)
        if batch is not None and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
            self._ask([0, 1])
        return batch

    def ends(self) -> Mapping[int, int]:
        return self._inner.ends()

    def close(self) -> None:
        self._inner.close()


def test_a_ledger_that_is_emptied_while_partitions_are_handed_over_is_counted_from_the_beginning() -> None:
    line = Line()
    source = AskingSource(line.log.source("city.desk"))
    fold = Fold(line.slot, JsonCodec(), line.regions, ZONE)
    pipeline = Pipeline(source, {"desk": fold}, line.ledger, lambda *_: None, line.clock)
    for count in (10, 5):
        line.send(*[{"at": ago(minutes=1), "region": "a1"}] * count)
        source.meanwhile = (lambda: line.ledger.clear("desk")) if count == 5 else None
        pipeline.step(0.01)
    for _ in range(5):
        pipeline.step(0.01)
    assert requests(line) == 15


class LostSource:
    """A source whose log is away until it is told otherwise."""

    def __init__(self, log: EmbeddedLog) -> None:
        self.topic = "city.desk"
        self._inner = log.source(self.topic)
        self.polled = threading.Event()
        self.away = True

    def open(self, positions: Positions) -> None:
        self._inner.open(positions)

    def poll(self, timeout_s: float, max_records: int = 20_000):  # type: ignore[no-untyped-def]
        self.polled.set()
        if self.away:
            raise SourceLost("no broker at nowhere:9092")
        return self._inner.poll(timeout_s, max_records)

    def ends(self) -> dict[int, int]:
        return dict(self._inner.ends())

    def close(self) -> None:
        self._inner.close()


def test_a_lost_log_makes_the_slot_stale_with_the_reason_and_live_again() -> None:
    line = Line()
    line.send({"at": ago(seconds=1), "region": "a1"})
    line.run()
    counted = threading.Event()
    source = LostSource(line.log)
    fold = Fold(line.slot, JsonCodec(), small_tree(), ZONE)
    pipeline = Pipeline(source, {"desk": fold}, line.ledger, lambda *_: None, line.clock, lambda slot: counted.set())
    stop = threading.Event()
    thread = threading.Thread(target=pipeline.run, args=(stop,))
    thread.start()
    assert source.polled.wait(10)
    while not line.ledger.health("desk").reason:
        source.polled.clear()
        assert source.polled.wait(10)
    fresh = line.readings.freshness("desk")
    assert (fresh.status, fresh.reason) == ("stale", "no broker at nowhere:9092")
    source.away = False
    line.send({"at": ago(seconds=1), "region": "a1"})
    assert counted.wait(10)
    stop.set()
    thread.join(10)
    line.clock.advance(timedelta(seconds=1))
    assert requests(line) == 2


def test_a_silent_worker_is_noticed() -> None:
    line = Line()
    line.send({"at": ago(seconds=1), "region": "a1"})
    stop = threading.Event()
    counted = threading.Event()
    fold = Fold(line.slot, JsonCodec(), small_tree(), ZONE)
    pipeline = Pipeline(
        line.log.source("city.desk"), {"desk": fold}, line.ledger, lambda *_: None, line.clock, lambda slot: counted.set()
    )
    thread = threading.Thread(target=pipeline.run, args=(stop,))
    thread.start()
    assert counted.wait(10)
    stop.set()
    thread.join(10)
    assert line.readings.freshness("desk").status == "live"
    line.clock.advance(timedelta(seconds=7))
    fresh = line.readings.freshness("desk")
    assert fresh.status == "stale"
    assert "silent for 7 s" in fresh.reason
