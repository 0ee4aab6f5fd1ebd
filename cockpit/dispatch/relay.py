"""From the outbox to the log: what was decided is sent at least once, in its order; what has run out never is."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import structlog

from cockpit.dispatch.actor import SYSTEM
from cockpit.dispatch.anchor import TOPIC, encoded
from cockpit.dispatch.announcing import COMMANDS, RECALL, recall
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.journal import Head
from cockpit.dispatch.order import OrderState
from cockpit.dispatch.orders import MORTAL
from cockpit.dispatch.store import Pending
from cockpit.dispatch.toolbox import Toolbox
from streams.source import Log, Sink, StreamError

_AT_ONCE: Final = 500
_ORDERS: Final = 50
"""Orders that are one transaction: who gives the next one waits for it."""
_LOOK_S: Final = 1.0
_LOG = structlog.get_logger("dispatch.relay")


class Relay:
    """Sends what is pending. `round` is one go, `start` makes a thread of it. Of several processes one at a time relays."""

    def __init__(self, toolbox: Toolbox, log: Log, city: str) -> None:
        self._toolbox = toolbox
        self._log = log
        self._city = city
        self._sinks: dict[str, Sink] = {}
        self._anchored: Head | None = None
        self._lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch-relay", daemon=True)

    def round(self) -> int:
        """How many records it sent. Blocks until the log has them. Raises StoreLost and StreamError."""
        with self._toolbox.store.alone("relay") as alone:
            if not alone:
                return 0
            self.expire()
            sent = 0
            for commands, run in groupby(self._toolbox.store.pending(_AT_ONCE), key=_commands):
                records = list(run)
                if commands:
                    sent += sum(self._orders(records[at : at + _ORDERS]) for at in range(0, len(records), _ORDERS))
                else:
                    sent += self._others(records)
            self._anchor()
        return sent

    def expire(self) -> int:
        """How many orders ran out now."""
        store, orders = self._toolbox.store, self._toolbox.orders
        overdue = store.overdue(sorted(MORTAL), _ORDERS)
        if not overdue:
            return 0
        with store.writing() as writing:
            return sum(orders.expire(writing, number) for number in overdue)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the round it is in."""
        self._stop.set()
        self._toolbox.stirred.set()
        if self._thread.ident is not None:
            self._thread.join(15)
        for sink in self._sinks.values():
            sink.close()

    def _orders(self, records: Sequence[Pending]) -> int:
        """Those whose time has not run out while they waited; they are marked as sent once the log has them."""
        store, orders = self._toolbox.store, self._toolbox.orders
        with store.writing() as writing:
            due = [one for one in records if not orders.expire(writing, one.subject) and _waits(writing.order(one.subject))]
        for topic in sorted({one.topic for one in due}):
            self._emit(topic, [one for one in due if one.topic == topic])
        with store.writing() as writing:
            for one in due:
                order = writing.order(one.subject)
                if _waits(order):
                    orders.act(writing, one.subject, "send", {}, SYSTEM)
                elif order is not None and order.state is OrderState.CANCELLED:
                    recall(writing, order.version, order)  # while it went out
            for topic in sorted({one.topic for one in records}):
                writing.sent(topic, [one.seq for one in records if one.topic == topic])
        return len(due)

    def _others(self, records: Sequence[Pending]) -> int:
        by_topic: dict[str, list[Pending]] = {}
        for one in records:
            by_topic.setdefault(one.topic, []).append(one)
        for topic, its in by_topic.items():
            self._emit(topic, its)
            with self._toolbox.store.writing() as writing:
                writing.sent(topic, [one.seq for one in its])
        return len(records)

    def _emit(self, topic: str, records: Sequence[Pending]) -> None:
        if topic not in self._sinks:
            self._sinks[topic] = self._log.sink(topic)
        self._sinks[topic].emit([one.value.encode() for one in records], [one.key.encode() for one in records])

    def _anchor(self) -> None:
        """Tells the log where the journal ends now, when it has moved."""
        head = self._toolbox.store.head()
        if head is None or head == self._anchored:
            return
        if TOPIC not in self._sinks:
            self._sinks[TOPIC] = self._log.sink(TOPIC)
        self._sinks[TOPIC].emit([encoded(self._city, head)], [self._city.encode()])
        self._anchored = head

    def _run(self) -> None:
        while not self._stop.is_set():
            self._toolbox.stirred.clear()
            try:
                busy = self.round() > 0
            except (StoreLost, StreamError) as error:
                busy = False
                if not self._lost:
                    _LOG.warning("lost", reason=str(error))
                self._lost = True
            else:
                if self._lost:
                    _LOG.info("back")
                self._lost = False
            if not busy or self._lost:
                self._toolbox.stirred.wait(_LOOK_S)


def _commands(one: Pending) -> bool:
    return one.topic in COMMANDS and not one.subject.startswith(RECALL)


def _waits(order: object) -> bool:
    return getattr(order, "state", None) is OrderState.ISSUED
