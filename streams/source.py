"""The contract of a log: where records come from (`Source`), where they go (`Sink`), and both together (`Log`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from streams.record import Batch, Headers


class StreamError(Exception):
    """Anything that went wrong with a log.

    StreamError
    ├── SourceLost      the log cannot be reached now; keep calling, it comes back by itself
    ├── SinkLost        the log did not acknowledge; nothing may be taken as written
    └── SinkFull        a bounded log refuses more; the message says the bound
    """


class SourceLost(StreamError):
    """The log cannot be reached at present. The next `poll` tries again; nothing has to be reopened."""


class SinkLost(StreamError):
    """The log did not acknowledge. Some of the records may be in it; sending them again may double them."""


class SinkFull(StreamError):
    """A bounded log has no room left; the message names the bound."""


Positions = Callable[[Collection[int]], Mapping[int, int]]
"""Asked with partitions about to be read: partition → next offset. Those without an answer begin at the earliest record."""


def at(positions: Mapping[int, int]) -> Positions:
    """Positions that are known beforehand and never change."""
    return lambda partitions: {partition: positions[partition] for partition in partitions if partition in positions}


class Source(Protocol):
    """Reads one topic in order. Used by one thread at a time.

    Called in this order: `open` once, then `poll` for ever, `close` once. Between polls `ends` may be asked.
    The positions are the caller's: a source never stores an offset anywhere.
    """

    topic: str

    def open(self, positions: Positions) -> None:
        """Begin where `positions` says, which is asked of each partition before its first record is read.

        That is at the first poll, when partitions are added, and when a consumer group hands this reader one; the thread
        that asks is the one that reads the log. What it raises comes out of `poll`, and it is asked again.
        Does not block and does not fail when the log is away: `poll` says so.
        """

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        """The next records, or None when there were none within `timeout_s`.

        Blocks up to `timeout_s`. Partitions added later are picked up. A position that retention has
        overrun goes on at the earliest record, with the number of lost offsets in the span; so does all of a topic that was
        deleted and made anew. Where no record is left behind such a gap the batch has the span and no records.
        Raises SourceLost when the log cannot be reached; the following call tries again.
        """

    def ends(self) -> Mapping[int, int]:
        """Partition → the offset after the last record, as far as known without blocking (for the lag)."""

    def close(self) -> None:
        """Lets go of connections. May be called twice."""


class Sink(Protocol):
    """Writes to one topic. Safe to use from several threads."""

    topic: str

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: Sequence[Headers] | None = None,
    ) -> int:
        """How many records the log has acknowledged: always all of them, once this returns.

        Blocks until the log has them durably. Records with the same key keep their order and share a
        partition. Raises SinkLost or SinkFull, and then the caller may not assume that any was written.
        """

    def close(self) -> None:
        """Lets go of connections. May be called twice."""


class Reach(NamedTuple):
    """What a log holds of one partition since a moment: the offsets `[begin, end)`.

    `from_ms`: where it does not reach back to that moment the log time of its oldest record, else None.
    """

    begin: int
    end: int
    from_ms: int | None = None


class Log(Protocol):
    """One connection set-up, many topics. Safe to use from several threads."""

    address: str
    """How people know it: `kafka://host:9092`, `embedded:///path`. Without secrets."""

    def source(self, topic: str, group: str | None = None) -> Source:
        """A reader of all partitions; with a `group`, of those that its members, wherever they run, leave to this one."""

    def sink(self, topic: str) -> Sink: ...

    def read(self, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
        """The newest `limit` records whose log time lies in `[from_ms, to_ms)`, in log order.

        For people who ask for the records behind a number; blocks; independent of every source.
        Raises SourceLost. The spans cover what was read.
        """

    def reach(self, topic: str, since_ms: int) -> Mapping[int, Reach]:
        """Partition → what the log holds of it since that log time, for who wants to read all of that. Blocks.

        Where producers set times out of order, `begin` is the first record that is as late. Raises SourceLost.
        """

    def close(self) -> None: ...
