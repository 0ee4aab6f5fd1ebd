"""What a row of the journal does to what it is about: folded, kept and told on, in the transaction that wrote the row."""

from __future__ import annotations

from cockpit.dispatch import machine, order_machine
from cockpit.dispatch.announcing import announce
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import Order
from cockpit.dispatch.writing import Writing


def apply_to_incident(writing: Writing, ground: Ground, entry: Entry, before: Incident | None) -> Incident:
    """The incident after the row; `before`: None for its first."""
    after = machine.fold(before, entry)
    writing.keep_incident(after, ground.path(after.region))
    announce(writing, entry, after)
    return after


def apply_to_order(writing: Writing, entry: Entry, before: Order | None) -> Order:
    """The order after the row; `before`: None for its first."""
    after = order_machine.fold(before, entry)
    writing.keep_order(after)
    announce(writing, entry, after)
    return after
