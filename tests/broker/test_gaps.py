"""What a log has lost is said: retention that overran a worker, and a topic that was deleted and made anew."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator

import msgspec
import pytest
from kafka.structs import TopicPartition

from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.standing import standing
from streams.clock import system_clock
from streams.connectors import KAFKA_CLIENTS, kafka_log
from streams.json_codec import JsonCodec
from streams.kafka_client import KafkaCluster
from streams.kafka_log import ClusterLog
from streams.source import SinkLost, at
from tests.broker.process import ServerProcess
from tests.forms import form
from tests.line import ZONE, small_slot, small_tree

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

PATIENCE_S = 120
SHOWN_S = form(120, 10)
"""The seconds of the promise are asked for where nothing else runs; elsewhere, that it is shown at all."""


@pytest.fixture(params=KAFKA_CLIENTS)
def log(request: pytest.FixtureRequest, kafka_server: ServerProcess) -> Iterator[ClusterLog]:
    made = kafka_log(kafka_server.address, request.param, partitions=1)
    yield made
    made.close()


@pytest.fixture(params=["alone", "in a group"])
def group(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "alone" else f"gaps.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def topic() -> str:
    return f"gaps.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def cluster(kafka_server: ServerProcess) -> KafkaCluster:
    return KafkaCluster((kafka_server.address,), "tests")


class Counting:
    """A worker that counts a topic's records into a ledger in memory; `stop` ends it, another goes on from the same ledger."""

    def __init__(self, log: ClusterLog, topic: str, group: str | None, ledger: MemoryLedger) -> None:
        slot = small_slot(source={"topic": topic})
        source = log.source(topic, group)
        fold = Fold(slot, JsonCodec(), small_tree(), ZONE)
        pipeline = Pipeline(source, {"desk": fold}, ledger, lambda slot, batch, rejected: None, system_clock)
        self._ledger = ledger
        self._stop = threading.Event()
        self._thread = threading.Thread(target=pipeline.run, args=(self._stop,), daemon=True)
        self._thread.start()

    def wait(self, counter: str, count: int, within_s: float) -> None:
        """Returns once a counter of the slot stands at `count`."""
        wait_until(lambda: self._ledger.state("desk").counters.get(counter, 0) == count, within_s, self._state)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _state(self) -> str:
        state = self._ledger.state("desk")
        return f"{dict(state.counters)} at {dict(state.offsets)}"


def wait_until(holds: Callable[[], bool], within_s: float, what: Callable[[], str]) -> None:
    begun, tick = time.monotonic(), threading.Event()
    while not holds():
        assert time.monotonic() - begun < within_s, what()
        tick.wait(0.02)


def send(log: ClusterLog, topic: str, count: int) -> None:
    record = msgspec.json.encode({"at": system_clock().isoformat(), "region": "a1", "wait_s": 1.0})
    log.sink(topic).emit([record] * count)


def make_anew(log: ClusterLog, cluster: KafkaCluster, topic: str, count: int) -> None:
    """Deletes the topic and makes one of the same name, with `count` records; as often as it takes."""
    with cluster.admin() as admin:
        admin.delete_topics([topic])
    client = "confluent" if "Confluent" in type(log.cluster).__name__ else "kafka-python"
    until = time.monotonic() + PATIENCE_S
    while True:
        again = kafka_log(log.address, client, partitions=1)
        try:
            return send(again, topic, count)
        except SinkLost:
            assert time.monotonic() < until
        finally:
            again.close()


@pytest.mark.parametrize("left", [20, 0])
def test_records_that_retention_took_are_counted_as_lost(
    log: ClusterLog, group: str | None, cluster: KafkaCluster, topic: str, left: int
) -> None:
    ledger = MemoryLedger()
    send(log, topic, 100)
    worker = Counting(log, topic, group, ledger)
    worker.wait("accepted", 100, PATIENCE_S)
    worker.stop()
    send(log, topic, 50)
    with cluster.admin() as admin:
        admin.delete_records({TopicPartition(topic, 0): 150 - left})
    worker = Counting(log, topic, group, ledger)
    worker.wait("lost", 50 - left, SHOWN_S)
    worker.wait("accepted", 100 + left, SHOWN_S)
    worker.stop()


@pytest.mark.parametrize("count", [30, 300], ids=["fewer records", "more records"])
def test_a_topic_made_anew_counts_from_its_beginning(
    log: ClusterLog, group: str | None, cluster: KafkaCluster, topic: str, count: int
) -> None:
    ledger = MemoryLedger()
    send(log, topic, 100)
    worker = Counting(log, topic, group, ledger)
    worker.wait("accepted", 100, PATIENCE_S)
    make_anew(log, cluster, topic, count)
    worker.wait("accepted", 100 + count, SHOWN_S)
    send(log, topic, 7)
    worker.wait("accepted", 107 + count, SHOWN_S)
    worker.stop()
    assert ledger.state("desk").counters.get("lost", 0) == 0
    assert standing(ledger.state("desk"), topic) == {0: count + 7}


def test_a_topic_made_anew_while_nobody_read_counts_from_its_beginning(
    log: ClusterLog, group: str | None, cluster: KafkaCluster, topic: str
) -> None:
    ledger = MemoryLedger()
    send(log, topic, 100)
    worker = Counting(log, topic, group, ledger)
    worker.wait("accepted", 100, PATIENCE_S)
    worker.stop()
    make_anew(log, cluster, topic, 300)
    worker = Counting(log, topic, group, ledger)
    worker.wait("accepted", 400, SHOWN_S)
    worker.stop()
    assert standing(ledger.state("desk"), topic) == {0: 300}


def test_whichever_client_reads_it_is_the_same_topic(kafka_server: ServerProcess, topic: str) -> None:
    ledger, sent = MemoryLedger(), 0
    for client in (*KAFKA_CLIENTS, *KAFKA_CLIENTS):
        log = kafka_log(kafka_server.address, client, partitions=1)
        send(log, topic, 50)
        sent += 50
        worker = Counting(log, topic, None, ledger)
        worker.wait("accepted", sent, PATIENCE_S)
        worker.stop()
        log.close()
    assert ledger.state("desk").counters == {"accepted": sent}


def test_what_a_topic_still_held_when_it_was_deleted_is_lost(log: ClusterLog, cluster: KafkaCluster, topic: str) -> None:
    """Records too large to be read ahead: most of them are still in the log when it goes."""
    log.sink(topic).emit([b"x" * 900_000] * 200)
    source = log.source(topic)
    source.open(at({}))
    counted = lost = 0
    while not counted:
        batch = source.poll(1.0, max_records=1)
        counted += len(batch) if batch is not None else 0
    make_anew(log, cluster, topic, 5)
    until = time.monotonic() + 4 * SHOWN_S
    while counted + lost < 205:
        assert time.monotonic() < until, (counted, lost)
        batch = source.poll(0.5, max_records=1)
        if batch is not None:
            counted += len(batch)
            lost += sum(span.lost for span in batch.spans.values())
    source.close()
    assert (counted + lost, lost > 0) == (205, True)
