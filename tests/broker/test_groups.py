"""Members of one consumer group share a topic: every record once, nobody stops for the others."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from streams.connectors import KAFKA_CLIENTS, kafka_log
from streams.kafka_log import ClusterLog
from streams.kafka_source import KafkaSource
from streams.read_ahead import ReadAhead
from streams.source import Sink, SinkLost, SourceLost
from tests.broker.process import ServerProcess
from tests.forms import form

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

PARTITIONS = 8
PATIENCE_S = 120
"""Until whatever is waited for must have come. The seconds of a promise are asked for where nothing else runs."""


@pytest.fixture(params=KAFKA_CLIENTS)
def log(request: pytest.FixtureRequest, kafka_server: ServerProcess) -> Iterator[ClusterLog]:
    made = kafka_log(kafka_server.address, request.param, partitions=PARTITIONS)
    yield made
    made.close()


@pytest.fixture
def topic() -> str:
    return f"group.{uuid.uuid4().hex[:12]}"


class Memory:
    """What a ledger is to workers: positions and values, changed only where they were expected."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.positions: dict[int, int] = {}
        self.values: list[int] = []
        self.holes: list[str] = []
        self.moved: set[int] = set()
        self.trimmed = 0
        self._counted_by: dict[int, str] = {}

    def add(self, name: str, batch: Any) -> None:
        with self.lock:
            rest = batch.since(self.positions)
            self.trimmed += len(batch) - len(rest)
            for partition, span in rest.spans.items():
                if span.begin != self.positions.get(partition, 0) or span.lost:
                    self.holes.append(f"{name}: {partition} {span}, expected {self.positions.get(partition, 0)}")
                self.positions[partition] = span.end
                if self._counted_by.setdefault(partition, name) != name:
                    self.moved.add(partition)
                    self._counted_by[partition] = name
            self.values += [int(value) for value in rest.values]


class Worker:
    """Polls and counts in a thread of its own. While `go` is clear it holds a batch in hand and others stay ahead of it."""

    def __init__(self, name: str, source: ReadAhead, memory: Memory) -> None:
        self.name = name
        self.asked: list[int] = []
        self.counted: dict[int, int] = {}
        self.problems: list[BaseException] = []
        self._source = source
        self._memory = memory
        self.go = threading.Event()
        self.go.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        source.open(self._positions)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        assert not self.problems, self.problems

    def _positions(self, partitions: Collection[int]) -> Mapping[int, int]:
        self.asked += partitions
        with self._memory.lock:
            return {
                partition: self._memory.positions[partition] for partition in partitions if partition in self._memory.positions
            }

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                batch = self._source.poll(0.1, max_records=2_000)
                if batch is not None:
                    self.go.wait()
                    self._memory.add(self.name, batch)
                    for partition in batch.spans:
                        self.counted[partition] = self.counted.get(partition, 0) + 1
        except BaseException as error:
            self.problems.append(error)
        finally:
            self._source.close()


class Writer:
    """Writes numbers to all partitions until it is stopped. What a busy cluster does not acknowledge may be in the log or not."""

    def __init__(self, sink: Sink) -> None:
        self.sent = 0
        self.acknowledged: set[int] = set()
        self._sink = sink
        self._stop = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def counted(self, memory: Memory) -> bool:
        """Whether all that was acknowledged is there."""
        with memory.lock:
            return self.acknowledged <= set(memory.values)

    def once(self, memory: Memory) -> bool:
        """Whether each record was counted once, and none that was not sent."""
        return len(set(memory.values)) == len(memory.values) and set(memory.values) <= set(range(self.sent))

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            with suppress(SinkLost):
                self._write()

    def _write(self) -> None:
        numbers = range(self.sent, self.sent + 128)
        self.sent += 128
        self._sink.emit([str(number).encode() for number in numbers], [str(number % 64).encode() for number in numbers])
        self.acknowledged |= set(numbers)


def wait_until(holds: Callable[[], bool], what: str) -> float:
    """Seconds until it holds."""
    begun, tick = time.monotonic(), threading.Event()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_S, f"{what}: not within {PATIENCE_S} s"
        tick.wait(0.02)
    return time.monotonic() - begun


def shares(workers: Collection[Worker], least: int) -> Callable[[], bool]:
    """Whether each of the workers counts at least so many partitions just now."""
    before = {worker.name: dict(worker.counted) for worker in workers}
    return lambda: all(
        sum(count > before[worker.name].get(partition, 0) for partition, count in dict(worker.counted).items()) >= least
        for worker in workers
    )


