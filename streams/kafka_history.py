"""The newest records of a stretch of time, for people who ask what lies behind a number."""

from __future__ import annotations

import time

from streams.batching import Row, make_batch
from streams.kafka_cluster import Cluster, Overrun, Reader, Taken
from streams.record import Batch, Span
from streams.source import Reach, SourceLost

_PATIENCE_S = 10.0
_MOST_AT_ONCE = 20_000


def read_history(cluster: Cluster, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
    """As Log.read. Reads at most `limit` records of each partition. Raises SourceLost."""
    reader = cluster.reader(topic)
    try:
        wanted = _stretches(reader, from_ms, to_ms, limit)
        rows = _read(reader, wanted)
    finally:
        reader.close()
    within = sorted((row for row in rows if from_ms <= row.timestamp_ms < to_ms), key=lambda row: row.timestamp_ms)
    newest = sorted(within[-limit:], key=lambda row: row[:2])
    return make_batch(topic, newest, {partition: Span(begin, end) for partition, (begin, end) in wanted.items()})


def read_reach(cluster: Cluster, topic: str, since_ms: int) -> dict[int, Reach]:
    """As Log.reach. Raises SourceLost."""
    reader = cluster.reader(topic)
    try:
        partitions = sorted(reader.partitions())
        if not partitions:
            return {}
        ends, earliest = reader.latest(partitions), reader.earliest(partitions)
        begins = {p: max(begin, earliest[p]) for p, begin in reader.first_at(partitions, since_ms).items()}
        short = {p: (begin, begin + 1) for p, begin in begins.items() if 0 < begin == earliest[p] and begin < ends[p]}
        oldest = {row.partition: row.timestamp_ms for row in reversed(_read(reader, short))}
    finally:
        reader.close()
    return {p: Reach(begins.get(p, ends[p]), ends[p], oldest.get(p, since_ms if p in short else None)) for p in partitions}


def _stretches(reader: Reader, from_ms: int, to_ms: int, limit: int) -> dict[int, tuple[int, int]]:
    """Partition → the offsets `[begin, end)` to read."""
    partitions = sorted(reader.partitions())
    if not partitions or limit <= 0:
        return {}
    ends, earliest = reader.latest(partitions), reader.earliest(partitions)
    begins = reader.first_at(partitions, from_ms)
    stops = reader.first_at(partitions, to_ms)
    found = {}
    for partition in partitions:
        end = stops.get(partition, ends[partition])
        begin = max(begins.get(partition, end), end - limit, earliest[partition])
        if begin < end:
            found[partition] = (begin, end)
    return found


def _read(reader: Reader, wanted: dict[int, tuple[int, int]]) -> list[Row]:
    rows: list[Row] = []
    if not wanted:
        return rows
    reader.read({partition: begin for partition, (begin, _) in wanted.items()})
    came_s = time.monotonic()
    while any(reader.stands(partition) < end for partition, (_, end) in wanted.items()):
        if time.monotonic() > came_s + _PATIENCE_S:
            raise SourceLost(f"{reader.address} gave none of the records left of '{reader.topic}' for {_PATIENCE_S:.0f} s")
        try:
            taken = reader.take(0.5, _MOST_AT_ONCE)
        except Overrun as error:
            raise SourceLost(f"{reader.address} deleted records of '{reader.topic}' while they were read: {error}") from error
        if taken is not None:
            came_s = time.monotonic()
            rows += [row for row in _rows(taken) if row.offset < wanted[row.partition][1]]
    return rows


def _rows(taken: Taken) -> list[Row]:
    headers = taken.headers or [()] * len(taken.values)
    places = (taken.partitions.tolist(), taken.offsets.tolist(), taken.timestamps_ms.tolist())
    return [Row(*one) for one in zip(*places, taken.keys, taken.values, headers, strict=True)]
