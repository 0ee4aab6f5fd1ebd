"""Reads the next batches while the last one is being counted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping

from streams.record import Batch
from streams.source import Positions, Source

_POLL_S = 0.25


class ReadAhead:
    """A Source that polls another one in a thread of its own and holds at most `depth` batches ready.

    Worth it where polling is work, as with a client in pure Python: counting hardly needs the interpreter. What the other
    source raises comes out of `poll`, and goes on doing so until that source has answered again. The offsets are still the
    caller's: `open` forgets what was read ahead.
    """

    def __init__(self, source: Source, depth: int = 2) -> None:
        self.topic = source.topic
        self._source = source
        self._ready: queue.Queue[Batch | Exception] = queue.Queue(depth)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ends: Mapping[int, int] = {}
        self._failing: Exception | None = None

    def open(self, positions: Positions) -> None:
        """As Source.open; blocks until a poll under way has ended."""
        self._halt()
        self._source.open(positions)

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        """As Source.poll. `max_records` of the first call after `open` holds for all."""
        if self._thread is None:
            self._start(max_records)
        try:
            found = self._ready.get(timeout=timeout_s) if timeout_s > 0 else self._ready.get_nowait()
        except queue.Empty:
            if (failing := self._failing) is not None:
                raise failing from None  # silence while it tries again says nothing new
            return None
        if isinstance(found, Exception):
            raise found
        return found

    def ends(self) -> Mapping[int, int]:
        """As Source.ends, as of the last poll."""
        return self._ends

    def close(self) -> None:
        """As Source.close; blocks until a poll under way has ended."""
        self._halt()
        self._source.close()

    def _start(self, max_records: int) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(self._stop, max_records), name=f"read-{self.topic}", daemon=True)
        self._thread.start()

    def _halt(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self._failing = None
        while not self._ready.empty():
            self._ready.get_nowait()

    def _read(self, stop: threading.Event, max_records: int) -> None:
        while not stop.is_set():
            found: Batch | Exception | None
            try:
                found = self._source.poll(_POLL_S, max_records)
                self._ends = self._source.ends()
                self._failing = None
            except Exception as error:  # whoever polls decides what it means, and polls again
                self._failing = found = error
            if found is not None:
                self._hand_over(found, stop)

    def _hand_over(self, found: Batch | Exception, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                return self._ready.put(found, timeout=_POLL_S)
            except queue.Full:
                continue
