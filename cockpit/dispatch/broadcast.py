"""A message to many as it stands: what its journal comes to. Times are aware, UTC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from cockpit.dispatch.journal import Entry

SEND: Final = "broadcast"
"""The first row of each."""
READ: Final = "read"
TRIED: Final = "channel"
"""The row of an attempt to send it through a channel."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or a unit of the roster. `read_at` None: not yet."""

    id: str
    name: str
    kind: Literal["person", "unit"]
    read_at: datetime | None = None


Why = Literal["off_duty", "elsewhere"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who belongs to what was named (`of`: a group, a post or a kind of units) and is not told. `why`: others of it are
    on duty, this one is not; or it lies outside of the region of whoever sends it."""

    id: str
    name: str
    kind: Literal["person", "unit"]
    of: str
    why: Why


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one is through a channel: to a recipient, or, where the id is empty, to all of them at once.

    `at`: the last attempt; None: none yet. `withheld`: it is played, and goes nowhere.
    """

    channel: str
    recipient: str
    state: Literal["waiting", "delivered", "failed", "withheld"] = "waiting"
    at: datetime | None = None
    reason: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """`version`: its last journal row. `incident`: what it is about; empty: nothing there is."""

    number: str
    version: int
    text: str
    author: str
    sent_at: datetime
    changed_at: datetime
    recipients: tuple[Recipient, ...]
    incident: str = ""
    template: str = ""
    exercise: bool = False
    deliveries: tuple[Delivery, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def read(self) -> int:
        """How many have read it."""
        return sum(one.read_at is not None for one in self.recipients)

    def recipient(self, id: str) -> Recipient | None:
        """The one with this id, or, where that is nobody's, with this name."""
        by_id = next((one for one in self.recipients if one.id == id), None)
        return by_id or next((one for one in self.recipients if one.name == id), None)


def fold(broadcast: Broadcast | None, entry: Entry) -> Broadcast:
    """The broadcast after one more row of its journal; None before the first."""
    if broadcast is None:
        return msgspec.convert({**entry.body, **_stamps(entry)}, Broadcast)
    moved = replace(broadcast, version=entry.seq, changed_at=entry.at)
    if entry.verb == TRIED:
        return replace(moved, deliveries=tuple(_tried(one, entry) for one in broadcast.deliveries))
    return replace(moved, recipients=tuple(_read(one, entry) for one in broadcast.recipients))


def _stamps(entry: Entry) -> dict[str, Any]:
    at = {"sent_at": entry.at, "changed_at": entry.at, "author": entry.actor}
    return {"number": entry.subject, "version": entry.seq, "incident": entry.about, **at}


def _read(one: Recipient, entry: Entry) -> Recipient:
    mine = one.id == entry.body["recipient"] and one.read_at is None
    return replace(one, read_at=entry.at) if mine else one


def _tried(one: Delivery, entry: Entry) -> Delivery:
    body = entry.body
    if (one.channel, one.recipient) != (body["channel"], body["recipient"]):
        return one
    return replace(one, state=body["to"], at=entry.at, reason=body["reason"], tries=one.tries + 1)
