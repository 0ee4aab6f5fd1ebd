"""What becomes of orders that are still open when their incident is settled: nobody works on for something that is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cockpit.dispatch.actor import Actor
from cockpit.dispatch.announcing import ORDERS, recall, topic_of
from cockpit.dispatch.applying import apply_to_order
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import STEPS
from cockpit.dispatch.refusal import Illegal
from cockpit.dispatch.writing import Writing

CANCEL: Final = "cancel"
OVER_WITH: Final = "its incident was settled"
"""Why they were cancelled, as the journal has it."""
_MORTAL: Final = STEPS["expire"].sources
_UNSENT: Final = frozenset({OrderState.DRAFT, OrderState.ISSUED})


def check_settled(writing: Writing, verb: str, number: str, said: str | None, verbs: Sequence[str]) -> list[Order]:
    """The orders to call off with a verb that settles the incident. Raises Illegal, with their numbers, where nothing was said of
    them. What has run out but is not noted as such yet is over."""
    running = [one for one in writing.open_orders(number) if one.state not in _MORTAL or one.expires_at > writing.now]
    if running and said != CANCEL:
        named = ", ".join(f"{one.number} ({one.unit}, {one.state.value})" for one in running[:10])
        hint = 'Hint: see them done or cancelled first, or say "orders": "cancel" with it'
        raise Illegal(f"{verb!r} would settle {number} while orders of it are open, {len(running)}: {named}. {hint}", verbs)
    return running


def call_off(writing: Writing, orders: Sequence[Order], actor: Actor) -> None:
    """Cancels them; units that have got theirs already are told."""
    for order in orders:
        body = {"reason": OVER_WITH, "from": order.state.value, "to": OrderState.CANCELLED.value}
        entry = writing.append(actor, order.number, order.incident, CANCEL, body)
        changed = apply_to_order(writing, entry, order)
        withdraw(writing, entry, order, changed)


def withdraw(writing: Writing, entry: Entry, before: Order, after: Order) -> None:
    """What still waits to be sent is not; who may have got a cancelled one already hears of it."""
    writing.unsend(topic_of(ORDERS, after.exercise), after.number)
    if after.state is OrderState.CANCELLED and before.state not in _UNSENT:
        recall(writing, entry.seq, after)
