"""What units answer on the topic `dispatch.feedback`: each answer moves its order on, once."""

from __future__ import annotations

from typing import Annotated

import msgspec
import structlog

from cockpit.dispatch.actor import SYSTEM, Actor, Role
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import STEPS
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.writing import Writing
from streams.record import Batch
from streams.unreadable import UNREADABLE

_LOG = structlog.get_logger("dispatch.feedback")
VERBS = frozenset({"deliver", "read", "sign", "depart", "arrive", "complete", "refuse", "assist"})
"""What a unit can answer."""


Number = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z")]  # there are databases that cannot be asked for a NUL


class Answered(msgspec.Struct, frozen=True):
    """One record: which order (or broadcast, that was read), who, and the verb; what else it holds is passed over."""

    unit: str
    verb: str
    order: Number = ""
    broadcast: Number = ""
    reason: str | None = None
    opinion: str | None = None

    @property
    def said(self) -> dict[str, str]:
        """What goes with the verb. A unit that says no reason has none: its answer counts all the same."""
        given = {name: text for name in ("reason", "opinion") if (text := getattr(self, name))}
        return {"reason": "none was given"} | given if STEPS[self.verb].reason else given


class Feedback:
    """Takes batches of answers. `passed_over`: those that changed nothing, as they came late, twice, or make no sense."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self.passed_over = 0

    def take(self, writing: Writing, batch: Batch) -> int:
        """How many moved an order. Inside the transaction that stores how far the topic was read."""
        moved = sum(self._one(writing, value, batch.address(row)) for row, value in enumerate(batch.values))
        self.passed_over += len(batch) - moved
        return moved

    def _one(self, writing: Writing, value: bytes, address: str) -> bool:
        try:
            said = msgspec.json.decode(value, type=Answered)
        except UNREADABLE as error:
            _LOG.warning("no answer", address=address, reason=str(error))
            return False
        if said.broadcast and said.verb == "read":
            return self._read(writing, said, address)
        order = writing.order(said.order)
        if order is None or order.unit != said.unit or said.verb not in VERBS:
            _LOG.warning("passed over", address=address, order=said.order[:40], unit=said.unit[:60], verb=said.verb[:20])
            return False
        return self._move(writing, order, said, address)

    def _read(self, writing: Writing, said: Answered, address: str) -> bool:
        before = writing.head
        try:
            self._toolbox.broadcasts.read(writing, said.broadcast, said.unit, Actor(said.unit, Role.UNIT))
        except Refused as error:
            _LOG.info("passed over", address=address, broadcast=said.broadcast[:40], reason=str(error))
        return writing.head != before

    def _move(self, writing: Writing, order: Order, said: Answered, address: str) -> bool:
        orders = self._toolbox.orders
        try:
            if order.state is OrderState.ISSUED and not orders.run_out(order, writing):
                orders.act(writing, order.number, "send", {}, SYSTEM)  # it answers what it got: the relay had no time to note it
            orders.act(writing, order.number, said.verb, said.said, Actor(said.unit, Role.UNIT))
        except Refused as error:
            _LOG.info("passed over", address=address, order=order.number, verb=said.verb, reason=str(error))
            return False
        return True
