"""One transaction of the toolbox: rows of the journal and what follows from them, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Insert, Table, delete, func, insert, or_, select, update

from cockpit.dispatch.actor import Actor
from cockpit.dispatch.broadcast import Broadcast
from cockpit.dispatch.exercise import SUBJECT, Exercise
from cockpit.dispatch.exercise import fold as exercise_of
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry, Head, Row, Sealer, entries, micros
from cockpit.dispatch.order import OVER, Order
from cockpit.dispatch.tables import BROADCAST, HEAD, INCIDENT, JOURNAL, ORDER, OUTBOX, POSITION, REQUEST

_KEPT_COLUMNS: Final = ("city", "number")
_COLUMNS: Final = tuple(JOURNAL.c[name] for name in Row._fields)


class Answer(NamedTuple):
    """What was answered to a request with an idempotency key. `fingerprint`: a digest of what was asked."""

    fingerprint: str
    status: int
    body: bytes


class Writing:
    """What can be done inside the transaction; good until it ends. `now`: the moment of all its rows, UTC."""

    def __init__(self, connection: Connection, city: str, sealer: Sealer, now: datetime) -> None:
        self._connection = connection
        self._city = city
        self._sealer = sealer
        # that of the dialect in use: the other one would take a while to load
        self._insert: Callable[..., Any] = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert
        self.now = now
        self._stood = self._hold()
        self._head = Head(self._stood.seq, self._stood.seal)
        self._given = {"incidents": int(self._stood.incidents), "orders": int(self._stood.orders)}

    @property
    def head(self) -> Head:
        """The journal's end as this transaction has it."""
        return self._head

    def append(self, actor: Actor, subject: str, about: str, verb: str, body: Mapping[str, Any]) -> Entry:
        """The row it added."""
        text = msgspec.json.encode(body).decode()
        place = (actor.name, actor.role.value, actor.region or "", subject, about, verb)
        row = Row(self._head.seq + 1, micros(self.now), *place, text, self._sealer.name, "")
        row = row._replace(seal=self._sealer.seal(self._head.seal, row))
        self._connection.execute(insert(JOURNAL).values(city=self._city, **row._asdict()))
        self._head = Head(row.seq, row.seal)
        return next(entries([row]))

    def number(self, kind: str, day: str) -> str:
        """The next number of `incidents`, `orders` or `broadcasts`: a letter, the day, and a count that never begins again."""
        if kind not in self._given:
            there = select(func.count()).select_from(BROADCAST).where(BROADCAST.c.city == self._city)
            self._given[kind] = int(self._connection.execute(there).scalar_one())  # none of them is ever taken away
        self._given[kind] += 1
        return f"{kind[0].upper()}{day}-{self._given[kind]:05d}"

    def entries(self, subject: str) -> list[Entry]:
        """The rows of one subject, in their order."""
        wanted = select(*_COLUMNS).where(JOURNAL.c.city == self._city, JOURNAL.c.subject == subject).order_by(JOURNAL.c.seq)
        return list(entries(Row(*row) for row in self._connection.execute(wanted)))

    def exercise(self) -> Exercise:
        """Whether one is running."""
        return exercise_of(self.entries(SUBJECT))

    def incident(self, number: str) -> Incident | None:
        found = self._document(INCIDENT, number)
        return None if found is None else msgspec.json.decode(found, type=Incident)

    def by_client(self, client_id: str) -> Incident | None:
        """The incident somebody reported under this name of theirs."""
        where = (INCIDENT.c.city == self._city, INCIDENT.c.client_id == client_id)
        found = self._connection.execute(select(INCIDENT.c.document).where(*where)).scalar_one_or_none()
        return None if found is None else msgspec.json.decode(found, type=Incident)

    def by_message(self, sender: str, identifiers: Collection[str]) -> Incident | None:
        """The newest incident of this sender (its `client_id` begins so) that one of these messages made what it is."""
        mentioned = [INCIDENT.c.document.contains(msgspec.json.encode(one).decode(), autoescape=True) for one in identifiers]
        where = (INCIDENT.c.city == self._city, INCIDENT.c.client_id.startswith(sender, autoescape=True), or_(*mentioned))
        wanted = select(INCIDENT.c.document).where(*where).order_by(INCIDENT.c.reported_us.desc())
        found = (msgspec.json.decode(one, type=Incident) for one in self._connection.execute(wanted).scalars())
        return next((one for one in found if one.alert and not set(identifiers).isdisjoint(one.alert.messages)), None)

    def recurrences(self, key: str) -> int:
        """How many incidents there are with this key."""
        where = (INCIDENT.c.city == self._city, INCIDENT.c.recurrence_key == key)
        return len(self._connection.execute(select(INCIDENT.c.number).where(*where)).fetchall())

    def keep_incident(self, incident: Incident, place: str) -> None:
        """`place`: the codes from the root down, `/c/a/`."""
        row = {
            "number": incident.number, "client_id": incident.client_id, "state": incident.state.value, "place": place,
            "category": incident.category, "recurrence_key": incident.recurrence_key, "played_us": _played(incident),
            "reported_us": micros(incident.reported_at), "document": msgspec.json.encode(incident).decode(),
        }  # fmt: skip
        self._keep(INCIDENT, _KEPT_COLUMNS, row)

    def order(self, number: str) -> Order | None:
        found = self._document(ORDER, number)
        return None if found is None else msgspec.json.decode(found, type=Order)

    def keep_order(self, order: Order) -> None:
        row = {
            "number": order.number, "incident": order.incident, "unit": order.unit, "state": order.state.value,
            "drafted_us": micros(order.drafted_at), "expires_us": micros(order.expires_at),
            "played_us": _played(order),
            "document": msgspec.json.encode(order).decode(),
        }  # fmt: skip
        self._keep(ORDER, _KEPT_COLUMNS, row)

    def open_orders(self, incident: str) -> list[Order]:
        """Those for an incident that are not over, the oldest first."""
        where = (ORDER.c.city == self._city, ORDER.c.incident == incident, ORDER.c.state.not_in(sorted(OVER)))
        wanted = select(ORDER.c.document).where(*where).order_by(ORDER.c.drafted_us, ORDER.c.number)
        return [msgspec.json.decode(found, type=Order) for found in self._connection.execute(wanted).scalars()]

    def ordered(self, incident: str, units: Collection[str]) -> bool:
        """Whether there is an order for the incident to any of these units."""
        where = (ORDER.c.city == self._city, ORDER.c.incident == incident, ORDER.c.unit.in_(sorted(units)))
        return self._connection.execute(select(ORDER.c.number).where(*where).limit(1)).first() is not None

    def busy_with(self, unit: str, states: Sequence[str], exercise: bool) -> str | None:
        """The number of an order in one of these states that the unit is out with; None: none. What is played and not put away
        counts in an exercise only; what is real always does."""
        reset = self.exercise().reset_at if exercise else None
        played = [ORDER.c.played_us > (micros(reset) if reset else 0)] if exercise else []
        counts = or_(ORDER.c.played_us == 0, *played)
        where = (ORDER.c.city == self._city, ORDER.c.unit == unit, ORDER.c.state.in_(states), counts)
        wanted = select(ORDER.c.number).where(*where).order_by(ORDER.c.drafted_us.desc()).limit(1)
        return self._connection.execute(wanted).scalar_one_or_none()

    def broadcast(self, number: str) -> Broadcast | None:
        found = self._document(BROADCAST, number)
        return None if found is None else msgspec.json.decode(found, type=Broadcast)

    def keep_broadcast(self, broadcast: Broadcast) -> None:
        row = {
            "number": broadcast.number, "incident": broadcast.incident, "sent_us": micros(broadcast.sent_at),
            "recipients": f"/{'/'.join(one.id for one in broadcast.recipients)}/", "played_us": _played(broadcast),
            "document": msgspec.json.encode(broadcast).decode(),
        }  # fmt: skip
        self._keep(BROADCAST, _KEPT_COLUMNS, row)

    def send(self, topic: str, seq: int, key: str, subject: str, value: Any) -> None:
        """Has a record sent once the transaction is committed, after those of the rows before `seq`."""
        row = {"topic": topic, "seq": seq, "key": key, "subject": subject, "value": msgspec.json.encode(value).decode()}
        self._connection.execute(insert(OUTBOX).values(city=self._city, **row))

    def unsend(self, topic: str, subject: str) -> None:
        """What was to be sent of this subject is not any more."""
        where = (OUTBOX.c.city == self._city, OUTBOX.c.topic == topic, OUTBOX.c.subject == subject)
        self._connection.execute(delete(OUTBOX).where(*where))

    def sent(self, topic: str, seqs: Sequence[int]) -> None:
        """These need not be sent any more."""
        where = (OUTBOX.c.city == self._city, OUTBOX.c.topic == topic, OUTBOX.c.seq.in_(seqs))
        self._connection.execute(delete(OUTBOX).where(*where))

    def answer(self, key: str) -> Answer | None:
        """What was answered under this key."""
        columns = (REQUEST.c.fingerprint, REQUEST.c.status, REQUEST.c.answer)
        where = (REQUEST.c.city == self._city, REQUEST.c.key == key)
        found = self._connection.execute(select(*columns).where(*where)).one_or_none()
        return None if found is None else Answer(found[0], found[1], found[2].encode())

    def keep_answer(self, key: str, answer: Answer, forget_before_us: int) -> None:
        """Keeps it, and forgets those that are older than that."""
        old = (REQUEST.c.city == self._city, REQUEST.c.at_us < forget_before_us)
        self._connection.execute(delete(REQUEST).where(*old))
        row = {"key": key, "fingerprint": answer.fingerprint, "status": answer.status, "answer": answer.body.decode()}
        self._connection.execute(insert(REQUEST).values(city=self._city, at_us=micros(self.now), **row))

    def positions(self, reader: str) -> dict[int, int]:
        """Partition → the next offset this reader takes."""
        where = (POSITION.c.city == self._city, POSITION.c.reader == reader)
        return {row[0]: row[1] for row in self._connection.execute(select(POSITION.c.partition, POSITION.c.next).where(*where))}

    def keep_position(self, reader: str, partition: int, following: int) -> None:
        row = {"reader": reader, "partition": partition, "next": following}
        self._keep(POSITION, ("city", "reader", "partition"), row)

    def finish(self) -> None:
        """Moves the head to where the journal ends now; the last thing before the commit."""
        counts = {kind: self._given[kind] for kind in ("incidents", "orders")}
        moved = {**counts, "seq": self._head.seq, "seal": self._head.seal}
        self._connection.execute(update(HEAD).where(HEAD.c.city == self._city).values(moved))

    def _hold(self) -> Any:
        """The head's row, held until the end: who else writes waits."""
        wanted = select(HEAD).where(HEAD.c.city == self._city).with_for_update()
        if (found := self._connection.execute(wanted).one_or_none()) is not None:
            return found
        first = {"seq": 0, "seal": self._sealer.first(self._city), "incidents": 0, "orders": 0}
        self._connection.execute(self._insert(HEAD).values(city=self._city, **first).on_conflict_do_nothing())
        return self._connection.execute(wanted).one()

    def _document(self, table: Table, number: str) -> str | None:
        wanted = select(table.c.document).where(table.c.city == self._city, table.c.number == number)
        return self._connection.execute(wanted).scalar_one_or_none()

    def _keep(self, table: Table, keys: Sequence[str], row: Mapping[str, Any]) -> None:
        kept: Insert = self._insert(table).values(city=self._city, **row)
        changed = {name: value for name, value in row.items() if name not in keys}
        self._connection.execute(kept.on_conflict_do_update(index_elements=keys, set_=changed))  # type: ignore[attr-defined]


def _played(thing: Incident | Order | Broadcast) -> int:
    """As the column `played_us` has it."""
    return micros(thing.changed_at) if thing.exercise else 0
