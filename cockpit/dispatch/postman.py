"""From the outbox to the channels: each message is tried again until the channel takes it, and every failure is written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from cockpit.dispatch.broadcast import Broadcast, Delivery
from cockpit.dispatch.channels import Channel, said_of, tell
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.store import Pending
from cockpit.dispatch.toolbox import Toolbox
from streams.clock import Clock

Tell = Callable[[str, str, str], bool]
"""Whether a channel at this address took this title and text."""

TRIES: Final = 6
_FIRST: Final = timedelta(seconds=15)
"""After so long it is tried a second time, then after twice as long each time."""
_LOOK_S: Final = 2.0
_AT_ONCE: Final = 50
_REFUSED: Final = "the channel did not take it"
_LOG = structlog.get_logger("dispatch.postman")


class Postman:
    """Sends what is pending for channels. `round` is one go, `start` makes a thread of it. Of several processes one at a time."""

    def __init__(self, toolbox: Toolbox, channels: Mapping[str, Channel], clock: Clock, tell: Tell = tell) -> None:
        self._toolbox = toolbox
        self._channels = channels
        self._clock = clock
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch-postman", daemon=True)

    def round(self) -> int:
        """How many attempts it made. Blocks on the channels, never inside a transaction. Raises StoreLost."""
        with self._toolbox.store.alone("postman") as alone:
            if not alone:
                return 0
            return sum(self._one(pending) for pending in self._toolbox.store.pending(_AT_ONCE, channels=True))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the attempt it is in."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(15)

    def _one(self, pending: Pending) -> int:
        broadcast, channel = self._toolbox.store.broadcast(pending.subject), self._channels.get(pending.key)
        made = 0
        for delivery in self._due(broadcast, pending.key) if broadcast else ():
            if self._stop.is_set():
                return made
            reason = self._tried(broadcast, delivery, channel) if broadcast else ""
            self._noted(pending, delivery, reason)
            made += 1
        self._settled(pending)
        return made

    def _due(self, broadcast: Broadcast, channel: str) -> Iterator[Delivery]:
        now = self._clock()
        for one in broadcast.deliveries:
            if one.channel == channel and one.state == "waiting" and (one.at is None or now >= _next(one, one.at)):
                yield one

    def _tried(self, broadcast: Broadcast, delivery: Delivery, channel: Channel | None) -> str:
        """Why it failed; empty: it did not."""
        if channel is None:
            return f"there is no channel {delivery.channel!r} any more"
        said = said_of(self._toolbox.rules.roster, delivery.recipient) if delivery.recipient else {}
        url = channel.to(said)
        if url is None:
            return f"the roster says no {' or '.join(channel.fields)} of {delivery.recipient!r}"
        try:
            return "" if self._tell(url, broadcast.number, broadcast.text) else _REFUSED
        except Exception as error:  # whatever a channel does must not end the postman; its words may hold secrets
            return f"the channel failed: {type(error).__name__}"

    def _noted(self, pending: Pending, delivery: Delivery, reason: str) -> None:
        if reason:
            _LOG.warning("not delivered", channel=delivery.channel, broadcast=pending.subject, reason=reason)
        last = delivery.tries + 1 >= TRIES or (reason != "" and not reason.startswith("the channel"))
        state = "delivered" if not reason else "failed" if last else "waiting"
        with self._toolbox.store.writing() as writing:
            self._toolbox.broadcasts.tried(writing, pending.subject, delivery.channel, delivery.recipient, state, reason)

    def _settled(self, pending: Pending) -> None:
        """Takes it out of the outbox when nothing of it waits any more."""
        broadcast = self._toolbox.store.broadcast(pending.subject)
        waits = broadcast and any(one.channel == pending.key and one.state == "waiting" for one in broadcast.deliveries)
        if not waits:
            with self._toolbox.store.writing() as writing:
                writing.sent(pending.topic, [pending.seq])

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_S):
            try:
                self.round()
            except StoreLost as error:
                _LOG.warning("lost", reason=str(error))
            except (msgspec.ValidationError, OSError):
                _LOG.exception("failed")


def _next(delivery: Delivery, at: datetime) -> datetime:
    """When it is tried again."""
    return at + _FIRST * (1 << max(0, delivery.tries - 1)) if delivery.tries else at
