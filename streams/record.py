"""What travels down the line: many records of one topic at a time, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets one batch covers in one partition: half open `[begin, end)`.

    `begin` is the position the read began at and `end` the position it must go on from; where the log
    has holes (compaction, transactions) fewer records than `end - begin` lie between them. `lost` counts the
    offsets from `begin` on that retention had deleted before we read them.
    """

    begin: int
    end: int
    lost: int = 0

    @property
    def anew(self) -> bool:
        """Whether the topic was made anew: the offsets lie before the position, and all of the records are new."""
        return self.end < self.begin

    def since(self, position: int) -> Span:
        """The part from this position on; what was made anew replaces any position."""
        if self.anew:
            return Span(position, self.end, self.lost)
        begin = max(self.begin, position)
        return Span(begin, max(begin, self.end), max(0, self.begin + self.lost - begin))


Headers = tuple[tuple[str, bytes], ...]
"""What a record carries beside its value, in its order; a name may stand more than once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one poll of one topic: equally long columns, in log order within each partition.

    `partitions` int32, `offsets` int64, `timestamps_ms` int64 (the log's own time, Unix epoch, UTC).
    A record without a value (a tombstone) has the value `b""`. `headers` is None when no record of the batch has any.
    A batch without records tells of spans that hold none: what was lost there. `identity`: which topic of that name it is,
    another number once it was deleted and made anew; 0 where the log does not say.
    """

    topic: str
    values: list[bytes]
    keys: list[bytes | None]
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    spans: Mapping[int, Span]
    headers: list[Headers] | None = None
    identity: int = 0

    def __len__(self) -> int:
        return len(self.values)

    def address(self, row: int) -> str:
        """`topic[partition]@offset` of one row, the form every message uses."""
        return f"{self.topic}[{self.partitions[row]}]@{self.offsets[row]}"

    def since(self, positions: Mapping[int, int], identities: Mapping[int, int] = MappingProxyType({})) -> Batch:
        """The part that `positions` (partition → next offset) has not seen yet; itself when that is all.

        `identities`: partition → the topic its position is one of, as far as known. To a position in the new topic it is no news
        that it was made anew; one in another has seen nothing of it.
        """
        sure = {p: identities[p] for p, span in self.spans.items() if span.anew and self.identity and p in identities}
        news = {p: span for p, span in self.spans.items() if p not in sure or sure[p] != self.identity}
        seen = {p: positions[p] for p, span in news.items() if p not in sure and positions.get(p, span.begin) != span.begin}
        if len(news) == len(self.spans) and all(self.spans[p].begin > position for p, position in seen.items()):
            return self
        spans = {p: span.since(seen.get(p, span.begin)) for p, span in news.items()}
        rest = {p: span for p, span in spans.items() if span.anew or span.begin < span.end}
        wanted = np.zeros(len(self), dtype=bool)
        for partition, span in rest.items():
            own = self.partitions == partition
            wanted |= own if span.anew else own & (self.offsets >= span.begin)
        return self._take(np.flatnonzero(wanted), rest)

    def _take(self, rows: NDArray[np.intp], spans: Mapping[int, Span]) -> Batch:
        return Batch(
            self.topic,
            [self.values[row] for row in rows],
            [self.keys[row] for row in rows],
            self.partitions[rows],
            self.offsets[rows],
            self.timestamps_ms[rows],
            spans,
            None if self.headers is None else [self.headers[row] for row in rows],
            self.identity,
        )
