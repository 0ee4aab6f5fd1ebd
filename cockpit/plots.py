"""Marks drawn on the city's map, kept with author and time, seen by every screen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from layers import Mark, Plotting
from layers.plotting import MARKS_MAX

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table


MEMORY: Final = "sqlite://"
"""Marks that live as long as the process, which no other process sees."""

_Print = tuple[int, str]


class PlotsFull(Exception):
    """There are as many marks as a map may have."""


class PlotsLost(Exception):
    """The database of the marks cannot be reached now."""


class Plots:
    """The marks of one city in a SQL database at `url` (SQLAlchemy's; SQLite in memory unless told). Any thread; blocks.

    Raises PlotsLost. The database is opened and its table made at the first use. Whoever listens hears of every change made here
    at once, with a number that grows; of what another process has changed in the same database at the next `look`.
    """

    def __init__(self, city: str = "", url: str = MEMORY) -> None:
        self._city, self._url = city, url
        self._opened: tuple[Engine, Table] | None = None
        self._lock = threading.Lock()
        self._changes = 0
        self._print: _Print | None = None
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> None:
        """From now on `listener` gets a growing number after each change, in the thread of the change; it must not block."""
        self._listeners.append(listener)

    def all(self) -> Plotting:
        """What is drawn now, in the order it was drawn."""
        from sqlalchemy import select

        with self._begun() as (connection, table):
            rows = connection.execute(select(table.c.body).where(table.c.city == self._city).order_by(table.c.number))
            return Plotting(tuple(mark for (body,) in rows for mark in Plotting.read(body.encode()).marks))

    def add(self, mark: Mark, at: datetime) -> Mark:
        """The mark as it is kept: with an id of its own, drawn at this time (aware). Raises PlotsFull."""
        from sqlalchemy import func, insert, select

        kept = replace(mark, id=uuid4().hex, at=at)
        with self._begun() as (connection, table):
            count = connection.execute(select(func.count()).where(table.c.city == self._city)).scalar_one()
            if count >= MARKS_MAX:
                raise PlotsFull(f"there are {count:,} marks, at most {MARKS_MAX:,}. Hint: take some away")
            body = Plotting((kept,)).geojson().decode()
            connection.execute(insert(table).values(city=self._city, id=kept.id, body=body))
            self._print = self._printed(connection, table)
        self._tell()
        return kept

    def drop(self, id: str) -> bool:
        """Whether there was such a mark; it is gone now."""
        from sqlalchemy import delete

        with self._begun() as (connection, table):
            gone = connection.execute(delete(table).where(table.c.city == self._city, table.c.id == id)).rowcount > 0
            self._print = self._printed(connection, table)
        if gone:
            self._tell()
        return gone

    def look(self) -> bool:
        """Whether other processes have changed marks since the last look; then the listeners are told. Costs one small query.

        False, too, where the database cannot be reached: who asks for the marks is told that.
        """
        if self._url == MEMORY:
            return False
        try:
            with self._begun() as (connection, table):
                now = self._printed(connection, table)
                before, self._print = self._print, now
        except PlotsLost:
            return False
        if changed := before is not None and before != now:
            self._tell()
        return changed

    def _printed(self, connection: Connection, table: Table) -> _Print:
        """How many marks there are and which is the newest: another pair when any was drawn or taken away."""
        from sqlalchemy import func, select

        mine = table.c.city == self._city
        newest = select(table.c.id).where(mine).order_by(table.c.number.desc()).limit(1)
        count = connection.execute(select(func.count()).where(mine)).scalar_one()
        return int(count), connection.execute(newest).scalar() or ""

    def _tell(self) -> None:
        with self._lock:
            self._changes += 1
            changes = self._changes
        for listener in self._listeners:
            listener(changes)

    @contextmanager
    def _begun(self) -> Iterator[tuple[Connection, Table]]:
        from sqlalchemy.exc import DBAPIError

        try:
            engine, table = self._engine()
            with self._lock, engine.begin() as connection:
                yield connection, table
        except DBAPIError as error:
            raise PlotsLost("the database of the map's marks cannot be reached now") from error

    def _engine(self) -> tuple[Engine, Table]:
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._url)
            return self._opened


def _open(url: str) -> tuple[Engine, Table]:
    from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine
    from sqlalchemy.pool import NullPool, StaticPool

    memory = url == MEMORY
    pool = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if memory else {"poolclass": NullPool}
    engine = create_engine(url, **pool)  # marks are few: a connection for each call leaves none open
    tables = MetaData()
    number = Column("number", Integer, primary_key=True, autoincrement=True)
    columns = number, Column("city", String(64), index=True), Column("id", String(64)), Column("body", Text)
    table = Table("cockpit_plots", tables, *columns)
    tables.create_all(engine)
    return engine, table
