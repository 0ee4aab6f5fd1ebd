"""Tiles of services kept on disk: a bounded SQLite file, the oldest go first."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from streams.write_ahead import write_ahead

BYTES_MAX: Final = 256 * 2**20
_ROOM: Final = 0.9
"""When it is full, so much of it is kept: so not every new tile has to make room."""


@dataclass(frozen=True, slots=True)
class KeptTile:
    """A tile as it was answered at `at_s` (Unix time); an empty body: the service has none there."""

    body: bytes
    at_s: float


class TileCache:
    """Blocks on the disk; any thread. What it holds may be deleted at any time: the service is asked again."""

    def __init__(self, file: Path, bytes_max: int = BYTES_MAX) -> None:
        self._lock = Lock()
        self._bytes_max = bytes_max
        self._file = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        write_ahead(self._file)
        self._file.execute("CREATE TABLE IF NOT EXISTS tile (place TEXT PRIMARY KEY, body BLOB NOT NULL, at_s REAL NOT NULL)")
        self._bytes = int(self._file.execute("SELECT coalesce(sum(length(body)), 0) FROM tile").fetchone()[0])

    @property
    def bytes(self) -> int:
        """The bodies that are kept, together."""
        return self._bytes

    def get(self, place: str) -> KeptTile | None:
        """The tile of a place; None where none was kept."""
        with self._lock:
            row = self._file.execute("SELECT body, at_s FROM tile WHERE place = ?", (place,)).fetchone()
        return KeptTile(*row) if row else None

    def put(self, place: str, tile: KeptTile) -> None:
        """Keeps a tile in the place of the one before."""
        with self._lock:
            before = self._file.execute("SELECT length(body) FROM tile WHERE place = ?", (place,)).fetchone()
            self._file.execute("INSERT OR REPLACE INTO tile VALUES (?, ?, ?)", (place, tile.body, tile.at_s))
            self._bytes += len(tile.body) - (before[0] if before else 0)
            if self._bytes > self._bytes_max:
                self._make_room()

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._file.close()

    def _make_room(self) -> None:
        for place, size in self._file.execute("SELECT place, length(body) FROM tile ORDER BY at_s").fetchall():
            if self._bytes <= self._bytes_max * _ROOM:
                return
            self._file.execute("DELETE FROM tile WHERE place = ?", (place,))
            self._bytes -= size
