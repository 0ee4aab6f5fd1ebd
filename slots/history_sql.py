"""The history in SQLite or PostgreSQL: the same tables, the same steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
import structlog
from sqlalchemy import Connection, Engine, Table, create_engine, delete, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from slots.history import Bucket, Buckets, Held, HistoryError, HistoryLost, Replacement
from slots.history_rows import frame_of_rows, rows_of, states_of
from slots.history_tables import BIN, BUCKET, CELL, PART, SLOT, STATE, columns_of, migrate
from slots.ledger import Kind, PageKey, Size
from slots.measures import parts_of
from slots.pages import page_of
from slots.slot import Slot
from streams.write_ahead import write_through

TABLES: Final[Mapping[Kind, Table]] = {"cells": CELL, "bins": BIN}
_MIGRATION_LOCK: Final = 7_210_433  # any number of ours: who migrates a PostgreSQL database holds this advisory lock
_NOTHING: Final[Held] = {}


class SqlHistory:
    """A History in the database at a URL, `sqlite:///file` or `postgresql://…`. Several cities may share one database.

    `zone`: the city's, for the local time people read. Connects when it is made, later where there is no answer then; raises
    HistoryError when a newer program wrote the database.
    """

    def __init__(self, url: str, city: str, zone: str) -> None:
        self._engine = _engine(url)
        self._city = city
        self._zone = ZoneInfo(zone)
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, Held]] = {}
        self._migrated = False
        # that of the dialect in use: the other one would take a while to load
        self._insert: Callable[..., Any] = import_module(f"sqlalchemy.dialects.{self._engine.dialect.name}").insert
        try:
            self._migrate()
        except HistoryError:
            self._engine.dispose()
            raise
        except HistoryLost as error:
            structlog.get_logger("history").warning("lost", reason=str(error))

    def held(self, slot: str) -> Held:
        with self._reading() as connection:
            found = connection.execute(select(SLOT.c.id, SLOT.c.changes).where(*self._named(slot))).one_or_none()
            if found is None:
                return _NOTHING
            slot_id, changes = found
            with self._lock:
                at, held = self._held.get(slot, (-1, _NOTHING))
            if at != changes:
                held = _held(connection, slot_id)
                with self._lock:
                    self._held[slot] = (changes, held)
            return held

    def read(self, slot: str, key: PageKey, starts: Collection[int], dimension: str, value: str | None) -> pl.DataFrame:
        table = TABLES[key.kind]
        columns = [table.c.start, table.c.dimension, table.c.value, table.c.region]
        columns += [table.c.sketch, table.c.bin, table.c.n] if key.kind == "bins" else [table.c.state]
        with self._reading() as connection:
            slot_id = connection.execute(select(SLOT.c.id).where(*self._named(slot))).scalar_one_or_none()
            wanted = [table.c.slot_id == slot_id, table.c.size == key.size, table.c.start.in_(sorted(starts))]
            wanted += [table.c.dimension == dimension, *([table.c.value == value] if value is not None else [])]
            rows = connection.execute(select(*columns).where(*wanted)).fetchall()
            states = connection.execute(select(STATE.c.name, STATE.c.whole).where(STATE.c.slot_id == slot_id)).fetchall()
        return frame_of_rows(key.kind, rows, {name: bool(whole) for name, whole in states})

    def write(self, slot: str, key: PageKey, version: int, frame: pl.DataFrame, digests: Mapping[int, int], seen: Buckets) -> int:
        table = TABLES[key.kind]
        with self._writing(slot) as (connection, slot_id):
            place = [BUCKET.c.slot_id == slot_id, BUCKET.c.kind == key.kind, BUCKET.c.size == key.size]
            stored = select(BUCKET.c.start, BUCKET.c.version, BUCKET.c.digest).where(*place, BUCKET.c.start.in_(list(digests)))
            held = {start: Bucket(at, digest) for start, at, digest in connection.execute(stored)}
            starts = [start for start in digests if held.get(start) == seen.get(start)]
            if not starts:
                return 0
            rows = [table.c.slot_id == slot_id, table.c.size == key.size, table.c.start.in_(starts)]
            if any(start in held for start in starts):
                connection.execute(delete(table).where(*rows))
                connection.execute(delete(BUCKET).where(*place, BUCKET.c.start.in_(starts)))
            frame = frame.filter(pl.col("t").is_in(starts))
            if key.kind == "cells":
                self._note_states(connection, slot_id, states_of(frame))
            _load(connection, table, rows_of(key.kind, frame, (slot_id, key.size)))
            _load(connection, BUCKET, [
                (slot_id, key.kind, key.size, start, version, digests[start], self._local(start)) for start in starts
            ])  # fmt: skip
            return len(starts)

    def drop(self, slot: str, size: Size, before_s: int) -> None:
        with self._writing(slot) as (connection, slot_id):
            for table in (*TABLES.values(), BUCKET):
                rows = [table.c.slot_id == slot_id, table.c.size == size, table.c.start < before_s]
                connection.execute(delete(table).where(*rows))

    def forget(self, slot: str, from_s: int | None = None) -> None:
        with self._writing(slot) as (connection, slot_id):
            for table in (*TABLES.values(), BUCKET):
                later = [table.c.start >= from_s] if from_s is not None else []
                connection.execute(delete(table).where(table.c.slot_id == slot_id, *later))
            connection.execute(update(SLOT).where(SLOT.c.id == slot_id).values(replaced_from=None, replaced_epoch=None))

    def announce(self, slot: str, replacement: Replacement) -> None:
        with self._writing(slot) as (connection, slot_id):
            values = {"replaced_from": replacement.start_s, "replaced_epoch": replacement.epoch}
            connection.execute(update(SLOT).where(SLOT.c.id == slot_id).values(values))

    def announced(self, slot: str) -> Replacement | None:
        with self._reading() as connection:
            wanted = select(SLOT.c.replaced_from, SLOT.c.replaced_epoch).where(*self._named(slot))
            found = connection.execute(wanted).one_or_none()
        return Replacement(*found) if found is not None and found[0] is not None else None

    def describe(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            with self._writing(slot.slot) as (connection, slot_id):
                for row in _parts(slot):
                    values = {"slot_id": slot_id, **row}
                    keys = [column.name for column in PART.primary_key]
                    noted = self._insert(PART).values(values).on_conflict_do_update(index_elements=keys, set_=row)
                    connection.execute(noted)

    def close(self) -> None:
        self._engine.dispose()

    def _named(self, slot: str) -> Sequence[Any]:
        return (SLOT.c.city == self._city, SLOT.c.slot == slot)

    def _local(self, start: int) -> str:
        return datetime.fromtimestamp(start, self._zone).isoformat(timespec="minutes")

    def _note_states(self, connection: Connection, slot_id: int, states: Mapping[str, bool]) -> None:
        rows = [{"slot_id": slot_id, "name": name, "whole": int(whole)} for name, whole in states.items()]
        if rows:
            connection.execute(self._insert(STATE).values(rows).on_conflict_do_nothing())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._migrate()
        with _reached(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, slot: str) -> Iterator[tuple[Connection, int]]:
        """A transaction that holds the slot's row: who else writes this slot waits, in SQLite whoever writes."""
        self._migrate()
        with _reached(), self._engine.begin() as connection:
            changed = (
                self._insert(SLOT)
                .values(city=self._city, slot=slot, changes=1)
                .on_conflict_do_update(index_elements=["city", "slot"], set_={"changes": SLOT.c.changes + 1})
                .returning(SLOT.c.id)
            )
            yield connection, connection.execute(changed).scalar_one()

    def _migrate(self) -> None:
        """Brings the database to this program's schema, once."""
        if self._migrated:
            return
        with _reached(), self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection)
        self._migrated = True


