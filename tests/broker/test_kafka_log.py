"""What only a real broker can show: losses, returns, overruns, new partitions."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest

from streams.connectors import KAFKA_CLIENTS, kafka_log
from streams.kafka_client import KafkaCluster
from streams.kafka_log import ClusterLog
from streams.record import Batch, Span
from streams.source import Reach, SinkLost, Source, SourceLost, at
from tests.broker.process import ForeignServer, ServerProcess, free_port

pytestmark = pytest.mark.broker


@pytest.fixture(params=KAFKA_CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def log(client: str, kafka_server: ServerProcess) -> Iterator[ClusterLog]:
    made = kafka_log(f"kafka://{kafka_server.address}", client)
    yield made
    made.close()


@pytest.fixture
def topic() -> str:
    return f"broker.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def cluster(kafka_server: ServerProcess) -> KafkaCluster:
    return KafkaCluster((kafka_server.address,), "tests")


def read(source: Source, count: int, within_s: float = 30) -> list[Batch]:
    """Polls, through losses, until `count` records came."""
    batches: list[Batch] = []
    until = time.monotonic() + within_s
    while sum(map(len, batches)) < count:
        assert time.monotonic() < until, f"only {sum(map(len, batches))} of {count} records came"
        try:
            batch = source.poll(0.5)
        except SourceLost:
            continue
        batches += [batch] if batch is not None else []
    return batches


def wait_for_loss(source: Source) -> float:
    """Seconds until a poll says that the broker is lost."""
    begun = time.monotonic()
    with pytest.raises(SourceLost, match="does not answer"):
        while time.monotonic() - begun < 20:
            source.poll(0.2)
    return time.monotonic() - begun


def own(server: ServerProcess | ForeignServer) -> ServerProcess:
    if isinstance(server, ForeignServer):
        pytest.skip(f"{server.name} is not ours to break")
    return server


@pytest.mark.fault
@pytest.mark.parametrize("how", ["pause", "kill"])
def test_a_lost_broker_is_noticed_and_nothing_is_lost_or_doubled(
    how: str, kafka_server: ServerProcess, log: ClusterLog, topic: str
) -> None:
    server = own(kafka_server)
    if how == "kill" and server.name.startswith("noida-db"):
        pytest.skip("noida-db does not acknowledge to the same producer after kill -9; Apache Kafka does")
    sink = log.sink(topic)
    sink.emit([str(number).encode() for number in range(1000)], [str(number % 7).encode() for number in range(1000)])
    source = log.source(topic)
    source.open(at({}))
    batches = read(source, 1000)
    (server.pause if how == "pause" else server.kill)()
    try:
        assert wait_for_loss(source) <= 5.0
    finally:
        (server.resume if how == "pause" else server.start)()
    sink.emit([str(number).encode() for number in range(1000, 1500)], [str(number % 7).encode() for number in range(1000, 1500)])
    batches += read(source, 500)
    assert source.poll(0.3) is None
    source.close()
    assert sorted(int(value) for batch in batches for value in batch.values) == list(range(1500))
    assert_seamless(batches)


def assert_seamless(batches: list[Batch]) -> None:
    """Each span begins where the one before it ended."""
    ends: dict[int, int] = {}
    for batch in batches:
        for partition, span in batch.spans.items():
            assert span.begin == ends.get(partition, 0)
            assert span.lost == 0
            ends[partition] = span.end


@pytest.mark.fault
def test_a_sink_says_so_when_nothing_was_acknowledged(kafka_server: ServerProcess, log: ClusterLog, topic: str) -> None:
    server = own(kafka_server)
    sink = log.sink(topic)
    sink.emit([b"before"])
    server.kill()
    try:
        with pytest.raises(SinkLost, match=f"did not acknowledge 1 records of '{topic}'"):
            sink.emit([b"lost"])
    finally:
        server.start()
    assert sink.emit([b"after"]) == 1


def test_a_broker_that_is_not_there_is_lost_within_five_seconds(client: str) -> None:
    log = kafka_log(f"127.0.0.1:{free_port()}", client)
    source = log.source("nothing")
    source.open(at({0: 5}))
    assert wait_for_loss(source) <= 5.0
    source.close()
    log.close()


def test_reach_says_where_a_log_begins_that_does_not_reach_back(log: ClusterLog, cluster: KafkaCluster, topic: str) -> None:
    from kafka.structs import TopicPartition

    times = [1_700_000_000_000 + number * 1000 for number in range(100)]
    log.sink(topic).emit([str(number).encode() for number in range(100)], [b"one key"] * 100, times)
    partition = next(p for p, one in log.reach(topic, 0).items() if one.end)
    with cluster.admin() as admin:
        admin.delete_records({TopicPartition(topic, partition): 60})
    assert log.reach(topic, times[50])[partition] == Reach(60, 100, times[60])
    assert log.reach(topic, times[61])[partition] == Reach(61, 100, None)


def test_a_position_that_retention_overran_goes_on_at_the_earliest(log: ClusterLog, cluster: KafkaCluster, topic: str) -> None:
    from kafka.structs import TopicPartition

    log.sink(topic).emit([str(number).encode() for number in range(100)], [b"one key"] * 100)
    first = log.source(topic)
    first.open(at({}))
    partition = int(read(first, 100)[0].partitions[0])
    first.close()
    with cluster.admin() as admin:
        admin.delete_records({TopicPartition(topic, partition): 60})
    source = log.source(topic)
    source.open(at({partition: 10}))
    gap, *batches = read(source, 40)
    source.close()
    assert (len(gap), dict(gap.spans)) == (0, {partition: Span(10, 60, lost=50)})
    assert [int(value) for batch in batches for value in batch.values] == list(range(60, 100))
    assert (batches[0].spans[partition].begin, batches[-1].spans[partition].end) == (60, 100)


def test_a_running_source_notices_a_topic_made_anew(client: str, log: ClusterLog, cluster: KafkaCluster, topic: str) -> None:
    log.sink(topic).emit([b"old"] * 50, [b"one key"] * 50)
    source = log.source(topic)
    source.open(at({}))
    read(source, 50)
    with cluster.admin() as admin:
        admin.delete_topics([topic])
    again = kafka_log(log.address, client)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            again.sink(topic).emit([b"new"] * 5, [b"one key"] * 5)
            break
        except SinkLost:
            continue
    batches = read(source, 5)
    source.close()
    again.close()
    assert {value for batch in batches for value in batch.values} == {b"new"}


def test_partitions_added_later_are_read(client: str, log: ClusterLog, cluster: KafkaCluster, topic: str) -> None:
    from kafka.admin import NewPartitions

    sink = log.sink(topic)
    sink.emit([b"x"] * 20, [str(number).encode() for number in range(20)])
    source = log.source(topic)
    source.open(at({}))
    read(source, 20)
    with cluster.admin() as admin:
        admin.create_partitions({topic: NewPartitions(6)})
    fresh = kafka_log(log.address, client)
    fresh.sink(topic).emit([b"y"] * 200, [str(number).encode() for number in range(200)])
    fresh.close()
    batches = read(source, 200)
    source.close()
    assert {int(partition) for batch in batches for partition in batch.partitions} == set(range(6))
    assert [value for batch in batches for value in batch.values] == [b"y"] * 200


def test_aborted_transactions_are_not_read(kafka_server: ServerProcess, log: ClusterLog, topic: str) -> None:
    from kafka import KafkaProducer

    log.sink(topic).emit([b"before"], [b"k"])
    producer = KafkaProducer(bootstrap_servers=kafka_server.address, transactional_id=topic)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic, b"aborted", b"k").get(timeout=20)
    producer.abort_transaction()
    producer.begin_transaction()
    producer.send(topic, b"committed", b"k").get(timeout=20)
    producer.commit_transaction()
    producer.close()
    source = log.source(topic)
    source.open(at({}))
    batches = read(source, 2)
    source.close()
    assert [value for batch in batches for value in batch.values] == [b"before", b"committed"]
    assert_seamless(batches)


def test_an_unusable_address_is_refused(client: str) -> None:
    for wrong in ("", "localhost", "http://localhost:9092", "kafka://a,b:1"):
        with pytest.raises(ValueError, match="must be 'host:port'"):
            kafka_log(wrong, client)
    log = kafka_log("kafka://a:1, b:2/", client)
    assert log.address == "kafka://a:1,b:2"
    log.close()
