"""Reading one topic of the embedded log."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping

from streams.batching import Row, make_batch
from streams.embedded_store import Extent, Reader, Store
from streams.record import Batch, Span
from streams.source import Positions, SourceLost, at

_OTHER_PROCESSES_S = 0.2  # how often we look whether another process wrote; our own writes wake us at once


class Arrivals:
    """Wakes the sources of this process when something was written."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.count = 0

    def ring(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, seen: int, timeout_s: float) -> None:
        """Returns once the count is no longer `seen`, or after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self.count != seen, timeout_s)


class EmbeddedSource:
    """A Source over the embedded log."""

    def __init__(self, topic: str, store: Store, arrivals: Arrivals) -> None:
        self.topic = topic
        self._store = store
        self._arrivals = arrivals
        self._reader: Reader | None = None
        self._ask: Positions = at({})
        self._positions: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._turn = 0

    def open(self, positions: Positions) -> None:
        """As Source.open."""
        self._ask = positions
        self._positions = {}

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        """As Source.poll."""
        until = time.monotonic() + timeout_s
        while True:
            seen = self._arrivals.count
            batch = self._take(max_records)
            left_s = until - time.monotonic()
            if batch is not None or left_s <= 0:
                return batch
            self._arrivals.wait(seen, min(left_s, _OTHER_PROCESSES_S))

    def ends(self) -> Mapping[int, int]:
        """As Source.ends: of the last poll."""
        return dict(self._ends)

    def close(self) -> None:
        """As Source.close."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _take(self, max_records: int) -> Batch | None:
        try:
            if self._reader is None:
                self._reader = self._store.reader()
            with self._reader.moment():
                return self._read(self._reader, max_records)
        except sqlite3.Error as error:
            self.close()
            raise SourceLost(f"the embedded log cannot be read: {error}") from error

    def _read(self, reader: Reader, max_records: int) -> Batch | None:
        extents = reader.extents(self.topic)
        self._ends = {one.partition: one.next for one in extents}
        if unknown := self._ends.keys() - self._positions.keys():
            self._positions |= self._ask(unknown)
        ready = [one for one in extents if self._begin(one) < one.next]
        rows: list[Row] = []
        spans = {
            one.partition: self._advance(one, one.first)
            for one in extents
            if self._positions[one.partition] < one.first == one.next
        }
        if not ready:
            return make_batch(self.topic, rows, spans) if spans else None
        share = -(-max_records // len(ready))
        self._turn += 1
        for one in (*ready[self._turn % len(ready) :], *ready[: self._turn % len(ready)]):
            found = reader.rows(self.topic, one.partition, self._begin(one), min(share, max_records - len(rows)))
            if found:
                rows += found
                spans[one.partition] = self._advance(one, found[-1][1] + 1)
        return make_batch(self.topic, rows, spans)

    def _begin(self, extent: Extent) -> int:
        """Where to read on: at the position, or at the earliest record when the position lies outside the log."""
        position = self._positions.setdefault(extent.partition, extent.first)
        return position if extent.first <= position <= extent.next else extent.first

    def _advance(self, extent: Extent, end: int) -> Span:
        begin = self._positions[extent.partition]
        self._positions[extent.partition] = end
        return Span(begin, end, lost=max(0, extent.first - begin))
