"""The embedded log: durable through kill -9, bounded, seen by other processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from streams.embedded import EmbeddedLog
from streams.record import Span
from streams.source import SinkFull, SourceLost, StreamError, at

WRITER = """
import sys
from streams.embedded import EmbeddedLog
sink = EmbeddedLog(sys.argv[1]).sink("t")
number = 0
while True:
    sink.emit([f"{number + one}".encode() for one in range(7)], [b"k"] * 7)
    number += 7
    print(number, flush=True)
"""


def test_an_acknowledged_record_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    with writer.stdout:
        for _ in range(40):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout.read().split())])
    writer.wait()
    log = EmbeddedLog(path)
    source = log.source("t")
    source.open(at({}))
    batch = source.poll(0, 1_000_000)
    assert batch is not None
    values = [int(value) for value in batch.values]
    assert values == list(range(len(values)))
    assert len(values) >= acknowledged > 0
    assert len(values) % 7 == 0, "an emit is in the log whole or not at all"
    source.close()
    log.sink("t").emit([b"after"], [b"k"])
    assert log.read("t", 0, 2**62, 1).offsets[0] == len(values)
    log.close()


def test_records_of_another_process_are_seen_within_a_quarter_second(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    reader, other = EmbeddedLog(path), EmbeddedLog(path)
    source = reader.source("t")
    source.open(at({}))
    assert source.poll(0) is None
    timer = threading.Timer(0.05, lambda: other.sink("t").emit([b"x"]))
    timer.start()
    assert source.poll(5) is not None
    timer.join()
    source.close()
    reader.close()
    other.close()


@pytest.mark.parametrize("path", ["file", ":memory:"])
def test_the_oldest_are_deleted_and_reported_lost(path: str, tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.sqlite" if path == "file" else path, partitions=2, max_records_per_topic=100)
    sink, source = log.sink("t"), log.source("t")
    sink.emit([b"x"] * 80, [str(number).encode() for number in range(80)])
    source.open(at({0: 5, 1: 5}))
    sink.emit([b"y"] * 80, [str(number).encode() for number in range(80)])
    batch = source.poll(0, 1000)
    assert batch is not None
    assert len(batch) <= 100
    spans = batch.spans
    assert all(spans[partition].begin == 5 and spans[partition].lost > 0 for partition in (0, 1))
    assert sum(span.end for span in spans.values()) == 160
    assert sum(span.end - span.begin - span.lost for span in spans.values()) == len(batch)
    assert {partition: min(batch.offsets[batch.partitions == partition]) for partition in (0, 1)} == {
        partition: span.begin + span.lost for partition, span in spans.items()
    }
    source.close()
    log.close()


def test_a_gap_with_nothing_behind_it_is_told_at_once(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.sqlite", partitions=1)
    log.sink("t").emit([b"x"] * 10)
    log.close()
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as file, file:
        file.execute("DELETE FROM records")
        file.execute("UPDATE partitions SET first = next, bytes = 0")
    log = EmbeddedLog(tmp_path / "log.sqlite")
    source = log.source("t")
    source.open(at({0: 3}))
    gap = source.poll(0)
    assert gap is not None
    assert (gap.values, dict(gap.spans)) == ([], {0: Span(3, 10, lost=7)})
    assert source.poll(0) is None
    source.close()
    log.close()


def test_a_file_from_before_there_were_headers_keeps_its_records(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    log = EmbeddedLog(path, partitions=1)
    log.sink("t").emit([b"old"] * 3, [b"k"] * 3, [1_000, 1_001, 1_002])
    log.close()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("ALTER TABLE records DROP COLUMN headers")
    log = EmbeddedLog(path)
    log.sink("t").emit([b"new"], [b"k"], [1_003], [(("trace", b"7"),)])
    found = log.read("t", 0, 2_000, 10)
    assert found.values == [b"old", b"old", b"old", b"new"]
    assert found.headers == [(), (), (), (("trace", b"7"),)]
    assert found.offsets.tolist() == [0, 1, 2, 3]
    log.close()


def test_a_topic_is_bounded_in_bytes(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.sqlite", max_bytes_per_topic=10_000)
    for _ in range(20):
        log.sink("t").emit([b"x" * 1000] * 3)
    kept = log.read("t", 0, 2**62, 1000)
    assert 0 < sum(map(len, kept.values)) <= 10_000
    with pytest.raises(SinkFull, match="at most 10000 bytes, got 10001 at once"):
        log.sink("t").emit([b"x" * 10_001])
    assert kept.offsets.max() > 0
    log.close()


def test_offsets_are_not_used_twice_even_when_all_was_deleted(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.sqlite", partitions=1, max_records_per_topic=1)
    for number in range(5):
        log.sink("t").emit([str(number).encode()])
        assert log.read("t", 0, 2**62, 10).offsets.tolist() == [number]
    log.close()


def test_it_cannot_be_opened_where_it_must_not_be_written() -> None:
    with pytest.raises(StreamError, match="cannot be opened"):
        EmbeddedLog("/proc/nowhere/log.sqlite")
    with pytest.raises(ValueError, match="at least 1 partition"):
        EmbeddedLog(":memory:", partitions=0)


def test_a_closed_log_is_a_lost_source(tmp_path: Path) -> None:
    log = EmbeddedLog(":memory:")
    source = log.source("t")
    source.open(at({}))
    log.close()
    with pytest.raises(SourceLost, match="cannot be read"):
        source.poll(0)
