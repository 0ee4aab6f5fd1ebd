"""The contract of dead letters: where they are written, and the view of what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from streams.letter import DeadLetter, Entry

OPEN: Final = 0
PENDING: Final = 1
"""Written by a replay of which nobody has said yet that it happened."""
COUNTED: Final = 2
WITHDRAWN: Final = 3
"""As COUNTED a tombstone, without the raw bytes."""


@dataclass(frozen=True, slots=True)
class Cause:
    """How many of a slot's letters have the same stage, field and kind of reason, and since when (zone aware)."""

    stage: str
    field: str | None
    reason: str
    count: int
    since: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A letter and its place: the offset on the letters' topic."""

    place: int
    letter: DeadLetter


class LetterView(Protocol):
    """What there is on the letters' topic. Safe to use from several threads; blocks. Raises StreamError."""

    def latest(
        self,
        slot: str,
        limit: int,
        before: tuple[str, int, int] | None = None,
        stage: str | None = None,
        field: str | None = None,
    ) -> list[DeadLetter]:
        """The open ones, newest first, at most `limit`; with `before` those older than the letter of that address."""

    def causes(self, slot: str, limit: int = 50) -> list[Cause]:
        """The open ones grouped, the most frequent cause first."""

    def count(self, slot: str, stage: str | None = None, field: str | None = None) -> int:
        """How many are open."""

    def truncated(self, slot: str) -> int:
        """How many of the open ones were cut, so that they can never be replayed."""

    def dropped(self, slot: str) -> int:
        """How many were only counted, since the slot's room was full."""

    def waiting(self, slot: str, lane: int, stop: int, limit: int, max_bytes: int) -> Sequence[Placed]:
        """Open ones before a place that can be replayed, by place, at most `limit` and about `max_bytes` (at least one)."""

    def trial(self, slot: str, lane: int, replay: int) -> int | None:
        """Up to which place a replay meant to count, while nobody has said that it did; None where it is unknown or said."""

    def standing(self, slot: str, topic: str, partition: int, offsets: range) -> Mapping[int, int]:
        """Offset → state (of the letter that was written last) of the slot's letters on records between these offsets."""

    def peak(self, slot: str, topic: str, partition: int) -> int:
        """The offset after the last record of which there is or was a letter."""


class Letters(Protocol):
    """The dead letters of all slots. Safe to use from several threads; blocks."""

    topic: str

    @property
    def view(self) -> LetterView: ...

    def write(self, entries: Iterable[Entry]) -> int:
        """How many entries are durable: all of them. Raises SinkLost or SinkFull; then none may be taken as written."""

    def catch_up(self, slot: str, timeout_s: float = 20.0) -> tuple[int, int]:
        """Returns when the view has all that was written of the slot before: partition and offset of a mark set for that.

        Raises SinkLost or SourceLost.
        """
