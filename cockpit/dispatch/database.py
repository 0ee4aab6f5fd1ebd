"""The connection to the toolbox's database: SQLite in WAL that writes through, or PostgreSQL."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cockpit.dispatch.tables import migrate
from streams.write_ahead import write_through

_MIGRATION_LOCK: Final = 7_210_434  # any number of ours: who migrates a PostgreSQL database holds this advisory lock
BUSY_S: Final = 20
"""So long a writer waits for its turn."""


class StoreLost(Exception):
    """The database cannot be reached now; nothing of the transaction took effect. The next call tries again."""


class Database:
    """Transactions on the database at a URL. Any thread; blocks. Its tables are made at the first use.

    Raises StoreLost, and StoreError for a database it cannot use.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._migrated = False

    @property
    def postgres(self) -> bool:
        """Whether it is PostgreSQL."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; writes nothing."""
        self._prepare()
        with _reached(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed durably at the end, undone by an exception. In SQLite the only one that writes."""
        self._prepare()
        with _reached(), self._engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else, in whatever process, is inside a block of this name; does not wait for them."""
        if self.postgres:
            apart = {"isolation_level": "AUTOCOMMIT"}
            with _reached(), self._engine.connect().execution_options(**apart) as connection:
                taken = bool(connection.execute(select(func.pg_try_advisory_lock(func.hashtext(name)))).scalar_one())
                try:
                    yield taken
                finally:
                    if taken:
                        connection.execute(select(func.pg_advisory_unlock(func.hashtext(name))))
            return
        taken = False
        with Path(f"{self._engine.url.database}.{name.rpartition('/')[2]}").open("a") as file:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                taken = True
            yield taken

    def close(self) -> None:
        self._engine.dispose()

    def _prepare(self) -> None:
        if self._migrated:
            return
        with _reached(), self._engine.connect().execution_options(writing=True) as connection, connection.begin():
            if self.postgres:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            migrate(connection)
        self._migrated = True


def _engine(url: str) -> Engine:
    place = make_url(url)
    if place.drivername in ("postgresql", "postgres"):
        place = place.set(drivername="postgresql+psycopg")
        options = {"connect_timeout": 5, "application_name": "cockpit dispatch"}
        return create_engine(place, pool_pre_ping=True, pool_size=4, max_overflow=8, pool_timeout=10, connect_args=options)
    engine = create_engine(place, connect_args={"timeout": BUSY_S, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        write_through(connection, BUSY_S)
        connection.execute("PRAGMA recursive_triggers=ON").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Who means to write takes the lock at once: a view that turns into a write could find it outdated, and fail."""
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")

    return engine


@contextmanager
def _reached() -> Iterator[None]:
    """Turns the database's errors into StoreLost."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
        raise StoreLost(f"the toolbox's database does not answer: {said[0] if said else type(error).__name__}") from error
    except SQLAlchemyError as error:
        raise StoreLost(f"the toolbox's database fails: {type(error).__name__}: {error}") from error
