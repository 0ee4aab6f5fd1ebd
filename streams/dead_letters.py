"""Records that could not be used: kept with address, stage and reason until somebody looks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from streams.codecs import Rejected
from streams.record import Batch
from streams.source import Sink, StreamError

RAW_BYTES = 64 << 10
Address = tuple[str, int, int]
"""topic, partition, offset"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "slot, topic, partition, offset, at_us, stage, reason, raw, truncated"
_TABLES = """
CREATE TABLE IF NOT EXISTS letters(
    id INTEGER PRIMARY KEY AUTOINCREMENT, slot TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    offset INTEGER NOT NULL, at_us INTEGER NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL, raw BLOB NOT NULL,
    truncated INTEGER NOT NULL, UNIQUE(slot, topic, partition, offset));
CREATE INDEX IF NOT EXISTS letters_by_slot ON letters(slot, id);
CREATE TABLE IF NOT EXISTS slots(
    slot TEXT PRIMARY KEY, letters INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that slot `slot` refused: where it lies in the log, when (zone aware) and why. `raw`: its first 64 KiB."""

    slot: str
    topic: str
    partition: int
    offset: int
    at: datetime
    stage: str
    reason: str
    raw: bytes
    truncated: bool = False

    @property
    def address(self) -> str:
        """`topic[partition]@offset`."""
        return f"{self.topic}[{self.partition}]@{self.offset}"


class DeadLetters:
    """The store of all slots in one SQLite file (`":memory:"` for none). Safe to use from several threads; blocks on the disk.

    Above `max_bytes_per_slot` (the raw bytes) a slot's further letters are only counted, as `dropped`. Raises StreamError.
    """

    def __init__(self, path: Path | str, max_bytes_per_slot: int = 1_000_000_000) -> None:
        self._max_bytes = max_bytes_per_slot
        self._lock = threading.Lock()
        try:
            if str(path) != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL").close()
            self._db.execute("PRAGMA synchronous=FULL").close()
            self._db.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise StreamError(f"the dead letters cannot be kept in {path}: {error}") from error

    def add(self, letters: Iterable[DeadLetter]) -> int:
        """How many were new: a letter of the same slot and address is not kept, and not counted, twice."""
        by_slot: dict[str, list[DeadLetter]] = {}
        for letter in letters:
            by_slot.setdefault(letter.slot, []).append(letter)
        with self._writing():
            return sum(self._add_to(slot, own) for slot, own in by_slot.items())

    def latest(self, slot: str, limit: int, before: Address | None = None) -> list[DeadLetter]:
        """The newest first, at most `limit`; with `before` those older than the letter of that address (to turn pages)."""
        older = (
            ""
            if before is None
            else "AND id < (SELECT id FROM letters WHERE slot = ? AND (topic, partition, offset) = (?, ?, ?))"
        )
        arguments = (slot, *((slot, *before) if before else ()), limit)
        rows = self._ask(f"SELECT {_COLUMNS} FROM letters WHERE slot = ? {older} ORDER BY id DESC LIMIT ?", arguments)
        return [_letter(row) for row in rows]

    def count(self, slot: str) -> int:
        """How many letters of the slot are kept now."""
        return self._number("letters", slot)

    def dropped(self, slot: str) -> int:
        """How many were only counted, since the slot's room was full."""
        return self._number("dropped", slot)

    def remove(self, slot: str, addresses: Sequence[Address]) -> int:
        """How many of these letters there were to forget."""
        with self._writing():
            sizes = [size for address in addresses for (size,) in self._db.execute(_DELETE, (slot, *address))]
            self._db.execute(
                "UPDATE slots SET letters = letters - ?, bytes = bytes - ? WHERE slot = ?", (len(sizes), sum(sizes), slot)
            )
            return len(sizes)

    def close(self) -> None:
        """May be called twice."""
        with self._lock:
            self._db.close()

    def _writing(self) -> _Writing:
        return _Writing(self._db, self._lock)

    def _add_to(self, slot: str, letters: Sequence[DeadLetter]) -> int:
        self._db.execute("INSERT OR IGNORE INTO slots(slot) VALUES (?)", (slot,))
        used = int(self._db.execute("SELECT bytes FROM slots WHERE slot = ?", (slot,)).fetchone()[0])
        before = used
        new = dropped = 0
        for letter in letters:
            row = _row(letter)
            if used + len(row[7]) > self._max_bytes:
                dropped += 1
            elif self._db.execute(f"INSERT OR IGNORE INTO letters({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", row).rowcount:
                new += 1
                used += len(row[7])
        update = "UPDATE slots SET letters = letters + ?, bytes = bytes + ?, dropped = dropped + ? WHERE slot = ?"
        self._db.execute(update, (new, used - before, dropped, slot))
        return new

    def _number(self, column: str, slot: str) -> int:
        rows = self._ask(f"SELECT {column} FROM slots WHERE slot = ?", (slot,))
        return int(rows[0][0]) if rows else 0

    def _ask(self, query: str, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, arguments).fetchall()
            except sqlite3.Error as error:
                raise StreamError(f"the dead letters cannot be read: {error}") from error


