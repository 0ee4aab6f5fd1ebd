"""Slots that come, change and are counted anew while two workers share Kafka and Redis: all numbers equal the truth."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from slots import Anew, Fold, Pipeline, Question, Readings, Recompute, Slot, Workers
from slots.ledger_redis import RedisLedger
from slots.live import Live
from slots.standing import positions
from streams import Batch, Rejected
from streams.clock import system_clock
from streams.json_codec import JsonCodec
from streams.kafka import KafkaLog
from tests.broker.process import ServerProcess
from tests.forms import form
from tests.line import ZONE, small_slot, small_tree

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


class Shared:
    """A topic on Kafka, a ledger in Redis, and what two processes would hold: workers over slots of their own."""

    def __init__(self, kafka: str, redis: str) -> None:
        self.name = uuid.uuid4().hex[:10]
        self.topic = f"hot.{self.name}"
        self.log = KafkaLog(kafka, partitions=4)
        self.ledger = RedisLedger(redis, prefix=f"hot:{self.name}")
        self.regions = small_tree()
        self.slots = [Live({"desk": self.slot("desk")}), Live({"desk": self.slot("desk")})]
        self.commits: list[float] = []
        self.workers = [Workers(slots, self.fold, self.build, self.ledger) for slots in self.slots]
        self.readings = Readings(self.slots[0], self.ledger, self.regions, ZONE, system_clock)
        self.sent = 0
        self._sink = self.log.sink(self.topic)

    def slot(self, name: str, **changes: Any) -> Slot:
        return small_slot(slot=name, source={"topic": self.topic, "format": "json"}, **changes)

    def fold(self, slot: Slot, anew: Anew | None = None) -> Fold:
        return Fold(slot, JsonCodec(), self.regions, ZONE, anew=anew)

    def build(self, topic: str, folds: Mapping[str, Fold], apart: str = "") -> Pipeline:
        source = self.log.source(topic, f"{self.name}.{topic}.{apart}")
        return Pipeline(source, folds, self.ledger, none_expected, system_clock, self.note)

    def note(self, slot: str) -> None:
        if slot == "desk":
            self.commits.append(time.monotonic())

    def send(self, count: int) -> None:
        at = datetime.now(UTC).isoformat()
        values = [msgspec.json.encode({"at": at, "region": "a1", "wait_s": float(n % 7)}) for n in range(count)]
        self._sink.emit(values, keys=[b"%d" % (n % 64) for n in range(count)])
        self.sent += count

    def change(self, *slots: Slot) -> None:
        for live, workers in zip(self.slots, self.workers, strict=True):
            live.exchange({slot.slot: slot for slot in slots})
            workers.change()

    def accepted(self, slot: str) -> int:
        return self.ledger.state(slot).counters.get("accepted", 0)

    def value(self, indicator: str) -> float | None:
        now = system_clock()
        return self.readings.ask(Question(indicator, "c", now - timedelta(hours=1), now + timedelta(minutes=2)))[0].value

    def close(self) -> None:
        for workers in self.workers:
            workers.stop(20)
        self.log.close()
        self.ledger.close()


def none_expected(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
    assert not rejected


@pytest.fixture
def shared(kafka_server: ServerProcess, redis_server: ServerProcess) -> Iterator[Shared]:
    made = Shared(kafka_server.address, redis_server.address)
    yield made
    made.close()


def wait(holds: Callable[[], bool], what: Callable[[], object], timeout_s: float = 120) -> None:
    end_s = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end_s, what()
        threading.Event().wait(0.05)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_a_newcomer_catches_up_apart_and_is_counted_by_all_workers(shared: Shared) -> None:
    shared.send(20_000)
    for workers in shared.workers:
        workers.start()
    wait(lambda: shared.accepted("desk") == shared.sent, lambda: shared.accepted("desk"))
    stop = threading.Event()

    def load() -> None:
        while not stop.wait(0.02):
            shared.send(50)

    sender = threading.Thread(target=load)
    sender.start()
    try:
        begun_s = time.monotonic()
        shared.change(shared.slot("desk"), shared.slot("second"))
        wait(lambda: shared.accepted("second") > 20_000, lambda: shared.accepted("second"))
        wait(lambda: "newcomer-second" not in threads(), threads)
    finally:
        stop.set()
        sender.join()
    for slot in ("desk", "second"):
        wait(lambda slot=slot: shared.accepted(slot) == shared.sent, lambda slot=slot: (shared.accepted(slot), shared.sent))  # type: ignore[misc]
        assert sum(positions(shared.ledger.state(slot)).values()) == shared.sent
        assert shared.value(f"{slot}.requests") == shared.sent
    during = [moment for moment in shared.commits if moment >= begun_s]
    assert max(later - earlier for earlier, later in pairwise(during)) < form(30, 1)


def test_a_changed_measure_is_recomputed_under_load(shared: Shared) -> None:
    shared.send(5_000)
    for workers in shared.workers:
        workers.start()
    wait(lambda: shared.accepted("desk") == shared.sent, lambda: shared.accepted("desk"))
    changed = shared.slot("desk", indicators=[
        {"name": "requests", "measure": {"agg": "count"}}, {"name": "total", "measure": {"agg": "sum", "of": "wait_s * 2"}},
    ])  # fmt: skip
    shared.change(changed)
    stop = threading.Event()

    def load() -> None:
        while not stop.wait(0.02):
            shared.send(50)

    sender = threading.Thread(target=load)
    sender.start()
    try:
        for _ in range(2):
            recompute = Recompute(
                shared.slots[0], shared.fold, shared.log, shared.ledger, None, none_expected, ZONE, system_clock
            )
            recompute.run(recompute.plan("desk", datetime.now(UTC) - timedelta(days=1)))
    finally:
        stop.set()
        sender.join()
    wait(lambda: sum(positions(shared.ledger.state("desk")).values()) == shared.sent, lambda: shared.ledger.state("desk"))
    sums = [float(n % 7) for n in range(5_000)], [float(n % 7) for n in range(50)]
    truth = 2 * (sum(sums[0]) + sum(sums[1]) * (shared.sent - 5_000) / 50)
    assert (shared.value("desk.requests"), shared.value("desk.total")) == (shared.sent, truth)
    assert shared.readings.counts_since("desk.total") is None
