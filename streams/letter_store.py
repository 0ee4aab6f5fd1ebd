"""The view of the letters' topic in one SQLite file: what is open, newest first, bounded; what is done, as tombstones."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streams.letter import DeadLetter, Entry, Mark, Replayed, Trial, Withdrawn
from streams.letter_contract import COUNTED, OPEN, PENDING, WITHDRAWN, Cause, Placed
from streams.letter_tables import AT, COLUMNS, FILTER, INSERT, connect, letter_of, moment, row_of
from streams.source import StreamError


class LetterStore:
    """One SQLite file (`":memory:"` for none), which several processes may share. Any thread; blocks on the disk.

    Above `max_bytes_per_slot` (the raw bytes) a slot's further letters are only counted, as `dropped`. Raises StreamError.
    """

    def __init__(self, path: Path | str, max_bytes_per_slot: int) -> None:
        self._max_bytes = max_bytes_per_slot
        self._lock = threading.Lock()
        try:
            self._db = connect(path)
        except (sqlite3.Error, OSError) as error:
            raise StreamError(f"the dead letters cannot be kept in {path}: {error}") from error

    def progress(self) -> dict[int, int]:
        """Partition of the letters' topic → the next offset to read."""
        return dict(self._ask("SELECT lane, next FROM progress", ()))

    def take(self, lane: int, entries: Iterable[tuple[int, Entry | None]], end: int, anew: bool = False) -> None:
        """Applies the entries of one partition, by place, up to `end`; those that are applied already are passed over."""
        with self._writing() as db:
            found = db.execute("SELECT next FROM progress WHERE lane = ?", (lane,)).fetchone()
            done = int(found[0]) if found and not anew else -1
            for place, entry in entries:
                if entry is not None and place >= done:
                    self._apply(db, lane, place, entry)
            if end > done:
                db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (lane, end))

    def latest(
        self,
        slot: str,
        limit: int,
        before: tuple[str, int, int] | None = None,
        stage: str | None = None,
        field: str | None = None,
    ) -> list[DeadLetter]:
        """The open ones, newest first, at most `limit`; with `before` those older than the letter of that address."""
        older = f"AND id < (SELECT max(id) FROM letter WHERE {AT} AND state = 0)" if before is not None else ""
        where = (slot, stage, stage, field, field, *((slot, *before) if before is not None else ()))
        query = f"SELECT {COLUMNS} FROM letter WHERE {FILTER} {older} ORDER BY id DESC LIMIT ?"
        return [letter_of(row) for row in self._ask(query, (*where, limit))]

    def causes(self, slot: str, limit: int = 50) -> list[Cause]:
        """The open ones grouped, the most frequent cause first."""
        query = """SELECT stage, field, cause, count(*), min(at_us), max(at_us) FROM letter WHERE slot = ? AND state = 0
            GROUP BY stage, field, cause ORDER BY 4 DESC LIMIT ?"""
        rows = self._ask(query, (slot, limit))
        return [Cause(stage, field, why, n, moment(first), moment(last)) for stage, field, why, n, first, last in rows]

    def count(self, slot: str, stage: str | None = None, field: str | None = None) -> int:
        """How many are open."""
        if stage is None and field is None:
            return self._number("SELECT kept FROM room WHERE slot = ?", (slot,))
        return self._number(f"SELECT count(*) FROM letter WHERE {FILTER}", (slot, stage, stage, field, field))

    def truncated(self, slot: str) -> int:
        """How many of the open ones were cut, so that they can never be replayed."""
        return self._number("SELECT count(*) FROM letter WHERE slot = ? AND state = 0 AND truncated", (slot,))

    def dropped(self, slot: str) -> int:
        """How many were only counted, since the slot's room was full."""
        return self._number("SELECT dropped FROM room WHERE slot = ?", (slot,))

    def waiting(self, slot: str, lane: int, stop: int, limit: int, max_bytes: int) -> list[Placed]:
        """Open ones before a place that can be replayed, by place, at most `limit` and about `max_bytes` (at least one)."""
        query = f"""SELECT place, {COLUMNS} FROM letter WHERE slot = ? AND lane = ? AND place < ?
            AND state = 0 AND NOT truncated ORDER BY place LIMIT ?"""
        rows = self._ask(query, (slot, lane, stop, limit))
        found: list[Placed] = []
        size = 0
        for place, *row in rows:
            size += len(row[7])
            if found and size > max_bytes:
                break
            found.append(Placed(place, letter_of(row)))
        return found

    def trial(self, slot: str, lane: int, replay: int) -> int | None:
        """Up to which place a replay meant to count, while nobody has said that it did; None where it is unknown or said."""
        query = "SELECT upto FROM trial WHERE slot = ? AND lane = ? AND replay = ?"
        rows = self._ask(query, (slot, lane, replay))
        return int(rows[0][0]) if rows else None

    def standing(self, slot: str, topic: str, partition: int, offsets: range) -> dict[int, int]:
        """Offset → state (of the letter that was written last) of the slot's letters on records between these offsets."""
        query = """SELECT offset, state FROM letter WHERE slot = ? AND topic = ? AND partition = ? AND offset >= ? AND offset < ?
            ORDER BY id"""
        return dict(self._ask(query, (slot, topic, partition, offsets.start, offsets.stop)))

    def peak(self, slot: str, topic: str, partition: int) -> int:
        """The offset after the last record of which there is or was a letter."""
        query = "SELECT coalesce(max(offset) + 1, 0) FROM letter WHERE slot = ? AND topic = ? AND partition = ?"
        return self._number(query, (slot, topic, partition))

    def close(self) -> None:
        """May be called twice."""
        with self._lock:
            self._db.close()

    def _apply(self, db: sqlite3.Connection, lane: int, place: int, entry: Entry) -> None:
        match entry:
            case DeadLetter():
                self._keep(db, lane, place, entry)
            case Trial():
                db.execute("INSERT OR IGNORE INTO trial VALUES (?, ?, ?, ?)", (entry.slot, lane, entry.replay, entry.upto))
            case Replayed():
                _bury(db, lane, entry)
            case Withdrawn():
                where = (entry.slot, entry.topic, entry.partition, entry.offset)
                db.execute(f"UPDATE letter SET state = {WITHDRAWN}, raw = x'' WHERE {AT} AND state < {COUNTED}", where)
            case Mark():
                return

    def _keep(self, db: sqlite3.Connection, lane: int, place: int, letter: DeadLetter) -> None:
        db.execute("INSERT OR IGNORE INTO room(slot) VALUES (?)", (letter.slot,))
        where = (letter.slot, letter.topic, letter.partition, letter.offset)
        db.execute(f"DELETE FROM letter WHERE {AT} AND replay = ? AND state = {WITHDRAWN}", (*where, letter.replay))
        used = int(db.execute("SELECT bytes FROM room WHERE slot = ?", (letter.slot,)).fetchone()[0])
        if used + len(letter.raw) > self._max_bytes:
            known = db.execute(f"SELECT 1 FROM letter WHERE {AT}", where).fetchone()
            db.execute("UPDATE room SET dropped = dropped + ? WHERE slot = ?", (int(known is None), letter.slot))
            return
        state = PENDING if letter.replay else OPEN
        db.execute(INSERT, (*row_of(letter), lane, place, state))

    def _number(self, query: str, arguments: tuple[object, ...]) -> int:
        rows = self._ask(query, arguments)
        return int(rows[0][0]) if rows else 0

    def _ask(self, query: str, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, arguments).fetchall()
            except sqlite3.Error as error:
                raise StreamError(f"the dead letters cannot be read: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction under the lock: all of it or nothing."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise StreamError(f"the dead letters cannot be written: {error}") from error


def _bury(db: sqlite3.Connection, lane: int, done: Replayed) -> None:
    """What a replay has counted leaves a tombstone; what it refused once more is open from now on."""
    counted = f"UPDATE letter SET state = {COUNTED}, raw = x'' WHERE slot = ? AND state = {OPEN} AND lane = ? AND place < ?"
    db.execute(f"{counted} AND NOT truncated", (done.slot, lane, done.upto))
    where = (done.slot, lane, done.replay)
    db.execute(f"UPDATE letter SET state = {OPEN} WHERE slot = ? AND state = {PENDING} AND lane = ? AND replay = ?", where)
    db.execute(f"DELETE FROM letter WHERE slot = ? AND state = {PENDING} AND lane = ? AND replay < ?", where)
    db.execute("DELETE FROM trial WHERE slot = ? AND lane = ? AND replay <= ?", where)
