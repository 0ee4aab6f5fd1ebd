"""The tables of the embedded log: append, read, forget the oldest."""

from __future__ import annotations

import math
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from streams.batching import Row
from streams.record import Headers
from streams.source import Reach
from streams.write_ahead import write_through

_TABLES = """
CREATE TABLE IF NOT EXISTS topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, turn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS partitions(
    topic INTEGER, partition INTEGER, first INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records(
    topic INTEGER, partition INTEGER, offset INTEGER, timestamp_ms INTEGER NOT NULL, key BLOB, value BLOB NOT NULL,
    headers BLOB, PRIMARY KEY(topic, partition, offset)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_time ON records(topic, timestamp_ms);
"""
_COLUMNS = "partition, offset, timestamp_ms, key, value, headers"
_SLACK = 0.05  # deleted beyond the bound at once, so that not every commit has to delete


class Entry(NamedTuple):
    """One record to be appended."""

    value: bytes
    key: bytes | None
    timestamp_ms: int
    headers: bytes | None = None
    """As `pack` makes them."""


class Extent(NamedTuple):
    """What one partition holds: offsets `[first, next)` and how many bytes."""

    partition: int
    first: int
    next: int
    bytes: int


class Store:
    """One SQLite database. `append` by one thread at a time; `reader` gives each reading thread its own connection.

    Raises sqlite3.Error whatever goes wrong. Without a path the database is in memory and all share one connection.
    """

    def __init__(self, path: Path | None, partitions: int, max_records: int, max_bytes: int) -> None:
        self._path = path
        self._partitions = partitions
        self._max_records = max_records
        self._max_bytes = max_bytes
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = _connect(path)
        self._db.executescript(_TABLES)
        self._add_headers()

    def reader(self) -> Reader:
        """A consistent view per call; to be closed by who asked for it."""
        if self._path is None:
            return Reader(self._db, self._lock, shared=True)
        return Reader(_connect(self._path), threading.RLock(), shared=False)

    def append(self, writes: Sequence[tuple[str, Sequence[Entry]]]) -> None:
        """All of it or nothing, durable on return."""
        with self._lock, _transaction(self._db, "IMMEDIATE"):
            for name, entries in writes:
                self._append_to(self._topic(name), entries)

    def newest(self, topic: str, from_ms: int, to_ms: int, limit: int) -> list[Row]:
        reader = self.reader()
        try:
            return reader.newest(topic, from_ms, to_ms, limit)
        finally:
            reader.close()

    def reach(self, topic: str, since_ms: int) -> dict[int, Reach]:
        reader = self.reader()
        try:
            with reader.moment():
                return {one.partition: reader.reach(topic, one, since_ms) for one in reader.extents(topic)}
        finally:
            reader.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _add_headers(self) -> None:
        """A file from before there were headers gets their column; its records have none."""
        if "headers" not in {row[1] for row in self._db.execute("PRAGMA table_info(records)")}:
            self._db.execute("ALTER TABLE records ADD COLUMN headers BLOB").close()

    def _topic(self, name: str) -> int:
        found = self._db.execute("SELECT id FROM topics WHERE name = ?", (name,)).fetchone()
        if found:
            return int(found[0])
        topic = self._db.execute("INSERT INTO topics(name) VALUES (?)", (name,)).lastrowid
        rows = [(topic, partition) for partition in range(self._partitions)]
        self._db.executemany("INSERT INTO partitions(topic, partition) VALUES (?, ?)", rows)
        return int(topic or 0)

    def _append_to(self, topic: int, entries: Sequence[Entry]) -> None:
        extents = _extents(self._db, topic)
        turn = self._db.execute("UPDATE topics SET turn = turn + 1 WHERE id = ? RETURNING turn", (topic,)).fetchone()[0]
        nexts = [extent.next for extent in extents]
        sizes = [extent.bytes for extent in extents]
        rows = []
        for entry in entries:
            # Records without a key go to one partition per call, the next one each time, as Kafka's producers do.
            partition = (turn if entry.key is None else zlib.crc32(entry.key)) % len(extents)
            rows.append((topic, partition, nexts[partition], entry.timestamp_ms, entry.key, entry.value, entry.headers))
            nexts[partition] += 1
            sizes[partition] += len(entry.value)
        self._db.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        after = [Extent(old.partition, old.first, nexts[old.partition], sizes[old.partition]) for old in extents]
        self._keep(topic, self._forget_oldest(topic, after))

    def _keep(self, topic: int, extents: Sequence[Extent]) -> None:
        rows = [(one.first, one.next, one.bytes, topic, one.partition) for one in extents]
        self._db.executemany("UPDATE partitions SET first = ?, next = ?, bytes = ? WHERE topic = ? AND partition = ?", rows)

    def _forget_oldest(self, topic: int, extents: list[Extent]) -> list[Extent]:
        """The extents after retention: over the bound, each partition gives up the same share of its oldest."""
        while (share := self._share_over(extents)) > 0:
            extents = [self._shorten(topic, one, share) for one in extents]
        return extents

    def _share_over(self, extents: Sequence[Extent]) -> float:
        """The share of the records that is too much; 0 when the topic keeps within its bounds."""
        records = sum(one.next - one.first for one in extents)
        size = sum(one.bytes for one in extents)
        return max(0.0, 1 - self._max_records / max(records, 1), 1 - self._max_bytes / max(size, 1))

    def _shorten(self, topic: int, extent: Extent, share: float) -> Extent:
        count = extent.next - extent.first
        first = min(extent.first + math.ceil(share * count - 1e-9) + int(_SLACK * count), extent.next)
        bounds = (topic, extent.partition, first)
        size = "SELECT coalesce(sum(length(value)), 0) FROM records WHERE topic = ? AND partition = ? AND offset < ?"
        gone = self._db.execute(size, bounds).fetchone()[0]
        self._db.execute("DELETE FROM records WHERE topic = ? AND partition = ? AND offset < ?", bounds)
        return Extent(extent.partition, first, extent.next, extent.bytes - gone)


