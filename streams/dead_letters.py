"""Records that could not be used: written to a topic of their own, seen by every process that reads it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from streams.letter import DeadLetter, Entry, Mark, decode, encode, letters_of
from streams.letter_store import LetterStore
from streams.record import Batch
from streams.source import Log, SourceLost, StreamError

__all__ = ["DeadLetter", "DeadLetters", "letters_of", "letters_topic"]

ROOM_BYTES: Final = 1_000_000_000
POLL_S: Final = 0.25
SYNC_S: Final = 20.0
_AT_ONCE: Final = 500


def letters_topic(city: str) -> str:
    """The topic of a city's dead letters."""
    return f"{city}.dead-letters"


class DeadLetters:
    """The dead letters of all slots: `write` puts them on the topic, `view` answers what there is on it.

    The view is one SQLite file (`":memory:"` for none) that follows the topic, in a thread while it is `following` and
    whenever somebody waits for it. Each slot's letters lie in one partition, in order. Any thread; blocks on disk and log.
    """

    def __init__(self, log: Log, topic: str, path: Path | str = ":memory:", max_bytes_per_slot: int = ROOM_BYTES) -> None:
        self.topic = topic
        self.view = LetterStore(path, max_bytes_per_slot)
        self._sink = log.sink(topic)
        self._source = log.source(topic)
        self._reading = threading.Lock()
        self._opened = False
        self._taken = 0
        self._marks: dict[str, tuple[int, int]] = {}
        self._awaited: set[str] = set()
        self._log = structlog.get_logger("dead letters").bind(topic=topic)

    def write(self, entries: Iterable[Entry]) -> int:
        """How many entries the topic has acknowledged. Raises SinkLost or SinkFull; then none may be taken as written.

        Writing a letter twice is harmless: the view keeps one of each slot and address.
        """
        written = 0
        left = iter(entries)
        while part := list(islice(left, _AT_ONCE)):
            written += self._sink.emit([encode(one) for one in part], [one.slot.encode() for one in part])
        return written

    def catch_up(self, slot: str, timeout_s: float = SYNC_S) -> tuple[int, int]:
        """Returns when the view has all that was written of the slot before: partition and offset of a mark set for that.

        Raises SinkLost or SourceLost, the latter also when nothing has come for `timeout_s`.
        """
        mark = secrets.token_hex(8)
        self._awaited.add(mark)
        try:
            self.write([Mark(slot, mark)])
            until, taken = time.monotonic() + timeout_s, self._taken
            while mark not in self._marks:
                if self._taken != taken:
                    until, taken = time.monotonic() + timeout_s, self._taken
                if time.monotonic() > until:
                    raise SourceLost(f"'{self.topic}' did not give what was written to it within {timeout_s:.0f} s")
                self.follow(0.05)
            return self._marks.pop(mark)
        finally:
            self._awaited.discard(mark)

    def follow(self, timeout_s: float) -> bool:
        """Takes the next entries into the view; False when there were none. Raises SourceLost or StreamError."""
        with self._reading:
            if not self._opened:
                self._source.open(lambda partitions: self.view.progress())
                self._opened = True
            batch = self._source.poll(timeout_s, 2_000)
            if batch is None:
                return False
            try:
                self._take(batch)
            except StreamError:
                self._opened = False  # what was not taken is read again
                raise
            return True

    @contextmanager
    def following(self) -> Iterator[DeadLetters]:
        """Follows the topic in a thread until the end, and closes then."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), name="dead-letters", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join(10)
            self.close()

    def close(self) -> None:
        """May be called twice."""
        with self._reading:
            self._source.close()
            self._sink.close()
            self.view.close()

    def _follow(self, stop: threading.Event) -> None:
        lost = False
        while not stop.is_set():
            try:
                self.follow(POLL_S)
            except StreamError as error:
                if not lost:
                    self._log.warning("lost", reason=str(error))
                lost = True
                stop.wait(1.0)
                continue
            if lost:
                self._log.info("back")
            lost = False

    def _take(self, batch: Batch) -> None:
        self._taken += 1
        for lane, span in batch.spans.items():
            rows = np.flatnonzero(batch.partitions == lane)
            entries = [(int(batch.offsets[row]), decode(batch.values[row])) for row in rows]
            self.view.take(lane, entries, span.end, span.anew)
            for place, entry in entries:
                if isinstance(entry, Mark) and entry.mark in self._awaited:
                    self._marks[entry.mark] = (lane, place)
