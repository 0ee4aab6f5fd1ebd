"""The tables of the history, and how a database comes by them: numbered steps, each done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

from slots.history import HistoryError

_METADATA: Final = MetaData()

SCHEMA: Final = Table("history_schema", _METADATA, Column("version", Integer, primary_key=True))

SLOT: Final = Table(
    "history_slot",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("city", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("changes", BigInteger, nullable=False),
    Column("replaced_from", BigInteger),
    Column("replaced_epoch", BigInteger),
    Index("history_slot_name", "city", "slot", unique=True),
)
"""`changes` grows with every write; `replaced_*`: an announced replacement."""

BUCKET: Final = Table(
    "history_bucket",
    _METADATA,
    Column("slot_id", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("size", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("local_start", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What is held; `start` Unix seconds (UTC), `local_start` the same moment by the city's clock."""


def _place() -> list[Column[Any]]:
    """Where a number stands: the key of a cell, and the beginning of a bin's."""
    kinds = {"slot_id": Integer, "size": Text, "start": BigInteger, "dimension": Text, "value": Text, "region": Text}
    return [Column(name, kind, primary_key=True) for name, kind in kinds.items()]


CELL: Final = Table(
    "history_cell",
    _METADATA,
    *_place(),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""One row per bucket, region and dimension value; `state`: JSON, state column → number (see slots.measures)."""

BIN: Final = Table(
    "history_bin",
    _METADATA,
    *_place(),
    Column("sketch", Text, primary_key=True),
    Column("bin", Integer, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The bins of quantile and distinct sketches (see slots.sketches)."""

STATE: Final = Table(
    "history_state",
    _METADATA,
    Column("slot_id", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("whole", Integer, nullable=False),
)
"""The state columns that occur in `history_cell.state`; `whole`: 1 for whole numbers, 0 for others."""

PART: Final = Table(
    "history_part",
    _METADATA,
    Column("slot_id", Integer, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("side", Integer, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("agg", Text, nullable=False),
    Column("of", Text),
    Column("filter", Text),
    Column("q", Float),
    Column("scale", Float, nullable=False),
    Column("unit", Text, nullable=False),
)
"""What a part id measures. A ratio is side 1 over side 2, times `scale`; everything else has side 1 only. A measure that was
changed has a row for each of its lives."""

_JSON: Final[Mapping[str, str]] = {
    "sqlite": "json_extract(c.state, '$.\"{}:' || p.part || '\"')",
    "postgresql": "(c.state::json ->> ('{}:' || p.part))::double precision",
}
_MOMENT: Final[Mapping[str, str]] = {"sqlite": "datetime(c.start, 'unixepoch')", "postgresql": "to_timestamp(c.start)"}

_READING: Final = """
CREATE VIEW history_reading AS
SELECT s.city, s.slot, p.indicator, p.side, p.agg, c.size, {moment} AS start_utc, b.local_start,
    c.region, c.dimension, c.value, {n} AS records,
    CASE p.agg WHEN 'count' THEN {n} WHEN 'sum' THEN {s} WHEN 'mean' THEN {s} / NULLIF({n}, 0)
        WHEN 'min' THEN {lo} WHEN 'max' THEN {hi} WHEN 'last' THEN {lv} END AS number,
    p.scale, p.unit
FROM history_cell c
JOIN history_slot s ON s.id = c.slot_id
JOIN history_part p ON p.slot_id = c.slot_id
JOIN history_bucket b ON b.slot_id = c.slot_id AND b.kind = 'cells' AND b.size = c.size AND b.start = c.start
WHERE {n} IS NOT NULL
"""
"""For people: one row per bucket, region, dimension value and simple measure, as it was recorded (not rolled up). What quantiles
and distinct counts say is in `history_bin` and has no number here; of a ratio each side has its row."""


def _first(connection: Connection) -> None:
    _METADATA.create_all(connection, checkfirst=False, tables=[t for t in _METADATA.sorted_tables if t is not SCHEMA])
    dialect = connection.dialect.name
    columns = {prefix: _JSON[dialect].format(prefix) for prefix in ("n", "s", "lo", "hi", "lv")}
    connection.exec_driver_sql(_READING.format(moment=_MOMENT[dialect], **columns))


_STEPS: Final = (_first,)
"""From one version of the schema to the next; a step that was released is never changed."""

VERSION: Final = len(_STEPS)


def migrate(connection: Connection) -> None:
    """Brings a database to this program's schema. Call it in a transaction that no other process can begin meanwhile.

    Raises HistoryError for a database that a newer program wrote.
    """
    if not inspect(connection).has_table(SCHEMA.name):
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA).values(version=0))
    stands = connection.execute(select(SCHEMA.c.version)).scalar_one()
    if stands > VERSION:
        raise HistoryError(
            f"the history's database has schema {stands}, this program knows {VERSION}. Hint: start the newer one that wrote it"
        )
    for step in _STEPS[stands:]:
        step(connection)
    if stands < VERSION:
        connection.execute(update(SCHEMA).values(version=VERSION))


def columns_of(table: Table) -> Sequence[str]:
    """The names of a table's columns, in their order."""
    return [column.name for column in table.columns]
