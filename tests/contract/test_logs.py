"""What every log must do: the embedded one in a file and in memory, and Kafka by each client."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from streams.connectors import KAFKA_CLIENTS, kafka_log
from streams.embedded import EmbeddedLog
from streams.record import Batch
from streams.source import Log, Source, at

LogMaker = Callable[[], Log]
KINDS = ["file", "memory", *(pytest.param(client, marks=pytest.mark.broker) for client in KAFKA_CLIENTS)]


@pytest.fixture(params=KINDS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    made: Log
    if request.param in KAFKA_CLIENTS:
        made = kafka_log(request.getfixturevalue("kafka_server").address, request.param)
    else:
        made = EmbeddedLog(tmp_path / "log.sqlite" if request.param == "file" else ":memory:")
    yield made
    made.close()


@pytest.fixture
def topic() -> str:
    return f"contract.{uuid.uuid4().hex[:12]}"


def read_all(source: Source, count: int, max_records: int = 20_000) -> list[Batch]:
    """Polls until `count` records came, or 20 s of silence."""
    batches: list[Batch] = []
    while sum(map(len, batches)) < count:
        batch = source.poll(20, max_records)
        assert batch is not None, f"only {sum(map(len, batches))} of {count} records came"
        batches.append(batch)
    return batches


def test_gives_back_what_was_written(log: Log, topic: str) -> None:
    values = [f"value {number}".encode() for number in range(500)]
    keys = [f"key {number % 11}".encode() if number % 3 else None for number in range(500)]
    times = [1_700_000_000_000 + number for number in range(500)]
    assert log.sink(topic).emit(values, keys, times) == 500
    source = log.source(topic)
    source.open(at({}))
    found = read_all(source, 500)
    source.close()
    rows = sorted(
        (int(ms), value, key)
        for batch in found
        for ms, value, key in zip(batch.timestamps_ms, batch.values, batch.keys, strict=True)
    )
    assert rows == list(zip(times, values, keys, strict=True))
    assert {batch.topic for batch in found} == {topic}
    assert found[0].partitions.dtype == np.int32
    assert found[0].offsets.dtype == np.int64


def test_equal_keys_keep_their_order_in_one_partition(log: Log, topic: str) -> None:
    sink = log.sink(topic)
    for start in range(0, 300, 100):
        numbers = range(start, start + 100)
        sink.emit([str(number).encode() for number in numbers], [str(number % 5).encode() for number in numbers])
    source = log.source(topic)
    source.open(at({}))
    seen: dict[bytes | None, list[int]] = {}
    homes: dict[bytes | None, set[int]] = {}
    for batch in read_all(source, 300):
        for value, key, partition in zip(batch.values, batch.keys, batch.partitions, strict=True):
            seen.setdefault(key, []).append(int(value))
            homes.setdefault(key, set()).add(int(partition))
    source.close()
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    assert all(len(home) == 1 for home in homes.values())
    assert len(set().union(*homes.values())) > 1


def test_spans_are_without_gaps_and_hold_their_records(log: Log, topic: str) -> None:
    log.sink(topic).emit([b"x"] * 1000, [str(number % 17).encode() for number in range(1000)])
    source = log.source(topic)
    source.open(at({}))
    next_offsets: dict[int, int] = {}
    for batch in read_all(source, 1000, max_records=130):
        assert len(batch) <= 130
        assert set(batch.spans) == set(batch.partitions.tolist())
        for partition, span in batch.spans.items():
            assert span.begin == next_offsets.get(partition, 0)
            assert span.lost == 0
            offsets = batch.offsets[batch.partitions == partition]
            assert np.all(np.diff(offsets) > 0)
            assert span.begin <= offsets[0]
            assert offsets[-1] < span.end
            next_offsets[partition] = span.end
    assert sum(next_offsets.values()) == 1000
    assert {partition: end for partition, end in source.ends().items() if end} == next_offsets
    source.close()


def test_a_second_source_goes_on_from_the_callers_positions(log: Log, topic: str) -> None:
    sink = log.sink(topic)
    sink.emit([b"old"] * 100, [str(number).encode() for number in range(100)])
    first = log.source(topic)
    first.open(at({}))
    ends = {partition: span.end for batch in read_all(first, 100) for partition, span in batch.spans.items()}
    first.close()
    sink.emit([b"new"] * 50, [str(number).encode() for number in range(50)])
    second = log.source(topic)
    second.open(at(ends))
    batches = read_all(second, 50)
    second.close()
    assert {value for batch in batches for value in batch.values} == {b"new"}
    assert sum(map(len, batches)) == 50


def test_a_topic_that_is_not_there_is_one_without_records(log: Log, topic: str) -> None:
    source = log.source(topic)
    source.open(at({}))
    assert source.poll(0) is None
    assert not any(source.ends().values())
    log.sink(topic).emit([b"the first"])
    assert read_all(source, 1)[0].values == [b"the first"]
    source.close()


def test_a_waiting_poll_wakes(log: Log, topic: str) -> None:
    sink = log.sink(topic)
    sink.emit([b"one"])
    source = log.source(topic)
    source.open(at({}))
    read_all(source, 1)
    writer = threading.Timer(0.1, lambda: sink.emit([b"two"]))
    writer.start()
    assert read_all(source, 1)[0].values == [b"two"]
    writer.join()
    source.close()


def test_many_writers_lose_nothing(log: Log, topic: str) -> None:
    sink = log.sink(topic)
    sink.emit([b"begin"])

    def write(writer: int) -> None:
        for number in range(20):
            sink.emit([f"{writer}/{number}".encode()], [str(writer).encode()])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source = log.source(topic)
    source.open(at({}))
    values = [value for batch in read_all(source, 121) for value in batch.values]
    source.close()
    assert sorted(values) == sorted([b"begin", *(f"{writer}/{number}".encode() for writer in range(6) for number in range(20))])


def test_read_answers_the_newest_of_a_stretch_of_time(log: Log, topic: str) -> None:
    times = [1_700_000_000_000 + number * 1000 for number in range(200)]
    log.sink(topic).emit(
        [str(number).encode() for number in range(200)], [str(number % 3).encode() for number in range(200)], times
    )
    batch = log.read(topic, times[50], times[150], limit=30)
    assert sorted(int(value) for value in batch.values) == list(range(120, 150))
    assert all(np.all(np.diff(batch.offsets[batch.partitions == partition]) > 0) for partition in batch.spans)
    assert len(log.read(topic, times[0] - 5000, times[0], limit=30)) == 0
    assert len(log.read(f"{topic}.absent", 0, times[-1], limit=30)) == 0


def test_reach_says_from_where_all_since_a_moment_is_read(log: Log, topic: str) -> None:
    times = [1_700_000_000_000 + number * 1000 for number in range(200)]
    log.sink(topic).emit([str(number).encode() for number in range(200)], [str(n % 3).encode() for n in range(200)], times)
    reach = log.reach(topic, times[50])
    assert all(one.from_ms is None for one in reach.values())
    source = log.source(topic)
    source.open(at({partition: one.begin for partition, one in reach.items()}))
    batches = read_all(source, sum(one.end - one.begin for one in reach.values()))
    source.close()
    assert sorted(int(value) for batch in batches for value in batch.values) == list(range(50, 200))
    assert sum(one.end - one.begin for one in log.reach(topic, times[0]).values()) == 200
    assert all(one.begin == one.end for one in log.reach(topic, times[-1] + 1).values())
    assert log.reach(f"{topic}.absent", 0) == {}


def test_closing_twice_is_allowed(log: Log, topic: str) -> None:
    source, sink = log.source(topic), log.sink(topic)
    sink.emit([b"x"])
    source.open(at({}))
    source.close()
    source.close()
    sink.close()
    sink.close()
    log.close()
    log.close()


def test_headers_travel_with_their_records(log: Log, topic: str) -> None:
    sink = log.sink(topic)
    sink.emit([b"bare"] * 10, [b"k"] * 10, [1_600_000_000_000] * 10)
    source = log.source(topic)
    source.open(at({}))
    assert all(batch.headers is None for batch in read_all(source, 10))
    carried = [(("ce_type", b"water"), ("trace", b"\x00\xff"), ("trace", b"")), (), (("ce_type", "供水".encode()),)]
    times = [1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_002]
    sink.emit([b"0", b"1", b"2"], [b"k"] * 3, times, carried)
    found = [one for batch in read_all(source, 3) for one in batch.headers or [()] * len(batch)]
    assert found == carried
    source.close()
    history = log.read(topic, times[0], times[2] + 1, 10)
    assert (history.values, history.headers) == ([b"0", b"1", b"2"], carried)


def test_an_empty_emit_writes_nothing(log: Log, topic: str) -> None:
    assert log.sink(topic).emit([]) == 0
