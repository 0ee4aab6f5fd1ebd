"""What the toolbox tells the log: orders to units, and every row of the journal, of which slots make its own statistics."""

from __future__ import annotations

from typing import Any, Final

from cockpit.dispatch.anchor import TOPIC as ANCHORS
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import Order
from cockpit.dispatch.writing import Writing

ORDERS: Final = "dispatch.orders"
FEEDBACK: Final = "dispatch.feedback"
JOURNAL: Final = "dispatch.journal"
BROADCASTS: Final = "dispatch.broadcasts"
CHANNEL: Final = "@"
"""Before the name of a channel, where the outbox says where something goes: that is no topic, see `postman`."""
PLAYED: Final = ".exercise"
"""What is played goes to topics of its own, named as the real ones with this behind; nobody who counts or drives reads them."""
RECALL: Final = "recall "
"""Before the number of an order, where the outbox says what a record is about: it takes back, and is sent in any case."""
COMMANDS: Final = frozenset({ORDERS, ORDERS + PLAYED})
"""The topics that bring orders to units."""
OWN: Final = frozenset(
    {one + played for one in (ORDERS, FEEDBACK, JOURNAL, BROADCASTS) for played in ("", PLAYED)} | {ANCHORS},
)
"""What the toolbox alone writes, or units alone answer on; who else could would change its numbers and give its orders."""


def topic_of(topic: str, exercise: bool) -> str:
    """Where something real or something played goes."""
    return topic + PLAYED if exercise else topic


def announce(writing: Writing, entry: Entry, thing: Incident | Order) -> None:
    """Has a row of the journal sent to its topic, with what it is about as it stands then; key: the subject."""
    writing.send(topic_of(JOURNAL, thing.exercise), entry.seq, entry.subject, entry.subject, _told(entry, thing))


def command(writing: Writing, entry: Entry, order: Order) -> None:
    """Has an order sent to its unit; key: the unit, whose orders keep their sequence."""
    writing.send(topic_of(ORDERS, order.exercise), entry.seq, order.unit, order.number, {
        "order": order.number, "unit": order.unit, "text": order.text, "incident": order.incident, "kind": order.kind,
        "consequence": order.consequence, "lon": order.lon, "lat": order.lat, "region": order.region,
        "attachments": order.attachments, "issued_at": order.issued_at, "expires_at": order.expires_at,
        "deadline": order.deadline,
        "exercise": order.exercise,
    })  # fmt: skip


def recall(writing: Writing, seq: int, order: Order) -> None:
    """Has its unit told that an order it may have got is cancelled; behind the order, as the key is the same."""
    writing.send(topic_of(ORDERS, order.exercise), seq, order.unit, RECALL + order.number, {
        "order": order.number, "unit": order.unit, "state": order.state.value, "reason": order.reason,
        "incident": order.incident, "exercise": order.exercise,
    })  # fmt: skip


def _told(entry: Entry, thing: Incident | Order) -> dict[str, Any]:
    """Flat, so that a slot's fields can name each: no texts and nothing about persons other than who acted."""
    row = {
        "seq": entry.seq, "at": entry.at, "subject": entry.subject, "about": entry.about, "verb": entry.verb,
        "actor": entry.actor, "role": entry.role, "from": entry.body.get("from"), "to": entry.body.get("to"),
        "region": thing.region, "lon": thing.lon, "lat": thing.lat, "exercise": thing.exercise, "kind": thing.kind,
    }  # fmt: skip
    if isinstance(thing, Order):
        return {**row, "thing": "order", "unit": thing.unit, "drafted_at": thing.drafted_at, "issued_at": thing.issued_at}
    return {
        **row, "thing": "incident", "unit": thing.lead_unit, "category": thing.category, "subcategory": thing.subcategory,
        "priority": thing.priority, "channel": thing.channel, "reported_at": thing.reported_at, "filed_at": thing.filed_at,
        "dispatched_at": thing.dispatched_at, "closed_at": thing.closed_at, "deadline": thing.deadline,
        "returns": thing.returns, "reworks": thing.reworks, "wrong_dispatches": thing.wrong_dispatches,
        "urge_level": thing.urge_level, "stars": thing.stars, "recurrence": thing.recurrence,
    }  # fmt: skip
