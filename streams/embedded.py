"""The log inside the process: topics, partitions and offsets in one SQLite file, for a cockpit without Kafka."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.batching import Row, make_batch
from streams.clock import Clock, system_clock
from streams.embedded_source import Arrivals, EmbeddedSource
from streams.embedded_store import Entry, Store, pack
from streams.record import Batch, Headers, Span
from streams.source import Reach, SinkFull, SinkLost, SourceLost, StreamError


class EmbeddedLog:
    """A durable Log in the file `path`, or one in memory for `":memory:"`.

    An acknowledged record survives `kill -9` and a power cut (WAL, synchronous=FULL). Each topic keeps at most
    `max_records_per_topic` records and `max_bytes_per_topic` bytes; beyond that the oldest are deleted, and a source
    that had not read them reports them as lost. Offsets are never used twice. Many threads may write: what waits
    while one commit runs goes into the next one together. Other processes may read the same file.
    """

    def __init__(
        self,
        path: Path | str,
        partitions: int = 4,
        max_records_per_topic: int = 5_000_000,
        max_bytes_per_topic: int = 2_000_000_000,
        clock: Clock = system_clock,
    ) -> None:
        if partitions < 1:
            raise ValueError(f"a topic needs at least 1 partition, got {partitions}")
        in_memory = str(path) == ":memory:"
        self.address = "embedded://memory" if in_memory else f"embedded://{Path(path).absolute()}"
        self.clock = clock
        self._max_bytes = max_bytes_per_topic
        try:
            self._store = Store(None if in_memory else Path(path), partitions, max_records_per_topic, max_bytes_per_topic)
        except (sqlite3.Error, OSError) as error:
            raise StreamError(f"the embedded log {self.address} cannot be opened: {error}") from error
        self._arrivals = Arrivals()
        self._queue = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[_Write] = []

    def source(self, topic: str, group: str | None = None) -> EmbeddedSource:
        """As Log.source; a group has one member, for no other process can count what lies in this file."""
        return EmbeddedSource(topic, self._store, self._arrivals)

    def sink(self, topic: str) -> EmbeddedSink:
        return EmbeddedSink(topic, self)

    def read(self, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
        """As Log.read."""
        try:
            rows = self._store.newest(topic, from_ms, to_ms, limit)
        except sqlite3.Error as error:
            raise SourceLost(f"{self.address} cannot be read: {error}") from error
        return make_batch(topic, rows, _spans_of(rows))

    def reach(self, topic: str, since_ms: int) -> Mapping[int, Reach]:
        """As Log.reach."""
        try:
            return self._store.reach(topic, since_ms)
        except sqlite3.Error as error:
            raise SourceLost(f"{self.address} cannot be read: {error}") from error

    def write(self, topic: str, entries: Sequence[Entry]) -> None:
        """Returns when all entries are durable. Raises SinkFull or SinkLost."""
        size = sum(len(entry.value) for entry in entries)
        if size > self._max_bytes:
            raise SinkFull(f"topic '{topic}' keeps at most {self._max_bytes} bytes, got {size} at once")
        mine = _Write(topic, entries)
        with self._queue:
            self._waiting.append(mine)
        with self._writing:
            if not mine.done:
                self._commit_waiting()
        if mine.error is not None:
            raise SinkLost(f"{self.address} did not take {len(entries)} records of '{topic}': {mine.error}") from mine.error

    def close(self) -> None:
        with self._writing:
            self._store.close()
        self._arrivals.ring()

    def _commit_waiting(self) -> None:
        """One transaction for all that wait; the one who comes first writes for the others."""
        with self._queue:
            group, self._waiting = self._waiting, []
        error: sqlite3.Error | None = None
        try:
            self._store.append([(write.topic, write.entries) for write in group])
        except sqlite3.Error as raised:
            error = raised
        for write in group:
            write.error, write.done = error, True
        self._arrivals.ring()


class EmbeddedSink:
    """Writes to one topic of an EmbeddedLog; a record without a time gets the log's."""

    def __init__(self, topic: str, log: EmbeddedLog) -> None:
        self.topic = topic
        self._log = log

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: Sequence[Headers] | None = None,
    ) -> int:
        """As Sink.emit."""
        if not values:
            return 0
        count = len(values)
        now_ms = int(self._log.clock().timestamp() * 1000)
        times = [now_ms] * count if timestamps_ms is None else timestamps_ms
        entries = [
            Entry(*one) for one in zip(values, keys or [None] * count, times, map(pack, headers or [()] * count), strict=True)
        ]
        self._log.write(self.topic, entries)
        return count

    def close(self) -> None:
        """Nothing to let go of: the log is closed by who opened it."""


class _Write:
    """One emit that waits for its commit."""

    def __init__(self, topic: str, entries: Sequence[Entry]) -> None:
        self.topic = topic
        self.entries = entries
        self.done = False
        self.error: sqlite3.Error | None = None


def _spans_of(rows: Sequence[Row]) -> Mapping[int, Span]:
    spans: dict[int, Span] = {}
    for row in rows:
        known = spans.get(row.partition)
        spans[row.partition] = Span(known.begin if known else row.offset, row.offset + 1)
    return spans