class Reader:
    """Reads of one thread. Every method sees one moment of the log. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection, lock: threading.RLock, shared: bool) -> None:
        self._db = db
        self._lock = lock
        self._shared = shared

    @contextmanager
    def moment(self) -> Iterator[Reader]:
        """Several reads of the same moment."""
        with self._lock, _transaction(self._db, "DEFERRED"):
            yield self

    def extents(self, topic: str) -> list[Extent]:
        """What each partition holds; empty while nobody has written to the topic."""
        with self._lock:
            found = self._db.execute("SELECT id FROM topics WHERE name = ?", (topic,)).fetchone()
            return _extents(self._db, found[0]) if found else []

    def rows(self, topic: str, partition: int, from_offset: int, limit: int) -> list[Row]:
        """At most `limit` records of a partition from an offset on, as plain tuples in the order of Row."""
        with self._lock:
            query = (
                f"SELECT {_COLUMNS} FROM records WHERE topic = (SELECT id FROM topics"
                " WHERE name = ?) AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?"
            )
            return _rows(self._db.execute(query, (topic, partition, from_offset, limit)).fetchall())

    def reach(self, topic: str, extent: Extent, since_ms: int) -> Reach:
        """As Log.reach, of one partition."""
        query = (
            "SELECT offset, timestamp_ms FROM records WHERE topic = (SELECT id FROM topics WHERE name = ?) AND partition = ?"
            " AND timestamp_ms >= ? ORDER BY offset LIMIT 1"
        )
        with self._lock:
            found = self._db.execute(query, (topic, extent.partition, since_ms)).fetchone()
        begin, at_ms = found or (extent.next, None)
        return Reach(begin, extent.next, at_ms if extent.first > 0 and begin == extent.first else None)

    def newest(self, topic: str, from_ms: int, to_ms: int, limit: int) -> list[Row]:
        with self._lock:
            query = (
                f"SELECT {_COLUMNS} FROM records WHERE topic = (SELECT id FROM topics"
                " WHERE name = ?) AND timestamp_ms >= ? AND timestamp_ms < ? ORDER BY timestamp_ms DESC, offset DESC LIMIT ?"
            )
            found = self._db.execute(query, (topic, from_ms, to_ms, limit)).fetchall()
        return sorted((Row(*row) for row in _rows(found)), key=lambda row: row[:2])

    def close(self) -> None:
        if not self._shared:
            self._db.close()


def pack(headers: Headers) -> bytes | None:
    """Headers as the file keeps them; None for none."""
    return msgspec.msgpack.encode(headers) if headers else None


def _rows(found: list[Any]) -> list[Any]:
    """Rows as they are read, with their headers unpacked; hardly any have some."""
    if any(row[5] for row in found):
        unpack = msgspec.msgpack.Decoder(Headers).decode
        return [(*row[:5], unpack(row[5]) if row[5] else ()) for row in found]
    return found


def _extents(db: sqlite3.Connection, topic: int) -> list[Extent]:
    query = "SELECT partition, first, next, bytes FROM partitions WHERE topic = ? ORDER BY partition"
    return [Extent(*row) for row in db.execute(query, (topic,))]


def _connect(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False)
    write_through(db)
    for pragma in ("journal_size_limit=67108864", "cache_size=-16000"):
        db.execute(f"PRAGMA {pragma}").close()
    return db


@contextmanager
def _transaction(db: sqlite3.Connection, kind: str) -> Iterator[None]:
    db.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