def _engine(url: str) -> Engine:
    """An engine that notices a dead connection, waits for a bounded time, and never loses what was committed."""
    place = make_url(url)
    if place.drivername in ("postgresql", "postgres"):
        place = place.set(drivername="postgresql+psycopg")
        options = {"connect_timeout": 5, "application_name": "cockpit"}
        return create_engine(place, pool_pre_ping=True, pool_size=4, max_overflow=8, pool_timeout=10, connect_args=options)
    engine = create_engine(place, connect_args={"timeout": 20})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        write_through(connection)

    return engine


@contextmanager
def _reached() -> Iterator[None]:
    """Turns the database's errors into HistoryLost."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
        raise HistoryLost(f"the history's database does not answer: {said[0] if said else type(error).__name__}") from error
    except SQLAlchemyError as error:
        raise HistoryLost(f"the history's database fails: {type(error).__name__}: {error}") from error


def _held(connection: Connection, slot_id: int) -> Held:
    columns = (BUCKET.c.kind, BUCKET.c.size, BUCKET.c.start, BUCKET.c.version, BUCKET.c.digest)
    pages: dict[PageKey, dict[int, Bucket]] = {}
    for kind, size, start, version, digest in connection.execute(select(*columns).where(BUCKET.c.slot_id == slot_id)):
        pages.setdefault(page_of(kind, size, start), {})[start] = Bucket(version, digest)
    return pages


def _load(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows at once, by the fastest way the driver has."""
    columns = ", ".join(columns_of(table))
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", list(rows))


def _parts(slot: Slot) -> Iterator[dict[str, Any]]:
    for indicator in slot.indicators:
        for side, part in enumerate(parts_of(indicator.measure, slot), 1):
            yield {
                "indicator": indicator.name, "side": side, "part": part.id, "agg": part.agg, "of": part.of,
                "filter": part.where, "q": part.q, "scale": indicator.measure.scale, "unit": indicator.unit,
            }  # fmt: skip
