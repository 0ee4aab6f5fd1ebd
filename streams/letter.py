"""A dead letter, what else is said on the letters' topic, and how both are written there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from streams.columns import Rejected
from streams.record import Batch, Headers
from streams.unreadable import UNREADABLE

RAW_BYTES: Final = 64 << 10
CAUSE_CHARS: Final = 200

_GIVEN = re.compile(r", got .*|\.? Hint: .*", re.DOTALL)
_QUOTED = re.compile(r"(?<!field )(?<!\w)(['\"])(?:(?!\1(?!\w)).)*\1(?!\w)", re.DOTALL)
_NUMBER = re.compile(r"\d[\d:.+\-TZ]*")


class Address(NamedTuple):
    """Where a record lies in the log."""

    topic: str
    partition: int
    offset: int


class DeadLetter(msgspec.Struct, frozen=True, tag_field="kind", tag="letter"):
    """One record that slot `slot` refused: where it lies in the log, when (zone aware) and why. `raw`: its first 64 KiB.

    `replay`: 0, or the number of the replay that refused it once more.
    """

    slot: str
    topic: str
    partition: int
    offset: int
    at: datetime
    stage: str
    reason: str
    raw: bytes
    truncated: bool = False
    field: str | None = None
    headers: Headers = ()
    replay: int = 0

    @property
    def address(self) -> str:
        """`topic[partition]@offset`."""
        return f"{self.topic}[{self.partition}]@{self.offset}"


class Mark(msgspec.Struct, frozen=True, tag_field="kind", tag="mark"):
    """Says nothing; who wrote it and reads it again has read everything before it. Its offset numbers a replay."""

    slot: str
    mark: str


class Trial(msgspec.Struct, frozen=True, tag_field="kind", tag="trial"):
    """Replay `replay` is about to commit the slot's letters before the place `upto`; whether it did, the ledger knows."""

    slot: str
    replay: int
    upto: int


class Replayed(msgspec.Struct, frozen=True, tag_field="kind", tag="replayed"):
    """Replay `replay` has counted the slot's letters before the place `upto`, but for those it wrote anew."""

    slot: str
    replay: int
    upto: int


class Withdrawn(msgspec.Struct, frozen=True, tag_field="kind", tag="withdrawn"):
    """The slot could use this record after all when it read it again."""

    slot: str
    topic: str
    partition: int
    offset: int


Entry = DeadLetter | Mark | Trial | Replayed | Withdrawn


def encode(entry: Entry) -> bytes:
    """The entry as JSON; bytes in base64, times in ISO 8601."""
    return msgspec.json.encode(entry)


def decode(value: bytes) -> Entry | None:
    """The entry, None for what is none: the topic is open to others, too."""
    try:
        entry: Entry = msgspec.json.decode(value, type=Entry)
        return entry
    except UNREADABLE:
        return None


def letters_of(slot: str, batch: Batch, rejected: Iterable[Rejected], at: datetime) -> Iterator[DeadLetter]:
    """The dead letters of the rows of a batch that a slot refused."""
    for one in rejected:
        partition, offset, raw = int(batch.partitions[one.row]), int(batch.offsets[one.row]), batch.values[one.row]
        headers = batch.headers[one.row] if batch.headers is not None else ()
        cut = len(raw) > RAW_BYTES
        place = (slot, batch.topic, partition, offset)
        # A reason may quote half a surrogate pair, which no JSON can hold.
        reason = one.reason.encode("utf-8", "backslashreplace").decode()
        yield DeadLetter(*place, at, one.stage, reason, raw[:RAW_BYTES], cut, one.field, headers)


def cause(reason: str) -> str:
    """The reason without what differs from record to record, so that the same causes can be counted together."""
    return _NUMBER.sub("…", _QUOTED.sub("…", _GIVEN.sub("", reason)))[:CAUSE_CHARS]
