"""SQLite's write-ahead log, switched on for a file that others may open in the same moment."""

from __future__ import annotations

import time
from typing import Final, Protocol

_AGAIN_S: Final = 0.01


class _Cursor(Protocol):
    def close(self) -> None: ...


class Connection(Protocol):
    """What is asked of a connection of sqlite3; this module opens none."""

    def execute(self, sql: str, /) -> _Cursor: ...


def write_ahead(connection: Connection, wait_s: float = 20.0) -> None:
    """The file writes ahead from now on: who reads does not wait for who writes. Blocks; outside a transaction.

    SQLite waits for others with every statement but this switch, which would turn its view into a lock: two that
    open a new file at once get SQLITE_BUSY on the spot (`sqlite3BtreeBeginTrans`: the busy handler is asked only where no
    transaction is open). So the waiting is here. Raises sqlite3.OperationalError when the file is not free in time.
    """
    end = time.monotonic() + wait_s
    while not _switched(connection, time.monotonic() >= end):
        time.sleep(_AGAIN_S)


def write_through(connection: Connection, wait_s: float = 20.0) -> None:
    """Writes ahead, and every commit through to the disk, so that a power cut takes nothing back; as write_ahead."""
    write_ahead(connection, wait_s)
    connection.execute("PRAGMA synchronous=FULL").close()


def _switched(connection: Connection, last: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=WAL").close()
    except Exception as error:
        if last or getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY":
            raise
        return False
    return True
