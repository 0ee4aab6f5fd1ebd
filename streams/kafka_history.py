"""The newest records of a stretch of time, for people who ask what lies behind a number."""

from __future__ import annotations

import time
from typing import Any

from kafka.errors import KafkaError

from streams.batching import Row, make_batch
from streams.kafka_client import ANSWER_MS, KafkaCluster, KafkaReader
from streams.record import Batch, Span
from streams.source import SourceLost

_DEADLINE_S = 10.0


def read_history(cluster: KafkaCluster, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
    """As Log.read. Reads at most `limit` records of each partition. Raises SourceLost."""
    reader = cluster.consumer(topic)
    try:
        wanted = _stretches(reader, from_ms, to_ms, limit)
        rows = _read(reader, wanted)
    except KafkaError as error:
        raise reader.lost(error) from error
    finally:
        reader.close()
    within = sorted((row for row in rows if from_ms <= row.timestamp_ms < to_ms), key=lambda row: row.timestamp_ms)
    newest = sorted(within[-limit:], key=lambda row: row[:2])
    return make_batch(topic, newest, {partition: Span(begin, end) for partition, (begin, end) in wanted.items()})


def _stretches(reader: KafkaReader, from_ms: int, to_ms: int, limit: int) -> dict[int, tuple[int, int]]:
    """Partition → the offsets `[begin, end)` to read."""
    partitions = sorted(reader.partitions())
    if not partitions or limit <= 0:
        return {}
    ends = reader.latest(partitions)
    begins = _offsets_at(reader, partitions, from_ms)
    stops = _offsets_at(reader, partitions, to_ms)
    found = {}
    for partition in partitions:
        end = stops.get(partition, ends[partition])
        begin = max(begins.get(partition, end), end - limit)
        if begin < end:
            found[partition] = (begin, end)
    return found


def _offsets_at(reader: KafkaReader, partitions: list[int], moment_ms: int) -> dict[int, int]:
    """Partition → the first offset at or after the moment; without the partitions that have none."""
    asked = {reader.part(partition): max(0, moment_ms) for partition in partitions}
    found = reader.consumer.offsets_for_times(asked, timeout_ms=ANSWER_MS)
    return {part.partition: one.offset for part, one in found.items() if one is not None and one.offset >= 0}


def _read(reader: KafkaReader, wanted: dict[int, tuple[int, int]]) -> list[Row]:
    rows: list[Row] = []
    if not wanted:
        return rows
    reader.consumer.assign([reader.part(partition) for partition in wanted])
    for partition, (begin, _) in wanted.items():
        earliest = reader.earliest([partition])[partition]
        reader.consumer.seek(reader.part(partition), max(begin, earliest))
    deadline = time.monotonic() + _DEADLINE_S
    while any(_position(reader, partition) < end for partition, (_, end) in wanted.items()):
        if time.monotonic() > deadline:
            raise SourceLost(f"{reader.address} did not give the records of '{reader.topic}' within {_DEADLINE_S:.0f} s")
        for part, records in reader.consumer.poll(timeout_ms=500).items():
            rows += [_row(one) for one in records if one.offset < wanted[part.partition][1]]
    return rows


def _position(reader: KafkaReader, partition: int) -> int:
    return int(reader.consumer.position(reader.part(partition), timeout_ms=ANSWER_MS) or 0)


def _row(record: Any) -> Row:
    return Row(record.partition, record.offset, record.timestamp, record.key, record.value or b"")
