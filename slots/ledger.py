"""The contract of the ledger: the hot state of all slots, committed together with the positions it stems from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import polars as pl

from slots.drift import Drift

Kind = Literal["cells", "bins", "entities"]
Size = Literal["minute", "hour", "day", ""]

SHADOW = "~"


def shadow_of(slot: str) -> str:
    """The name under which a slot is counted anew beside itself, for `swap`; a cluster keeps both on one node."""
    return f"{slot}{SHADOW}new"


class PageKey(NamedTuple):
    """One page of state: the cells (or sketch bins) of all buckets of one size that begin within one span.

    Minute buckets lie on pages of an hour, hours on pages of a UTC day, days on pages of a UTC month; `start` is
    the page's beginning in Unix seconds. Entities have a single page, ("entities", "", 0).
    """

    kind: Kind
    size: Size
    start: int


@dataclass(frozen=True, slots=True)
class Health:
    """What the workers that feed a slot last said of its source. `at_us`: Unix microseconds, 0 = never."""

    connected: bool = False
    reason: str = ""
    at_us: int = 0
    ends: Mapping[str, int] = field(default_factory=dict)
    """`topic/partition` → the log's end offset, for the lag."""
    degraded: str = ""
    """Why too many of the last minute's records could not be used; "" while they could."""
    drift: tuple[Drift, ...] = ()
    """The fields that are not what they were."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """Everything the ledger knows of one slot besides its pages. Times are Unix microseconds, UTC.

    `offsets` and `watermarks` are keyed `topic/partition`: the next offset to read, the latest event time seen. Beside an offset
    stands, under `topic@/partition`, which topic of that name it is one of (slots.standing).
    `counters` only grow: accepted, rejected, late, unplaced, lost, refused (duplicates), other (dimension values over the limit),
    coarsened (minute and hour cells that were not kept, see slots.bounds).
    `dimensions`: the admitted values of each dimension, in the order they were first seen.
    `since`: aspect (a measure part's id, `dim:NAME`) → the event time from which it counts, 0 = from the slot's beginning.
    `sequence` grows by one with each commit and each swap; 0 = never. `epoch` stands for the slot's life: another one after
    `clear`, `swap` or a loss of everything, 0 = nothing committed yet. `cells`: the rows of all pages; what is not merged yet
    may count more than once. `floors`: size → the moment (Unix s) by which the last page ends that has left; no page that begins
    before it takes anything more.
    """

    sequence: int = 0
    offsets: Mapping[str, int] = field(default_factory=dict)
    watermarks: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    dimensions: Mapping[str, list[str]] = field(default_factory=dict)
    first_event_us: int | None = None
    last_event_us: int | None = None
    committed_us: int | None = None
    since: Mapping[str, int] = field(default_factory=dict)
    epoch: int = 0
    cells: int = 0
    floors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commit:
    """What one batch changes in one slot: deltas to add and the positions they stem from.

    `begin` must equal the stored offsets, None where none may be stored yet, else the commit is refused whole: what another
    worker has counted is not counted again, and a ledger that lost what it held is noticed. Deltas are frames in the form of
    slots.pages; they add up with what the page holds.

    `dimensions`: the values newly admitted; where they would not fit any more the commit is refused. `since`: the aspects
    the batch counts for the first time; the first commit to name one sets it. `epoch`: that of the state the batch was folded
    upon; where the slot has begun another one since, the commit is refused (None: not asked).
    """

    slot: str
    begin: Mapping[str, int | None]
    end: Mapping[str, int]
    deltas: Mapping[PageKey, pl.DataFrame]
    counters: Mapping[str, int]
    watermarks: Mapping[str, int]
    dimensions: Mapping[str, list[str]]
    first_event_us: int | None
    last_event_us: int | None
    committed_us: int
    since: Mapping[str, int] = field(default_factory=dict)
    epoch: int | None = None


class LedgerError(Exception):
    """LedgerError
    ├── OffsetConflict   the slot does not stand where the batch was folded upon; nothing was written
    └── LedgerLost       the ledger cannot be reached now; nothing may be taken as written
    """


class OffsetConflict(LedgerError):
    """The slot is not as the batch supposed: its offsets, its epoch, its floors, or room for the values admitted. Nothing was
    written.

    Read the state anew and fold what it has not counted; `stored` are its offsets.
    """

    def __init__(self, slot: str, begin: Mapping[str, int | None], stored: Mapping[str, int]) -> None:
        super().__init__(f"slot '{slot}': the batch began at {dict(begin)}, the ledger stands at {dict(stored)}")
        self.stored = stored


class LedgerLost(LedgerError):
    """The ledger cannot be reached at present; the same commit may be tried again: the offsets guard it."""


class Ledger(Protocol):
    """Holds the state of all slots. Safe to use from several threads; one commit is one atomic step."""

    def state(self, slot: str) -> SlotState:
        """The slot's state; an empty one where nothing was committed. Raises LedgerLost."""

    def commit(self, commit: Commit) -> SlotState:
        """The state after the whole commit was added. Raises OffsetConflict or LedgerLost; then nothing was added.

        A commit that raised LedgerLost may have been added: trying it again answers OffsetConflict then.
        """

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        """The page's version and its merged frame (None: no such page). Equal version, equal frame; no version ever returns."""

    def pages(self, slot: str, kind: Kind, size: Size) -> list[PageKey]:
        """The pages kept, oldest first."""

    def versions(self, slot: str) -> dict[PageKey, int]:
        """Page → version of all pages of a slot in one cheap call: where a version is as it was, so is the page."""

    def expire(self, slot: str, pages: Mapping[PageKey, int]) -> None:
        """Deletes pages that retention no longer keeps here, those that are still at the version given, and raises the floors to
        their ends: a commit that adds to a page below its floor raises OffsetConflict."""

    def sequences(self, slots: Iterable[str]) -> dict[str, int]:
        """The sequence of each slot in one cheap call, so that a reader sees what has changed."""

    def report(self, slot: str, health: Health) -> None:
        """Stores what the slot's worker says of its source; never fails the caller, never touches the sequence."""

    def health(self, slot: str) -> Health:
        """The last report; of several workers that share a ledger the last of each, put together (slots.reports)."""

    def clear(self, slot: str) -> None:
        """Forgets the slot whole: pages, offsets, counters. The log counts it anew."""

    def swap(self, slot: str, shadow: str, start_s: int) -> SlotState:
        """The slot's state after it took over what its shadow (`shadow_of(slot)`) holds, in one step; the shadow is gone then.

        Buckets that begin before `start_s` (a day's beginning, Unix s) stay the slot's, later ones are the shadow's. So are
        offsets, watermarks, counters, dimensions and since; of entities the later state counts, of equally late ones the
        shadow's. The next commit of a worker that knew the slot before raises OffsetConflict. An empty shadow may be swapped
        in too. Commits wait meanwhile: for as long as the pages that contain `start_s` take to merge. Raises LedgerLost; it
        may have happened then: a shadow that had a sequence has none any more, and must not be swapped in again.
        """

    def settle(self) -> None:
        """Makes durable what was answered so far, as durable as this ledger can. Blocks."""

    def close(self) -> None:
        """Writes out what is not yet durable. May be called twice."""