def test_members_come_and_go_and_every_record_counts_once(log: ClusterLog, topic: str) -> None:
    memory, writer = Memory(), Writer(log.sink(topic))
    first = Worker("one", log.source(topic, "g." + topic), memory)
    workers = [first]
    wait_until(shares(workers, PARTITIONS), "the first member reads all")
    first.go.clear()
    for name, share in (("two", 4), ("three", 2)):
        workers.append(Worker(name, log.source(topic, "g." + topic), memory))
        wait_until(shares(workers[1:], share), f"member {name} has its share")
        first.go.set()
    asked = list(first.asked)
    workers.pop(1).stop()
    left_s = wait_until(shares(workers, 4), "the others take over")
    writer.stop()
    wait_until(lambda: writer.counted(memory), "all are counted")
    for worker in workers:
        worker.stop()
    assert memory.holes == []
    assert writer.once(memory)
    assert memory.moved and memory.trimmed, "partitions moved while batches of them were in flight"
    assert sorted(asked) == list(range(PARTITIONS)), "what the first member kept, it never asked for again"
    assert len(first.asked) - len(asked) <= PARTITIONS - 2
    assert left_s < form(PATIENCE_S, 6)


def test_a_member_that_leaves_is_replaced_within_five_seconds(log: ClusterLog, topic: str) -> None:
    memory, writer = Memory(), Writer(log.sink(topic))
    leaving, staying = (Worker(name, log.source(topic, "g." + topic), memory) for name in ("leaving", "staying"))
    wait_until(shares([leaving, staying], 4), "both have their share")
    leaving.stop()
    assert wait_until(shares([staying], PARTITIONS), "the other takes over") < form(PATIENCE_S, 5)
    writer.stop()
    wait_until(lambda: writer.counted(memory), "all are counted")
    staying.stop()
    assert memory.holes == []
    assert writer.once(memory)


def test_a_member_nobody_polls_leaves_and_comes_back(log: ClusterLog, topic: str) -> None:
    memory, writer = Memory(), Writer(log.sink(topic))
    stuck = KafkaSource(topic, log.cluster, "g." + topic, silence_s=1.0)
    stuck.open(lambda partitions: {})
    wait_until(lambda: stuck.poll(0.1) is not None, "the member reads")
    worker = Worker("other", log.source(topic, "g." + topic), memory)
    wait_until(shares([worker], PARTITIONS), "the other takes all over")
    wait_until(lambda: bool(stuck.poll(0.1)), "the member is back")
    writer.stop()
    stuck.close()
    wait_until(lambda: writer.counted(memory), "all are counted")
    worker.stop()
    assert memory.holes == []
    assert writer.once(memory)


def test_while_positions_cannot_be_had_poll_says_so_and_asks_again(log: ClusterLog, topic: str) -> None:
    log.sink(topic).emit([b"1"] * 100, [str(number).encode() for number in range(100)])
    asked: list[int] = []

    def positions(partitions: Collection[int]) -> Mapping[int, int]:
        asked.append(len(partitions))
        if len(asked) < 4:
            raise LookupError("the ledger is away")
        return {}

    source = log.source(topic, "g." + topic)
    source.open(positions)
    raised, count, until = 0, 0, time.monotonic() + PATIENCE_S
    while count < 100:
        assert time.monotonic() < until
        try:
            batch = source.poll(0.2)
        except LookupError:
            raised += 1
        else:
            count += len(batch) if batch is not None else 0
    source.close()
    assert raised >= 3  # once for each time it asked in vain, and while it tries again


def test_a_member_without_a_partition_still_notices_a_loss(log: ClusterLog, kafka_server: ServerProcess, topic: str) -> None:
    if not isinstance(kafka_server, ServerProcess):
        pytest.skip("this broker is not ours to break")
    log.cluster.create_topic(topic, 1)
    busy, idle = (KafkaSource(topic, log.cluster, "g." + topic) for _ in range(2))
    for source, for_s in ((busy, 1.0), (idle, 3.0)):
        source.open(lambda partitions: {})
        source.poll(for_s)
    kafka_server.pause()
    try:
        begun = time.monotonic()
        with pytest.raises(SourceLost):
            while time.monotonic() - begun < PATIENCE_S:
                idle.poll(0.2)
        assert time.monotonic() - begun < form(PATIENCE_S, 6)
    finally:
        kafka_server.resume()
    idle.close()
    busy.close()
