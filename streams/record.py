"""What travels down the line: many records of one topic at a time, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets one batch covers in one partition: half open `[begin, end)`.

    `begin` is the position the read began at and `end` the position it must go on from; where the log
    has holes (compaction, transactions) fewer records than `end - begin` lie between them. `lost` counts the
    offsets that retention had deleted before we read them.
    """

    begin: int
    end: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one poll of one topic: equally long columns, in log order within each partition.

    `partitions` int32, `offsets` int64, `timestamps_ms` int64 (the log's own time, Unix epoch, UTC).
    A record without a value (a tombstone) has the value `b""`.
    """

    topic: str
    values: list[bytes]
    keys: list[bytes | None]
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    spans: Mapping[int, Span]

    def __len__(self) -> int:
        return len(self.values)

    def address(self, row: int) -> str:
        """`topic[partition]@offset` of one row, the form every message uses."""
        return f"{self.topic}[{self.partitions[row]}]@{self.offsets[row]}"

    def since(self, positions: Mapping[int, int]) -> Batch:
        """The part that `positions` (partition → next offset) has not seen yet; itself when that is all."""
        if all(span.begin >= positions.get(partition, 0) for partition, span in self.spans.items()):
            return self
        wanted = np.zeros(len(self), dtype=bool)
        for partition, span in self.spans.items():
            start = max(positions.get(partition, 0), span.begin)
            wanted |= (self.partitions == partition) & (self.offsets >= start)
        return self._take(np.flatnonzero(wanted), positions)

    def _take(self, rows: NDArray[np.intp], positions: Mapping[int, int]) -> Batch:
        spans = {
            partition: Span(max(span.begin, positions.get(partition, 0)), span.end)
            for partition, span in self.spans.items()
            if span.end > positions.get(partition, 0)
        }
        return Batch(
            self.topic,
            [self.values[row] for row in rows],
            [self.keys[row] for row in rows],
            self.partitions[rows],
            self.offsets[rows],
            self.timestamps_ms[rows],
            spans,
        )
