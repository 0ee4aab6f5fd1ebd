"""The tables of the letters' view: one row per letter, one per slot, one per partition read; and rows to letters and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.letter import DeadLetter, cause
from streams.record import Headers
from streams.write_ahead import write_ahead

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS: Final = "slot, topic, partition, offset, at_us, stage, reason, raw, truncated, field, headers, replay"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS letter(
    id INTEGER PRIMARY KEY AUTOINCREMENT, slot TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    offset INTEGER NOT NULL, at_us INTEGER NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL, raw BLOB NOT NULL,
    truncated INTEGER NOT NULL, field TEXT, headers BLOB NOT NULL, replay INTEGER NOT NULL, cause TEXT NOT NULL,
    lane INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL,
    UNIQUE(slot, topic, partition, offset, replay));
CREATE INDEX IF NOT EXISTS letter_by_state ON letter(slot, state, id);
CREATE INDEX IF NOT EXISTS letter_by_place ON letter(slot, state, lane, place);
CREATE INDEX IF NOT EXISTS letter_by_cause ON letter(slot, state, stage, field, cause, at_us);
CREATE TABLE IF NOT EXISTS room(
    slot TEXT PRIMARY KEY, kept INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trial(
    slot TEXT, lane INTEGER, replay INTEGER, upto INTEGER NOT NULL, PRIMARY KEY(slot, lane, replay)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress(lane INTEGER PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS letter_in AFTER INSERT ON letter BEGIN
    UPDATE room SET kept = kept + (NEW.state = 0), bytes = bytes + length(NEW.raw) WHERE slot = NEW.slot; END;
CREATE TRIGGER IF NOT EXISTS letter_on AFTER UPDATE ON letter BEGIN
    UPDATE room SET kept = kept + (NEW.state = 0) - (OLD.state = 0), bytes = bytes + length(NEW.raw) - length(OLD.raw)
    WHERE slot = NEW.slot; END;
CREATE TRIGGER IF NOT EXISTS letter_out AFTER DELETE ON letter BEGIN
    UPDATE room SET kept = kept - (OLD.state = 0), bytes = bytes - length(OLD.raw) WHERE slot = OLD.slot; END;
"""
INSERT: Final = f"""INSERT OR IGNORE INTO letter({COLUMNS}, cause, lane, place, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
AT: Final = "slot = ? AND topic = ? AND partition = ? AND offset = ?"
FILTER: Final = "slot = ? AND state = 0 AND (? IS NULL OR stage = ?) AND (? IS NULL OR field = ?)"


def connect(path: Path | str) -> sqlite3.Connection:
    """The open file with its tables. Raises sqlite3.Error or OSError."""
    if str(path) != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    write_ahead(db)
    db.execute("PRAGMA synchronous=NORMAL").close()  # what a power cut takes away is read from the topic again
    db.executescript(_TABLES)
    return db


def row_of(letter: DeadLetter) -> tuple[object, ...]:
    """The values of COLUMNS and the letter's cause."""
    at_us = (letter.at - _EPOCH) // timedelta(microseconds=1)
    why = (letter.stage, letter.reason, letter.raw, int(letter.truncated), letter.field)
    where = (letter.slot, letter.topic, letter.partition, letter.offset)
    return (*where, at_us, *why, msgspec.json.encode(letter.headers), letter.replay, cause(letter.reason))


def letter_of(row: Sequence[Any]) -> DeadLetter:
    """The letter of the values of COLUMNS."""
    slot, topic, partition, offset, at_us, stage, reason, raw, truncated, field, headers, replay = row
    carried = msgspec.json.decode(headers, type=Headers)
    place = (slot, topic, partition, offset)
    return DeadLetter(*place, moment(at_us), stage, reason, raw, bool(truncated), field, carried, replay)


def moment(at_us: int) -> datetime:
    """Zone aware, of Unix microseconds."""
    return _EPOCH + timedelta(microseconds=at_us)
