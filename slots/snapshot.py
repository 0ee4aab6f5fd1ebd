"""The snapshot file of the memory ledger: one SQLite file that always holds one moment, whole."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from slots.ledger import PageKey, SlotState
from streams.write_ahead import write_through

_TABLES = """
CREATE TABLE IF NOT EXISTS state (slot TEXT PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS page (slot TEXT, kind TEXT, size TEXT, start INTEGER, version INTEGER NOT NULL, frame BLOB NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (slot, kind, size, start)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What the file says of a page besides its frame. `closed`: it takes no new cells any more, see slots.bounds."""

    slot: str
    key: PageKey
    version: int
    closed: bool = False


class Snapshot:
    """Reads and writes the file; a write is one transaction, so that a crash leaves the former moment."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        write_through(self._connection)
        self._connection.executescript(_TABLES)
        if "closed" not in {column[1] for column in self._connection.execute("PRAGMA table_info(page)")}:
            self._connection.execute("ALTER TABLE page ADD COLUMN closed INTEGER NOT NULL DEFAULT 0")  # a file from before bounds

    def write(
        self,
        states: Mapping[str, SlotState],
        gone: Iterable[tuple[str, PageKey | None]],
        pages: Iterable[tuple[SavedPage, pl.DataFrame]],
    ) -> None:
        """States, the deleted pages (None: all of a slot's) and the changed pages, in one transaction."""
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            for slot, key in gone:
                _delete(cursor, slot, key)
            cursor.executemany(
                "INSERT OR REPLACE INTO state VALUES (?, ?)",
                [(slot, msgspec.json.encode(state)) for slot, state in states.items()],
            )
            rows = [(page.slot, *page.key, page.version, frame_bytes(frame), page.closed) for page, frame in pages]
            cursor.executemany("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise

    def states(self) -> dict[str, SlotState]:
        """All slots' states."""
        return {
            slot: msgspec.json.decode(text, type=SlotState)
            for slot, text in self._connection.execute("SELECT slot, json FROM state")
        }

    def pages(self) -> Iterator[tuple[SavedPage, pl.DataFrame]]:
        """All pages."""
        for slot, kind, size, start, version, closed, blob in self._connection.execute(
            "SELECT slot, kind, size, start, version, closed, frame FROM page"
        ):
            yield SavedPage(slot, PageKey(kind, size, start), version, bool(closed)), frame_of(blob)

    def close(self) -> None:
        self._connection.close()


def _delete(cursor: sqlite3.Cursor, slot: str, key: PageKey | None) -> None:
    if key is None:
        cursor.execute("DELETE FROM state WHERE slot = ?", (slot,))
        cursor.execute("DELETE FROM page WHERE slot = ?", (slot,))
    else:
        cursor.execute("DELETE FROM page WHERE slot = ? AND kind = ? AND size = ? AND start = ?", (slot, *key))


def frame_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as a compressed Arrow stream.

    Written from a clone: Polars locks the frame it writes while it waits for the interpreter, and a thread that reads the
    same frame at that moment waits for the lock while it holds the interpreter – for ever.
    """
    buffer = io.BytesIO()
    frame.clone().write_ipc_stream(buffer, compression="lz4")
    return buffer.getvalue()


def frame_of(blob: bytes) -> pl.DataFrame:
    """The frame of an Arrow stream."""
    return pl.read_ipc_stream(io.BytesIO(blob))
