"""Where incidents, orders and the journal are kept: SQLite or PostgreSQL, the same tables, the same steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, Table, false, func, or_, select

from cockpit.dispatch.announcing import CHANNEL
from cockpit.dispatch.broadcast import Broadcast
from cockpit.dispatch.concern import incidents_of, orders_of
from cockpit.dispatch.database import BUSY_S, Database, StoreLost
from cockpit.dispatch.exercise import RESET, SUBJECT, Exercise
from cockpit.dispatch.exercise import fold as exercise_of
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry, Head, Row, Sealer, entries, micros
from cockpit.dispatch.order import Order
from cockpit.dispatch.tables import BROADCAST, HEAD, INCIDENT, JOURNAL, ORDER, OUTBOX
from cockpit.dispatch.turns import Turns, TurnTimeout
from cockpit.dispatch.writing import Writing
from streams.clock import Clock

Kept = TypeVar("Kept", Incident, Order, Broadcast)

_AT_ONCE: Final = 10_000
_COLUMNS: Final = tuple(JOURNAL.c[name] for name in Row._fields)


class Pending(NamedTuple):
    """A record that is still to be sent."""

    topic: str
    seq: int
    key: str
    value: str
    subject: str


class Store:
    """One city's share of a database. Any thread; blocks. Raises StoreLost, and StoreError at the first use.

    `noted` is told the head of the journal after each commit that moved it.
    """

    def __init__(
        self, url: str, city: str, sealer: Sealer, clock: Clock, noted: Callable[[Head], None] = lambda head: None
    ) -> None:
        self._database = Database(url)
        self._city = city
        self._sealer = sealer
        self._clock = clock
        self._noted = noted
        self._turns = Turns(BUSY_S)

    @property
    def waiting(self) -> int:
        """How many threads of this process wait to write."""
        return self._turns.waiting

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction: durable when the block has ended, undone when it raises. One at a time in a city, in the order they
        came; whoever has much to do does it in small ones."""
        with self._turn(), self._database.writing() as connection:
            writing = Writing(connection, self._city, self._sealer, self._clock())
            before = writing.head
            yield writing
            writing.finish()
        if writing.head != before:
            self._noted(writing.head)

    def incident(self, number: str) -> Incident | None:
        with self._database.reading() as connection:
            wanted = select(INCIDENT.c.document).where(INCIDENT.c.city == self._city, INCIDENT.c.number == number)
            found = connection.execute(wanted).scalar_one_or_none()
        return None if found is None else msgspec.json.decode(found, type=Incident)

    def incidents(
        self,
        states: Sequence[str],
        region: str | None,
        category: str | None,
        limit: int,
        before: str | None = None,
        units: Collection[str] | None = None,
    ) -> list[Incident]:
        """The newest first: in these states (none: all), in a region or below it; `before`: older than this number; `units`:
        those that any of them leads, helps with or is ordered to, None: whosever."""
        wanted = select(INCIDENT.c.document).where(INCIDENT.c.city == self._city, self._there(INCIDENT))
        if units is not None:
            wanted = wanted.where(incidents_of(self._city, units))
        if states:
            wanted = wanted.where(INCIDENT.c.state.in_(states))
        if region is not None:
            wanted = wanted.where(INCIDENT.c.place.contains(f"/{region}/", autoescape=True))
        if category is not None:
            wanted = wanted.where(INCIDENT.c.category == category)
        if before is not None:
            at = select(INCIDENT.c.reported_us).where(INCIDENT.c.city == self._city, INCIDENT.c.number == before)
            since, number = INCIDENT.c.reported_us, at.scalar_subquery()
            wanted = wanted.where(or_(since < number, (since == number) & (INCIDENT.c.number < before)))
        return self._decoded(wanted.order_by(INCIDENT.c.reported_us.desc(), INCIDENT.c.number.desc()).limit(limit), Incident)

    def reported(
        self, span: tuple[datetime, datetime], states: Sequence[str], categories: Collection[str] | None, limit: int
    ) -> list[Incident]:
        """The real ones reported in a span, the newest first: in these states, of these categories (None: of any)."""
        since, until = map(micros, span)
        where = [INCIDENT.c.city == self._city, INCIDENT.c.played_us == 0, INCIDENT.c.state.in_(states)]
        where += [INCIDENT.c.reported_us >= since, INCIDENT.c.reported_us <= until]
        if categories is not None:
            where.append(INCIDENT.c.category.in_(sorted(categories)))
        wanted = select(INCIDENT.c.document).where(*where)
        return self._decoded(wanted.order_by(INCIDENT.c.reported_us.desc(), INCIDENT.c.number.desc()).limit(limit), Incident)

    def order(self, number: str) -> Order | None:
        with self._database.reading() as connection:
            wanted = select(ORDER.c.document).where(ORDER.c.city == self._city, ORDER.c.number == number)
            found = connection.execute(wanted).scalar_one_or_none()
        return None if found is None else msgspec.json.decode(found, type=Order)

    def orders(
        self,
        incident: str | None,
        to: Collection[str] | None,
        states: Sequence[str],
        limit: int,
        units: Collection[str] | None = None,
    ) -> list[Order]:
        """The newest first. `to`: whom they are for; `units`: those for whatever these units have to do with; None: any."""
        wanted = select(ORDER.c.document).where(ORDER.c.city == self._city, self._there(ORDER))
        if units is not None:
            wanted = wanted.where(orders_of(self._city, units))
        if incident is not None:
            wanted = wanted.where(ORDER.c.incident == incident)
        if to is not None:
            wanted = wanted.where(ORDER.c.unit.in_(sorted(to)))
        if states:
            wanted = wanted.where(ORDER.c.state.in_(states))
        return self._decoded(wanted.order_by(ORDER.c.drafted_us.desc(), ORDER.c.number.desc()).limit(limit), Order)

    def unfrozen(self, since: datetime, limit: int) -> list[Order]:
        """Orders given from a screen since then of which not all that was on it is kept; the oldest first."""
        lacking = or_(ORDER.c.document.contains('"screen":""'), ORDER.c.document.contains('"picture":""'))
        given = (ORDER.c.drafted_us >= micros(since), ~ORDER.c.document.contains('"board":""'), lacking)
        wanted = select(ORDER.c.document).where(ORDER.c.city == self._city, *given).order_by(ORDER.c.drafted_us)
        return [one for one in self._decoded(wanted.limit(limit), Order) if one.issued_at and one.board]

    def reported_since(self, since: datetime, limit: int, units: Collection[str] | None = None) -> list[Incident]:
        """The newest first. `units`: as of `incidents`."""
        recent = [INCIDENT.c.city == self._city, INCIDENT.c.reported_us >= micros(since), self._there(INCIDENT)]
        if units is not None:
            recent.append(incidents_of(self._city, units))
        wanted = select(INCIDENT.c.document).where(*recent).order_by(INCIDENT.c.reported_us.desc()).limit(limit)
        return self._decoded(wanted, Incident)

    def broadcast(self, number: str) -> Broadcast | None:
        with self._database.reading() as connection:
            wanted = select(BROADCAST.c.document).where(BROADCAST.c.city == self._city, BROADCAST.c.number == number)
            found = connection.execute(wanted).scalar_one_or_none()
        return None if found is None else msgspec.json.decode(found, type=Broadcast)

    def broadcasts(self, recipients: Sequence[str] | None, incident: str | None, limit: int) -> list[Broadcast]:
        """The newest first; `recipients`: those to any of them, None: to whomever."""
        wanted = select(BROADCAST.c.document).where(BROADCAST.c.city == self._city, self._there(BROADCAST))
        if recipients is not None:
            wanted = wanted.where(
                or_(false(), *(BROADCAST.c.recipients.contains(f"/{id}/", autoescape=True) for id in recipients))
            )
        if incident is not None:
            wanted = wanted.where(BROADCAST.c.incident == incident)
        return self._decoded(wanted.order_by(BROADCAST.c.sent_us.desc(), BROADCAST.c.number.desc()).limit(limit), Broadcast)

    def exercise(self) -> Exercise:
        """Whether one is running."""
        return exercise_of(self.journal(SUBJECT))

    def put_away(self) -> tuple[int, int]:
        """How many incidents and orders the last reset put away."""
        with self._database.reading() as connection:
            incidents, orders = (
                connection.execute(select(func.count()).select_from(table).where(table.c.city == self._city, ~self._there(table)))
                for table in (INCIDENT, ORDER)
            )
            return incidents.scalar_one(), orders.scalar_one()

    def overdue(self, states: Sequence[str], limit: int) -> list[str]:
        """The numbers of orders in these states whose time has run out; of what was put away none."""
        past = (self._there(ORDER), ORDER.c.state.in_(states), ORDER.c.expires_us <= micros(self._clock()))
        wanted = select(ORDER.c.number).where(ORDER.c.city == self._city, *past).order_by(ORDER.c.expires_us).limit(limit)
        with self._database.reading() as connection:
            return list(connection.execute(wanted).scalars())

    def pending(self, limit: int, channels: bool = False) -> list[Pending]:
        """What is to be sent next to the log, or to channels, in the journal's order."""
        columns = tuple(OUTBOX.c[name] for name in Pending._fields)
        outside = OUTBOX.c.topic.startswith(CHANNEL, autoescape=True)
        wanted = (
            select(*columns)
            .where(OUTBOX.c.city == self._city, outside if channels else ~outside)
            .order_by(OUTBOX.c.seq, OUTBOX.c.topic)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [Pending(*row) for row in connection.execute(wanted)]

    def journal(self, subject: str | None = None, after: int = 0, limit: int = 1000) -> list[Entry]:
        """The rows of an incident with those of its orders, of an order, or all; those after a row, in their order."""
        wanted = select(*_COLUMNS).where(JOURNAL.c.city == self._city, JOURNAL.c.seq > after)
        if subject is not None:
            wanted = wanted.where(or_(JOURNAL.c.subject == subject, JOURNAL.c.about == subject))
        with self._database.reading() as connection:
            found = connection.execute(wanted.order_by(JOURNAL.c.seq).limit(limit)).fetchall()
        return list(entries(Row(*row) for row in found))

    def rows(self) -> Iterator[Row]:
        """Every row, some thousand at a time."""
        wanted = select(*_COLUMNS).where(JOURNAL.c.city == self._city).order_by(JOURNAL.c.seq).limit(_AT_ONCE)
        following = wanted
        while True:
            with self._database.reading() as connection:
                found = connection.execute(following).fetchall()
            yield from map(Row._make, found)
            if len(found) < _AT_ONCE:
                return
            following = wanted.where(JOURNAL.c.seq > found[-1].seq)

    def documents(self) -> Iterator[Incident | Order | Broadcast]:
        """Every incident, every order and every broadcast, as they are stored."""
        kinds: tuple[tuple[Table, type[Incident] | type[Order] | type[Broadcast]], ...]
        kinds = ((INCIDENT, Incident), (ORDER, Order), (BROADCAST, Broadcast))
        for table, kind in kinds:
            last = ""
            while True:
                wanted = select(table.c.number, table.c.document).where(table.c.city == self._city, table.c.number > last)
                with self._database.reading() as connection:
                    found = connection.execute(wanted.order_by(table.c.number).limit(_AT_ONCE)).fetchall()
                decoded: Iterator[Any] = (msgspec.json.decode(row.document, type=kind) for row in found)
                yield from decoded
                if len(found) < _AT_ONCE:
                    break
                last = found[-1].number

    def head(self) -> Head | None:
        """The head as the database has it."""
        with self._database.reading() as connection:
            found = connection.execute(select(HEAD.c.seq, HEAD.c.seal).where(HEAD.c.city == self._city)).one_or_none()
        return None if found is None else Head(found[0], found[1])

    def positions(self, reader: str) -> dict[int, int]:
        """Partition → the next offset this reader takes."""
        with self.writing() as writing:
            return writing.positions(reader)

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else does this for the city now, in whatever process."""
        with self._database.alone(f"{self._city}/{name}") as taken:
            yield taken

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            with self._turns.turn():
                yield
        except TurnTimeout as error:
            raise StoreLost(f"the toolbox's database is busy: {error}") from None

    def _there(self, table: Table) -> ColumnElement[bool]:
        """All but what was played before the last reset."""
        of_it = (JOURNAL.c.city == self._city, JOURNAL.c.subject == SUBJECT, JOURNAL.c.verb == RESET)
        reset = select(func.max(JOURNAL.c.at_us)).where(*of_it).scalar_subquery()
        return or_(table.c.played_us == 0, table.c.played_us > func.coalesce(reset, 0))

    def _decoded(self, wanted: Select[Any], type: type[Kept]) -> list[Kept]:
        with self._database.reading() as connection:
            return [msgspec.json.decode(text, type=type) for text in connection.execute(wanted).scalars()]
