"""A file of SQLite becomes durable also while another writes to it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from streams.write_ahead import write_through


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes to the file at this moment, which does not write ahead yet."""
    connection = sqlite3.connect(tmp_path / "one.sqlite", isolation_level=None)
    connection.execute("CREATE TABLE t (a)")
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


class _Told:
    """A connection that tells when it was refused."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self.refused = connection, threading.Event()

    def execute(self, sql: str, /) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql)
        except sqlite3.OperationalError:
            self.refused.set()
            raise


def _opened(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "one.sqlite", isolation_level=None, check_same_thread=False)


def test_the_switch_waits_for_who_writes(tmp_path: Path, other: sqlite3.Connection) -> None:
    connection = _opened(tmp_path)
    told = _Told(connection)
    switch = threading.Thread(target=write_through, args=(told,))
    switch.start()
    assert told.refused.wait(20), "SQLite waits by itself now: the module is not needed any more"
    other.execute("COMMIT")
    switch.join(20)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_the_wait_ends(tmp_path: Path, other: sqlite3.Connection) -> None:
    with closing(_opened(tmp_path)) as connection, pytest.raises(sqlite3.OperationalError, match="locked"):
        write_through(connection, 0.05)


def test_what_is_no_database_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.sqlite").write_bytes(b"no database, but long enough to have a header of one, and more" * 9)
    with closing(_opened(tmp_path)) as connection, pytest.raises(sqlite3.DatabaseError, match="not a database"):
        write_through(connection)