_DELETE = "DELETE FROM letters WHERE slot = ? AND topic = ? AND partition = ? AND offset = ? RETURNING length(raw)"


class _Writing:
    """One transaction under the lock: all of it or nothing."""

    def __init__(self, db: sqlite3.Connection, lock: threading.Lock) -> None:
        self._db = db
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._lock.release()
            raise StreamError(f"the dead letters cannot be written: {error}") from error

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._db.execute("COMMIT" if error is None else "ROLLBACK")
        except sqlite3.Error as failed:
            raise StreamError(f"the dead letters cannot be written: {failed}") from failed
        finally:
            self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise StreamError(f"the dead letters cannot be written: {error}") from error


def _row(letter: DeadLetter) -> tuple[str, str, int, int, int, str, str, bytes, int]:
    at_us = (letter.at - _EPOCH) // timedelta(microseconds=1)
    truncated = letter.truncated or len(letter.raw) > RAW_BYTES
    where = (letter.slot, letter.topic, letter.partition, letter.offset)
    return (*where, at_us, letter.stage, letter.reason, letter.raw[:RAW_BYTES], int(truncated))


def _letter(row: Sequence[Any]) -> DeadLetter:
    slot, topic, partition, offset, at_us, stage, reason, raw, truncated = row
    at = _EPOCH + timedelta(microseconds=at_us)
    return DeadLetter(slot, topic, partition, offset, at, stage, reason, raw, bool(truncated))


def letters_of(slot: str, batch: Batch, rejected: Iterable[Rejected], at: datetime) -> list[DeadLetter]:
    """The dead letters of the rows of a batch that a slot refused."""
    return [_letter_of(slot, batch, one, at) for one in rejected]


def _letter_of(slot: str, batch: Batch, one: Rejected, at: datetime) -> DeadLetter:
    partition, offset, raw = int(batch.partitions[one.row]), int(batch.offsets[one.row]), batch.values[one.row]
    truncated = len(raw) > RAW_BYTES
    return DeadLetter(slot, batch.topic, partition, offset, at, one.stage, one.reason, raw[:RAW_BYTES], truncated)


def resend(letters: DeadLetters, slot: str, sink: Sink) -> int:
    """How many letters of a slot were sent to the topic again, oldest first, and then forgotten; cut ones stay.

    Raises what the sink raises; what was not acknowledged stays. A crash between the two may send a batch twice.
    """
    whole = [letter for letter in reversed(letters.latest(slot, letters.count(slot))) if not letter.truncated]
    for start in range(0, len(whole), 1000):
        part = whole[start : start + 1000]
        sink.emit([letter.raw for letter in part])
        letters.remove(slot, [(letter.topic, letter.partition, letter.offset) for letter in part])
    return len(whole)
