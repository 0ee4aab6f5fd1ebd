"""The tables of the toolbox, and how a database comes by them: numbered steps, each done once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, insert, inspect, select, update

_METADATA: Final = MetaData()


class StoreError(RuntimeError):
    """The database cannot be used as it is; the message says why."""


SCHEMA: Final = Table("dispatch_schema", _METADATA, Column("version", Integer, primary_key=True))

JOURNAL: Final = Table(
    "dispatch_journal",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("actor_region", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sealed_by", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Index("dispatch_journal_subject", "city", "subject", "seq"),
    Index("dispatch_journal_about", "city", "about", "seq"),
)
"""See `journal.Row`. Rows are only ever added."""

HEAD: Final = Table(
    "dispatch_head",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("seal", Text, nullable=False),
    Column("incidents", BigInteger, nullable=False),
    Column("orders", BigInteger, nullable=False),
)
"""The last row of a city's journal, and how many numbers were given; who writes holds this row."""

INCIDENT: Final = Table(
    "dispatch_incident",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("client_id", Text),
    Column("state", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("recurrence_key", Text, nullable=False),
    Column("reported_us", BigInteger, nullable=False),
    Column("played_us", BigInteger, nullable=False, server_default="0"),
    Column("document", Text, nullable=False),
    Index("dispatch_incident_client", "city", "client_id", unique=True),
    Index("dispatch_incident_state", "city", "state", "reported_us"),
    Index("dispatch_incident_recurrence", "city", "recurrence_key"),
)
"""What the journal comes to. `place`: the codes from the root down to the region, `/c/a/a1/`. `played_us`: when something of an
exercise was last touched, which a reset puts away; 0: it is real."""

ORDER: Final = Table(
    "dispatch_order",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("drafted_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("played_us", BigInteger, nullable=False, server_default="0"),
    Column("document", Text, nullable=False),
    Index("dispatch_order_state", "city", "state", "expires_us"),
    Index("dispatch_order_incident", "city", "incident"),
    Index("dispatch_order_unit", "city", "unit", "drafted_us"),
)
"""What the journal comes to."""

BROADCAST: Final = Table(
    "dispatch_broadcast",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("recipients", Text, nullable=False),
    Column("sent_us", BigInteger, nullable=False),
    Column("played_us", BigInteger, nullable=False, server_default="0"),
    Column("document", Text, nullable=False),
    Index("dispatch_broadcast_sent", "city", "sent_us"),
)
"""What the journal comes to. `recipients`: their ids, `/P1/E001/`."""

OUTBOX: Final = Table(
    "dispatch_outbox",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("subject", Text, nullable=False),
)
"""What is still to be sent, in the order of the journal rows it follows from."""

REQUEST: Final = Table(
    "dispatch_request",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("dispatch_request_age", "city", "at_us"),
)
"""What was answered under an idempotency key."""

POSITION: Final = Table(
    "dispatch_position",
    _METADATA,
    Column("city", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
"""How far the toolbox has read a topic."""

_NEVER: Final = "the journal is only ever added to"

_SQLITE_GUARDS: Final = (
    *(
        f"CREATE TRIGGER IF NOT EXISTS dispatch_journal_no_{verb} BEFORE {verb} ON dispatch_journal "
        f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        for verb in ("update", "delete")
    ),
    "CREATE TRIGGER IF NOT EXISTS dispatch_journal_no_replace BEFORE INSERT ON dispatch_journal "
    "WHEN EXISTS (SELECT 1 FROM dispatch_journal WHERE city = NEW.city AND seq = NEW.seq) "
    "OR EXISTS (SELECT 1 FROM dispatch_journal WHERE rowid = NEW.rowid AND NEW.rowid > 0) "
    f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END",
)
"""`INSERT OR REPLACE` takes a row away without asking the trigger of DELETE (`recursive_triggers` is off where somebody else
opens the file); it can name a row by its place in the journal or by SQLite's own number of it, -1 where none is named."""
_POSTGRES_GUARDS: Final = (
    f"CREATE OR REPLACE FUNCTION dispatch_journal_never() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$",
    "CREATE TRIGGER dispatch_journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dispatch_journal "
    "FOR EACH STATEMENT EXECUTE FUNCTION dispatch_journal_never()",
    "REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_journal FROM PUBLIC",
    "REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_journal FROM CURRENT_USER",
)
"""Not even the role that made the table may change a row, unless it gives itself the right again; a superuser meets the trigger.
Better still the tables belong to another role than the cockpit's, see `grants`."""


def grants(role: str) -> tuple[str, ...]:
    """What the owner of the tables grants the role the cockpit connects as: all it needs, and no right to change the journal."""
    name = '"' + role.replace('"', '""') + '"'
    kept = ", ".join(t.name for t in (HEAD, INCIDENT, ORDER, BROADCAST, OUTBOX, REQUEST, POSITION))
    return (
        f"GRANT SELECT ON dispatch_schema TO {name}",
        f"GRANT SELECT, INSERT ON dispatch_journal TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {kept} TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_journal FROM {name}",
    )


def _first(connection: Connection) -> None:
    """All tables as they are today; the later steps add to older databases what is missing in them."""
    tables = [table for table in _METADATA.sorted_tables if table is not SCHEMA]
    _METADATA.create_all(connection, checkfirst=False, tables=tables)
    guards = _POSTGRES_GUARDS if connection.dialect.name == "postgresql" else _SQLITE_GUARDS
    for guard in guards:
        connection.exec_driver_sql(guard)


_PLAYED: Final = '"exercise":true'
"""Stands in the JSON of what is played."""


def _second(connection: Connection) -> None:
    """Exercises can be put away, what is played goes to topics of its own, and there are broadcasts."""
    waits = (OUTBOX.c.topic.in_(("dispatch.orders", "dispatch.journal")), OUTBOX.c.value.contains(_PLAYED))
    connection.execute(update(OUTBOX).where(*waits).values(topic=OUTBOX.c.topic + ".exercise"))
    BROADCAST.create(connection, checkfirst=True)
    for table, since in ((INCIDENT, "reported_us"), (ORDER, "drafted_us")):
        if "played_us" in (column["name"] for column in inspect(connection).get_columns(table.name)):
            continue
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN played_us BIGINT NOT NULL DEFAULT 0")
        connection.execute(update(table).where(table.c.document.contains(_PLAYED)).values(played_us=table.c[since]))


def _third(connection: Connection) -> None:
    """In SQLite a row cannot be replaced either."""
    if connection.dialect.name == "sqlite":
        for guard in _SQLITE_GUARDS:
            connection.exec_driver_sql(guard)


_STEPS: Final = (_first, _second, _third)
"""From one version of the schema to the next; a step that was released is never changed."""

VERSION: Final = len(_STEPS)


def migrate(connection: Connection) -> None:
    """Brings a database to this program's schema. Call it in a transaction that no other process can begin meanwhile.

    Raises StoreError for a database that a newer program wrote.
    """
    if not inspect(connection).has_table(SCHEMA.name):
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA).values(version=0))
    stands = connection.execute(select(SCHEMA.c.version)).scalar_one()
    if stands > VERSION:
        raise StoreError(
            f"the toolbox's database has schema {stands}, this program knows {VERSION}. Hint: start the newer one that wrote it"
        )
    for step in _STEPS[stands:]:
        step(connection)
    if stands < VERSION:
        connection.execute(update(SCHEMA).values(version=VERSION))
