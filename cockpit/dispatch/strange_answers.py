"""Answers from the field that nobody can use: each is a dead letter that says why, where it lies, and what it said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from cockpit.dispatch.announcing import FEEDBACK
from cockpit.dispatch.feedback import VERBS, Answered
from cockpit.dispatch.order_machine import STEPS
from cockpit.dispatch.refusal import Wrong
from cockpit.dispatch.said import given
from cockpit.dispatch.store import Store
from slots.problem import nearest
from streams.clock import Clock
from streams.columns import Rejected
from streams.letter import DeadLetter, letters_of
from streams.record import Batch
from streams.unreadable import UNREADABLE

STAGE: Final = "answer"

SetAside = Callable[[Iterable[DeadLetter]], object]
"""Keeps dead letters; returns when they are durable. The same one twice is one."""


class StrangeAnswers:
    """Looks at answers before they are taken. What comes late, twice or out of turn is not strange: that happens
    on every line."""

    def __init__(self, store: Store, set_aside: SetAside, clock: Clock) -> None:
        self._store = store
        self._set_aside = set_aside
        self._clock = clock

    def ahead(self, batch: Batch) -> None:
        """Sets aside the strange ones of a batch. Raises StoreLost and StreamError; done again, it changes nothing."""
        if rejected := list(self._rejected(batch)):
            self._set_aside(letters_of(FEEDBACK, batch, rejected, self._clock()))

    def _rejected(self, batch: Batch) -> Iterator[Rejected]:
        for row, value in enumerate(batch.values):
            try:
                said = msgspec.json.decode(value, type=Answered)
            except UNREADABLE as error:
                yield Rejected(row, "decode", f"the value is no answer: {error}")
                continue
            if found := self._fault(said):
                yield Rejected(row, STAGE, *found)

    def _fault(self, said: Answered) -> tuple[str, str] | None:
        """What is wrong, and with which field; None for an answer to something that this unit was sent."""
        if said.broadcast and said.verb == "read":
            return self._broadcast_fault(said)
        if said.broadcast and not said.order:
            return f"a broadcast can only be read, got {said.verb!r:.40}", "verb"
        if said.verb not in VERBS:
            allowed = ", ".join(sorted(VERBS))
            return f"there is no verb {said.verb!r:.40}; verbs: {allowed}.{nearest(said.verb, VERBS)}", "verb"
        order = self._store.order(said.order)
        if order is None:
            return f"there is no order {said.order!r:.40}", "order"
        if order.unit != said.unit:
            return f"order {order.number} was not given to {said.unit!r:.60}", "unit"
        return _said_fault(said)

    def _broadcast_fault(self, said: Answered) -> tuple[str, str] | None:
        broadcast = self._store.broadcast(said.broadcast)
        if broadcast is None:
            return f"there is no broadcast {said.broadcast!r:.40}", "broadcast"
        known = broadcast.recipient(said.unit) is not None
        return None if known else (f"broadcast {broadcast.number} did not go to {said.unit!r:.60}", "unit")


def _said_fault(said: Answered) -> tuple[str, str] | None:
    """A reason or an opinion that the journal cannot take."""
    try:
        given(STEPS[said.verb], said.said)
    except Wrong as error:
        return str(error), "opinion" if said.opinion and "opinion" in str(error) else "reason"
    return None
