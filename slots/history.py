"""The contract of the history: closed hour and day buckets in SQL, by which the ledger may forget them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

import polars as pl

from slots.ledger import Ledger, LedgerLost, PageKey, Size, SlotState
from slots.slot import Slot


class Bucket(NamedTuple):
    """A bucket as it was written: the version its page had in the ledger, and a digest of its rows."""

    version: int
    digest: int


Buckets = Mapping[int, Bucket]
"""Bucket start (Unix s) → what is held of it."""
Held = Mapping[PageKey, Buckets]
"""Page → those of its buckets that the history holds."""


class Replacement(NamedTuple):
    """A slot whose buckets from `start_s` (Unix s) on are about to be replaced; `epoch`: the ledger's before that."""

    start_s: int
    epoch: int


class HistoryError(Exception):
    """The history's database cannot be used by this program; the message says why and what to do."""


class HistoryLost(LedgerLost):
    """The history cannot be reached at present. What the ledger holds is still answered, what it does not hold is not."""


class History(Protocol):
    """Holds buckets of all slots by absolute values: writing one twice is writing it once.

    Safe to use from several threads and processes. Everything raises HistoryLost while the database does not answer.
    """

    def held(self, slot: str) -> Held:
        """What is held of a slot; cheap while nothing was written."""

    def read(self, slot: str, key: PageKey, starts: Collection[int], dimension: str, value: str | None) -> pl.DataFrame:
        """The rows of some buckets of a page in the form of slots.pages, of one dimension ("": all records) and, unless it
        is None, one value. A bucket that is not held gives none."""

    def write(self, slot: str, key: PageKey, version: int, frame: pl.DataFrame, digests: Mapping[int, int], seen: Buckets) -> int:
        """How many buckets were replaced by the rows of `frame`, in one step.

        `digests`: the buckets to write, and what their rows hash to. A bucket that is not as it was `seen` before the ledger
        was read has been written by somebody who knew better: it stays.
        """

    def drop(self, slot: str, size: Size, before_s: int) -> None:
        """Deletes the buckets of a size that begin before a moment (Unix s)."""

    def forget(self, slot: str, from_s: int | None = None) -> None:
        """Deletes the buckets that begin at a moment or later, None: all; and what was announced. Doing it twice does no harm."""

    def announce(self, slot: str, replacement: Replacement) -> None:
        """Notes that `forget` will follow, before the ledger is changed; a later announcement takes its place."""

    def announced(self, slot: str) -> Replacement | None:
        """What was announced and not yet done."""

    def describe(self, slots: Iterable[Slot]) -> None:
        """Notes what the parts of the slots' measures stand for, for people who read the tables."""

    def close(self) -> None:
        """Gives the connections back. May be called twice."""


def swapped(ledger: Ledger, history: History, slot: str, shadow: str, start_s: int) -> SlotState:
    """The slot's state after its shadow took its place from `start_s` on, in the ledger and then in the history.

    A crash in between heals: what was announced is forgotten by the next `heal`, if the ledger had been changed by then.
    Raises LedgerLost and HistoryLost; when it is HistoryLost after the ledger was changed, `heal` does the rest.
    """
    history.announce(slot, Replacement(start_s, ledger.state(slot).epoch))
    state = ledger.swap(slot, shadow, start_s)
    ledger.settle()  # what the history forgets, the ledger must not fall back to
    history.forget(slot, start_s)
    return state


def heal(ledger: Ledger, history: History, slot: str) -> None:
    """Does what `swapped` could not finish. The ledger's epoch says whether it had been changed."""
    announced = history.announced(slot)
    if announced is not None and ledger.state(slot).epoch != announced.epoch:
        history.forget(slot, announced.start_s)
